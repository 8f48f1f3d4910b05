// SPDX-License-Identifier: Apache-2.0

package server

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/bailiwick-dev/bailiwick/internal/authn"
	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/fair"
)

// A turn is the permit that a call works with. Whatever takes processor time
// once it is known whose call it is, is done with one; what waits, for a sync or
// for the client, is done without.
type turn = fair.Turn[authn.Sharer]

// turn waits until the call that proof is of can be recorded, and for its turn.
func (s *Server) turn(ctx context.Context, proof *authn.Proof) (turn, error) {
	if err := s.cfg.Audit.Ready(ctx); err != nil {
		return turn{}, unrecorded(err)
	}
	return s.enter(ctx, proof)
}

// enter waits for the turn of the call that proof is of.
func (s *Server) enter(ctx context.Context, proof *authn.Proof) (turn, error) {
	t, err := s.cfg.Fair.Enter(ctx, proof.Sharer(s.cfg.TenantTag))
	return t, throttled(err)
}

// pauses returns what lets others go first while the call of that turn works.
func pauses(t *turn) func(context.Context) error {
	return func(ctx context.Context) error { return throttled(t.Pause(ctx)) }
}

// throttled returns the error of waiting for a turn as the client is told it.
func throttled(err error) error {
	if errors.Is(err, fair.ErrBusy) {
		return awsapi.Errorf(awsapi.Throttled, "", "Rate exceeded")
	}
	return err
}

// shortWork is for how long a call may have worked to have its result encoded
// without another turn: that takes as long at most.
const shortWork = 200 * time.Microsecond

// encode sends the result of a call that has worked in its turn. After long work
// it may be long too, and after a change all who waited for the same sync go on at
// once: then it takes another turn to make, but none to send. What has been done
// must be answered: if there is no turn to be had, it goes without.
func (s *Server) encode(w http.ResponseWriter, r *http.Request, c *awsapi.Call, turn *turn, out any) {
	if turn.Took() > shortWork || c.Access != awsapi.Read {
		_ = turn.Resume(r.Context())
		defer turn.Leave()
		w = &leaver{w, r.Context(), turn}
	}
	c.Service.Protocol.Encode(w, r, c.Operation, c.RequestID, out)
}

// A leaver is a ResponseWriter that ends a turn before it sends anything.
type leaver struct {
	http.ResponseWriter
	ctx  context.Context // of the call
	turn *turn
}

// Pause implements [awsapi.Pauser]. Without another turn the rest goes without.
func (l *leaver) Pause() { _ = l.turn.Pause(l.ctx) }

func (l *leaver) Write(b []byte) (int, error) {
	l.turn.Leave()
	return l.ResponseWriter.Write(b)
}

// Unwrap is for http.ResponseController.
func (l *leaver) Unwrap() http.ResponseWriter { return l.ResponseWriter }
