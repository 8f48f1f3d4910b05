// SPDX-License-Identifier: Apache-2.0

package partiql_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/attr"
	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/partiql"
	"pgregory.net/rapid"
)

var schema = attr.Schema{
	Hash:  []attr.KeyAttribute{{Name: "pk", Type: attr.TypeS}},
	Range: []attr.KeyAttribute{{Name: "sk", Type: attr.TypeS}},
}

// hashes are the partitions that a plan reads, in order; "all" if it reads all.
func hashes(p *partiql.Plan) string {
	if !p.Keyed {
		return "all"
	}
	var texts []string
	for _, part := range p.Partitions {
		texts = append(texts, string(part.Hash.Bytes()))
	}
	return strings.Join(texts, " ")
}

func TestPlansNameThePartitionsThatCanBeRead(t *testing.T) {
	for _, c := range []struct{ where, want string }{
		{`pk = 'a'`, "a"},
		{`'a' = pk`, "a"},
		{`"pk" = 'a' /* OR pk = 'b' */ -- OR pk = 'c'`, "a"},
		{`pk = 'a' AND x = 1`, "a"},
		{`pk = 'a' AND (x = 1 OR y = 2)`, "a"},
		{`pk IN ['b', 'a']`, "a b"},
		{`pk IN ('b', 'a') AND pk = 'a'`, "a"},
		{`pk = 'a' OR pk = 'b'`, "a b"},
		{`(pk = 'a' AND sk > '1') OR (pk = 'b' AND x = 1)`, "a b"},
		{`(pk = 'a' OR pk = 'b') AND (pk = 'b' OR pk = 'c')`, "b"},
		{`pk = 'a' AND pk = 'b'`, ""},
		{`pk = 'a' AND NOT pk = 'b'`, "a"},
		{`pk = 'a' AND PK = 'b'`, "a"},
		{`pk = 'a' OR PK = 'a'`, "all"},
		{`pk = 'a' OR x = 1`, "all"},
		{`pk = 'a' OR sk = '1'`, "all"},
		{`NOT pk = 'a'`, "all"},
		{`NOT NOT pk = 'a'`, "all"},
		{`NOT (pk <> 'a')`, "all"},
		{`pk <> 'a'`, "all"},
		{`pk > 'a'`, "all"},
		{`pk BETWEEN 'a' AND 'a'`, "all"},
		{`begins_with(pk, 'a')`, "all"},
		{`contains(pk, 'a')`, "all"},
		{`pk = x`, "all"},
		{`pk IN ['a', x]`, "all"},
		{`'a' IN [pk]`, "all"},
		{`pk IS NOT MISSING`, "all"},
		{`pk.x = 'a'`, "all"},
		{`m.pk = 'a'`, "all"},
		{`size(pk) = 1`, "all"},
		{`attribute_exists(pk) = true`, "all"},
	} {
		s := parse(t, "SELECT * FROM T WHERE "+c.where)
		p, err := s.Plan(schema)
		if err != nil {
			t.Errorf("%s: %v", c.where, err)
			continue
		}
		if got := hashes(p); got != c.want {
			t.Errorf("%s reads %q, want %q", c.where, got, c.want)
		}
	}
	if p, err := parse(t, "SELECT * FROM T").Plan(schema); err != nil || p.Keyed || p.Filter != nil {
		t.Errorf("a SELECT without conditions: %+v, %v", p, err)
	}
}

