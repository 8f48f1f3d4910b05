// SPDX-License-Identifier: Apache-2.0

package pebble

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
)

// errReleased is what an abandoned engine gets when it opens a table: the name
// may be that of another engine's file by now.
var errReleased = errors.New("storage: the engine was abandoned")

// fence is the file system as one engine sees it.
//
// The engine has no answer to a log, a manifest or a directory that cannot be
// written: it panics, at places where nobody can recover, or ends the process.
// So it never learns of that. At the first such failure the fence goes down:
// nothing that the engine does reaches the disk any more, which stays as a crash
// at that moment would have left it, and all of it seems to succeed. Whoever asks
// for an acknowledgement must therefore look at cause after the engine has
// reported success. Failures to write tables are the exception: those the engine
// reports, and tries again.
//
// Behind a fence that is down reads go on, and the making of tables waits, since
// what is in memory would be lost with a table that is not written. release ends
// that, so that the engine comes to rest and can be closed.
type fence struct {
	vfs.FS
	// onFail is called once, when the fence has gone down. It must not block.
	onFail func(cause error)

	down     atomic.Pointer[error] // the first failure
	strict   atomic.Bool           // a table that can't be written counts as a failure too
	gate     sync.RWMutex          // held for reading while the disk is changed
	released chan struct{}
	release  func() // closes released
}

func newFence(fs vfs.FS, onFail func(cause error)) *fence {
	f := &fence{FS: fs, onFail: onFail, released: make(chan struct{})}
	f.release = sync.OnceFunc(func() { close(f.released) })
	return f
}

// cause returns the failure that brought the fence down, or nil.
func (f *fence) cause() error {
	if cause := f.down.Load(); cause != nil {
		return *cause
	}
	return nil
}

// fail brings the fence down.
func (f *fence) fail(cause error) {
	if !f.down.CompareAndSwap(nil, &cause) {
		return
	}
	if f.strict.Load() {
		f.release()
	}
	f.onFail(cause)
}

// setStrict says whether somebody waits for a table, so that the fence is not
// to go on without it.
func (f *fence) setStrict(strict bool) {
	f.strict.Store(strict)
	// Either this sees that the fence is down or fail sees that it is strict.
	if strict && f.cause() != nil {
		f.release()
	}
}

// drain brings the fence down, if it is not, and returns when the last change to
// the disk has ended.
func (f *fence) drain() {
	f.fail(errReleased)
	f.gate.Lock()
	defer f.gate.Unlock()
}

// change does something to the file, unless the fence is down. It reports
// whether that was done, and returns the errors that the engine is to see.
func (f *fence) change(name string, do func() error) (done bool, err error) {
	done, err = f.try(name, do)
	switch {
	case !done && isTable(name):
		<-f.released
	case err != nil && isTable(name) && !f.strict.Load():
		// The engine would try again at once, and for ever.
		select {
		case <-f.released:
		case <-time.After(tableRetry):
		}
		return true, err
	case err != nil:
		f.fail(err)
		return false, nil
	}
	return done, nil
}

// try does something, unless the fence is down, and reports whether it did.
func (f *fence) try(name string, do func() error) (done bool, err error) {
	if f.cause() != nil { // and maybe drain waits, for a disk that hangs
		return false, nil
	}
	f.gate.RLock()
	defer f.gate.RUnlock()
	if f.cause() != nil {
		return false, nil
	}
	err = do()
	if _, bare := err.(syscall.Errno); bare { // that of a sync says no more
		err = fmt.Errorf("write %s: %w", name, err)
	}
	return true, err
}

// tableRetry is how long the engine waits when it could not write a table.
const tableRetry = 100 * time.Millisecond

// isTable reports whether the file is a table of keys and values. Its failure
// does no harm, because what goes into a table stays in the log, or in other
// tables, until the table is complete.
func isTable(name string) bool {
	return strings.HasSuffix(name, ".sst") || strings.HasSuffix(name, ".blob")
}

// open returns the file that do opens for writing, or if the fence is down one
// that takes everything and keeps nothing.
func (f *fence) open(name string, do func() (vfs.File, error)) (vfs.File, error) {
	var file vfs.File
	done, err := f.change(name, func() (err error) {
		file, err = do()
		return err
	})
	if err != nil {
		return nil, err
	}
	if !done {
		file = vfs.NewMemFile(nil)
	}
	return &fencedFile{file, f, name}, nil
}

// Create implements vfs.FS.
func (f *fence) Create(name string, c vfs.DiskWriteCategory) (vfs.File, error) {
	return f.open(name, func() (vfs.File, error) { return f.FS.Create(name, c) })
}

// OpenReadWrite implements vfs.FS.
func (f *fence) OpenReadWrite(name string, c vfs.DiskWriteCategory, o ...vfs.OpenOption) (vfs.File, error) {
	return f.open(name, func() (vfs.File, error) { return f.FS.OpenReadWrite(name, c, o...) })
}

// ReuseForWrite implements vfs.FS.
func (f *fence) ReuseForWrite(from, to string, c vfs.DiskWriteCategory) (vfs.File, error) {
	return f.open(to, func() (vfs.File, error) { return f.FS.ReuseForWrite(from, to, c) })
}

// OpenDir implements vfs.FS.
func (f *fence) OpenDir(name string) (vfs.File, error) {
	file, err := f.FS.OpenDir(name)
	if err != nil {
		return nil, err
	}
	return &fencedFile{file, f, name}, nil
}

// Open implements vfs.FS.
func (f *fence) Open(name string, o ...vfs.OpenOption) (vfs.File, error) {
	if isTable(name) {
		select {
		case <-f.released:
			return nil, errReleased
		default:
		}
	}
	return f.FS.Open(name, o...)
}

// Link implements vfs.FS.
func (f *fence) Link(from, to string) error {
	_, err := f.change(to, func() error { return f.FS.Link(from, to) })
	return err
}

// Rename implements vfs.FS.
func (f *fence) Rename(from, to string) error {
	_, err := f.change(to, func() error { return f.FS.Rename(from, to) })
	return err
}

// MkdirAll implements vfs.FS.
func (f *fence) MkdirAll(dir string, perm os.FileMode) error {
	_, err := f.change(dir, func() error { return f.FS.MkdirAll(dir, perm) })
	return err
}

// Remove implements vfs.FS. A file that stays is no failure; the engine removes
// it when it is opened the next time.
func (f *fence) Remove(name string) error {
	_, err := f.try(name, func() error { return f.FS.Remove(name) })
	return err
}

// RemoveAll implements vfs.FS.
func (f *fence) RemoveAll(name string) error {
	_, err := f.try(name, func() error { return f.FS.RemoveAll(name) })
	return err
}

// Lock implements vfs.FS. The DB has the lock.
func (f *fence) Lock(string) (io.Closer, error) { return io.NopCloser(nil), nil }

// Unwrap implements vfs.FS.
func (f *fence) Unwrap() vfs.FS { return f.FS }
