// SPDX-License-Identifier: Apache-2.0

// Package audit keeps the decision log: one record for every call that was
// decided.
//
// The record of a change commits in the change's own transaction, so that
// neither exists without the other. A denial is on disk before it is answered.
// Allowed reads are on disk within a second, and a crash may lose those of the
// last. When records can't be written, calls fail.
//
// Records of changes and denials are first kept in the database's journal. A
// shipper moves them and the allowed reads, in the order of their sequence
// numbers and each once, to files of JSON lines, from where operators collect
// them. One process at a time may have a log open.
package audit

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/bailiwick-dev/bailiwick/internal/storage"
)

const (
	shipEvery = 250 * time.Millisecond // well within the second that is promised

	// maxPending bounds the allowed reads that wait in memory, in bytes: when it
	// is reached, no call begins until the shipper has caught up, or fails after
	// maxWait. Those under way by then add theirs. hurryAt is when the shipper
	// doesn't wait for its time.
	maxPending = 16 << 20
	hurryAt    = 2 << 20
	maxWait    = 5 * time.Second

	maxFile = 64 << 20 // bytes in a log file before the next is begun
)

// ErrUnavailable means that the log can't take records, so no call may go on.
var ErrUnavailable = errors.New("audit: the decision log can't be written")

// A Log is an open decision log. It is safe for concurrent use.
type Log struct {
	db   *storage.DB
	log  *slog.Logger
	file *file

	seq atomic.Uint64 // the last number given out

	// Calls under way, by generation. The shipper begins a new generation and
	// waits until none of the old is left: then every record numbered before
	// is either committed or will never be.
	generation atomic.Uint32
	underway   [2]atomic.Int64

	full atomic.Bool // bytes has reached maxPending, or broken is set

	mu      sync.Mutex
	pending []line        // allowed reads, not yet shipped
	bytes   int           // their size
	broken  error         // of the last attempt to ship, nil if it succeeded
	shipped chan struct{} // closed after the attempt to ship that is next

	hurry chan struct{} // tells the shipper that it is time
	stop  chan struct{}
	done  chan struct{}
}

// A line is an encoded record.
type line struct {
	seq  uint64
	text []byte
}

// Open opens the log whose files are in dir, which is made if need be, and
// starts the shipper.
func Open(db *storage.DB, dir string, logger *slog.Logger) (*Log, error) {
	l := &Log{
		db: db, log: logger, shipped: make(chan struct{}),
		hurry: make(chan struct{}, 1), stop: make(chan struct{}), done: make(chan struct{}),
	}
	shipped, highest, err := l.numbers()
	if err != nil {
		return nil, fmt.Errorf("audit: %w", err)
	}
	if l.file, err = openFile(dir, shipped); err != nil {
		return nil, fmt.Errorf("audit: %w", err)
	}
	l.seq.Store(max(highest, l.file.last))
	go l.run()
	return l, nil
}

// Close ships what is left and closes the log. No call may be under way.
func (l *Log) Close() error {
	close(l.stop)
	<-l.done
	return errors.Join(l.ship(), l.file.Close())
}

// Err returns why the log can't be written, nil if it can.
func (l *Log) Err() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.broken
}

// An Entry is the place in the log of one call under way.
type Entry struct {
	log        *Log
	seq        uint64
	generation uint32
}

// Ready waits until there is room for further records: calls wait for it before
// they begin, when they hold nothing up. It fails with ErrUnavailable, or because
// ctx ended.
func (l *Log) Ready(ctx context.Context) error {
	if !l.full.Load() {
		return nil
	}
	return l.waitForRoom(ctx)
}

// Begin gives a call its place in the log. [Entry.Done] must follow, soon: the
// shipper waits for it.
func (l *Log) Begin() Entry {
	for {
		g := l.generation.Load()
		l.underway[g%2].Add(1)
		if l.generation.Load() == g {
			return Entry{l, l.seq.Add(1), g}
		}
		l.underway[g%2].Add(-1) // the shipper has moved on meanwhile
	}
}

// waitForRoom returns when there is room for further records.
func (l *Log) waitForRoom(ctx context.Context) error {
	ctx, cancel := context.WithTimeoutCause(ctx, maxWait, ErrUnavailable)
	defer cancel()
	for {
		l.mu.Lock()
		full, broken, shipped := l.full.Load(), l.broken, l.shipped
		l.mu.Unlock()
		if broken != nil {
			return ErrUnavailable
		}
		if !full {
			return nil
		}
		select {
		case <-shipped:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// Done ends the entry, with or without a record.
func (e Entry) Done() { e.log.underway[e.generation%2].Add(-1) }

// Commit makes r, the record of a change, part of the change's transaction: it
// will be in the files, however long they can't be written.
func (e Entry) Commit(tx *storage.Tx, r *Record) error {
	r.Seq = e.seq
	return tx.Put(journalKey(e.seq), r.appendJSON(make([]byte, 0, 768)))
}

// Deny puts r, the record of a denial, on disk.
func (e Entry) Deny(ctx context.Context, r *Record) error {
	err := e.log.db.Update(context.WithoutCancel(ctx), func(tx *storage.Tx) error { return e.Commit(tx, r) })
	if err != nil {
		return fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	return nil
}

// Allow takes r, the record of a call that was allowed and changed nothing.
// It is on disk within a second.
func (e Entry) Allow(r *Record) error {
	r.Seq = e.seq
	text := r.appendJSON(make([]byte, 0, 768))
	l := e.log
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.broken != nil {
		return ErrUnavailable
	}
	l.pending = append(l.pending, line{e.seq, text})
	l.setBytes(l.bytes + len(text))
	return nil
}

// setBytes sets the size of what is pending. The caller must hold mu.
func (l *Log) setBytes(n int) {
	l.bytes = n
	l.full.Store(n >= maxPending || l.broken != nil)
	if n < hurryAt {
		return
	}
	select {
	case l.hurry <- struct{}{}:
	default: // it knows
	}
}

func journalKey(seq uint64) []byte {
	return storage.AppendUint64([]byte{byte(storage.Journal)}, seq)
}
