// SPDX-License-Identifier: Apache-2.0

package partiql_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/attr"
	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/partiql"
	"github.com/go-json-experiment/json/jsontext"
)

// values reads attribute values in their JSON form.
func values(t testing.TB, texts ...string) []attr.Value {
	t.Helper()
	var all []attr.Value
	for _, text := range texts {
		var in attr.InputValue
		if err := in.DecodeJSON(jsontext.NewDecoder(strings.NewReader(text))); err != nil {
			t.Fatal(err)
		}
		v, err := in.Value()
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, v)
	}
	return all
}

func item(t testing.TB, text string) attr.Item {
	t.Helper()
	var in attr.Input
	if err := in.DecodeJSON(jsontext.NewDecoder(strings.NewReader(text))); err != nil {
		t.Fatal(err)
	}
	it, err := in.Item()
	if err != nil {
		t.Fatal(err)
	}
	return it
}

func parse(t testing.TB, text string, parameters ...string) *partiql.Statement {
	t.Helper()
	s, err := partiql.Parse(text, values(t, parameters...))
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return s
}

const notWellFormed = "Statement wasn't well formed, can't be processed: "

func TestMistakesAreToldInAWSsWords(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{`SLECT * FROM "T" WHERE pk = 'x'`, notWellFormed + "Expected data manipulation"},
		{`UPDATE Payment-Table SET active = 1 WHERE id = 1`, notWellFormed + "Expected data manipulation"},
		{`UPDATE "T" WHERE pk = 'x'`, notWellFormed + "Expected data manipulation"},
		{`SELECT * FROM "T" WHERE pk = 1 foo`, notWellFormed + "Unexpected token after expression"},
		{`SELECT * FROM "T" WHERE pk = 1 e5`, notWellFormed + "Unexpected token after expression"},
		{`SELECT * FROM "T" WHERE pk = 1)`, notWellFormed + "Unexpected token after expression"},
		{`INSERT INTO "T" VALUE {'pk': 1} foo`, notWellFormed + "Unexpected token after expression"},
		{`INSERT INTO "T" t VALUE {'pk': 'x'}`, notWellFormed + "Unexpected token after expression"},
		{`UPDATE "T" SET a = 9 WHERE pk = 2 foo`, notWellFormed + "Unexpected token after expression"},
		{`DELETE FROM "T" WHERE pk = 2 ORDER BY pk`, notWellFormed + "Unexpected token after expression"},
		{`SELECT * FROM "T" ORDER BY pk WHERE pk = 1`, notWellFormed + "Unexpected token after expression"},
		{`FROM "T" SET c = 1 WHERE pk = 'x'`, notWellFormed + "Unexpected token after expression"},
		{`FROM "T" SET c = 1 WHERE pk = 'x' SET d = 2`, notWellFormed + "Unexpected token after expression"},
		{`SELECT * FROM "T" WHERE pk = 1; SELECT * FROM "T"`, notWellFormed + "Unexpected token after expression"},
		{`SELECT * FROM "T" WHERE`, notWellFormed + "Unexpected term"},
		{`SELECT * FROM "T" WHERE;`, notWellFormed + "Unexpected term"},
		{`UPDATE "T" SET a = 1 WHERE`, notWellFormed + "Unexpected term"},
		{`DELETE FROM "T" WHERE`, notWellFormed + "Unexpected term"},
		{`SELECT * FROM "T" WHERE NOT`, notWellFormed + "Unexpected term"},
		{`SELECT * FROM "T" WHERE (`, notWellFormed + "Unexpected term"},
		{`SELECT * FROM`, notWellFormed + "Unexpected term"},
		{`SELECT * FROM "T" WHERE pk = 'a' AND`, notWellFormed + "Missing right-hand side expression of infix operator"},
		{`SELECT * FROM "T" WHERE pk = 'a' OR`, notWellFormed + "Missing right-hand side expression of infix operator"},
		{`SELECT * FROM "T" WHERE pk =`, notWellFormed + "Missing right-hand side expression of infix operator"},
		{`SELECT * FROM "T" WHERE ORDER BY pk`, notWellFormed + "Unexpected keyword"},
		{`SELECT * FROM "T" WHERE key = 1`, notWellFormed + "Unexpected keyword"},
		{`INSERT INTO "T" VALUES (1)`, notWellFormed + "Unexpected keyword"},
		{`SELECT * FROM "T" WHERE IS NULL`, notWellFormed + "Unexpected operator"},
		{`SELECT * FROM "T" WHERE pk = LIKE`, notWellFormed + "Unexpected operator"},
		{`SELECT * FROM "T" WHERE x IS FOO`, notWellFormed + "Expected type name"},
		{`SELECT * FROM "T" WHERE (pk = 'a'`, notWellFormed + "Expected RIGHT_PAREN"},
		{`SELECT * FROM (SELECT * FROM "T")`, notWellFormed + "Unexpected term"},
		{`DELETE FROM`, notWellFormed + "Expected identifier for simple path"},
		{`DELETE FROM;`, notWellFormed + "Expected identifier for simple path"},
		{`DELETE FROM WHERE pk = 'a'`, notWellFormed + "Expected identifier for simple path"},
		{`SELECT * FROM "T" WHERE attribute_exists(m.inner)`, notWellFormed + "Invalid path dot component"},
		{`UPDATE "T" SET m.inner = set_add(m.inner, <<'y'>>) WHERE pk = 'a'`, notWellFormed + "Invalid path dot component"},
		{`SELECT * FROM "T" WHERE pk = 1e2147483648`, notWellFormed},
		{`SELECT * FROM "T" WHERE pk = 1e99999999999`, notWellFormed},
		{`SELECT * FROM "T" WHERE pk = 1.5e-2147483647`, notWellFormed},
		{`SELECT * FROM "T" WHERE pk = 1 # note`, notWellFormed},
		{`SELECT * FROM "T" WHERE pk = 1 /* note`, notWellFormed},
		{`SELECT * FROM "T" WHERE pk = 'note`, notWellFormed},
		{`SELECT * FROM "T`, notWellFormed},

		{`SELECT * FROM "T" t WHERE pk = 'x'`, "Aliasing is not supported"},
		{`SELECT * FROM "T" AS t WHERE pk = 'x'`, "Aliasing is not supported"},
		{`SELECT pk AS p FROM "T"`, "Aliasing is not supported"},
		{`UPDATE "T" t SET a = 3 WHERE pk = 'x'`, "Aliasing is not supported"},
		{`DELETE FROM "T" t WHERE pk = 'x'`, "Aliasing is not supported"},
		{`SELECT COUNT(*) FROM "T"`, "Unexpected path component at 1:8:5"},
		{"SELECT a,\n  COUNT(*) FROM \"T\"", "Unexpected path component at 2:3:5"},
		{`SELECT attribute_exists(ss) FROM "T" WHERE pk = 'x'`, "Unexpected path component at 1:8:16"},
		{`SELECT * FROM "T" WHERE EXISTS(ss)`, "Unrecognized function: exists at 1:25:6"},
		{`SELECT * FROM "T" WHERE set_add(ss, <<'x'>>) = ss`, "Unrecognized function: set_add at 1:25:7"},
		{`SELECT * FROM "Tö" WHERE pk = 'ü' AND upper(a) = 'b'`, "Unrecognized function: upper at 1:39:5"},
		{`SELECT * FROM "T" LIMIT 5`, "Unsupported clause: LIMIT at 1:19:5"},

		{`SELECT * FROM "T" WHERE pk = 1e126`, "Number overflow. Attempting to store a number with magnitude larger than supported range under root"},
		{`SELECT * FROM "T" WHERE pk = 1e-131`, "Number underflow. Attempting to store a number with magnitude smaller than supported range under root"},
		{`SELECT * FROM "T" WHERE pk = 123456789012345678901234567890123456789`, "Attempting to store more than 38 significant digits in a Number under root"},
		{`INSERT INTO "T" VALUE {'pk': 1e126}`, "Number overflow. Attempting to store a number with magnitude larger than supported range under root"},
		{`UPDATE "T" SET a = 1e-131 WHERE pk = 5`, "Number underflow. Attempting to store a number with magnitude smaller than supported range under root"},
		{`INSERT INTO "T" VALUE {'pk': 1, 'm': {'x': 1e126}}`, "Number overflow. Attempting to store a number with magnitude larger than supported range under root.x"},
		{`INSERT INTO "T" VALUE {'pk': 1, 'l': [1, 1e126]}`, "Number overflow. Attempting to store a number with magnitude larger than supported range under root[1]"},

		{`UPDATE "T" SET ss = set_add(ss, <<>>) WHERE pk = 'a'`, "Empty bags are not supported"},
		{`UPDATE "T" SET ss = set_add(ss, <<'x', 'x'>>) WHERE pk = 'a'`, "One or more parameter values were invalid: Input collection [x, x] contains duplicates."},
		{`UPDATE "T" SET a = <<'x', 1>> WHERE pk = 'a'`, "Unsupported data type in Bag. DynamoDB only supports either numbers or strings in bags"},
		{`INSERT INTO "T" VALUE {'pk': 'a', 'ss': set_add(<<'a'>>, <<'b'>>)}`, "Unsupported data type: set_add under key root at 1:41:7"},
		{`UPDATE "T" SET t = set_add(ss, <<'x'>>) WHERE pk = 'a'`, "The first argument to SET_ADD must equal the assignment value at 1:20:7"},
		{`UPDATE "T" SET ss = set_add(<<'a'>>, <<'b'>>) WHERE pk = 'a'`, "The first argument to SET_ADD must equal the assignment value at 1:21:7"},
		{`UPDATE "T" SET ss = set_add(ss, 'x') WHERE pk = 'a'`, "The second argument to SET_ADD must be a value with type SET at 1:29:2"},
		{`UPDATE "T" SET ss = set_add(ss, ['x']) WHERE pk = 'a'`, "The second argument to SET_ADD must be a value with type SET at 1:29:2"},
		{`UPDATE "T" SET ss = set_delete(ss, 'a') WHERE pk = 'a'`, "The second argument to SET_DELETE must be a value with type SET at 1:32:2"},
		{`UPDATE "T" SET ss = set_add(ss) WHERE pk = 'a'`, "SET_ADD must have exactly two arguments at 1:21:7"},
		{`UPDATE "T" SET ss = set_add(ss, <<'x'>>, <<'y'>>) WHERE pk = 'a'`, "SET_ADD must have exactly two arguments at 1:21:7"},

		{`SELECT * FROM ""`, "Path component cannot be an empty string"},
		{`SELECT * FROM "T".""`, "Path component cannot be an empty string"},
		{`SELECT * FROM "T"."i"."x"`, "A path may contain at most 2 components in the FROM clause"},
		{`INSERT INTO "T"."i" VALUE {'pk': 'w'}`, "FROM clause may only contain a single table name in data manipulation statements at 1:13:3"},
		{`UPDATE "T"."i" SET a = 1 WHERE pk = 'a'`, "This operation is not supported on an index"},
		{`DELETE FROM "T"."i" WHERE pk = 'a'`, "This operation is not supported on an index"},

		{`SELECT * FROM "T" WHERE pk = ?`, "Number of parameters in request and statement don't match."},
		{`DELETE FROM "T" WHERE pk = 'x' RETURNING MODIFIED OLD *`, "Invalid returning clause: RETURNING MODIFIED OLD *. Only RETURNING ALL OLD * is allowed in DELETE statements."},
		{`DELETE FROM "T" WHERE pk = 'x' RETURNING ALL NEW *`, "Invalid returning clause: RETURNING ALL NEW *. Only RETURNING ALL OLD * is allowed in DELETE statements."},

		{`SELECT * FROM "T" WHERE attribute_exists('ss')`, "Operator or function requires a document path; operator or function: attribute_exists"},
		{`SELECT * FROM "T" WHERE attribute_exists()`, "Incorrect number of operands for operator or function; operator or function: attribute_exists, number of operands: 0"},
		{`SELECT * FROM "T" WHERE attribute_exists(ss, ns)`, "Incorrect number of operands for operator or function; operator or function: attribute_exists, number of operands: 2"},
		{`SELECT * FROM "T" WHERE val < true`, "Incorrect operand type for operator or function; operator or function: <, operand type: BOOL"},
		{`SELECT * FROM "T" WHERE val BETWEEN true AND false`, "Incorrect operand type for operator or function; operator or function: BETWEEN, operand type: BOOL"},
		{`INSERT INTO "T" VALUE {'a': ` + strings.Repeat("[", 33) + strings.Repeat("]", 33) + `}`, "Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond supported limit"},
		{`SELECT * FROM "T" WHERE pk = '` + strings.Repeat("ü", partiql.MaxText) + `'`, "1 validation error detected: Value at 'statement' failed to satisfy constraint: Member must have length less than or equal to 8192"},
	} {
		if _, err := partiql.Parse(c.text, nil); err == nil || err.Error() != c.want {
			t.Errorf("%s\n got %v\nwant %s", c.text, err, c.want)
		}
	}
}

