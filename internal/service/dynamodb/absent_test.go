// SPDX-License-Identifier: Apache-2.0

package dynamodb_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/bailiwick-dev/bailiwick/bailiwicktest"
)

// TestWhatManagersOfTablesAskFor makes the calls by which Terraform and the like
// learn all of a table, with the SDK.
func TestWhatManagersOfTablesAskFor(t *testing.T) {
	ctx := t.Context()
	db := connect(t)
	create(t, db, "Tab", "pk")
	name, none := aws.String("Tab"), aws.String("None")
	arn := aws.String(inAccount + "Tab")

	limits, err := db.DescribeLimits(ctx, nil)
	if err != nil || *limits.AccountMaxReadCapacityUnits != 80000 || *limits.AccountMaxWriteCapacityUnits != 80000 ||
		*limits.TableMaxReadCapacityUnits != 40000 || *limits.TableMaxWriteCapacityUnits != 40000 {
		t.Errorf("limits are %+v, %v", limits, err)
	}
	backups, err := db.DescribeContinuousBackups(ctx, &dynamodb.DescribeContinuousBackupsInput{TableName: name})
	if err != nil || backups.ContinuousBackupsDescription.ContinuousBackupsStatus != types.ContinuousBackupsStatusEnabled ||
		backups.ContinuousBackupsDescription.PointInTimeRecoveryDescription.PointInTimeRecoveryStatus != types.PointInTimeRecoveryStatusDisabled {
		t.Errorf("continuous backups are %+v, %v", backups, err)
	}
	_, err = db.DescribeContinuousBackups(ctx, &dynamodb.DescribeContinuousBackupsInput{TableName: none})
	wantError(t, err, "TableNotFoundException", "Table not found: None")

	for _, table := range []*string{name, arn} { // it is off, and can be switched off
		off, err := db.UpdateContinuousBackups(ctx, &dynamodb.UpdateContinuousBackupsInput{
			TableName: table, PointInTimeRecoverySpecification: &types.PointInTimeRecoverySpecification{PointInTimeRecoveryEnabled: aws.Bool(false)},
		})
		if err != nil || off.ContinuousBackupsDescription.PointInTimeRecoveryDescription.PointInTimeRecoveryStatus != types.PointInTimeRecoveryStatusDisabled {
			t.Errorf("continuous backups switched off are %+v, %v", off, err)
		}
	}
	_, err = db.UpdateContinuousBackups(ctx, &dynamodb.UpdateContinuousBackupsInput{
		TableName: none, PointInTimeRecoverySpecification: &types.PointInTimeRecoverySpecification{PointInTimeRecoveryEnabled: aws.Bool(false)},
	})
	wantError(t, err, "TableNotFoundException", "Table not found: None")

	insights, err := db.DescribeContributorInsights(ctx, &dynamodb.DescribeContributorInsightsInput{TableName: arn})
	if err != nil || insights.ContributorInsightsStatus != types.ContributorInsightsStatusDisabled || *insights.TableName != "Tab" {
		t.Errorf("contributor insights are %+v, %v", insights, err)
	}
	_, err = db.DescribeContributorInsights(ctx, &dynamodb.DescribeContributorInsightsInput{TableName: name, IndexName: aws.String("Idx")})
	wantError(t, err, notFound, "Requested resource not found: Index Idx for table Tab")
	kinesis, err := db.DescribeKinesisStreamingDestination(ctx, &dynamodb.DescribeKinesisStreamingDestinationInput{TableName: name})
	if err != nil || len(kinesis.KinesisDataStreamDestinations) != 0 || *kinesis.TableName != "Tab" {
		t.Errorf("Kinesis destinations are %+v, %v", kinesis, err)
	}
	_, err = db.DescribeKinesisStreamingDestination(ctx, &dynamodb.DescribeKinesisStreamingDestinationInput{TableName: none})
	wantError(t, err, notFound, "Requested resource not found: Table: None not found")
	scaling, err := db.DescribeTableReplicaAutoScaling(ctx, &dynamodb.DescribeTableReplicaAutoScalingInput{TableName: name})
	if err != nil || scaling.TableAutoScalingDescription.TableStatus != types.TableStatusActive || len(scaling.TableAutoScalingDescription.Replicas) != 0 {
		t.Errorf("scaling is %+v, %v", scaling, err)
	}

	if out, err := db.ListBackups(ctx, nil); err != nil || len(out.BackupSummaries) != 0 {
		t.Errorf("backups are %+v, %v", out, err)
	}
	if out, err := db.ListExports(ctx, nil); err != nil || len(out.ExportSummaries) != 0 {
		t.Errorf("exports are %+v, %v", out, err)
	}
	if out, err := db.ListImports(ctx, nil); err != nil || len(out.ImportSummaryList) != 0 {
		t.Errorf("imports are %+v, %v", out, err)
	}
	if out, err := db.ListGlobalTables(ctx, nil); err != nil || len(out.GlobalTables) != 0 {
		t.Errorf("global tables are %+v, %v", out, err)
	}
	if out, err := db.ListContributorInsights(ctx, nil); err != nil || len(out.ContributorInsightsSummaries) != 0 {
		t.Errorf("contributor insights are %+v, %v", out, err)
	}
	backup := inAccount + "Tab/backup/01489602797149-73d8d5bc"
	_, err = db.DescribeBackup(ctx, &dynamodb.DescribeBackupInput{BackupArn: &backup})
	wantError(t, err, "BackupNotFoundException", "Backup not found: "+backup)
	_, err = db.DeleteBackup(ctx, &dynamodb.DeleteBackupInput{BackupArn: arn})
	wantError(t, err, validation, "Invalid BackupArn")

	// What isn't served is told apart from what isn't there.
	_, err = db.CreateBackup(ctx, &dynamodb.CreateBackupInput{TableName: name, BackupName: name})
	wantError(t, err, "UnknownOperationException", "UnknownError") // as the SDK calls no message

	tags := []types.Tag{{Key: aws.String("b"), Value: aws.String("1")}, {Key: aws.String("a"), Value: aws.String("")}}
	if _, err := db.TagResource(ctx, &dynamodb.TagResourceInput{ResourceArn: arn, Tags: tags}); err != nil {
		t.Error(err)
	}
	if _, err := db.UntagResource(ctx, &dynamodb.UntagResourceInput{ResourceArn: arn, TagKeys: []string{"b", "c"}}); err != nil {
		t.Error(err)
	}
	listed, err := db.ListTagsOfResource(ctx, &dynamodb.ListTagsOfResourceInput{ResourceArn: arn})
	if err != nil || len(listed.Tags) != 1 || *listed.Tags[0].Key != "a" || *listed.Tags[0].Value != "" || listed.NextToken != nil {
		t.Errorf("tags are %+v, %v", listed, err)
	}
}

