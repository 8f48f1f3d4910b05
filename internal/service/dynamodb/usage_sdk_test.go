// SPDX-License-Identifier: Apache-2.0

package dynamodb_test

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/bailiwick-dev/bailiwick/bailiwicktest"
	bailiwickclient "github.com/bailiwick-dev/bailiwick/client"
)

// A meter adds up the capacity that calls report.
type meter struct{ reads, writes float64 }

func (m *meter) read(all ...types.ConsumedCapacity)  { m.reads += sum(all) }
func (m *meter) write(all ...types.ConsumedCapacity) { m.writes += sum(all) }

func sum(all []types.ConsumedCapacity) (n float64) {
	for _, c := range all {
		n += *c.CapacityUnits
	}
	return n
}

// TestTenantsUseWhatCallsReport makes calls of every kind for one tenant beside
// another, and compares what is counted with what the calls have said they took.
func TestTenantsUseWhatCallsReport(t *testing.T) {
	srv := bailiwicktest.New(t)
	db, admin := client(srv.Config()), bailiwickclient.NewAdmin(srv.Config())
	table := aws.String("Orders")
	out, err := db.CreateTable(t.Context(), &dynamodb.CreateTableInput{
		TableName: table, BillingMode: types.BillingModePayPerRequest,
		AttributeDefinitions: []types.AttributeDefinition{
			{AttributeName: aws.String("pk"), AttributeType: types.ScalarAttributeTypeS},
			{AttributeName: aws.String("sk"), AttributeType: types.ScalarAttributeTypeS},
			{AttributeName: aws.String("kind"), AttributeType: types.ScalarAttributeTypeS},
		},
		KeySchema: []types.KeySchemaElement{{AttributeName: aws.String("pk"), KeyType: types.KeyTypeHash}, {AttributeName: aws.String("sk"), KeyType: types.KeyTypeRange}},
		GlobalSecondaryIndexes: []types.GlobalSecondaryIndex{{
			IndexName: aws.String("by-kind"), Projection: &types.Projection{ProjectionType: types.ProjectionTypeAll},
			KeySchema: []types.KeySchemaElement{{AttributeName: aws.String("kind"), KeyType: types.KeyTypeHash}},
		}},
		Tags: []types.Tag{{Key: aws.String("bailiwick:tenant-attribute"), Value: aws.String("pk")}, {Key: aws.String("bailiwick:tenant-delimiter"), Value: aws.String("#")}},
	})
	if err != nil {
		t.Fatal(err)
	}
	m := map[string]*meter{}
	for _, tenant := range []string{"yellow", "blue"} {
		m[tenant] = new(meter)
		useTable(t, db, table, tenant, m[tenant])
	}
	// A scan reads what is everybody's: each has its share of it.
	scan, err := db.Scan(t.Context(), &dynamodb.ScanInput{TableName: table, ReturnConsumedCapacity: types.ReturnConsumedCapacityTotal})
	if err != nil {
		t.Fatal(err)
	}
	shared := *scan.ConsumedCapacity.CapacityUnits

	for end := time.Now().Add(time.Minute); ; time.Sleep(100 * time.Millisecond) {
		u, err := admin.TableUsage(t.Context(), *out.TableDescription.TableArn)
		if err != nil {
			t.Fatal(err)
		}
		wrong, reads, items := "", 0.0, int64(0)
		for _, row := range u.Tenants {
			of, ok := m[row.Tenant]
			if !ok || row.WriteCapacityUnits != of.writes || row.ReadCapacityUnits < of.reads || row.ReadCapacityUnits > of.reads+shared {
				wrong += fmt.Sprintf("%+v, and calls took %+v; ", row, of)
			}
			reads += row.ReadCapacityUnits
			items += row.ItemCount
		}
		if want := m["yellow"].reads + m["blue"].reads + shared; math.Abs(reads-want) > 1e-6 {
			wrong += fmt.Sprintf("reads are %v, and calls took %v", reads, want)
		}
		if items != int64(scan.Count) || len(u.Tenants) != 2 || u.Others != nil {
			wrong += fmt.Sprintf("%d items of %d in %d tenants", items, scan.Count, len(u.Tenants))
		}
		if wrong == "" {
			return
		}
		if time.Now().After(end) {
			t.Fatal(wrong)
		}
	}
}

