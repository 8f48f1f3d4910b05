// SPDX-License-Identifier: Apache-2.0

package pebble

import (
	"bytes"
	"fmt"
	"sort"

	"github.com/cockroachdb/pebble/v2"

	"github.com/bailiwick-dev/bailiwick/internal/storage/driver"
)

// cursor merges the snapshot's keys with the transaction's own writes.
type cursor struct {
	t       *tx // nil when closed
	it      *pebble.Iterator
	bounds  span
	reverse bool
	own     []write // in the order of the scan
	next    int     // into own: the head
	head    bool    // it stands on a key, the snapshot's head
	at      source
	err     error
	moves   int

	from  []byte // where the part observed since the last Seek begins
	began bool   // there is such a part
	chunk []byte // copies of keys and values are cut from it
	key   []byte
	val   []byte
}

// source tells where the current key comes from.
type source byte

const (
	none source = iota
	fromSnapshot
	fromOwn
	fromBoth // an own write that hides a key of the snapshot
)

// ctxEvery is after how many moves a cursor looks whether its context ended.
const ctxEvery = 256

// scan returns a cursor on r. If that fails the cursor is at its end.
func (t *tx) scan(r driver.Range) driver.Cursor {
	if err := t.ready(); err != nil {
		return &cursor{err: err}
	}
	if len(r.Lo) > driver.MaxKey+1 || len(r.Hi) > driver.MaxKey+1 {
		return &cursor{err: t.poison(driver.ErrKeyTooLong)}
	}
	if bytes.Compare(r.Lo, r.Hi) >= 0 {
		return &cursor{}
	}
	if err := t.snapshot(); err != nil {
		return &cursor{err: err}
	}
	c := &cursor{t: t, reverse: r.Reverse, bounds: span{bytes.Clone(r.Lo), bytes.Clone(r.Hi)}}
	o := &pebble.IterOptions{UpperBound: c.bounds.hi}
	if len(c.bounds.lo) > 0 { // the engine's own checks do not like to seek the empty key
		o.LowerBound = c.bounds.lo
	}
	it, err := t.snap.NewIterWithContext(t.ctx, o)
	if err != nil {
		return &cursor{err: t.poison(fmt.Errorf("storage: scan: %w", err))}
	}
	c.it = it
	if len(t.writes) > 0 {
		c.own = t.within(c.bounds)
		if c.reverse {
			for i, j := 0, len(c.own)-1; i < j; i, j = i+1, j-1 {
				c.own[i], c.own[j] = c.own[j], c.own[i]
			}
		}
	}
	t.cursors = append(t.cursors, c)
	t.seen = max(t.seen, t.newest)
	return c
}

// Next implements driver.Cursor.
func (c *cursor) Next() bool {
	if !c.live() {
		return false
	}
	switch {
	case !c.began:
		c.begin(c.start())
		c.next = 0
		if c.reverse {
			c.head = c.it.Last()
		} else {
			c.head = c.it.First()
		}
	case c.at == none:
		return false
	default:
		if c.at != fromOwn {
			c.step()
		}
		if c.at != fromSnapshot {
			c.next++
		}
	}
	return c.settle()
}

// Seek implements driver.Cursor.
func (c *cursor) Seek(key []byte) bool {
	if !c.live() {
		return false
	}
	if len(key) > driver.MaxKey+1 {
		c.err = c.t.poison(driver.ErrKeyTooLong)
		return false
	}
	c.note()
	if c.reverse {
		c.seekBelow(key)
	} else {
		c.seekAbove(key)
	}
	return c.settle()
}

func (c *cursor) seekAbove(key []byte) {
	key = bytes.Clone(key)
	if bytes.Compare(key, c.bounds.lo) < 0 {
		key = c.bounds.lo
	}
	c.begin(key)
	if len(key) > 0 {
		c.head = c.it.SeekGE(key)
	} else {
		c.head = c.it.First()
	}
	c.next = sort.Search(len(c.own), func(i int) bool { return bytes.Compare(c.own[i].key, key) >= 0 })
}

func (c *cursor) seekBelow(key []byte) {
	// The key after key: what is below it is at or below key.
	limit := append(bytes.Clone(key), 0)
	if bytes.Compare(limit, c.bounds.hi) > 0 {
		limit = c.bounds.hi
	}
	c.begin(limit)
	c.head = c.it.SeekLT(limit)
	c.next = sort.Search(len(c.own), func(i int) bool { return bytes.Compare(c.own[i].key, limit) < 0 })
}

