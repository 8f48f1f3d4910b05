// SPDX-License-Identifier: Apache-2.0

package iam

import "github.com/bailiwick-dev/bailiwick/internal/awsapi"

// actions returns IAM's part of the catalogue.
func actions() []awsapi.Action {
	user, role, managed := []string{"user"}, []string{"role"}, []string{"policy"}
	tags := []awsapi.Key{{Name: "aws:ResourceTag/"}, {Name: "iam:ResourceTag/"}}
	bounded := append(tags[:2:2], awsapi.Key{Name: "iam:PermissionsBoundary"})
	attach := append(bounded[:3:3], awsapi.Key{Name: "iam:PolicyARN", Always: true})
	request := []awsapi.Key{{Name: "aws:RequestTag/"}, {Name: "aws:TagKeys"}}
	create := append(request[:2:2], awsapi.Key{Name: "iam:PermissionsBoundary"})
	tagging := append(request[:2:2], bounded...)

	var all []awsapi.Action
	add := func(resources []string, keys []awsapi.Key, names ...string) {
		for _, name := range names {
			all = append(all, awsapi.Action{Name: "iam:" + name, Resources: resources, Keys: keys})
		}
	}
	add(nil, nil, "ListUsers", "ListRoles", "ListPolicies")
	add(user, create, "CreateUser")
	add(user, tagging, "TagUser", "UntagUser")
	add(user, bounded,
		"GetUser", "DeleteUser", "ListUserTags",
		"CreateAccessKey", "ListAccessKeys", "UpdateAccessKey", "DeleteAccessKey",
		"PutUserPolicy", "GetUserPolicy", "ListUserPolicies", "DeleteUserPolicy", "ListAttachedUserPolicies",
		"PutUserPermissionsBoundary", "DeleteUserPermissionsBoundary")
	add(user, attach, "AttachUserPolicy", "DetachUserPolicy")
	add(role, create, "CreateRole")
	add(role, tagging, "TagRole", "UntagRole")
	add(role, bounded,
		"GetRole", "UpdateRole", "UpdateAssumeRolePolicy", "DeleteRole", "ListRoleTags",
		"PutRolePolicy", "GetRolePolicy", "ListRolePolicies", "DeleteRolePolicy", "ListAttachedRolePolicies",
		"PutRolePermissionsBoundary", "DeleteRolePermissionsBoundary")
	add(role, attach, "AttachRolePolicy", "DetachRolePolicy")
	add(managed, request, "CreatePolicy", "TagPolicy")
	add(managed, tags, "GetPolicy", "GetPolicyVersion", "DeletePolicy")
	return all
}
