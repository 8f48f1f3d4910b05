// SPDX-License-Identifier: Apache-2.0

package storage_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"testing"

	"github.com/bailiwick-dev/bailiwick/internal/storage"
	"github.com/bailiwick-dev/bailiwick/internal/storage/pebble"
)

func open(t testing.TB) *storage.DB {
	t.Helper()
	d, err := pebble.OpenMemory()
	if err != nil {
		t.Fatal(err)
	}
	db := storage.New(d)
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Errorf("Close = %v", err)
		}
	})
	return db
}

func update(t testing.TB, db *storage.DB, f func(*storage.Tx) error) {
	t.Helper()
	if err := db.Update(context.Background(), f); err != nil {
		t.Fatalf("Update = %v", err)
	}
}

func view(t testing.TB, db *storage.DB, f func(*storage.Tx) error) {
	t.Helper()
	if err := db.View(context.Background(), f); err != nil {
		t.Fatalf("View = %v", err)
	}
}

// data returns a key in the Data area.
func data(s string) []byte { return append([]byte{byte(storage.Data)}, s...) }

func span(lo, hi string, write bool) storage.Span {
	return storage.Span{Lo: data(lo), Hi: data(hi), Write: write}
}

func blind(lo, hi string, write bool) storage.Span {
	s := span(lo, hi, write)
	s.Blind = true
	return s
}

// access is one way of reaching keys.
type access struct {
	name  string
	do    func(*storage.Tx) error
	write bool
}

// reach lists every way to reach key.
func reach(key string) []access {
	k := data(key)
	next := append(bytes.Clone(k), 0)
	return []access{
		{"Get", func(tx *storage.Tx) error { _, err := tx.Get(k); return err }, false},
		{"GetMany", func(tx *storage.Tx) error {
			return tx.GetMany([][]byte{k}, func(int, []byte) error { return nil })
		}, false},
		{"Scan", func(tx *storage.Tx) error { return tx.Scan(storage.Range{Lo: k, Hi: next}).Close() }, false},
		{"Put", func(tx *storage.Tx) error { return tx.Put(k, []byte("written")) }, true},
		{"Delete", func(tx *storage.Tx) error { return tx.Delete(k) }, true},
		{"PutStamped", func(tx *storage.Tx) error { return tx.PutStamped(k, nil) }, true},
		{"Discard", func(tx *storage.Tx) error { return tx.Discard(k, next) }, true},
	}
}

// TestSpans tries every access to a key inside and outside of what a Tx opens.
func TestSpans(t *testing.T) {
	none := func(*storage.Tx) *storage.Tx { return nil }
	only := func(spans ...storage.Span) func(*storage.Tx) *storage.Tx {
		return func(tx *storage.Tx) *storage.Tx { return tx.Only(spans) }
	}
	for _, c := range []struct {
		name        string
		narrow      func(*storage.Tx) *storage.Tx
		key         string
		read, write bool
	}{
		{"the whole", func(tx *storage.Tx) *storage.Tx { return tx }, "k", true, true},
		{"the zero Tx", none, "k", false, false},
		{"a nil list opens nothing", only(), "k", false, false},
		{"the zero span opens nothing", only(storage.Span{Write: true}), "k", false, false},
		{"an inverted span opens nothing", only(span("z", "a", true)), "k", false, false},
		{"a span without an end opens nothing", only(storage.Span{Lo: data(""), Write: true}), "k", false, false},
		{"inside", only(span("a", "z", true)), "k", true, true},
		{"the lower bound is inside", only(span("k", "z", true)), "k", true, true},
		{"the upper bound is outside", only(span("a", "k", true)), "k", false, false},
		{"below", only(span("l", "z", true)), "k", false, false},
		{"read only", only(span("a", "z", false)), "k", true, false},
		{"blind", only(blind("a", "z", true)), "k", false, true},
		{"blind and read only", only(blind("a", "z", false)), "k", false, false},
		{"blind over a readable one", only(blind("a", "z", true), span("k", "l", false)), "k", true, true},
		{"the second of two spans", only(span("a", "b", true), span("k", "l", true)), "k", true, true},
		{"between two spans", only(span("a", "b", true), span("l", "m", true)), "k", false, false},
		{"a writable span beside a readable one", only(span("a", "k", true), span("k", "z", false)), "k", true, false},
		{"another area", only(storage.Metadata.Span(true)), "k", false, false},
		{"Metadata of the whole", (*storage.Tx).Metadata, "k", false, false},
		{"narrowing does not widen", func(tx *storage.Tx) *storage.Tx {
			return tx.Only([]storage.Span{span("a", "b", true)}).Only([]storage.Span{span("a", "z", true)})
		}, "k", false, false},
		{"narrowing does not make writable", func(tx *storage.Tx) *storage.Tx {
			return tx.Only([]storage.Span{span("a", "z", false)}).Only([]storage.Span{span("a", "z", true)})
		}, "k", true, false},
		{"narrowing does not make readable", func(tx *storage.Tx) *storage.Tx {
			return tx.Only([]storage.Span{blind("a", "z", true)}).Only([]storage.Span{span("a", "z", true)})
		}, "k", false, true},
		{"narrowing makes blind", func(tx *storage.Tx) *storage.Tx {
			return tx.Only([]storage.Span{span("a", "z", true)}).Only([]storage.Span{blind("a", "z", true)})
		}, "k", false, true},
		{"narrowing twice leaves what both open", func(tx *storage.Tx) *storage.Tx {
			return tx.Only([]storage.Span{span("a", "l", true)}).Only([]storage.Span{span("k", "z", true)})
		}, "k", true, true},
		{"narrowing nothing", func(tx *storage.Tx) *storage.Tx {
			return tx.Only(nil).Only([]storage.Span{span("a", "z", true)})
		}, "k", false, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, a := range reach(c.key) {
				tryAccess(t, a, c.narrow, c.read && !a.write || c.write && a.write)
			}
		})
	}
}

