// SPDX-License-Identifier: Apache-2.0

package expr

import "github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/attr"

// A Projection is a compiled ProjectionExpression.
type Projection struct {
	set   *trie
	paths Paths
}

// Projection compiles a ProjectionExpression.
func (p *Placeholders) Projection(text string) (*Projection, error) {
	nodes, err := parseProjection(text)
	if err != nil {
		return nil, err
	}
	for _, n := range nodes {
		if err := projectionKind.checkReserved(n); err != nil {
			return nil, err
		}
	}
	r := &resolver{kind: projectionKind, p: p}
	for _, n := range nodes {
		if _, err := r.path(n); err != nil {
			return nil, err
		}
	}
	return newProjection(r.paths)
}

func newProjection(paths Paths) (*Projection, error) {
	set, err := newTrie(projectionKind, paths)
	if err != nil {
		return nil, err
	}
	return &Projection{set: set, paths: paths}, nil
}

func parseProjection(text string) ([]*node, error) {
	p, err := newParser(projectionKind, text)
	if err != nil {
		return nil, err
	}
	nodes := []*node{p.parsePath()}
	for p.accept(',') {
		nodes = append(nodes, p.parsePath())
	}
	p.expect(tokenEOF)
	return nodes, p.err
}

// Paths returns the document paths in the expression; they must not be changed.
func (p *Projection) Paths() Paths { return p.paths }

// Project returns the parts of the item that the paths lead to. Paths that lead
// nowhere are left out; elements of lists move together, in their order.
func (p *Projection) Project(item attr.Item) attr.Item { return p.set.project(item) }

func (t *trie) project(item attr.Item) attr.Item {
	var b attr.Builder
	for m, v := range t.foundMembers(item.All()) {
		if m.to.matches(v) {
			b.Name(m.elem.Name)
			m.to.write(&b, v)
		}
	}
	out, _ := b.Item() // part of an item is an item
	return out
}

// write writes the parts of v, which matches.
func (t *trie) write(b *attr.Builder, v attr.Value) {
	if t.isLeaf {
		b.Value(v)
		return
	}
	b.Begin(v.Type())
	for next, inner := range t.found(v) {
		if !next.to.matches(inner) {
			continue
		}
		if next.elem.Name != "" {
			b.Name(next.elem.Name)
		}
		next.to.write(b, inner)
	}
	b.End()
}
