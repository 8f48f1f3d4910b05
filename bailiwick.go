// SPDX-License-Identifier: Apache-2.0

// Package bailiwick is the whole server: it keeps the tenants of a SaaS
// product apart at the data layer, in AWS's own wire protocols, and shows why
// each call was allowed or denied.
//
// This package wires the parts together; it is the one that names them all.
// Useful without the server are the packages policy, tenant, tvm, arn and
// client beside it.
package bailiwick

import (
	"context"
	"errors"
	"os"
	"time"

	"github.com/bailiwick-dev/bailiwick/internal/audit"
	"github.com/bailiwick-dev/bailiwick/internal/authn"
	"github.com/bailiwick-dev/bailiwick/internal/authz"
	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/fair"
	"github.com/bailiwick-dev/bailiwick/internal/identity"
	"github.com/bailiwick-dev/bailiwick/internal/metrics"
	"github.com/bailiwick-dev/bailiwick/internal/server"
	"github.com/bailiwick-dev/bailiwick/internal/service"
	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/upstream"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
)

// A Server is an open Bailiwick. It is safe for concurrent use.
type Server struct {
	cfg      Config
	started  time.Time
	db       *storage.DB
	audit    *audit.Log
	fair     *fair.Scheduler[authn.Sharer]
	api      *server.Server
	root     RootKey
	keeper   *keeper
	closer   *closer
	upstream *upstream.Client // nil if tables are kept here
	chores   *server.Chores
	metrics  *metrics.Metrics // nil if nothing is measured

	metricsURL string
}

// Open opens the server's data directory, which it makes if need be, and
// readies the server to [Server.Serve]. A directory that another server has
// open is refused, and so is a root access key other than the one it was made
// with, or another root key than the one that its keys are wrapped with.
func Open(cfg Config) (_ *Server, err error) {
	if err := cfg.resolve(); err != nil {
		return nil, err
	}
	s := &Server{cfg: cfg, started: cfg.Now()}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.Close())
		}
	}()
	if err := os.MkdirAll(cfg.Data, 0o700); err != nil {
		return nil, err
	}
	if s.db, err = openStore(&cfg); err != nil {
		return nil, err
	}
	ring, err := openRing(context.Background(), s.db, &cfg)
	if err != nil {
		return nil, err
	}
	directory := identity.New(ring)
	if s.root, err = openRoot(context.Background(), s.db, directory, &cfg); err != nil {
		return nil, err
	}
	if s.audit, err = audit.Open(cfg.auditLog(s.db, ring)); err != nil {
		return nil, err
	}
	if s.fair, err = fair.New[authn.Sharer](cfg.limits()); err != nil {
		return nil, err
	}
	verifier, err := cfg.federation()
	if err != nil {
		return nil, err
	}
	services, err := s.services(directory)
	if err != nil {
		return nil, err
	}
	s.chores = server.StartChores(server.ChoresConfig{Services: services, DB: s.db, Fair: s.fair, Log: cfg.Log, Now: cfg.Now})
	s.metrics = s.newMetrics()
	s.api = server.New(server.Config{
		Services:  services,
		DB:        s.db,
		Authn:     authn.New(s.db, directory, verifier),
		Authz:     &authz.Authorizer{Directory: directory},
		Audit:     s.audit,
		Fair:      s.fair,
		Chores:    s.chores,
		Metrics:   s.metrics,
		TenantTag: cfg.TenantTag,
		Log:       cfg.Log,
		Now:       cfg.Now,
		Observe:   cfg.observe,
	})
	s.keeper = startKeeper(s.db, directory, s.audit, ring.Changed(), &cfg)
	s.closer = startCloser(s.db, services, &cfg)
	return s, nil
}

// Close closes the server's data. It must not be serving any more.
func (s *Server) Close() error {
	var errs []error
	if s.chores != nil {
		s.chores.Stop()
	}
	if s.closer != nil {
		s.closer.stop()
	}
	if s.keeper != nil {
		s.keeper.stop()
	}
	if s.fair != nil {
		errs = append(errs, s.fair.Close())
	}
	if s.upstream != nil {
		s.upstream.Close()
	}
	if s.audit != nil {
		errs = append(errs, s.audit.Close())
	}
	if s.db != nil {
		errs = append(errs, s.db.Close())
	}
	return errors.Join(errs...)
}

// services returns every service.
func (s *Server) services(directory *identity.Directory) (_ []*awsapi.Service, err error) {
	up := &s.cfg.Upstream
	if up.URL == "" {
		return service.All(directory), nil
	}
	if s.upstream, err = upstream.New(context.Background(), up.client()); err != nil {
		return nil, err
	}
	return service.InFront(directory, s.upstream, up.AccountID, s.cfg.Now), nil
}

// Catalogue returns every action that the services know, with the resource
// types it applies to and the condition keys that requests for it carry.
func Catalogue() []awsapi.Action {
	var all []awsapi.Action
	for _, svc := range service.All(nil) {
		all = append(all, svc.Actions...)
	}
	return all
}
