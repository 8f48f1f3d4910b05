// SPDX-License-Identifier: Apache-2.0

package fair

import "time"

// A flow is the calls under one key.
type flow[K comparable] struct {
	key   K
	held  int           // permits
	calls waiters       // that wait
	used  time.Duration // on the scheduler's clock
	guess time.Duration // what its next call will take: as much as the last
	index int           // in the queue, -1 if it isn't there
}

// idle reports whether f has no calls.
func (f *flow[K]) idle() bool { return f.held == 0 && f.calls.n == 0 }

// A queue is a heap of flows, the one that has used the least first.
type queue[K comparable] []*flow[K]

// before reports whether a flow in q comes before f.
func (q queue[K]) before(f *flow[K]) bool { return len(q) > 0 && q[0].used < f.used }

func (q queue[K]) Len() int           { return len(q) }
func (q queue[K]) Less(i, j int) bool { return q[i].used < q[j].used }

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
	ready      chan struct{} // closed when it is served
	guess      time.Duration // what its flow was charged; set before
	next, prev *waiter
}

// waiters are calls that wait, in the order in which they came.
type waiters struct {
	n           int
	first, last *waiter
}

func (l *waiters) push(w *waiter) {
	if w.prev = l.last; w.prev != nil {
		w.prev.next = w
	} else {
		l.first = w
	}
	l.last = w
	l.n++
}

func (l *waiters) pop() *waiter {
	w := l.first
	l.remove(w)
	return w
}

// remove removes w, which must be one of l.
func (l *waiters) remove(w *waiter) {
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
