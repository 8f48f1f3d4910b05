// SPDX-License-Identifier: Apache-2.0

package organizations

import "time"

type describeOrganizationInput struct{}

type describeOrganizationOutput struct{ Organization organization }

type organization struct {
	Arn                  string
	AvailablePolicyTypes []policyTypeSummary
	FeatureSet           string
	Id                   string
	MasterAccountArn     string
	MasterAccountEmail   *string
	MasterAccountId      string
}

type policyTypeSummary struct{ Status, Type string }

type listRootsInput struct {
	MaxResults *int32
	NextToken  *string
}

type listRootsOutput struct {
	Roots     []root
	NextToken *string
}

type root struct {
	Arn         string
	Id          string
	Name        string
	PolicyTypes []policyTypeSummary
}

type account struct {
	Arn             string
	Email           *string
	Id              string
	JoinedMethod    string
	JoinedTimestamp time.Time
	Name            *string
	Paths           []string
	State           string
	Status          string
}

type listAccountsInput struct {
	MaxResults *int32
	NextToken  *string
}

type listAccountsForParentInput struct {
	ParentId   string
	MaxResults *int32
	NextToken  *string
}

type listAccountsOutput struct {
	Accounts  []account
	NextToken *string
}

type describeAccountInput struct{ AccountId string }

type describeAccountOutput struct{ Account account }

type closeAccountInput struct{ AccountId string }

type closeAccountOutput struct{}

type createAccountInput struct {
	AccountName            string
	Email                  string
	IamUserAccessToBilling *string
	RoleName               *string
	Tags                   []tag

	// What needs have made up.
	account string
	roleID  string
	request string
}

type tag struct{ Key, Value *string }

type createAccountOutput struct{ CreateAccountStatus createAccountStatus }

type createAccountStatus struct {
	AccountId          *string
	AccountName        string
	CompletedTimestamp *time.Time
	FailureReason      *string
	Id                 string
	RequestedTimestamp time.Time
	State              string
}

type describeCreateAccountStatusInput struct{ CreateAccountRequestId string }

type describeCreateAccountStatusOutput struct{ CreateAccountStatus createAccountStatus }

type listCreateAccountStatusInput struct {
	MaxResults *int32
	NextToken  *string
	States     []string
}

type listCreateAccountStatusOutput struct {
	CreateAccountStatuses []createAccountStatus
	NextToken             *string
}

type moveAccountInput struct {
	AccountId           string
	DestinationParentId string
	SourceParentId      string
}

type moveAccountOutput struct{}

type listTagsForResourceInput struct {
	ResourceId string
	NextToken  *string
}

type listTagsForResourceOutput struct {
	Tags      []tag
	NextToken *string
}

type tagResourceInput struct {
	ResourceId string
	Tags       []tag
}

type tagResourceOutput struct{}

type untagResourceInput struct {
	ResourceId string
	TagKeys    []string
}

type untagResourceOutput struct{}
