// SPDX-License-Identifier: Apache-2.0

package server_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bailiwick-dev/bailiwick/internal/authn"
	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/fair"
	"github.com/bailiwick-dev/bailiwick/internal/server"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
	"github.com/bailiwick-dev/bailiwick/internal/storage/pebble"
)

// A workshop is where one chore is done.
type workshop struct {
	db     *storage.DB
	logged *lockedBuffer
	stop   func()
}

// newWorkshop starts the chore, of a service with these operations.
func newWorkshop(t *testing.T, chore awsapi.Chore, ops ...awsapi.Operation) *workshop {
	t.Helper()
	d, err := pebble.OpenMemory()
	check(t, err)
	w := &workshop{db: storage.New(d), logged: &lockedBuffer{}}
	sched, err := fair.New[authn.Sharer](fair.Limits{Permits: 2})
	check(t, err)
	chores := server.StartChores(server.ChoresConfig{
		Services: []*awsapi.Service{{Name: "lab", Operations: ops, Chores: []awsapi.Chore{chore}}},
		DB:       w.db, Fair: sched, Log: slog.New(slog.NewTextHandler(w.logged, nil)), Now: time.Now,
	})
	w.stop = sync.OnceFunc(func() {
		chores.Stop()
		check(t, sched.Close())
		check(t, w.db.Close())
	})
	t.Cleanup(w.stop)
	return w
}

// chore is a chore that may touch our notes.
func chore(do func(context.Context, *awsapi.Station) error) awsapi.Chore {
	return awsapi.Chore{Name: "sweep", Every: time.Hour, Spans: []storage.Span{notes.Under(true, ours)}, Do: do}
}

// once returns a chore that does f when the server starts, and what f returned.
func once(f func(context.Context, *awsapi.Station) error) (awsapi.Chore, func() error) {
	result := make(chan error, 1)
	return chore(func(ctx context.Context, st *awsapi.Station) error {
		result <- f(ctx, st)
		return nil
	}), func() error { return <-result }
}

func TestAChoreTouchesItsSpansOnly(t *testing.T) {
	put := func(account string) func(*storage.Tx) error {
		return func(tx *storage.Tx) error { return notes.Put(tx, "after", account, "mine") }
	}
	get := func(account string) func(*storage.Tx) error {
		return func(tx *storage.Tx) error { _, err := notes.Exists(tx, account, "mine"); return err }
	}
	for name, c := range map[string]struct {
		do      func(context.Context, *awsapi.Station) error
		allowed bool
	}{
		"writes its own":       {func(ctx context.Context, st *awsapi.Station) error { return st.Update(ctx, put(ours)) }, true},
		"reads its own":        {func(ctx context.Context, st *awsapi.Station) error { return st.View(ctx, get(ours)) }, true},
		"controls its own":     {func(ctx context.Context, st *awsapi.Station) error { return st.Control(ctx, ours, put(ours)) }, true},
		"writes another's":     {func(ctx context.Context, st *awsapi.Station) error { return st.Update(ctx, put(theirs)) }, false},
		"reads another's":      {func(ctx context.Context, st *awsapi.Station) error { return st.View(ctx, get(theirs)) }, false},
		"controls another's":   {func(ctx context.Context, st *awsapi.Station) error { return st.Control(ctx, ours, put(theirs)) }, false},
		"controls nobody's":    {func(ctx context.Context, st *awsapi.Station) error { return st.Control(ctx, "", put(ours)) }, false},
		"writes in a snapshot": {func(ctx context.Context, st *awsapi.Station) error { return st.View(ctx, put(ours)) }, false},
		"reads all the metadata": {func(ctx context.Context, st *awsapi.Station) error {
			return st.View(ctx, func(tx *storage.Tx) error {
				all := storage.Metadata.Span(false)
				return tx.Scan(storage.Range{Lo: all.Lo, Hi: all.Hi}).Close()
			})
		}, false},
	} {
		ch, result := once(c.do)
		newWorkshop(t, ch)
		if err := result(); (err == nil) != c.allowed {
			t.Errorf("a chore that %s: %v", name, err)
		}
	}
}

