// SPDX-License-Identifier: Apache-2.0

package dynamodb

import (
	"crypto/sha256"
	"strconv"
)

const (
	// maxActions is how many actions a transaction may have.
	maxActions = 100
	// maxTransaction is how many bytes the items of a transaction may have
	// together.
	maxTransaction = 4 << 20
	// maxToken is the longest ClientRequestToken, in bytes.
	maxToken = 36
)

// An element is an action as a request has it, whatever its kind.
type element struct {
	kind       actionKind
	member     string // that it is in
	table      *string
	item       itemInput // or the key
	update     *string
	condition  *string
	projection *string
	names      map[string]string
	values     itemInput
	onFailure  *string
}

// elements returns the actions that the member has, of which there should be
// one.
func (in *transactWriteItem) elements() (all []element) {
	if e := in.ConditionCheck; e != nil {
		all = append(all, element{
			kind: checkAction, member: "conditionCheck", table: e.TableName, item: e.Key, condition: e.ConditionExpression,
			names: e.ExpressionAttributeNames, values: e.ExpressionAttributeValues, onFailure: e.ReturnValuesOnConditionCheckFailure,
		})
	}
	if e := in.Put; e != nil {
		all = append(all, element{
			kind: putAction, member: "put", table: e.TableName, item: e.Item, condition: e.ConditionExpression,
			names: e.ExpressionAttributeNames, values: e.ExpressionAttributeValues, onFailure: e.ReturnValuesOnConditionCheckFailure,
		})
	}
	if e := in.Delete; e != nil {
		all = append(all, element{
			kind: deleteAction, member: "delete", table: e.TableName, item: e.Key, condition: e.ConditionExpression,
			names: e.ExpressionAttributeNames, values: e.ExpressionAttributeValues, onFailure: e.ReturnValuesOnConditionCheckFailure,
		})
	}
	if e := in.Update; e != nil {
		all = append(all, element{
			kind: updateAction, member: "update", table: e.TableName, item: e.Key, update: e.UpdateExpression, condition: e.ConditionExpression,
			names: e.ExpressionAttributeNames, values: e.ExpressionAttributeValues, onFailure: e.ReturnValuesOnConditionCheckFailure,
		})
	}
	return all
}

// Validate implements [awsapi.Validator].
func (in *transactWriteItemsInput) Validate() error {
	var v violations
	v.token(in.ClientRequestToken)
	v.enum(in.ReturnConsumedCapacity, "returnConsumedCapacity", returnConsumedCapacities)
	v.enum(in.ReturnItemCollectionMetrics, "returnItemCollectionMetrics", returnCollectionMetrics)
	v.actions(in.TransactItems == nil, len(in.TransactItems))
	all := make([]element, 0, len(in.TransactItems))
	single := true
	for i := range in.TransactItems {
		of := in.TransactItems[i].elements()
		for j := range of {
			v.element(&of[j], i)
		}
		all = append(all, of...)
		single = single && len(of) == 1
	}
	if err := v.err(); err != nil {
		return err
	}
	if !single {
		return invalid("TransactItems can only contain one of Check, Put, Update or Delete")
	}
	if err := in.tx.compile(all); err != nil {
		return err
	}
	if in.ClientRequestToken != nil {
		in.tx.token, in.tx.content = *in.ClientRequestToken, content(all, orNone(in.ReturnItemCollectionMetrics))
	}
	return nil
}

// Validate implements [awsapi.Validator].
func (in *transactGetItemsInput) Validate() error {
	var v violations
	v.enum(in.ReturnConsumedCapacity, "returnConsumedCapacity", returnConsumedCapacities)
	v.actions(in.TransactItems == nil, len(in.TransactItems))
	all := make([]element, len(in.TransactItems))
	for i := range in.TransactItems {
		e := in.TransactItems[i].Get
		if e == nil {
			v.missing("transactItems." + strconv.Itoa(i+1) + ".member.get")
			continue
		}
		all[i] = element{
			kind: getAction, member: "get", table: e.TableName, item: e.Key,
			projection: e.ProjectionExpression, names: e.ExpressionAttributeNames,
		}
		v.element(&all[i], i)
	}
	if err := v.err(); err != nil {
		return err
	}
	return in.tx.compile(all)
}

