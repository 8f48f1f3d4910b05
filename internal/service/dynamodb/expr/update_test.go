// SPDX-License-Identifier: Apache-2.0

package expr_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/attr"
	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/expr"
)

func TestUpdateRefusals(t *testing.T) {
	const prefix = "Invalid UpdateExpression: "
	for in, want := range map[string]string{
		"":                              "The expression can not be empty;",
		"a = :s":                        `Syntax error; token: "a", near: "a ="`,
		"SET":                           `Syntax error; token: "<EOF>", near: "SET"`,
		"SET a":                         `Syntax error; token: "<EOF>", near: "a"`,
		"SET a = :s,":                   `Syntax error; token: "<EOF>", near: ","`,
		"SET a = :n + :n + :n":          `Syntax error; token: "+", near: ":n + :n"`,
		"SET a = (:n + :n) + :n":        `Syntax error; token: "+", near: ") + :n"`,
		"SET a = :n + (:n + :n)":        `Syntax error; token: "+", near: ":n + :n"`,
		"SET a = f(b, (c - :n))":        `Syntax error; token: "-", near: "c - :n"`,
		"SET a = :n * :n":               `Syntax error; token: "*", near: ":n * :n"`,
		"SET a = b = :s":                `Syntax error; token: "=", near: "b = :s"`,
		"REMOVE :s":                     `Syntax error; token: ":s", near: "REMOVE :s"`,
		"ADD a b":                       `Syntax error; token: "b", near: "a b"`,
		"SET set = :s":                  `Syntax error; token: "set", near: "SET set ="`,
		"SET a = ((:s)), name = :z":     "The expression has redundant parentheses;",
		"SET a = size(b), name = :z":    "Attribute name is a reserved keyword; reserved keyword: name",
		"SET a = size(b) SET c = :z":    "Invalid function name; function: size",
		"SET a = :z REMOVE b SET #z=:n": `The "SET" section can only be used once in an update expression;`,
		"set a = :z remove #z":          "An expression attribute name used in the document path is not defined; attribute name: #z",
		"SET a = :z, a = :n":            "An expression attribute value used in expression is not defined; attribute value: :z",
		"SET a = :n, a = :n":            "Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [a], path two: [a]",
		"SET a.b = :n REMOVE a[0]":      "Two document paths conflict with each other; must remove or rewrite one of these paths; path one: [a, b], path two: [a, [0]]",
		"SET a = :n + :s ADD b :s":      "Incorrect operand type for operator or function; operator: ADD, operand type: STRING",
		"SET a = :n, REMOVE b":          `Syntax error; token: "REMOVE", near: ", REMOVE b"`,
		"SET a = :n +":                  `Syntax error; token: "<EOF>", near: "+"`,
		"SET a = - :n":                  `Syntax error; token: "-", near: "= - :n"`,
		"SET a[:n] = :n":                `Syntax error; token: ":n", near: "[:n]"`,
		"SET a.b[0].#a":                 `Syntax error; token: "<EOF>", near: "#a"`,
		"REMOVE a = :s":                 `Syntax error; token: "=", near: "a = :s"`,
		"DELETE a":                      `Syntax error; token: "<EOF>", near: "a"`,
		"ADD a :n :n":                   `Syntax error; token: ":n", near: ":n :n"`,
		"SET a = If_not_exists(b, :n)":  "Invalid function name; function: If_not_exists",
		"SET a = contains(b, :n)":       "Invalid function name; function: contains",
		"ADD a :n REMOVE b ADD c :n":    `The "ADD" section can only be used once in an update expression;`,
		"SET a.b = :n REMOVE a":         "Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [a, b], path two: [a]",
		"REMOVE l[1] SET l[1].x = :n":   "Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [l, [1]], path two: [l, [1], x]",
		"SET #a = :n ADD a :n":          "Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [a], path two: [a]",
		"SET a.b.c = :n, a.b[0] = :n":   "Two document paths conflict with each other; must remove or rewrite one of these paths; path one: [a, b, c], path two: [a, b, [0]]",
		"ADD a :b":                      "Incorrect operand type for operator or function; operator: ADD, operand type: BINARY",
		"ADD a :null":                   "Incorrect operand type for operator or function; operator: ADD, operand type: NULL",
		"DELETE a :s":                   "Incorrect operand type for operator or function; operator: DELETE, operand type: STRING",
		"SET a=if_not_exists(b,:s)+:n":  "Incorrect operand type for operator or function; operator or function: +, operand type: S",
		"SET a = :ss - b":               "Incorrect operand type for operator or function; operator or function: -, operand type: SS",
		"SET a = list_append(:null, b)": "Incorrect operand type for operator or function; operator or function: list_append, operand type: NULL",
		"SET a=list_append(a,b,c)":      "Incorrect number of operands for operator or function; operator or function: list_append, number of operands: 3",
		"SET a = if_not_exists(if_not_exists(b, :n), :n)":      "Operator or function requires a document path; operator or function: if_not_exists",
		"SET a = :n, b." + strings.Repeat("a.", 32) + "a = :n": "The document path has too many nesting elements; nesting levels: 33",
		"ADD a :bool":                   "Incorrect operand type for operator or function; operator: ADD, operand type: BOOLEAN",
		"ADD a :map":                    "Incorrect operand type for operator or function; operator: ADD, operand type: MAP",
		"DELETE a :n":                   "Incorrect operand type for operator or function; operator: DELETE, operand type: NUMBER",
		"DELETE a :l":                   "Incorrect operand type for operator or function; operator: DELETE, operand type: LIST",
		"SET a = b + :s":                "Incorrect operand type for operator or function; operator or function: +, operand type: S",
		"SET a = list_append(b, c) - d": "Incorrect operand type for operator or function; operator or function: -, operand type: L",
		"SET a = list_append(b, :s)":    "Incorrect operand type for operator or function; operator or function: list_append, operand type: S",
		"SET a = list_append(b)":        "Incorrect number of operands for operator or function; operator or function: list_append, number of operands: 1",
		"SET a = if_not_exists(b)":      "Incorrect number of operands for operator or function; operator or function: if_not_exists, number of operands: 1",
		"SET a = if_not_exists(:s, :s)": "Operator or function requires a document path; operator or function: if_not_exists",
		"SET a = " + strings.Repeat("list_append(b,", 290) + ":l": `Syntax error; token: "<EOF>", near: ":l"`,
		"SET a" + strings.Repeat(" ", 4096) + "= :n":              "Expression size has exceeded the maximum allowed size; expression size: 4105;",
	} {
		if _, err := placeholders(t).Update(in); text(err) != prefix+want {
			t.Errorf("%.80s\n got: %v\nwant: %s", in, err, prefix+want)
		}
	}
}

