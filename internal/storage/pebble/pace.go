// SPDX-License-Identifier: Apache-2.0

package pebble

import (
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/bailiwick-dev/bailiwick/internal/bell"
)

// paceAfter is how long the engine works on a table before others go first.
const paceAfter = time.Millisecond

// A pacer lets calls go first while the engine writes tables in the background. What
// never waits has a processor for 10 ms at a time, of which a call takes a hundredth.
// Worse, the runtime hardly looks for new requests as long as there is such work, which
// with one processor makes calls wait for a tenth of a second and longer.
type pacer struct {
	mu   sync.Mutex // one waits at a time, or it would take another's ring
	bell *bell.Bell
}

func newPacer() (*pacer, error) {
	b, err := bell.New()
	return &pacer{bell: b}, err
}

// pause returns when all have had their chance who can go on. After close it returns at
// once.
func (p *pacer) pause() {
	p.mu.Lock()
	defer p.mu.Unlock()
	go p.bell.Ring() // when this one waits already
	p.bell.Wait()
}

func (p *pacer) close() error { return errors.Join(p.bell.Stop(), p.bell.Close()) }

// pacedFS is a file system on which tables are made at the pacer's pace.
type pacedFS struct {
	vfs.FS
	pacer *pacer
}

// Create implements vfs.FS.
func (f pacedFS) Create(name string, c vfs.DiskWriteCategory) (vfs.File, error) {
	file, err := f.FS.Create(name, c)
	if err != nil || !isTable(name) {
		return file, err
	}
	return &pacedFile{File: file, pacer: f.pacer, began: time.Now()}, nil
}

// Open implements vfs.FS. Tables that are read from one end to the other are those that
// new ones are made of, or a long scan's.
func (f pacedFS) Open(name string, o ...vfs.OpenOption) (vfs.File, error) {
	file, err := f.FS.Open(name, o...)
	if err != nil || !isTable(name) || !slices.Contains(o, vfs.SequentialReadsOption) {
		return file, err
	}
	return &pacedFile{File: file, pacer: f.pacer, began: time.Now()}, nil
}

// A pacedFile is a table that one goroutine works on.
type pacedFile struct {
	vfs.File
	pacer *pacer
	began time.Time // when it went on after the last pause
}

func (f *pacedFile) pace() {
	if time.Since(f.began) >= paceAfter {
		f.pacer.pause()
		f.began = time.Now()
	}
}

// Write implements vfs.File.
func (f *pacedFile) Write(p []byte) (int, error) {
	f.pace()
	return f.File.Write(p)
}

// ReadAt implements vfs.File.
func (f *pacedFile) ReadAt(p []byte, offset int64) (int, error) {
	f.pace()
	return f.File.ReadAt(p, offset)
}
