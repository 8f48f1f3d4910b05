// SPDX-License-Identifier: Apache-2.0

package identity

import (
	"errors"
	"slices"

	"github.com/bailiwick-dev/bailiwick/arn"
	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
	"github.com/bailiwick-dev/bailiwick/policy"
)

// ErrUnknownProvider means that an identity provider isn't registered any more as
// the one who vouched for a caller.
var ErrUnknownProvider = errors.New("identity: identity provider is not registered")

// GetOIDCProvider returns the OpenID Connect provider that an account, which must
// be open, has registered under the URL, or storage.ErrNotFound.
func GetOIDCProvider(tx *storage.Tx, account, url string) (*OIDCProvider, error) {
	if err := openAccount(tx, account); err != nil {
		return nil, err
	}
	return OIDCProviders.Get(tx, account, url)
}

// OIDCCaller returns the caller for whom the OpenID Connect provider that account
// has registered under the URL vouches with f, in a token for one of its client
// ids. It fails with [ErrUnknownProvider] if the provider isn't the very same, or
// the client id is none of its own in tx.
func OIDCCaller(tx *storage.Tx, account, url, client string, f *awsapi.Federation) (*awsapi.Caller, error) {
	p, err := GetOIDCProvider(tx, account, url)
	if errors.Is(err, storage.ErrNotFound) {
		return nil, ErrUnknownProvider
	}
	if err != nil {
		return nil, err
	}
	if p.ID != f.ProviderID || !slices.Contains(p.ClientIDs, client) {
		return nil, ErrUnknownProvider
	}
	return VouchedFor(f), nil
}

// ParseProviderARN returns the account and the name or URL of the identity provider,
// of whatever kind, that has this ARN. ok is false if it isn't the ARN of one.
func ParseProviderARN(a arn.ARN) (account, name string, ok bool) {
	if account, name, ok = ParseOIDCProviderARN(a); ok {
		return account, name, true
	}
	return ParseSAMLProviderARN(a)
}

// resolveProvider returns the unique id of the identity provider that has this ARN,
// or storage.ErrNotFound.
func resolveProvider(tx *storage.Tx, a arn.ARN) (string, error) {
	account, name, ok := ParseOIDCProviderARN(a)
	if ok {
		p, err := OIDCProviders.Get(tx, account, name)
		if err != nil {
			return "", err
		}
		return p.ID, nil
	}
	account, name, _ = ParseSAMLProviderARN(a)
	p, err := SAMLProviders.Get(tx, account, name)
	if err != nil {
		return "", err
	}
	if p.Name != name { // in another case it is none
		return "", storage.ErrNotFound
	}
	return p.ID, nil
}

// VouchedFor returns the caller that an identity provider vouches for with f, who
// is known by the provider and by what that calls it, and belongs to no account.
// Whether the provider may is for whoever calls this to say.
func VouchedFor(f *awsapi.Federation) *awsapi.Caller {
	return &awsapi.Caller{
		Principal: policy.Principal{
			Type: policy.FederatedProvider, ARN: f.Provider, Name: f.Provider,
			ID: f.Provider + ":" + f.Audience + ":" + f.Subject,
		},
		Federation: f,
	}
}

// fromProvider notes in s that it comes from the provider which vouches with f, and
// what of its claims sessions keep.
func (s *Session) fromProvider(f *awsapi.Federation) {
	s.Lineage = []awsapi.Ancestor{{Account: s.Account, PrincipalID: f.ProviderID}}
	s.LineageTags = nil
	s.Provider, s.Claims = f.Provider, nil
	for i := range f.Claims {
		if f.Claims[i].Kept {
			s.Claims = append(s.Claims, f.Claims[i])
		}
	}
}
