// SPDX-License-Identifier: Apache-2.0

package iam

import (
	"slices"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
)

// policyOperations returns the operations on managed policies, but for the last.
func policyOperations() []awsapi.Operation {
	return []awsapi.Operation{
		awsapi.Op(control("CreatePolicy", `{"PolicyName":"yellow-read","Path":"/tenants/yellow/","PolicyDocument":`+samplePolicy+`}`), createPolicyNeeds, createPolicy),
		awsapi.Op(read("GetPolicy", `{"PolicyArn":"`+sampleARN+`"}`), onPolicy[getPolicyInput]("iam:GetPolicy", reads), getPolicy),
		awsapi.Op(read("ListPolicies", `{"Scope":"Local"}`), listing[listPoliciesInput]("iam:ListPolicies", policySpans), listPolicies),
		awsapi.Op(read("ListEntitiesForPolicy", `{"PolicyArn":"`+sampleARN+`"}`), onPolicy[listEntitiesForPolicyInput]("iam:ListEntitiesForPolicy", reads), listEntitiesForPolicy),
		awsapi.Op(control("CreatePolicyVersion", `{"PolicyArn":"`+sampleARN+`","PolicyDocument":`+samplePolicy+`}`), onPolicy[createPolicyVersionInput]("iam:CreatePolicyVersion", writes), createPolicyVersion),
		awsapi.Op(read("GetPolicyVersion", `{"PolicyArn":"`+sampleARN+`","VersionId":"v1"}`), onPolicy[getPolicyVersionInput]("iam:GetPolicyVersion", reads), getPolicyVersion),
		awsapi.Op(read("ListPolicyVersions", `{"PolicyArn":"`+sampleARN+`"}`), onPolicy[listPolicyVersionsInput]("iam:ListPolicyVersions", reads), listPolicyVersions),
		awsapi.Op(control("SetDefaultPolicyVersion", `{"PolicyArn":"`+sampleARN+`","VersionId":"v1"}`), onPolicy[setDefaultPolicyVersionInput]("iam:SetDefaultPolicyVersion", writes), setDefaultPolicyVersion),
		awsapi.Op(control("DeletePolicyVersion", `{"PolicyArn":"`+sampleARN+`","VersionId":"v2"}`), onPolicy[deletePolicyVersionInput]("iam:DeletePolicyVersion", writes), deletePolicyVersion),
		awsapi.Op(control("TagPolicy", `{"PolicyArn":"`+sampleARN+`","Tags":[{"Key":"team","Value":"sales"}]}`), onPolicy[tagPolicyInput]("iam:TagPolicy", writes), tagPolicy),
		awsapi.Op(read("ListPolicyTags", `{"PolicyArn":"`+sampleARN+`"}`), onPolicy[listPolicyTagsInput]("iam:ListPolicyTags", reads), listPolicyTags),
		awsapi.Op(control("UntagPolicy", `{"PolicyArn":"`+sampleARN+`","TagKeys":["team"]}`), onPolicy[untagPolicyInput]("iam:UntagPolicy", writes), untagPolicy),
	}
}

// policyEnd returns what takes managed policies away again.
func policyEnd() []awsapi.Operation {
	return []awsapi.Operation{
		awsapi.Op(control("DeletePolicy", `{"PolicyArn":"`+sampleARN+`"}`), onPolicy[deletePolicyInput]("iam:DeletePolicy", writes), deletePolicy),
	}
}

// policyActions returns their actions.
func policyActions() []awsapi.Action {
	managed := []string{"policy"}
	return slices.Concat(
		declare(managed, requesting, "CreatePolicy"),
		declare(managed, slices.Concat(requesting, showing), "TagPolicy", "UntagPolicy"),
		declare(managed, showing,
			"GetPolicy", "DeletePolicy", "ListEntitiesForPolicy", "ListPolicyTags",
			"CreatePolicyVersion", "GetPolicyVersion", "ListPolicyVersions", "SetDefaultPolicyVersion", "DeletePolicyVersion"),
		declare(nil, nil, "ListPolicies"),
	)
}