// TestAChoreEndsTheCaches: what a chore changes of an account's records is seen
// at once by those who remember them, who may be chores too.
func TestAChoreEndsTheCaches(t *testing.T) {
	cache := storage.NewCache[string](100)
	read := func(ctx context.Context, st *awsapi.Station) (value string, err error) {
		err = st.View(ctx, func(tx *storage.Tx) (err error) {
			value, err = cache.Get(tx, ours, "mine", func(tx *storage.Tx) (string, error) { return notes.Get(tx, ours, "mine") })
			return err
		})
		return value, err
	}
	var first, second string
	ch, result := once(func(ctx context.Context, st *awsapi.Station) error {
		put := func(text string) error {
			return st.Control(ctx, ours, func(tx *storage.Tx) error { return notes.Put(tx, text, ours, "mine") })
		}
		var errs [4]error
		errs[0] = put("before")
		first, errs[1] = read(ctx, st)
		errs[2] = put("after")
		second, errs[3] = read(ctx, st)
		return errors.Join(errs[:]...)
	})
	newWorkshop(t, ch)
	if err := result(); err != nil || first != "before" || second != "after" {
		t.Errorf("got %q, then %q, %v", first, second, err)
	}
}

// TestAChoreIsWokenByACall waits an hour for a chore that a call wakes.
func TestAChoreIsWokenByACall(t *testing.T) {
	done := make(chan bool, 10)
	ch := chore(func(context.Context, *awsapi.Station) error { done <- true; return nil })
	ch.After = []string{"Change"}
	none := func(*awsapi.Call) (string, error) { return "", nil }
	fails := func(*awsapi.Call) (string, error) {
		return "", awsapi.Errorf(awsapi.Invalid, "Refused", "it is refused")
	}
	var change func(*awsapi.Call) (string, error)
	l := newLabOf(t, &awsapi.Service{Chores: []awsapi.Chore{ch}, Operations: []awsapi.Operation{
		operation("Change", awsapi.Control, stated(need(ours)), func(c *awsapi.Call) (string, error) { return change(c) }),
		operation("Other", awsapi.Control, stated(need(ours)), none),
	}})
	<-done // at the start
	l.expect("Other", http.StatusOK)
	change = fails
	l.expect("Change", http.StatusBadRequest)
	select {
	case <-done:
		t.Error("it was woken by what it doesn't wait for")
	case <-time.After(50 * time.Millisecond):
	}
	change = none
	l.expect("Change", http.StatusOK)
	select {
	case <-done:
	case <-time.After(time.Minute):
		t.Error("it was not woken")
	}
}

// TestAChoreGoesOnAfterFailures has one fail, panic and meet a broken disk.
func TestAChoreGoesOnAfterFailures(t *testing.T) {
	var times []time.Duration
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		n := 0
		over := make(chan bool)
		ch := chore(func(context.Context, *awsapi.Station) error {
			times = append(times, time.Since(start).Round(time.Second))
			n++
			switch n {
			case 1:
				return errors.New("it failed")
			case 2:
				panic("it panicked")
			case 3:
				return fmt.Errorf("the disk: %w", syscall.ENOSPC)
			case 5:
				close(over)
			}
			return nil
		})
		logged := &lockedBuffer{}
		chores := server.StartChores(server.ChoresConfig{
			Services: []*awsapi.Service{{Name: "lab", Chores: []awsapi.Chore{ch}}},
			Log:      slog.New(slog.NewTextHandler(logged, nil)), Now: time.Now,
		})
		<-over
		chores.Stop()
		for text, level := range map[string]string{"it failed": "ERROR", "it panicked": "ERROR", "the disk": "WARN"} {
			if log := logged.b.String(); !strings.Contains(log, text) || !strings.Contains(log, "level="+level) {
				t.Errorf("the log says nothing of %q: %s", text, log)
			}
		}
	})
	want := []time.Duration{0, time.Second, 3 * time.Second, 7 * time.Second, 7*time.Second + time.Hour}
	if fmt.Sprint(times) != fmt.Sprint(want) {
		t.Errorf("it was done at %v, want %v", times, want)
	}
}

