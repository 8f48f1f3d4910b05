// SPDX-License-Identifier: Apache-2.0

// Package history holds what is there after a crash against what one writer has
// attempted and what was acknowledged.
package history

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// None is the value of what isn't there.
const None = "none"

// A register is a thing with one writer, such as an item, a group of items that
// are always written in one batch, or a table with all that is in it.
type register struct {
	acked   string // the last value whose write was acknowledged
	tried   string // the value of a write that was not answered
	pending bool   // tried is set
	trail   []string
}

// A History is what one writer has attempted and what was acknowledged. The
// writer makes one change at a time. It is for one goroutine.
type History map[string]*register

// Set notes that key is value from the beginning.
func (h History) Set(key, value string) { h.at(key).acked = value }

func (h History) at(key string) *register {
	r, ok := h[key]
	if !ok {
		r = &register{acked: None}
		h[key] = r
	}
	return r
}

// Attempt notes that key is about to become value.
func (h History) Attempt(key, value string) {
	r := h.at(key)
	r.tried, r.pending = value, true
	r.note("attempted " + value)
}

// Ack notes that what was attempted was acknowledged.
func (h History) Ack(key string) {
	r := h.at(key)
	r.acked, r.pending = r.tried, false
	r.note("acknowledged " + r.tried)
}

// shown is how many things that are wrong are named.
const shown = 3

// First joins the errors and leaves out what is more than anybody reads.
func First(errs []error) error {
	if more := len(errs) - shown; more > 0 {
		errs = append(errs[:shown], fmt.Errorf("and %d more", more))
	}
	return errors.Join(errs...)
}

// Check compares the history with what is there after a crash, by key. From
// then on that is what must stay. What isn't in seen isn't there.
func (h History) Check(seen map[string]string) error {
	var errs []error
	for _, key := range slices.Sorted(maps.Keys(seen)) {
		if _, ok := h[key]; !ok {
			errs = append(errs, fmt.Errorf("%s: found %s, which was never written", key, seen[key]))
		}
	}
	for _, key := range slices.Sorted(maps.Keys(h)) {
		value, ok := seen[key]
		if !ok {
			value = None
		}
		if err := h[key].check(value); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", key, err))
		}
	}
	return First(errs)
}

func (r *register) check(value string) error {
	if value != r.acked && (!r.pending || value != r.tried) {
		may := ""
		if r.pending {
			may = ", or the unanswered " + r.tried
		}
		return fmt.Errorf("found %s, want the acknowledged %s%s\n%s", value, r.acked, may, story(r.trail))
	}
	if r.pending {
		r.note("found " + value)
	}
	r.acked, r.pending = value, false
	return nil
}

// note keeps the last of what happened, for the message of a failure.
func (r *register) note(event string) { r.trail = remember(r.trail, event) }

const remembered = 12

func remember(trail []string, event string) []string {
	if len(trail) == remembered {
		trail = slices.Delete(trail, 0, 1)
	}
	return append(trail, event)
}

func story(trail []string) string { return "\t" + strings.Join(trail, "\n\t") }
