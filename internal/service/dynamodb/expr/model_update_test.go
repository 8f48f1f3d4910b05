// SPDX-License-Identifier: Apache-2.0

package expr_test

import (
	"fmt"
	"maps"
	"math/big"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/expr"
)

// A refusal is why the model doesn't update an item.
type refusal string

func (r refusal) Error() string { return string(r) }

const (
	errModelPath    = refusal("The document path provided in the update expression is invalid for update")
	errModelMissing = refusal("The provided expression refers to an attribute that does not exist in the item")
	errModelType    = refusal("An operand in the update expression has an incorrect data type")
	errModelRange   = refusal("Number overflow. Attempting to store a number with magnitude larger than supported range")
	errModelTiny    = refusal("Number underflow. Attempting to store a number with magnitude smaller than supported range")
	errModelDigits  = refusal("Attempting to store more than 38 significant digits in a Number")
)

// A term is a right-hand side of the model's updates: op is +, -, if_not_exists
// or list_append, or "" for a path or a literal.
type term struct {
	op      string
	args    []term
	path    path
	literal any
}

func (x term) value(it map[string]any) (any, error) {
	if x.op == "if_not_exists" {
		if v := x.args[0].path.get(it); v != nil {
			return v, nil
		}
		return x.args[1].value(it)
	}
	if x.op != "" {
		return x.combined(it)
	}
	if x.path == nil {
		return x.literal, nil
	}
	if v := x.path.get(it); v != nil {
		return v, nil
	}
	return nil, errModelMissing
}

// combined is a sum, a difference or a list of two.
func (x term) combined(it map[string]any) (any, error) {
	a, err := x.args[0].value(it)
	if err != nil {
		return nil, err
	}
	b, err := x.args[1].value(it)
	if err != nil {
		return nil, err
	}
	if x.op == "list_append" {
		l, ok := a.([]any)
		m, also := b.([]any)
		if !ok || !also {
			return nil, errModelType
		}
		return append(append([]any{}, l...), m...), nil
	}
	n, ok := a.(number)
	m, also := b.(number)
	if !ok || !also {
		return nil, errModelType
	}
	sum := new(big.Rat).Add
	if x.op == "-" {
		sum = new(big.Rat).Sub
	}
	return exact(sum(n.rat(), m.rat()))
}

// exact returns the number, unless it isn't one that DynamoDB has.
func exact(r *big.Rat) (any, error) {
	whole, fraction, _ := strings.Cut(strings.TrimPrefix(r.FloatString(200), "-"), ".")
	whole = strings.TrimLeft(whole, "0")
	digits := strings.Trim(whole+fraction, "0")
	zeros := len(fraction) - len(strings.TrimLeft(fraction, "0"))
	switch {
	case len(whole) > 126:
		return nil, errModelRange
	case whole == "" && digits != "" && zeros >= 130:
		return nil, errModelTiny
	case len(digits) > 38:
		return nil, errModelDigits
	}
	return number(r.RatString()), nil
}

func (x term) write(w *writer) string {
	if x.op == "" {
		if x.path != nil {
			return x.path.String()
		}
		return w.literal(x.literal)
	}
	a, b := x.args[0].write(w), x.args[1].write(w)
	if x.op == "+" || x.op == "-" {
		return a + " " + x.op + " " + b
	}
	return x.op + "(" + a + ", " + b + ")"
}

// A change is one action of the model's updates.
type change struct {
	section string
	path    path
	value   term
}

