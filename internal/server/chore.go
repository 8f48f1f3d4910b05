// SPDX-License-Identifier: Apache-2.0

package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/bailiwick-dev/bailiwick/internal/authn"
	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/fair"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
)

const (
	// Pauses after a chore that has failed, which double.
	minRetry = time.Second
	maxRetry = time.Minute

	// lastChores is how long chores that gather in memory have at the end.
	lastChores = 5 * time.Second

	// A chore rests restFactor times as long as it has worked. It may put off
	// short rests, as timers are coarse.
	restFactor = 2
	minRest    = time.Millisecond
)

// ChoresConfig is what chores need. All fields are required.
type ChoresConfig struct {
	Services []*awsapi.Service
	DB       *storage.DB
	Fair     *fair.Scheduler[authn.Sharer]
	Log      *slog.Logger
	Now      func() time.Time
}

// Chores runs the services' chores, each in a goroutine of its own, until they
// are stopped. Nil Chores are none.
type Chores struct {
	cfg    ChoresConfig
	after  map[*awsapi.Operation][]*worker
	cancel context.CancelFunc
	done   sync.WaitGroup
}

// StartChores starts the chores of the services. It panics if a row is not
// whole: a chore that could do nothing, or that waits for no operation there is.
func StartChores(cfg ChoresConfig) *Chores {
	ctx, cancel := context.WithCancel(context.Background())
	c := &Chores{cfg: cfg, after: map[*awsapi.Operation][]*worker{}, cancel: cancel}
	for _, svc := range cfg.Services {
		for i := range svc.Chores {
			w := c.worker(svc, &svc.Chores[i])
			c.done.Go(func() { w.run(ctx) })
		}
	}
	return c
}

// worker returns the worker for a chore of the service.
func (c *Chores) worker(svc *awsapi.Service, chore *awsapi.Chore) *worker {
	if chore.Name == "" || chore.Every <= 0 || len(chore.Spans) == 0 || chore.Do == nil {
		panic("server: chore " + chore.Name + " of " + svc.Name + " lacks a name, an interval, spans or what it does")
	}
	w := &worker{chore: chore, cfg: &c.cfg, sharer: authn.ChoreSharer(svc.Name), woken: make(chan struct{}, 1)}
	w.spans = append(slices.Clone(chore.Spans), storage.Epochs())
	w.log = c.cfg.Log.With("service", svc.Name, "chore", chore.Name)
	for _, name := range chore.After {
		i := slices.IndexFunc(svc.Operations, func(o awsapi.Operation) bool { return o.Name == name })
		if i < 0 || svc.Operations[i].Access != awsapi.Control {
			panic("server: chore " + chore.Name + " waits for " + name + ", which is no Control operation of " + svc.Name)
		}
		op := &svc.Operations[i]
		c.after[op] = append(c.after[op], w)
	}
	return w
}

// wake has those chores look that wait for the operation, of which a call has
// committed.
func (c *Chores) wake(op *awsapi.Operation) {
	if c == nil {
		return
	}
	for _, w := range c.after[op] {
		select {
		case w.woken <- struct{}{}:
		default: // it is to look anyway
		}
	}
}

// Stop stops the chores and waits until they are done with the store.
func (c *Chores) Stop() {
	c.cancel()
	c.done.Wait()
}

// A worker does one chore.
type worker struct {
	chore  *awsapi.Chore
	cfg    *ChoresConfig
	sharer authn.Sharer
	spans  []storage.Span
	log    *slog.Logger
	woken  chan struct{}
	owed   time.Duration // of rest
}

// run does the chore again and again, until ctx ends.
func (w *worker) run(ctx context.Context) {
	retry := minRetry
	for ctx.Err() == nil {
		pause, woken := w.chore.Every, w.woken
		if err := w.do(ctx); err != nil && ctx.Err() == nil {
			w.failed(err)
			pause, woken = retry, nil
			retry = min(2*retry, maxRetry)
		} else {
			retry = minRetry
		}
		timer := time.NewTimer(pause)
		select {
		case <-ctx.Done():
		case <-woken:
		case <-timer.C:
		}
		timer.Stop()
	}
	if w.chore.AtEnd {
		last, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastChores)
		defer cancel()
		if err := w.do(last); err != nil {
			w.failed(err)
		}
	}
}

// failed logs why the chore is not done. That a disk fails the store logs too.
func (w *worker) failed(err error) {
	level := slog.LevelError
	if storage.IsOutage(err) {
		level = slog.LevelWarn
	}
	w.log.Log(context.Background(), level, "a chore is not done; trying again later", "err", err)
}

// do does the chore once.
func (w *worker) do(ctx context.Context) (err error) {
	defer catch(&err)
	return w.chore.Do(ctx, &awsapi.Station{
		Now: w.cfg.Now,
		View: func(ctx context.Context, f func(*storage.Tx) error) error {
			return w.transact(ctx, w.cfg.DB.View, func(tx *storage.Tx) error { return f(tx.Only(w.spans)) })
		},
		Update: func(ctx context.Context, f func(*storage.Tx) error) error {
			return w.transact(ctx, w.cfg.DB.Update, func(tx *storage.Tx) error { return f(tx.Only(w.spans)) })
		},
		Control: func(ctx context.Context, account string, f func(*storage.Tx) error) error {
			if account == "" {
				return errors.New("server: a chore changes nobody's records")
			}
			return w.transact(ctx, w.cfg.DB.Update, func(tx *storage.Tx) error {
				if err := f(tx.Only(w.spans)); err != nil {
					return err
				}
				return tx.Advance(account)
			})
		},
	})
}

// A transactor is a DB's View or Update.
type transactor func(context.Context, func(*storage.Tx) error) error

// transact runs f in its turn and has the worker rest.
func (w *worker) transact(ctx context.Context, run transactor, f func(*storage.Tx) error) error {
	turn, err := w.cfg.Fair.Enter(ctx, w.sharer)
	if err != nil {
		return fmt.Errorf("wait for a turn: %w", err)
	}
	defer turn.Leave()
	err = run(ctx, func(tx *storage.Tx) (err error) {
		defer turn.Leave() // as a call does: what follows is waiting
		defer catch(&err)
		return f(tx)
	})
	w.rest(ctx, turn.Took())
	return err
}

// rest rests after work that took that long, unless ctx ends.
func (w *worker) rest(ctx context.Context, worked time.Duration) {
	w.owed += restFactor * worked
	if w.owed < minRest {
		return
	}
	timer := time.NewTimer(w.owed)
	defer timer.Stop()
	w.owed = 0
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}
