// SPDX-License-Identifier: Apache-2.0

package bailiwick_test

import (
	"strings"
	"testing"

	"github.com/bailiwick-dev/bailiwick"
)

// shelf has an index of each kind: two whose partitions are the tenants, and one
// whose partitions hold items of all of them.
const shelf = `{"TableName":"Shelf","BillingMode":"PAY_PER_REQUEST",
 "AttributeDefinitions":[{"AttributeName":"TenantID","AttributeType":"S"},{"AttributeName":"Row","AttributeType":"S"},
  {"AttributeName":"Day","AttributeType":"S"},{"AttributeName":"Kind","AttributeType":"S"}],
 "KeySchema":[{"AttributeName":"TenantID","KeyType":"HASH"},{"AttributeName":"Row","KeyType":"RANGE"}],
 "LocalSecondaryIndexes":[
  {"IndexName":"Local","KeySchema":[{"AttributeName":"TenantID","KeyType":"HASH"},{"AttributeName":"Day","KeyType":"RANGE"}],"Projection":{"ProjectionType":"KEYS_ONLY"}}],
 "GlobalSecondaryIndexes":[
  {"IndexName":"ByDay","KeySchema":[{"AttributeName":"TenantID","KeyType":"HASH"},{"AttributeName":"Day","KeyType":"RANGE"}],"Projection":{"ProjectionType":"ALL"}},
  {"IndexName":"ByKind","KeySchema":[{"AttributeName":"Kind","KeyType":"HASH"},{"AttributeName":"TenantID","KeyType":"RANGE"}],"Projection":{"ProjectionType":"ALL"}}]}`

