// SPDX-License-Identifier: Apache-2.0

package fair_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/bailiwick-dev/bailiwick/internal/fair"
)

func open(tb testing.TB, permits int) *fair.Scheduler[string] {
	tb.Helper()
	return openWith(tb, fair.Limits{Permits: permits})
}

func openWith(tb testing.TB, l fair.Limits) *fair.Scheduler[string] {
	tb.Helper()
	s, err := fair.New[string](l)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := s.Close(); err != nil {
			tb.Error(err)
		}
	})
	return s
}

// enter waits for a permit as long as a working server would need at most.
func enter(tb testing.TB, s *fair.Scheduler[string], key string) *fair.Turn[string] {
	tb.Helper()
	ctx, cancel := context.WithTimeout(tb.Context(), time.Minute)
	defer cancel()
	turn, err := s.Enter(ctx, key)
	if err != nil {
		tb.Fatalf("%s: %v", key, err)
	}
	return &turn
}

// mustWait checks that a call under key finds no permit.
func mustWait(tb testing.TB, s *fair.Scheduler[string], key string) {
	tb.Helper()
	ctx, cancel := context.WithTimeout(tb.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := s.Enter(ctx, key); !errors.Is(err, context.DeadlineExceeded) {
		tb.Errorf("%s: got %v, want it to wait", key, err)
	}
}

// until waits until done says so.
func until(tb testing.TB, what string, done func() bool) {
	tb.Helper()
	for end := time.Now().Add(time.Minute); !done(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			tb.Fatalf("never %s", what)
		}
	}
}

func TestOneKeyCannotHoldAllPermits(t *testing.T) {
	s := open(t, 3)
	a, b := enter(t, s, "noisy"), enter(t, s, "noisy")
	mustWait(t, s, "noisy")
	c := enter(t, s, "quiet")
	mustWait(t, s, "another")
	for _, turn := range []*fair.Turn[string]{a, b, c} {
		turn.Leave()
	}
}

func TestAPermitIsGivenBackOnce(t *testing.T) {
	s := open(t, 2)
	a, b := enter(t, s, "a"), enter(t, s, "b")
	a.Leave()
	a.Leave()
	c := enter(t, s, "c")
	mustWait(t, s, "d")
	b.Leave()
	c.Leave()
}

func TestTheKeyThatUsedLeastIsNext(t *testing.T) {
	s := open(t, 1)
	first := enter(t, s, "noisy")
	time.Sleep(time.Millisecond)
	order := make(chan string, 20)
	var wg sync.WaitGroup
	call := func(key string) {
		n := s.Waiting()
		wg.Go(func() {
			turn := enter(t, s, key)
			order <- key
			time.Sleep(time.Millisecond)
			turn.Leave()
		})
		until(t, "waits", func() bool { return s.Waiting() > n })
	}
	for range 10 {
		call("noisy")
	}
	call("quiet")
	first.Leave()
	wg.Wait()
	if one, two := <-order, <-order; one != "quiet" && two != "quiet" {
		t.Error("the quiet key waited for the noisy one's queue")
	}
}

// queue has a call of each key wait, one after the other, with that much time in
// between, and returns what each key is sent to when its call is served.
func queue(tb testing.TB, s *fair.Scheduler[string], apart time.Duration, keys ...string) <-chan string {
	tb.Helper()
	order := make(chan string, len(keys))
	for _, key := range keys {
		n := s.Waiting()
		go func() {
			turn := enter(tb, s, key)
			order <- key
			turn.Leave()
		}()
		until(tb, "waits", func() bool { return s.Waiting() > n })
		time.Sleep(apart)
	}
	return order
}

func TestWhoUsesAsLittleIsServedInTheOrderOfComing(t *testing.T) {
	s := open(t, 1)
	first := enter(t, s, "holder")
	order := queue(t, s, 100*time.Millisecond, "a", "a", "a", "b")
	first.Leave()
	var served []string
	for range cap(order) {
		served = append(served, <-order)
	}
	if served[3] != "b" {
		t.Errorf("b came last, and they were served as %v", served)
	}
}

func TestAKeyThatWasStoppedOnceDoesNotPayForItLong(t *testing.T) {
	s := open(t, 1)
	for range 50 {
		enter(t, s, "stopped").Leave()
	}
	turn := enter(t, s, "stopped")
	order := queue(t, s, 50*time.Millisecond, "stopped", "other") // 100 ms in all
	turn.Leave()
	if key := <-order; key != "stopped" {
		t.Error("a call that came 50 ms later went first")
	}
	<-order // it has its turn
}

// A caller of a key makes calls that take that long, one after the other.
type caller struct {
	key     string
	callers int
	call    time.Duration
}

