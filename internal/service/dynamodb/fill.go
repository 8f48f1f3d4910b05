// SPDX-License-Identifier: Apache-2.0

package dynamodb

import (
	"bytes"
	"context"
	"errors"
	"slices"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/attr"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
)

// What is derived from a table's items, such as an index, may be asked for when
// the items are there already. From that call on every write derives what is its
// own, and a chore goes through the table and does so for what was there before.
// Both do so in transactions that read the item, so it makes no difference which
// of them comes first, and a write never misses anything.
//
// How far the chore has come it keeps in the store, with what it derived.

// What one transaction goes through, at most.
const (
	fillItems = 256
	fillBytes = 256 << 10
)

// An unfilled is something that is derived from a table's items and doesn't have
// all of them yet.
type unfilled struct {
	id uint32 // unlike that of all else derived from the table

	// add derives from the item at that key, if that isn't done. It writes what
	// w's table holds besides items.
	add func(w *writer, at []byte, it attr.Item) error

	// filled notes in the table's record that all items are through.
	filled func(r *tableRecord)
}

// unfilled returns what the chore has to do for the table.
func (t *table) unfilled() (all []unfilled) {
	for _, ix := range t.indexes {
		if ix.Building {
			all = append(all, unfilled{ix.ID, ix.fill, func(r *tableRecord) { r.Indexes[ix.at].Building = false }})
		}
	}
	if t.TTL != nil && t.TTL.Building {
		all = append(all, unfilled{t.TTL.ID, fillExpiry, func(r *tableRecord) { r.TTL.Building = false }})
	}
	if t.Usage != nil && t.Usage.Building {
		all = append(all, unfilled{t.Usage.ID, fillUsage, func(r *tableRecord) { r.Usage.Building = false }})
	}
	return all
}

// fill adds the item's entry, if it isn't there. What can't be a key of the index
// is passed over.
func (ix *index) fill(w *writer, _ []byte, it attr.Item) error {
	e := ix.entry(it)
	if e.key == nil {
		return nil
	}
	switch _, err := w.tx.Get(e.key); {
	case err == nil:
		return nil // by a write
	case !errors.Is(err, storage.ErrNotFound):
		return err
	}
	w.sum.of(ix.ID).add(newChange(attr.Item{}, e.item).count())
	return w.tx.Put(e.key, e.item.Stored())
}

// cursor returns where it is kept how far the filling of what has the id has
// come: the value is the lowest key of what is not through.
func (t *table) cursor(id uint32) []byte { return storage.AppendUint32(t.part(backfillPart), id) }

// fillTables fills what there is to fill, a part of each table in turn.
func (s *service) fillTables(ctx context.Context, st *awsapi.Station) error {
	var errs []error
	var refs []tableRef
	err := st.View(ctx, func(tx *storage.Tx) (err error) {
		refs, err = filling.all(tx)
		return err
	})
	for len(refs) > 0 && err == nil {
		refs = slices.DeleteFunc(refs, func(ref tableRef) bool {
			over, err := s.fillPart(ctx, st, ref)
			if err != nil {
				errs = append(errs, err) // a table that can't be filled doesn't keep the others
			}
			return over || err != nil
		})
		err = ctx.Err()
	}
	return errors.Join(append(errs, err)...)
}

// fillPart goes through some items of the table, and reports whether there is
// nothing more to do.
func (s *service) fillPart(ctx context.Context, st *awsapi.Station, ref tableRef) (over bool, err error) {
	var table tableID
	var id uint32
	var through bool
	err = st.Update(ctx, func(tx *storage.Tx) error {
		over, through = false, false
		t, err := s.lookup(tx, ref)
		if err != nil {
			return err
		}
		if t == nil || len(t.unfilled()) == 0 {
			over = true
			return filling.clear(tx, ref)
		}
		u := &t.unfilled()[0]
		table, id = t.ID, u.id
		through, err = t.fill(t.writer(tx, st.Now()), u)
		return err
	})
	if err != nil || !through {
		return over, err
	}
	return false, st.Control(ctx, ref.account, func(tx *storage.Tx) error { return s.filled(tx, ref, table, id) })
}

// fill goes through some items, from where the cursor is, and reports whether
// they were the last.
func (t *table) fill(w *writer, u *unfilled) (through bool, err error) {
	lo, err := w.tx.Get(t.cursor(u.id))
	switch {
	case errors.Is(err, storage.ErrNotFound):
		lo = t.items
	case err != nil:
		return false, err
	}
	c := w.tx.Scan(storage.Range{Lo: lo, Hi: storage.PrefixEnd(t.items), Prefetch: fillItems})
	defer c.Close()
	n, size, next := 0, 0, []byte(nil)
	for n < fillItems && size < fillBytes && c.Next() {
		it, err := attr.ParseItem(c.Value())
		if err != nil {
			return false, err
		}
		if err := u.add(w, c.Key(), it); err != nil {
			return false, err
		}
		n, size, next = n+1, size+len(it.Stored()), append(bytes.Clone(c.Key()), 0)
	}
	if err := c.Err(); err != nil {
		return false, err
	}
	if through = n < fillItems && size < fillBytes; through {
		next = storage.PrefixEnd(t.items) // of what is written from now on, too
	}
	if err := w.tx.Put(t.cursor(u.id), next); err != nil {
		return false, err
	}
	return through, w.done()
}

// filled notes that what has the id has all items, if there is still that table
// and that in it.
func (s *service) filled(tx *storage.Tx, ref tableRef, table tableID, id uint32) error {
	t, err := s.lookup(tx, ref)
	if err != nil || t == nil || t.ID != table {
		return err
	}
	all := t.unfilled()
	i := slices.IndexFunc(all, func(u unfilled) bool { return u.id == id })
	if i < 0 {
		return nil
	}
	r, err := tables.Get(tx, ref.account, ref.region, ref.name)
	if err != nil {
		return err
	}
	all[i].filled(&r)
	if err := tx.Delete(t.cursor(id)); err != nil {
		return err
	}
	return tables.Put(tx, r, ref.account, ref.region, ref.name)
}

// fillSpans returns the spans of a call that changes what is derived from the
// table: it begins with beginFill, and ends with discard.
func (t *table) fillSpans() []storage.Span {
	return []storage.Span{filling.span(t.ref), under(t.part(backfillPart), true), t.derived}
}

// beginFill has the chore look at the table, whose record says what is to be
// filled.
func (t *table) beginFill(tx *storage.Tx) error { return filling.set(tx, t.ref) }

// discard removes what was derived under the id, whose keys begin with prefix, and
// how far its filling had come. The table's record names it no more.
func (t *table) discard(tx *storage.Tx, id uint32, prefix []byte) error {
	if err := tx.Delete(t.cursor(id)); err != nil {
		return err
	}
	return tx.Discard(prefix, storage.PrefixEnd(prefix))
}