// tryAccess checks that the access is allowed as it should be, and if not, that
// the transaction fails although the error is ignored.
func tryAccess(t *testing.T, a access, narrow func(*storage.Tx) *storage.Tx, allowed bool) {
	t.Helper()
	db := open(t)
	update(t, db, func(tx *storage.Tx) error { return tx.Put(data("k"), []byte("v")) })
	zero := false
	err := db.Update(context.Background(), func(tx *storage.Tx) error {
		part := narrow(tx)
		if part == nil {
			part, zero = &storage.Tx{}, true
		}
		if err := a.do(part); errors.Is(err, storage.ErrNotAllowed) == allowed {
			t.Errorf("%s = %v, allowed must be %v", a.name, err, allowed)
		}
		return nil
	})
	if !zero && errors.Is(err, storage.ErrNotAllowed) == allowed {
		t.Errorf("%s: Update that ignored the error = %v, allowed must be %v", a.name, err, allowed)
	}
}

func TestScanStaysInOneSpan(t *testing.T) {
	for _, c := range []struct {
		name, lo, hi, seek string
		allowed            bool
	}{
		{"the whole span", "b", "d", "", true},
		{"a part", "bb", "c", "", true},
		{"from before", "a", "c", "", false},
		{"to after", "c", "e", "", false},
		{"over two spans that touch", "c", "e", "", false},
		{"an empty range anywhere", "z", "z", "", true},
		{"seek inside", "b", "d", "c", true},
		{"seek to the end", "b", "d", "d", true},
		{"seek before", "b", "d", "a", false},
		{"seek after", "b", "d", "dd", false},
		{"seek outside the range though inside the span", "bb", "d", "b", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			db := open(t)
			err := db.View(context.Background(), func(tx *storage.Tx) error {
				part := tx.Only([]storage.Span{span("b", "d", false), span("d", "e", false)})
				cur := part.Scan(storage.Range{Lo: data(c.lo), Hi: data(c.hi)})
				if c.seek != "" {
					cur.Seek(data(c.seek))
				}
				for cur.Next() {
					t.Errorf("there is a key %q", cur.Key())
				}
				_ = cur.Close()
				return nil
			})
			if c.allowed && err != nil || !c.allowed && !errors.Is(err, storage.ErrNotAllowed) {
				t.Errorf("View = %v, allowed must be %v", err, c.allowed)
			}
		})
	}
}

// A stamp may be any: every key that a stamped write may have must be open.
func TestStampsStayInOneSpan(t *testing.T) {
	for _, c := range []struct {
		name, prefix string
		allowed      bool
	}{
		{"the prefix is the span", "k", true},
		{"inside the span", "ka", true},
		{"wider than the span", "", false},
		{"at the lower bound, and from before", "j", false},
		{"read only", "r", false},
		{"over two spans that touch", "v", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			db := open(t)
			err := db.Update(context.Background(), func(tx *storage.Tx) error {
				part := tx.Only([]storage.Span{
					span("k", "l", true), span("r", "s", false), span("v", "vm", true), span("vm", "w", true), span("jj", "k", true),
				})
				_ = part.PutStamped(data(c.prefix), nil)
				return nil
			})
			if c.allowed && err != nil || !c.allowed && !errors.Is(err, storage.ErrNotAllowed) {
				t.Errorf("Update = %v, allowed must be %v", err, c.allowed)
			}
		})
	}
	err := open(t).Update(context.Background(), func(tx *storage.Tx) error {
		_ = tx.PutStamped([]byte{0xff}, nil)
		return nil
	})
	if !errors.Is(err, storage.ErrNotAllowed) {
		t.Errorf("a prefix with no end: Update = %v", err)
	}
}