// shares has the callers call for a while, and returns which part of all the
// time that calls took was each key's.
func shares(tb testing.TB, s *fair.Scheduler[string], while time.Duration, callers ...caller) map[string]float64 {
	tb.Helper()
	worked := make([]atomic.Int64, len(callers))
	end := time.Now().Add(while)
	var wg sync.WaitGroup
	for i, c := range callers {
		for range c.callers {
			wg.Go(func() {
				for time.Now().Before(end) {
					turn := enter(tb, s, c.key)
					start := time.Now()
					time.Sleep(c.call)
					worked[i].Add(int64(time.Since(start)))
					turn.Leave()
				}
			})
		}
	}
	wg.Wait()
	var all int64
	for i := range worked {
		all += worked[i].Load()
	}
	part := map[string]float64{}
	for i, c := range callers {
		part[c.key] = float64(worked[i].Load()) / float64(all)
	}
	return part
}

func TestSharesAreOfTimeAndNotOfCalls(t *testing.T) {
	part := shares(t, open(t, 1), 1500*time.Millisecond, caller{"long", 2, 5 * time.Millisecond}, caller{"short", 2, 100 * time.Microsecond})
	if long := part["long"]; long < 0.25 || long > 0.7 {
		t.Errorf("the key of long calls got %.2f of the time, want about a half", long)
	}
}

// TestAKeyThatCallsAloneUsesNoMoreThanItsRate has one call over and over, by one caller
// and by many.
func TestAKeyThatCallsAloneUsesNoMoreThanItsRate(t *testing.T) {
	const rate = 0.1
	for _, callers := range []int{1, 8} {
		s := openWith(t, fair.Limits{Permits: 2, Rate: rate})
		var worked atomic.Int64
		begin := time.Now()
		var wg sync.WaitGroup
		for range callers {
			wg.Go(func() {
				for time.Since(begin) < time.Second {
					turn := enter(t, s, "noisy")
					start := time.Now()
					time.Sleep(time.Millisecond)
					turn.Leave()
					worked.Add(int64(time.Since(start)))
				}
			})
		}
		wg.Wait()
		if part := float64(worked.Load()) / float64(time.Since(begin)); part > 2*rate {
			t.Errorf("%d callers used %.2f of a processor, want %.2f", callers, part, rate)
		} else if part < rate/4 {
			t.Errorf("%d callers used only %.2f of a processor, want %.2f", callers, part, rate)
		}
	}
}

// TestWhatWasUsedIsForgottenOncePaid shows that keys take no memory for longer than
// they have used more than their share, and no more than so many do.
func TestWhatWasUsedIsForgottenOncePaid(t *testing.T) {
	s := openWith(t, fair.Limits{Permits: 2, Rate: 0.01})
	for i := range 2 * fair.MaxIdle {
		enter(t, s, fmt.Sprint(i)).Leave()
	}
	if n := s.Known(); n > fair.MaxIdle+1 {
		t.Errorf("%d keys are known", n)
	}
	until(t, "are forgotten", func() bool {
		enter(t, s, "another").Leave()
		return s.Known() <= 2
	})
}

func TestQueuesAreBounded(t *testing.T) {
	s := open(t, 1)
	first := enter(t, s, "holder")
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	fill := func(key string, n int) {
		before := s.Waiting()
		for range n {
			wg.Go(func() { _, _ = s.Enter(ctx, key) })
		}
		until(t, "full", func() bool { return s.Waiting() == before+n })
	}
	busy := func(key string) {
		t.Helper()
		if _, err := s.Enter(ctx, key); !errors.Is(err, fair.ErrBusy) {
			t.Errorf("%s: got %v with %d waiting, want ErrBusy", key, err, s.Waiting())
		}
	}
	for i := range fair.MaxWaiting / fair.MaxWaitingOfKey {
		key := fmt.Sprintf("noisy %d", i)
		fill(key, fair.MaxWaitingOfKey-1)
		fill(key, 1)
		busy(key)
	}
	fill("quiet", 1)
	busy("quiet")
	for i := range fair.MaxWaiting - 1 {
		wg.Go(func() { _, _ = s.Enter(ctx, fmt.Sprintf("one of many %d", i)) })
	}
	until(t, "full", func() bool { return s.Waiting() == 2*fair.MaxWaiting })
	busy("one too many")
	cancel()
	wg.Wait()
	first.Leave()
	if n := s.Known(); n != 0 {
		t.Errorf("%d keys are known when all have gone", n)
	}
}

