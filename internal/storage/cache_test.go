// SPDX-License-Identifier: Apache-2.0

package storage_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/bailiwick-dev/bailiwick/internal/storage"
)

const (
	alice = "111122223333"
	bob   = "444455556666"
)

var errFill = errors.New("fill failed")

// setName changes what the caches of these tests hold and says so.
func setName(t testing.TB, db *storage.DB, owner, name string) {
	t.Helper()
	update(t, db, func(tx *storage.Tx) error {
		return errors.Join(roles.Put(tx, role{owner, name}, owner, "name"), tx.Advance(owner))
	})
}

func readName(tx *storage.Tx, owner string) (string, error) {
	r, err := roles.Get(tx, owner, "name")
	return r.Name, err
}

// cached reads the owner's name through the cache and counts the fills.
func cached(c *storage.Cache[string], tx *storage.Tx, owner string, fills *int) (string, error) {
	return c.Get(tx, owner, "name", func(tx *storage.Tx) (string, error) {
		*fills++
		return readName(tx, owner)
	})
}

func TestEpoch(t *testing.T) {
	db := open(t)
	ctx := context.Background()
	update(t, db, func(tx *storage.Tx) error {
		n, err := tx.Epoch(alice)
		if n != 0 || err != nil {
			t.Errorf("the first epoch is %d, %v", n, err)
		}
		err = errors.Join(tx.Advance(alice), tx.Advance(alice))
		if n, _ := tx.Epoch(alice); n != 2 {
			t.Errorf("the epoch is %d after two advances", n)
		}
		return err
	})
	view(t, db, func(tx *storage.Tx) error {
		n, err := tx.Metadata().Epoch(alice)
		if n != 2 || err != nil {
			t.Errorf("Metadata sees epoch %d, %v", n, err)
		}
		if n, _ := tx.Epoch(bob); n != 0 {
			t.Errorf("another owner's epoch is %d", n)
		}
		return nil
	})
	data := []storage.Span{storage.Data.Span(true)}
	for name, f := range map[string]func(*storage.Tx) error{
		"Epoch of a part": func(tx *storage.Tx) error {
			_, _ = tx.Epoch(alice) // read before by the whole
			_, err := tx.Only(data).Epoch(alice)
			return err
		},
		"Advance of a part":   func(tx *storage.Tx) error { return tx.Only(data).Advance(alice) },
		"Advance of Metadata": func(tx *storage.Tx) error { return tx.Metadata().Advance(alice) },
		"Advance of all areas, narrowed": func(tx *storage.Tx) error {
			return tx.Only([]storage.Span{storage.Metadata.Span(true)}).Advance(alice)
		},
	} {
		if err := db.Update(ctx, f); !errors.Is(err, storage.ErrNotAllowed) {
			t.Errorf("%s = %v, want ErrNotAllowed", name, err)
		}
	}
	if err := db.View(ctx, func(tx *storage.Tx) error { return tx.Advance(alice) }); !errors.Is(err, storage.ErrNotAllowed) {
		t.Errorf("Advance in a View = %v, want ErrNotAllowed", err)
	}
	if _, err := (&storage.Tx{}).Epoch(alice); !errors.Is(err, storage.ErrNotAllowed) {
		t.Errorf("Epoch of the zero Tx = %v, want ErrNotAllowed", err)
	}
}

func TestCacheHitsUntilAdvance(t *testing.T) {
	db := open(t)
	c := storage.NewCache[string](100)
	fills := 0
	for i, step := range []struct {
		change func()
		owner  string
		want   string
		fills  int
	}{
		{func() { setName(t, db, alice, "a1") }, alice, "a1", 1},
		{func() {}, alice, "a1", 1},
		{func() { setName(t, db, bob, "b1") }, alice, "a1", 1},
		{func() {}, bob, "b1", 2},
		{func() { setName(t, db, alice, "a2") }, alice, "a2", 3},
		{func() {}, bob, "b1", 3},
	} {
		step.change()
		view(t, db, func(tx *storage.Tx) error {
			got, err := cached(c, tx.Metadata(), step.owner, &fills)
			if got != step.want || fills != step.fills {
				t.Errorf("step %d: got %q after %d fills, want %q after %d", i, got, fills, step.want, step.fills)
			}
			return err
		})
	}
}

