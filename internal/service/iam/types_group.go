// SPDX-License-Identifier: Apache-2.0

package iam

import "time"

type group struct {
	Path       string
	GroupName  string
	GroupId    string
	Arn        string
	CreateDate time.Time
}

type createGroupInput struct {
	GroupName string
	Path      *string

	id string // of the new group
}

type createGroupOutput struct{ Group group }

type getGroupInput struct {
	GroupName string
	Marker    *string
	MaxItems  *int32
}

type getGroupOutput struct {
	Group       group
	Users       []user
	IsTruncated bool
	Marker      *string
}

type listGroupsInput struct {
	PathPrefix *string
	Marker     *string
	MaxItems   *int32
}

type listGroupsOutput struct {
	Groups      []group
	IsTruncated bool
	Marker      *string
}

type updateGroupInput struct {
	GroupName    string
	NewGroupName *string
	NewPath      *string
}

type deleteGroupInput struct{ GroupName string }

// Members.

type addUserToGroupInput struct{ GroupName, UserName string }

type removeUserFromGroupInput struct{ GroupName, UserName string }

type listGroupsForUserInput struct {
	UserName string
	Marker   *string
	MaxItems *int32
}

// Policies.

type putGroupPolicyInput struct{ GroupName, PolicyName, PolicyDocument string }

type getGroupPolicyInput struct{ GroupName, PolicyName string }

type getGroupPolicyOutput struct{ GroupName, PolicyName, PolicyDocument string }

type deleteGroupPolicyInput struct{ GroupName, PolicyName string }

type listGroupPoliciesInput struct {
	GroupName string
	Marker    *string
	MaxItems  *int32
}

type attachGroupPolicyInput struct{ GroupName, PolicyArn string }

type detachGroupPolicyInput struct{ GroupName, PolicyArn string }

type listAttachedGroupPoliciesInput struct {
	GroupName  string
	PathPrefix *string
	Marker     *string
	MaxItems   *int32
}
