// SPDX-License-Identifier: Apache-2.0

package bailiwick_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/bailiwick-dev/bailiwick"
	"github.com/bailiwick-dev/bailiwick/bailiwicktest"
)

// A middle stands between a server and its upstream. It notes what is sent, and may
// change what is answered.
type middle struct {
	*httptest.Server
	mu    sync.Mutex
	calls []relayed
	lie   func(operation, answer string) string // nil tells the truth
}

// A relayed is a call of the upstream.
type relayed struct{ operation, body string }

func newMiddle(t *testing.T, upstream string) *middle {
	t.Helper()
	to, err := url.Parse(upstream)
	if err != nil {
		t.Fatal(err)
	}
	r := &middle{}
	proxy := &httputil.ReverseProxy{
		Rewrite: func(p *httputil.ProxyRequest) {
			p.Out.URL.Scheme, p.Out.URL.Host, p.Out.Host = to.Scheme, to.Host, p.In.Host
		},
		ModifyResponse: func(resp *http.Response) error {
			body, err := io.ReadAll(resp.Body)
			if err != nil {
				return err
			}
			r.mu.Lock()
			defer r.mu.Unlock()
			if r.lie != nil {
				body = []byte(r.lie(operationOf(resp.Request), string(body)))
			}
			resp.Body, resp.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
			resp.Header.Set("Content-Length", strconv.Itoa(len(body)))
			resp.Header.Del("X-Amz-Crc32")
			return nil
		},
	}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		body, err := io.ReadAll(req.Body)
		if err != nil {
			panic(http.ErrAbortHandler)
		}
		r.mu.Lock()
		r.calls = append(r.calls, relayed{operationOf(req), string(body)})
		r.mu.Unlock()
		req.Body = io.NopCloser(bytes.NewReader(body))
		proxy.ServeHTTP(w, req)
	}))
	t.Cleanup(r.Close)
	return r
}

func operationOf(r *http.Request) string {
	_, op, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	return op
}

// set has the middle answer with what lie makes of the truth.
func (r *middle) set(lie func(operation, answer string) string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.lie = lie
}

// taken returns the calls since the last time, but for those that find out what
// tables are.
func (r *middle) taken() (calls []relayed) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, c := range r.calls {
		if c.operation != "DescribeTable" && c.operation != "ListTagsOfResource" {
			calls = append(calls, c)
		}
	}
	r.calls = nil
	return calls
}

// A forwardSiege is a server under attack that keeps no tables: another one does.
type forwardSiege struct {
	*siege
	middle       *middle
	behind       *siege // the upstream, as who runs it sees it
	blue, yellow aws.Config
}

// forwardedShelf has an index of each kind.
const forwardedShelf = `{"TableName":"Shelf","BillingMode":"PAY_PER_REQUEST",
 "AttributeDefinitions":[{"AttributeName":"TenantID","AttributeType":"S"},{"AttributeName":"Row","AttributeType":"S"},
  {"AttributeName":"Owner","AttributeType":"S"},{"AttributeName":"Rank","AttributeType":"N"}],
 "KeySchema":[{"AttributeName":"TenantID","KeyType":"HASH"},{"AttributeName":"Row","KeyType":"RANGE"}],
 "GlobalSecondaryIndexes":[{"IndexName":"ByOwner","KeySchema":[{"AttributeName":"Owner","KeyType":"HASH"}],"Projection":{"ProjectionType":"ALL"}}],
 "LocalSecondaryIndexes":[{"IndexName":"ByRank","KeySchema":[{"AttributeName":"TenantID","KeyType":"HASH"},{"AttributeName":"Rank","KeyType":"RANGE"}],"Projection":{"ProjectionType":"ALL"}}]}`

