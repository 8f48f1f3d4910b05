// SPDX-License-Identifier: Apache-2.0

package pebble

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/cockroachdb/pebble/v2"

	"github.com/bailiwick-dev/bailiwick/internal/storage/driver"
)

// errOver means that a transaction was used after its function returned.
var errOver = errors.New("storage: transaction is over")

// tx is one attempt at a transaction.
type tx struct {
	s    *store
	ctx  context.Context
	over bool
	err  error // the first failure, which poisons it

	// Single keys are read from the engine directly, as long as none of them was
	// written after base, since a snapshot costs more than the read. Scans, and
	// keys written since, need the snapshot.
	snap     *pebble.Snapshot
	careful  bool   // takes the snapshot at once
	begun    bool   // base is set
	base     uint64 // every commit up to it, and what was read is as of then
	newest   uint64 // no commit after it is in the snapshot
	seen     uint64 // no commit after it was observed
	writable bool

	reads     []uint32 // slots of the keys that were read
	scans     []span   // ranges that were read
	cursors   []*cursor
	contended []uint32

	buffer
}

// run calls f and frees what it left open.
func (t *tx) run(f func() error) error {
	defer t.end()
	return f()
}

func (t *tx) end() {
	for _, c := range t.cursors {
		c.Close()
	}
	t.cursors = nil
	t.over = true
	if t.snap != nil {
		if err := t.snap.Close(); err != nil {
			t.poison(err)
		}
	}
}

// poison makes the transaction fail with err, which it returns.
func (t *tx) poison(err error) error {
	if t.err == nil {
		t.err = err
	}
	return err
}

// ready returns the error of a transaction that is over or poisoned, and begins
// one at its first read.
func (t *tx) ready() error {
	switch {
	case t.over:
		return errOver
	case t.err != nil:
		return t.err
	case t.begun:
		return nil
	}
	t.begun = true
	t.base = t.s.applied.Load()
	if t.careful {
		return t.snapshot()
	}
	return nil
}

// snapshot takes the snapshot, which must agree with what was read before: if a
// key of that was written since, the transaction is to run again.
func (t *tx) snapshot() error {
	if t.snap != nil {
		return nil
	}
	// The order matters: what is applied before the snapshot is taken is in it,
	// what is in it was announced before, and the slots were marked earlier still.
	base := t.s.applied.Load()
	t.snap = t.s.engine.NewSnapshot()
	t.newest = t.s.announced.Load()
	if !t.unchanged() {
		return t.poison(errConflict)
	}
	t.base = base
	return nil
}

// unchanged reports whether no key that was read was written after base. If one
// was, contended holds its slot.
func (t *tx) unchanged() bool {
	if t.begun && t.s.rangeDeleted.Load() > t.base {
		return len(t.reads) == 0
	}
	for _, s := range t.reads {
		if t.s.slots.versions[s].Load() > t.base {
			t.contended = append(t.contended, s)
		}
	}
	return len(t.contended) == 0
}

// get returns the value of key as a copy.
func (t *tx) get(key []byte) ([]byte, error) {
	if err := t.ready(); err != nil {
		return nil, err
	}
	if err := checkKey(key); err != nil {
		return nil, t.poison(err)
	}
	if w := t.find(key); w != nil {
		if w.deleted {
			return nil, driver.ErrNotFound
		}
		return w.val, nil
	}
	slot := t.s.slots.slot(key)
	if t.snap == nil {
		if written := t.s.written(slot); written <= t.base {
			if val, ok := t.s.remembered.get(key, slot, written); ok {
				t.observe(slot, written)
				return val, nil
			}
		}
		val, err := t.read(t.s.engine, key)
		// A commit marks its slots before it can be read, so if this one is not
		// marked the value is as of base.
		if written := t.s.written(slot); written <= t.base {
			t.observe(slot, written)
			if err == nil {
				t.s.remembered.put(key, val, slot, written)
			}
			return val, err
		}
		if err := t.snapshot(); err != nil {
			return nil, err
		}
	}
	val, err := t.read(t.snap, key)
	t.observe(slot, min(t.newest, t.s.written(slot)))
	return val, err
}

// observe notes that a key in the slot was read as that version.
func (t *tx) observe(slot uint32, version uint64) {
	t.seen = max(t.seen, version)
	if t.writable || t.snap == nil {
		t.reads = append(t.reads, slot)
	}
}

// read returns a copy of the value of key. The engine uses its memory again,
// perhaps for another tenant's data, so nobody gets to keep it.
func (t *tx) read(from pebble.Reader, key []byte) ([]byte, error) {
	val, closer, err := from.Get(key)
	if errors.Is(err, pebble.ErrNotFound) {
		return nil, driver.ErrNotFound
	}
	if err != nil {
		return nil, t.poison(fmt.Errorf("storage: read: %w", err))
	}
	val = bytes.Clone(val)
	if err := closer.Close(); err != nil {
		return nil, t.poison(fmt.Errorf("storage: read: %w", err))
	}
	return val, nil
}

// reader is a tx in a View.
type reader tx

func (r *reader) Get(key []byte) ([]byte, error) { return (*tx)(r).get(key) }

func (r *reader) GetMany(keys [][]byte, f func(i int, val []byte) error) error {
	return (*tx)(r).getMany(keys, f)
}

func (r *reader) Scan(rg driver.Range) driver.Cursor { return (*tx)(r).scan(rg) }

func (t *tx) getMany(keys [][]byte, f func(i int, val []byte) error) error {
	for i, key := range keys {
		val, err := t.get(key)
		if errors.Is(err, driver.ErrNotFound) {
			continue
		}
		if err != nil {
			return err
		}
		if err := f(i, val); err != nil {
			return err
		}
	}
	return nil
}

// writer is a tx in an Update.
type writer tx

func (w *writer) Get(key []byte) ([]byte, error) { return (*tx)(w).get(key) }

func (w *writer) GetMany(keys [][]byte, f func(i int, val []byte) error) error {
	return (*tx)(w).getMany(keys, f)
}

func (w *writer) Scan(rg driver.Range) driver.Cursor { return (*tx)(w).scan(rg) }

func (w *writer) Put(key, val []byte) error { return (*tx)(w).put(key, val, false) }

func (w *writer) Delete(key []byte) error { return (*tx)(w).put(key, nil, true) }

func (w *writer) PutStamped(prefix, suffix, val []byte) error {
	t := (*tx)(w)
	if err := t.admit(len(prefix)+driver.StampSize+len(suffix), len(val)); err != nil {
		return err
	}
	t.setStamped(prefix, suffix, val)
	return nil
}

// put buffers a write.
func (t *tx) put(key, val []byte, deleted bool) error {
	if err := t.admit(len(key), len(val)); err != nil {
		return err
	}
	t.set(key, val, deleted, t.s.slots.slot(key))
	return nil
}

// admit returns the error of a transaction that may not write a key and a value
// of those lengths.
func (t *tx) admit(key, val int) error {
	switch {
	case t.over:
		return errOver
	case t.err != nil:
		return t.err
	case key > driver.MaxKey:
		return t.poison(driver.ErrKeyTooLong)
	case val > driver.MaxValue:
		return t.poison(driver.ErrValueTooLong)
	case t.size+key+val > driver.MaxUpdate:
		return t.poison(driver.ErrUpdateTooLarge)
	}
	return nil
}
