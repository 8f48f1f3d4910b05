// SPDX-License-Identifier: Apache-2.0

package crashtest

import (
	"math"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"
)

func TestTheCheckerSeesWhatHotItemsMustNotDo(t *testing.T) {
	type event struct {
		from, to int64 // to 0: no answer
		call     hotCall
		answer   hotAnswer
	}
	var (
		old     = image{"old", 3} // what the item is at first
		none    = image{}
		a, b    = hotCall{effect: put, v: "a"}, hotCall{effect: put, v: "b"}
		first   = hotCall{effect: put, v: "a", want: absent}
		swap    = hotCall{effect: put, v: "b", want: exactly, old: "a"}
		add     = hotCall{effect: update, v: "c"}
		gone    = hotCall{effect: remove}
		reads   = hotCall{effect: get}
		shows   = func(i image) hotAnswer { return hotAnswer{shown: i} }
		refused = func(i image) hotAnswer { return hotAnswer{failed: true, shown: i} }
		lost    = hotAnswer{lost: true}
	)
	for _, tc := range []struct {
		name    string
		history []event
		found   image // after the crash
		want    string
	}{
		{"one after the other", []event{{1, 2, a, shows(old)}, {3, 4, swap, shows(image{"a", 0})}, {5, 6, add, shows(image{"c", 1})}}, image{"c", 1}, ""},
		{"at once, in the order of the answers' contents", []event{{1, 9, a, shows(image{"b", 0})}, {2, 8, b, shows(old)}}, image{"a", 0}, ""},
		{"the unanswered happened", []event{{1, 0, a, lost}}, image{"a", 0}, ""},
		{"the unanswered did not happen", []event{{1, 0, a, lost}}, old, ""},
		{"the unanswered was seen, and then replaced", []event{{1, 0, a, lost}, {2, 3, reads, shows(image{"a", 0})}, {4, 5, b, shows(image{"a", 0})}}, image{"b", 0}, ""},
		{"the unanswered update is counted once", []event{{1, 0, add, lost}}, image{"c", 4}, ""},
		{"a condition failed on what the unanswered did", []event{{1, 0, gone, lost}, {2, 3, swap, refused(none)}}, none, ""},

		{"an acknowledged write is lost", []event{{1, 2, a, shows(old)}}, old, "no order"},
		{"an acknowledged deletion is lost", []event{{1, 2, gone, shows(old)}}, old, "no order"},
		{"a read is of what a crash undid", []event{{1, 0, a, lost}, {2, 3, reads, shows(image{"a", 0})}}, old, "no order"},
		{"a failed condition is of what a crash undid", []event{{1, 0, gone, lost}, {2, 3, swap, refused(none)}}, old, "no order"},
		{"a read is stale", []event{{1, 2, a, shows(old)}, {3, 4, reads, shows(old)}}, image{"a", 0}, "no order"},
		{"a read is from the future", []event{{1, 2, reads, shows(image{"a", 0})}, {3, 4, a, shows(old)}}, image{"a", 0}, "no order"},
		{"two wrote over the same", []event{{1, 9, a, shows(old)}, {2, 8, b, shows(old)}}, image{"b", 0}, "no order"},
		{"two created it", []event{{1, 2, gone, shows(old)}, {3, 9, first, shows(none)}, {4, 8, first, shows(none)}}, image{"a", 0}, "no order"},
		{"an update is counted twice", []event{{1, 2, add, shows(image{"c", 4})}}, image{"c", 5}, "no order"},
		{"an unanswered update is counted twice", []event{{1, 0, add, lost}}, image{"c", 5}, "no order"},
		{"it was written in spite of its condition", []event{{1, 2, swap, shows(old)}}, image{"b", 0}, "no order"},
		{"it was refused although its condition held", []event{{1, 2, a, shows(old)}, {3, 4, swap, refused(image{"a", 0})}}, image{"a", 0}, "no order"},
		{"the unanswered wrote in spite of its condition", []event{{1, 0, swap, lost}}, image{"b", 0}, "no order"},
		{"half of each of two writes", []event{{1, 0, a, lost}, {2, 0, add, lost}}, image{"a", 4}, "no order"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			h := hotHistory{begin: time.Now().Add(-time.Second)}
			h.initial[0] = old
			for _, e := range tc.history {
				if e.to == 0 {
					e.to = math.MaxInt64
				}
				h.calls[0] = append(h.calls[0], porcupine.Operation{Input: e.call, Call: e.from, Output: e.answer, Return: e.to})
			}
			n, err := h.check([hotItems]image{tc.found})
			wants(t, err, tc.want)
			if n != len(tc.history)+hotItems {
				t.Errorf("%d calls were checked", n)
			}
			if h.initial[0] != tc.found {
				t.Errorf("the next round begins with %v", h.initial[0])
			}
		})
	}
}

func TestTheCheckerSeesWhatReadersMustNotBeShown(t *testing.T) {
	of := func(generations ...int) (items []stored) {
		for i, n := range generations {
			var s stored
			s.PK.S, s.SK.S, s.N.N, s.Sum.S = "p", strconv.Itoa(i), strconv.Itoa(n), sum("p", strconv.Itoa(i), n)
			items = append(items, s)
		}
		return items
	}
	half := of(3)
	half[0].Sum.S = sum("p", "0", 2)
	for _, tc := range []struct {
		name  string
		items []stored
		want  string
	}{
		{"no items", nil, ""},
		{"items of one generation", of(3, 3, 3), ""},
		{"an old item before new ones", of(2, 3, 3), "other generations"},
		{"an old item after new ones", of(3, 2), "other generations"},
		{"a gap", of(3, 3, 3)[1:], "with gaps"},
		{"half an item", half, "half an item"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := generationOf(tc.items)
			wants(t, err, tc.want)
		})
	}
	for _, tc := range []struct {
		name, image, want string
	}{
		{"no batch", "none none none none none none none none", ""},
		{"a batch of puts", "7 7 7 7 7 7 7 7", ""},
		{"a batch with deletions", "none none 6 6 none none 6 6", ""},
		{"half of each of two batches", "7 7 7 7 8 8 8 8", "half a batch"},
		{"the deletions of a batch alone", "none none 7 7 none none 7 7", "half a batch"},
		{"the puts of a batch alone", "5 5 6 6 5 5 6 6", "half a batch"},
		{"half a batch", "7 7 7 7 none none none none", "half a batch"},
		{"half an item", "x 7 7 7 7 7 7 7", "x"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := groupNumber(strings.Fields(tc.image))
			wants(t, err, tc.want)
		})
	}
}

func TestTheCheckerSeesWhatACrashTookFromReaders(t *testing.T) {
	var w witness
	w.saw("group", 6)
	w.saw("group", 5)
	wants(t, w.check("group", 6), "")
	wants(t, w.check("group", 7), "")
	wants(t, w.check("another", 0), "")
	wants(t, w.check("group", 5), "group: found number 5, but a read had returned 6")
}
