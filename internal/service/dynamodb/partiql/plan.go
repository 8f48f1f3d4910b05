// SPDX-License-Identifier: Apache-2.0

package partiql

import (
	"bytes"
	"slices"

	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/attr"
	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/expr"
)

// A Plan is what a Select or Exists reads of a table or an index: the items in
// some partitions, or all items, of which those are shown that meet a condition.
type Plan struct {
	// Keyed says that the WHERE clause holds of items in Partitions only. Else
	// any item may meet it, and there are no Partitions.
	Keyed      bool
	Partitions []Partition // each partition key once, in the order of reading
	Reverse    bool        // the items of each partition are read backwards

	// Filter is what is to be checked of the items that are read; nil if nothing
	// is.
	Filter *expr.Condition

	// Filtered names the attributes, sorted, that keyed reads filter by beside
	// the conditions on keys.
	Filtered []string
}

// A Partition is a part of one partition.
type Partition struct {
	Hash  attr.Value // the partition key
	sorts []attr.Span
}

// Spans returns the keys of the part under the prefix of the table or the index:
// in order, and none in two of them.
func (p Partition) Spans(prefix []byte) []attr.Span {
	at := attr.AppendPartition(slices.Clone(prefix), p.Hash)
	all := attr.PrefixSpan(at)
	spans := make([]attr.Span, len(p.sorts))
	for i, s := range p.sorts {
		spans[i] = all
		if s.Lo != nil {
			spans[i].Lo = append(slices.Clone(at), s.Lo...)
		}
		if s.Hi != nil {
			spans[i].Hi = append(slices.Clone(at), s.Hi...)
		}
	}
	return spans
}

// Plan returns what the statement, a Select or Exists, reads under the key of the
// table or the index. The plan depends on nothing but the two.
func (s *Statement) Plan(schema attr.Schema) (*Plan, error) {
	f, err := newFinder(schema)
	if err != nil {
		return nil, err
	}
	all := everywhere()
	if s.where != nil {
		all = f.regions(s.where)
	}
	if f.err != nil {
		return nil, f.err
	}
	p := &Plan{Keyed: !slices.ContainsFunc(all, func(r region) bool { return r.every }), Filter: s.filter}
	if p.Keyed {
		if f.empty != nil {
			return nil, f.empty
		}
		if p.Partitions, err = f.partitions(all); err != nil {
			return nil, err
		}
		if err := s.rest(p, f); err != nil {
			return nil, err
		}
	}
	return p, s.order(p, f)
}

// partitions returns the parts of partitions that the regions are, by partition
// key.
func (f *finder) partitions(all []region) ([]Partition, error) {
	loose := f.widened || slices.ContainsFunc(all, func(r region) bool { return r.loose })
	var parts []Partition
	for _, r := range all {
		for _, h := range r.hashes {
			i := slices.IndexFunc(parts, func(p Partition) bool { return p.Hash.Equal(h) })
			if i < 0 {
				i = len(parts)
				parts = append(parts, Partition{Hash: h})
			}
			if r.sorts.Hi == nil || bytes.Compare(r.sorts.Lo, r.sorts.Hi) < 0 {
				parts[i].sorts = append(parts[i].sorts, r.sorts)
			}
		}
		if len(parts) > MaxPartitions {
			return nil, errPartitions
		}
	}
	for i := range parts {
		if parts[i].union() && !loose {
			return nil, errOverlap
		}
	}
	slices.SortFunc(parts, func(a, b Partition) int { return bytes.Compare(a.Hash.Bytes(), b.Hash.Bytes()) })
	return parts, nil
}

// union brings the spans of the part into order and joins those that overlap. It
// reports whether there were any.
func (p *Partition) union() (overlapped bool) {
	slices.SortFunc(p.sorts, func(a, b attr.Span) int { return bytes.Compare(a.Lo, b.Lo) })
	var joined []attr.Span
	for _, s := range p.sorts {
		if n := len(joined); n > 0 && (joined[n-1].Hi == nil || bytes.Compare(s.Lo, joined[n-1].Hi) < 0) {
			overlapped = true
			if last := &joined[n-1]; last.Hi != nil && (s.Hi == nil || bytes.Compare(s.Hi, last.Hi) > 0) {
				last.Hi = s.Hi
			}
			continue
		}
		joined = append(joined, s)
	}
	p.sorts = joined
	return overlapped
}

