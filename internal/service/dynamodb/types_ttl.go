// SPDX-License-Identifier: Apache-2.0

package dynamodb

type timeToLiveSpecification struct {
	AttributeName *string
	Enabled       *bool
}

type updateTimeToLiveInput struct {
	TableName               *string
	TimeToLiveSpecification *timeToLiveSpecification

	ref    tableRef
	target target
}

type updateTimeToLiveOutput struct {
	TimeToLiveSpecification *timeToLiveSpecification
}

type describeTimeToLiveInput struct {
	TableName *string

	ref    tableRef
	target target
}

type describeTimeToLiveOutput struct {
	TimeToLiveDescription *timeToLiveDescription
}

type timeToLiveDescription struct {
	TimeToLiveStatus *string
	AttributeName    *string
}
