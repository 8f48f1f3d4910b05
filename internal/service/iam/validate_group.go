// SPDX-License-Identifier: Apache-2.0

package iam

import (
	"github.com/bailiwick-dev/bailiwick/internal/identity/constraint"
	"github.com/bailiwick-dev/bailiwick/policy"
)

func (in *createGroupInput) Validate() error {
	v := groupName(in.GroupName)
	v.Text("path", in.Path, constraint.Path)
	return v.Err()
}

func (in *getGroupInput) Validate() error {
	v := groupName(in.GroupName)
	v.paging(in.Marker, in.MaxItems)
	return v.Err()
}

func (in *listGroupsInput) Validate() error {
	var v checks
	v.Text("pathPrefix", in.PathPrefix, constraint.PathPrefix)
	v.paging(in.Marker, in.MaxItems)
	return v.Err()
}

func (in *updateGroupInput) Validate() error {
	v := groupName(in.GroupName)
	v.Text("newGroupName", in.NewGroupName, constraint.GroupName)
	v.Text("newPath", in.NewPath, constraint.Path)
	return v.Err()
}

func (in *deleteGroupInput) Validate() error { return groupName(in.GroupName).Err() }

func (in *addUserToGroupInput) Validate() error { return membership(in.GroupName, in.UserName) }

func (in *removeUserFromGroupInput) Validate() error { return membership(in.GroupName, in.UserName) }

// membership checks an input that names a group and a user.
func membership(group, user string) error {
	v := groupName(group)
	v.Name("userName", user, constraint.ExistingName)
	return v.Err()
}

func (in *listGroupsForUserInput) Validate() error {
	v := userName(in.UserName)
	v.paging(in.Marker, in.MaxItems)
	return v.Err()
}

func (in *putGroupPolicyInput) Validate() error {
	v := groupName(in.GroupName)
	v.Name("policyName", in.PolicyName, constraint.PolicyName)
	v.Name("policyDocument", in.PolicyDocument, constraint.Document)
	return v.document(in.PolicyDocument, policy.Identity)
}

func (in *getGroupPolicyInput) Validate() error {
	v := groupName(in.GroupName)
	v.Name("policyName", in.PolicyName, constraint.PolicyName)
	return v.Err()
}

func (in *deleteGroupPolicyInput) Validate() error {
	v := groupName(in.GroupName)
	v.Name("policyName", in.PolicyName, constraint.PolicyName)
	return v.Err()
}

func (in *listGroupPoliciesInput) Validate() error {
	v := groupName(in.GroupName)
	v.paging(in.Marker, in.MaxItems)
	return v.Err()
}

func (in *attachGroupPolicyInput) Validate() error {
	return groupName(in.GroupName).arn("policyArn", in.PolicyArn)
}

func (in *detachGroupPolicyInput) Validate() error {
	return groupName(in.GroupName).arn("policyArn", in.PolicyArn)
}

func (in *listAttachedGroupPoliciesInput) Validate() error {
	v := groupName(in.GroupName)
	v.Text("pathPrefix", in.PathPrefix, constraint.PathPrefix)
	v.paging(in.Marker, in.MaxItems)
	return v.Err()
}
