// SPDX-License-Identifier: Apache-2.0

package dynamodb

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"time"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
)

const (
	// keepUsageEvery is how often the log is folded, and what reads took is added
	// to it.
	keepUsageEvery = 2 * time.Second

	// foldUsageMost is how many records of a log one transaction folds. They are
	// older than foldUsageAge, so that hardly any transaction under way adds to the
	// range that it reads.
	foldUsageMost = 512
	foldUsageAge  = time.Second

	// foldUsageAll is how often a log is folded from its beginning, and not from
	// where the fold before ended: what has been deleted takes time to pass over.
	foldUsageAll = 32
)

// A usageFolder folds the logs of tables, as a chore.
type usageFolder struct {
	s     *service
	round int
	ended map[string][]byte // where the latest fold of a log ended, by the log's prefix
}

func (s *service) usageFolder() *usageFolder { return &usageFolder{s: s} }

// keep adds what reads took to the logs, and folds them.
func (f *usageFolder) keep(ctx context.Context, st *awsapi.Station) error {
	errs := []error{f.s.keepReads(ctx, st)}
	var refs []tableRef
	err := st.View(ctx, func(tx *storage.Tx) (err error) {
		refs, err = counting.all(tx)
		return err
	})
	if err != nil {
		return errors.Join(append(errs, err)...)
	}
	before := f.ended
	f.ended = make(map[string][]byte, len(refs))
	if f.round++; f.round%foldUsageAll == 0 {
		before = nil
	}
	for _, ref := range refs {
		if ctx.Err() != nil {
			break // the rest can wait for the next start
		}
		errs = append(errs, f.fold(ctx, st, ref, before))
	}
	return errors.Join(errs...)
}

// fold folds the log of a table. The mark of a table that is gone, or whose use is
// counted no more, is removed.
func (f *usageFolder) fold(ctx context.Context, st *awsapi.Station, ref tableRef, before map[string][]byte) error {
	for more := true; more; {
		var log string
		var end []byte
		err := st.Update(ctx, func(tx *storage.Tx) error {
			more = false
			t, err := f.s.lookup(tx, ref)
			if err != nil {
				return err
			}
			if t == nil || t.usage == nil {
				return counting.clear(tx, ref)
			}
			log = string(t.usage.log)
			lo := t.usage.log
			if from := f.ended[log]; from != nil {
				lo = from
			} else if from := before[log]; from != nil {
				lo = from
			}
			end, more, err = t.usage.fold(tx, lo, st.Now().Add(-foldUsageAge))
			return err
		})
		if err != nil {
			return err
		}
		if end != nil {
			f.ended[log] = end
		}
	}
	return nil
}

// fold adds the first records of the log, from lo on and of before that time, to
// the rows. It returns where it ended, and whether there is more.
func (u *usage) fold(tx *storage.Tx, lo []byte, before time.Time) (end []byte, more bool, err error) {
	var sum uses
	var keys [][]byte
	end = lo
	c := tx.Scan(storage.Range{Lo: lo, Hi: u.logKey(before), Prefetch: foldUsageMost})
	defer c.Close()
	for c.Next() {
		if more = len(keys) == foldUsageMost; more {
			break
		}
		if err := sum.decode(c.Value()); err != nil {
			return nil, false, err
		}
		end = bytes.Clone(c.Key())
		keys = append(keys, end)
	}
	if err := c.Close(); err != nil {
		return nil, false, err
	}
	for _, key := range keys {
		if err := tx.Delete(key); err != nil {
			return nil, false, err
		}
	}
	return end, more, u.addRows(tx, &sum)
}

// addRows adds the changes to the rows of the tenants. A tenant that is new has a
// row of its own as long as there is room, for good.
func (u *usage) addRows(tx *storage.Tx, sum *uses) error {
	if len(sum.tenants) == 0 {
		return nil
	}
	names, err := u.named(tx)
	if err != nil {
		return err
	}
	was := names
	var rest use
	for _, t := range sum.tenants {
		row, known, err := u.row(tx, t.name)
		if err != nil {
			return err
		}
		if t.name == others || !known && !admits(&names, t.name) {
			rest.add(t.use)
			continue
		}
		row.add(t.use)
		if err := tx.Put(u.rowKey(t.name), row.append(nil)); err != nil {
			return err
		}
	}
	if rest != (use{}) {
		row, _, err := u.row(tx, others)
		if err != nil {
			return err
		}
		row.add(rest)
		if err := tx.Put(u.rowKey(others), row.append(nil)); err != nil {
			return err
		}
	}
	if names == was {
		return nil
	}
	return tx.Put(u.names, binary.AppendUvarint(nil, uint64(names)))
}

// admits reports whether a name that has no row yet is to have one, when there are
// as many as names says, and counts it.
func admits(names *int, name string) bool {
	if name == noTenant {
		return true
	}
	if *names >= maxTenants {
		return false
	}
	*names++
	return true
}

// named returns how many rows have names.
func (u *usage) named(tx *storage.Tx) (int, error) {
	b, err := tx.Get(u.names)
	if errors.Is(err, storage.ErrNotFound) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	n, size := binary.Uvarint(b)
	if size != len(b) {
		return 0, errUse()
	}
	return int(n), nil
}

func (u *usage) rowKey(name string) []byte { return storage.AppendString(bytes.Clone(u.rows), name) }

// row returns the row of the tenant, and whether there is one.
func (u *usage) row(tx *storage.Tx, name string) (use, bool, error) {
	b, err := tx.Get(u.rowKey(name))
	if errors.Is(err, storage.ErrNotFound) {
		return use{}, false, nil
	}
	if err != nil {
		return use{}, false, err
	}
	row, err := decodeUse(b)
	return row, true, err
}
