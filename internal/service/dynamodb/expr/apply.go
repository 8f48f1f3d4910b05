// SPDX-License-Identifier: Apache-2.0

package expr

import (
	"slices"

	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/attr"
)

// Updated is what an update made of an item.
type Updated struct {
	Item    attr.Item
	touched []Path // where the targets that now have a value are in Item
}

// New returns what the update's targets have become, as ReturnValues
// UPDATED_NEW does.
func (u Updated) New() attr.Item {
	set, err := newTrie(updateKind, u.touched)
	if err != nil { // touched paths are as distinct as the targets they come from
		return attr.Item{}
	}
	return set.project(u.Item)
}

// Apply returns the item after the update; old stays as it is. Everything on the
// right-hand sides is taken from old. For an item that does not exist yet, old
// holds its key. The error is a ValidationError.
func (u *Update) Apply(old attr.Item) (Updated, error) {
	w := writer{outcomes: make([]outcome, len(u.targets))}
	size := 0
	for i, t := range u.targets {
		var err error
		if w.outcomes[i], err = t.effect(old); err != nil {
			return Updated{}, err
		}
		// Checked as we go: many targets may share one large value.
		if size += w.outcomes[i].value.Size(); size > attr.MaxItemSize {
			return Updated{}, errUpdateSize
		}
	}
	w.b.Grow(len(old.Stored()) + 2*size)
	w.members(u.set, old.All())
	if w.err != nil {
		return Updated{}, w.err
	}
	item, err := w.b.Item()
	if err != nil {
		return Updated{}, err
	}
	if item.Size() > attr.MaxItemSize {
		return Updated{}, errUpdateSize
	}
	return Updated{Item: item, touched: w.touched}, nil
}

// A writer writes an item anew, with outcomes in the place of targets.
type writer struct {
	b        attr.Builder
	outcomes []outcome // of the targets
	at       Path      // where in the new item
	touched  []Path
	err      error
}

// members writes the members of a map or an item: two sorted sequences, what is
// there and what is targeted.
func (w *writer) members(t *trie, old func(func([]byte, attr.Value) bool)) {
	targets := t.members
	for name, v := range old {
		for len(targets) > 0 && targets[0].elem.Name < string(name) {
			w.member(targets[0], attr.Value{})
			targets = targets[1:]
		}
		if len(targets) > 0 && targets[0].elem.Name == string(name) {
			w.member(targets[0], v)
			targets = targets[1:]
			continue
		}
		w.b.Entry(name, v)
	}
	for _, m := range targets {
		w.member(m, attr.Value{})
	}
}

// member writes a member that is, or contains, a target. Its old value is the
// zero Value if it is missing.
func (w *writer) member(m branch, old attr.Value) {
	if w.gone(m.to, old) {
		return
	}
	w.b.Name(m.elem.Name)
	w.value(m, old)
}

// gone reports whether the target at t has no value in the new item.
func (w *writer) gone(t *trie, old attr.Value) bool {
	if !t.isLeaf {
		return false
	}
	o := w.outcomes[t.leaf]
	return o.removed || (o.value.Type() == 0 && old.Type() == 0)
}

func (w *writer) value(m branch, old attr.Value) {
	w.at = append(w.at, m.elem)
	defer func() { w.at = w.at[:len(w.at)-1] }()
	switch {
	case m.to.isLeaf:
		w.touched = append(w.touched, slices.Clone(w.at))
		if v := w.outcomes[m.to.leaf].value; v.Type() != 0 {
			old = v
		}
		w.b.Value(old)
	case len(m.to.indexes) > 0 && old.Type() == attr.TypeL:
		w.b.Begin(attr.TypeL)
		w.elements(m.to.indexes, old)
		w.b.End()
	case len(m.to.members) > 0 && old.Type() == attr.TypeM:
		w.b.Begin(attr.TypeM)
		w.members(m.to, old.Map())
		w.b.End()
	default:
		w.fail()
	}
}

func (w *writer) fail() { w.err = errUpdatePath }

// elements writes a list. Targets count its elements as they were; those beyond
// the end are appended in their order.
func (w *writer) elements(targets []branch, old attr.Value) {
	i, written := 0, 0
	for e := range old.List() {
		if len(targets) > 0 && targets[0].elem.Index == i {
			written += w.element(targets[0], e, written)
			targets = targets[1:]
		} else {
			w.b.Value(e)
			written++
		}
		i++
	}
	for _, m := range targets {
		written += w.element(m, attr.Value{}, written)
	}
}

// element writes a targeted element as number at of the new list and returns
// how many elements that made: one, or none.
func (w *writer) element(m branch, old attr.Value, at int) int {
	if w.gone(m.to, old) {
		return 0
	}
	m.elem.Index = at
	w.value(m, old)
	return 1
}
