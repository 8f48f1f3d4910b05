// SPDX-License-Identifier: Apache-2.0

package dynamodb

import (
	"bytes"
	"context"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/attr"
	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/expr"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
)

const (
	// maxPage is how many bytes of items a page reads: the item that reaches
	// it is the last.
	maxPage = 1 << 20

	// maxWork is how many bytes a page's filter looks at: the item that reaches
	// it is the last. Filters of many paths or large literals would else keep
	// a processor busy for hours with one megabyte of small items.
	maxWork = 256 << 20

	// prefetch is how many items a page is expected to have, for stores that
	// fetch many at once.
	prefetch = 256
)

// A read is what Query and Scan ask alike.
type read struct {
	filter     *expr.Condition
	projection *expr.Projection
	selects    string // the value of Select, given or not
	limit      int    // 0 for none
	before     int    // bytes that were read of the page already, of other spans
	consistent *bool
	reverse    bool

	start   attr.Item // the exclusive start key
	started bool      // there is one

	hash []attr.Value // of the one partition that is read; nil if it is not one

	asProjected bool // the filter sees no more of an item than the index has
}

// attributes returns the names of the attributes that the read mentions.
func (r *read) attributes() []string {
	return names(nil, conditionPaths(r.filter).Attributes(), projectionPaths(r.projection).Attributes())
}

const (
	startKeyInvalid = "The provided starting key is invalid: "
	errKeySchema    = "The provided key element does not match the schema"
)

// checkStart refuses a starting key that isn't a key of what is read. wrong is
// the message if its attributes aren't those of the key.
func (r *read) checkStart(s *source, wrong string) error {
	if !r.started {
		return nil
	}
	for _, name := range s.names {
		if _, ok := r.start.Get(name); !ok || r.start.Len() != len(s.names) {
			return invalid("%s", wrong)
		}
	}
	if err := s.table.schema.CheckKey(r.start.Pick(s.table.schema.Names()...)); err != nil {
		return invalid("%s%s", startKeyInvalid, err)
	}
	if s.key(r.start) == nil { // a key of the index of another type
		return invalid("%s%s", startKeyInvalid, errKeySchema)
	}
	return nil
}

// checkPaths refuses paths into keys.
func (r *read) checkPaths(t *table) error {
	if err := t.checkPaths(conditionPaths(r.filter)); err != nil {
		return err
	}
	return t.checkPaths(projectionPaths(r.projection))
}

// A page is a part of a Query or Scan: what has been read of it, and where to
// go on.
type page struct {
	items   []item
	count   int
	scanned int
	size    int     // of what was read of the source
	weight  int     // of what was fetched from the table
	fetched float64 // capacity that this took
	work    int     // bytes that the filter looked at
	shares  readShares
	last    attr.Item // the item or entry that was read last
	more    bool      // the page ended before the span did
}

// pauseEvery is after how many items others may go first, at the latest.
const pauseEvery = 16

// page reads items of the span from the starting key on, until the limit, the
// size of a page or the work for one is reached.
func (r *read) page(ctx context.Context, call *awsapi.Call, s *source, span attr.Span) (*page, error) {
	p := &page{items: []item{}}
	fetches := r.fetches(s)
	c := call.Tx.Scan(r.from(s, span))
	defer c.Close()
	for c.Next() {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if p.scanned%pauseEvery == pauseEvery-1 {
			if err := call.Pause(ctx); err != nil {
				return nil, err
			}
		}
		it, err := attr.ParseItem(c.Value())
		if err != nil {
			return nil, err
		}
		p.last = it
		p.scanned++
		p.size += it.Size()
		p.shares.add(s.table.usage, it)
		seen := it
		if fetches {
			if seen, err = s.fetch(call.Tx, it); err != nil {
				return nil, err
			}
			p.fetched += readUnits(seen.Size(), r.consistent)
			p.weight += seen.Size()
			if r.selects != selectProjected {
				it = seen
			}
		}
		p.add(r, seen, it)
		if r.before+p.size >= maxPage || r.before+p.weight >= maxPage || p.work >= maxWork || p.scanned == r.limit {
			p.more = true
			break
		}
	}
	return p, c.Close()
}

// from returns what is left of the span after the starting key.
func (r *read) from(s *source, span attr.Span) storage.Range {
	out := storage.Range{Lo: span.Lo, Hi: span.Hi, Reverse: r.reverse, Prefetch: prefetch}
	if r.limit > 0 {
		out.Prefetch = min(prefetch, r.limit)
	}
	if !r.started {
		return out
	}
	if at := s.key(r.start); r.reverse {
		out.Hi = at
	} else {
		out.Lo = append(bytes.Clone(at), 0)
	}
	return out
}

// add takes an item, or the entry of it that is shown, into the page, unless the
// filter drops what it sees.
func (p *page) add(r *read, seen, it attr.Item) {
	if r.filter != nil {
		p.work += r.filter.Work(seen.Size())
	}
	if !holds(r.filter, seen) {
		return
	}
	p.count++
	if r.selects != selectCount {
		p.items = append(p.items, item{project(r.projection, it)})
	}
}

// output returns the page as a result. mode is the call's ReturnConsumedCapacity.
func (p *page) output(r *read, mode *string, ref tableRef, s *source) *pageOutput {
	units := readUnits(p.size, r.consistent)
	used := charge{table: units}
	if s.index != nil {
		used.table = p.fetched
		used.index(s.index, units)
	}
	s.table.readPage(&p.shares, s.schema, r.hash, used.total())
	out := &pageOutput{
		Count:            new(int32(p.count)),
		ScannedCount:     new(int32(p.scanned)),
		ConsumedCapacity: consumed(mode, ref.given, used),
	}
	if r.selects != selectCount {
		out.Items = p.items
	}
	if p.more {
		out.LastEvaluatedKey = &item{p.last.Pick(s.names...)}
	}
	return out
}
