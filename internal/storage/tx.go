// SPDX-License-Identifier: Apache-2.0

package storage

import (
	"bytes"
	"encoding/binary"
	"errors"

	"github.com/bailiwick-dev/bailiwick/internal/storage/driver"
)

// A Range is the keys a [Tx.Scan] goes through.
type Range = driver.Range

// A Cursor goes through a [Range].
type Cursor = driver.Cursor

// A Span is the keys in [Lo, Hi) and what may be done with them. The zero Span
// holds no key.
type Span struct {
	Lo, Hi []byte
	// Write allows changing the keys.
	Write bool
	// Blind forbids reading the keys, which is otherwise allowed.
	Blind bool
}

// holds reports whether the whole of [lo, hi) lies in s. hi is nil for the one
// key lo.
func (s *Span) holds(lo, hi []byte) bool {
	if bytes.Compare(lo, s.Lo) < 0 {
		return false
	}
	if hi == nil {
		return bytes.Compare(lo, s.Hi) < 0
	}
	return bytes.Compare(hi, s.Hi) <= 0
}

// allows reports whether the keys may be changed, or read.
func (s *Span) allows(write bool) bool {
	if write {
		return s.Write
	}
	return !s.Blind
}

// intersect returns what s and t both allow.
func (s *Span) intersect(t *Span) (Span, bool) {
	out := Span{Lo: s.Lo, Hi: s.Hi, Write: s.Write && t.Write, Blind: s.Blind || t.Blind}
	if bytes.Compare(t.Lo, out.Lo) > 0 {
		out.Lo = t.Lo
	}
	if bytes.Compare(t.Hi, out.Hi) < 0 {
		out.Hi = t.Hi
	}
	return out, bytes.Compare(out.Lo, out.Hi) < 0
}

// everything holds every area. Keys of a first byte above 0x7f do not exist.
var everything = Span{Lo: []byte{0x00}, Hi: []byte{0x80}, Write: true}

// root is what all Txs of one transaction share.
type root struct {
	r         driver.Reader
	w         driver.Writer // nil in a View
	err       error         // the first that fails the transaction
	wrote     bool
	discarded bool
	stamped   uint32 // how many keys
	key       []byte // scratch
	epochs    []ownerEpoch
	self      Tx
	spans     [1]Span

	// Room for what most transactions need.
	keyRoom   [96]byte
	epochRoom [1]ownerEpoch
}

// run calls f with the whole transaction and takes it away afterwards.
func (r *root) run(f func(*Tx) error) error {
	r.spans[0] = everything
	r.spans[0].Write = r.w != nil
	r.self = Tx{root: r, spans: r.spans[:], whole: true, control: true}
	r.key, r.epochs = r.keyRoom[:0], r.epochRoom[:0]
	err := f(&r.self)
	r.self = Tx{}
	r.r, r.w = nil, nil
	if r.err != nil {
		return r.err
	}
	return err
}

// A Tx is a transaction, or the part of one that its holder may use. The zero Tx
// reaches nothing. A Tx belongs to one goroutine at a time and is valid until
// the function given to View or Update returns.
//
// Byte slices it returns stay as they are for good, and must not be changed.
type Tx struct {
	root    *root
	spans   []Span
	whole   bool // the Tx given to View or Update itself
	control bool // reads epochs
	meter   func(bytes int) error
}

// Meter has f told how long each value is that is read by tx, and by what Only makes of
// it from now on. If f fails, so do the read and the transaction.
func (tx *Tx) Meter(f func(bytes int) error) { tx.meter = f }

// count tells of a value that was read.
func (tx *Tx) count(val []byte) error {
	if tx.meter == nil {
		return nil
	}
	if err := tx.meter(len(val)); err != nil {
		return tx.root.fail(err)
	}
	return nil
}

// Only returns a Tx that opens, of what tx opens, those spans only: a nil list
// opens nothing. The spans are copied but not their bounds, which must not be
// changed.
func (tx *Tx) Only(spans []Span) *Tx {
	n := &narrowed{Tx: Tx{root: tx.root, meter: tx.meter}}
	out := &n.Tx
	out.spans = n.few[:0]
	for i := range spans {
		for j := range tx.spans {
			if s, ok := tx.spans[j].intersect(&spans[i]); ok {
				out.spans = append(out.spans, s)
				out.control = out.control || !s.Blind && s.holds(allEpochs.Lo, allEpochs.Hi)
			}
		}
	}
	return out
}

// narrowed is a Tx with room for a few spans.
type narrowed struct {
	Tx
	few [2]Span
}

// Metadata returns a Tx that reads what tx opens of the Metadata area and
// changes nothing.
func (tx *Tx) Metadata() *Tx { return tx.Only(metadataOnly) }

var metadataOnly = []Span{Metadata.Span(false)}

// Get returns the value of key, or ErrNotFound.
func (tx *Tx) Get(key []byte) ([]byte, error) {
	if err := tx.check(key, nil, false); err != nil {
		return nil, err
	}
	val, err := tx.root.r.Get(key)
	if err == nil {
		err = tx.count(val)
	}
	return val, tx.root.keep(err)
}

// GetMany calls f once for each of keys that exists, in any order, with its
// index in keys. It stops at the first error of f and returns that. If one key
// is not allowed it reads none.
func (tx *Tx) GetMany(keys [][]byte, f func(i int, val []byte) error) error {
	for _, key := range keys {
		if err := tx.check(key, nil, false); err != nil {
			return err
		}
	}
	if len(keys) == 0 {
		return nil
	}
	var ferr error
	err := tx.root.r.GetMany(keys, func(i int, val []byte) error {
		if ferr = tx.count(val); ferr == nil {
			ferr = f(i, val)
		}
		return ferr
	})
	if ferr != nil {
		return ferr
	}
	return tx.root.keep(err)
}

