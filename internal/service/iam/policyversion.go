// SPDX-License-Identifier: Apache-2.0

package iam

import (
	"context"
	"iter"
	"slices"
	"strconv"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/identity"
	"github.com/bailiwick-dev/bailiwick/policy"
)

// changePolicy loads the managed policy of that ARN, changes and saves it.
func changePolicy(c *awsapi.Call, policyARN string, change func(*identity.ManagedPolicy) error) (*nothing, error) {
	p, err := loadPolicy(c, policyARN)
	if err != nil {
		return nil, err
	}
	if err := change(p); err != nil {
		return nil, err
	}
	return &nothing{}, savePolicy(c, p)
}

// loadVersion returns the version of p, which has that ARN.
func loadVersion(p *identity.ManagedPolicy, policyARN, id string) (*identity.PolicyVersion, error) {
	v, ok := p.Version(id)
	if !ok {
		return nil, noSuchEntity("Policy %s version %s does not exist or is not attachable.", policyARN, id)
	}
	return v, nil
}

func createPolicyVersion(_ context.Context, c *awsapi.Call, in *createPolicyVersionInput) (*createPolicyVersionOutput, error) {
	out := &createPolicyVersionOutput{}
	_, err := changePolicy(c, in.PolicyArn, func(p *identity.ManagedPolicy) error {
		if policy.Size([]byte(in.PolicyDocument)) > maxPolicySize {
			return overQuota("PolicySize", maxPolicySize)
		}
		if len(p.Versions) >= maxVersions {
			return limitExceeded("A managed policy can have up to %d versions. Before you create a new version, you must delete an existing version.", maxVersions)
		}
		v := identity.PolicyVersion{ID: p.NextVersion(), Text: in.PolicyDocument, Created: created(c)}
		p.Versions = append(p.Versions, v)
		p.Updated = v.Created
		if in.SetAsDefault {
			p.Default = v.ID
		}
		out.PolicyVersion = describeVersion(p, &v)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

func getPolicyVersion(_ context.Context, c *awsapi.Call, in *getPolicyVersionInput) (*getPolicyVersionOutput, error) {
	p, err := loadPolicy(c, in.PolicyArn)
	if err != nil {
		return nil, err
	}
	v, err := loadVersion(p, in.PolicyArn, in.VersionId)
	if err != nil {
		return nil, err
	}
	out := &getPolicyVersionOutput{PolicyVersion: describeVersion(p, v)}
	document := encodeDocument(v.Text)
	out.PolicyVersion.Document = &document
	return out, nil
}

func setDefaultPolicyVersion(_ context.Context, c *awsapi.Call, in *setDefaultPolicyVersionInput) (*nothing, error) {
	return changePolicy(c, in.PolicyArn, func(p *identity.ManagedPolicy) error {
		v, err := loadVersion(p, in.PolicyArn, in.VersionId)
		if err != nil {
			return err
		}
		p.Default = v.ID
		return nil
	})
}

func deletePolicyVersion(_ context.Context, c *awsapi.Call, in *deletePolicyVersionInput) (*nothing, error) {
	return changePolicy(c, in.PolicyArn, func(p *identity.ManagedPolicy) error {
		v, err := loadVersion(p, in.PolicyArn, in.VersionId)
		if err != nil {
			return err
		}
		if v.ID == p.Default {
			return deleteConflict("Cannot delete the default version of a policy.")
		}
		p.Versions = slices.DeleteFunc(p.Versions, func(v identity.PolicyVersion) bool { return v.ID == in.VersionId })
		return nil
	})
}

// listPolicyVersions lists the newest version first.
func listPolicyVersions(_ context.Context, c *awsapi.Call, in *listPolicyVersionsInput) (*listPolicyVersionsOutput, error) {
	p, err := loadPolicy(c, in.PolicyArn)
	if err != nil {
		return nil, err
	}
	found, next, err := page(paged(c, in.Marker, in.MaxItems),
		func(after string) iter.Seq2[identity.PolicyVersion, error] { return olderVersions(p, after) },
		func(v *identity.PolicyVersion) string { return v.ID }, nil)
	if err != nil {
		return nil, err
	}
	out := &listPolicyVersionsOutput{Versions: make([]policyVersion, len(found)), IsTruncated: next != nil, Marker: next}
	for i := range found {
		out.Versions[i] = describeVersion(p, &found[i])
	}
	return out, nil
}

// olderVersions yields p's versions from the newest that is older than the one of
// that id; all if it is empty.
func olderVersions(p *identity.ManagedPolicy, id string) iter.Seq2[identity.PolicyVersion, error] {
	return func(yield func(identity.PolicyVersion, error) bool) {
		limit := p.Last + 2
		if id != "" {
			limit = versionNumber(id)
		}
		for _, v := range slices.Backward(p.Versions) { // they are appended
			if versionNumber(v.ID) < limit && !yield(v, nil) {
				return
			}
		}
	}
}

// versionNumber returns the number in a version's id; 0 if it has none.
func versionNumber(id string) int {
	if id == "" {
		return 0
	}
	n, err := strconv.Atoi(id[1:])
	if err != nil {
		return 0
	}
	return n
}

// describeVersion describes a version of p without its document, which only
// GetPolicyVersion shows.
func describeVersion(p *identity.ManagedPolicy, v *identity.PolicyVersion) policyVersion {
	return policyVersion{VersionId: v.ID, IsDefaultVersion: v.ID == p.Default, CreateDate: v.Created}
}