// TestAChoreStops ends the server while a chore works, and while it waits.
func TestAChoreStops(t *testing.T) {
	var late atomic.Int32
	working := make(chan bool)
	ch := chore(func(ctx context.Context, st *awsapi.Station) error {
		if late.Add(1) > 1 {
			return st.Update(ctx, func(tx *storage.Tx) error { return notes.Put(tx, "the last", ours, "mine") })
		}
		close(working)
		for {
			if err := st.Update(ctx, func(tx *storage.Tx) error { return notes.Put(tx, "x", ours, "mine") }); err != nil {
				return err
			}
		}
	})
	ch.AtEnd = true
	d, err := pebble.OpenMemory()
	check(t, err)
	db := storage.New(d)
	sched, err := fair.New[authn.Sharer](fair.Limits{Permits: 1})
	check(t, err)
	chores := server.StartChores(server.ChoresConfig{
		Services: []*awsapi.Service{{Name: "lab", Chores: []awsapi.Chore{ch}}},
		DB:       db, Fair: sched, Log: slog.New(slog.DiscardHandler), Now: time.Now,
	})
	<-working
	chores.Stop()
	check(t, db.View(t.Context(), func(tx *storage.Tx) error {
		if text, err := notes.Get(tx, ours, "mine"); err != nil || text != "the last" || late.Load() != 2 {
			t.Errorf("after %d times the note is %q, %v", late.Load(), text, err)
		}
		return nil
	}))
	check(t, sched.Close())
	check(t, db.Close())
}

// TestAChoreIsWhole leaves parts of a chore's row out.
func TestAChoreIsWhole(t *testing.T) {
	do := func(context.Context, *awsapi.Station) error { return nil }
	read := operation("Look", awsapi.Read, stated(need(ours)), func(*awsapi.Call) (string, error) { return "", nil })
	for name, change := range map[string]func(*awsapi.Chore){
		"no name":              func(c *awsapi.Chore) { c.Name = "" },
		"no interval":          func(c *awsapi.Chore) { c.Every = 0 },
		"no spans":             func(c *awsapi.Chore) { c.Spans = nil },
		"nothing to do":        func(c *awsapi.Chore) { c.Do = nil },
		"an unknown operation": func(c *awsapi.Chore) { c.After = []string{"Change"} },
		"one that only reads":  func(c *awsapi.Chore) { c.After = []string{"Look"} },
	} {
		ch := chore(do)
		change(&ch)
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("a chore with %s was started", name)
				}
			}()
			server.StartChores(server.ChoresConfig{
				Services: []*awsapi.Service{{Name: "lab", Operations: []awsapi.Operation{read}, Chores: []awsapi.Chore{ch}}},
				Log:      slog.New(slog.DiscardHandler),
			})
		}()
	}
}

// TestAChoreRests has one work as much as it can: it works a third of the time.
func TestAChoreRests(t *testing.T) {
	const work, times = 4 * time.Millisecond, 10
	var took time.Duration
	ch, result := once(func(ctx context.Context, st *awsapi.Station) error {
		start := time.Now()
		for range times {
			if err := st.View(ctx, func(*storage.Tx) error { time.Sleep(work); return nil }); err != nil {
				return err
			}
		}
		took = time.Since(start)
		return nil
	})
	newWorkshop(t, ch)
	if err := result(); err != nil || took < 3*times*work {
		t.Errorf("%v of work took %v, %v", times*work, took, err)
	}
}
