// SPDX-License-Identifier: Apache-2.0

package expr_test

import (
	"errors"
	"testing"

	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/attr"
)

// FuzzExpression gives one text to every kind of expression. None may panic,
// all errors are refusals, and what compiles can be applied.
func FuzzExpression(f *testing.F) {
	for _, s := range []string{
		"a = :s", "NOT (a.b[0] <> :n) AND size(#x) BETWEEN :n AND :m OR a IN (:s, b)", "begins_with(a, :s) AND attribute_exists(l[1])",
		"SET a = b + :n, m.k = if_not_exists(c, :s), l[3] = :l REMOVE l[0] ADD n :n DELETE s :ss", "SET a = list_append(l, :l)",
		"a, m.k, l[1], l[0], #x", "pk = :s AND sk BETWEEN :n AND :m", "((a))", "a[", ":s = #", "attribute_type(a, :type)",
	} {
		f.Add(s)
	}
	it := item(f, `{"a":{"S":"x"},"b":{"N":"1"},"m":{"M":{"k":{"S":"v"}}},"l":{"L":[{"S":"a"},{"L":[]}]},"n":{"N":"5"},"s":{"SS":["a"]},"x.y":{"B":"AA=="}}`)
	schema := attr.Schema{Hash: keys("pk"), Range: keys("sk")}
	f.Fuzz(func(t *testing.T, text string) {
		p := placeholders(t)
		refused := func(err error) bool {
			var invalid *attr.ValidationError
			if err != nil && !errors.As(err, &invalid) {
				t.Fatalf("%q: %v", text, err)
			}
			return err != nil
		}
		if c, err := p.Condition(text); !refused(err) {
			c.Eval(it)
		}
		if k, err := p.KeyCondition(text); !refused(err) {
			q, err := k.Resolve(schema)
			if !refused(err) {
				q.Span([]byte("t"))
			}
		}
		if x, err := p.Projection(text); !refused(err) {
			part := x.Project(it)
			if again := x.Project(part); again.Len() > part.Len() {
				t.Fatalf("%q projects to %s and then to %s", text, part.AppendJSON(nil), again.AppendJSON(nil))
			}
		}
		if u, err := p.Update(text); !refused(err) {
			out, err := u.Apply(it)
			if !refused(err) {
				if _, err := attr.ParseItem(out.Stored()); err != nil {
					t.Fatalf("%q made an item that does not parse", text)
				}
				u.Updated(it)
				u.Updated(out)
			}
		}
	})
}

func BenchmarkCompileCondition(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := placeholders(b).Condition("attribute_exists(a) AND m.k = :s AND n BETWEEN :n AND :m"); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkCompileFloorPlaceholders(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		placeholders(b)
	}
}

func BenchmarkEvalCondition(b *testing.B) {
	c, err := placeholders(b).Condition("attribute_exists(a) AND m.k = :s AND n BETWEEN :n AND :m")
	if err != nil {
		b.Fatal(err)
	}
	it := item(b, `{"a":{"S":"x"},"m":{"M":{"k":{"S":"str"}}},"n":{"N":"2"}}`)
	if !c.Eval(it) {
		b.Fatal("the condition does not hold")
	}
	b.ReportAllocs()
	for b.Loop() {
		c.Eval(it)
	}
}

// BenchmarkEvalFloorLookups is what the condition must look up, and nothing else.
func BenchmarkEvalFloorLookups(b *testing.B) {
	it := item(b, `{"a":{"S":"x"},"m":{"M":{"k":{"S":"str"}}},"n":{"N":"2"}}`)
	b.ReportAllocs()
	for b.Loop() {
		it.Get("a")
		m, _ := it.Get("m")
		m.Member("k")
		it.Get("n")
		it.Get("n")
	}
}

func BenchmarkApplyUpdate(b *testing.B) {
	u, err := placeholders(b).Update("SET m.k = :s ADD n :n")
	if err != nil {
		b.Fatal(err)
	}
	it := item(b, `{"a":{"S":"x"},"m":{"M":{"k":{"S":"str"}}},"n":{"N":"2"}}`)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := u.Apply(it); err != nil {
			b.Fatal(err)
		}
	}
}
