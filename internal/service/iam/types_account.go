// SPDX-License-Identifier: Apache-2.0

package iam

import (
	"time"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
)

// The account's alias.

type createAccountAliasInput struct{ AccountAlias string }

type listAccountAliasesInput struct {
	Marker   *string
	MaxItems *int32
}

type listAccountAliasesOutput struct {
	AccountAliases []string
	IsTruncated    bool
	Marker         *string
}

type deleteAccountAliasInput struct{ AccountAlias string }

// The account as a whole.

type getAccountSummaryInput struct{}

type getAccountSummaryOutput struct{ SummaryMap map[string]int32 }

type generateCredentialReportInput struct{}

type generateCredentialReportOutput struct{ State string }

type getCredentialReportInput struct{}

type getCredentialReportOutput struct {
	Content       []byte
	ReportFormat  string
	GeneratedTime time.Time
}

type getAccountAuthorizationDetailsInput struct {
	Filter   []string
	Marker   *string
	MaxItems *int32
}

type getAccountAuthorizationDetailsOutput struct {
	UserDetailList  []userDetail
	GroupDetailList []groupDetail
	RoleDetailList  []roleDetail
	Policies        []policyDetail
	IsTruncated     bool
	Marker          *string
}

type inlineDetail struct{ PolicyName, PolicyDocument string }

type userDetail struct {
	Path                    string
	UserName                string
	UserId                  string
	Arn                     string
	CreateDate              time.Time
	UserPolicyList          []inlineDetail
	GroupList               []string
	AttachedManagedPolicies []attachedPolicy
	PermissionsBoundary     *boundary
	Tags                    []awsapi.Tag
}

type groupDetail struct {
	Path                    string
	GroupName               string
	GroupId                 string
	Arn                     string
	CreateDate              time.Time
	GroupPolicyList         []inlineDetail
	AttachedManagedPolicies []attachedPolicy
}

type roleDetail struct {
	Path                     string
	RoleName                 string
	RoleId                   string
	Arn                      string
	CreateDate               time.Time
	AssumeRolePolicyDocument string
	InstanceProfileList      []struct{} // there are none
	RolePolicyList           []inlineDetail
	AttachedManagedPolicies  []attachedPolicy
	PermissionsBoundary      *boundary
	Tags                     []awsapi.Tag
}

type policyDetail struct {
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
	PolicyVersionList             []policyVersion
}
