// SPDX-License-Identifier: Apache-2.0

package dynamodb

import (
	"context"
	"crypto/sha256"
	"encoding/hex"

	sdk "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/expr"
	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/upstream"
)

func (in *transactWriteItemsInput) refs() []tableRef { return in.tx.refs() }
func (in *transactGetItemsInput) refs() []tableRef   { return in.tx.refs() }

func (x *transaction) refs() (refs []tableRef) {
	for i := range x.actions {
		refs = append(refs, x.actions[i].ref)
	}
	return refs
}

// check holds the transaction against its tables.
func (x *transaction) check() error {
	if err := x.checkTables(); err != nil {
		return err
	}
	if err := x.checkItems(); err != nil {
		return err
	}
	errs := make([]error, len(x.actions))
	for i := range x.actions {
		errs[i] = x.actions[i].check()
	}
	return cancelled(errs)
}

func (f *front) checkTransactWrite(in *transactWriteItemsInput) error { return in.tx.check() }
func (f *front) checkTransactGet(in *transactGetItemsInput) error     { return in.tx.check() }

func (f *front) transactWriteItems(ctx context.Context, c *awsapi.Call, in *transactWriteItemsInput) (*transactWriteItemsOutput, error) {
	req := &sdk.TransactWriteItemsInput{
		ClientRequestToken:     in.tx.upstreamToken(c),
		ReturnConsumedCapacity: types.ReturnConsumedCapacity(unlessNone(in.ReturnConsumedCapacity)),
	}
	for i := range in.tx.actions {
		req.TransactItems = append(req.TransactItems, in.tx.actions[i].request())
	}
	answer, err := upstream.Do(ctx, f.client, share(c), upstream.Again, (*sdk.Client).TransactWriteItems, req)
	if err != nil {
		return nil, in.tx.canceled(err)
	}
	out := &transactWriteItemsOutput{ConsumedCapacity: in.tx.capacityOf(answer.ConsumedCapacity, in.ReturnConsumedCapacity)}
	for _, p := range in.tx.parts {
		out.ItemCollectionMetrics = p.target.table.collections(out.ItemCollectionMetrics, in.ReturnItemCollectionMetrics, in.tx.written(p))
	}
	return out, nil
}

// upstreamToken returns the token by which the upstream knows the transaction. The
// upstream has one caller, us: what a token was used for is for nobody to find out
// but for the caller who has used it. Nil if there is none, the SDK then takes one
// of its own.
func (x *transaction) upstreamToken(c *awsapi.Call) *string {
	if x.token == "" {
		return nil
	}
	h := sha256.New()
	for _, part := range []string{c.Caller.Account(), share(c), sessionMark(c.Caller.Session), x.token} {
		sum := sha256.Sum256([]byte(part))
		h.Write(sum[:])
	}
	return new(hex.EncodeToString(h.Sum(nil)[:16]))
}

// capacityOf returns the capacity that the upstream reports of the transaction's
// tables, if the call has asked for it.
func (x *transaction) capacityOf(in []types.ConsumedCapacity, mode *string) (out []consumedCapacity) {
	for _, p := range x.parts {
		out = append(out, capacitiesOf(in, mode, p.target.table.Name, p.target.ref.given)...)
	}
	return out
}

// request returns the action as the SDK has it.
func (a *action) request() (out types.TransactWriteItem) {
	var r expr.Rendering
	table := &a.part.target.table.Name
	condition := conditioned(&r, a.condition)
	onFailure := types.ReturnValuesOnConditionCheckFailure(unlessNone(a.onFailure))
	switch item := upstream.Item(a.item); a.kind {
	case putAction:
		out.Put = &types.Put{
			TableName: table, Item: item, ConditionExpression: condition, ReturnValuesOnConditionCheckFailure: onFailure,
			ExpressionAttributeNames: r.Names(), ExpressionAttributeValues: valuesOf(&r),
		}
	case deleteAction:
		out.Delete = &types.Delete{
			TableName: table, Key: item, ConditionExpression: condition, ReturnValuesOnConditionCheckFailure: onFailure,
			ExpressionAttributeNames: r.Names(), ExpressionAttributeValues: valuesOf(&r),
		}
	case updateAction:
		update := updated(&r, a.update)
		out.Update = &types.Update{
			TableName: table, Key: item, UpdateExpression: update, ConditionExpression: condition, ReturnValuesOnConditionCheckFailure: onFailure,
			ExpressionAttributeNames: r.Names(), ExpressionAttributeValues: valuesOf(&r),
		}
	default:
		out.ConditionCheck = &types.ConditionCheck{
			TableName: table, Key: item, ConditionExpression: condition, ReturnValuesOnConditionCheckFailure: onFailure,
			ExpressionAttributeNames: r.Names(), ExpressionAttributeValues: valuesOf(&r),
		}
	}
	return out
}

func (f *front) transactGetItems(ctx context.Context, c *awsapi.Call, in *transactGetItemsInput) (*transactGetItemsOutput, error) {
	req := &sdk.TransactGetItemsInput{ReturnConsumedCapacity: types.ReturnConsumedCapacity(unlessNone(in.ReturnConsumedCapacity))}
	for i := range in.tx.actions {
		a := &in.tx.actions[i]
		t := a.part.target.table
		var r expr.Rendering
		get := &types.Get{TableName: &t.Name, Key: upstream.Item(a.item), ProjectionExpression: projected(&r, a.projection, t.schema.Names())}
		get.ExpressionAttributeNames = r.Names()
		req.TransactItems = append(req.TransactItems, types.TransactGetItem{Get: get})
	}
	answer, err := upstream.Do(ctx, f.client, share(c), upstream.Again, (*sdk.Client).TransactGetItems, req)
	if err != nil {
		return nil, in.tx.canceled(err)
	}
	if len(answer.Responses) != len(in.tx.actions) {
		return nil, errLie
	}
	out := &transactGetItemsOutput{
		ConsumedCapacity: in.tx.capacityOf(answer.ConsumedCapacity, in.ReturnConsumedCapacity),
		Responses:        make([]itemResponse, len(in.tx.actions)),
	}
	for i := range in.tx.actions {
		a := &in.tx.actions[i]
		it, err := a.part.target.table.itemAt(answer.Responses[i].Item, a.item)
		if err != nil {
			return nil, err
		}
		out.Responses[i].Item = shown(picked(a.projection, it))
	}
	return out, nil
}
