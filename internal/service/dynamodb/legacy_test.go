// SPDX-License-Identifier: Apache-2.0

package dynamodb_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/bailiwick-dev/bailiwick/bailiwicktest"
	service "github.com/bailiwick-dev/bailiwick/internal/service/dynamodb"
	"github.com/bailiwick-dev/bailiwick/internal/service/servicetest"
)

// TestLegacyMistakesAreAnsweredInAWSsWords ranges over legacy parameters that
// are wrong, and over which mistake is found first.
func TestLegacyMistakesAreAnsweredInAWSsWords(t *testing.T) {
	srv := bailiwicktest.New(t)
	create(t, client(srv.Config()), "Pair", "pk", "sk")
	svc := service.New()
	const (
		one   = "1 validation error detected: "
		enum  = " failed to satisfy constraint: Member must satisfy enum value set: "
		ops   = "[IN, NULL, BETWEEN, LT, NOT_CONTAINS, EQ, GT, NOT_NULL, NE, LE, BEGINS_WITH, GE, CONTAINS]"
		key   = `"Key":{"pk":{"S":"a"},"sk":{"S":"b"}}`
		both  = "Can not use both expression and non-expression parameters in the same request: Non-expression parameters: "
		empty = "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes"
		aQ    = `"KeyConditions":{"pk":{"ComparisonOperator":"EQ","AttributeValueList":[{"S":"a"}]}}`
	)
	for _, tc := range []struct{ operation, members, want string }{
		// Constraints.
		{
			"UpdateItem", key + `,"Expected":{"a":{"ComparisonOperator":"X"}},"ConditionalOperator":"XOR","AttributeUpdates":{"b":{"Action":"Y"}}`,
			"3 validation errors detected: Value 'XOR' at 'conditionalOperator'" + enum + "[OR, AND]; Value 'X' at 'expected.a.member.comparisonOperator'" + enum + ops +
				"; Value 'Y' at 'attributeUpdates.b.member.action'" + enum + "[ADD, PUT, DELETE]",
		},
		{
			"PutItem", `"Item":{"pk":{"S":"a"},"sk":{"S":"b"}},"ConditionalOperator":"XOR","ReturnValues":"Z"`,
			"2 validation errors detected: Value 'XOR' at 'conditionalOperator'" + enum + "[OR, AND]; Value 'Z' at 'returnValues'" + enum + "[ALL_NEW, UPDATED_OLD, ALL_OLD, NONE, UPDATED_NEW]",
		},
		{"DeleteItem", key + `,"Expected":{"a":{"ComparisonOperator":"eq"}}`, one + "Value 'eq' at 'expected.a.member.comparisonOperator'" + enum + ops},
		{
			"Query", `"QueryFilter":{"a":{}},"KeyConditions":{"pk":{}},"AttributesToGet":[]`,
			"3 validation errors detected: Value null at 'queryFilter.a.member.comparisonOperator' failed to satisfy constraint: Member must not be null" +
				"; Value '[]' at 'attributesToGet' failed to satisfy constraint: Member must have length greater than or equal to 1" +
				"; Value null at 'keyConditions.pk.member.comparisonOperator' failed to satisfy constraint: Member must not be null",
		},
		{
			"Scan", `"ScanFilter":{"a":{"ComparisonOperator":"X"}},"ConditionalOperator":"XOR"`,
			"2 validation errors detected: Value 'XOR' at 'conditionalOperator'" + enum + "[OR, AND]; Value 'X' at 'scanFilter.a.member.comparisonOperator'" + enum + ops,
		},
		{"GetItem", key + `,"AttributesToGet":[]`, one + "Value '[]' at 'attributesToGet' failed to satisfy constraint: Member must have length greater than or equal to 1"},

		// Both styles.
		{"PutItem", `"Item":{"pk":{}},"ConditionExpression":"","Expected":{},"ConditionalOperator":"OR"`, both + "{Expected, ConditionalOperator} Expression parameters: {ConditionExpression}"},
		{"DeleteItem", key + `,"ConditionExpression":"x","Expected":{}`, both + "{Expected} Expression parameters: {ConditionExpression}"},
		{
			"UpdateItem", key + `,"AttributeUpdates":{},"Expected":{},"UpdateExpression":"","ConditionExpression":""`,
			both + "{AttributeUpdates, Expected} Expression parameters: {UpdateExpression, ConditionExpression}",
		},
		{"UpdateItem", key + `,"AttributeUpdates":{},"ConditionExpression":"x"`, both + "{AttributeUpdates} Expression parameters: {ConditionExpression}"},
		{"GetItem", key + `,"AttributesToGet":["a"],"ProjectionExpression":"a"`, both + "{AttributesToGet} Expression parameters: {ProjectionExpression}"},
		{
			"Scan", `"AttributesToGet":["a"],"ScanFilter":{},"ConditionalOperator":"OR","ProjectionExpression":"a","FilterExpression":"b"`,
			both + "{AttributesToGet, ScanFilter, ConditionalOperator} Expression parameters: {ProjectionExpression, FilterExpression}",
		},
		{
			"Query", `"AttributesToGet":["a"],"QueryFilter":{},"ConditionalOperator":"OR","KeyConditions":{},"ProjectionExpression":"a","FilterExpression":"b","KeyConditionExpression":"c"`,
			both + "{AttributesToGet, QueryFilter, ConditionalOperator, KeyConditions} Expression parameters: {ProjectionExpression, FilterExpression, KeyConditionExpression}",
		},
		{"Query", `"QueryFilter":{},"FilterExpression":"b",` + aQ, both + "{QueryFilter} Expression parameters: {FilterExpression}"},
		{"GetItem", key + `,"AttributesToGet":["a"],"ExpressionAttributeNames":{"#a":"a"}`, "ExpressionAttributeNames can only be specified when using expressions"},
		{"PutItem", `"Item":{"pk":{}},"Expected":{},"ExpressionAttributeValues":{":a":{"S":"a"}}`, "ExpressionAttributeValues can only be specified when using expressions: ConditionExpression is null"},

		// Expected.
		{"PutItem", `"Item":{"pk":{}},"Expected":{"a":{}}`, empty},
		{"DeleteItem", key + `,"ReturnValues":"ALL_NEW","Expected":{"a":{}}`, "ReturnValues can only be ALL_OLD or NONE"},
		{"DeleteItem", key + `,"Expected":{"a":{"Value":{"S":"a"},"AttributeValueList":[]}}`, omPrefix + "Value and AttributeValueList cannot be used together for Attribute: a"},
		{"DeleteItem", key + `,"Expected":{"a":{"Exists":true,"ComparisonOperator":"EQ","Value":{"S":"a"}}}`, omPrefix + "Exists and ComparisonOperator cannot be used together for Attribute: a"},
		{"DeleteItem", key + `,"Expected":{"a":{"ComparisonOperator":"EQ"}}`, omPrefix + "Value or AttributeValueList must be used with ComparisonOperator: EQ for Attribute: a"},
		{"DeleteItem", key + `,"Expected":{"a":{"ComparisonOperator":"EQ","AttributeValueList":[]}}`, omPrefix + "Invalid number of argument(s) for the EQ ComparisonOperator"},
		{"DeleteItem", key + `,"Expected":{"a":{"ComparisonOperator":"BETWEEN","Value":{"S":"a"}}}`, omPrefix + "Invalid number of argument(s) for the BETWEEN ComparisonOperator"},
		{"DeleteItem", key + `,"Expected":{"a":{"ComparisonOperator":"NULL","Value":{"S":"a"}}}`, omPrefix + "Invalid number of argument(s) for the NULL ComparisonOperator"},
		{"DeleteItem", key + `,"Expected":{"a":{"ComparisonOperator":"IN","AttributeValueList":[{"S":"a"},{"N":"1"}]}}`, omPrefix + "AttributeValues inside AttributeValueList must be of same type"},
		{"DeleteItem", key + `,"Expected":{"a":{"ComparisonOperator":"BETWEEN","AttributeValueList":[{"N":"2"},{"N":"1"}]}}`, "The BETWEEN condition was provided a range where the lower bound is greater than the upper bound"},
		{"DeleteItem", key + `,"Expected":{"a":{"AttributeValueList":[{"S":"a"}]}}`, omPrefix + "AttributeValueList can only be used with a ComparisonOperator for Attribute: a"},
		{"DeleteItem", key + `,"Expected":{"a":{}}`, omPrefix + "Value must be provided when Exists is null for Attribute: a"},
		{"DeleteItem", key + `,"Expected":{"a":{"Exists":true}}`, omPrefix + "Value must be provided when Exists is true for Attribute: a"},
		{"DeleteItem", key + `,"Expected":{"a":{"Exists":false,"Value":{"S":"a"}}}`, omPrefix + "Value cannot be used when Exists is false for Attribute: a"},
		{"DeleteItem", key + `,"Expected":{"a":{"Exists":false,"Value":{}}}`, empty},
		{"DeleteItem", key + `,"ConditionalOperator":"OR"`, "ConditionalOperator cannot be used without Filter or Expected"},
		{"DeleteItem", key + `,"ConditionalOperator":"OR","Expected":{"a":{"Exists":false}}`, "ConditionalOperator can only be used when Filter or Expected has two or more elements"},

		// Filters and key conditions.
		{"Scan", `"ScanFilter":{"a":{"ComparisonOperator":"EQ","AttributeValueList":[{"S":"a","N":"1"}]}}`, "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes"},
		{"Scan", `"ScanFilter":{"a":{"ComparisonOperator":"NOT_NULL","AttributeValueList":[{"S":"a"}]}}`, omPrefix + "Invalid number of argument(s) for the NOT_NULL ComparisonOperator"},
		{"Scan", `"ScanFilter":{"a":{"ComparisonOperator":"IN"}}`, omPrefix + "Invalid number of argument(s) for the IN ComparisonOperator"},
		{"Scan", `"ScanFilter":{"a":{"ComparisonOperator":"LT","AttributeValueList":[{"SS":["a"]}]}}`, omPrefix + "ComparisonOperator LT is not valid for SS AttributeValue type"},
		{"Scan", `"ScanFilter":{"a":{"ComparisonOperator":"BEGINS_WITH","AttributeValueList":[{"N":"1"}]}}`, omPrefix + "ComparisonOperator BEGINS_WITH is not valid for N AttributeValue type"},
		{"Scan", `"ScanFilter":{"a":{"ComparisonOperator":"CONTAINS","AttributeValueList":[{"L":[]}]}}`, omPrefix + "ComparisonOperator CONTAINS is not valid for L AttributeValue type"},
		{"Scan", `"ScanFilter":{"a":{"ComparisonOperator":"BETWEEN","AttributeValueList":[{"S":"b"},{"S":"a"}]}}`, "The BETWEEN condition was provided a range where the lower bound is greater than the upper bound"},
		{"Scan", `"ScanFilter":{"a":{"ComparisonOperator":"NULL"}},"ConditionalOperator":"AND"`, "ConditionalOperator can only be used when Filter or Expected has two or more elements"},
		{"Query", `"ConditionalOperator":"AND",` + aQ, "ConditionalOperator cannot be used without Filter or Expected"},
		{"Query", `"KeyConditions":{}`, "Conditions can be of length 1 or 2 only"},
		{"Query", `"KeyConditions":{"pk":{"ComparisonOperator":"NE","AttributeValueList":[{"S":"a"}]}}`, "Attempted conditional constraint is not an indexable operation"},
		{"Query", `"KeyConditions":{"pk":{"ComparisonOperator":"LT","AttributeValueList":[{"S":"a"}]}}`, "Query key condition not supported"},
		{"Query", `"KeyConditions":{"sk":{"ComparisonOperator":"EQ","AttributeValueList":[{"S":"a"}]}}`, "Query condition missed key schema element: pk"},
		{"Query", `"KeyConditions":{"pk":{"ComparisonOperator":"EQ","AttributeValueList":[{"N":"1"}]}}`, omPrefix + "Condition parameter type does not match schema type"},
		{"Query", `"QueryFilter":{"sk":{"ComparisonOperator":"NULL"}},` + aQ, "QueryFilter can only contain non-primary key attributes: Primary key attribute: sk"},
		{"Query", `"AttributesToGet":["b","a","b"],` + aQ, omPrefix + "Duplicate value in attribute name: b"},
		{"Query", `"AttributesToGet":["a"],"Select":"COUNT",` + aQ, "Cannot specify the AttributesToGet when choosing to get only the Count"},
		{"Scan", `"AttributesToGet":["a"],"Select":"ALL_ATTRIBUTES"`, "Cannot specify the AttributesToGet when choosing to get ALL_ATTRIBUTES"},
		{"GetItem", key + `,"AttributesToGet":["a","a"]`, omPrefix + "Duplicate value in attribute name: a"},
		{"GetItem", `"Key":{"pk":{}},"AttributesToGet":["a","a"]`, empty},

		// AttributeUpdates.
		{"UpdateItem", `"Key":{"pk":{}},"AttributeUpdates":{"a":{}}`, empty},
		{"UpdateItem", key + `,"AttributeUpdates":{"a":{}},"Expected":{"a":{}}`, omPrefix + "Only DELETE action is allowed when no attribute value is specified"},
		{"UpdateItem", key + `,"AttributeUpdates":{"a":{"Action":"ADD"}}`, omPrefix + "Only DELETE action is allowed when no attribute value is specified"},
		{"UpdateItem", key + `,"AttributeUpdates":{"a":{"Action":"DELETE","Value":{"S":"x"}}}`, omPrefix + "DELETE action with value is not supported for the type S"},
		{"UpdateItem", key + `,"AttributeUpdates":{"a":{"Action":"ADD","Value":{"M":{}}}}`, omPrefix + "ADD action is not supported for the type M"},
		{"UpdateItem", key + `,"AttributeUpdates":{"a":{"Value":{"N":"x"}}}`, "The parameter cannot be converted to a numeric value: x"},
		{"UpdateItem", key + `,"AttributeUpdates":{"sk":{"Value":{"S":"x"}}}`, omPrefix + "Cannot update attribute sk. This attribute is part of the key"},
		{"UpdateItem", key + `,"AttributeUpdates":{"sk":{"Action":"DELETE"}}`, omPrefix + "Cannot update attribute sk. This attribute is part of the key"},
	} {
		t.Run(tc.operation+" "+tc.members[:min(len(tc.members), 60)], func(t *testing.T) {
			a, err := servicetest.Call(t.Context(), srv.Config(), svc, tc.operation, `{"TableName":"Pair",`+tc.members+`}`)
			if err != nil {
				t.Fatal(err)
			}
			var e struct{ Message string }
			if err := json.Unmarshal([]byte(a.Body), &e); err != nil {
				t.Fatal(err)
			}
			if e.Message != tc.want {
				t.Errorf("the answer is\n\t%s\nwant\n\t%s", e.Message, tc.want)
			}
		})
	}
}

