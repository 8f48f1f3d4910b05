// SPDX-License-Identifier: Apache-2.0

package pebble_test

import (
	"errors"
	"flag"
	"log/slog"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/bailiwick-dev/bailiwick/internal/storage/pebble"
	"github.com/bailiwick-dev/bailiwick/internal/storage/pebble/disktest"
)

var every = flag.Bool("every", false, "let each single operation on the disk fail, not only some")

// TestEveryOperation lets the disk fail once, at one operation after another, or
// from there on for a while, under one who writes. Whichever it is, the store is
// right afterwards, goes on, and survives a crash.
func TestEveryOperation(t *testing.T) {
	step, most := uint64(37), uint64(700)
	if *every {
		step = 1
	}
	gate := make(chan struct{}, 8) // most of the time is spent waiting
	var wg sync.WaitGroup
	for _, long := range []uint64{1, 2, 5} {
		for k := 1 + long%step; k < most; k += step {
			gate <- struct{}{}
			wg.Go(func() {
				failAt(t, k, long)
				<-gate
			})
		}
	}
	wg.Wait()
}

// failAt lets operation k and those after it fail, as many as long says.
func failAt(t *testing.T, k, long uint64) {
	d := disktest.New()
	var ops atomic.Uint64
	d.Set(func(op, name string) error {
		if n := ops.Add(1); n >= k && n < k+long {
			return syscall.EIO
		}
		return nil
	})
	rng := rand.New(rand.NewPCG(k, long))
	open := pebble.Options{FS: d, Logger: slog.New(slog.DiscardHandler)}
	db, err := pebble.OpenSmall("db", open)
	for n := 0; err != nil; n++ {
		if n > 100 {
			t.Errorf("operations %d to %d: Open = %v", k, k+long, err)
			return
		}
		db, err = pebble.OpenSmall("db", open)
	}
	defer db.Close()
	var l ledger
	wrong := func(err error) bool {
		if errors.Is(err, errWrong) {
			t.Errorf("operations %d to %d: %v", k, k+long, err)
		}
		return errors.Is(err, errWrong)
	}
	for end := time.Now().Add(60 * time.Second); ops.Load() < k+long+200; {
		for i := range l {
			if wrong(l.work(db, i, rng)) {
				return
			}
		}
		if time.Now().After(end) {
			t.Errorf("operations %d to %d: the store does not go on: %v", k, k+long, l.add(db, 0, 1))
			return
		}
	}
	if wrong(errors.Join(l.all(db), none(db))) {
		return
	}
	var b [len(l)]bounds
	for i := range l {
		b[i] = l[i].bounds()
	}
	d.Heal()
	if err := l.survives(d.Crash(0, rng), &b); err != nil {
		t.Errorf("operations %d to %d: after a crash: %v", k, k+long, err)
	}
}
