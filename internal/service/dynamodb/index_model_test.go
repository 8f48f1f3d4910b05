// SPDX-License-Identifier: Apache-2.0

package dynamodb

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/attr"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
)

// indexed is a table with an index of each kind.
func indexed() tableRecord {
	r := tableRecord{Name: "Docs", ID: newTableID(), Keys: []keyRecord{{"pk", "S"}, {"sk", "S"}}, BillingMode: payPerRequest}
	pk, a, n, b := keyRecord{"pk", "S"}, keyRecord{"a", "S"}, keyRecord{"n", "N"}, keyRecord{"b", "B"}
	for _, x := range []indexRecord{
		{Name: "local-all", Local: true, Hash: []keyRecord{pk}, Range: []keyRecord{n}, Projection: projectAll},
		{Name: "local-some", Local: true, Hash: []keyRecord{pk}, Range: []keyRecord{a}, Projection: projectInclude, NonKey: []string{"x"}},
		{Name: "global-keys", Hash: []keyRecord{a}, Projection: projectKeys},
		{Name: "global-some", Hash: []keyRecord{n}, Range: []keyRecord{b}, Projection: projectInclude, NonKey: []string{"y"}},
		{Name: "global-many", Hash: []keyRecord{a, n}, Range: []keyRecord{b, {"sk", "S"}}, Projection: projectAll},
		{Name: "inverted", Hash: []keyRecord{{"sk", "S"}}, Range: []keyRecord{pk}, Projection: projectAll},
	} {
		r.addIndex(x)
	}
	return r
}

// add puts the table's record, as a call to CreateTable does.
func add(tb tester, db *storage.DB, r tableRecord) *table {
	tb.Helper()
	ref := tableRef{given: r.Name, account: "111122223333", region: "us-east-1", name: r.Name}
	err := db.Update(context.Background(), func(tx *storage.Tx) error {
		if err := tables.Put(tx, r, ref.account, ref.region, ref.name); err != nil {
			return err
		}
		return tx.Advance(ref.account)
	})
	if err != nil {
		tb.Fatal(err)
	}
	t, err := newTable(ref, r)
	if err != nil {
		tb.Fatal(err)
	}
	return t
}

// An indexMachine changes a table with indexes.
type indexMachine struct {
	machine
	table *table
}

func TestIndexesAreWhatTheTableProjects(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := &indexMachine{machine: machine{db: memory(t), svc: New()}}
		m.table = add(t, m.db, indexed())
		t.Repeat(map[string]func(*rapid.T){
			"put":    m.put,
			"update": m.update,
			"delete": m.delete,
			"batch":  m.batch,
			"":       m.check,
		})
	})
}

func (m *indexMachine) put(t *rapid.T) {
	m.do(t, "PutItem", `{"TableName":"Docs","Item":`+someItem(t)+`}`)
}

func (m *indexMachine) delete(t *rapid.T) {
	m.do(t, "DeleteItem", `{"TableName":"Docs","Key":{`+someKey(t)+`}}`)
}

func (m *indexMachine) update(t *rapid.T) {
	name := rapid.SampledFrom([]string{"a", "n", "b", "x", "y"}).Draw(t, "name")
	if rapid.Bool().Draw(t, "remove") {
		m.do(t, "UpdateItem", `{"TableName":"Docs","Key":{`+someKey(t)+`},"UpdateExpression":"REMOVE #n","ExpressionAttributeNames":{"#n":"`+name+`"}}`)
		return
	}
	m.do(t, "UpdateItem", fmt.Sprintf(`{"TableName":"Docs","Key":{%s},"UpdateExpression":"SET #n = :v","ExpressionAttributeNames":{"#n":"%s"},
		"ExpressionAttributeValues":{":v":%s}}`, someKey(t), name, someValue(t, name)))
}

// batch puts and deletes different items at once.
func (m *indexMachine) batch(t *rapid.T) {
	m.do(t, "BatchWriteItem", `{"RequestItems":{"Docs":[
		{"PutRequest":{"Item":{"pk":{"S":"c"},"sk":{"S":"1"},"a":`+someValue(t, "a")+`}}},
		{"PutRequest":{"Item":{"pk":{"S":"c"},"sk":{"S":"2"},"n":`+someValue(t, "n")+`}}},
		{"DeleteRequest":{"Key":{`+someKey(t)+`}}}]}}`)
}

func someKey(t *rapid.T) string {
	return fmt.Sprintf(`"pk":{"S":"%s"},"sk":{"S":"%d"}`, rapid.SampledFrom([]string{"a", "ab", "b"}).Draw(t, "pk"), rapid.IntRange(1, 3).Draw(t, "sk"))
}

func someValue(t *rapid.T, name string) string {
	switch name {
	case "n":
		return fmt.Sprintf(`{"N":"%d"}`, rapid.IntRange(-2, 2).Draw(t, "n"))
	case "b":
		return rapid.SampledFrom([]string{`{"B":"AA=="}`, `{"B":"AAA="}`, `{"B":"/w=="}`}).Draw(t, "b")
	}
	return `{"S":"` + rapid.SampledFrom([]string{"p", "pq", "q", "\\u0000"}).Draw(t, "s") + `"}`
}

