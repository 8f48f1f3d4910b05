// SPDX-License-Identifier: Apache-2.0

package expr_test

import "testing"

func TestProjections(t *testing.T) {
	const stored = `{"a":{"S":"x"},"l":{"L":[{"S":"a"},{"S":"b"},{"S":"c"},{"S":"d"}]},` +
		`"m":{"M":{"k":{"S":"v"},"n":{"M":{"z":{"N":"1"},"y":{"N":"2"}}},"x.y":{"N":"5"}}},"x.y":{"S":"dotted"}}`
	for in, want := range map[string]string{
		"l[3], l[1]":       `{"l":{"L":[{"S":"b"},{"S":"d"}]}}`,
		"m.n.z, m.k":       `{"m":{"M":{"k":{"S":"v"},"n":{"M":{"z":{"N":"1"}}}}}}`,
		"nowhere, m.nil.x": `{}`,
		"a.b, l.x, m[0]":   `{}`,
		"l[9], a":          `{"a":{"S":"x"}}`,
		"#x, m.#x":         `{"m":{"M":{"x.y":{"N":"5"}}},"x.y":{"S":"dotted"}}`,
		"m.n":              `{"m":{"M":{"n":{"M":{"y":{"N":"2"},"z":{"N":"1"}}}}}}`,
		"remove, a":        `{"a":{"S":"x"}}`,
	} {
		p, err := placeholders(t).Projection(in)
		if err != nil {
			t.Errorf("%s: %v", in, err)
			continue
		}
		if got := string(p.Project(item(t, stored)).AppendJSON(nil)); got != want {
			t.Errorf("%s\n got: %s\nwant: %s", in, got, want)
		}
	}
}

func TestProjectionRefusals(t *testing.T) {
	const prefix = "Invalid ProjectionExpression: "
	for in, want := range map[string]string{
		"":                "The expression can not be empty;",
		"a,":              `Syntax error; token: "<EOF>", near: ","`,
		"a b":             `Syntax error; token: "b", near: "a b"`,
		"a, :s":           `Syntax error; token: ":s", near: ", :s"`,
		"size(a)":         `Syntax error; token: "(", near: "size(a"`,
		"a, #z, b.status": "Attribute name is a reserved keyword; reserved keyword: status",
		"a, a, #z":        "An expression attribute name used in the document path is not defined; attribute name: #z",
		"b, a, a":         "Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [a], path two: [a]",
		"a.b, a":          "Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [a, b], path two: [a]",
		"a, a.b[0]":       "Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [a], path two: [a, b, [0]]",
		"a.b, a[0], c, c": "Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [c], path two: [c]",
		"a.b, a[0]":       "Two document paths conflict with each other; must remove or rewrite one of these paths; path one: [a, b], path two: [a, [0]]",
		"a[1].c, a.b.c":   "Two document paths conflict with each other; must remove or rewrite one of these paths; path one: [a, [1], c], path two: [a, b, c]",
	} {
		if _, err := placeholders(t).Projection(in); text(err) != prefix+want {
			t.Errorf("%s\n got: %v\nwant: %s", in, err, prefix+want)
		}
	}
}
