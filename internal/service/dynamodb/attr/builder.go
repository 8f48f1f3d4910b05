// SPDX-License-Identifier: Apache-2.0

package attr

import (
	"bytes"
	"encoding/binary"
	"errors"
	"slices"
)

// A Builder makes an item, or the values in it, one call after the other:
//
//	b.Name("id"); b.Str("a")
//	b.Name("tags"); b.Begin(TypeSS); b.Str("x"); b.Str("y"); b.End()
//	item, err := b.Item()
//
// The zero Builder is ready. Attributes, members and set elements may come in
// any order. The first mistake (a name twice, a set with duplicates, too deep
// nesting) is kept and returned by Item. A Builder is not safe for concurrent
// use.
type Builder struct {
	buf     []byte
	scratch []byte
	frames  []frame
	entries []entry
	err     error
}

// A frame is an open container.
type frame struct {
	kind  Type
	start int // offset of its members
	first int // index of its first entry
}

// An entry is a member of an open container.
type entry struct{ start, key, keyEnd, end int }

// errBuilder is a wrong sequence of calls, which is a mistake of the program.
var errBuilder = errors.New("attribute values built out of order")

// Reset empties the builder for another item and keeps its memory. It must not
// be called while an Item built before is in use.
func (b *Builder) Reset() {
	*b = Builder{buf: b.buf[:0], scratch: b.scratch, frames: b.frames[:0], entries: b.entries[:0]}
}

// Grow makes room for n more bytes of stored form.
func (b *Builder) Grow(n int) { b.buf = slices.Grow(b.buf, n) }

func (b *Builder) fail(err error) {
	if b.err == nil {
		b.err = err
	}
}

// Name begins an attribute, or a member of an open M; a value must follow.
func (b *Builder) Name(name string) { addName(b, name) }

func addName[T ~string | ~[]byte](b *Builder, name T) {
	if b.err != nil || b.container() != TypeM || b.openEntry() {
		b.fail(errBuilder)
		return
	}
	start := len(b.buf)
	b.buf = appendBlob(b.buf, name)
	b.entries = append(b.entries, entry{start: start, key: len(b.buf) - len(name), keyEnd: len(b.buf), end: -1})
}

// Entry adds an attribute, or a member of an open M, and a copy of its value.
func (b *Builder) Entry(name []byte, v Value) {
	addName(b, name)
	b.Value(v)
}

// container returns what is open; an item counts as an M.
func (b *Builder) container() Type {
	if len(b.frames) == 0 {
		return TypeM
	}
	return b.frames[len(b.frames)-1].kind
}

func (b *Builder) first() int {
	if len(b.frames) == 0 {
		return 0
	}
	return b.frames[len(b.frames)-1].first
}

// openEntry reports whether a name waits for its value.
func (b *Builder) openEntry() bool {
	return len(b.entries) > b.first() && b.entries[len(b.entries)-1].end < 0
}

// begun checks that a value of type t may come now.
func (b *Builder) begun(t Type) bool {
	kind := b.container()
	switch {
	case b.err != nil:
		return false
	case kind == TypeM && !b.openEntry(), kind.IsSet() && kind.Element() != t:
		b.fail(errBuilder)
		return false
	case len(b.frames) > MaxNesting && !kind.IsSet():
		b.fail(errNesting)
		return false
	}
	return true
}

// ended enters the value that began at start into what is open.
func (b *Builder) ended(start int) {
	switch kind := b.container(); {
	case kind == TypeM:
		b.entries[len(b.entries)-1].end = len(b.buf)
	case kind.IsSet(): // a member is kept without its type
		b.buf = slices.Delete(b.buf, start, start+1)
		n, _ := cutUvarint(b.buf[start:])
		b.entries = append(b.entries, entry{start: start, key: len(b.buf) - n, keyEnd: len(b.buf), end: len(b.buf)})
	default:
		b.entries = append(b.entries, entry{start: start, end: len(b.buf)})
	}
}

// Str adds an S, which must be valid UTF-8.
func (b *Builder) Str(s string) { addBlob(b, TypeS, s) }

// Bin adds a B.
func (b *Builder) Bin(v []byte) { addBlob(b, TypeB, v) }

func addBlob[T ~string | ~[]byte](b *Builder, t Type, v T) {
	if b.begun(t) {
		start := len(b.buf)
		b.buf = appendBlob(append(b.buf, byte(t)), v)
		b.ended(start)
	}
}

// Num adds an N.
func (b *Builder) Num(n Number) {
	if b.begun(TypeN) {
		start := len(b.buf)
		b.buf = appendNumber(b.buf, n)
		b.ended(start)
	}
}

// Bool adds a BOOL.
func (b *Builder) Bool(v bool) {
	if b.begun(TypeBOOL) {
		start := len(b.buf)
		b.buf = appendBool(b.buf, v)
		b.ended(start)
	}
}

// Null adds a NULL.
func (b *Builder) Null() {
	if b.begun(TypeNULL) {
		start := len(b.buf)
		b.buf = append(b.buf, byte(TypeNULL))
		b.ended(start)
	}
}

