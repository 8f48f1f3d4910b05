// SPDX-License-Identifier: Apache-2.0

package iam

import (
	"context"
	"errors"
	"iter"
	"strings"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/identity"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
	"github.com/bailiwick-dev/bailiwick/policy"
)

// What ListPolicies can be narrowed to.
const (
	scopeAll   = "All"
	scopeAWS   = "AWS"
	scopeLocal = "Local"

	usagePermissions = "PermissionsPolicy"
	usageBoundary    = "PermissionsBoundary"
)

// loadPolicy returns the managed policy of the caller's account that has the
// ARN.
func loadPolicy(c *awsapi.Call, policyARN string) (*identity.ManagedPolicy, error) {
	p, err := identity.GetPolicy(c.Tx, c.Caller.Account(), policyARN)
	if err != nil {
		return nil, notFound(err, "Policy %s does not exist or is not attachable.", policyARN)
	}
	return p, nil
}

func savePolicy(c *awsapi.Call, p *identity.ManagedPolicy) error {
	return identity.Policies.Put(c.Tx, p.Account, p.Name, p)
}

func createPolicyNeeds(_ context.Context, c *awsapi.Call, in *createPolicyInput) ([]awsapi.Need, error) {
	account := c.Caller.Account()
	n := awsapi.Need{
		Action:      "iam:CreatePolicy",
		Resource:    identity.PolicyARN(account, pathOr(in.Path), in.PolicyName),
		Owner:       account,
		RequestTags: in.Tags,
		Spans:       []storage.Span{identity.Policies.One(writes, account, in.PolicyName)},
	}
	return tagged(n, "iam:TagPolicy"), nil
}

func createPolicy(_ context.Context, c *awsapi.Call, in *createPolicyInput) (*createPolicyOutput, error) {
	account := c.Caller.Account()
	switch _, err := identity.Policies.Get(c.Tx, account, in.PolicyName); {
	case err == nil:
		return nil, alreadyExists("A policy called %s already exists. Duplicate names are not allowed.", in.PolicyName)
	case !errors.Is(err, storage.ErrNotFound):
		return nil, err
	}
	if policy.Size([]byte(in.PolicyDocument)) > maxPolicySize {
		return nil, overQuota("PolicySize", maxPolicySize)
	}
	now := created(c)
	p := &identity.ManagedPolicy{
		Account:     account,
		ID:          identity.NewPolicyID(),
		Name:        in.PolicyName,
		Path:        pathOr(in.Path),
		Description: value(in.Description),
		Created:     now,
		Updated:     now,
		Tags:        in.Tags,
		Default:     "v1",
		Versions:    []identity.PolicyVersion{{ID: "v1", Text: in.PolicyDocument, Created: now}},
	}
	if err := savePolicy(c, p); err != nil {
		return nil, err
	}
	return &createPolicyOutput{Policy: describePolicy(p)}, nil
}

func getPolicy(_ context.Context, c *awsapi.Call, in *getPolicyInput) (*getPolicyOutput, error) {
	p, err := loadPolicy(c, in.PolicyArn)
	if err != nil {
		return nil, err
	}
	return &getPolicyOutput{Policy: describePolicy(p)}, nil
}

func getPolicyVersion(_ context.Context, c *awsapi.Call, in *getPolicyVersionInput) (*getPolicyVersionOutput, error) {
	p, err := loadPolicy(c, in.PolicyArn)
	if err != nil {
		return nil, err
	}
	v, ok := p.Version(in.VersionId)
	if !ok {
		return nil, noSuchEntity("Policy %s version %s does not exist or is not attachable.", in.PolicyArn, in.VersionId)
	}
	return &getPolicyVersionOutput{PolicyVersion: policyVersion{
		Document:         encodeDocument(v.Text),
		VersionId:        v.ID,
		IsDefaultVersion: v.ID == p.Default,
		CreateDate:       v.Created,
	}}, nil
}

func listPolicies(_ context.Context, c *awsapi.Call, in *listPoliciesInput) (*listPoliciesOutput, error) {
	found, next, err := page(pager{in.Marker, in.MaxItems},
		func(after string) iter.Seq2[identity.ManagedPolicy, error] {
			return identity.Policies.After(c.Tx, c.Caller.Account(), after)
		},
		func(p *identity.ManagedPolicy) string { return p.Name },
		in.keeps)
	if err != nil {
		return nil, err
	}
	out := &listPoliciesOutput{Policies: make([]managedPolicy, len(found)), IsTruncated: next != nil, Marker: next}
	for i := range found {
		out.Policies[i] = describePolicy(&found[i])
		out.Policies[i].Tags, out.Policies[i].Description = nil, nil
	}
	return out, nil
}

// keeps reports whether the listing holds p, which is never one of AWS's own.
func (in *listPoliciesInput) keeps(p *identity.ManagedPolicy) bool {
	used := p.Attachments + p.Boundaries
	switch in.PolicyUsageFilter {
	case usagePermissions:
		used = p.Attachments
	case usageBoundary:
		used = p.Boundaries
	}
	filtered := in.OnlyAttached || in.PolicyUsageFilter != ""
	return in.Scope != scopeAWS && (!filtered || used > 0) && strings.HasPrefix(p.Path, value(in.PathPrefix))
}

func deletePolicy(_ context.Context, c *awsapi.Call, in *deletePolicyInput) (*nothing, error) {
	p, err := loadPolicy(c, in.PolicyArn)
	if err != nil {
		return nil, err
	}
	if p.Attachments > 0 || p.Boundaries > 0 {
		return nil, deleteConflict("Cannot delete a policy attached to entities.")
	}
	return &nothing{}, identity.Policies.Delete(c.Tx, p.Account, p.Name)
}

func describePolicy(p *identity.ManagedPolicy) managedPolicy {
	return managedPolicy{
		PolicyName:                    p.Name,
		PolicyId:                      p.ID,
		Arn:                           p.ARN().String(),
		Path:                          p.Path,
		DefaultVersionId:              p.Default,
		AttachmentCount:               int32(p.Attachments),
		PermissionsBoundaryUsageCount: int32(p.Boundaries),
		IsAttachable:                  true,
		Description:                   optional(p.Description),
		CreateDate:                    p.Created,
		UpdateDate:                    p.Updated,
		Tags:                          p.Tags,
	}
}
