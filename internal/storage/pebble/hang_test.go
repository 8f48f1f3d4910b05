// SPDX-License-Identifier: Apache-2.0

package pebble_test

import (
	"errors"
	"log/slog"
	"math/rand/v2"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bailiwick-dev/bailiwick/internal/storage/driver"
	"github.com/bailiwick-dev/bailiwick/internal/storage/pebble"
	"github.com/bailiwick-dev/bailiwick/internal/storage/pebble/disktest"
)

// patience is that of stores on disks that hang.
const patience = 300 * time.Millisecond

// hang has operations hang until goOn is called. The channel is closed when one does.
func hang(d *disktest.Disk, met func(op, name string) error) (hangs <-chan struct{}, goOn func()) {
	first, gate := make(chan struct{}), make(chan struct{})
	hung := sync.OnceFunc(func() { close(first) })
	d.Set(func(op, name string) error {
		if met(op, name) != nil {
			hung()
			<-gate
		}
		return nil
	})
	return first, func() {
		d.Heal()
		close(gate)
	}
}

// TestHungDisk lets the disk hang in the midst of work, with everything or with one
// operation of any kind. While it does calls return, the log says why, and no other
// engine is opened; afterwards, without anybody's help, the store goes on with
// everything that was acknowledged.
func TestHungDisk(t *testing.T) {
	for _, c := range []struct{ name, ops, files string }{
		{"everything", allOps, allFiles},
		{"log: sync", "sync", ".log"},
		{"log: write", "write", ".log"},
		{"log: create", "create reuse", ".log"},
		{"table: create", "create", ".sst"},
		{"table: write", "write", ".sst"},
		{"table: sync", "sync", ".sst"},
		{"manifest: write", "write", "MANIFEST"},
		{"manifest: sync", "sync", "MANIFEST"},
		{"directory: sync", "sync", "DIR"},
		{"log: close", "close", ".log"},
		{"tables: every close", "close", ".sst"}, // also of those that calls have read
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			rng := rand.New(rand.NewPCG(2, uint64(len(c.name))))
			s := newShopOf(t, disktest.New(), rng.Uint64(), patience)
			s.commits()
			met := is(c.ops, c.files, errSeen)
			if c.ops != allOps && c.name != "tables: every close" {
				met = once(met)
			}
			hangs, goOn := hang(s.d, met)
			<-hangs
			opened := strings.Count(s.log.String(), "in service again")
			s.await("changes are refused", func() bool { return s.refusedFor("does not answer") })
			s.returns(3)
			time.Sleep(3 * patience)
			if strings.Count(s.log.String(), "in service again") > opened {
				t.Error("another engine has opened a directory in which the old one may yet change something")
			}
			if !s.refusedFor("does not answer") || !strings.Contains(s.log.String(), "does not answer") {
				t.Error("changes are not refused, or the log does not say why")
			}
			goOn()
			s.commits()
			s.end(rng)
		})
	}
}

// refusedFor reports whether an Update is refused, and says why.
func (s *shop) refusedFor(why string) bool {
	err := s.l.add(s.db, 0, 1)
	return errors.Is(err, driver.ErrBroken) && strings.Contains(err.Error(), why)
}

// TestSlowDisk shows that a disk which is slow, but not that slow, breaks nothing, and
// that the log says so.
func TestSlowDisk(t *testing.T) {
	d := disktest.New()
	var log logBuffer
	db, err := pebble.OpenSmall("db", pebble.Options{FS: d, Patience: time.Minute, Logger: slog.New(slog.NewTextHandler(&log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	d.Set(func(op, name string) error {
		if is("sync", ".log", errSeen)(op, name) != nil {
			time.Sleep(10 * time.Millisecond)
		}
		return nil
	})
	for n := range uint64(5) {
		if err := count(db, 1, n); err != nil {
			t.Error(err)
		}
	}
	if err := db.Close(); err != nil || strings.Contains(log.String(), "slow") {
		t.Errorf("Close = %v, and the log says %s", err, log.String())
	}
	d.Heal()
	db, err = pebble.OpenSmall("db", pebble.Options{FS: d, Patience: 2 * time.Second, Logger: slog.New(slog.NewTextHandler(&log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	_, goOn := hang(d, is("sync", ".log", errSeen))
	time.AfterFunc(500*time.Millisecond, goOn)
	if err := count(db, 1, 9); err != nil {
		t.Errorf("an Update that the disk is slow with = %v", err)
	}
	if !strings.Contains(log.String(), "the disk is slow") {
		t.Errorf("the log does not say that the disk is slow: %s", log.String())
	}
	if err := db.Close(); err != nil {
		t.Error(err)
	}
}

// TestCloseWhileTheDiskHangs shows that Close returns, that nobody else opens the
// directory before the disk has done what it was told, and that nothing is left behind
// afterwards.
func TestCloseWhileTheDiskHangs(t *testing.T) {
	before := runtime.NumGoroutine()
	d := disktest.New()
	open := func() (driver.DB, error) {
		return pebble.OpenSmall("db", pebble.Options{FS: d, Patience: patience, Logger: slog.New(slog.DiscardHandler)})
	}
	db, err := open()
	if err != nil {
		t.Fatal(err)
	}
	if err := count(db, 1, 1); err != nil {
		t.Fatal(err)
	}
	_, goOn := hang(d, is("sync", ".log", errSeen))
	if err := count(db, 1, 2); !errors.Is(err, driver.ErrBroken) {
		t.Errorf("Update = %v, want ErrBroken", err)
	}
	if err := db.Close(); !errors.Is(err, driver.ErrBroken) {
		t.Errorf("Close = %v, want ErrBroken", err)
	}
	if _, err := open(); !errors.Is(err, driver.ErrLocked) {
		t.Errorf("Open while the disk hangs = %v, want ErrLocked", err)
	}
	goOn()
	for end := time.Now().Add(time.Minute); runtime.NumGoroutine() > before; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			stacks := make([]byte, 1<<20)
			t.Fatalf("goroutines remain:\n%s", stacks[:runtime.Stack(stacks, true)])
		}
	}
}
