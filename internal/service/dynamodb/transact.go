// SPDX-License-Identifier: Apache-2.0

package dynamodb

import (
	"crypto/sha256"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/attr"
	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/expr"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
)

// actionKind is what an action of a transaction does.
type actionKind uint8

const (
	checkAction actionKind = iota // nothing: it holds, or doesn't
	putAction
	deleteAction
	updateAction
	getAction // in transactions that only read
)

// permission returns the action of policies that an action of the kind takes.
func (k actionKind) permission() string {
	return [...]string{"ConditionCheckItem", "PutItem", "DeleteItem", "UpdateItem", "GetItem"}[k]
}

// An action is one of a transaction: what is done to one item, and what must
// hold of it.
type action struct {
	kind       actionKind
	ref        tableRef
	item       attr.Item // to put, or else the key
	update     *expr.Update
	condition  *expr.Condition
	projection *expr.Projection
	onFailure  *string // ReturnValuesOnConditionCheckFailure

	// unmet is the error if the condition doesn't hold; nil for the one of
	// conditions. old is what the caller is to see.
	unmet func(old *item) error

	part *transactPart
	at   []byte // where the item is; nil if the key isn't one of the table's
}

// A transactPart is what a transaction does to one table.
type transactPart struct {
	target target
	writes bool
	used   charge
}

// A transaction is a number of actions that are done together or not at all.
//
// An operation that is one makes the actions when it checks its input. Its needs
// are [transaction.needs], and its handler calls write or read.
type transaction struct {
	actions []action
	token   string            // ClientRequestToken; empty if there is none
	content [sha256.Size]byte // of the token: a digest of all that is asked for but the tables

	parts    []*transactPart // in the order in which the actions come to their tables
	use      *tokenUse       // of the token, if there is one
	replayed bool            // it was done before, under the same token
}

// needs finds the tables and returns what the transaction needs: one permission
// for each action. k has what the conditions of all have in common.
func (x *transaction) needs(s *service, c *awsapi.Call, k conditions) ([]awsapi.Need, error) {
	if err := x.resolve(s, c, k.enclosing); err != nil {
		return nil, err
	}
	needs := make([]awsapi.Need, len(x.actions))
	for i := range x.actions {
		a := &x.actions[i]
		needs[i] = a.part.target.need(a.kind.permission(), a.conditions(k))
	}
	// None is allowed unless all are, so one of them opens what they open.
	needs[0].Spans = x.spans()
	return needs, nil
}

// resolve finds the tables of the actions, and where their items are.
func (x *transaction) resolve(s *service, c *awsapi.Call, operation string) error {
	x.parts, x.use, x.replayed = nil, nil, false
	byTable := map[tableRef]*transactPart{}
	refs := make([]tableRef, len(x.actions))
	for i := range x.actions {
		a := &x.actions[i]
		ref, err := a.ref.resolve(c)
		if err != nil {
			return err
		}
		refs[i], ref.given = ref, "" // however it is named
		if a.part = byTable[ref]; a.part == nil {
			a.part = new(transactPart)
			if a.part.target, err = s.target(c, a.ref); err != nil {
				return err
			}
			byTable[ref] = a.part
			x.parts = append(x.parts, a.part)
		}
		a.part.writes = a.part.writes || a.writes()
		a.at = nil
		if t := a.part.target.table; t != nil {
			a.at = t.key(a.item)
		}
	}
	if x.token != "" {
		x.use = useToken(c, operation, x.token, x.content, refs)
	}
	return nil
}

// spans returns the storage that the transaction touches.
func (x *transaction) spans() []storage.Span {
	var spans []storage.Span
	for i := range x.actions {
		if a := &x.actions[i]; a.at != nil {
			spans = append(spans, one(a.at, a.writes()))
		}
	}
	for _, p := range x.parts {
		if p.writes && p.target.table != nil {
			spans = append(spans, p.target.table.alongside()...)
		}
	}
	if x.use != nil {
		spans = append(spans, x.use.spans()...)
	}
	return spans
}

// writes reports whether the action changes its item.
func (a *action) writes() bool { return a.kind != checkAction && a.kind != getAction }

// conditions returns the condition keys of the action's permission: k, and what
// is the action's own.
func (a *action) conditions(k conditions) *conditions {
	k.leading = a.part.target.leading(a.item)
	k.attributes = func() []string {
		return names([]attr.Item{a.item}, updatePaths(a.update).Attributes(), conditionPaths(a.condition).Attributes(),
			projectionPaths(a.projection).Attributes())
	}
	if a.kind == getAction {
		k.selects = selectOf(a.projection)
	} else {
		k.returnValues = statedReturn(nil, a.onFailure)
	}
	return &k
}

