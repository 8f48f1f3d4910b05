// SPDX-License-Identifier: Apache-2.0

package pebble

import (
	"errors"
	"io"
	"os"
	"strings"
	"sync"
	"sync/atomic"
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
// So it never learns of that. At the first such failure, or when the disk does not
// answer for a while, the fence goes down: nothing that the engine does reaches the
// disk any more, which stays as a crash at that moment would have left it, and all of
// it seems to succeed. Whoever asks for an acknowledgement must therefore look at
// cause after the engine has reported success. Failures to write tables are the
// exception: those the engine reports, and tries again.
//
// Behind a fence that is down reads go on, and the making of tables waits, since
// what is in memory would be lost with a table that is not written. release ends
// that, so that the engine comes to rest and can be closed.
type fence struct {
	vfs.FS
	// onFail is called once, when the fence has gone down. It must not block.
	onFail func(cause error)
	// onSlow is called when a change of a file has taken that long and goes on.
	onSlow   func(name string, taken time.Duration)
	patience time.Duration // how long a change may take

	down     atomic.Pointer[error] // the first failure
	strict   atomic.Bool           // a table that can't be written counts as a failure too
	wentDown chan struct{}         // closed when the fence is down
	released chan struct{}
	release  func() // closes released

	starting sync.Mutex     // held while a change of the disk begins, not while it goes on
	changing sync.WaitGroup // changes that go on
}

func newFence(fs vfs.FS, patience time.Duration, onFail func(cause error), onSlow func(string, time.Duration)) *fence {
	f := &fence{FS: fs, patience: patience, onFail: onFail, onSlow: onSlow, wentDown: make(chan struct{}), released: make(chan struct{})}
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
	f.starting.Lock() // what has begun is counted when the fence is seen to be down
	first := f.down.CompareAndSwap(nil, &cause)
	f.starting.Unlock()
	if !first {
		return
	}
	if f.strict.Load() {
		f.release()
	}
	f.onFail(cause)
	close(f.wentDown)
}

// begin reports whether a change of the disk may begin; its end is to be told to
// changing. Behind a fence that is down nothing begins and nobody waits.
func (f *fence) begin() bool {
	f.starting.Lock()
	defer f.starting.Unlock()
	if f.cause() != nil {
		return false
	}
	f.changing.Add(1)
	return true
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
// the disk has ended, or soon after the store is being closed: then it may report
// false.
func (f *fence) drain(closing <-chan struct{}) bool {
	f.fail(errReleased)
	return f.rest(closing)
}

// lastChanges is how long a change of the disk may still take when the store is being
// closed.
const lastChanges = 100 * time.Millisecond

// rest waits until nothing changes the disk, and reports true, or until a little after
// closing. Nothing may begin meanwhile.
func (f *fence) rest(closing <-chan struct{}) bool {
	resting := make(chan struct{})
	go func() {
		f.changing.Wait()
		close(resting)
	}()
	select {
	case <-resting:
		return true
	case <-closing:
	}
	select {
	case <-resting:
		return true
	case <-time.After(lastChanges):
		return false
	}
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
	file, done, err := change(f, name, do)
	if err != nil {
		return nil, err
	}
	if !done {
		file = vfs.NewMemFile(nil)
	}
	return &fencedFile{File: file, fence: f, name: name}, nil
}

// Create implements vfs.FS. A marker names a file that the engine has just made, and
// the engine makes both names durable at once: after a loss of power the marker alone
// may be there, with which no store opens. So the file's name becomes durable first.
func (f *fence) Create(name string, c vfs.DiskWriteCategory) (vfs.File, error) {
	return f.open(name, func() (vfs.File, error) {
		if strings.HasPrefix(f.PathBase(name), "marker.") {
			if err := f.syncDir(f.PathDir(name)); err != nil {
				return nil, err
			}
		}
		return f.FS.Create(name, c)
	})
}

// syncDir makes the names in the directory durable.
func (f *fence) syncDir(name string) error {
	dir, err := f.FS.OpenDir(name)
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
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
	return &fencedFile{File: file, fence: f, name: name}, nil
}

// Open implements vfs.FS.
func (f *fence) Open(name string, o ...vfs.OpenOption) (vfs.File, error) {
	if !isTable(name) {
		return f.FS.Open(name, o...)
	}
	select {
	case <-f.released:
		return nil, errReleased
	default:
	}
	file, err := f.FS.Open(name, o...)
	if err != nil {
		return nil, err
	}
	return &openTable{file}, nil
}

// Link implements vfs.FS.
func (f *fence) Link(from, to string) error {
	_, _, err := change(f, to, nothing(func() error { return f.FS.Link(from, to) }))
	return err
}

// Rename implements vfs.FS.
func (f *fence) Rename(from, to string) error {
	_, _, err := change(f, to, nothing(func() error { return f.FS.Rename(from, to) }))
	return err
}

// MkdirAll implements vfs.FS.
func (f *fence) MkdirAll(dir string, perm os.FileMode) error {
	_, _, err := change(f, dir, nothing(func() error { return f.FS.MkdirAll(dir, perm) }))
	return err
}

// Remove implements vfs.FS. A file that stays is no failure; the engine removes
// it when it is opened the next time.
func (f *fence) Remove(name string) error {
	_, _, err := try(f, name, nothing(func() error { return f.FS.Remove(name) }))
	return err
}

// RemoveAll implements vfs.FS.
func (f *fence) RemoveAll(name string) error {
	_, _, err := try(f, name, nothing(func() error { return f.FS.RemoveAll(name) }))
	return err
}

// Lock implements vfs.FS. The DB has the lock.
func (f *fence) Lock(string) (io.Closer, error) { return io.NopCloser(nil), nil }

// Unwrap implements vfs.FS.
func (f *fence) Unwrap() vfs.FS { return f.FS }
