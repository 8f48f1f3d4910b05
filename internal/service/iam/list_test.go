// SPDX-License-Identifier: Apache-2.0

package iam

import (
	"iter"
	"strconv"
	"strings"
	"testing"
)

// numbers yields the numbers up to n, as names of which each comes after those
// before.
func numbers(n int) func(after string) iter.Seq2[string, error] {
	return func(after string) iter.Seq2[string, error] {
		return func(yield func(string, error) bool) {
			from := 0
			if after != "" {
				i, err := strconv.Atoi(after)
				if err != nil {
					yield("", err)
					return
				}
				from = i + 1
			}
			for i := from; i < n; i++ {
				if !yield(strconv.Itoa(i), nil) {
					return
				}
			}
		}
	}
}

// A filter that keeps little must not make one call go through everything.
func TestACallLooksAtABoundedNumberOfItems(t *testing.T) {
	const n = 2*maxScanned + 5
	self := func(s *string) string { return *s }
	last := func(s *string) bool { return *s == strconv.Itoa(n-1) }
	p := pager{scope: "x "}
	var sizes []int
	for {
		found, next, err := page(p, numbers(n), self, last)
		if err != nil {
			t.Fatal(err)
		}
		sizes = append(sizes, len(found))
		if next == nil {
			break
		}
		p.marker = next
	}
	if len(sizes) != 3 || sizes[0] != 0 || sizes[1] != 0 || sizes[2] != 1 {
		t.Errorf("the pages hold %v", sizes)
	}
}

func FuzzMarker(f *testing.F) {
	p := pager{scope: "123456789012 ListUsers "}
	f.Add(*p.next("ann"))
	f.Add(*p.next(strings.Repeat("x", 128)))
	f.Add(*pager{scope: "210987654321 ListUsers "}.next("ann"))
	f.Add("YW5u")
	f.Add("")
	f.Fuzz(func(t *testing.T, marker string) {
		p.marker = &marker
		name, err := p.after()
		if err == nil && *p.next(name) != marker {
			t.Errorf("%q means %q, whose marker is another", marker, name)
		}
	})
}
