// SPDX-License-Identifier: Apache-2.0

package dynamodb

import (
	"slices"
	"strings"

	"github.com/bailiwick-dev/bailiwick/arn"
	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/attr"
	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/expr"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
)

// A source is what a Query or a Scan reads: a table, or one of its indexes. The
// zero source is neither, and reads nothing.
type source struct {
	table  *table
	index  *index // nil for the table itself
	schema attr.Schema
	prefix []byte   // of the keys that are read
	names  []string // of the attributes that a starting key has
}

// source returns what the call reads: the index of that name, or the table if it
// is nil. It is the zero source if there is no such thing.
func (t target) source(index *string) source {
	switch {
	case t.table == nil:
		return source{}
	case index == nil:
		return source{table: t.table, schema: t.table.schema, prefix: t.table.items, names: t.table.schema.Names()}
	}
	ix := t.table.index(*index)
	if ix == nil {
		return source{}
	}
	return source{table: t.table, index: ix, schema: ix.schema, prefix: ix.entries, names: ix.names}
}

// arn returns the ARN of what the call reads, whether there is one or not.
func (t target) readARN(index *string) arn.ARN {
	if index == nil {
		return t.ref.arn()
	}
	return t.ref.indexARN(*index)
}

// key returns where the item or entry with those attributes is, or nil.
func (s *source) key(it attr.Item) []byte {
	if s.index != nil {
		return s.index.key(it)
	}
	return s.table.key(it)
}

// open returns the spans of a read: what is read of the source, and of the
// table itself what r wants of the items of a local index. In a query hash are
// the values of the one partition that both lie in.
func (s *source) open(r *read, span attr.Span, hash []attr.Value) []storage.Span {
	spans := []storage.Span{{Lo: span.Lo, Hi: span.Hi}}
	if r.fetches(s) {
		items := slices.Clone(s.table.items)
		if hash != nil {
			items = attr.AppendPartition(items, hash...)
		}
		spans = append(spans, under(items, false))
	}
	return spans
}

// check refuses reads that the source can't do, in AWS's order. index is what
// the call names.
func (s *source) check(t target, index *string, r *read) error {
	switch {
	case t.table == nil:
		return errNoTable()
	case s.table == nil:
		return errNoIndex(*index)
	case s.index == nil || s.index.Local:
		return nil
	case r.consistent != nil && *r.consistent:
		return invalid("Consistent reads are not supported on global secondary indexes")
	case s.index.Building:
		return invalid("Cannot read from backfilling global secondary index: %s", s.index.Name)
	}
	return nil
}

// checkProjected refuses to read what a global index doesn't have: it never
// fetches from the table.
func (s *source) checkProjected(r *read) error {
	if s.index == nil || s.index.Local || s.index.projected == nil {
		return nil
	}
	if r.selects == selectAll {
		return invalidParameters("Select type ALL_ATTRIBUTES is not supported for global secondary index %s because its projection type is not ALL", s.index.Name)
	}
	if missing := s.index.missing(projectionPaths(r.projection)); len(missing) > 0 {
		return invalidParameters("Global secondary index %s does not project %s", s.index.Name, bracketed(missing))
	}
	return nil
}

// bracketed writes names as AWS lists them.
func bracketed(names []string) string { return "[" + strings.Join(names, ", ") + "]" }

// missing returns the attributes of the paths that entries don't have.
func (ix *index) missing(paths expr.Paths) []string {
	return slices.DeleteFunc(slices.Clone(paths.Attributes()), ix.projects)
}

// fetches reports whether the read needs of the items what a local index doesn't
// have of them.
func (r *read) fetches(s *source) bool {
	switch ix := s.index; {
	case ix == nil || !ix.Local || ix.projected == nil:
		return false
	case r.selects == selectAll:
		return true
	case len(ix.missing(projectionPaths(r.projection))) > 0:
		return true
	default:
		return !r.asProjected && len(ix.missing(conditionPaths(r.filter))) > 0
	}
}

// fetch returns the item that an entry of a local index stands for.
func (s *source) fetch(tx *storage.Tx, entry attr.Item) (attr.Item, error) {
	return load(tx, s.table.key(entry))
}