// What a transaction stamps is in the order in which it did so, whoever holds
// which part of it.
func TestStampsHaveTheirPlaces(t *testing.T) {
	db := open(t)
	runs := 0
	update(t, db, func(tx *storage.Tx) error {
		one, other := tx.Only([]storage.Span{span("a", "b", true)}), tx.Only([]storage.Span{span("a", "c", true)})
		for i := range 300 {
			part := one
			if i%2 == 1 {
				part = other
			}
			if err := part.PutStamped(data("a"), fmt.Append(nil, i)); err != nil {
				return err
			}
		}
		if runs++; runs == 1 {
			done := make(chan struct{})
			if _, err := tx.Get(data("x")); !errors.Is(err, storage.ErrNotFound) {
				return err
			}
			go func() {
				defer close(done)
				update(t, db, func(tx *storage.Tx) error { return tx.Put(data("x"), nil) })
			}()
			<-done
		}
		return nil
	})
	view(t, db, func(tx *storage.Tx) error {
		n := 0
		c := tx.Scan(storage.Range{Lo: data("a"), Hi: data("b")})
		for c.Next() {
			place := binary.BigEndian.Uint32(c.Key()[2+storage.StampSize:])
			if string(c.Value()) != fmt.Sprint(n) || place != uint32(n) || len(c.Key()) != 2+storage.StampSize+storage.PlaceSize {
				t.Errorf("at place %d of %d is %s, by the key %x", n, place, c.Value(), c.Key())
			}
			n++
		}
		if n != 300 || runs < 2 {
			t.Errorf("%d keys are there after %d runs", n, runs)
		}
		return c.Close()
	})
}

func TestViewWritesNothing(t *testing.T) {
	for _, a := range reach("k") {
		if !a.write {
			continue
		}
		db := open(t)
		err := db.View(context.Background(), func(tx *storage.Tx) error {
			_ = a.do(tx)
			return a.do(tx.Only([]storage.Span{span("a", "z", true)}))
		})
		if !errors.Is(err, storage.ErrNotAllowed) {
			t.Errorf("%s in a View = %v, want ErrNotAllowed", a.name, err)
		}
	}
}

func TestTxEnds(t *testing.T) {
	db := open(t)
	var kept *storage.Tx
	update(t, db, func(tx *storage.Tx) error {
		kept = tx.Only([]storage.Span{span("a", "z", true)})
		return tx.Put(data("k"), []byte("v"))
	})
	for _, a := range reach("k") {
		if err := a.do(kept); err == nil || errors.Is(err, storage.ErrNotFound) {
			t.Errorf("%s after the transaction = %v, want a failure", a.name, err)
		}
	}
	if _, err := kept.Epoch("111122223333"); err == nil {
		t.Error("Epoch after the transaction succeeds")
	}
}

func TestGetOutside(t *testing.T) {
	db := open(t)
	update(t, db, func(tx *storage.Tx) error { return tx.Put(data("k"), []byte("v")) })
	err := db.Get(context.Background(), data("k"), func(val []byte) error {
		if string(val) != "v" {
			t.Errorf("Get = %q", val)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func TestChecksDoNotAllocate(t *testing.T) {
	db := open(t)
	inside, outside := data("k"), data("zz")
	_ = db.View(context.Background(), func(tx *storage.Tx) error {
		part := tx.Only([]storage.Span{span("a", "b", true), span("b", "c", true), span("c", "d", true)})
		if n := testing.AllocsPerRun(100, func() { _, _ = part.Get(outside) }); n > 0 {
			t.Errorf("a refused Get makes %v allocations", n)
		}
		if n := testing.AllocsPerRun(100, func() { _ = part.Put(inside, nil) }); n > 0 {
			t.Errorf("a refused Put makes %v allocations", n)
		}
		return nil
	})
}

// TestReadsAreMetered reads two values of 10 bytes in every way that there is.
func TestReadsAreMetered(t *testing.T) {
	db := open(t)
	update(t, db, func(tx *storage.Tx) error {
		return errors.Join(tx.Put(data("a"), make([]byte, 10)), tx.Put(data("b"), make([]byte, 10)))
	})
	enough := errors.New("enough")
	for name, read := range map[string]func(tx *storage.Tx) error{
		"Get": func(tx *storage.Tx) error {
			_, err1 := tx.Get(data("a"))
			_, err2 := tx.Get(data("b"))
			return errors.Join(err1, err2)
		},
		"GetMany": func(tx *storage.Tx) error {
			return tx.GetMany([][]byte{data("a"), data("b")}, func(int, []byte) error { return nil })
		},
		"Scan": func(tx *storage.Tx) error {
			c := tx.Scan(storage.Range{Lo: data("a"), Hi: data("c")})
			for c.Next() {
				c.Value()
			}
			return c.Close()
		},
	} {
		for _, limit := range []int{20, 15} {
			n := 0
			err := db.View(t.Context(), func(tx *storage.Tx) error {
				tx.Meter(func(bytes int) error {
					if n += bytes; n > limit {
						return enough
					}
					return nil
				})
				_ = read(tx.Only([]storage.Span{span("a", "c", false)})) // the transaction fails even so
				return nil
			})
			if n != 20 || (limit < 20) != errors.Is(err, enough) {
				t.Errorf("%s: %d bytes of at most %d were read: %v", name, n, limit, err)
			}
		}
	}
}
