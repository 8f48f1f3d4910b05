// SPDX-License-Identifier: Apache-2.0

package partiql

import (
	"bytes"
	"slices"

	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/attr"
)

// maxRegions is into how many regions a WHERE clause is taken apart. One that
// has more is taken for a larger region that they all lie in.
const maxRegions = 128

// A region is a set of keys outside of which a condition doesn't hold: those
// with one of the partition keys, or any, whose sort key lies in the span.
type region struct {
	every  bool // every partition
	hashes []attr.Value
	sorts  attr.Span // of encoded sort keys
	loose  bool      // a condition on the sort key is not in the span
}

// everywhere is what is known of conditions that say nothing of keys.
func everywhere() []region { return []region{{every: true}} }

// A finder finds the regions of conditions under the key of a table or an index.
type finder struct {
	hash, sort attr.KeyAttribute // sort has no name if there is none
	widened    bool              // regions have been taken for a larger one
	err        error             // the first mistake in conditions on keys
	empty      error             // that a sort key is compared with an empty value, which no query may
}

func newFinder(schema attr.Schema) (*finder, error) {
	if len(schema.Hash) != 1 || len(schema.Range) > 1 {
		return nil, errMultiKey
	}
	f := &finder{hash: schema.Hash[0]}
	if len(schema.Range) == 1 {
		f.sort = schema.Range[0]
	}
	return f, nil
}

// regions returns regions that together have every key of which c can hold.
func (f *finder) regions(c *condition) []region {
	switch c.op {
	case "AND":
		all := everywhere()
		for _, a := range c.args {
			all = f.bounded(meet(all, f.regions(a)))
		}
		return all
	case "OR":
		var all []region
		keyed := false
		for _, a := range c.args {
			keyed = keyed || f.isKeyed(a)
			all = f.bounded(append(all, f.regions(a)...))
		}
		if !keyed {
			return everywhere()
		}
		return all
	case "NOT", "<>":
		return []region{{every: true, loose: f.mentions(c, f.sort.Name)}}
	}
	if t, ok := f.term(c); ok {
		return f.of(t)
	}
	return everywhere()
}

// isKeyed reports whether the condition mentions the key.
func (f *finder) isKeyed(c *condition) bool {
	return f.mentions(c, f.hash.Name) || f.mentions(c, f.sort.Name)
}

func (f *finder) mentions(c *condition, name string) bool {
	return name != "" && (slices.ContainsFunc(c.args, func(a *condition) bool { return f.mentions(a, name) }) ||
		slices.ContainsFunc(c.operands, func(o operand) bool { return o.mentions(name) }))
}

func (o operand) mentions(name string) bool {
	return o.path != nil && o.path.Attribute() == name || slices.ContainsFunc(o.args, func(a operand) bool { return a.mentions(name) })
}

// bounded returns regions that have all keys of those, and aren't too many.
func (f *finder) bounded(all []region) []region {
	if len(all) <= maxRegions {
		return all
	}
	f.widened = true
	one := region{}
	for _, r := range all {
		one.every = one.every || r.every
		for _, h := range r.hashes {
			if !slices.ContainsFunc(one.hashes, h.Equal) {
				one.hashes = append(one.hashes, h)
			}
		}
	}
	if one.every {
		one.hashes = nil
	}
	return []region{one}
}

// meet returns the regions that have the keys which are in one of a and in one
// of b.
func meet(a, b []region) []region {
	var all []region
	for _, x := range a {
		for _, y := range b {
			r := region{every: x.every && y.every, sorts: intersect(x.sorts, y.sorts), loose: x.loose || y.loose}
			switch {
			case x.every:
				r.hashes = y.hashes
			case y.every:
				r.hashes = x.hashes
			default:
				for _, h := range x.hashes {
					if slices.ContainsFunc(y.hashes, h.Equal) {
						r.hashes = append(r.hashes, h)
					}
				}
			}
			all = append(all, r)
		}
	}
	return all
}

func intersect(a, b attr.Span) attr.Span {
	if bytes.Compare(b.Lo, a.Lo) > 0 {
		a.Lo = b.Lo
	}
	if a.Hi == nil || b.Hi != nil && bytes.Compare(b.Hi, a.Hi) < 0 {
		a.Hi = b.Hi
	}
	return a
}

// A term is a condition on a key attribute that a region says all of.
type term struct {
	key    attr.KeyAttribute
	op     attr.RangeOp
	values []attr.Value // the operands; of RangeEQ, those that the key may equal
}

// ranges are the operators of terms, and flipped what they are with their
// operands exchanged.
var (
	ranges = map[string]attr.RangeOp{
		"=": attr.RangeEQ, "IN": attr.RangeEQ, "<": attr.RangeLT, "<=": attr.RangeLE, ">": attr.RangeGT, ">=": attr.RangeGE,
		"BETWEEN": attr.RangeBetween, "begins_with": attr.RangeBeginsWith,
	}
	flipped = map[string]string{"=": "=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
)

// term returns the condition as a term, if it is one: a key attribute and
// values. Of the partition key, only what it equals is one.
func (f *finder) term(c *condition) (term, bool) {
	op, operands := c.op, c.operands
	if back, ok := flipped[op]; ok && operands[0].path == nil {
		op, operands = back, []operand{operands[1], operands[0]}
	}
	t := term{op: ranges[op]}
	if t.op == attr.RangeAll || len(operands) < 2 || len(operands[0].path) != 1 {
		return term{}, false
	}
	switch name := operands[0].path[0].Name; {
	case name == f.hash.Name && t.op == attr.RangeEQ:
		t.key = f.hash
	case name == f.sort.Name:
		t.key = f.sort
	default:
		return term{}, false
	}
	for _, o := range operands[1:] {
		if o.value.Type() == 0 {
			return term{}, false
		}
		t.values = append(t.values, o.value)
	}
	return t, true
}

// of returns the regions of a term.
func (f *finder) of(t term) []region {
	for _, v := range t.values {
		f.check(t.key, v)
	}
	if t.key == f.hash {
		return []region{{hashes: t.values}}
	}
	var all []region
	switch t.op {
	case attr.RangeEQ:
		for _, v := range t.values {
			all = append(all, f.sorts(attr.Range{Op: t.op, A: v}))
		}
	case attr.RangeBetween:
		all = append(all, f.sorts(attr.Range{Op: t.op, A: t.values[0], B: t.values[1]}))
	default:
		all = append(all, f.sorts(attr.Range{Op: t.op, A: t.values[0]}))
	}
	return f.bounded(all)
}

func (f *finder) sorts(r attr.Range) region { return region{every: true, sorts: r.Span(nil)} }

// check keeps what is wrong with a value that a key is compared with.
func (f *finder) check(k attr.KeyAttribute, v attr.Value) {
	switch {
	case f.err != nil:
	case v.Type() != k.Type:
		f.err = errKeyType
	case k == f.hash:
		f.err = attr.CheckKeyValue(k.Name, v)
		if f.err == nil {
			f.err = attr.CheckKeySizes(v.Size(), 0)
		}
	default:
		f.err = attr.CheckKeySizes(0, v.Size())
		if f.empty == nil {
			f.empty = attr.CheckKeyValue(k.Name, v)
		}
	}
}
