// SPDX-License-Identifier: Apache-2.0

package iam_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/bailiwick-dev/bailiwick/bailiwicktest"
	baiam "github.com/bailiwick-dev/bailiwick/internal/service/iam"
)

// TestPoliciesAreListedOnceHoweverTheyArePaged has policies whose names are those
// of AWS's, in another case too, and reads every list in pages of every size.
func TestPoliciesAreListedOnceHoweverTheyArePaged(t *testing.T) {
	srv := bailiwicktest.New(t)
	client := iam.NewFromConfig(srv.Config())
	p := plan{t, client}
	ann := aws.String("ann")
	must(p.CreateUser(t.Context(), &iam.CreateUserInput{UserName: ann}))(p)
	attach := []string{"arn:aws:iam::aws:policy/AdministratorAccess", "arn:aws:iam::aws:policy/IAMFullAccess"}
	for _, name := range []string{"AdministratorAccess", "iamfullaccess", "a", "Z"} {
		made := must(p.CreatePolicy(t.Context(), &iam.CreatePolicyInput{PolicyName: &name, PolicyDocument: aws.String(tfRead)}))(p)
		attach = append(attach, *made.Policy.Arn)
	}
	for _, policyARN := range attach {
		must(p.AttachUserPolicy(t.Context(), &iam.AttachUserPolicyInput{UserName: ann, PolicyArn: &policyARN}))(p)
	}
	whole := must(p.ListPolicies(t.Context(), &iam.ListPoliciesInput{Scope: types.PolicyScopeTypeAws, MaxItems: aws.Int32(1000)}))(p)
	ofAWS := len(whole.Policies)
	if whole.IsTruncated || ofAWS < 10 {
		t.Fatalf("AWS has %d policies, truncated %v", ofAWS, whole.IsTruncated)
	}
	for size := int32(1); size < int32(ofAWS)+6; size++ {
		for scope, want := range map[types.PolicyScopeType]int{types.PolicyScopeTypeLocal: 4, types.PolicyScopeTypeAws: ofAWS, types.PolicyScopeTypeAll: ofAWS + 4} {
			seen := map[string]int{}
			for pages := iam.NewListPoliciesPaginator(client, &iam.ListPoliciesInput{Scope: scope, MaxItems: &size}); pages.HasMorePages(); {
				for _, listed := range must(pages.NextPage(t.Context()))(p).Policies {
					seen[*listed.Arn]++
				}
			}
			once(t, seen, want)
		}
		seen := map[string]int{}
		for pages := iam.NewListAttachedUserPoliciesPaginator(client, &iam.ListAttachedUserPoliciesInput{UserName: ann, MaxItems: &size}); pages.HasMorePages(); {
			for _, listed := range must(pages.NextPage(t.Context()))(p).AttachedPolicies {
				seen[*listed.PolicyArn]++
			}
		}
		once(t, seen, len(attach))
	}
	_, err := client.ListPolicies(t.Context(), &iam.ListPoliciesInput{Marker: aws.String("bG9jYWwvYQ")})
	if code(err) != "ValidationError" {
		t.Errorf("a marker that was never given out: %v", err)
	}
}

// TestHoldersAreListedOnceHoweverTheyArePaged has users, groups and roles of the
// same names.
func TestHoldersAreListedOnceHoweverTheyArePaged(t *testing.T) {
	srv := bailiwicktest.New(t)
	client := iam.NewFromConfig(srv.Config())
	p := plan{t, client}
	ctx, policyARN := t.Context(), aws.String("arn:aws:iam::aws:policy/ReadOnlyAccess")
	for _, name := range []string{"a", "B", "c"} {
		must(p.CreateUser(ctx, &iam.CreateUserInput{UserName: &name}))(p)
		must(p.CreateGroup(ctx, &iam.CreateGroupInput{GroupName: &name}))(p)
		must(p.CreateRole(ctx, &iam.CreateRoleInput{RoleName: &name, AssumeRolePolicyDocument: aws.String(tfTrust)}))(p)
		must(p.AttachUserPolicy(ctx, &iam.AttachUserPolicyInput{UserName: &name, PolicyArn: policyARN}))(p)
		must(p.AttachGroupPolicy(ctx, &iam.AttachGroupPolicyInput{GroupName: &name, PolicyArn: policyARN}))(p)
		must(p.AttachRolePolicy(ctx, &iam.AttachRolePolicyInput{RoleName: &name, PolicyArn: policyARN}))(p)
	}
	for size := int32(1); size < 11; size++ {
		seen := map[string]int{}
		for pages := iam.NewListEntitiesForPolicyPaginator(client, &iam.ListEntitiesForPolicyInput{PolicyArn: policyARN, MaxItems: &size}); pages.HasMorePages(); {
			page := must(pages.NextPage(ctx))(p)
			if n := len(page.PolicyGroups) + len(page.PolicyRoles) + len(page.PolicyUsers); n > int(size) {
				t.Errorf("%d on a page of %d", n, size)
			}
			for _, g := range page.PolicyGroups {
				seen[*g.GroupId]++
			}
			for _, r := range page.PolicyRoles {
				seen[*r.RoleId]++
			}
			for _, u := range page.PolicyUsers {
				seen[*u.UserId]++
			}
		}
		once(t, seen, 9)
	}
}

// once requires n things, each seen once.
func once(t *testing.T, seen map[string]int, n int) {
	t.Helper()
	if len(seen) != n {
		t.Errorf("%d are listed, want %d", len(seen), n)
	}
	for name, times := range seen {
		if times != 1 {
			t.Errorf("%s is listed %d times", name, times)
		}
	}
}

// TestLargeMetadataIsKept is about the longest document that AWS takes.
func TestLargeMetadataIsKept(t *testing.T) {
	srv := bailiwicktest.New(t)
	client := iam.NewFromConfig(srv.Config())
	const head = `<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata"`
	document := strings.Replace(baiam.SampleMetadata, `<EntityDescriptor xmlns='urn:oasis:names:tc:SAML:2.0:metadata'`, head+strings.Repeat(" ", 9_000_000), 1)
	if !strings.Contains(document, head) {
		t.Fatal("the sample has changed")
	}
	made, err := client.CreateSAMLProvider(t.Context(), &iam.CreateSAMLProviderInput{Name: aws.String("large"), SAMLMetadataDocument: &document})
	if err != nil {
		t.Fatal(err)
	}
	got, err := client.GetSAMLProvider(t.Context(), &iam.GetSAMLProviderInput{SAMLProviderArn: made.SAMLProviderArn})
	if err != nil || *got.SAMLMetadataDocument != document {
		t.Errorf("got back %v", err)
	}
}
