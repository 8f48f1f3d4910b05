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
// them. The lines are chained and signed as package trail says. One process at a
// time may have a log open.
//
// The log needs room on its disk: while less than 128 MiB are free nothing is
// written to the files, and calls fail. What was recorded before waits in the
// journal, and is written when there is room again.
package audit

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/bailiwick-dev/bailiwick/internal/audit/trail"
	"github.com/bailiwick-dev/bailiwick/internal/keyring"
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

	// patience is how long an attempt to ship may take. While one takes longer
	// the log counts as one that can't be written.
	patience = 20 * time.Second
)

// The defaults of [Config].
const (
	defaultFileSize = 64 << 20
	defaultFileAge  = 24 * time.Hour
)

// ErrUnavailable means that the log can't take records, so no call may go on.
var ErrUnavailable = errors.New("audit: the decision log can't be written")

// errHangs is why, where the disk doesn't answer.
var errHangs = errors.New("audit: the disk doesn't answer")

// Config is what a Log needs. DB, Ring, Dir and Log are required.
type Config struct {
	DB   *storage.DB
	Ring *keyring.Ring // seals the key that signs; its keys must be loaded
	Dir  string        // of the files; it is made if need be
	Log  *slog.Logger
	Now  func() time.Time // defaults to time.Now

	// FileSize is the size in bytes, and FileAge the age, from which on a file is
	// followed by a new one. Default to 64 MiB and a day.
	FileSize int64
	FileAge  time.Duration

	// RetainAge is how long files are kept after they were written last, and
	// RetainSize how many bytes all files may have; the newest stays. By default
	// all are kept.
	RetainAge  time.Duration
	RetainSize int64

	// CountReads has allowed reads counted, by principal, tenant, action and
	// resource, where else each has its record. TenantTag is the key of the tag
	// that names a tenant.
	CountReads bool
	TenantTag  string

	reserve  uint64        // bytes of the disk that are kept free
	patience time.Duration // how long writing may take
}

func (c *Config) resolve() {
	c.FileSize = cmp.Or(c.FileSize, defaultFileSize)
	c.FileAge = cmp.Or(c.FileAge, defaultFileAge)
	c.reserve = cmp.Or(c.reserve, reserve)
	c.patience = cmp.Or(c.patience, patience)
	if c.Now == nil {
		c.Now = time.Now
	}
}

// A Log is an open decision log. It is safe for concurrent use.
type Log struct {
	cfg Config
	db  *storage.DB
	log *slog.Logger

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
	broken  error         // of the last attempt to ship, nil if it succeeded, or errHangs
	shipped chan struct{} // closed after the attempt to ship that is next

	reads     *readCounts // nil if reads are listed
	failures  *failures
	documents documents

	hurry chan struct{} // tells the shipper that it is time
	stop  chan struct{}
	done  chan struct{}

	// What follows is the shipper's.
	files     *files
	room      room
	journaled bool      // the journal has records that are in the files
	settled   bool      // the database knows where the files stand
	looked    time.Time // when the log looked after its files
}

// A line is an encoded record.
type line struct {
	seq  uint64
	text []byte
}

// Open opens the log and starts the shipper. If lines are gone that the database
// knows to have been in the files, it says so to the operator, and the files show
// it from then on.
func Open(cfg Config) (*Log, error) {
	cfg.resolve()
	l := &Log{
		cfg: cfg, db: cfg.DB, log: cfg.Log, shipped: make(chan struct{}), room: room{cfg.Dir, cfg.reserve},
		failures: newFailures(cfg.Now()), settled: true,
		hurry: make(chan struct{}, 1), stop: make(chan struct{}), done: make(chan struct{}),
	}
	if cfg.CountReads {
		l.reads = newReadCounts(cfg.TenantTag, cfg.Now())
	}
	if err := l.open(); err != nil {
		return nil, fmt.Errorf("audit: %w", err)
	}
	go l.run()
	return l, nil
}

// open finds out where the log stands.
func (l *Log) open() error {
	if err := os.MkdirAll(l.cfg.Dir, 0o700); err != nil {
		return err
	}
	keys, err := openSigner(l.db, l.cfg.Ring, l.cfg.Now)
	if err != nil {
		return err
	}
	in, highest, err := known(l.db)
	if err != nil {
		return err
	}
	l.files = &files{dir: l.cfg.Dir, keys: keys, now: l.cfg.Now}
	lost, err := openFiles(l.files, in, l.log)
	if err != nil {
		return errors.Join(err, l.files.close())
	}
	l.journaled, l.settled = in != nil, in == nil
	l.seq.Store(max(highest, l.files.at.Last))
	switch {
	case in == nil:
		return l.intend(l.files.at) // the files that come are of this database
	case lost:
		return l.sign(trail.Begin) // from now on the files show it
	}
	return nil
}

// Close ships what is left, signs it and closes the log. No call may be under way.
func (l *Log) Close() error {
	close(l.stop)
	<-l.done
	l.summarise(true)
	return errors.Join(l.ship(), l.finish(), l.files.close())
}

// finish signs what isn't signed, if the files can be written.
func (l *Log) finish() error {
	if l.Err() != nil || l.files.at.Unsigned == 0 {
		return nil
	}
	if err := l.sign(trail.Stop); err != nil {
		return err
	}
	return l.intend(l.files.at)
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
// will be in the files, however long they can't be written, and so will be the
// texts of the policies that it names. [Entry.Committed] must follow when the
// transaction has committed.
func (e Entry) Commit(tx *storage.Tx, r *Record) error {
	r.Seq = e.seq
	r.documents = e.log.documents.lacking(r, true)
	for _, p := range r.documents {
		seq := e.log.seq.Add(1)
		if err := tx.Put(journalKey(seq), appendDocument(nil, seq, p)); err != nil {
			return err
		}
	}
	return tx.Put(journalKey(e.seq), r.appendJSON(make([]byte, 0, recordSize)))
}

// Committed says that the transaction of r has committed.
func (e Entry) Committed(r *Record) { e.log.documents.note(r.documents, true) }

// Deny puts r, the record of a denial, on disk.
func (e Entry) Deny(ctx context.Context, r *Record) error {
	err := e.log.db.Update(context.WithoutCancel(ctx), func(tx *storage.Tx) error { return e.Commit(tx, r) })
	if err != nil {
		return fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	e.Committed(r)
	return nil
}

// Allow takes r, the record of a call that was allowed and changed nothing.
// It is on disk within a second, as itself or in a count.
func (e Entry) Allow(r *Record) error {
	l := e.log
	if l.reads != nil && l.reads.add(r) {
		return nil
	}
	r.Seq = e.seq
	text := r.appendJSON(make([]byte, 0, recordSize))
	lacking := l.documents.lacking(r, false)
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.broken != nil {
		return ErrUnavailable
	}
	size := l.bytes + len(text)
	l.pending = append(l.pending, line{e.seq, text})
	for _, p := range lacking {
		seq := l.seq.Add(1)
		document := appendDocument(nil, seq, p)
		l.pending = append(l.pending, line{seq, document})
		size += len(document)
	}
	l.documents.note(lacking, false)
	l.setBytes(size)
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
