// SPDX-License-Identifier: Apache-2.0

package attr_test

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/attr"
)

// members builds a list or a set of strings; the zero Value for an empty set.
func members(t attr.Type, all []string) attr.Value {
	if t.IsSet() && len(all) == 0 {
		return attr.Value{}
	}
	var b attr.Builder
	b.Name("v")
	b.Begin(t)
	for _, s := range all {
		b.Str(s)
	}
	b.End()
	it, err := b.Item()
	if err != nil {
		panic(err)
	}
	v, _ := it.Get("v")
	return v
}

// TestListsAndSetsCombine holds what is combined byte by byte against what is
// built of the members one by one.
func TestListsAndSetsCombine(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		strs := rapid.SliceOfN(rapid.Map(rapid.IntRange(0, 300), func(i int) string { return fmt.Sprint(i) }), 0, 200)
		a, b := strs.Draw(t, "a"), strs.Draw(t, "b")
		if got, want := members(attr.TypeL, a).Concat(members(attr.TypeL, b)), members(attr.TypeL, append(slices.Clone(a), b...)); !got.Equal(want) {
			t.Fatalf("%v and %v are joined to %s", a, b, got.AppendJSON(nil))
		}
		a, b = sorted(a), sorted(b)
		if len(a) == 0 || len(b) == 0 {
			return
		}
		x, y := members(attr.TypeSS, a), members(attr.TypeSS, b)
		if got, want := x.Union(y), members(attr.TypeSS, sorted(append(slices.Clone(a), b...))); !got.Equal(want) {
			t.Fatalf("the union of %v and %v is %s", a, b, got.AppendJSON(nil))
		}
		left := slices.DeleteFunc(slices.Clone(a), func(s string) bool { return slices.Contains(b, s) })
		if got, want := x.Without(y), members(attr.TypeSS, left); !got.Equal(want) {
			t.Fatalf("%v without %v is %s", a, b, got.AppendJSON(nil))
		}
	})
}

func sorted(all []string) []string {
	all = slices.Sorted(slices.Values(all))
	return slices.Compact(all)
}
