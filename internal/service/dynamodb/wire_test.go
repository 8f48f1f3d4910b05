// SPDX-License-Identifier: Apache-2.0

package dynamodb_test

import (
	"testing"

	"github.com/bailiwick-dev/bailiwick/bailiwicktest"
	service "github.com/bailiwick-dev/bailiwick/internal/service/dynamodb"
	"github.com/bailiwick-dev/bailiwick/internal/service/servicetest"
)

// TestMembersAreReadInAWSOrder sends bodies with two values of the wrong type. The
// one told of is a number where text belongs, and stands last; the other is a
// boolean.
func TestMembersAreReadInAWSOrder(t *testing.T) {
	srv := bailiwicktest.New(t)
	const text = "NUMBER_VALUE cannot be converted to String"
	for _, tc := range []struct{ operation, input, want string }{
		{"GetItem", `{"ConsistentRead":1,"Key":1,"TableName":1}`, text},
		{"GetItem", `{"Key":1,"TableName":1,"AttributesToGet":true}`, "Unexpected field type"},
		{"GetItem", `{"TableName":true,"Key":{},"ReturnConsumedCapacity":1}`, text},
		{"PutItem", `{"Item":true,"ReturnValues":true,"TableName":1}`, text},
		{"PutItem", `{"Expected":true,"ConditionalOperator":1}`, text},
		{"DeleteItem", `{"Key":true,"ReturnItemCollectionMetrics":1}`, text},
		{"UpdateItem", `{"AttributeUpdates":true,"ReturnItemCollectionMetrics":true,"TableName":1}`, text},
		{"UpdateItem", `{"AttributeUpdates":{"a":{"Action":1}},"UpdateExpression":true}`, text},
		{"Query", `{"TableName":true,"Limit":true,"IndexName":1}`, text},
		{"Query", `{"KeyConditions":{"a":true},"QueryFilter":{"a":{"ComparisonOperator":1}}}`, text},
		{"Scan", `{"Limit":true,"ScanFilter":true,"TableName":1}`, text},
		{"Scan", `{"ReturnConsumedCapacity":1,"TotalSegments":true}`, "TRUE_VALUE cannot be converted to Integer"},
		{"BatchGetItem", `{"RequestItems":true,"ReturnConsumedCapacity":1}`, text},
		{"BatchWriteItem", `{"RequestItems":true,"ReturnItemCollectionMetrics":1}`, text},
		{"CreateTable", `{"TableName":true,"KeySchema":true,"AttributeDefinitions":[{"AttributeType":true,"AttributeName":1}]}`, text},
		{"CreateTable", `{"KeySchema":true,"ProvisionedThroughput":{"ReadCapacityUnits":"1","WriteCapacityUnits":true},"Tags":1}`, "TRUE_VALUE cannot be converted to Long"},
		{"ListTables", `{"ExclusiveStartTableName":true,"Limit":"1"}`, "STRING_VALUE cannot be converted to Integer"},
		{"UpdateTable", `{"BillingMode":true,"ProvisionedThroughput":{"WriteCapacityUnits":"1"}}`, "STRING_VALUE cannot be converted to Long"},
		{"TransactWriteItems", `{"ReturnConsumedCapacity":true,"TransactItems":[{},{"Put":{"Item":true,"TableName":"Tab"},"Delete":1}]}`, "Unexpected field type"},
	} {
		want := `{"__type":"com.amazon.coral.service#SerializationException","Message":"` + tc.want + `"}`
		a, err := servicetest.Call(t.Context(), srv.Config(), service.New(), tc.operation, tc.input)
		if err != nil {
			t.Fatal(err)
		}
		if a.Status != 400 || a.Body != want {
			t.Errorf("%s %s answers %d %s, want %s", tc.operation, tc.input, a.Status, a.Body, want)
		}
	}
}
