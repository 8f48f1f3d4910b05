// SPDX-License-Identifier: Apache-2.0

// Package storage keeps typed records and raw key spaces in an ordered,
// transactional store.
//
// Access is granted with the permission: a [Tx] carries the key spans that it
// opens, [Tx.Only] narrows them and nothing widens them, and the zero Tx opens
// none. A read or write outside them returns [ErrNotAllowed] and makes the whole
// transaction fail.
//
// The first byte of a key is its [Area]; what follows is an encoded tuple
// ([AppendString] and its siblings). Engines are in the packages beside driver.
package storage

import (
	"context"
	"errors"
	"syscall"

	"github.com/bailiwick-dev/bailiwick/internal/storage/driver"
)

// ErrNotFound means that there is no such record.
var ErrNotFound = driver.ErrNotFound

// ErrNotAllowed means that the key lies outside what the Tx opens. It fails the
// transaction even if it is ignored.
var ErrNotAllowed = errors.New("storage: access not allowed")

// IsOutage reports whether err is of a disk that fails or is full. What it kept
// from happening may be tried again later.
func IsOutage(err error) bool {
	return errors.Is(err, driver.ErrBroken) || errors.Is(err, syscall.ENOSPC)
}

// An Area is the first byte of every key: what kind of thing it holds.
type Area byte

// The areas.
const (
	// Metadata holds control records: accounts, users, roles, policies, table
	// descriptions, epochs.
	Metadata Area = 0x01
	// Data holds the tenants' own items.
	Data Area = 0x02
	// Journal holds audit records.
	Journal Area = 0x03
	// Trash holds the ranges that no name reaches any more and that wait to be
	// deleted.
	Trash Area = 0x04
)

// Span returns the whole of the area.
func (a Area) Span(write bool) Span {
	return Span{Lo: []byte{byte(a)}, Hi: []byte{byte(a) + 1}, Write: write}
}

// A DB is an open store. It is safe for concurrent use.
type DB struct {
	d     driver.DB
	trash *sweeper
}

// New returns a DB on d, which it then owns, and resumes deleting what was
// discarded before.
func New(d driver.DB) *DB {
	return &DB{d: d, trash: startSweeper(d)}
}

// Close waits for the deletion that is under way, if any, and for running
// transactions, and closes the store. What is still in the trash is deleted
// after the next New.
func (db *DB) Close() error {
	db.trash.stop()
	return db.d.Close()
}

// Get calls f with the latest value of key, outside any transaction, or returns
// ErrNotFound. val is valid until f returns. It is for looking up who is asking,
// before there is a call: it reads anything and may see a change that is not
// durable yet.
func (db *DB) Get(ctx context.Context, key []byte, f func(val []byte) error) error {
	return db.d.Get(ctx, key, f)
}

// View calls f with a snapshot of the whole store, read-only, and returns f's
// error once what f observed is durable. f may run again.
func (db *DB) View(ctx context.Context, f func(*Tx) error) error {
	return db.d.View(ctx, func(r driver.Reader) error {
		root := &root{r: r}
		return root.run(f)
	})
}

// Update calls f with a transaction on the whole store and commits it, or
// discards it and returns f's error. See [driver.DB] for what it guarantees. f
// may run again.
func (db *DB) Update(ctx context.Context, f func(*Tx) error) error {
	discarded := false
	err := db.d.Update(ctx, func(w driver.Writer) error {
		root := &root{r: w, w: w}
		err := root.run(f)
		discarded = root.discarded
		return err
	})
	if err == nil && discarded {
		db.trash.wake()
	}
	return err
}
