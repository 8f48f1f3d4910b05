// SPDX-License-Identifier: Apache-2.0

package dynamodb_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/bailiwick-dev/bailiwick/bailiwicktest"
	admin "github.com/bailiwick-dev/bailiwick/client"
	service "github.com/bailiwick-dev/bailiwick/internal/service/dynamodb"
	"github.com/bailiwick-dev/bailiwick/internal/service/servicetest"
)

// user makes a user with one policy and returns its configuration.
func user(t testing.TB, srv *bailiwicktest.Server, name, policy string) aws.Config {
	t.Helper()
	c := iam.NewFromConfig(srv.Config())
	if _, err := c.CreateUser(t.Context(), &iam.CreateUserInput{UserName: &name}); err != nil {
		t.Fatal(err)
	}
	_, err := c.PutUserPolicy(t.Context(), &iam.PutUserPolicyInput{UserName: &name, PolicyName: aws.String("p"), PolicyDocument: &policy})
	if err != nil {
		t.Fatal(err)
	}
	k, err := c.CreateAccessKey(t.Context(), &iam.CreateAccessKeyInput{UserName: &name})
	if err != nil {
		t.Fatal(err)
	}
	return srv.As(*k.AccessKey.AccessKeyId, *k.AccessKey.SecretAccessKey, "")
}

// statement returns a policy with one Allow.
func statement(actions, resource, condition string) string {
	if condition != "" {
		condition = `,"Condition":` + condition
	}
	return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":` + actions + `,"Resource":"` + resource + `"` + condition + `}]}`
}

const (
	inAccount = "arn:aws:dynamodb:us-east-1:000000000000:table/"
	ownKeys   = `{"ForAllValues:StringEquals":{"dynamodb:LeadingKeys":["mine"]},"Null":{"dynamodb:LeadingKeys":"false"}}`
)

type ask struct {
	operation, input string
	allowed          bool
}

func askAll(t *testing.T, cfg aws.Config, asks []ask) {
	t.Helper()
	svc := service.New()
	for _, a := range asks {
		got, err := servicetest.Call(t.Context(), cfg, svc, a.operation, a.input)
		if err != nil {
			t.Fatal(err)
		}
		if got.OK() != a.allowed || got.Denied() == a.allowed {
			t.Errorf("%s %s answers %d %s", a.operation, a.input, got.Status, got.Body)
		}
	}
}

