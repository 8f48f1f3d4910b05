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
	consistent *bool
	reverse    bool

	start   attr.Item // the exclusive start key
	started bool      // there is one
}

// attributes returns the names of the attributes that the read mentions.
func (r *read) attributes() []string {
	return names(nil, conditionPaths(r.filter).Attributes(), projectionPaths(r.projection).Attributes())
}

const (
	startKeyInvalid = "The provided starting key is invalid: "
	errKeySchema    = "The provided key element does not match the schema"
)

// checkStart refuses a starting key that isn't a key of the table. wrong is the
// message if its attributes aren't those of the key.
func (r *read) checkStart(t *table, wrong string) error {
	if !r.started {
		return nil
	}
	for _, name := range t.schema.Names() {
		if _, ok := r.start.Get(name); !ok || r.start.Len() != t.schema.Len() {
			return invalid("%s", wrong)
		}
	}
	if err := t.schema.CheckKey(r.start); err != nil {
		return invalid("%s%s", startKeyInvalid, err)
	}
	return nil
}

// checkPaths refuses paths into the table's key.
func (r *read) checkPaths(t *table) error {
	if err := conditionPaths(r.filter).CheckKeys(t.schema); err != nil {
		return validation(err)
	}
	return validation(projectionPaths(r.projection).CheckKeys(t.schema))
}

// A page is a part of a Query or Scan: what has been read of it, and where to
// go on.
type page struct {
	items   []item
	count   int
	scanned int
	size    int
	work    int       // bytes that the filter looked at
	last    attr.Item // the item that was read last
	more    bool      // the page ended before the span did
}

// pauseEvery is after how many items others may go first, at the latest.
const pauseEvery = 16

// page reads items of the span from the starting key on, until the limit, the
// size of a page or the work for one is reached.
func (r *read) page(ctx context.Context, call *awsapi.Call, t *table, span attr.Span) (*page, error) {
	p := &page{items: []item{}}
	c := call.Tx.Scan(r.from(t, span))
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
		p.add(r, it)
		if p.size >= maxPage || p.work >= maxWork || p.scanned == r.limit {
			p.more = true
			break
		}
	}
	return p, c.Close()
}

// from returns what is left of the span after the starting key.
func (r *read) from(t *table, span attr.Span) storage.Range {
	out := storage.Range{Lo: span.Lo, Hi: span.Hi, Reverse: r.reverse, Prefetch: prefetch}
	if r.limit > 0 {
		out.Prefetch = min(prefetch, r.limit)
	}
	if !r.started {
		return out
	}
	if at := t.key(r.start); r.reverse {
		out.Hi = at
	} else {
		out.Lo = append(bytes.Clone(at), 0)
	}
	return out
}

// add takes an item into the page, unless the filter drops it.
func (p *page) add(r *read, it attr.Item) {
	size := it.Size()
	p.scanned++
	p.size += size
	p.last = it
	if r.filter != nil {
		p.work += r.filter.Work(size)
	}
	if !holds(r.filter, it) {
		return
	}
	p.count++
	if r.selects != selectCount {
		p.items = append(p.items, item{project(r.projection, it)})
	}
}

// output returns the page as a result.
func (p *page) output(r *read, mode *string, ref tableRef, t *table) *pageOutput {
	out := &pageOutput{
		Count:            new(int32(p.count)),
		ScannedCount:     new(int32(p.scanned)),
		ConsumedCapacity: consumed(mode, ref.given, readUnits(p.size, r.consistent)),
	}
	if r.selects != selectCount {
		out.Items = p.items
	}
	if p.more {
		out.LastEvaluatedKey = &item{p.last.Pick(t.schema.Names()...)}
	}
	return out
}
