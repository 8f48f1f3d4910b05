// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"slices"
	"strings"
)

// An index finds the statements of one effect that may apply to a request, by
// action and by the literal text that a resource must begin with.
type index struct {
	exact   map[string]*bucket // by action, in lower case
	service map[string]*bucket // by the action's prefix with its colon, in lower case
	rest    *bucket            // NotAction, "*" and what is malformed
	empty   bool
}

// A bucket holds statements by resource prefix. Nodes are sorted by prefix,
// and each knows the longest other one that is a prefix of its own. So all
// nodes whose prefix a string begins with are found by one binary search and
// walking up from there.
type bucket struct{ nodes []node }

type node struct {
	prefix     string
	parent     int // index of the node, or -1
	statements []int
}

// newIndex indexes the statements of one effect.
func newIndex(statements []statement, deny bool) index {
	x := index{exact: map[string]*bucket{}, service: map[string]*bucket{}, rest: &bucket{}, empty: true}
	for i := range statements {
		if s := &statements[i]; s.deny == deny {
			x.add(i, s)
		}
	}
	for _, b := range x.exact {
		b.finish()
	}
	for _, b := range x.service {
		b.finish()
	}
	x.rest.finish()
	return x
}

func (x *index) add(i int, s *statement) {
	x.empty = false
	prefixes := s.prefixes()
	if s.notAction {
		x.rest.add(i, prefixes)
		return
	}
	for a := range s.actions {
		switch entry := &s.actions[a]; entry.kind {
		case oneAction:
			bucketOf(x.exact, entry.text).add(i, prefixes)
		case someActions:
			bucketOf(x.service, entry.service).add(i, prefixes)
		case allActions, malformedActions:
			x.rest.add(i, prefixes)
		}
	}
}

func bucketOf(m map[string]*bucket, key string) *bucket {
	if m[key] == nil {
		m[key] = &bucket{}
	}
	return m[key]
}

// maxNodes bounds the nodes that one statement adds, so that a long list of
// actions and a long list of resources do not multiply.
const maxNodes = 1024

// prefixes returns what the sixth part of a resource must begin with one of
// for the statement to apply. None is a prefix of another, so that no request
// meets the statement twice in a bucket.
func (s *statement) prefixes() []string {
	if s.notResource || len(s.resources) == 0 {
		return []string{""}
	}
	all := make([]string, len(s.resources))
	for i := range s.resources {
		all[i] = s.resources[i].prefix(s.deny)
	}
	slices.Sort(all)
	shortest := all[:1]
	for _, p := range all[1:] {
		if !strings.HasPrefix(p, shortest[len(shortest)-1]) {
			shortest = append(shortest, p)
		}
	}
	if len(shortest)*len(s.actions) > maxNodes {
		return []string{""}
	}
	return shortest
}

func (b *bucket) add(i int, prefixes []string) {
	for _, p := range prefixes {
		b.nodes = append(b.nodes, node{prefix: p, statements: []int{i}})
	}
}

// finish sorts the nodes, merges those of the same prefix and links them.
func (b *bucket) finish() {
	slices.SortStableFunc(b.nodes, func(x, y node) int { return strings.Compare(x.prefix, y.prefix) })
	merged := b.nodes[:0]
	for _, n := range b.nodes {
		if k := len(merged) - 1; k >= 0 && merged[k].prefix == n.prefix {
			merged[k].statements = append(merged[k].statements, n.statements...)
			continue
		}
		merged = append(merged, n)
	}
	for i := range merged {
		merged[i].statements = slices.Compact(merged[i].statements)
		merged[i].parent = up(merged, i-1, merged[i].prefix)
	}
	b.nodes = merged
}

// up returns the node at or above i whose prefix s begins with, or -1.
func up(nodes []node, i int, s string) int {
	for i >= 0 && !strings.HasPrefix(s, nodes[i].prefix) {
		i = nodes[i].parent
	}
	return i
}

// find returns the node of the longest prefix that s begins with, or -1.
func (b *bucket) find(s string) int {
	lo, hi := 0, len(b.nodes)
	for lo < hi {
		mid := int(uint(lo+hi) >> 1)
		if b.nodes[mid].prefix <= s {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return up(b.nodes, lo-1, s)
}
