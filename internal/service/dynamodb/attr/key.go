// SPDX-License-Identifier: Apache-2.0

package attr

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"math/bits"
	"unicode/utf8"
)

// Where an item lies, in a table as in an index, after the caller's prefix:
//
//	[8 bytes: hash of the partition key][partition key][sort key]
//
// Within one prefix a scan goes by hash, a parallel scan splits the hashes
// evenly, a partition is one span, and its items are in the order of their sort
// keys. An index appends the table's key, so that entries are distinct.
//
// Key values order as DynamoDB orders them and none is a prefix of another.
// Strings and binaries are cut into groups of eight bytes, each followed by how
// many of the eight are used, or by groupFull if another group follows. So a
// value grows by an eighth at most, whatever it holds, and the largest index
// entry (twice 2048 and 1024 bytes of key values) stays below 7 KiB.
const (
	groupSize = 8
	groupFull = groupSize + 1
	hashSize  = 8
)

// ErrKey means that bytes are not a key of the schema.
var ErrKey = errors.New("not a stored key")

// AppendKeyValue appends an S, N or B so that the bytes order as the values do.
// Other types append nothing: no key has them.
func AppendKeyValue(dst []byte, v Value) []byte {
	switch v.Type() {
	case TypeN:
		return append(dst, v.Bytes()...)
	case TypeS, TypeB:
		return appendGroups(dst, v.Bytes())
	}
	return dst
}

func appendGroups(dst, b []byte) []byte {
	for len(b) > groupSize {
		dst = append(append(dst, b[:groupSize]...), groupFull)
		b = b[groupSize:]
	}
	var last [groupSize + 1]byte
	copy(last[:], b)
	last[groupSize] = byte(len(b))
	return append(dst, last[:]...)
}

// appendGroupsPrefix appends what the encodings of all longer strings that
// begin with b have in common.
func appendGroupsPrefix(dst, b []byte) []byte {
	for len(b) > groupSize {
		dst = append(append(dst, b[:groupSize]...), groupFull)
		b = b[groupSize:]
	}
	return append(dst, b...)
}

// ReadKeyValue reads a value of type t that AppendKeyValue wrote and returns
// what follows it. Other bytes are ErrKey.
func ReadKeyValue(b []byte, t Type) (v Value, rest []byte, err error) {
	switch t {
	case TypeN:
		return readKeyNumber(b)
	case TypeS, TypeB:
		return readGroups(b, t)
	}
	return Value{}, nil, ErrKey
}

func readKeyNumber(b []byte) (Value, []byte, error) {
	size, err := numberKeyLen(b)
	if err != nil {
		return Value{}, nil, ErrKey
	}
	n, err := decodeNumber(b[:size])
	if err != nil {
		return Value{}, nil, ErrKey
	}
	return Num(n), b[size:], nil
}

func readGroups(b []byte, t Type) (Value, []byte, error) {
	var text []byte
	for len(b) > groupSize {
		group, used := b[:groupSize], b[groupSize]
		b = b[groupSize+1:]
		if used == groupFull {
			text = append(text, group...)
			continue
		}
		if used > groupSize || (used == 0 && len(text) > 0) || !allZero(group[used:]) {
			return Value{}, nil, ErrKey
		}
		text = append(text, group[:used]...)
		if t == TypeS && !utf8.Valid(text) {
			return Value{}, nil, ErrKey
		}
		return Value{appendBlob([]byte{byte(t)}, text)}, b, nil
	}
	return Value{}, nil, ErrKey
}

func allZero(b []byte) bool { return len(bytes.Trim(b, "\x00")) == 0 }

// AppendPartition appends where the partition with these key values begins:
// its hash, then the values. The hash is stable: it is part of the stored form.
func AppendPartition(dst []byte, hash ...Value) []byte {
	start := len(dst)
	dst = append(dst, make([]byte, hashSize)...)
	for _, v := range hash {
		dst = AppendKeyValue(dst, v)
	}
	sum := sha256.Sum256(dst[start+hashSize:])
	copy(dst[start:], sum[:hashSize])
	return dst
}

// A Span is the keys from Lo up to, not including, Hi. A nil Hi is no bound.
type Span struct{ Lo, Hi []byte }

// Contains reports whether the key lies in the span.
func (s Span) Contains(key []byte) bool {
	return bytes.Compare(key, s.Lo) >= 0 && (s.Hi == nil || bytes.Compare(key, s.Hi) < 0)
}

// PrefixSpan returns the keys that begin with prefix.
func PrefixSpan(prefix []byte) Span { return Span{Lo: prefix, Hi: prefixEnd(prefix)} }

// SegmentSpan returns the keys under the prefix in one of total equal ranges of
// the hash. The segments from 0 to total-1 cover every key exactly once. It
// panics if segment is not among them.
func SegmentSpan(prefix []byte, segment, total int) Span {
	if segment < 0 || segment >= total {
		panic("attr: no such segment")
	}
	s := Span{Lo: segmentStart(prefix, segment, total), Hi: prefixEnd(prefix)}
	if segment+1 < total {
		s.Hi = segmentStart(prefix, segment+1, total)
	}
	return s
}

func segmentStart(prefix []byte, segment, total int) []byte {
	h, _ := bits.Div64(uint64(segment), 0, uint64(total))
	return binary.BigEndian.AppendUint64(bytes.Clone(prefix), h)
}

// prefixEnd returns the first key after all that begin with prefix, or nil if
// there is none.
func prefixEnd(prefix []byte) []byte {
	for n := len(prefix); n > 0; n-- {
		if prefix[n-1] != 0xff {
			end := bytes.Clone(prefix[:n])
			end[n-1]++
			return end
		}
	}
	return nil
}
