// SPDX-License-Identifier: Apache-2.0

package expr

import (
	"slices"
	"strconv"
	"strings"

	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/attr"
)

// A Rendering writes compiled expressions as texts again, for another server:
// what that one reads is what was compiled here, whatever text it came from. All
// names and values are placeholders, which the expressions of one request share.
// The zero Rendering is ready. It is not safe for concurrent use.
type Rendering struct {
	names  map[string]string // placeholder by name
	values map[string]string // placeholder by value in its stored form
	nouns  map[string]string // name by placeholder
	terms  map[string]attr.Value
}

// short returns the shortest name that a placeholder can have by number n: what is
// written must not be longer than an expression may be, if that can be helped.
func short(n int) string {
	const digits = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	if n < len(digits) {
		return digits[n : n+1]
	}
	return short(n/len(digits)) + short(n%len(digits))
}

// Names returns the names that the texts refer to, by placeholder; nil if they
// refer to none.
func (r *Rendering) Names() map[string]string { return r.nouns }

// Values returns the values that the texts refer to, by placeholder; nil if they
// refer to none.
func (r *Rendering) Values() map[string]attr.Value { return r.terms }

func (r *Rendering) name(name string) string {
	if p, ok := r.names[name]; ok {
		return p
	}
	if r.names == nil {
		r.names, r.nouns = map[string]string{}, map[string]string{}
	}
	p := "#" + short(len(r.names))
	r.names[name], r.nouns[p] = p, name
	return p
}

func (r *Rendering) value(v attr.Value) string {
	stored := string(v.Stored())
	if p, ok := r.values[stored]; ok {
		return p
	}
	if r.values == nil {
		r.values, r.terms = map[string]string{}, map[string]attr.Value{}
	}
	p := ":" + short(len(r.values))
	r.values[stored], r.terms[p] = p, v
	return p
}

func (r *Rendering) path(p Path) string {
	var b strings.Builder
	for i, e := range p {
		switch {
		case e.Name == "":
			b.WriteString("[" + strconv.Itoa(e.Index) + "]")
		case i > 0:
			b.WriteString("." + r.name(e.Name))
		default:
			b.WriteString(r.name(e.Name))
		}
	}
	return b.String()
}

// Condition returns the text of a condition or a filter.
func (r *Rendering) Condition(c *Condition) string {
	return (&renderer{r, &resolver{p: c.source}}).node(c.tree)
}

// KeyCondition returns the text of a key condition.
func (r *Rendering) KeyCondition(c *KeyCondition) string {
	texts := make([]string, len(c.terms))
	for i, t := range c.terms {
		texts[i] = r.keyTerm(t)
	}
	return strings.Join(texts, " AND ")
}

func (r *Rendering) keyTerm(t keyTerm) string {
	name, a := r.name(t.name), r.value(t.r.A)
	switch t.r.Op {
	case attr.RangeBetween:
		return name + " BETWEEN " + a + " AND " + r.value(t.r.B)
	case attr.RangeBeginsWith:
		return "begins_with(" + name + "," + a + ")"
	}
	return name + rangeSigns[t.r.Op] + a
}

var rangeSigns = map[attr.RangeOp]string{
	attr.RangeEQ: "=", attr.RangeLT: "<", attr.RangeLE: "<=", attr.RangeGT: ">", attr.RangeGE: ">=",
}

// Projection returns the text of a projection that shows the named attributes
// besides.
func (r *Rendering) Projection(p *Projection, besides ...string) string {
	texts := make([]string, 0, len(p.paths)+len(besides))
	for _, path := range p.paths {
		texts = append(texts, r.path(path))
	}
	for _, name := range besides {
		if !slices.ContainsFunc(p.paths, func(p Path) bool { return p.Attribute() == name }) {
			texts = append(texts, r.name(name))
		}
	}
	return strings.Join(texts, ",")
}

// Update returns the text of an update.
func (r *Rendering) Update(u *Update) string {
	w := &renderer{r, &resolver{p: u.source}}
	var sections []string
	clauses := map[string][]string{}
	for _, a := range u.actions {
		section := a.section
		if section == "APPEND" {
			section = "SET"
		}
		if clauses[section] == nil {
			sections = append(sections, section)
		}
		clauses[section] = append(clauses[section], w.action(a))
	}
	for i, s := range sections {
		sections[i] = s + " " + strings.Join(clauses[s], ",")
	}
	return strings.Join(sections, " ")
}

// A renderer writes trees whose placeholders are those of a request.
type renderer struct {
	*Rendering
	from *resolver
}

func (w *renderer) action(a action) string {
	text := w.node(a.path)
	switch a.section {
	case "SET":
		text += "=" + w.node(a.value)
	case "ADD", "DELETE":
		text += " " + w.node(a.value)
	case "APPEND":
		none := attr.Value{}.Concat(attr.Value{})
		text += "=list_append(if_not_exists(" + text + "," + w.value(none) + ")," + w.node(a.value) + ")"
	}
	return text
}

// node returns the text of a tree. That it has been compiled before means that
// its placeholders can be resolved.
func (w *renderer) node(n *node) string {
	switch n.kind {
	case pathNode:
		p, _ := w.from.path(n)
		return w.path(p)
	case valueNode:
		v, _ := w.from.value(n)
		return w.value(v)
	case functionNode:
		return n.op + "(" + strings.Join(w.nodes(n.args), ",") + ")"
	case notNode:
		return "NOT " + w.inner(n.args[0], notNode)
	case andNode, orNode:
		texts := make([]string, len(n.args))
		for i, a := range n.args {
			texts[i] = w.inner(a, n.kind)
		}
		return strings.Join(texts, " "+n.op+" ")
	}
	args := w.nodes(n.args)
	switch n.kind {
	case betweenNode:
		return args[0] + " BETWEEN " + args[1] + " AND " + args[2]
	case inNode:
		return args[0] + " IN (" + strings.Join(args[1:], ",") + ")"
	}
	return args[0] + n.op + args[1] // comparisons and sums
}

func (w *renderer) nodes(all []*node) []string {
	texts := make([]string, len(all))
	for i, n := range all {
		texts[i] = w.node(n)
	}
	return texts
}

// inner returns the text of a member of a NOT, AND or OR: in parentheses, unless
// it binds more tightly than that.
func (w *renderer) inner(n *node, outer nodeKind) string {
	if n.kind < outer {
		return w.node(n)
	}
	return "(" + w.node(n) + ")"
}
