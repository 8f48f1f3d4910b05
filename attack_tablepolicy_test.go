// SPDX-License-Identifier: Apache-2.0

package bailiwick_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/bailiwick-dev/bailiwick"
)

// TestPoliciesOfTablesLetGuestsIntoOnePartition has a table's policy let another
// account into one partition, and that account's administrator try for the rest:
// by every way that there is to an item, and by changing what decides.
func TestPoliciesOfTablesLetGuestsIntoOnePartition(t *testing.T) {
	f := newFort(t)
	s := f.siege
	_, guest := f.account(memberB)
	s.do(s.admin, "dynamodb", "CreateTable", shelf)
	for _, tenant := range []string{"shared", "blue"} {
		s.do(s.admin, "dynamodb", "PutItem", `{"TableName":"Shelf","Item":{"TenantID":{"S":"`+tenant+`"},"Row":{"S":"1"},"Day":{"S":"mon"},"Kind":{"S":"k"},"Note":{"S":"note of `+tenant+`"}}}`)
	}
	const table = "arn:aws:dynamodb:us-east-1:000000000000:table/Shelf"
	attach := func(statement string) {
		quoted, err := json.Marshal(`{"Version":"2012-10-17","Statement":[` + statement + `]}`)
		if err != nil {
			t.Fatal(err)
		}
		s.do(s.admin, "dynamodb", "PutResourcePolicy", `{"ResourceArn":"`+table+`","Policy":`+string(quoted)+`}`)
	}
	attach(`{"Effect":"Allow","Principal":{"AWS":"` + memberB + `"},"Action":"dynamodb:*","Resource":["` + table + `","` + table + `/index/ByDay"],
		"Condition":{"ForAllValues:StringEquals":{"dynamodb:LeadingKeys":"shared"},"Null":{"dynamodb:LeadingKeys":"false"}}}`)

	// $P stands for a partition.
	const (
		on     = `"TableName":"` + table + `"`
		key    = `"Key":{"TenantID":{"S":"$P"},"Row":{"S":"1"}}`
		equals = `"KeyConditionExpression":"TenantID = :v","ExpressionAttributeValues":{":v":{"S":"$P"}}`
	)
	for name, way := range map[string]struct{ operation, input string }{
		"a get":                       {"GetItem", `{` + on + `,` + key + `}`},
		"a query":                     {"Query", `{` + on + `,` + equals + `}`},
		"a query of an index":         {"Query", `{` + on + `,"IndexName":"ByDay",` + equals + `}`},
		"a batch of gets":             {"BatchGetItem", `{"RequestItems":{"` + table + `":{"Keys":[{"TenantID":{"S":"shared"},"Row":{"S":"2"}},{"TenantID":{"S":"$P"},"Row":{"S":"1"}}]}}}`},
		"a transaction of gets":       {"TransactGetItems", `{"TransactItems":[{"Get":{` + on + `,` + key + `}}]}`},
		"a statement":                 {"ExecuteStatement", `{"Statement":"SELECT * FROM \"` + table + `\" WHERE TenantID = '$P'"}`},
		"a statement of several keys": {"ExecuteStatement", `{"Statement":"SELECT * FROM \"` + table + `\" WHERE TenantID IN ['shared', '$P']"}`},
		"a put":                       {"PutItem", `{` + on + `,"Item":{"TenantID":{"S":"$P"},"Row":{"S":"2"}}}`},
		"an update":                   {"UpdateItem", `{` + on + `,` + key + `,"UpdateExpression":"SET Seen = :t","ExpressionAttributeValues":{":t":{"S":"y"}}}`},
		"a batch of writes":           {"BatchWriteItem", `{"RequestItems":{"` + table + `":[{"PutRequest":{"Item":{"TenantID":{"S":"$P"},"Row":{"S":"3"}}}}]}}`},
		"a condition in a transaction": {"TransactWriteItems", `{"TransactItems":[{"Put":{` + on + `,"Item":{"TenantID":{"S":"shared"},"Row":{"S":"4"}}}},
			{"ConditionCheck":{` + on + `,` + key + `,"ConditionExpression":"attribute_exists(TenantID)"}}]}`},
	} {
		own, foreign := strings.ReplaceAll(way.input, "$P", "shared"), strings.ReplaceAll(way.input, "$P", "blue")
		if name == "a statement of several keys" {
			own = strings.Replace(own, "'shared', 'shared'", "'shared'", 1)
		}
		if a := s.try(guest, "dynamodb", way.operation, own); !a.OK() {
			t.Errorf("%s of the partition that is shared: got %d %s", name, a.Status, a.Body)
		}
		if a := s.try(guest, "dynamodb", way.operation, foreign); !a.Denied() || strings.Contains(a.Body, "note of") {
			t.Errorf("%s of another partition: got %d %s", name, a.Status, a.Body)
		}
	}

	// What names no partition is none that is shared, and neither is the table.
	for name, way := range map[string]struct{ operation, input string }{
		"a scan":                   {"Scan", `{` + on + `}`},
		"a scan of an index":       {"Scan", `{` + on + `,"IndexName":"ByDay"}`},
		"a query of another index": {"Query", `{` + on + `,"IndexName":"Local",` + strings.ReplaceAll(equals, "$P", "shared") + `}`},
		"a statement without keys": {"ExecuteStatement", `{"Statement":"SELECT * FROM \"` + table + `\""}`},
		"its description":          {"DescribeTable", `{` + on + `}`},
		"its policy":               {"GetResourcePolicy", `{"ResourceArn":"` + table + `"}`},
		"another policy":           {"PutResourcePolicy", `{"ResourceArn":"` + table + `","Policy":"{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"*\",\"Resource\":\"*\"}}"}`},
		"no policy":                {"DeleteResourcePolicy", `{"ResourceArn":"` + table + `"}`},
		"its tags":                 {"TagResource", `{"ResourceArn":"` + table + `","Tags":[{"Key":"a","Value":"b"}]}`},
		"another index": {"UpdateTable", `{` + on + `,"AttributeDefinitions":[{"AttributeName":"Note","AttributeType":"S"}],"GlobalSecondaryIndexUpdates":[{"Create":
			{"IndexName":"ByNote","KeySchema":[{"AttributeName":"Note","KeyType":"HASH"}],"Projection":{"ProjectionType":"ALL"}}}]}`},
		"its end": {"DeleteTable", `{` + on + `}`},
	} {
		if a := s.try(guest, "dynamodb", way.operation, way.input); !a.Denied() || strings.Contains(a.Body, "note of") {
			t.Errorf("%s: got %d %s", name, a.Status, a.Body)
		}
	}

	// A page goes on in the partition only that it is of.
	s.fails(guest, "ValidationException", "dynamodb", "Query", `{`+on+`,`+strings.ReplaceAll(equals, "$P", "shared")+`,"ExclusiveStartKey":{"TenantID":{"S":"blue"},"Row":{"S":"0"}}}`)

	// The guest is out with the next call once the policy says so, and what its own
	// account says makes no difference.
	attach(`{"Effect":"Allow","Principal":{"AWS":"000000000000"},"Action":"dynamodb:*","Resource":"*"}`)
	if a := s.try(guest, "dynamodb", "GetItem", `{`+on+`,`+strings.ReplaceAll(key, "$P", "shared")+`}`); !a.Denied() {
		t.Errorf("without the policy: got %d %s", a.Status, a.Body)
	}
}

