// SPDX-License-Identifier: Apache-2.0

package dynamodb

import (
	"context"
	"slices"

	sdk "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/attr"
	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/expr"
	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/upstream"
)

func (in *batchGetItemInput) refs() (refs []tableRef) {
	for i := range in.tables {
		refs = append(refs, in.tables[i].ref)
	}
	return refs
}

func (in *batchWriteItemInput) refs() (refs []tableRef) {
	for i := range in.tables {
		refs = append(refs, in.tables[i].ref)
	}
	return refs
}

// checkOnce refuses a batch that names a table that doesn't exist, or one twice, by
// name and by ARN: the upstream would be asked for one of the two.
func checkOnce(targets []target) error {
	seen := map[string]bool{}
	for _, t := range targets {
		switch {
		case t.table == nil:
			return errNoTable()
		case seen[t.table.Name]:
			return invalid("The table %s is named twice", t.table.Name)
		}
		seen[t.table.Name] = true
	}
	return nil
}

func (f *front) checkBatchGet(in *batchGetItemInput) error {
	targets := make([]target, len(in.tables))
	for i := range in.tables {
		targets[i] = in.tables[i].target
	}
	if err := checkOnce(targets); err != nil {
		return err
	}
	for i := range in.tables {
		if err := in.tables[i].checkKeys(); err != nil {
			return err
		}
	}
	return nil
}

func (f *front) batchGetItem(ctx context.Context, c *awsapi.Call, in *batchGetItemInput) (*batchGetItemOutput, error) {
	req := &sdk.BatchGetItemInput{
		RequestItems:           map[string]types.KeysAndAttributes{},
		ReturnConsumedCapacity: types.ReturnConsumedCapacity(unlessNone(in.ReturnConsumedCapacity)),
	}
	for i := range in.tables {
		b := &in.tables[i]
		req.RequestItems[b.target.table.Name] = b.request()
	}
	answer, err := ask(ctx, f, c, upstream.Again, (*sdk.Client).BatchGetItem, req)
	if err != nil {
		return nil, err
	}
	out := &batchGetItemOutput{Responses: map[string][]item{}, UnprocessedKeys: map[string]unprocessedKeys{}}
	for i := range in.tables {
		b := &in.tables[i]
		name := b.target.table.Name
		open := b.asked()
		if out.Responses[b.name], err = b.answered(answer.Responses[name], open); err != nil {
			return nil, err
		}
		left, err := b.unprocessed(answer.UnprocessedKeys[name].Keys, open)
		if err != nil {
			return nil, err
		}
		if len(left) > 0 {
			out.UnprocessedKeys[b.name] = b.again(left)
		}
		out.ConsumedCapacity = append(out.ConsumedCapacity, capacitiesOf(answer.ConsumedCapacity, in.ReturnConsumedCapacity, name, b.name)...)
	}
	return out, nil
}

// request returns the part of a batch as the SDK has it.
func (b *batchGetTable) request() types.KeysAndAttributes {
	var r expr.Rendering
	out := types.KeysAndAttributes{
		ConsistentRead:       b.in.ConsistentRead,
		ProjectionExpression: projected(&r, b.projection, b.target.table.schema.Names()),
	}
	out.ExpressionAttributeNames = r.Names()
	for _, key := range b.keys {
		out.Keys = append(out.Keys, upstream.Item(key))
	}
	return out
}

// asked returns the keys that the part asks for, by where they would be: each may
// be answered once.
func (b *batchGetTable) asked() map[string]attr.Item {
	open := map[string]attr.Item{}
	for i, at := range b.target.at {
		open[string(at)] = b.keys[i]
	}
	return open
}

// answered returns the items of an answer, which must be of those that are open, and
// takes them off.
func (b *batchGetTable) answered(in []map[string]types.AttributeValue, open map[string]attr.Item) ([]item, error) {
	out := make([]item, 0, len(in))
	for _, m := range in {
		it, err := upstream.ParseItem(m)
		if err != nil {
			return nil, err
		}
		at := string(b.target.table.key(it))
		if _, ok := open[at]; !ok {
			return nil, errLie
		}
		delete(open, at)
		out = append(out, item{picked(b.projection, it)})
	}
	return out, nil
}

