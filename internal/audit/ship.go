// SPDX-License-Identifier: Apache-2.0

package audit

import (
	"bytes"
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"slices"
	"time"

	"github.com/bailiwick-dev/bailiwick/internal/storage"
)

// shipAtOnce bounds the journal records that one pass holds in memory, in bytes.
const shipAtOnce = 8 << 20

// lastShipped is the place in the journal, of no record, where the number of
// the last record in the files is kept. The files may be gone by the next start,
// and their numbers must not be given again.
const lastShipped = 0

func (l *Log) run() {
	defer close(l.done)
	t := time.NewTicker(shipEvery)
	defer t.Stop()
	for {
		select {
		case <-l.stop:
			return
		case <-t.C:
		case <-l.hurry:
		}
		if err := l.ship(); err != nil {
			l.log.Error("decision log can't be written; calls fail until it can", "err", err)
			time.Sleep(shipEvery) // however much is in a hurry
		}
	}
}

// ship moves every record that no call under way can precede to the file.
func (l *Log) ship() error {
	horizon := l.advance()
	for {
		more, err := l.shipSome(horizon)
		l.attempted(err)
		if err != nil || !more {
			return err
		}
	}
}

// attempted notes how an attempt to ship ended, and lets go those who wait for
// it.
func (l *Log) attempted(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.broken = err
	l.setBytes(l.bytes)
	close(l.shipped)
	l.shipped = make(chan struct{})
}

// advance begins a new generation of calls, waits for the old one to end and
// returns the number up to which the log is now settled.
func (l *Log) advance() (horizon uint64) {
	horizon = l.seq.Load()
	old := l.generation.Load()
	l.generation.Store(old + 1)
	for l.underway[old%2].Load() > 0 {
		time.Sleep(time.Millisecond)
	}
	return horizon
}

// shipSome ships a bounded number of records up to horizon and reports whether
// there are more.
func (l *Log) shipSome(horizon uint64) (more bool, err error) {
	lines, more, err := l.journaled(horizon)
	if err != nil {
		return false, err
	}
	if more {
		horizon = lines[len(lines)-1].seq
	}
	journal := len(lines)
	lines = append(lines, l.settledReads(horizon)...)
	if len(lines) == 0 {
		return false, nil
	}
	slices.SortFunc(lines, func(a, b line) int { return cmp.Compare(a.seq, b.seq) })
	if err := l.file.append(lines); err != nil {
		return false, err
	}
	l.forget(horizon)
	return more, l.settle(journal > 0, horizon)
}

// settle keeps, now that they are in the files, the number of the last record
// shipped, and discards the journal up to horizon if there is anything in it. If
// a crash comes first, the next start sees by the file's last number that these
// were shipped.
func (l *Log) settle(discard bool, horizon uint64) error {
	return l.db.Update(context.Background(), func(tx *storage.Tx) error {
		if err := tx.Put(journalKey(lastShipped), storage.AppendUint64(nil, l.file.last)); err != nil || !discard {
			return err
		}
		return tx.Discard(journalKey(lastShipped+1), journalKey(horizon+1))
	})
}

// journaled returns the records in the journal up to horizon that are not yet
// in the file, in order, and whether it left some for another pass.
func (l *Log) journaled(horizon uint64) (lines []line, more bool, err error) {
	err = l.db.View(context.Background(), func(tx *storage.Tx) error {
		lines, more = lines[:0], false
		c := tx.Scan(storage.Range{Lo: journalKey(l.file.last + 1), Hi: journalKey(horizon + 1)})
		defer c.Close()
		for size := 0; c.Next(); {
			if more = size >= shipAtOnce; more {
				break
			}
			seq := binary.BigEndian.Uint64(c.Key()[1:])
			lines = append(lines, line{seq, bytes.Clone(c.Value())})
			size += len(c.Value())
		}
		return c.Err()
	})
	return lines, more, err
}

// numbers returns the number of the last record shipped and the highest number
// that the database knows of, 0 if there is none.
func (l *Log) numbers() (shipped, highest uint64, err error) {
	err = l.db.View(context.Background(), func(tx *storage.Tx) error {
		shipped = 0
		switch v, err := tx.Get(journalKey(lastShipped)); {
		case err == nil:
			if shipped, _, err = storage.DecodeUint64(v); err != nil {
				return err
			}
		case !errors.Is(err, storage.ErrNotFound):
			return err
		}
		highest = shipped
		c := tx.Scan(storage.Range{Lo: journalKey(lastShipped + 1), Hi: []byte{byte(storage.Journal) + 1}, Reverse: true})
		defer c.Close()
		if c.Next() {
			highest = max(highest, binary.BigEndian.Uint64(c.Key()[1:]))
		}
		return c.Err()
	})
	return shipped, highest, err
}

// settledReads returns the pending reads up to horizon, and keeps them.
func (l *Log) settledReads(horizon uint64) (lines []line) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, ln := range l.pending {
		if ln.seq <= horizon {
			lines = append(lines, ln)
		}
	}
	return lines
}

// forget drops the pending reads up to horizon.
func (l *Log) forget(horizon uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	kept, size := l.pending[:0], 0
	for _, ln := range l.pending {
		if ln.seq > horizon {
			kept = append(kept, ln)
			size += len(ln.text)
		}
	}
	clear(l.pending[len(kept):])
	l.pending = kept
	l.setBytes(size)
}
