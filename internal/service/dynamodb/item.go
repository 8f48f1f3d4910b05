// SPDX-License-Identifier: Apache-2.0

package dynamodb

import (
	"bytes"
	"context"
	"errors"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/attr"
	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/expr"
)

// Values of ReturnValues.
const (
	none       = "NONE"
	allOld     = "ALL_OLD"
	allNew     = "ALL_NEW"
	updatedOld = "UPDATED_OLD"
	updatedNew = "UPDATED_NEW"
)

func (s *service) getItemNeeds(_ context.Context, c *awsapi.Call, in *getItemInput) (_ []awsapi.Need, err error) {
	if in.target, err = s.target(c, in.ref); err != nil {
		return nil, err
	}
	keys := &conditions{
		leading: in.target.leading(in.key),
		attributes: func() []string {
			return names([]attr.Item{in.key}, projectionPaths(in.projection).Attributes())
		},
		selects:        selectOf(in.projection),
		returnCapacity: orNone(in.ReturnConsumedCapacity),
	}
	return []awsapi.Need{in.target.need("GetItem", keys, in.target.open(false, in.key)...)}, nil
}

func (s *service) getItem(_ context.Context, c *awsapi.Call, in *getItemInput) (*getItemOutput, error) {
	t, err := in.target.withKey(in.key)
	if err != nil {
		return nil, err
	}
	if err := projectionPaths(in.projection).CheckKeys(t.schema); err != nil {
		return nil, validation(err)
	}
	it, err := load(c.Tx, in.target.at[0])
	if err != nil {
		return nil, err
	}
	out := &getItemOutput{}
	if orNone(in.ReturnConsumedCapacity) != none {
		out.ConsumedCapacity = consumed(in.ReturnConsumedCapacity, in.ref.given, readUnits(sizeOf(it), in.ConsistentRead))
	}
	if it.Len() > 0 { // a projection may show nothing of an item that is there
		out.Item = &item{project(in.projection, it)}
	}
	return out, nil
}

// withKey returns the table, and refuses a key that isn't of its schema.
func (t target) withKey(key attr.Item) (*table, error) {
	if t.table == nil {
		return nil, errNoTable()
	}
	return t.table, validation(t.table.schema.CheckKey(key))
}

func (s *service) putItemNeeds(_ context.Context, c *awsapi.Call, in *putItemInput) (_ []awsapi.Need, err error) {
	if in.target, err = s.target(c, in.ref); err != nil {
		return nil, err
	}
	keys := &conditions{
		leading: in.target.leading(in.item),
		attributes: func() []string {
			return names([]attr.Item{in.item}, conditionPaths(in.condition).Attributes())
		},
		returnValues:   statedReturn(in.ReturnValues, in.ReturnValuesOnConditionCheckFailure),
		returnCapacity: orNone(in.ReturnConsumedCapacity),
	}
	return []awsapi.Need{in.target.need("PutItem", keys, in.target.open(true, in.item)...)}, nil
}

func (s *service) putItem(_ context.Context, c *awsapi.Call, in *putItemInput) (*putItemOutput, error) {
	t := in.target.table
	if t == nil {
		return nil, errNoTable()
	}
	if err := t.schema.CheckItem(in.item); err != nil {
		return nil, validation(err)
	}
	if err := conditionPaths(in.condition).CheckKeys(t.schema); err != nil {
		return nil, validation(err)
	}
	old, units, err := in.target.replace(c, in.condition, in.ReturnValuesOnConditionCheckFailure,
		func(attr.Item) (attr.Item, error) { return in.item, nil })
	if err != nil {
		return nil, err
	}
	out := &putItemOutput{ConsumedCapacity: consumed(in.ReturnConsumedCapacity, in.ref.given, units)}
	if orNone(in.ReturnValues) == allOld {
		out.Attributes = shown(old)
	}
	return out, nil
}

// replace puts what next makes of the one item that the call names, or nothing,
// in its place, if the condition holds of it. It returns the item that was there
// and the capacity that the write takes; onFailure is the call's
// ReturnValuesOnConditionCheckFailure.
func (t target) replace(c *awsapi.Call, cond *expr.Condition, onFailure *string, next func(old attr.Item) (attr.Item, error)) (old attr.Item, units float64, err error) {
	if old, err = load(c.Tx, t.at[0]); err != nil {
		return old, 0, err
	}
	if !holds(cond, old) {
		return old, 0, errConditionFailed(oldOnFailure(onFailure, old))
	}
	new, err := next(old)
	if err != nil {
		return old, 0, err
	}
	change := newChange(old, new)
	if err := change.write(c.Tx, t.at[0]); err != nil {
		return old, 0, err
	}
	return old, change.units(), t.table.record(c.Tx, change.count(), c.Time)
}

// statedReturn returns dynamodb:ReturnValues. A call that asks for the whole item
// if its condition fails is stated as one that asks for it at once: else a
// policy that lets a caller see some attributes only could be got around with a
// condition that is false.
func statedReturn(values, onFailure *string) string {
	v := orNone(values)
	if v != allNew && orNone(onFailure) == allOld {
		return allOld
	}
	return v
}

