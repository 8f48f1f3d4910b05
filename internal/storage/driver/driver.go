// SPDX-License-Identifier: Apache-2.0

// Package driver is what a storage engine implements: an ordered, transactional
// map from byte strings to byte strings. It knows no accounts, tables or
// permissions; package storage adds those above it. Package storagetest holds
// the contract written here as tests that every engine passes.
package driver

import (
	"context"
	"errors"
)

// MaxKey is the length of the longest key, in bytes. The bounds of a [Range] and
// the argument of [Cursor.Seek] may be one byte longer, so that the successor of
// the longest key can be named.
const MaxKey = 16 << 10

// MaxValue is the length of the longest value, in bytes.
const MaxValue = 64 << 20

// MaxUpdate is how many bytes of keys and values one transaction may write.
const MaxUpdate = 128 << 20

var (
	// ErrNotFound means that there is no such key.
	ErrNotFound = errors.New("storage: not found")
	// ErrKeyTooLong means that a key is longer than MaxKey.
	ErrKeyTooLong = errors.New("storage: key too long")
	// ErrValueTooLong means that a value is longer than MaxValue.
	ErrValueTooLong = errors.New("storage: value too long")
	// ErrUpdateTooLarge means that a transaction wrote more than MaxUpdate.
	ErrUpdateTooLarge = errors.New("storage: update too large")
	// ErrLocked means that another process, or another DB of this one, has the
	// store open.
	ErrLocked = errors.New("storage: already open elsewhere")
	// ErrClosed means that the DB has been closed.
	ErrClosed = errors.New("storage: closed")
	// ErrBroken means that the engine failed to write or to sync; the error wraps
	// the cause too. What was acknowledged before is safe. Whether the Update or
	// DeleteRange that returns it happened is not known until the DB has
	// recovered; see DB.
	ErrBroken = errors.New("storage: broken by a failed write")
)

// A DB is an open store. Its methods may be called at the same time by any
// number of goroutines, but not from within a function given to View or Update.
//
// When a write or a sync fails, or takes much longer than any disk needs, no change
// hangs, and the log says why. Until the DB
// has recovered, which it does by itself once the cause is gone, changes fail
// with ErrBroken, and so does a transaction that has read what is not durable;
// others go on reading where the engine can, and an Update that fails by its own
// condition is one of them. What transactions could see before the failure is
// there after it, unless the process ends in between: no state is taken back and
// followed by another. Transactions do not outlive the failure: an Update that
// began before it never commits on what it had read then.
//
// When the disk is nearly full, Updates fail with syscall.ENOSPC before anything
// is harmed. Reads, and DeleteRange, go on, and Updates as soon as there is room.
//
// A failure to read fails the call that met it, and no other.
type DB interface {
	// Get calls f with the latest value of key, outside any transaction, or
	// returns ErrNotFound. val is valid until f returns. A Get may show a change
	// that is not durable yet.
	Get(ctx context.Context, key []byte, f func(val []byte) error) error

	// View calls f with one snapshot, which holds at least every change
	// acknowledged before View was called, and returns f's error. It returns only
	// after everything that f observed is durable. f may run again and so has no
	// side effects.
	View(ctx context.Context, f func(Reader) error) error

	// Update calls f in a transaction and commits what it wrote, or discards it
	// all and returns f's error. Updates and Views are strictly serializable, and
	// so is the error that f returns: a failed condition is a read.
	//
	// f may run again, when another transaction has changed what it read, and so
	// has no side effects. The engine knows which keys were contended, makes the
	// rerun wait its turn for those, and in the end runs it alone, so that every
	// Update finishes. Update returns when the changes are durable, and so is
	// what f observed. If ctx ends before the commit began, nothing is written
	// and the error is ctx's.
	Update(ctx context.Context, f func(Writer) error) error

	// DeleteRange deletes the keys in [lo, hi), durably but not atomically. It
	// is meant for what no name reaches any more.
	DeleteRange(ctx context.Context, lo, hi []byte) error

	// Close waits for running calls and closes the store. Every later call
	// fails with ErrClosed. It returns ErrBroken, and closes it all the same, if
	// the store is broken.
	Close() error
}

// A Reader reads one snapshot. It belongs to one goroutine at a time and is valid
// until the function it was given to returns. The byte slices that it returned
// stay as they are for good, and must not be changed.
//
// An error other than ErrNotFound poisons the transaction: View or Update
// returns that error even if f ignores it, and commits nothing. A failure to
// read never looks like an absent key or the end of a range. Such an error may
// also mean only that f has to run again, which it does once it returned.
type Reader interface {
	// Get returns the value of key, or ErrNotFound.
	Get(key []byte) ([]byte, error)

	// GetMany calls f once for each of keys that exists, in any order, with its
	// index in keys. It stops at the first error of f and returns that.
	GetMany(keys [][]byte, f func(i int, val []byte) error) error

	// Scan returns a cursor placed before the first key of r.
	Scan(r Range) Cursor
}

// A Writer reads and changes a snapshot. Reads show the transaction's own
// writes.
type Writer interface {
	Reader

	// Put sets the value of key. It copies both.
	Put(key, val []byte) error

	// Delete removes key if it exists.
	Delete(key []byte) error

	// PutStamped sets the value of the key that is prefix, then the stamp of the
	// commit in [StampSize] bytes, big-endian, then suffix. It copies all three. A
	// second one of the same prefix and suffix in the transaction replaces the
	// first. Nobody knows the key before the commit: the transaction's own reads
	// don't show it.
	//
	// Stamps rise with every commit that has any, and all keys of one transaction
	// have the same: they are the order of the commits. So who sees a stamp in a
	// snapshot sees every smaller one there will ever be. They never go back, and
	// none is used twice, whatever becomes of the process, the disk or the clock;
	// but numbers are left out.
	PutStamped(prefix, suffix, val []byte) error
}

// StampSize is the length of a stamp in a key, in bytes.
const StampSize = 8

// A Range is the keys from Lo up to, but without, Hi. A range whose Lo is not
// below its Hi, as the zero Range, holds nothing: there is no unbounded range.
// Bounds are not changed or kept.
type Range struct {
	Lo, Hi []byte
	// Reverse goes from the highest key to the lowest.
	Reverse bool
	// Prefetch is how many keys the caller expects to use, or 0. It is a hint
	// for engines that fetch in pages and bounds nothing.
	Prefetch int
}

// A Cursor goes through a [Range] in order. It shows the transaction's own
// writes made before the Scan and none made later.
type Cursor interface {
	// Next moves to the next key, in the range's direction, and reports whether
	// there is one.
	Next() bool

	// Seek moves to the first key at or after key in the range's direction (in a
	// reverse range: at or below), and reports whether there is one. It may move
	// backwards. A key outside the range is taken as the bound nearest to it.
	Seek(key []byte) bool

	// Key returns the current key. It must follow a Next or Seek that reported true.
	Key() []byte

	// Value returns the current value, under the same condition.
	Value() []byte

	// Err returns the error that ended the scan, or nil.
	Err() error

	// Close frees the cursor and returns Err. Cursors left open are closed when
	// f returns.
	Close() error
}