// token checks a ClientRequestToken.
func (v *violations) token(token *string) {
	if token != nil {
		v.length(*token, "clientRequestToken", 1, maxToken)
	}
}

// actions checks how many actions a transaction has.
func (v *violations) actions(missing bool, n int) {
	switch {
	case missing:
		v.missing("transactItems")
	case n == 0:
		v.add("[]", "transactItems", lengthAtLeast(1))
	case n > maxActions:
		v.add("[…]", "transactItems", lengthAtMost(maxActions))
	}
}

// element checks the members of element i.
func (v *violations) element(e *element, i int) {
	path := "transactItems." + strconv.Itoa(i+1) + ".member." + e.member + "."
	e.kind.required(e, func(member string) { v.missing(path + member) })
	if e.table != nil {
		v.tableAt(e.table, path+"tableName")
	}
	v.enum(e.onFailure, path+"returnValuesOnConditionCheckFailure", returnValuesOnFailure)
}

// required calls missing for each member that an element of the kind lacks.
func (k actionKind) required(e *element, missing func(member string)) {
	if e.table == nil {
		missing("tableName")
	}
	if !e.item.Present() {
		if k == putAction {
			missing("item")
		} else {
			missing("key")
		}
	}
	if k == updateAction && e.update == nil {
		missing("updateExpression")
	}
	if k == checkAction && e.condition == nil {
		missing("conditionExpression")
	}
}

// compile makes the actions of the elements. The first mistake in the order of
// the request is the request's.
func (x *transaction) compile(all []element) error {
	x.actions = make([]action, len(all))
	size := 0
	for i := range all {
		if err := x.actions[i].compile(&all[i]); err != nil {
			return err
		}
		if all[i].kind == putAction {
			size += x.actions[i].item.Size()
		}
	}
	if size > maxTransaction {
		return errTransactionTooLarge()
	}
	return nil
}

// compile makes the action of one element.
func (a *action) compile(e *element) (err error) {
	a.kind, a.onFailure = e.kind, e.onFailure
	a.ref, _ = parseTableRef(*e.table)
	if err := e.checkClauses(); err != nil {
		return err
	}
	if a.item, err = e.item.checked(); err != nil {
		return err
	}
	if e.kind == putAction {
		if err := a.item.CheckSize(); err != nil {
			return validation(err)
		}
	}
	p, err := placeholders(e.names, e.values)
	if err != nil {
		return err
	}
	if a.update, err = compile(e.update, p.Update); err != nil {
		return err
	}
	if a.condition, err = compile(e.condition, p.Condition); err != nil {
		return err
	}
	if a.projection, err = compile(e.projection, p.Projection); err != nil {
		return err
	}
	return validation(p.CheckUnused())
}

func (e *element) checkClauses() error {
	takers := []clause{{"ConditionExpression", e.condition}}
	switch e.kind {
	case getAction:
		return checkClauses(e.names, itemInput{}, nil, clause{"ProjectionExpression", e.projection})
	case updateAction:
		takers = []clause{{"UpdateExpression", e.update}, takers[0]}
	}
	return checkClauses(e.names, e.values, takers)
}

// content returns a digest of what a transaction asks for, but for how much it
// wants to know of what that costs. Maps have no order, and neither have their
// digests; tables are not in it, as they may be named in two ways.
func content(all []element, metrics string) (sum [sha256.Size]byte) {
	d := newDigest()
	d.string(metrics)
	for i := range all {
		e := &all[i]
		d.string(e.member)
		d.item(e.item)
		d.optional(e.update)
		d.optional(e.condition)
		d.names(e.names)
		d.item(e.values)
		d.optional(e.onFailure)
	}
	return d.sum()
}