// TestTagsOfTablesDecideAtOnce: access by tags of the table ends with the tag, and
// who may use a table by its tag can't give that tag to another.
func TestTagsOfTablesDecideAtOnce(t *testing.T) {
	s := newSiege(t, bailiwick.Config{})
	const ledgerARN = `"ResourceArn":"arn:aws:dynamodb:us-east-1:000000000000:table/Ledger"`
	byTag := s.user(s.root, "bytag", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"dynamodb:*","Resource":"*","Condition":{"StringEquals":{"aws:ResourceTag/team":"yellow"}}}]}`)
	get := `{"TableName":"Ledger","Key":` + keyOf("blue") + `}`
	s.fails(byTag, "AccessDeniedException", "dynamodb", "GetItem", get)
	s.fails(byTag, "AccessDeniedException", "dynamodb", "TagResource", `{`+ledgerARN+`,"Tags":[{"Key":"team","Value":"yellow"}]}`)
	s.do(s.admin, "dynamodb", "TagResource", `{`+ledgerARN+`,"Tags":[{"Key":"team","Value":"yellow"}]}`)
	s.do(byTag, "dynamodb", "GetItem", get)
	s.do(s.admin, "dynamodb", "TagResource", `{`+ledgerARN+`,"Tags":[{"Key":"team","Value":"blue"}]}`)
	s.fails(byTag, "AccessDeniedException", "dynamodb", "GetItem", get)
	s.do(s.admin, "dynamodb", "TagResource", `{`+ledgerARN+`,"Tags":[{"Key":"team","Value":"yellow"}]}`)
	s.do(byTag, "dynamodb", "GetItem", get)
	s.do(s.admin, "dynamodb", "UntagResource", `{`+ledgerARN+`,"TagKeys":["team"]}`)
	s.fails(byTag, "AccessDeniedException", "dynamodb", "GetItem", get)
}

// TestDecisionsByPoliciesOfTablesAreExplained: what a table's policy allowed or
// denied can be told from the log when the policy and the table are gone.
func TestDecisionsByPoliciesOfTablesAreExplained(t *testing.T) {
	data := t.TempDir()
	s := newSiege(t, bailiwick.Config{Data: data})
	reader := s.user(s.root, "reader", `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"sts:GetCallerIdentity","Resource":"*"}}`)
	s.do(s.admin, "dynamodb", "PutResourcePolicy", `{"ResourceArn":"arn:aws:dynamodb:us-east-1:000000000000:table/Ledger","Policy":"{\"Version\":\"2012-10-17\",\"Statement\":[`+
		`{\"Sid\":\"Reader\",\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"arn:aws:iam::000000000000:user/reader\"},\"Action\":\"dynamodb:GetItem\",\"Resource\":\"*\"},`+
		`{\"Sid\":\"NoScans\",\"Effect\":\"Deny\",\"Principal\":\"*\",\"Action\":\"dynamodb:Scan\",\"Resource\":\"*\"}]}"}`)
	allowed, status, answer := s.fire(reader, "dynamodb", "GetItem", getRow("blue"))
	if status != 200 {
		t.Fatalf("the policy doesn't let in: %s", answer)
	}
	denied, status, answer := s.fire(s.admin, "dynamodb", "Scan", `{"TableName":"Ledger"}`)
	if status != 400 {
		t.Fatalf("the policy doesn't keep out: %s", answer)
	}
	s.do(s.admin, "dynamodb", "DeleteTable", `{"TableName":"Ledger"}`)
	for id, want := range map[string]string{allowed: `"Reader"`, denied: `"NoScans"`} {
		got := explainSoon(t, data, id).String()
		if !strings.Contains(got, want) || !strings.Contains(got, "table/Ledger") || !strings.Contains(got, "applies, and decides") {
			t.Errorf("%s is missing in\n%s", want, got)
		}
	}
}
