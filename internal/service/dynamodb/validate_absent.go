// SPDX-License-Identifier: Apache-2.0

package dynamodb

import (
	"strings"

	"github.com/bailiwick-dev/bailiwick/arn"
	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
)

// Lengths of ARNs, page sizes and periods.
const (
	minSubARN      = 37 // of a backup, an export or an import
	maxARN         = 1024
	maxExports     = 25
	maxInsights    = 100
	minImportToken = 112

	maxRecoveryDays = 35 // of recovery to points in time
)

var backupTypes = []string{"USER", "SYSTEM", "AWS_BACKUP", "ALL"}

// Validate implements [awsapi.Validator].
func (in *describeContinuousBackupsInput) Validate() error { return named(in.TableName, &in.ref) }

// Validate implements [awsapi.Validator]. Recovery that isn't there can't be switched
// on: a table that is said to be backed up and isn't would be worse than none.
func (in *updateContinuousBackupsInput) Validate() error {
	var v violations
	in.ref = v.table(in.TableName)
	v.recovery(in.PointInTimeRecoverySpecification)
	if err := v.err(); err != nil {
		return err
	}
	switch spec := in.PointInTimeRecoverySpecification; {
	case *spec.PointInTimeRecoveryEnabled:
		return invalid("Point-in-time recovery is not supported")
	case spec.RecoveryPeriodInDays != nil:
		return invalid("Invalid Request: Cannot specify RecoveryPeriodInDays when disabling point-in-time recovery.")
	}
	return nil
}

func (v *violations) recovery(spec *pointInTimeRecoverySpecification) {
	const path = "pointInTimeRecoverySpecification"
	if spec == nil {
		v.missing(path)
		return
	}
	if spec.PointInTimeRecoveryEnabled == nil {
		v.missing(path + ".pointInTimeRecoveryEnabled")
	}
	if n := spec.RecoveryPeriodInDays; n != nil {
		v.within(int64(*n), path+".recoveryPeriodInDays", 1, maxRecoveryDays)
	}
}

// Validate implements [awsapi.Validator].
func (in *describeKinesisStreamingDestinationInput) Validate() error {
	return named(in.TableName, &in.ref)
}

// Validate implements [awsapi.Validator].
func (in *describeTableReplicaAutoScalingInput) Validate() error {
	return named(in.TableName, &in.ref)
}

// Validate implements [awsapi.Validator].
func (in *describeContributorInsightsInput) Validate() error {
	var v violations
	in.ref = v.table(in.TableName)
	if in.IndexName != nil {
		v.name(*in.IndexName, "indexName")
	}
	return v.err()
}

// named checks the one member of an operation that takes a table's name only.
func named(name *string, ref *tableRef) error {
	var v violations
	*ref = v.table(name)
	return v.err()
}

// Validate implements [awsapi.Validator].
func (in *listBackupsInput) Validate() error {
	var v violations
	v.page(in.Limit, "limit", maxList)
	v.optionalTable(in.TableName, "tableName")
	if in.ExclusiveStartBackupArn != nil {
		v.length(*in.ExclusiveStartBackupArn, "exclusiveStartBackupArn", minSubARN, maxARN)
	}
	v.enum(in.BackupType, "backupType", backupTypes)
	return v.err()
}

// Validate implements [awsapi.Validator].
func (in *listExportsInput) Validate() error {
	var v violations
	v.optionalTable(in.TableArn, "tableArn")
	v.page(in.MaxResults, "maxResults", maxExports)
	return v.err()
}

// Validate implements [awsapi.Validator].
func (in *listImportsInput) Validate() error {
	var v violations
	v.optionalTable(in.TableArn, "tableArn")
	v.page(in.PageSize, "pageSize", maxExports)
	if in.NextToken != nil {
		v.length(*in.NextToken, "nextToken", minImportToken, maxARN)
	}
	return v.err()
}

// Validate implements [awsapi.Validator].
func (in *listContributorInsightsInput) Validate() error {
	var v violations
	v.optionalTable(in.TableName, "tableName")
	if in.MaxResults != nil && *in.MaxResults > maxInsights {
		v.within(int64(*in.MaxResults), "maxResults", 0, maxInsights)
	}
	return v.err()
}

