// SPDX-License-Identifier: Apache-2.0

package iam

import (
	"slices"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
)

// groupOperations returns the operations on groups, but for those on members,
// which are among the users', and for the last.
func groupOperations() []awsapi.Operation {
	return []awsapi.Operation{
		awsapi.Op(control("CreateGroup", `{"GroupName":"yellow-team","Path":"/tenants/yellow/"}`), createGroupNeeds, createGroup),
		awsapi.Op(read("ListGroups", `{}`), listing[listGroupsInput]("iam:ListGroups", groupSpans), listGroups),
		awsapi.Op(control("UpdateGroup", `{"GroupName":"yellow-team","NewPath":"/tenants/yellow/teams/"}`), updateGroupNeeds, updateGroup),
		awsapi.Op(control("PutGroupPolicy", `{"GroupName":"yellow-team","PolicyName":"p","PolicyDocument":`+samplePolicy+`}`), on[putGroupPolicyInput]("iam:PutGroupPolicy", writes), putGroupPolicy),
		awsapi.Op(read("GetGroupPolicy", `{"GroupName":"yellow-team","PolicyName":"p"}`), on[getGroupPolicyInput]("iam:GetGroupPolicy", reads), getGroupPolicy),
		awsapi.Op(read("ListGroupPolicies", `{"GroupName":"yellow-team"}`), on[listGroupPoliciesInput]("iam:ListGroupPolicies", reads), listGroupPolicies),
		awsapi.Op(control("DeleteGroupPolicy", `{"GroupName":"yellow-team","PolicyName":"p"}`), on[deleteGroupPolicyInput]("iam:DeleteGroupPolicy", writes), deleteGroupPolicy),
		awsapi.Op(control("AttachGroupPolicy", `{"GroupName":"yellow-team","PolicyArn":"`+sampleARN+`"}`), on[attachGroupPolicyInput]("iam:AttachGroupPolicy", writes), attachGroupPolicy),
		awsapi.Op(read("ListAttachedGroupPolicies", `{"GroupName":"yellow-team"}`), on[listAttachedGroupPoliciesInput]("iam:ListAttachedGroupPolicies", reads), listAttachedGroupPolicies),
		awsapi.Op(control("DetachGroupPolicy", `{"GroupName":"yellow-team","PolicyArn":"`+sampleARN+`"}`), on[detachGroupPolicyInput]("iam:DetachGroupPolicy", writes), detachGroupPolicy),
	}
}

// memberOperations returns the operations on who is a member of a group.
func memberOperations() []awsapi.Operation {
	return []awsapi.Operation{
		awsapi.Op(control("AddUserToGroup", `{"GroupName":"yellow-team","UserName":"yellow-ann"}`), addUserToGroupNeeds, addUserToGroup),
		awsapi.Op(read("GetGroup", `{"GroupName":"yellow-team"}`), getGroupNeeds, getGroup),
		awsapi.Op(read("ListGroupsForUser", `{"UserName":"yellow-ann"}`), listGroupsForUserNeeds, listGroupsForUser),
		awsapi.Op(control("RemoveUserFromGroup", `{"GroupName":"yellow-team","UserName":"yellow-ann"}`), removeUserFromGroupNeeds, removeUserFromGroup),
	}
}

// groupEnd returns what takes groups away again.
func groupEnd() []awsapi.Operation {
	return []awsapi.Operation{
		awsapi.Op(control("DeleteGroup", `{"GroupName":"yellow-team"}`), on[deleteGroupInput]("iam:DeleteGroup", writes), deleteGroup),
	}
}

// groupActions returns their actions. Groups have no tags and no boundary.
func groupActions() []awsapi.Action {
	group := []string{"group"}
	return slices.Concat(
		declare(group, nil,
			"CreateGroup", "GetGroup", "UpdateGroup", "DeleteGroup", "AddUserToGroup", "RemoveUserFromGroup",
			"PutGroupPolicy", "GetGroupPolicy", "ListGroupPolicies", "DeleteGroupPolicy", "ListAttachedGroupPolicies"),
		declare(group, []awsapi.Key{{Name: "iam:PolicyARN", Always: true}}, "AttachGroupPolicy", "DetachGroupPolicy"),
		declare([]string{"user"}, bounded, "ListGroupsForUser"),
		declare(nil, nil, "ListGroups"),
	)
}