func someItem(t *rapid.T) string {
	it := someKey(t)
	for _, name := range []string{"a", "n", "b", "x", "y"} {
		if rapid.Bool().Draw(t, "has") {
			it += `,"` + name + `":` + someValue(t, name)
		}
	}
	return "{" + it + "}"
}

// check compares each index, its order and its counts with the table.
func (m *indexMachine) check(t *rapid.T) {
	all := m.do(t, "Scan", `{"TableName":"Docs"}`).(*pageOutput).Items
	d := m.do(t, "DescribeTable", `{"TableName":"Docs"}`).(*describeTableOutput).Table
	described := map[string][2]int64{}
	for _, x := range d.LocalSecondaryIndexes {
		described[*x.IndexName] = [2]int64{*x.ItemCount, *x.IndexSizeBytes}
	}
	for _, x := range d.GlobalSecondaryIndexes {
		described[*x.IndexName] = [2]int64{*x.ItemCount, *x.IndexSizeBytes}
	}
	for _, ix := range m.table.indexes {
		want, size := projections(ix, all)
		if got := m.pages(t, ix, "Scan", ""); !slices.Equal(got, want) {
			t.Fatalf("index %s holds\n%q, want\n%q", ix.Name, got, want)
		}
		if got := described[ix.Name]; got != [2]int64{int64(len(want)), size} {
			t.Fatalf("index %s is described with %v items and bytes, want %d and %d", ix.Name, got, len(want), size)
		}
	}
	m.query(t, all)
}

// projections returns what the index should hold, sorted, and its size.
func projections(ix *index, all []item) (out []string, size int64) {
	for _, it := range all {
		complete := true
		for _, k := range slices.Concat(ix.Hash, ix.Range) {
			_, ok := it.Get(k.Name)
			complete = complete && ok
		}
		if !complete {
			continue
		}
		entry := it.Item
		switch ix.Projection {
		case projectKeys:
			entry = it.Pick("pk", "sk", ix.Hash[0].Name)
		case projectInclude:
			entry = it.Pick("pk", "sk", "n", "b", "y")
			if ix.Local {
				entry = it.Pick("pk", "sk", "a", "x")
			}
		}
		size += int64(entry.Size())
		out = append(out, string(entry.AppendJSON(nil)))
	}
	slices.Sort(out)
	return out, size
}

// pages reads all of an index two entries at a time, and returns them sorted.
func (m *indexMachine) pages(t *rapid.T, ix *index, op, more string) (out []string) {
	start := ""
	for range 100 {
		page := m.do(t, op, fmt.Sprintf(`{"TableName":"Docs","IndexName":"%s","Limit":2%s%s}`, ix.Name, more, start)).(*pageOutput)
		for _, it := range page.Items {
			out = append(out, string(it.AppendJSON(nil)))
		}
		if page.LastEvaluatedKey == nil {
			slices.Sort(out)
			return out
		}
		start = `,"ExclusiveStartKey":` + string(page.LastEvaluatedKey.AppendJSON(nil))
	}
	t.Fatalf("%s of index %s doesn't end", op, ix.Name)
	return nil
}

// query asks indexes for a partition: it finds what a filter of the table does,
// and what a local index doesn't hold it fetches.
func (m *indexMachine) query(t *rapid.T, all []item) {
	a := someValue(t, "a")
	want := []string{}
	for _, it := range all {
		if v, ok := it.Get("a"); ok && string(v.AppendJSON(nil)) == a {
			want = append(want, string(it.Pick("a", "pk", "sk").AppendJSON(nil)))
		}
	}
	slices.Sort(want)
	got := m.pages(t, m.table.index("global-keys"), "Query", `,"KeyConditionExpression":"a = :a","ExpressionAttributeValues":{":a":`+a+`}`)
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Fatalf("the query finds\n%q, want\n%q", got, want)
	}
	want = want[:0]
	for _, it := range all {
		pk, _ := it.Get("pk")
		_, ok := it.Get("a")
		if y, has := it.Get("y"); ok && has && y.Type() == attr.TypeS && string(pk.Bytes()) == "ab" {
			want = append(want, string(it.AppendJSON(nil)))
		}
	}
	slices.Sort(want)
	got = m.pages(t, m.table.index("local-some"), "Query",
		`,"KeyConditionExpression":"pk = :p","FilterExpression":"attribute_exists(y)","Select":"ALL_ATTRIBUTES","ExpressionAttributeValues":{":p":{"S":"ab"}}`)
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Fatalf("the local index finds\n%q, want\n%q", got, want)
	}
}

// TestWritersDoNotReadWhatIsDerived reads an entry of an index with what a write
// opens.
func TestWritersDoNotReadWhatIsDerived(t *testing.T) {
	db := memory(t)
	docs := add(t, db, indexed())
	for _, ix := range docs.indexes {
		err := db.Update(t.Context(), func(tx *storage.Tx) error {
			return tx.Only(docs.alongside()).Scan(storage.Range{Lo: ix.entries, Hi: storage.PrefixEnd(ix.entries)}).Close()
		})
		if !errors.Is(err, storage.ErrNotAllowed) {
			t.Errorf("reading %s: %v", ix.Name, err)
		}
	}
}
