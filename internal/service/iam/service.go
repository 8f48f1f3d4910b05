// SPDX-License-Identifier: Apache-2.0

// Package iam implements AWS Identity and Access Management: the users, roles,
// access keys and policies of an account.
//
//	service.go   the operations, one row each
//	types.go     inputs and outputs, as on the wire
//	validate.go  the constraints on inputs
//	authz.go     what operations need, and the catalogue
//	target.go    what each input is about
//	error.go     how operations fail
//
// The other files are named for what they change. Records are those of package
// identity.
package iam

import (
	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/identity"
	"github.com/bailiwick-dev/bailiwick/internal/wire/awsquery"
)

// New returns the service, on the records of d.
func New(d *identity.Directory) *awsapi.Service {
	return &awsapi.Service{
		Name:     "iam",
		Global:   true,
		Protocol: awsquery.New("2010-05-08", "https://iam.amazonaws.com/doc/2010-05-08/"),
		Operations: []awsapi.Operation{
			awsapi.Op(control("CreatePolicy", `{"PolicyName":"yellow-read","Path":"/tenants/yellow/","PolicyDocument":`+samplePolicy+`}`), createPolicyNeeds, createPolicy),
			awsapi.Op(read("GetPolicy", `{"PolicyArn":"`+sampleARN+`"}`), onPolicy[getPolicyInput]("iam:GetPolicy", reads), getPolicy),
			awsapi.Op(read("GetPolicyVersion", `{"PolicyArn":"`+sampleARN+`","VersionId":"v1"}`), onPolicy[getPolicyVersionInput]("iam:GetPolicyVersion", reads), getPolicyVersion),
			awsapi.Op(read("ListPolicies", `{"Scope":"Local"}`), listing[listPoliciesInput]("iam:ListPolicies", policySpans), listPolicies),

			awsapi.Op(control("CreateUser", `{"UserName":"yellow-ann","Path":"/tenants/yellow/"}`), createUserNeeds, createUser),
			awsapi.Op(read("GetUser", `{"UserName":"yellow-ann"}`), getUserNeeds, getUser),
			awsapi.Op(read("ListUsers", `{}`), listing[listUsersInput]("iam:ListUsers", userSpans), listUsers),
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
			awsapi.Op(control("CreateAccessKey", `{"UserName":"yellow-ann"}`), createAccessKeyNeeds, createAccessKey(d)),
			awsapi.Op(read("ListAccessKeys", `{"UserName":"yellow-ann"}`), listAccessKeysNeeds, listAccessKeys),
			awsapi.Op(control("UpdateAccessKey", `{"UserName":"yellow-ann","AccessKeyId":"AKIAAAAAAAAAAAAAAAAA","Status":"Inactive"}`), updateAccessKeyNeeds, updateAccessKey),
			awsapi.Op(control("DeleteAccessKey", `{"UserName":"yellow-ann","AccessKeyId":"AKIAAAAAAAAAAAAAAAAA"}`), deleteAccessKeyNeeds, deleteAccessKey),
			awsapi.Op(control("DeleteUser", `{"UserName":"yellow-ann"}`), on[deleteUserInput]("iam:DeleteUser", writes), deleteUser),

			awsapi.Op(control("CreateRole", `{"RoleName":"yellow-reader","Path":"/tenants/yellow/","AssumeRolePolicyDocument":`+sampleTrust+`}`), createRoleNeeds, createRole),
			awsapi.Op(read("GetRole", `{"RoleName":"yellow-reader"}`), on[getRoleInput]("iam:GetRole", reads), getRole),
			awsapi.Op(read("ListRoles", `{}`), listing[listRolesInput]("iam:ListRoles", roleSpans), listRoles),
			awsapi.Op(control("UpdateRole", `{"RoleName":"yellow-reader","Description":"reads"}`), on[updateRoleInput]("iam:UpdateRole", writes), updateRole),
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
			awsapi.Op(control("DeleteRole", `{"RoleName":"yellow-reader"}`), on[deleteRoleInput]("iam:DeleteRole", writes), deleteRole),

			awsapi.Op(control("DeletePolicy", `{"PolicyArn":"`+sampleARN+`"}`), onPolicy[deletePolicyInput]("iam:DeletePolicy", writes), deletePolicy),
		},
		Actions: actions(),
	}
}

// What samples name. In the order of the table they succeed, if the access key
// id in them is replaced by the one that CreateAccessKey returned.
const (
	sampleARN    = `arn:aws:iam::000000000000:policy/tenants/yellow/yellow-read`
	samplePolicy = `"{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"s3:GetObject\",\"Resource\":\"*\"}}"`
	sampleTrust  = `"{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Allow\",\"Principal\":{\"Service\":\"ec2.amazonaws.com\"},\"Action\":\"sts:AssumeRole\"}}"`
)

func read(name, sample string) awsapi.Operation {
	return awsapi.Operation{Name: name, Access: awsapi.Read, Sample: sample}
}

func control(name, sample string) awsapi.Operation {
	return awsapi.Operation{Name: name, Access: awsapi.Control, Sample: sample}
}
