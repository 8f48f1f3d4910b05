// SPDX-License-Identifier: Apache-2.0

package pebble

import (
	"errors"
	"fmt"

	"github.com/cockroachdb/pebble/v2"
)

// errConflict means that a later commit changed what was read, and that the
// transaction is to run again.
var errConflict = errors.New("storage: transaction must run again")

// committed is a transaction, or the deletion of a range, that was applied.
type committed struct {
	version uint64
	batch   *pebble.Batch
	writes  []write // what is in the batch,
	deleted span    // unless it is this range
}

// commit checks t against the commits since its base and applies b, its
// writes. The caller must hold mu. On errConflict t.contended holds the slots
// that were changed.
func (s *store) commit(t *tx, b *pebble.Batch) (committed, error) {
	if err := t.ctx.Err(); err != nil {
		return committed{}, err
	}
	if err := s.err(); err != nil {
		return committed{}, err
	}
	if !s.valid(t) {
		return committed{}, errConflict
	}
	if err := s.stamp(t, b); err != nil {
		return committed{}, err
	}
	version := s.announced.Load() + 1
	for i := range t.writes {
		w := &t.writes[i]
		s.slots.versions[w.slot].Store(version)
		s.remembered.renew(w, version)
	}
	s.recent.add(version, t.writes)
	s.apply(b, version)
	return committed{version: version, batch: b, writes: t.writes}, nil
}

// valid reports whether everything that t read is still so.
func (s *store) valid(t *tx) bool {
	switch {
	case !t.begun:
		return true
	case len(t.scans) > 0 && s.rangeDeleted.Load() > t.base:
		return false
	}
	return t.unchanged() && !s.recent.touched(t.base, t.scans)
}

// commitRange applies b, which deletes r. Whatever has a snapshot from before
// conflicts.
func (s *store) commitRange(b *pebble.Batch, r span) (committed, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.err(); err != nil {
		return committed{}, err
	}
	version := s.announced.Load() + 1
	s.rangeDeleted.Store(version)
	s.apply(b, version)
	return committed{version: version, batch: b, deleted: r}, nil
}

// apply makes b visible, and writes it to the log, as that version; sync must
// follow. The caller must hold mu. The version is announced before anybody can
// see b, and its slots were marked before.
func (s *store) apply(b *pebble.Batch, version uint64) {
	defer func() {
		if p := recover(); p != nil {
			s.abandon(fmt.Errorf("apply: %v", p))
		}
		s.applied.Store(version)
	}()
	s.unsettled.Add(1)
	s.announced.Store(version)
	if err := s.engine.ApplyNoSyncWait(b, pebble.Sync); err != nil {
		s.abandon(fmt.Errorf("apply: %w", err))
	}
}

// sync waits until c is durable. After the commit began its context no longer
// matters: the caller shall know how it ended. The engine believes that a sync
// behind the fence went well, so it is not enough that SyncWait returns nil.
func (s *store) sync(c committed) error {
	defer s.unsettled.Done()
	defer s.measured.synced(s.measured.applied())
	if !s.abandoned.Load() { // else it might wait for ever
		if err := c.batch.SyncWait(); err != nil {
			s.abandon(fmt.Errorf("sync log: %w", err))
		}
	}
	if err := s.err(); err != nil {
		s.leaveBehind(c)
		return err
	}
	s.durable.raise(c.version)
	_ = c.batch.Close() // it only frees memory
	return nil
}
