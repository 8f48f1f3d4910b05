// SPDX-License-Identifier: Apache-2.0

package iam

import (
	"context"
	"errors"

	"github.com/bailiwick-dev/bailiwick/arn"
	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/identity"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
)

// A providerTarget is which identity provider an input is about.
type providerTarget struct {
	arn   string
	tags  []awsapi.Tag
	untag []string // keys
}

// A provided input is about one identity provider.
type provided interface{ providerTarget() providerTarget }

// A providerKind is what the needs of operations on one kind of identity provider
// differ in.
type providerKind struct {
	parse func(arn.ARN) (account, name string, ok bool)
	spans func(write bool, account, name string) []storage.Span
	tags  func(tx *storage.Tx, account, name string) ([]awsapi.Tag, error)
}

// oidcKind returns what is about OpenID Connect providers.
func oidcKind() providerKind {
	return providerKind{
		identity.ParseOIDCProviderARN,
		func(write bool, account, url string) []storage.Span {
			return []storage.Span{identity.OIDCProviders.One(write, account, url)}
		},
		func(tx *storage.Tx, account, url string) ([]awsapi.Tag, error) {
			p, err := identity.OIDCProviders.Get(tx, account, url)
			if err != nil {
				return nil, err
			}
			return p.Tags, nil
		},
	}
}

// samlKind returns what is about SAML providers.
func samlKind() providerKind {
	return providerKind{
		identity.ParseSAMLProviderARN, identity.SAMLProviders.One,
		func(tx *storage.Tx, account, name string) ([]awsapi.Tag, error) {
			p, err := identity.SAMLProviders.Get(tx, account, name)
			if err != nil {
				return nil, err
			}
			return p.Tags, nil
		},
	}
}

// onProvider returns the needs function of an operation on one identity provider
// of that kind.
func onProvider[In any, P interface {
	*In
	provided
}](k providerKind, action string, write bool) func(context.Context, *awsapi.Call, *In) ([]awsapi.Need, error) {
	return func(_ context.Context, c *awsapi.Call, in *In) ([]awsapi.Need, error) {
		t := P(in).providerTarget()
		a, err := arn.Parse(t.arn)
		if err != nil {
			return nil, invalid("ARN %s is not valid.", t.arn)
		}
		account, name, ok := k.parse(a)
		if !ok {
			return nil, invalid("ARN %s is not valid.", t.arn)
		}
		n := awsapi.Need{Action: action, Resource: a, Owner: account, RequestTags: t.tags, UntagKeys: t.untag}
		if account != c.Caller.Account() {
			return []awsapi.Need{n}, nil // nobody's but its own account's
		}
		n.ResourceTags, err = k.tags(c.Tx, account, name)
		if err != nil && !errors.Is(err, storage.ErrNotFound) {
			return nil, err
		}
		n.Context = &keys{tags: n.ResourceTags}
		n.Spans = k.spans(write, account, name)
		return []awsapi.Need{n}, nil
	}
}

// createOIDCProviderNeeds reaches all providers of the account: there is a quota.
func createOIDCProviderNeeds(_ context.Context, c *awsapi.Call, in *createOIDCProviderInput) ([]awsapi.Need, error) {
	account := c.Caller.Account()
	n := awsapi.Need{
		Action:      "iam:CreateOpenIDConnectProvider",
		Resource:    identity.OIDCProviderARN(account, in.issuer),
		Owner:       account,
		RequestTags: in.Tags,
		Spans:       []storage.Span{identity.OIDCProviders.All(writes, account)},
	}
	return tagged(n, "iam:TagOpenIDConnectProvider"), nil
}

// createSAMLProviderNeeds reaches all providers of the account: there is a quota.
func createSAMLProviderNeeds(_ context.Context, c *awsapi.Call, in *createSAMLProviderInput) ([]awsapi.Need, error) {
	account := c.Caller.Account()
	n := awsapi.Need{
		Action:      "iam:CreateSAMLProvider",
		Resource:    identity.SAMLProviderARN(account, in.Name),
		Owner:       account,
		RequestTags: in.Tags,
		Spans:       []storage.Span{identity.SAMLProviders.All(writes, account)},
	}
	return tagged(n, "iam:TagSAMLProvider"), nil
}

func oidcProviderSpans(account string) []storage.Span {
	return []storage.Span{identity.OIDCProviders.All(reads, account)}
}

func samlProviderSpans(account string) []storage.Span {
	return []storage.Span{identity.SAMLProviders.All(reads, account)}
}

func (in *getOIDCProviderInput) providerTarget() providerTarget {
	return providerTarget{arn: in.OpenIDConnectProviderArn}
}

func (in *deleteOIDCProviderInput) providerTarget() providerTarget {
	return providerTarget{arn: in.OpenIDConnectProviderArn}
}

func (in *addClientIDInput) providerTarget() providerTarget {
	return providerTarget{arn: in.OpenIDConnectProviderArn}
}

func (in *removeClientIDInput) providerTarget() providerTarget {
	return providerTarget{arn: in.OpenIDConnectProviderArn}
}

func (in *updateThumbprintInput) providerTarget() providerTarget {
	return providerTarget{arn: in.OpenIDConnectProviderArn}
}

func (in *tagOIDCProviderInput) providerTarget() providerTarget {
	return providerTarget{arn: in.OpenIDConnectProviderArn, tags: in.Tags}
}

func (in *untagOIDCProviderInput) providerTarget() providerTarget {
	return providerTarget{arn: in.OpenIDConnectProviderArn, untag: in.TagKeys}
}

func (in *listOIDCProviderTagsInput) providerTarget() providerTarget {
	return providerTarget{arn: in.OpenIDConnectProviderArn}
}

func (in *getSAMLProviderInput) providerTarget() providerTarget {
	return providerTarget{arn: in.SAMLProviderArn}
}

func (in *updateSAMLProviderInput) providerTarget() providerTarget {
	return providerTarget{arn: in.SAMLProviderArn}
}

func (in *deleteSAMLProviderInput) providerTarget() providerTarget {
	return providerTarget{arn: in.SAMLProviderArn}
}

func (in *tagSAMLProviderInput) providerTarget() providerTarget {
	return providerTarget{arn: in.SAMLProviderArn, tags: in.Tags}
}

func (in *untagSAMLProviderInput) providerTarget() providerTarget {
	return providerTarget{arn: in.SAMLProviderArn, untag: in.TagKeys}
}

func (in *listSAMLProviderTagsInput) providerTarget() providerTarget {
	return providerTarget{arn: in.SAMLProviderArn}
}
