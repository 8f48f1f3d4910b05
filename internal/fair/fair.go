// SPDX-License-Identifier: Apache-2.0

// Package fair shares a server's processors among those who use it, so that one
// who calls as fast as possible takes time from hardly anybody but itself.
//
// A [Scheduler] has a few permits, and a call works while it holds one. As long
// as one is free, calls take it at once. When there is none they queue, each
// under the key of whom it is for, and are served in the order in which they came,
// but later by twice the time that their key has used lately. Shares are of time,
// measured, and not of calls, so a key of long calls gets no more than a key of short
// ones. No key may hold all permits if there is more than one, so a key that calls
// rarely finds one free.
//
// Among keys that use about as much, that is nearly first come, first served: none
// waits for long. Fair queueing proper (Goyal, Vin and Cheng, 1996) makes shares
// equal at every moment, and lets the calls of a key that happens to have several
// wait two to three times as long for it.
//
// All this shares what there is; a key that calls alone may use everything, and a call
// that comes then finds the processors at work. [Limits.Rate] leaves them idle
// instead at times: a key that has used as much waits, though nobody else calls.
package fair

import (
	"container/heap"
	"context"
	"errors"
	"sync"
	"time"

	"github.com/bailiwick-dev/bailiwick/internal/bell"
)

// ErrBusy means that so many calls wait already that another may not.
var ErrBusy = errors.New("fair: too many calls wait")

const (
	maxWaiting      = 8192 // calls that wait, all together; see Enter
	maxWaitingOfKey = 1024 // calls that wait under one key
	maxIdle         = 1024 // keys without a call whose use is remembered
)

// forgetEvery is how often, at most, they are looked through for those that need not be
// remembered any more.
const forgetEvery = 100 * time.Millisecond

// ringEvery is how often calls are served by the bell. In between they are served
// as they come and by those who leave, which costs next to nothing.
const ringEvery = 200 * time.Microsecond

// Limits are those of a [Scheduler].
type Limits struct {
	// Permits is how many calls may work at a time, at least one.
	Permits int
	// Rate is how much time one key may use in as much time, over some milliseconds:
	// 0.5 is half of a processor. 0 is no limit.
	Rate float64
}

// A Scheduler hands out permits. It is safe for concurrent use.
type Scheduler[K comparable] struct {
	share int     // permits that one key may hold
	rate  float64 // see Limits
	bell  *bell.Bell
	over  chan struct{} // closed when run returns

	mu    sync.Mutex
	free  int            // permits
	flows map[K]*flow[K] // of the keys that have calls, and of some that had
	idle  int            // those of them that have none
	queue queue[K]       // those of them that a permit may go to
	calls int            // that wait
	usual time.Duration  // that calls take, of all keys
	swept time.Time      // when idle keys were last looked through
	rung  bool           // the bell, which has not been heard yet
	heard time.Time      // when the bell last served those that wait
	spare *flow[K]       // to be used again
}

// New returns a Scheduler of those limits.
func New[K comparable](l Limits) (*Scheduler[K], error) {
	b, err := bell.New()
	if err != nil {
		return nil, err
	}
	permits := max(l.Permits, 1)
	s := &Scheduler[K]{
		share: max(permits-1, 1), rate: l.Rate, bell: b, over: make(chan struct{}),
		free: permits, flows: map[K]*flow[K]{},
	}
	go s.run()
	return s, nil
}

// Close frees what the Scheduler holds. No call may be under way.
func (s *Scheduler[K]) Close() error {
	err := s.bell.Stop()
	<-s.over
	return errors.Join(err, s.bell.Close())
}

// run serves those that wait whenever the bell rings.
func (s *Scheduler[K]) run() {
	defer close(s.over)
	for s.bell.Wait() {
		s.mu.Lock()
		s.heard, s.rung = time.Now(), false
		s.dispatch(s.heard)
		s.mu.Unlock()
	}
}

