// SPDX-License-Identifier: Apache-2.0

package attr

import (
	"bytes"
	"unicode/utf8"
)

// Equal reports whether two values are the same: numbers by value and sets
// whatever their order, at every depth.
func (v Value) Equal(w Value) bool { return bytes.Equal(v.b, w.b) }

// Equal reports whether two items have the same attributes.
func (it Item) Equal(other Item) bool {
	if it.Len() == 0 {
		return other.Len() == 0
	}
	return bytes.Equal(it.b, other.b)
}

// Compare orders two strings, numbers or binaries: strings and binaries by
// their bytes. It reports false for values of different or of other types,
// which have no order.
func (v Value) Compare(w Value) (int, bool) {
	if v.Type() != w.Type() || !v.Type().IsKey() {
		return 0, false
	}
	return bytes.Compare(v.Bytes(), w.Bytes()), true
}

// HasPrefix reports whether v begins with w, both being strings or both
// binaries.
func (v Value) HasPrefix(w Value) bool {
	t := v.Type()
	return t == w.Type() && (t == TypeS || t == TypeB) && bytes.HasPrefix(v.Bytes(), w.Bytes())
}

// Contains reports whether w is part of the string or binary v, a member of the
// set v or equal to an element of the list v.
func (v Value) Contains(w Value) bool {
	t := v.Type()
	switch {
	case t == TypeS || t == TypeB:
		return w.Type() == t && bytes.Contains(v.Bytes(), w.Bytes())
	case t.IsSet():
		return w.Type() == t.Element() && v.hasMember(w.Bytes())
	}
	for e := range v.List() {
		if e.Equal(w) {
			return true
		}
	}
	return false
}

func (v Value) hasMember(want []byte) bool {
	for m := range v.Set() {
		if bytes.Equal(m, want) {
			return true
		}
	}
	return false
}

// Count returns what the function size() of an expression does: the UTF-16
// units of a string, the bytes of a binary, the members of a set, list or map.
// Other types have none.
func (v Value) Count() (int, bool) {
	switch t := v.Type(); {
	case t == TypeS:
		return utf16Units(v.Bytes()), true
	case t == TypeB:
		return len(v.Bytes()), true
	case t.isContainer():
		return v.Len(), true
	}
	return 0, false
}

func utf16Units(s []byte) int {
	n := utf8.RuneCount(s)
	for _, c := range s {
		if c >= 0xf0 { // begins a rune outside the basic plane: a surrogate pair
			n++
		}
	}
	return n
}
