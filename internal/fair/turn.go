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
	took := now.Sub(t.start)
	t.took += took
	t.s.leave(f, t.guess, took, now)
}

// pauseAfter is how long a call works before a pause lets others go first.
const pauseAfter = 500 * time.Microsecond

// Pause gives the permit back and waits for another if the call has had it for
// long, so that a short call doesn't wait until a long one has ended. Without a
// permit, as after Leave, it does nothing. It fails as [Scheduler.Enter] does; the
// call has no permit then.
func (t *Turn[K]) Pause(ctx context.Context) error {
	if t.flow == nil || time.Since(t.start) < pauseAfter {
		return nil
	}
	key := t.flow.key
	t.Leave()
	next, err := t.s.Enter(ctx, key)
	next.took = t.took
	*t = next
	return err
}

// Took returns how long the call held permits that it has given back.
func (t *Turn[K]) Took() time.Duration { return t.took }