func TestATenantReachesItsOwnPartitionOnly(t *testing.T) {
	srv := bailiwicktest.New(t)
	root := client(srv.Config())
	create(t, root, "Docs", "pk", "sk")
	create(t, root, "Nums", "nk")
	for _, pk := range []string{"mine", "theirs"} {
		put(t, root, "Docs", item{"pk": str(pk), "sk": str("1"), "v": num(1)})
	}
	put(t, root, "Nums", item{"nk": num("1500")})
	cfg := user(t, srv, "tenant", statement(`"dynamodb:*"`, inAccount+"*", ownKeys))
	of := func(pk string) string { return `{"TableName":"Docs","Key":{"pk":{"S":"` + pk + `"},"sk":{"S":"1"}}}` }
	query := func(pk, more string) string {
		return `{"TableName":"Docs","KeyConditionExpression":"pk = :p","ExpressionAttributeValues":{":p":{"S":"` + pk + `"}}` + more + `}`
	}
	keys := func(pks ...string) string {
		return `{"pk":{"S":"` + strings.Join(pks, `"},"sk":{"S":"1"}},{"pk":{"S":"`) + `"},"sk":{"S":"1"}}`
	}
	askAll(t, cfg, []ask{
		{"GetItem", of("mine"), true},
		{"GetItem", of("theirs"), false},
		{"UpdateItem", of("mine"), true},
		{"UpdateItem", of("theirs"), false},
		{"PutItem", `{"TableName":"Docs","Item":` + keys("mine") + `}`, true},
		{"PutItem", `{"TableName":"Docs","Item":` + keys("theirs") + `}`, false},
		{"Query", query("mine", ""), true},
		{"Query", query("theirs", ""), false},
		{"Query", query("theirs", `,"IndexName":"idx"`), false},
		{"BatchGetItem", `{"RequestItems":{"Docs":{"Keys":[` + keys("mine") + `]}}}`, true},
		{"BatchGetItem", `{"RequestItems":{"Docs":{"Keys":[` + keys("mine", "theirs") + `]}}}`, false},
		{"BatchWriteItem", `{"RequestItems":{"Docs":[{"PutRequest":{"Item":` + keys("mine") + `}}]}}`, true},
		{"BatchWriteItem", `{"RequestItems":{"Docs":[{"PutRequest":{"Item":` + keys("mine") + `}},{"DeleteRequest":{"Key":` + keys("theirs") + `}}]}}`, false},
		{"Scan", `{"TableName":"Docs"}`, false},
		{"Scan", `{"TableName":"Docs","FilterExpression":"pk = :p","ExpressionAttributeValues":{":p":{"S":"mine"}}}`, false},
		{"DescribeTable", `{"TableName":"Docs"}`, false},
		{"DeleteTable", `{"TableName":"Docs"}`, false},
		{"GetItem", `{"TableName":"Nums","Key":{"nk":{"N":"1500"}}}`, false},
		// Keys that aren't of the schema don't make a condition on all of them empty.
		{"GetItem", `{"TableName":"Docs","Key":{"other":{"S":"theirs"}}}`, false},
		{"GetItem", `{"TableName":"Docs","Key":{"pk":{"L":[]},"sk":{"S":"1"}}}`, false},
		{"Query", `{"TableName":"Docs","KeyConditionExpression":"sk = :p","ExpressionAttributeValues":{":p":{"S":"1"}}}`, false},
		{"GetItem", `{"TableName":"Docs","Key":{}}`, false},
		{"PutItem", `{"TableName":"Docs","Item":{}}`, false},
		{"BatchGetItem", `{"RequestItems":{"Docs":{"Keys":[` + keys("mine") + `,{}]}}}`, false},
		{"TransactWriteItems", `{"TransactItems":[{"Delete":{"TableName":"Docs","Key":{}}}]}`, false},
		{"ExecuteStatement", `{"Statement":"INSERT INTO Docs VALUE {}"}`, false},
		{"GetItem", of(""), false},
		{"UpdateItem", of(""), false},
		{"BatchGetItem", `{"RequestItems":{"Docs":{"Keys":[` + keys("") + `]}}}`, false},
		{"GetItem", `{"TableName":"Docs","Key":{"pk":{"B":""},"sk":{"S":"1"}}}`, false},
		{"Query", query("", ""), false},
		{"ExecuteStatement", `{"Statement":"SELECT * FROM Docs WHERE pk = ''"}`, false},
		{"ExecuteStatement", `{"Statement":"INSERT INTO Docs VALUE {'pk': '', 'sk': '1'}"}`, false},
		{"DeleteItem", of("theirs"), false},
		{"DeleteItem", of("mine"), true},
	})
	if got := get(t, root, "Docs", item{"pk": str("theirs"), "sk": str("1")}); len(got) != 3 {
		t.Errorf("the other tenant's item is %v", got)
	}
}

func TestNumberAndBinaryKeysAreStatedCanonically(t *testing.T) {
	srv := bailiwicktest.New(t)
	root := client(srv.Config())
	create(t, root, "Nums", "nk")
	create(t, root, "Bins", "bk")
	condition := `{"ForAllValues:StringEquals":{"dynamodb:LeadingKeys":["1500","/wA="]},"Null":{"dynamodb:LeadingKeys":"false"}}`
	askAll(t, user(t, srv, "u", statement(`"dynamodb:*"`, inAccount+"*", condition)), []ask{
		{"GetItem", `{"TableName":"Nums","Key":{"nk":{"N":"1.5e3"}}}`, true},
		{"GetItem", `{"TableName":"Nums","Key":{"nk":{"N":"1500.1"}}}`, false},
		{"GetItem", `{"TableName":"Bins","Key":{"bk":{"B":"/wA="}}}`, true},
		{"GetItem", `{"TableName":"Bins","Key":{"bk":{"B":"/wE="}}}`, false},
	})
}

