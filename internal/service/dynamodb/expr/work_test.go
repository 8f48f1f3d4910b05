// SPDX-License-Identifier: Apache-2.0

package expr_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/attr"
	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/expr"
)

// TestWorkCountsEveryLookAtTheItem: reads count an item each, and what makes a
// value of others counts what it may copy.
func TestWorkCountsEveryLookAtTheItem(t *testing.T) {
	const item = 1_000_000
	for in, reads := range map[string]int{
		"SET a = :s REMOVE b, c.d":                  0,
		"SET a = b":                                 1,
		"SET a = b.c, d = e[1]":                     2,
		"SET a = b + :n":                            2,
		"SET a = if_not_exists(b, :s)":              2,
		"SET a = list_append(b, list_append(c, d))": 5,
		"ADD a :n, b :ss":                           4,
		"DELETE a :ss":                              2,
	} {
		u, err := placeholders(t).Update(in)
		if err != nil {
			t.Fatal(err)
		}
		if got := u.Work(item) / item; got != reads {
			t.Errorf("%s looks at an item %d times, want %d", in, got, reads)
		}
	}
	for in, reads := range map[string]int{"a = :s": 1, "a IN (b, c, :s) AND size(d) > :n": 4, ":n BETWEEN a AND b": 2} {
		c, err := placeholders(t).Condition(in)
		if err != nil {
			t.Fatal(err)
		}
		if got := c.Work(item) / item; got != reads {
			t.Errorf("%s looks at an item %d times, want %d", in, got, reads)
		}
	}
	big, err := expr.NewPlaceholders(nil, input(t, `{":big":{"S":"`+strings.Repeat("x", 1000)+`"}}`))
	if err != nil {
		t.Fatal(err)
	}
	c, err := big.Condition("a = :big OR b = :big")
	if err != nil {
		t.Fatal(err)
	}
	if got := c.Work(0); got < 2000 || got > 2100 {
		t.Errorf("two comparisons with 1000 bytes are counted as %d", got)
	}
	u, err := big.Update("SET a = :big, b = :big")
	if err != nil {
		t.Fatal(err)
	}
	if got := u.Work(0); got < 2000 || got > 2100 {
		t.Errorf("two literals of 1000 bytes are counted as %d", got)
	}
}

// TestLiteralsAreNotLookedIntoForever: what holds of literals alone is found once
// per request, but may be asked for many times in one text.
func TestLiteralsAreNotLookedIntoForever(t *testing.T) {
	values := `{":big":{"S":"` + strings.Repeat("x", 1<<20) + `"},":s":{"S":"y"}}`
	for one, most := range map[string]int{"contains(:big, :s)": 64, "size(:big) > :s": 64, ":s < :big": 64} {
		for _, n := range []int{most, most + 1} {
			p, err := expr.NewPlaceholders(nil, input(t, values))
			if err != nil {
				t.Fatal(err)
			}
			want := ""
			if n > most {
				want = "Invalid FilterExpression: The expression looks into too many literals;"
			}
			if _, err := p.Filter(one + strings.Repeat(" OR "+one, n-1)); text(err) != want {
				t.Errorf("%d times %s: %v, want %q", n, one, err, want)
			}
		}
	}
	var many []string
	for i := range 4097 {
		many = append(many, fmt.Sprintf(`":v%d":{"NULL":true}`, i))
	}
	for n, want := range map[int]string{4096: "", 4097: "ExpressionAttributeValues exceeds the maximum allowed size"} {
		p, err := expr.NewPlaceholders(nil, input(t, "{"+strings.Join(many[:n], ",")+"}"))
		if text(err) != want {
			t.Errorf("%d values: %v, want %q", n, err, want)
		}
		if err == nil {
			if _, err := p.Condition("a = :v4000 AND b <> :v17"); err != nil {
				t.Error(err)
			}
		}
	}
}

// TestProjectionsOfManyNames: names that are there are found among many more
// that are not, wherever they stand.
func TestProjectionsOfManyNames(t *testing.T) {
	var paths []expr.Path
	for i := range 5000 {
		paths = append(paths, at(fmt.Sprintf("a%05d", i*2)))
	}
	p, err := expr.NewProjection(paths...)
	if err != nil {
		t.Fatal(err)
	}
	var stored, want []string
	for _, i := range []int{0, 1, 2, 3, 4, 100, 101, 4998, 5001, 9998, 9999, 20000} {
		member := fmt.Sprintf(`"a%05d":{"N":"%d"}`, i, i)
		stored = append(stored, member)
		if i%2 == 0 && i < 10000 {
			want = append(want, member)
		}
	}
	got := p.Project(item(t, "{"+strings.Join(stored, ",")+"}"))
	if !got.Equal(item(t, "{"+strings.Join(want, ",")+"}")) {
		t.Errorf("it shows %s", got.AppendJSON(nil))
	}
}

// BenchmarkApplyReads looks members up at the end of the widest item, which is
// what a byte of Update.Work costs at most.
func BenchmarkApplyReads(b *testing.B) {
	it := widest(b)
	sets := make([]string, 100)
	for i := range sets {
		sets[i] = fmt.Sprintf("b%d = a044999", i)
	}
	u, err := placeholders(b).Update("SET " + strings.Join(sets, ", "))
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(u.Work(it.Size())))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := u.Apply(it); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkApplyReadsFloorLookup is the lookup and nothing else.
func BenchmarkApplyReadsFloorLookup(b *testing.B) {
	it := widest(b)
	b.SetBytes(int64(it.Size()))
	for b.Loop() {
		if _, ok := it.Get("a044999"); !ok {
			b.Fatal("it is not there")
		}
	}
}

// widest returns an item with as many attributes as one of its size can have.
func widest(tb testing.TB) attr.Item {
	tb.Helper()
	var b attr.Builder
	for i := range 45_000 {
		b.Name(fmt.Sprintf("a%06d", i))
		b.Null()
	}
	it, err := b.Item()
	if err != nil {
		tb.Fatal(err)
	}
	return it
}
