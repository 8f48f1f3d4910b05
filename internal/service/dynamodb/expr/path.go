// SPDX-License-Identifier: Apache-2.0

package expr

import (
	"slices"
	"strconv"
	"strings"

	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/attr"
)

// An Elem is a step of a document path: the member of a map, or, if Name is
// empty, the element of a list.
type Elem struct {
	Name  string
	Index int
}

// A Path leads to an attribute, or into it. The first element is the
// attribute's name.
type Path []Elem

// Attribute returns the name of the attribute that the path leads to or into.
func (p Path) Attribute() string { return p[0].Name }

// Equal reports whether both paths are the same.
func (p Path) Equal(q Path) bool { return slices.Equal(p, q) }

// String writes the path as AWS does in errors: [a, [0], b].
func (p Path) String() string {
	texts := make([]string, len(p))
	for i, e := range p {
		texts[i] = e.Name
		if e.Name == "" {
			texts[i] = "[" + strconv.Itoa(e.Index) + "]"
		}
	}
	return "[" + strings.Join(texts, ", ") + "]"
}

// Get returns the value that the path leads to.
func (p Path) Get(item attr.Item) (attr.Value, bool) {
	v, ok := item.Get(p[0].Name)
	for _, e := range p[1:] {
		if !ok {
			break
		}
		v, ok = e.of(v)
	}
	return v, ok
}

func (e Elem) of(v attr.Value) (attr.Value, bool) {
	if e.Name == "" {
		return v.Index(e.Index)
	}
	return v.Member(e.Name)
}

// Paths are the document paths that an expression mentions.
type Paths []Path

// Attributes returns the names of the attributes that the paths lead to or
// into, sorted, each once.
func (ps Paths) Attributes() []string {
	names := make([]string, len(ps))
	for i, p := range ps {
		names[i] = p.Attribute()
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// CheckKeys returns the ValidationError of a path that goes into an attribute
// of the table's key, which is a scalar and has no inside.
func (ps Paths) CheckKeys(table attr.Schema) error { return ps.checkScalars(table, "Key") }

// CheckIndexKeys is CheckKeys for the key of an index.
func (ps Paths) CheckIndexKeys(index attr.Schema) error { return ps.checkScalars(index, "IndexKey") }

func (ps Paths) checkScalars(s attr.Schema, what string) error {
	for _, p := range ps {
		if _, ok := s.Find(p.Attribute()); ok && len(p) > 1 {
			return invalid("Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: " +
				what + ": " + p.Attribute())
		}
	}
	return nil
}
