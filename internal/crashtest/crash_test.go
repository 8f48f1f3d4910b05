// SPDX-License-Identifier: Apache-2.0

// Package crashtest kills real servers with kill -9 while 64 writers are at
// work, starts them again on the same data, and compares what is there with
// what was acknowledged and attempted before. It consists of tests only; what
// they share with others is below it.
//
// The page cache survives the death of a process. That what is acknowledged
// also survives the loss of power is for the tests of the storage drivers, and
// for the power cuts of the whole server in the root package, which has the
// bank of this one at work.
package crashtest

import (
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bailiwick-dev/bailiwick/internal/crashtest/client"
)

var (
	rounds = flag.Int("rounds", 4, "how often the server is killed under load")
	seed   = flag.Uint64("seed", 0, "what decides when it is killed and who writes what; 0 is another one every time")
)

const (
	atSpeed   = 2 * writers            // changes acknowledged before the clock of a kill starts
	speedTime = 4 * time.Minute        // for that
	leastLoad = 20 * time.Millisecond  // under load before a kill
	mostLoad  = 400 * time.Millisecond // likewise
	progress  = 100                    // rounds between lines about a long run
	restEvery = 4                      // rounds, one of which begins with a kill at rest
	rest      = 600 * time.Millisecond // in which the decision log's journal empties
	mostStart = 50 * time.Millisecond  // into a start, for kills of servers that recover
)

func random(t *testing.T) *rand.Rand {
	t.Helper()
	s := *seed
	if s == 0 {
		s = rand.Uint64()
	}
	t.Logf("%d rounds, seed %d", *rounds, s)
	return rand.New(rand.NewPCG(s, 0))
}

// between is a random time from least to most.
func between(rnd *rand.Rand, least, most time.Duration) time.Duration {
	return least + time.Duration(rnd.Int64N(int64(most-least)))
}

// A tally is what the run has done, to be printed.
type tally struct {
	underLoad, atRest, atStart int // kills

	changes int           // acknowledged
	records int           // looked for in the decision log
	ordered int           // calls on hot items that have an order
	slowest time.Duration // start
	begin   time.Time
}

func (d *tally) String() string {
	return fmt.Sprintf("%d kills under load, %d at rest and %d at start; %d acknowledged changes and %d records in the decision log are there; %d calls on hot items are linearizable; slowest start %v; %v in all",
		d.underLoad, d.atRest, d.atStart, d.changes, d.records, d.ordered, d.slowest.Round(time.Millisecond), time.Since(d.begin).Round(time.Second))
}

func TestAKilledServerHasAllThatItAcknowledged(t *testing.T) {
	rnd := random(t)
	dir := t.TempDir()
	p, err := start(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if p != nil {
			_ = p.kill() // it may be gone
		}
	})
	w, err := newWorld(p.host, dir, rnd)
	if err != nil {
		t.Fatal(err)
	}
	done := tally{begin: time.Now()}
	for w.round = range *rounds {
		if p, err = w.play(p, dir, rnd, &done); err != nil {
			t.Fatalf("round %d: %v", w.round, err)
		}
		if done.underLoad%progress == 0 {
			t.Log(&done)
		}
	}
	t.Log(&done)
}

// play plays one round: it has the writers write to p, kills it, starts another
// server on the same data and compares. It returns the one that runs, or nil if
// none does.
func (w *world) play(p *process, dir string, rnd *rand.Rand, done *tally) (*process, error) {
	if w.round%restEvery == 1 {
		time.Sleep(rest)
		if err := p.kill(); err != nil {
			return nil, err
		}
		done.atRest++
		var err error
		if p, err = start(dir); err != nil {
			return nil, err
		}
	}
	if err := w.load(p, between(rnd, leastLoad, mostLoad)); err != nil {
		return nil, err
	}
	done.underLoad++
	done.changes += int(w.answered.Load())
	for rnd.IntN(4) == 0 {
		if err := killAtStart(dir, between(rnd, 0, mostStart)); err != nil {
			return nil, fmt.Errorf("killed as it started: %w", err)
		}
		done.atStart++
	}
	begin := time.Now()
	p, err := start(dir)
	if err != nil {
		return nil, err
	}
	done.slowest = max(done.slowest, time.Since(begin))
	if err := w.verify(p.host, w.round == *rounds-1); err != nil {
		return p, err
	}
	done.ordered += w.ordered
	n, err := w.log.check()
	done.records += n
	if err != nil {
		return p, err
	}
	return p, w.log.verify()
}

// load lets all writers write and kills the server some time after they are at
// speed.
func (w *world) load(p *process, after time.Duration) error {
	w.killed.Store(false)
	w.answered.Store(0)
	w.claimed.Store(0)
	var wg sync.WaitGroup
	errs := make([]error, len(w.writers))
	for i, wr := range w.writers {
		wg.Go(func() { errs[i] = wr.run(p.host) })
	}
	for deadline := time.Now().Add(speedTime); w.answered.Load() < atSpeed && time.Now().Before(deadline); {
		time.Sleep(time.Millisecond)
	}
	slow := w.answered.Load() < atSpeed
	if !slow {
		time.Sleep(after)
	}
	w.killed.Store(true)
	var err error
	if slow {
		err = fmt.Errorf("%d changes in %v\n%s", w.answered.Load(), speedTime, p.stacks())
	} else {
		err = p.kill()
	}
	wg.Wait()
	return errors.Join(append(errs, err)...)
}

func killAtStart(dir string, after time.Duration) error {
	p, err := launch(dir)
	if err != nil {
		return err
	}
	time.Sleep(after)
	return p.kill()
}

func TestAServerKilledAtItsFirstStartStartsAgain(t *testing.T) {
	rnd := random(t)
	for range *rounds {
		dir, after := t.TempDir(), between(rnd, 0, mostStart)
		if err := killAtStart(dir, after); err != nil {
			t.Fatal(err)
		}
		if err := startsAndKnowsRoot(dir); err != nil {
			t.Fatalf("killed after %v: %v", after, err)
		}
	}
}

// startsAndKnowsRoot starts a server, uses its root access key and kills it.
func startsAndKnowsRoot(dir string) error {
	p, err := start(dir)
	if err != nil {
		return err
	}
	return errors.Join(rootWorks(p.host, dir), p.kill())
}

func rootWorks(host, dir string) error {
	who, err := root(dir)
	if err != nil {
		return err
	}
	c, err := client.Dial(host)
	if err != nil {
		return err
	}
	defer c.Close()
	return client.Call(c.Works(who))
}

func TestASecondServerOnTheSameDataIsRefused(t *testing.T) {
	dir := t.TempDir()
	p, err := start(dir)
	if err != nil {
		t.Fatal(err)
	}
	second, err := start(dir)
	if err == nil {
		t.Error("a second server started", second.kill())
	} else if !strings.Contains(err.Error(), "in use by another server") {
		t.Error(err)
	}
	if err := rootWorks(p.host, dir); err != nil {
		t.Errorf("the first server: %v", err)
	}
	if err := p.kill(); err != nil {
		t.Fatal(err)
	}
	if err := startsAndKnowsRoot(dir); err != nil {
		t.Errorf("after the first was killed: %v", err)
	}
}
