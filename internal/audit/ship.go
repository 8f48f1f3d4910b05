// SPDX-License-Identifier: Apache-2.0

package audit

import (
	"cmp"
	"context"
	"encoding/binary"
	"slices"
	"time"

	"github.com/bailiwick-dev/bailiwick/internal/audit/trail"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
)

const (
	// shipAtOnce bounds the records that one pass writes, in bytes.
	shipAtOnce = 2 << 20
	// lookEvery is how often the log looks after its files when it has nothing to
	// write.
	lookEvery = 10 * time.Second
)

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

// ship moves every record that no call under way can precede to the files, and
// sees to what is due there.
func (l *Log) ship() error {
	l.summarise(false)
	horizon := l.advance()
	overdue := time.AfterFunc(l.cfg.patience, l.hangs)
	defer overdue.Stop()
	for {
		more, err := l.shipSome(horizon)
		if err == nil && !more {
			err = l.tidy()
		}
		l.attempted(err)
		if err != nil || !more {
			return err
		}
		overdue.Reset(l.cfg.patience)
	}
}

// hangs notes that an attempt to ship takes too long. However it ends, that is noted
// then; should that come first, at the next.
func (l *Log) hangs() {
	l.log.Error("decision log isn't written; calls fail until it is", "err", errHangs)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.broken = errHangs
	l.setBytes(l.bytes)
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
	b, err := l.gather(horizon)
	if err != nil || len(b.lines) == 0 {
		return false, err
	}
	if err := l.room.check(); err != nil {
		return false, err
	}
	if err := l.newFile(); err != nil {
		return false, err
	}
	d, err := l.files.draft()
	if err != nil {
		return false, err
	}
	if err := d.records(b.lines); err != nil {
		return false, err
	}
	if err := l.intend(d.at); err != nil {
		return false, err
	}
	if d.at.Size >= l.cfg.FileSize {
		l.documents.forget() // what comes now goes into the next file
	}
	if err := l.files.write(d); err != nil {
		return false, err
	}
	l.journaled, l.settled = b.journaled, false
	l.forget(d.at.Last)
	return b.more, nil
}

// A batch is the records of one pass, in their order.
type batch struct {
	lines     []line
	journaled bool // some are in the journal
	more      bool // some were left for another pass
}

// gather returns records up to horizon that are not yet in the files.
func (l *Log) gather(horizon uint64) (b batch, err error) {
	if b.lines, b.more, err = l.inJournal(horizon); err != nil {
		return batch{}, err
	}
	b.journaled = len(b.lines) > 0
	if b.more {
		horizon = b.lines[len(b.lines)-1].seq
	}
	b.lines = append(b.lines, l.settledReads(horizon)...)
	slices.SortFunc(b.lines, func(x, y line) int { return cmp.Compare(x.seq, y.seq) })
	size := 0
	for i := range b.lines {
		if size += len(b.lines[i].text); size >= shipAtOnce && i < len(b.lines)-1 {
			b.lines, b.more = b.lines[:i+1], true
			break
		}
	}
	return b, nil
}

// inJournal returns the records in the journal up to horizon that are not yet
// in the files, in order, and whether it left some for another pass.
func (l *Log) inJournal(horizon uint64) (lines []line, more bool, err error) {
	err = l.db.View(context.Background(), func(tx *storage.Tx) error {
		lines, more = lines[:0], false
		c := tx.Scan(storage.Range{Lo: journalKey(l.files.at.Last + 1), Hi: journalKey(horizon + 1)})
		defer c.Close()
		for size := 0; c.Next(); {
			if more = size >= shipAtOnce; more {
				break
			}
			lines = append(lines, line{seqOf(c.Key()), c.Value()})
			size += len(c.Value())
			if len(lines)%(4*minAtOnce) == 0 {
				time.Sleep(pause)
			}
		}
		return c.Err()
	})
	return lines, more, err
}

// seqOf returns the number of the record in the journal under key.
func seqOf(key []byte) uint64 { return binary.BigEndian.Uint64(key[1:]) }

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

// newFile sees to it that there is a file to append to: a new one if there is
// none, if the newest is large or old enough, or if somebody has laid hands on it.
func (l *Log) newFile() error {
	fs := l.files
	switch {
	case fs.f == nil:
	case fs.displaced():
		l.log.Error("the newest file of the decision log was moved, removed or changed", "file", fs.at.File)
	case !l.fileIsFull():
		return nil
	case !fs.ended:
		if err := l.note(&trail.Note{Kind: trail.Checkpoint, Reason: trail.End}); err != nil {
			return err
		}
		fs.ended = true
	}
	if fs.f != nil {
		l.documents.forget()
	}
	return fs.create()
}

// fileIsFull reports whether the newest file is large or old enough.
func (l *Log) fileIsFull() bool {
	at := &l.files.at
	return at.Size >= l.cfg.FileSize || at.Size > 0 && l.cfg.Now().Sub(at.Began) >= l.cfg.FileAge
}

// note writes a note by itself.
func (l *Log) note(n *trail.Note) error {
	l.settled = false
	return l.files.note(n)
}

// tidy sees to what is due when all records are in the files.
func (l *Log) tidy() error {
	now := l.cfg.Now()
	at := &l.files.at
	if at.Unsigned > 0 && now.Sub(at.Oldest) >= signEvery {
		if err := l.sign(trail.Due); err != nil {
			return err
		}
	}
	if l.files.keys.stale() {
		if err := l.rekey(); err != nil {
			return err
		}
	}
	if !l.settled {
		if err := l.intend(*at); err != nil {
			return err
		}
	}
	if now.Sub(l.looked) < lookEvery {
		return nil
	}
	l.looked = now
	if l.files.displaced() || at.Size > 0 && l.fileIsFull() {
		if err := l.sign(trail.Due); err != nil { // in a new file
			return err
		}
	}
	return l.retire()
}

// sign writes a checkpoint.
func (l *Log) sign(reason string) error {
	if err := l.newFile(); err != nil {
		return err
	}
	if l.files.at.Size == 0 {
		d, err := l.files.draft() // which has a checkpoint
		if err != nil {
			return err
		}
		l.settled = false
		return l.files.write(d)
	}
	return l.note(&trail.Note{Kind: trail.Checkpoint, Reason: reason})
}
