// SPDX-License-Identifier: Apache-2.0

package iam

import "github.com/bailiwick-dev/bailiwick/internal/awsapi"

// Versions of managed policies.

type createPolicyVersionInput struct {
	PolicyArn      string
	PolicyDocument string
	SetAsDefault   bool
}

type createPolicyVersionOutput struct{ PolicyVersion policyVersion }

type setDefaultPolicyVersionInput struct{ PolicyArn, VersionId string }

type deletePolicyVersionInput struct{ PolicyArn, VersionId string }

type listPolicyVersionsInput struct {
	PolicyArn string
	Marker    *string
	MaxItems  *int32
}

type listPolicyVersionsOutput struct {
	Versions    []policyVersion
	IsTruncated bool
	Marker      *string
}

// Who has a managed policy.

type policyUser struct{ UserName, UserId string }

type policyGroup struct{ GroupName, GroupId string }

type policyRole struct{ RoleName, RoleId string }

type listEntitiesForPolicyInput struct {
	PolicyArn         string
	EntityFilter      string
	PathPrefix        *string
	PolicyUsageFilter string
	Marker            *string
	MaxItems          *int32
}

type listEntitiesForPolicyOutput struct {
	PolicyGroups []policyGroup
	PolicyUsers  []policyUser
	PolicyRoles  []policyRole
	IsTruncated  bool
	Marker       *string
}

// Tags of managed policies.

type tagPolicyInput struct {
	PolicyArn string
	Tags      []awsapi.Tag
}

type untagPolicyInput struct {
	PolicyArn string
	TagKeys   []string
}

type listPolicyTagsInput struct {
	PolicyArn string
	Marker    *string
	MaxItems  *int32
}
