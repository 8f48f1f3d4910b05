// SPDX-License-Identifier: Apache-2.0

package dynamodb

import (
	"context"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
)

const (
	statusEnabled  = "ENABLED"
	statusDisabled = "DISABLED"
)

// described returns the table that an operation describes, and the need for it.
func (s *service) described(c *awsapi.Call, ref tableRef, action string) (target, []awsapi.Need, error) {
	t, err := s.target(c, ref)
	if err != nil {
		return t, nil, err
	}
	return t, []awsapi.Need{t.need(action, nil)}, nil
}

func (s *service) describeContinuousBackupsNeeds(_ context.Context, c *awsapi.Call, in *describeContinuousBackupsInput) (needs []awsapi.Need, err error) {
	in.target, needs, err = s.described(c, in.ref, "DescribeContinuousBackups")
	return needs, err
}

func (s *service) describeContinuousBackups(_ context.Context, _ *awsapi.Call, in *describeContinuousBackupsInput) (*continuousBackupsOutput, error) {
	return in.target.continuousBackups()
}

func (s *service) updateContinuousBackupsNeeds(_ context.Context, c *awsapi.Call, in *updateContinuousBackupsInput) (needs []awsapi.Need, err error) {
	in.target, needs, err = s.described(c, in.ref, "UpdateContinuousBackups")
	return needs, err
}

// updateContinuousBackups switches recovery to points in time off, which it is: what
// would switch it on is refused before.
func (s *service) updateContinuousBackups(_ context.Context, _ *awsapi.Call, in *updateContinuousBackupsInput) (*continuousBackupsOutput, error) {
	return in.target.continuousBackups()
}

// continuousBackups answers as AWS does for tables without recovery to points in time.
func (t target) continuousBackups() (*continuousBackupsOutput, error) {
	if t.table == nil {
		return nil, awsapi.Errorf(awsapi.NotFound, "TableNotFoundException", "Table not found: %s", t.ref.name)
	}
	recovery := &pointInTimeRecoveryDescription{new(statusDisabled)}
	return &continuousBackupsOutput{&continuousBackupsDescription{new(statusEnabled), recovery}}, nil
}

func (s *service) describeContributorInsightsNeeds(_ context.Context, c *awsapi.Call, in *describeContributorInsightsInput) (needs []awsapi.Need, err error) {
	if in.target, needs, err = s.described(c, in.ref, "DescribeContributorInsights"); err == nil && in.IndexName != nil {
		needs[0].Resource = in.target.ref.indexARN(*in.IndexName)
	}
	return needs, err
}

func (s *service) describeContributorInsights(_ context.Context, _ *awsapi.Call, in *describeContributorInsightsInput) (*describeContributorInsightsOutput, error) {
	t := in.target.table
	switch {
	case t == nil:
		return nil, errTableNotFound(in.ref.name)
	case in.IndexName != nil && t.index(*in.IndexName) == nil:
		return nil, errIndexNotFound(*in.IndexName, t.Name)
	}
	return &describeContributorInsightsOutput{&t.Name, in.IndexName, new(statusDisabled)}, nil
}

func (s *service) describeKinesisStreamingDestinationNeeds(_ context.Context, c *awsapi.Call, in *describeKinesisStreamingDestinationInput) (needs []awsapi.Need, err error) {
	in.target, needs, err = s.described(c, in.ref, "DescribeKinesisStreamingDestination")
	return needs, err
}

func (s *service) describeKinesisStreamingDestination(_ context.Context, _ *awsapi.Call, in *describeKinesisStreamingDestinationInput) (*describeKinesisStreamingDestinationOutput, error) {
	if in.target.table == nil {
		return nil, errTableNotFound(in.ref.name)
	}
	return &describeKinesisStreamingDestinationOutput{&in.target.table.Name, []struct{}{}}, nil
}

func (s *service) describeTableReplicaAutoScalingNeeds(_ context.Context, c *awsapi.Call, in *describeTableReplicaAutoScalingInput) (needs []awsapi.Need, err error) {
	in.target, needs, err = s.described(c, in.ref, "DescribeTableReplicaAutoScaling")
	return needs, err
}

func (s *service) describeTableReplicaAutoScaling(_ context.Context, _ *awsapi.Call, in *describeTableReplicaAutoScalingInput) (*describeTableReplicaAutoScalingOutput, error) {
	if in.target.table == nil {
		return nil, errTableNotFound(in.ref.name)
	}
	d := &tableAutoScalingDescription{&in.target.table.Name, new(statusActive), []struct{}{}}
	return &describeTableReplicaAutoScalingOutput{d}, nil
}

func (s *service) listContributorInsightsNeeds(_ context.Context, c *awsapi.Call, _ *listContributorInsightsInput) ([]awsapi.Need, error) {
	return general(c, "ListContributorInsights"), nil
}

func (s *service) listContributorInsights(context.Context, *awsapi.Call, *listContributorInsightsInput) (*listContributorInsightsOutput, error) {
	return &listContributorInsightsOutput{[]struct{}{}}, nil
}

func (s *service) listGlobalTablesNeeds(_ context.Context, c *awsapi.Call, _ *listGlobalTablesInput) ([]awsapi.Need, error) {
	return general(c, "ListGlobalTables"), nil
}

func (s *service) listGlobalTables(context.Context, *awsapi.Call, *listGlobalTablesInput) (*listGlobalTablesOutput, error) {
	return &listGlobalTablesOutput{[]struct{}{}}, nil
}

// globalTable returns the need for a global table of the caller's.
func globalTable(c *awsapi.Call, action, name string) []awsapi.Need {
	needs := general(c, action)
	needs[0].Resource = globalTableARN(c.Caller.Account(), name)
	return needs
}

func errNoGlobalTable(name string) error {
	return awsapi.Errorf(awsapi.NotFound, "GlobalTableNotFoundException", "Global table not found: Global table with name: '%s' does not exist.", name)
}

func (s *service) describeGlobalTableNeeds(_ context.Context, c *awsapi.Call, in *describeGlobalTableInput) ([]awsapi.Need, error) {
	return globalTable(c, "DescribeGlobalTable", *in.GlobalTableName), nil
}

func (s *service) describeGlobalTable(_ context.Context, _ *awsapi.Call, in *describeGlobalTableInput) (*nothing, error) {
	return nil, errNoGlobalTable(*in.GlobalTableName)
}

func (s *service) describeGlobalTableSettingsNeeds(_ context.Context, c *awsapi.Call, in *describeGlobalTableSettingsInput) ([]awsapi.Need, error) {
	return globalTable(c, "DescribeGlobalTableSettings", *in.GlobalTableName), nil
}

func (s *service) describeGlobalTableSettings(_ context.Context, _ *awsapi.Call, in *describeGlobalTableSettingsInput) (*nothing, error) {
	return nil, errNoGlobalTable(*in.GlobalTableName)
}