// after returns what becomes of the target; nil if it goes, or stays away.
func (c change) after(it map[string]any) (any, error) {
	current := c.path.get(it)
	switch {
	case c.section == "REMOVE":
		return nil, nil
	case c.section == "SET":
		return c.value.value(it)
	case current == nil && c.section == "ADD":
		return c.value.literal, nil
	case current == nil:
		return nil, nil
	case typeOf(current) != typeOf(c.value.literal):
		return nil, errModelType
	}
	if n, ok := current.(number); ok {
		return exact(new(big.Rat).Add(n.rat(), c.value.literal.(number).rat()))
	}
	have, given := current.(set).list(), c.value.literal.(set).list()
	if c.section == "ADD" {
		return setOf(typeOf(current), append(have, given...)...), nil
	}
	have = slices.DeleteFunc(have, func(m string) bool { return slices.Contains(given, m) })
	if len(have) == 0 {
		return nil, nil
	}
	return setOf(typeOf(current), have...), nil
}

// gone stands in a list for what was removed, until all changes are made.
type gone struct{}

// updated returns what the changes make of the item, or every reason to refuse
// them: it is not told which one is found first.
func updated(it map[string]any, changes []change) (map[string]any, []error) {
	values, reasons := make([]any, len(changes)), []error{}
	for i, c := range changes {
		v, err := c.after(it)
		if err != nil {
			reasons = append(reasons, err)
		}
		values[i] = v
		if !hasPlace(it, c.path) {
			reasons = append(reasons, errModelPath)
		}
	}
	if len(reasons) > 0 {
		return nil, reasons
	}
	// In the order of indexes, in which what is appended to a list comes.
	out := copied(it).(map[string]any)
	at := make([]int, len(changes))
	for i := range at {
		at[i] = i
	}
	slices.SortStableFunc(at, func(i, j int) int { return last(changes[i].path) - last(changes[j].path) })
	for _, i := range at {
		out = put(out, changes[i].path, values[i]).(map[string]any)
	}
	return swept(out).(map[string]any), nil
}

// last returns the index that the path ends with; 0 if it is a name.
func last(p path) int {
	i, _ := p[len(p)-1].(int)
	return i
}

// hasPlace reports whether the path's target could be in the item.
func hasPlace(it map[string]any, p path) bool {
	if len(p) == 1 {
		return true
	}
	parent := p[:len(p)-1].get(it)
	if _, ok := p[len(p)-1].(int); ok {
		return parent != nil && typeOf(parent) == "L"
	}
	return parent != nil && typeOf(parent) == "M"
}

// put puts v in its place in what the path leads into; nil takes away what is
// there.
func put(into any, p path, v any) any {
	if len(p) == 0 {
		return v
	}
	switch into := into.(type) {
	case map[string]any:
		name := p[0].(string)
		if v = put(into[name], p[1:], v); v == nil {
			delete(into, name)
		} else {
			into[name] = v
		}
		return into
	case []any:
		i := p[0].(int)
		switch {
		case i < len(into):
			if into[i] = put(into[i], p[1:], v); into[i] == nil {
				into[i] = gone{}
			}
		case v != nil:
			return append(into, v)
		}
		return into
	}
	return into
}

// swept returns v without what is gone.
func swept(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for name, m := range v {
			v[name] = swept(m)
		}
	case []any:
		left := slices.DeleteFunc(v, func(e any) bool { return e == any(gone{}) })
		for i, e := range left {
			left[i] = swept(e)
		}
		return left
	}
	return v
}

func copied(v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := map[string]any{}
		for name, m := range v {
			out[name] = copied(m)
		}
		return out
	case []any:
		out := []any{}
		for _, e := range v {
			out = append(out, copied(e))
		}
		return out
	}
	return v
}

// terms generates right-hand sides; only the outermost is a sum.
func terms(it map[string]any, at path, depth int) *rapid.Generator[term] {
	leaf := rapid.Custom(func(t *rapid.T) term {
		if rapid.Bool().Draw(t, "read") {
			return term{path: paths(it).Draw(t, "path")}
		}
		return term{literal: near(it, at).Draw(t, "literal")}
	})
	if depth == 0 {
		return leaf
	}
	inside := terms(it, at, depth-1)
	return rapid.OneOf(leaf, rapid.Custom(func(t *rapid.T) term {
		op := rapid.SampledFrom([]string{"+", "-", "if_not_exists", "list_append"}).Draw(t, "function")
		x := term{op: op, args: []term{inside.Draw(t, "first"), inside.Draw(t, "second")}}
		if op == "if_not_exists" {
			x.args[0] = term{path: paths(it).Draw(t, "path")}
		}
		for i, a := range x.args {
			if a.op == "+" || a.op == "-" {
				x.args[i] = a.args[0]
			}
		}
		return x
	}))
}