// live reports whether the cursor may move.
func (c *cursor) live() bool {
	if c.t == nil || c.err != nil {
		return false
	}
	if c.t.err != nil {
		c.err = c.t.err
		return false
	}
	if c.moves++; c.moves%ctxEvery == 0 && c.t.ctx.Err() != nil {
		c.err = c.t.poison(c.t.ctx.Err())
		return false
	}
	return true
}

// step moves the snapshot's head on.
func (c *cursor) step() {
	if c.reverse {
		c.head = c.it.Prev()
	} else {
		c.head = c.it.Next()
	}
}

// settle makes the nearer of the two heads the current key, passing over what
// the transaction deleted.
func (c *cursor) settle() bool {
	c.key, c.val = nil, nil
	for {
		c.at = c.nearer()
		if c.at == none {
			if err := c.it.Error(); err != nil {
				c.err = c.t.poison(fmt.Errorf("storage: scan: %w", err))
			}
			return false
		}
		if c.at == fromSnapshot || !c.own[c.next].deleted {
			return true
		}
		if c.at == fromBoth {
			c.step()
		}
		c.next++
	}
}

func (c *cursor) nearer() source {
	switch {
	case !c.head && c.it.Error() != nil:
		return none // own writes beyond a failed read would hide it
	case c.next == len(c.own) && !c.head:
		return none
	case c.next == len(c.own):
		return fromSnapshot
	case !c.head:
		return fromOwn
	}
	order := bytes.Compare(c.it.Key(), c.own[c.next].key)
	if c.reverse {
		order = -order
	}
	switch {
	case order < 0:
		return fromSnapshot
	case order > 0:
		return fromOwn
	}
	return fromBoth
}

// start is the bound at which the scan begins.
func (c *cursor) start() []byte {
	if c.reverse {
		return c.bounds.hi
	}
	return c.bounds.lo
}

// begin starts a new observed part at that bound.
func (c *cursor) begin(bound []byte) { c.from, c.began = bound, true }

// note adds the part observed since the last Seek to what the transaction has
// read: up to the current key, or to the end.
func (c *cursor) note() {
	if !c.began || !c.t.writable {
		return
	}
	s := span{c.from, c.bounds.hi}
	if c.reverse {
		s = span{c.bounds.lo, c.from}
	}
	if c.at != none {
		if c.reverse {
			s.lo = bytes.Clone(c.current())
		} else {
			s.hi = append(bytes.Clone(c.current()), 0)
		}
	}
	c.t.scans = append(c.t.scans, s)
}

// current is the current key in the engine's memory.
func (c *cursor) current() []byte {
	if c.at == fromSnapshot {
		return c.it.Key()
	}
	return c.own[c.next].key
}

// Key implements driver.Cursor.
func (c *cursor) Key() []byte {
	switch {
	case c.at == none:
		return nil
	case c.at != fromSnapshot:
		return c.own[c.next].key
	case c.key == nil:
		c.key = c.copy(c.it.Key())
	}
	return c.key
}

// Value implements driver.Cursor.
func (c *cursor) Value() []byte {
	switch {
	case c.at == none:
		return nil
	case c.at != fromSnapshot:
		return c.own[c.next].val
	case c.val == nil:
		val, err := c.it.ValueAndErr()
		if err != nil {
			c.err = c.t.poison(fmt.Errorf("storage: scan: %w", err))
			c.at = none
			return nil
		}
		c.val = c.copy(val)
	}
	return c.val
}

// Chunks that copies are cut from grow from the one size to the other; what is
// larger gets its own memory.
const (
	minChunk = 1 << 10
	maxChunk = 64 << 10
)

// copy copies b to memory that is never used again, so that bytes which somebody
// keeps do not turn into another tenant's.
func (c *cursor) copy(b []byte) []byte {
	if len(b) > maxChunk/4 {
		return append(make([]byte, 0, len(b)), b...)
	}
	if len(c.chunk)+len(b) > cap(c.chunk) {
		size := min(max(2*cap(c.chunk), minChunk), maxChunk)
		c.chunk = make([]byte, 0, max(size, len(b)))
	}
	n := len(c.chunk)
	c.chunk = append(c.chunk, b...)
	return c.chunk[n:len(c.chunk):len(c.chunk)]
}

// Err implements driver.Cursor.
func (c *cursor) Err() error { return c.err }

// Close implements driver.Cursor.
func (c *cursor) Close() error {
	if c.t == nil {
		return c.err
	}
	c.note()
	if err := c.it.Close(); err != nil && c.err == nil {
		c.err = c.t.poison(fmt.Errorf("storage: scan: %w", err))
	}
	c.t, c.at = nil, none
	return c.err
}
