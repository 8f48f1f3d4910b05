// SPDX-License-Identifier: Apache-2.0

package pebble_test

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/bailiwick-dev/bailiwick/internal/storage/driver"
	"github.com/bailiwick-dev/bailiwick/internal/storage/pebble"
)

// lazyFS is a file system that says it synced but did not, while lazy is set,
// and takes its time, or fails, if told so.
type lazyFS struct {
	vfs.FS
	lazy  atomic.Bool
	fail  atomic.Bool
	delay time.Duration
}

type lazyFile struct {
	vfs.File
	fs *lazyFS
}

var errDisk = errors.New("disk failure")

func (f lazyFile) sync(do func() error) error {
	time.Sleep(f.fs.delay)
	switch {
	case f.fs.fail.Load():
		return errDisk
	case f.fs.lazy.Load():
		return nil
	}
	return do()
}

func (f lazyFile) Sync() error     { return f.sync(f.File.Sync) }
func (f lazyFile) SyncData() error { return f.sync(f.File.SyncData) }
func (f lazyFile) SyncTo(n int64) (full bool, err error) {
	err = f.sync(func() error { full, err = f.File.SyncTo(n); return err })
	return full, err
}

func (fs *lazyFS) Create(name string, c vfs.DiskWriteCategory) (vfs.File, error) {
	f, err := fs.FS.Create(name, c)
	return lazyFile{f, fs}, err
}

func (fs *lazyFS) ReuseForWrite(from, to string, c vfs.DiskWriteCategory) (vfs.File, error) {
	f, err := fs.FS.ReuseForWrite(from, to, c)
	return lazyFile{f, fs}, err
}

