// SPDX-License-Identifier: Apache-2.0

package iam

import (
	"github.com/bailiwick-dev/bailiwick/internal/identity/constraint"
	"github.com/bailiwick-dev/bailiwick/policy"
)

func (in *createPolicyVersionInput) Validate() error {
	v := policyARN(in.PolicyArn)
	v.Name("policyDocument", in.PolicyDocument, constraint.Document)
	return v.document(in.PolicyDocument, policy.Identity)
}

func (in *setDefaultPolicyVersionInput) Validate() error {
	v := policyARN(in.PolicyArn)
	v.Name("versionId", in.VersionId, constraint.VersionID)
	return v.Err()
}

func (in *deletePolicyVersionInput) Validate() error {
	v := policyARN(in.PolicyArn)
	v.Name("versionId", in.VersionId, constraint.VersionID)
	return v.Err()
}

func (in *listPolicyVersionsInput) Validate() error {
	v := policyARN(in.PolicyArn)
	v.paging(in.Marker, in.MaxItems)
	return v.Err()
}

func (in *listEntitiesForPolicyInput) Validate() error {
	v := policyARN(in.PolicyArn)
	v.Enum("entityFilter", in.EntityFilter, filterUser, filterRole, filterGroup, filterLocal, filterAWS)
	v.Text("pathPrefix", in.PathPrefix, constraint.PathPrefix)
	v.Enum("policyUsageFilter", in.PolicyUsageFilter, usagePermissions, usageBoundary)
	v.paging(in.Marker, in.MaxItems)
	return v.Err()
}

func (in *tagPolicyInput) Validate() error { return policyARN(in.PolicyArn).tags(in.Tags) }

func (in *untagPolicyInput) Validate() error {
	v := policyARN(in.PolicyArn)
	v.TagKeys("tagKeys", in.TagKeys)
	return v.Err()
}

func (in *listPolicyTagsInput) Validate() error {
	v := policyARN(in.PolicyArn)
	v.paging(in.Marker, in.MaxItems)
	return v.Err()
}
