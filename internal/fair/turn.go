// SPDX-License-Identifier: Apache-2.0

package fair

import (
	"context"
	"time"
)

// A Turn is a call's permit. It belongs to one goroutine at a time. The zero
// Turn is none.
type Turn[K comparable] struct {
	s     *Scheduler[K]
	key   K
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
	took, now := t.end()
	t.s.leave(f, t.guess, took, now)
}

// end notes that the permit is given back.
func (t *Turn[K]) end() (took time.Duration, now time.Time) {
	now = time.Now()
	took = now.Sub(t.start)
	t.flow = nil
	t.took += took
	return took, now
}

// pauseAfter is how long a call works before a pause lets others go first.
const pauseAfter = 500 * time.Microsecond

// Pause gives the permit back and waits for another if the call has had it for
// long, so that a short call doesn't wait until a long one has ended. Without a
// permit, as after Leave, it does nothing. It fails as Resume does.
func (t *Turn[K]) Pause(ctx context.Context) error {
	if t.flow == nil || time.Since(t.start) < pauseAfter {
		return nil
	}
	f := t.flow
	took, now := t.end()
	return t.goOn(t.s.yield(ctx, f, t.guess, took, now))
}

// Resume waits for another permit for a call that gave its own back. It is served
// before the calls of its key that have not begun: what is begun takes memory, and is
// to end. It fails with ctx's error if ctx ends before; the call has no permit then.
func (t *Turn[K]) Resume(ctx context.Context) error {
	return t.goOn(t.s.enter(ctx, t.key, true))
}

// goOn makes t the turn that its call has next.
func (t *Turn[K]) goOn(next Turn[K], err error) error {
	next.took = t.took
	*t = next
	return err
}

// Took returns how long the call held permits that it has given back.
func (t *Turn[K]) Took() time.Duration { return t.took }
