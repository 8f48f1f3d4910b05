// SPDX-License-Identifier: Apache-2.0

package dynamodb_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/bailiwick-dev/bailiwick/bailiwicktest"
	service "github.com/bailiwick-dev/bailiwick/internal/service/dynamodb"
	"github.com/bailiwick-dev/bailiwick/internal/service/servicetest"
)

func TestBatchesWriteAndReadSeveralTables(t *testing.T) {
	ctx := t.Context()
	db := connect(t)
	create(t, db, "One", "pk")
	create(t, db, "Two", "pk", "sk")
	w, err := db.BatchWriteItem(ctx, &dynamodb.BatchWriteItemInput{
		ReturnConsumedCapacity: types.ReturnConsumedCapacityTotal,
		RequestItems: map[string][]types.WriteRequest{
			"One": {
				{PutRequest: &types.PutRequest{Item: item{"pk": str("a"), "v": num(1)}}},
				{PutRequest: &types.PutRequest{Item: item{"pk": str("b"), "v": str(strings.Repeat("v", 1024))}}},
			},
			"Two": {{PutRequest: &types.PutRequest{Item: item{"pk": str("a"), "sk": str("1")}}}},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(w.UnprocessedItems) != 0 || len(w.ConsumedCapacity) != 2 || *w.ConsumedCapacity[0].CapacityUnits != 3 {
		t.Errorf("write answers %+v", w)
	}
	arn := "arn:aws:dynamodb:us-east-1:000000000000:table/Two"
	r, err := db.BatchGetItem(ctx, &dynamodb.BatchGetItemInput{
		ReturnConsumedCapacity: types.ReturnConsumedCapacityTotal,
		RequestItems: map[string]types.KeysAndAttributes{
			"One": {Keys: []item{{"pk": str("a")}, {"pk": str("missing")}}, ProjectionExpression: aws.String("v"), ConsistentRead: aws.Bool(true)},
			arn:   {Keys: []item{{"pk": str("a"), "sk": str("1")}}},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Responses) != 2 || len(r.Responses["One"]) != 1 || len(r.Responses[arn]) != 1 || len(r.UnprocessedKeys) != 0 {
		t.Fatalf("read answers %+v", r)
	}
	wantItem(t, "projected", r.Responses["One"][0], item{"v": num(1)})
	wantItem(t, "by ARN", r.Responses[arn][0], item{"pk": str("a"), "sk": str("1")})
	for _, c := range r.ConsumedCapacity {
		if want := map[string]float64{"One": 2, arn: 0.5}[*c.TableName]; *c.CapacityUnits != want {
			t.Errorf("%s takes %v units", *c.TableName, *c.CapacityUnits)
		}
	}
}

func TestBatchWritesAreAllOrNothing(t *testing.T) {
	db := connect(t)
	create(t, db, "T00", "pk", "sk")
	puts := func(items ...item) (out []types.WriteRequest) {
		for _, it := range items {
			out = append(out, types.WriteRequest{PutRequest: &types.PutRequest{Item: it}})
		}
		return out
	}
	good := item{"pk": str("a"), "sk": str("1")}
	var many []item
	for i := range 26 {
		many = append(many, item{"pk": str("a"), "sk": str(fmt.Sprint(i))})
	}
	const constraint = "failed to satisfy constraint: Map value must satisfy constraint: [Member must have length less than or equal to 25, Member must have length greater than or equal to 1]"
	for _, tc := range []struct {
		name, code, message string
		requests            map[string][]types.WriteRequest
	}{
		{"missing key", validation, omPrefix + "Missing the key sk in the item", map[string][]types.WriteRequest{"T00": puts(good, item{"pk": str("b")})}},
		{"wrong key", validation, "The provided key element does not match the schema", map[string][]types.WriteRequest{
			"T00": append(puts(good), types.WriteRequest{DeleteRequest: &types.DeleteRequest{Key: item{"pk": str("a")}}}),
		}},
		{"missing table", notFound, "Requested resource not found", map[string][]types.WriteRequest{"T00": puts(good), "U00": puts(good)}},
		{"twice", validation, "Provided list of item keys contains duplicates", map[string][]types.WriteRequest{"T00": puts(good, item{"pk": str("a"), "sk": str("1"), "v": num(1)})}},
		{"twice by two names", validation, "Provided list of item keys contains duplicates", map[string][]types.WriteRequest{
			"T00": puts(good), "arn:aws:dynamodb:us-east-1:000000000000:table/T00": puts(good),
		}},
		{"neither", validation, "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes", map[string][]types.WriteRequest{"T00": append(puts(good), types.WriteRequest{})}},
		{"too large", validation, "Item size has exceeded the maximum allowed size", map[string][]types.WriteRequest{
			"T00": puts(good, item{"pk": str("a"), "sk": str("2"), "v": str(strings.Repeat("v", 400<<10))}),
		}},
		{"26 requests", validation, "1 validation error detected: Value '{T00=[…]}' at 'requestItems' " + constraint, map[string][]types.WriteRequest{"T00": puts(many...)}},
		{"no requests", validation, "1 validation error detected: Value '{T00=[…]}' at 'requestItems' " + constraint, map[string][]types.WriteRequest{"T00": {}}},
		{"no tables", validation, "The requestItems parameter is required for BatchWriteItem", map[string][]types.WriteRequest{}},
		{"26 in two tables", validation, "Too many items requested for the BatchWriteItem call", map[string][]types.WriteRequest{"T00": puts(many[:13]...), "U00": puts(many[13:]...)}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := db.BatchWriteItem(t.Context(), &dynamodb.BatchWriteItemInput{RequestItems: tc.requests})
			wantError(t, err, tc.code, tc.message)
			wantCount(t, db, "T00", 0, 0)
			if out, err := db.Scan(t.Context(), &dynamodb.ScanInput{TableName: aws.String("T00")}); err != nil || out.Count != 0 {
				t.Errorf("the batch left %d items, %v", out.Count, err)
			}
		})
	}
}

func TestBatchReadsAreChecked(t *testing.T) {
	db := connect(t)
	create(t, db, "T00", "pk")
	keys := func(n int) (out []item) {
		for i := range n {
			out = append(out, item{"pk": str(fmt.Sprint(i))})
		}
		return out
	}
	for _, tc := range []struct {
		name, code, message string
		requests            map[string]types.KeysAndAttributes
	}{
		{"duplicates", validation, "Provided list of item keys contains duplicates", map[string]types.KeysAndAttributes{"T00": {Keys: append(keys(3), keys(1)...)}}},
		{"101 keys", validation, "1 validation error detected: Value '[…]' at 'requestItems.T00.member.keys' failed to satisfy constraint: Member must have length less than or equal to 100", map[string]types.KeysAndAttributes{"T00": {Keys: keys(101)}}},
		{"no keys", validation, "1 validation error detected: Value '[]' at 'requestItems.T00.member.keys' failed to satisfy constraint: Member must have length greater than or equal to 1", map[string]types.KeysAndAttributes{"T00": {Keys: keys(0)[0:0:0]}}},
		{"101 keys of two tables", validation, "Too many items requested for the BatchGetItem call", map[string]types.KeysAndAttributes{"T00": {Keys: keys(60)}, "U00": {Keys: keys(41)}}},
		{"no tables", validation, "The requestItems parameter is required for BatchGetItem", map[string]types.KeysAndAttributes{}},
		{"missing table", notFound, "Requested resource not found", map[string]types.KeysAndAttributes{"T00": {Keys: keys(1)}, "U00": {Keys: keys(1)}}},
		{"wrong key", validation, "The provided key element does not match the schema", map[string]types.KeysAndAttributes{"T00": {Keys: []item{{"id": str("1")}}}}},
		{"reserved word", validation, "Invalid ProjectionExpression: Attribute name is a reserved keyword; reserved keyword: name", map[string]types.KeysAndAttributes{"T00": {Keys: keys(1), ProjectionExpression: aws.String("name")}}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			for name, k := range tc.requests {
				if k.Keys == nil {
					k.Keys = []item{}
					tc.requests[name] = k
				}
			}
			_, err := db.BatchGetItem(t.Context(), &dynamodb.BatchGetItemInput{RequestItems: tc.requests})
			wantError(t, err, tc.code, tc.message)
		})
	}
}

func TestRefusalsOfLongNamesAreShort(t *testing.T) {
	srv := bailiwicktest.New(t)
	name := strings.Repeat("x;", 1<<20)
	for operation, input := range map[string]string{
		"BatchWriteItem": `{"RequestItems":{"` + name + `":[` + strings.Repeat(`{"PutRequest":{}},`, 9) + `{"PutRequest":{}}]}}`,
		"BatchGetItem":   `{"RequestItems":{"` + name + `":{}}}`,
		"GetItem":        `{"TableName":"` + name + `","Key":{"pk":{"S":"a"}}}`,
	} {
		a, err := servicetest.Call(t.Context(), srv.Config(), service.New(), operation, input)
		if err != nil {
			t.Fatal(err)
		}
		if a.Status != 400 || len(a.Body) > 32<<10 {
			t.Errorf("%s answers %d and %d bytes", operation, a.Status, len(a.Body))
		}
	}
}

func TestKeysBeyond16MegabytesAreHandedBack(t *testing.T) {
	db := connect(t)
	create(t, db, "T00", "pk")
	var keys []item
	for i := range 60 {
		key := item{"pk": str(fmt.Sprintf("%02d", i))}
		keys = append(keys, key)
		put(t, db, "T00", item{"pk": key["pk"], "v": str(strings.Repeat("v", 300<<10-len("pk00v")))})
	}
	requests := map[string]types.KeysAndAttributes{"T00": {
		Keys: keys, ProjectionExpression: aws.String("#k"), ExpressionAttributeNames: map[string]string{"#k": "pk"},
	}}
	seen := map[string]bool{}
	rounds := 0
	for ; len(requests) > 0; rounds++ {
		out, err := db.BatchGetItem(t.Context(), &dynamodb.BatchGetItemInput{RequestItems: requests})
		if err != nil {
			t.Fatal(err)
		}
		for _, pk := range texts(out.Responses["T00"], "pk") {
			seen[pk] = true
		}
		if n := len(out.Responses["T00"]); rounds == 0 && n != 52 {
			t.Errorf("the first answer has %d items of 300 KB", n)
		}
		requests = out.UnprocessedKeys
	}
	if len(seen) != 60 || rounds != 2 {
		t.Errorf("%d items in %d rounds", len(seen), rounds)
	}
}

// TestBatchesOfStatementsThatChangeNothing makes as many of each as it takes for
// what a write does once in a while to have its turn: these do none of it.
func TestBatchesOfStatementsThatChangeNothing(t *testing.T) {
	ctx := t.Context()
	db := connect(t)
	create(t, db, "Docs", "pk")
	batch := func(statement string) types.BatchStatementResponse {
		t.Helper()
		out, err := db.BatchExecuteStatement(ctx, &dynamodb.BatchExecuteStatementInput{Statements: []types.BatchStatementRequest{{Statement: &statement}}})
		if err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
		return out.Responses[0]
	}
	if r := batch(`INSERT INTO Docs VALUE {'pk': 'a'}`); r.Error != nil {
		t.Fatal(*r.Error.Message)
	}
	for range 500 {
		if r := batch(`SELECT * FROM Docs WHERE pk = 'a'`); len(r.Item) != 1 {
			t.Fatalf("a selection answers %+v", r)
		}
		if r := batch(`DELETE FROM Docs`); r.Error == nil || r.Error.Code != types.BatchStatementErrorCodeEnumValidationError {
			t.Fatalf("a statement without a key answers %+v", r)
		}
	}
}

// TestAPageOfAStatementEndsAtItsSize reads two partitions, of 0.8 and of 1.2 MB: the
// item that reaches a megabyte of both is the page's last.
func TestAPageOfAStatementEndsAtItsSize(t *testing.T) {
	db := connect(t)
	create(t, db, "Docs", "pk", "sk")
	for i, pk := range []string{"a", "a", "b", "b", "b"} {
		put(t, db, "Docs", item{"pk": str(pk), "sk": str(fmt.Sprint(i)), "v": str(strings.Repeat("v", 390<<10))})
	}
	in := &dynamodb.ExecuteStatementInput{Statement: aws.String(`SELECT sk FROM Docs WHERE pk IN ['a', 'b']`)}
	for _, want := range []string{"0 1 2", "3 4"} {
		out, err := db.ExecuteStatement(t.Context(), in)
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(texts(out.Items, "sk"), " "); got != want {
			t.Errorf("a page is %s, want %s", got, want)
		}
		in.NextToken = out.NextToken
	}
	if in.NextToken != nil {
		t.Error("the last page leads on")
	}
}
