// SPDX-License-Identifier: Apache-2.0

// Package disktest is a disk in memory, for tests: it loses its power, fails, fills
// up and hangs as told.
package disktest

import (
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
)

// A Disk is a file system in memory that can lose its power, fail and hang, as told.
// Like many a real one it forgets, after a sync that failed, that there was something
// to be synced. It is safe for concurrent use, but for what is set before.
type Disk struct {
	*vfs.MemFS
	Hits  atomic.Int64  // failures so far
	Lazy  atomic.Bool   // a sync does nothing and says it went well
	Delay time.Duration // what a sync takes
	Usage atomic.Pointer[vfs.DiskUsage]
	// Garble changes what is read from tables.
	Garble atomic.Pointer[func(p []byte)]

	fault atomic.Pointer[func(op, name string) error]
	power sync.RWMutex // held for reading while something is made durable

	mu   sync.Mutex
	lost map[string]int64 // from where on the file was not synced, and never will be
}

// New returns an empty disk.
func New() *Disk { return &Disk{MemFS: vfs.NewCrashableMem(), lost: map[string]int64{}} }

// Set makes every operation fail for which f returns an error, until Heal. An
// operation hangs for as long as f takes.
func (d *Disk) Set(f func(op, name string) error) { d.fault.Store(&f) }

// Heal makes the disk work again. Operations that hang go on hanging.
func (d *Disk) Heal() { d.fault.Store(nil) }

// try returns the failure of an operation on a file, if it shall fail.
func (d *Disk) try(op, name string) error {
	f := d.fault.Load()
	if f == nil {
		return nil
	}
	err := (*f)(op, d.PathBase(name))
	if err != nil {
		d.Hits.Add(1)
		return &os.PathError{Op: op, Path: name, Err: err}
	}
	return nil
}

// Crash returns a disk as it may look when the power is back: of what was not
// synced that many of a hundred blocks are there. This one goes on as before.
func (d *Disk) Crash(percent int, rng *rand.Rand) *Disk {
	after := &Disk{MemFS: d.CrashClone(vfs.CrashCloneCfg{UnsyncedDataPercent: percent, RNG: rng}), lost: map[string]int64{}}
	d.mu.Lock()
	defer d.mu.Unlock()
	for name, from := range d.lost {
		after.blank(name, from)
	}
	return after
}

