// SPDX-License-Identifier: Apache-2.0

package iam

import (
	"context"
	"strings"
	"time"

	"github.com/bailiwick-dev/bailiwick/arn"
	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/identity"
)

// loadSAMLProvider returns the provider of that ARN, which is of the caller's
// account.
func loadSAMLProvider(c *awsapi.Call, providerARN string) (*identity.SAMLProvider, error) {
	a, err := arn.Parse(providerARN)
	if err != nil {
		return nil, err
	}
	_, name, _ := identity.ParseSAMLProviderARN(a)
	p, err := identity.SAMLProviders.Get(c.Tx, c.Caller.Account(), name)
	if err != nil {
		return nil, notFound(err, "Manifest not found for arn %s", providerARN)
	}
	return p, nil
}

// changeSAMLProvider loads the provider of that ARN, changes and saves it.
func changeSAMLProvider(c *awsapi.Call, providerARN string, change func(*identity.SAMLProvider) error) (*nothing, error) {
	p, err := loadSAMLProvider(c, providerARN)
	if err != nil {
		return nil, err
	}
	if err := change(p); err != nil {
		return nil, err
	}
	return &nothing{}, identity.SAMLProviders.Put(c.Tx, p)
}

func createSAMLProvider(_ context.Context, c *awsapi.Call, in *createSAMLProviderInput) (*createSAMLProviderOutput, error) {
	account := c.Caller.Account()
	n := 0
	for old, err := range identity.SAMLProviders.After(c.Tx, account, "") {
		if err != nil {
			return nil, err
		}
		if strings.EqualFold(old.Name, in.Name) {
			return nil, alreadyExists("Provider with name %s already exists.", in.Name)
		}
		n++
	}
	if n >= maxProviders {
		return nil, overQuota("SAMLProvidersPerAccount", maxProviders)
	}
	p := &identity.SAMLProvider{
		Account:    account,
		ID:         identity.NewSAMLProviderID(),
		Name:       in.Name,
		Metadata:   in.SAMLMetadataDocument,
		Tags:       in.Tags,
		Created:    created(c),
		ValidUntil: in.metadata.validUntil,
	}
	if err := identity.SAMLProviders.Put(c.Tx, p); err != nil {
		return nil, err
	}
	return &createSAMLProviderOutput{SAMLProviderArn: p.ARN().String(), Tags: p.Tags}, nil
}

func getSAMLProvider(_ context.Context, c *awsapi.Call, in *getSAMLProviderInput) (*getSAMLProviderOutput, error) {
	p, err := loadSAMLProvider(c, in.SAMLProviderArn)
	if err != nil {
		return nil, err
	}
	return &getSAMLProviderOutput{
		SAMLMetadataDocument: p.Metadata,
		SAMLProviderUUID:     p.ID,
		CreateDate:           p.Created,
		ValidUntil:           validUntil(p),
		Tags:                 p.Tags,
	}, nil
}

// validUntil returns when p's metadata ends. Metadata that doesn't say is shown as
// AWS does, for a hundred years: clients rely on a date.
func validUntil(p *identity.SAMLProvider) time.Time {
	if p.ValidUntil.IsZero() {
		return p.Created.AddDate(100, 0, 0)
	}
	return p.ValidUntil
}

func listSAMLProviders(_ context.Context, c *awsapi.Call, _ *listSAMLProvidersInput) (*listSAMLProvidersOutput, error) {
	out := &listSAMLProvidersOutput{SAMLProviderList: []samlProviderEntry{}}
	for p, err := range identity.SAMLProviders.After(c.Tx, c.Caller.Account(), "") {
		if err != nil {
			return nil, err
		}
		out.SAMLProviderList = append(out.SAMLProviderList, samlProviderEntry{p.ARN().String(), p.Created, validUntil(&p)})
	}
	return out, nil
}

func updateSAMLProvider(_ context.Context, c *awsapi.Call, in *updateSAMLProviderInput) (*updateSAMLProviderOutput, error) {
	out := &updateSAMLProviderOutput{}
	_, err := changeSAMLProvider(c, in.SAMLProviderArn, func(p *identity.SAMLProvider) error {
		out.SAMLProviderArn = p.ARN().String()
		if in.SAMLMetadataDocument != nil {
			p.Metadata, p.ValidUntil = *in.SAMLMetadataDocument, in.metadata.validUntil
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

func deleteSAMLProvider(_ context.Context, c *awsapi.Call, in *deleteSAMLProviderInput) (*nothing, error) {
	p, err := loadSAMLProvider(c, in.SAMLProviderArn)
	if err != nil {
		return nil, err
	}
	return &nothing{}, identity.SAMLProviders.Delete(c.Tx, p)
}

func tagSAMLProvider(_ context.Context, c *awsapi.Call, in *tagSAMLProviderInput) (*nothing, error) {
	return changeSAMLProvider(c, in.SAMLProviderArn, func(p *identity.SAMLProvider) (err error) {
		p.Tags, err = withTags(p.Tags, in.Tags)
		return err
	})
}

func untagSAMLProvider(_ context.Context, c *awsapi.Call, in *untagSAMLProviderInput) (*nothing, error) {
	return changeSAMLProvider(c, in.SAMLProviderArn, func(p *identity.SAMLProvider) error {
		p.Tags = withoutTags(p.Tags, in.TagKeys)
		return nil
	})
}

func listSAMLProviderTags(_ context.Context, c *awsapi.Call, in *listSAMLProviderTagsInput) (*listTagsOutput, error) {
	p, err := loadSAMLProvider(c, in.SAMLProviderArn)
	if err != nil {
		return nil, err
	}
	return pageTags(p.Tags, paged(c, in.Marker, in.MaxItems))
}
