// SPDX-License-Identifier: Apache-2.0

package iam

import (
	"time"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
)

// nothing is what operations answer that only do something.
type nothing struct{}

type boundary struct {
	PermissionsBoundaryType string
	PermissionsBoundaryArn  string
}

// Users.

type user struct {
	Path                string
	UserName            string
	UserId              string
	Arn                 string
	CreateDate          time.Time
	PermissionsBoundary *boundary
	Tags                []awsapi.Tag
}

type createUserInput struct {
	UserName            string
	Path                *string
	PermissionsBoundary *string
	Tags                []awsapi.Tag

	id string // of the new user
}

type createUserOutput struct{ User user }

type getUserInput struct{ UserName *string }

type getUserOutput struct{ User user }

type listUsersInput struct {
	PathPrefix *string
	Marker     *string
	MaxItems   *int32
}

type listUsersOutput struct {
	Users       []user
	IsTruncated bool
	Marker      *string
}

type updateUserInput struct {
	UserName    string
	NewUserName *string
	NewPath     *string
}

type deleteUserInput struct{ UserName string }

type tagUserInput struct {
	UserName string
	Tags     []awsapi.Tag
}

type untagUserInput struct {
	UserName string
	TagKeys  []string
}

type listUserTagsInput struct {
	UserName string
	Marker   *string
	MaxItems *int32
}

type listTagsOutput struct {
	Tags        []awsapi.Tag
	IsTruncated bool
	Marker      *string
}

// Access keys.

type accessKey struct {
	UserName        string
	AccessKeyId     string
	Status          string
	SecretAccessKey string
	CreateDate      time.Time
}

type accessKeyMetadata struct {
	UserName    string
	AccessKeyId string
	Status      string
	CreateDate  time.Time
}

type createAccessKeyInput struct {
	UserName *string

	id string // of the new key
}

type createAccessKeyOutput struct{ AccessKey accessKey }

type listAccessKeysInput struct {
	UserName *string
	Marker   *string
	MaxItems *int32
}

type listAccessKeysOutput struct {
	AccessKeyMetadata []accessKeyMetadata
	IsTruncated       bool
	Marker            *string
}

type updateAccessKeyInput struct {
	UserName    *string
	AccessKeyId string
	Status      string
}

type deleteAccessKeyInput struct {
	UserName    *string
	AccessKeyId string
}

type getAccessKeyLastUsedInput struct{ AccessKeyId string }

type getAccessKeyLastUsedOutput struct {
	UserName          string
	AccessKeyLastUsed accessKeyLastUsed
}

type accessKeyLastUsed struct {
	LastUsedDate *time.Time
	ServiceName  string
	Region       string
}

// Roles.

type role struct {
	Path                     string
	RoleName                 string
	RoleId                   string
	Arn                      string
	CreateDate               time.Time
	AssumeRolePolicyDocument string
	Description              *string
	MaxSessionDuration       int32
	PermissionsBoundary      *boundary
	Tags                     []awsapi.Tag
	RoleLastUsed             *roleLastUsed
}

// roleLastUsed is empty for a role that was not used yet.
type roleLastUsed struct {
	LastUsedDate *time.Time
	Region       *string
}

type createRoleInput struct {
	RoleName                 string
	Path                     *string
	AssumeRolePolicyDocument string
	Description              *string
	MaxSessionDuration       *int32
	PermissionsBoundary      *string
	Tags                     []awsapi.Tag

	id    string // of the new role
	trust resolved
}

type createRoleOutput struct{ Role role }

type getRoleInput struct{ RoleName string }

type getRoleOutput struct{ Role role }

type listRolesInput struct {
	PathPrefix *string
	Marker     *string
	MaxItems   *int32
}

type listRolesOutput struct {
	Roles       []role
	IsTruncated bool
	Marker      *string
}

type updateRoleInput struct {
	RoleName           string
	Description        *string
	MaxSessionDuration *int32
}

// updateRoleOutput is nothing, but has an element of its own on the wire.
type updateRoleOutput struct{ _ struct{} }

