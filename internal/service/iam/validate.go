// SPDX-License-Identifier: Apache-2.0

package iam

import (
	"strings"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/identity/constraint"
	"github.com/bailiwick-dev/bailiwick/policy"
)

// Quotas, as in the IAM user guide, "IAM and AWS STS quotas": the highest that
// AWS raises them to, and room for a role and a policy of each tenant.
const (
	maxUsers         = 5000 // per account
	maxGroups        = 300  // per account
	maxRoles         = 100_000
	maxPolicies      = 100_000
	maxMemberships   = 10    // groups per user
	maxAccessKeys    = 2     // per user
	maxAttached      = 20    // managed policies per user or role
	maxGroupAttached = 10    // per group
	maxTags          = 50    // per user, role or policy
	maxPolicySize    = 6144  // characters of a managed policy, white space left out
	maxTrustSize     = 4096  // of a trust policy, likewise
	maxUserInline    = 2048  // of all inline policies of a user together, likewise
	maxGroupInline   = 5120  // of a group
	maxRoleInline    = 10240 // of a role
	minSessionLength = 3600  // seconds; of a role's maximum, and its default
	maxSessionLength = 43200
)

// checks is a constraint.Violations with what the operations of IAM have in
// common.
type checks struct{ constraint.Violations }

func (v *checks) paging(marker *string, maxItems *int32) {
	v.Text("marker", marker, constraint.Marker)
	v.Number("maxItems", maxItems, 1, 1000)
}

// document checks a policy's syntax after everything else is well.
func (v *checks) document(text string, t policy.Type) error {
	if err := v.Err(); err != nil {
		return err
	}
	return checkDocument(text, t)
}

func (in *createUserInput) Validate() error {
	var v checks
	v.Name("userName", in.UserName, constraint.UserName)
	v.Text("path", in.Path, constraint.Path)
	v.Text("permissionsBoundary", in.PermissionsBoundary, constraint.ARN)
	return v.tags(in.Tags)
}

func (in *getUserInput) Validate() error {
	var v checks
	v.Text("userName", in.UserName, constraint.ExistingName)
	return v.Err()
}

func (in *listUsersInput) Validate() error {
	var v checks
	v.Text("pathPrefix", in.PathPrefix, constraint.PathPrefix)
	v.paging(in.Marker, in.MaxItems)
	return v.Err()
}

func (in *updateUserInput) Validate() error {
	v := userName(in.UserName)
	v.Text("newUserName", in.NewUserName, constraint.UserName)
	v.Text("newPath", in.NewPath, constraint.Path)
	return v.Err()
}

func (in *deleteUserInput) Validate() error { return userName(in.UserName).Err() }

func (in *tagUserInput) Validate() error { return userName(in.UserName).tags(in.Tags) }

func (in *untagUserInput) Validate() error {
	v := userName(in.UserName)
	v.TagKeys("tagKeys", in.TagKeys)
	return v.Err()
}

func (in *listUserTagsInput) Validate() error {
	v := userName(in.UserName)
	v.paging(in.Marker, in.MaxItems)
	return v.Err()
}

func (in *createAccessKeyInput) Validate() error {
	var v checks
	v.Text("userName", in.UserName, constraint.ExistingName)
	return v.Err()
}

func (in *listAccessKeysInput) Validate() error {
	var v checks
	v.Text("userName", in.UserName, constraint.ExistingName)
	v.paging(in.Marker, in.MaxItems)
	return v.Err()
}

func (in *updateAccessKeyInput) Validate() error {
	var v checks
	v.Text("userName", in.UserName, constraint.ExistingName)
	v.Name("accessKeyId", in.AccessKeyId, constraint.AccessKeyID)
	if v.Required("status", in.Status) {
		v.Enum("status", in.Status, statusActive, statusInactive)
	}
	return v.Err()
}

func (in *deleteAccessKeyInput) Validate() error {
	var v checks
	v.Text("userName", in.UserName, constraint.ExistingName)
	v.Name("accessKeyId", in.AccessKeyId, constraint.AccessKeyID)
	return v.Err()
}

func (in *getAccessKeyLastUsedInput) Validate() error {
	var v checks
	v.Name("accessKeyId", in.AccessKeyId, constraint.AccessKeyID)
	return v.Err()
}