// ownShelf is what a tenant may do with the shelf: its own partition, in the
// table and in two of the indexes.
const ownShelf = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow",
 "Action":["dynamodb:PutItem","dynamodb:Query"],
 "Resource":["arn:aws:dynamodb:us-east-1:000000000000:table/Shelf","arn:aws:dynamodb:us-east-1:000000000000:table/Shelf/index/ByDay",
  "arn:aws:dynamodb:us-east-1:000000000000:table/Shelf/index/Local"],
 "Condition":{"ForAllValues:StringEquals":{"dynamodb:LeadingKeys":["${aws:PrincipalTag/TenantID}"]},"Null":{"dynamodb:LeadingKeys":"false"}}}]}`

// TestIndexesAreNoWayToAnotherTenant has, for each query of another's items
// through an index, the same one of a tenant's own.
func TestIndexesAreNoWayToAnotherTenant(t *testing.T) {
	s := newSiege(t, bailiwick.Config{})
	s.do(s.admin, "dynamodb", "CreateTable", shelf)
	s.grant("tenant", ownShelf)
	yellow := s.session(s.vendor, "yellow")
	for _, tenant := range []string{"yellow", "blue", "yello"} {
		for _, row := range []string{"1", "2"} {
			s.do(s.admin, "dynamodb", "PutItem", `{"TableName":"Shelf","Item":{"TenantID":{"S":"`+tenant+`"},"Row":{"S":"`+row+
				`"},"Day":{"S":"mon"},"Kind":{"S":"k"},"Note":{"S":"note of `+tenant+`"}}}`)
		}
	}
	query := func(index, condition, value, more string) string {
		return `{"TableName":"Shelf","IndexName":"` + index + `","KeyConditionExpression":"` + condition + `","ExpressionAttributeValues":{":v":{"S":"` + value + `"}}` + more + `}`
	}
	const day = `"Day":{"S":"mon"}`
	ways := map[string]struct{ own, foreign string }{
		"a global index":              {query("ByDay", "TenantID = :v", "yellow", ""), query("ByDay", "TenantID = :v", "blue", "")},
		"a local index":               {query("Local", "TenantID = :v", "yellow", `,"Select":"ALL_ATTRIBUTES"`), query("Local", "TenantID = :v", "blue", `,"Select":"ALL_ATTRIBUTES"`)},
		"a tenant whose id is longer": {query("ByDay", "TenantID = :v", "yellow", ""), query("ByDay", "TenantID = :v", "yello", "")},
		"legacy conditions": {
			`{"TableName":"Shelf","IndexName":"ByDay","KeyConditions":{"TenantID":{"ComparisonOperator":"EQ","AttributeValueList":[{"S":"yellow"}]}}}`,
			`{"TableName":"Shelf","IndexName":"ByDay","KeyConditions":{"TenantID":{"ComparisonOperator":"EQ","AttributeValueList":[{"S":"blue"}]}}}`,
		},
		"the table by its ARN": {
			strings.Replace(query("ByDay", "TenantID = :v", "yellow", ""), `"Shelf"`, `"arn:aws:dynamodb:us-east-1:000000000000:table/Shelf"`, 1),
			strings.Replace(query("ByDay", "TenantID = :v", "blue", ""), `"Shelf"`, `"arn:aws:dynamodb:us-east-1:000000000000:table/Shelf"`, 1),
		},
	}
	for name, way := range ways {
		if a := s.try(yellow, "dynamodb", "Query", way.own); !a.OK() || !strings.Contains(a.Body, `"Count":2`) || strings.Contains(a.Body, "blue") {
			t.Errorf("%s, one's own: got %d %s", name, a.Status, a.Body)
		}
		if a := s.try(yellow, "dynamodb", "Query", way.foreign); codeOf(a.Body) != "AccessDeniedException" {
			t.Errorf("%s, another's: got %d %s", name, a.Status, a.Body)
		}
	}

	// An index whose partitions mix tenants is closed, though its key names one.
	s.fails(yellow, "AccessDeniedException", "dynamodb", "Query", query("ByKind", "Kind = :v", "yellow", ""))
	s.fails(yellow, "AccessDeniedException", "dynamodb", "Query", `{"TableName":"Shelf","IndexName":"ByKind","KeyConditionExpression":"Kind = :k AND TenantID = :v",
		"ExpressionAttributeValues":{":k":{"S":"k"},":v":{"S":"yellow"}}}`)
	s.fails(yellow, "AccessDeniedException", "dynamodb", "Scan", `{"TableName":"Shelf","IndexName":"ByDay"}`)
	s.do(s.admin, "dynamodb", "Scan", `{"TableName":"Shelf","IndexName":"ByDay"}`)

	// So it is for who may use every index: what counts is the index's partition.
	s.grant("tenant", strings.Replace(ownShelf, "index/ByDay", "index/*", 1))
	s.fails(yellow, "AccessDeniedException", "dynamodb", "Query", `{"TableName":"Shelf","IndexName":"ByKind","KeyConditionExpression":"Kind = :k AND TenantID = :v",
		"ExpressionAttributeValues":{":k":{"S":"k"},":v":{"S":"yellow"}}}`)
	s.do(yellow, "dynamodb", "Query", query("ByKind", "Kind = :v", "yellow", "")) // an item of any tenant whose Kind is its name: such an index isn't to be granted

	// A page goes on where it was, in its own partition only.
	for _, index := range []string{"ByDay", "Local"} {
		page := s.do(yellow, "dynamodb", "Query", query(index, "TenantID = :v", "yellow", `,"Limit":1`))
		if !strings.Contains(page.Body, `"LastEvaluatedKey":{"Day":{"S":"mon"},"Row":{"S":"1"},"TenantID":{"S":"yellow"}}`) {
			t.Errorf("%s: the page is %s", index, page.Body)
		}
		s.fails(yellow, "ValidationException", "dynamodb", "Query", query(index, "TenantID = :v", "yellow",
			`,"ExclusiveStartKey":{`+day+`,"Row":{"S":"1"},"TenantID":{"S":"blue"}}`))
		next := s.do(yellow, "dynamodb", "Query", query(index, "TenantID = :v", "yellow",
			`,"ExclusiveStartKey":{`+day+`,"Row":{"S":"1"},"TenantID":{"S":"yellow"}}`))
		if !strings.Contains(next.Body, `"Count":1`) {
			t.Errorf("%s: the next page is %s", index, next.Body)
		}
	}

	// Who may write an item may not move it into another's index by its attributes:
	// the partitions of these indexes are those of the table.
	s.fails(yellow, "AccessDeniedException", "dynamodb", "PutItem", `{"TableName":"Shelf","Item":{"TenantID":{"S":"blue"},"Row":{"S":"3"},`+day+`}}`)
}
