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
		leading: in.leading(),
		attributes: func() []string {
			return names(nil, in.key.Paths().Attributes(), in.read.attributes())
		},
		selects:        in.read.selects,
		returnValues:   none,
		returnCapacity: orNone(in.ReturnConsumedCapacity),
	}
	n := in.target.need("Query", keys, in.spans()...)
	if in.IndexName != nil {
		n.Resource = in.target.ref.indexARN(*in.IndexName)
	}
	return []awsapi.Need{n}, nil
}

// leading returns the value that the key condition sets the table's partition
// key equal to. If there is none, or no such table or index, it returns all
// values of the condition: the query will be refused, but it is decided by what
// it asked.
func (in *queryInput) leading() leadingValues {
	if t := in.target.table; t != nil && in.IndexName == nil {
		if v, ok := in.key.Equated(t.hash().Name); ok {
			return leadingValues{values: []attr.Value{v}}
		}
	}
	return leadingValues{values: append([]attr.Value{}, in.key.Operands()...), guessed: true}
}

// spans returns the span that the key condition selects, which lies in one
// partition; nothing if the condition isn't one for the table's key.
func (in *queryInput) spans() []storage.Span {
	if in.target.table == nil || in.IndexName != nil {
		return nil
	}
	q, err := in.key.Resolve(in.target.table.schema)
	if err != nil {
		return nil // the handler says so
	}
	s := q.Span(in.target.table.items)
	return []storage.Span{{Lo: s.Lo, Hi: s.Hi}}
}

func (s *service) query(ctx context.Context, c *awsapi.Call, in *queryInput) (*pageOutput, error) {
	t := in.target.table
	switch {
	case t == nil:
		return nil, errNoTable()
	case in.IndexName != nil:
		return nil, errNoIndex(*in.IndexName)
	}
	if err := in.read.checkStart(t, "The provided starting key is invalid"); err != nil {
		return nil, err
	}
	q, err := in.key.Resolve(t.schema)
	if err != nil {
		return nil, validation(err)
	}
	span := q.Span(t.items)
	if err := in.read.checkWithin(t, q, span); err != nil {
		return nil, err
	}
	if err := in.checkPaths(t); err != nil {
		return nil, err
	}
	in.read.reverse = in.ScanIndexForward != nil && !*in.ScanIndexForward
	p, err := in.read.page(ctx, c, t, span)
	if err != nil {
		return nil, err
	}
	return p.output(&in.read, in.ReturnConsumedCapacity, in.ref, t), nil
}

// checkPaths refuses paths into the table's key, and a filter on it: what it
// would do belongs into the key condition.
func (in *queryInput) checkPaths(t *table) error {
	if err := in.read.checkPaths(t); err != nil {
		return err
	}
	for _, p := range conditionPaths(in.read.filter) {
		if k, ok := t.schema.Find(p.Attribute()); ok {
			return invalid("Filter Expression can only contain non-primary key attributes: Primary key attribute: %s", k.Name)
		}
	}
	return nil
}

// checkWithin refuses a starting key that isn't in span, which is what q
// selects.
func (r *read) checkWithin(t *table, q expr.KeyQuery, span attr.Span) error {
	if !r.started || span.Contains(t.key(r.start)) {
		return nil
	}
	hash, _ := r.start.Get(t.hash().Name)
	same := hash.Equal(q.Hash[0])
	sort, ok := t.sortKey()
	if !ok || (len(q.Prefix) == 0 && q.Range.Op == attr.RangeAll) {
		return invalid("The provided starting key is outside query boundaries based on provided conditions")
	}
	v, _ := r.start.Get(sort.Name)
	if !same && matches(q, v) {
		return invalid("The query can return at most one row and cannot be restarted")
	}
	return invalid("The provided starting key does not match the range key predicate")
}

// matches reports whether a sort key value is one that q selects.
func matches(q expr.KeyQuery, v attr.Value) bool {
	if len(q.Prefix) > 0 {
		return v.Equal(q.Prefix[0])
	}
	return q.Range.Matches(v)
}
