// SPDX-License-Identifier: Apache-2.0

package pebble

import (
	"os"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
)

// TestTablesAreMadeAtAPace has one processor. Who waits for what has come from outside
// goes on although a table is made without a break, which is for some milliseconds:
// after ten the runtime would see to it anyway.
func TestTablesAreMadeAtAPace(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	p, err := newPacer()
	if err != nil {
		t.Fatal(err)
	}
	fs := pacedFS{vfs.NewMem(), p}
	made, err := fs.Create("1.sst", vfs.WriteCategoryUnspecified)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := made.Write([]byte("table")); err != nil {
		t.Fatal(err)
	}
	read, err := fs.Open("1.sst", vfs.SequentialReadsOption)
	if err != nil {
		t.Fatal(err)
	}
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	var seen atomic.Int64
	over := make(chan struct{})
	go func() {
		defer close(over)
		for b := make([]byte, 1); ; seen.Add(1) {
			if _, err := r.Read(b); err != nil {
				return
			}
		}
	}()
	for name, work := range map[string]func() error{
		"written": func() error { _, err := made.Write([]byte("more")); return err },
		"read":    func() error { _, err := read.ReadAt(make([]byte, 1), 0); return err },
	} {
		for range 20 {
			before := seen.Load()
			if _, err := w.Write([]byte{0}); err != nil {
				t.Fatal(err)
			}
			for range 3 {
				for began := time.Now(); time.Since(began) <= paceAfter; {
				}
				if err := work(); err != nil {
					t.Fatal(err)
				}
			}
			if seen.Load() == before {
				t.Fatalf("while a table is %s, nobody else goes on", name)
			}
		}
	}
	w.Close()
	<-over
	r.Close()
	if err := p.close(); err != nil {
		t.Error(err)
	}
	p.pause() // which doesn't wait for ever
}