// Scan returns a cursor placed before the first key of r, which must lie in one
// span as a whole; else the cursor is at its end with ErrNotAllowed. An empty
// range is always allowed.
func (tx *Tx) Scan(r Range) Cursor {
	if bytes.Compare(r.Lo, r.Hi) >= 0 {
		return failedCursor{}
	}
	if err := tx.check(r.Lo, r.Hi, false); err != nil {
		return failedCursor{err: err}
	}
	return &cursor{Cursor: tx.root.r.Scan(r), tx: tx, r: r}
}

// Put sets the value of key. It copies both.
func (tx *Tx) Put(key, val []byte) error {
	if err := tx.check(key, nil, true); err != nil {
		return err
	}
	tx.root.wrote = true
	return tx.root.keep(tx.root.w.Put(key, val))
}

// PutStamped sets the value of a new key: prefix, then the transaction's stamp in
// [StampSize] bytes, then the place among all that the transaction stamps in
// [PlaceSize] bytes, both big-endian. It copies prefix and val. Stamps are the
// order of the commits: see [driver.Writer]. One span that allows writing must
// hold every key that begins with prefix.
func (tx *Tx) PutStamped(prefix, val []byte) error {
	if err := tx.checkUnder(prefix); err != nil {
		return err
	}
	var place [PlaceSize]byte
	binary.BigEndian.PutUint32(place[:], tx.root.stamped)
	tx.root.stamped++
	tx.root.wrote = true
	return tx.root.keep(tx.root.w.PutStamped(prefix, place[:], val))
}

// Lengths of what stands in a key after the prefix, in bytes.
const (
	StampSize = driver.StampSize
	PlaceSize = 4
)

// Delete removes key if it exists.
func (tx *Tx) Delete(key []byte) error {
	if err := tx.check(key, nil, true); err != nil {
		return err
	}
	tx.root.wrote = true
	return tx.root.keep(tx.root.w.Delete(key))
}

// check returns ErrNotAllowed, and fails the transaction, unless one span of tx
// holds all of [lo, hi), or the key lo if hi is nil.
func (tx *Tx) check(lo, hi []byte, write bool) error {
	if tx.root == nil {
		return ErrNotAllowed
	}
	if tx.root.r == nil {
		return errOver
	}
	for i := range tx.spans {
		s := &tx.spans[i]
		if s.allows(write) && s.holds(lo, hi) {
			return nil
		}
	}
	return tx.refuse()
}

// checkUnder is check for writing any of the keys that begin with prefix.
func (tx *Tx) checkUnder(prefix []byte) error {
	hi := PrefixEnd(prefix)
	if hi == nil {
		return tx.refuse()
	}
	return tx.check(prefix, hi, true)
}

// refuse fails the transaction with ErrNotAllowed, which it returns.
func (tx *Tx) refuse() error {
	if tx.root == nil {
		return ErrNotAllowed
	}
	return tx.root.fail(ErrNotAllowed)
}

// errOver means that a Tx was used after its transaction.
var errOver = errors.New("storage: transaction is over")

// keep returns err and, unless it is nil or ErrNotFound, makes the transaction
// fail with it.
func (r *root) keep(err error) error {
	if err == nil || errors.Is(err, ErrNotFound) {
		return err
	}
	return r.fail(err)
}

// fail makes the transaction fail with err, unless it has failed already.
func (r *root) fail(err error) error {
	if r.err == nil {
		r.err = err
	}
	return err
}

// cursor keeps Seek inside the range that was checked.
type cursor struct {
	driver.Cursor
	tx  *Tx
	r   Range
	err error
}

// Seek is the driver's, but outside the range it is not allowed. The upper
// bound itself, where the next page of a finished scan begins, is.
func (c *cursor) Seek(key []byte) bool {
	if c.err != nil {
		return false
	}
	if bytes.Compare(key, c.r.Lo) < 0 || bytes.Compare(key, c.r.Hi) > 0 {
		c.err = c.tx.root.fail(ErrNotAllowed)
		return false
	}
	if c.Cursor.Seek(key) {
		return true
	}
	c.err = c.tx.root.keep(c.Cursor.Err())
	return false
}

func (c *cursor) Next() bool {
	if c.err != nil {
		return false
	}
	if c.Cursor.Next() {
		return true
	}
	c.err = c.tx.root.keep(c.Cursor.Err())
	return false
}

func (c *cursor) Value() []byte {
	val := c.Cursor.Value()
	if val == nil {
		c.err = c.tx.root.keep(c.Cursor.Err())
	} else if c.err = c.tx.count(val); c.err != nil {
		return nil
	}
	return val
}

func (c *cursor) Err() error {
	if c.err != nil {
		return c.err
	}
	return c.tx.root.keep(c.Cursor.Err())
}

func (c *cursor) Close() error {
	err := c.tx.root.keep(c.Cursor.Close())
	if c.err != nil {
		return c.err
	}
	return err
}

// failedCursor is at its end from the start.
type failedCursor struct{ err error }

func (c failedCursor) Next() bool       { return false }
func (c failedCursor) Seek([]byte) bool { return false }
func (c failedCursor) Key() []byte      { return nil }
func (c failedCursor) Value() []byte    { return nil }
func (c failedCursor) Err() error       { return c.err }
func (c failedCursor) Close() error     { return c.err }
