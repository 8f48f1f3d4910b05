// SPDX-License-Identifier: Apache-2.0

// Package organizations implements AWS Organizations for the one organization of a
// server, which all its accounts belong to: the tree of accounts, and the service
// and resource control policies that limit them. Only principals of the management
// account may call it.
//
//	service.go     the operations, one row each
//	types*.go      inputs and outputs, as on the wire
//	validate*.go   the constraints on inputs
//	authz.go       what operations need, and the catalogue
//	place.go       what ids name
//	store.go       what became of calls of CreateAccount
//	error.go       how operations fail
//
// The other files are named for what they are about. Records are those of package
// identity, which decisions depend on.
package organizations

import (
	"slices"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/wire/awsjson"
)

// target is the service's name in X-Amz-Target.
const target = "AWSOrganizationsV20161128"

// New returns the service.
func New() *awsapi.Service {
	return &awsapi.Service{
		Name:       "organizations",
		Global:     true,
		Target:     target,
		Protocol:   awsjson.New(awsjson.Config{Version: "1.1", Target: target, ErrorShape: errorShape}),
		Operations: slices.Concat(accountOperations(), policyOperations(), unitOperations(), tagOperations(), ends()),
		Actions:    actions(),
	}
}

// What samples name. In the order of the table they succeed, if the ids in them
// are replaced by those that calls before them have returned.
const (
	sampleRoot    = `r-0000`
	sampleUnit    = `ou-0000-00000000`
	sampleAccount = `999999999999`
	samplePolicy  = `p-00000000`
	sampleRequest = `car-00000000`
	sampleText    = `"{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Deny\",\"Action\":\"s3:GetObject\",\"Resource\":\"*\"}}"`
	scp           = `SERVICE_CONTROL_POLICY`
)

func read(name, sample string) awsapi.Operation {
	return awsapi.Operation{Name: name, Access: awsapi.Read, Sample: sample}
}

func control(name, sample string) awsapi.Operation {
	return awsapi.Operation{Name: name, Access: awsapi.Control, Sample: sample}
}

func accountOperations() []awsapi.Operation {
	return []awsapi.Operation{
		awsapi.Op(read("DescribeOrganization", `{}`), needs("organizations:DescribeOrganization", false, nothing[describeOrganizationInput]), describeOrganization),
		awsapi.Op(read("ListRoots", `{}`), needs("organizations:ListRoots", false, nothing[listRootsInput]), listRoots),
		awsapi.Op(control("CreateAccount", `{"AccountName":"sample","Email":"sample@example.com","Tags":[{"Key":"a","Value":"b"}]}`),
			needs("organizations:CreateAccount", false, createAccountNeeds), createAccount),
		awsapi.Op(read("DescribeCreateAccountStatus", `{"CreateAccountRequestId":"`+sampleRequest+`"}`),
			needs("organizations:DescribeCreateAccountStatus", false, requestNeeds[describeCreateAccountStatusInput]), describeCreateAccountStatus),
		awsapi.Op(read("ListCreateAccountStatus", `{}`),
			needs("organizations:ListCreateAccountStatus", false, requestNeeds[listCreateAccountStatusInput]), listCreateAccountStatus),
		awsapi.Op(read("ListAccounts", `{}`), needs("organizations:ListAccounts", false, nothing[listAccountsInput]), listAccounts),
		awsapi.Op(read("ListAWSServiceAccessForOrganization", `{}`),
			needs("organizations:ListAWSServiceAccessForOrganization", false, nothing[listServiceAccessInput]), listServiceAccess),
		awsapi.Op(read("ListDelegatedAdministrators", `{"ServicePrincipal":"access-analyzer.amazonaws.com"}`),
			needs("organizations:ListDelegatedAdministrators", false, administratorsNeeds), listDelegatedAdministrators),
		awsapi.Op(read("DescribeAccount", `{"AccountId":"`+sampleAccount+`"}`),
			needs("organizations:DescribeAccount", false, about(func(in *describeAccountInput) string { return in.AccountId })), describeAccount),
	}
}

func policyOperations() []awsapi.Operation {
	return []awsapi.Operation{
		awsapi.Op(control("EnablePolicyType", `{"RootId":"`+sampleRoot+`","PolicyType":"`+scp+`"}`),
			needs("organizations:EnablePolicyType", true, typeNeeds(func(in *enablePolicyTypeInput) (string, string) { return in.RootId, in.PolicyType })), enablePolicyType),
		awsapi.Op(control("CreatePolicy", `{"Name":"sample","Type":"`+scp+`","Content":`+sampleText+`,"Tags":[{"Key":"a","Value":"b"}]}`),
			needs("organizations:CreatePolicy", true, createPolicyNeeds), createPolicy),
		awsapi.Op(control("UpdatePolicy", `{"PolicyId":"`+samplePolicy+`","Description":"a sample"}`),
			needs("organizations:UpdatePolicy", true, about(func(in *updatePolicyInput) string { return in.PolicyId })), updatePolicy),
		awsapi.Op(read("DescribePolicy", `{"PolicyId":"`+samplePolicy+`"}`),
			needs("organizations:DescribePolicy", false, about(func(in *describePolicyInput) string { return in.PolicyId })), describePolicy),
		awsapi.Op(read("ListPolicies", `{"Filter":"`+scp+`"}`),
			needs("organizations:ListPolicies", false, byType(func(in *listPoliciesInput) string { return in.Filter })), listPolicies),
		awsapi.Op(control("AttachPolicy", `{"PolicyId":"`+samplePolicy+`","TargetId":"`+sampleAccount+`"}`),
			needs("organizations:AttachPolicy", true, attachmentNeeds(func(in *attachPolicyInput) (string, string) { return in.PolicyId, in.TargetId })), attachPolicy),
		awsapi.Op(read("ListPoliciesForTarget", `{"Filter":"`+scp+`","TargetId":"`+sampleAccount+`"}`),
			needs("organizations:ListPoliciesForTarget", false, listForTargetNeeds), listPoliciesForTarget),
		awsapi.Op(read("ListTargetsForPolicy", `{"PolicyId":"`+samplePolicy+`"}`),
			needs("organizations:ListTargetsForPolicy", false, about(func(in *listTargetsForPolicyInput) string { return in.PolicyId })), listTargetsForPolicy),
	}
}

