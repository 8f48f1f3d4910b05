// SPDX-License-Identifier: Apache-2.0

package dynamodb_test

import (
	"encoding/json"
	"testing"

	"github.com/bailiwick-dev/bailiwick/bailiwicktest"
	service "github.com/bailiwick-dev/bailiwick/internal/service/dynamodb"
	"github.com/bailiwick-dev/bailiwick/internal/service/servicetest"
)

// TestExpressionsOnIndexKeys ranges over what expressions may not do with the
// attributes of an index's key, and what they may. Table: pk. Index One: gk (S)
// and gs (N). Index Many: a, b (S) and c (S), d (N).
func TestExpressionsOnIndexKeys(t *testing.T) {
	srv := bailiwicktest.New(t)
	svc := service.New()
	call := func(operation, input string) (message string) {
		t.Helper()
		a, err := servicetest.Call(t.Context(), srv.Config(), svc, operation, input)
		if err != nil {
			t.Fatal(err)
		}
		var e struct{ Message string }
		if err := json.Unmarshal([]byte(a.Body), &e); err != nil {
			t.Fatal(err)
		}
		if e.Message == "" && !a.OK() {
			t.Fatalf("%s answers %d %s", operation, a.Status, a.Body)
		}
		return e.Message
	}
	attribute := func(name, kind string) string {
		return `{"AttributeName":"` + name + `","AttributeType":"` + kind + `"}`
	}
	element := func(name, kind string) string { return `{"AttributeName":"` + name + `","KeyType":"` + kind + `"}` }
	const all = `"Projection":{"ProjectionType":"ALL"}}`
	made := call("CreateTable", `{"TableName":"Things","BillingMode":"PAY_PER_REQUEST","KeySchema":[`+element("pk", "HASH")+`],"AttributeDefinitions":[`+
		attribute("pk", "S")+`,`+attribute("gk", "S")+`,`+attribute("gs", "N")+`,`+attribute("a", "S")+`,`+attribute("b", "S")+`,`+attribute("c", "S")+`,`+attribute("d", "N")+
		`],"GlobalSecondaryIndexes":[{"IndexName":"One","KeySchema":[`+element("gk", "HASH")+`,`+element("gs", "RANGE")+`],`+all+
		`,{"IndexName":"Many","KeySchema":[`+element("a", "HASH")+`,`+element("b", "HASH")+`,`+element("c", "RANGE")+`,`+element("d", "RANGE")+`],`+all+`]}`)
	if made != "" {
		t.Fatal(made)
	}
	for _, it := range []string{`"pk":{"S":"k"},"gk":{"S":"g"},"gs":{"N":"1"},"x":{"L":[]}`, `"pk":{"S":"j"},"a":{"S":"1"},"b":{"S":"2"},"c":{"S":"3"},"d":{"N":"4"}`} {
		if m := call("PutItem", `{"TableName":"Things","Item":{`+it+`}}`); m != "" {
			t.Fatal(m)
		}
	}
	const (
		scalars = "Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: "
		text    = "The update expression attempted to update the secondary index key to unsupported type"
		empty   = "One or more parameter values are not valid. The update expression attempted to update a secondary index key to a value that is not supported. " +
			"The AttributeValue for a key attribute cannot contain an empty string value."
	)
	update := func(key, expression, value string) [2]string {
		if value != "" {
			value = `,"ExpressionAttributeValues":{` + value + `}`
		}
		return [2]string{"UpdateItem", `"Key":{"pk":{"S":"` + key + `"}},"UpdateExpression":"` + expression + `"` + value}
	}
	query := func(index, condition, more string) [2]string {
		return [2]string{"Query", `"IndexName":"` + index + `","KeyConditionExpression":"` + condition + `"` + more}
	}
	s, n := `":s":{"S":"s"}`, `":n":{"N":"1"}`
	for _, tc := range []struct {
		call [2]string
		want string
	}{
		{update("new", "SET gk = :n", n), omPrefix + "Type mismatch for Index Key gk Expected: S Actual: N IndexName: One"},
		{update("new", "SET d = :s", s), omPrefix + "Type mismatch for Index Key d Expected: N Actual: S IndexName: Many"},
		{update("new", "SET pk = :s, gk = :n", s+","+n), omPrefix + "Cannot update attribute pk. This attribute is part of the key"},
		{update("new", "SET gk.z = :n, gs = :s", s+","+n), omPrefix + "Type mismatch for Index Key gs Expected: N Actual: S IndexName: One"},
		{update("new", "SET gk.z = :n", n), scalars + "IndexKey: gk"},
		{update("k", "SET gk = x", ""), text},
		{update("k", "SET gs = if_not_exists(x, :n)", n), text},
		{update("k", "SET gk = :e", `":e":{"S":""}`), empty},
		{update("k", "ADD gs :n", n), ""},
		{update("k", "REMOVE gk", ""), ""},
		{[2]string{"UpdateItem", `"Key":{"pk":{"S":"new"}},"AttributeUpdates":{"gs":{"Value":{"S":"x"}}}`}, omPrefix + "Type mismatch for Index Key gs Expected: N Actual: S IndexName: One"},
		{[2]string{"UpdateItem", `"Key":{"pk":{"S":"new"}},"AttributeUpdates":{"gs":{"Action":"ADD","Value":{"L":[]}}}`}, omPrefix + "Type mismatch for Index Key gs Expected: N Actual: L IndexName: One"},
		{[2]string{"DeleteItem", `"Key":{"pk":{"S":"new"}},"ConditionExpression":"attribute_exists(gs[0])"`}, scalars + "IndexKey: gs"},
		{[2]string{"GetItem", `"Key":{"pk":{"S":"new"}},"ProjectionExpression":"gk.z"`}, scalars + "IndexKey: gk"},
		{[2]string{"Scan", `"FilterExpression":"attribute_exists(pk.z) OR attribute_exists(gk.z)"`}, scalars + "Key: pk"},
		{query("Many", "a = :s", `,"ExpressionAttributeValues":{`+s+`}`), "Query condition missed key schema element: b"},
		{
			query("Many", "a = :s AND b = :s AND d = :n", `,"ExpressionAttributeValues":{`+s+`,`+n+`}`),
			"RANGE key attributes c must have equality conditions specified in the query because a condition is present on key attribute d",
		},
		{query("Many", "a = :s AND b > :s", `,"ExpressionAttributeValues":{`+s+`}`), "Query key condition not supported"},
		{query("Many", "a = :s AND b = :s AND c = :s AND d > :n", `,"ExpressionAttributeValues":{`+s+`,`+n+`}`), ""},
		{
			query("Many", "d > :n AND c = :s AND b = :s AND a = :s", `,"FilterExpression":"d < :n","ExpressionAttributeValues":{`+s+`,`+n+`}`),
			"Filter Expression can only contain non-primary key attributes: Primary key attribute: d",
		},
		{
			[2]string{"Query", `"IndexName":"One","KeyConditions":{"gk":{"ComparisonOperator":"EQ","AttributeValueList":[{"S":"g"}]}},"QueryFilter":{"gs":{"ComparisonOperator":"NULL"}}`},
			"QueryFilter can only contain non-primary key attributes: Primary key attribute: gs",
		},
	} {
		if got := call(tc.call[0], `{"TableName":"Things",`+tc.call[1]+`}`); got != tc.want {
			t.Errorf("%s %s\n got: %s\nwant: %s", tc.call[0], tc.call[1], got, tc.want)
		}
	}
}