// apply updates an item; it returns the new item, or the refusal.
func apply(t testing.TB, stored, update string) (u *expr.Update, out attr.Item, err error) {
	t.Helper()
	u, err = placeholders(t).Update(update)
	if err != nil {
		t.Fatalf("%s: %v", update, err)
	}
	out, err = u.Apply(item(t, stored))
	return u, out, err
}

func TestUpdates(t *testing.T) {
	const list = `{"l":{"L":[{"S":"a"},{"S":"b"},{"S":"c"}]}}`
	for _, c := range []struct{ stored, update, want string }{
		{`{"a":{"N":"1"},"b":{"N":"2"}}`, "SET a = b, b = a", `{"a":{"N":"2"},"b":{"N":"1"}}`},
		{`{"a":{"N":"1"}}`, "SET b = a, c = a REMOVE a", `{"b":{"N":"1"},"c":{"N":"1"}}`},
		{`{}`, "SET a = :s", `{"a":{"S":"str"}}`},
		{`{}`, "SET a = (:n + :m)", `{"a":{"N":"3"}}`},
		{`{"a":{"N":"1"}}`, "SET a = a + :m", `{"a":{"N":"3"}}`},
		{`{"a":{"N":"1"}}`, "SET a = :n - a", `{"a":{"N":"0"}}`},
		{`{}`, "SET a = if_not_exists(a, :n) + :m", `{"a":{"N":"3"}}`},
		{`{"a":{"N":"7"}}`, "SET a = if_not_exists(a, :n)", `{"a":{"N":"7"}}`},
		{`{}`, "SET a = list_append(if_not_exists(a, :l), :l)", `{"a":{"L":[{"N":"1"},{"N":"1"}]}}`},
		{list, "SET l[5] = :t", `{"l":{"L":[{"S":"a"},{"S":"b"},{"S":"c"},{"S":"t"}]}}`},
		{list, "SET l[9] = :s, l[5] = :t, l[1] = :n", `{"l":{"L":[{"S":"a"},{"N":"1"},{"S":"c"},{"S":"t"},{"S":"str"}]}}`},
		{list, "REMOVE l[0], l[2]", `{"l":{"L":[{"S":"b"}]}}`},
		{list, "REMOVE l[0], l[1], l[2]", `{"l":{"L":[]}}`},
		{list, "REMOVE l[7]", list},
		{list, "REMOVE l[0] SET l[2] = :t, l[8] = :n", `{"l":{"L":[{"S":"b"},{"S":"t"},{"N":"1"}]}}`},
		{`{"m":{"M":{"k":{"S":"v"}}}}`, "SET m.k = :n, m.j = :m", `{"m":{"M":{"j":{"N":"2"},"k":{"N":"1"}}}}`},
		{`{"m":{"M":{"k":{"S":"v"}}}}`, "REMOVE m.k", `{"m":{"M":{}}}`},
		{`{"m":{"M":{"k":{"S":"v"}}}}`, "REMOVE m.j, z", `{"m":{"M":{"k":{"S":"v"}}}}`},
		{`{"m":{"M":{"l":{"L":[{"M":{}}]}}}}`, "SET m.l[0].#x = :n", `{"m":{"M":{"l":{"L":[{"M":{"x.y":{"N":"1"}}}]}}}}`},
		{`{}`, "ADD a :n", `{"a":{"N":"1"}}`},
		{`{"a":{"N":"-3"}}`, "ADD a :n", `{"a":{"N":"-2"}}`},
		{`{}`, "ADD a :ss", `{"a":{"SS":["a","b"]}}`},
		{`{"a":{"SS":["b","c"]}}`, "ADD a :ss", `{"a":{"SS":["a","b","c"]}}`},
		{`{"a":{"NS":["1.0","-5"]}}`, "ADD a :ns", `{"a":{"NS":["-5","1","2"]}}`},
		{`{"m":{"M":{}}}`, "ADD m.n :n", `{"m":{"M":{"n":{"N":"1"}}}}`},
		{`{"a":{"SS":["b","c"]}}`, "DELETE a :ss", `{"a":{"SS":["c"]}}`},
		{`{"a":{"SS":["b","a"]}}`, "DELETE a :ss", `{}`},
		{`{"a":{"SS":["x"]}}`, "DELETE a :ss", `{"a":{"SS":["x"]}}`},
		{`{}`, "DELETE a :ss", `{}`},
		{`{"l":{"L":[{"SS":["a"]},{"S":"x"}]}}`, "DELETE l[0] :ss", `{"l":{"L":[{"S":"x"}]}}`},
		{`{"a":{"N":"1"}}`, "set a = a + :n remove b add c :n delete d :ss", `{"a":{"N":"2"},"c":{"N":"1"}}`},
		{`{"a":{"L":[]},"b":{"L":[{"N":"0"}]}}`, "SET a = b, b = list_append(a, b)", `{"a":{"L":[{"N":"0"}]},"b":{"L":[{"N":"0"}]}}`},
		{`{"a":{"N":"1"}}`, "SET a = a", `{"a":{"N":"1"}}`},
		{`{}`, "SET a = if_not_exists(b.c[0], :s)", `{"a":{"S":"str"}}`},
		{`{"b":{"N":"4"}}`, "SET a = if_not_exists(a, b)", `{"a":{"N":"4"},"b":{"N":"4"}}`},
		{`{"b":{"N":"4"}}`, "SET a = if_not_exists(a, if_not_exists(c, b)) - :n", `{"a":{"N":"3"},"b":{"N":"4"}}`},
		{`{"a":{"NULL":true}}`, "SET a = if_not_exists(a, :n)", `{"a":{"NULL":true}}`},
		{`{"m":{"M":{"s":{"SS":["b","c"]}}}}`, "ADD m.s :ss", `{"m":{"M":{"s":{"SS":["a","b","c"]}}}}`},
		{`{"m":{"M":{}}}`, "ADD m.s :ss", `{"m":{"M":{"s":{"SS":["a","b"]}}}}`},
		{`{"m":{"M":{"s":{"SS":["b","c"]},"t":{"S":"x"}}}}`, "DELETE m.s :ss", `{"m":{"M":{"s":{"SS":["c"]},"t":{"S":"x"}}}}`},
		{`{"m":{"M":{"s":{"SS":["b"]}}}}`, "DELETE m.s :ss", `{"m":{"M":{}}}`},
		{`{"m":{"M":{}}}`, "DELETE m.s :ss", `{"m":{"M":{}}}`},
		{`{"l":{"L":[{"N":"5"}]}}`, "ADD l[0] :n", `{"l":{"L":[{"N":"6"}]}}`},
		{`{"l":{"L":[{"N":"5"}]}}`, "ADD l[7] :n", `{"l":{"L":[{"N":"5"},{"N":"1"}]}}`},
		{`{"a":{"BS":["AA==","AQ=="]}}`, "DELETE a :bs", `{"a":{"BS":["AQ=="]}}`},
		{`{"a":{"N":"0.1"}}`, "SET a = a + :n", `{"a":{"N":"1.1"}}`},
		{`{"a":{"N":"99999999999999999999999999999999999999"}}`, "ADD a :n", `{"a":{"N":"100000000000000000000000000000000000000"}}`},
		{`{"l":{"L":[{"M":{"a":{"S":"x"},"b":{"S":"y"}}}]}}`, "REMOVE l[0].a", `{"l":{"L":[{"M":{"b":{"S":"y"}}}]}}`},
		{`{"a.b":{"S":"x"},"a":{"M":{"b":{"S":"y"}}}}`, "REMOVE a.b", `{"a":{"M":{}},"a.b":{"S":"x"}}`},
		{`{"x.y":{"S":"x"},"x":{"M":{"y":{"S":"y"}}}}`, "REMOVE #x", `{"x":{"M":{"y":{"S":"y"}}}}`},
		{`{"a":{"S":"x"}}`, "SET a=:map,b=:null,c=:bs", `{"a":{"M":{"k":{"S":"v"}}},"b":{"NULL":true},"c":{"BS":["AA=="]}}`},
	} {
		_, out, err := apply(t, c.stored, c.update)
		if err != nil {
			t.Errorf("%s of %s: %v", c.update, c.stored, err)
			continue
		}
		if got := string(out.AppendJSON(nil)); got != c.want {
			t.Errorf("%s of %s\n got: %s\nwant: %s", c.update, c.stored, got, c.want)
		}
	}
}

