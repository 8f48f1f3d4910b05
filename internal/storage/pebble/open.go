// SPDX-License-Identifier: Apache-2.0

// Package pebble keeps a store in a directory, or in memory, with the embedded
// engine Pebble.
//
// Transactions are optimistic: each reads the state as of one version, buffers its
// writes and notes what it read; a short critical section checks that no later
// commit changed that, and applies the writes. What is applied is visible at once but
// durable only after the next sync of the log, which is shared by all who wait
// and waited for outside any lock. A reader waits in the same way for whatever
// it observed.
//
// The engine sees the disk through a fence, which goes down at the first failure
// to write: the disk stays as it is then, while the engine, which has no answer to
// such failures, believes that all goes well. Behind the fence its memory serves
// those who read what is durable. A keeper meanwhile opens a new engine on the
// directory, again and again until that works, commits what transactions of this
// process have seen although it was not durable yet, and puts it in service. Each
// engine has its own record of who wrote what, so nothing that was read from one
// is ever committed to another.
package pebble

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"syscall"
	"time"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/bailiwick-dev/bailiwick/internal/storage/driver"
)

// Options says how to open a store. The zero value is good for production.
type Options struct {
	// FS is the file system that holds the directory. Defaults to the
	// operating system's.
	FS vfs.FS
	// Logger receives what the engine has to say. Defaults to slog.Default.
	Logger *slog.Logger
	// Patience is how long a change of the disk may take. One that takes longer
	// counts as one that fails. Defaults to 20 seconds.
	Patience time.Duration
}

// Open opens the store in dir and creates it, readable by the owner alone, if it
// does not exist. It returns driver.ErrLocked if the store is open already.
func Open(dir string, o Options) (driver.DB, error) {
	if o.FS == nil {
		o.FS = vfs.Default
	}
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	db, err := open(dir, o, memTableSize)
	if err != nil {
		return nil, err
	}
	return db, nil
}

func open(dir string, o Options, memTable uint64) (*DB, error) {
	db := &DB{
		dir: dir, fs: o.FS, log: o.Logger, memTable: memTable, patience: cmp.Or(o.Patience, defaultPatience),
		room: newRoom(o.FS, dir, o.Logger), closing: make(chan struct{}),
	}
	if err := db.open(); err != nil {
		return nil, fmt.Errorf("open store: %w", err)
	}
	return db, nil
}

// OpenMemory opens an empty store that ends with the process.
func OpenMemory() (driver.DB, error) {
	return Open("bailiwick", Options{FS: vfs.NewMem(), Logger: slog.New(slog.DiscardHandler)})
}

func (d *DB) open() error {
	if err := makeDir(d.dir, d.fs); err != nil {
		return err
	}
	lock, err := pebble.LockDirectory(d.dir, d.fs)
	if err != nil {
		if isLocked(err) {
			return driver.ErrLocked
		}
		return err
	}
	if d.pacer, err = newPacer(); err != nil {
		return errors.Join(err, lock.Close())
	}
	d.cache = pebble.NewCache(cacheSize)
	s, err := d.openStore(nil)
	if err != nil {
		d.cache.Unref()
		return errors.Join(err, d.pacer.close(), lock.Close())
	}
	d.lock = lock
	d.current.Store(s)
	d.keepers.Go(func() { d.keep(s) })
	return nil
}

// makeDir makes the directory, and those above it, if they do not exist, and
// syncs each new name: a store is as durable as the way to it. The engine would
// make them readable by everybody.
func makeDir(dir string, fs vfs.FS) error {
	parent := fs.PathDir(dir)
	if parent == dir {
		return nil
	}
	if _, err := fs.Stat(dir); !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if err := makeDir(parent, fs); err != nil {
		return err
	}
	if err := fs.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	d, err := fs.OpenDir(parent)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// isLocked reports whether taking a lock failed because somebody has it. Within
// one process the engine says so in words only.
func isLocked(err error) bool {
	return errors.Is(err, syscall.EAGAIN) || strings.Contains(err.Error(), "lock held by current process")
}
