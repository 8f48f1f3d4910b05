// SPDX-License-Identifier: Apache-2.0

package iam

import (
	"slices"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/identity"
)

// roleOperations returns the operations on roles.
func roleOperations(d *identity.Directory) []awsapi.Operation {
	return []awsapi.Operation{
		awsapi.Op(control("CreateRole", `{"RoleName":"yellow-reader","Path":"/tenants/yellow/","AssumeRolePolicyDocument":`+sampleTrust+`}`), createRoleNeeds, createRole),
		awsapi.Op(read("GetRole", `{"RoleName":"yellow-reader"}`), on[getRoleInput]("iam:GetRole", reads), getRole(d)),
		awsapi.Op(read("ListRoles", `{}`), listing[listRolesInput]("iam:ListRoles", roleSpans), listRoles),
		awsapi.Op(control("UpdateRole", `{"RoleName":"yellow-reader","Description":"reads"}`), on[updateRoleInput]("iam:UpdateRole", writes), updateRole),
		awsapi.Op(control("UpdateRoleDescription", `{"RoleName":"yellow-reader","Description":"reads"}`), on[updateRoleDescriptionInput]("iam:UpdateRoleDescription", writes), updateRoleDescription(d)),
		awsapi.Op(control("UpdateAssumeRolePolicy", `{"RoleName":"yellow-reader","PolicyDocument":`+sampleTrust+`}`), updateAssumeRolePolicyNeeds, updateAssumeRolePolicy),
		awsapi.Op(control("TagRole", `{"RoleName":"yellow-reader","Tags":[{"Key":"team","Value":"sales"}]}`), on[tagRoleInput]("iam:TagRole", writes), tagRole),
		awsapi.Op(read("ListRoleTags", `{"RoleName":"yellow-reader"}`), on[listRoleTagsInput]("iam:ListRoleTags", reads), listRoleTags),
		awsapi.Op(control("UntagRole", `{"RoleName":"yellow-reader","TagKeys":["team"]}`), on[untagRoleInput]("iam:UntagRole", writes), untagRole),
		awsapi.Op(control("PutRolePolicy", `{"RoleName":"yellow-reader","PolicyName":"p","PolicyDocument":`+samplePolicy+`}`), on[putRolePolicyInput]("iam:PutRolePolicy", writes), putRolePolicy),
		awsapi.Op(read("GetRolePolicy", `{"RoleName":"yellow-reader","PolicyName":"p"}`), on[getRolePolicyInput]("iam:GetRolePolicy", reads), getRolePolicy),
		awsapi.Op(read("ListRolePolicies", `{"RoleName":"yellow-reader"}`), on[listRolePoliciesInput]("iam:ListRolePolicies", reads), listRolePolicies),
		awsapi.Op(control("DeleteRolePolicy", `{"RoleName":"yellow-reader","PolicyName":"p"}`), on[deleteRolePolicyInput]("iam:DeleteRolePolicy", writes), deleteRolePolicy),
		awsapi.Op(control("AttachRolePolicy", `{"RoleName":"yellow-reader","PolicyArn":"`+sampleARN+`"}`), on[attachRolePolicyInput]("iam:AttachRolePolicy", writes), attachRolePolicy),
		awsapi.Op(read("ListAttachedRolePolicies", `{"RoleName":"yellow-reader"}`), on[listAttachedRolePoliciesInput]("iam:ListAttachedRolePolicies", reads), listAttachedRolePolicies),
		awsapi.Op(control("DetachRolePolicy", `{"RoleName":"yellow-reader","PolicyArn":"`+sampleARN+`"}`), on[detachRolePolicyInput]("iam:DetachRolePolicy", writes), detachRolePolicy),
		awsapi.Op(control("PutRolePermissionsBoundary", `{"RoleName":"yellow-reader","PermissionsBoundary":"`+sampleARN+`"}`), on[putRolePermissionsBoundaryInput]("iam:PutRolePermissionsBoundary", writes), putRolePermissionsBoundary),
		awsapi.Op(control("DeleteRolePermissionsBoundary", `{"RoleName":"yellow-reader"}`), on[deleteRolePermissionsBoundaryInput]("iam:DeleteRolePermissionsBoundary", writes), deleteRolePermissionsBoundary),
		awsapi.Op(read("ListInstanceProfilesForRole", `{"RoleName":"yellow-reader"}`), on[listInstanceProfilesForRoleInput]("iam:ListInstanceProfilesForRole", reads), listInstanceProfilesForRole),
		awsapi.Op(control("DeleteRole", `{"RoleName":"yellow-reader"}`), on[deleteRoleInput]("iam:DeleteRole", writes), deleteRole),
	}
}

// roleActions returns their actions.
func roleActions() []awsapi.Action {
	role := []string{"role"}
	return slices.Concat(
		declare(role, creating, "CreateRole"),
		declare(role, tagging, "TagRole", "UntagRole"),
		declare(role, bounded,
			"GetRole", "UpdateRole", "UpdateRoleDescription", "UpdateAssumeRolePolicy", "DeleteRole", "ListRoleTags",
			"PutRolePolicy", "GetRolePolicy", "ListRolePolicies", "DeleteRolePolicy", "ListAttachedRolePolicies",
			"PutRolePermissionsBoundary", "DeleteRolePermissionsBoundary"),
		declare(role, attaching, "AttachRolePolicy", "DetachRolePolicy"),
		declare(nil, nil, "ListRoles"),
	)
}
