// SPDX-License-Identifier: Apache-2.0

package dynamodb

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/upstream"
)

// What a table is made of is named when it is made; nothing is to be found out.
func (in *createTableInput) refs() []tableRef        { return nil }
func (in *listTablesInput) refs() []tableRef         { return nil }
func (in *describeTableInput) refs() []tableRef      { return []tableRef{in.ref} }
func (in *deleteTableInput) refs() []tableRef        { return []tableRef{in.ref} }
func (in *tagResourceInput) refs() []tableRef        { return []tableRef{in.ref} }
func (in *untagResourceInput) refs() []tableRef      { return []tableRef{in.ref} }
func (in *listTagsOfResourceInput) refs() []tableRef { return []tableRef{in.ref} }
func (in *updateTimeToLiveInput) refs() []tableRef   { return []tableRef{in.ref} }
func (in *describeTimeToLiveInput) refs() []tableRef { return []tableRef{in.ref} }

func (in *describeContinuousBackupsInput) refs() []tableRef { return []tableRef{in.ref} }

// checkCreate refuses what isn't sent on, and tables that aren't the upstream's.
func (f *front) checkCreate(in *createTableInput) error {
	if ref := in.target.ref; ref.account != f.account || ref.region != f.client.Region() {
		return invalid("The upstream keeps tables of the account %s in %s only", f.account, f.client.Region())
	}
	return notSent(
		member{"StreamSpecification", in.StreamSpecification != nil && given(aws.ToBool(in.StreamSpecification.StreamEnabled))},
		member{"SSESpecification", in.SSESpecification != nil},
		member{"ResourcePolicy", in.ResourcePolicy != nil},
	)
}

func (f *front) createTable(ctx context.Context, c *awsapi.Call, in *createTableInput) (*createTableOutput, error) {
	name := in.target.ref.name
	req := &sdk.CreateTableInput{
		TableName:                 &name,
		AttributeDefinitions:      definitionsOf(in.AttributeDefinitions),
		KeySchema:                 keySchemaOf(in.KeySchema),
		BillingMode:               types.BillingMode(aws.ToString(in.BillingMode)),
		ProvisionedThroughput:     throughputOf(in.ProvisionedThroughput),
		OnDemandThroughput:        onDemandOf(in.OnDemandThroughput),
		WarmThroughput:            warmOf(in.WarmThroughput),
		TableClass:                types.TableClass(aws.ToString(in.TableClass)),
		DeletionProtectionEnabled: in.DeletionProtectionEnabled,
	}
	for _, x := range in.LocalSecondaryIndexes {
		req.LocalSecondaryIndexes = append(req.LocalSecondaryIndexes,
			types.LocalSecondaryIndex{IndexName: x.IndexName, KeySchema: keySchemaOf(x.KeySchema), Projection: projectionOf(x.Projection)})
	}
	for _, x := range in.GlobalSecondaryIndexes {
		req.GlobalSecondaryIndexes = append(req.GlobalSecondaryIndexes, types.GlobalSecondaryIndex{
			IndexName: x.IndexName, KeySchema: keySchemaOf(x.KeySchema), Projection: projectionOf(x.Projection),
			ProvisionedThroughput: throughputOf(x.ProvisionedThroughput), OnDemandThroughput: onDemandOf(x.OnDemandThroughput),
			WarmThroughput: warmOf(x.WarmThroughput),
		})
	}
	for _, t := range in.Tags {
		req.Tags = append(req.Tags, types.Tag{Key: t.Key, Value: t.Value})
	}
	answer, err := ask(ctx, f, c, upstream.Once, (*sdk.Client).CreateTable, req)
	f.known.Forget(name)
	if err != nil {
		return nil, err
	}
	d, err := f.parse(name, answer.TableDescription, tagsOf(in.Tags))
	if err != nil {
		return nil, err
	}
	return &createTableOutput{d.describe(c)}, nil
}

func keySchemaOf(in []keySchemaElement) (out []types.KeySchemaElement) {
	for _, k := range in {
		out = append(out, types.KeySchemaElement{AttributeName: k.AttributeName, KeyType: types.KeyType(*k.KeyType)})
	}
	return out
}

