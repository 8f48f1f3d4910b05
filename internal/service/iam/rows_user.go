// SPDX-License-Identifier: Apache-2.0

package iam

import (
	"slices"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/identity"
)

// userOperations returns the operations on users and their access keys.
func userOperations(d *identity.Directory) []awsapi.Operation {
	return slices.Concat(userBeginning(), accessKeyOperations(d), memberOperations(), emptyOfUsers(), userEnd())
}

// userBeginning returns the operations on users, but for the last.
func userBeginning() []awsapi.Operation {
	return []awsapi.Operation{
		awsapi.Op(control("CreateUser", `{"UserName":"yellow-ann","Path":"/tenants/yellow/"}`), createUserNeeds, createUser),
		awsapi.Op(read("GetUser", `{"UserName":"yellow-ann"}`), getUserNeeds, getUser),
		awsapi.Op(read("ListUsers", `{}`), listing[listUsersInput]("iam:ListUsers", userSpans), listUsers),
		awsapi.Op(control("UpdateUser", `{"UserName":"yellow-ann","NewPath":"/tenants/yellow/people/"}`), updateUserNeeds, updateUser),
		awsapi.Op(control("TagUser", `{"UserName":"yellow-ann","Tags":[{"Key":"team","Value":"sales"}]}`), on[tagUserInput]("iam:TagUser", writes), tagUser),
		awsapi.Op(read("ListUserTags", `{"UserName":"yellow-ann"}`), on[listUserTagsInput]("iam:ListUserTags", reads), listUserTags),
		awsapi.Op(control("UntagUser", `{"UserName":"yellow-ann","TagKeys":["team"]}`), on[untagUserInput]("iam:UntagUser", writes), untagUser),
		awsapi.Op(control("PutUserPolicy", `{"UserName":"yellow-ann","PolicyName":"p","PolicyDocument":`+samplePolicy+`}`), on[putUserPolicyInput]("iam:PutUserPolicy", writes), putUserPolicy),
		awsapi.Op(read("GetUserPolicy", `{"UserName":"yellow-ann","PolicyName":"p"}`), on[getUserPolicyInput]("iam:GetUserPolicy", reads), getUserPolicy),
		awsapi.Op(read("ListUserPolicies", `{"UserName":"yellow-ann"}`), on[listUserPoliciesInput]("iam:ListUserPolicies", reads), listUserPolicies),
		awsapi.Op(control("DeleteUserPolicy", `{"UserName":"yellow-ann","PolicyName":"p"}`), on[deleteUserPolicyInput]("iam:DeleteUserPolicy", writes), deleteUserPolicy),
		awsapi.Op(control("AttachUserPolicy", `{"UserName":"yellow-ann","PolicyArn":"`+sampleARN+`"}`), on[attachUserPolicyInput]("iam:AttachUserPolicy", writes), attachUserPolicy),
		awsapi.Op(read("ListAttachedUserPolicies", `{"UserName":"yellow-ann"}`), on[listAttachedUserPoliciesInput]("iam:ListAttachedUserPolicies", reads), listAttachedUserPolicies),
		awsapi.Op(control("DetachUserPolicy", `{"UserName":"yellow-ann","PolicyArn":"`+sampleARN+`"}`), on[detachUserPolicyInput]("iam:DetachUserPolicy", writes), detachUserPolicy),
		awsapi.Op(control("PutUserPermissionsBoundary", `{"UserName":"yellow-ann","PermissionsBoundary":"`+sampleARN+`"}`), on[putUserPermissionsBoundaryInput]("iam:PutUserPermissionsBoundary", writes), putUserPermissionsBoundary),
		awsapi.Op(control("DeleteUserPermissionsBoundary", `{"UserName":"yellow-ann"}`), on[deleteUserPermissionsBoundaryInput]("iam:DeleteUserPermissionsBoundary", writes), deleteUserPermissionsBoundary),
	}
}

// accessKeyOperations returns the operations on access keys.
func accessKeyOperations(d *identity.Directory) []awsapi.Operation {
	return []awsapi.Operation{
		awsapi.Op(control("CreateAccessKey", `{"UserName":"yellow-ann"}`), createAccessKeyNeeds, createAccessKey(d)),
		awsapi.Op(read("ListAccessKeys", `{"UserName":"yellow-ann"}`), listAccessKeysNeeds, listAccessKeys),
		awsapi.Op(read("GetAccessKeyLastUsed", `{"AccessKeyId":"AKIAAAAAAAAAAAAAAAAA"}`), getAccessKeyLastUsedNeeds, getAccessKeyLastUsed(d)),
		awsapi.Op(control("UpdateAccessKey", `{"UserName":"yellow-ann","AccessKeyId":"AKIAAAAAAAAAAAAAAAAA","Status":"Inactive"}`), updateAccessKeyNeeds, updateAccessKey),
		awsapi.Op(control("DeleteAccessKey", `{"UserName":"yellow-ann","AccessKeyId":"AKIAAAAAAAAAAAAAAAAA"}`), deleteAccessKeyNeeds, deleteAccessKey),
	}
}

// userEnd returns what takes users away again.
func userEnd() []awsapi.Operation {
	return []awsapi.Operation{
		awsapi.Op(control("DeleteUser", `{"UserName":"yellow-ann"}`), on[deleteUserInput]("iam:DeleteUser", writes), deleteUser),
	}
}

// userActions returns their actions.
func userActions() []awsapi.Action {
	user := []string{"user"}
	return slices.Concat(
		declare(user, creating, "CreateUser"),
		declare(user, tagging, "TagUser", "UntagUser"),
		declare(user, bounded,
			"GetUser", "UpdateUser", "DeleteUser", "ListUserTags",
			"CreateAccessKey", "ListAccessKeys", "GetAccessKeyLastUsed", "UpdateAccessKey", "DeleteAccessKey",
			"PutUserPolicy", "GetUserPolicy", "ListUserPolicies", "DeleteUserPolicy", "ListAttachedUserPolicies",
			"PutUserPermissionsBoundary", "DeleteUserPermissionsBoundary"),
		declare(user, attaching, "AttachUserPolicy", "DetachUserPolicy"),
		declare(nil, nil, "ListUsers"),
	)
}
