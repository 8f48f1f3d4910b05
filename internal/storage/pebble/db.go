// SPDX-License-Identifier: Apache-2.0

package pebble

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"

	"github.com/cockroachdb/pebble/v2"

	"github.com/bailiwick-dev/bailiwick/internal/storage/driver"
)

// DB is a store in one directory. It is the driver.DB that [Open] returns.
type DB struct {
	log    *slog.Logger
	engine *pebble.DB
	lock   *pebble.Lock

	// life is held for reading by every call, so that Close can wait for them.
	life   sync.RWMutex
	closed bool
	broken atomic.Pointer[error] // the first failed write or sync

	slots   slotTable // when a key was last written
	durable watermark // every commit up to it is synced
	queues  [queueCount]sync.Mutex

	// announced is the version of the newest commit that may be visible,
	// applied that of the newest of which it is certain that it, and all before
	// it, are, and rangeDeleted that of the latest DeleteRange. They are stored
	// under mu.
	announced, applied, rangeDeleted atomic.Uint64

	mu     sync.Mutex // commits, one at a time
	recent recentLog  // what the latest commits wrote
}

func newDB(log *slog.Logger) *DB {
	d := &DB{log: log}
	d.slots.init()
	return d
}

// fail makes every later View, Update and DeleteRange return ErrBroken.
func (d *DB) fail(cause error) {
	if d.broken.CompareAndSwap(nil, &cause) {
		d.log.Error("storage: broken, nothing is acknowledged until it is opened again", "error", cause)
	}
	d.durable.fail()
}

// err returns ErrBroken, with its cause, after a failed write.
func (d *DB) err() error {
	if cause := d.broken.Load(); cause != nil {
		return fmt.Errorf("%w: %w", driver.ErrBroken, *cause)
	}
	return nil
}

// enter begins a call; leave ends it if it returned nil.
func (d *DB) enter(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	d.life.RLock()
	err := d.err()
	if d.closed {
		err = driver.ErrClosed
	}
	if err != nil {
		d.life.RUnlock()
	}
	return err
}

func (d *DB) leave() { d.life.RUnlock() }

// Get implements driver.DB.
func (d *DB) Get(ctx context.Context, key []byte, f func(val []byte) error) error {
	if err := checkKey(key); err != nil {
		return err
	}
	if err := d.enter(ctx); err != nil {
		return err
	}
	defer d.leave()
	val, closer, err := d.engine.Get(key)
	if errors.Is(err, pebble.ErrNotFound) {
		return driver.ErrNotFound
	}
	if err != nil {
		return fmt.Errorf("storage: read: %w", err)
	}
	defer closer.Close()
	return f(val)
}

// View implements driver.DB.
func (d *DB) View(ctx context.Context, f func(driver.Reader) error) error {
	if err := d.enter(ctx); err != nil {
		return err
	}
	defer d.leave()
	t := &tx{d: d, ctx: ctx}
	err := t.run(func() error { return f((*reader)(t)) })
	if errors.Is(t.err, errConflict) {
		// One that begins with its snapshot has no conflict.
		t = &tx{d: d, ctx: ctx, careful: true}
		err = t.run(func() error { return f((*reader)(t)) })
	}
	return d.observed(t, err)
}

// observed returns err, or what happened instead: it waits until what t read is
// durable.
func (d *DB) observed(t *tx, err error) error {
	if t.err != nil {
		return t.err
	}
	if werr := d.durable.wait(t.seen); werr != nil {
		return d.err()
	}
	return err
}

// DeleteRange implements driver.DB. Every transaction that is under way
// conflicts with it.
func (d *DB) DeleteRange(ctx context.Context, lo, hi []byte) error {
	if len(lo) > driver.MaxKey+1 || len(hi) > driver.MaxKey+1 {
		return driver.ErrKeyTooLong
	}
	if err := d.enter(ctx); err != nil {
		return err
	}
	defer d.leave()
	if bytes.Compare(lo, hi) >= 0 {
		return nil
	}
	b := d.engine.NewBatch()
	if err := b.DeleteRange(lo, hi, nil); err != nil {
		return fmt.Errorf("storage: delete range: %w", err)
	}
	version, err := d.commitRange(b)
	if err != nil {
		return err
	}
	return d.sync(b, version)
}

// Close implements driver.DB. A broken store is left as it is, and locked until
// the process ends: writing to it once more could do harm.
func (d *DB) Close() error {
	d.life.Lock()
	defer d.life.Unlock()
	if d.closed {
		return driver.ErrClosed
	}
	d.closed = true
	if err := d.err(); err != nil {
		return err
	}
	return errors.Join(d.engine.Close(), d.lock.Close())
}

func checkKey(key []byte) error {
	if len(key) > driver.MaxKey {
		return driver.ErrKeyTooLong
	}
	return nil
}
