// SPDX-License-Identifier: Apache-2.0

package partiql_test

import (
	"errors"
	"testing"
	"unicode/utf8"

	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/attr"
	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/partiql"
)

// FuzzParse reads any statement, with strings for parameters: it is refused as
// invalid, or what it is rendered as means the same and plans read the same.
func FuzzParse(f *testing.F) {
	for _, text := range []string{
		`SELECT a, b.c[0], "d" FROM "T"."i" WHERE pk = ? AND sk BETWEEN 'a' AND 'b' OR NOT x IN [1, 2.5e3] ORDER BY pk DESC, sk`,
		`INSERT INTO T VALUE {'pk': 'a''b', 'l': [1, -.5, {'m': <<'x', 'y'>>}], 'n': null, 't': TRUE}`,
		`UPDATE T SET a = b + 1, c = list_append(c, [?]) SET s = set_add(s, <<1>>) REMOVE d['e'] WHERE pk = 'a' AND sk = 'b' RETURNING MODIFIED OLD *`,
		`FROM T WHERE pk = 'a' SET a = 1`,
		`DELETE FROM T WHERE pk = 'a' AND size(x) >= 3 RETURNING ALL OLD *;`,
		`EXISTS(SELECT * FROM T WHERE pk = 'a' AND x IS NOT MISSING)`,
		"SELECT * /* c */ FROM T -- d\nWHERE attribute_exists(a) = true AND a IS NULL",
	} {
		f.Add(text, 1)
	}
	f.Fuzz(func(t *testing.T, text string, n int) {
		if !utf8.ValidString(text) || n < 0 || n > 100 {
			return
		}
		parameters := make([]attr.Value, n)
		for i := range parameters {
			parameters[i] = attr.String("p")
		}
		s, err := partiql.Parse(text, parameters)
		if err != nil {
			if _, ok := errors.AsType[*attr.ValidationError](err); !ok {
				t.Fatalf("%q: %v is no ValidationError", text, err)
			}
			return
		}
		rendered, parameters := partiql.Render(s)
		if utf8.RuneCountInString(rendered) > partiql.MaxText {
			return
		}
		again, err := partiql.Parse(rendered, parameters)
		if err != nil {
			t.Fatalf("%q is rendered as %q: %v", text, rendered, err)
		}
		if !same(s, again) {
			t.Fatalf("%q is rendered as %q, which is something else", text, rendered)
		}
		_, err = s.Plan(schema)
		_, errAgain := again.Plan(schema)
		if (err == nil) != (errAgain == nil) {
			t.Fatalf("%q: the plan fails with %v, and rendered with %v", text, err, errAgain)
		}
		if _, err := s.Key(schema); err != nil {
			if _, ok := errors.AsType[*attr.ValidationError](err); !ok {
				t.Fatalf("%q: %v is no ValidationError", text, err)
			}
		}
	})
}

func BenchmarkParse(b *testing.B) {
	parameters := []attr.Value{attr.String("tenant"), attr.String("1")}
	for b.Loop() {
		if _, err := partiql.Parse(`SELECT * FROM "Docs" WHERE pk = ? AND sk > ?`, parameters); err != nil {
			b.Fatal(err)
		}
	}
}
