// SPDX-License-Identifier: Apache-2.0

package dynamodb

import (
	"fmt"
	"testing"
	"time"

	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/attr"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
)

// timed is an item with that time in its attribute h.
func timed(pk string, at time.Time) attr.Item {
	var b attr.Builder
	for _, s := range [][2]string{{"pk", pk}, {"sk", "1"}} {
		b.Name(s[0])
		b.Str(s[1])
	}
	b.Name("h")
	b.Num(attr.IntNumber(at.Unix()))
	it, err := b.Item()
	if err != nil {
		panic(err)
	}
	return it
}

// left returns how many of the items with those keys are there.
func (y *yard) left(pks ...string) (n int) {
	y.look(func(tx *storage.Tx, t *table) error {
		for _, pk := range pks {
			it, err := load(tx, t.key(keyOf(pk, "1")))
			if err != nil {
				return err
			}
			if it.Len() > 0 {
				n++
			}
		}
		return nil
	})
	return n
}

// TestWhatHasAnotherTimeByNowStays changes an item, and the table, between the
// look at what is due and its deletion.
func TestWhatHasAnotherTimeByNowStays(t *testing.T) {
	for name, c := range map[string]struct {
		meanwhile func(y *yard)
		stays     bool
	}{
		"nothing":                  {func(*yard) {}, false},
		"put off":                  {func(y *yard) { y.write(timed("a", y.now.Add(time.Hour))) }, true},
		"put off and back":         {func(y *yard) { y.write(timed("a", y.now)); y.write(timed("a", y.now.Add(-time.Minute))) }, false},
		"expires by another":       {func(y *yard) { y.expireBy(""); y.expireBy("x") }, true},
		"expires by the same anew": {func(y *yard) { y.expireBy(""); y.expireBy("h") }, true},
	} {
		y := newYard(t)
		y.expireBy("h")
		y.write(timed("a", y.now.Add(-time.Minute)))
		var due [][]byte
		y.look(func(tx *storage.Tx, t *table) (err error) { due, err = t.due(tx, y.now); return err })
		if len(due) != 1 {
			t.Fatalf("%s: %d are due", name, len(due))
		}
		c.meanwhile(y)
		y.do(func(tx *storage.Tx, t *table) error { _, err := t.expire(tx, y.now, due); return err })
		if (y.left("a") == 1) != c.stays {
			t.Errorf("%s: the item stays: %v", name, !c.stays)
		}
		y.check()
	}
}

// TestExpiryIsByTheServersClock has a year pass.
func TestExpiryIsByTheServersClock(t *testing.T) {
	y := newYard(t)
	start := y.now
	y.expireBy("h")
	y.write(timed("a", start.AddDate(0, 6, 0)), timed("b", start.AddDate(1, 6, 0)))
	sweep := func() {
		t.Helper()
		if err := y.s.expireTables(t.Context(), y.station("expire")); err != nil {
			t.Error(err)
		}
	}
	sweep()
	if n := y.left("a", "b"); n != 2 {
		t.Errorf("at first there are %d", n)
	}
	y.now = start.AddDate(1, 0, 0)
	sweep()
	if y.left("a") != 0 || y.left("b") != 1 {
		t.Errorf("after a year there are %d and %d", y.left("a"), y.left("b"))
	}
	y.now = start.AddDate(7, 0, 0) // b is past for longer than counts
	sweep()
	if y.left("b") != 1 {
		t.Error("an item of more than five years ago is gone")
	}
}

// TestASweepLeavesNothingDue has more due than one transaction deletes, by number
// and by size, and items that are written meanwhile.
func TestASweepLeavesNothingDue(t *testing.T) {
	y := newYard(t)
	y.expireBy("h")
	var all []string
	for i := range 3 * expireItems {
		pk := fmt.Sprint(i)
		y.write(timed(pk, y.now.Add(-time.Duration(i%7)*time.Minute-time.Second)))
		all = append(all, pk)
	}
	stop := make(chan bool)
	done := make(chan bool)
	go func() {
		defer close(done)
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			default:
				y.write(timed(all[i%len(all)], y.now.Add(-time.Hour)))
			}
		}
	}()
	for range 3 {
		if err := y.s.expireTables(t.Context(), y.station("expire")); err != nil {
			t.Error(err)
		}
		y.check()
	}
	close(stop)
	<-done
	if err := y.s.expireTables(t.Context(), y.station("expire")); err != nil {
		t.Error(err)
	}
	if n := y.left(all...); n > 0 {
		t.Errorf("%d are left", n)
	}
	y.look(func(tx *storage.Tx, t *table) error {
		if n, err := t.total(tx); err != nil || n.table != (count{}) {
			y.t.Errorf("the counts are %v, %v", n, err)
		}
		return nil
	})
}

// TestNobodyLooksAtTablesWithoutExpiry has marks go away with what they are for.
func TestNobodyLooksAtTablesWithoutExpiry(t *testing.T) {
	y := newYard(t)
	marked := func() (n int) {
		y.look(func(tx *storage.Tx, _ *table) error {
			all, err := expiring.all(tx)
			n = len(all)
			return err
		})
		return n
	}
	sweep := func() {
		t.Helper()
		if err := y.s.expireTables(t.Context(), y.station("expire")); err != nil {
			t.Error(err)
		}
	}
	mark := func() { y.do(func(tx *storage.Tx, t *table) error { return expiring.set(tx, y.ref) }) }
	y.expireBy("h")
	sweep()
	if marked() != 1 {
		t.Error("nobody looks any more though items expire")
	}
	y.expireBy("")
	sweep()
	if marked() != 0 {
		t.Error("somebody still looks though no item expires")
	}
	mark()
	y.do(func(tx *storage.Tx, t *table) error {
		return tables.Delete(tx, y.ref.account, y.ref.region, y.ref.name)
	})
	y.do(func(tx *storage.Tx, t *table) error { return tx.Advance(y.ref.account) })
	sweep()
	if marked() != 0 {
		t.Error("somebody still looks at a table that is gone")
	}
}