type updateRoleDescriptionInput struct{ RoleName, Description string }

type updateRoleDescriptionOutput struct{ Role role }

type deleteRoleInput struct{ RoleName string }

type updateAssumeRolePolicyInput struct {
	RoleName       string
	PolicyDocument string

	trust resolved
}

type tagRoleInput struct {
	RoleName string
	Tags     []awsapi.Tag
}

type untagRoleInput struct {
	RoleName string
	TagKeys  []string
}

type listRoleTagsInput struct {
	RoleName string
	Marker   *string
	MaxItems *int32
}

// Inline policies.

type putUserPolicyInput struct{ UserName, PolicyName, PolicyDocument string }

type getUserPolicyInput struct{ UserName, PolicyName string }

type getUserPolicyOutput struct{ UserName, PolicyName, PolicyDocument string }

type deleteUserPolicyInput struct{ UserName, PolicyName string }

type listUserPoliciesInput struct {
	UserName string
	Marker   *string
	MaxItems *int32
}

type putRolePolicyInput struct{ RoleName, PolicyName, PolicyDocument string }

type getRolePolicyInput struct{ RoleName, PolicyName string }

type getRolePolicyOutput struct{ RoleName, PolicyName, PolicyDocument string }

type deleteRolePolicyInput struct{ RoleName, PolicyName string }

type listRolePoliciesInput struct {
	RoleName string
	Marker   *string
	MaxItems *int32
}

type listInlineOutput struct {
	PolicyNames []string
	IsTruncated bool
	Marker      *string
}

// Managed policies.

type managedPolicy struct {
	PolicyName                    string
	PolicyId                      string
	Arn                           string
	Path                          string
	DefaultVersionId              string
	AttachmentCount               int32
	PermissionsBoundaryUsageCount int32
	IsAttachable                  bool
	Description                   *string
	CreateDate                    time.Time
	UpdateDate                    time.Time
	Tags                          []awsapi.Tag
}

type policyVersion struct {
	Document         *string
	VersionId        string
	IsDefaultVersion bool
	CreateDate       time.Time
}

type createPolicyInput struct {
	PolicyName     string
	Path           *string
	PolicyDocument string
	Description    *string
	Tags           []awsapi.Tag
}

type createPolicyOutput struct{ Policy managedPolicy }

type getPolicyInput struct{ PolicyArn string }

type getPolicyOutput struct{ Policy managedPolicy }

type getPolicyVersionInput struct{ PolicyArn, VersionId string }

type getPolicyVersionOutput struct{ PolicyVersion policyVersion }

type listPoliciesInput struct {
	Scope             string
	OnlyAttached      bool
	PathPrefix        *string
	PolicyUsageFilter string
	Marker            *string
	MaxItems          *int32
}

type listPoliciesOutput struct {
	Policies    []managedPolicy
	IsTruncated bool
	Marker      *string
}

type deletePolicyInput struct{ PolicyArn string }

// Attachments.

type attachedPolicy struct{ PolicyName, PolicyArn string }

type attachUserPolicyInput struct{ UserName, PolicyArn string }

type detachUserPolicyInput struct{ UserName, PolicyArn string }

type listAttachedUserPoliciesInput struct {
	UserName   string
	PathPrefix *string
	Marker     *string
	MaxItems   *int32
}

type attachRolePolicyInput struct{ RoleName, PolicyArn string }

type detachRolePolicyInput struct{ RoleName, PolicyArn string }

type listAttachedRolePoliciesInput struct {
	RoleName   string
	PathPrefix *string
	Marker     *string
	MaxItems   *int32
}

type listAttachedOutput struct {
	AttachedPolicies []attachedPolicy
	IsTruncated      bool
	Marker           *string
}

// Permissions boundaries.

type putUserPermissionsBoundaryInput struct{ UserName, PermissionsBoundary string }

type deleteUserPermissionsBoundaryInput struct{ UserName string }

type putRolePermissionsBoundaryInput struct{ RoleName, PermissionsBoundary string }

type deleteRolePermissionsBoundaryInput struct{ RoleName string }
