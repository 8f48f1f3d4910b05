// SPDX-License-Identifier: Apache-2.0

package pebble

import (
	"errors"
	"os"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
)

// hangingDir is a file system on which making the directory "hang" takes until the
// channel is closed.
type hangingDir struct {
	vfs.FS
	goOn chan struct{}
}

func (h hangingDir) MkdirAll(dir string, _ os.FileMode) error {
	if dir == "hang" {
		<-h.goOn
	}
	return nil
}

// TestNobodyWaitsBehindAFenceThatIsDown has calls begin all the time while the fence
// goes down for an operation that hangs, and somebody waits for its end: no call waits
// with them.
func TestNobodyWaitsBehindAFenceThatIsDown(t *testing.T) {
	t.Parallel()
	for range 300 {
		h := hangingDir{vfs.NewMem(), make(chan struct{})}
		rested := make(chan bool, 1)
		var f *fence
		f = newFence(h, time.Minute, func(error) {
			go func() { rested <- f.rest(nil) }()
		}, nil)
		var callers sync.WaitGroup
		var ready sync.WaitGroup
		for _, dir := range []string{"hang", "a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k"} {
			ready.Add(1)
			callers.Go(func() {
				began := sync.OnceFunc(ready.Done)
				if dir == "hang" {
					began()
				}
				for f.cause() == nil {
					_ = f.MkdirAll(dir, 0)
					began()
				}
			})
		}
		ready.Wait()
		f.fail(errors.New("the disk is gone"))
		returned := make(chan struct{})
		go func() { callers.Wait(); close(returned) }()
		select {
		case <-returned:
		case <-time.After(time.Minute):
			t.Fatal("a call waits for a disk that hangs")
		}
		close(h.goOn)
		if !<-rested {
			t.Fatal("the disk is not at rest")
		}
	}
}

// hangingClose is a file system whose files take until the channel is closed to be
// closed themselves.
type hangingClose struct {
	vfs.FS
	goOn chan struct{}
}

type hangingFile struct {
	vfs.File
	goOn chan struct{}
}

func (h hangingClose) Create(name string, c vfs.DiskWriteCategory) (vfs.File, error) {
	f, err := h.FS.Create(name, c)
	return &hangingFile{f, h.goOn}, err
}

func (h hangingClose) Open(name string, o ...vfs.OpenOption) (vfs.File, error) {
	f, err := h.FS.Open(name, o...)
	return &hangingFile{f, h.goOn}, err
}

func (f *hangingFile) Close() error {
	<-f.goOn
	return f.File.Close()
}

// TestFilesThatTakeLongToClose shows that a table which was read is closed without
// anybody waiting, and that a file which was written counts as one that can't be.
func TestFilesThatTakeLongToClose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := hangingClose{vfs.NewMem(), make(chan struct{})}
		f := newFence(h, time.Second, func(error) {}, func(string, time.Duration) {})
		if _, err := h.FS.Create("1.sst", vfs.WriteCategoryUnspecified); err != nil {
			t.Fatal(err)
		}
		closes := func(file vfs.File, atMost time.Duration) {
			closed := make(chan error, 1)
			go func() { closed <- file.Close() }()
			time.Sleep(atMost)
			synctest.Wait()
			select {
			case err := <-closed:
				if err != nil {
					t.Errorf("Close = %v", err)
				}
			default:
				t.Errorf("Close takes longer than %v", atMost)
			}
		}
		read, err := f.Open("1.sst")
		if err != nil {
			t.Fatal(err)
		}
		if closes(read, 0); f.cause() != nil {
			t.Errorf("for a table that was read the fence is down: %v", f.cause())
		}
		written, err := f.Create("2.log", vfs.WriteCategoryUnspecified)
		if err != nil {
			t.Fatal(err)
		}
		if closes(written, time.Second); !errors.Is(f.cause(), errHung) {
			t.Errorf("for a log that can't be closed the fence is down for %v", f.cause())
		}
		close(h.goOn)
	})
}
