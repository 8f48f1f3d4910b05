// SPDX-License-Identifier: Apache-2.0

package organizations

type enablePolicyTypeInput struct {
	PolicyType string
	RootId     string
}

type enablePolicyTypeOutput struct{ Root root }

type disablePolicyTypeInput struct {
	PolicyType string
	RootId     string
}

type disablePolicyTypeOutput struct{ Root root }

type policyDocument struct {
	Content       string
	PolicySummary policySummary
}

type policySummary struct {
	Arn         string
	AwsManaged  bool
	Description string
	Id          string
	Name        string
	Type        string
}

type createPolicyInput struct {
	Content     string
	Description *string
	Name        string
	Type        string
	Tags        []tag

	id string // that needs have made up
}

type createPolicyOutput struct{ Policy policyDocument }

type updatePolicyInput struct {
	PolicyId    string
	Content     *string
	Description *string
	Name        *string
}

type updatePolicyOutput struct{ Policy policyDocument }

type deletePolicyInput struct{ PolicyId string }

type deletePolicyOutput struct{}

type describePolicyInput struct{ PolicyId string }

type describePolicyOutput struct{ Policy policyDocument }

type listPoliciesInput struct {
	Filter     string
	MaxResults *int32
	NextToken  *string
}

type listPoliciesOutput struct {
	Policies  []policySummary
	NextToken *string
}

type attachPolicyInput struct{ PolicyId, TargetId string }

type attachPolicyOutput struct{}

type detachPolicyInput struct{ PolicyId, TargetId string }

type detachPolicyOutput struct{}

type listPoliciesForTargetInput struct {
	Filter     string
	TargetId   string
	MaxResults *int32
	NextToken  *string
}

type listPoliciesForTargetOutput struct {
	Policies  []policySummary
	NextToken *string
}

type listTargetsForPolicyInput struct {
	PolicyId   string
	MaxResults *int32
	NextToken  *string
}

type listTargetsForPolicyOutput struct {
	Targets   []policyTargetSummary
	NextToken *string
}

type policyTargetSummary struct {
	Arn      string
	Name     *string
	TargetId string
	Type     string
}