// unprocessed returns the keys that the upstream has left, which must be of those
// that are open.
func (b *batchGetTable) unprocessed(in []map[string]types.AttributeValue, open map[string]attr.Item) (left []item, err error) {
	for _, m := range in {
		it, err := upstream.ParseItem(m)
		if err != nil {
			return nil, err
		}
		key, ok := open[string(b.target.table.key(it))]
		if !ok {
			return nil, errLie
		}
		left = append(left, item{key})
	}
	return left, nil
}

func (f *front) checkBatchWrite(in *batchWriteItemInput) error {
	targets := make([]target, len(in.tables))
	for i := range in.tables {
		targets[i] = in.tables[i].target
	}
	if err := checkOnce(targets); err != nil {
		return err
	}
	return in.checkKeys()
}

// upstreamBatchWriteOutput is the result of a BatchWriteItem that the upstream has
// done, or a part of it.
type upstreamBatchWriteOutput struct {
	UnprocessedItems      map[string][]unprocessedWrite
	ConsumedCapacity      []consumedCapacity
	ItemCollectionMetrics map[string][]itemCollectionMetrics
}

type unprocessedPut struct{ Item *item }

type unprocessedDelete struct{ Key *item }

type unprocessedWrite struct {
	PutRequest    *unprocessedPut
	DeleteRequest *unprocessedDelete
}

func (f *front) batchWriteItem(ctx context.Context, c *awsapi.Call, in *batchWriteItemInput) (*upstreamBatchWriteOutput, error) {
	req := &sdk.BatchWriteItemInput{
		RequestItems:           map[string][]types.WriteRequest{},
		ReturnConsumedCapacity: types.ReturnConsumedCapacity(unlessNone(in.ReturnConsumedCapacity)),
	}
	for i := range in.tables {
		b := &in.tables[i]
		req.RequestItems[b.target.table.Name] = b.request()
	}
	answer, err := ask(ctx, f, c, upstream.Once, (*sdk.Client).BatchWriteItem, req)
	if err != nil {
		return nil, err
	}
	out := &upstreamBatchWriteOutput{UnprocessedItems: map[string][]unprocessedWrite{}}
	for i := range in.tables {
		b := &in.tables[i]
		name := b.target.table.Name
		left, err := b.unprocessed(answer.UnprocessedItems[name])
		if err != nil {
			return nil, err
		}
		if len(left) > 0 {
			out.UnprocessedItems[b.name] = left
		}
		out.ConsumedCapacity = append(out.ConsumedCapacity, capacitiesOf(answer.ConsumedCapacity, in.ReturnConsumedCapacity, name, b.name)...)
		out.ItemCollectionMetrics = b.target.table.collections(out.ItemCollectionMetrics, in.ReturnItemCollectionMetrics, b.writes)
	}
	return out, nil
}

// request returns the part of a batch as the SDK has it.
func (b *batchWriteTable) request() []types.WriteRequest {
	out := make([]types.WriteRequest, len(b.writes))
	for i, it := range b.writes {
		if b.puts(i) {
			out[i].PutRequest = &types.PutRequest{Item: upstream.Item(it)}
		} else {
			out[i].DeleteRequest = &types.DeleteRequest{Key: upstream.Item(it)}
		}
	}
	return out
}

// unprocessed returns the requests that the upstream has left, which must be of the
// part. They are told as they were made.
func (b *batchWriteTable) unprocessed(in []types.WriteRequest) (left []unprocessedWrite, err error) {
	for _, w := range in {
		m := map[string]types.AttributeValue(nil)
		switch {
		case w.PutRequest != nil:
			m = w.PutRequest.Item
		case w.DeleteRequest != nil:
			m = w.DeleteRequest.Key
		}
		it, err := upstream.ParseItem(m)
		if err != nil {
			return nil, err
		}
		at := b.target.table.key(it)
		i := slices.IndexFunc(b.target.at, func(asked []byte) bool { return at != nil && string(asked) == string(at) })
		if i < 0 || b.puts(i) != (w.PutRequest != nil) {
			return nil, errLie
		}
		if b.puts(i) {
			left = append(left, unprocessedWrite{PutRequest: &unprocessedPut{&item{b.writes[i]}}})
		} else {
			left = append(left, unprocessedWrite{DeleteRequest: &unprocessedDelete{&item{b.writes[i]}}})
		}
	}
	return left, nil
}
