// SPDX-License-Identifier: Apache-2.0

package bailiwick_test

import (
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/bailiwick-dev/bailiwick/internal/audit/trail"
	"github.com/bailiwick-dev/bailiwick/internal/crashtest/bank"
	"github.com/bailiwick-dev/bailiwick/internal/storage/pebble/disktest"
)

var (
	powerCuts = flag.Int("cuts", 4, "how often the power is cut under a whole server")
	cutSeed   = flag.Uint64("seed", 0, "what decides when it is cut, what is left and who writes what; 0 is another one every time")
)

const (
	mostLoad  = 300 * time.Millisecond // under load before a cut
	mostStart = 50 * time.Millisecond  // into a start, for cuts while a server recovers
	syncDelay = 200 * time.Microsecond // so that much is under way at any moment
)

// TestWhatWasAcknowledgedSurvivesAPowerCut cuts the power under a whole server, in
// the middle of transactions, batches, expiry, the filling of indexes and the
// removal of tables. What was not synced is gone then, or a part of it. No
// transaction is there by half, indexes and counts are those of their tables,
// streams tell how the tables came to be, and what the server does by itself goes
// on until nothing is left of what was deleted.
//
// The decision log's files are on the real disk: they are as the operating system
// has them at the moment of the cut, which is what a kill of the process leaves.
func TestWhatWasAcknowledgedSurvivesAPowerCut(t *testing.T) {
	seed := *cutSeed
	if seed == 0 {
		seed = rand.Uint64()
	}
	t.Logf("%d cuts, seed %d", *powerCuts, seed)
	rnd := rand.New(rand.NewPCG(seed, 0))
	done := bank.Tally{Begin: time.Now()}
	for done.Kills < *powerCuts {
		if err := livePowerCuts(t, rnd, min(bank.Life, *powerCuts-done.Kills), &done); err != nil {
			t.Fatalf("cut %d: %v", done.Kills, err)
		}
		t.Log(&done)
	}
}

// livePowerCuts cuts the power of one new disk that often.
func livePowerCuts(t *testing.T, rnd *rand.Rand, cuts int, done *bank.Tally) error {
	s, err := newShell(t)
	if err != nil {
		return err
	}
	defer func() { s.end() }()
	b, err := bank.New(s.host, s.owner(), nil, rnd)
	if err != nil {
		return err
	}
	var head trail.Head
	for range cuts {
		if s, err = s.playPowerCut(b, rnd, []int{0, 50, 95}[rnd.IntN(3)], done); err != nil {
			return err
		}
		r, err := trail.Verify(filepath.Join(s.dir, "audit"), trail.Options{Since: head})
		if err != nil {
			return err
		}
		head = r.Head
	}
	return nil
}

// TestAPowerCutIsSeenToLoseWhatWasNotSynced shows that the bank misses what is gone
// when the disk only pretends to sync.
func TestAPowerCutIsSeenToLoseWhatWasNotSynced(t *testing.T) {
	rnd := rand.New(rand.NewPCG(rand.Uint64(), 0))
	s, err := newShell(t)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { s.end() }()
	b, err := bank.New(s.host, s.owner(), nil, rnd)
	if err != nil {
		t.Fatal(err)
	}
	s.disk.Lazy.Store(true)
	var done bank.Tally
	if s, err = s.playPowerCut(b, rnd, 0, &done); !errors.Is(err, errWrong) {
		t.Errorf("a disk that does not sync: %v, want an error of the bank", err)
	}
}

// errWrong is of data that is not as it must be.
var errWrong = errors.New("the data is wrong")

// playPowerCut has everybody work, cuts the power so that some of a hundred blocks
// are left of what wasn't synced, and looks at what another server makes of it,
// which it returns; once in a while the power is cut again as that starts.
func (s *shell) playPowerCut(b *bank.Bank, rnd *rand.Rand, percent int, done *bank.Tally) (*shell, error) {
	var dir string
	var disk *disktest.Disk
	kill := func() (err error) {
		dir, disk, err = s.cut(percent, rnd)
		return err
	}
	err := b.Load(s.host, time.Duration(rnd.Int64N(int64(mostLoad))), kill, func() string { return "" })
	if err != nil {
		return s, err
	}
	for rnd.IntN(4) == 0 {
		if dir, disk, err = s.cutAtStart(dir, disk, time.Duration(rnd.Int64N(int64(mostStart))), percent, rnd); err != nil {
			return s, fmt.Errorf("power cut as the server started: %w", err)
		}
	}
	s.end()
	if err := errors.Join(s.log.err(), os.RemoveAll(s.dir)); err != nil {
		return s, err
	}
	next, err := openShell(s.t, dir, disk, 0)
	if err != nil {
		return s, err
	}
	if err := b.Verify(next.host, done); err != nil {
		return next, fmt.Errorf("%w: %w", errWrong, err)
	}
	return next, next.leftovers()
}