// everything is an item with an attribute of every type.
func everything() item {
	return item{
		"pk": str("a"), "s": str("abc"), "n": num(5), "b": &bin{Value: []byte{1, 2, 3}},
		"ss": &types.AttributeValueMemberSS{Value: []string{"x", "y"}}, "l": &list{Value: []types.AttributeValue{str("x"), num(1)}},
		"m": &m{Value: item{"k": str("v")}}, "t": &types.AttributeValueMemberBOOL{Value: true}, "z": &types.AttributeValueMemberNULL{Value: true},
		"a.b": str("dot"),
	}
}

// TestLegacyConditionsDecide holds one item against conditions, as Expected and
// as ScanFilter.
func TestLegacyConditionsDecide(t *testing.T) {
	db := connect(t)
	create(t, db, "Things", "pk")
	put(t, db, "Things", everything())
	v := func(all ...types.AttributeValue) []types.AttributeValue { return all }
	for _, tc := range []struct {
		name   string
		op     types.ComparisonOperator
		values []types.AttributeValue
		want   bool
	}{
		{"s", "EQ", v(str("abc")), true},
		{"s", "EQ", v(str("abd")), false},
		{"n", "EQ", v(num("5.0")), true},
		{"s", "EQ", v(num(5)), false},
		{"ss", "EQ", v(&types.AttributeValueMemberSS{Value: []string{"y", "x"}}), true},
		{"l", "EQ", v(&list{Value: []types.AttributeValue{str("x"), num(1)}}), true},
		{"m", "EQ", v(&m{Value: item{"k": str("v")}}), true},
		{"t", "EQ", v(&types.AttributeValueMemberBOOL{Value: true}), true},
		{"z", "EQ", v(&types.AttributeValueMemberNULL{Value: true}), true},
		{"none", "EQ", v(str("abc")), false},
		{"s", "NE", v(str("abd")), true},
		{"s", "NE", v(str("abc")), false},
		{"s", "NE", v(num(1)), true},
		{"none", "NE", v(str("abc")), true},
		{"n", "LT", v(num(10)), true},
		{"n", "LT", v(num(5)), false},
		{"n", "LE", v(num(5)), true},
		{"n", "GT", v(num(4)), true},
		{"n", "GE", v(num(6)), false},
		{"n", "GE", v(str("1")), false},
		{"none", "LT", v(num(1)), false},
		{"n", "BETWEEN", v(num(5), num(6)), true},
		{"n", "BETWEEN", v(num(6), num(7)), false},
		{"n", "IN", v(num(1), num(5)), true},
		{"n", "IN", v(num(1)), false},
		{"s", "BEGINS_WITH", v(str("ab")), true},
		{"s", "BEGINS_WITH", v(str("b")), false},
		{"b", "BEGINS_WITH", v(&bin{Value: []byte{1}}), true},
		{"s", "CONTAINS", v(str("bc")), true},
		{"ss", "CONTAINS", v(str("x")), true},
		{"ss", "CONTAINS", v(str("z")), false},
		{"l", "CONTAINS", v(num("1.0")), true},
		{"b", "CONTAINS", v(&bin{Value: []byte{2, 3}}), true},
		{"s", "NOT_CONTAINS", v(str("bc")), false},
		{"s", "NOT_CONTAINS", v(str("z")), true},
		{"none", "NOT_CONTAINS", v(str("z")), true},
		{"none", "NULL", nil, true},
		{"z", "NULL", nil, false},
		{"z", "NOT_NULL", nil, true},
		{"none", "NOT_NULL", nil, false},
		{"a.b", "EQ", v(str("dot")), true},
		{"m.k", "NOT_NULL", nil, false},
	} {
		t.Run(fmt.Sprint(tc.name, " ", tc.op, " ", tc.want), func(t *testing.T) {
			out, err := db.Scan(t.Context(), &dynamodb.ScanInput{
				TableName:  new("Things"),
				ScanFilter: map[string]types.Condition{tc.name: {ComparisonOperator: tc.op, AttributeValueList: tc.values}},
			})
			if err != nil {
				t.Fatal(err)
			}
			if got := out.Count == 1; got != tc.want || out.ScannedCount != 1 {
				t.Errorf("the filter says %v", got)
			}
			_, err = db.UpdateItem(t.Context(), &dynamodb.UpdateItemInput{
				TableName: new("Things"), Key: item{"pk": str("a")},
				Expected: map[string]types.ExpectedAttributeValue{tc.name: {ComparisonOperator: tc.op, AttributeValueList: tc.values}},
			})
			if tc.want && err != nil {
				t.Error(err)
			}
			if !tc.want {
				wantError(t, err, failed, "The conditional request failed")
			}
		})
	}
}

