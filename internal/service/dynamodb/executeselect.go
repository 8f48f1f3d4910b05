// SPDX-License-Identifier: Apache-2.0

package dynamodb

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"slices"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/attr"
	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/partiql"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
)

// A selection is what a SELECT reads of a table or an index: parts of it, one
// after the other, as Query and Scan read one.
type selection struct {
	read   read
	source source
	plan   *partiql.Plan
	err    error  // why there is no plan: told when the call is allowed
	parts  []part // in the order in which they are read
}

// A part is a span that a SELECT reads.
type part struct {
	span attr.Span
	hash []attr.Value // of the partition that it lies in; nil if it is not one
}

// need returns the need of a SELECT, and finds what it reads. It opens exactly
// that.
func (sel *selection) need(s *service, c *awsapi.Call, st *statement) (n awsapi.Need, err error) {
	if st.target, err = s.target(c, st.ref); err != nil {
		return n, err
	}
	sel.source, sel.plan, sel.err, sel.parts = st.target.source(st.index()), nil, nil, nil
	leading := st.guess()
	var spans []storage.Span
	if from := &sel.source; from.table != nil {
		if sel.plan, sel.err = st.Plan(from.schema); sel.err == nil {
			leading = sel.leading(leading)
			spans = sel.open()
		}
	}
	n = st.target.need(permissions[st.Kind], st.conditions("", leading), spans...)
	n.Resource = st.target.readARN(st.index())
	return n, nil
}

// leading returns the keys of the partitions that are read: none if it is not
// known which. Of a statement that reads nothing, as no key is two things at
// once, it returns what it was guessed to be for.
func (sel *selection) leading(guessed leadingValues) leadingValues {
	if !sel.plan.Keyed {
		return leadingValues{}
	}
	if len(sel.plan.Partitions) == 0 {
		return guessed
	}
	var p leadingValues
	for _, part := range sel.plan.Partitions {
		p.values = append(p.values, part.Hash)
	}
	return p
}

// open sets the parts that are read and returns the spans that hold them: one of
// each partition, however many parts of it are read.
func (sel *selection) open() (spans []storage.Span) {
	from, r := &sel.source, &sel.read
	r.filter, r.reverse = sel.plan.Filter, sel.plan.Reverse
	if !sel.plan.Keyed {
		all := attr.PrefixSpan(from.prefix)
		sel.parts = []part{{span: all}}
		return from.open(r, all, nil)
	}
	for _, p := range sel.plan.Partitions {
		hash := []attr.Value{p.Hash}
		own := p.Spans(from.prefix)
		if len(own) == 0 {
			continue
		}
		spans = append(spans, from.open(r, attr.Span{Lo: own[0].Lo, Hi: own[len(own)-1].Hi}, hash)...)
		if r.reverse {
			slices.Reverse(own)
		}
		for _, span := range own {
			sel.parts = append(sel.parts, part{span, hash})
		}
	}
	return spans
}

// check refuses what can't be read, in AWS's order.
func (sel *selection) check(st *statement) error {
	from, r := &sel.source, &sel.read
	switch {
	case st.target.table == nil:
		return errNoTable()
	case from.table == nil:
		return invalid("The table does not have the specified index")
	case from.index != nil && !from.index.Local && r.consistent != nil && *r.consistent:
		return invalid("Strongly consistent read is not supported on Global Secondary Indexes")
	}
	if err := from.check(st.target, st.index(), r); err != nil {
		return err
	}
	if sel.err != nil {
		return validation(sel.err)
	}
	if err := from.table.checkPaths(st.Paths()); err != nil {
		return err
	}
	if err := from.checkProjected(r); err != nil {
		return err
	}
	return sel.checkFilter()
}

// checkFilter refuses to look, in some partitions of an index, at what the index
// doesn't have.
func (sel *selection) checkFilter() error {
	ix := sel.source.index
	if ix == nil {
		return nil
	}
	var missing []string
	for _, name := range sel.plan.Filtered {
		if !ix.projects(name) {
			missing = append(missing, name)
		}
	}
	if len(missing) > 0 {
		return invalidParameters("Secondary index %s does not project one or more filter attributes: %s", ix.Name, bracketed(missing))
	}
	return nil
}

// run reads the parts, from where the NextToken says, until the limit or the
// size of a page is reached.
func (sel *selection) run(ctx context.Context, c *awsapi.Call, in *executeStatementInput) (*executeStatementOutput, error) {
	st := &in.statement
	if err := sel.check(st); err != nil {
		return nil, err
	}
	own := sel.fingerprint(st)
	at, err := sel.resume(own, in.NextToken)
	if err != nil {
		return nil, err
	}
	out := &executeStatementOutput{Items: []item{}}
	got, err := sel.pages(ctx, c, at)
	if err != nil {
		return nil, err
	}
	for _, it := range got.items {
		out.Items = append(out.Items, item{st.Show(it.Item)})
	}
	if got.more {
		out.NextToken = new(own.token(got.next))
		if got.last.Len() > 0 {
			out.LastEvaluatedKey = &item{got.last}
		}
	}
	out.ConsumedCapacity = consumed(in.ReturnConsumedCapacity, st.ref.given, got.used)
	return out, nil
}

