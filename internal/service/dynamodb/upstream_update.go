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

func (in *updateTableInput) refs() []tableRef { return []tableRef{in.ref} }

// checkUpdateTable refuses what isn't sent on. Whether the table can be changed so is
// for the upstream to say.
func (f *front) checkUpdateTable(in *updateTableInput) error {
	if in.target.table == nil {
		return errTableNotFound(in.target.ref.name)
	}
	return notSent(
		member{"StreamSpecification", in.StreamSpecification != nil},
		member{"SSESpecification", in.SSESpecification != nil},
	)
}

// notSent refuses members of a request that aren't sent on.
func notSent(members ...member) error {
	for _, m := range members {
		if m.given {
			return invalid("The parameter %s is not supported: the tables are kept by an upstream", m.name)
		}
	}
	return nil
}

func (f *front) updateTable(ctx context.Context, c *awsapi.Call, in *updateTableInput) (*updateTableOutput, error) {
	t := in.target.table
	req := &sdk.UpdateTableInput{
		TableName:                 &t.Name,
		AttributeDefinitions:      definitionsOf(in.AttributeDefinitions),
		BillingMode:               types.BillingMode(aws.ToString(in.BillingMode)),
		ProvisionedThroughput:     throughputOf(in.ProvisionedThroughput),
		OnDemandThroughput:        onDemandOf(in.OnDemandThroughput),
		WarmThroughput:            warmOf(in.WarmThroughput),
		TableClass:                types.TableClass(aws.ToString(in.TableClass)),
		DeletionProtectionEnabled: in.DeletionProtectionEnabled,
	}
	for i := range in.GlobalSecondaryIndexUpdates {
		req.GlobalSecondaryIndexUpdates = append(req.GlobalSecondaryIndexUpdates, in.GlobalSecondaryIndexUpdates[i].request())
	}
	answer, err := ask(ctx, f, c, upstream.Once, (*sdk.Client).UpdateTable, req)
	f.known.Forget(t.Name)
	if err != nil {
		return nil, err
	}
	d, err := f.parse(t.Name, answer.TableDescription, t.Tags)
	if err != nil {
		return nil, err
	}
	return &updateTableOutput{d.describe(c)}, nil
}

// request returns the change of an index as the SDK has it.
func (x *globalSecondaryIndexUpdate) request() (out types.GlobalSecondaryIndexUpdate) {
	if u := x.Update; u != nil {
		out.Update = &types.UpdateGlobalSecondaryIndexAction{
			IndexName: u.IndexName, ProvisionedThroughput: throughputOf(u.ProvisionedThroughput), OnDemandThroughput: onDemandOf(u.OnDemandThroughput),
			WarmThroughput: warmOf(u.WarmThroughput),
		}
	}
	if n := x.Create; n != nil {
		out.Create = &types.CreateGlobalSecondaryIndexAction{
			IndexName: n.IndexName, KeySchema: keySchemaOf(n.KeySchema), Projection: projectionOf(n.Projection),
			ProvisionedThroughput: throughputOf(n.ProvisionedThroughput), OnDemandThroughput: onDemandOf(n.OnDemandThroughput),
			WarmThroughput: warmOf(n.WarmThroughput),
		}
	}
	if d := x.Delete; d != nil {
		out.Delete = &types.DeleteGlobalSecondaryIndexAction{IndexName: d.IndexName}
	}
	return out
}

func warmOf(in *warmThroughput) *types.WarmThroughput {
	if in == nil {
		return nil
	}
	return &types.WarmThroughput{ReadUnitsPerSecond: in.ReadUnitsPerSecond, WriteUnitsPerSecond: in.WriteUnitsPerSecond}
}

func definitionsOf(in []attributeDefinition) (out []types.AttributeDefinition) {
	for _, d := range in {
		out = append(out, types.AttributeDefinition{AttributeName: d.AttributeName, AttributeType: types.ScalarAttributeType(*d.AttributeType)})
	}
	return out
}
