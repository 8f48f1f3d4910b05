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

// commit checks t against the commits since its base and applies b, its
// writes. The caller must hold mu. On errConflict t.contended holds the slots
// that were changed.
func (d *DB) commit(t *tx, b *pebble.Batch) (version uint64, err error) {
	if err := t.ctx.Err(); err != nil {
		return 0, err
	}
	if !d.valid(t) {
		return 0, errConflict
	}
	version = d.announced.Load() + 1
	for i := range t.writes {
		d.slots.versions[t.writes[i].slot].Store(version)
	}
	d.recent.add(version, t.writes)
	return version, d.apply(b, version)
}

// valid reports whether everything that t read is still so.
func (d *DB) valid(t *tx) bool {
	switch {
	case !t.begun:
		return true
	case len(t.scans) > 0 && d.rangeDeleted.Load() > t.base:
		return false
	}
	return t.unchanged() && !d.recent.touched(t.base, t.scans)
}

// commitRange applies b, which deletes a range. Whatever has a snapshot from
// before conflicts.
func (d *DB) commitRange(b *pebble.Batch) (version uint64, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	version = d.announced.Load() + 1
	d.rangeDeleted.Store(version)
	return version, d.apply(b, version)
}

// apply makes b visible, and writes it to the log, as that version. The caller
// must hold mu. The version is announced before anybody can see b, and its slots
// were marked before.
func (d *DB) apply(b *pebble.Batch, version uint64) (err error) {
	if err := d.err(); err != nil {
		return err
	}
	defer func() {
		// The engine panics when it cannot write to the log.
		if p := recover(); p != nil {
			d.fail(fmt.Errorf("write log: %v", p))
			err = d.err()
		}
	}()
	d.announced.Store(version)
	if err := d.engine.ApplyNoSyncWait(b, pebble.Sync); err != nil {
		d.fail(fmt.Errorf("apply: %w", err))
	}
	d.applied.Store(version)
	return d.err()
}

// sync waits until b, which was applied as that version, is durable. After the
// commit began ctx no longer matters: the caller shall know how it ended.
func (d *DB) sync(b *pebble.Batch, version uint64) error {
	if err := b.SyncWait(); err != nil {
		d.fail(fmt.Errorf("sync log: %w", err))
		return d.err()
	}
	d.durable.raise(version)
	if err := b.Close(); err != nil {
		d.log.Error("storage: release batch", "error", err)
	}
	return nil
}
