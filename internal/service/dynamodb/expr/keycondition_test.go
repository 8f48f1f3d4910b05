// SPDX-License-Identifier: Apache-2.0

package expr_test

import (
	"strings"
	"testing"

	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/attr"
	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/expr"
)

func keys(names ...string) (out []attr.KeyAttribute) {
	for _, n := range names {
		out = append(out, attr.KeyAttribute{Name: n, Type: attr.TypeS})
	}
	return out
}

func TestKeyConditionRefusals(t *testing.T) {
	const condition = "Invalid condition in KeyConditionExpression: "
	for in, want := range map[string]string{
		"pk = :t AND":                  `Invalid KeyConditionExpression: Syntax error; token: "<EOF>", near: "AND"`,
		"pk = :undefined OR sk = :t":   "Invalid KeyConditionExpression: An expression attribute value used in expression is not defined; attribute value: :undefined",
		"pk = :t OR sk = :t":           "Invalid operator used in KeyConditionExpression: OR",
		"NOT pk = :t":                  "Invalid operator used in KeyConditionExpression: NOT",
		"pk IN (:t)":                   "Invalid operator used in KeyConditionExpression: IN",
		"pk <> :t":                     "Invalid operator used in KeyConditionExpression: <>",
		"attribute_exists(pk)":         "Invalid operator used in KeyConditionExpression: attribute_exists",
		"pk = :t AND contains(sk, :t)": "Invalid operator used in KeyConditionExpression: contains",
		"size(pk) = :n":                "KeyConditionExpressions cannot contain nested operations",
		":t BETWEEN pk AND :t":         condition + "BETWEEN operator must have the key attribute as its first operand",
		"begins_with(:t, pk)":          condition + "begins_with operator must have the key attribute as its first operand",
		"pk = sk":                      condition + "Multiple attribute names used in one condition",
		":t = :s":                      condition + "No key attribute specified",
		"pk.a = :t":                    "KeyConditionExpressions cannot have conditions on nested attributes",
		"pk = :t AND pk > :t":          "KeyConditionExpressions must only contain one condition per key",
		"a=:t AND b=:t AND c=:t AND d=:t AND e=:t AND f=:t AND g=:t AND h=:t AND i=:t": "Conditions can be of length 1 or 2 only",
	} {
		c, err := placeholders(t).KeyCondition(in)
		if err == nil {
			err = c.Check()
		}
		if text(err) != want {
			t.Errorf("%s\n got: %v\nwant: %s", in, err, want)
		}
	}
}

func TestKeyConditionsAgainstSchema(t *testing.T) {
	const ompv = "One or more parameter values were invalid: "
	for _, c := range []struct {
		hash, sort []attr.KeyAttribute
		condition  string
		want       string
	}{
		{keys("pk"), keys("sk"), "sk = :t", "Query condition missed key schema element: pk"},
		{keys("pk"), keys("sk"), "pk = :t AND another = :t", "Query condition missed key schema element: sk"},
		{keys("pk"), keys("sk"), "pk > :t", "Query key condition not supported"},
		{keys("pk"), nil, "pk = :t AND sk = :t", "Query key condition not supported"},
		{keys("pk"), keys("sk"), "pk = :n", ompv + "Condition parameter type does not match schema type"},
		{keys("pk"), keys("sk"), "pk = :t AND sk BETWEEN :n AND :m", ompv + "Condition parameter type does not match schema type"},
		{keys("pk"), keys("sk"), "pk = :t AND sk = :t AND x = :t", "Conditions can be of length 1 or 2 only"},
		{keys("pk"), keys("sk"), "pk = :empty", "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty string value. Key: pk"},
		{keys("pk"), keys("sk"), "pk = :t AND sk BETWEEN :empty AND :t", "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty string value. Key: sk"},
		{keys("a", "b"), keys("c"), "a = :t", "Query condition missed key schema element: b"},
		{
			keys("pk"), keys("a", "b", "c"), "pk = :t AND a = :t AND c = :t",
			"RANGE key attributes b must have equality conditions specified in the query because a condition is present on key attribute c",
		},
		{
			keys("pk"), keys("a", "b"), "pk = :t AND a > :t AND b = :t",
			"RANGE key attributes a must have equality conditions specified in the query because a condition is present on key attribute b",
		},
		{keys("pk"), keys("sk"), "pk = :t", ""},
		{keys("pk"), keys("sk"), ":t > sk AND :t = pk", ""},
		{keys("a", "b"), keys("c", "d"), "d < :t AND b = :t AND a = :t AND c = :t", ""},
	} {
		p, err := expr.NewPlaceholders(nil, input(t, testVals[:len(testVals)-1]+`,":empty":{"S":""}}`))
		if err != nil {
			t.Fatal(err)
		}
		k, err := p.KeyCondition(c.condition)
		if err != nil {
			t.Errorf("%s: %v", c.condition, err)
			continue
		}
		if _, err := k.Resolve(attr.Schema{Hash: c.hash, Range: c.sort}); text(err) != c.want {
			t.Errorf("%s\n got: %v\nwant: %s", c.condition, err, c.want)
		}
	}
}

