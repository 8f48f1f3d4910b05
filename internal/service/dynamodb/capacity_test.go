// SPDX-License-Identifier: Apache-2.0

package dynamodb_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// sized returns an item of that many bytes, with the key pk = a.
func sized(bytes int) item {
	return item{"pk": str("a"), "v": str(strings.Repeat("v", bytes-len("pk")-len("a")-len("v")))}
}

func TestCapacityIsCountedAsAWSDoes(t *testing.T) {
	ctx := t.Context()
	db := connect(t)
	create(t, db, "T00", "pk")
	total := types.ReturnConsumedCapacityTotal
	write := func(bytes int) float64 {
		out, err := db.PutItem(ctx, &dynamodb.PutItemInput{TableName: aws.String("T00"), Item: sized(bytes), ReturnConsumedCapacity: total})
		if err != nil {
			t.Fatal(err)
		}
		return *out.ConsumedCapacity.CapacityUnits
	}
	read := func(pk string, consistent bool) float64 {
		out, err := db.GetItem(ctx, &dynamodb.GetItemInput{
			TableName: aws.String("T00"), Key: item{"pk": str(pk)},
			ConsistentRead: &consistent, ReturnConsumedCapacity: total,
		})
		if err != nil {
			t.Fatal(err)
		}
		return *out.ConsumedCapacity.CapacityUnits
	}
	for _, tc := range []struct {
		what      string
		got, want float64
	}{
		{"a small item", write(100), 1},
		{"an item of 1 KB", write(1024), 1},
		{"one byte more", write(1025), 2},
		{"a larger one in its place", write(3000), 3},
		{"a small one in the place of 3,000 bytes", write(500), 3},
		{"4 KB", write(4096), 4},
		{"a strong read of 4 KB", read("a", true), 1},
		{"an eventual read of 4 KB", read("a", false), 0.5},
		{"4,097 bytes", write(4097), 5},
		{"a strong read of 4,097 bytes", read("a", true), 2},
		{"an eventual read of 4,097 bytes", read("a", false), 1},
		{"a strong read of nothing", read("none", true), 1},
		{"an eventual read of nothing", read("none", false), 0.5},
	} {
		if tc.got != tc.want {
			t.Errorf("%s takes %v units, want %v", tc.what, tc.got, tc.want)
		}
	}

	d, err := db.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: aws.String("T00"), Key: item{"pk": str("a")}, ReturnConsumedCapacity: types.ReturnConsumedCapacityIndexes})
	if err != nil {
		t.Fatal(err)
	}
	if c := d.ConsumedCapacity; *c.CapacityUnits != 5 || *c.Table.CapacityUnits != 5 || *c.TableName != "T00" {
		t.Errorf("delete takes %+v", c)
	}
	q, err := db.Query(ctx, &dynamodb.QueryInput{
		TableName: aws.String("T00"), KeyConditionExpression: aws.String("pk = :p"),
		ExpressionAttributeValues: item{":p": str("a")}, ReturnConsumedCapacity: total,
	})
	if err != nil {
		t.Fatal(err)
	}
	if c := q.ConsumedCapacity; *c.CapacityUnits != 0.5 || c.Table != nil {
		t.Errorf("an empty query takes %+v", c)
	}
	g, err := db.GetItem(ctx, &dynamodb.GetItemInput{TableName: aws.String("T00"), Key: item{"pk": str("a")}})
	if err != nil || g.ConsumedCapacity != nil {
		t.Errorf("capacity that wasn't asked for: %v, %v", g.ConsumedCapacity, err)
	}
}