func TestPlansOfMistakes(t *testing.T) {
	many := make([]string, partiql.MaxPartitions+1)
	for i := range many {
		many[i] = fmt.Sprintf("'%d'", i)
	}
	const overlap = "Overlapping conditions with range keys are not supported in where clause"
	for _, c := range []struct{ rest, want string }{
		{`WHERE pk = 1`, "One or more parameter values were invalid: Condition parameter type does not match schema type"},
		{`WHERE pk = 'a' AND sk > 1`, "One or more parameter values were invalid: Condition parameter type does not match schema type"},
		{`WHERE pk = ''`, "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty string value. Key: pk"},
		{`WHERE pk IN [` + strings.Join(many, ",") + `]`, "The where clause gives the partition key more than 50 values"},
		{`WHERE pk IN ['a', 'a']`, overlap},
		{`WHERE pk = 'a' OR pk = 'a'`, overlap},
		{`WHERE pk = 'a' AND (sk > '0' OR sk < '5')`, overlap},
		{`WHERE pk = 'a' AND (sk = '1' OR x = 'y')`, overlap},
		{`WHERE pk = 'a' AND x = '1' OR pk = 'a' AND sk = '2'`, overlap},
		{`ORDER BY pk`, "Must have WHERE clause in the statement when using ORDER BY clause."},
		{`WHERE x = 1 ORDER BY sk`, "Must have at least one non-optional hash key condition in WHERE clause when using ORDER BY clause."},
		{`WHERE pk = 'a' ORDER BY x`, "Variable reference x in ORDER BY clause must be part of the primary key"},
		{`WHERE pk IN ['a', 'b'] ORDER BY sk`, "Must have hash key in ORDER BY clause when more than one hash key condition specified in WHERE clause."},
	} {
		if _, err := parse(t, "SELECT * FROM T "+c.rest).Plan(schema); err == nil || err.Error() != c.want {
			t.Errorf("%s: got %v, want %s", c.rest, err, c.want)
		}
	}
	two := attr.Schema{Hash: []attr.KeyAttribute{{Name: "a", Type: attr.TypeS}, {Name: "b", Type: attr.TypeS}}}
	if _, err := parse(t, `SELECT * FROM T.i WHERE a = 'x' AND b = 'y'`).Plan(two); err == nil || !strings.HasPrefix(err.Error(), "PartiQL statements cannot be executed on tables with multi-attribute") {
		t.Errorf("an index with two partition attributes: %v", err)
	}
}

func TestOrderOfReading(t *testing.T) {
	p, err := parse(t, `SELECT * FROM T WHERE pk IN ['a', 'c', 'b'] ORDER BY pk DESC, sk DESC`).Plan(schema)
	if err != nil {
		t.Fatal(err)
	}
	if hashes(p) != "c b a" || !p.Reverse {
		t.Errorf("reads %q, reverse %v", hashes(p), p.Reverse)
	}
}

func TestWhatSpansSayIsNotCheckedAgain(t *testing.T) {
	for where, want := range map[string]string{
		`pk = 'a' AND sk > '1' AND sk <= '3'`:          "",
		`pk IN ['a', 'b'] AND sk IN ['1', '2']`:        "",
		`pk = 'a' AND begins_with(sk, '1')`:            "",
		`pk = 'a' AND x = 1 AND attribute_exists(m.y)`: "m x",
		`pk = 'a' AND sk <> '1' AND x = 1`:             "sk x",
		`(pk = 'a' AND x = 1) OR pk = 'b'`:             "pk x",
	} {
		p, err := parse(t, "SELECT * FROM T WHERE "+where).Plan(schema)
		if err != nil {
			t.Errorf("%s: %v", where, err)
			continue
		}
		got := ""
		if p.Filter != nil {
			got = strings.Join(p.Filter.Paths().Attributes(), " ")
		}
		if got != want {
			t.Errorf("%s: filters by %q, want %q", where, got, want)
		}
	}
}

// conditionOf draws a WHERE clause over few attributes and values.
func conditionOf(t *rapid.T, depth int) string {
	attribute := rapid.SampledFrom([]string{"pk", "sk", "sk", "x"})
	value := rapid.SampledFrom([]string{"'a'", "'b'", "'c'", "'ab'"})
	draw := func(g *rapid.Generator[string]) string { return g.Draw(t, "part") }
	kinds := 8
	if depth == 0 {
		kinds = 5
	}
	switch rapid.IntRange(0, kinds).Draw(t, "kind") {
	case 0, 1:
		return draw(attribute) + draw(rapid.SampledFrom([]string{" = ", " = ", " = ", " <> ", " < ", " <= ", " > ", " >= "})) + draw(value)
	case 2:
		return draw(value) + draw(rapid.SampledFrom([]string{" = ", " < ", " >= "})) + draw(attribute)
	case 3:
		return draw(attribute) + " IN [" + draw(value) + ", " + draw(value) + "]"
	case 4:
		low, high := draw(value), draw(value)
		if low > high {
			low, high = high, low
		}
		return draw(attribute) + " BETWEEN " + low + " AND " + high
	case 5:
		return draw(rapid.SampledFrom([]string{"begins_with(", "contains("})) + draw(attribute) + ", " + draw(value) + ")"
	case 6:
		return "NOT (" + conditionOf(t, depth-1) + ")"
	case 7:
		return "(" + conditionOf(t, depth-1) + ") OR (" + conditionOf(t, depth-1) + ")"
	}
	return "(" + conditionOf(t, depth-1) + ") AND (" + conditionOf(t, depth-1) + ")"
}

