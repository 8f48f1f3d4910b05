// SPDX-License-Identifier: Apache-2.0

package pebble

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/bailiwick-dev/bailiwick/internal/storage/driver"
)

// DB is a store in one directory. It is the driver.DB that [Open] returns.
//
// It outlives the engine: when the disk fails, its keeper opens the directory
// again, and puts the new store in the place of the broken one.
type DB struct {
	dir   string
	fs    vfs.FS
	lock  io.Closer // of the directory
	cache *pebble.Cache
	log   *slog.Logger
	room  *room
	pacer *pacer
	// memTable is the size of the largest table of recent writes.
	memTable uint64
	patience time.Duration // how long a change of the disk may take

	current atomic.Pointer[store]
	closed  atomic.Bool
	// undrained means that the disk hangs with something of a store that was let go.
	undrained atomic.Bool
	closing   chan struct{}
	keepers   sync.WaitGroup // what goes on without being called
}

// enter begins a call on the store that is in service. The caller must end it
// with the store's leave.
func (d *DB) enter(ctx context.Context) (*store, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	for !d.closed.Load() {
		s := d.current.Load()
		s.life.RLock()
		if !s.retired && !s.abandoned.Load() {
			return s, nil
		}
		s.life.RUnlock()
		if s.abandoned.Load() {
			return nil, s.err()
		} // else it was replaced, just now
	}
	return nil, driver.ErrClosed
}

// Get implements driver.DB.
func (d *DB) Get(ctx context.Context, key []byte, f func(val []byte) error) error {
	if err := checkKey(key); err != nil {
		return err
	}
	s, err := d.enter(ctx)
	if err != nil {
		return err
	}
	defer s.leave()
	return s.get(key, f)
}

// View implements driver.DB.
func (d *DB) View(ctx context.Context, f func(driver.Reader) error) error {
	s, err := d.enter(ctx)
	if err != nil {
		return err
	}
	defer s.leave()
	return s.view(ctx, f)
}

// DeleteRange implements driver.DB. Every transaction that is under way
// conflicts with it. Since it makes room, it asks for none.
func (d *DB) DeleteRange(ctx context.Context, lo, hi []byte) error {
	if len(lo) > driver.MaxKey+1 || len(hi) > driver.MaxKey+1 {
		return driver.ErrKeyTooLong
	}
	s, err := d.enter(ctx)
	if err != nil {
		return err
	}
	defer s.leave()
	if bytes.Compare(lo, hi) >= 0 {
		return nil
	}
	return s.deleteRange(lo, hi)
}

// Close implements driver.DB. It returns ErrBroken if the store is broken.
func (d *DB) Close() error {
	if d.closed.Swap(true) {
		return driver.ErrClosed
	}
	close(d.closing)
	d.keepers.Wait()
	s := d.current.Load()
	err := errors.Join(s.close(), d.pacer.close())
	d.cache.Unref()
	if d.undrained.Load() || !s.fence.rest(d.closing) {
		// What the disk was told may happen yet, and under nobody else's hands: the
		// directory stays locked until the process ends.
		return err
	}
	return errors.Join(err, d.lock.Close())
}

func checkKey(key []byte) error {
	if len(key) > driver.MaxKey {
		return driver.ErrKeyTooLong
	}
	return nil
}
