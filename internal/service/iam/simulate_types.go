// SPDX-License-Identifier: Apache-2.0

package iam

type contextEntry struct {
	ContextKeyName   *string
	ContextKeyValues []string
	ContextKeyType   string
}

type getContextKeysForCustomPolicyInput struct{ PolicyInputList []string }

type getContextKeysForPrincipalPolicyInput struct {
	PolicySourceArn string
	PolicyInputList []string

	source source
}

type getContextKeysOutput struct{ ContextKeyNames []string }

type simulateCustomPolicyInput struct {
	PolicyInputList                    []string
	PermissionsBoundaryPolicyInputList []string
	ActionNames                        []string
	ResourceArns                       []string
	ResourcePolicy                     *string
	ResourceOwner                      *string
	CallerArn                          *string
	ContextEntries                     []contextEntry
	ResourceHandlingOption             *string
	MaxItems                           *int32
	Marker                             *string

	trial trial
}

type simulatePrincipalPolicyInput struct {
	PolicySourceArn                    string
	PolicyInputList                    []string
	PermissionsBoundaryPolicyInputList []string
	ActionNames                        []string
	ResourceArns                       []string
	ResourcePolicy                     *string
	ResourceOwner                      *string
	CallerArn                          *string
	ContextEntries                     []contextEntry
	ResourceHandlingOption             *string
	MaxItems                           *int32
	Marker                             *string

	trial  trial
	source source
}

type simulatePolicyOutput struct {
	EvaluationResults []evaluationResult
	IsTruncated       bool
	Marker            *string
}

type evaluationResult struct {
	EvalActionName                    string
	EvalResourceName                  string
	EvalDecision                      string
	MatchedStatements                 []matchedStatement
	MissingContextValues              []string
	OrganizationsDecisionDetail       *organizationsDecisionDetail
	PermissionsBoundaryDecisionDetail *permissionsBoundaryDecisionDetail
	EvalDecisionDetails               map[string]string
	ResourceSpecificResults           []resourceSpecificResult
}

type resourceSpecificResult struct {
	EvalResourceName                  string
	EvalResourceDecision              string
	MatchedStatements                 []matchedStatement
	MissingContextValues              []string
	EvalDecisionDetails               map[string]string
	PermissionsBoundaryDecisionDetail *permissionsBoundaryDecisionDetail
}

type organizationsDecisionDetail struct{ AllowedByOrganizations bool }

type permissionsBoundaryDecisionDetail struct{ AllowedByPermissionsBoundary bool }

type matchedStatement struct {
	SourcePolicyId   string
	SourcePolicyType string
	StartPosition    position
	EndPosition      position
}

type position struct{ Line, Column int32 }