// Validate implements [awsapi.Validator].
func (in *listGlobalTablesInput) Validate() error {
	var v violations
	if in.ExclusiveStartGlobalTableName != nil {
		v.name(*in.ExclusiveStartGlobalTableName, "exclusiveStartGlobalTableName")
	}
	if in.Limit != nil {
		v.atLeast(int64(*in.Limit), "limit", 1)
	}
	return v.err()
}

// Validate implements [awsapi.Validator].
func (in *describeGlobalTableInput) Validate() error { return checkGlobalName(in.GlobalTableName) }

// Validate implements [awsapi.Validator].
func (in *describeGlobalTableSettingsInput) Validate() error {
	return checkGlobalName(in.GlobalTableName)
}

func checkGlobalName(name *string) error {
	var v violations
	if name == nil {
		v.missing("globalTableName")
		return v.err()
	}
	v.name(*name, "globalTableName")
	return v.err()
}

// Validate implements [awsapi.Validator].
func (in *describeBackupInput) Validate() error {
	return checkSub(in.BackupArn, "backup", &in.ref)
}

// Validate implements [awsapi.Validator].
func (in *deleteBackupInput) Validate() error {
	return checkSub(in.BackupArn, "backup", &in.ref)
}

// Validate implements [awsapi.Validator].
func (in *describeExportInput) Validate() error {
	return checkSub(in.ExportArn, "export", &in.ref)
}

// Validate implements [awsapi.Validator].
func (in *describeImportInput) Validate() error {
	return checkSub(in.ImportArn, "import", &in.ref)
}

// checkSub checks the ARN of a backup, an export or an import, and returns what
// it names.
func checkSub(s *string, kind string, ref *subRef) error {
	var v violations
	if s == nil {
		v.missing(kind + "Arn")
		return v.err()
	}
	v.length(*s, kind+"Arn", minSubARN, maxARN)
	if err := v.err(); err != nil {
		return err
	}
	sub, ok := parseSubARN(*s, kind)
	if !ok {
		return invalid("Invalid %sArn", strings.ToUpper(kind[:1])+kind[1:])
	}
	*ref = sub
	return nil
}

// parseSubARN reads the ARN of something of that kind under a table.
func parseSubARN(s, kind string) (subRef, bool) {
	a, err := arn.Parse(s)
	if err != nil {
		return subRef{}, false
	}
	of, name, ok := strings.Cut(a.Resource, "/"+kind+"/")
	if !ok || name == "" || strings.Contains(name, "/") {
		return subRef{}, false
	}
	owner := a
	owner.Resource = of
	ref, ok := parseTableRef(owner.String())
	return subRef{arn: a, table: ref}, ok
}

// page checks the size of a page.
func (v *violations) page(n *int32, path string, most int64) {
	if n != nil {
		v.within(int64(*n), path, 1, most)
	}
}

// optionalTable checks the name or the ARN of a table by which lists are
// filtered.
func (v *violations) optionalTable(name *string, path string) {
	if name == nil {
		return
	}
	if _, ok := parseTableRef(*name); !ok {
		before := len(v.list)
		v.name(*name, path)
		if len(v.list) == before { // an ARN of another form
			v.add(*name, path, "Member must satisfy regular expression pattern: "+namePattern)
		}
	}
}

var (
	_ awsapi.Validator = (*describeContinuousBackupsInput)(nil)
	_ awsapi.Validator = (*updateContinuousBackupsInput)(nil)
	_ awsapi.Validator = (*describeContributorInsightsInput)(nil)
	_ awsapi.Validator = (*describeKinesisStreamingDestinationInput)(nil)
	_ awsapi.Validator = (*describeTableReplicaAutoScalingInput)(nil)
	_ awsapi.Validator = (*listBackupsInput)(nil)
	_ awsapi.Validator = (*listExportsInput)(nil)
	_ awsapi.Validator = (*listImportsInput)(nil)
	_ awsapi.Validator = (*listContributorInsightsInput)(nil)
	_ awsapi.Validator = (*listGlobalTablesInput)(nil)
	_ awsapi.Validator = (*describeGlobalTableInput)(nil)
	_ awsapi.Validator = (*describeGlobalTableSettingsInput)(nil)
	_ awsapi.Validator = (*describeBackupInput)(nil)
	_ awsapi.Validator = (*deleteBackupInput)(nil)
	_ awsapi.Validator = (*describeExportInput)(nil)
	_ awsapi.Validator = (*describeImportInput)(nil)
)
