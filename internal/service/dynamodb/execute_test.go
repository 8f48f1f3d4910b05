// SPDX-License-Identifier: Apache-2.0

package dynamodb

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/attr"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
)

// bodyOf returns the input of an operation with those statements.
func bodyOf(tb testing.TB, op string, statements ...string) string {
	tb.Helper()
	var in any
	var members []map[string]string
	for _, s := range statements {
		members = append(members, map[string]string{"Statement": s})
	}
	switch op {
	case "ExecuteStatement":
		in = members[0]
	case "BatchExecuteStatement":
		in = map[string]any{"Statements": members}
	default:
		in = map[string]any{"TransactStatements": members}
	}
	b, err := json.Marshal(in)
	if err != nil {
		tb.Fatal(err)
	}
	return string(b)
}

// TestStatementsOpenWhatTheyState holds what the needs of statements open against
// the keys that they state.
func TestStatementsOpenWhatTheyState(t *testing.T) {
	db := memory(t)
	docs := made(t, db, "Docs")
	svc := New()
	probe := map[string][]byte{}
	for _, pk := range []string{"a", "b", "a\x00"} {
		for _, sk := range []string{"1", "2"} {
			var b attr.Builder
			b.Name("pk")
			b.Str(pk)
			b.Name("sk")
			b.Str(sk)
			it, err := b.Item()
			if err != nil {
				t.Fatal(err)
			}
			probe[pk+"/"+sk] = docs.key(it)
		}
	}
	const one, batch, transaction = "ExecuteStatement", "BatchExecuteStatement", "ExecuteTransaction"
	for _, c := range []struct {
		op         string
		statements []string
		write      bool
		leading    string // of the needs, by need
		opens      string // in order
	}{
		{one, []string{`SELECT * FROM Docs WHERE pk = 'a'`}, false, "a", "a/1 a/2"},
		{one, []string{`SELECT * FROM Docs WHERE pk = 'a' AND sk > '1'`}, false, "a", "a/2"},
		{one, []string{`SELECT * FROM Docs WHERE pk IN ['a', 'b'] AND sk = '1'`}, false, "a,b", "a/1 b/1"},
		{one, []string{`SELECT * FROM Docs WHERE pk = 'a' AND sk = '1' OR pk = 'b' AND sk = '2'`}, false, "a,b", "a/1 b/2"},
		{one, []string{`SELECT * FROM Docs WHERE pk = 'a' AND pk = 'b'`}, false, "a,b", ""},
		{one, []string{`SELECT * FROM Docs WHERE pk = 1`}, false, "1", ""},
		{one, []string{`SELECT * FROM Docs.idx WHERE pk = 'a'`}, false, "a", ""},
		{one, []string{`SELECT * FROM None WHERE x = 'c' AND pk = 'a'`}, false, "c,a", ""},
		{one, []string{`SELECT * FROM Docs WHERE sk = '1'`}, false, "none", "a\x00/1 a\x00/2 a/1 a/2 b/1 b/2"},
		{one, []string{`INSERT INTO Docs VALUE {'pk': 'a', 'sk': '1', 'x': 'b'}`}, true, "a", "a/1"},
		{one, []string{`INSERT INTO Docs VALUE {'sk': '1', 'x': 'b'}`}, true, "1,b", ""},
		{one, []string{`INSERT INTO None VALUE {'pk': 'a', 'x': 'b'}`}, true, "a,b", ""},
		{one, []string{`UPDATE Docs SET x = 'b' WHERE pk = 'a' AND sk = '1' AND x = 'c'`}, true, "a", "a/1"},
		{one, []string{`UPDATE Docs SET x = 'b' WHERE pk = 'a' AND x = 'c'`}, true, "a,c", ""},
		{one, []string{`DELETE FROM Docs WHERE sk = '2' AND pk = 'b'`}, true, "b", "b/2"},
		{one, []string{`DELETE FROM Docs WHERE sk = 2 AND pk = 'b'`}, true, "b", ""},
		{one, []string{`DELETE FROM Docs`}, true, "none", ""},
		{batch, []string{`SELECT * FROM Docs WHERE pk = 'a' AND sk = '1'`, `SELECT * FROM Docs WHERE pk = 'b'`, `SLECT`}, false, "a;b", "a/1"},
		{batch, []string{`SELECT * FROM Docs.idx WHERE pk = 'a' AND sk = '1'`}, false, "a,1", ""},
		{batch, []string{`DELETE FROM Docs WHERE pk = 'a' AND sk = '1'`, `UPDATE Docs SET x = 1 WHERE pk = 'b' AND sk = '2'`}, true, "a;b", "a/1 b/2"},
		{transaction, []string{`SELECT * FROM Docs WHERE pk = 'a' AND sk = '1'`, `SELECT * FROM Docs WHERE pk = 'b' AND sk = '2'`}, false, "a;b", "a/1 b/2"},
		{transaction, []string{`DELETE FROM Docs WHERE pk = 'a' AND sk = '1'`, `INSERT INTO Docs VALUE {'pk': 'b', 'sk': '1'}`}, true, "a;b", "a/1 b/1"},
		{transaction, []string{`DELETE FROM Docs WHERE pk = 'a' AND sk = '1'`, `DELETE FROM Docs WHERE pk = 'b'`}, true, "a;b", ""},
	} {
		op := operation(svc, c.op)
		in := decode(t, svc, op, bodyOf(t, c.op, c.statements...))
		if got := op.AccessOf(in) == awsapi.Write; got != c.write {
			t.Errorf("%s writes: %v", c.statements, got)
		}
		err := db.View(t.Context(), func(tx *storage.Tx) error {
			needs, err := op.Needs(t.Context(), newCall(tx.Metadata()), in)
			if err != nil {
				return err
			}
			var leading, opens []string
			for _, n := range needs {
				keys := "none"
				if v := n.Context.Lookup("dynamodb:leadingkeys"); !v.Absent() {
					keys = strings.Join(texts(n.Context.(*conditions).leading.values), ",")
				}
				leading = append(leading, keys)
				for _, s := range n.Spans {
					for name, key := range probe {
						if bytes.Compare(key, s.Lo) >= 0 && bytes.Compare(key, s.Hi) < 0 {
							opens = append(opens, name)
							if s.Write && !c.write {
								t.Errorf("%s: %q may be written", c.statements, name)
							}
						}
					}
				}
			}
			slices.Sort(opens)
			if got := strings.Join(leading, ";"); got != c.leading {
				t.Errorf("%s states %q, want %q", c.statements, got, c.leading)
			}
			if got := strings.Join(opens, " "); got != c.opens {
				t.Errorf("%s opens %q, want %q", c.statements, got, c.opens)
			}
			return nil
		})
		if err != nil {
			t.Errorf("%s: %v", c.statements, err)
		}
	}
}

