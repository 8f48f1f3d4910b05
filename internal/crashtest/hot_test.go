// SPDX-License-Identifier: Apache-2.0

package crashtest

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"sort"
	"strings"
	"sync"
	"time"

	"github.com/anishathalye/porcupine"

	"github.com/bailiwick-dev/bailiwick/internal/crashtest/history"
)

const (
	hotItems  = 4                // that all writers change in every way
	judgement = 20 * time.Second // for the history of one of them
	toldCalls = 48               // of a history that nothing explains
)

// An image is a hot item as a read shows it; the zero image is that of no item.
type image struct {
	v string // different in every write, and empty for no item only
	n int    // how often it was updated since it was put
}

func (i image) String() string {
	if i == (image{}) {
		return history.None
	}
	return fmt.Sprintf("%s+%d", i.v, i.n)
}

// A want is what the item must be for a write to happen.
type want int

const (
	anything want = iota
	absent
	present
	exactly // of the value v
)

// An effect is what a call does to the item.
type effect int

const (
	get effect = iota
	put
	update
	remove
)

var effects = map[effect]string{get: "GetItem", put: "PutItem", update: "UpdateItem", remove: "DeleteItem"}

// A hotCall is a call on a hot item.
type hotCall struct {
	effect effect
	want   want
	old    string // for exactly
	v      string // that is put or updated to
}

func (c hotCall) String() string {
	s := effects[c.effect] + " " + c.v
	switch c.want {
	case absent:
		s += " if there is none"
	case present:
		s += " if there is one"
	case exactly:
		s += " if it is " + c.old
	}
	return s
}

// A hotAnswer is what a call got. One that is lost may have happened or not.
type hotAnswer struct {
	lost   bool
	failed bool  // the condition
	shown  image // after an update that happened, else before the call
}

func (a hotAnswer) String() string {
	switch {
	case a.lost:
		return "no answer"
	case a.failed:
		return "condition failed on " + a.shown.String()
	}
	return a.shown.String()
}

// holds reports whether the call's condition holds.
func (c hotCall) holds(state image) bool {
	switch c.want {
	case absent:
		return state.v == ""
	case present:
		return state.v != ""
	case exactly:
		return state.v == c.old
	}
	return true
}

// apply returns what the item is after the call.
func (c hotCall) apply(state image) image {
	switch c.effect {
	case put:
		return image{v: c.v}
	case update:
		return image{v: c.v, n: state.n + 1}
	case remove:
		return image{}
	}
	return state
}

// step reports whether the call, made on state, may get the answer, and
// returns what the item is then.
func (c hotCall) step(state image, a hotAnswer) (bool, image) {
	if !c.holds(state) {
		return a.lost || a.failed && a.shown == state, state
	}
	next := c.apply(state)
	shown := state
	if c.effect == update {
		shown = next
	}
	return a.lost || !a.failed && a.shown == shown, next
}

// model is one item that begins as initial, and whose calls happen one after
// the other.
func model(initial image) porcupine.Model {
	return porcupine.Model{
		Init: func() any { return initial },
		Step: func(state, in, out any) (bool, any) {
			ok, next := in.(hotCall).step(state.(image), out.(hotAnswer))
			return ok, next
		},
	}
}

// A hotHistory is what all writers did to the hot items in one round. It is
// safe for concurrent use.
type hotHistory struct {
	begin time.Time

	mu      sync.Mutex
	initial [hotItems]image
	calls   [hotItems][]porcupine.Operation
}

// now is when something happened, in nanoseconds.
func (h *hotHistory) now() int64 { return int64(time.Since(h.begin)) }

// add notes a call that began at the given time and has just ended. A read
// that got no answer is nothing.
func (h *hotHistory) add(item, who int, c hotCall, began int64, a hotAnswer) {
	ended := h.now()
	if a.lost {
		if c.effect == get {
			return
		}
		// It may never have happened, which is as good as at the end of time: the
		// last read, after the crash, says what it left.
		ended = math.MaxInt64
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.calls[item] = append(h.calls[item], porcupine.Operation{ClientId: who, Input: c, Call: began, Output: a, Return: ended})
}

// check looks for an order of the round's calls, and then a read of what is
// there after the crash, that explains all answers. The next round begins with
// what is there. It returns how many calls were explained.
func (h *hotHistory) check(found [hotItems]image) (int, error) {
	for i := range found {
		h.add(i, writers, hotCall{effect: get}, h.now(), hotAnswer{shown: found[i]})
	}
	var errs []error
	n := 0
	for i, calls := range h.calls {
		n += len(calls)
		errs = append(errs, explain(i, h.initial[i], calls))
	}
	h.initial, h.calls = found, [hotItems][]porcupine.Operation{}
	return n, errors.Join(errs...)
}

func explain(item int, initial image, calls []porcupine.Operation) error {
	result, info := porcupine.CheckOperationsVerbose(model(initial), calls, judgement)
	switch result {
	case porcupine.Ok:
		return nil
	case porcupine.Unknown:
		return fmt.Errorf("%s: no judgement on %d calls in %v", hotKey(item), len(calls), judgement)
	}
	explained := 0
	for _, partial := range info.PartialLinearizations()[0] {
		explained = max(explained, len(partial))
	}
	return fmt.Errorf("%s: no order of %d calls explains more than %d of their answers; it was %v, and the last to end were\n%s",
		hotKey(item), len(calls), explained, initial, lastOf(calls))
}

// lastOf tells the last calls, in the order of their ends.
func lastOf(calls []porcupine.Operation) string {
	calls = slices.Clone(calls)
	sort.SliceStable(calls, func(i, j int) bool { return calls[i].Return < calls[j].Return })
	var lines []string
	for _, c := range calls[max(0, len(calls)-toldCalls):] {
		end := "the crash"
		if c.Return != math.MaxInt64 {
			end = time.Duration(c.Return).String()
		}
		lines = append(lines, fmt.Sprintf("%v to %s, w%02d: %v: %v", time.Duration(c.Call), end, c.ClientId, c.Input, c.Output))
	}
	return "\t" + strings.Join(lines, "\n\t")
}
