// SPDX-License-Identifier: Apache-2.0

package iam

import (
	"context"
	"errors"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/identity"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
	"github.com/bailiwick-dev/bailiwick/policy"
)

// maxVersions is the number of versions that a managed policy has at most.
const maxVersions = 5

// loadPolicy returns the managed policy of the caller's account, or of AWS, that
// has the ARN.
func loadPolicy(c *awsapi.Call, policyARN string) (*identity.ManagedPolicy, error) {
	p, err := identity.GetPolicy(c.Tx, c.Caller.Account(), policyARN)
	if err != nil {
		return nil, notFound(err, "Policy %s does not exist or is not attachable.", policyARN)
	}
	return p, nil
}

// savePolicy saves p as the caller's account sees it.
func savePolicy(c *awsapi.Call, p *identity.ManagedPolicy) error {
	return identity.PutPolicy(c.Tx, c.Caller.Account(), p)
}

func createPolicyNeeds(_ context.Context, c *awsapi.Call, in *createPolicyInput) ([]awsapi.Need, error) {
	account := c.Caller.Account()
	n := awsapi.Need{
		Action:      "iam:CreatePolicy",
		Resource:    identity.PolicyARN(account, pathOr(in.Path), in.PolicyName),
		Owner:       account,
		RequestTags: in.Tags,
		Spans: append(identity.PolicyCount.Spans(writes, account),
			identity.Policies.One(writes, account, in.PolicyName)),
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
	if err := checkCount(c, identity.PolicyCount, "PoliciesPerAccount", maxPolicies); err != nil {
		return nil, err
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
		Last:        1,
		Versions:    []identity.PolicyVersion{{ID: "v1", Text: in.PolicyDocument, Created: now}},
	}
	if err := identity.CreatePolicy(c.Tx, p); err != nil {
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

func deletePolicy(_ context.Context, c *awsapi.Call, in *deletePolicyInput) (*nothing, error) {
	p, err := loadPolicy(c, in.PolicyArn)
	if err != nil {
		return nil, err
	}
	if p.Attachments > 0 || p.Boundaries > 0 {
		return nil, deleteConflict("Cannot delete a policy attached to entities.")
	}
	if len(p.Versions) > 1 {
		return nil, deleteConflict("This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The default version is deleted with the policy.")
	}
	return &nothing{}, identity.DeletePolicy(c.Tx, p)
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
