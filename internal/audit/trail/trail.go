// SPDX-License-Identifier: Apache-2.0

// Package trail is the form of the decision log's files, for who writes them and
// for who reads and verifies them without the server.
//
// A file is lines, each a JSON object. Most are records, which begin with their
// number, "seq". The last member of every line is its chain value, "chain": the
// SHA-256 of the value of the line before and of the line without that member. So
// a line fixes all lines before it, in all files. What the chain comes to is
// signed every so often, by a line of the kind "checkpoint" ([Note]): who has not
// the key can't change, insert, remove or move a line that a checkpoint follows
// without [Verify] finding where. What follows the last checkpoint, a minute's
// lines and [MaxUnsigned] at most, is only chained.
//
// Lines can be checked without this package: the value is what sha256sum prints
// of the 32 bytes of the value before and the line up to `,"chain":"`, with a }
// after it.
package trail

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strconv"
)

const (
	// MaxLine is the size of the longest line, in bytes.
	MaxLine = 16 << 20
	// MaxUnsigned is how many lines there may be after a note: the next is one.
	MaxUnsigned = 4096
)

// ErrLine means that a line is none of the log.
var ErrLine = errors.New("trail: not a line of the decision log")

// A Value is what the chain comes to after a line; zero before the first.
type Value [sha256.Size]byte

// MarshalText writes v in hexadecimal digits.
func (v Value) MarshalText() ([]byte, error) { return hex.AppendEncode(nil, v[:]), nil }

// UnmarshalText undoes MarshalText. It accepts lower-case digits only.
func (v *Value) UnmarshalText(text []byte) error {
	if len(text) != hex.EncodedLen(len(v)) || bytes.ContainsAny(text, "ABCDEF") {
		return ErrLine
	}
	if _, err := hex.Decode(v[:], text); err != nil {
		return ErrLine
	}
	return nil
}

func (v Value) String() string { return hex.EncodeToString(v[:]) }

// The chain value as a line's last member.
const (
	chainOpen  = `,"chain":"`
	chainClose = `"}`
	chainSize  = len(chainOpen) + 2*sha256.Size + len(chainClose)
)

// LineOverhead is how many bytes a line is longer than its object.
const LineOverhead = chainSize

// next returns the value after the line whose text is head and a closing brace.
func (v Value) next(head []byte) Value {
	h := sha256.New()
	h.Write(v[:])
	h.Write(head)
	h.Write([]byte{'}'})
	var out Value
	h.Sum(out[:0])
	return out
}

// AppendLine appends the line of the JSON object text to dst, with its end, and
// returns the value after it; v is the one before.
func (v Value) AppendLine(dst, text []byte) ([]byte, Value) {
	head := text[:len(text)-1]
	next := v.next(head)
	dst = append(append(dst, head...), chainOpen...)
	dst = hex.AppendEncode(dst, next[:])
	return append(dst, chainClose+"\n"...), next
}

// A Line is a line of the log, taken apart.
type Line struct {
	head  []byte // the object but for the chain and the closing brace
	Chain Value  // as the line has it
}

// ParseLine takes a line apart, which has to have no end. It fails with
// [ErrLine]. The Line refers to text.
func ParseLine(text []byte) (Line, error) {
	n := len(text) - chainSize
	if n < 2 || len(text) > MaxLine || text[0] != '{' {
		return Line{}, ErrLine
	}
	tail := text[n:]
	if !bytes.HasPrefix(tail, []byte(chainOpen)) || !bytes.HasSuffix(tail, []byte(chainClose)) {
		return Line{}, ErrLine
	}
	l := Line{head: text[:n]}
	err := l.Chain.UnmarshalText(tail[len(chainOpen) : len(tail)-len(chainClose)])
	return l, err
}

// Follows reports whether the line comes after one of the value v, and is as it
// was written.
func (l Line) Follows(v Value) bool { return v.next(l.head) == l.Chain }

// Text returns the line's object without the chain value.
func (l Line) Text() []byte { return append(bytes.Clone(l.head), '}') }

// Seq returns the number of the record that the line is, and whether it is one.
func (l Line) Seq() (uint64, bool) {
	rest, ok := bytes.CutPrefix(l.head, []byte(`{"seq":`))
	if !ok {
		return 0, false
	}
	digits, _, _ := bytes.Cut(rest, []byte(","))
	seq, err := strconv.ParseUint(string(digits), 10, 64)
	return seq, err == nil
}
