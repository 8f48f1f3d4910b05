// SPDX-License-Identifier: Apache-2.0

package expr_test

import (
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// An operand of the model's conditions: a path, a literal, or the size of one.
type operand struct {
	path    path
	literal any
	size    *operand
}

func (o operand) get(it map[string]any) any {
	switch {
	case o.size != nil:
		return count(o.size.get(it))
	case o.path != nil:
		return o.path.get(it)
	}
	return o.literal
}

func (o operand) write(w *writer) string {
	switch {
	case o.size != nil:
		return "size(" + o.size.write(w) + ")"
	case o.path != nil:
		return o.path.String()
	}
	return w.literal(o.literal)
}

// A test is a condition: an operator or function and what it takes.
type test struct {
	op    string
	args  []operand
	tests []test // of AND, OR and NOT
}

func (c test) holds(it map[string]any) bool {
	inside := func(c test) bool { return c.holds(it) }
	switch c.op {
	case "OR":
		return slices.ContainsFunc(c.tests, inside)
	case "AND":
		return !slices.ContainsFunc(c.tests, func(c test) bool { return !inside(c) })
	case "NOT":
		return !inside(c.tests[0])
	}
	v := make([]any, len(c.args))
	for i, o := range c.args {
		v[i] = o.get(it)
	}
	switch c.op {
	case "attribute_exists":
		return v[0] != nil
	case "attribute_not_exists":
		return v[0] == nil
	case "<>":
		return v[0] == nil || !reflect.DeepEqual(v[0], v[1])
	case "IN":
		return v[0] != nil && slices.ContainsFunc(v[1:], func(e any) bool { return reflect.DeepEqual(v[0], e) })
	}
	return !slices.Contains(v, nil) && relates(c.op, v)
}

// relates reports whether values that are all there meet the operator.
func relates(op string, v []any) bool {
	switch op {
	case "=":
		return reflect.DeepEqual(v[0], v[1])
	case "attribute_type":
		return typeOf(v[0]) == v[1]
	case "begins_with", "contains":
		return finds(op, v[0], v[1])
	case "BETWEEN":
		return relates(">=", []any{v[0], v[1]}) && relates("<=", []any{v[0], v[2]})
	}
	n, ok := order(v[0], v[1])
	return ok && map[string]bool{"<": n < 0, "<=": n <= 0, ">": n > 0, ">=": n >= 0}[op]
}

// finds is begins_with and contains.
func finds(op string, a, b any) bool {
	find := strings.Contains
	if op == "begins_with" {
		find = strings.HasPrefix
	}
	switch a := a.(type) {
	case string:
		b, ok := b.(string)
		return ok && find(a, b)
	case binary:
		b, ok := b.(binary)
		return ok && find(string(a), string(b))
	case set:
		return op == "contains" && typeOf(b) == a.of[:1] && slices.Contains(a.list(), reflect.ValueOf(b).String())
	case []any:
		return op == "contains" && slices.ContainsFunc(a, func(e any) bool { return reflect.DeepEqual(e, b) })
	}
	return false
}

// write writes the condition, with no more parentheses than it needs inside an
// operator that binds as bound does.
func (c test) write(w *writer, bound int) string {
	binds := map[string]int{"OR": 1, "AND": 2, "NOT": 3}[c.op]
	text := ""
	switch {
	case c.op == "NOT":
		text = "NOT " + c.tests[0].write(w, binds)
	case binds > 0:
		parts := make([]string, len(c.tests))
		for i, inside := range c.tests {
			parts[i] = inside.write(w, binds+1)
		}
		text = strings.Join(parts, " "+c.op+" ")
	default:
		return c.relation(w)
	}
	if binds < bound {
		return "(" + text + ")"
	}
	return text
}

func (c test) relation(w *writer) string {
	args := make([]string, len(c.args))
	for i, o := range c.args {
		args[i] = o.write(w)
	}
	switch c.op {
	case "BETWEEN":
		return args[0] + " BETWEEN " + args[1] + " AND " + args[2]
	case "IN":
		return args[0] + " IN (" + strings.Join(args[1:], ", ") + ")"
	case "=", "<>", "<", "<=", ">", ">=":
		return args[0] + " " + c.op + " " + args[1]
	}
	return c.op + "(" + strings.Join(args, ", ") + ")"
}

// operands generates operands whose literals are near what is at the path.
func operands(it map[string]any, at path) *rapid.Generator[operand] {
	return rapid.Custom(func(t *rapid.T) operand {
		o := operand{path: paths(it).Draw(t, "path")}
		switch rapid.IntRange(0, 4).Draw(t, "operand") {
		case 0, 1:
			return o
		case 2:
			return operand{size: &o}
		}
		return operand{literal: near(it, at).Draw(t, "literal")}
	})
}

var operators = []string{
	"=", "<>", "<", "<=", ">", ">=", "BETWEEN", "IN", "attribute_exists", "attribute_not_exists", "attribute_type", "begins_with", "contains", "contains",
}

// relations generates conditions without AND, OR and NOT.
func relations(it map[string]any) *rapid.Generator[test] {
	return rapid.Custom(func(t *rapid.T) test {
		c := test{op: rapid.SampledFrom(operators).Draw(t, "operator")}
		at := paths(it).Draw(t, "at")
		first, more := operand{path: at}, 1
		switch c.op {
		case "attribute_exists", "attribute_not_exists":
			more = 0
		case "attribute_type":
			name := rapid.SampledFrom([]string{"S", "N", "B", "BOOL", "NULL", "SS", "NS", "BS", "L", "M"}).Draw(t, "name")
			return test{op: c.op, args: []operand{first, {literal: name}}}
		case "BETWEEN":
			more = 2
		case "IN":
			more = rapid.IntRange(1, 3).Draw(t, "list")
		}
		if more > 0 && rapid.IntRange(0, 3).Draw(t, "measured") == 0 {
			first = operand{size: &operand{path: at}}
		}
		c.args = append(c.args, first)
		for range more {
			c.args = append(c.args, operands(it, at).Draw(t, "operand"))
		}
		c.meet(t, at.get(it))
		return c
	})
}

// meet often gives the condition literals that fit v, which is what it is about:
// bounds in their order, or what v contains.
func (c test) meet(t *rapid.T, v any) {
	if v == nil || rapid.Bool().Draw(t, "as it is") {
		return
	}
	switch of := typeOf(v); {
	case c.op == "BETWEEN" && slices.Contains([]string{"S", "N", "B"}, of):
		a, b := oneOf(of, 0).Draw(t, "lower"), rapid.OneOf(oneOf(of, 0), rapid.Just(v)).Draw(t, "upper")
		if n, _ := order(a, b); n > 0 {
			a, b = b, a
		}
		c.args[1], c.args[2] = operand{literal: a}, operand{literal: b}
	case c.op == "contains" && len(of) == 2:
		c.args[1] = operand{literal: oneOf(of[:1], 0).Draw(t, "member")}
	case c.op == "contains" && of == "L" && len(v.([]any)) > 0:
		e := rapid.SampledFrom(v.([]any)).Draw(t, "element")
		c.args[1] = operand{literal: rapid.OneOf(rapid.Just(e), oneOf(typeOf(e), 1)).Draw(t, "like it")}
	}
}

func tests(it map[string]any, depth int) *rapid.Generator[test] {
	if depth == 0 {
		return relations(it)
	}
	inside := tests(it, depth-1)
	return rapid.OneOf(relations(it), rapid.Custom(func(t *rapid.T) test {
		if rapid.Bool().Draw(t, "not") {
			return test{op: "NOT", tests: []test{inside.Draw(t, "inside")}}
		}
		return test{op: rapid.SampledFrom([]string{"AND", "OR"}).Draw(t, "joined"), tests: rapid.SliceOfN(inside, 2, 3).Draw(t, "parts")}
	}))
}

// TestConditionsHoldAsTheirModelDoes evaluates conditions over random items.
// What is refused without an item is told of elsewhere.
func TestConditionsHoldAsTheirModelDoes(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		it := items().Draw(r, "item")
		stored := real(t, it)
		for range 20 {
			w := &writer{literals: map[string]any{}}
			c := tests(it, 2).Draw(r, "condition")
			text := c.write(w, 0)
			compiled, err := w.placeholders(t).Condition(text)
			if err != nil {
				refusedFor(r, text, err, "Incorrect operand type", "must be distinct", "The BETWEEN operator requires")
				continue
			}
			if got, want := compiled.Eval(stored), c.holds(it); got != want {
				r.Errorf("%s\nof %v with %v\nis %v, want %v", text, it, w.literals, got, want)
			}
		}
	})
}

