// SPDX-License-Identifier: Apache-2.0

package expr_test

import (
	"slices"
	"testing"

	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/attr"
	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/expr"
)

func TestAnExpressionIsWrittenAgainAsItWasUnderstood(t *testing.T) {
	var r expr.Rendering
	for _, c := range []struct{ kind, text, want string }{
		{"condition", "a=:s", "#0=:0"},
		{"condition", "a = :s or b = :s and not (c = :n)", "#0=:0 OR #1=:0 AND NOT #2=:1"},
		{"condition", "(a = :s OR b = :s) AND NOT (c = :n AND a = :s)", "(#0=:0 OR #1=:0) AND NOT (#2=:1 AND #0=:0)"},
		{"condition", "a = :s AND (b = :s AND c = :n)", "#0=:0 AND (#1=:0 AND #2=:1)"},
		{"condition", "size(#x.b[3]) BETWEEN :n AND c", "size(#3.#1[3]) BETWEEN :1 AND #2"},
		{"condition", "a IN (:s, b) AND attribute_exists(c)", "#0 IN (:0,#1) AND attribute_exists(#2)"},
		{"key", ":s = a AND :n < b", "#0=:0 AND #1>:1"},
		{"key", "begins_with(b, :s) AND a = :s", "begins_with(#1,:0) AND #0=:0"},
		{"key", "b BETWEEN :n AND :m AND a = :s", "#1 BETWEEN :1 AND :2 AND #0=:0"},
		{"update", "SET a = b + :n, c[0].a = if_not_exists(b, :n) REMOVE b", "SET #0=#1+:1,#2[0].#0=if_not_exists(#1,:1) REMOVE #1"},
		{"update", "ADD a :n DELETE b :ss", "ADD #0 :1 DELETE #1 :3"},
		{"projection", "a, b.c[1], #x", "#0,#1.#2[1],#3"},
	} {
		got, err := again(t, &r, c.kind, placeholders(t), c.text)
		if err != nil || got != c.want {
			t.Errorf("%s %q is written as %q, %v; want %q", c.kind, c.text, got, err, c.want)
		}
	}
	if n := r.Names(); len(n) != 4 || n["#3"] != "x.y" {
		t.Errorf("names are %v", n)
	}
	if v := r.Values(); len(v) != 4 || v[":0"].Type() != attr.TypeS {
		t.Errorf("values are %v", v)
	}
}

func TestAProjectionIsWrittenWithTheKeyBesides(t *testing.T) {
	p, err := placeholders(t).Projection("b, a.c")
	if err != nil {
		t.Fatal(err)
	}
	var r expr.Rendering
	if got, want := r.Projection(p, "a", "pk"), "#0,#1.#2,#3"; got != want || r.Names()["#3"] != "pk" {
		t.Errorf("it is written as %q of %v, want %q", got, r.Names(), want)
	}
}

// again compiles a text and returns what it is written as.
func again(t testing.TB, r *expr.Rendering, kind string, p *expr.Placeholders, text string) (string, error) {
	t.Helper()
	switch kind {
	case "condition":
		c, err := p.Condition(text)
		if err != nil {
			return "", err
		}
		return r.Condition(c), nil
	case "key":
		c, err := p.KeyCondition(text)
		if err == nil {
			err = c.Check()
		}
		if err != nil {
			return "", err
		}
		return r.KeyCondition(c), nil
	case "update":
		u, err := p.Update(text)
		if err != nil {
			return "", err
		}
		return r.Update(u), nil
	}
	x, err := p.Projection(text)
	if err != nil {
		return "", err
	}
	return r.Projection(x), nil
}

// rendered returns the placeholders that r has made.
func rendered(t testing.TB, r *expr.Rendering) *expr.Placeholders {
	t.Helper()
	values := ""
	if r.Values() != nil {
		var b attr.Builder
		for name, v := range r.Values() {
			b.Name(name)
			b.Value(v)
		}
		it, err := b.Item()
		if err != nil {
			t.Fatal(err)
		}
		values = string(it.AppendJSON(nil))
	}
	p, err := expr.NewPlaceholders(r.Names(), input(t, values))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// FuzzRender holds that what an expression is written as means the same.
func FuzzRender(f *testing.F) {
	for _, s := range []string{
		"NOT (NOT a = :s AND b <> :n) OR (a = :s OR b = :n) AND c = :s", "size(a) > size(b) AND contains(a, :s)", "a IN (:s, :t, b)",
		":s = a AND b BETWEEN :n AND :m", "SET a = list_append(l, :l), b = b - :n REMOVE c[2] ADD n :n DELETE s :ss", "a, m.k, l[1], #x",
		"SET a = if_not_exists(a, :n) + :n", "NOT NOT a = :s",
	} {
		f.Add(s)
	}
	it := item(f, `{"a":{"S":"str"},"b":{"N":"1"},"m":{"M":{"k":{"S":"v"}}},"l":{"L":[{"S":"a"},{"L":[]}]},"n":{"N":"5"},"s":{"SS":["a"]},"x.y":{"B":"AA=="}}`)
	f.Fuzz(func(t *testing.T, text string) {
		for _, kind := range []string{"condition", "key", "update", "projection"} {
			var r, r2 expr.Rendering
			first, err := again(t, &r, kind, placeholders(t), text)
			if err != nil || len(first) > expr.MaxText {
				continue
			}
			p := rendered(t, &r)
			second, err := again(t, &r2, kind, p, first)
			if err != nil || second != first {
				t.Fatalf("%q is written as %q, which is %q: %v", text, first, second, err)
			}
			if err := p.CheckUnused(); err != nil {
				t.Fatalf("%q: %v", text, err)
			}
			if kind == "condition" {
				c1, _ := placeholders(t).Condition(text)
				c2, _ := rendered(t, &r).Condition(first)
				if c1.Eval(it) != c2.Eval(it) || !slices.Equal(c1.Paths().Attributes(), c2.Paths().Attributes()) {
					t.Fatalf("%q is written as %q, which means something else", text, first)
				}
			}
		}
	})
}
