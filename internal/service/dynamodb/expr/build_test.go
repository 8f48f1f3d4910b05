// SPDX-License-Identifier: Apache-2.0

package expr_test

import (
	"strings"
	"testing"

	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/attr"
	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/expr"
)

func at(names ...string) expr.Path {
	p := make(expr.Path, len(names))
	for i, n := range names {
		p[i].Name = n
	}
	return p
}

func str(s string) expr.Operand { return expr.Literal(attr.String(s)) }

func num(i int64) expr.Operand { return expr.Literal(attr.Num(attr.IntNumber(i))) }

func TestBuiltConditionsHoldAsTheirTextsDo(t *testing.T) {
	a, b := expr.At(at("a")), expr.At(at("m", "b.c"))
	it := item(t, `{"a": {"S": "abc"}, "m": {"M": {"b.c": {"N": "5"}}}, "l": {"L": [{"S": "x"}]}}`)
	for name, c := range map[string]struct {
		test expr.Test
		want bool
	}{
		"equal":                  {expr.Compare("=", a, str("abc")), true},
		"unequal":                {expr.Compare("<>", a, str("abc")), false},
		"less":                   {expr.Compare("<", b, num(6)), true},
		"dotted name is one":     {expr.Exists(expr.At(at("m", "b.c"))), true},
		"dotted name not a path": {expr.Exists(expr.At(at("m.b.c"))), false},
		"between":                {expr.Between(b, num(5), num(6)), true},
		"in":                     {expr.In(a, str("x"), str("abc")), true},
		"begins":                 {expr.BeginsWith(a, str("ab")), true},
		"contains":               {expr.Contains(expr.At(at("l")), str("x")), true},
		"type":                   {expr.IsType(b, str("N")), true},
		"absent":                 {expr.NotExists(expr.At(at("z"))), true},
		"size":                   {expr.Compare("=", expr.Size(a), num(3)), true},
		"and":                    {expr.And(expr.Exists(a), expr.Not(expr.Exists(b))), false},
		"or":                     {expr.Or(expr.NotExists(a), expr.Exists(b)), true},
		"chain of one":           {expr.And(expr.Exists(a)), true},
	} {
		for _, compile := range []func(expr.Test) (*expr.Condition, error){expr.NewCondition, expr.NewFilter} {
			got, err := compile(c.test)
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			if got.Eval(it) != c.want {
				t.Errorf("%s: %v", name, !c.want)
			}
			if len(got.Paths()) == 0 || got.Work(1000) < 1000 {
				t.Errorf("%s: paths %v and work %d of the item are not counted", name, got.Paths(), got.Work(1000))
			}
		}
	}
}