// A reader with an old snapshot neither gets what is newer nor leaves what is
// older.
func TestCacheSlowReader(t *testing.T) {
	db := open(t)
	c := storage.NewCache[string](100)
	setName(t, db, alice, "old")
	fills := 0
	look := func(want string) {
		view(t, db, func(tx *storage.Tx) error {
			got, err := cached(c, tx, alice, &fills)
			if got != want {
				t.Errorf("got %q, want %q", got, want)
			}
			return err
		})
	}
	view(t, db, func(tx *storage.Tx) error {
		got, err := c.Get(tx, alice, "name", func(tx *storage.Tx) (string, error) {
			name, err := readName(tx, alice)
			elsewhere(func() {
				setName(t, db, alice, "new")
				look("new")
			})
			return name, err
		})
		if got != "old" {
			t.Errorf("the slow reader got %q", got)
		}
		return err
	})
	look("new")
	if fills != 1 {
		t.Errorf("what the slow reader left displaced what is newer: %d fills", fills)
	}
	view(t, db, func(tx *storage.Tx) error { // a snapshot from before the change
		for _, err := range roles.Scan(tx, "") {
			if err != nil {
				return err
			}
		}
		elsewhere(func() { setName(t, db, alice, "newest"); look("newest") })
		got, err := cached(c, tx, alice, &fills)
		if got != "new" {
			t.Errorf("the old snapshot got %q", got)
		}
		return err
	})
}

func elsewhere(f func()) {
	var wg sync.WaitGroup
	wg.Go(f)
	wg.Wait()
}

// What a transaction wrote, but may never commit, does not reach the cache, and
// the transaction itself sees it.
func TestCacheUncommitted(t *testing.T) {
	db := open(t)
	c := storage.NewCache[string](100)
	setName(t, db, alice, "committed")
	fills := 0
	for _, when := range []string{"before", "during"} {
		err := db.Update(context.Background(), func(tx *storage.Tx) error {
			write := func() error { return roles.Put(tx, role{alice, "uncommitted"}, alice, "name") }
			if when == "before" {
				if err := write(); err != nil {
					return err
				}
			}
			got, err := c.Get(tx.Metadata(), alice, "name", func(part *storage.Tx) (string, error) {
				if when == "during" {
					if err := write(); err != nil {
						return "", err
					}
				}
				return readName(part, alice)
			})
			if got != "uncommitted" {
				t.Errorf("%s: the writer itself got %q, %v", when, got, err)
			}
			return errFill
		})
		if !errors.Is(err, errFill) {
			t.Fatalf("Update = %v", err)
		}
		view(t, db, func(tx *storage.Tx) error {
			got, err := cached(c, tx, alice, &fills)
			if got != "committed" {
				t.Errorf("%s: a later reader got %q", when, got)
			}
			return err
		})
		setName(t, db, alice, "committed")
	}
	update(t, db, func(tx *storage.Tx) error { // a cached value is not used after a write
		if _, err := cached(c, tx, alice, &fills); err != nil {
			return err
		}
		err := roles.Put(tx, role{alice, "changed"}, alice, "name")
		if got, _ := cached(c, tx, alice, &fills); got != "changed" {
			t.Errorf("after its own change the writer got %q", got)
		}
		return errors.Join(err, tx.Advance(alice))
	})
}

