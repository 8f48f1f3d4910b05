// SPDX-License-Identifier: Apache-2.0

package dynamodb

import (
	"time"

	"github.com/bailiwick-dev/bailiwick/internal/storage"
)

// A writer makes the changes of one transaction to a table. No item changes but
// through it: what is derived from items, which is entries of indexes, when they
// expire, the stream and the counts, changes with them.
type writer struct {
	t   *table
	tx  *storage.Tx
	now time.Time

	expired       bool // the items are deleted because their time has come
	transactional bool // the changes take the capacity of a transaction

	sum  counts // of the changes made so far
	used charge
	uses uses // of the tenants
}

func (t *table) writer(tx *storage.Tx, now time.Time) *writer {
	return &writer{t: t, tx: tx, now: now}
}

// change makes the change of the item at that key. The capacity that it takes is
// added to w.used.
func (w *writer) change(at []byte, ch change) error {
	taken := w.charge(ch)
	if ch.old.Len() == 0 && ch.new.Len() == 0 {
		return nil
	}
	if err := ch.write(w.tx, at); err != nil {
		return err
	}
	for _, ix := range w.t.indexes {
		units, err := w.update(ix, ch)
		if err != nil {
			return err
		}
		w.used.index(ix, units)
		taken += units
	}
	if err := w.expiry(at, ch); err != nil {
		return err
	}
	if err := w.publish(ch); err != nil {
		return err
	}
	if err := w.meter(at, ch, taken); err != nil {
		return err
	}
	w.sum.table.add(ch.count())
	return nil
}

// charge charges the table for the change and returns what that takes.
func (w *writer) charge(ch change) float64 {
	units := ch.units()
	if w.transactional {
		units *= transactional
	}
	w.used.table += units
	return units
}

// done counts the changes. It is called once, after the last.
func (w *writer) done() error {
	if err := w.metered(); err != nil {
		return err
	}
	return w.t.record(w.tx, &w.sum, w.now)
}