const ownTables = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow",
 "Action":["dynamodb:*Item","dynamodb:Query","dynamodb:Scan","dynamodb:PartiQL*"],"Resource":"arn:aws:dynamodb:us-east-1:000000000000:table/*",
 "Condition":{"ForAllValues:StringEquals":{"dynamodb:LeadingKeys":["${aws:PrincipalTag/TenantID}"]},"Null":{"dynamodb:LeadingKeys":"false"}}}]}`

// newForwardSiege starts a server in front of another, whose tables have rows of two
// tenants.
func newForwardSiege(t *testing.T) *forwardSiege {
	t.Helper()
	up := bailiwicktest.New(t)
	r := newMiddle(t, up.Endpoint)
	s := newSiege(t, bailiwick.Config{Upstream: bailiwick.UpstreamConfig{
		URL: r.URL, Region: "us-east-1", AccessKeyID: up.Root.AccessKeyID, SecretAccessKey: up.Root.SecretAccessKey,
	}})
	f := &forwardSiege{siege: s, middle: r, behind: besiege(t, up)}
	f.do(f.root, "dynamodb", "CreateTable", forwardedShelf)
	for _, tenant := range []string{"yellow", "blue"} {
		for _, row := range []string{"1", "2", "3"} {
			f.do(f.root, "dynamodb", "PutItem", `{"TableName":"Shelf","Item":{"TenantID":{"S":"`+tenant+`"},"Row":{"S":"`+row+`"},"Owner":{"S":"`+tenant+`"},"Rank":{"N":"`+row+`"},"Note":{"S":"note of `+tenant+`"}}}`)
		}
	}
	f.grant("tenant", ownTables)
	f.blue = s.assume(s.vendor, "tenant", map[string]any{"Tags": tenantTag("blue")})
	f.yellow = s.assume(s.vendor, "tenant", map[string]any{"Tags": tenantTag("yellow")})
	r.taken()
	return f
}

// An attempt is a call on the table Shelf for the tenant whose name stands for $T.
type attempt struct{ operation, input string }

const shelfKey = `{"TenantID":{"S":"$T"},"Row":{"S":"1"}}`

// readsOf are all ways to a tenant's notes.
var readsOf = map[string]attempt{
	"an item":                     {"GetItem", `{"TableName":"Shelf","Key":` + shelfKey + `}`},
	"an item by the table's ARN":  {"GetItem", `{"TableName":"arn:aws:dynamodb:us-east-1:000000000000:table/Shelf","Key":` + shelfKey + `}`},
	"a part of an item":           {"GetItem", `{"TableName":"Shelf","Key":` + shelfKey + `,"ProjectionExpression":"Note"}`},
	"an older part of an item":    {"GetItem", `{"TableName":"Shelf","Key":` + shelfKey + `,"AttributesToGet":["Note"]}`},
	"a partition":                 {"Query", `{"TableName":"Shelf","KeyConditionExpression":"TenantID = :t","ExpressionAttributeValues":{":t":{"S":"$T"}}}`},
	"parts of a partition":        {"Query", `{"TableName":"Shelf","KeyConditionExpression":"TenantID = :t","ProjectionExpression":"Note","ExpressionAttributeValues":{":t":{"S":"$T"}}}`},
	"a partition, in older words": {"Query", `{"TableName":"Shelf","KeyConditions":{"TenantID":{"ComparisonOperator":"EQ","AttributeValueList":[{"S":"$T"}]}}}`},
	"where a partition goes on":   {"Query", `{"TableName":"Shelf","Limit":1,"KeyConditionExpression":"TenantID = :t","ExclusiveStartKey":` + shelfKey + `,"ExpressionAttributeValues":{":t":{"S":"$T"}}}`},
	"a global index":              {"Query", `{"TableName":"Shelf","IndexName":"ByOwner","KeyConditionExpression":"#o = :t","ExpressionAttributeNames":{"#o":"Owner"},"ExpressionAttributeValues":{":t":{"S":"$T"}}}`},
	"a local index":               {"Query", `{"TableName":"Shelf","IndexName":"ByRank","KeyConditionExpression":"TenantID = :t AND #r > :r","ExpressionAttributeNames":{"#r":"Rank"},"ExpressionAttributeValues":{":t":{"S":"$T"},":r":{"N":"1"}}}`},
	"a batch":                     {"BatchGetItem", `{"RequestItems":{"Shelf":{"Keys":[` + shelfKey + `]}}}`},
	"a batch of parts":            {"BatchGetItem", `{"RequestItems":{"Shelf":{"Keys":[` + shelfKey + `],"ProjectionExpression":"Note"}}}`},
	"a transaction":               {"TransactGetItems", `{"TransactItems":[{"Get":{"TableName":"Shelf","Key":` + shelfKey + `}}]}`},
	"a transaction of parts":      {"TransactGetItems", `{"TransactItems":[{"Get":{"TableName":"Shelf","Key":` + shelfKey + `,"ProjectionExpression":"Note"}}]}`},
	"a statement":                 {"ExecuteStatement", `{"Statement":"SELECT * FROM Shelf WHERE TenantID = '$T'"}`},
	"a statement for a part":      {"ExecuteStatement", `{"Statement":"SELECT Note FROM Shelf WHERE TenantID = ?","Parameters":[{"S":"$T"}]}`},
	"a statement on an index":     {"ExecuteStatement", `{"Statement":"SELECT Note FROM Shelf.ByOwner WHERE Owner = '$T'"}`},
	"a batch of statements":       {"BatchExecuteStatement", `{"Statements":[{"Statement":"SELECT Note FROM Shelf WHERE TenantID = '$T' AND \"Row\" = '1'"}]}`},
	"a transaction of statements": {"ExecuteTransaction", `{"TransactStatements":[{"Statement":"SELECT Note FROM Shelf WHERE TenantID = '$T' AND \"Row\" = '1'"}]}`},
	"what a write replaces":       {"PutItem", `{"TableName":"Shelf","Item":{"TenantID":{"S":"$T"},"Row":{"S":"1"},"Note":{"S":"note of $T"}},"ReturnValues":"ALL_OLD"}`},
	"what an update makes":        {"UpdateItem", `{"TableName":"Shelf","Key":` + shelfKey + `,"UpdateExpression":"ADD n :one","ExpressionAttributeValues":{":one":{"N":"1"}},"ReturnValues":"ALL_NEW"}`},
	"what a statement replaces":   {"ExecuteStatement", `{"Statement":"UPDATE Shelf SET n = 1 WHERE TenantID = '$T' AND \"Row\" = '1' RETURNING ALL OLD *"}`},
	"why a write fails":           {"PutItem", `{"TableName":"Shelf","Item":` + shelfKey + `,"ConditionExpression":"attribute_not_exists(TenantID)","ReturnValuesOnConditionCheckFailure":"ALL_OLD"}`},
	"why a removal fails":         {"DeleteItem", `{"TableName":"Shelf","Key":` + shelfKey + `,"ConditionExpression":"attribute_not_exists(TenantID)","ReturnValuesOnConditionCheckFailure":"ALL_OLD"}`},
	"why a transaction fails":     {"TransactWriteItems", `{"TransactItems":[{"ConditionCheck":{"TableName":"Shelf","Key":` + shelfKey + `,"ConditionExpression":"attribute_not_exists(TenantID)","ReturnValuesOnConditionCheckFailure":"ALL_OLD"}}]}`},
	"why a statement fails":       {"ExecuteStatement", `{"Statement":"UPDATE Shelf SET n = 1 WHERE TenantID = '$T' AND \"Row\" = '1' AND Rank = 99","ReturnValuesOnConditionCheckFailure":"ALL_OLD"}`},
}

// of is the input for the tenant.
func (a attempt) of(tenant string) string { return strings.ReplaceAll(a.input, "$T", tenant) }

func TestATenantHasItsOwnOfAnUpstreamAndNothingElse(t *testing.T) {
	f := newForwardSiege(t)
	for name, a := range readsOf {
		if got := f.try(f.blue, "dynamodb", a.operation, a.of("blue")); !strings.Contains(got.Body, "note of blue") || len(f.middle.taken()) == 0 {
			t.Errorf("%s of its own: got %d %s", name, got.Status, got.Body)
		}
		f.refuses(f.blue, "dynamodb", a.operation, a.of("yellow"))
		if sent := f.middle.taken(); len(sent) > 0 {
			t.Errorf("%s of another's is sent on: %v", name, sent)
		}
	}
	others := map[string]attempt{
		"a scan":                             {"Scan", `{"TableName":"Shelf"}`},
		"a scan of an index":                 {"Scan", `{"TableName":"Shelf","IndexName":"ByOwner"}`},
		"a statement that reads all":         {"ExecuteStatement", `{"Statement":"SELECT * FROM Shelf"}`},
		"a statement for two":                {"ExecuteStatement", `{"Statement":"SELECT * FROM Shelf WHERE TenantID IN ('blue','yellow')"}`},
		"a statement for one or another":     {"ExecuteStatement", `{"Statement":"SELECT * FROM Shelf WHERE TenantID = 'blue' OR Rank = 1"}`},
		"a batch of two":                     {"BatchGetItem", `{"RequestItems":{"Shelf":{"Keys":[{"TenantID":{"S":"blue"},"Row":{"S":"1"}},{"TenantID":{"S":"yellow"},"Row":{"S":"1"}}]}}}`},
		"a batch of writes":                  {"BatchWriteItem", `{"RequestItems":{"Shelf":[{"DeleteRequest":{"Key":{"TenantID":{"S":"yellow"},"Row":{"S":"1"}}}}]}}`},
		"a transaction of two":               {"TransactWriteItems", `{"TransactItems":[{"Delete":{"TableName":"Shelf","Key":{"TenantID":{"S":"blue"},"Row":{"S":"9"}}}},{"Delete":{"TableName":"Shelf","Key":{"TenantID":{"S":"yellow"},"Row":{"S":"1"}}}}]}`},
		"a transaction that looks":           {"TransactWriteItems", `{"TransactItems":[{"Delete":{"TableName":"Shelf","Key":{"TenantID":{"S":"blue"},"Row":{"S":"9"}}}},{"ConditionCheck":{"TableName":"Shelf","Key":{"TenantID":{"S":"yellow"},"Row":{"S":"1"}},"ConditionExpression":"attribute_exists(n)"}}]}`},
		"an item of a table that isn't":      {"GetItem", `{"TableName":"Nothing","Key":{"TenantID":{"S":"yellow"}}}`},
		"an index by the table's key":        {"Query", `{"TableName":"Shelf","IndexName":"ByOwner","KeyConditionExpression":"TenantID = :t","ExpressionAttributeValues":{":t":{"S":"yellow"}}}`},
		"a table of the upstream's operator": {"DescribeTable", `{"TableName":"Shelf"}`},
		"an end to the table":                {"DeleteTable", `{"TableName":"Shelf"}`},
		"other tags":                         {"TagResource", `{"ResourceArn":"arn:aws:dynamodb:us-east-1:000000000000:table/Shelf","Tags":[{"Key":"a","Value":"b"}]}`},
	}
	for name, a := range others {
		f.refuses(f.blue, "dynamodb", a.operation, a.input)
		if sent := f.middle.taken(); len(sent) > 0 {
			t.Errorf("%s is sent on: %v", name, sent)
		}
	}
}

// TestOnlyStatementsOfItsOwnAreSentOn has a batch of statements about a tenant's own
// item and about another's.
func TestOnlyStatementsOfItsOwnAreSentOn(t *testing.T) {
	f := newForwardSiege(t)
	const of = `{"Statement":"SELECT Note FROM Shelf WHERE TenantID = '$T' AND \"Row\" = '1'"}`
	blue, yellow := strings.ReplaceAll(of, "$T", "blue"), strings.ReplaceAll(of, "$T", "yellow")
	for _, in := range []string{blue + "," + yellow, yellow + "," + blue, yellow + "," + blue + "," + yellow} {
		got := f.do(f.blue, "dynamodb", "BatchExecuteStatement", `{"Statements":[`+in+`]}`).Body
		if want := strings.Count(in, "yellow"); strings.Count(got, `"Error":{"Code":"AccessDenied"`) != want || strings.Count(got, `"Item":`) != 1 || !strings.Contains(got, "note of blue") {
			t.Errorf("%s: got %s, want %d denials", in, got, want)
		}
		sent := f.middle.taken()
		if len(sent) != 1 || strings.Contains(sent[0].body, "yellow") || strings.Count(sent[0].body, `"Statement":`) != 1 {
			t.Errorf("%s: sent on are %v", in, sent)
		}
	}
}

// TestErrorsOfAnUpstreamsBatchAreAsItGaveThem: which of them name the table is the
// upstream's to say.
func TestErrorsOfAnUpstreamsBatchAreAsItGaveThem(t *testing.T) {
	f := newForwardSiege(t)
	const where = ` WHERE TenantID = 'blue' AND \"Row\" = `
	got := f.do(f.blue, "dynamodb", "BatchExecuteStatement", `{"Statements":[{"Statement":"UPDATE Shelf SET n = nothing + 1`+where+`'1'"},
		{"Statement":"UPDATE Shelf SET n = 1`+where+`'none'"},{"Statement":"DELETE FROM Shelf`+where+`'none as well'"}]}`).Body
	const want = `{"Responses":[{"Error":{"Code":"ValidationError","Message":"The provided expression refers to an attribute that does not exist in the item"}},` +
		`{"Error":{"Code":"ConditionalCheckFailed","Message":"The conditional request failed"},"TableName":"Shelf"},{"TableName":"Shelf"}]}`
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// TestWhereAnotherLeftOffIsNoPlaceToBegin gives the key of another tenant's item to go
// on from.
func TestWhereAnotherLeftOffIsNoPlaceToBegin(t *testing.T) {
	f := newForwardSiege(t)
	for _, in := range []string{
		`{"TableName":"Shelf","KeyConditionExpression":"TenantID = :t","ExclusiveStartKey":{"TenantID":{"S":"yellow"},"Row":{"S":"1"}},"ExpressionAttributeValues":{":t":{"S":"blue"}}}`,
		`{"TableName":"Shelf","IndexName":"ByOwner","KeyConditionExpression":"#o = :t","ExclusiveStartKey":{"TenantID":{"S":"yellow"},"Row":{"S":"1"},"Owner":{"S":"yellow"}},"ExpressionAttributeNames":{"#o":"Owner"},"ExpressionAttributeValues":{":t":{"S":"blue"}}}`,
	} {
		f.fails(f.blue, "ValidationException", "dynamodb", "Query", in)
		if sent := f.middle.taken(); len(sent) > 0 {
			t.Errorf("it is sent on: %v", sent)
		}
	}
}

// TestALyingUpstreamGivesNothingAway has the upstream answer with another tenant's
// items, as it does when the key of a table has changed behind us.
func TestALyingUpstreamGivesNothingAway(t *testing.T) {
	f := newForwardSiege(t)
	f.do(f.blue, "dynamodb", "GetItem", strings.ReplaceAll(readsOf["an item"].input, "$T", "blue")) // the table is known
	f.middle.set(func(op, answer string) string {
		if op == "DescribeTable" || op == "ListTagsOfResource" {
			return answer
		}
		return strings.ReplaceAll(answer, "blue", "yellow")
	})
	for name, a := range readsOf {
		if got := f.try(f.blue, "dynamodb", a.operation, a.of("blue")); got.Status != http.StatusInternalServerError || strings.Contains(got.Body, "yellow") {
			t.Errorf("%s: got %d %s", name, got.Status, got.Body)
		}
		if len(f.middle.taken()) == 0 {
			t.Errorf("%s isn't sent on", name)
		}
	}
	last := attempt{"Query", `{"TableName":"Shelf","Limit":1,"Select":"COUNT","KeyConditionExpression":"TenantID = :t","ExpressionAttributeValues":{":t":{"S":"blue"}}}`}
	if got := f.try(f.blue, "dynamodb", last.operation, last.input); got.Status != http.StatusInternalServerError || strings.Contains(got.Body, "yellow") {
		t.Errorf("where to go on: got %d %s", got.Status, got.Body)
	}
	f.middle.set(func(op, answer string) string {
		return strings.ReplaceAll(answer, `"Note":`, `"Secret":{"S":"x"},"Note":`)
	})
	a := readsOf["a part of an item"]
	if got := f.try(f.blue, "dynamodb", a.operation, a.of("blue")); !got.OK() || strings.Contains(got.Body, "Secret") || !strings.Contains(got.Body, "note of blue") {
		t.Errorf("more than was asked for: got %d %s", got.Status, got.Body)
	}
}

// TestALyingUpstreamIsNoMatchForBatches has the upstream answer a batch with what
// wasn't asked for, or twice.
func TestALyingUpstreamIsNoMatchForBatches(t *testing.T) {
	f := newForwardSiege(t)
	item := `{"TenantID":{"S":"blue"},"Row":{"S":"1"}}`
	other := `{"TenantID":{"S":"blue"},"Row":{"S":"2"}}`
	get := `{"RequestItems":{"Shelf":{"Keys":[` + item + `]}}}`
	write := `{"RequestItems":{"Shelf":[{"PutRequest":{"Item":` + item + `}}]}}`
	for _, tt := range []struct {
		op, in, answer string
		ok             bool
	}{
		{"BatchGetItem", get, `{"Responses":{"Shelf":[` + item + `]},"UnprocessedKeys":{}}`, true},
		{"BatchGetItem", get, `{"Responses":{"Shelf":[` + item + `,` + item + `]},"UnprocessedKeys":{}}`, false},
		{"BatchGetItem", get, `{"Responses":{"Shelf":[` + other + `]},"UnprocessedKeys":{}}`, false},
		{"BatchGetItem", get, `{"Responses":{},"UnprocessedKeys":{"Shelf":{"Keys":[` + item + `]}}}`, true},
		{"BatchGetItem", get, `{"Responses":{},"UnprocessedKeys":{"Shelf":{"Keys":[` + other + `]}}}`, false},
		{"BatchGetItem", get, `{"Responses":{"Shelf":[{"TenantID":{"S":"blue"}}]}}`, false},
		{"BatchGetItem", get, `{"Responses":{"Shelf":[{"TenantID":{"N":"1"},"Row":{"S":"1"}}]}}`, false},
		{"BatchWriteItem", write, `{"UnprocessedItems":{"Shelf":[{"PutRequest":{"Item":` + item + `}}]}}`, true},
		{"BatchWriteItem", write, `{"UnprocessedItems":{"Shelf":[{"PutRequest":{"Item":` + other + `}}]}}`, false},
		{"BatchWriteItem", write, `{"UnprocessedItems":{"Shelf":[{"DeleteRequest":{"Key":` + item + `}}]}}`, false},
		{"TransactGetItems", `{"TransactItems":[{"Get":{"TableName":"Shelf","Key":` + item + `}}]}`, `{"Responses":[{"Item":` + item + `},{"Item":` + item + `}]}`, false},
		{"TransactGetItems", `{"TransactItems":[{"Get":{"TableName":"Shelf","Key":` + item + `}}]}`, `{"Responses":[]}`, false},
		{"GetItem", `{"TableName":"Shelf","Key":` + item + `}`, `{"Item":{"TenantID":{"S":"blue"},"Row":{"S":"1"},"n":{"N":"NaN"}}}`, false},
		{"GetItem", `{"TableName":"Shelf","Key":` + item + `}`, `{"Item":{"TenantID":{"S":"blue"},"Row":{"S":"1"},"n":{"SS":[]}}}`, false},
		{"GetItem", `{"TableName":"Shelf","Key":` + item + `}`, `not JSON`, false},
	} {
		f.middle.set(func(op, answer string) string {
			if op == tt.op {
				return tt.answer
			}
			return answer
		})
		a := f.try(f.blue, "dynamodb", tt.op, tt.in)
		if a.OK() != tt.ok || !tt.ok && (a.Status < 500 || strings.Contains(a.Body, "TenantID")) {
			t.Errorf("%s is answered %s: got %d %s", tt.op, tt.answer, a.Status, a.Body)
		}
	}
}

// TestWhatIsSentOnIsWhatWasUnderstood looks at what the upstream gets.
func TestWhatIsSentOnIsWhatWasUnderstood(t *testing.T) {
	f := newForwardSiege(t)
	for _, tt := range []struct{ op, in, want string }{
		{
			"GetItem", `{"Bogus":{"x":[1]},"TableName":"arn:aws:dynamodb:us-east-1:000000000000:table/Shelf","Key":` + shelfKey + `,"ProjectionExpression":" Note ,\n #x.y [ 2 ]","ExpressionAttributeNames":{"#x":"a b"}}`,
			`{"TableName":"Shelf","Key":` + shelfKey + `,"ProjectionExpression":"#0,#1.#2[2],#3,#4","ExpressionAttributeNames":{"#0":"Note","#1":"a b","#2":"y","#3":"TenantID","#4":"Row"}}`,
		},
		{
			"Query", `{"TableName":"Shelf","Bogus":1,"KeyConditionExpression":"( :t = TenantID ) and begins_with ( #r , :r )","FilterExpression":"(Note = :n) or not (Note<>:n)","ExpressionAttributeNames":{"#r":"Row"},"ExpressionAttributeValues":{":t":{"S":"$T"},":r":{"S":"1","Bogus":2},":n":{"N":"01.50"}}}`,
			`{"TableName":"Shelf","KeyConditionExpression":"#0=:0 AND begins_with(#1,:1)","FilterExpression":"#2=:2 OR NOT #2<>:2","ExpressionAttributeNames":{"#0":"TenantID","#1":"Row","#2":"Note"},"ExpressionAttributeValues":{":0":{"S":"$T"},":1":{"S":"1"},":2":{"N":"1.5"}}}`,
		},
		{
			"UpdateItem", `{"TableName":"Shelf","Key":` + shelfKey + `,"UpdateExpression":"remove x set Note = if_not_exists( Note , :n )","ConditionExpression":"attribute_exists ( TenantID )","ExpressionAttributeValues":{":n":{"S":"n"}}}`,
			`{"TableName":"Shelf","Key":` + shelfKey + `,"UpdateExpression":"REMOVE #1 SET #2=if_not_exists(#2,:0)","ConditionExpression":"attribute_exists(#0)","ExpressionAttributeNames":{"#0":"TenantID","#1":"x","#2":"Note"},"ExpressionAttributeValues":{":0":{"S":"n"}}}`,
		},
		{
			"UpdateItem", `{"TableName":"Shelf","Key":` + shelfKey + `,"AttributeUpdates":{"x":{"Action":"DELETE"},"y":{"Value":{"NS":["01.50"]},"Action":"DELETE"}}}`,
			`{"TableName":"Shelf","Key":` + shelfKey + `,"AttributeUpdates":{"x":{"Action":"DELETE"},"y":{"Action":"DELETE","Value":{"NS":["1.5"]}}}}`,
		},
		{
			"UpdateItem", `{"TableName":"Shelf","Key":` + shelfKey + `,"AttributeUpdates":{"x":{"Action":"DELETE"}},"Expected":{"Note":{"ComparisonOperator":"IN","AttributeValueList":[{"S":"a"},{"S":"b"}]},"z":{"Exists":false},"Row":{"Value":{"S":"1"}}},"ConditionalOperator":"OR"}`,
			`{"TableName":"Shelf","Key":` + shelfKey + `,"AttributeUpdates":{"x":{"Action":"DELETE"}},"Expected":{"Note":{"ComparisonOperator":"IN","AttributeValueList":[{"S":"a"},{"S":"b"}]},"z":{"Exists":false},"Row":{"Value":{"S":"1"}}},"ConditionalOperator":"OR"}`,
		},
		{
			"UpdateItem", `{"TableName":"Shelf","Key":` + shelfKey + `,"AttributeUpdates":{"x":{"Action":"DELETE"},"n":{"Action":"ADD","Value":{"N":"1"}}}}`,
			`{"TableName":"Shelf","Key":` + shelfKey + `,"UpdateExpression":"ADD #0 :0 REMOVE #1","ExpressionAttributeNames":{"#0":"n","#1":"x"},"ExpressionAttributeValues":{":0":{"N":"1"}}}`,
		},
		{
			"ExecuteStatement", `{"Statement":"select Note from  \"Shelf\" where TenantID = '$T' and \"Row\" >= ?","Parameters":[{"S":"1"}]}`,
			`{"Statement":"SELECT \"Note\", \"TenantID\", \"Row\" FROM \"Shelf\" WHERE \"TenantID\" = ? AND \"Row\" >= ?","Parameters":[{"S":"$T"},{"S":"1"}]}`,
		},
	} {
		in, want := attempt{tt.op, tt.in}.of("blue"), attempt{tt.op, tt.want}.of("blue")
		f.do(f.blue, "dynamodb", tt.op, in)
		sent := f.middle.taken()
		if len(sent) == 0 || sent[0].operation != tt.op || canonical(t, sent[0].body) != canonical(t, want) {
			t.Errorf("%s %s is sent on as\n%v, want\n%s", tt.op, in, sent, want)
		}
	}
}

// canonical is JSON with the members of objects in order.
func canonical(t *testing.T, s string) string {
	t.Helper()
	var v any
	if err := json.Unmarshal([]byte(s), &v); err != nil {
		t.Fatalf("%s: %v", s, err)
	}
	return text(t, v)
}

// TestTheUpstreamsTablesAreOneAccounts calls from another account, and for another
// region.
func TestTheUpstreamsTablesAreOneAccounts(t *testing.T) {
	f := newForwardSiege(t)
	_, admin := f.account("222222222222")
	get := `{"TableName":"Shelf","Key":{"TenantID":{"S":"blue"},"Row":{"S":"1"}}}`
	f.fails(admin, "ResourceNotFoundException", "dynamodb", "GetItem", get)
	f.refuses(admin, "dynamodb", "GetItem", strings.Replace(get, "Shelf", "arn:aws:dynamodb:us-east-1:000000000000:table/Shelf", 1))
	f.fails(admin, "ValidationException", "dynamodb", "CreateTable", strings.Replace(forwardedShelf, "Shelf", "Other", 1))
	if a := f.do(admin, "dynamodb", "ListTables", `{}`); strings.Contains(a.Body, "Shelf") {
		t.Errorf("another account is told of %s", a.Body)
	}
	elsewhere := f.admin.Copy()
	elsewhere.Region = "eu-west-1"
	f.fails(elsewhere, "ResourceNotFoundException", "dynamodb", "GetItem", get)
	if sent := f.middle.taken(); len(sent) > 0 {
		t.Errorf("sent on: %v", sent)
	}
	if a := f.do(f.admin, "dynamodb", "ListTables", `{}`); !strings.Contains(a.Body, "Shelf") {
		t.Errorf("its own account is told of %s", a.Body)
	}
}

// TestFailuresOfTheUpstreamTellNothing has the upstream refuse us, and fail.
func TestFailuresOfTheUpstreamTellNothing(t *testing.T) {
	f := newForwardSiege(t)
	get := readsOf["an item"].of("blue")
	f.do(f.blue, "dynamodb", "GetItem", get)
	f.middle.Close()
	for op, in := range map[string]string{"GetItem": get, "PutItem": readsOf["what a write replaces"].of("blue")} {
		a := f.try(f.blue, "dynamodb", op, in)
		if a.Status != http.StatusServiceUnavailable || strings.Contains(a.Body, "127.0.0.1") || strings.Contains(a.Body, "refused") {
			t.Errorf("%s: got %d %s", op, a.Status, a.Body)
		}
	}
	f.refuses(f.blue, "dynamodb", "GetItem", readsOf["an item"].of("yellow"))
}

// TestTagsOfTheUpstreamDecide has a policy ask for a tag of the table.
func TestTagsOfTheUpstreamDecide(t *testing.T) {
	f := newForwardSiege(t)
	f.role("tagged", `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"dynamodb:*","Resource":"*","Condition":{"StringEquals":{"aws:ResourceTag/open":"yes"}}}}`)
	who := f.assume(f.vendor, "tagged", nil)
	get := readsOf["an item"].of("blue")
	f.refuses(who, "dynamodb", "GetItem", get)
	f.do(f.admin, "dynamodb", "TagResource", `{"ResourceArn":"arn:aws:dynamodb:us-east-1:000000000000:table/Shelf","Tags":[{"Key":"open","Value":"yes"}]}`)
	f.do(who, "dynamodb", "GetItem", get)
	f.do(f.admin, "dynamodb", "UntagResource", `{"ResourceArn":"arn:aws:dynamodb:us-east-1:000000000000:table/Shelf","TagKeys":["open"]}`)
	f.refuses(who, "dynamodb", "GetItem", get)
}

// TestTablesAreDescribedAsTheUpstreamDoes makes a table, changes it and holds each
// description against the upstream's own.
func TestTablesAreDescribedAsTheUpstreamDoes(t *testing.T) {
	f := newForwardSiege(t)
	told := ""
	f.middle.set(func(op, answer string) string {
		if op != "ListTagsOfResource" {
			told = answer
		}
		return answer
	})
	for _, call := range []attempt{
		{"CreateTable", `{"TableName":"Desk","BillingMode":"PAY_PER_REQUEST","TableClass":"STANDARD","OnDemandThroughput":{"MaxReadRequestUnits":4},
		 "AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"},{"AttributeName":"g","AttributeType":"S"}],"KeySchema":[{"AttributeName":"pk","KeyType":"HASH"}],
		 "GlobalSecondaryIndexes":[{"IndexName":"ByG","KeySchema":[{"AttributeName":"g","KeyType":"HASH"}],"Projection":{"ProjectionType":"ALL"},"WarmThroughput":{"ReadUnitsPerSecond":13000}}]}`},
		{"DescribeTable", `{"TableName":"Desk"}`},
		{"UpdateTable", `{"TableName":"Desk","TableClass":"STANDARD_INFREQUENT_ACCESS"}`},
		{"DescribeTable", `{"TableName":"Desk"}`},
		{"UpdateTable", `{"TableName":"Desk","BillingMode":"PROVISIONED","ProvisionedThroughput":{"ReadCapacityUnits":3,"WriteCapacityUnits":2},
		 "GlobalSecondaryIndexUpdates":[{"Update":{"IndexName":"ByG","ProvisionedThroughput":{"ReadCapacityUnits":1,"WriteCapacityUnits":1}}}]}`},
		{"UpdateTable", `{"TableName":"Desk","ProvisionedThroughput":{"ReadCapacityUnits":4,"WriteCapacityUnits":1}}`},
		{"DescribeTable", `{"TableName":"Desk"}`},
	} {
		if a := f.do(f.admin, "dynamodb", call.operation, call.input); canonical(t, a.Body) != canonical(t, told) {
			t.Errorf("%s: the upstream said\n%s\nand who asked got\n%s", call.operation, told, a.Body)
		}
	}
}

// TestTokensOfTenantsAreApartUpstream has two tenants use one token, for which the
// upstream has one caller.
func TestTokensOfTenantsAreApartUpstream(t *testing.T) {
	f := newForwardSiege(t)
	add := attempt{"TransactWriteItems", `{"ClientRequestToken":"token","TransactItems":[{"Update":{"TableName":"Shelf","Key":` + shelfKey + `,"UpdateExpression":"ADD n :one","ExpressionAttributeValues":{":one":{"N":"1"}}}}]}`}
	for range 2 {
		f.do(f.blue, "dynamodb", add.operation, add.of("blue"))
		f.do(f.yellow, "dynamodb", add.operation, add.of("yellow"))
	}
	for who, cfg := range map[string]aws.Config{"blue": f.blue, "yellow": f.yellow} {
		if a := f.do(cfg, "dynamodb", "GetItem", readsOf["an item"].of(who)); !strings.Contains(a.Body, `"n":{"N":"1"}`) {
			t.Errorf("%s has %s", who, a.Body)
		}
	}
	f.fails(f.blue, "IdempotentParameterMismatchException", "dynamodb", add.operation, strings.Replace(add.of("blue"), `:one":{"N":"1"}`, `:one":{"N":"2"}`, 1))
	for _, c := range f.middle.taken() {
		if strings.Contains(c.body, `"token"`) {
			t.Errorf("the token itself is sent on: %s", c.body)
		}
	}
}

// TestATableThatIsNotDescribedIsNotUsed has the upstream describe something else than
// the table that it is asked for, or nothing that a table can be.
func TestATableThatIsNotDescribedIsNotUsed(t *testing.T) {
	f := newForwardSiege(t)
	get := readsOf["an item"].of("blue")
	for _, change := range [][2]string{
		{`"TableName":"Shelf"`, `"TableName":"Other"`},
		{`"KeyType":"HASH"`, `"KeyType":"RANGE"`},
		{`"KeyType":"RANGE"`, `"KeyType":"HASH"`},
		{`"AttributeName":"TenantID","AttributeType":"S"`, `"AttributeName":"Other","AttributeType":"S"`},
		{`"AttributeType":"S"`, `"AttributeType":"L"`},
		{`"KeySchema":`, `"KeySchemas":`},
		{`"Table":`, `"Tables":`},
		{`"IndexName":"ByOwner"`, `"IndexName":""`},
	} {
		changed := false
		f.middle.set(func(op, answer string) string {
			if op != "DescribeTable" {
				return answer
			}
			lie := strings.ReplaceAll(answer, change[0], change[1])
			changed = changed || lie != answer
			return lie
		})
		f.do(f.admin, "dynamodb", "TagResource", `{"ResourceArn":"arn:aws:dynamodb:us-east-1:000000000000:table/Shelf","Tags":[{"Key":"a","Value":"b"}]}`) // and it is asked anew
		f.middle.taken()
		a := f.try(f.blue, "dynamodb", "GetItem", get)
		if a.OK() || !changed || len(f.middle.taken()) > 0 {
			t.Errorf("%s: got %d %s", change[1], a.Status, a.Body)
		}
		f.middle.set(nil)
		f.do(f.blue, "dynamodb", "GetItem", get)
	}
}