// oldOnFailure returns the item that a failed condition shows, by the call's
// ReturnValuesOnConditionCheckFailure.
func oldOnFailure(mode *string, old attr.Item) *item {
	if orNone(mode) == allOld {
		return shown(old)
	}
	return nil
}

func (s *service) deleteItemNeeds(_ context.Context, c *awsapi.Call, in *deleteItemInput) (_ []awsapi.Need, err error) {
	if in.target, err = s.target(c, in.ref); err != nil {
		return nil, err
	}
	keys := &conditions{
		leading: in.target.leading(in.key),
		attributes: func() []string {
			return names([]attr.Item{in.key}, conditionPaths(in.condition).Attributes())
		},
		returnValues:   statedReturn(in.ReturnValues, in.ReturnValuesOnConditionCheckFailure),
		returnCapacity: orNone(in.ReturnConsumedCapacity),
	}
	return []awsapi.Need{in.target.need("DeleteItem", keys, in.target.open(true, in.key)...)}, nil
}

func (s *service) deleteItem(_ context.Context, c *awsapi.Call, in *deleteItemInput) (*deleteItemOutput, error) {
	t, err := in.target.withKey(in.key)
	if err != nil {
		return nil, err
	}
	if err := conditionPaths(in.condition).CheckKeys(t.schema); err != nil {
		return nil, validation(err)
	}
	old, units, err := in.target.replace(c, in.condition, in.ReturnValuesOnConditionCheckFailure,
		func(attr.Item) (attr.Item, error) { return attr.Item{}, nil })
	if err != nil {
		return nil, err
	}
	out := &deleteItemOutput{ConsumedCapacity: consumed(in.ReturnConsumedCapacity, in.ref.given, units)}
	if orNone(in.ReturnValues) == allOld {
		out.Attributes = shown(old)
	}
	return out, nil
}

func (s *service) updateItemNeeds(_ context.Context, c *awsapi.Call, in *updateItemInput) (_ []awsapi.Need, err error) {
	if in.target, err = s.target(c, in.ref); err != nil {
		return nil, err
	}
	keys := &conditions{
		leading: in.target.leading(in.key),
		attributes: func() []string {
			return names([]attr.Item{in.key}, updatePaths(in.update).Attributes(), conditionPaths(in.condition).Attributes())
		},
		returnValues:   statedReturn(in.ReturnValues, in.ReturnValuesOnConditionCheckFailure),
		returnCapacity: orNone(in.ReturnConsumedCapacity),
	}
	return []awsapi.Need{in.target.need("UpdateItem", keys, in.target.open(true, in.key)...)}, nil
}

func (s *service) updateItem(_ context.Context, c *awsapi.Call, in *updateItemInput) (*updateItemOutput, error) {
	t, err := in.target.withKey(in.key)
	if err != nil {
		return nil, err
	}
	if err := in.checkPaths(t); err != nil {
		return nil, err
	}
	var results attr.Item
	_, units, err := in.target.replace(c, in.condition, in.ReturnValuesOnConditionCheckFailure,
		func(old attr.Item) (new attr.Item, err error) {
			new, results, err = in.apply(old)
			if err == nil && !bytes.Equal(t.key(new), in.target.at[0]) {
				err = errors.New("dynamodb: an update has changed the key of its item")
			}
			return new, err
		})
	if err != nil {
		return nil, err
	}
	return &updateItemOutput{
		Attributes:       shown(results),
		ConsumedCapacity: consumed(in.ReturnConsumedCapacity, in.ref.given, units),
	}, nil
}

// checkPaths checks the paths of the expressions against the key of the table.
func (in *updateItemInput) checkPaths(t *table) error {
	if in.update != nil {
		if err := in.update.CheckKeys(t.schema); err != nil {
			return validation(err)
		}
		if err := in.update.Paths().CheckKeys(t.schema); err != nil {
			return validation(err)
		}
	}
	return validation(conditionPaths(in.condition).CheckKeys(t.schema))
}

// apply returns what the update makes of old, and what ReturnValues asks for.
// An item that isn't there yet begins as its key.
func (in *updateItemInput) apply(old attr.Item) (new, results attr.Item, err error) {
	updated := expr.Updated{Item: old}
	if old.Len() == 0 {
		updated.Item = in.key
	}
	if in.update != nil {
		if updated, err = in.update.Apply(updated.Item); err != nil {
			return attr.Item{}, attr.Item{}, validation(err)
		}
	}
	return updated.Item, in.results(old, updated), nil
}

// results returns what ReturnValues asks for.
func (in *updateItemInput) results(old attr.Item, updated expr.Updated) attr.Item {
	switch mode := orNone(in.ReturnValues); {
	case mode == allOld:
		return old
	case mode == allNew:
		return updated.Item
	case in.update == nil:
	case mode == updatedOld:
		return in.update.UpdatedOld(old)
	case mode == updatedNew:
		return updated.New()
	}
	return attr.Item{}
}
