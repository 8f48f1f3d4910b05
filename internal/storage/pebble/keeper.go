// SPDX-License-Identifier: Apache-2.0

package pebble

import (
	"fmt"
	"syscall"
	"time"

	"github.com/cockroachdb/pebble/v2"
)

// How long the keeper waits before it tries to open a broken store again: the
// first time, and at most.
const (
	minReopen = 100 * time.Millisecond
	maxReopen = 5 * time.Second
)

// keep waits for the store in service to break, puts another in its place, and
// so on until the DB is closed.
func (d *DB) keep(s *store) {
	for {
		select {
		case <-d.closing:
			return
		case <-s.failed:
		}
		d.log.Error("storage: a write failed; changes are refused until the store has been opened again",
			"error", s.fence.cause())
		if s.abandoned.Load() {
			d.log.Error("storage: the engine came to a halt; the process must be started again")
			return
		}
		began := time.Now()
		next := d.replace(s)
		if next == nil {
			return
		}
		d.log.Warn("storage: in service again", "after", time.Since(began))
		s = next
	}
}

// replace opens the directory again, however long that takes, puts the new
// store in service and lets go of the old one. It returns nil when the DB is
// being closed. A disk that hangs may yet do what it was told: that is waited for.
func (d *DB) replace(old *store) *store {
	if !d.drain(old) {
		return nil
	}
	left := old.leftBehind()
	for wait := minReopen; ; wait = min(2*wait, maxReopen) {
		select {
		case <-d.closing:
			return nil
		case <-time.After(wait):
		}
		s, err := d.reopen(left)
		if err != nil {
			d.log.Error("storage: cannot be opened again yet", "error", err)
			continue
		}
		d.current.Store(s)
		// Its names may become those of the new engine's files.
		old.fence.release()
		d.keepers.Go(func() { _ = old.close() })
		return s
	}
}

func (d *DB) reopen(left []committed) (*store, error) {
	if free := d.room.measure(); free < reopenRoom {
		return nil, fmt.Errorf("%d bytes are free, %d are needed: %w", free, uint64(reopenRoom), syscall.ENOSPC)
	}
	return d.openStore(left)
}

// openStore opens an engine on what is in the directory, and commits what was
// left behind. The engine writes all that it finds in logs to tables, and the
// list of tables to a new manifest, and syncs both, so nothing shows that a
// failed sync may have left in the memory of the operating system alone.
func (d *DB) openStore(left []committed) (*store, error) {
	s := &store{room: d.room, failed: make(chan struct{})}
	s.slots.init()
	s.fence = newFence(d.fs, d.patience, s.onFail, d.onSlow)
	s.fence.setStrict(true) // the engine does not open before its tables are written
	engine, err := pebble.Open(d.dir, d.options(s))
	if err == nil {
		s.engine = engine
		if err = s.redo(left); err == nil {
			err = s.loadStamps()
		}
		s.fence.setStrict(false)
	}
	if cause := s.fence.cause(); cause != nil { // what the engine says is of no interest then
		err = cause
	}
	if err == nil {
		return s, nil
	}
	d.drain(s)
	if engine != nil {
		_ = s.close()
	}
	return nil, err
}

// drain waits until nothing that s has begun can reach the disk any more, or until the
// DB is being closed, and reports which.
func (d *DB) drain(s *store) bool {
	if s.fence.drain(d.closing) {
		return true
	}
	d.undrained.Store(true)
	return false
}

// onSlow is called when the disk is slow with something.
func (d *DB) onSlow(name string, taken time.Duration) {
	d.log.Warn("storage: the disk is slow", "file", name, "taken", taken.Round(time.Millisecond))
}