func TestUpdatesThatFail(t *testing.T) {
	const (
		path     = "The document path provided in the update expression is invalid for update"
		missing  = "The provided expression refers to an attribute that does not exist in the item"
		operand  = "An operand in the update expression has an incorrect data type"
		size     = "Item size to update has exceeded the maximum allowed size"
		nesting  = "Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond supported limit"
		digits   = "Attempting to store more than 38 significant digits in a Number"
		overflow = "Number overflow. Attempting to store a number with magnitude larger than supported range"
	)
	big := `{"big":{"S":"` + strings.Repeat("x", 200_000) + `"},"many":{"L":[{"S":"` + strings.Repeat("x", 100_000) + `"}]}}`
	deep := `{"a":` + strings.Repeat(`{"M":{"a":`, 31) + `{"M":{}}` + strings.Repeat(`}}`, 31) + `}`
	for _, c := range []struct{ stored, update, want string }{
		{`{}`, "SET a.b = :n", path},
		{`{"a":{"S":"x"}}`, "SET a.b = :n", path},
		{`{"a":{"L":[]}}`, "SET a.b = :n", path},
		{`{"a":{"M":{}}}`, "SET a[0] = :n", path},
		{`{"a":{"L":[]}}`, "SET a[0].b = :n", path},
		{`{}`, "REMOVE a.b", path},
		{`{"a":{"L":[]}}`, "REMOVE a[0][0]", path},
		{`{}`, "ADD a.b :n", path},
		{`{}`, "DELETE a.b :ss", path},
		{`{}`, "SET a = b", missing},
		{`{}`, "SET a = b + :n", missing},
		{`{}`, "SET a = list_append(a, :l)", missing},
		{`{"b":{"M":{}}}`, "SET a = b.c", missing},
		{`{}`, "SET a = :n, b = a", missing},
		{`{"b":{"S":"x"}}`, "SET a = b + :n", operand},
		{`{"b":{"S":"x"}}`, "SET a = list_append(b, :l)", operand},
		{`{"a":{"S":"x"}}`, "ADD a :n", operand},
		{`{"a":{"NS":["1"]}}`, "ADD a :ss", operand},
		{`{"a":{"SS":["1"]}}`, "DELETE a :ns", operand},
		{`{"a":{"N":"9.9E125"},"b":{"N":"9E125"}}`, "SET c = a + b", overflow},
		{`{"a":{"N":"0.00000000000000000000000000000000000001"}}`, "ADD a :n", digits},
		{`{"a":{"N":"0.1"},"b":{"N":"100000000000000000000000000000000000000"}}`, "SET c = b - a", digits},
		{`{"a":{"N":"1E125"}}`, "ADD a :n", digits},
		{`{"a":{"NULL":true}}`, "SET a = if_not_exists(a, :n) + :n", operand},
		{`{"a":{"S":"x"}}`, "SET a[0] = :n", path},
		{`{"a":{"S":"x"}}`, "REMOVE a[0]", path},
		{`{"a":{"SS":["x"]}}`, "SET a[0] = :n", path},
		{`{"a":{"L":[{"S":"x"}]}}`, "SET a[1].b = :n", path},
		{`{"a":{"M":{"b":{"L":[]}}}}`, "REMOVE a.b.c", path},
		{big, "SET a = big", size},
		{big, "SET a = list_append(many, many)", size},
		{big, "SET a=big,b=big,c=big,d=big", size},
		{big, "SET a = " + strings.Repeat("list_append(many,", 200) + "many" + strings.Repeat(")", 200), size},
		{deep, "SET " + strings.Repeat("a.", 31) + "a = :l", nesting},
	} {
		_, _, err := apply(t, c.stored, c.update)
		if text(err) != c.want {
			t.Errorf("%.60s of %.60s\n got: %v\nwant: %s", c.update, c.stored, err, c.want)
		}
	}
}

