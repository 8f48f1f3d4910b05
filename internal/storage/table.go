// SPDX-License-Identifier: Apache-2.0

package storage

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
)

// ErrCorrupt means that a record does not decode. It fails the transaction even
// if it is ignored, so that an unreadable record never looks like an absent one.
var ErrCorrupt = errors.New("storage: record does not decode")

// A Table holds records of type T, as JSON, in the Metadata area. A record is
// found by its key parts, of which every record of a table has the same number.
// Declare tables as variables of a package; they hold no state.
type Table[T any] struct {
	name   string
	prefix []byte
}

// NewTable returns the table of that name, which no other may have, such as
// "iam/role".
func NewTable[T any](name string) Table[T] {
	return Table[T]{name: name, prefix: AppendString([]byte{byte(Metadata)}, name)}
}

// Key returns the key of the record with those parts, or of the records under
// them.
func (t Table[T]) Key(parts ...string) []byte {
	return appendParts(bytes.Clone(t.prefix), parts)
}

// One returns the span of the one record with exactly those parts.
func (t Table[T]) One(write bool, parts ...string) Span {
	key := t.Key(parts...)
	return Span{Lo: key, Hi: append(bytes.Clone(key), 0), Write: write}
}

// Under returns the span of all records whose parts begin with those: all of the
// table if there are none.
func (t Table[T]) Under(write bool, parts ...string) Span {
	key := t.Key(parts...)
	return Span{Lo: key, Hi: PrefixEnd(key), Write: write}
}

// Get returns the record with those parts, or ErrNotFound.
func (t Table[T]) Get(tx *Tx, parts ...string) (T, error) {
	var v T
	b, err := tx.Get(t.scratch(tx, parts))
	if err != nil {
		return v, err
	}
	return t.decode(tx, b)
}

// Exists reports whether there is a record with those parts.
func (t Table[T]) Exists(tx *Tx, parts ...string) (bool, error) {
	_, err := tx.Get(t.scratch(tx, parts))
	if errors.Is(err, ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// Put creates or replaces the record with those parts.
func (t Table[T]) Put(tx *Tx, v T, parts ...string) error {
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("storage: encode record of %s: %w", t.name, err)
	}
	return tx.Put(t.scratch(tx, parts), b)
}

// Delete removes the record with those parts if there is one.
func (t Table[T]) Delete(tx *Tx, parts ...string) error {
	return tx.Delete(t.scratch(tx, parts))
}

// Scan yields, in the order of their keys, the records whose parts begin with
// prefix. If after is not empty it begins after the records that have it as the
// part that follows prefix, which is how the next page of a listing begins. An
// error is the last thing it yields.
func (t Table[T]) Scan(tx *Tx, after string, prefix ...string) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		lo := t.Key(prefix...)
		r := Range{Lo: lo, Hi: PrefixEnd(lo)}
		if after != "" {
			r.Lo = PrefixEnd(AppendString(bytes.Clone(lo), after))
		}
		c := tx.Scan(r)
		defer c.Close()
		for c.Next() {
			v, err := t.decode(tx, c.Value())
			if c.Err() != nil {
				break
			}
			if !yield(v, err) || err != nil {
				return
			}
		}
		if err := c.Err(); err != nil {
			var zero T
			yield(zero, err)
		}
	}
}

// scratch returns the key of the record with those parts in a buffer that the
// transaction uses again.
func (t Table[T]) scratch(tx *Tx, parts []string) []byte {
	if tx.root == nil {
		return nil
	}
	tx.root.key = appendParts(append(tx.root.key[:0], t.prefix...), parts)
	return tx.root.key
}

// decode decodes a record. What encoding/json says of it may quote the record,
// so it is left out.
func (t Table[T]) decode(tx *Tx, b []byte) (T, error) {
	var v T
	if err := json.Unmarshal(b, &v); err != nil {
		var zero T
		return zero, tx.root.fail(fmt.Errorf("%w: table %s", ErrCorrupt, t.name))
	}
	return v, nil
}

func appendParts(key []byte, parts []string) []byte {
	for _, p := range parts {
		key = AppendString(key, p)
	}
	return key
}
