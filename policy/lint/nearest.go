// SPDX-License-Identifier: Apache-2.0

package lint

import "strings"

// nearest returns the name that takes the fewest edits to become s, or "" if
// none is near. Of names that end in a slash or a colon, what follows it in s is
// kept.
func nearest(s string, names []string) string {
	best, fewest := "", 1+max(2, len(s)/6)
	for _, name := range names {
		candidate := name
		if last := name[len(name)-1]; last == '/' || last == ':' {
			if i := strings.LastIndexByte(s, last); i >= 0 {
				candidate = name + s[i+1:]
			}
		}
		if n := distance(strings.ToLower(s), strings.ToLower(candidate)); n < fewest {
			best, fewest = candidate, n
		}
	}
	return best
}

// distance returns how many bytes must be inserted, deleted, replaced or
// swapped with their neighbour to make b of a.
func distance(a, b string) int {
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