// Enter waits for a permit, for a call under key. It fails with [ErrBusy] if
// too many calls wait, under the key or in all, and with ctx's error if ctx ends
// before there is a permit. A key none of whose calls waits may have one that
// does even so, up to twice the bound: a few keys can't keep the others out.
func (s *Scheduler[K]) Enter(ctx context.Context, key K) (Turn[K], error) {
	return s.enter(ctx, key, false)
}

// enter is Enter, for a call that has begun already or hasn't.
func (s *Scheduler[K]) enter(ctx context.Context, key K, begun bool) (Turn[K], error) {
	s.mu.Lock()
	now := time.Now()
	f := s.flow(key, now)
	heard := now.Sub(s.heard) < ringEvery // else others may have come, whose turn it is
	if heard && s.free > 0 && s.may(f, now) && f.calls.n == 0 && !s.queue.before(f.due(now, now)) {
		guess := s.serve(f, now)
		s.mu.Unlock()
		return Turn[K]{s: s, key: key, flow: f, guess: guess, start: now}, nil
	}
	if !begun && s.full(f) {
		s.rest(f, now)
		s.mu.Unlock()
		return Turn[K]{}, ErrBusy
	}
	w := s.line(f, begun, now)
	s.ring()
	return s.await(ctx, f, w)
}

// line puts a call of f, which has begun already or hasn't, among those that wait.
func (s *Scheduler[K]) line(f *flow[K], begun bool, now time.Time) *waiter {
	w := &waiter{ready: make(chan struct{}), came: now}
	f.calls.push(w, begun)
	s.calls++
	s.place(f, now)
	return w
}

// await waits until w, of f, is served.
func (s *Scheduler[K]) await(ctx context.Context, f *flow[K], w *waiter) (Turn[K], error) {
	key := f.key // f may be another's once it is withdrawn from
	select {
	case <-w.ready:
	case <-ctx.Done():
		if s.withdraw(f, w) {
			return Turn[K]{s: s, key: key}, ctx.Err()
		}
	}
	return Turn[K]{s: s, key: key, flow: f, guess: w.guess, start: time.Now()}, nil
}

// full reports whether no other call of f may wait.
func (s *Scheduler[K]) full(f *flow[K]) bool {
	return f.calls.n >= maxWaitingOfKey || s.calls >= maxWaiting && f.calls.n > 0 || s.calls >= 2*maxWaiting
}

// withdraw takes w out of f again, and reports whether it could: a call that
// has been served meanwhile has a permit to give back.
func (s *Scheduler[K]) withdraw(f *flow[K], w *waiter) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	select {
	case <-w.ready:
		return false
	default:
	}
	f.calls.remove(w)
	s.calls--
	now := time.Now()
	s.place(f, now)
	s.rest(f, now)
	return true
}

// leave takes back the permit, now, of a call of f that was charged guess and
// took that long.
func (s *Scheduler[K]) leave(f *flow[K], guess, took time.Duration, now time.Time) {
	s.mu.Lock()
	s.takeBack(f, guess, took, now)
	s.place(f, now)
	s.rest(f, now)
	s.passOn(now)
}

// yield is leave, for a call that goes on later: no other of its key begins meanwhile.
func (s *Scheduler[K]) yield(ctx context.Context, f *flow[K], guess, took time.Duration, now time.Time) (Turn[K], error) {
	s.mu.Lock()
	s.takeBack(f, guess, took, now)
	w := s.line(f, true, now)
	s.passOn(now)
	return s.await(ctx, f, w)
}

// takeBack takes back the permit of a call of f.
func (s *Scheduler[K]) takeBack(f *flow[K], guess, took time.Duration, now time.Time) {
	s.free++
	f.held--
	s.use(f, f.charge(took)-guess, now)
	s.usual += (f.guess - s.usual) / smooth
}

