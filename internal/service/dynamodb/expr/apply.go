// SPDX-License-Identifier: Apache-2.0

package expr

import "github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/attr"

// Apply returns the item after the update; old stays as it is. Everything on the
// right-hand sides is taken from old. For an item that does not exist yet, old
// holds its key. The error is a ValidationError.
func (u *Update) Apply(old attr.Item) (attr.Item, error) {
	w := writer{outcomes: make([]outcome, len(u.targets))}
	size := 0
	for i, t := range u.targets {
		var err error
		if w.outcomes[i], err = t.effect(old); err != nil {
			return attr.Item{}, err
		}
		// Checked as we go: many targets may share one large value.
		if size += w.outcomes[i].value.Size(); size > attr.MaxItemSize {
			return attr.Item{}, errUpdateSize
		}
	}
	w.b.Grow(len(old.Stored()) + 2*size)
	w.members(u.set, old.All())
	if w.err != nil {
		return attr.Item{}, w.err
	}
	item, err := w.b.Item()
	if err != nil {
		return attr.Item{}, err
	}
	if item.Size() > attr.MaxItemSize {
		return attr.Item{}, errUpdateSize
	}
	return item, nil
}

// A writer writes an item anew, with outcomes in the place of targets.
type writer struct {
	b        attr.Builder
	outcomes []outcome // of the targets
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
	w.value(m.to, old)
}

// gone reports whether the target at t has no value in the new item.
func (w *writer) gone(t *trie, old attr.Value) bool {
	if !t.isLeaf {
		return false
	}
	o := w.outcomes[t.leaf]
	return o.removed || (o.value.Type() == 0 && old.Type() == 0)
}

func (w *writer) value(t *trie, old attr.Value) {
	switch {
	case t.isLeaf:
		if v := w.outcomes[t.leaf].value; v.Type() != 0 {
			old = v
		}
		w.b.Value(old)
	case len(t.indexes) > 0 && old.Type() == attr.TypeL:
		w.b.Begin(attr.TypeL)
		w.elements(t.indexes, old)
		w.b.End()
	case len(t.members) > 0 && old.Type() == attr.TypeM:
		w.b.Begin(attr.TypeM)
		w.members(t, old.Map())
		w.b.End()
	default:
		w.err = errUpdatePath
	}
}

// elements writes a list. Targets count its elements as they were; those beyond
// the end are appended in their order.
func (w *writer) elements(targets []branch, old attr.Value) {
	i := 0
	for e := range old.List() {
		if len(targets) > 0 && targets[0].elem.Index == i {
			w.element(targets[0].to, e)
			targets = targets[1:]
		} else {
			w.b.Value(e)
		}
		i++
	}
	for _, m := range targets {
		w.element(m.to, attr.Value{})
	}
}

func (w *writer) element(t *trie, old attr.Value) {
	if !w.gone(t, old) {
		w.value(t, old)
	}
}
