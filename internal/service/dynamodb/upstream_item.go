// SPDX-License-Identifier: Apache-2.0

package dynamodb

import (
	"context"

	sdk "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/attr"
	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/expr"
	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/upstream"
)

func (in *getItemInput) refs() []tableRef    { return []tableRef{in.ref} }
func (in *putItemInput) refs() []tableRef    { return []tableRef{in.ref} }
func (in *deleteItemInput) refs() []tableRef { return []tableRef{in.ref} }
func (in *updateItemInput) refs() []tableRef { return []tableRef{in.ref} }

func (f *front) checkGet(in *getItemInput) error {
	t, err := in.target.withKey(in.key)
	if err != nil {
		return err
	}
	return t.checkPaths(projectionPaths(in.projection))
}

func (f *front) getItem(ctx context.Context, c *awsapi.Call, in *getItemInput) (*getItemOutput, error) {
	t := in.target.table
	var r expr.Rendering
	req := &sdk.GetItemInput{
		TableName:              &t.Name,
		Key:                    upstream.Item(in.key),
		ConsistentRead:         in.ConsistentRead,
		ReturnConsumedCapacity: types.ReturnConsumedCapacity(unlessNone(in.ReturnConsumedCapacity)),
		ProjectionExpression:   projected(&r, in.projection, t.schema.Names()),
	}
	req.ExpressionAttributeNames = r.Names()
	answer, err := ask(ctx, f, c, upstream.Again, (*sdk.Client).GetItem, req)
	if err != nil {
		return nil, err
	}
	out := &getItemOutput{ConsumedCapacity: capacityOf(answer.ConsumedCapacity, in.ReturnConsumedCapacity, in.ref.given)}
	it, err := t.itemAt(answer.Item, in.key)
	if err != nil {
		return nil, err
	}
	if it.Len() > 0 {
		out.Item = &item{picked(in.projection, it)}
	}
	return out, nil
}

func (f *front) checkPut(in *putItemInput) error {
	t := in.target.table
	if t == nil {
		return errNoTable()
	}
	if err := t.checkItem(in.item); err != nil {
		return err
	}
	return t.checkPaths(conditionPaths(in.condition))
}

func (f *front) putItem(ctx context.Context, c *awsapi.Call, in *putItemInput) (*putItemOutput, error) {
	t := in.target.table
	w := written{key: in.item.Pick(t.schema.Names()...), returns: in.ReturnValues, onFailure: in.ReturnValuesOnConditionCheckFailure}
	var r expr.Rendering
	req := &sdk.PutItemInput{
		TableName:                           &t.Name,
		Item:                                upstream.Item(in.item),
		ConditionExpression:                 conditioned(&r, in.condition),
		ReturnValues:                        types.ReturnValue(unlessNone(in.ReturnValues)),
		ReturnConsumedCapacity:              types.ReturnConsumedCapacity(unlessNone(in.ReturnConsumedCapacity)),
		ReturnItemCollectionMetrics:         types.ReturnItemCollectionMetrics(unlessNone(in.ReturnItemCollectionMetrics)),
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailure(unlessNone(in.ReturnValuesOnConditionCheckFailure)),
	}
	req.ExpressionAttributeNames, req.ExpressionAttributeValues = r.Names(), valuesOf(&r)
	answer, err := upstream.Do(ctx, f.client, share(c), upstream.Once, (*sdk.Client).PutItem, req)
	if err != nil {
		return nil, t.failed(err, w)
	}
	out := &putItemOutput{ConsumedCapacity: capacityOf(answer.ConsumedCapacity, in.ReturnConsumedCapacity, in.ref.given)}
	if out.Attributes, err = t.attributes(answer.Attributes, w); err != nil {
		return nil, err
	}
	out.ItemCollectionMetrics, err = t.metrics(answer.ItemCollectionMetrics, in.ReturnItemCollectionMetrics, w.key)
	return out, err
}

func (f *front) checkDelete(in *deleteItemInput) error {
	t, err := in.target.withKey(in.key)
	if err != nil {
		return err
	}
	return t.checkPaths(conditionPaths(in.condition))
}