// conjuncts returns the conditions all of which must hold.
func (s *Statement) conjuncts() []*condition {
	switch {
	case s.where == nil:
		return nil
	case s.where.op == "AND":
		return s.where.args
	}
	return []*condition{s.where}
}

// rest sets what is left to check of items that are read for their keys: what
// the partitions and spans say holds of each of them.
func (s *Statement) rest(p *Plan, f *finder) (err error) {
	var rest []*condition
	for _, c := range s.conjuncts() {
		if _, ok := f.term(c); ok && !f.widened {
			continue
		}
		rest = append(rest, c)
		if f.isKeyed(c) {
			continue
		}
		named, err := compile(c)
		if err != nil {
			return err
		}
		p.Filtered = append(p.Filtered, named.Paths().Attributes()...)
	}
	slices.Sort(p.Filtered)
	p.Filtered = slices.Compact(p.Filtered)
	p.Filter, err = compile(rest...)
	return err
}

// order sets how the ORDER BY clause has the plan read.
func (s *Statement) order(p *Plan, f *finder) error {
	if len(s.Order) == 0 {
		return nil
	}
	if s.where == nil {
		return errOrderWhere
	}
	if !p.Keyed {
		return errOrderHash
	}
	for _, o := range s.Order {
		switch name := o.Path.Attribute(); {
		case len(o.Path) == 1 && name == f.hash.Name:
			if o.Descending {
				slices.Reverse(p.Partitions)
			}
		case len(o.Path) == 1 && name == f.sort.Name:
			p.Reverse = o.Descending
		default:
			return invalid("Variable reference %s in ORDER BY clause must be part of the primary key", Column(o.Path))
		}
	}
	if len(p.Partitions) > 1 && s.Order[0].Path.Attribute() != f.hash.Name {
		return errOrderHashes
	}
	return nil
}

// A Key is the one item that a statement is for.
type Key struct {
	Item attr.Item // the attributes of the key, as the statement gives them

	// Condition is what must hold of the item for the statement to do anything:
	// that an UPDATE finds one, and whatever the WHERE clause says besides the
	// key; nil if that is nothing.
	Condition *expr.Condition

	// Alone says that the WHERE clause gives the key and says nothing else.
	Alone bool
}

// Key returns the item that the statement's WHERE clause gives the whole key of.
// The error tells that it doesn't.
func (s *Statement) Key(schema attr.Schema) (*Key, error) {
	rest := slices.Clone(s.conjuncts())
	var b attr.Builder
	for _, name := range schema.Names() {
		i := slices.IndexFunc(rest, func(c *condition) bool { return c.equates(name).Type() != 0 })
		if i < 0 {
			return nil, errNoKey
		}
		b.Name(name)
		b.Value(rest[i].equates(name))
		rest = slices.Delete(rest, i, i+1)
	}
	k := &Key{Alone: len(rest) == 0}
	var err error
	if k.Item, err = b.Item(); err != nil {
		return nil, err
	}
	k.Condition, err = compile(s.needed(schema, rest)...)
	return k, err
}

// equates returns the value that the condition sets the attribute equal to, or
// the zero Value.
func (c *condition) equates(name string) attr.Value {
	if c.op != "=" {
		return attr.Value{}
	}
	for i, o := range c.operands {
		if len(o.path) == 1 && o.path[0].Name == name {
			return c.operands[1-i].value
		}
	}
	return attr.Value{}
}

// needed returns what must hold of the item with the key, rest being what the
// WHERE clause says besides it: an UPDATE needs an item; a DELETE is satisfied
// without one.
func (s *Statement) needed(schema attr.Schema, rest []*condition) []*condition {
	hash := operand{path: expr.Path{{Name: schema.Hash[0].Name}}}
	switch {
	case s.Kind == Update:
		return append(rest, &condition{op: "attribute_exists", operands: []operand{hash}})
	case s.Kind == Delete && len(rest) > 0:
		missing := &condition{op: "attribute_not_exists", operands: []operand{hash}}
		return []*condition{{op: "OR", args: []*condition{missing, {op: "AND", args: rest}}}}
	}
	return rest
}

// Absent returns the condition of an INSERT: that there is no item with its key.
func Absent(schema attr.Schema) (*expr.Condition, error) {
	hash := operand{path: expr.Path{{Name: schema.Hash[0].Name}}}
	return compile(&condition{op: "attribute_not_exists", operands: []operand{hash}})
}
