// SPDX-License-Identifier: Apache-2.0

package expr

import (
	"cmp"
	"iter"
	"slices"
	"sort"

	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/attr"
)

// A trie is a set of document paths, none of which is equal to another or
// begins it.
type trie struct {
	isLeaf  bool
	leaf    int // index of the path that ends here, if isLeaf
	first   int // index of the first path that went on from here, or -1
	members []branch
	indexes []branch
}

type branch struct {
	elem Elem
	to   *trie
}

// newTrie returns the set of the paths, or AWS's error for two that overlap or,
// failing that, for two that want one value to be both a map and a list.
func newTrie(k kind, paths []Path) (*trie, error) {
	t := &trie{first: -1}
	var conflict error
	for i, p := range paths {
		other, overlaps, conflicts := t.add(p, i)
		switch {
		case overlaps:
			return nil, k.errPaths("overlap", paths[other], p)
		case conflicts && conflict == nil:
			conflict = k.errPaths("conflict", paths[other], p)
		}
	}
	return t, conflict
}

// add enters path i and returns the earlier path that it overlaps or conflicts
// with.
func (t *trie) add(p Path, i int) (other int, overlaps, conflicts bool) {
	for _, e := range p {
		if t.isLeaf {
			return t.leaf, true, false
		}
		if t.first < 0 {
			t.first = i
		}
		branches, others := &t.members, t.indexes
		if e.Name == "" {
			branches, others = &t.indexes, t.members
		}
		if len(others) > 0 && !conflicts {
			other, conflicts = others[0].to.any(), true
		}
		t = child(branches, e)
	}
	if t.isLeaf || t.first >= 0 {
		return t.any(), true, false
	}
	t.isLeaf, t.leaf = true, i
	return other, false, conflicts
}

// any returns the first path that ends here or below.
func (t *trie) any() int {
	if t.isLeaf {
		return t.leaf
	}
	return t.first
}

// child returns the branch for e, making it if there is none. Branches stay
// sorted.
func child(branches *[]branch, e Elem) *trie {
	at, found := slices.BinarySearchFunc(*branches, e, compareBranch)
	if !found {
		*branches = slices.Insert(*branches, at, branch{e, &trie{first: -1}})
	}
	return (*branches)[at].to
}

func compareBranch(b branch, e Elem) int {
	return cmp.Or(cmp.Compare(b.elem.Name, e.Name), cmp.Compare(b.elem.Index, e.Index))
}

// found ranges over the branches that v has a value for, walking v once.
func (t *trie) found(v attr.Value) iter.Seq2[branch, attr.Value] {
	if len(t.indexes) > 0 {
		return t.foundElements(v)
	}
	return t.foundMembers(v.Map())
}

func (t *trie) foundMembers(members iter.Seq2[[]byte, attr.Value]) iter.Seq2[branch, attr.Value] {
	return func(yield func(branch, attr.Value) bool) {
		left := t.members
		for name, v := range members {
			left = after(left, name)
			if len(left) == 0 || (left[0].elem.Name == string(name) && !yield(left[0], v)) {
				return
			}
		}
	}
}

// after returns the branches from name on. It looks further and further ahead:
// there may be far more branches than an item has members.
func after(branches []branch, name []byte) []branch {
	step := 1
	for step < len(branches) && branches[step].elem.Name < string(name) {
		branches = branches[step:]
		step *= 2
	}
	at := sort.Search(min(step, len(branches)), func(i int) bool { return branches[i].elem.Name >= string(name) })
	return branches[at:]
}

func (t *trie) foundElements(v attr.Value) iter.Seq2[branch, attr.Value] {
	return func(yield func(branch, attr.Value) bool) {
		left, i := t.indexes, 0
		for e := range v.List() {
			if left[0].elem.Index == i {
				if !yield(left[0], e) || len(left) == 1 {
					return
				}
				left = left[1:]
			}
			i++
		}
	}
}

// matches reports whether any path of the set leads to a value in v.
func (t *trie) matches(v attr.Value) bool {
	if t.isLeaf {
		return true
	}
	for b, inner := range t.found(v) {
		if b.to.matches(inner) {
			return true
		}
	}
	return false
}
