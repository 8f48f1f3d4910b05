// SPDX-License-Identifier: Apache-2.0

package bailiwick_test

import (
	"math"
	"sync"
	"testing"
)

// A timeline is the states that a thing was in, one after the other, as one
// administrator changed it while others called. What they got must be explained
// by a state that there may have been while they called.
type timeline[S any] struct {
	now func() int64

	mu   sync.Mutex
	eras []era[S]
}

// An era is the time of one state. The change to it happened after begun and
// before done.
type era[S any] struct {
	state       S
	begun, done int64
}

// change notes that act changes the thing to the state.
func (l *timeline[S]) change(state S, act func()) {
	l.mu.Lock()
	l.eras = append(l.eras, era[S]{state, l.now(), math.MaxInt64})
	last := len(l.eras) - 1
	l.mu.Unlock()
	act()
	l.mu.Lock()
	l.eras[last].done = l.now()
	l.mu.Unlock()
}

// explains reports whether, at some time of the call, the thing may have been
// in a state that is as said.
func (l *timeline[S]) explains(c call, is func(S) bool) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i := len(l.eras) - 1; i >= 0; i-- {
		if l.eras[i].begun <= c.to && is(l.eras[i].state) {
			return true
		}
		if l.eras[i].done < c.from {
			break // all before were over
		}
	}
	return false
}

// within reports whether the thing was in a state that is as said at some time
// after from and before to, for certain.
func (l *timeline[S]) within(from, to int64, is func(S) bool) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, e := range l.eras {
		if e.begun > from && e.done < to && is(e.state) {
			return true
		}
	}
	return false
}

func TestATimelineExplainsWhatMayHaveBeen(t *testing.T) {
	at := int64(0)
	l := timeline[string]{now: func() int64 { return at }}
	for _, e := range []struct {
		state       string
		begun, done int64
	}{{"on", 10, 20}, {"off", 50, 60}, {"on", 80, 90}} {
		at = e.begun
		l.change(e.state, func() { at = e.done })
	}
	for _, tc := range []struct {
		name     string
		from, to int64
		on, off  bool
	}{
		{"before anything", 1, 9, false, false},
		{"while it is first made", 12, 15, true, false},
		{"within one state", 30, 40, true, false},
		{"over the beginning of a change", 30, 50, true, true},
		{"during a change", 52, 58, true, true},
		{"over the end of a change", 60, 70, true, true},
		{"right after a change", 61, 70, false, true},
		{"over all", 1, 100, true, true},
		{"after all", 91, 100, true, false},
		{"over two changes", 55, 85, true, true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			for state, want := range map[string]bool{"on": tc.on, "off": tc.off} {
				got := l.explains(call{from: tc.from, to: tc.to}, func(s string) bool { return s == state })
				if got != want {
					t.Errorf("%s: got %v, want %v", state, got, want)
				}
			}
		})
	}
	l.change("off", func() {
		if !l.explains(call{from: at, to: at}, func(s string) bool { return s == "off" }) {
			t.Error("a change that is under way may have happened")
		}
		if !l.explains(call{from: at, to: at}, func(s string) bool { return s == "on" }) {
			t.Error("a change that is under way may not have happened")
		}
	})
}

func TestATimelineKnowsWhatWasForCertain(t *testing.T) {
	at := int64(0)
	l := timeline[string]{now: func() int64 { return at }}
	at = 50
	l.change("off", func() { at = 60 })
	for _, tc := range []struct {
		name     string
		from, to int64
		want     bool
	}{
		{"between", 49, 61, true},
		{"from before it was done", 50, 61, false},
		{"to before it was done", 49, 60, false},
		{"after", 61, 70, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := l.within(tc.from, tc.to, func(s string) bool { return s == "off" }); got != tc.want {
				t.Errorf("got %v", got)
			}
		})
	}
}
