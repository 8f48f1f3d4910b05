// SPDX-License-Identifier: Apache-2.0

package dynamodb

import (
	"context"
	"slices"
	"sync"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/attr"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
)

const (
	// maxGathered is how many tenants' reads are gathered in memory, of all tables
	// together, until they are added to the logs. What is read by more is counted
	// with that of others.
	maxGathered = 50_000
	// readsAtOnce is how many tenants a record of reads has at most.
	readsAtOnce = 256
)

// gatheredReads is what reads have taken since it was last added to the logs. It
// is safe for concurrent use.
type gatheredReads struct {
	mu     sync.Mutex
	tables map[gatheredTable]*tableReads
	names  int
}

// A gatheredTable is a table as it was counted when it was read.
type gatheredTable struct {
	table tableID
	usage uint32
}

// tableReads are the reads of a table.
type tableReads struct {
	ref     tableRef
	tenants map[string]int64 // thousandths of units by tenant
}

func newGatheredReads() *gatheredReads {
	return &gatheredReads{tables: map[gatheredTable]*tableReads{}}
}

func (g *gatheredReads) add(t *table, tenants []tenantUse) {
	key := gatheredTable{t.ID, t.usage.ID}
	g.mu.Lock()
	defer g.mu.Unlock()
	r := g.tables[key]
	if r == nil {
		r = &tableReads{t.ref, map[string]int64{}}
		g.tables[key] = r
	}
	for i := range tenants {
		name := tenants[i].name
		if _, known := r.tenants[name]; !known {
			if g.names >= maxGathered {
				name = others
			} else {
				g.names++
			}
		}
		r.tenants[name] += tenants[i].reads
	}
}

// take returns what was gathered, and forgets it.
func (g *gatheredReads) take() map[gatheredTable]*tableReads {
	g.mu.Lock()
	defer g.mu.Unlock()
	out := g.tables
	g.tables, g.names = map[gatheredTable]*tableReads{}, 0
	return out
}

// keepReads adds what was gathered to the logs. What can't be added is lost, as
// with a crash.
func (s *service) keepReads(ctx context.Context, st *awsapi.Station) error {
	for of, r := range s.reads.take() {
		var all []tenantUse
		for name, reads := range r.tenants {
			all = append(all, tenantUse{name, use{reads: reads}})
		}
		for part := range slices.Chunk(all, readsAtOnce) {
			err := st.Update(ctx, func(tx *storage.Tx) error {
				t, err := s.lookup(tx, r.ref)
				if err != nil || t == nil || t.ID != of.table || t.usage == nil || t.usage.ID != of.usage {
					return err
				}
				return t.usage.record(tx, part, st.Now())
			})
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// readItem takes note that an item, or none, was looked up by that key, which took
// that capacity. What runs again is noted again: it has taken as much.
func (t *table) readItem(it, key attr.Item, capacity float64) {
	if t.usage == nil {
		return
	}
	if it.Len() == 0 {
		it = key
	}
	t.reads.add(t, []tenantUse{{t.usage.tenant(it), use{reads: units(capacity)}}})
}

// readShares are the sizes of what was read of each tenant's items. The zero value
// is none.
type readShares struct {
	uses
	size int64
}

// add takes note of an item, or an entry, that was read.
func (r *readShares) add(u *usage, it attr.Item) {
	if u == nil {
		return
	}
	size := int64(it.Size())
	r.size += size
	r.of(u.tenant(it)).bytes += size
}

// readPage takes note that a page was read, which took that capacity: each tenant
// has a part of it as great as its part of the page. hash is the partition that the
// page is of, if it is of one.
func (t *table) readPage(r *readShares, schema attr.Schema, hash []attr.Value, capacity float64) {
	if t.usage == nil {
		return
	}
	left := units(capacity)
	if len(r.tenants) == 0 {
		r.of(t.usage.tenantAt(schema, hash))
	}
	for i := range r.tenants {
		u := &r.tenants[i].use
		if r.size > 0 {
			u.reads = units(capacity) * u.bytes / r.size
			left -= u.reads
		}
	}
	r.tenants[0].reads += left // what rounding has left over
	t.reads.add(t, r.tenants)
}

// tenantAt returns the name of the tenant that a partition belongs to.
func (u *usage) tenantAt(schema attr.Schema, hash []attr.Value) string {
	for i, v := range hash {
		if schema.Hash[i].Name == u.Attribute {
			return u.tenantOf(v)
		}
	}
	return noTenant
}