// A query's span holds exactly the items that the same text selects as a filter.
func TestKeyConditionSpans(t *testing.T) {
	schema := attr.Schema{Hash: keys("pk"), Range: keys("sk")}
	values := `{":p":{"S":"p"},":lo":{"S":"b"},":hi":{"S":"bb"}}`
	for _, in := range []string{
		"pk = :p", "pk = :p AND sk = :lo", "pk = :p AND sk < :hi", "pk = :p AND sk <= :hi", "sk > :lo AND :p = pk", "pk = :p AND sk >= :lo",
		"pk = :p AND :hi > sk", "pk = :p AND :hi >= sk", "pk = :p AND :lo < sk", "pk = :p AND :lo <= sk", "pk = :p AND :lo = sk",
		"pk = :p AND sk BETWEEN :lo AND :hi", "begins_with(sk, :lo) AND pk = :p", "(pk = :p) AND (sk < :hi)",
	} {
		p, err := expr.NewPlaceholders(nil, input(t, values))
		if err != nil {
			t.Fatal(err)
		}
		k, err := p.KeyCondition(in)
		if err != nil {
			t.Fatalf("%s: %v", in, err)
		}
		f, err := p.Filter(in)
		if err != nil {
			t.Fatal(err)
		}
		q, err := k.Resolve(schema)
		if err != nil {
			t.Fatalf("%s: %v", in, err)
		}
		span, selected := q.Span([]byte("t")), 0
		for _, pk := range []string{"p", "q", "pp"} {
			for _, sk := range []string{"a", "b", "b\\u0000", "ba", "bb", "bba", "bc", "c", strings.Repeat("b", 20)} {
				it := item(t, `{"pk":{"S":"`+pk+`"},"sk":{"S":"`+sk+`"}}`)
				key, _ := schema.AppendKey([]byte("t"), it)
				want := f.Eval(it)
				if want {
					selected++
				}
				if got := span.Contains(key); got != want {
					t.Errorf("%s: %s/%s in the span: %v, selected: %v", in, pk, sk, got, want)
				}
			}
		}
		if selected == 0 {
			t.Errorf("%s selects nothing", in)
		}
	}
}

// What a key condition compares with is what a policy on leading keys sees.
func TestKeyConditionsTellTheirValues(t *testing.T) {
	k, err := placeholders(t).KeyCondition("pk = :s AND sk BETWEEN :n AND :m")
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, v := range k.Operands() {
		all = append(all, string(v.AppendJSON(nil)))
	}
	if got, want := strings.Join(all, " "), `{"S":"str"} {"N":"1"} {"N":"2"}`; got != want {
		t.Errorf("operands %s, want %s", got, want)
	}
	if v, ok := k.Equated("pk"); !ok || string(v.Bytes()) != "str" {
		t.Errorf("pk equals %v, %v", v, ok)
	}
	for _, name := range []string{"sk", "other"} {
		if v, ok := k.Equated(name); ok {
			t.Errorf("%s equals %s", name, v.AppendJSON(nil))
		}
	}
}
