// SPDX-License-Identifier: Apache-2.0

package fsync_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"testing"

	"github.com/bailiwick-dev/bailiwick/internal/fsync"
)

func create(tb testing.TB) *os.File {
	tb.Helper()
	f, err := os.Create(filepath.Join(tb.TempDir(), "file"))
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = f.Close() })
	return f
}

func TestManySyncAtOnce(t *testing.T) {
	var wg sync.WaitGroup
	for range 64 {
		f := create(t)
		wg.Go(func() {
			for range 20 {
				if _, err := f.WriteString("written"); err != nil {
					t.Error(err)
				}
				if err := fsync.Data(f.Fd()); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
}

func TestWhatCannotBeSyncedSaysWhy(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	defer w.Close()
	if err := fsync.Data(w.Fd()); !errors.Is(err, syscall.EINVAL) {
		t.Errorf("a pipe: %v, want EINVAL as of fdatasync(2)", err)
	}
	f := create(t)
	fd := f.Fd()
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if err := fsync.Data(fd); !errors.Is(err, syscall.EBADF) {
		t.Errorf("a closed file: %v, want EBADF", err)
	}
}

// BenchmarkData measures a write of 64 kB and its sync while another goroutine
// works; run it with -cpu 1. Work is how much of that got done.
func BenchmarkData(b *testing.B) {
	buf := make([]byte, 64<<10)
	for _, c := range []struct {
		name string
		sync func(*os.File) error
	}{
		{"asynchronous", func(f *os.File) error { return fsync.Data(f.Fd()) }},
		{"floor: fdatasync", func(f *os.File) error { return syscall.Fdatasync(int(f.Fd())) }},
	} {
		b.Run(c.name, func(b *testing.B) {
			f := create(b)
			stop, done := make(chan struct{}), make(chan int)
			go func() {
				n := 0
				for {
					select {
					case <-stop:
						done <- n
						return
					default:
						_ = fmt.Sprint(n)
						n++
					}
				}
			}()
			for b.Loop() {
				if _, err := f.WriteAt(buf, 0); err != nil {
					b.Fatal(err)
				}
				if err := c.sync(f); err != nil {
					b.Fatal(err)
				}
			}
			close(stop)
			b.ReportMetric(float64(<-done)/float64(b.N), "work/op")
		})
	}
}
