// SPDX-License-Identifier: Apache-2.0

package pebble

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/cockroachdb/pebble/v2"

	"github.com/bailiwick-dev/bailiwick/internal/storage/driver"
)

// store is one engine, and what transactions must know of each other while it
// is in service. A transaction belongs to one store, so nothing that was read
// from a broken one is ever committed to the next.
type store struct {
	engine *pebble.DB
	fence  *fence
	room   *room
	failed chan struct{} // closed when the fence went down

	// life is held for reading by every call, so that close can wait for them.
	life    sync.RWMutex
	retired bool
	// abandoned means that the engine stopped half-way and has locks. It can
	// neither be used nor closed.
	abandoned atomic.Bool

	slots      slotTable // when a key was last written
	remembered remembered
	durable    watermark // every commit up to it is synced
	queues     [queueCount]sync.Mutex

	// announced is the version of the newest commit that may be visible,
	// applied that of the newest of which it is certain that it, and all before
	// it, are, and rangeDeleted that of the latest DeleteRange. They are stored
	// under mu.
	announced, applied, rangeDeleted atomic.Uint64

	mu     sync.Mutex // commits, one at a time
	recent recentLog  // what the latest commits wrote
	stamps stamps

	unsettled sync.WaitGroup // commits that were applied and whose sync has not returned
	limbo     limbo
	measured  measured
}

// onFail is called when the fence goes down.
func (s *store) onFail(error) {
	s.durable.fail()
	close(s.failed)
}

// abandon gives up on the engine, which came to a halt.
func (s *store) abandon(cause error) {
	s.abandoned.Store(true)
	s.fence.fail(cause)
}

// err returns ErrBroken, with its cause, after a failed write.
func (s *store) err() error {
	if cause := s.fence.cause(); cause != nil {
		return fmt.Errorf("%w: %w", driver.ErrBroken, cause)
	}
	return nil
}

func (s *store) leave() { s.life.RUnlock() }

// get calls f with the latest value of key. Once the store is broken it may no
// longer be one that is not durable: that would go, or stay, with the next store.
func (s *store) get(key []byte, f func(val []byte) error) error {
	val, closer, err := s.engine.Get(key)
	if err := s.err(); err != nil && s.written(s.slots.slot(key)) > s.durable.version.Load() {
		if closer != nil {
			closer.Close()
		}
		return err
	}
	if errors.Is(err, pebble.ErrNotFound) {
		return driver.ErrNotFound
	}
	if err != nil {
		return s.explain(fmt.Errorf("storage: read: %w", err))
	}
	defer closer.Close()
	return f(val)
}

func (s *store) view(ctx context.Context, f func(driver.Reader) error) error {
	t := &tx{s: s, ctx: ctx}
	err := t.run(func() error { return f((*reader)(t)) })
	if errors.Is(t.err, errConflict) {
		// One that begins with its snapshot has no conflict.
		t = &tx{s: s, ctx: ctx, careful: true}
		err = t.run(func() error { return f((*reader)(t)) })
	}
	return s.observed(t, err)
}

// observed returns err, or what happened instead: it waits until what t read is
// durable.
func (s *store) observed(t *tx, err error) error {
	if t.err != nil {
		return s.explain(t.err)
	}
	if werr := s.durable.wait(t.seen); werr != nil {
		return s.err()
	}
	return err
}

// explain returns err, the failure of a call, or why the engine was abandoned if
// that is what it comes from.
func (s *store) explain(err error) error {
	if errors.Is(err, errReleased) {
		return s.err()
	}
	return err
}

// written returns the version at which the keys of the slot were last written,
// or a later one.
func (s *store) written(slot uint32) uint64 {
	return max(s.slots.versions[slot].Load(), s.rangeDeleted.Load())
}

func (s *store) deleteRange(lo, hi []byte) error {
	b := s.engine.NewBatch()
	if err := b.DeleteRange(lo, hi, nil); err != nil {
		return fmt.Errorf("storage: delete range: %w", err)
	}
	c, err := s.commitRange(b, span{bytes.Clone(lo), bytes.Clone(hi)})
	if err != nil {
		return err
	}
	return s.sync(c)
}

// close waits for running calls and closes the engine. What a broken engine has
// to say then is of no interest.
func (s *store) close() error {
	s.life.Lock()
	defer s.life.Unlock()
	s.retired = true
	s.fence.setStrict(true)
	if s.abandoned.Load() {
		s.fence.drain(nil)
		return s.err()
	}
	err := s.engine.Close()
	if broken := s.err(); broken != nil {
		return broken
	}
	return err
}