func projectionOf(in *projection) *types.Projection {
	return &types.Projection{ProjectionType: types.ProjectionType(*in.ProjectionType), NonKeyAttributes: in.NonKeyAttributes}
}

func throughputOf(in *provisionedThroughput) *types.ProvisionedThroughput {
	if in == nil {
		return nil
	}
	return &types.ProvisionedThroughput{ReadCapacityUnits: in.ReadCapacityUnits, WriteCapacityUnits: in.WriteCapacityUnits}
}

func onDemandOf(in *onDemandThroughput) *types.OnDemandThroughput {
	if in == nil {
		return nil
	}
	return &types.OnDemandThroughput{MaxReadRequestUnits: in.MaxReadRequestUnits, MaxWriteRequestUnits: in.MaxWriteRequestUnits}
}

func (f *front) checkDescribe(in *describeTableInput) error {
	if in.target.table == nil {
		return errTableNotFound(in.ref.name)
	}
	return nil
}

// describeTable asks anew: who waits for a table to become active wants to know what
// it is now.
func (f *front) describeTable(ctx context.Context, c *awsapi.Call, in *describeTableInput) (*describeTableOutput, error) {
	answer, err := ask(ctx, f, c, upstream.Again, (*sdk.Client).DescribeTable, &sdk.DescribeTableInput{TableName: &in.target.table.Name})
	if err != nil {
		return nil, err
	}
	d, err := f.parse(in.target.table.Name, answer.Table, in.target.table.Tags)
	if err != nil {
		return nil, err
	}
	return &describeTableOutput{d.describe(c)}, nil
}

func (f *front) checkDeleteTable(in *deleteTableInput) error {
	if in.target.table == nil {
		return errTableNotFound(in.ref.name)
	}
	return nil
}

func (f *front) deleteTable(ctx context.Context, c *awsapi.Call, in *deleteTableInput) (*deleteTableOutput, error) {
	t := in.target.table
	answer, err := ask(ctx, f, c, upstream.Once, (*sdk.Client).DeleteTable, &sdk.DeleteTableInput{TableName: &t.Name})
	f.known.Forget(t.Name)
	if err != nil {
		return nil, err
	}
	status := statusDeleting
	n := counts{}
	if d := answer.TableDescription; d != nil {
		n.table = count{aws.ToInt64(d.ItemCount), aws.ToInt64(d.TableSizeBytes)}
	}
	return &deleteTableOutput{t.identify(status, &n, c.Time)}, nil
}

func (f *front) checkList(*listTablesInput) error { return nil }

// listTables lists the upstream's tables. Other accounts and regions have none.
func (f *front) listTables(ctx context.Context, c *awsapi.Call, in *listTablesInput) (*listTablesOutput, error) {
	out := &listTablesOutput{TableNames: []string{}}
	if c.Caller.Account() != f.account || c.Region != f.client.Region() {
		return out, nil
	}
	req := &sdk.ListTablesInput{ExclusiveStartTableName: in.ExclusiveStartTableName, Limit: in.Limit}
	answer, err := ask(ctx, f, c, upstream.Again, (*sdk.Client).ListTables, req)
	if err != nil {
		return nil, err
	}
	out.TableNames = append(out.TableNames, answer.TableNames...)
	out.LastEvaluatedTableName = answer.LastEvaluatedTableName
	return out, nil
}

func (f *front) checkListTags(in *listTagsOfResourceInput) error {
	if in.target.table == nil {
		return errNoTagged(in.target.ref)
	}
	return nil
}

// listTagsOfResource answers with the tags that the call was decided by.
func (f *front) listTagsOfResource(ctx context.Context, c *awsapi.Call, in *listTagsOfResourceInput) (*listTagsOfResourceOutput, error) {
	return f.service.listTagsOfResource(ctx, c, in)
}

func (f *front) checkTag(in *tagResourceInput) error {
	if in.target.table == nil {
		return errNoTagged(in.target.ref)
	}
	_, err := in.target.table.withTags(tagsOf(in.Tags))
	return err
}

