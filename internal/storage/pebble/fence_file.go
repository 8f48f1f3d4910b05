// SPDX-License-Identifier: Apache-2.0

package pebble

import (
	"bytes"
	"sync"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/bailiwick-dev/bailiwick/internal/fsync"
)

// fencedFile is a file, or a directory, open for writing or syncing. Like the engine's
// own files it is written by one goroutine at a time.
type fencedFile struct {
	vfs.File
	fence *fence
	name  string
	buf   []byte
}

// keepWritten is the size up to which the copy of what is written is used again.
const keepWritten = 64 << 10

// own returns a copy of p, for a write that may go on when the engine has left it and
// uses p for something else. The next write may have the same copy: it is left alone
// once the fence is down.
func (f *fencedFile) own(p []byte) []byte {
	if len(p) > keepWritten {
		return bytes.Clone(p)
	}
	f.buf = append(f.buf[:0], p...)
	return f.buf
}

// write writes p by do.
func (f *fencedFile) write(p []byte, do func(p []byte) (int, error)) (int, error) {
	if f.fence.cause() == nil {
		p = f.own(p)
	}
	n, done, err := change(f.fence, f.name, func() (int, error) { return do(p) })
	if !done {
		n = len(p)
	}
	return n, err
}

// Write implements vfs.File.
func (f *fencedFile) Write(p []byte) (int, error) { return f.write(p, f.File.Write) }

// WriteAt implements vfs.File.
func (f *fencedFile) WriteAt(p []byte, offset int64) (int, error) {
	return f.write(p, func(p []byte) (int, error) { return f.File.WriteAt(p, offset) })
}

// Preallocate implements vfs.File. It is a hint, and a full disk shows at the
// next Write.
func (f *fencedFile) Preallocate(offset, length int64) error {
	_, _, err := try(f.fence, f.name, nothing(func() error { return f.File.Preallocate(offset, length) }))
	return err
}

// Sync implements vfs.File.
func (f *fencedFile) Sync() error {
	_, _, err := change(f.fence, f.name, nothing(f.File.Sync))
	return err
}

// SyncData implements vfs.File.
func (f *fencedFile) SyncData() error {
	_, _, err := change(f.fence, f.name, nothing(f.syncData))
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
	full, _, err = change(f.fence, f.name, func() (bool, error) { return f.File.SyncTo(length) })
	return full, err
}

// Close implements vfs.File. The file is closed in any case, but not before what the
// disk still does with it has ended, for which nobody waits.
func (f *fencedFile) Close() error {
	end := sync.OnceValue(f.File.Close)
	_, done, err := change(f.fence, f.name, nothing(end))
	if !done {
		go func() {
			f.fence.changing.Wait()
			_ = end()
		}()
	}
	return err
}

// openTable is a table that is open for reading.
type openTable struct{ vfs.File }

// Close implements vfs.File. A table that is no longer wanted is closed by the call
// that was the last to read it, which has nothing to do with that: it doesn't wait.
func (t *openTable) Close() error {
	go func() { _ = t.File.Close() }()
	return nil
}