func (in *createRoleInput) Validate() error {
	var v checks
	v.Name("roleName", in.RoleName, constraint.RoleName)
	v.Text("path", in.Path, constraint.Path)
	v.Name("assumeRolePolicyDocument", in.AssumeRolePolicyDocument, constraint.Document)
	v.Text("description", in.Description, constraint.RoleDescription)
	v.Number("maxSessionDuration", in.MaxSessionDuration, minSessionLength, maxSessionLength)
	v.Text("permissionsBoundary", in.PermissionsBoundary, constraint.ARN)
	if err := v.tags(in.Tags); err != nil {
		return err
	}
	if err := checkRolePath(pathOr(in.Path)); err != nil {
		return err
	}
	return checkDocument(in.AssumeRolePolicyDocument, policy.Trust)
}

// reservedPaths is where roles are that AWS's own services make. Guardrails except
// such roles by their path, so nobody else may have a role there.
var reservedPaths = [...]string{"/aws-service-role/", "/aws-reserved/"}

// checkRolePath refuses the paths that are reserved, whatever their case.
func checkRolePath(path string) error {
	for _, reserved := range reservedPaths {
		if strings.HasPrefix(strings.ToLower(path), reserved) {
			return invalidInput("Path prefix '%s' can only be used for AWS Service linked Roles", reserved)
		}
	}
	return nil
}

func (in *getRoleInput) Validate() error { return roleName(in.RoleName).Err() }

func (in *listRolesInput) Validate() error {
	var v checks
	v.Text("pathPrefix", in.PathPrefix, constraint.PathPrefix)
	v.paging(in.Marker, in.MaxItems)
	return v.Err()
}

func (in *updateRoleInput) Validate() error {
	v := roleName(in.RoleName)
	v.Text("description", in.Description, constraint.RoleDescription)
	v.Number("maxSessionDuration", in.MaxSessionDuration, minSessionLength, maxSessionLength)
	return v.Err()
}

func (in *updateRoleDescriptionInput) Validate() error {
	v := roleName(in.RoleName)
	v.Text("description", &in.Description, constraint.RoleDescription)
	return v.Err()
}

func (in *deleteRoleInput) Validate() error { return roleName(in.RoleName).Err() }

func (in *updateAssumeRolePolicyInput) Validate() error {
	v := roleName(in.RoleName)
	v.Name("policyDocument", in.PolicyDocument, constraint.Document)
	return v.document(in.PolicyDocument, policy.Trust)
}

func (in *tagRoleInput) Validate() error { return roleName(in.RoleName).tags(in.Tags) }

func (in *untagRoleInput) Validate() error {
	v := roleName(in.RoleName)
	v.TagKeys("tagKeys", in.TagKeys)
	return v.Err()
}

func (in *listRoleTagsInput) Validate() error {
	v := roleName(in.RoleName)
	v.paging(in.Marker, in.MaxItems)
	return v.Err()
}

func (in *putUserPolicyInput) Validate() error {
	v := userName(in.UserName)
	v.Name("policyName", in.PolicyName, constraint.PolicyName)
	v.Name("policyDocument", in.PolicyDocument, constraint.Document)
	return v.document(in.PolicyDocument, policy.Identity)
}

func (in *getUserPolicyInput) Validate() error {
	v := userName(in.UserName)
	v.Name("policyName", in.PolicyName, constraint.PolicyName)
	return v.Err()
}

func (in *deleteUserPolicyInput) Validate() error {
	v := userName(in.UserName)
	v.Name("policyName", in.PolicyName, constraint.PolicyName)
	return v.Err()
}

func (in *listUserPoliciesInput) Validate() error {
	v := userName(in.UserName)
	v.paging(in.Marker, in.MaxItems)
	return v.Err()
}

func (in *putRolePolicyInput) Validate() error {
	v := roleName(in.RoleName)
	v.Name("policyName", in.PolicyName, constraint.PolicyName)
	v.Name("policyDocument", in.PolicyDocument, constraint.Document)
	return v.document(in.PolicyDocument, policy.Identity)
}

func (in *getRolePolicyInput) Validate() error {
	v := roleName(in.RoleName)
	v.Name("policyName", in.PolicyName, constraint.PolicyName)
	return v.Err()
}