// TestPagesTogetherAreTheWhole reads the same in pages of any length and at once.
func TestPagesTogetherAreTheWhole(t *testing.T) {
	db := memory(t)
	made(t, db, "Docs")
	svc := New()
	run := func(op, input string) any {
		t.Helper()
		o := operation(svc, op)
		in := decode(t, svc, o, input)
		do := db.View
		if o.AccessOf(in) != awsapi.Read {
			do = db.Update
		}
		var out any
		err := do(t.Context(), func(tx *storage.Tx) error {
			c := newCall(tx.Metadata())
			needs, err := o.Needs(t.Context(), c, in)
			if err != nil {
				return err
			}
			c.Tx = tx.Only(needs[0].Spans)
			out, err = o.Handle(t.Context(), c, in)
			return err
		})
		if err != nil {
			t.Fatalf("%s %s: %v", op, input, err)
		}
		return out
	}
	for _, pk := range []string{"a", "b", "c"} {
		for sk := range 7 {
			run("ExecuteStatement", bodyOf(t, "ExecuteStatement", fmt.Sprintf(`INSERT INTO Docs VALUE {'pk': '%s', 'sk': '%d', 'n': %d}`, pk, sk, sk%3)))
		}
	}
	page := func(statement string, limit int, token *string) (*executeStatementOutput, []string) {
		in := map[string]any{"Statement": statement}
		if limit > 0 {
			in["Limit"] = limit
		}
		if token != nil {
			in["NextToken"] = *token
		}
		b, err := json.Marshal(in)
		if err != nil {
			t.Fatal(err)
		}
		out := run("ExecuteStatement", string(b)).(*executeStatementOutput)
		if limit > 0 && len(out.Items) > limit {
			t.Errorf("%s: a page of %d items, at most %d are asked for", statement, len(out.Items), limit)
		}
		var all []string
		for _, it := range out.Items {
			pk, _ := it.Get("pk")
			sk, _ := it.Get("sk")
			all = append(all, string(pk.Bytes())+string(sk.Bytes()))
		}
		return out, all
	}
	orders := map[string]string{
		`SELECT * FROM Docs WHERE pk = 'a' AND sk IN ['1', '5', '3'] ORDER BY sk DESC`:             "a5 a3 a1",
		`SELECT * FROM Docs WHERE pk IN ['a', 'b'] AND sk IN ['1', '5'] ORDER BY pk DESC, sk DESC`: "b5 b1 a5 a1",
		`SELECT * FROM Docs WHERE pk IN ['a', 'b'] AND sk BETWEEN '2' AND '4' ORDER BY pk, sk`:     "a2 a3 a4 b2 b3 b4",
	}
	for statement, want := range map[string]int{
		`SELECT * FROM Docs`:                                                                            21,
		`SELECT * FROM Docs WHERE n = 1`:                                                                6,
		`SELECT * FROM Docs WHERE pk = 'b'`:                                                             7,
		`SELECT * FROM Docs WHERE pk = 'b' AND sk = '3'`:                                                1,
		`SELECT * FROM Docs WHERE pk IN ['c', 'a']`:                                                     14,
		`SELECT * FROM Docs WHERE pk IN ['c', 'a'] AND sk IN ['6', '2', '9', '0']`:                      6,
		`SELECT * FROM Docs WHERE pk IN ['c', 'a', 'x'] AND sk > '1' AND sk < '5' AND n <> 0`:           4,
		`SELECT * FROM Docs WHERE pk = 'a' AND sk < '2' OR pk = 'a' AND sk > '4' OR pk = 'c'`:           11,
		`SELECT * FROM Docs WHERE pk = 'a' AND sk IN ['1', '5', '3'] ORDER BY sk DESC`:                  3,
		`SELECT * FROM Docs WHERE pk IN ['a', 'b'] AND sk IN ['1', '5'] ORDER BY pk DESC, sk DESC`:      4,
		`SELECT * FROM Docs WHERE pk IN ['a', 'b'] AND sk BETWEEN '2' AND '4' ORDER BY pk, sk`:          6,
		`SELECT * FROM Docs WHERE pk = 'a' AND pk = 'b'`:                                                0,
		`SELECT * FROM Docs WHERE pk = 'a' AND sk > '5' AND sk < '3'`:                                   0,
		`SELECT * FROM Docs WHERE pk = 'a' AND NOT sk = '3' OR pk = 'a' AND sk = '3' AND n = 0`:         7,
		`SELECT * FROM Docs WHERE pk = 'a' AND sk >= '0' AND attribute_type(n, 'N') = true`:             7,
		`SELECT * FROM Docs WHERE (pk = 'a' OR pk = 'c') AND (sk = '1' OR sk = '2') AND n IN (1, 2, 5)`: 4,
	} {
		whole, all := page(statement, 0, nil)
		if len(all) != want || whole.NextToken != nil {
			t.Errorf("%s finds %d items, want %d", statement, len(all), want)
		}
		if want, ok := orders[statement]; ok && strings.Join(all, " ") != want {
			t.Errorf("%s finds %s", statement, all)
		}
		for limit := 1; limit <= 8; limit++ {
			var got []string
			out, some := page(statement, limit, nil)
			got = append(got, some...)
			for rounds := 0; out.NextToken != nil; rounds++ {
				if rounds > 30 {
					t.Fatalf("%s doesn't end", statement)
				}
				out, some = page(statement, limit, out.NextToken)
				got = append(got, some...)
			}
			if !slices.Equal(got, all) {
				t.Errorf("%s in pages of %d:\n got %s\nwant %s", statement, limit, got, all)
			}
		}
	}
}

