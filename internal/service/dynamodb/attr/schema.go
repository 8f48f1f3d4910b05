// SPDX-License-Identifier: Apache-2.0

package attr

// A KeyAttribute is an attribute that is part of a key, and its type: S, N or B.
type KeyAttribute struct {
	Name string
	Type Type
}

// A Schema is the key of a table or an index: one partition attribute and at
// most one sort attribute, or up to four of each for a global secondary index.
type Schema struct{ Hash, Range []KeyAttribute }

// Len returns the number of key attributes.
func (s Schema) Len() int { return len(s.Hash) + len(s.Range) }

// attributes calls f for each key attribute, partition first, until it returns
// false.
func (s Schema) attributes(f func(KeyAttribute) bool) {
	for _, a := range s.Hash {
		if !f(a) {
			return
		}
	}
	for _, a := range s.Range {
		if !f(a) {
			return
		}
	}
}

// Names returns the names of the key attributes, partition first.
func (s Schema) Names() []string {
	names := make([]string, 0, s.Len())
	for a := range s.attributes {
		names = append(names, a.Name)
	}
	return names
}

// Find returns the key attribute of that name.
func (s Schema) Find(name string) (KeyAttribute, bool) {
	for a := range s.attributes {
		if a.Name == name {
			return a, true
		}
	}
	return KeyAttribute{}, false
}

// AppendKey appends the item's key: hash, partition key and sort key. It
// reports false, and dst is then as it was, for an item that lacks a key
// attribute or has one of another type: a sparse index has no entry for it.
func (s Schema) AppendKey(dst []byte, it Item) ([]byte, bool) {
	hash, ok := values(it, s.Hash)
	if !ok {
		return dst, false
	}
	sort, ok := values(it, s.Range)
	if !ok {
		return dst, false
	}
	dst = AppendPartition(dst, hash...)
	for _, v := range sort {
		dst = AppendKeyValue(dst, v)
	}
	return dst, true
}

// AppendValues appends the item's key values without a hash, as an index entry
// carries the key of its table.
func (s Schema) AppendValues(dst []byte, it Item) ([]byte, bool) {
	start := len(dst)
	for a := range s.attributes {
		v, ok := it.Get(a.Name)
		if !ok || v.Type() != a.Type {
			return dst[:start], false
		}
		dst = AppendKeyValue(dst, v)
	}
	return dst, true
}

func values(it Item, attributes []KeyAttribute) ([]Value, bool) {
	out := make([]Value, 0, 4)
	for _, a := range attributes {
		v, ok := it.Get(a.Name)
		if !ok || v.Type() != a.Type {
			return nil, false
		}
		out = append(out, v)
	}
	return out, true
}

// ReadKey reads what AppendKey wrote, after the caller's prefix, and returns
// the key attributes and the bytes that follow. Other bytes are ErrKey.
func (s Schema) ReadKey(b []byte) (key Item, rest []byte, err error) {
	if len(b) < hashSize {
		return Item{}, nil, ErrKey
	}
	return s.ReadValues(b[hashSize:])
}

// ReadValues reads what AppendValues wrote, as ReadKey does.
func (s Schema) ReadValues(b []byte) (key Item, rest []byte, err error) {
	var build Builder
	for a := range s.attributes {
		var v Value
		v, b, err = ReadKeyValue(b, a.Type)
		if err != nil {
			return Item{}, nil, err
		}
		build.Name(a.Name)
		build.Value(v)
	}
	key, err = build.Item()
	return key, b, err
}
