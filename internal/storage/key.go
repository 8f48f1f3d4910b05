// SPDX-License-Identifier: Apache-2.0

package storage

import (
	"bytes"
	"encoding/binary"
	"errors"
)

// ErrBadKey means that a key does not hold the parts it was decoded as.
var ErrBadKey = errors.New("storage: malformed key")

// A string in a key ends with 0x00 0x01, and 0x00 within it is 0x00 0xff. So no
// encoding is a prefix of another, parts cannot run together, and the order of
// the encodings is that of the strings.
const (
	escape     = 0x00
	escaped    = 0xff
	terminator = 0x01
)

// AppendString appends s to a key, so that keys sort as the strings do and no
// encoded string is a prefix of another.
func AppendString(dst []byte, s string) []byte {
	start := 0
	for i := range len(s) {
		if s[i] == escape {
			dst = append(append(dst, s[start:i+1]...), escaped)
			start = i + 1
		}
	}
	return append(append(dst, s[start:]...), escape, terminator)
}

// AppendBytes appends b to a key, encoded as [AppendString] does.
func AppendBytes(dst, b []byte) []byte {
	for {
		i := bytes.IndexByte(b, escape)
		if i < 0 {
			return append(append(dst, b...), escape, terminator)
		}
		dst = append(append(dst, b[:i+1]...), escaped)
		b = b[i+1:]
	}
}

// AppendUint64 appends n to a key in eight bytes, so that keys sort as the
// numbers do.
func AppendUint64(dst []byte, n uint64) []byte { return binary.BigEndian.AppendUint64(dst, n) }

// AppendUint32 appends n to a key in four bytes, so that keys sort as the
// numbers do.
func AppendUint32(dst []byte, n uint32) []byte { return binary.BigEndian.AppendUint32(dst, n) }

// DecodeBytes takes the bytes that AppendBytes or AppendString put at the head of
// key and returns what follows. b is a copy only if it held a zero byte.
func DecodeBytes(key []byte) (b, rest []byte, err error) {
	owned := false
	for from := key; ; {
		i := bytes.IndexByte(from, escape)
		if i < 0 || i+1 == len(from) {
			return nil, nil, ErrBadKey
		}
		switch from[i+1] {
		case terminator:
			if !owned {
				return from[:i:i], from[i+2:], nil
			}
			return append(b, from[:i]...), from[i+2:], nil
		case escaped:
			b, owned = append(b, from[:i+1]...), true
			from = from[i+2:]
		default:
			return nil, nil, ErrBadKey
		}
	}
}

// DecodeString is [DecodeBytes] for a string.
func DecodeString(key []byte) (s string, rest []byte, err error) {
	b, rest, err := DecodeBytes(key)
	return string(b), rest, err
}

// DecodeUint64 takes the number that AppendUint64 put at the head of key and
// returns what follows.
func DecodeUint64(key []byte) (n uint64, rest []byte, err error) {
	if len(key) < 8 {
		return 0, nil, ErrBadKey
	}
	return binary.BigEndian.Uint64(key), key[8:], nil
}

// DecodeUint32 takes the number that AppendUint32 put at the head of key and
// returns what follows.
func DecodeUint32(key []byte) (n uint32, rest []byte, err error) {
	if len(key) < 4 {
		return 0, nil, ErrBadKey
	}
	return binary.BigEndian.Uint32(key), key[4:], nil
}

// PrefixEnd returns the lowest key above every key that begins with prefix, so
// that [prefix, PrefixEnd(prefix)) holds exactly those. It is nil if there is
// none, which as the upper bound of a range or span means: holds nothing.
func PrefixEnd(prefix []byte) []byte {
	for i := len(prefix) - 1; i >= 0; i-- {
		if prefix[i] != 0xff {
			end := bytes.Clone(prefix[:i+1])
			end[i]++
			return end
		}
	}
	return nil
}