func (f *front) tagResource(ctx context.Context, c *awsapi.Call, in *tagResourceInput) (*nothing, error) {
	arn, err := f.upstreamARN(ctx, c, in.target.table.Name)
	if err != nil {
		return nil, err
	}
	req := &sdk.TagResourceInput{ResourceArn: &arn}
	for _, t := range in.Tags {
		req.Tags = append(req.Tags, types.Tag{Key: t.Key, Value: t.Value})
	}
	_, err = ask(ctx, f, c, upstream.Once, (*sdk.Client).TagResource, req)
	f.known.Forget(in.target.table.Name)
	return nil, err
}

func (f *front) checkUntag(in *untagResourceInput) error {
	if in.target.table == nil {
		return errNoTable()
	}
	return nil
}

func (f *front) untagResource(ctx context.Context, c *awsapi.Call, in *untagResourceInput) (*nothing, error) {
	arn, err := f.upstreamARN(ctx, c, in.target.table.Name)
	if err != nil {
		return nil, err
	}
	_, err = ask(ctx, f, c, upstream.Once, (*sdk.Client).UntagResource, &sdk.UntagResourceInput{ResourceArn: &arn, TagKeys: in.TagKeys})
	f.known.Forget(in.target.table.Name)
	return nil, err
}

func (f *front) checkUpdateTTL(in *updateTimeToLiveInput) error {
	if in.target.table == nil {
		return errTableNotFound(in.target.ref.name)
	}
	return nil
}

func (f *front) updateTimeToLive(ctx context.Context, c *awsapi.Call, in *updateTimeToLiveInput) (*updateTimeToLiveOutput, error) {
	spec := in.TimeToLiveSpecification
	_, err := ask(ctx, f, c, upstream.Once, (*sdk.Client).UpdateTimeToLive, &sdk.UpdateTimeToLiveInput{
		TableName:               &in.target.table.Name,
		TimeToLiveSpecification: &types.TimeToLiveSpecification{AttributeName: spec.AttributeName, Enabled: spec.Enabled},
	})
	if err != nil {
		return nil, err
	}
	return &updateTimeToLiveOutput{spec}, nil
}

func (f *front) checkDescribeTTL(in *describeTimeToLiveInput) error {
	if in.target.table == nil {
		return errTableNotFound(in.target.ref.name)
	}
	return nil
}

func (f *front) describeTimeToLive(ctx context.Context, c *awsapi.Call, in *describeTimeToLiveInput) (*describeTimeToLiveOutput, error) {
	answer, err := ask(ctx, f, c, upstream.Again, (*sdk.Client).DescribeTimeToLive, &sdk.DescribeTimeToLiveInput{TableName: &in.target.table.Name})
	if err != nil {
		return nil, err
	}
	out := &timeToLiveDescription{TimeToLiveStatus: new(statusDisabled)}
	if d := answer.TimeToLiveDescription; d != nil {
		out.TimeToLiveStatus, out.AttributeName = new(string(d.TimeToLiveStatus)), d.AttributeName
	}
	return &describeTimeToLiveOutput{out}, nil
}

func (f *front) checkBackups(in *describeContinuousBackupsInput) error {
	if in.target.table == nil {
		return awsapi.Errorf(awsapi.NotFound, "TableNotFoundException", "Table not found: %s", in.ref.name)
	}
	return nil
}

func (f *front) describeContinuousBackups(ctx context.Context, c *awsapi.Call, in *describeContinuousBackupsInput) (*continuousBackupsOutput, error) {
	req := &sdk.DescribeContinuousBackupsInput{TableName: &in.target.table.Name}
	answer, err := ask(ctx, f, c, upstream.Again, (*sdk.Client).DescribeContinuousBackups, req)
	if err != nil {
		return nil, err
	}
	out := &continuousBackupsDescription{ContinuousBackupsStatus: new(statusDisabled)}
	if d := answer.ContinuousBackupsDescription; d != nil {
		out.ContinuousBackupsStatus = new(string(d.ContinuousBackupsStatus))
		if p := d.PointInTimeRecoveryDescription; p != nil {
			out.PointInTimeRecoveryDescription = &pointInTimeRecoveryDescription{new(string(p.PointInTimeRecoveryStatus))}
		}
	}
	return &continuousBackupsOutput{out}, nil
}
