// SPDX-License-Identifier: Apache-2.0

package dynamodb

// Inputs and results of operations on tables and streams by ARN.

type tagResourceInput struct {
	ResourceArn *string
	Tags        []tag

	ref    tableRef
	target target
}

type untagResourceInput struct {
	ResourceArn *string
	TagKeys     []string

	ref    tableRef
	target target
}

type listTagsOfResourceInput struct {
	ResourceArn *string
	NextToken   *string

	ref    tableRef
	target target
}

type listTagsOfResourceOutput struct{ Tags []tag }

type putResourcePolicyInput struct {
	ResourceArn                     *string
	Policy                          *string
	ExpectedRevisionId              *string
	ConfirmRemoveSelfResourceAccess *bool

	ref      resourceRef
	document document
	on       policied
}

type putResourcePolicyOutput struct{ RevisionId *string }

type getResourcePolicyInput struct {
	ResourceArn *string

	ref resourceRef
	on  policied
}

type getResourcePolicyOutput struct {
	Policy     *string
	RevisionId *string
}

type deleteResourcePolicyInput struct {
	ResourceArn        *string
	ExpectedRevisionId *string

	ref resourceRef
	on  policied
}

type deleteResourcePolicyOutput struct{ RevisionId *string }
