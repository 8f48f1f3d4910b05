// SPDX-License-Identifier: Apache-2.0

package iam

import (
	"context"
	"slices"

	"github.com/bailiwick-dev/bailiwick/arn"
	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/identity"
)

// loadOIDCProvider returns the provider of that ARN, which is of the caller's
// account.
func loadOIDCProvider(c *awsapi.Call, providerARN string) (*identity.OIDCProvider, error) {
	url, err := oidcProviderURL(providerARN)
	if err != nil {
		return nil, err
	}
	p, err := identity.OIDCProviders.Get(c.Tx, c.Caller.Account(), url)
	if err != nil {
		return nil, notFound(err, "OpenIDConnect Provider not found for arn %s", providerARN)
	}
	return p, nil
}

// oidcProviderURL returns the URL in the ARN of a provider, which needs have
// checked.
func oidcProviderURL(providerARN string) (string, error) {
	a, err := arn.Parse(providerARN)
	if err != nil {
		return "", err
	}
	_, url, _ := identity.ParseOIDCProviderARN(a)
	return url, nil
}

// changeOIDCProvider loads the provider of that ARN, changes and saves it.
func changeOIDCProvider(c *awsapi.Call, providerARN string, change func(*identity.OIDCProvider) error) (*nothing, error) {
	p, err := loadOIDCProvider(c, providerARN)
	if err != nil {
		return nil, err
	}
	if err := change(p); err != nil {
		return nil, err
	}
	return &nothing{}, identity.OIDCProviders.Put(c.Tx, p)
}

func createOIDCProvider(_ context.Context, c *awsapi.Call, in *createOIDCProviderInput) (*createOIDCProviderOutput, error) {
	account := c.Caller.Account()
	n := 0
	for old, err := range identity.OIDCProviders.List(c.Tx, account) {
		if err != nil {
			return nil, err
		}
		if old.URL == in.issuer {
			return nil, alreadyExists("Provider with url https://%s already exists.", in.issuer)
		}
		n++
	}
	if n >= maxProviders {
		return nil, overQuota("OpenIdConnectProvidersPerAccount", maxProviders)
	}
	p := &identity.OIDCProvider{
		Account:     account,
		ID:          identity.NewOIDCProviderID(),
		URL:         in.issuer,
		ClientIDs:   once(in.ClientIDList),
		Thumbprints: once(in.ThumbprintList),
		Tags:        in.Tags,
		Created:     created(c),
	}
	if len(p.ClientIDs) > maxClientIDs {
		return nil, overQuota("ClientIdsPerOpenIdConnectProvider", maxClientIDs)
	}
	if err := identity.OIDCProviders.Put(c.Tx, p); err != nil {
		return nil, err
	}
	return &createOIDCProviderOutput{OpenIDConnectProviderArn: p.ARN().String(), Tags: p.Tags}, nil
}

// once returns the list without what is there twice.
func once(list []string) []string {
	var out []string
	for _, s := range list {
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

func getOIDCProvider(_ context.Context, c *awsapi.Call, in *getOIDCProviderInput) (*getOIDCProviderOutput, error) {
	p, err := loadOIDCProvider(c, in.OpenIDConnectProviderArn)
	if err != nil {
		return nil, err
	}
	return &getOIDCProviderOutput{
		Url: p.URL, ClientIDList: p.ClientIDs, ThumbprintList: p.Thumbprints, CreateDate: p.Created, Tags: p.Tags,
	}, nil
}

func listOIDCProviders(_ context.Context, c *awsapi.Call, _ *listOIDCProvidersInput) (*listOIDCProvidersOutput, error) {
	out := &listOIDCProvidersOutput{OpenIDConnectProviderList: []oidcProviderEntry{}}
	for p, err := range identity.OIDCProviders.List(c.Tx, c.Caller.Account()) {
		if err != nil {
			return nil, err
		}
		out.OpenIDConnectProviderList = append(out.OpenIDConnectProviderList, oidcProviderEntry{p.ARN().String()})
	}
	return out, nil
}

// deleteOIDCProvider succeeds for a provider that doesn't exist, as AWS documents
// it.
func deleteOIDCProvider(_ context.Context, c *awsapi.Call, in *deleteOIDCProviderInput) (*nothing, error) {
	url, err := oidcProviderURL(in.OpenIDConnectProviderArn)
	if err != nil {
		return nil, err
	}
	return &nothing{}, identity.OIDCProviders.Delete(c.Tx, c.Caller.Account(), url)
}

// addClientID adds a client id; once, however often it is asked to.
func addClientID(_ context.Context, c *awsapi.Call, in *addClientIDInput) (*nothing, error) {
	return changeOIDCProvider(c, in.OpenIDConnectProviderArn, func(p *identity.OIDCProvider) error {
		if slices.Contains(p.ClientIDs, in.ClientID) {
			return nil
		}
		if len(p.ClientIDs) >= maxClientIDs {
			return overQuota("ClientIdsPerOpenIdConnectProvider", maxClientIDs)
		}
		p.ClientIDs = append(p.ClientIDs, in.ClientID)
		return nil
	})
}

// removeClientID removes a client id if it is there.
func removeClientID(_ context.Context, c *awsapi.Call, in *removeClientIDInput) (*nothing, error) {
	return changeOIDCProvider(c, in.OpenIDConnectProviderArn, func(p *identity.OIDCProvider) error {
		p.ClientIDs = slices.DeleteFunc(p.ClientIDs, func(id string) bool { return id == in.ClientID })
		return nil
	})
}

func updateThumbprint(_ context.Context, c *awsapi.Call, in *updateThumbprintInput) (*nothing, error) {
	return changeOIDCProvider(c, in.OpenIDConnectProviderArn, func(p *identity.OIDCProvider) error {
		p.Thumbprints = once(in.ThumbprintList)
		return nil
	})
}

func tagOIDCProvider(_ context.Context, c *awsapi.Call, in *tagOIDCProviderInput) (*nothing, error) {
	return changeOIDCProvider(c, in.OpenIDConnectProviderArn, func(p *identity.OIDCProvider) (err error) {
		p.Tags, err = withTags(p.Tags, in.Tags)
		return err
	})
}

func untagOIDCProvider(_ context.Context, c *awsapi.Call, in *untagOIDCProviderInput) (*nothing, error) {
	return changeOIDCProvider(c, in.OpenIDConnectProviderArn, func(p *identity.OIDCProvider) error {
		p.Tags = withoutTags(p.Tags, in.TagKeys)
		return nil
	})
}

func listOIDCProviderTags(_ context.Context, c *awsapi.Call, in *listOIDCProviderTagsInput) (*listTagsOutput, error) {
	p, err := loadOIDCProvider(c, in.OpenIDConnectProviderArn)
	if err != nil {
		return nil, err
	}
	return pageTags(p.Tags, paged(c, in.Marker, in.MaxItems))
}