func TestBuiltExpressionsHaveTheLimitsOfTexts(t *testing.T) {
	a := expr.At(at("a"))
	long := make(expr.Path, expr.MaxPath+1)
	for i := range long {
		long[i].Name = "x"
	}
	chain := expr.Exists(a)
	for range expr.MaxOperators {
		chain = expr.Not(chain)
	}
	many := make([]expr.Operand, expr.MaxIn+1)
	for i := range many {
		many[i] = num(int64(i))
	}
	for want, test := range map[string]expr.Test{
		"The expression contains too many operators; operator count: 301":                                                               chain,
		"The document path has too many nesting elements; nesting levels: 33":                                                           expr.Exists(expr.At(long)),
		"The IN operator is provided with too many operands; number of operands: 101":                                                   expr.In(a, many...),
		"The first operand must be distinct from the remaining operands for this operator or function; operator: =, first operand: [a]": expr.Compare("=", a, a),
		"Incorrect operand type for operator or function; operator or function: <, operand type: BOOL":                                  expr.Compare("<", a, expr.Literal(attr.Bool(true))),
		"Operator or function requires a document path; operator or function: attribute_exists":                                         expr.Exists(num(1)),
		"Invalid function name; function: list_append":                                                                                  expr.Compare("=", a, expr.ListAppend(expr.At(at("b")), num(1))),
		"Invalid function name; function: +":                                                                                            expr.Compare("=", a, expr.Plus(num(1), num(1))),
		"List index is not within the allowable range; index: [-1]":                                                                     expr.Exists(expr.At(expr.Path{{Name: "a"}, {Index: -1}})),
		"The expression can not be empty;":                                                                                              expr.Exists(expr.At(nil)),

		"The BETWEEN operator requires same data type for lower and upper bounds; lower bound operand: AttributeValue: {S:x}, upper bound operand: AttributeValue: {N:1}": expr.Between(a, str("x"), num(1)),
	} {
		if _, err := expr.NewCondition(test); err == nil || err.Error() != "Invalid ConditionExpression: "+want {
			t.Errorf("got %v, want %q", err, want)
		}
	}
	for name, want := range map[string]string{
		"":                          "Empty attribute name",
		strings.Repeat("x", 65_536): "Attribute name is too large, must be less than 65536 bytes",
	} {
		if _, err := expr.NewProjection(at(name)); text(err) != want {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}

func TestBuiltUpdatesApplyAsTheirTextsDo(t *testing.T) {
	u, err := expr.NewUpdate(
		expr.Set(at("sum"), expr.Plus(expr.At(at("n")), num(2))),
		expr.Set(at("less"), expr.Minus(expr.At(at("n")), num(2))),
		expr.Set(at("l"), expr.ListAppend(expr.At(at("l")), expr.Literal(value(t, `{"L": [{"S": "b"}]}`)))),
		expr.Remove(at("gone")),
		expr.Add(at("n"), attr.Num(attr.IntNumber(1))),
		expr.Delete(at("set"), value(t, `{"SS": ["x"]}`)),
		expr.Set(at("m", "k.l"), str("v")),
	)
	if err != nil {
		t.Fatal(err)
	}
	old := item(t, `{"n": {"N": "5"}, "l": {"L": [{"S": "a"}]}, "gone": {"S": "g"}, "set": {"SS": ["x", "y"]}, "m": {"M": {}}}`)
	got, err := u.Apply(old)
	if err != nil {
		t.Fatal(err)
	}
	want := item(t, `{"n": {"N": "6"}, "sum": {"N": "7"}, "less": {"N": "3"}, "l": {"L": [{"S": "a"}, {"S": "b"}]},
		"set": {"SS": ["y"]}, "m": {"M": {"k.l": {"S": "v"}}}}`)
	if !got.Equal(want) {
		t.Errorf("got %v", got)
	}
	for want, action := range map[string]expr.Action{
		"Incorrect operand type for operator or function; operator: ADD, operand type: STRING":                                expr.Add(at("a"), attr.String("x")),
		"Incorrect operand type for operator or function; operator: DELETE, operand type: NUMBER":                             expr.Delete(at("a"), attr.Num(attr.IntNumber(1))),
		"Incorrect operand type for operator or function; operator or function: +, operand type: S":                           expr.Set(at("a"), expr.Plus(str("x"), num(1))),
		"Invalid function name; function: size":                                                                               expr.Set(at("a"), expr.Size(str("x"))),
		"Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [k], path two: [k]": expr.Remove(at("k")),
	} {
		if _, err := expr.NewUpdate(expr.Set(at("k"), num(1)), action); err == nil || err.Error() != "Invalid UpdateExpression: "+want {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}

func TestBuiltProjectionTakesNamesAsTheyAre(t *testing.T) {
	p, err := expr.NewProjection(at("a.b"), expr.Path{{Name: "l"}, {Index: 1}})
	if err != nil {
		t.Fatal(err)
	}
	got := p.Project(item(t, `{"a.b": {"S": "x"}, "a": {"M": {"b": {"S": "y"}}}, "l": {"L": [{"S": "p"}, {"S": "q"}]}}`))
	if want := item(t, `{"a.b": {"S": "x"}, "l": {"L": [{"S": "q"}]}}`); !got.Equal(want) {
		t.Errorf("got %v", got)
	}
	if _, err := expr.NewProjection(at("a"), at("a", "b")); err == nil {
		t.Error("overlapping paths were accepted")
	}
}

func TestBuiltKeyConditionResolvesAsItsTextDoes(t *testing.T) {
	schema := attr.Schema{Hash: []attr.KeyAttribute{{Name: "p", Type: attr.TypeS}}, Range: []attr.KeyAttribute{{Name: "s", Type: attr.TypeN}}}
	c, err := expr.NewKeyCondition(expr.And(
		expr.Compare("<", num(3), expr.At(at("s"))), expr.Compare("=", expr.At(at("p")), str("x"))))
	if err != nil {
		t.Fatal(err)
	}
	q, err := c.Resolve(schema)
	if err != nil {
		t.Fatal(err)
	}
	if len(q.Hash) != 1 || !q.Hash[0].Equal(attr.String("x")) || q.Range.Op != attr.RangeGT {
		t.Errorf("got %+v", q)
	}
	for want, test := range map[string]expr.Test{
		"Invalid operator used in KeyConditionExpression: OR":                     expr.Or(expr.Compare("=", expr.At(at("p")), str("x")), expr.Compare("=", expr.At(at("p")), str("y"))),
		"KeyConditionExpressions cannot have conditions on nested attributes":     expr.Compare("=", expr.At(at("p", "q")), str("x")),
		"KeyConditionExpressions must only contain one condition per key":         expr.And(expr.Compare("=", expr.At(at("p")), str("x")), expr.Compare("=", expr.At(at("p")), str("y"))),
		"Invalid condition in KeyConditionExpression: No key attribute specified": expr.Compare("=", num(1), str("x")),
	} {
		if _, err := expr.NewKeyCondition(test); err == nil || err.Error() != want {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}

func TestAppendIsAListAppendOfWhatIsThere(t *testing.T) {
	v, err := expr.NewUpdate(expr.Set(at("a"), num(1)), expr.Append(at("l"), value(t, `{"L": [{"S": "b"}]}`)))
	if err != nil {
		t.Fatal(err)
	}
	var r expr.Rendering
	if got, want := r.Update(v), "SET #0=:0,#1=list_append(if_not_exists(#1,:1),:2)"; got != want {
		t.Errorf("it is written as %q, want %q", got, want)
	}
	for old, want := range map[string]string{
		`{}`:                         `{"a": {"N": "1"}, "l": {"L": [{"S": "b"}]}}`,
		`{"l": {"L": [{"N": "7"}]}}`: `{"a": {"N": "1"}, "l": {"L": [{"N": "7"}, {"S": "b"}]}}`,
	} {
		got, err := v.Apply(item(t, old))
		if err != nil || !got.Equal(item(t, want)) {
			t.Errorf("of %s it makes %v, %v", old, got, err)
		}
	}
	if _, err := expr.NewUpdate(expr.Append(at("l"), attr.String("x"))); err == nil {
		t.Error("a string was accepted as a list to append")
	}
}

func TestAttributeUpdatesRefuseOtherTypesInTheirOwnWords(t *testing.T) {
	old := item(t, `{"a": {"S": "x"}, "p": {"S": "k"}}`)
	for name, action := range map[string]expr.Action{
		"add":    expr.Add(at("a"), attr.Num(attr.IntNumber(1))),
		"delete": expr.Delete(at("a"), value(t, `{"SS": ["x"]}`)),
		"append": expr.Append(at("a"), value(t, `{"L": []}`)),
	} {
		for want, compile := range map[string]func(...expr.Action) (*expr.Update, error){
			"Type mismatch for attribute to update":                          expr.NewAttributeUpdates,
			"An operand in the update expression has an incorrect data type": expr.NewUpdate,
		} {
			u, err := compile(action)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := u.Apply(old); text(err) != want {
				t.Errorf("%s: %v, want %q", name, err, want)
			}
		}
	}
}

func value(t *testing.T, text string) attr.Value {
	t.Helper()
	v, ok := item(t, `{"v": `+text+`}`).Get("v")
	if !ok {
		t.Fatal("no value")
	}
	return v
}