// TestNothingIsFoundOutsideAPlan draws conditions and holds the plan against all
// items there are: those of which the condition holds lie in the plan's spans,
// once, and of those in the spans the plan's filter finds the same.
func TestNothingIsFoundOutsideAPlan(t *testing.T) {
	var items []attr.Item
	names := []string{"a", "b", "c", "ab"}
	for _, pk := range names {
		for _, sk := range names {
			for _, x := range names {
				items = append(items, item(t, fmt.Sprintf(`{"pk":{"S":%q},"sk":{"S":%q},"x":{"S":%q}}`, pk, sk, x)))
			}
		}
	}
	prefix := []byte("prefix")
	keyed := 0
	rapid.Check(t, func(t *rapid.T) {
		text := "SELECT * FROM T WHERE " + conditionOf(t, 4)
		s, err := partiql.Parse(text, nil)
		if err != nil {
			t.Fatal(err)
		}
		p, err := s.Plan(schema)
		if err != nil {
			return // a mistake reads nothing
		}
		if p.Keyed {
			keyed++
		}
		for _, it := range items {
			key, _ := schema.AppendKey(prefix, it)
			in := !p.Keyed
			for _, part := range p.Partitions {
				at := attr.PrefixSpan(attr.AppendPartition(prefix, part.Hash))
				for _, span := range part.Spans(prefix) {
					if bytes.Compare(span.Lo, at.Lo) < 0 || bytes.Compare(span.Hi, at.Hi) > 0 {
						t.Fatalf("%s: a span goes beyond the partition %s", text, part.Hash.Bytes())
					}
					if !span.Contains(key) {
						continue
					}
					if in {
						t.Fatalf("%s: an item is read twice", text)
					}
					in = true
				}
			}
			found := in && (p.Filter == nil || p.Filter.Eval(it))
			if want := s.Filter().Eval(it); found != want {
				t.Fatalf("%s: %s found %v, want %v", text, it.AppendJSON(nil), found, want)
			}
		}
	})
	if keyed == 0 {
		t.Error("no condition was keyed")
	}
}

func TestManyRegionsAreTakenForOne(t *testing.T) {
	parts := make([]string, 140)
	for i := range parts {
		parts[i] = fmt.Sprintf("sk = '%d'", i)
	}
	p, err := parse(t, "SELECT * FROM T WHERE pk IN ['a', 'b'] AND ("+strings.Join(parts, " OR ")+")").Plan(schema)
	if err != nil {
		t.Fatal(err)
	}
	if hashes(p) != "a b" || p.Filter == nil || len(p.Partitions[0].Spans(nil)) != 1 {
		t.Errorf("reads %q in %d spans", hashes(p), len(p.Partitions[0].Spans(nil)))
	}
}

// TestWhatRegionsLoseIsChecked has more regions than are told apart, none of which
// is what the conditions say: their spans are given up, and so the filter says it.
func TestWhatRegionsLoseIsChecked(t *testing.T) {
	many := make([]string, 60)
	for i := range many {
		many[i] = fmt.Sprintf("'%d'", i)
	}
	p, err := parse(t, "SELECT * FROM T WHERE pk = 'a' AND sk IN ["+strings.Join(many, ", ")+"] AND sk IN ['7', 'x', 'y']").Plan(schema)
	if err != nil {
		t.Fatal(err)
	}
	for sk, want := range map[string]bool{"7": true, "8": false, "x": false} {
		if got := p.Filter == nil || p.Filter.Eval(item(t, `{"pk":{"S":"a"},"sk":{"S":"`+sk+`"}}`)); got != want {
			t.Errorf("%s is found: %v", sk, got)
		}
	}
}