func TestExpectedIsJoinedByItsOperator(t *testing.T) {
	db := connect(t)
	create(t, db, "Things", "pk")
	put(t, db, "Things", item{"pk": str("a"), "x": num(1)})
	yes, no := types.ExpectedAttributeValue{Value: num(1)}, types.ExpectedAttributeValue{Exists: new(false)}
	for _, tc := range []struct {
		name     string
		operator types.ConditionalOperator
		expected map[string]types.ExpectedAttributeValue
		ok       bool
	}{
		{"one that holds", "", map[string]types.ExpectedAttributeValue{"x": yes}, true},
		{"one with Exists", "", map[string]types.ExpectedAttributeValue{"x": {Exists: new(true), Value: num(1)}}, true},
		{"one that does not", "", map[string]types.ExpectedAttributeValue{"x": no}, false},
		{"absence", "", map[string]types.ExpectedAttributeValue{"y": no}, true},
		{"both of which one holds", "", map[string]types.ExpectedAttributeValue{"x": yes, "y": yes}, false},
		{"all of which one holds", "AND", map[string]types.ExpectedAttributeValue{"x": yes, "y": yes}, false},
		{"any of which one holds", "OR", map[string]types.ExpectedAttributeValue{"x": yes, "y": yes}, true},
		{"any of which none holds", "OR", map[string]types.ExpectedAttributeValue{"x": no, "y": yes}, false},
		{"none", "", map[string]types.ExpectedAttributeValue{}, true},
	} {
		_, err := db.PutItem(t.Context(), &dynamodb.PutItemInput{
			TableName: new("Things"), Item: item{"pk": str("a"), "x": num(1)}, Expected: tc.expected, ConditionalOperator: tc.operator,
		})
		if tc.ok && err != nil {
			t.Errorf("%s: %v", tc.name, err)
		}
		if !tc.ok {
			wantError(t, err, failed, "The conditional request failed")
		}
	}
	_, err := db.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{
		TableName: new("Things"), Key: item{"pk": str("a")}, Expected: map[string]types.ExpectedAttributeValue{"x": no},
	})
	wantError(t, err, failed, "The conditional request failed")
}

