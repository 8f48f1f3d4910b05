// SPDX-License-Identifier: Apache-2.0

package authn

import (
	"context"
	"errors"
	"time"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/federation"
	"github.com/bailiwick-dev/bailiwick/internal/identity"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
)

// Identify verifies the proof of identity that the input of an operation presents.
// It is done outside of any transaction, as an identity provider may have to be
// asked; what it returns looks again at what may have changed since, the time too.
func (a *Authenticator) Identify(ctx context.Context, p awsapi.Presented, now time.Time) (awsapi.Proof, error) {
	if p.SAMLAssertion != "" {
		return a.identifySAML(ctx, &p, now)
	}
	t, err := federation.Read(p.WebIdentityToken)
	if err != nil {
		return nil, err
	}
	var provider *identity.OIDCProvider
	err = a.db.View(ctx, func(tx *storage.Tx) (err error) {
		provider, err = identity.GetOIDCProvider(tx, p.Account, t.Provider())
		return err
	})
	if errors.Is(err, storage.ErrNotFound) {
		return nil, federation.NoProvider(t.Issuer)
	}
	if err != nil {
		return nil, err
	}
	id, err := a.federation.Verify(ctx, t, provider)
	if err != nil {
		return nil, err
	}
	return &webIdentity{p.Account, provider.URL, id}, nil
}

// A webIdentity is what a token said that was verified.
type webIdentity struct {
	account, url string // of the provider
	id           *federation.Identity
}

// Caller implements awsapi.Proof: the provider that the token was verified with
// must still be registered, and for the same client.
func (w *webIdentity) Caller(tx *storage.Tx, now time.Time) (*awsapi.Caller, error) {
	if err := w.id.Good(now); err != nil {
		return nil, err
	}
	c, err := identity.OIDCCaller(tx, w.account, w.url, w.id.Client, &w.id.Federation)
	if errors.Is(err, identity.ErrUnknownProvider) {
		return nil, federation.NoProvider(w.id.Issuer)
	}
	return c, err
}
