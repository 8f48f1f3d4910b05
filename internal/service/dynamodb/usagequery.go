// SPDX-License-Identifier: Apache-2.0

package dynamodb

import (
	"cmp"
	"context"
	"slices"

	"github.com/bailiwick-dev/bailiwick/internal/storage"
)

// A usagePage is a part of what tenants use, by name.
type usagePage struct {
	tenants []tenantUse
	rest    use  // of all tenants that have no name here
	more    bool // there are further names
}

// page returns the uses of up to limit tenants, those whose names follow after;
// from the first if it is nil. Rows and log together are exact.
func (u *usage) page(ctx context.Context, tx *storage.Tx, pause func(context.Context) error, after *string, limit int) (*usagePage, error) {
	recent, err := u.recent(ctx, tx, pause)
	if err != nil {
		return nil, err
	}
	p := &usagePage{}
	if p.rest, _, err = u.row(tx, others); err != nil {
		return nil, err
	}
	added, err := u.settle(tx, recent, p)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(added, func(a, b tenantUse) int { return cmp.Compare(a.name, b.name) })
	if after != nil {
		i, found := slices.BinarySearchFunc(added, *after, func(t tenantUse, name string) int { return cmp.Compare(t.name, name) })
		if found {
			i++
		}
		added = added[i:]
	}
	err = p.merge(u, tx, recent, added, after, limit)
	return p, err
}

// pauseLogEvery is after how many records of a log others may go first.
const pauseLogEvery = 64

// recent returns what the log says.
func (u *usage) recent(ctx context.Context, tx *storage.Tx, pause func(context.Context) error) (*uses, error) {
	recent := &uses{}
	c := tx.Scan(storage.Range{Lo: u.log, Hi: storage.PrefixEnd(u.log), Prefetch: prefetch})
	defer c.Close()
	for n := 1; c.Next(); n++ {
		if err := recent.decode(c.Value()); err != nil {
			return nil, err
		}
		if n%pauseLogEvery == 0 {
			if err := pause(ctx); err != nil {
				return nil, err
			}
		}
	}
	return recent, c.Close()
}

// settle returns the tenants of the log that have no row yet and will have one.
// What is of those that won't is added to the rest.
func (u *usage) settle(tx *storage.Tx, recent *uses, p *usagePage) (added []tenantUse, err error) {
	names, err := u.named(tx)
	if err != nil {
		return nil, err
	}
	for _, t := range recent.tenants {
		_, known, err := u.row(tx, t.name)
		switch {
		case err != nil:
			return nil, err
		case t.name == others || !known && !admits(&names, t.name):
			p.rest.add(t.use)
		case !known:
			added = append(added, t)
		}
	}
	return added, nil
}

// merge fills the page with rows, to which it adds what is recent, and with what is
// added, in the order of names.
func (p *usagePage) merge(u *usage, tx *storage.Tx, recent *uses, added []tenantUse, after *string, limit int) error {
	lo := u.rows
	if after != nil {
		lo = storage.PrefixEnd(u.rowKey(*after))
	}
	c := tx.Scan(storage.Range{Lo: lo, Hi: u.rowKey(others), Prefetch: limit + 1})
	defer c.Close()
	for c.Next() {
		name, _, err := storage.DecodeString(c.Key()[len(u.rows):])
		if err != nil {
			return err
		}
		row, err := decodeUse(c.Value())
		if err != nil {
			return err
		}
		for len(added) > 0 && added[0].name < name {
			if !p.add(added[0], limit) {
				return nil
			}
			added = added[1:]
		}
		if t, ok := recent.find(name); ok {
			row.add(*t)
		}
		if !p.add(tenantUse{name, row}, limit) {
			return nil
		}
	}
	for _, t := range added {
		if !p.add(t, limit) {
			return nil
		}
	}
	return c.Err()
}

// add adds a tenant, unless the page is full.
func (p *usagePage) add(t tenantUse, limit int) bool {
	if p.more = len(p.tenants) == limit; p.more {
		return false
	}
	p.tenants = append(p.tenants, t)
	return true
}
