// SPDX-License-Identifier: Apache-2.0

// Package server answers AWS API requests. Its two halves are the only path to
// any operation: [Server.serve] takes a call from the wire and back, and
// [Server.do] decides it and does it, in one transaction. What another server
// carries out is sent on when that has committed.
package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/bailiwick-dev/bailiwick/internal/audit"
	"github.com/bailiwick-dev/bailiwick/internal/authn"
	"github.com/bailiwick-dev/bailiwick/internal/authz"
	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/fair"
	"github.com/bailiwick-dev/bailiwick/internal/metrics"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
)

// Config is what a Server needs. All fields but Chores, Metrics and Observe are
// required.
type Config struct {
	Services []*awsapi.Service
	DB       *storage.DB
	Authn    *authn.Authenticator
	Authz    *authz.Authorizer
	Audit    *audit.Log
	Log      *slog.Logger
	Now      func() time.Time

	Fair      *fair.Scheduler[authn.Sharer]
	Chores    *Chores          // that calls wake; nil for none
	TenantTag string           // key of the tag that names a session's tenant
	Metrics   *metrics.Metrics // nil to measure nothing

	// Observe, if set, is told what every guarded call needs, before it is
	// decided: a test compares it with the catalogue.
	Observe func(*awsapi.Call, []awsapi.Need)
}

// A Server is an http.Handler that serves AWS APIs on one endpoint.
type Server struct {
	cfg      Config
	byName   map[string]*awsapi.Service
	byTarget map[string]*awsapi.Service
	ops      map[*awsapi.Service]map[string]*awsapi.Operation
	rooms    rooms
	measured measured
}

// New returns a server for cfg.
func New(cfg Config) *Server {
	s := &Server{
		cfg:      cfg,
		byName:   map[string]*awsapi.Service{},
		byTarget: map[string]*awsapi.Service{},
		ops:      map[*awsapi.Service]map[string]*awsapi.Operation{},
		rooms:    newRooms(),
		measured: newMeasured(&cfg),
	}
	for _, svc := range cfg.Services {
		if svc.Scope == "" {
			s.byName[svc.Name] = svc
		}
		if svc.Target != "" {
			s.byTarget[svc.Target] = svc
		}
		s.ops[svc] = map[string]*awsapi.Operation{}
		for i := range svc.Operations {
			s.ops[svc][svc.Operations[i].Name] = &svc.Operations[i]
		}
	}
	return s
}

// ServeHTTP serves one call.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	id := newRequestID()
	start := s.cfg.Now()
	proof := s.cfg.Authn.Read(r)
	svc, ok := s.route(r, proof)
	if !ok || svc.CrossOrigin {
		admitOrigin(w.Header(), r)
	}
	if !ok {
		settle(w, r, true)
		s.stray(w, r, id)
		return
	}
	call := &awsapi.Call{Service: svc, RequestID: id, Time: start}
	var e *awsapi.Error
	s.cfg.Metrics.Begin()
	defer func() { s.measure(call, e) }()
	if err := s.serve(w, r, call, proof); err != nil {
		if storage.IsOutage(err) {
			err = unavailable(err)
		}
		e = awsapi.AsError(err)
		s.logFailure(r.Context(), call, e)
		settle(w, r, refused(e.Kind))
		s.noteStranger(call, proof, e)
		if e.Encoded != "" {
			w.Header().Set("X-Amzn-Encoded-Authorization-Message", e.Encoded)
		}
		svc.Protocol.EncodeError(w, r, id, e)
		return
	}
	settle(w, r, false)
}

// logFailure logs what an operator must look at. Calls that are refused are in
// the decision log, those that strangers send are not worth a line each.
func (s *Server) logFailure(ctx context.Context, c *awsapi.Call, e *awsapi.Error) {
	level := slog.LevelDebug
	ours := e.Kind == awsapi.Internal || e.Kind == awsapi.Unavailable && e.Err != nil // not for want of room
	if ours && !errors.Is(e, context.Canceled) {                                      // by a client that has gone
		level = slog.LevelError
	}
	op := ""
	if c.Operation != nil {
		op = c.Operation.Name
	}
	s.cfg.Log.Log(ctx, level, "call failed", "id", c.RequestID, "service", c.Service.Name, "operation", op, "code", e.Code, "err", e.Err)
}

