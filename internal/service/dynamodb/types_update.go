// SPDX-License-Identifier: Apache-2.0

package dynamodb

// The input and the result of UpdateTable.

type updateTableInput struct {
	TableName                   *string
	AttributeDefinitions        []attributeDefinition
	ProvisionedThroughput       *provisionedThroughput
	BillingMode                 *string
	GlobalSecondaryIndexUpdates []globalSecondaryIndexUpdate
	StreamSpecification         *streamSpecification
	SSESpecification            *sseSpecification
	TableClass                  *string
	DeletionProtectionEnabled   *bool
	OnDemandThroughput          *onDemandThroughput
	WarmThroughput              *warmThroughput

	// Refused when given.
	ReplicaUpdates            given
	GlobalTableWitnessUpdates given
	VectorIndexUpdates        given
	MultiRegionConsistency    given

	DisassociationProtectionEnabled    given
	GlobalTableSettingsReplicationMode given

	ref    tableRef
	target target
}

type globalSecondaryIndexUpdate struct {
	Update *updateGlobalSecondaryIndexAction
	Create *globalSecondaryIndex
	Delete *deleteGlobalSecondaryIndexAction
}

type updateGlobalSecondaryIndexAction struct {
	IndexName             *string
	ProvisionedThroughput *provisionedThroughput
	OnDemandThroughput    *onDemandThroughput
	WarmThroughput        *warmThroughput
}

type deleteGlobalSecondaryIndexAction struct{ IndexName *string }

type updateTableOutput struct{ TableDescription *tableDescription }
