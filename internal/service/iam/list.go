// SPDX-License-Identifier: Apache-2.0

package iam

import (
	"encoding/base64"
	"iter"
	"slices"
	"strings"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
)

const (
	// defaultItems is the size of a page whose size the caller leaves open.
	defaultItems = 100
	// maxScanned is how many items one call looks at, whatever it keeps of them:
	// a page may be short, even empty, and not the last.
	maxScanned = 10_000
)

// A pager is the paging parameters of a list operation.
type pager struct {
	scope    string // what markers are good for, which they begin with
	marker   *string
	maxItems *int32
}

// paged returns the pager of a call. Its markers are good for the operation and
// the account of the call.
func paged(c *awsapi.Call, marker *string, maxItems *int32) pager {
	return pager{c.Caller.Account() + " " + c.Operation.Name + " ", marker, maxItems}
}

// after returns the name that the page begins after; empty for the first page.
func (p pager) after() (string, error) {
	if p.marker == nil {
		return "", nil
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(*p.marker)
	name, ok := strings.CutPrefix(string(b), p.scope)
	if err != nil || !ok || name == "" {
		return "", invalid("Invalid Marker.")
	}
	return name, nil
}

// next returns the marker of the page after name.
func (p pager) next(name string) *string {
	m := base64.RawURLEncoding.EncodeToString([]byte(p.scope + name))
	return &m
}

// limit returns how many items the page holds at most.
func (p pager) limit() int {
	if p.maxItems == nil {
		return defaultItems
	}
	return int(*p.maxItems)
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
	limit, scanned, last := p.limit(), 0, ""
	out := []T{}
	for v, err := range items(after) {
		if err != nil {
			return nil, nil, err
		}
		if len(out) == limit || scanned == maxScanned {
			return out, p.next(last), nil
		}
		scanned++
		last = name(&v)
		if keep == nil || keep(&v) {
			out = append(out, v)
		}
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
