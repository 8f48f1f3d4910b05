// SPDX-License-Identifier: Apache-2.0

package pebble_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/bailiwick-dev/bailiwick/internal/storage/driver"
	"github.com/bailiwick-dev/bailiwick/internal/storage/pebble"
	"github.com/bailiwick-dev/bailiwick/internal/storage/storagetest"
)

func TestContract(t *testing.T) {
	storagetest.Run(t, func(t *testing.T) driver.DB {
		db, err := pebble.OpenMemory()
		if err != nil {
			t.Fatal(err)
		}
		return db
	})
}

func TestSecondOpenIsLocked(t *testing.T) {
	for name, o := range map[string]pebble.Options{
		"on disk":   {},
		"in memory": {FS: vfs.NewMem()},
	} {
		dir := filepath.Join(t.TempDir(), "db")
		db, err := pebble.Open(dir, o)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if _, err := pebble.Open(dir, o); !errors.Is(err, driver.ErrLocked) {
			t.Errorf("%s: second Open = %v, want ErrLocked", name, err)
		}
		if err := db.Close(); err != nil {
			t.Errorf("%s: Close = %v", name, err)
		}
		db, err = pebble.Open(dir, o)
		if err != nil {
			t.Fatalf("%s: Open after Close = %v", name, err)
		}
		if err := db.Close(); err != nil {
			t.Errorf("%s: Close = %v", name, err)
		}
	}
}

// A store on disk is the owner's alone and keeps what it was given.
func TestOnDisk(t *testing.T) {
	ctx := context.Background()
	dir := filepath.Join(t.TempDir(), "new", "db")
	for round := range 2 {
		db, err := pebble.Open(dir, pebble.Options{Logger: slog.New(slog.DiscardHandler)})
		if err != nil {
			t.Fatal(err)
		}
		err = db.Update(ctx, func(w driver.Writer) error {
			_, err := w.Get([]byte("k"))
			if found := err == nil; found != (round == 1) {
				t.Errorf("round %d: found %v, %v", round, found, err)
			}
			return w.Put([]byte("k"), nil)
		})
		if err := errors.Join(err, db.Close()); err != nil {
			t.Fatal(err)
		}
	}
	info, err := os.Stat(dir)
	if err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("the directory's mode is %v, %v", info.Mode(), err)
	}
}

// TestManyKeysInOneUpdate commits more keys than the log of recent commits holds.
func TestManyKeysInOneUpdate(t *testing.T) {
	ctx := context.Background()
	db, err := pebble.OpenMemory()
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	runs := 0
	err = db.Update(ctx, func(w driver.Writer) error {
		runs++
		n := 0
		c := w.Scan(driver.Range{Lo: []byte("k"), Hi: []byte("l")})
		for c.Next() {
			n++
		}
		if runs == 1 {
			done := make(chan error)
			go func() { done <- fill(db, 20_000) }()
			if err := <-done; err != nil {
				return err
			}
		}
		return errors.Join(c.Close(), w.Put([]byte("n"), strconv.AppendInt(nil, int64(n), 10)))
	})
	if err != nil {
		t.Fatal(err)
	}
	err = db.Get(ctx, []byte("n"), func(val []byte) error {
		if string(val) != "20000" {
			t.Errorf("counted %s of 20000 keys in %d runs", val, runs)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func fill(db driver.DB, n int) error {
	return db.Update(context.Background(), func(w driver.Writer) error {
		for i := range n {
			if err := w.Put(fmt.Appendf(nil, "k/%050d", i), nil); err != nil {
				return err
			}
		}
		return nil
	})
}

// A scan depends on what it has passed, and on nothing beyond.
func TestScanDependsOnWhatItPassed(t *testing.T) {
	for _, c := range []struct {
		name, changed string
		reverse       bool
		reruns        bool
	}{
		{"forward, before the last key", "bb", false, true},
		{"forward, after the last key", "cc", false, false},
		{"reverse, above the last key", "dd", true, true},
		{"reverse, below the last key", "bb", true, false},
		{"outside the range", "z", false, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			db, err := pebble.OpenMemory()
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			ctx := context.Background()
			put := func(keys ...string) error {
				return db.Update(ctx, func(w driver.Writer) error {
					for _, k := range keys {
						if err := w.Put([]byte(k), nil); err != nil {
							return err
						}
					}
					return nil
				})
			}
			if err := put("a", "b", "c", "d", "e"); err != nil {
				t.Fatal(err)
			}
			runs := 0
			err = db.Update(ctx, func(w driver.Writer) error {
				runs++
				cur := w.Scan(driver.Range{Lo: []byte("a"), Hi: []byte("f"), Reverse: c.reverse})
				for range 3 {
					cur.Next()
				}
				if runs == 1 {
					done := make(chan error)
					go func() { done <- put(c.changed) }()
					if err := <-done; err != nil {
						return err
					}
				}
				return w.Put([]byte("x"), nil)
			})
			if err != nil || (runs > 1) != c.reruns {
				t.Errorf("ran %d times, %v", runs, err)
			}
		})
	}
}