func unitOperations() []awsapi.Operation {
	return []awsapi.Operation{
		awsapi.Op(control("CreateOrganizationalUnit", `{"ParentId":"`+sampleRoot+`","Name":"sample","Tags":[{"Key":"a","Value":"b"}]}`),
			needs("organizations:CreateOrganizationalUnit", true, createUnitNeeds), createUnit),
		awsapi.Op(read("DescribeOrganizationalUnit", `{"OrganizationalUnitId":"`+sampleUnit+`"}`),
			needs("organizations:DescribeOrganizationalUnit", false, about(func(in *describeOrganizationalUnitInput) string { return in.OrganizationalUnitId })), describeUnit),
		awsapi.Op(control("UpdateOrganizationalUnit", `{"OrganizationalUnitId":"`+sampleUnit+`","Name":"renamed"}`),
			needs("organizations:UpdateOrganizationalUnit", true, about(func(in *updateOrganizationalUnitInput) string { return in.OrganizationalUnitId })), updateUnit),
		awsapi.Op(control("MoveAccount", `{"AccountId":"`+sampleAccount+`","SourceParentId":"`+sampleRoot+`","DestinationParentId":"`+sampleUnit+`"}`),
			needs("organizations:MoveAccount", false, moveAccountNeeds), moveAccount),
		awsapi.Op(read("ListParents", `{"ChildId":"`+sampleAccount+`"}`),
			needs("organizations:ListParents", false, about(func(in *listParentsInput) string { return in.ChildId })), listParents),
		awsapi.Op(read("ListChildren", `{"ParentId":"`+sampleRoot+`","ChildType":"ACCOUNT"}`),
			needs("organizations:ListChildren", false, about(func(in *listChildrenInput) string { return in.ParentId })), listChildren),
		awsapi.Op(read("ListAccountsForParent", `{"ParentId":"`+sampleUnit+`"}`),
			needs("organizations:ListAccountsForParent", false, about(func(in *listAccountsForParentInput) string { return in.ParentId })), listAccountsForParent),
		awsapi.Op(read("ListOrganizationalUnitsForParent", `{"ParentId":"`+sampleRoot+`"}`),
			needs("organizations:ListOrganizationalUnitsForParent", false, about(func(in *listOrganizationalUnitsForParentInput) string { return in.ParentId })), listUnits),
	}
}

func tagOperations() []awsapi.Operation {
	return []awsapi.Operation{
		awsapi.Op(control("TagResource", `{"ResourceId":"`+samplePolicy+`","Tags":[{"Key":"c","Value":"d"}]}`), needs("organizations:TagResource", true, tagNeeds), tagResource),
		awsapi.Op(read("ListTagsForResource", `{"ResourceId":"`+samplePolicy+`"}`),
			needs("organizations:ListTagsForResource", false, about(func(in *listTagsForResourceInput) string { return in.ResourceId })), listTags),
		awsapi.Op(control("UntagResource", `{"ResourceId":"`+samplePolicy+`","TagKeys":["c"]}`), needs("organizations:UntagResource", true, untagNeeds), untagResource),
	}
}

// ends returns what takes things away again.
func ends() []awsapi.Operation {
	return []awsapi.Operation{
		awsapi.Op(control("DetachPolicy", `{"PolicyId":"`+samplePolicy+`","TargetId":"`+sampleAccount+`"}`),
			needs("organizations:DetachPolicy", true, attachmentNeeds(func(in *detachPolicyInput) (string, string) { return in.PolicyId, in.TargetId })), detachPolicy),
		awsapi.Op(control("DeletePolicy", `{"PolicyId":"`+samplePolicy+`"}`),
			needs("organizations:DeletePolicy", true, about(func(in *deletePolicyInput) string { return in.PolicyId })), deletePolicy),
		awsapi.Op(control("DisablePolicyType", `{"RootId":"`+sampleRoot+`","PolicyType":"`+scp+`"}`),
			needs("organizations:DisablePolicyType", true, typeNeeds(func(in *disablePolicyTypeInput) (string, string) { return in.RootId, in.PolicyType })), disablePolicyType),
		awsapi.Op(control("CloseAccount", `{"AccountId":"`+sampleAccount+`"}`), needs("organizations:CloseAccount", false, closeAccountNeeds), closeAccount),
		awsapi.Op(control("DeleteOrganizationalUnit", `{"OrganizationalUnitId":"`+sampleUnit+`"}`),
			needs("organizations:DeleteOrganizationalUnit", true, about(func(in *deleteOrganizationalUnitInput) string { return in.OrganizationalUnitId })), deleteUnit),
	}
}
