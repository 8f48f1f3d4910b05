// SPDX-License-Identifier: Apache-2.0

package dynamodb_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// TestTheLongestKeysFitIntoAnIndex has keys of the greatest length, of the bytes
// that take most room in the store.
func TestTheLongestKeysFitIntoAnIndex(t *testing.T) {
	db := connect(t)
	in := &dynamodb.CreateTableInput{TableName: aws.String("Long"), BillingMode: types.BillingModePayPerRequest}
	for _, name := range []string{"pk", "sk", "a", "b"} {
		in.AttributeDefinitions = append(in.AttributeDefinitions, types.AttributeDefinition{AttributeName: &name, AttributeType: types.ScalarAttributeTypeB})
	}
	schema := func(hash, sort string) []types.KeySchemaElement {
		return []types.KeySchemaElement{{AttributeName: &hash, KeyType: types.KeyTypeHash}, {AttributeName: &sort, KeyType: types.KeyTypeRange}}
	}
	in.KeySchema = schema("pk", "sk")
	in.GlobalSecondaryIndexes = []types.GlobalSecondaryIndex{{
		IndexName: aws.String("ByA"), KeySchema: schema("a", "b"), Projection: &types.Projection{ProjectionType: types.ProjectionTypeAll},
	}}
	if _, err := db.CreateTable(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	long := func(n int) *bin { return &bin{Value: make([]byte, n)} }
	it := item{"pk": long(2048), "sk": long(1024), "a": long(2048), "b": long(1024)}
	put(t, db, "Long", it)
	out, err := db.Query(t.Context(), &dynamodb.QueryInput{
		TableName: aws.String("Long"), IndexName: aws.String("ByA"), Limit: aws.Int32(1), KeyConditionExpression: aws.String("a = :a AND b >= :b"),
		ExpressionAttributeValues: item{":a": long(2048), ":b": long(1024)},
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(out.Items) != 1 {
		t.Fatalf("the index has %d items", len(out.Items))
	}
	wantItem(t, "where to go on", out.LastEvaluatedKey, it)
	for name, tooLong := range map[string]item{
		omPrefix + "Size of hashkey has exceeded the maximum size limit of2048 bytes":            {"pk": long(1), "sk": long(1), "a": long(2049), "b": long(1)},
		omPrefix + "Aggregated size of all range keys has exceeded the size limit of 1024 bytes": {"pk": long(1), "sk": long(1), "a": long(1), "b": long(1025)},
	} {
		_, err := db.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: aws.String("Long"), Item: tooLong})
		wantError(t, err, validation, name)
	}
}