// FuzzNextToken goes on where any token says: nowhere, or in a part of what the
// statement reads.
func FuzzNextToken(f *testing.F) {
	db := memory(f)
	docs := made(f, db, "Docs")
	svc := New()
	op := operation(svc, "ExecuteStatement")
	in := decode(f, svc, op, bodyOf(f, "ExecuteStatement", `SELECT * FROM Docs WHERE pk IN ['a', 'b'] AND sk > '1'`)).(*executeStatementInput)
	err := db.View(f.Context(), func(tx *storage.Tx) error {
		_, err := op.Needs(f.Context(), newCall(tx.Metadata()), in)
		return err
	})
	if err != nil {
		f.Fatal(err)
	}
	sel := &in.selection
	own := sel.fingerprint(&in.statement)
	for _, pk := range []string{"a", "b", "c"} {
		for i := range 3 {
			key := decode(f, svc, operation(svc, "GetItem"), fmt.Sprintf(`{"TableName":"Docs","Key":{"pk":{"S":%q},"sk":{"S":"2"}}}`, pk)).(*getItemInput).key
			b, err := base64.StdEncoding.DecodeString(own.token(readPosition{i, key}))
			if err != nil {
				f.Fatal(err)
			}
			f.Add(b[len(own):])
		}
	}
	f.Fuzz(func(t *testing.T, rest []byte) {
		token := base64.StdEncoding.EncodeToString(append(slices.Clone(own[:]), rest...))
		at, err := sel.resume(own, &token)
		if err != nil {
			return
		}
		if at.after.Len() > 0 && !sel.parts[at.part].span.Contains(docs.key(at.after)) {
			t.Errorf("part %d goes on at %s", at.part, at.after.AppendJSON(nil))
		}
	})
}
