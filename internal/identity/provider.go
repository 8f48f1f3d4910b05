// SPDX-License-Identifier: Apache-2.0

package identity

import (
	"iter"
	"strings"
	"time"

	"github.com/bailiwick-dev/bailiwick/arn"
	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
)

// An OIDCProvider is an OpenID Connect identity provider that an account trusts
// to say who comes, in tokens for one of the client ids. Role trust policies
// name it by its ARN.
type OIDCProvider struct {
	Account     string
	ID          string       // unique, never given again; it is shown nowhere
	URL         string       // the issuer without "https://": a host in lower case, and a path if it has one
	ClientIDs   []string     `json:",omitempty"` // the audiences; in the order they were added
	Thumbprints []string     `json:",omitempty"` // SHA-1 of certificates, 40 hexadecimal digits each
	Tags        []awsapi.Tag `json:",omitempty"`
	Created     time.Time
}

// ARN returns the provider's ARN.
func (p *OIDCProvider) ARN() arn.ARN { return OIDCProviderARN(p.Account, p.URL) }

// A SAMLProvider is a SAML 2.0 identity provider that an account trusts to say
// who comes, in assertions signed with a key of its metadata.
type SAMLProvider struct {
	Account    string
	ID         string // unique, never given again
	Name       string
	Metadata   string       // the SAML metadata document, as it was given
	Tags       []awsapi.Tag `json:",omitempty"`
	Created    time.Time
	ValidUntil time.Time // when the metadata is no longer valid; zero if it doesn't say
}

// ARN returns the provider's ARN.
func (p *SAMLProvider) ARN() arn.ARN { return SAMLProviderARN(p.Account, p.Name) }

// URLs is the table of an account's OpenID Connect providers, which are found by
// their URLs. Unlike names, URLs are told apart by case.
type URLs struct{ table storage.Table[OIDCProvider] }

// The tables of identity providers.
var (
	OIDCProviders = URLs{storage.NewTable[OIDCProvider]("iam/oidc-provider")}
	SAMLProviders = SAMLs{storage.NewTable[SAMLProvider]("iam/saml-provider")}
)

// Get returns the account's provider of that URL, which is without a scheme, or
// storage.ErrNotFound.
func (u URLs) Get(tx *storage.Tx, account, url string) (*OIDCProvider, error) {
	p, err := u.table.Get(tx, account, url)
	if err != nil {
		return nil, err
	}
	return &p, nil
}

// Put creates or replaces a provider.
func (u URLs) Put(tx *storage.Tx, p *OIDCProvider) error {
	return u.table.Put(tx, *p, p.Account, p.URL)
}

// Delete removes the account's provider of that URL, if there is one.
func (u URLs) Delete(tx *storage.Tx, account, url string) error {
	return u.table.Delete(tx, account, url)
}

// List yields the account's providers in the order of their URLs.
func (u URLs) List(tx *storage.Tx, account string) iter.Seq2[OIDCProvider, error] {
	return u.table.Scan(tx, "", account)
}

// One is the span of one provider, whether it exists or not.
func (u URLs) One(write bool, account, url string) storage.Span {
	return u.table.One(write, account, url)
}

// All is the span of the account's providers.
func (u URLs) All(write bool, account string) storage.Span { return u.table.Under(write, account) }

// SAMLs is the table of an account's SAML providers, which are found by their
// names without regard to case. Metadata can be large, so that it is kept in
// records of its own: an account's providers can be listed without it.
type SAMLs struct{ table storage.Table[SAMLProvider] }

// The parts of a SAML provider, each a record.
const (
	samlAbout    = "about"    // all but the metadata
	samlMetadata = "metadata" // nothing else
)

// Get returns the account's provider of that name, or storage.ErrNotFound.
func (s SAMLs) Get(tx *storage.Tx, account, name string) (*SAMLProvider, error) {
	p, err := s.table.Get(tx, account, samlAbout, strings.ToLower(name))
	if err != nil {
		return nil, err
	}
	m, err := s.table.Get(tx, account, samlMetadata, strings.ToLower(name))
	if err != nil {
		return nil, dangling(err)
	}
	p.Metadata = m.Metadata
	return &p, nil
}

// Put creates or replaces a provider.
func (s SAMLs) Put(tx *storage.Tx, p *SAMLProvider) error {
	name := strings.ToLower(p.Name)
	if err := s.table.Put(tx, SAMLProvider{Metadata: p.Metadata}, p.Account, samlMetadata, name); err != nil {
		return err
	}
	about := *p
	about.Metadata = ""
	return s.table.Put(tx, about, p.Account, samlAbout, name)
}

// Delete removes a provider.
func (s SAMLs) Delete(tx *storage.Tx, p *SAMLProvider) error {
	name := strings.ToLower(p.Name)
	if err := s.table.Delete(tx, p.Account, samlMetadata, name); err != nil {
		return err
	}
	return s.table.Delete(tx, p.Account, samlAbout, name)
}

// After yields the account's providers without their metadata, in the order of
// their lower-case names, from the first after the name given, which may be empty.
func (s SAMLs) After(tx *storage.Tx, account, name string) iter.Seq2[SAMLProvider, error] {
	return s.table.Scan(tx, strings.ToLower(name), account, samlAbout)
}

// One is the spans of one provider, whether it exists or not.
func (s SAMLs) One(write bool, account, name string) []storage.Span {
	name = strings.ToLower(name)
	return []storage.Span{
		s.table.One(write, account, samlAbout, name),
		s.table.One(write, account, samlMetadata, name),
	}
}

// All is the span of the account's providers.
func (s SAMLs) All(write bool, account string) storage.Span { return s.table.Under(write, account) }

// What the resource parts of providers' ARNs begin with.
const (
	oidcResource = "oidc-provider/"
	samlResource = "saml-provider/"
)

// OIDCProviderARN returns the ARN of an OpenID Connect provider, whose URL is
// without a scheme, whether it exists or not.
func OIDCProviderARN(account, url string) arn.ARN {
	return arn.ARN{Partition: "aws", Service: "iam", Account: account, Resource: oidcResource + url}
}

// SAMLProviderARN returns the ARN of a SAML provider, whether it exists or not.
func SAMLProviderARN(account, name string) arn.ARN {
	return arn.ARN{Partition: "aws", Service: "iam", Account: account, Resource: samlResource + name}
}

// ParseOIDCProviderARN takes the ARN of an OpenID Connect provider apart. ok is
// false if it isn't one.
func ParseOIDCProviderARN(a arn.ARN) (account, url string, ok bool) {
	return parseProviderARN(a, oidcResource)
}

// ParseSAMLProviderARN takes the ARN of a SAML provider apart. ok is false if it
// isn't one.
func ParseSAMLProviderARN(a arn.ARN) (account, name string, ok bool) {
	return parseProviderARN(a, samlResource)
}

func parseProviderARN(a arn.ARN, prefix string) (account, rest string, ok bool) {
	rest, found := strings.CutPrefix(a.Resource, prefix)
	if !found || rest == "" || a.Partition != "aws" || a.Service != "iam" || a.Region != "" || !ValidAccount(a.Account) {
		return "", "", false
	}
	return a.Account, rest, true
}

// NewOIDCProviderID returns the unique id of a new OpenID Connect provider. AWS
// shows none for them.
func NewOIDCProviderID() string { return newUniqueID("AIDP") }

// NewSAMLProviderID returns the unique id of a new SAML provider, which IAM shows as
// its SAMLProviderUUID: by its API reference of 22 to 64 characters.
func NewSAMLProviderID() string { return newUniqueID("SAMLSP") }
