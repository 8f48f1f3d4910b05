// SPDX-License-Identifier: Apache-2.0

// Package tvm is a token vending machine: it is given a tenant and hands out
// AWS credentials that reach that tenant's data only.
//
// A [Machine] assumes roles with its own, wider credentials and confines what it
// gets to one tenant: by a role of the tenant's own, by a session policy made
// from a template, or by session tags. It works with AWS and with Bailiwick
// alike: which of them it talks to is a matter of [Config.Base].
//
// What keeps tenants apart here is checked when the machine is made, where it
// can be: a machine cannot be made without a [Scope], templates in which one
// tenant's id could match another's are refused, and tenant ids follow a
// grammar that has no character with a meaning in a policy. There is one place
// in which requests to STS are made, and it makes none that is not confined to
// a tenant.
package tvm

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/bailiwick-dev/bailiwick/tenant"
)

// A Machine vends credentials, and keeps them until shortly before they expire.
// Its methods may be called from several goroutines at once. Make one with
// [New]; the zero Machine vends nothing.
type Machine struct {
	base    aws.Config
	sts     *sts.Client
	grammar tenant.Grammar
	grant   grant
	session session
	window  time.Duration
	now     func() time.Time

	mu      sync.Mutex
	cache   cache
	flights map[tenant.ID]*flight // at most one a tenant
}

// New returns a machine that vends as c says. It makes no request. It returns
// an error if c has no scope, or one that does not confine, or if some tenant
// id of the grammar would not do as part of a role's or session's name.
func New(c Config) (*Machine, error) {
	c = c.withDefaults()
	if err := c.check(); err != nil {
		return nil, err
	}
	g, err := compileScope(c.Scope, c.TenantID)
	if err != nil {
		return nil, err
	}
	s, err := newSession(c)
	if err != nil {
		return nil, err
	}
	return &Machine{
		base:    cloneConfig(c.Base),
		sts:     newSTS(c.Base),
		grammar: c.TenantID,
		grant:   g,
		session: s,
		window:  c.ExpiryWindow,
		now:     c.Now,
		cache:   newCache(c.MaxTenants),
		flights: make(map[tenant.ID]*flight),
	}, nil
}

// newSession returns what c says about sessions.
func newSession(c Config) (session, error) {
	s := session{seconds: int32(c.Duration / time.Second)}
	var err error
	if s.name, err = parseName(c.SessionName, c.TenantID, 2, 64); err != nil {
		return session{}, fmt.Errorf("tvm: session name: %w", err)
	}
	if c.SourceIdentity == "" {
		return s, nil
	}
	if s.sourceIdentity, err = parseName(c.SourceIdentity, c.TenantID, 2, 64); err != nil {
		return session{}, fmt.Errorf("tvm: source identity: %w", err)
	}
	return s, nil
}

// newSTS returns a client that never logs requests and responses, whatever base
// says: the responses are the credentials.
func newSTS(base aws.Config) *sts.Client {
	return sts.NewFromConfig(base, func(o *sts.Options) {
		o.ClientLogMode &= aws.LogRetries
	})
}

// cloneConfig returns a copy of c to which options can be added without their
// showing up in c or in another copy.
func cloneConfig(c aws.Config) aws.Config {
	c = c.Copy()
	c.ConfigSources = slices.Clone(c.ConfigSources)
	c.APIOptions = slices.Clone(c.APIOptions)
	c.ServiceOptions = slices.Clone(c.ServiceOptions)
	c.AuthSchemePreference = slices.Clone(c.AuthSchemePreference)
	c.Interceptors = c.Interceptors.Copy()
	return c
}

// Config returns a configuration whose clients act as tenant id and as nobody
// else. It fetches credentials if none are kept, so that it is here that a
// tenant who cannot have any is noticed; they are renewed as long as the
// configuration is used. When they cannot be, calls fail: the credentials of
// Config.Base are never used in their place, nor is its bearer token. An id
// that does not follow the grammar is a [tenant.ErrInvalid].
func (m *Machine) Config(ctx context.Context, id tenant.ID) (aws.Config, error) {
	if _, err := m.Credentials(ctx, id); err != nil {
		return aws.Config{}, err
	}
	c := cloneConfig(m.base)
	c.Credentials = provider{m, id}
	c.BearerAuthTokenProvider = nil
	return c, nil
}

// Credentials returns credentials of tenant id, fetching them if none are kept.
// At any time one request to STS is under way for a tenant, and all who want
// its credentials wait for that one; ctx ends the waiting, not the request.
// Failures are not kept. The error is a [tenant.ErrInvalid], [ErrBusy], what ctx
// ended with, or what STS answered.
func (m *Machine) Credentials(ctx context.Context, id tenant.ID) (aws.Credentials, error) {
	id, err := m.grammar.Parse(string(id))
	if err != nil {
		return aws.Credentials{}, fmt.Errorf("tvm: %w", err)
	}
	if err := ctx.Err(); err != nil {
		return aws.Credentials{}, fmt.Errorf("tvm: credentials of tenant %s: %w", id, err)
	}
	creds, f, err := m.kept(ctx, id)
	if err != nil || f == nil {
		return creds, err
	}
	select {
	case <-f.done:
		return f.creds, f.err
	case <-ctx.Done():
		return aws.Credentials{}, fmt.Errorf("tvm: waiting for credentials of tenant %s: %w", id, ctx.Err())
	}
}

// kept returns the credentials kept for id, or the flight to wait for. It has
// credentials renewed that will expire soon, without waiting for that.
func (m *Machine) kept(ctx context.Context, id tenant.ID) (aws.Credentials, *flight, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	e := m.cache.get(id)
	if e == nil || !m.now().Before(e.stale) {
		f, err := m.depart(ctx, id)
		return aws.Credentials{}, f, err
	}
	if !m.now().Before(e.renew) {
		if _, err := m.depart(ctx, id); err != nil && !errors.Is(err, ErrBusy) {
			return aws.Credentials{}, nil, err
		}
	}
	return e.creds, nil, nil
}

// A provider provides the credentials of one tenant. It keeps none itself, so
// it goes on working when the machine has forgotten the tenant.
type provider struct {
	machine *Machine
	id      tenant.ID
}

// Retrieve implements [aws.CredentialsProvider].
func (p provider) Retrieve(ctx context.Context) (aws.Credentials, error) {
	return p.machine.Credentials(ctx, p.id)
}