// TestOneStatementHasManyForms has pairs that mean the same, and with that are
// the same.
func TestOneStatementHasManyForms(t *testing.T) {
	for _, c := range [][2]string{
		{`SELECT * FROM T WHERE a = 1`, `select * from "T" where "a"=1;`},
		{`SELECT a, b.c[0] FROM T.i`, `SELECT "a", "b"['c'][0] FROM "T"."i"`},
		{`SELECT * FROM T WHERE a = 1 -- note`, "SELECT /* note */ * FROM T -- note\nWHERE a = 1"},
		{`SELECT * FROM T WHERE a = 'it''s -- no /* comment */'`, "SELECT * FROM T WHERE (a) = ('it''s -- no /* comment */')"},
		{`SELECT * FROM T WHERE a = 1 AND b = 2 OR c = 3`, `SELECT * FROM T WHERE ((a = 1) AND (b = 2)) OR c = 3`},
		{`SELECT * FROM T WHERE a = 1 AND b = 2 AND c = 3`, `SELECT * FROM T WHERE a = 1 AND (b = 2 AND c = 3)`},
		{`SELECT * FROM T WHERE NOT a = 1 AND b = 2`, `SELECT * FROM T WHERE (NOT (a = 1)) AND b = 2`},
		{`SELECT * FROM T WHERE a <> 1`, `SELECT * FROM T WHERE a != 1`},
		{`SELECT * FROM T WHERE a IN [1, 2]`, `SELECT * FROM T WHERE a in (1, 2)`},
		{`SELECT * FROM T WHERE a IS MISSING`, `SELECT * FROM T WHERE attribute_not_exists(a)`},
		{`SELECT * FROM T WHERE a IS NOT NULL`, `SELECT * FROM T WHERE NOT attribute_type(a, 'NULL')`},
		{`SELECT * FROM T WHERE a IS BOOL AND b IS STRING`, `SELECT * FROM T WHERE ATTRIBUTE_TYPE(a, 'BOOL') AND attribute_type(b, 'S')`},
		{`SELECT * FROM T WHERE attribute_exists(a) = true`, `SELECT * FROM T WHERE attribute_exists(a)`},
		{`SELECT * FROM T WHERE attribute_exists(a) = false`, `SELECT * FROM T WHERE NOT attribute_exists(a)`},
		{`SELECT * FROM T WHERE a NOT BETWEEN 1 AND 2`, `SELECT * FROM T WHERE NOT (a BETWEEN 1 AND 2)`},
		{`SELECT * FROM T WHERE a = -.73e1`, `SELECT * FROM T WHERE a = - 7.3`},
		{`SELECT * FROM T ORDER BY a ASC, b DESC`, `SELECT * FROM T ORDER BY "a", "b" desc`},
		{`UPDATE T SET a = 1, b = 2 REMOVE c WHERE k = 1 RETURNING ALL NEW *`, `FROM T WHERE k = 1 SET a = 1 SET b = 2 REMOVE c RETURNING ALL NEW *`},
		{`UPDATE T SET a = a + 1 - 2 WHERE k = 1`, `UPDATE T SET a = (a + 1) - 2 WHERE k = 1`},
		{`UPDATE T SET a = SET_ADD(a, <<1>>) WHERE k = 1`, `UPDATE T SET "a" = set_add(a, << 1.0 >>) WHERE k = 1`},
		{`INSERT INTO T VALUE {'a': [1, {'b': <<'x', 'y'>>}], 'c': null}`, `INSERT INTO T VALUE {'c': NULL, 'a': [1.0, {'b': <<'y', 'x'>>}]}`},
	} {
		if a, b := parse(t, c[0]), parse(t, c[1]); !same(a, b) {
			t.Errorf("%s\nis not\n%s", c[0], c[1])
		}
	}
}

