// SPDX-License-Identifier: Apache-2.0

package dynamodb

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/attr"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
	"github.com/bailiwick-dev/bailiwick/internal/storage/pebble"
)

// A yard is a table in a store of its own, with a server's parts around it: what
// chores need, and writes as calls make them.
type yard struct {
	t   *testing.T
	db  *storage.DB
	s   *service
	ref tableRef
	now time.Time
}

func newYard(t *testing.T) *yard {
	t.Helper()
	y := &yard{t: t, db: memory(t), s: &service{tables: storage.NewCache[*table](10)}, now: time.Now()}
	y.ref = made(t, y.db, "Docs").ref
	return y
}

// station is where the chore of that name works.
func (y *yard) station(name string) *awsapi.Station {
	chores := y.s.chores()
	i := slices.IndexFunc(chores, func(c awsapi.Chore) bool { return c.Name == name })
	spans := append(chores[i].Spans, storage.Epochs())
	only := func(f func(*storage.Tx) error) func(*storage.Tx) error {
		return func(tx *storage.Tx) error { return f(tx.Only(spans)) }
	}
	return &awsapi.Station{
		Now:    func() time.Time { return y.now },
		View:   func(ctx context.Context, f func(*storage.Tx) error) error { return y.db.View(ctx, only(f)) },
		Update: func(ctx context.Context, f func(*storage.Tx) error) error { return y.db.Update(ctx, only(f)) },
		Control: func(ctx context.Context, account string, f func(*storage.Tx) error) error {
			return y.db.Update(ctx, func(tx *storage.Tx) error { return errors.Join(only(f)(tx), tx.Advance(account)) })
		},
	}
}

// do runs f in a transaction as a call's: it begins with the table's description.
func (y *yard) do(f func(tx *storage.Tx, t *table) error) {
	y.t.Helper()
	err := y.db.Update(context.Background(), func(tx *storage.Tx) error {
		t, err := y.s.lookup(tx, y.ref)
		if err != nil {
			return err
		}
		return f(tx, t)
	})
	if err != nil {
		y.t.Error(err)
	}
}

// look runs f on a snapshot.
func (y *yard) look(f func(tx *storage.Tx, t *table) error) {
	y.t.Helper()
	err := y.db.View(context.Background(), func(tx *storage.Tx) error {
		t, err := y.s.lookup(tx, y.ref)
		if err != nil {
			return err
		}
		return f(tx, t)
	})
	if err != nil {
		y.t.Error(err)
	}
}

// write puts the items in the place of those of their keys, in one transaction,
// with no more storage than a call has. An item that is a key alone stands for
// none.
func (y *yard) write(items ...attr.Item) {
	y.t.Helper()
	y.do(func(tx *storage.Tx, t *table) error {
		spans := t.alongside()
		for _, it := range items {
			spans = append(spans, one(t.key(it), true))
		}
		w := t.writer(tx.Only(spans), y.now)
		for _, it := range items {
			at := t.key(it)
			old, err := load(w.tx, at)
			if err != nil {
				return err
			}
			if it.Len() == len(t.Keys) {
				it = attr.Item{}
			}
			if err := w.change(at, newChange(old, it)); err != nil {
				return err
			}
		}
		return w.done()
	})
}

// change changes the table's record, as a Control operation.
func (y *yard) change(f func(tx *storage.Tx, t *table, r *tableRecord) error) {
	y.t.Helper()
	y.do(func(tx *storage.Tx, t *table) error {
		r, err := tables.Get(tx, y.ref.account, y.ref.region, y.ref.name)
		if err != nil {
			return err
		}
		if err := f(tx, t, &r); err != nil {
			return err
		}
		return errors.Join(tables.Put(tx, r, y.ref.account, y.ref.region, y.ref.name), tx.Advance(y.ref.account))
	})
}

// addIndex and dropIndex do what UpdateTable does.
func (y *yard) addIndex(x indexRecord) {
	y.change(func(tx *storage.Tx, t *table, r *tableRecord) error {
		x.Building = true
		r.addIndex(x)
		return t.beginFill(tx)
	})
}

func (y *yard) dropIndex(name string) {
	y.change(func(tx *storage.Tx, t *table, r *tableRecord) error {
		ix := t.index(name)
		r.dropIndex(name)
		return t.discard(tx, ix.ID, ix.entries)
	})
}

// expireBy does what UpdateTimeToLive does: it switches expiry on, or off if
// attribute is empty.
func (y *yard) expireBy(attribute string) {
	y.change(func(tx *storage.Tx, t *table, r *tableRecord) error {
		if r.TTL = nil; attribute == "" {
			return t.discard(tx, t.TTL.ID, t.expiries())
		}
		r.TTL = &ttlRecord{ID: r.NextIndex, Attribute: attribute, Building: true}
		r.NextIndex++
		return errors.Join(t.beginFill(tx), expiring.set(tx, t.ref))
	})
}

