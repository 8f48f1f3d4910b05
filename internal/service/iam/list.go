// SPDX-License-Identifier: Apache-2.0

package iam

import (
	"encoding/base64"
	"iter"
	"slices"
	"strings"
)

// defaultItems is the size of a page whose size the caller leaves open.
const defaultItems = 100

// A pager is the paging parameters of a list operation.
type pager struct {
	marker   *string
	maxItems *int32
}

// after returns the name that the page begins after; empty for the first page.
func (p pager) after() (string, error) {
	if p.marker == nil {
		return "", nil
	}
	name, err := base64.RawURLEncoding.Strict().DecodeString(*p.marker)
	if err != nil || len(name) == 0 {
		return "", invalid("Invalid Marker.")
	}
	return string(name), nil
}

// page returns the items of a page that are kept, and the marker of the next
// page, nil if there is none. items yields what comes after a name, in the order
// of the names. Markers are names, so entities that come and go between the
// pages neither repeat others nor hide them.
func page[T any](p pager, items func(after string) iter.Seq2[T, error], name func(*T) string, keep func(*T) bool) ([]T, *string, error) {
	after, err := p.after()
	if err != nil {
		return nil, nil, err
	}
	limit := defaultItems
	if p.maxItems != nil {
		limit = int(*p.maxItems)
	}
	out := []T{}
	for v, err := range items(after) {
		if err != nil {
			return nil, nil, err
		}
		if keep != nil && !keep(&v) {
			continue
		}
		if len(out) == limit {
			next := base64.RawURLEncoding.EncodeToString([]byte(name(&out[limit-1])))
			return out, &next, nil
		}
		out = append(out, v)
	}
	return out, nil, nil
}

// sorted returns the items of a list as page wants them.
func sorted[T any](list []T, name func(*T) string) func(after string) iter.Seq2[T, error] {
	list = slices.Clone(list)
	slices.SortFunc(list, func(a, b T) int { return strings.Compare(name(&a), name(&b)) })
	return func(after string) iter.Seq2[T, error] {
		return func(yield func(T, error) bool) {
			for i := range list {
				if name(&list[i]) > after && !yield(list[i], nil) {
					return
				}
			}
		}
	}
}

// underPath returns a filter of what lies under a path; nil, which keeps all, if
// there is no prefix.
func underPath[T any](prefix *string, path func(*T) string) func(*T) bool {
	if prefix == nil {
		return nil
	}
	return func(v *T) bool { return strings.HasPrefix(path(v), *prefix) }
}
