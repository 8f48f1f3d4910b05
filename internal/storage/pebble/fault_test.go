// SPDX-License-Identifier: Apache-2.0

package pebble_test

import (
	"bytes"
	"cmp"
	"errors"
	"io"
	"log/slog"
	"math/rand/v2"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/bailiwick-dev/bailiwick/internal/storage/driver"
	"github.com/bailiwick-dev/bailiwick/internal/storage/pebble"
	"github.com/bailiwick-dev/bailiwick/internal/storage/pebble/disktest"
)

// logBuffer keeps what is logged.
type logBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// shop is a store on a failing disk at which many work.
type shop struct {
	t    *testing.T
	d    *disktest.Disk
	db   driver.DB
	log  logBuffer
	l    ledger
	stop atomic.Bool
	wg   sync.WaitGroup
}

// newShop opens a store, under the seed, and lets one goroutine work on it for
// each line. Calls may fail, but may see nothing wrong.
func newShop(t *testing.T, d *disktest.Disk, seed uint64) *shop { return newShopOf(t, d, seed, 0) }

// newShopOf is newShop for a store of that patience.
func newShopOf(t *testing.T, d *disktest.Disk, seed uint64, patience time.Duration) *shop {
	s := &shop{t: t, d: d}
	db, err := pebble.OpenSmall("db", pebble.Options{FS: d, Patience: patience, Logger: slog.New(slog.NewTextHandler(&s.log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	s.db = db
	for i := range s.l {
		rng := rand.New(rand.NewPCG(seed, uint64(i)))
		s.wg.Go(func() {
			for !s.stop.Load() {
				if err := s.l.work(db, i, rng); errors.Is(err, errWrong) {
					t.Error(err)
					return
				} else if err != nil {
					time.Sleep(time.Millisecond)
				}
			}
		})
	}
	return s
}

// await waits until ok and fails the test if that takes too long.
func (s *shop) await(what string, ok func() bool) {
	s.t.Helper()
	for end := time.Now().Add(60 * time.Second); !ok(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			stacks := make([]byte, 1<<20)
			stacks = stacks[:runtime.Stack(stacks, true)]
			s.t.Fatalf("waited in vain until %s\nlog:\n%s\n%s", what, s.log.String(), stacks)
		}
	}
}

// returns waits until every goroutine had that many calls more return.
func (s *shop) returns(calls int64) {
	s.t.Helper()
	for i := range s.l {
		want := s.l[i].calls.Load() + calls
		s.await("calls return", func() bool { return s.l[i].calls.Load() >= want })
	}
}

// commits waits until every goroutine has committed something more.
func (s *shop) commits() {
	s.t.Helper()
	for i := range s.l {
		want := s.l[i].tried.Load() + 1
		s.await("every line is written again", func() bool { return s.l[i].kept.Load() >= want })
	}
}

// end stops the work and checks what is there, also after a crash.
func (s *shop) end(rng *rand.Rand) {
	s.t.Helper()
	s.stop.Store(true)
	s.wg.Wait()
	if err := errors.Join(s.l.all(s.db), none(s.db)); err != nil {
		s.t.Error(err)
	}
	var b [len(s.l)]bounds
	for i := range s.l {
		b[i] = s.l[i].bounds()
	}
	for _, percent := range []int{0, 50} {
		if err := s.l.survives(s.d.Crash(percent, rng), &b); err != nil {
			s.t.Errorf("after a crash: %v", err)
		}
	}
	if err := s.db.Close(); err != nil {
		s.t.Errorf("Close = %v", err)
	}
}

// is returns a fault of one kind: ops and the files' names, by a part of them,
// each as alternatives divided by blanks.
func is(ops, names string, err error) func(op, name string) error {
	return func(op, name string) error {
		for _, o := range strings.Fields(ops) {
			for _, n := range strings.Fields(names) {
				if op == o && (strings.Contains(name, n) || n == "DIR" && name == "db") {
					return err
				}
			}
		}
		return nil
	}
}

const (
	allOps   = "create reuse write sync rename close remove"
	allFiles = ".log .sst MANIFEST marker OPTIONS dbtmp DIR"
)

// TestWriteFaults lets everything fail that can, in the midst of work. While it
// does calls return, and the log says why; afterwards, without anybody's help, the
// store goes on with everything that was acknowledged.
func TestWriteFaults(t *testing.T) {
	for _, c := range []struct {
		name       string
		ops, files string
		err        error
		breaks     bool // so that nothing at all can be written
		reopen     bool // met only when the store is opened
	}{
		{"full disk", "create write reuse", allFiles, syscall.ENOSPC, true, false},
		{"full disk that also fails to sync", "create write reuse sync", allFiles, syscall.ENOSPC, true, false},
		{"disk that is gone", allOps, allFiles, syscall.EIO, true, false},
		{"log: write, disk full", "write", ".log", syscall.ENOSPC, true, false},
		{"log: sync", "sync", ".log", syscall.EIO, true, false},
		{"log: create, disk full", "create reuse", ".log", syscall.ENOSPC, false, false},
		{"log: close", "close", ".log", syscall.EIO, false, false},
		{"table: create, disk full", "create", ".sst", syscall.ENOSPC, false, false},
		{"table: write, disk full", "write", ".sst", syscall.ENOSPC, false, false},
		{"table: sync", "sync", ".sst", syscall.EIO, false, false},
		{"table: close", "close", ".sst", syscall.EIO, false, false},
		{"manifest: write, disk full", "write", "MANIFEST", syscall.ENOSPC, false, false},
		{"manifest: sync", "sync", "MANIFEST", syscall.EIO, false, false},
		{"manifest: create, disk full", "create", "MANIFEST", syscall.ENOSPC, false, true},
		{"marker: create, disk full", "create", "marker", syscall.ENOSPC, false, true},
		{"options: write, disk full", "create write", "dbtmp", syscall.ENOSPC, false, true},
		{"options: rename", "rename", "OPTIONS", syscall.EIO, false, true},
		{"directory: sync", "sync", "DIR", syscall.EIO, false, false},
		{"directory: list", "list", "DIR", syscall.EIO, false, true},
		{"log and manifest: read", "read", ".log MANIFEST", syscall.EIO, false, true},
		{"remove", "remove", allFiles, syscall.EIO, false, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			rng := rand.New(rand.NewPCG(1, uint64(len(c.name))))
			s := newShop(t, disktest.New(), rng.Uint64())
			s.commits()
			fault := is(c.ops, c.files, c.err)
			if c.reopen {
				fault = either(once(is("sync", ".log", syscall.EIO)), fault)
			}
			s.d.Set(fault)
			s.await("it fails", func() bool { return s.d.Hits.Load() > 1 })
			s.returns(3)
			time.Sleep(200 * time.Millisecond) // a try or two to open it again
			s.returns(3)
			if c.breaks {
				s.refused(c.err)
			}
			s.d.Heal()
			s.commits()
			s.end(rng)
			if (c.breaks || c.reopen) && !strings.Contains(s.log.String(), c.err.Error()) {
				t.Errorf("the log does not say why:\n%s", s.log.String())
			}
		})
	}
}

// once is a fault that is met once.
func once(f func(op, name string) error) func(op, name string) error {
	var met atomic.Bool
	return func(op, name string) error {
		if err := f(op, name); err != nil && !met.Swap(true) {
			return err
		}
		return nil
	}
}

// either is one fault or the other.
func either(f, g func(op, name string) error) func(op, name string) error {
	return func(op, name string) error { return cmp.Or(f(op, name), g(op, name)) }
}

// refused checks that an Update is refused and says why.
func (s *shop) refused(cause error) {
	s.t.Helper()
	if err := s.l.add(s.db, 0, 1); !errors.Is(err, driver.ErrBroken) || !errors.Is(err, cause) {
		s.t.Errorf("Update = %v, want ErrBroken and %v", err, cause)
	}
}

// TestReadFaults lets reads of tables fail. The calls that meet it fail, and no
// others, and nothing looks absent.
func TestReadFaults(t *testing.T) {
	for name, fail := range map[string]func(d *disktest.Disk){
		"open":    func(d *disktest.Disk) { d.Set(is("open", ".sst", syscall.EIO)) },
		"read":    func(d *disktest.Disk) { d.Set(is("read", ".sst", syscall.EIO)) },
		"short":   func(d *disktest.Disk) { d.Set(is("read", ".sst", io.ErrUnexpectedEOF)) },
		"corrupt": func(d *disktest.Disk) { d.Garble.Store(&flip) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newShop(t, disktest.New(), 1)
			s.commits()
			s.returns(20)
			s.end(rand.New(rand.NewPCG(1, 2)))
			// Nothing is open in a store that has just been opened, but the table of
			// the ceiling of stamps; perhaps everything is in that one. So each try
			// has a table more.
			var db driver.DB
			for failed, tries := 0, 0; failed == 0; tries++ {
				if tries == 20 {
					t.Fatal("no call failed")
				}
				if db != nil {
					s.d.Heal()
					s.d.Garble.Store(nil)
					if err := s.l.add(db, 0, 1); err != nil {
						t.Fatal(err)
					}
					db.Close()
				}
				s.d.Set(inBackground(is("open", ".sst", syscall.EIO)))
				db = mustOpen(t, s.d)
				fail(s.d)
				failed = s.looks(db)
			}
			defer db.Close()
			s.d.Heal()
			s.d.Garble.Store(nil)
			// What began before, as in the background, may still fail.
			s.await("all can be read again", func() bool { return s.l.all(db) == nil })
			if err := s.l.add(db, 0, 1); err != nil {
				t.Errorf("afterwards: Update = %v", err)
			}
		})
	}
}

// TestTablesThatCannotBeReadTakeNoProcessor: the engine looks at every table after
// the start, and again at those that it could not read, but not all the time.
func TestTablesThatCannotBeReadTakeNoProcessor(t *testing.T) {
	s := newShop(t, disktest.New(), 1)
	s.commits()
	s.returns(20)
	s.end(rand.New(rand.NewPCG(1, 2)))
	fault := inBackground(is("open", ".sst", syscall.EIO))
	var db driver.DB
	// Where all is in the one table that is read at the start, none fails: so each
	// try has a table more.
	for s.d.Hits.Load() == 0 {
		s.d.Set(fault)
		db = mustOpen(t, s.d)
		time.Sleep(100 * time.Millisecond)
		if s.d.Hits.Load() == 0 {
			s.d.Heal()
			if err := errors.Join(s.l.add(db, 0, 1), db.Close()); err != nil {
				t.Fatal(err)
			}
		}
	}
	before := s.d.Hits.Load()
	time.Sleep(time.Second)
	if hits := s.d.Hits.Load() - before; hits > 200 {
		t.Errorf("tables that can't be read were opened %d times within a second", hits)
	}
	s.d.Heal()
	if err := errors.Join(s.l.all(db), db.Close()); err != nil {
		t.Error(err)
	}
}

// inBackground is a fault that only they meet who aren't opening the store: the
// engine, which else opens every table as soon as the store is open, or before.
func inBackground(f func(op, name string) error) func(op, name string) error {
	return func(op, name string) error {
		stack := make([]byte, 64<<10)
		if bytes.Contains(stack[:runtime.Stack(stack, false)], []byte("mustOpen")) {
			return nil
		}
		return f(op, name)
	}
}

// looks reads everything, in every way, and returns how often that failed.
func (s *shop) looks(db driver.DB) (failed int) {
	for i := range s.l {
		for how := range 3 {
			err := s.l.look(db, i, how)
			if errors.Is(err, errWrong) || errors.Is(err, driver.ErrNotFound) {
				s.t.Error(err)
			}
			if err != nil {
				failed++
			}
		}
		if err := s.l.read(db, i); errors.Is(err, errWrong) {
			s.t.Error(err)
		}
	}
	return failed
}

var flip = func(p []byte) {
	for i := range p {
		p[i] ^= 1
	}
}