// some is an item with that key; what it has besides is left to chance.
func some(pk, sk string) attr.Item {
	var b attr.Builder
	b.Name("pk")
	b.Str(pk)
	b.Name("sk")
	b.Str(sk)
	b.Name("x") // so that it isn't its key alone
	b.Num(attr.IntNumber(rand.Int64N(3)))
	switch rand.N(5) {
	case 0: // none
	case 1:
		b.Name("g")
		b.Num(attr.IntNumber(1)) // of the wrong type
	case 2:
		b.Name("g")
		b.Str("") // no key
	default:
		b.Name("g")
		b.Str(fmt.Sprint("g", rand.N(5)))
	}
	switch rand.N(4) {
	case 0:
	case 1:
		b.Name("h")
		b.Str(string(bytes.Repeat([]byte("h"), 2000))) // too long
	default:
		b.Name("h")
		b.Num(attr.IntNumber(rand.Int64N(1_000_000)))
	}
	it, err := b.Item()
	if err != nil {
		panic(err)
	}
	return it
}

// keyOf is the key of an item.
func keyOf(pk, sk string) attr.Item { return some(pk, sk).Pick("pk", "sk") }

func anyIndex(name string) indexRecord {
	x := indexRecord{Name: name, Hash: []keyRecord{{"g", "S"}}, Projection: []string{projectAll, projectKeys, projectInclude}[rand.N(3)]}
	if rand.N(2) == 0 {
		x.Range = []keyRecord{{"h", []string{"N", "S"}[rand.N(2)]}}
	}
	if x.Projection == projectInclude {
		x.NonKey = []string{"x"}
	}
	return x
}

// derived returns what should be in the part of the table that holds what is
// derived from its items, if all of them are through, and what is.
func (t *table) derivedNow(tx *storage.Tx) (want, got map[string]string, err error) {
	want, got = map[string]string{}, map[string]string{}
	err = forEach(tx, t.items, func(key, val []byte) error {
		it, err := attr.ParseItem(val)
		for _, ix := range t.indexes {
			if e := ix.entry(it); ix.schema.CheckItem(it) == nil {
				want[string(e.key)] = string(e.item.Stored())
			}
		}
		if t.TTL != nil {
			if k := t.expiryKey(key, it); k != nil {
				want[string(k)] = ""
			}
		}
		return err
	})
	keep := func(key, val []byte) error { got[string(key)] = string(val); return nil }
	for _, ix := range t.indexes {
		err = errors.Join(err, forEach(tx, ix.entries, keep))
	}
	if t.TTL != nil {
		err = errors.Join(err, forEach(tx, t.expiries(), keep))
	}
	return want, got, err
}

func forEach(tx *storage.Tx, prefix []byte, f func(key, val []byte) error) error {
	c := tx.Scan(storage.Range{Lo: prefix, Hi: storage.PrefixEnd(prefix)})
	defer c.Close()
	for c.Next() {
		if err := f(c.Key(), c.Value()); err != nil {
			return err
		}
	}
	return c.Close()
}

// check compares what is derived with the items. What is still being filled may
// lack some, but has nothing that isn't so.
func (y *yard) check() {
	y.t.Helper()
	y.look(func(tx *storage.Tx, t *table) error {
		want, got, err := t.derivedNow(tx)
		for key, val := range got {
			if w, ok := want[key]; !ok || w != val {
				y.t.Errorf("%q is %q and should be %q, %v", key, val, w, ok)
			}
		}
		if len(t.unfilled()) == 0 && len(got) != len(want) {
			y.t.Errorf("of %d entries there are %d", len(want), len(got))
		}
		n, countErr := t.total(tx)
		for _, ix := range t.indexes {
			var c count
			err = errors.Join(err, forEach(tx, ix.entries, func(_, val []byte) error {
				it, err := attr.ParseItem(val)
				c.add(count{1, int64(it.Size())})
				return err
			}))
			if got := n.of(ix.ID); *got != c {
				y.t.Errorf("index %s has %d items of %d bytes and is counted %d of %d", ix.Name, c.items, c.bytes, got.items, got.bytes)
			}
		}
		return errors.Join(err, countErr)
	})
}