func TestAttributeUpdates(t *testing.T) {
	db := connect(t)
	create(t, db, "Things", "pk")
	update := func(updates map[string]types.AttributeValueUpdate) (item, error) {
		out, err := db.UpdateItem(t.Context(), &dynamodb.UpdateItemInput{
			TableName: new("Things"), Key: item{"pk": str("a")}, AttributeUpdates: updates, ReturnValues: types.ReturnValueUpdatedNew,
		})
		if err != nil {
			return nil, err
		}
		return out.Attributes, nil
	}
	ss := func(all ...string) types.AttributeValue { return &types.AttributeValueMemberSS{Value: all} }
	l := func(all ...types.AttributeValue) types.AttributeValue { return &list{Value: all} }
	for _, step := range []struct {
		name          string
		updates       map[string]types.AttributeValueUpdate
		updated, want item
	}{
		{"deletions alone make no item", map[string]types.AttributeValueUpdate{"x": {Action: "DELETE"}, "y": {Action: "DELETE", Value: ss("x")}}, nil, nil},
		{"nothing makes an item of its key", map[string]types.AttributeValueUpdate{}, nil, item{"pk": str("a")}},
		{
			"put, by default, and add what is missing",
			map[string]types.AttributeValueUpdate{
				"p": {Value: str("v")}, "n": {Action: "ADD", Value: num(2)}, "ss": {Action: "ADD", Value: ss("x")},
				"l": {Action: "ADD", Value: l(num(1))}, "a.b": {Action: "PUT", Value: num(0)},
			},
			item{"p": str("v"), "n": num(2), "ss": ss("x"), "l": l(num(1)), "a.b": num(0)},
			item{"pk": str("a"), "p": str("v"), "n": num(2), "ss": ss("x"), "l": l(num(1)), "a.b": num(0)},
		},
		{
			"add to what is there",
			map[string]types.AttributeValueUpdate{"n": {Action: "ADD", Value: num(-3)}, "ss": {Action: "ADD", Value: ss("y")}, "l": {Action: "ADD", Value: l(str("z"))}},
			item{"n": num(-1), "ss": ss("x", "y"), "l": l(num(1), str("z"))},
			item{"pk": str("a"), "p": str("v"), "n": num(-1), "ss": ss("x", "y"), "l": l(num(1), str("z")), "a.b": num(0)},
		},
		{
			"delete members and attributes",
			map[string]types.AttributeValueUpdate{"ss": {Action: "DELETE", Value: ss("x", "q")}, "l": {Action: "DELETE"}, "a.b": {Action: "DELETE"}, "none": {Action: "DELETE", Value: ss("x")}},
			item{"ss": ss("y")},
			item{"pk": str("a"), "p": str("v"), "n": num(-1), "ss": ss("y")},
		},
		{
			"the last member takes the set with it",
			map[string]types.AttributeValueUpdate{"ss": {Action: "DELETE", Value: ss("y")}},
			nil,
			item{"pk": str("a"), "p": str("v"), "n": num(-1)},
		},
		{"nothing", map[string]types.AttributeValueUpdate{}, nil, item{"pk": str("a"), "p": str("v"), "n": num(-1)}},
	} {
		got, err := update(step.updates)
		if err != nil {
			t.Fatalf("%s: %v", step.name, err)
		}
		wantItem(t, step.name+", UPDATED_NEW", got, step.updated)
		wantItem(t, step.name, get(t, db, "Things", item{"pk": str("a")}), step.want)
	}
	for _, u := range []types.AttributeValueUpdate{
		{Action: "ADD", Value: num(1)}, {Action: "ADD", Value: ss("x")}, {Action: "ADD", Value: l()}, {Action: "DELETE", Value: ss("x")},
	} {
		_, err := update(map[string]types.AttributeValueUpdate{"p": u})
		wantError(t, err, validation, "Type mismatch for attribute to update")
	}
}

