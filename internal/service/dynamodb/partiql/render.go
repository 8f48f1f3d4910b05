// SPDX-License-Identifier: Apache-2.0

package partiql

import (
	"strconv"
	"strings"

	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/attr"
	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/expr"
)

// Render returns a statement as text, and the parameters that belong to it. It
// depends on what s means and on nothing else of the text that s was parsed
// from: all names are in quotes, all values are parameters, and [Parse] makes s
// of them again.
func Render(s *Statement) (text string, parameters []attr.Value) {
	var r renderer
	switch s.Kind {
	case Exists:
		r.write("EXISTS(")
		r.query(s)
		r.write(")")
	case Select:
		r.query(s)
	case Insert:
		r.insert(s)
	case Update:
		r.write("UPDATE ", name(s.Table))
		for _, a := range s.actions {
			r.action(a)
		}
		r.where(s)
	case Delete:
		r.write("DELETE FROM ", name(s.Table))
		r.where(s)
	}
	for clause, value := range returnValues {
		if value == s.Returning {
			r.write(" RETURNING ", clause, " *")
		}
	}
	return r.text.String(), r.values
}

type renderer struct {
	text   strings.Builder
	values []attr.Value
}

func (r *renderer) write(texts ...string) {
	for _, t := range texts {
		r.text.WriteString(t)
	}
}

func (r *renderer) value(v attr.Value) {
	r.write("?")
	r.values = append(r.values, v)
}

// name writes a name in quotes.
func name(s string) string { return `"` + strings.ReplaceAll(s, `"`, `""`) + `"` }

func path(p expr.Path) string {
	var b strings.Builder
	for i, e := range p {
		switch {
		case e.Name == "":
			b.WriteString("[" + strconv.Itoa(e.Index) + "]")
			continue
		case i > 0:
			b.WriteByte('.')
		}
		b.WriteString(name(e.Name))
	}
	return b.String()
}

func (r *renderer) query(s *Statement) {
	r.write("SELECT ")
	if s.Columns == nil {
		r.write("*")
	}
	for i, c := range s.Columns {
		r.comma(i)
		r.write(path(c))
	}
	r.write(" FROM ", name(s.Table))
	if s.Index != "" {
		r.write(".", name(s.Index))
	}
	r.where(s)
	for i, o := range s.Order {
		if i == 0 {
			r.write(" ORDER BY ")
		}
		r.comma(i)
		r.write(path(o.Path))
		if o.Descending {
			r.write(" DESC")
		}
	}
}

func (r *renderer) comma(i int) {
	if i > 0 {
		r.write(", ")
	}
}

func (r *renderer) insert(s *Statement) {
	r.write("INSERT INTO ", name(s.Table), " VALUE {")
	i := 0
	for key, v := range s.Item.All() {
		r.comma(i)
		i++
		r.write("'", strings.ReplaceAll(string(key), "'", "''"), "': ")
		r.value(v)
	}
	r.write("}")
}

func (r *renderer) action(a action) {
	target := path(a.path)
	switch a.op {
	case "REMOVE":
		r.write(" REMOVE ", target)
		return
	case "ADD":
		r.write(" SET ", target, " = set_add(", target, ", ")
	case "DELETE":
		r.write(" SET ", target, " = set_delete(", target, ", ")
	default:
		r.write(" SET ", target, " = ")
		r.operand(a.value)
		return
	}
	r.value(a.value.value)
	r.write(")")
}

func (r *renderer) where(s *Statement) {
	if s.where != nil {
		r.write(" WHERE ")
		r.condition(s.where)
	}
}

// condition writes c, in which AND binds more closely than OR, and NOT than AND.
func (r *renderer) condition(c *condition) {
	switch c.op {
	case "AND", "OR":
		for i, a := range c.args {
			if i > 0 {
				r.write(" ", c.op, " ")
			}
			r.inner(a, c.op == "AND" && a.op == "OR")
		}
	case "NOT":
		r.write("NOT ")
		r.inner(c.args[0], c.args[0].op == "AND" || c.args[0].op == "OR")
	case "BETWEEN":
		r.operand(c.operands[0])
		r.write(" BETWEEN ")
		r.operand(c.operands[1])
		r.write(" AND ")
		r.operand(c.operands[2])
	case "IN":
		r.operand(c.operands[0])
		r.write(" IN [")
		r.operands(c.operands[1:])
		r.write("]")
	default:
		if _, ok := functions[c.op]; ok {
			r.write(c.op, "(")
			r.operands(c.operands)
			r.write(")")
			return
		}
		r.operand(c.operands[0])
		r.write(" ", c.op, " ")
		r.operand(c.operands[1])
	}
}

func (r *renderer) inner(c *condition, parentheses bool) {
	if !parentheses {
		r.condition(c)
		return
	}
	r.write("(")
	r.condition(c)
	r.write(")")
}

func (r *renderer) operands(all []operand) {
	for i, o := range all {
		r.comma(i)
		r.operand(o)
	}
}

func (r *renderer) operand(o operand) {
	switch {
	case o.op == "+" || o.op == "-":
		r.operand(o.args[0])
		r.write(" ", o.op, " ")
		if right := o.args[1]; right.op == "+" || right.op == "-" {
			r.write("(")
			r.operand(right)
			r.write(")")
			return
		}
		r.operand(o.args[1])
	case o.op != "":
		r.write(o.op, "(")
		r.operands(o.args)
		r.write(")")
	case o.path != nil:
		r.write(path(o.path))
	default:
		r.value(o.value)
	}
}