// refusedFor fails the test unless err is for one of the reasons.
func refusedFor(t *rapid.T, text string, err error, reasons ...string) {
	t.Helper()
	if !slices.ContainsFunc(reasons, func(reason string) bool { return strings.Contains(err.Error(), reason) }) {
		t.Fatalf("%s: %v", text, err)
	}
}

// TestProjectionsShowWhatTheirModelDoes projects random items.
func TestProjectionsShowWhatTheirModelDoes(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		it := items().Draw(r, "item")
		stored := real(t, it)
		for range 10 {
			ps := rapid.SliceOfN(paths(it), 1, 4).Draw(r, "paths")
			texts := make([]string, len(ps))
			for i, p := range ps {
				texts[i] = p.String()
			}
			text := strings.Join(texts, ", ")
			projection, err := (&writer{}).placeholders(t).Projection(text)
			if refused := err != nil; refused != meet(ps) {
				r.Fatalf("%s: %v", text, err)
			}
			if err != nil {
				continue
			}
			want, _ := projected(it, ps).(map[string]any)
			if got := model(t, projection.Project(stored)); len(got)+len(want) > 0 && !reflect.DeepEqual(got, want) {
				r.Errorf("%s\nof %v\nis %v, want %v", text, it, got, want)
			}
		}
	})
}

// meet reports whether two of the paths overlap or conflict.
func meet(ps []path) bool {
	for i, p := range ps {
		for _, q := range ps[:i] {
			n := 0
			for n < min(len(p), len(q)) && p[n] == q[n] {
				n++
			}
			if n == min(len(p), len(q)) || reflect.TypeOf(p[n]) != reflect.TypeOf(q[n]) {
				return true
			}
		}
	}
	return false
}

// projected returns what of the item the paths lead to: containers with nothing
// else in them.
func projected(v any, ps []path) any {
	inside := map[any][]path{}
	for _, p := range ps {
		if len(p) == 0 {
			return v
		}
		inside[p[0]] = append(inside[p[0]], p[1:])
	}
	switch v := v.(type) {
	case map[string]any:
		out := map[string]any{}
		for _, name := range slices.Sorted(maps.Keys(v)) {
			if part := inside[name]; part != nil {
				if shown := projected(v[name], part); shown != nil {
					out[name] = shown
				}
			}
		}
		if len(out) > 0 {
			return out
		}
	case []any:
		var out []any
		for i, e := range v {
			if part := inside[i]; part != nil {
				if shown := projected(e, part); shown != nil {
					out = append(out, shown)
				}
			}
		}
		if len(out) > 0 {
			return out
		}
	}
	return nil
}