func TestUpdatedAttributes(t *testing.T) {
	const stored = `{"a":{"N":"1"},"b":{"S":"x"},"m":{"M":{"k":{"S":"v"},"j":{"S":"w"}}},"l":{"L":[{"S":"a"},{"S":"b"},{"S":"c"}]},"s":{"SS":["a","z"]}}`
	for _, c := range []struct{ update, old, new string }{
		{"SET a = :m", `{"a":{"N":"1"}}`, `{"a":{"N":"2"}}`},
		{"SET fresh = :m", `{}`, `{"fresh":{"N":"2"}}`},
		{"REMOVE b", `{"b":{"S":"x"}}`, `{}`},
		{"REMOVE nothing", `{}`, `{}`},
		{"SET m.k = :n", `{"m":{"M":{"k":{"S":"v"}}}}`, `{"m":{"M":{"k":{"N":"1"}}}}`},
		{"SET l[2] = :n, l[0] = :m", `{"l":{"L":[{"S":"a"},{"S":"c"}]}}`, `{"l":{"L":[{"N":"2"},{"N":"1"}]}}`},
		{"SET l[3] = :n", `{}`, `{"l":{"L":[{"N":"1"}]}}`},
		{"SET l[7] = :n", `{}`, `{}`},
		{"SET l[3] = :n, l[7] = :m", `{}`, `{"l":{"L":[{"N":"1"}]}}`},
		{"REMOVE l[0]", `{"l":{"L":[{"S":"a"}]}}`, `{"l":{"L":[{"S":"b"}]}}`},
		{"REMOVE l[2]", `{"l":{"L":[{"S":"c"}]}}`, `{}`},
		{"REMOVE l[0] SET l[1] = :n", `{"l":{"L":[{"S":"a"},{"S":"b"}]}}`, `{"l":{"L":[{"N":"1"},{"S":"c"}]}}`},
		{"REMOVE m.k, m.gone", `{"m":{"M":{"k":{"S":"v"}}}}`, `{}`},
		{"ADD a :n DELETE s :ss", `{"a":{"N":"1"},"s":{"SS":["a","z"]}}`, `{"a":{"N":"2"},"s":{"SS":["z"]}}`},
	} {
		u, out, err := apply(t, stored, c.update)
		if err != nil {
			t.Errorf("%s: %v", c.update, err)
			continue
		}
		if got := string(u.Updated(item(t, stored)).AppendJSON(nil)); got != c.old {
			t.Errorf("%s, old\n got: %s\nwant: %s", c.update, got, c.old)
		}
		if got := string(u.Updated(out).AppendJSON(nil)); got != c.new {
			t.Errorf("%s, new\n got: %s\nwant: %s", c.update, got, c.new)
		}
	}
}

