// SPDX-License-Identifier: Apache-2.0

package dynamodb

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"time"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/attr"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
)

const (
	// What one transaction deletes, at most: that many items, and no further one
	// once they have that many bytes.
	expireItems = 128
	expireBytes = 512 << 10

	// expireYears is how long ago the time of an item may be: one of longer ago
	// is taken for a mistake, and the item stays.
	expireYears = 5
)

// expireTables deletes the items whose time has come, some of each table in turn.
func (s *service) expireTables(ctx context.Context, st *awsapi.Station) error {
	var errs []error
	var refs []tableRef
	err := st.View(ctx, func(tx *storage.Tx) (err error) {
		refs, err = expiring.all(tx)
		return err
	})
	for len(refs) > 0 && err == nil {
		refs = slices.DeleteFunc(refs, func(ref tableRef) bool {
			over, err := s.expirePart(ctx, st, ref)
			if err != nil {
				errs = append(errs, err)
			}
			return over || err != nil
		})
		err = ctx.Err()
	}
	return errors.Join(append(errs, err)...)
}

// expirePart deletes some items of the table whose time has come, and reports
// whether there were no more.
func (s *service) expirePart(ctx context.Context, st *awsapi.Station, ref tableRef) (over bool, err error) {
	now := st.Now()
	var due [][]byte
	var table tableID
	none := false
	err = st.View(ctx, func(tx *storage.Tx) error {
		t, err := s.lookup(tx, ref)
		if err != nil {
			return err
		}
		if none = t == nil || t.TTL == nil; none {
			return nil
		}
		table = t.ID
		due, err = t.due(tx, now)
		return err
	})
	if err != nil {
		return false, err
	}
	if none {
		return true, st.Update(ctx, func(tx *storage.Tx) error { return s.unmark(tx, ref) })
	}
	if len(due) == 0 {
		return true, nil
	}
	err = st.Update(ctx, func(tx *storage.Tx) error {
		t, err := s.lookup(tx, ref)
		if err != nil || t == nil || t.ID != table || t.TTL == nil {
			return err
		}
		over, err = t.expire(tx, now, due)
		return err
	})
	return over && len(due) < expireItems, err
}

// unmark removes the mark of a table that has nothing that expires.
func (s *service) unmark(tx *storage.Tx, ref tableRef) error {
	if t, err := s.lookup(tx, ref); err != nil || t != nil && t.TTL != nil {
		return err
	}
	return expiring.clear(tx, ref)
}

// due returns entries of the index of when items expire whose time has come, some
// of them.
func (t *table) due(tx *storage.Tx, now time.Time) (entries [][]byte, err error) {
	lo, hi := t.expired(now)
	c := tx.Scan(storage.Range{Lo: lo, Hi: hi, Prefetch: expireItems})
	defer c.Close()
	for len(entries) < expireItems && c.Next() {
		entries = append(entries, bytes.Clone(c.Key()))
	}
	return entries, c.Close()
}

// expired returns the bounds of the entries whose time has come.
func (t *table) expired(now time.Time) (lo, hi []byte) {
	key := func(at time.Time) []byte {
		return attr.AppendKeyValue(t.expiries(), attr.Num(attr.IntNumber(at.Unix())))
	}
	return key(now.AddDate(-expireYears, 0, 0)), key(now)
}

// expire deletes the items that the entries stand for, as they were due a moment
// ago and if they still are, and reports whether it came to the last.
func (t *table) expire(tx *storage.Tx, now time.Time, entries [][]byte) (over bool, err error) {
	w := t.writer(tx, now)
	w.expired = true
	size := 0
	for _, entry := range entries {
		if size >= expireBytes {
			return false, w.done()
		}
		n, err := w.expire(entry)
		if err != nil {
			return false, err
		}
		size += n
	}
	return true, w.done()
}

// expire deletes the item that the entry stands for, unless that has another time
// by now, and returns its size in bytes.
func (w *writer) expire(entry []byte) (size int, err error) {
	prefix := w.t.expiries()
	rest, ok := bytes.CutPrefix(entry, prefix)
	if !ok {
		return 0, nil // they expire by another attribute by now
	}
	_, key, err := attr.ReadKeyValue(rest, attr.TypeN)
	if err != nil {
		return 0, err
	}
	at := append(bytes.Clone(w.t.items), key...)
	it, err := load(w.tx, at)
	if err != nil {
		return 0, err
	}
	if !bytes.Equal(w.t.expiryKey(at, it), entry) {
		return 0, w.tx.Delete(entry)
	}
	return len(it.Stored()), w.change(at, newChange(it, attr.Item{}))
}
