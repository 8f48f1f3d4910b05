// SPDX-License-Identifier: Apache-2.0

package pebble_test

import (
	"context"
	"encoding/binary"
	"errors"
	"log/slog"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/bailiwick-dev/bailiwick/internal/storage/driver"
	"github.com/bailiwick-dev/bailiwick/internal/storage/pebble"
	"github.com/bailiwick-dev/bailiwick/internal/storage/pebble/disktest"
)

// TestPowerCutAtEveryOperation cuts the power before each operation on the disk, while
// a store is made, written to, closed and opened again, and keeps some of what was not
// synced, names as well as blocks. Each time the store opens and has all that was
// acknowledged.
func TestPowerCutAtEveryOperation(t *testing.T) {
	for seed := range uint64(2) {
		cuts := cutEverywhere(t, rand.New(rand.NewPCG(seed, 0)))
		if len(cuts) < 150 {
			t.Errorf("only %d cuts", len(cuts))
		}
		survive(t, cuts)
	}
}

// survive opens what each cut has left.
func survive(t *testing.T, cuts []powerCut) {
	for i, c := range cuts {
		db, err := pebble.OpenSmall("db", pebble.Options{FS: c.disk, Logger: slog.New(slog.DiscardHandler)})
		if err != nil {
			t.Fatalf("cut %d of %d, before %s: %v", i, len(cuts), c.before, err)
		}
		n, err := look(db, 0)
		if err != nil || n[0] < c.acked {
			t.Errorf("cut %d, before %s: the counter is %d, %v, after %d was acknowledged", i, c.before, n[0], err, c.acked)
		}
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}
}

// A powerCut is what a cut has left.
type powerCut struct {
	disk   *disktest.Disk
	before string // which operation
	acked  uint64
}

// cutEverywhere opens a store three times and returns what is left when the power is
// cut before each operation.
func cutEverywhere(t *testing.T, rng *rand.Rand) (cuts []powerCut) {
	const opened, updates = 3, 10
	d := disktest.New()
	var mu sync.Mutex
	var acked uint64
	d.Set(func(op, name string) error {
		if op == "read" || op == "open" || op == "list" {
			return nil // they change nothing
		}
		mu.Lock()
		defer mu.Unlock()
		percent := []int{50, 90}[len(cuts)%2]
		cuts = append(cuts, powerCut{d.Crash(percent, rng), op + " " + name, acked})
		return nil
	})
	for range opened {
		db := mustOpen(t, d)
		for range updates {
			if err := update(db, &mu, &acked); err != nil {
				t.Fatal(err)
			}
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return cuts
}

// update sets the counter to one more than was acknowledged, and writes so much that
// the engine makes tables once in a while.
func update(db driver.DB, mu *sync.Mutex, acked *uint64) error {
	mu.Lock()
	n := *acked + 1
	mu.Unlock()
	err := db.Update(context.Background(), func(w driver.Writer) error {
		return errors.Join(w.Put([]byte("c\x00"), binary.BigEndian.AppendUint64(nil, n)), w.Put([]byte("filling"), make([]byte, 10<<10)))
	})
	if err != nil {
		return err
	}
	mu.Lock()
	defer mu.Unlock()
	*acked = n
	return nil
}