// useTable makes calls of every kind for the tenant.
func useTable(t *testing.T, db *dynamodb.Client, table *string, tenant string, m *meter) {
	t.Helper()
	ctx := t.Context()
	const total = types.ReturnConsumedCapacityTotal
	ok := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	keyOf := func(i int) item { return item{"pk": str(tenant + "#" + fmt.Sprint(i%3)), "sk": str(fmt.Sprint(i))} }
	itemOf := func(i int) item {
		it := keyOf(i)
		it["kind"], it["text"] = str("k"), str(strings.Repeat("x", 700*i))
		return it
	}
	for i := range 6 {
		out, err := db.PutItem(ctx, &dynamodb.PutItemInput{TableName: table, Item: itemOf(i), ReturnConsumedCapacity: total})
		ok(err)
		m.write(*out.ConsumedCapacity)
	}
	updated, err := db.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: table, Key: keyOf(1), ReturnConsumedCapacity: total,
		UpdateExpression: aws.String("SET kind = :k"), ExpressionAttributeValues: item{":k": str("other")},
	})
	ok(err)
	m.write(*updated.ConsumedCapacity)
	deleted, err := db.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: table, Key: keyOf(2), ReturnConsumedCapacity: total})
	ok(err)
	m.write(*deleted.ConsumedCapacity)
	batch, err := db.BatchWriteItem(ctx, &dynamodb.BatchWriteItemInput{ReturnConsumedCapacity: total, RequestItems: map[string][]types.WriteRequest{*table: {
		{PutRequest: &types.PutRequest{Item: itemOf(7)}}, {DeleteRequest: &types.DeleteRequest{Key: keyOf(3)}},
	}}})
	ok(err)
	m.write(batch.ConsumedCapacity...)
	transact, err := db.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{ReturnConsumedCapacity: total, TransactItems: []types.TransactWriteItem{
		{Put: &types.Put{TableName: table, Item: itemOf(8)}}, {Delete: &types.Delete{TableName: table, Key: keyOf(4)}},
	}})
	ok(err)
	m.write(transact.ConsumedCapacity...)

	for _, i := range []int{1, 99} { // 99 isn't there
		out, err := db.GetItem(ctx, &dynamodb.GetItemInput{TableName: table, Key: keyOf(i), ConsistentRead: aws.Bool(true), ReturnConsumedCapacity: total})
		ok(err)
		m.read(*out.ConsumedCapacity)
	}
	got, err := db.BatchGetItem(ctx, &dynamodb.BatchGetItemInput{ReturnConsumedCapacity: total, RequestItems: map[string]types.KeysAndAttributes{
		*table: {Keys: []map[string]types.AttributeValue{keyOf(7), keyOf(98)}},
	}})
	ok(err)
	m.read(got.ConsumedCapacity...)
	gets, err := db.TransactGetItems(ctx, &dynamodb.TransactGetItemsInput{ReturnConsumedCapacity: total, TransactItems: []types.TransactGetItem{
		{Get: &types.Get{TableName: table, Key: keyOf(8)}}, {Get: &types.Get{TableName: table, Key: keyOf(97)}},
	}})
	ok(err)
	m.read(gets.ConsumedCapacity...)
	for _, pk := range []string{tenant + "#1", tenant + "#none"} {
		out, err := db.Query(ctx, &dynamodb.QueryInput{
			TableName: table, ReturnConsumedCapacity: total,
			KeyConditionExpression: aws.String("pk = :p"), ExpressionAttributeValues: item{":p": str(pk)},
		})
		ok(err)
		m.read(*out.ConsumedCapacity)
	}
	statement, err := db.ExecuteStatement(ctx, &dynamodb.ExecuteStatementInput{
		ReturnConsumedCapacity: total,
		Statement:              aws.String(`SELECT * FROM "Orders" WHERE pk = ?`), Parameters: []types.AttributeValue{str(tenant + "#1")},
	})
	ok(err)
	m.read(*statement.ConsumedCapacity)
}