// passOn gives the permit that was taken back to whose turn it is, at once or by the
// bell, and unlocks s.mu.
func (s *Scheduler[K]) passOn(now time.Time) {
	if now.Sub(s.heard) < ringEvery {
		s.dispatch(now)
	}
	s.ring()
}

// ring rings the bell, if there is a permit for one who waits, and unlocks s.mu.
func (s *Scheduler[K]) ring() {
	ring := s.free > 0 && len(s.queue) > 0 && !s.rung
	s.rung = s.rung || ring
	s.mu.Unlock()
	if ring && !s.bell.Ring() { // or nobody would be served any more
		s.mu.Lock()
		s.dispatch(time.Now())
		s.mu.Unlock()
	}
}

// flow returns the flow of key.
func (s *Scheduler[K]) flow(key K, now time.Time) *flow[K] {
	f := s.flows[key]
	switch {
	case f == nil:
		if f = s.spare; f == nil {
			f = new(flow[K])
		}
		s.spare = nil
		*f = flow[K]{key: key, index: -1, guess: s.usual, at: now}
		s.flows[key] = f
	case f.idle():
		s.idle--
	}
	return f
}

// serve gives a permit to a call of f and charges the flow what the call will
// probably take, so that the others' turn needn't wait until that is known.
func (s *Scheduler[K]) serve(f *flow[K], now time.Time) (guess time.Duration) {
	s.free--
	f.held++
	s.use(f, f.guess+around, now)
	return f.guess
}

// use adds d to what f has used.
func (s *Scheduler[K]) use(f *flow[K], d time.Duration, now time.Time) {
	f.use(d, now)
	if s.rate > 0 {
		f.owe(time.Duration(float64(d)/s.rate), now)
	}
}

// may reports whether a call of f may have a permit, if there is one.
func (s *Scheduler[K]) may(f *flow[K], now time.Time) bool {
	return f.held < s.share && !f.paid.After(now)
}

// place puts f where it belongs in the queue, after a change of it.
func (s *Scheduler[K]) place(f *flow[K], now time.Time) {
	may := f.calls.n > 0 && s.may(f, now)
	if may {
		f.turn = f.due(f.calls.first.came, now)
	}
	if f.calls.n > 0 && f.paid.After(now) && !f.timed {
		f.timed = true
		time.AfterFunc(f.paid.Sub(now), func() { s.paid(f) })
	}
	switch {
	case may && f.index < 0:
		heap.Push(&s.queue, f)
	case may:
		heap.Fix(&s.queue, f.index)
	case f.index >= 0:
		heap.Remove(&s.queue, f.index)
	}
}

// paid serves f, which has waited because of what it had used.
func (s *Scheduler[K]) paid(f *flow[K]) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f.timed = false
	now := time.Now()
	s.place(f, now)
	s.dispatch(now)
}

// dispatch serves those that wait as long as there are permits.
func (s *Scheduler[K]) dispatch(now time.Time) {
	for s.free > 0 && len(s.queue) > 0 {
		f := s.queue[0]
		w := f.calls.pop()
		s.calls--
		w.guess = s.serve(f, now)
		s.place(f, now)
		close(w.ready)
	}
}

// rest forgets f if it has no call. But while others wait, or it has used more than its
// share, what it has used is remembered: calling one at a time gains nothing.
func (s *Scheduler[K]) rest(f *flow[K], now time.Time) {
	if !f.idle() {
		return
	}
	if (s.calls > 0 || f.paid.After(now)) && s.idle < maxIdle {
		s.idle++
		return
	}
	delete(s.flows, f.key)
	s.spare = f
	if s.idle == 0 || s.calls > 0 && s.idle < maxIdle || s.rate > 0 && now.Sub(s.swept) < forgetEvery {
		return
	}
	s.swept = now
	for key, other := range s.flows {
		if other.idle() && !other.paid.After(now) {
			delete(s.flows, key)
			s.idle--
		}
	}
}
