// SPDX-License-Identifier: Apache-2.0

package dynamodb

import (
	"context"

	"github.com/bailiwick-dev/bailiwick/arn"
	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
)

// A subRef is what lies under a table by its ARN: a backup, an export, an import
// or a stream.
type subRef struct {
	arn   arn.ARN
	table tableRef
}

// need returns the need for the action on it. Like a table, it is served by its
// own region only.
func (r subRef) need(c *awsapi.Call, action string) ([]awsapi.Need, error) {
	if _, err := r.table.resolve(c); err != nil {
		return nil, err
	}
	return []awsapi.Need{{Action: serviceName + ":" + action, Resource: r.arn, Owner: r.table.account}}, nil
}

func (s *service) listBackupsNeeds(_ context.Context, c *awsapi.Call, _ *listBackupsInput) ([]awsapi.Need, error) {
	return general(c, "ListBackups"), nil
}

func (s *service) listBackups(context.Context, *awsapi.Call, *listBackupsInput) (*listBackupsOutput, error) {
	return &listBackupsOutput{[]struct{}{}}, nil
}

func errNoBackup(name string) error {
	return awsapi.Errorf(awsapi.NotFound, "BackupNotFoundException", "Backup not found: %s", name)
}

func (s *service) describeBackupNeeds(_ context.Context, c *awsapi.Call, in *describeBackupInput) ([]awsapi.Need, error) {
	return in.ref.need(c, "DescribeBackup")
}

func (s *service) describeBackup(_ context.Context, _ *awsapi.Call, in *describeBackupInput) (*nothing, error) {
	return nil, errNoBackup(*in.BackupArn)
}

func (s *service) deleteBackupNeeds(_ context.Context, c *awsapi.Call, in *deleteBackupInput) ([]awsapi.Need, error) {
	return in.ref.need(c, "DeleteBackup")
}

func (s *service) deleteBackup(_ context.Context, _ *awsapi.Call, in *deleteBackupInput) (*nothing, error) {
	return nil, errNoBackup(*in.BackupArn)
}

func (s *service) listExportsNeeds(_ context.Context, c *awsapi.Call, _ *listExportsInput) ([]awsapi.Need, error) {
	return general(c, "ListExports"), nil
}

func (s *service) listExports(context.Context, *awsapi.Call, *listExportsInput) (*listExportsOutput, error) {
	return &listExportsOutput{[]struct{}{}}, nil
}

func (s *service) describeExportNeeds(_ context.Context, c *awsapi.Call, in *describeExportInput) ([]awsapi.Need, error) {
	return in.ref.need(c, "DescribeExport")
}

func (s *service) describeExport(_ context.Context, _ *awsapi.Call, in *describeExportInput) (*nothing, error) {
	return nil, awsapi.Errorf(awsapi.NotFound, "ExportNotFoundException", "Export not found: %s", *in.ExportArn)
}

func (s *service) listImportsNeeds(_ context.Context, c *awsapi.Call, _ *listImportsInput) ([]awsapi.Need, error) {
	return general(c, "ListImports"), nil
}

func (s *service) listImports(context.Context, *awsapi.Call, *listImportsInput) (*listImportsOutput, error) {
	return &listImportsOutput{[]struct{}{}}, nil
}

func (s *service) describeImportNeeds(_ context.Context, c *awsapi.Call, in *describeImportInput) ([]awsapi.Need, error) {
	return in.ref.need(c, "DescribeImport")
}

func (s *service) describeImport(_ context.Context, _ *awsapi.Call, in *describeImportInput) (*nothing, error) {
	return nil, awsapi.Errorf(awsapi.NotFound, "ImportNotFoundException", "Import not found: %s", *in.ImportArn)
}
