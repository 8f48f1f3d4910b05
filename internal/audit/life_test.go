// SPDX-License-Identifier: Apache-2.0

package audit_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/bailiwick-dev/bailiwick/internal/audit"
	"github.com/bailiwick-dev/bailiwick/internal/audit/trail"
	"github.com/bailiwick-dev/bailiwick/internal/keyring"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
	"github.com/bailiwick-dev/bailiwick/internal/storage/pebble"
	"github.com/bailiwick-dev/bailiwick/internal/storage/pebble/disktest"
)

// A clock goes as it is told.
type clock struct{ ns atomic.Int64 }

func newClock() *clock {
	c := &clock{}
	c.ns.Store(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC).UnixNano())
	return c
}

func (c *clock) now() time.Time           { return time.Unix(0, c.ns.Load()).UTC() }
func (c *clock) forward(d time.Duration)  { c.ns.Add(int64(d)) }
func closeLog(t *testing.T, l *audit.Log) { t.Helper(); check(t, l.Close()) }
func files(t *testing.T, dir string) []string {
	t.Helper()
	names, err := trail.Files(dir)
	check(t, err)
	return names
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// good checks that the log is as it was written.
func good(t *testing.T, dir string) *trail.Report {
	t.Helper()
	r, err := trail.Verify(dir, trail.Options{})
	check(t, err)
	return r
}

// until waits until f.
func until(t *testing.T, what string, f func() bool) {
	t.Helper()
	for range 6000 {
		if f() {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("in a minute not: %s", what)
}

// TestTheLogIsGoodInManyFiles has many write at once while files follow one another
// by size, and the server starts anew.
func TestTheLogIsGoodInManyFiles(t *testing.T) {
	db, dir := newDB(t), t.TempDir()
	const rounds, workers, each = 3, 8, 200
	for round := range rounds {
		l := openWith(t, db, audit.Config{Dir: dir, FileSize: 20 << 10})
		var wg sync.WaitGroup
		for w := range workers {
			wg.Go(func() {
				for i := range each {
					if err := one(l, db, w+i, fmt.Sprintf("%d-%d-%d", round, w, i)); err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		closeLog(t, l)
		r := good(t, dir)
		if want := uint64((round + 1) * workers * each); r.Records != want || r.Unsigned != 0 {
			t.Errorf("after %d starts there are %d records, %d of them not signed, want %d", round+1, r.Records, r.Unsigned, want)
		}
	}
	if n := len(files(t, dir)); n < rounds {
		t.Errorf("there are only %d files", n)
	}
}

func TestFilesFollowOneAnotherByAge(t *testing.T) {
	db, dir, c := newDB(t), t.TempDir(), newClock()
	l := openWith(t, db, audit.Config{Dir: dir, FileAge: time.Hour, Now: c.now})
	check(t, one(l, db, 0, "first"))
	waitFor(t, dir, 1)
	c.forward(59 * time.Minute)
	check(t, one(l, db, 1, "second"))
	waitFor(t, dir, 2)
	if n := len(files(t, dir)); n != 1 {
		t.Errorf("before its age there are %d files", n)
	}
	c.forward(time.Minute)
	until(t, "another file", func() bool { return len(files(t, dir)) == 2 })
	closeLog(t, l)
	good(t, dir)
}

func TestLinesAreSignedWhenTheyAreOldOrMany(t *testing.T) {
	db, dir, c := newDB(t), t.TempDir(), newClock()
	l := openWith(t, db, audit.Config{Dir: dir, Now: c.now})
	check(t, one(l, db, 0, "r"))
	waitFor(t, dir, 1)
	if r := good(t, dir); r.Unsigned != 1 {
		t.Errorf("at once %d lines are not signed", r.Unsigned)
	}
	c.forward(audit.SignEvery)
	until(t, "it is signed", func() bool { return good(t, dir).Unsigned == 0 })
	const n = 2*trail.MaxUnsigned + 10
	for range n {
		check(t, one(l, db, 0, "r"))
	}
	until(t, "all are there", func() bool { return good(t, dir).Records == n+1 })
	if r := good(t, dir); r.Unsigned != 10 {
		t.Errorf("of %d lines %d are not signed", n, r.Unsigned)
	}
	closeLog(t, l)
}

func TestOldFilesAreRetired(t *testing.T) {
	fill := func(cfg audit.Config) (dir string, l *audit.Log, db *storage.DB, c *clock) {
		db, dir, c = newDB(t), t.TempDir(), newClock()
		c.ns.Store(time.Now().UnixNano()) // as files have it
		cfg.Dir, cfg.FileSize, cfg.Now = dir, 2<<10, c.now
		l = openWith(t, db, cfg)
		for i := range 40 {
			check(t, one(l, db, 1, strings.Repeat("x", 100)))
			if i%4 == 0 {
				waitFor(t, dir, 1)
				time.Sleep(300 * time.Millisecond)
			}
		}
		return dir, l, db, c
	}
	t.Run("by size", func(t *testing.T) {
		t.Parallel()
		dir, l, _, c := fill(audit.Config{RetainSize: 6 << 10})
		c.forward(time.Minute)
		size := 0
		until(t, "files are removed", func() bool { size = len(all(t, dir)); return size <= 7<<10 })
		if size < 4<<10 {
			t.Errorf("only %d bytes are kept", size)
		}
		closeLog(t, l)
		if r := good(t, dir); r.Retired == 0 {
			t.Error("nothing is retired")
		}
		// What others remove is not retired.
		check(t, os.Remove(filepath.Join(dir, files(t, dir)[0])))
		if _, err := trail.Verify(dir, trail.Options{}); err == nil || !strings.Contains(err.Error(), "are gone") {
			t.Errorf("with one more file removed: %v", err)
		}
	})
	t.Run("by age", func(t *testing.T) {
		t.Parallel()
		dir, l, db, c := fill(audit.Config{RetainAge: 24 * time.Hour})
		c.forward(23 * time.Hour)
		check(t, one(l, db, 1, "not yet"))
		time.Sleep(600 * time.Millisecond)
		if files(t, dir)[0] != trail.FileName(0) {
			t.Error("files are removed before their time")
		}
		c.forward(2 * time.Hour)
		until(t, "files are removed", func() bool { return len(files(t, dir)) < 3 })
		closeLog(t, l)
		good(t, dir)
	})
}

// sealed waits until the key that signs is sealed with the newest key.
func sealed(t *testing.T, l *audit.Log) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	check(t, l.Sealed(ctx))
}

// TestAnotherKeySignsWhenTheRingHasOne rotates the keys of the ring, with and
// without a new start.
func TestAnotherKeySignsWhenTheRingHasOne(t *testing.T) {
	db, dir := newDB(t), t.TempDir()
	ring := keyring.New(keyring.NewRoot())
	rotate := func() {
		check(t, db.Update(t.Context(), func(tx *storage.Tx) error {
			if err := ring.Init(tx, time.Now()); err != nil {
				return err
			}
			_, err := ring.Rotate(tx, false, time.Now())
			return err
		}))
		check(t, db.View(t.Context(), ring.Load))
	}
	check(t, db.Update(t.Context(), func(tx *storage.Tx) error { return ring.Init(tx, time.Now()) }))
	check(t, db.View(t.Context(), ring.Load))
	open := func() *audit.Log {
		l, err := audit.Open(audit.Config{DB: db, Ring: ring, Dir: dir, Log: quiet})
		check(t, err)
		return l
	}
	l := open()
	check(t, one(l, db, 1, "first"))
	until(t, "it is there", func() bool { return len(read(t, dir)) == 1 })
	first, err := trail.CurrentKey(dir)
	check(t, err)
	held := l.Begin() // nothing happens while this call is under way
	time.Sleep(600 * time.Millisecond)
	rotate()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if err := l.Sealed(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("sealed with the new key before there is one: %v", err)
	}
	held.Done()
	sealed(t, l)
	check(t, one(l, db, 1, "second"))
	closeLog(t, l)
	rotate()
	l = open()
	sealed(t, l)
	check(t, one(l, db, 1, "third"))
	closeLog(t, l)
	r, err := trail.Verify(dir, trail.Options{Key: first})
	check(t, err)
	if len(r.Keys) != 3 || r.Unsigned != 0 || r.Records != 3 {
		t.Errorf("got %d keys, %d records, %d of them not signed", len(r.Keys), r.Records, r.Unsigned)
	}
	// The keys of the ring that sealed the first two may go.
	check(t, db.Update(t.Context(), func(tx *storage.Tx) error {
		gone, err := keyring.Prune(tx, ring.Current(), -time.Hour, time.Now())
		if len(gone) != 2 {
			t.Errorf("%d keys are gone", len(gone))
		}
		return err
	}))
	closeLog(t, open())
}

// TestTheLogIsGoodAfterItsFilesWereMeddledWith moves, cuts, extends and removes the
// file that is being written. What is lost shows, and nothing else is.
func TestTheLogIsGoodAfterItsFilesWereMeddledWith(t *testing.T) {
	for name, c := range map[string]struct {
		meddle func(file string) error
		fault  string
	}{
		"moved":    {func(f string) error { return os.Rename(f, f+".old") }, "are gone"},
		"removed":  {os.Remove, "are gone"},
		"cut":      {func(f string) error { return os.Truncate(f, 700) }, "has no end"},
		"extended": {func(f string) error { return appendTo(f, "{}\n") }, "not a line"},
		"replaced": {func(f string) error {
			text, err := os.ReadFile(f)
			return errors.Join(err, os.Remove(f), os.WriteFile(f, text, 0o600))
		}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db, dir := newDB(t), t.TempDir()
			l := openLog(t, db, dir)
			check(t, one(l, db, 1, "first"))
			waitFor(t, dir, 1)
			check(t, c.meddle(filepath.Join(dir, trail.FileName(0))))
			check(t, one(l, db, 1, "second"))
			until(t, "the second is there", func() bool { return bytes.Contains(all(t, dir), []byte(`"second"`)) })
			closeLog(t, l)
			_, err := trail.Verify(dir, trail.Options{})
			if (err == nil) != (c.fault == "") || err != nil && !strings.Contains(err.Error(), c.fault) {
				t.Errorf("got %v, want %q", err, c.fault)
			}
		})
	}
}

func appendTo(name, text string) error {
	f, err := os.OpenFile(name, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	return errors.Join(err, f.Close())
}

// all returns the text of all files in dir.
func all(t *testing.T, dir string) (text []byte) {
	t.Helper()
	for _, name := range files(t, dir) {
		b, err := os.ReadFile(filepath.Join(dir, name))
		if !errors.Is(err, os.ErrNotExist) { // which was retired
			check(t, err)
		}
		text = append(text, b...)
	}
	return text
}

// TestFilesThatWereCutWhileTheServerWasDownShow: a server that starts says so, and
// the log shows it though nothing is called.
func TestFilesThatWereCutWhileTheServerWasDownShow(t *testing.T) {
	db, dir := newDB(t), t.TempDir()
	l := openWith(t, db, audit.Config{Dir: dir, FileSize: 1})
	for i := range 3 {
		check(t, one(l, db, 1, "r"))
		waitFor(t, dir, i+1)
	}
	closeLog(t, l)
	good(t, dir)
	names := files(t, dir)
	check(t, os.Remove(filepath.Join(dir, names[len(names)-1])))
	good(t, dir) // as the newest file is gone, nothing shows it
	closeLog(t, openLog(t, db, dir))
	if _, err := trail.Verify(dir, trail.Options{}); err == nil || !strings.Contains(err.Error(), "lines are missing before this file") {
		t.Errorf("got %v", err)
	}
}

// TestAFullDiskStopsCallsAndLosesNothing keeps more free than the disk has, and
// then less.
func TestAFullDiskStopsCallsAndLosesNothing(t *testing.T) {
	db, dir := newDB(t), t.TempDir()
	open := func(reserve uint64) *audit.Log {
		l, err := audit.Open(audit.WithReserve(audit.Config{DB: db, Ring: ring, Dir: dir, Log: quiet}, reserve))
		check(t, err)
		return l
	}
	l := open(math.MaxUint64 / 2)
	check(t, one(l, db, 1, "denied")) // before the log has tried
	waitForErr(l, true)
	for k, name := range []string{"a read", "a denial", "a change"} {
		if err := one(l, db, k, name); !errors.Is(err, audit.ErrUnavailable) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	if n := len(read(t, dir)); n != 0 {
		t.Errorf("%d records are written", n)
	}
	if err := l.Close(); err == nil {
		t.Error("closed as if all were written")
	}
	l = open(1)
	waitFor(t, dir, 1)
	check(t, one(l, db, 1, "after"))
	closeLog(t, l)
	if r := read(t, dir); len(r) != 2 || r[0].RequestID != "denied" || r[1].RequestID != "after" {
		t.Errorf("got %v", r)
	}
	good(t, dir)
}

// TestADiskThatHangsIsNoticed: what calls do meanwhile would not be on record.
func TestADiskThatHangsIsNoticed(t *testing.T) {
	disk, dir := disktest.New(), t.TempDir()
	d, err := pebble.Open("db", pebble.Options{FS: disk, Patience: time.Hour, Logger: slog.New(slog.DiscardHandler)})
	check(t, err)
	db := storage.New(d)
	l := openWith(t, db, audit.WithPatience(audit.Config{Dir: dir}, time.Second))
	check(t, one(l, db, 0, "first"))
	waitFor(t, dir, 1)
	check(t, l.Err())

	hangs := make(chan struct{})
	disk.Set(func(op, name string) error {
		if op == "sync" {
			<-hangs
		}
		return nil
	})
	check(t, one(l, db, 0, "second"))
	until(t, "it is noticed", func() bool { return l.Err() != nil })
	if err := one(l, db, 0, "a read"); !errors.Is(err, audit.ErrUnavailable) {
		t.Errorf("got %v", err)
	}
	close(hangs)
	until(t, "it is written again", func() bool { return l.Err() == nil })
	check(t, one(l, db, 0, "third"))
	waitFor(t, dir, 3)
	closeLog(t, l)
	check(t, db.Close())
	good(t, dir)
}