// Neither an error nor what was made in spite of one is remembered.
func TestCacheFailures(t *testing.T) {
	db := open(t)
	c := storage.NewCache[string](100)
	setName(t, db, alice, "a")
	fills := 0
	err := db.View(context.Background(), func(tx *storage.Tx) error {
		_, err := c.Get(tx, alice, "name", func(*storage.Tx) (string, error) { return "bad", errFill })
		return err
	})
	if !errors.Is(err, errFill) {
		t.Errorf("View = %v, want fill's error", err)
	}
	err = db.View(context.Background(), func(tx *storage.Tx) error {
		_, err := c.Get(tx.Metadata(), alice, "name", func(tx *storage.Tx) (string, error) {
			_, _ = tx.Get([]byte{byte(storage.Data)}) // not allowed, and overlooked
			return "bad", nil
		})
		return err
	})
	if !errors.Is(err, storage.ErrNotAllowed) {
		t.Errorf("View = %v, want ErrNotAllowed", err)
	}
	err = db.View(context.Background(), func(tx *storage.Tx) error {
		_, err := c.Get(tx.Metadata(), alice, "name", func(tx *storage.Tx) (string, error) {
			_, _ = tx.Get(append([]byte{byte(storage.Metadata)}, make([]byte, 1<<14)...)) // fails, and is overlooked
			return "bad", nil
		})
		return err
	})
	if err == nil {
		t.Error("View succeeds in spite of a failed read")
	}
	view(t, db, func(tx *storage.Tx) error {
		got, err := cached(c, tx, alice, &fills)
		if got != "a" {
			t.Errorf("got %q", got)
		}
		return err
	})
}

func TestCacheIsBounded(t *testing.T) {
	db := open(t)
	const max = 64
	c := storage.NewCache[int](max)
	view(t, db, func(tx *storage.Tx) error {
		get := func(i int) (filled bool) {
			got, err := c.Get(tx, alice, fmt.Sprint(i), func(*storage.Tx) (int, error) { filled = true; return i, nil })
			if got != i || err != nil {
				t.Errorf("Get(%d) = %d, %v", i, got, err)
			}
			return filled
		}
		for i := range 10 * max {
			get(i)
		}
		kept := 0
		for i := 10*max - 1; i >= 0; i-- {
			if !get(i) {
				kept++
			}
		}
		if kept == 0 || kept > 2*max {
			t.Errorf("of %d values %d were kept, of at most %d", 10*max, kept, max)
		}
		return nil
	})
}

func TestCacheHitDoesNotAllocate(t *testing.T) {
	db := open(t)
	c := storage.NewCache[string](100)
	setName(t, db, alice, "a")
	fill := func(tx *storage.Tx) (string, error) { return readName(tx, alice) }
	view(t, db, func(tx *storage.Tx) error {
		if n := testing.AllocsPerRun(100, func() { _, _ = c.Get(tx, alice, "name", fill) }); n > 0 {
			t.Errorf("a hit makes %v allocations", n)
		}
		return nil
	})
}

// Readers and a writer at once: nobody sees a name that is not of their epoch.
func TestCacheConcurrent(t *testing.T) {
	db := open(t)
	c := storage.NewCache[string](4)
	setName(t, db, alice, "1") // the name is the epoch
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			fills := 0
			for range 200 {
				view(t, db, func(tx *storage.Tx) error {
					n, err := tx.Epoch(alice)
					if err != nil {
						return err
					}
					got, err := cached(c, tx, alice, &fills)
					if err == nil && got != fmt.Sprint(n) {
						t.Errorf("in epoch %d got %q", n, got)
					}
					return err
				})
			}
		})
	}
	wg.Go(func() {
		for n := 2; n < 100; n++ {
			setName(t, db, alice, fmt.Sprint(n))
		}
	})
	wg.Wait()
}

func BenchmarkCacheHit(b *testing.B) {
	db := open(b)
	c := storage.NewCache[string](100)
	setName(b, db, alice, "a")
	fill := func(tx *storage.Tx) (string, error) { return readName(tx, alice) }
	view(b, db, func(tx *storage.Tx) error {
		b.Run("bare map", func(b *testing.B) {
			m := map[string]string{"name": "a"}
			for b.Loop() {
				_ = m["name"]
			}
		})
		b.Run("hit", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_, _ = c.Get(tx, alice, "name", fill)
			}
		})
		return nil
	})
	b.Run("hit in its own View", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			view(b, db, func(tx *storage.Tx) error {
				_, err := c.Get(tx, alice, "name", fill)
				return err
			})
		}
	})
}
