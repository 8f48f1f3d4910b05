// SPDX-License-Identifier: Apache-2.0

package fair

import (
	"math"
	"time"
)

// A flow is the calls under one key.
type flow[K comparable] struct {
	key   K
	held  int           // permits
	calls waiters       // that wait
	used  time.Duration // lately; see use
	at    time.Time     // when that was so
	turn  time.Time     // when the first that waits is due
	guess time.Duration // what its next call will take: as much as they usually do
	index int           // in the queue, -1 if it isn't there
	paid  time.Time     // when what it has used is no more than its share
	timed bool          // something will happen then
}

// around is what a call takes besides, before it has a permit and after: to be read, to
// be checked for who sends it, and to be answered.
const around = 40 * time.Microsecond

// spared is how long a key may have used nothing to use as much at once. Timers are no
// better than a millisecond.
const spared = 2 * time.Millisecond

// owe has f use nothing for as long as d, later.
func (f *flow[K]) owe(d time.Duration, now time.Time) {
	if least := now.Add(-spared); f.paid.Before(least) {
		f.paid = least
	}
	f.paid = f.paid.Add(d)
}

// What was used memory ago counts for 1/e of it. A key's call is due later than it
// came by weight times its use: one that uses a processor alone, by weight × memory.
const (
	memory = 100 * time.Millisecond
	weight = 2
)

// use adds d to what f has used lately.
func (f *flow[K]) use(d time.Duration, now time.Time) {
	f.used = f.lately(now) + d
	f.at = now
}

// lately returns what f has used lately.
func (f *flow[K]) lately(now time.Time) time.Duration {
	return time.Duration(float64(f.used) * math.Exp(-float64(now.Sub(f.at))/float64(memory)))
}

// due returns when a call of f that has come at some time is due. A queue is in that
// order though use is forgotten while calls wait: so none waits for ever.
func (f *flow[K]) due(came, now time.Time) time.Time {
	return came.Add(weight * f.lately(now))
}

// A call's time is measured by the clock, which goes on while the call doesn't: while
// garbage is collected, or another process has the processor. A call that took more
// than mostOfUsual times as long as its key's usually do is charged for that only, or
// for its time by leastShare if that is more. Otherwise a key that was stopped once,
// for 100 times as long as its calls take, would wait until all others have had 100.
const (
	mostOfUsual = 4
	leastShare  = 16
	smooth      = 8 // how many calls the usual is of, about
)

// charge returns what a call of f that took that long is charged.
func (f *flow[K]) charge(took time.Duration) time.Duration {
	if f.guess > 0 {
		took = max(min(took, mostOfUsual*f.guess), took/leastShare)
	}
	f.guess += (took - f.guess) / smooth
	return took
}

// idle reports whether f has no calls.
func (f *flow[K]) idle() bool { return f.held == 0 && f.calls.n == 0 }

// A queue is a heap of flows, the one that is due the earliest first.
type queue[K comparable] []*flow[K]

// before reports whether a flow in q is due before that time.
func (q queue[K]) before(due time.Time) bool { return len(q) > 0 && q[0].turn.Before(due) }

func (q queue[K]) Len() int           { return len(q) }
func (q queue[K]) Less(i, j int) bool { return q[i].turn.Before(q[j].turn) }

func (q queue[K]) Swap(i, j int) {
	q[i], q[j] = q[j], q[i]
	q[i].index, q[j].index = i, j
}

func (q *queue[K]) Push(x any) {
	f := x.(*flow[K])
	f.index = len(*q)
	*q = append(*q, f)
}

func (q *queue[K]) Pop() any {
	last := len(*q) - 1
	f := (*q)[last]
	(*q)[last] = nil
	*q, f.index = (*q)[:last], -1
	return f
}

// A waiter is a call that waits.
type waiter struct {
	came       time.Time
	ready      chan struct{} // closed when it is served
	guess      time.Duration // what its flow was charged; set before
	next, prev *waiter
}

// waiters are calls that wait: first those that have begun already and go on, and then
// the others, each in the order in which they came.
type waiters struct {
	n           int
	first, last *waiter
	begun       *waiter // the last of those that go on
}

func (l *waiters) push(w *waiter, begun bool) {
	w.prev = l.last
	if begun {
		w.prev, l.begun = l.begun, w
	}
	w.next = l.first
	if w.prev != nil {
		w.next, w.prev.next = w.prev.next, w
	} else {
		l.first = w
	}
	if w.next != nil {
		w.next.prev = w
	} else {
		l.last = w
	}
	l.n++
}

func (l *waiters) pop() *waiter {
	w := l.first
	l.remove(w)
	return w
}

// remove removes w, which must be one of l.
func (l *waiters) remove(w *waiter) {
	if w == l.begun {
		l.begun = w.prev
	}
	if w.prev != nil {
		w.prev.next = w.next
	} else {
		l.first = w.next
	}
	if w.next != nil {
		w.next.prev = w.prev
	} else {
		l.last = w.prev
	}
	w.next, w.prev = nil, nil
	l.n--
}
