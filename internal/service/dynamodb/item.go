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
	if err := t.checkPaths(projectionPaths(in.projection)); err != nil {
		return nil, err
	}
	it, err := load(c.Tx, in.target.at[0])
	if err != nil {
		return nil, err
	}
	out := &getItemOutput{}
	units := readUnits(sizeOf(it), in.ConsistentRead)
	t.readItem(it, in.key, units)
	if orNone(in.ReturnConsumedCapacity) != none {
		out.ConsumedCapacity = consumed(in.ReturnConsumedCapacity, in.ref.given, charge{table: units})
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
	if err := t.checkItem(in.item); err != nil {
		return nil, err
	}
	if err := t.checkPaths(conditionPaths(in.condition)); err != nil {
		return nil, err
	}
	old, used, err := in.target.replace(c, in.condition, in.ReturnValuesOnConditionCheckFailure,
		func(attr.Item) (attr.Item, error) { return in.item, nil })
	if err != nil {
		return nil, err
	}
	out := &putItemOutput{
		ConsumedCapacity:      consumed(in.ReturnConsumedCapacity, in.ref.given, used),
		ItemCollectionMetrics: t.collection(in.ReturnItemCollectionMetrics, in.item),
	}
	if orNone(in.ReturnValues) == allOld {
		out.Attributes = shown(old)
	}
	return out, nil
}

// replace puts what next makes of the one item that the call names, or nothing,
// in its place, if the condition holds of it. It returns the item that was there
// and the capacity that the write takes; onFailure is the call's
// ReturnValuesOnConditionCheckFailure.
func (t target) replace(c *awsapi.Call, cond *expr.Condition, onFailure *string, next func(old attr.Item) (attr.Item, error)) (old attr.Item, used charge, err error) {
	if old, err = load(c.Tx, t.at[0]); err != nil {
		return old, used, err
	}
	if err := checkEffort(effort(cond, nil, old)); err != nil {
		return old, used, err
	}
	if !holds(cond, old) {
		return old, used, errConditionFailed(oldOnFailure(onFailure, old))
	}
	new, err := next(old)
	if err != nil {
		return old, used, err
	}
	w := t.table.writer(c.Tx, c.Time)
	if err := w.change(t.at[0], newChange(old, new)); err != nil {
		return old, used, err
	}
	return old, w.used, w.done()
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
	if err := t.checkPaths(conditionPaths(in.condition)); err != nil {
		return nil, err
	}
	old, used, err := in.target.replace(c, in.condition, in.ReturnValuesOnConditionCheckFailure,
		func(attr.Item) (attr.Item, error) { return attr.Item{}, nil })
	if err != nil {
		return nil, err
	}
	out := &deleteItemOutput{
		ConsumedCapacity:      consumed(in.ReturnConsumedCapacity, in.ref.given, used),
		ItemCollectionMetrics: t.collection(in.ReturnItemCollectionMetrics, in.key),
	}
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
	if err := t.checkUpdate(in.update); err != nil {
		return nil, err
	}
	if err := t.checkPaths(conditionPaths(in.condition)); err != nil {
		return nil, err
	}
	var results attr.Item
	_, used, err := in.target.replace(c, in.condition, in.ReturnValuesOnConditionCheckFailure,
		func(old attr.Item) (attr.Item, error) {
			if old.Len() == 0 && onlyDeletes(in.AttributeUpdates) {
				return old, nil
			}
			new, err := t.apply(in.update, in.key, old)
			results = in.results(old, new)
			return new, err
		})
	if err != nil {
		return nil, err
	}
	return &updateItemOutput{
		Attributes:            shown(results),
		ConsumedCapacity:      consumed(in.ReturnConsumedCapacity, in.ref.given, used),
		ItemCollectionMetrics: t.collection(in.ReturnItemCollectionMetrics, in.key),
	}, nil
}

// checkUpdate checks what an update, which may be nil, would do to the keys of
// the table and its indexes.
func (t *table) checkUpdate(u *expr.Update) error {
	if u == nil {
		return nil
	}
	if err := u.CheckKeys(t.schema); err != nil {
		return validation(err)
	}
	for _, ix := range t.indexes {
		if err := u.CheckIndexKeys(ix.schema, ix.Name); err != nil {
			return validation(err)
		}
	}
	return t.checkPaths(u.Paths())
}

// apply returns what the update, which may be nil, makes of the item with that
// key. An item that isn't there yet begins as its key.
func (t *table) apply(u *expr.Update, key, old attr.Item) (new attr.Item, err error) {
	from := old
	if old.Len() == 0 {
		from = key
	}
	if u == nil {
		return from, nil
	}
	if err := checkEffort(effort(nil, u, old)); err != nil {
		return new, err
	}
	if new, err = u.Apply(from); err != nil {
		return new, validation(err)
	}
	for _, ix := range t.indexes {
		if err := ix.checkUpdated(new); err != nil {
			return new, err
		}
	}
	if !bytes.Equal(t.key(new), t.key(key)) {
		return new, errors.New("dynamodb: an update has changed the key of its item")
	}
	return new, nil
}

// results returns what ReturnValues asks for.
func (in *updateItemInput) results(old, new attr.Item) attr.Item {
	switch mode := orNone(in.ReturnValues); {
	case mode == allOld:
		return old
	case mode == allNew:
		return new
	case in.update == nil:
	case mode == updatedOld:
		return in.update.Updated(old)
	case mode == updatedNew:
		return in.update.Updated(new)
	}
	return attr.Item{}
}
