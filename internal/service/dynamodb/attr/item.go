// SPDX-License-Identifier: Apache-2.0

package attr

import "iter"

// itemVersion is the first byte of a stored item.
const itemVersion = 1

// An Item is a view of an item in its stored form: a version byte, the number
// of attributes, then names and values as in an M. The zero Item has no
// attributes.
type Item struct{ b []byte }

// Stored returns the stored form, which ParseItem reads. It is nil for the zero
// Item.
func (it Item) Stored() []byte { return it.b }

func (it Item) body() (int, []byte) {
	if len(it.b) == 0 {
		return 0, nil
	}
	return cutUvarint(it.b[1:])
}

// Len returns the number of attributes.
func (it Item) Len() int {
	n, _ := it.body()
	return n
}

// Get returns the attribute of that name, without allocating.
func (it Item) Get(name string) (Value, bool) {
	n, b := it.body()
	return findMember(n, b, name)
}

// All ranges over the attributes, sorted by name, without allocating.
func (it Item) All() iter.Seq2[[]byte, Value] {
	return func(yield func([]byte, Value) bool) {
		n, b := it.body()
		rangeMembers(n, b, yield)
	}
}