// TestAnIndexMissesNoWrite adds and drops indexes, and switches expiry on and off,
// while many write.
func TestAnIndexMissesNoWrite(t *testing.T) {
	y := newYard(t)
	const partitions, each = 12, 100
	key := func() (string, string) { return fmt.Sprint(rand.N(partitions)), fmt.Sprint(rand.N(each)) }
	for pk := range partitions {
		var items []attr.Item
		for sk := range each {
			items = append(items, some(fmt.Sprint(pk), fmt.Sprint(sk)))
		}
		y.write(items...)
	}
	ctx, stop := context.WithTimeout(t.Context(), 3*time.Second)
	defer stop()
	var work sync.WaitGroup
	for range 3 {
		work.Go(func() {
			for ctx.Err() == nil {
				if pk, sk := key(); rand.N(3) == 0 {
					y.write(keyOf(pk, sk))
				} else {
					y.write(some(pk, sk))
				}
			}
		})
	}
	work.Go(func() {
		for ctx.Err() == nil {
			if err := y.s.fillTables(context.Background(), y.station("fill")); err != nil {
				t.Error(err)
			}
			time.Sleep(time.Duration(rand.N(3)) * time.Millisecond)
		}
	})
	wait := func() {
		time.Sleep(time.Duration(rand.N(40)) * time.Millisecond)
		y.check()
	}
	rounds := 0
	for ; ctx.Err() == nil; rounds++ {
		y.addIndex(anyIndex("A"))
		wait()
		if rand.N(2) == 0 {
			y.expireBy("h")
			wait()
			y.addIndex(anyIndex("B"))
			y.dropIndex("A")
			wait()
			y.dropIndex("B")
			y.expireBy("")
		} else {
			y.dropIndex("A")
		}
		y.check()
	}
	t.Logf("%d rounds", rounds)
	y.addIndex(anyIndex("A"))
	work.Wait()
	if err := y.s.fillTables(t.Context(), y.station("fill")); err != nil {
		t.Error(err)
	}
	y.check()
	y.look(func(tx *storage.Tx, t *table) error {
		if left := t.unfilled(); len(left) > 0 {
			y.t.Errorf("%d are not filled", len(left))
		}
		marks, err := filling.all(tx)
		if len(marks) > 0 {
			y.t.Errorf("the chore is still to look at %v", marks)
		}
		return errors.Join(err, forEach(tx, t.part(backfillPart), func(key, _ []byte) error {
			y.t.Errorf("a cursor is left: %q", key)
			return nil
		}))
	})
}

// TestFillingGoesOnWhereItWas cuts a filling short and opens the store again.
func TestFillingGoesOnWhereItWas(t *testing.T) {
	dir := t.TempDir()
	open := func() *yard {
		d, err := pebble.Open(dir, pebble.Options{})
		if err != nil {
			t.Fatal(err)
		}
		return &yard{t: t, db: storage.New(d), s: &service{tables: storage.NewCache[*table](10)}, now: time.Now()}
	}
	y := open()
	ref := made(t, y.db, "Docs").ref
	y.ref = ref
	const parts = 4
	for pk := range parts {
		var items []attr.Item
		for sk := range fillItems {
			items = append(items, some(fmt.Sprint(pk), fmt.Sprint(sk)))
		}
		y.write(items...)
	}
	y.addIndex(anyIndex("A"))
	total := 0
	for over := false; !over; total++ {
		var err error
		if over, err = y.s.fillPart(t.Context(), y.station("fill"), ref); err != nil {
			t.Fatal(err)
		}
		y.check()
		if err := y.db.Close(); err != nil {
			t.Fatal(err)
		}
		y = open()
		y.ref = ref
		if total > 2*parts {
			t.Fatal("it begins again and again")
		}
	}
	y.check()
	if total != parts+2 { // the last of them find nothing more, and that nothing is left to do
		t.Errorf("it took %d steps", total)
	}
	if err := y.db.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestAFillingOfATableThatIsGone deletes the table half-way, and makes it anew.
func TestAFillingOfATableThatIsGone(t *testing.T) {
	y := newYard(t)
	for pk := range 2 {
		var items []attr.Item
		for sk := range fillItems {
			items = append(items, some(fmt.Sprint(pk), fmt.Sprint(sk)))
		}
		y.write(items...)
	}
	y.addIndex(anyIndex("A"))
	step := func() bool {
		over, err := y.s.fillPart(t.Context(), y.station("fill"), y.ref)
		if err != nil {
			t.Error(err)
		}
		return over
	}
	step()
	var old tableID
	y.look(func(_ *storage.Tx, t *table) error { old = t.ID; return nil })
	made(t, y.db, "Docs") // another of that name
	y.write(some("a", "b"))
	y.addIndex(anyIndex("A")) // which has the same ID
	y.do(func(tx *storage.Tx, t *table) error { return y.s.filled(tx, y.ref, old, t.indexes[0].ID) })
	y.do(func(tx *storage.Tx, t *table) error { return tx.Advance(y.ref.account) })
	y.look(func(tx *storage.Tx, t *table) error {
		if len(t.unfilled()) == 0 {
			y.t.Error("what is done for a table that is gone is taken for done")
		}
		return nil
	})
	for range 5 {
		step()
		y.check()
	}
	if !step() {
		t.Error("it doesn't end")
	}
	y.look(func(tx *storage.Tx, t *table) error {
		if len(t.unfilled()) > 0 {
			y.t.Error("the index is not filled")
		}
		return nil
	})
}

// TestWhatComesAtTheEndIsThrough has items written after the chore has come to the
// end of the table, and before it has noted that: writes tell by the cursor
// whether the chore counts an item, or they do.
func TestWhatComesAtTheEndIsThrough(t *testing.T) {
	y := newCountedYard(t)
	y.write(some("a", "1"))
	y.tag(awsapi.Tag{Key: tagTenant, Value: "pk"})
	st := y.station("fill")
	control := st.Control
	st.Control = func(ctx context.Context, account string, f func(*storage.Tx) error) error {
		for i := range 40 {
			y.write(some(fmt.Sprint("t", i), "1"))
		}
		return control(ctx, account, f)
	}
	if err := y.s.fillTables(t.Context(), st); err != nil {
		t.Error(err)
	}
	y.checkUse()
}