func TestConditionKeysSayWhatIsAsked(t *testing.T) {
	srv := bailiwicktest.New(t)
	create(t, client(srv.Config()), "Docs", "pk")
	const key = `"TableName":"Docs","Key":{"pk":{"S":"a"}}`
	const query = `"TableName":"Docs","KeyConditionExpression":"pk = :p","ExpressionAttributeValues":{":p":{"S":"a"}}`
	shown := `{"ForAllValues:StringEquals":{"dynamodb:Attributes":["pk","seen"]},"Null":{"dynamodb:Attributes":"false"},"StringEquals":{"dynamodb:Select":"SPECIFIC_ATTRIBUTES"}}`
	askAll(t, user(t, srv, "reader", statement(`"dynamodb:*"`, inAccount+"*", shown)), []ask{
		{"GetItem", `{` + key + `,"ProjectionExpression":"seen.x"}`, true},
		{"GetItem", `{` + key + `,"ProjectionExpression":"seen, unseen"}`, false},
		{"GetItem", `{` + key + `,"ProjectionExpression":"seen, #h.seen","ExpressionAttributeNames":{"#h":"unseen"}}`, false},
		{"GetItem", `{` + key + `}`, false},
		{"Query", `{` + query + `,"ProjectionExpression":"seen"}`, true},
		{"Query", `{` + query + `}`, false},
		{"Query", `{` + query + `,"Select":"COUNT"}`, false},
		{"Query", `{` + query + `,"ProjectionExpression":"seen","FilterExpression":"unseen = :p"}`, false},
		{"Scan", `{"TableName":"Docs","ProjectionExpression":"seen"}`, true},
		{"Scan", `{"TableName":"Docs","ProjectionExpression":"seen","FilterExpression":"size(unseen) > size(seen)"}`, false},
		{"BatchGetItem", `{"RequestItems":{"Docs":{"Keys":[{"pk":{"S":"a"}}],"ProjectionExpression":"seen"}}}`, true},
		{"BatchGetItem", `{"RequestItems":{"Docs":{"Keys":[{"pk":{"S":"a"}}]}}}`, false},
	})
	quiet := `{"ForAllValues:StringEquals":{"dynamodb:Attributes":["pk","seen"]},"StringEquals":{"dynamodb:ReturnValues":"NONE","dynamodb:ReturnConsumedCapacity":"NONE"}}`
	set := `,"ExpressionAttributeValues":{":v":{"N":"1"}}`
	askAll(t, user(t, srv, "writer", statement(`"dynamodb:*"`, inAccount+"*", quiet)), []ask{
		{"UpdateItem", `{` + key + `,"UpdateExpression":"SET seen = :v"` + set + `}`, true},
		{"UpdateItem", `{` + key + `,"UpdateExpression":"SET seen = :v","ReturnValues":"ALL_OLD"` + set + `}`, false},
		{"UpdateItem", `{` + key + `,"UpdateExpression":"SET seen = :v","ReturnConsumedCapacity":"TOTAL"` + set + `}`, false},
		{"UpdateItem", `{` + key + `,"UpdateExpression":"SET seen = :v","ConditionExpression":"seen > :v","ReturnValuesOnConditionCheckFailure":"ALL_OLD"` + set + `}`, false},
		{"UpdateItem", `{` + key + `,"UpdateExpression":"SET unseen = :v"` + set + `}`, false},
		{"UpdateItem", `{` + key + `,"UpdateExpression":"SET seen = if_not_exists(unseen, :v)"` + set + `}`, false},
		{"UpdateItem", `{` + key + `,"UpdateExpression":"SET seen = :v","ConditionExpression":"unseen <> :v"` + set + `}`, false},
		{"PutItem", `{"TableName":"Docs","Item":{"pk":{"S":"a"},"seen":{"N":"1"}}}`, true},
		{"PutItem", `{"TableName":"Docs","Item":{"pk":{"S":"a"},"unseen":{"N":"1"}}}`, false},
		{"DeleteItem", `{` + key + `,"ConditionExpression":"attribute_exists(unseen)"}`, false},
		{"DeleteItem", `{` + key + `}`, true},
	})
}

func TestStrangersDoNotLearnWhichTablesThereAre(t *testing.T) {
	srv := bailiwicktest.New(t)
	create(t, client(srv.Config()), "Docs", "pk")
	cfg := user(t, srv, "stranger", statement(`"s3:*"`, "*", ""))
	svc := service.New()
	for _, op := range svc.Operations {
		op.Sample = strings.ReplaceAll(op.Sample, "$ACCOUNT", srv.Root.AccountID)
		there, err := servicetest.Call(t.Context(), cfg, svc, op.Name, strings.ReplaceAll(op.Sample, "Sample", "Docs"))
		if err != nil {
			t.Fatal(err)
		}
		missing, err := servicetest.Call(t.Context(), cfg, svc, op.Name, strings.ReplaceAll(op.Sample, "Sample", "None"))
		if err != nil {
			t.Fatal(err)
		}
		if !there.Denied() || strings.ReplaceAll(there.Body, "Docs", "None") != missing.Body {
			t.Errorf("%s answers\n\t%s\nand\n\t%s", op.Name, there.Body, missing.Body)
		}
	}
}

