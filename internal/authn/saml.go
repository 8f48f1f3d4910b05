// SPDX-License-Identifier: Apache-2.0

package authn

import (
	"context"
	"crypto/sha256"
	"errors"
	"time"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/federation/saml"
	"github.com/bailiwick-dev/bailiwick/internal/identity"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
)

// cachedProviders is how many SAML providers' metadata is kept as it was read:
// it can be long, and whoever knows a provider's name can have it needed.
const cachedProviders = 1024

// A samlProvider is a SAML provider as it is on record.
type samlProvider struct {
	id       string
	digest   [sha256.Size]byte // of the metadata
	until    time.Time         // zero if it doesn't say
	metadata *saml.Metadata
}

// samlProvider returns the account's provider of that name, in that case, or
// saml.ErrProvider.
func (a *Authenticator) samlProvider(tx *storage.Tx, account, name string) (*samlProvider, error) {
	p, err := a.providers.Get(tx, account, name, func(tx *storage.Tx) (*samlProvider, error) {
		p, err := identity.SAMLProviders.Get(tx, account, name)
		if err != nil {
			return nil, err
		}
		if p.Name != name {
			return nil, storage.ErrNotFound
		}
		m, err := saml.ParseMetadata([]byte(p.Metadata))
		if err != nil {
			return nil, err
		}
		return &samlProvider{p.ID, sha256.Sum256([]byte(p.Metadata)), p.ValidUntil, m}, nil
	})
	if errors.Is(err, storage.ErrNotFound) {
		return nil, saml.ErrProvider
	}
	return p, err
}

// identifySAML verifies the SAML response that is presented.
func (a *Authenticator) identifySAML(ctx context.Context, p *awsapi.Presented, now time.Time) (awsapi.Proof, error) {
	account, name, ok := identity.ParseSAMLProviderARN(p.SAMLProvider)
	if !ok || account != p.Account { // nobody else's provider vouches for a role
		return nil, saml.Refusal(saml.ErrProvider)
	}
	s := &samlIdentity{authn: a, presented: p, name: name}
	err := a.db.View(ctx, func(tx *storage.Tx) (err error) {
		s.provider, err = a.samlProvider(tx, account, name)
		return err
	})
	if err != nil {
		return nil, saml.Refusal(err)
	}
	if s.assertion, err = saml.Verify(p.SAMLAssertion, s.provider.metadata); err == nil {
		err = s.assertion.Good(now)
	}
	if err != nil {
		return nil, saml.Refusal(err)
	}
	return s, nil
}

// A samlIdentity is what a response said that was verified.
type samlIdentity struct {
	authn     *Authenticator
	presented *awsapi.Presented
	name      string
	provider  *samlProvider // as it was when the response was verified
	assertion *saml.Assertion
}

// Caller implements awsapi.Proof: the provider must be the very same still, with
// the metadata that the response was verified by, and the assertion must be good.
func (s *samlIdentity) Caller(tx *storage.Tx, now time.Time) (*awsapi.Caller, error) {
	c, err := s.caller(tx, now)
	return c, saml.Refusal(err)
}

func (s *samlIdentity) caller(tx *storage.Tx, now time.Time) (*awsapi.Caller, error) {
	p, err := s.authn.samlProvider(tx, s.presented.Account, s.name)
	if err != nil {
		return nil, err
	}
	if p.id != s.provider.id || p.digest != s.provider.digest || !p.until.IsZero() && !now.Before(p.until) {
		return nil, saml.ErrProvider
	}
	if err := s.assertion.Good(now); err != nil {
		return nil, err
	}
	f, err := s.assertion.Vouch(s.presented.Role, s.presented.SAMLProvider, s.name, p.id, now)
	if err != nil {
		return nil, err
	}
	return identity.VouchedFor(f), nil
}