// A readPosition is where a SELECT goes on: in that part, after the item with the
// key.
type readPosition struct {
	part  int
	after attr.Item // without attributes to begin with the part
}

// selected is what one call has read.
type selected struct {
	items   []item
	scanned int
	size    int
	work    int
	used    charge

	more bool // parts, or the rest of one, are left
	next readPosition
	last attr.Item // the key of what was read last
}

// pages reads parts from the position on.
func (sel *selection) pages(ctx context.Context, c *awsapi.Call, at readPosition) (*selected, error) {
	got := &selected{}
	limit := sel.read.limit
	if len(sel.parts) == 0 { // it is asked for nothing, which takes the least there is
		sel.charge(got, &page{}, nil)
	}
	for i := at.part; i < len(sel.parts); i++ {
		if i%pauseEvery == pauseEvery-1 {
			if err := c.Pause(ctx); err != nil {
				return nil, err
			}
		}
		p := sel.parts[i]
		r := sel.read
		r.before = got.size
		r.start, r.started = at.after, at.after.Len() > 0
		at.after = attr.Item{}
		if limit > 0 {
			r.limit = limit - got.scanned
		}
		pg, err := r.page(ctx, c, &sel.source, p.span)
		if err != nil {
			return nil, err
		}
		sel.charge(got, pg, p.hash)
		if pg.scanned > 0 {
			got.last = pg.last.Pick(sel.source.names...)
		}
		if pg.more && !sel.whole(p.span, pg.last) {
			got.more, got.next = true, readPosition{i, got.last}
			return got, nil
		}
		if got.full(limit) && i+1 < len(sel.parts) {
			got.more, got.next = true, readPosition{part: i + 1}
			return got, nil
		}
	}
	return got, nil
}

// full reports whether no more is to be read.
func (got *selected) full(limit int) bool {
	return got.size >= maxPage || got.work >= maxWork || limit > 0 && got.scanned >= limit
}

// whole reports whether the span has room for the one item only.
func (sel *selection) whole(span attr.Span, it attr.Item) bool {
	return sel.source.index == nil && bytes.Equal(span.Lo, sel.source.key(it)) && bytes.Equal(span.Hi, attr.PrefixSpan(span.Lo).Hi)
}

// charge adds a page of the partition to what has been read, and charges for it.
func (sel *selection) charge(got *selected, pg *page, hash []attr.Value) {
	from := &sel.source
	got.items = append(got.items, pg.items...)
	got.scanned += pg.scanned
	got.size += pg.size + pg.weight
	got.work += pg.work
	used := charge{table: readUnits(pg.size, sel.read.consistent)}
	if from.index != nil {
		used = charge{table: pg.fetched}
		used.index(from.index, readUnits(pg.size, sel.read.consistent))
	}
	from.table.readPage(&pg.shares, from.schema, hash, used.total())
	got.used.add(used)
}

// A fingerprint tells statements apart, so that none goes on where another has
// stopped.
type fingerprint [sha256.Size / 2]byte

func (sel *selection) fingerprint(st *statement) (f fingerprint) {
	d := newDigest()
	d.bytes(sel.source.table.ID[:])
	st.digest(d)
	sum := d.sum()
	copy(f[:], sum[:])
	return f
}

// token returns a NextToken: it is no secret and gives nobody any right. Where it
// leads must lie in what the statement reads, whoever made it.
func (f fingerprint) token(next readPosition) string {
	b := binary.AppendUvarint(f[:], uint64(next.part))
	return base64.StdEncoding.EncodeToString(append(b, next.after.Stored()...))
}

func errNextToken() error { return invalid("Invalid NextToken") }

// resume returns where the statement goes on: at its beginning if there is no
// token.
func (sel *selection) resume(f fingerprint, token *string) (at readPosition, err error) {
	if token == nil {
		return at, nil
	}
	b, err := base64.StdEncoding.DecodeString(*token)
	if err != nil || len(b) <= len(f) {
		return at, errNextToken()
	}
	if !bytes.Equal(b[:len(f)], f[:]) {
		return at, invalid("NextToken does not match request")
	}
	next, n := binary.Uvarint(b[len(f):])
	if n <= 0 || next >= uint64(len(sel.parts)) {
		return at, errNextToken()
	}
	at.part = int(next)
	if rest := b[len(f)+n:]; len(rest) > 0 {
		if at.after, err = attr.ParseItem(rest); err != nil || !sel.within(at) {
			return at, errNextToken()
		}
	}
	return at, nil
}

// within reports whether the position is in the part that it names.
func (sel *selection) within(at readPosition) bool {
	r := read{start: at.after, started: true}
	return r.checkStart(&sel.source, "") == nil && sel.parts[at.part].span.Contains(sel.source.key(at.after))
}