// recovery is the input that sets a table's recovery to points in time.
func recovery(spec string) string {
	return `{"TableName":"Tab","PointInTimeRecoverySpecification":` + spec + `}`
}

func TestMembersOfWhatNoTableHasAreBounded(t *testing.T) {
	srv := bailiwicktest.New(t)
	const one = "1 validation error detected: "
	for _, tc := range []struct{ operation, input, want string }{
		{"DescribeContinuousBackups", `{}`, one + "Value null at 'tableName' failed to satisfy constraint: Member must not be null"},
		{"UpdateContinuousBackups", `{}`, "2 validation errors detected: Value null at 'tableName' failed to satisfy constraint: Member must not be null; Value null at 'pointInTimeRecoverySpecification' failed to satisfy constraint: Member must not be null"},
		{"UpdateContinuousBackups", recovery(`{}`), one + "Value null at 'pointInTimeRecoverySpecification.pointInTimeRecoveryEnabled' failed to satisfy constraint: Member must not be null"},
		{"UpdateContinuousBackups", recovery(`{"PointInTimeRecoveryEnabled":true,"RecoveryPeriodInDays":0}`), one + "Value '0' at 'pointInTimeRecoverySpecification.recoveryPeriodInDays' failed to satisfy constraint: Member must have value greater than or equal to 1"},
		{"UpdateContinuousBackups", recovery(`{"PointInTimeRecoveryEnabled":true,"RecoveryPeriodInDays":36}`), one + "Value '36' at 'pointInTimeRecoverySpecification.recoveryPeriodInDays' failed to satisfy constraint: Member must have value less than or equal to 35"},
		{"UpdateContinuousBackups", recovery(`{"PointInTimeRecoveryEnabled":true,"RecoveryPeriodInDays":35}`), "Point-in-time recovery is not supported"},
		{"UpdateContinuousBackups", recovery(`{"PointInTimeRecoveryEnabled":false,"RecoveryPeriodInDays":35}`), "Invalid Request: Cannot specify RecoveryPeriodInDays when disabling point-in-time recovery."},
		{"DescribeBackup", `{}`, one + "Value null at 'backupArn' failed to satisfy constraint: Member must not be null"},
		{"DescribeExport", `{"ExportArn":"x"}`, one + "Value 'x' at 'exportArn' failed to satisfy constraint: Member must have length greater than or equal to 37"},
		{"DescribeImport", `{"ImportArn":"arn:aws:dynamodb:us-east-1:000000000000:table/Tab/export/x"}`, "Invalid ImportArn"},
		{"DescribeGlobalTable", `{}`, one + "Value null at 'globalTableName' failed to satisfy constraint: Member must not be null"},
		{"DescribeGlobalTable", `{"GlobalTableName":"ab"}`, one + "Value 'ab' at 'globalTableName' failed to satisfy constraint: Member must have length greater than or equal to 3"},
		{"ListBackups", `{"Limit":101}`, one + "Value '101' at 'limit' failed to satisfy constraint: Member must have value less than or equal to 100"},
		{"ListExports", `{"MaxResults":26}`, one + "Value '26' at 'maxResults' failed to satisfy constraint: Member must have value less than or equal to 25"},
		{"ListImports", `{"PageSize":0}`, one + "Value '0' at 'pageSize' failed to satisfy constraint: Member must have value greater than or equal to 1"},
		{"ListGlobalTables", `{"Limit":0}`, one + "Value '0' at 'limit' failed to satisfy constraint: Member must have value greater than or equal to 1"},
		{"ListContributorInsights", `{"MaxResults":101}`, one + "Value '101' at 'maxResults' failed to satisfy constraint: Member must have value less than or equal to 100"},
		{"PutResourcePolicy", `{}`, "2 validation errors detected: Value null at 'resourceArn' failed to satisfy constraint: Member must not be null; Value null at 'policy' failed to satisfy constraint: Member must not be null"},
		{"GetResourcePolicy", `{"ResourceArn":"Tab"}`, "Invalid ResourceArn provided as input Tab"},
		{"DeleteResourcePolicy", `{"ResourceArn":"arn:aws:dynamodb:us-east-1:000000000000:table/Tab/index/Idx"}`, "Invalid ResourceArn provided as input arn:aws:dynamodb:us-east-1:000000000000:table/Tab/index/Idx"},
		{"DeleteResourcePolicy", `{"ResourceArn":"arn:aws:dynamodb:us-east-1:000000000000:table/Tab","ExpectedRevisionId":""}`, one + "Value '' at 'expectedRevisionId' failed to satisfy constraint: Member must have length greater than or equal to 1"},
	} {
		refused(t, srv, tc.operation, tc.input, validation, tc.want)
	}
}