// serve is the life of a call, in order. Every operation of every service goes
// through it, so none can miss a step.
func (s *Server) serve(w http.ResponseWriter, r *http.Request, c *awsapi.Call, proof *authn.Proof) (err error) {
	defer catch(&err)
	if err := describe(c, r); err != nil {
		return err
	}
	if err := proof.Check(r.Context(), c.Service, c.Time); err != nil {
		return err
	}
	c.Region = proof.Region(c.Service)
	body, err := s.readBody(w, r, c.SourceIP, proof)
	defer body.release()
	if err != nil {
		return err
	}
	if err := s.verify(w, proof, body); err != nil {
		return err
	}
	if err := s.inflate(r, c, proof, body); err != nil {
		return err
	}
	in, err := s.input(r, c, proof, body)
	if err != nil {
		return err
	}
	c.Access = c.Operation.AccessOf(in)
	who, err := s.identify(w, r, c, proof, body, in)
	if err != nil {
		return err
	}
	if err := c.Operation.Prepare(r.Context(), c, in); err != nil {
		return err
	}
	turn, err := s.turn(r.Context(), proof)
	if err != nil {
		return err
	}
	held := holding{room: &s.rooms.results, of: proof.Sharer(s.cfg.TenantTag)}
	defer held.release()
	out, err := s.do(r.Context(), c, who, &turn, &held, in)
	if err != nil {
		return err
	}
	if out, err = c.Operation.Forward(r.Context(), held.took, c, in, out); err != nil {
		return err
	}
	s.cfg.Chores.wake(c.Operation)
	s.encode(s.answer(w, c.SourceIP), r, c, &turn, out)
	return nil
}

// do decides a call and does it: who calls, what it needs, whether that is
// allowed and the act itself are all of one snapshot or one transaction, so
// nothing can change in between. The record of a change commits with it.
func (s *Server) do(ctx context.Context, c *awsapi.Call, who awsapi.Proof, turn *turn, held *holding, in any) (out any, err error) {
	defer turn.Leave()
	entry := s.cfg.Audit.Begin()
	defer entry.Done()
	now := s.cfg.Now() // a session may have ended while the body came, or the turn
	run := s.cfg.DB.Update
	if c.Access == awsapi.Read {
		run, c.Pause = s.cfg.DB.View, pauses(turn)
	}
	var v verdict
	err = run(ctx, func(tx *storage.Tx) (err error) {
		defer turn.Leave() // what follows is waiting; a rerun goes on without, as it may hold what others wait for
		defer catch(&err)
		v, c.Denied = verdict{}, nil
		held.release()
		if c.Caller, err = who.Caller(tx, now); err != nil {
			return err
		}
		c.Tx = tx.Metadata()
		if err := s.decide(ctx, tx, c, in, &v); err != nil {
			return err
		}
		c.Tx = tx.Only(v.spans())
		c.Tx.Meter(held.took)
		if out, err = c.Operation.Handle(ctx, c, in); err != nil {
			return err
		}
		if c.Operation.Access == awsapi.Control {
			if err := advance(tx, c.Caller, v.needs); err != nil {
				return err
			}
		}
		if c.Access != awsapi.Read {
			v.record = change(c, &v, out)
			return entry.Commit(tx, v.record)
		}
		return nil
	})
	c.Tx = nil
	if !v.decided {
		return out, err // nobody was let in or turned away
	}
	if recErr := s.keep(ctx, entry, c, &v, err); recErr != nil {
		return nil, recErr
	}
	return out, err
}

// catch makes a panic an internal failure: what was decided goes on record, the
// client has its answer, and the operator learns where it was.
func catch(err *error) {
	if p := recover(); p != nil {
		*err = fmt.Errorf("server: panic: %v\n%s", p, debug.Stack())
	}
}

