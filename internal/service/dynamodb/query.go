// SPDX-License-Identifier: Apache-2.0

package dynamodb

import (
	"context"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/attr"
	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/expr"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
)

func (s *service) queryNeeds(_ context.Context, c *awsapi.Call, in *queryInput) (_ []awsapi.Need, err error) {
	if in.target, err = s.target(c, in.ref); err != nil {
		return nil, err
	}
	keys := &conditions{
		attributes: func() []string {
			return names(nil, in.key.Paths().Attributes(), in.read.attributes())
		},
		selects:        in.read.selects,
		returnValues:   none,
		returnCapacity: orNone(in.ReturnConsumedCapacity),
	}
	in.source = in.target.source(in.IndexName)
	keys.leading = in.leading()
	n := in.target.need("Query", keys, in.spans()...)
	n.Resource = in.target.readARN(in.IndexName)
	return []awsapi.Need{n}, nil
}

// leading returns the values that the key condition sets the partition key of
// the table or index equal to. If there is none, or no such table or index, it
// returns all values of the condition: the query will be refused, but it is
// decided by what it asked.
func (in *queryInput) leading() leadingValues {
	var p leadingValues
	all := 0
	for i, k := range in.source.schema.Hash {
		v, ok := in.key.Equated(k.Name)
		switch {
		case !ok:
			continue
		case i == 0:
			p.values = []attr.Value{v}
		default:
			p.further = append(p.further, []attr.Value{v})
		}
		all++
	}
	if all > 0 && all == len(in.source.schema.Hash) {
		return p
	}
	guess := append([]attr.Value{}, in.key.Operands()...)
	return leadingValues{values: guess, further: [][]attr.Value{guess, guess, guess}, guessed: true}
}

// spans returns what the query reads, which lies in one partition; nothing if
// the condition isn't one for the key of the table or index.
func (in *queryInput) spans() []storage.Span {
	if in.source.table == nil {
		return nil
	}
	q, err := in.key.Resolve(in.source.schema)
	if err != nil {
		return nil // the handler says so
	}
	return in.source.open(&in.read, q.Span(in.source.prefix), q.Hash)
}

func (s *service) query(ctx context.Context, c *awsapi.Call, in *queryInput) (*pageOutput, error) {
	q, span, err := in.check()
	if err != nil {
		return nil, err
	}
	in.read.hash = q.Hash
	in.read.reverse = in.ScanIndexForward != nil && !*in.ScanIndexForward
	p, err := in.read.page(ctx, c, &in.source, span)
	if err != nil {
		return nil, err
	}
	return p.output(&in.read, in.ReturnConsumedCapacity, in.ref, &in.source), nil
}

// check holds the query against its source, in AWS's order, and returns what it
// selects there.
func (in *queryInput) check() (q expr.KeyQuery, span attr.Span, err error) {
	from := &in.source
	if err := from.check(in.target, in.IndexName, &in.read); err != nil {
		return q, span, err
	}
	if err := in.read.checkStart(from, "The provided starting key is invalid"); err != nil {
		return q, span, err
	}
	if q, err = in.key.Resolve(from.schema); err != nil {
		return q, span, validation(err)
	}
	span = q.Span(from.prefix)
	if err := in.read.checkWithin(from, q, span); err != nil {
		return q, span, err
	}
	if err := in.checkPaths(); err != nil {
		return q, span, err
	}
	return q, span, from.checkProjected(&in.read)
}

// checkPaths refuses paths into keys, and a filter on the key that is queried:
// what it would do belongs into the key condition.
func (in *queryInput) checkPaths() error {
	if err := in.read.checkPaths(in.source.table); err != nil {
		return err
	}
	for _, p := range conditionPaths(in.read.filter) {
		if k, ok := in.source.schema.Find(p.Attribute()); ok {
			what := "Filter Expression"
			if in.QueryFilter != nil {
				what = "QueryFilter"
			}
			return invalid("%s can only contain non-primary key attributes: Primary key attribute: %s", what, k.Name)
		}
	}
	return nil
}

// checkWithin refuses a starting key that isn't in span, which is what q
// selects.
func (r *read) checkWithin(s *source, q expr.KeyQuery, span attr.Span) error {
	if !r.started || span.Contains(s.key(r.start)) {
		return nil
	}
	sorted := s.schema.Range
	if len(sorted) == 0 || (len(q.Prefix) == 0 && q.Range.Op == attr.RangeAll) {
		return invalid("The provided starting key is outside query boundaries based on provided conditions")
	}
	if !r.inPartition(s, q) && r.matches(s, q) {
		return invalid("The query can return at most one row and cannot be restarted")
	}
	return invalid("The provided starting key does not match the range key predicate")
}

// inPartition reports whether the starting key is of the partition that q
// selects.
func (r *read) inPartition(s *source, q expr.KeyQuery) bool {
	for i, k := range s.schema.Hash {
		if v, _ := r.start.Get(k.Name); !v.Equal(q.Hash[i]) {
			return false
		}
	}
	return true
}

// matches reports whether the sort key of the starting key is one that q
// selects.
func (r *read) matches(s *source, q expr.KeyQuery) bool {
	for i, want := range q.Prefix {
		if v, _ := r.start.Get(s.schema.Range[i].Name); !v.Equal(want) {
			return false
		}
	}
	if len(q.Prefix) == len(s.schema.Range) {
		return true
	}
	v, _ := r.start.Get(s.schema.Range[len(q.Prefix)].Name)
	return q.Range.Matches(v)
}