func mustOpen(t testing.TB, fs vfs.FS) driver.DB {
	t.Helper()
	db, err := pebble.Open("db", pebble.Options{FS: fs, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	return db
}

// TestAcknowledgedSurvives cuts the power under load and finds everything that
// was acknowledged, by an Update or to a View, before.
func TestAcknowledgedSurvives(t *testing.T) {
	for round := range 5 {
		if lost := crash(t, uint64(round), false); len(lost) > 0 {
			t.Errorf("round %d: lost %v", round, lost)
		}
	}
}

// TestCrashIsSeen shows that the same test does find what is lost when the disk
// only pretends to sync.
func TestCrashIsSeen(t *testing.T) {
	lost := 0
	for round := range 5 {
		lost += len(crash(t, uint64(round), true))
	}
	if lost == 0 {
		t.Error("a disk that does not sync lost nothing")
	}
}

// crash runs counters, one for each writer, and readers of all of them by key and
// by range, cuts the power, and returns what is behind what was acknowledged.
func crash(t *testing.T, seed uint64, lazy bool) (lost []string) {
	const counters = 8
	mem := vfs.NewCrashableMem()
	fs := &lazyFS{FS: mem, delay: 200 * time.Microsecond}
	db := mustOpen(t, fs)
	fs.lazy.Store(lazy)
	var acked, viewed [counters]atomic.Uint64
	var stop atomic.Bool
	var wg sync.WaitGroup
	for i := range counters {
		wg.Go(func() {
			for n := uint64(1); !stop.Load(); n++ {
				if err := count(db, i, n); err != nil {
					t.Errorf("Update = %v", err)
				}
				acked[i].Store(n)
			}
		})
		wg.Go(func() {
			for !stop.Load() {
				// Only what View returned counts: it must be durable by then.
				n, err := look(db, i)
				if err != nil {
					t.Errorf("View = %v", err)
				}
				for j := range n {
					raise(&viewed[j], n[j])
				}
			}
		})
	}
	time.Sleep(30 * time.Millisecond)
	var wantAcked, wantViewed [counters]uint64
	for i := range counters {
		wantAcked[i], wantViewed[i] = acked[i].Load(), viewed[i].Load()
	}
	after := mem.CrashClone(survivors(seed, lazy))
	stop.Store(true)
	wg.Wait()
	if err := db.Close(); err != nil {
		t.Errorf("Close = %v", err)
	}
	reopened := mustOpen(t, after)
	defer reopened.Close()
	got, err := look(reopened, 0)
	if err != nil {
		t.Fatal(err)
	}
	for i := range counters {
		if got[i] < wantAcked[i] || got[i] < wantViewed[i] {
			lost = append(lost, fmt.Sprintf("counter %d is %d, acknowledged %d, viewed %d", i, got[i], wantAcked[i], wantViewed[i]))
		}
	}
	return lost
}

func count(db driver.DB, i int, n uint64) error {
	return db.Update(context.Background(), func(w driver.Writer) error {
		return w.Put([]byte{'c', byte(i)}, binary.BigEndian.AppendUint64(nil, n))
	})
}

// look returns the counters: odd i read one key, even ones scan.
func look(db driver.DB, i int) (n [8]uint64, err error) {
	err = db.View(context.Background(), func(r driver.Reader) error {
		if i%2 == 1 {
			val, err := r.Get([]byte{'c', byte(i)})
			if err == nil {
				n[i] = binary.BigEndian.Uint64(val)
			}
			if errors.Is(err, driver.ErrNotFound) {
				err = nil
			}
			return err
		}
		c := r.Scan(driver.Range{Lo: []byte("c"), Hi: []byte("d")})
		for c.Next() {
			n[c.Key()[1]] = binary.BigEndian.Uint64(c.Value())
		}
		return c.Close()
	})
	return n, err
}

func raise(a *atomic.Uint64, n uint64) {
	for old := a.Load(); old < n && !a.CompareAndSwap(old, n); old = a.Load() {
	}
}

// The way to a new store is as durable as what is in it.
func TestNewDirectorySurvives(t *testing.T) {
	mem := vfs.NewCrashableMem()
	for round := range 2 {
		db, err := pebble.Open("new/deep/db", pebble.Options{FS: mem, Logger: slog.New(slog.DiscardHandler)})
		if err != nil {
			t.Fatal(err)
		}
		n, err := look(db, 0)
		if err != nil || n[0] != uint64(round) {
			t.Errorf("round %d: the counter is %d, %v", round, n[0], err)
		}
		if err := count(db, 0, 1); err != nil {
			t.Fatal(err)
		}
		after := mem.CrashClone(vfs.CrashCloneCfg{})
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		mem = after
	}
}

// TestBrokenDisk shows that after a failed sync nothing is acknowledged, and
// that after a restart everything is that was before.
func TestBrokenDisk(t *testing.T) {
	ctx := context.Background()
	mem := vfs.NewCrashableMem()
	fs := &lazyFS{FS: mem}
	db := mustOpen(t, fs)
	if err := count(db, 0, 1); err != nil {
		t.Fatal(err)
	}
	fs.fail.Store(true)
	var wg sync.WaitGroup
	for i := 1; i < 8; i++ {
		wg.Go(func() {
			if err := count(db, i, 1); !errors.Is(err, driver.ErrBroken) || !errors.Is(err, errDisk) {
				t.Errorf("Update during the failure = %v, want ErrBroken and its cause", err)
			}
		})
	}
	wg.Wait()
	fs.fail.Store(false)
	nop := func([]byte) error { return nil }
	for name, err := range map[string]error{
		"Update":      count(db, 0, 2),
		"View":        db.View(ctx, func(driver.Reader) error { return nil }),
		"Get":         db.Get(ctx, []byte("c\x00"), nop),
		"DeleteRange": db.DeleteRange(ctx, []byte("a"), []byte("z")),
		"Close":       db.Close(),
	} {
		if !errors.Is(err, driver.ErrBroken) {
			t.Errorf("%s after the failure = %v, want ErrBroken", name, err)
		}
	}
	reopened := mustOpen(t, mem.CrashClone(vfs.CrashCloneCfg{}))
	defer reopened.Close()
	n, err := look(reopened, 0)
	if err != nil || n[0] != 1 {
		t.Errorf("after a restart the first counter is %d, %v, want 1", n[0], err)
	}
}

// TestViewWaits shows that a View does not return what is not durable yet, and
// does not wait for what it has not read.
func TestViewWaits(t *testing.T) {
	gate := make(chan struct{})
	fs := &gatedFS{FS: vfs.NewMem()}
	db := mustOpen(t, fs)
	defer db.Close()
	if err := count(db, 1, 1); err != nil {
		t.Fatal(err)
	}
	fs.gate.Store(&gate)
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := count(db, 1, 2); err != nil {
			t.Errorf("Update = %v", err)
		}
	})
	for visible := false; !visible; {
		err := db.Get(context.Background(), []byte("c\x01"), func(val []byte) error {
			visible = binary.BigEndian.Uint64(val) == 2
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if _, err := look(db, 3); err != nil { // reads another key: returns at once
		t.Fatal(err)
	}
	var opened atomic.Bool
	for _, i := range []int{1, 0} {
		wg.Go(func() {
			n, err := look(db, i)
			if err != nil || n[1] != 2 || !opened.Load() {
				t.Errorf("View returned %d, %v, durable %v", n[1], err, opened.Load())
			}
		})
	}
	wg.Go(func() { // an Update that writes nothing is a View
		err := db.Update(context.Background(), func(w driver.Writer) error {
			_, err := w.Get([]byte("c\x01"))
			return errors.Join(err, errDisk)
		})
		if !errors.Is(err, errDisk) || !opened.Load() {
			t.Errorf("Update returned %v, durable %v", err, opened.Load())
		}
	})
	time.Sleep(50 * time.Millisecond)
	opened.Store(true)
	fs.gate.Store(nil)
	close(gate)
	wg.Wait()
}

// gatedFS is a file system whose syncs wait at the gate, if there is one.
type gatedFS struct {
	vfs.FS
	gate atomic.Pointer[chan struct{}]
}

type gatedFile struct {
	vfs.File
	fs *gatedFS
}

func (f gatedFile) wait() {
	if gate := f.fs.gate.Load(); gate != nil {
		<-*gate
	}
}

func (f gatedFile) Sync() error     { f.wait(); return f.File.Sync() }
func (f gatedFile) SyncData() error { f.wait(); return f.File.SyncData() }

func (fs *gatedFS) Create(name string, c vfs.DiskWriteCategory) (vfs.File, error) {
	f, err := fs.FS.Create(name, c)
	return gatedFile{f, fs}, err
}

// survivors says what a crash leaves of what was not synced: some of the files'
// tails, or nothing if nothing ever was, so that the loss is certain.
func survivors(seed uint64, lazy bool) vfs.CrashCloneCfg {
	if lazy {
		return vfs.CrashCloneCfg{}
	}
	return vfs.CrashCloneCfg{UnsyncedDataPercent: 50, RNG: rand.New(rand.NewPCG(seed, 1))}
}