func TestUpdatesOfKeys(t *testing.T) {
	table := attr.Schema{Hash: []attr.KeyAttribute{{Name: "pk", Type: attr.TypeS}}, Range: []attr.KeyAttribute{{Name: "sk", Type: attr.TypeN}}}
	for _, c := range []struct{ update, key, nested string }{
		{"SET a = :s", "", ""},
		{"SET a = pk", "", ""},
		{
			"SET pk = :n", "One or more parameter values were invalid: Cannot update attribute pk. This attribute is part of the key",
			"",
		},
		{"REMOVE sk", "One or more parameter values were invalid: Cannot update attribute sk. This attribute is part of the key", ""},
		{
			"ADD sk :ss", "One or more parameter values were invalid: Cannot update attribute sk. This attribute is part of the key",
			"",
		},
		{"SET pk.x = :n", "", "Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: Key: pk"},
		{"SET a = sk[0]", "", "Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: Key: sk"},
	} {
		u, err := placeholders(t).Update(c.update)
		if err != nil {
			t.Fatal(err)
		}
		if got := text(u.CheckKeys(table)); got != c.key {
			t.Errorf("%s of the table's key: %q, want %q", c.update, got, c.key)
		}
		if got := text(u.Paths().CheckKeys(table)); got != c.nested {
			t.Errorf("%s into the table's key: %q, want %q", c.update, got, c.nested)
		}
	}
}

