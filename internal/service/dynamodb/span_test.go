// SPDX-License-Identifier: Apache-2.0

package dynamodb

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"reflect"
	"testing"
	"time"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/attr"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
	"github.com/bailiwick-dev/bailiwick/internal/storage/pebble"
	"github.com/bailiwick-dev/bailiwick/policy"
)

// The tests here look at what can't be seen from outside: which storage the
// needs of a call open, and how counts are kept.

// tester is what helpers need of a test.
type tester interface {
	Helper()
	Fatal(...any)
	Error(...any)
	Cleanup(func())
}

// memory returns an empty store.
func memory(tb tester) *storage.DB {
	tb.Helper()
	d, err := pebble.OpenMemory()
	if err != nil {
		tb.Fatal(err)
	}
	db := storage.New(d)
	tb.Cleanup(func() {
		if err := db.Close(); err != nil {
			tb.Error(err)
		}
	})
	return db
}

// newCall returns a call of an account's root user.
func newCall(tx *storage.Tx) *awsapi.Call {
	return &awsapi.Call{
		Region: "us-east-1", Time: time.Now(), Tx: tx, Pause: func(context.Context) error { return nil },
		Caller: &awsapi.Caller{Principal: policy.Principal{Type: policy.Account, Account: "111122223333"}},
	}
}

// decode returns the checked input of an operation.
func decode(tb tester, svc *awsapi.Service, op *awsapi.Operation, body string) any {
	tb.Helper()
	r := httptest.NewRequest(http.MethodPost, "/", nil)
	r.Header.Set("X-Amz-Target", svc.Target+"."+op.Name)
	r.Header.Set("Content-Type", "application/x-amz-json-1.0")
	msg, err := svc.Protocol.Open(r, []byte(body))
	if err != nil {
		tb.Fatal(err)
	}
	in := op.NewIn()
	if err := msg.Decode(in); err != nil {
		tb.Fatal(err)
	}
	if v, ok := in.(awsapi.Validator); ok {
		if err := v.Validate(); err != nil {
			tb.Fatal(err)
		}
	}
	return in
}

func operation(svc *awsapi.Service, name string) *awsapi.Operation {
	for i := range svc.Operations {
		if svc.Operations[i].Name == name {
			return &svc.Operations[i]
		}
	}
	panic(name)
}

// made puts a table with the keys pk and sk into the store and returns it.
func made(tb testing.TB, db *storage.DB, name string) *table {
	tb.Helper()
	r := tableRecord{Name: name, ID: newTableID(), Keys: []keyRecord{{"pk", "S"}, {"sk", "S"}}, BillingMode: payPerRequest}
	return add(tb, db, r)
}