// blank clears a file from there on.
func (d *Disk) blank(name string, from int64) {
	f, err := d.MemFS.OpenReadWrite(name, vfs.WriteCategoryUnspecified)
	if err != nil {
		return
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil || info.Size() <= from {
		return
	}
	_, _ = f.WriteAt(make([]byte, info.Size()-from), from)
	_ = f.Sync()
}

// Freeze makes nothing durable while f runs, so that it can take stock of this disk
// and of others at one moment.
func (d *Disk) Freeze(f func()) {
	d.power.Lock()
	defer d.power.Unlock()
	f()
}

// file is an open file of a disk.
type file struct {
	vfs.File
	d    *Disk
	name string
	// How many bytes were written, and of those synced.
	written, synced atomic.Int64
}

func (d *Disk) open(op, name string, do func() (vfs.File, error)) (vfs.File, error) {
	if err := d.try(op, name); err != nil {
		return nil, err
	}
	f, err := do()
	if err != nil {
		return nil, err
	}
	if op != "open" && op != "opendir" {
		d.mu.Lock()
		delete(d.lost, name)
		d.mu.Unlock()
	}
	return &file{File: f, d: d, name: name}, nil
}

// Create implements vfs.FS.
func (d *Disk) Create(name string, c vfs.DiskWriteCategory) (vfs.File, error) {
	return d.open("create", name, func() (vfs.File, error) { return d.MemFS.Create(name, c) })
}

// ReuseForWrite implements vfs.FS.
func (d *Disk) ReuseForWrite(from, to string, c vfs.DiskWriteCategory) (vfs.File, error) {
	return d.open("reuse", to, func() (vfs.File, error) { return d.MemFS.ReuseForWrite(from, to, c) })
}

// Open implements vfs.FS.
func (d *Disk) Open(name string, o ...vfs.OpenOption) (vfs.File, error) {
	return d.open("open", name, func() (vfs.File, error) { return d.MemFS.Open(name, o...) })
}

// OpenDir implements vfs.FS.
func (d *Disk) OpenDir(name string) (vfs.File, error) {
	return d.open("opendir", name, func() (vfs.File, error) { return d.MemFS.OpenDir(name) })
}

// Rename implements vfs.FS.
func (d *Disk) Rename(from, to string) error {
	if err := d.try("rename", to); err != nil {
		return err
	}
	return d.MemFS.Rename(from, to)
}

// Remove implements vfs.FS.
func (d *Disk) Remove(name string) error {
	if err := d.try("remove", name); err != nil {
		return err
	}
	return d.MemFS.Remove(name)
}

// List implements vfs.FS.
func (d *Disk) List(name string) ([]string, error) {
	if err := d.try("list", name); err != nil {
		return nil, err
	}
	return d.MemFS.List(name)
}

// GetDiskUsage implements vfs.FS.
func (d *Disk) GetDiskUsage(string) (vfs.DiskUsage, error) {
	if u := d.Usage.Load(); u != nil {
		return *u, nil
	}
	return vfs.DiskUsage{}, vfs.ErrUnsupported
}

// Unwrap implements vfs.FS.
func (d *Disk) Unwrap() vfs.FS { return d.MemFS }

// Write implements vfs.File.
func (f *file) Write(p []byte) (int, error) {
	if err := f.d.try("write", f.name); err != nil {
		n, _ := f.File.Write(p[:len(p)/2]) // a part of it gets there
		f.written.Add(int64(n))
		return n, err
	}
	n, err := f.File.Write(p)
	f.written.Add(int64(n))
	return n, err
}

func (f *file) sync(do func() error) error {
	if err := f.d.try("sync", f.name); err != nil {
		f.d.mu.Lock()
		defer f.d.mu.Unlock()
		f.d.lost[f.name] = f.synced.Load()
		return err
	}
	written := f.written.Load()
	time.Sleep(f.d.Delay)
	if f.d.Lazy.Load() {
		return nil
	}
	f.d.power.RLock()
	defer f.d.power.RUnlock()
	if err := do(); err != nil {
		return err
	}
	f.synced.Store(written)
	return nil
}

// Sync implements vfs.File.
func (f *file) Sync() error { return f.sync(f.File.Sync) }

// SyncData implements vfs.File.
func (f *file) SyncData() error { return f.sync(f.File.SyncData) }

// SyncTo implements vfs.File.
func (f *file) SyncTo(n int64) (full bool, err error) {
	err = f.sync(func() error { full, err = f.File.SyncTo(n); return err })
	return full, err
}

// ReadAt implements vfs.File.
func (f *file) ReadAt(p []byte, at int64) (int, error) {
	if err := f.d.try("read", f.name); errors.Is(err, io.ErrUnexpectedEOF) {
		n, _ := f.File.ReadAt(p[:len(p)/2], at)
		return n, err
	} else if err != nil {
		return 0, err
	}
	n, err := f.File.ReadAt(p, at)
	if g := f.d.Garble.Load(); g != nil && strings.HasSuffix(f.name, ".sst") {
		(*g)(p[:n])
	}
	return n, err
}

// Read implements vfs.File.
func (f *file) Read(p []byte) (int, error) {
	if err := f.d.try("read", f.name); err != nil {
		return 0, err
	}
	return f.File.Read(p)
}

// Close implements vfs.File.
func (f *file) Close() error {
	err := f.d.try("close", f.name)
	return errors.Join(f.File.Close(), err)
}