func TestTheKeyOfAWriteIsGivenByEqualities(t *testing.T) {
	const missing = "Where clause does not contain a mandatory equality on all key attributes"
	for _, c := range []struct{ text, want string }{
		{`DELETE FROM T WHERE pk = 'a' AND sk = '1'`, `{"pk":{"S":"a"},"sk":{"S":"1"}}`},
		{`DELETE FROM T WHERE 'a' = pk AND x = 1 AND sk = '1'`, `{"pk":{"S":"a"},"sk":{"S":"1"}}`},
		{`DELETE FROM T WHERE pk = 'a' AND pk = 'b' AND sk = '1'`, `{"pk":{"S":"a"},"sk":{"S":"1"}}`},
		{`DELETE FROM T`, missing},
		{`UPDATE T SET x = 1`, missing},
		{`DELETE FROM T WHERE pk = 'a'`, missing},
		{`DELETE FROM T WHERE pk = 'a' AND sk > '1'`, missing},
		{`DELETE FROM T WHERE pk IN ['a'] AND sk = '1'`, missing},
		{`DELETE FROM T WHERE pk = 'a' AND sk = '1' OR x = 1`, missing},
		{`DELETE FROM T WHERE pk = 'a' AND NOT sk = '1'`, missing},
		{`DELETE FROM T WHERE pk = 'a' AND sk = pk`, missing},
		{`DELETE FROM T WHERE pk = 'a' AND m.sk = '1'`, missing},
		{`DELETE FROM T WHERE pk = 'a' AND sk.m = '1'`, missing},
	} {
		k, err := parse(t, c.text).Key(schema)
		got := ""
		if err != nil {
			got = err.Error()
		} else {
			got = string(k.Item.AppendJSON(nil))
		}
		if got != c.want {
			t.Errorf("%s: got %s, want %s", c.text, got, c.want)
		}
	}
}

func TestTheConditionsOfWrites(t *testing.T) {
	there, other := item(t, `{"pk":{"S":"a"},"sk":{"S":"1"},"x":{"N":"1"}}`), item(t, `{"pk":{"S":"a"},"sk":{"S":"1"}}`)
	for _, c := range []struct {
		text                  string
		there, other, missing bool
	}{
		{`UPDATE T SET y = 1 WHERE pk = 'a' AND sk = '1'`, true, true, false},
		{`UPDATE T SET y = 1 WHERE pk = 'a' AND sk = '1' AND x = 1`, true, false, false},
		{`UPDATE T SET y = 1 WHERE pk = 'a' AND sk = '1' AND attribute_not_exists(x)`, false, true, false},
		{`UPDATE T SET y = 1 WHERE pk = 'a' AND sk = '1' AND pk = 'b'`, false, false, false},
		{`DELETE FROM T WHERE pk = 'a' AND sk = '1'`, true, true, true},
		{`DELETE FROM T WHERE pk = 'a' AND sk = '1' AND x = 1`, true, false, true},
		{`DELETE FROM T WHERE pk = 'a' AND sk = '1' AND NOT x = 1`, false, true, true},
		{`EXISTS(SELECT * FROM T WHERE pk = 'a' AND sk = '1' AND x = 1)`, true, false, false},
	} {
		k, err := parse(t, c.text).Key(schema)
		if err != nil {
			t.Errorf("%s: %v", c.text, err)
			continue
		}
		for want, it := range map[*attr.Item]bool{&there: c.there, &other: c.other, {}: c.missing} {
			if got := k.Condition == nil || k.Condition.Eval(*want); got != it {
				t.Errorf("%s of %s: %v", c.text, want.AppendJSON(nil), got)
			}
		}
	}
	absent, err := partiql.Absent(schema)
	if err != nil || absent.Eval(there) || !absent.Eval(attr.Item{}) {
		t.Errorf("an INSERT finds what isn't there, or not what is: %v", err)
	}
}
