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
package pebble

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"runtime"
	"strings"
	"syscall"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/bloom"
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
}

const (
	// cacheSize bounds the cached blocks; it is filled only as blocks are read.
	cacheSize = 32 << 20
	// memTableSize is the largest table of recent writes; the first is 256 KiB
	// and each is twice the one before.
	memTableSize = 16 << 20
	// bloomBits is the size of the filter that spares looking for absent keys,
	// for each key: one in a hundred is looked for in vain.
	bloomBits = 10
)

// Open opens the store in dir and creates it, readable by the owner alone, if it
// does not exist. It returns driver.ErrLocked if the store is open already.
func Open(dir string, o Options) (driver.DB, error) {
	if o.FS == nil {
		o.FS = vfs.Default
	}
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	db := newDB(o.Logger)
	if err := db.open(dir, o.FS); err != nil {
		return nil, fmt.Errorf("open store: %w", err)
	}
	return db, nil
}

// OpenMemory opens an empty store that ends with the process.
func OpenMemory() (driver.DB, error) {
	return Open("bailiwick", Options{FS: vfs.NewMem(), Logger: slog.New(slog.DiscardHandler)})
}

func (d *DB) open(dir string, fs vfs.FS) error {
	if err := makeDir(dir, fs); err != nil {
		return err
	}
	lock, err := pebble.LockDirectory(dir, fs)
	if err != nil {
		if isLocked(err) {
			return driver.ErrLocked
		}
		return err
	}
	opts := d.options(fs)
	opts.Lock = lock
	defer opts.Cache.Unref()
	d.engine, err = pebble.Open(dir, opts)
	if err != nil {
		return errors.Join(err, lock.Close())
	}
	d.lock = lock
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

func (d *DB) options(fs vfs.FS) *pebble.Options {
	o := &pebble.Options{
		FS:                 fs,
		Cache:              pebble.NewCache(cacheSize),
		MemTableSize:       memTableSize,
		FormatMajorVersion: pebble.FormatNewest,
		Logger:             logger{d},
		EventListener: &pebble.EventListener{
			BackgroundError: func(err error) { d.log.Error("storage: background work failed", "error", err) },
			// The read that met it fails, and its transaction with it; the rest of
			// the store is left in service.
			DataCorruption: func(i pebble.DataCorruptionInfo) {
				d.log.Error("storage: data corruption", "detail", i.String())
			},
			DiskSlow: func(i pebble.DiskSlowInfo) { d.log.Warn("storage: disk is slow", "detail", i.String()) },
		},
	}
	for i := range o.Levels {
		o.Levels[i].FilterPolicy = bloom.FilterPolicy(bloomBits)
	}
	return o
}

// logger gives the engine's messages to the DB's logger.
type logger struct{ d *DB }

func (l logger) Infof(format string, args ...any) {
	l.d.log.Debug("storage: engine", "message", fmt.Sprintf(format, args...))
}

func (l logger) Errorf(format string, args ...any) {
	l.d.log.Error("storage: engine", "message", fmt.Sprintf(format, args...))
}

// Fatalf ends the goroutine but not the process: the engine relies on nothing
// running after it, and callers shall learn that the store is broken.
func (l logger) Fatalf(format string, args ...any) {
	l.d.fail(fmt.Errorf(format, args...))
	runtime.Goexit()
}
