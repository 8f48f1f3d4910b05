// SPDX-License-Identifier: Apache-2.0

package dynamodb

import (
	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
)

// generalRows are the operations that are about no table.
func (s *service) generalRows() []awsapi.Operation {
	type row = awsapi.Operation
	return []awsapi.Operation{
		awsapi.Op(row{Name: "DescribeLimits", Sample: `{}`}, s.describeLimitsNeeds, s.describeLimits),
		awsapi.Op(row{Name: "DescribeEndpoints", Sample: `{}`}, s.describeEndpointsNeeds, s.describeEndpoints),
	}
}

// absentRows are the operations on what no table has here. The sample table
// must be there.
func (s *service) absentRows() []awsapi.Operation {
	type row = awsapi.Operation
	return []awsapi.Operation{
		awsapi.Op(row{Name: "DescribeContinuousBackups", Sample: sampleNamed}, s.describeContinuousBackupsNeeds, s.describeContinuousBackups),
		awsapi.Op(row{Name: "UpdateContinuousBackups", Access: awsapi.Write, Sample: sampleRecovery}, s.updateContinuousBackupsNeeds, s.updateContinuousBackups),
		awsapi.Op(row{Name: "ListBackups", Sample: `{"Limit":10}`}, s.listBackupsNeeds, s.listBackups),
		awsapi.Op(row{Name: "DescribeBackup", Sample: `{"BackupArn":"` + sampleUnder + `backup/01489602797149-73d8d5bc"}`}, s.describeBackupNeeds, s.describeBackup),
		awsapi.Op(row{Name: "DeleteBackup", Access: awsapi.Write, Sample: `{"BackupArn":"` + sampleUnder + `backup/01489602797149-73d8d5bc"}`}, s.deleteBackupNeeds, s.deleteBackup),
		awsapi.Op(row{Name: "ListExports", Sample: `{}`}, s.listExportsNeeds, s.listExports),
		awsapi.Op(row{Name: "DescribeExport", Sample: `{"ExportArn":"` + sampleUnder + `export/01234567890123-a1b2c3d4"}`}, s.describeExportNeeds, s.describeExport),
		awsapi.Op(row{Name: "ListImports", Sample: `{}`}, s.listImportsNeeds, s.listImports),
		awsapi.Op(row{Name: "DescribeImport", Sample: `{"ImportArn":"` + sampleUnder + `import/01658528578619-c4d4e311"}`}, s.describeImportNeeds, s.describeImport),
		awsapi.Op(row{Name: "ListGlobalTables", Sample: `{}`}, s.listGlobalTablesNeeds, s.listGlobalTables),
		awsapi.Op(row{Name: "DescribeGlobalTable", Sample: `{"GlobalTableName":"Sample"}`}, s.describeGlobalTableNeeds, s.describeGlobalTable),
		awsapi.Op(row{Name: "DescribeGlobalTableSettings", Sample: `{"GlobalTableName":"Sample"}`}, s.describeGlobalTableSettingsNeeds, s.describeGlobalTableSettings),
		awsapi.Op(row{Name: "DescribeTableReplicaAutoScaling", Sample: sampleNamed}, s.describeTableReplicaAutoScalingNeeds, s.describeTableReplicaAutoScaling),
		awsapi.Op(row{Name: "ListContributorInsights", Sample: `{}`}, s.listContributorInsightsNeeds, s.listContributorInsights),
		awsapi.Op(row{Name: "DescribeContributorInsights", Sample: sampleNamed}, s.describeContributorInsightsNeeds, s.describeContributorInsights),
		awsapi.Op(row{Name: "DescribeKinesisStreamingDestination", Sample: sampleNamed}, s.describeKinesisStreamingDestinationNeeds, s.describeKinesisStreamingDestination),
	}
}

const (
	sampleNamed    = `{"TableName":"Sample"}`
	sampleRecovery = `{"TableName":"Sample","PointInTimeRecoverySpecification":{"PointInTimeRecoveryEnabled":false}}`
	sampleUnder    = `arn:aws:dynamodb:us-east-1:$ACCOUNT:table/Sample/`
)

// absentActions is the part of the catalogue for generalRows and absentRows.
func absentActions() []awsapi.Action {
	table, tableOrIndex, global := []string{"table"}, []string{"table", "index"}, []string{"global-table"}
	return []awsapi.Action{
		{Name: "dynamodb:DescribeLimits"},
		{Name: "dynamodb:DescribeEndpoints"},
		{Name: "dynamodb:DescribeContinuousBackups", Resources: table},
		{Name: "dynamodb:UpdateContinuousBackups", Resources: table},
		{Name: "dynamodb:ListBackups"},
		{Name: "dynamodb:DescribeBackup", Resources: []string{"backup"}},
		{Name: "dynamodb:DeleteBackup", Resources: []string{"backup"}},
		{Name: "dynamodb:ListExports"},
		{Name: "dynamodb:DescribeExport", Resources: []string{"export"}},
		{Name: "dynamodb:ListImports"},
		{Name: "dynamodb:DescribeImport", Resources: []string{"import"}},
		{Name: "dynamodb:ListGlobalTables"},
		{Name: "dynamodb:DescribeGlobalTable", Resources: global},
		{Name: "dynamodb:DescribeGlobalTableSettings", Resources: global},
		{Name: "dynamodb:DescribeTableReplicaAutoScaling", Resources: table},
		{Name: "dynamodb:ListContributorInsights"},
		{Name: "dynamodb:DescribeContributorInsights", Resources: tableOrIndex},
		{Name: "dynamodb:DescribeKinesisStreamingDestination", Resources: table},
	}
}