func (in *deleteRolePolicyInput) Validate() error {
	v := roleName(in.RoleName)
	v.Name("policyName", in.PolicyName, constraint.PolicyName)
	return v.Err()
}

func (in *listRolePoliciesInput) Validate() error {
	v := roleName(in.RoleName)
	v.paging(in.Marker, in.MaxItems)
	return v.Err()
}

func (in *createPolicyInput) Validate() error {
	var v checks
	v.Name("policyName", in.PolicyName, constraint.PolicyName)
	v.Text("path", in.Path, constraint.Path)
	v.Name("policyDocument", in.PolicyDocument, constraint.Document)
	v.Text("description", in.Description, constraint.Description)
	if err := v.tags(in.Tags); err != nil {
		return err
	}
	return checkDocument(in.PolicyDocument, policy.Identity)
}

func (in *getPolicyInput) Validate() error { return policyARN(in.PolicyArn).Err() }

func (in *getPolicyVersionInput) Validate() error {
	v := policyARN(in.PolicyArn)
	v.Name("versionId", in.VersionId, constraint.VersionID)
	return v.Err()
}

func (in *listPoliciesInput) Validate() error {
	var v checks
	v.Enum("scope", in.Scope, scopeAll, scopeAWS, scopeLocal)
	v.Text("pathPrefix", in.PathPrefix, constraint.PathPrefix)
	v.Enum("policyUsageFilter", in.PolicyUsageFilter, usagePermissions, usageBoundary)
	v.paging(in.Marker, in.MaxItems)
	return v.Err()
}

func (in *deletePolicyInput) Validate() error { return policyARN(in.PolicyArn).Err() }

func (in *attachUserPolicyInput) Validate() error {
	return userName(in.UserName).arn("policyArn", in.PolicyArn)
}

func (in *detachUserPolicyInput) Validate() error {
	return userName(in.UserName).arn("policyArn", in.PolicyArn)
}

func (in *listAttachedUserPoliciesInput) Validate() error {
	v := userName(in.UserName)
	v.Text("pathPrefix", in.PathPrefix, constraint.PathPrefix)
	v.paging(in.Marker, in.MaxItems)
	return v.Err()
}

func (in *attachRolePolicyInput) Validate() error {
	return roleName(in.RoleName).arn("policyArn", in.PolicyArn)
}

func (in *detachRolePolicyInput) Validate() error {
	return roleName(in.RoleName).arn("policyArn", in.PolicyArn)
}

func (in *listAttachedRolePoliciesInput) Validate() error {
	v := roleName(in.RoleName)
	v.Text("pathPrefix", in.PathPrefix, constraint.PathPrefix)
	v.paging(in.Marker, in.MaxItems)
	return v.Err()
}

func (in *putUserPermissionsBoundaryInput) Validate() error {
	return userName(in.UserName).arn("permissionsBoundary", in.PermissionsBoundary)
}

func (in *deleteUserPermissionsBoundaryInput) Validate() error { return userName(in.UserName).Err() }

func (in *putRolePermissionsBoundaryInput) Validate() error {
	return roleName(in.RoleName).arn("permissionsBoundary", in.PermissionsBoundary)
}

func (in *deleteRolePermissionsBoundaryInput) Validate() error { return roleName(in.RoleName).Err() }

// userName begins the checks of an input that names a user.
func userName(name string) *checks {
	var v checks
	v.Name("userName", name, constraint.ExistingName)
	return &v
}

// groupName begins the checks of an input that names a group.
func groupName(name string) *checks {
	var v checks
	v.Name("groupName", name, constraint.GroupName)
	return &v
}

// roleName begins the checks of an input that names a role.
func roleName(name string) *checks {
	var v checks
	v.Name("roleName", name, constraint.RoleName)
	return &v
}

// policyARN begins the checks of an input that names a managed policy.
func policyARN(name string) *checks {
	var v checks
	v.Name("policyArn", name, constraint.ARN)
	return &v
}

// arn ends the checks of an input that also names a managed policy.
func (v *checks) arn(member, value string) error {
	v.Name(member, value, constraint.ARN)
	return v.Err()
}

// tags ends the checks of an input with tags.
func (v *checks) tags(tags []awsapi.Tag) error {
	v.Tags("tags", tags)
	if err := v.Err(); err != nil {
		return err
	}
	return checkTags(tags)
}