func changes(it map[string]any) *rapid.Generator[change] {
	return rapid.Custom(func(t *rapid.T) change {
		c := change{path: paths(it).Draw(t, "target")}
		c.section = rapid.SampledFrom([]string{"SET", "SET", "REMOVE", "ADD", "DELETE"}).Draw(t, "section")
		switch c.section {
		case "SET":
			c.value = terms(it, c.path, 2).Draw(t, "value")
		case "ADD", "DELETE":
			types := []string{"SS", "NS", "BS", "N"}
			v := oneOf(rapid.SampledFrom(types).Draw(t, "type"), 0)
			if current := c.path.get(it); current != nil && slices.Contains(types, typeOf(current)) {
				v = rapid.OneOf(rapid.Just(current), oneOf(typeOf(current), 0), v)
			}
			c.value.literal = v.Draw(t, "value")
		}
		return c
	})
}

func written(w *writer, all []change) string {
	sections := map[string][]string{}
	for _, c := range all {
		text := c.path.String()
		switch c.section {
		case "SET":
			text += " = " + c.value.write(w)
		case "ADD", "DELETE":
			text += " " + c.value.write(w)
		}
		sections[c.section] = append(sections[c.section], text)
	}
	var parts []string
	for _, section := range slices.Sorted(maps.Keys(sections)) {
		parts = append(parts, section+" "+strings.Join(sections[section], ", "))
	}
	return strings.Join(parts, " ")
}

// TestUpdatesMakeWhatTheirModelDoes updates random items.
func TestUpdatesMakeWhatTheirModelDoes(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		it := items().Draw(r, "item")
		stored := real(t, it)
		for range 20 {
			all := rapid.SliceOfN(changes(it), 1, 3).Draw(r, "changes")
			w := &writer{literals: map[string]any{}}
			text := written(w, all)
			u, err := w.placeholders(t).Update(text)
			if err != nil {
				refusedFor(r, text, err, "Incorrect operand type", "Two document paths ")
				continue
			}
			want, reasons := updated(it, all)
			got, err := u.Apply(stored)
			of := fmt.Sprintf("%s\nof %v with %v\n", text, it, w.literals)
			switch {
			case err != nil:
				if !slices.ContainsFunc(reasons, func(reason error) bool { return reason.Error() == err.Error() }) {
					r.Errorf("%sis refused: %v, want %v", of, err, reasons)
				}
			case reasons != nil:
				r.Errorf("%smakes %s, want %v", of, got.AppendJSON(nil), reasons)
			case !reflect.DeepEqual(model(t, got), want):
				r.Errorf("%smakes %s, want %v", of, got.AppendJSON(nil), want)
			default:
				shows(t, r, of, u, all, it)
				shows(t, r, of, u, all, want)
			}
		}
	})
}

// shows fails the test if the update shows other parts of the item, before or
// after it, than it changes.
func shows(t *testing.T, r *rapid.T, of string, u *expr.Update, all []change, it map[string]any) {
	t.Helper()
	targets := make([]path, len(all))
	for i, c := range all {
		targets[i] = c.path
	}
	want, _ := projected(it, targets).(map[string]any)
	if got := model(t, u.Updated(real(t, it))); len(got)+len(want) > 0 && !reflect.DeepEqual(got, want) {
		r.Errorf("%sshows %v of %v, want %v", of, got, it, want)
	}
}
