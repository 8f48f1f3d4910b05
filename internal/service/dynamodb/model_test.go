// SPDX-License-Identifier: Apache-2.0

package dynamodb

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/attr"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
)

// A model is what a table with the keys pk and sk should hold: numbers, by the
// two key values.
type model map[string]map[string]int

// A machine does the same to a table and to its model.
type machine struct {
	db   *storage.DB
	svc  *awsapi.Service
	want model
}

func (m *machine) do(t *rapid.T, name, input string) any {
	op := operation(m.svc, name)
	in := decode(t, m.svc, op, input)
	run := m.db.View
	if op.Access != awsapi.Read {
		run = m.db.Update
	}
	var out any
	err := run(context.Background(), func(tx *storage.Tx) error {
		c := newCall(tx.Metadata())
		needs, err := op.Needs(context.Background(), c, in)
		if err != nil {
			return err
		}
		c.Tx = tx.Only(needs[0].Spans)
		out, err = op.Handle(context.Background(), c, in)
		return err
	})
	if err != nil {
		t.Fatalf("%s %s: %v", name, input, err)
	}
	return out
}

// Few values, so that operations meet; some are prefixes of others.
var (
	partitions = []string{"a", "ab", "b", "\\u0000"}
	sorts      = []string{"", "x", "x\\u0000", "xy", "y", "\\u0001"}
)

func TestTheTableIsWhatItsModelIs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := &machine{db: memory(t), svc: New(), want: model{}}
		m.do(t, "CreateTable", `{"TableName":"Docs","BillingMode":"PAY_PER_REQUEST",
			"AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"},{"AttributeName":"sk","AttributeType":"S"}],
			"KeySchema":[{"AttributeName":"pk","KeyType":"HASH"},{"AttributeName":"sk","KeyType":"RANGE"}]}`)
		t.Repeat(map[string]func(*rapid.T){
			"put":    m.put,
			"add":    m.add,
			"delete": m.delete,
			"query":  m.query,
			"":       m.check,
		})
	})
}

func key(t *rapid.T) (pk, sk, text string) {
	pk, sk = rapid.SampledFrom(partitions).Draw(t, "pk"), "k"+rapid.SampledFrom(sorts).Draw(t, "sk")
	return pk, sk, `"pk":{"S":"` + pk + `"},"sk":{"S":"` + sk + `"}`
}

func (m *machine) set(pk, sk string, v int) {
	if m.want[pk] == nil {
		m.want[pk] = map[string]int{}
	}
	m.want[pk][sk] = v
}

func (m *machine) put(t *rapid.T) {
	pk, sk, text := key(t)
	v := rapid.IntRange(-1000, 1000).Draw(t, "v")
	m.do(t, "PutItem", fmt.Sprintf(`{"TableName":"Docs","Item":{%s,"v":{"N":"%d"}}}`, text, v))
	m.set(pk, sk, v)
}

func (m *machine) add(t *rapid.T) {
	pk, sk, text := key(t)
	m.do(t, "UpdateItem", fmt.Sprintf(`{"TableName":"Docs","Key":{%s},"UpdateExpression":"ADD v :v","ExpressionAttributeValues":{":v":{"N":"7"}}}`, text))
	m.set(pk, sk, m.want[pk][sk]+7)
}

func (m *machine) delete(t *rapid.T) {
	pk, sk, text := key(t)
	m.do(t, "DeleteItem", fmt.Sprintf(`{"TableName":"Docs","Key":{%s}}`, text))
	delete(m.want[pk], sk)
}

// query pages through a part of a partition.
func (m *machine) query(t *rapid.T) {
	pk, bound, _ := key(t)
	limit, forward := rapid.IntRange(1, 7).Draw(t, "limit"), rapid.Bool().Draw(t, "forward")
	condition := rapid.SampledFrom([]string{"", " AND sk < :s", " AND sk <= :s", " AND sk > :s", " AND sk >= :s", " AND begins_with(sk, :s)"}).Draw(t, "condition")
	values := `":p":{"S":"` + pk + `"}`
	if condition != "" {
		values += `,":s":{"S":"` + bound + `"}`
	}
	var got []string
	start := ""
	for {
		out := m.do(t, "Query", fmt.Sprintf(`{"TableName":"Docs","KeyConditionExpression":"pk = :p%s","ExpressionAttributeValues":{%s},"Limit":%d,"ScanIndexForward":%v%s}`,
			condition, values, limit, forward, start)).(*pageOutput)
		got = append(got, show(out.Items)...)
		if len(got) > len(m.want[pk]) {
			t.Fatalf("query of %q%s with %q finds %q", pk, condition, bound, got)
		}
		if out.LastEvaluatedKey == nil {
			break
		}
		start = `,"ExclusiveStartKey":` + string(out.LastEvaluatedKey.AppendJSON(nil))
	}
	want := m.selected(pk, condition, bound)
	if !forward {
		slices.Reverse(want)
	}
	if !slices.Equal(got, want) {
		t.Fatalf("query of %q%s with %q: %q, want %q", pk, condition, bound, got, want)
	}
}

// selected returns what a query of the partition should find, in order.
func (m *machine) selected(pk, condition, bound string) (out []string) {
	b := plain(bound)
	for _, sk := range slices.SortedFunc(maps.Keys(m.want[pk]), func(x, y string) int { return strings.Compare(plain(x), plain(y)) }) {
		s := plain(sk)
		ok := true
		switch condition {
		case " AND sk < :s":
			ok = s < b
		case " AND sk <= :s":
			ok = s <= b
		case " AND sk > :s":
			ok = s > b
		case " AND sk >= :s":
			ok = s >= b
		case " AND begins_with(sk, :s)":
			ok = len(s) >= len(b) && s[:len(b)] == b
		}
		if ok {
			out = append(out, fmt.Sprintf("%q=%d", s, m.want[pk][sk]))
		}
	}
	return out
}

// check scans the table and compares it and its counts with the model.
func (m *machine) check(t *rapid.T) {
	var want []string
	size := 0
	for pk := range m.want {
		want = append(want, m.selected(pk, "", "")...)
		for sk, v := range m.want[pk] {
			size += len("pk") + len(plain(pk)) + len("sk") + len(plain(sk)) + len("v") + attr.IntNumber(int64(v)).Size()
		}
	}
	out := m.do(t, "Scan", `{"TableName":"Docs"}`).(*pageOutput)
	got := show(out.Items)
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Fatalf("the table is %q, want %q", got, want)
	}
	d := m.do(t, "DescribeTable", `{"TableName":"Docs"}`).(*describeTableOutput).Table
	if int(*d.ItemCount) != len(want) || int(*d.TableSizeBytes) != size {
		t.Fatalf("%d items of %d bytes are counted, want %d of %d", *d.ItemCount, *d.TableSizeBytes, len(want), size)
	}
}

// plain returns what a string of JSON stands for.
func plain(s string) string {
	s, err := strconv.Unquote(`"` + s + `"`)
	if err != nil {
		panic(err)
	}
	return s
}

func show(items []item) (out []string) {
	for _, it := range items {
		sk, _ := it.Get("sk")
		v, _ := it.Get("v")
		out = append(out, fmt.Sprintf("%q=%s", sk.Bytes(), v.Number()))
	}
	return out
}
