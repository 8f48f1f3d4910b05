// SPDX-License-Identifier: Apache-2.0

// Package authn finds out who sent a request.
//
// What a request's head says is checked before its body is read: [Read] takes
// the signature apart, [Proof.Check] judges scope, clock, access key and
// session token. [Proof.Verify] then checks the signature over all of it, and
// [Proof.Caller] says, in the transaction of the call, who that is now: an
// access key that was deleted meanwhile, a role that was recreated or a session
// that has ended lets nobody in, whatever was cached.
//
// Some operations take proof of who calls in their input, for which an identity
// provider vouches. [Authenticator.Identify] verifies that, and what it returns
// says in the transaction who that is now.
package authn

import (
	"context"
	"crypto/sha256"
	"errors"
	"net/http"
	"time"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/federation"
	"github.com/bailiwick-dev/bailiwick/internal/identity"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
	"github.com/bailiwick-dev/bailiwick/internal/wire/sigv4"
)

// Requests are good for pastWindow after they were signed, and may be signed
// up to futureWindow ahead of our clock, as DynamoDB and the query services
// have it.
const (
	pastWindow   = 15 * time.Minute
	futureWindow = 5 * time.Minute
)

// cached is how many credentials and how many signing keys are kept.
const cached = 16384

// An Authenticator verifies who signed requests. It is safe for concurrent use.
type Authenticator struct {
	db        *storage.DB
	directory *identity.Directory
	keys      *sigv4.Keys
	known     *credentials

	federation *federation.Verifier
	providers  *storage.Cache[*samlProvider]
}

// New returns an Authenticator for the principals in directory, and for those that
// identity providers vouch for in tokens that v verifies.
func New(db *storage.DB, directory *identity.Directory, v *federation.Verifier) *Authenticator {
	return &Authenticator{
		db: db, directory: directory, keys: sigv4.NewKeys(cached), known: newCredentials(cached),
		federation: v, providers: storage.NewCache[*samlProvider](cachedProviders),
	}
}

// A Proof is what a request offers to prove who sent it. It belongs to one
// request and is not safe for concurrent use.
type Proof struct {
	authn      *Authenticator
	signature  *sigv4.Request // nil if it can't be read
	unreadable error          // why it can't
	credential *identity.Credential
	verified   bool
}

// Read takes the signature of r apart. What is wrong with it, [Proof.Check]
// reports: until the service is known there is nobody to say it.
func (a *Authenticator) Read(r *http.Request) *Proof {
	q, err := sigv4.Parse(r)
	return &Proof{authn: a, signature: q, unreadable: err}
}

// Service returns the name of the service that the request is signed for, or
// "" if that can't be read.
func (p *Proof) Service() string {
	if p.unreadable != nil {
		return ""
	}
	return p.signature.Scope.Service
}

// Region returns the region that the request is signed for. Requests to global
// services, and those that aren't signed, act in us-east-1, whatever region they
// name.
func (p *Proof) Region(svc *awsapi.Service) string {
	if svc.Global || p.Unsigned() {
		return "us-east-1"
	}
	return p.signature.Scope.Region
}

// Check checks what the head of the request says, for a request to svc: the
// signature's form, scope and time, and that access key and session token are
// ones that we gave out. A request without any signature passes if the service has
// operations that take proof in their input.
func (p *Proof) Check(ctx context.Context, svc *awsapi.Service, now time.Time) error {
	if p.Unsigned() && svc.TakesProof() {
		return nil
	}
	if p.unreadable != nil {
		return refusal(p.unreadable)
	}
	q := p.signature
	err := q.Check(sigv4.Profile{Service: svc.SigningName(), Region: isRegion, Past: pastWindow, Future: futureWindow})
	if err != nil {
		return refusal(err)
	}
	if err := q.CheckClock(now); err != nil {
		return refusal(err)
	}
	if c, ok := p.authn.known.get(q.AccessKeyID, q.SessionToken); ok {
		p.credential = c
		return nil
	}
	err = p.authn.db.View(ctx, func(tx *storage.Tx) (err error) {
		p.credential, err = p.authn.directory.Credential(tx, q.AccessKeyID, q.SessionToken, now)
		return err
	})
	return refusal(err)
}

// Unsigned reports whether the request carries no signature at all, which leaves
// open who sent it.
func (p *Proof) Unsigned() bool {
	e, ok := errors.AsType[*sigv4.Error](p.unreadable)
	return ok && e.Reason == sigv4.Missing
}

// Refusal returns what a request is told that carries no signature and needs one.
func (p *Proof) Refusal() error { return refusal(p.unreadable) }

// Verify checks the signature over head and body. There is nothing to check of a
// request that carries none, and nothing is verified then.
func (p *Proof) Verify(body []byte) error {
	if p.Unsigned() {
		return nil
	}
	q, c := p.signature, p.credential
	fingerprint := sigv4.Fingerprint(c.Fingerprint)
	key, hit := p.authn.keys.Get(q, fingerprint)
	if !hit {
		key = sigv4.DeriveKey(c.Secret, q.Scope)
	}
	if err := q.Verify(key, sha256.Sum256(body)); err != nil {
		return refusal(err)
	}
	if !hit {
		p.authn.keys.Put(q, fingerprint)
	}
	p.authn.known.put(q.AccessKeyID, q.SessionToken, c)
	p.verified = true
	return nil
}

// A Sharer is whom service is shared out to: see [identity.Credential.Sharer].
type Sharer = identity.Sharer

// ChoreSharer is [identity.ChoreSharer].
func ChoreSharer(service string) Sharer { return identity.ChoreSharer(service) }

// Sharer returns whom the request is served for; tenantTag is the key of the tag
// that names a session's tenant. Requests whose signature was not verified all
// have the same, the zero Sharer.
func (p *Proof) Sharer(tenantTag string) Sharer {
	if !p.verified {
		return Sharer{}
	}
	return p.credential.Sharer(tenantTag)
}

// Caller returns who signed the request, as it stands in tx.
func (p *Proof) Caller(tx *storage.Tx, now time.Time) (*awsapi.Caller, error) {
	if !p.verified {
		return nil, errors.New("authn: the signature was not verified")
	}
	c, err := p.authn.directory.Caller(tx, p.credential, now)
	if err == nil {
		p.authn.directory.Used(p.credential, now, p.signature.Scope.Service, p.signature.Scope.Region)
	}
	return c, refusal(err)
}

// isRegion reports whether s has the form of an AWS region, such as us-east-1
// or us-gov-west-1.
func isRegion(s string) bool {
	if len(s) > 32 || len(s) < 6 {
		return false
	}
	hyphens := 0
	for i := range len(s) - 1 {
		switch c := s[i]; {
		case c == '-' && i > 0 && s[i-1] != '-':
			hyphens++
		case c < 'a' || c > 'z':
			return false
		}
	}
	last := s[len(s)-1]
	return hyphens >= 2 && s[len(s)-2] == '-' && last >= '1' && last <= '9'
}