// A verdict is what was decided of a call.
type verdict struct {
	needs    []awsapi.Need
	outcomes []authz.Outcome
	decided  bool
	denied   bool
	record   *audit.Record // of the change; nil until it is made
}

func (s *Server) decide(ctx context.Context, tx *storage.Tx, c *awsapi.Call, in any, v *verdict) (err error) {
	if err := admit(c); err != nil {
		v.decided, v.denied = true, true
		return err
	}
	if c.Operation.Guard == awsapi.None {
		v.decided = true
		return nil
	}
	// A service may deny by itself, when it states its needs: what no policy can
	// allow. That is a denial as any other.
	defer func() {
		if e, ok := errors.AsType[*awsapi.Error](err); ok && e.Kind == awsapi.Denied {
			v.decided, v.denied = true, true
		}
	}()
	if v.needs, err = c.Operation.Needs(ctx, c, in); err != nil {
		return err
	}
	if s.cfg.Observe != nil {
		s.cfg.Observe(c, v.needs)
	}
	v.outcomes, err = s.cfg.Authz.Decide(ctx, tx, c, v.needs)
	v.decided = err == nil
	if v.decided && c.Operation.Guard == awsapi.Each {
		c.Denied = v.denials()
	}
	return err
}

// denials returns the denial of each need, nil for one that is allowed.
func (v *verdict) denials() []*awsapi.Error {
	all := make([]*awsapi.Error, len(v.needs))
	for i := range v.outcomes {
		if r := v.outcomes[i].Refused; r != nil {
			all[i] = r.Error
		}
	}
	return all
}

// spans returns the storage that the needs open which are allowed.
func (v *verdict) spans() []storage.Span {
	var all []storage.Span
	for i := range v.outcomes {
		if v.outcomes[i].Refused != nil {
			continue
		}
		if len(v.needs) == 1 {
			return v.needs[i].Spans
		}
		all = append(all, v.needs[i].Spans...)
	}
	return all
}

// advance ends the caches of every account that the call has changed.
func advance(tx *storage.Tx, caller *awsapi.Caller, needs []awsapi.Need) error {
	owners := map[string]bool{caller.Account(): true}
	for i := range needs {
		owners[needs[i].Owner] = true
		for _, changed := range needs[i].Changes {
			owners[changed] = true
		}
	}
	for owner := range owners {
		if err := tx.Advance(owner); err != nil {
			return err
		}
	}
	return nil
}

// keep records the calls whose record did not commit with a change: denials,
// reads, and calls that were allowed and then failed. One that was denied in part is
// recorded as a denial is.
func (s *Server) keep(ctx context.Context, e audit.Entry, c *awsapi.Call, v *verdict, callErr error) error {
	switch {
	case v.denied:
		if err := e.Deny(ctx, record(c, v, nil)); err != nil {
			return unrecorded(err)
		}
	case (c.Access == awsapi.Read || callErr != nil) && c.PartlyDenied():
		if err := e.Deny(ctx, record(c, v, callErr)); err != nil {
			return unrecorded(err)
		}
	case c.Access == awsapi.Read || callErr != nil:
		if err := e.Allow(record(c, v, callErr)); err != nil {
			return unrecorded(err)
		}
	default:
		e.Committed(v.record)
	}
	return nil
}

func unrecorded(err error) error { return unavailable(fmt.Errorf("not recorded: %w", err)) }

// unavailable says that what err kept from happening may be tried again.
func unavailable(err error) error {
	return &awsapi.Error{Kind: awsapi.Unavailable, Message: "The request has failed due to a temporary failure of the server.", Err: err}
}

// newRequestID returns 52 characters, as DynamoDB's are. Ids are unique but no
// secret, so that no call waits for the system's random numbers.
func newRequestID() string {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567" // of base32: five bits each
	var id [52]byte
	var bits uint64
	for i := range id {
		if i%12 == 0 {
			bits = rand.Uint64()
		}
		id[i] = alphabet[bits&31]
		bits >>= 5
	}
	return string(id[:])
}
