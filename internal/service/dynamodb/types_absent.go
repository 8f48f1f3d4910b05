// SPDX-License-Identifier: Apache-2.0

package dynamodb

import (
	"time"
)

// Inputs and results of operations on what no table has here: backups,
// exports, imports, replicas, contributor insights and Kinesis streams. Clients
// that manage tables ask for all of it.

type describeContinuousBackupsInput struct {
	TableName *string

	ref    tableRef
	target target
}

type pointInTimeRecoverySpecification struct {
	PointInTimeRecoveryEnabled *bool
	RecoveryPeriodInDays       *int32
}

type updateContinuousBackupsInput struct {
	TableName                        *string
	PointInTimeRecoverySpecification *pointInTimeRecoverySpecification

	ref    tableRef
	target target
}

// continuousBackupsOutput is the result of both operations on continuous backups.
type continuousBackupsOutput struct {
	ContinuousBackupsDescription *continuousBackupsDescription
}

type continuousBackupsDescription struct {
	ContinuousBackupsStatus        *string
	PointInTimeRecoveryDescription *pointInTimeRecoveryDescription
}

type pointInTimeRecoveryDescription struct{ PointInTimeRecoveryStatus *string }

type listBackupsInput struct {
	TableName               *string
	Limit                   *int32
	TimeRangeLowerBound     *time.Time
	TimeRangeUpperBound     *time.Time
	ExclusiveStartBackupArn *string
	BackupType              *string
}

type listBackupsOutput struct{ BackupSummaries []struct{} }

type describeBackupInput struct {
	BackupArn *string

	ref subRef
}

type deleteBackupInput struct {
	BackupArn *string

	ref subRef
}

type listExportsInput struct {
	TableArn   *string
	MaxResults *int32
	NextToken  *string
}

type listExportsOutput struct{ ExportSummaries []struct{} }

type describeExportInput struct {
	ExportArn *string

	ref subRef
}

type listImportsInput struct {
	TableArn  *string
	PageSize  *int32
	NextToken *string
}

type listImportsOutput struct{ ImportSummaryList []struct{} }

type describeImportInput struct {
	ImportArn *string

	ref subRef
}

type listGlobalTablesInput struct {
	ExclusiveStartGlobalTableName *string
	Limit                         *int32
	RegionName                    *string
}

type listGlobalTablesOutput struct{ GlobalTables []struct{} }

type describeGlobalTableInput struct{ GlobalTableName *string }

type describeGlobalTableSettingsInput struct{ GlobalTableName *string }

type describeTableReplicaAutoScalingInput struct {
	TableName *string

	ref    tableRef
	target target
}

type describeTableReplicaAutoScalingOutput struct {
	TableAutoScalingDescription *tableAutoScalingDescription
}

type tableAutoScalingDescription struct {
	TableName   *string
	TableStatus *string
	Replicas    []struct{}
}

type listContributorInsightsInput struct {
	TableName  *string
	NextToken  *string
	MaxResults *int32
}

type listContributorInsightsOutput struct{ ContributorInsightsSummaries []struct{} }

type describeContributorInsightsInput struct {
	TableName *string
	IndexName *string

	ref    tableRef
	target target
}

type describeContributorInsightsOutput struct {
	TableName                 *string
	IndexName                 *string
	ContributorInsightsStatus *string
}

type describeKinesisStreamingDestinationInput struct {
	TableName *string

	ref    tableRef
	target target
}

type describeKinesisStreamingDestinationOutput struct {
	TableName                     *string
	KinesisDataStreamDestinations []struct{}
}

// A nothing is the result of operations that never have one.
type nothing struct{}