func TestAttributesToGetAreNamesAndNoPaths(t *testing.T) {
	db := connect(t)
	create(t, db, "Things", "pk")
	it := everything()
	put(t, db, "Things", it)
	want := item{"a.b": it["a.b"], "s": it["s"]}
	names := []string{"s", "m.k", "a.b", "none"}
	one, err := db.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: new("Things"), Key: item{"pk": str("a")}, AttributesToGet: names})
	if err != nil {
		t.Fatal(err)
	}
	wantItem(t, "GetItem", one.Item, want)
	scan, err := db.Scan(t.Context(), &dynamodb.ScanInput{TableName: new("Things"), AttributesToGet: names})
	if err != nil {
		t.Fatal(err)
	}
	wantItem(t, "Scan", scan.Items[0], want)
	query, err := db.Query(t.Context(), &dynamodb.QueryInput{
		TableName: new("Things"), AttributesToGet: names, Select: types.SelectSpecificAttributes,
		KeyConditions: map[string]types.Condition{"pk": {ComparisonOperator: "EQ", AttributeValueList: []types.AttributeValue{str("a")}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	wantItem(t, "Query", query.Items[0], want)
	batch, err := db.BatchGetItem(t.Context(), &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{
		"Things": {Keys: []item{{"pk": str("a")}}, AttributesToGet: names},
	}})
	if err != nil {
		t.Fatal(err)
	}
	wantItem(t, "BatchGetItem", batch.Responses["Things"][0], want)
}

func TestKeyConditionsSelect(t *testing.T) {
	db := connect(t)
	create(t, db, "Things", "pk", "nsk")
	for i := range 9 {
		put(t, db, "Things", item{"pk": str("a"), "nsk": num(i), "odd": num(i % 2)})
	}
	put(t, db, "Things", item{"pk": str("b"), "nsk": num(1)})
	for _, tc := range []struct {
		name   string
		sort   *types.Condition
		filter map[string]types.Condition
		want   []string
	}{
		{"all", nil, nil, []string{"0", "1", "2", "3", "4", "5", "6", "7", "8"}},
		{"one", condition("EQ", num(3)), nil, []string{"3"}},
		{"below", condition("LT", num(2)), nil, []string{"0", "1"}},
		{"from", condition("GE", num(7)), nil, []string{"7", "8"}},
		{"between", condition("BETWEEN", num(2), num(4)), nil, []string{"2", "3", "4"}},
		{"filtered", condition("LE", num(3)), map[string]types.Condition{"odd": *condition("EQ", num(1))}, []string{"1", "3"}},
		{"filtered by either", condition("LE", num(3)), map[string]types.Condition{"odd": *condition("EQ", num(1)), "none": *condition("NULL")}, []string{"0", "1", "2", "3"}},
	} {
		in := &dynamodb.QueryInput{
			TableName:     new("Things"),
			KeyConditions: map[string]types.Condition{"pk": *condition("EQ", str("a"))}, QueryFilter: tc.filter,
		}
		if tc.sort != nil {
			in.KeyConditions["nsk"] = *tc.sort
		}
		if len(tc.filter) > 1 {
			in.ConditionalOperator = types.ConditionalOperatorOr
		}
		out, err := db.Query(t.Context(), in)
		if err != nil {
			t.Fatalf("%s: %v", tc.name, err)
		}
		var got []string
		for _, it := range out.Items {
			got = append(got, it["nsk"].(*n).Value)
		}
		if !slices.Equal(got, tc.want) {
			t.Errorf("%s: %v, want %v", tc.name, got, tc.want)
		}
	}
	out, err := db.Query(t.Context(), &dynamodb.QueryInput{
		TableName:        new("Things"),
		KeyConditions:    map[string]types.Condition{"pk": *condition("EQ", str("a"))},
		FilterExpression: new("odd = :o"), ProjectionExpression: new("nsk"), ExpressionAttributeValues: item{":o": num(1)},
	})
	if err != nil || out.Count != 4 || len(out.Items[0]) != 1 {
		t.Errorf("key conditions beside expressions: %+v, %v", out, err)
	}
}

func condition(op types.ComparisonOperator, values ...types.AttributeValue) *types.Condition {
	return &types.Condition{ComparisonOperator: op, AttributeValueList: values}
}