// TestNeedsOpenNoMoreThanTheyName holds, for each operation on items, that its
// spans hold the keys it names and no others.
func TestNeedsOpenNoMoreThanTheyName(t *testing.T) {
	db := memory(t)
	docs := made(t, db, "Docs")
	made(t, db, "More")
	svc := New()
	probe := map[string][]byte{}
	for _, pk := range []string{"mine", "theirs", "mine\x00", "min"} {
		for _, sk := range []string{"1", "1\x00", "2", "3"} {
			var b attr.Builder
			b.Name("pk")
			b.Str(pk)
			b.Name("sk")
			b.Str(sk)
			it, err := b.Item()
			if err != nil {
				t.Fatal(err)
			}
			probe[fmt.Sprintf("%s/%s", pk, sk)] = docs.key(it)
		}
	}
	all := len(probe)
	partition := []string{"mine/1", "mine/1\x00", "mine/2", "mine/3"}
	const key = `"Key":{"pk":{"S":"mine"},"sk":{"S":"1"}}`
	const theKey, values = `{"pk":{"S":"mine"},"sk":{"S":"1"}}`, `"ExpressionAttributeValues":{":p":{"S":"mine"},":s":{"S":"1"}}`
	for _, tc := range []struct {
		name, input string
		write       bool
		want        []string
	}{
		{"GetItem", `{"TableName":"Docs",` + key + `}`, false, []string{"mine/1"}},
		{"PutItem", `{"TableName":"Docs","Item":` + theKey + `}`, true, []string{"mine/1"}},
		{"UpdateItem", `{"TableName":"Docs",` + key + `}`, true, []string{"mine/1"}},
		{"DeleteItem", `{"TableName":"Docs",` + key + `}`, true, []string{"mine/1"}},
		{"BatchGetItem", `{"RequestItems":{"Docs":{"Keys":[` + theKey + `,{"pk":{"S":"mine"},"sk":{"S":"3"}}]}}}`, false, []string{"mine/1", "mine/3"}},
		{"BatchWriteItem", `{"RequestItems":{"Docs":[{"PutRequest":{"Item":` + theKey + `}},{"DeleteRequest":{"Key":{"pk":{"S":"mine"},"sk":{"S":"3"}}}}]}}`, true, []string{"mine/1", "mine/3"}},
		{"Query", `{"TableName":"Docs","KeyConditionExpression":"pk = :p","ExpressionAttributeValues":{":p":{"S":"mine"}}}`, false, partition},
		{"Query", `{"TableName":"Docs","KeyConditionExpression":"pk = :p AND begins_with(sk, :s)",` + values + `}`, false, partition[:2]},
		{"Query", `{"TableName":"Docs","KeyConditionExpression":"pk = :p AND sk > :s",` + values + `}`, false, partition[1:]},
		{"Query", `{"TableName":"Docs","KeyConditionExpression":"pk = :p AND sk = :s",` + values + `}`, false, partition[:1]},
		{"Query", `{"TableName":"Docs","KeyConditionExpression":"sk = :s","ExpressionAttributeValues":{":s":{"S":"1"}}}`, false, nil},
		{"Query", `{"TableName":"Docs","IndexName":"idx","KeyConditionExpression":"pk = :p","ExpressionAttributeValues":{":p":{"S":"mine"}}}`, false, nil},
		{"GetItem", `{"TableName":"Docs","Key":{"pk":{"S":"mine"}}}`, false, nil},
		{"GetItem", `{"TableName":"Docs","Key":{"pk":{"S":"mine"},"sk":{"N":"1"}}}`, false, nil},
		{"GetItem", `{"TableName":"More",` + key + `}`, false, nil},
		{"GetItem", `{"TableName":"None",` + key + `}`, false, nil},
		{"DescribeTable", `{"TableName":"Docs"}`, false, nil},
		{"ListTables", `{}`, false, nil},
	} {
		op := operation(svc, tc.name)
		in := decode(t, svc, op, tc.input)
		err := db.View(t.Context(), func(tx *storage.Tx) error {
			needs, err := op.Needs(t.Context(), newCall(tx.Metadata()), in)
			if err != nil {
				return err
			}
			got := map[string]bool{}
			for _, n := range needs {
				if n.Owner != "111122223333" {
					t.Errorf("%s belongs to %q", tc.name, n.Owner)
				}
				for _, s := range n.Spans {
					for name, key := range probe {
						if bytes.Compare(key, s.Lo) >= 0 && bytes.Compare(key, s.Hi) < 0 {
							got[name] = true
							if s.Write != tc.write {
								t.Errorf("%s %s: the span of %q has Write %v", tc.name, tc.input, name, s.Write)
							}
						}
					}
				}
			}
			for _, name := range tc.want {
				if !got[name] {
					t.Errorf("%s %s does not open %q", tc.name, tc.input, name)
				}
			}
			if len(got) != len(tc.want) {
				t.Errorf("%s %s opens %v of %d", tc.name, tc.input, got, all)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// oneOf counts items of the table, and half as many in its fourth index.
func oneOf(items, bytes int64) *counts {
	return &counts{table: count{2 * items, bytes}, indexes: []indexCount{{3, count{items, -bytes}}}}
}

func TestFoldingKeepsTheSum(t *testing.T) {
	db := memory(t)
	docs := add(t, db, indexed())
	start := time.Unix(1_700_000_000, 0)
	const writes = 1000
	for i := range writes {
		err := db.Update(t.Context(), func(tx *storage.Tx) error {
			return tx.Put(docs.countKey(start.Add(time.Duration(i)*time.Second), true), oneOf(1, int64(i)).encode())
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	want := oneOf(writes, writes*(writes-1)/2)
	records := func() (n int) {
		err := db.View(t.Context(), func(tx *storage.Tx) error {
			n = 0
			got, err := docs.total(tx)
			if err != nil {
				return err
			}
			if !reflect.DeepEqual(got, want) {
				t.Errorf("the counts add up to %v, want %v", got, want)
			}
			c := tx.Scan(storage.Range{Lo: docs.counts, Hi: storage.PrefixEnd(docs.counts)})
			for c.Next() {
				n++
			}
			return c.Close()
		})
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	fold := func(before time.Time) {
		err := db.Update(t.Context(), func(tx *storage.Tx) error { return docs.fold(tx, before) })
		if err != nil {
			t.Fatal(err)
		}
	}
	if n := records(); n != writes {
		t.Fatalf("%d counts after %d writes", n, writes)
	}
	fold(start.Add(100 * time.Second))
	if n := records(); n != writes-99 {
		t.Errorf("%d counts after the first 100 were folded", n)
	}
	for range 10 {
		fold(start.Add(writes * time.Second))
	}
	if n := records(); n != 1 {
		t.Errorf("%d counts after all were folded", n)
	}
}

func FuzzDecodeCounts(f *testing.F) {
	f.Add(oneOf(1, 2).encode())
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, b []byte) {
		c, err := decodeCounts(b)
		if err != nil {
			return
		}
		if again, err := decodeCounts(c.encode()); err != nil || !reflect.DeepEqual(again, c) {
			t.Errorf("%v decodes as %v, %v", c, again, err)
		}
	})
}

func FuzzTableRef(f *testing.F) {
	f.Add("Docs")
	f.Add("arn:aws:dynamodb:us-east-1:111122223333:table/Docs")
	f.Add("arn:aws:dynamodb:us-east-1:111122223333:table/Docs/index/x")
	f.Fuzz(func(t *testing.T, s string) {
		ref, ok := parseTableRef(s)
		if !ok {
			return
		}
		if !validName(ref.name) || ref.given != s {
			t.Errorf("%q names %+v", s, ref)
		}
		if ref.account != "" && ref.arn().String() != s {
			t.Errorf("%q names %s", s, ref.arn())
		}
	})
}