// Value adds a copy of v.
func (b *Builder) Value(v Value) {
	switch {
	case v.Type() == 0:
		b.fail(errBuilder)
	case !b.begun(v.Type()): // the mistake is kept already
	case len(b.frames)+v.nesting() > MaxNesting:
		b.fail(errNesting)
	default:
		start := len(b.buf)
		b.buf = append(b.buf, v.b...)
		b.ended(start)
	}
}

// Member adds the element of a set in the form that Value.Set yields it, to an
// open set of the same type.
func (b *Builder) Member(m []byte) {
	if kind := b.container(); kind.IsSet() {
		addBlob(b, kind.Element(), m)
		return
	}
	b.fail(errBuilder)
}

// Begin opens a set, list or map; End closes it.
func (b *Builder) Begin(t Type) {
	if !t.isContainer() {
		b.fail(errBuilder)
		return
	}
	if !b.begun(t) {
		return
	}
	b.buf = append(b.buf, byte(t))
	b.frames = append(b.frames, frame{kind: t, start: len(b.buf), first: len(b.entries)})
}

// End closes what was opened last.
func (b *Builder) End() {
	if b.err != nil {
		return
	}
	if len(b.frames) == 0 || b.openEntry() {
		b.fail(errBuilder)
		return
	}
	f := b.frames[len(b.frames)-1]
	b.seal(f)
	b.frames = b.frames[:len(b.frames)-1]
	b.entries = b.entries[:f.first]
	b.ended(f.start - 1)
}

// seal sorts the members of f and puts their length and count before them.
func (b *Builder) seal(f frame) {
	entries := b.entries[f.first:]
	if f.kind.IsSet() && len(entries) == 0 {
		b.fail(errEmptySet(f.kind))
	}
	if f.kind != TypeL {
		b.sort(f, entries)
	}
	var head [2 * binary.MaxVarintLen64]byte
	var count [binary.MaxVarintLen64]byte
	c := binary.AppendUvarint(count[:0], uint64(len(entries)))
	h := binary.AppendUvarint(head[:0], uint64(len(b.buf)-f.start+len(c)))
	b.buf = slices.Insert(b.buf, f.start, append(h, c...)...)
}

// sort brings members into order by name or value and refuses duplicates.
func (b *Builder) sort(f frame, entries []entry) {
	sorted := true
	for i := 1; i < len(entries) && sorted; i++ {
		sorted = b.compare(entries[i-1], entries[i]) < 0
	}
	if sorted {
		return
	}
	slices.SortFunc(entries, b.compare)
	for i := 1; i < len(entries); i++ {
		if b.compare(entries[i-1], entries[i]) == 0 {
			b.fail(b.duplicate(f.kind, entries))
			return
		}
	}
	b.scratch = b.scratch[:0]
	for _, e := range entries {
		b.scratch = append(b.scratch, b.buf[e.start:e.end]...)
	}
	copy(b.buf[f.start:], b.scratch)
}

func (b *Builder) compare(x, y entry) int {
	return bytes.Compare(b.buf[x.key:x.keyEnd], b.buf[y.key:y.keyEnd])
}

func (b *Builder) duplicate(kind Type, entries []entry) error {
	if !kind.IsSet() {
		return errBuilder
	}
	slices.SortFunc(entries, func(x, y entry) int { return x.start - y.start }) // as they were sent
	members := make([][]byte, len(entries))
	for i, e := range entries {
		members[i] = b.buf[e.key:e.keyEnd]
	}
	return errDuplicate(kind, members)
}

// Item returns what was built, aliasing the builder's memory. The error is a
// ValidationError, or a misuse of the builder.
func (b *Builder) Item() (Item, error) {
	if b.err == nil && (len(b.frames) != 0 || b.openEntry()) {
		b.fail(errBuilder)
	}
	if b.err != nil {
		return Item{}, b.err
	}
	b.sort(frame{kind: TypeM}, b.entries)
	if b.err != nil {
		return Item{}, b.err
	}
	var head [1 + binary.MaxVarintLen64]byte
	h := binary.AppendUvarint(append(head[:0], itemVersion), uint64(len(b.entries)))
	b.buf = slices.Insert(b.buf, 0, h...)
	b.entries, b.err = b.entries[:0], errBuilder // spent until Reset
	return Item{slices.Clip(b.buf)}, nil
}

// Pick returns an item of those attributes of it that are named and present. A
// name may come twice.
func (it Item) Pick(names ...string) Item {
	var b Builder
	for name, v := range it.All() {
		if slices.Contains(names, string(name)) {
			b.Entry(name, v)
		}
	}
	picked, _ := b.Item() // part of an item is an item
	return picked
}

// A mark is a state of the builder to return to.
type mark struct{ buf, frames, entries int }

func (b *Builder) mark() mark { return mark{len(b.buf), len(b.frames), len(b.entries)} }

// rollback drops what came after the mark, mistakes included. The mark must
// have been taken where a value may begin: a name waits for its value again.
func (b *Builder) rollback(m mark) {
	b.buf, b.frames, b.entries, b.err = b.buf[:m.buf], b.frames[:m.frames], b.entries[:m.entries], nil
	if b.container() == TypeM && len(b.entries) > b.first() {
		b.entries[len(b.entries)-1].end = -1
	}
}
