// SPDX-License-Identifier: Apache-2.0

package expr_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/attr"
	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/expr"
)

func input(t testing.TB, text string) (in attr.Input) {
	t.Helper()
	if text == "" {
		return in
	}
	if err := in.DecodeJSON(jsontext.NewDecoder(strings.NewReader(text))); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return in
}

func item(t testing.TB, text string) attr.Item {
	t.Helper()
	it, err := input(t, text).Item()
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return it
}

// The placeholders of most tests.
const (
	testNames = `{"#a":"a","#x":"x.y","#d":"data","#n":"nested"}`
	testVals  = `{":s":{"S":"str"},":t":{"S":"t"},":n":{"N":"1"},":m":{"N":"2"},":b":{"B":"AAE="},":bool":{"BOOL":true},":null":{"NULL":true},` +
		`":l":{"L":[{"N":"1"}]},":map":{"M":{"k":{"S":"v"}}},":ss":{"SS":["a","b"]},":ns":{"NS":["1","2"]},":bs":{"BS":["AA=="]},":type":{"S":"NS"}}`
)

func placeholders(t testing.TB) *expr.Placeholders {
	t.Helper()
	var names map[string]string
	if err := json.Unmarshal([]byte(testNames), &names); err != nil {
		t.Fatal(err)
	}
	p, err := expr.NewPlaceholders(names, input(t, testVals))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func text(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func TestConditionRefusals(t *testing.T) {
	const prefix = "Invalid ConditionExpression: "
	deep := strings.Repeat("a.", 32) + "a = :s"
	for in, want := range map[string]string{
		"":                                     "The expression can not be empty;",
		"a":                                    `Syntax error; token: "<EOF>", near: "a"`,
		"a = ":                                 `Syntax error; token: "<EOF>", near: "="`,
		"a == :s":                              `Syntax error; token: "=", near: "== :s"`,
		"a = :s AND":                           `Syntax error; token: "<EOF>", near: "AND"`,
		"a = :s b":                             `Syntax error; token: "b", near: ":s b"`,
		"a $ :s":                               `Syntax error; token: "$", near: "a $ :s"`,
		"a = é":                                `Syntax error; token: "é", near: "= é"`,
		"a = 5":                                `Syntax error; token: "5", near: "= 5"`,
		"a AND b":                              `Syntax error; token: "AND", near: "a AND b"`,
		"(a) AND b = :s":                       `Syntax error; token: "AND", near: ") AND b"`,
		"a = (b = :s)":                         `Syntax error; token: "=", near: "b = :s"`,
		"a = (b AND c = :s)":                   `Syntax error; token: "AND", near: "b AND c"`,
		"a BETWEEN (NOT b) AND :s":             `Syntax error; token: "NOT", near: "(NOT b"`,
		"a IN (:s, (b IN (:n)))":               `Syntax error; token: "IN", near: "b IN ("`,
		"contains(a, (b < :n))":                `Syntax error; token: "<", near: "b < :n"`,
		"(a = :s) = :s":                        `Syntax error; token: "=", near: ") = :s"`,
		"a = and":                              `Syntax error; token: "and", near: "= and"`,
		"a = :s = :t":                          `Syntax error; token: "=", near: ":s = :t"`,
		"size()":                               `Syntax error; token: ")", near: "()"`,
		"a[:n] = :s":                           `Syntax error; token: ":n", near: "[:n]"`,
		"a.[0] = :s":                           `Syntax error; token: "[", near: ".[0"`,
		"# = :s":                               `Syntax error; token: "#", near: "# ="`,
		"a IN ()":                              `Syntax error; token: ")", near: "()"`,
		"a BETWEEN :n OR :m":                   `Syntax error; token: "OR", near: ":n OR :m"`,
		"((a = :s)) AND Size(b) = :n":          "The expression has redundant parentheses;",
		"((a)) = :s":                           "The expression has redundant parentheses;",
		"Size(a) = :n AND contains = b":        "Invalid function name; function: Size",
		"if_not_exists(a, :s)":                 "Invalid function name; function: if_not_exists",
		"size(a)":                              "The function is not allowed to be used this way in an expression; function: size",
		"(size(a)) AND size(b) = :n":           "The function is not allowed to be used this way in an expression; function: size",
		"contains(a, :s) = :bool":              "The function is not allowed to be used this way in an expression; function: contains",
		"begins_with(attribute_exists(a), :s)": "The function is not allowed to be used this way in an expression; function: attribute_exists",
		"data = :undefined":                    "Attribute name is a reserved keyword; reserved keyword: data",
		"a.b.Name = :s":                        "Attribute name is a reserved keyword; reserved keyword: Name",
		"#undefined = :s":                      "An expression attribute name used in the document path is not defined; attribute name: #undefined",
		"a = :undefined":                       "An expression attribute value used in expression is not defined; attribute value: :undefined",
		"a < :bool AND b = :undefined":         "Incorrect operand type for operator or function; operator or function: <, operand type: BOOL",
		"attribute_exists(a, b)":               "Incorrect number of operands for operator or function; operator or function: attribute_exists, number of operands: 2",
		"begins_with(a)":                       "Incorrect number of operands for operator or function; operator or function: begins_with, number of operands: 1",
		"size(a, b) = :n":                      "Incorrect number of operands for operator or function; operator or function: size, number of operands: 2",
		"a[0].b = #a[0].b":                     "The first operand must be distinct from the remaining operands for this operator or function; operator: =, first operand: [a, [0], b]",
		"contains(a, a)":                       "The first operand must be distinct from the remaining operands for this operator or function; operator: contains, first operand: [a]",
		"a >= :l":                              "Incorrect operand type for operator or function; operator or function: >=, operand type: L",
		"begins_with(a, :n)":                   "Incorrect operand type for operator or function; operator or function: begins_with, operand type: N",
		"size(:n) = :n":                        "Incorrect operand type for operator or function; operator or function: size, operand type: N",
		"size(size(a)) = :n":                   "Incorrect operand type for operator or function; operator or function: size, operand type: N",
		"attribute_exists(:s)":                 "Operator or function requires a document path; operator or function: attribute_exists",
		"attribute_type(a, b)":                 "Incorrect operand type for operator or function; operator or function: attribute_type, operand type: {NS,SS,L,BS,N,M,B,BOOL,NULL,S}",
		"attribute_type(a, :n)":                "Incorrect operand type for operator or function; operator or function: attribute_type, operand type: N",
		"attribute_type(a, :s)":                "Invalid attribute type name found; type: str, valid types: {B,NULL,SS,BOOL,L,BS,N,NS,S,M}",
		"a BETWEEN :s AND :n":                  "The BETWEEN operator requires same data type for lower and upper bounds; lower bound operand: AttributeValue: {S:str}, upper bound operand: AttributeValue: {N:1}",
		"a BETWEEN :m AND :n":                  "The BETWEEN operator requires upper bound to be greater than or equal to lower bound; lower bound operand: AttributeValue: {N:2}, upper bound operand: AttributeValue: {N:1}",
		"a BETWEEN :l AND :n":                  "Incorrect operand type for operator or function; operator or function: BETWEEN, operand type: L",
		"a IN (" + strings.Repeat(":s,", 100) + ":s)": "The IN operator is provided with too many operands; number of operands: 101",
		deep:                           "The document path has too many nesting elements; nesting levels: 33",
		"a[4294967295] = :s":           "List index is not within the allowable range; index: [4294967295]",
		"a[99999999999999999999] = :s": "List index is not within the allowable range; index: [99999999999999999999]",
		"a = :s" + strings.Repeat(" OR a = :s", 150):   "The expression contains too many operators; operator count: 301",
		strings.Repeat("(", 1000) + "a = :s":           "The expression is nested too deeply;",
		strings.Repeat("NOT ", 1000) + "a = :s":        "The expression contains too many operators; operator count: 301",
		"a = :s" + strings.Repeat(" ", expr.MaxText-5): "Expression size has exceeded the maximum allowed size; expression size: 4097",
	} {
		_, err := placeholders(t).Condition(in)
		if text(err) != prefix+want {
			t.Errorf("%.80s\n got: %v\nwant: %s", in, err, prefix+want)
		}
	}
}

func TestConditionsThatAreFine(t *testing.T) {
	for _, in := range []string{
		"(a = :s)", "(a) = (:s)", "((a) = :s)", "((a = :s) AND b = :t)", "NOT NOT a = :s", "not(a=:s)or b<>:t", "a BETWEEN :n AND :n", "a[4294967294] = :s",
		"(size(a)) > :n", "(attribute_exists(a))", "size(a) > size(b)", "a . b [ 0 ] . #x = :s",
		"a\t=\r\n:s", "a IN (" + strings.Repeat(":s,", 99) + ":s)", "remove = :s",
		"a = :s" + strings.Repeat(" ", expr.MaxText-6), strings.Repeat("a.", 31) + "a = :s",
		"a = :s" + strings.Repeat(" OR a = :s", 149),
	} {
		if _, err := placeholders(t).Condition(in); err != nil {
			t.Errorf("%.80s: %v", in, err)
		}
	}
}

func TestFiltersNameThemselves(t *testing.T) {
	_, err := placeholders(t).Filter("a =")
	if want := `Invalid FilterExpression: Syntax error; token: "<EOF>", near: "="`; text(err) != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

func TestConditionsHold(t *testing.T) {
	stored := item(t, `{"s":{"S":"string"},"one":{"N":"1.0"},"two":{"N":"2"},"b":{"B":"AAEC"},"yes":{"BOOL":true},"nil":{"NULL":true},`+
		`"tags":{"SS":["b","a"]},"nums":{"NS":["2","1"]},"l":{"L":[{"N":"1"},{"S":"x"},{"L":[{"S":"deep"}]}]},`+
		`"m":{"M":{"k":{"S":"v"},"x.y":{"N":"5"}}},"x.y":{"S":"dotted"},"emoji":{"S":"a😀é"},"emptied":{"S":""},`+
		`"deepl":{"L":[{"N":"1"},{"M":{"k":{"NS":["1","2"]}}}]},"bins":{"BS":["AAE=","AA=="]},"m2":{"M":{"x.y":{"N":"5.0"},"k":{"S":"v"}}},"s2":{"S":"strings"}}`)
	for in, want := range map[string]bool{
		"nowhere <> :s": true, "nowhere = :s": false, "NOT nowhere = :s": true, "nowhere <> gone": true,
		"nowhere < :n": false, "NOT nowhere < :n": true, "nowhere BETWEEN :n AND :m": false, "nowhere IN (:s, :t)": false,
		"begins_with(nowhere, :s)": false, "contains(nowhere, :s)": false, "size(nowhere) > :n": false, "attribute_type(nowhere, :type)": false,
		"one = :n": true, "one = two": false, "one < two": true, "two >= :m": true, "one <> :s": true, "one < :s": false, "s > one": false,
		":n = one": true, "one BETWEEN :n AND :m": true, "two BETWEEN one AND :n": false, ":n BETWEEN one AND two": true,
		"one IN (:s, :n)": true, "one IN (:s, :m)": false,
		"attribute_exists(nil)": true, "attribute_not_exists(nil)": false, "attribute_exists(m.k)": true, "attribute_exists(m.z)": false,
		"attribute_exists(l[2][0])": true, "attribute_exists(l[3])": false, "attribute_exists(s.k)": false, "attribute_exists(m[0])": false,
		"attribute_exists(m.#x)": true, "attribute_exists(#x)": true, "attribute_not_exists(x.y)": true,
		"attribute_type(nums, :type)": true, "attribute_type(tags, :type)": false,
		"begins_with(s, :str)": true, "begins_with(b, :b)": true, "begins_with(:str, s)": false, "begins_with(one, :str)": false,
		"contains(s, :t)": true, "contains(b, :b)": true, "contains(tags, :a)": true, "contains(nums, :m)": true, "contains(nums, :a)": false,
		"contains(l, :n)": true, "contains(l, :m)": false, "contains(tags, :ss)": false, "contains(l[2], :deep)": true,
		"tags = :ss": true, "nums = :ns": true, "m <> :map": true, "tags <> :ss": false, "tags = :ns": false, "tags IN (:s, :ss)": true,
		"deepl = :deepl": true, "deepl <> :deepl": false, ":deepl = deepl": true, "deepl[1] = l": false, "deepl IN (:deepl)": true, "contains(deepl, :n)": true,
		"contains(deepl, :ns)": false, "contains(deepl[1].k, :m)": true, "contains(bins, :b)": true, "contains(bins, :s)": false, "contains(one, :n)": false, "contains(m, :n)": false,
		"m = m2": true, "s <= s2": true, "s < s2": true, "b < bins": false, "NOT contains(nowhere, :s)": true, "NOT attribute_exists(nowhere)": true,
		"yes = :bool": true, "nil = :null": true, "yes <> :null": true, "nil <> :null": false, "size(bins) = :m": true, "size(:ns) = two": true,
		"attribute_type(l[0], :N)": true, "attribute_type(emptied, :N)": false, "s BETWEEN :a AND :t": true, "begins_with(s2, s)": true, "nowhere <> nowhere2": true,
		"size(s) = :six": true, "size(b) = :three": true, "size(tags) = :m": true, "size(l) = :three": true, "size(m) = :m": true,
		"size(one) > :zero": false, "size(yes) >= :zero": false, "size(emoji) = :four": true, "size(emptied) = :zero": true,
		"s = :t OR one = :n AND two = :m": true, "(s = :t OR one = :n) AND two = :n": false, "s = :t OR one = :n AND two = :n": false,
		"NOT s = :t AND one = :n": true, "NOT (s = :t AND one = :n)": true, "NOT NOT one = :n": true,
	} {
		values := testVals[:len(testVals)-1] + `,":str":{"S":"str"},":a":{"S":"a"},":zero":{"N":"0"},":three":{"N":"3"},":four":{"N":"4"},":six":{"N":"6"},":deep":{"S":"deep"},":N":{"S":"N"},":deepl":{"L":[{"N":"1.0"},{"M":{"k":{"NS":["2.0","1"]}}}]}}`
		p, err := expr.NewPlaceholders(map[string]string{"#x": "x.y"}, input(t, values))
		if err != nil {
			t.Fatal(err)
		}
		c, err := p.Condition(in)
		if err != nil {
			t.Errorf("%s: %v", in, err)
			continue
		}
		if got := c.Eval(stored); got != want {
			t.Errorf("%s is %v", in, got)
		}
	}
}

func TestPlaceholderRefusals(t *testing.T) {
	long, most := strings.Repeat("a", 255), strings.Repeat("x", expr.MaxSubstitutions-len(":a"))
	many := func(n, size int) map[string]string {
		names := map[string]string{}
		for i := range n {
			names[fmt.Sprintf("#%03x", i)] = strings.Repeat("x", size)
		}
		return names
	}
	for _, c := range []struct {
		names  map[string]string
		values string
		want   string
	}{
		{map[string]string{}, "", "ExpressionAttributeNames must not be empty"},
		{map[string]string{"a": "b"}, "", `ExpressionAttributeNames contains invalid key: Syntax error; key: "a"`},
		{map[string]string{"#": "b"}, "", `ExpressionAttributeNames contains invalid key: Syntax error; key: "#"`},
		{map[string]string{"#a-b": "b"}, "", `ExpressionAttributeNames contains invalid key: Syntax error; key: "#a-b"`},
		{map[string]string{"#" + long: "b"}, "", `ExpressionAttributeNames contains invalid key: Syntax error; key: "#` + long + `"`},
		{map[string]string{"#a": ""}, "", "ExpressionAttributeNames contains invalid value: Empty attribute name for key #a"},
		{map[string]string{"#a": strings.Repeat("é", 32_768)}, "", "Attribute name is too large, must be less than 65536 bytes"},
		{map[string]string{"#a": strings.Repeat("é", 32_767) + "e"}, "", ""},
		{nil, `{}`, "ExpressionAttributeValues must not be empty"},
		{nil, `{":a":{"N":"x"},"b":{"S":"x"}}`, `ExpressionAttributeValues contains invalid key: Syntax error; key: "b"`},
		{nil, `{":a":{"S":"x"},":b":{"N":"x"}}`, "ExpressionAttributeValues contains invalid value: The parameter cannot be converted to a numeric value: x for key :b"},
		{nil, `{":a":{"SS":[]}}`, "ExpressionAttributeValues contains invalid value: One or more parameter values were invalid: An string set  may not be empty for key :a"},
		{nil, `{":a":{"S":"` + most + `"}}`, ""},
		{nil, `{":a":{"S":"` + most + `x"}}`, "ExpressionAttributeValues exceeds the maximum allowed size"},
		{map[string]string{"#a": "b"}, `{":a":{"S":"` + most[3:] + `"}}`, ""},
		{map[string]string{"#a": "b"}, `{":a":{"S":"` + most[2:] + `"}}`, "ExpressionAttributeValues exceeds the maximum allowed size"},
		{many(32, 65_532), "", ""},
		{many(32, 65_533), "", "ExpressionAttributeNames exceeds the maximum allowed size"},
		{many(4096, 1), "", ""},
		{many(4097, 1), "", "ExpressionAttributeNames exceeds the maximum allowed size"},
		{map[string]string{"#a": "b"}, `{":a":{"S":"x"}}`, ""},
	} {
		if _, err := expr.NewPlaceholders(c.names, input(t, c.values)); text(err) != c.want {
			t.Errorf("%.80s %.80s\n got: %v\nwant: %s", fmt.Sprint(c.names), c.values, err, c.want)
		}
	}
}

func TestUnusedPlaceholdersAreRefused(t *testing.T) {
	for _, c := range []struct{ condition, projection, want string }{
		{"#a = :b", "#c", "Value provided in ExpressionAttributeValues unused in expressions: keys: {:a}"},
		{"#a = :b", "x", "Value provided in ExpressionAttributeNames unused in expressions: keys: {#c}"},
		{"x = :b", "x", "Value provided in ExpressionAttributeNames unused in expressions: keys: {#a, #c}"},
		{"#a = :b OR x = :a", "#c", ""},
	} {
		p, err := expr.NewPlaceholders(map[string]string{"#a": "a", "#c": "c"}, input(t, `{":a":{"S":"x"},":b":{"S":"y"}}`))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := p.Condition(c.condition); err != nil {
			t.Fatal(err)
		}
		if _, err := p.Projection(c.projection); err != nil {
			t.Fatal(err)
		}
		if err := p.CheckUnused(); text(err) != c.want {
			t.Errorf("%s, %s: %v, want %q", c.condition, c.projection, err, c.want)
		}
	}
}

func TestNamesAndValuesAreNeverParsed(t *testing.T) {
	hostile := `a OR attribute_exists(pk)`
	p, err := expr.NewPlaceholders(map[string]string{"#n": hostile}, input(t, `{":v":{"S":"x OR pk = pk"}}`))
	if err != nil {
		t.Fatal(err)
	}
	c, err := p.Condition("#n = :v")
	if err != nil {
		t.Fatal(err)
	}
	if got := c.Paths().Attributes(); len(got) != 1 || got[0] != hostile {
		t.Errorf("the condition mentions %q", got)
	}
	if c.Eval(item(t, `{"pk":{"S":"x"}}`)) {
		t.Error("the condition holds for an item without the attribute")
	}
	if !c.Eval(item(t, `{"`+hostile+`":{"S":"x OR pk = pk"}}`)) {
		t.Error("the condition does not hold for the item that has the attribute")
	}
}

func TestExpressionsTellWhichAttributesTheyMention(t *testing.T) {
	p := placeholders(t)
	c, err := p.Condition("b.c = :s AND (size(#x) > :n OR attribute_exists(b[0]) OR z IN (y, :s))")
	if err != nil {
		t.Fatal(err)
	}
	if got, want := strings.Join(c.Paths().Attributes(), " "), "b x.y y z"; got != want {
		t.Errorf("condition: %s, want %s", got, want)
	}
	u, err := p.Update("SET a.b = if_not_exists(c, d) REMOVE e[0] ADD f :n DELETE g :ss")
	if err != nil {
		t.Fatal(err)
	}
	if got, want := strings.Join(u.Paths().Attributes(), " "), "a c d e f g"; got != want {
		t.Errorf("update: %s, want %s", got, want)
	}
}
