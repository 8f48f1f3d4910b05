// SPDX-License-Identifier: Apache-2.0

package storage_test

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/bailiwick-dev/bailiwick/internal/storage"
	"github.com/bailiwick-dev/bailiwick/internal/storage/driver"
	"github.com/bailiwick-dev/bailiwick/internal/storage/pebble"
)

// keys returns how many keys the area holds.
func keys(t testing.TB, d driver.DB, a storage.Area) (n int) {
	t.Helper()
	s := a.Span(false)
	err := d.View(context.Background(), func(r driver.Reader) error {
		n = 0
		c := r.Scan(driver.Range{Lo: s.Lo, Hi: s.Hi})
		for c.Next() {
			n++
		}
		return c.Close()
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// eventually waits until the areas hold that many keys.
func eventually(t *testing.T, d driver.DB, data, trash int) {
	t.Helper()
	var gotData, gotTrash int
	for range 6000 {
		gotData, gotTrash = keys(t, d, storage.Data), keys(t, d, storage.Trash)
		if gotData == data && gotTrash == trash {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Errorf("there are %d keys and %d in the trash, want %d and %d", gotData, gotTrash, data, trash)
}

func fill(t *testing.T, db *storage.DB, tables, each int) {
	t.Helper()
	update(t, db, func(tx *storage.Tx) error {
		for i := range tables {
			for j := range each {
				if err := tx.Put(data(fmt.Sprintf("%03d/%d", i, j)), nil); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

func discard(tx *storage.Tx, table int) error {
	return tx.Discard(data(fmt.Sprintf("%03d/", table)), data(fmt.Sprintf("%03d0", table)))
}

func TestDiscard(t *testing.T) {
	d, err := pebble.OpenMemory()
	if err != nil {
		t.Fatal(err)
	}
	db := storage.New(d)
	defer db.Close()
	fill(t, db, 200, 3)
	err = db.Update(context.Background(), func(tx *storage.Tx) error {
		return errors.Join(discard(tx, 0), errFill)
	})
	if !errors.Is(err, errFill) {
		t.Fatal(err)
	}
	eventually(t, d, 600, 0)
	update(t, db, func(tx *storage.Tx) error {
		for i := range 150 { // more than a page
			if err := discard(tx, i); err != nil {
				return err
			}
		}
		return nil
	})
	eventually(t, d, 150, 0)
}

// unwilling is a store that does not delete ranges while told so.
type unwilling struct {
	driver.DB
	refuse atomic.Bool
	tries  atomic.Int32
}

func (s *unwilling) DeleteRange(ctx context.Context, lo, hi []byte) error {
	s.tries.Add(1)
	if s.refuse.Load() {
		return errFill
	}
	return s.DB.DeleteRange(ctx, lo, hi)
}

// keptOpen is a store that Close leaves open.
type keptOpen struct{ driver.DB }

func (keptOpen) Close() error { return nil }

// What was discarded but not deleted before the end is deleted the next time.
func TestDiscardResumes(t *testing.T) {
	d, err := pebble.OpenMemory()
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	s := &unwilling{DB: keptOpen{d}}
	s.refuse.Store(true)
	db := storage.New(s)
	fill(t, db, 3, 3)
	update(t, db, func(tx *storage.Tx) error { return errors.Join(discard(tx, 0), discard(tx, 1)) })
	for s.tries.Load() == 0 {
		time.Sleep(time.Millisecond)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if n := keys(t, d, storage.Trash); n != 2 {
		t.Errorf("%d ranges are in the trash, want 2", n)
	}
	db = storage.New(keptOpen{d})
	eventually(t, d, 3, 0)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestDiscardTriesAgain(t *testing.T) {
	d, err := pebble.OpenMemory()
	if err != nil {
		t.Fatal(err)
	}
	s := &unwilling{DB: d}
	s.refuse.Store(true)
	db := storage.New(s)
	defer db.Close()
	fill(t, db, 2, 3)
	update(t, db, func(tx *storage.Tx) error { return discard(tx, 0) })
	for s.tries.Load() == 0 {
		time.Sleep(time.Millisecond)
	}
	s.refuse.Store(false)
	eventually(t, d, 3, 0)
}

// A record that does not decode deletes nothing and does not hold up the others.
func TestDiscardMalformed(t *testing.T) {
	d, err := pebble.OpenMemory()
	if err != nil {
		t.Fatal(err)
	}
	db := storage.New(d)
	defer db.Close()
	fill(t, db, 2, 3)
	update(t, db, func(tx *storage.Tx) error {
		return errors.Join(tx.Put([]byte{byte(storage.Trash), 0x01}, nil), discard(tx, 0))
	})
	eventually(t, d, 3, 1)
}