func TestUpdatesOfIndexKeys(t *testing.T) {
	index := attr.Schema{
		Hash:  []attr.KeyAttribute{{Name: "gk", Type: attr.TypeS}},
		Range: []attr.KeyAttribute{{Name: "g1", Type: attr.TypeN}, {Name: "g2", Type: attr.TypeB}},
	}
	mismatch := func(key, expected, actual string) string {
		return "One or more parameter values were invalid: Type mismatch for Index Key " + key + " Expected: " + expected + " Actual: " + actual + " IndexName: Idx"
	}
	nested := func(key string) string {
		return "Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: IndexKey: " + key
	}
	for _, c := range []struct{ update, types, nested string }{
		{"SET gk = :s, g1 = :n, g2 = :b, a = :l", "", ""},
		{"SET gk = :n", mismatch("gk", "S", "N"), ""},
		{"SET a = :s, g2 = :s", mismatch("g2", "B", "S"), ""},
		{"SET gk = a + :n", mismatch("gk", "S", "N"), ""},
		{"SET gk = list_append(a, b)", mismatch("gk", "S", "L"), ""},
		{"SET gk = if_not_exists(gk, :bool)", mismatch("gk", "S", "BOOL"), ""},
		{"SET g1 = if_not_exists(g1, :n) + :n", "", ""},
		{"SET gk = a", "", ""}, // only the item tells
		{"ADD g1 :n", "", ""},
		{"ADD gk :n", mismatch("gk", "S", "N"), ""},
		{"ADD g1 :ns", mismatch("g1", "N", "NS"), ""},
		{"REMOVE gk, g1 DELETE g2 :bs", "", ""},
		{"SET gk.x = :n", "", nested("gk")},
		{"SET a = g2[0]", "", nested("g2")},
		{"REMOVE g1.a.b", "", nested("g1")},
	} {
		u, err := placeholders(t).Update(c.update)
		if err != nil {
			t.Fatal(err)
		}
		if got := text(u.CheckIndexKeys(index, "Idx")); got != c.types {
			t.Errorf("%s: %q, want %q", c.update, got, c.types)
		}
		if got := text(u.Paths().CheckIndexKeys(index)); got != c.nested {
			t.Errorf("%s: %q, want %q", c.update, got, c.nested)
		}
	}
	u, err := expr.NewAttributeUpdates(expr.Append(at("gk"), value(t, `{"L": []}`)))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := text(u.CheckIndexKeys(index, "Idx")), mismatch("gk", "S", "L"); got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// Whatever attributes are swapped, every one gets another's old value.
func TestUpdatesSeeTheItemBefore(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		n := rapid.IntRange(1, 8).Draw(rt, "attributes")
		from := rapid.SliceOfN(rapid.IntRange(0, n-1), n, n).Draw(rt, "from")
		var stored, sets, want []string
		for i := range n {
			stored = append(stored, fmt.Sprintf(`"a%d":{"N":"%d"}`, i, i))
			sets = append(sets, fmt.Sprintf("a%d = a%d", i, from[i]))
			want = append(want, fmt.Sprintf(`"a%d":{"N":"%d"}`, i, from[i]))
		}
		order := rapid.Permutation(sets).Draw(rt, "order")
		_, out, err := apply(t, "{"+strings.Join(stored, ",")+"}", "SET "+strings.Join(order, ", "))
		if err != nil {
			rt.Fatal(err)
		}
		if got := string(out.AppendJSON(nil)); got != "{"+strings.Join(want, ",")+"}" {
			rt.Fatalf("%v made %s", order, got)
		}
	})
}