func TestTagsOfTablesDecide(t *testing.T) {
	srv := bailiwicktest.New(t)
	const table = `"BillingMode":"PAY_PER_REQUEST","AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"}],"KeySchema":[{"AttributeName":"pk","KeyType":"HASH"}]`
	maker := statement(`["dynamodb:CreateTable","dynamodb:TagResource"]`, "*", `{"StringEquals":{"aws:RequestTag/team":"a"}}`)
	askAll(t, user(t, srv, "maker", maker), []ask{
		{"CreateTable", `{"TableName":"TableA",` + table + `,"Tags":[{"Key":"team","Value":"a"}]}`, true},
		{"CreateTable", `{"TableName":"TableB",` + table + `,"Tags":[{"Key":"team","Value":"b"}]}`, false},
		{"CreateTable", `{"TableName":"TableC",` + table + `}`, false},
	})
	askAll(t, user(t, srv, "untagger", statement(`"dynamodb:CreateTable"`, "*", "")), []ask{
		{"CreateTable", `{"TableName":"TableD",` + table + `,"Tags":[{"Key":"team","Value":"a"}]}`, false},
		{"CreateTable", `{"TableName":"TableD",` + table + `}`, true},
	})
	reader := statement(`"dynamodb:*"`, "*", `{"StringEquals":{"aws:ResourceTag/team":"a"}}`)
	askAll(t, user(t, srv, "reader", reader), []ask{
		{"Scan", `{"TableName":"TableA"}`, true},
		{"GetItem", `{"TableName":"TableA","Key":{"pk":{"S":"x"}}}`, true},
		{"Scan", `{"TableName":"TableD"}`, false},
		{"ListTables", `{}`, false},
	})
}

func TestAccountsAreApart(t *testing.T) {
	srv := bailiwicktest.New(t)
	root := client(srv.Config())
	create(t, root, "Docs", "pk")
	put(t, root, "Docs", item{"pk": str("a"), "v": str("first")})
	const second = "111122223333"
	a, err := admin.NewAdmin(srv.Config()).CreateAccount(t.Context(), second)
	if err != nil {
		t.Fatal(err)
	}
	cfg := srv.As(a.RootAccessKeyID, a.RootSecretAccessKey, "")
	other := client(cfg)
	svc := service.New()
	for _, op := range svc.Operations {
		if !strings.Contains(op.Sample, "Sample") || strings.Contains(op.Sample, "GlobalTable") {
			continue // names no table
		}
		in := strings.NewReplacer(`"Sample"`, `"`+inAccount+`Docs"`, `\"Sample\"`, `\"`+inAccount+`Docs\"`, "table/Sample", "table/Docs", "$ACCOUNT", srv.Root.AccountID).Replace(op.Sample)
		got, err := servicetest.Call(t.Context(), cfg, svc, op.Name, in)
		if err != nil {
			t.Fatal(err)
		}
		if !got.Denied() {
			t.Errorf("%s of another account's table answers %d %s", op.Name, got.Status, got.Body)
		}
	}
	create(t, other, "Docs", "pk")
	if got := get(t, other, "Docs", item{"pk": str("a")}); got != nil {
		t.Errorf("a table of the same name in another account has %v", got)
	}
	if out, err := other.ListTables(t.Context(), nil); err != nil || len(out.TableNames) != 1 {
		t.Errorf("the other account lists %v, %v", out.TableNames, err)
	}
	put(t, other, "arn:aws:dynamodb:us-east-1:"+second+":table/Docs", item{"pk": str("a"), "v": str("second")})
	wantItem(t, "first account's", get(t, root, "Docs", item{"pk": str("a")}), item{"pk": str("a"), "v": str("first")})
	wantItem(t, "second account's", get(t, other, "Docs", item{"pk": str("a")}), item{"pk": str("a"), "v": str("second")})
}