// write does all actions, if every one of them can be done. Else nothing has
// changed and the error tells the reason of each. A transaction that was done
// before, under the same token, is not done again.
func (x *transaction) write(c *awsapi.Call) error {
	if err := x.checkTables(); err != nil {
		return err
	}
	if x.use != nil {
		var err error
		if x.replayed, err = x.use.done(c.Tx); err != nil {
			return err
		}
		if x.replayed {
			return x.replay(c)
		}
	}
	if err := x.checkItems(); err != nil {
		return err
	}
	changes, err := x.evaluate(c)
	if err != nil {
		return err
	}
	if err := x.apply(c, changes); err != nil {
		return err
	}
	if x.use != nil {
		return x.use.keep(c.Tx)
	}
	return nil
}

// replay charges for looking up what the transaction did. However large the items
// have become since, that doesn't fail.
func (x *transaction) replay(c *awsapi.Call) error {
	found := make([]bool, len(x.actions))
	err := x.each(c.Tx, func(i int, it attr.Item) error {
		found[i] = true
		x.actions[i].chargeRead(it)
		return nil
	})
	for i := range found {
		if !found[i] {
			x.actions[i].chargeRead(attr.Item{})
		}
	}
	return err
}

// chargeRead charges for reading the item of the action.
func (a *action) chargeRead(it attr.Item) {
	units := transactional * float64(steps(sizeOf(it), readStep))
	a.part.used.table += units
	a.part.target.table.readItem(it, a.item, units)
}

// read returns the items of the actions, as they are together. The error is as
// write's.
func (x *transaction) read(c *awsapi.Call) ([]attr.Item, error) {
	if err := x.checkTables(); err != nil {
		return nil, err
	}
	if err := x.checkItems(); err != nil {
		return nil, err
	}
	items, err := x.load(c.Tx)
	if err != nil {
		return nil, err
	}
	if err := x.checkEffort(items); err != nil {
		return nil, err
	}
	errs := make([]error, len(x.actions))
	for i := range x.actions {
		a := &x.actions[i]
		if errs[i] = a.check(); errs[i] == nil && !holds(a.condition, items[i]) {
			errs[i] = a.failed(items[i])
		}
	}
	if err := cancelled(errs); err != nil {
		return nil, err
	}
	for i := range x.actions {
		x.actions[i].chargeRead(items[i])
	}
	return items, nil
}

// checkTables refuses actions on a table that isn't there, and on tables of
// different accounts.
func (x *transaction) checkTables() error {
	for _, p := range x.parts {
		if p.target.table == nil {
			return errNoTable()
		}
		if p.target.ref.account != x.parts[0].target.ref.account {
			return invalid("Transaction request cannot include tables of different accounts")
		}
	}
	return nil
}

// checkItems refuses keys with empty values, and items that are there twice.
func (x *transaction) checkItems() error {
	seen := make(map[string]bool, len(x.actions))
	for i := range x.actions {
		a := &x.actions[i]
		if err := a.part.target.table.checkEmpty(a.item); err != nil {
			return err
		}
		if a.at != nil && seen[string(a.at)] {
			return invalid("Transaction request cannot include multiple operations on one item")
		}
		seen[string(a.at)] = true
	}
	return nil
}

// checkEmpty refuses an item or a key in which an attribute of the key is empty.
func (t *table) checkEmpty(it attr.Item) error {
	for _, keys := range [][]attr.KeyAttribute{t.schema.Hash, t.schema.Range} {
		for _, k := range keys {
			if v, ok := it.Get(k.Name); ok && v.Type() == k.Type {
				if err := attr.CheckKeyValue(k.Name, v); err != nil {
					return validation(err)
				}
			}
		}
	}
	return nil
}

// each calls f for each of the actions' items that is there, in any order.
func (x *transaction) each(tx *storage.Tx, f func(i int, it attr.Item) error) error {
	keys := make([][]byte, 0, len(x.actions))
	of := make([]int, 0, len(x.actions))
	for i := range x.actions {
		if at := x.actions[i].at; at != nil {
			keys, of = append(keys, at), append(of, i)
		}
	}
	return tx.GetMany(keys, func(i int, val []byte) error {
		it, err := attr.ParseItem(val)
		if err != nil {
			return err
		}
		return f(of[i], it)
	})
}