// same compares statements by what they render to, and by all that they hold.
func same(a, b *partiql.Statement) bool {
	textA, valuesA := partiql.Render(a)
	textB, valuesB := partiql.Render(b)
	return textA == textB && reflect.DeepEqual(valuesA, valuesB) && a.Kind == b.Kind && a.Table == b.Table && a.Index == b.Index &&
		reflect.DeepEqual(a.Columns, b.Columns) && reflect.DeepEqual(a.Order, b.Order) && a.Item.Equal(b.Item) && a.Returning == b.Returning
}

func TestParametersStandWhereTheirMarksDo(t *testing.T) {
	s := parse(t, `INSERT INTO T VALUE {'a': ?, 'b': [?, 'x'], 'c': '?', 'd': <<?>>}`, `{"B":"AQI="}`, `{"SS":["p"]}`, `{"B":"AQ=="}`)
	want := item(t, `{"a":{"B":"AQI="},"b":{"L":[{"SS":["p"]},{"S":"x"}]},"c":{"S":"?"},"d":{"BS":["AQ=="]}}`)
	if !s.Item.Equal(want) {
		t.Errorf("got %s", s.Item.AppendJSON(nil))
	}
}

func TestRenderedTextHasNoValues(t *testing.T) {
	s := parse(t, `SELECT "select", m."a""b" FROM "T"."i" WHERE k = 'secret' AND NOT (a IN ['secret', ?] OR size(b) > 5) AND begins_with(c, 'secret') ORDER BY k DESC`, `{"S":"other"}`)
	text, parameters := partiql.Render(s)
	if want := `SELECT "select", "m"."a""b" FROM "T"."i" WHERE "k" = ? AND NOT ("a" IN [?, ?] OR size("b") > ?) AND begins_with("c", ?) ORDER BY "k" DESC`; text != want {
		t.Errorf("got %s", text)
	}
	if len(parameters) != 5 {
		t.Errorf("%d parameters", len(parameters))
	}
	for _, c := range []string{
		`UPDATE "T" SET "a" = "a" + ? REMOVE "b"[0] SET "s" = set_delete("s", ?) SET "l" = list_append("l", ?) WHERE "k" = ? RETURNING MODIFIED OLD *`,
		`DELETE FROM "T" WHERE "k" = ? AND attribute_type("x", ?) RETURNING ALL OLD *`,
		`EXISTS(SELECT * FROM "T" WHERE "k" = ? AND "a" BETWEEN ? AND ?)`,
		`INSERT INTO "T" VALUE {'a''b': ?, 'k': ?}`,
	} {
		v := attr.Num(attr.IntNumber(1))
		parameters := make([]attr.Value, strings.Count(c, "?"))
		for i := range parameters {
			parameters[i] = v
		}
		if strings.Contains(c, "set_delete") {
			parameters[1] = values(t, `{"SS":["x"]}`)[0]
			parameters[2] = values(t, `{"L":[]}`)[0]
		}
		if strings.Contains(c, "attribute_type") {
			parameters[1] = attr.String("S")
		}
		s, err := partiql.Parse(c, parameters)
		if err != nil {
			t.Errorf("%s: %v", c, err)
			continue
		}
		if text, got := partiql.Render(s); text != c || !reflect.DeepEqual(got, parameters) {
			t.Errorf("%s\nis rendered as\n%s", c, text)
		}
	}
}

func TestColumnsAreNamedByTheirLastStep(t *testing.T) {
	s := parse(t, `SELECT a, m.n, "x.y", l[1] FROM T`)
	got := s.Show(item(t, `{"a":{"S":"1"},"m":{"M":{"n":{"S":"2"},"o":{"S":"-"}}},"x.y":{"S":"3"},"l":{"L":[{"S":"-"},{"S":"4"}]},"b":{"S":"-"}}`))
	if want := item(t, `{"a":{"S":"1"},"n":{"S":"2"},"x.y":{"S":"3"},"[1]":{"S":"4"}}`); !got.Equal(want) {
		t.Errorf("got %s", got.AppendJSON(nil))
	}
}
