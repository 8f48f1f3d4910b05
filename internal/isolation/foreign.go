// SPDX-License-Identifier: Apache-2.0

package isolation

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// victim is the item of each share that others try to reach.
const victim = 1

// A foreignProbe is a call that somebody makes on a tenant's data who is not
// that tenant.
type foreignProbe struct {
	action string
	target func(share) string
	call   func(context.Context, *dynamodb.Client, share) error
}

func victimTarget(s share) string     { return shareTarget(s) + "/" + s.sortKey(victim) }
func shareTarget(s share) string      { return s.name + "/" + string(s.tenant) }
func indexTarget(s share) string      { return s.name + "/index/" + s.index + "/" + string(s.tenant) }
func tableTarget(s share) string      { return s.name }
func wholeIndexTarget(s share) string { return s.name + "/index/" + s.index }

// foreignProbes are made on each of the shares that a visitor tries.
var foreignProbes = []foreignProbe{
	{"dynamodb:GetItem", victimTarget, func(ctx context.Context, db *dynamodb.Client, s share) error {
		_, err := db.GetItem(ctx, &dynamodb.GetItemInput{TableName: &s.name, Key: s.victimKey()})
		return err
	}},
	{"dynamodb:Query", shareTarget, func(ctx context.Context, db *dynamodb.Client, s share) error {
		_, err := db.Query(ctx, partitionQuery(s))
		return err
	}},
	{"dynamodb:Query", indexTarget, queryIndex},
	{"dynamodb:BatchGetItem", victimTarget, func(ctx context.Context, db *dynamodb.Client, s share) error {
		_, err := db.BatchGetItem(ctx, batchGet(s.name, s.victimKey()))
		return err
	}},
	{"dynamodb:PutItem", victimTarget, func(ctx context.Context, db *dynamodb.Client, s share) error {
		_, err := db.PutItem(ctx, &dynamodb.PutItemInput{TableName: &s.name, Item: s.victimKey()})
		return err
	}},
	{"dynamodb:UpdateItem", victimTarget, func(ctx context.Context, db *dynamodb.Client, s share) error {
		_, err := db.UpdateItem(ctx, update(s, s.sortKey(victim)))
		return err
	}},
	{"dynamodb:DeleteItem", victimTarget, func(ctx context.Context, db *dynamodb.Client, s share) error {
		_, err := db.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: &s.name, Key: s.victimKey()})
		return err
	}},
	{"dynamodb:BatchWriteItem", victimTarget, func(ctx context.Context, db *dynamodb.Client, s share) error {
		return writeMixed(ctx, db, s.name, s.victimKey())
	}},
}

// wholeProbes are made on a table once. Whose share it is does not matter to
// them.
var wholeProbes = []foreignProbe{
	{"dynamodb:Scan", tableTarget, func(ctx context.Context, db *dynamodb.Client, s share) error {
		_, err := db.Scan(ctx, &dynamodb.ScanInput{TableName: &s.name, Limit: aws.Int32(1)})
		return err
	}},
	{"dynamodb:Scan", wholeIndexTarget, func(ctx context.Context, db *dynamodb.Client, s share) error {
		_, err := db.Scan(ctx, &dynamodb.ScanInput{TableName: &s.name, IndexName: &s.index, Limit: aws.Int32(1)})
		return err
	}},
}

// ownIndex is a query of a tenant's own data by way of an index, for which it has
// no permission.
var ownIndex = foreignProbe{"dynamodb:Query", indexTarget, queryIndex}

func (s share) victimKey() item { return s.key(s.sortKey(victim)) }

// queryIndex queries an index, which need not exist to be denied.
func queryIndex(ctx context.Context, db *dynamodb.Client, s share) error {
	in := partitionQuery(s)
	in.IndexName, in.ConsistentRead = &s.index, nil
	_, err := db.Query(ctx, in)
	return err
}

// mixed are the calls in which a tenant hides a key of another's behind one of
// its own.
func (o own) mixed() []foreignProbe {
	target := func(s share) string {
		return fmt.Sprintf("%s/%s+%s/%s", s.name, o.tenant, s.tenant, s.sortKey(victim))
	}
	return []foreignProbe{
		{"dynamodb:BatchGetItem", target, func(ctx context.Context, db *dynamodb.Client, s share) error {
			_, err := db.BatchGetItem(ctx, batchGet(s.name, o.key(o.sortKey(victim)), s.victimKey()))
			return err
		}},
		{"dynamodb:BatchWriteItem", target, func(ctx context.Context, db *dynamodb.Client, s share) error {
			return writeMixed(ctx, db, s.name, o.scratch(3), s.victimKey())
		}},
	}
}

// writeMixed writes items in one batch.
func writeMixed(ctx context.Context, db *dynamodb.Client, table string, items ...item) error {
	var puts []types.WriteRequest
	for _, it := range items {
		puts = append(puts, types.WriteRequest{PutRequest: &types.PutRequest{Item: it}})
	}
	_, err := db.BatchWriteItem(ctx, &dynamodb.BatchWriteItemInput{RequestItems: map[string][]types.WriteRequest{table: puts}})
	return err
}

// unharmed is the positive control: the owner reads what others were refused,
// and it is as it was.
func unharmed(ctx context.Context, db *dynamodb.Client, s share) error {
	out, err := db.GetItem(ctx, &dynamodb.GetItemInput{TableName: &s.name, Key: s.victimKey(), ConsistentRead: aws.Bool(true)})
	if err != nil {
		return err
	}
	return same("what others tried to reach", out.Item, s.seeded(victim))
}
