// SPDX-License-Identifier: Apache-2.0

package attr

import (
	"encoding/binary"
	"iter"
)

// A Value is a view of one attribute value in its stored form:
//
//	S B N     type, length, bytes
//	BOOL      type, 0 or 1
//	NULL      type
//	SS NS BS  type, length of what follows, count, (length, bytes) …
//	L         type, length of what follows, count, value …
//	M         type, length of what follows, count, (length, name, value) …
//
// Lengths and counts are varints. The zero Value is none: its Type is 0.
// Accessors of another type than the value's return zero values.
type Value struct{ b []byte }

// String returns s as a value. It must be valid UTF-8.
func String(s string) Value { return Value{appendBlob([]byte{byte(TypeS)}, s)} }

// Binary returns a copy of b as a value.
func Binary(b []byte) Value { return Value{appendBlob([]byte{byte(TypeB)}, b)} }

// Num returns n as a value.
func Num(n Number) Value { return Value{appendNumber(make([]byte, 0, MaxNumberKey+2), n)} }

// Bool returns v as a value.
func Bool(v bool) Value { return Value{appendBool(nil, v)} }

// Null returns the NULL value.
func Null() Value { return Value{[]byte{byte(TypeNULL)}} }

func appendBlob[T ~string | ~[]byte](dst []byte, s T) []byte {
	dst = binary.AppendUvarint(dst, uint64(len(s)))
	return append(dst, s...)
}

func appendNumber(dst []byte, n Number) []byte {
	var key [MaxNumberKey]byte
	return appendBlob(append(dst, byte(TypeN)), n.AppendKey(key[:0]))
}

func appendBool(dst []byte, v bool) []byte {
	if v {
		return append(dst, byte(TypeBOOL), 1)
	}
	return append(dst, byte(TypeBOOL), 0)
}

// Type returns the value's data type, or 0 for the zero Value.
func (v Value) Type() Type {
	if len(v.b) == 0 {
		return 0
	}
	return Type(v.b[0])
}

// Stored returns the value's stored form. Values are equal exactly if their
// stored forms are.
func (v Value) Stored() []byte { return v.b }

// Bytes returns the bytes of an S or B, or the ordered form of an N.
func (v Value) Bytes() []byte {
	if !v.Type().IsKey() {
		return nil
	}
	b, _ := cutBlob(v.b[1:])
	return b
}

// Number returns the number of an N.
func (v Value) Number() Number {
	if v.Type() != TypeN {
		return Number{}
	}
	n, _ := decodeNumber(v.Bytes()) // checked when the view was made
	return n
}

// Bool returns whether v is the BOOL true.
func (v Value) Bool() bool { return v.Type() == TypeBOOL && v.b[1] == 1 }

// Len returns how many members a set, list or map has.
func (v Value) Len() int {
	n, _ := v.body()
	return n
}

// body returns the count and the members of a container.
func (v Value) body() (int, []byte) {
	if !v.Type().isContainer() {
		return 0, nil
	}
	_, b := cutUvarint(v.b[1:])
	return cutUvarint(b)
}

// The sequences below are thin, so that ranging over them does not allocate.

// Set ranges over the members of a set, in order; those of an NS in the form of
// Bytes.
func (v Value) Set() iter.Seq[[]byte] {
	return func(yield func([]byte) bool) { v.rangeSet(yield) }
}

func (v Value) rangeSet(yield func([]byte) bool) {
	if !v.Type().IsSet() {
		return
	}
	n, b := v.body()
	for range n {
		var m []byte
		m, b = cutBlob(b)
		if !yield(m) {
			return
		}
	}
}

// List ranges over the elements of an L.
func (v Value) List() iter.Seq[Value] {
	return func(yield func(Value) bool) { v.rangeList(yield) }
}

func (v Value) rangeList(yield func(Value) bool) {
	if v.Type() != TypeL {
		return
	}
	n, b := v.body()
	for range n {
		var e Value
		e, b = cutValue(b)
		if !yield(e) {
			return
		}
	}
}

// Index returns element i of an L.
func (v Value) Index(i int) (Value, bool) {
	if v.Type() != TypeL || i < 0 {
		return Value{}, false
	}
	n, b := v.body()
	if i >= n {
		return Value{}, false
	}
	for range i {
		_, b = cutValue(b)
	}
	e, _ := cutValue(b)
	return e, true
}

// Map ranges over the members of an M, sorted by name.
func (v Value) Map() iter.Seq2[[]byte, Value] {
	return func(yield func([]byte, Value) bool) { v.rangeMap(yield) }
}

func (v Value) rangeMap(yield func([]byte, Value) bool) {
	if v.Type() == TypeM {
		n, b := v.body()
		rangeMembers(n, b, yield)
	}
}

// Member returns the member of an M with that name.
func (v Value) Member(name string) (Value, bool) {
	if v.Type() != TypeM {
		return Value{}, false
	}
	n, b := v.body()
	return findMember(n, b, name)
}

func rangeMembers(n int, b []byte, yield func([]byte, Value) bool) {
	for range n {
		var name []byte
		var v Value
		name, b = cutBlob(b)
		v, b = cutValue(b)
		if !yield(name, v) {
			return
		}
	}
}

func findMember(n int, b []byte, want string) (Value, bool) {
	for range n {
		var name []byte
		name, b = cutBlob(b)
		switch {
		case string(name) == want:
			v, _ := cutValue(b)
			return v, true
		case string(name) > want:
			return Value{}, false
		}
		b = b[valueLen(b):]
	}
	return Value{}, false
}

// The functions below walk bytes that are known to be well formed.

func cutUvarint(b []byte) (int, []byte) {
	if b[0] < 0x80 {
		return int(b[0]), b[1:]
	}
	n, size := binary.Uvarint(b)
	return int(n), b[size:]
}

func cutBlob(b []byte) (blob, rest []byte) {
	n, b := cutUvarint(b)
	return b[:n:n], b[n:]
}

func cutValue(b []byte) (Value, []byte) {
	n := valueLen(b)
	return Value{b[:n:n]}, b[n:]
}

func valueLen(b []byte) int {
	switch Type(b[0]) {
	case TypeNULL:
		return 1
	case TypeBOOL:
		return 2
	}
	n, rest := cutUvarint(b[1:])
	return len(b) - len(rest) + n
}
