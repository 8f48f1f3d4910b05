// SPDX-License-Identifier: Apache-2.0

package fair

import "time"

// A Turn is a call's permit. It belongs to one goroutine at a time. The zero
// Turn is none.
type Turn[K comparable] struct {
	s     *Scheduler[K]
	flow  *flow[K] // nil once it was given back
	guess time.Duration
	start time.Time
	took  time.Duration
}

// Leave gives the permit back. What the call took since Enter is its key's use.
// Leaving again does nothing.
func (t *Turn[K]) Leave() {
	if t.flow == nil {
		return
	}
	f := t.flow
	t.flow = nil
	now := time.Now()
	t.took = now.Sub(t.start)
	t.s.leave(f, t.guess, t.took, now)
}

// Took returns how long the call held the permit, once it has given it back.
func (t *Turn[K]) Took() time.Duration { return t.took }
