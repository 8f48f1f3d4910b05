// SPDX-License-Identifier: Apache-2.0

package pebble_test

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

// disk is a file system in memory that can lose its power and fail, as told. Like
// many a real one it forgets, after a sync that failed, that there was something
// to be synced.
type disk struct {
	*vfs.MemFS
	fault atomic.Pointer[func(op, name string) error]
	hits  atomic.Int64  // failures so far
	lazy  atomic.Bool   // a sync does nothing and says it went well
	delay time.Duration // what a sync takes
	usage atomic.Pointer[vfs.DiskUsage]
	// garble changes what is read from tables.
	garble atomic.Pointer[func(p []byte)]

	mu   sync.Mutex
	lost map[string]int64 // from where on the file was not synced, and never will be
}

func newDisk() *disk { return &disk{MemFS: vfs.NewCrashableMem(), lost: map[string]int64{}} }

// set makes every operation fail for which f returns an error, until heal.
func (d *disk) set(f func(op, name string) error) { d.fault.Store(&f) }

func (d *disk) heal() { d.fault.Store(nil) }

// try returns the failure of an operation on a file, if it shall fail.
func (d *disk) try(op, name string) error {
	f := d.fault.Load()
	if f == nil {
		return nil
	}
	err := (*f)(op, d.PathBase(name))
	if err != nil {
		d.hits.Add(1)
		return &os.PathError{Op: op, Path: name, Err: err}
	}
	return nil
}

// crash returns a disk as it may look when the power is back: of what was not
// synced that many of a hundred blocks are there.
func (d *disk) crash(percent int, rng *rand.Rand) *disk {
	after := &disk{MemFS: d.CrashClone(vfs.CrashCloneCfg{UnsyncedDataPercent: percent, RNG: rng}), lost: map[string]int64{}}
	d.mu.Lock()
	defer d.mu.Unlock()
	for name, from := range d.lost {
		after.blank(name, from)
	}
	return after
}

// blank clears a file from there on.
func (d *disk) blank(name string, from int64) {
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

// file is an open file of a disk.
type file struct {
	vfs.File
	d    *disk
	name string
	// How many bytes were written, and of those synced.
	written, synced atomic.Int64
}

func (d *disk) open(op, name string, do func() (vfs.File, error)) (vfs.File, error) {
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

func (d *disk) Create(name string, c vfs.DiskWriteCategory) (vfs.File, error) {
	return d.open("create", name, func() (vfs.File, error) { return d.MemFS.Create(name, c) })
}

func (d *disk) ReuseForWrite(from, to string, c vfs.DiskWriteCategory) (vfs.File, error) {
	return d.open("reuse", to, func() (vfs.File, error) { return d.MemFS.ReuseForWrite(from, to, c) })
}

func (d *disk) Open(name string, o ...vfs.OpenOption) (vfs.File, error) {
	return d.open("open", name, func() (vfs.File, error) { return d.MemFS.Open(name, o...) })
}

func (d *disk) OpenDir(name string) (vfs.File, error) {
	return d.open("opendir", name, func() (vfs.File, error) { return d.MemFS.OpenDir(name) })
}

func (d *disk) Rename(from, to string) error {
	if err := d.try("rename", to); err != nil {
		return err
	}
	return d.MemFS.Rename(from, to)
}

func (d *disk) Remove(name string) error {
	if err := d.try("remove", name); err != nil {
		return err
	}
	return d.MemFS.Remove(name)
}

func (d *disk) List(name string) ([]string, error) {
	if err := d.try("list", name); err != nil {
		return nil, err
	}
	return d.MemFS.List(name)
}

func (d *disk) GetDiskUsage(string) (vfs.DiskUsage, error) {
	if u := d.usage.Load(); u != nil {
		return *u, nil
	}
	return vfs.DiskUsage{}, vfs.ErrUnsupported
}

func (d *disk) Unwrap() vfs.FS { return d.MemFS }

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
	time.Sleep(f.d.delay)
	if f.d.lazy.Load() {
		return nil
	}
	if err := do(); err != nil {
		return err
	}
	f.synced.Store(written)
	return nil
}

func (f *file) Sync() error     { return f.sync(f.File.Sync) }
func (f *file) SyncData() error { return f.sync(f.File.SyncData) }
func (f *file) SyncTo(n int64) (full bool, err error) {
	err = f.sync(func() error { full, err = f.File.SyncTo(n); return err })
	return full, err
}

func (f *file) ReadAt(p []byte, at int64) (int, error) {
	if err := f.d.try("read", f.name); errors.Is(err, io.ErrUnexpectedEOF) {
		n, _ := f.File.ReadAt(p[:len(p)/2], at)
		return n, err
	} else if err != nil {
		return 0, err
	}
	n, err := f.File.ReadAt(p, at)
	if g := f.d.garble.Load(); g != nil && strings.HasSuffix(f.name, ".sst") {
		(*g)(p[:n])
	}
	return n, err
}

func (f *file) Read(p []byte) (int, error) {
	if err := f.d.try("read", f.name); err != nil {
		return 0, err
	}
	return f.File.Read(p)
}

func (f *file) Close() error {
	err := f.d.try("close", f.name)
	return errors.Join(f.File.Close(), err)
}