// absent is the operations on what nobody has here.
var absent = map[string]bool{
	"DescribeBackup": true, "DeleteBackup": true, "DescribeExport": true, "DescribeImport": true,
	"DescribeGlobalTable": true, "DescribeGlobalTableSettings": true,
}

// TestSamplesSucceedInOrder holds what the operation table promises.
func TestSamplesSucceedInOrder(t *testing.T) {
	srv := bailiwicktest.New(t)
	svc := service.New()
	for _, op := range svc.Operations {
		in := strings.NewReplacer("$TENANT", "yellow", "$ACCOUNT", srv.Root.AccountID).Replace(op.Sample)
		a, err := servicetest.Call(t.Context(), srv.Config(), svc, op.Name, in)
		if err != nil {
			t.Fatal(err)
		}
		if !a.OK() && !(absent[op.Name] && strings.Contains(a.Body, "NotFoundException")) {
			t.Errorf("%s answers %d %s", op.Name, a.Status, a.Body)
		}
	}
}

// TestEachAttributeOfAPartitionKeyHasAKey has an index whose partitions are those of
// a tenant's items of one kind.
func TestEachAttributeOfAPartitionKeyHasAKey(t *testing.T) {
	srv := bailiwicktest.New(t)
	askAll(t, srv.Config(), []ask{
		{"CreateTable", `{"TableName":"Docs","BillingMode":"PAY_PER_REQUEST","AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"},
		 {"AttributeName":"kind","AttributeType":"S"},{"AttributeName":"nr","AttributeType":"N"}],"KeySchema":[{"AttributeName":"pk","KeyType":"HASH"}],
		 "GlobalSecondaryIndexes":[{"IndexName":"many","KeySchema":[{"AttributeName":"pk","KeyType":"HASH"},{"AttributeName":"kind","KeyType":"HASH"},
		  {"AttributeName":"nr","KeyType":"HASH"}],"Projection":{"ProjectionType":"ALL"}}]}`, true},
		{"PutItem", `{"TableName":"Docs","Item":{"pk":{"S":"mine"},"kind":{"S":"a"},"nr":{"N":"7"}}}`, true},
	})
	query := func(pk, kind, nr string) string {
		return `{"TableName":"Docs","IndexName":"many","KeyConditionExpression":"nr = :n AND kind = :k AND pk = :p",
		 "ExpressionAttributeValues":{":p":{"S":"` + pk + `"},":k":{"S":"` + kind + `"},":n":{"N":"` + nr + `"}}}`
	}
	own, theirs, other, next := query("mine", "a", "7"), query("theirs", "a", "7"), query("mine", "b", "7"), query("mine", "a", "8")
	const get = `{"TableName":"Docs","Key":{"pk":{"S":"mine"}}}`
	for name, c := range map[string]struct{ condition, allows string }{
		"LeadingKeys":              {`{"ForAllValues:StringEquals":{"dynamodb:LeadingKeys":"mine"}}`, own + other + next + get},
		"FirstPartitionKeyValues":  {`{"ForAllValues:StringEquals":{"dynamodb:FirstPartitionKeyValues":"mine"}}`, own + other + next + get},
		"SecondPartitionKeyValues": {`{"ForAllValues:StringEquals":{"dynamodb:SecondPartitionKeyValues":"a"}}`, own + theirs + next + get},
		"ThirdPartitionKeyValues":  {`{"ForAllValues:StringEquals":{"dynamodb:ThirdPartitionKeyValues":"7"}}`, own + theirs + other + get},
		"FourthPartitionKeyValues": {`{"ForAllValues:StringEquals":{"dynamodb:FourthPartitionKeyValues":"none"}}`, own + theirs + other + next + get},
		"the second is there":      {`{"Null":{"dynamodb:SecondPartitionKeyValues":"false"}}`, own + theirs + other + next},
		"the fourth is there":      {`{"Null":{"dynamodb:FourthPartitionKeyValues":"false"}}`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			cfg := user(t, srv, strings.ReplaceAll(name, " ", "-"), statement(`["dynamodb:Query","dynamodb:GetItem"]`, inAccount+"*", c.condition))
			var asks []ask
			for _, in := range []string{own, theirs, other, next} {
				asks = append(asks, ask{"Query", in, strings.Contains(c.allows, in)})
			}
			askAll(t, cfg, append(asks, ask{"GetItem", get, strings.Contains(c.allows, get)}))
		})
	}
}
