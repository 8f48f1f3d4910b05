// SPDX-License-Identifier: Apache-2.0

package iam_test

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/bailiwick-dev/bailiwick/internal/federation/saml/samltest"
)

func (p plan) samlProvider() {
	ctx, idp, next := p.Context(), samltest.New(p.T, "https://idp.example/saml"), samltest.New(p.T, "https://idp.example/saml")
	made := must(p.CreateSAMLProvider(ctx, &iam.CreateSAMLProviderInput{
		Name: aws.String("tf-saml"), SAMLMetadataDocument: aws.String(idp.Metadata()), Tags: tfTags("env", "dev"),
	}))(p)
	read := func(want string) *iam.GetSAMLProviderOutput {
		p.Helper()
		got := must(p.GetSAMLProvider(ctx, &iam.GetSAMLProviderInput{SAMLProviderArn: made.SAMLProviderArn}))(p)
		if aws.ToString(got.SAMLMetadataDocument) != want {
			p.Errorf("read as %+v", got)
		}
		return got
	}
	p.tags(read(idp.Metadata()).Tags, "env=dev")
	_, err := p.CreateSAMLProvider(ctx, &iam.CreateSAMLProviderInput{Name: aws.String("tf-saml"), SAMLMetadataDocument: aws.String(idp.Metadata())})
	p.fails(err, "EntityAlreadyExists")
	must(p.UpdateSAMLProvider(ctx, &iam.UpdateSAMLProviderInput{SAMLProviderArn: made.SAMLProviderArn, SAMLMetadataDocument: aws.String(next.Metadata())}))(p)
	must(p.UntagSAMLProvider(ctx, &iam.UntagSAMLProviderInput{SAMLProviderArn: made.SAMLProviderArn, TagKeys: []string{"env"}}))(p)
	must(p.TagSAMLProvider(ctx, &iam.TagSAMLProviderInput{SAMLProviderArn: made.SAMLProviderArn, Tags: tfTags("team", "sales")}))(p)
	p.tags(read(next.Metadata()).Tags, "team=sales")
	must(p.DeleteSAMLProvider(ctx, &iam.DeleteSAMLProviderInput{SAMLProviderArn: made.SAMLProviderArn}))(p)
	_, err = p.GetSAMLProvider(ctx, &iam.GetSAMLProviderInput{SAMLProviderArn: made.SAMLProviderArn})
	p.gone(err)
	_, err = p.DeleteSAMLProvider(ctx, &iam.DeleteSAMLProviderInput{SAMLProviderArn: made.SAMLProviderArn})
	p.gone(err)
}

func (p plan) accountAlias() {
	ctx, alias := p.Context(), aws.String("tf-alias")
	aliases := func() []string {
		p.Helper()
		return must(p.ListAccountAliases(ctx, &iam.ListAccountAliasesInput{}))(p).AccountAliases
	}
	must(p.CreateAccountAlias(ctx, &iam.CreateAccountAliasInput{AccountAlias: alias}))(p)
	if got := aliases(); !slices.Equal(got, []string{"tf-alias"}) {
		p.Errorf("aliases are %q", got)
	}
	must(p.DeleteAccountAlias(ctx, &iam.DeleteAccountAliasInput{AccountAlias: alias}))(p)
	if got := aliases(); len(got) != 0 {
		p.Errorf("aliases are %q still", got)
	}
	_, err := p.DeleteAccountAlias(ctx, &iam.DeleteAccountAliasInput{AccountAlias: alias})
	p.gone(err)
}
