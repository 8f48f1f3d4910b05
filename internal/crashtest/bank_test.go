// SPDX-License-Identifier: Apache-2.0

package crashtest

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/bailiwick-dev/bailiwick/internal/crashtest/bank"
)

// TestTransactionsAreWholeAfterAKill kills servers in the middle of transactions,
// batches, expiry and the filling of indexes. Then no transaction is there by
// half, indexes and counts are those of their tables, and streams tell how the
// tables came to be.
func TestTransactionsAreWholeAfterAKill(t *testing.T) {
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
	who, err := root(dir)
	if err != nil {
		t.Fatal(err)
	}
	var b *bank.Bank
	done := bank.Tally{Begin: time.Now()}
	for round := range *rounds {
		if round%bank.Life == 0 {
			if b, err = bank.New(p.host, who, b, rnd); err != nil {
				t.Fatal(err)
			}
		}
		if p, err = playBank(b, p, dir, rnd, &done); err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
		if done.Kills%progress == 0 {
			t.Log(&done)
		}
	}
	t.Log(&done)
}

// playBank plays one round: everybody works, the server is killed, another is
// started on the same data and looked at. It returns the one that runs, or nil if
// none does.
func playBank(b *bank.Bank, p *process, dir string, rnd *rand.Rand, done *bank.Tally) (*process, error) {
	if err := b.Load(p.host, between(rnd, leastLoad, mostLoad), p.kill, p.stacks); err != nil {
		return nil, err
	}
	for rnd.IntN(4) == 0 {
		if err := killAtStart(dir, between(rnd, 0, mostStart)); err != nil {
			return nil, fmt.Errorf("killed as it started: %w", err)
		}
	}
	p, err := start(dir)
	if err != nil {
		return nil, err
	}
	return p, b.Verify(p.host, done)
}