// A list under removals and settings is what a plain slice would be.
func TestListUpdatesRefersToTheListBefore(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		n := rapid.IntRange(0, 6).Draw(rt, "length")
		marks := rapid.SliceOfN(rapid.IntRange(0, 2), 9, 9).Draw(rt, "marks") // keep, remove, set
		var stored, clausesSet, clausesRemove, want []string
		for i := range n {
			stored = append(stored, fmt.Sprintf(`{"S":"%d"}`, i))
		}
		for i, m := range marks {
			switch {
			case m == 1:
				clausesRemove = append(clausesRemove, fmt.Sprintf("l[%d]", i))
			case m == 2:
				clausesSet = append(clausesSet, fmt.Sprintf("l[%d] = :t", i))
				want = append(want, `{"S":"t"}`)
			case i < n:
				want = append(want, stored[i])
			}
		}
		update := ""
		if len(clausesSet) > 0 {
			update += "SET " + strings.Join(rapid.Permutation(clausesSet).Draw(rt, "sets"), ",") + " "
		}
		if len(clausesRemove) > 0 {
			update += "REMOVE " + strings.Join(rapid.Permutation(clausesRemove).Draw(rt, "removes"), ",")
		}
		if update == "" {
			return
		}
		_, out, err := apply(t, `{"l":{"L":[`+strings.Join(stored, ",")+`]}}`, update)
		if err != nil {
			rt.Fatal(err)
		}
		if got := string(out.AppendJSON(nil)); got != `{"l":{"L":[`+strings.Join(want, ",")+`]}}` {
			rt.Fatalf("%s made %s, want %v", update, got, want)
		}
	})
}

// Neither many targets with one large value nor functions within functions make
// an update larger than an item can be, not even in passing.
func TestUpdatesAreBoundedInMemory(t *testing.T) {
	big := item(t, `{"big":{"L":[{"S":"`+strings.Repeat("x", 300_000)+`"}]}}`)
	var wide []string
	for i := range 400 {
		wide = append(wide, fmt.Sprintf("a%d=big", i))
	}
	for name, update := range map[string]string{
		"wide": "SET " + strings.Join(wide, ","),
		"deep": "SET a = " + strings.Repeat("list_append(big,", 200) + "big" + strings.Repeat(")", 200),
	} {
		u, err := placeholders(t).Update(update)
		if err != nil {
			t.Fatal(err)
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		if _, err := u.Apply(big); err == nil {
			t.Errorf("%s: no refusal", name)
		}
		runtime.ReadMemStats(&after)
		if used := after.TotalAlloc - before.TotalAlloc; used > 16*attr.MaxItemSize {
			t.Errorf("%s: took %d bytes", name, used)
		}
	}
}
