// SPDX-License-Identifier: Apache-2.0

package dynamodb_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/bailiwick-dev/bailiwick/bailiwicktest"
)

func TestTablesAreMadeDescribedListedAndDeleted(t *testing.T) {
	ctx := t.Context()
	db := connect(t)
	made, err := db.CreateTable(ctx, &dynamodb.CreateTableInput{
		TableName: aws.String("Orders"),
		AttributeDefinitions: []types.AttributeDefinition{
			{AttributeName: aws.String("sk"), AttributeType: types.ScalarAttributeTypeN},
			{AttributeName: aws.String("pk"), AttributeType: types.ScalarAttributeTypeS},
		},
		KeySchema: []types.KeySchemaElement{
			{AttributeName: aws.String("pk"), KeyType: types.KeyTypeHash},
			{AttributeName: aws.String("sk"), KeyType: types.KeyTypeRange},
		},
		ProvisionedThroughput: &types.ProvisionedThroughput{ReadCapacityUnits: aws.Int64(3), WriteCapacityUnits: aws.Int64(4)},
		TableClass:            types.TableClassStandardInfrequentAccess,
		SSESpecification:      &types.SSESpecification{Enabled: aws.Bool(false)},
		Tags:                  []types.Tag{{Key: aws.String("team"), Value: aws.String("x")}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := made.TableDescription.TableStatus; got != types.TableStatusCreating {
		t.Errorf("new table is %s", got)
	}
	described, err := db.DescribeTable(ctx, &dynamodb.DescribeTableInput{TableName: aws.String("Orders")})
	if err != nil {
		t.Fatal(err)
	}
	d := described.Table
	if got, want := *d.TableArn, "arn:aws:dynamodb:us-east-1:000000000000:table/Orders"; got != want {
		t.Errorf("ARN is %s", got)
	}
	if *d.AttributeDefinitions[0].AttributeName != "pk" || *d.KeySchema[0].AttributeName != "pk" || d.KeySchema[1].KeyType != types.KeyTypeRange {
		t.Errorf("key is %v %v", d.AttributeDefinitions, d.KeySchema)
	}
	if d.TableStatus != types.TableStatusActive || *d.TableId != *made.TableDescription.TableId || len(*d.TableId) != 36 ||
		*d.ProvisionedThroughput.ReadCapacityUnits != 3 || *d.ProvisionedThroughput.WriteCapacityUnits != 4 || d.BillingModeSummary != nil ||
		d.TableClassSummary.TableClass != types.TableClassStandardInfrequentAccess || d.SSEDescription != nil ||
		*d.DeletionProtectionEnabled || time.Since(*d.CreationDateTime).Abs() > time.Minute {
		t.Errorf("description is %+v", d)
	}
	_, err = db.CreateTable(ctx, &dynamodb.CreateTableInput{
		TableName: aws.String("Orders"), BillingMode: types.BillingModePayPerRequest,
		AttributeDefinitions: d.AttributeDefinitions, KeySchema: d.KeySchema,
	})
	wantError(t, err, "ResourceInUseException", "Table already exists: Orders")

	gone, err := db.DeleteTable(ctx, &dynamodb.DeleteTableInput{TableName: d.TableArn})
	if err != nil {
		t.Fatal(err)
	}
	if g := gone.TableDescription; g.TableStatus != types.TableStatusDeleting || *g.TableName != "Orders" || g.KeySchema != nil || g.CreationDateTime != nil {
		t.Errorf("deleted table is described as %+v", g)
	}
	_, err = db.DescribeTable(ctx, &dynamodb.DescribeTableInput{TableName: aws.String("Orders")})
	wantError(t, err, notFound, "Requested resource not found: Table: Orders not found")
	_, err = db.DeleteTable(ctx, &dynamodb.DeleteTableInput{TableName: aws.String("Orders")})
	wantError(t, err, notFound, "Requested resource not found: Table: Orders not found")
}

func TestListTablesPages(t *testing.T) {
	db := connect(t)
	var want, got []string
	for i := range 7 {
		name := fmt.Sprintf("Table-%d", i)
		create(t, db, name, "pk")
		want = append(want, name)
	}
	pages := dynamodb.NewListTablesPaginator(db, &dynamodb.ListTablesInput{Limit: aws.Int32(3)})
	for pages.HasMorePages() {
		p, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if len(p.TableNames) > 3 {
			t.Errorf("page of %d", len(p.TableNames))
		}
		got = append(got, p.TableNames...)
	}
	if !slices.Equal(got, want) {
		t.Errorf("tables are %q", got)
	}
	out, err := db.ListTables(t.Context(), &dynamodb.ListTablesInput{ExclusiveStartTableName: aws.String("Table-4x"), Limit: aws.Int32(2)})
	if err != nil || !slices.Equal(out.TableNames, want[5:]) || out.LastEvaluatedTableName != nil {
		t.Errorf("tables after one that isn't there: %v, %v", out, err)
	}
}

func TestRegionsAreApart(t *testing.T) {
	srv := bailiwicktest.New(t)
	db := client(srv.Config())
	create(t, db, "T00", "pk")
	cfg := srv.Config()
	cfg.Region = "eu-west-1"
	other := client(cfg)
	_, err := other.DescribeTable(t.Context(), &dynamodb.DescribeTableInput{TableName: aws.String("T00")})
	wantError(t, err, notFound, "Requested resource not found: Table: T00 not found")
	arn := "arn:aws:dynamodb:us-east-1:000000000000:table/T00"
	_, err = other.DescribeTable(t.Context(), &dynamodb.DescribeTableInput{TableName: &arn})
	wantError(t, err, validation, "The table "+arn+" is in another region than the one of this request: eu-west-1")
}

func TestDeletionProtectionHolds(t *testing.T) {
	db := connect(t)
	_, err := db.CreateTable(t.Context(), &dynamodb.CreateTableInput{
		TableName: aws.String("Safe"), BillingMode: types.BillingModePayPerRequest, DeletionProtectionEnabled: aws.Bool(true),
		AttributeDefinitions: []types.AttributeDefinition{{AttributeName: aws.String("pk"), AttributeType: types.ScalarAttributeTypeS}},
		KeySchema:            []types.KeySchemaElement{{AttributeName: aws.String("pk"), KeyType: types.KeyTypeHash}},
	})
	if err != nil {
		t.Fatal(err)
	}
	_, err = db.DeleteTable(t.Context(), &dynamodb.DeleteTableInput{TableName: aws.String("Safe")})
	wantError(t, err, validation, "Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.")
}

func TestANewTableShowsNothingOfTheOldOne(t *testing.T) {
	ctx := t.Context()
	db := connect(t)
	for round := range 3 {
		create(t, db, "Again", "pk", "sk")
		if out, err := db.Scan(ctx, &dynamodb.ScanInput{TableName: aws.String("Again")}); err != nil || out.Count != 0 {
			t.Fatalf("round %d: a new table has %d items, %v", round, out.Count, err)
		}
		if got := get(t, db, "Again", item{"pk": str("a"), "sk": str("1")}); got != nil {
			t.Fatalf("round %d: a new table has %v", round, got)
		}
		put(t, db, "Again", item{"pk": str("a"), "sk": str("1")})
		wantCount(t, db, "Again", 1, 6)
		if _, err := db.DeleteTable(ctx, &dynamodb.DeleteTableInput{TableName: aws.String("Again")}); err != nil {
			t.Fatal(err)
		}
		_, err := db.GetItem(ctx, &dynamodb.GetItemInput{TableName: aws.String("Again"), Key: item{"pk": str("a"), "sk": str("1")}})
		wantError(t, err, notFound, "Requested resource not found")
	}
}

// wantCount checks what DescribeTable says of the table's size.
func wantCount(t testing.TB, db *dynamodb.Client, table string, items, bytes int64) {
	t.Helper()
	d, err := db.DescribeTable(t.Context(), &dynamodb.DescribeTableInput{TableName: &table})
	if err != nil {
		t.Fatal(err)
	}
	if *d.Table.ItemCount != items || *d.Table.TableSizeBytes != bytes {
		t.Errorf("%s has %d items of %d bytes, want %d of %d", table, *d.Table.ItemCount, *d.Table.TableSizeBytes, items, bytes)
	}
}

func TestItemCountFollowsEveryWrite(t *testing.T) {
	ctx := t.Context()
	db := connect(t)
	create(t, db, "T00", "pk")
	wantCount(t, db, "T00", 0, 0)
	put(t, db, "T00", item{"pk": str("a"), "v": str("1234")})
	wantCount(t, db, "T00", 1, 8)
	put(t, db, "T00", item{"pk": str("a")})
	wantCount(t, db, "T00", 1, 3)
	for i := range 300 { // enough for counts to be folded
		_, err := db.UpdateItem(ctx, &dynamodb.UpdateItemInput{
			TableName: aws.String("T00"), Key: item{"pk": str("a")},
			UpdateExpression: aws.String("SET v = :v"), ExpressionAttributeValues: item{":v": str(strings.Repeat("x", i))},
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	wantCount(t, db, "T00", 1, 3+1+299)
	_, err := db.BatchWriteItem(ctx, &dynamodb.BatchWriteItemInput{RequestItems: map[string][]types.WriteRequest{"T00": {
		{PutRequest: &types.PutRequest{Item: item{"pk": str("b")}}},
		{PutRequest: &types.PutRequest{Item: item{"pk": str("c")}}},
		{DeleteRequest: &types.DeleteRequest{Key: item{"pk": str("a")}}},
		{DeleteRequest: &types.DeleteRequest{Key: item{"pk": str("d")}}},
	}}})
	if err != nil {
		t.Fatal(err)
	}
	wantCount(t, db, "T00", 2, 6)
}
