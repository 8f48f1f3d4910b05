// SPDX-License-Identifier: Apache-2.0

package dynamodb_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/bailiwick-dev/bailiwick/bailiwicktest"
	service "github.com/bailiwick-dev/bailiwick/internal/service/dynamodb"
	"github.com/bailiwick-dev/bailiwick/internal/service/servicetest"
)

// junk is what no caller should send, or not there.
var junk = []any{
	nil, true, false, 0, -1, 1, 1.5, 1e300, -1e300, int64(1) << 31, int64(-1) << 62,
	"", "a", "ab", "Sample", "é\x00", strings.Repeat("x", 300), strings.Repeat("x", 70_000),
	"arn:", "arn:aws:dynamodb:us-east-1:000000000000:table/", "arn:aws:dynamodb:::", ":v", "#a", "(", "a.b[0]",
	strings.Repeat("(", 300) + "a = :a" + strings.Repeat(")", 300), strings.Repeat("NOT ", 300) + "a = :a", "%", `\`, "'", "SELECT", "ALL_NEW",
	[]any{},
	[]any{nil},
	[]any{[]any{}},
	[]any{map[string]any{}},
	[]any{"a", "a"},
	map[string]any{},
	map[string]any{"": nil},
	map[string]any{"a": 1},
	map[string]any{"S": 1},
	map[string]any{"N": "1e999"},
	map[string]any{"NS": []any{}},
	map[string]any{"M": map[string]any{"": map[string]any{}}},
	map[string]any{"NULL": false},
	map[string]any{"S": "a", "N": "1"},
}

// places returns every path into the value, the empty one first.
func places(v any) (all [][]any) {
	all = [][]any{nil}
	under := func(key, child any) {
		for _, p := range places(child) {
			all = append(all, append([]any{key}, p...))
		}
	}
	switch v := v.(type) {
	case map[string]any:
		for _, k := range slices.Sorted(maps.Keys(v)) {
			under(k, v[k])
		}
	case []any:
		for i := range v {
			under(i, v[i])
		}
	}
	return all
}

// spoil returns a copy of v that has something else at the path. A member is
// left out or, in a list, multiplied, if times says so.
func spoil(v any, path []any, with any, times int) any {
	if len(path) == 0 {
		return with
	}
	switch v := v.(type) {
	case map[string]any:
		c := maps.Clone(v)
		if k := path[0].(string); len(path) == 1 && times == 0 {
			delete(c, k)
		} else {
			c[k] = spoil(v[k], path[1:], with, times)
		}
		return c
	case []any:
		c, i := slices.Clone(v), path[0].(int)
		if len(path) > 1 || times == 1 {
			c[i] = spoil(v[i], path[1:], with, times)
			return c
		}
		return slices.Concat(c[:i], slices.Repeat(c[i:i+1], times), c[i+1:])
	}
	return v
}

// TestNoInputIsAFailure sends the samples of all operations with something wrong
// in them, one thing or two, to a server that has what they are for. Some do no
// harm; none may be an internal failure, or leave the table unfit for use.
func TestNoInputIsAFailure(t *testing.T) {
	srv := bailiwicktest.New(t)
	svc := service.New()
	rnd := rand.New(rand.NewPCG(1, 2))
	wrong := func() any { return junk[rnd.IntN(len(junk))] }
	send := func(operation, body string) servicetest.Answer {
		a, err := servicetest.Call(t.Context(), srv.Config(), svc, operation, body)
		if err != nil {
			t.Fatalf("%s %.300s: %v", operation, body, err)
		}
		return a
	}
	for i := range svc.Operations {
		op := &svc.Operations[i]
		sample := strings.NewReplacer("$ACCOUNT", srv.Root.AccountID, "$TENANT", "t").Replace(op.Sample)
		var v any
		if err := json.Unmarshal([]byte(sample), &v); err != nil {
			t.Fatal(err)
		}
		for _, p := range places(v) {
			for range 6 {
				bad := spoil(v, p, wrong(), []int{0, 1, 1, 1, 2, 130}[rnd.IntN(6)])
				if rnd.IntN(3) == 0 {
					more := places(bad)
					bad = spoil(bad, more[rnd.IntN(len(more))], wrong(), 1)
				}
				body, err := json.Marshal(bad)
				if err != nil {
					t.Fatal(err)
				}
				if a := send(op.Name, string(body)); a.Status != 200 && a.Status != 400 {
					t.Errorf("%s %.600s\nanswers %d %s", op.Name, body, a.Status, a.Body)
				}
			}
		}
		if op.Name == "DeleteTable" {
			continue
		}
		if a := send(op.Name, sample); a.Status != 200 && a.Status != 400 {
			t.Errorf("%s %s\nanswers %d %s", op.Name, sample, a.Status, a.Body)
		}
		if a := send("CreateTable", strings.NewReplacer("$ACCOUNT", srv.Root.AccountID).Replace(svc.Operations[0].Sample)); a.Status != 400 && a.Status != 200 {
			t.Errorf("CreateTable answers %d %s", a.Status, a.Body)
		}
		key := fmt.Sprintf(`"pk":{"S":"after"},"sk":{"S":%q}`, op.Name)
		if a := send("PutItem", `{"TableName":"Sample","Item":{`+key+`}}`); !a.OK() {
			t.Errorf("after %s an item can't be put: %s", op.Name, a.Body)
		}
		if a := send("GetItem", `{"TableName":"Sample","Key":{`+key+`}}`); !a.OK() || !strings.Contains(a.Body, "after") {
			t.Errorf("after %s an item can't be got: %s", op.Name, a.Body)
		}
	}
}
