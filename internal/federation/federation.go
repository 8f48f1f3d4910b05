// SPDX-License-Identifier: Apache-2.0

// Package federation verifies what OpenID Connect providers say of somebody, as
// AssumeRoleWithWebIdentity takes it: a signed JWT.
//
// A token never says by whom it is to be judged. [Read] tells which issuer it
// claims to be of; whoever finds a provider registered under exactly that name
// has [Verifier.Verify] judge the token by that provider's own keys. The one
// address that is ever asked is the registered one, and the one that it refers to
// for its keys. Header parameters that name other keys (jku, jwk, x5u, x5c) are
// not looked at.
//
//	federation.go  the judgement, in order
//	token.go       the form of a token
//	json.go        what reads JSON
//	claims.go      what its payload may say
//	tags.go        session tags among that
//	condition.go   condition keys made of that
//	keys.go        key sets, and which key goes with a token
//	cache.go       which are kept, for how long, and when they are asked for
//	fetch.go       how they are asked for
//	address.go     which addresses may be asked
//	certificate.go which servers are believed
//	error.go       what is answered, in AWS's words
package federation

import (
	"context"
	"log/slog"
	"slices"
	"time"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/identity"
)

// skew is how far a provider's clock may be ahead of ours.
const skew = 5 * time.Minute

// A Verifier verifies tokens. It is safe for concurrent use.
type Verifier struct {
	now  func() time.Time
	keys *cache
}

// New returns a Verifier that has no keys yet.
func New(cfg Config) *Verifier {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Log == nil {
		cfg.Log = slog.Default()
	}
	return &Verifier{cfg.Now, newCache(cfg.Now, cfg.Log, newFetcher(&cfg).fetch)}
}

// An Identity is what a token says, verified.
type Identity struct {
	awsapi.Federation
	Client  string // for which of the provider's client ids the token is
	expires int64  // seconds
}

// Good says whether the token has not expired at the time.
func (id *Identity) Good(now time.Time) error {
	if now.Unix() >= id.expires {
		return expired(now, id.expires)
	}
	return nil
}

// Verify returns what the token says if p, which must be the provider that its
// issuer is registered as, has signed it and it is for one of p's client ids and
// good now. It may have to ask p for its keys: that takes [fetchTime] at most.
// Errors are of the type *awsapi.Error, with the codes of STS.
func (v *Verifier) Verify(ctx context.Context, t *Token, p *identity.OIDCProvider) (*Identity, error) {
	if t.Issuer != scheme+p.URL {
		return nil, NoProvider(t.Issuer)
	}
	if err := v.verify(ctx, t, p); err != nil {
		return nil, err
	}
	c := t.claims
	if err := c.check(v.now()); err != nil {
		return nil, err
	}
	client, ok := c.client(p.ClientIDs)
	if !ok {
		return nil, wrongAudience()
	}
	return &Identity{
		Federation: awsapi.Federation{
			Provider:       p.ARN().String(),
			ProviderID:     p.ID,
			Issuer:         c.Issuer,
			Subject:        c.Subject,
			Audience:       c.audience(client),
			Claims:         c.conditions(p.URL, client),
			Tags:           c.Tags,
			Transitive:     c.Transitive,
			SourceIdentity: c.SourceIdentity,
		},
		Client:  client,
		expires: c.Expires,
	}, nil
}

// verify says whether a key of p has signed t.
func (v *Verifier) verify(ctx context.Context, t *Token, p *identity.OIDCProvider) error {
	set, err := v.keys.get(ctx, p, func(s *keySet) bool { return len(s.candidates(t)) > 0 })
	if err != nil {
		return err
	}
	for _, key := range set.candidates(t) {
		if _, err := t.signed.Verify(key); err == nil {
			return nil
		}
	}
	return noKey(nil)
}

// check says whether the token is good at the time.
func (c *claims) check(now time.Time) error {
	if now.Unix() >= c.Expires {
		return expired(now, c.Expires)
	}
	latest := now.Add(skew).Unix()
	if c.NotBefore > latest || c.IssuedAt > latest {
		return notYet(now)
	}
	return nil
}

// client returns the client id of the provider that the token is for: the party
// that it was issued to, or one of its audience.
func (c *claims) client(registered []string) (string, bool) {
	if c.Party != "" && slices.Contains(registered, c.Party) {
		return c.Party, true
	}
	for _, a := range c.Audience {
		if slices.Contains(registered, a) {
			return a, true
		}
	}
	return "", false
}
