// SPDX-License-Identifier: Apache-2.0

package dynamodb_test

import (
	"testing"

	"github.com/bailiwick-dev/bailiwick/bailiwicktest"
)

// TestLegacyParametersAreNoSideDoor asks for other tenants' partitions, and for
// attributes that are withheld, in every legacy parameter; beside each, what is
// allowed.
func TestLegacyParametersAreNoSideDoor(t *testing.T) {
	srv := bailiwicktest.New(t)
	root := client(srv.Config())
	create(t, root, "Docs", "pk")
	put(t, root, "Docs", item{"pk": str("mine"), "seen": num(1), "unseen": num(2)})
	put(t, root, "Docs", item{"pk": str("theirs"), "seen": num(1), "unseen": num(2)})
	is := func(name, value string) string {
		return `{"` + name + `":{"ComparisonOperator":"EQ","AttributeValueList":[` + value + `]}}`
	}
	const mine, theirs, one = `{"S":"mine"}`, `{"S":"theirs"}`, `{"N":"1"}`
	query := func(pk, more string) string {
		return `{"TableName":"Docs","KeyConditions":` + is("pk", pk) + more + `}`
	}
	askAll(t, user(t, srv, "tenant", statement(`"dynamodb:*"`, inAccount+"*", ownKeys)), []ask{
		{"Query", query(mine, ""), true},
		{"Query", query(theirs, ""), false},
		{"Query", query(theirs, `,"QueryFilter":`+is("seen", mine)), false},
		{"Query", query(theirs, `,"FilterExpression":"attribute_exists(seen)"`), false},
		{"Query", `{"TableName":"Docs","KeyConditions":` + is("seen", theirs) + `}`, false},
		{"Scan", `{"TableName":"Docs","ScanFilter":` + is("pk", mine) + `}`, false},
		{"UpdateItem", `{"TableName":"Docs","Key":{"pk":` + theirs + `},"AttributeUpdates":{"seen":{"Value":` + one + `}},"Expected":{"pk":{"Value":` + mine + `}}}`, false},
	})
	shown := `{"ForAllValues:StringEquals":{"dynamodb:Attributes":["pk","seen"]},"Null":{"dynamodb:Attributes":"false"},"StringEqualsIfExists":{"dynamodb:Select":"SPECIFIC_ATTRIBUTES","dynamodb:ReturnValues":"NONE"}}`
	const key, seen = `"TableName":"Docs","Key":{"pk":{"S":"mine"}}`, `,"AttributesToGet":["seen"]`
	update := func(name, more string) string {
		return `{` + key + `,"AttributeUpdates":{"` + name + `":{"Action":"ADD","Value":` + one + `}}` + more + `}`
	}
	askAll(t, user(t, srv, "reader", statement(`"dynamodb:*"`, inAccount+"*", shown)), []ask{
		{"GetItem", `{` + key + seen + `}`, true},
		{"GetItem", `{` + key + `,"AttributesToGet":["seen","unseen"]}`, false},
		{"GetItem", `{` + key + `}`, false},
		{"BatchGetItem", `{"RequestItems":{"Docs":{"Keys":[{"pk":` + mine + `}]` + seen + `}}}`, true},
		{"BatchGetItem", `{"RequestItems":{"Docs":{"Keys":[{"pk":` + mine + `}],"AttributesToGet":["unseen"]}}}`, false},
		{"Query", query(mine, seen), true},
		{"Query", query(mine, seen+`,"QueryFilter":`+is("unseen", one)), false},
		{"Scan", `{"TableName":"Docs"` + seen + `}`, true},
		{"Scan", `{"TableName":"Docs"` + seen + `,"ScanFilter":` + is("unseen", one) + `}`, false},
		{"UpdateItem", update("seen", ""), true},
		{"UpdateItem", update("unseen", ""), false},
		{"UpdateItem", update("seen", `,"Expected":{"seen":{"ComparisonOperator":"NOT_NULL"}}`), true},
		{"UpdateItem", update("seen", `,"Expected":{"unseen":{"ComparisonOperator":"NOT_NULL"}}`), false},
		{"UpdateItem", update("seen", `,"ReturnValues":"ALL_NEW"`), false},
		{"PutItem", `{"TableName":"Docs","Item":{"pk":` + mine + `},"Expected":{"unseen":{"Exists":false}}}`, false},
		{"DeleteItem", `{` + key + `,"Expected":{"unseen":{"Value":` + one + `}}}`, false},
		{"DeleteItem", `{` + key + `,"Expected":{"seen":{"ComparisonOperator":"NOT_NULL"}}}`, true},
	})
}
