// SPDX-License-Identifier: Apache-2.0

package isolation

import (
	"context"
	"fmt"
	"reflect"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// An own is a tenant's share of a table, as the tenant itself uses it with
// credentials of one method.
type own struct {
	share
	method Method
}

// scratch returns the k-th item that the tenant writes and deletes again.
func (o own) scratch(k int) item {
	it := o.key(scratch(o.method, k))
	it[o.status] = text("probe")
	return it
}

// An ownProbe is a call that a tenant makes on its own data. It reports what the
// answer held, or an error: that of the call, or an errContent if the answer
// is not exactly that tenant's data. A later one may build on an earlier.
type ownProbe struct {
	action string
	call   func(context.Context, *dynamodb.Client, own) (string, error)
}

var ownProbes = []ownProbe{
	{"dynamodb:GetItem", getOwn},
	{"dynamodb:Query", queryOwn},
	{"dynamodb:BatchGetItem", batchGetOwn},
	{"dynamodb:PutItem", putOwn},
	{"dynamodb:UpdateItem", updateOwn},
	{"dynamodb:DeleteItem", deleteOwn},
	{"dynamodb:BatchWriteItem", batchWriteOwn},
}

// same reports an errContent if got is not want.
func same(what string, got, want any) error {
	if !reflect.DeepEqual(got, want) {
		return fmt.Errorf("%w: %s is not the tenant's own", errContent, what)
	}
	return nil
}

func getOwn(ctx context.Context, db *dynamodb.Client, o own) (string, error) {
	out, err := db.GetItem(ctx, &dynamodb.GetItemInput{TableName: &o.name, Key: o.key(o.sortKey(0)), ConsistentRead: aws.Bool(true)})
	if err != nil {
		return "", err
	}
	return "own item", same("the item", out.Item, o.seeded(0))
}

// queryOwn reads the tenant's whole share, which other methods' probes may be
// writing to.
func queryOwn(ctx context.Context, db *dynamodb.Client, o own) (string, error) {
	n := 0
	pages := dynamodb.NewQueryPaginator(db, partitionQuery(o.share))
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return "", err
		}
		for _, it := range page.Items {
			if err := same("an item's partition key", it[o.partition], text(string(o.tenant))); err != nil {
				return "", err
			}
			if sort, ok := it[o.sort].(*types.AttributeValueMemberS); ok && strings.HasPrefix(sort.Value, "probe-") {
				continue
			}
			if err := same("an item", it, o.seeded(n)); err != nil {
				return "", err
			}
			n++
		}
	}
	if n != o.count {
		return "", fmt.Errorf("%w: %d items of %d", errContent, n, o.count)
	}
	return fmt.Sprintf("%d own items", n), nil
}

// partitionQuery reads all of s, in the order of the sort key.
func partitionQuery(s share) *dynamodb.QueryInput {
	return &dynamodb.QueryInput{
		TableName:                 &s.name,
		KeyConditionExpression:    aws.String("#p = :p"),
		ExpressionAttributeNames:  map[string]string{"#p": s.partition},
		ExpressionAttributeValues: item{":p": text(string(s.tenant))},
		ConsistentRead:            aws.Bool(true),
	}
}

func batchGetOwn(ctx context.Context, db *dynamodb.Client, o own) (string, error) {
	out, err := db.BatchGetItem(ctx, batchGet(o.name, o.key(o.sortKey(0)), o.key(o.sortKey(1))))
	if err != nil {
		return "", err
	}
	want := map[string]item{}
	for n := range 2 {
		want[o.sortKey(n)] = o.seeded(n)
	}
	got := map[string]item{}
	for _, it := range out.Responses[o.name] {
		if sort, ok := it[o.sort].(*types.AttributeValueMemberS); ok {
			got[sort.Value] = it
		}
	}
	if len(out.Responses[o.name]) != len(want) {
		return "", fmt.Errorf("%w: %d items of %d", errContent, len(out.Responses[o.name]), len(want))
	}
	return "2 own items", same("the batch", got, want)
}

func batchGet(table string, keys ...item) *dynamodb.BatchGetItemInput {
	return &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{
		table: {Keys: keys, ConsistentRead: aws.Bool(true)},
	}}
}

func putOwn(ctx context.Context, db *dynamodb.Client, o own) (string, error) {
	_, err := db.PutItem(ctx, &dynamodb.PutItemInput{TableName: &o.name, Item: o.scratch(0)})
	return "written", err
}

func updateOwn(ctx context.Context, db *dynamodb.Client, o own) (string, error) {
	in := update(o.share, scratch(o.method, 0))
	in.ReturnValues = types.ReturnValueAllNew
	out, err := db.UpdateItem(ctx, in)
	if err != nil {
		return "", err
	}
	want := o.scratch(0)
	want[o.status] = text("changed")
	return "own item changed", same("the changed item", out.Attributes, want)
}

// update changes one attribute of an item of s.
func update(s share, sort string) *dynamodb.UpdateItemInput {
	return &dynamodb.UpdateItemInput{
		TableName:                 &s.name,
		Key:                       s.key(sort),
		UpdateExpression:          aws.String("SET #s = :s"),
		ExpressionAttributeNames:  map[string]string{"#s": s.status},
		ExpressionAttributeValues: item{":s": text("changed")},
	}
}

func deleteOwn(ctx context.Context, db *dynamodb.Client, o own) (string, error) {
	out, err := db.DeleteItem(ctx, &dynamodb.DeleteItemInput{
		TableName: &o.name, Key: o.key(scratch(o.method, 0)), ReturnValues: types.ReturnValueAllOld,
	})
	if err != nil {
		return "", err
	}
	want := o.scratch(0)
	want[o.status] = text("changed")
	return "own item deleted", same("the deleted item", out.Attributes, want)
}

// batchWriteOwn writes two items, and deletes them.
func batchWriteOwn(ctx context.Context, db *dynamodb.Client, o own) (string, error) {
	var puts, deletes []types.WriteRequest
	for k := 1; k <= 2; k++ {
		puts = append(puts, types.WriteRequest{PutRequest: &types.PutRequest{Item: o.scratch(k)}})
		deletes = append(deletes, types.WriteRequest{DeleteRequest: &types.DeleteRequest{Key: o.key(scratch(o.method, k))}})
	}
	if err := batchWrite(ctx, db, o.name, puts); err != nil {
		return "", err
	}
	return "2 own items written and deleted", batchWrite(ctx, db, o.name, deletes)
}
