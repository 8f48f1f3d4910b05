// SPDX-License-Identifier: Apache-2.0

package attr

import (
	"bytes"
	"encoding/binary"
)

// Concat returns the elements of the L v and then those of the L w as one L. It
// copies bytes and does not look into them: an update may join long lists many
// times.
func (v Value) Concat(w Value) Value {
	n, a := v.body()
	m, b := w.body()
	return container(TypeL, n+m, a, b)
}

// Union returns the members that the set v or the set w has, which are of one
// type.
func (v Value) Union(w Value) Value { return v.merge(w, true, true) }

// Without returns the members of the set v that the set w, of the same type,
// does not have. If there are none it returns the zero Value: no set is empty.
func (v Value) Without(w Value) Value { return v.merge(w, false, false) }

// merge returns the members of v that w does not have, with both those that it
// has too, and with other its own. Members are sorted.
func (v Value) merge(w Value, both, other bool) Value {
	n, a := v.body()
	m, b := w.body()
	out, count := make([]byte, 0, len(a)+len(b)), 0
	take := func(member []byte, wanted bool) {
		if wanted {
			out, count = appendBlob(out, member), count+1
		}
	}
	for n > 0 && m > 0 {
		x, restA := cutBlob(a)
		y, restB := cutBlob(b)
		order := bytes.Compare(x, y)
		switch {
		case order < 0:
			take(x, true)
		case order == 0:
			take(x, both)
		default:
			take(y, other)
		}
		if order <= 0 {
			a, n = restA, n-1
		}
		if order >= 0 {
			b, m = restB, m-1
		}
	}
	out, count = append(out, a...), count+n
	if other {
		out, count = append(out, b...), count+m
	}
	if count == 0 {
		return Value{}
	}
	return container(v.Type(), count, out)
}

// container returns a list or set of n members, whose bytes are the parts.
func container(t Type, n int, parts ...[]byte) Value {
	size := 0
	for _, p := range parts {
		size += len(p)
	}
	var count [binary.MaxVarintLen64]byte
	c := binary.AppendUvarint(count[:0], uint64(n))
	out := make([]byte, 0, 1+2*binary.MaxVarintLen64+size)
	out = binary.AppendUvarint(append(out, byte(t)), uint64(len(c)+size))
	out = append(out, c...)
	for _, p := range parts {
		out = append(out, p...)
	}
	return Value{out}
}
