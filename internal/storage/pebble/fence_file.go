// SPDX-License-Identifier: Apache-2.0

package pebble

import (
	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/bailiwick-dev/bailiwick/internal/fsync"
)

// fencedFile is a file, or a directory, open for writing or syncing.
type fencedFile struct {
	vfs.File
	fence *fence
	name  string
}

// Write implements vfs.File.
func (f *fencedFile) Write(p []byte) (n int, err error) {
	done, err := f.fence.change(f.name, func() (err error) { n, err = f.File.Write(p); return err })
	if !done {
		n = len(p)
	}
	return n, err
}

// WriteAt implements vfs.File.
func (f *fencedFile) WriteAt(p []byte, offset int64) (n int, err error) {
	done, err := f.fence.change(f.name, func() (err error) { n, err = f.File.WriteAt(p, offset); return err })
	if !done {
		n = len(p)
	}
	return n, err
}

// Preallocate implements vfs.File. It is a hint, and a full disk shows at the
// next Write.
func (f *fencedFile) Preallocate(offset, length int64) error {
	_, err := f.fence.try(f.name, func() error { return f.File.Preallocate(offset, length) })
	return err
}

// Sync implements vfs.File.
func (f *fencedFile) Sync() error {
	_, err := f.fence.change(f.name, f.File.Sync)
	return err
}

// SyncData implements vfs.File.
func (f *fencedFile) SyncData() error {
	_, err := f.fence.change(f.name, f.syncData)
	return err
}

// syncData is the SyncData of the file, which calls wait for.
func (f *fencedFile) syncData() error {
	if fd := f.Fd(); fd != vfs.InvalidFd {
		return fsync.Data(fd)
	}
	return f.File.SyncData() // in memory
}

// SyncTo implements vfs.File.
func (f *fencedFile) SyncTo(length int64) (full bool, err error) {
	_, err = f.fence.change(f.name, func() (err error) { full, err = f.File.SyncTo(length); return err })
	return full, err
}

// Close implements vfs.File. The file is closed in any case.
func (f *fencedFile) Close() error {
	err := f.File.Close()
	_, err = f.fence.change(f.name, func() error { return err })
	return err
}