func (f *front) deleteItem(ctx context.Context, c *awsapi.Call, in *deleteItemInput) (*deleteItemOutput, error) {
	t := in.target.table
	w := written{key: in.key, returns: in.ReturnValues, onFailure: in.ReturnValuesOnConditionCheckFailure}
	var r expr.Rendering
	req := &sdk.DeleteItemInput{
		TableName:                           &t.Name,
		Key:                                 upstream.Item(in.key),
		ConditionExpression:                 conditioned(&r, in.condition),
		ReturnValues:                        types.ReturnValue(unlessNone(in.ReturnValues)),
		ReturnConsumedCapacity:              types.ReturnConsumedCapacity(unlessNone(in.ReturnConsumedCapacity)),
		ReturnItemCollectionMetrics:         types.ReturnItemCollectionMetrics(unlessNone(in.ReturnItemCollectionMetrics)),
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailure(unlessNone(in.ReturnValuesOnConditionCheckFailure)),
	}
	req.ExpressionAttributeNames, req.ExpressionAttributeValues = r.Names(), valuesOf(&r)
	answer, err := upstream.Do(ctx, f.client, share(c), upstream.Once, (*sdk.Client).DeleteItem, req)
	if err != nil {
		return nil, t.failed(err, w)
	}
	out := &deleteItemOutput{ConsumedCapacity: capacityOf(answer.ConsumedCapacity, in.ReturnConsumedCapacity, in.ref.given)}
	if out.Attributes, err = t.attributes(answer.Attributes, w); err != nil {
		return nil, err
	}
	out.ItemCollectionMetrics, err = t.metrics(answer.ItemCollectionMetrics, in.ReturnItemCollectionMetrics, w.key)
	return out, err
}

func (f *front) checkUpdate(in *updateItemInput) error {
	t, err := in.target.withKey(in.key)
	if err != nil {
		return err
	}
	if err := t.checkUpdate(in.update); err != nil {
		return err
	}
	return t.checkPaths(conditionPaths(in.condition))
}

func (f *front) updateItem(ctx context.Context, c *awsapi.Call, in *updateItemInput) (*updateItemOutput, error) {
	t := in.target.table
	w := written{key: in.key, update: in.update, returns: in.ReturnValues, onFailure: in.ReturnValuesOnConditionCheckFailure}
	var r expr.Rendering
	req := &sdk.UpdateItemInput{
		TableName:                           &t.Name,
		Key:                                 upstream.Item(in.key),
		ReturnValues:                        types.ReturnValue(unlessNone(in.ReturnValues)),
		ReturnConsumedCapacity:              types.ReturnConsumedCapacity(unlessNone(in.ReturnConsumedCapacity)),
		ReturnItemCollectionMetrics:         types.ReturnItemCollectionMetrics(unlessNone(in.ReturnItemCollectionMetrics)),
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailure(unlessNone(in.ReturnValuesOnConditionCheckFailure)),
	}
	if onlyDeletes(in.AttributeUpdates) {
		in.deletes(req)
	} else {
		req.ConditionExpression, req.UpdateExpression = conditioned(&r, in.condition), updated(&r, in.update)
		req.ExpressionAttributeNames, req.ExpressionAttributeValues = r.Names(), valuesOf(&r)
	}
	answer, err := upstream.Do(ctx, f.client, share(c), upstream.Once, (*sdk.Client).UpdateItem, req)
	if err != nil {
		return nil, t.failed(err, w)
	}
	out := &updateItemOutput{ConsumedCapacity: capacityOf(answer.ConsumedCapacity, in.ReturnConsumedCapacity, in.ref.given)}
	if out.Attributes, err = t.attributes(answer.Attributes, w); err != nil {
		return nil, err
	}
	out.ItemCollectionMetrics, err = t.metrics(answer.ItemCollectionMetrics, in.ReturnItemCollectionMetrics, w.key)
	return out, err
}

// projected returns the text of a projection that shows the key besides, by which
// the answer is looked through; nil if there is no projection.
func projected(r *expr.Rendering, p *expr.Projection, key []string) *string {
	if p == nil {
		return nil
	}
	return new(r.Projection(p, key...))
}

// conditioned returns the text of a condition, or nil.
func conditioned(r *expr.Rendering, c *expr.Condition) *string {
	if c == nil {
		return nil
	}
	return new(r.Condition(c))
}

// updated returns the text of an update, or nil.
func updated(r *expr.Rendering, u *expr.Update) *string {
	if u == nil {
		return nil
	}
	return new(r.Update(u))
}

// unlessNone returns an optional parameter; nothing if it is NONE, which it is if it is
// left out: not every upstream knows all of them.
func unlessNone(s *string) string {
	if orNone(s) == none {
		return ""
	}
	return *s
}

// valuesOf returns the values that the texts refer to, as the SDK has them.
func valuesOf(r *expr.Rendering) map[string]types.AttributeValue {
	if r.Values() == nil {
		return nil
	}
	out := map[string]types.AttributeValue{}
	for name, v := range r.Values() {
		out[name] = upstream.Value(v)
	}
	return out
}

// A written is the write of one item, of which the answer tells something.
type written struct {
	key       attr.Item
	update    *expr.Update
	returns   *string // ReturnValues
	onFailure *string // ReturnValuesOnConditionCheckFailure
}
