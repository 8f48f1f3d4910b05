// SPDX-License-Identifier: Apache-2.0

package pebble_test

import (
	"context"
	"encoding/binary"
	"errors"
	"flag"
	"log/slog"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/bailiwick-dev/bailiwick/internal/storage/driver"
	"github.com/bailiwick-dev/bailiwick/internal/storage/pebble"
	"github.com/bailiwick-dev/bailiwick/internal/storage/pebble/disktest"
)

var rounds = flag.Int("rounds", 100, "how often the power is cut")

func mustOpen(t testing.TB, fs vfs.FS) driver.DB {
	t.Helper()
	db, err := pebble.OpenSmall("db", pebble.Options{FS: fs, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	return db
}

// TestAcknowledgedSurvives cuts the power at random moments, under writers and
// readers, and finds everything that was acknowledged, by an Update, or to whom
// has seen it, before; no half of a transaction; and nothing that was deleted.
func TestAcknowledgedSurvives(t *testing.T) {
	const cutsEach = 20 // a store that has just begun has other files than an older one
	for i := 0; i < *rounds; i += cutsEach {
		for _, err := range crash(t, uint64(i), cutsEach, false) {
			t.Errorf("store %d: %v", i/cutsEach, err)
		}
	}
}

// TestCrashIsSeen shows that the same test does find what is lost when the disk
// only pretends to sync.
func TestCrashIsSeen(t *testing.T) {
	lost := 0
	for _, err := range crash(t, 1, 20, true) {
		if errors.Is(err, errWrong) {
			lost++
		}
	}
	if lost == 0 {
		t.Error("a disk that does not sync lost nothing")
	}
}

// crash lets many work on a store, cuts the power that often, and returns what
// was found wrong afterwards.
func crash(t *testing.T, seed uint64, cuts int, lazy bool) (wrong []error) {
	d := disktest.New()
	d.Delay = 100 * time.Microsecond
	db := mustOpen(t, d)
	d.Lazy.Store(lazy)
	var l ledger
	var stop atomic.Bool
	var wg sync.WaitGroup
	for i := range 2 * len(l) {
		rng := rand.New(rand.NewPCG(seed, uint64(i)))
		wg.Go(func() {
			for !stop.Load() {
				err := error(nil)
				if i < len(l) {
					err = l.work(db, i, rng)
				} else {
					err = l.look(db, rng.IntN(len(l)), rng.Int())
				}
				if err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	rng := rand.New(rand.NewPCG(seed, 99))
	for range cuts {
		time.Sleep(time.Duration(rng.IntN(8000)) * time.Microsecond)
		var b [len(l)]bounds
		for i := range l {
			b[i] = l[i].bounds()
		}
		percent := []int{0, 50, 95}[rng.IntN(3)]
		if lazy {
			percent = 0 // so that the loss is certain
		}
		if err := l.survives(d.Crash(percent, rng), &b); err != nil {
			wrong = append(wrong, err)
		}
	}
	stop.Store(true)
	wg.Wait()
	if err := db.Close(); err != nil {
		t.Errorf("Close = %v", err)
	}
	return wrong
}

// survives opens the store that is on a disk after a crash, and once more after
// another that came at once, and compares it with what it must hold.
func (l *ledger) survives(d *disktest.Disk, b *[len(ledger{})]bounds) error {
	for range 2 {
		db, err := pebble.OpenSmall("db", pebble.Options{FS: d, Logger: slog.New(slog.DiscardHandler)})
		if err != nil {
			return err
		}
		errs := []error{none(db)}
		for i := range l {
			errs = append(errs, db.View(context.Background(), func(r driver.Reader) error {
				s, err := see(r, i)
				if err != nil {
					return err
				}
				return l[i].check(s, b[i])
			}))
		}
		d = d.Crash(0, nil)
		if err := errors.Join(append(errs, goesOn(db, b), db.Close())...); err != nil {
			return err
		}
	}
	return nil
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
			return errors.Join(err, errSeen)
		})
		if !errors.Is(err, errSeen) || !opened.Load() {
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