// load returns the items of the actions as they are; none is the zero Item.
func (x *transaction) load(tx *storage.Tx) ([]attr.Item, error) {
	items := make([]attr.Item, len(x.actions))
	size := 0
	err := x.each(tx, func(i int, it attr.Item) error {
		items[i] = it
		if size += it.Size(); size > maxTransaction {
			return errTransactionTooLarge()
		}
		return nil
	})
	return items, err
}

// evaluate returns the change that each action makes, or the reasons why the
// transaction can't be done. It changes nothing.
func (x *transaction) evaluate(c *awsapi.Call) ([]change, error) {
	items, err := x.load(c.Tx)
	if err != nil {
		return nil, err
	}
	if err := x.checkEffort(items); err != nil {
		return nil, err
	}
	changes := make([]change, len(x.actions))
	errs := make([]error, len(x.actions))
	size := 0
	for i := range x.actions {
		new, err := x.actions[i].outcome(items[i])
		changes[i], errs[i] = newChange(items[i], new), err
		size += max(changes[i].oldSize, changes[i].newSize)
	}
	if err := cancelled(errs); err != nil {
		return nil, err
	}
	if size > maxTransaction {
		return nil, errTransactionTooLarge()
	}
	return changes, nil
}

// checkEffort refuses actions whose expressions look at too much of the items,
// all together.
func (x *transaction) checkEffort(items []attr.Item) error {
	n := 0
	for i := range x.actions {
		n += effort(x.actions[i].condition, x.actions[i].update, items[i])
	}
	return checkEffort(n)
}

// outcome returns what becomes of the action's item.
func (a *action) outcome(old attr.Item) (attr.Item, error) {
	if err := a.check(); err != nil {
		return attr.Item{}, err
	}
	if !holds(a.condition, old) {
		return attr.Item{}, a.failed(old)
	}
	switch a.kind {
	case putAction:
		return a.item, nil
	case deleteAction:
		return attr.Item{}, nil
	case updateAction:
		return a.part.target.table.apply(a.update, a.item, old)
	}
	return old, nil
}

// failed returns the error of an action whose condition doesn't hold.
func (a *action) failed(old attr.Item) error {
	if a.unmet != nil {
		return a.unmet(oldOnFailure(a.onFailure, old))
	}
	return errConditionFailed(oldOnFailure(a.onFailure, old))
}

// check checks the action against its table.
func (a *action) check() error {
	t := a.part.target.table
	if a.kind == putAction {
		if err := t.checkItem(a.item); err != nil {
			return err
		}
	} else if err := t.schema.CheckKey(a.item); err != nil {
		return validation(err)
	}
	if err := t.checkUpdate(a.update); err != nil {
		return err
	}
	if err := t.checkPaths(projectionPaths(a.projection)); err != nil {
		return err
	}
	return t.checkPaths(conditionPaths(a.condition))
}

// apply makes the changes.
func (x *transaction) apply(c *awsapi.Call, changes []change) error {
	for _, p := range x.parts {
		w := p.target.table.writer(c.Tx, c.Time)
		w.transactional = true
		for i := range x.actions {
			switch a := &x.actions[i]; {
			case a.part != p:
			case a.kind == checkAction:
				w.charge(changes[i])
			default:
				if err := w.change(a.at, changes[i]); err != nil {
					return err
				}
			}
		}
		p.used = w.used
		if !p.writes {
			continue
		}
		if err := w.done(); err != nil {
			return err
		}
	}
	return nil
}

// written returns the items of the part that the transaction changes, or their
// keys.
func (x *transaction) written(p *transactPart) (items []attr.Item) {
	for i := range x.actions {
		if a := &x.actions[i]; a.part == p && a.writes() {
			items = append(items, a.item)
		}
	}
	return items
}

// transactional is how many times the capacity of its table a read or a write
// takes that is part of a transaction.
const transactional = 2

// consumed returns the capacity that the transaction reports for each table, by
// the name by which it comes to it first.
// Whether it was for reads or for writes only transactions tell.
func (x *transaction) consumed(mode *string) (all []consumedCapacity) {
	for _, p := range x.parts {
		u := consumed(mode, p.target.ref.given, p.used)
		if u == nil {
			return nil
		}
		reads := x.replayed || x.actions[0].kind == getAction
		u.ReadCapacityUnits, u.WriteCapacityUnits = readOrWrite(u.CapacityUnits, reads)
		if u.Table != nil {
			u.Table.ReadCapacityUnits, u.Table.WriteCapacityUnits = readOrWrite(u.Table.CapacityUnits, reads)
		}
		all = append(all, *u)
	}
	return all
}

func readOrWrite(units *float64, reads bool) (read, write *float64) {
	if reads {
		return units, nil
	}
	return nil, units
}