// TestACrowd has many keys come and go, some without patience, and checks that
// permits are neither lost nor made, whoever gets them.
func TestACrowd(t *testing.T) {
	const permits, keys = 4, 12
	s := open(t, permits)
	var working, served atomic.Int32
	var held [keys]atomic.Int32
	var wg sync.WaitGroup
	for i := range 10 * keys {
		key := i % keys
		wg.Go(func() {
			rng := rand.New(rand.NewPCG(1, uint64(i)))
			for range 100 {
				patience := 20 * time.Second
				if rng.IntN(2) == 0 {
					patience = time.Duration(rng.IntN(300)) * time.Microsecond
				}
				ctx, cancel := context.WithTimeout(t.Context(), patience)
				turn, err := s.Enter(ctx, fmt.Sprint(key))
				cancel()
				if err != nil {
					if patience > time.Second {
						t.Errorf("starved: %v", err)
					}
					continue
				}
				if n := working.Add(1); n > permits {
					t.Errorf("%d calls have %d permits", n, permits)
				}
				if n := held[key].Add(1); n >= permits {
					t.Errorf("one key has %d permits of %d", n, permits)
				}
				served.Add(1)
				time.Sleep(time.Duration(rng.IntN(50)) * time.Microsecond)
				held[key].Add(-1)
				working.Add(-1)
				turn.Leave()
			}
		})
	}
	wg.Wait()
	if served.Load() < 100 {
		t.Errorf("only %d calls were served", served.Load())
	}
	if n := s.Known(); n != 0 {
		t.Errorf("%d keys are known when all have gone", n)
	}
	for i := range permits {
		defer enter(t, s, fmt.Sprint(i)).Leave()
	}
}

func TestALongCallLetsOthersGoFirst(t *testing.T) {
	s := open(t, 1)
	long := enter(t, s, "scan")
	if err := long.Pause(t.Context()); err != nil || s.Waiting() != 0 {
		t.Fatalf("a pause at once: %v, with %d waiting", err, s.Waiting())
	}
	var served atomic.Bool
	go func() {
		turn := enter(t, s, "get")
		served.Store(true)
		turn.Leave()
	}()
	until(t, "waits", func() bool { return s.Waiting() == 1 })
	time.Sleep(2 * time.Millisecond)
	if err := long.Pause(t.Context()); err != nil {
		t.Fatal(err)
	}
	if !served.Load() {
		t.Error("the short call still waits")
	}
	long.Leave()
	if took := long.Took(); took < 2*time.Millisecond {
		t.Errorf("the long call took %v, which leaves out what it did before the pause", took)
	}
}

// TestWhatHasBegunGoesOnBeforeMoreBegins shows that of a key's calls those go first that
// have worked already, however many others have come meanwhile.
func TestWhatHasBegunGoesOnBeforeMoreBegins(t *testing.T) {
	s := open(t, 1)
	begun := enter(t, s, "key")
	var more atomic.Bool
	var wg sync.WaitGroup
	for range 5 {
		wg.Go(func() {
			turn := enter(t, s, "key")
			more.Store(true)
			turn.Leave()
		})
	}
	until(t, "wait", func() bool { return s.Waiting() == 5 })
	time.Sleep(2 * time.Millisecond)
	if err := begun.Pause(t.Context()); err != nil || more.Load() {
		t.Errorf("others went first when it paused: %v, %v", more.Load(), err)
	}
	begun.Leave()
	wg.Wait()
}

// TestThoseThatGoOnDoSoInOrder has calls go on that have left, as after a sync, while
// others of their key have not begun.
func TestThoseThatGoOnDoSoInOrder(t *testing.T) {
	s := open(t, 1)
	var left []*fair.Turn[string]
	for range 5 {
		turn := enter(t, s, "key")
		turn.Leave()
		left = append(left, turn)
	}
	busy := enter(t, s, "key")
	order := make(chan int, 7)
	waits := func(place int, enter func() *fair.Turn[string]) {
		n := s.Waiting()
		go func() {
			turn := enter()
			order <- place
			turn.Leave()
		}()
		until(t, "waits", func() bool { return s.Waiting() == n+1 })
	}
	fresh := func() *fair.Turn[string] { return enter(t, s, "key") }
	waits(5, fresh)
	for i, turn := range left {
		waits(i, func() *fair.Turn[string] {
			if err := turn.Resume(t.Context()); err != nil {
				t.Error(err)
			}
			return turn
		})
	}
	waits(6, fresh)
	busy.Leave()
	for want := range 7 {
		if got := <-order; got != want {
			t.Errorf("number %d came as number %d", got, want)
		}
	}
}

// TestCallsThatComeTogetherAreServedFairly has one processor, on which a call that
// comes to Enter would otherwise go on to its end before another is looked at.
func TestCallsThatComeTogetherAreServedFairly(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	s := open(t, 2)
	time.Sleep(time.Millisecond) // nobody has looked at the network for long
	order := make(chan string, 41)
	var wg sync.WaitGroup
	for i := range 41 {
		key := "noisy"
		if i == 39 { // the last one begins first
			key = "quiet"
		}
		wg.Go(func() {
			turn := enter(t, s, key)
			order <- key
			for start := time.Now(); time.Since(start) < 50*time.Microsecond; {
			}
			turn.Leave()
		})
	}
	wg.Wait()
	for place := range 41 {
		if <-order == "quiet" && place > 10 {
			t.Errorf("the quiet key came as number %d", place+1)
		}
	}
}
