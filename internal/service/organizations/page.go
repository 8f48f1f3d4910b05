// SPDX-License-Identifier: Apache-2.0

package organizations

import "iter"

// maxScan is how many records are looked at for one page: a page may be short, or
// empty, and yet not be the last.
const maxScan = 1000

// A pager is where a page of a listing begins and how long it may be.
type pager struct {
	after string // id of the last that was looked at for the page before
	limit int
}

func newPager(most *int32, token *string) pager {
	p := pager{limit: maxPage}
	if most != nil {
		p.limit = int(*most)
	}
	if token != nil {
		p.after = *token
	}
	return p
}

// page makes a page of what all yields from the first after p.after on, of those
// that show accepts. next is the token of the next page, nil if there is none.
func page[T, Out any](p pager, all iter.Seq2[T, error], id func(*T) string, show func(*T) (Out, bool, error)) (out []Out, next *string, err error) {
	out = []Out{}
	looked, last := 0, ""
	for v, err := range all {
		if err != nil {
			return nil, nil, err
		}
		if len(out) == p.limit || looked == maxScan {
			return out, &last, nil
		}
		shown, ok, err := show(&v)
		if err != nil {
			return nil, nil, err
		}
		if ok {
			out = append(out, shown)
		}
		last = id(&v)
		looked++
	}
	return out, nil, nil
}

// from yields what all does, without what comes up to the one of that id, which
// may be empty. An id that isn't there leaves nothing, and found false.
func from[T any](all iter.Seq2[T, error], after string, id func(*T) string) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		found := after == ""
		for v, err := range all {
			if err == nil && !found {
				found = id(&v) == after
				continue
			}
			if !yield(v, err) {
				return
			}
		}
		if !found {
			var zero T
			yield(zero, badToken())
		}
	}
}
