// SPDX-License-Identifier: Apache-2.0

package dynamodb

import (
	"context"
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/upstream"
)

// A described is what the upstream says of a table. It is shared by calls and never
// changed.
type described struct {
	table   *table // nil if there is none
	arn     string // the upstream's own
	status  string
	warm    *warmThroughputDescription
	indexes map[string]indexState // of its global indexes, by name
	counts  counts
}

// An indexState is what is being done to a global index. It is for the upstream to
// say whether it can be read.
type indexState struct {
	status      string
	backfilling *bool
	warm        *warmThroughputDescription
}

// maxTagPages is how many answers the tags of a table may take: there are fifty at
// most.
const maxTagPages = 10

// describe asks the upstream for what decisions on the table depend on: its keys,
// its indexes and its tags. It isn't known yet who calls, but where from: who asks for
// ever other tables leaves room for others.
func (f *front) describe(ctx context.Context, c *awsapi.Call, name string) (*described, error) {
	share := c.SourceIP.String()
	answer, err := upstream.Do(ctx, f.client, share, upstream.Again, (*sdk.Client).DescribeTable, &sdk.DescribeTableInput{TableName: &name})
	if upstream.Absent(err) {
		return &described{}, nil
	}
	if err != nil {
		return nil, err
	}
	if answer.Table == nil {
		return nil, errLie
	}
	tags, err := f.tags(ctx, share, answer.Table.TableArn)
	if err != nil {
		return nil, err
	}
	return f.parse(name, answer.Table, tags)
}

// tags returns the tags of the table with the ARN. An upstream that doesn't know tags
// has none.
func (f *front) tags(ctx context.Context, share string, arn *string) (tags []awsapi.Tag, err error) {
	req := &sdk.ListTagsOfResourceInput{ResourceArn: arn}
	for range maxTagPages {
		answer, err := upstream.Do(ctx, f.client, share, upstream.Again, (*sdk.Client).ListTagsOfResource, req)
		if upstream.Unknown(err) {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		for _, t := range answer.Tags {
			tags = append(tags, awsapi.Tag{Key: aws.ToString(t.Key), Value: aws.ToString(t.Value)})
		}
		if aws.ToString(answer.NextToken) == "" {
			return tags, nil
		}
		req.NextToken = answer.NextToken
	}
	return nil, errLie
}

// upstreamARN returns the upstream's own ARN of a table.
func (f *front) upstreamARN(ctx context.Context, c *awsapi.Call, name string) (string, error) {
	d, err := f.known.Get(ctx, name, func(ctx context.Context) (*described, error) { return f.describe(ctx, c, name) })
	switch {
	case err != nil:
		return "", upstream.Failure(err)
	case d.table == nil:
		return "", errNoTable()
	}
	return d.arn, nil
}

// parse reads a description of the table of that name. What isn't one of such a table
// is an error: what calls need is stated from it.
func (f *front) parse(name string, in *types.TableDescription, tags []awsapi.Tag) (*described, error) {
	if in == nil || aws.ToString(in.TableName) != name {
		return nil, errLie
	}
	defined := map[string]string{}
	for _, d := range in.AttributeDefinitions {
		defined[aws.ToString(d.AttributeName)] = string(d.AttributeType)
	}
	hash, sort, err := describedKey(in.KeySchema, defined, 1)
	if err != nil {
		return nil, err
	}
	r := describedSettings(in)
	r.Name, r.ID, r.Tags, r.Keys = name, upstreamID(name, in.TableId), tags, append(hash, sort...)
	d := &described{
		arn: aws.ToString(in.TableArn), status: string(in.TableStatus),
		warm: describedWarmth(in.WarmThroughput), indexes: map[string]indexState{},
	}
	d.counts.table = count{aws.ToInt64(in.ItemCount), aws.ToInt64(in.TableSizeBytes)}
	if err := d.addIndexes(&r, in, defined); err != nil {
		return nil, err
	}
	ref := tableRef{given: name, account: f.account, region: f.client.Region(), name: name}
	if d.table, err = newTable(ref, r); err != nil {
		return nil, fmt.Errorf("%w: %w", errLie, err)
	}
	return d, nil
}

// describedSettings returns what a description says of a table besides its name, its
// keys and its indexes.
func describedSettings(in *types.TableDescription) tableRecord {
	r := tableRecord{
		BillingMode: provisioned, Created: aws.ToTime(in.CreationDateTime), DeletionProtection: aws.ToBool(in.DeletionProtectionEnabled),
	}
	if b := in.BillingModeSummary; b != nil && b.BillingMode != "" {
		r.BillingMode, r.OnDemandSince = string(b.BillingMode), aws.ToTime(b.LastUpdateToPayPerRequestDateTime)
	}
	if p := in.ProvisionedThroughput; p != nil {
		r.ReadUnits, r.WriteUnits = aws.ToInt64(p.ReadCapacityUnits), aws.ToInt64(p.WriteCapacityUnits)
		r.Throughput = describedThroughput(p)
	}
	r.Throughput.limit(describedLimits(in.OnDemandThroughput))
	if c := in.TableClassSummary; c != nil {
		r.Class, r.ClassChanged = string(c.TableClass), aws.ToTime(c.LastUpdateDateTime)
	}
	return r
}

// addIndexes adds the indexes of a description to the record.
func (d *described) addIndexes(r *tableRecord, in *types.TableDescription, defined map[string]string) error {
	for _, x := range in.LocalSecondaryIndexes {
		ix, err := describedIndex(x.IndexName, x.KeySchema, x.Projection, defined, 1)
		if err != nil {
			return err
		}
		ix.Local = true
		*d.counts.of(r.addIndex(ix).ID) = count{aws.ToInt64(x.ItemCount), aws.ToInt64(x.IndexSizeBytes)}
	}
	for _, x := range in.GlobalSecondaryIndexes {
		if x.IndexStatus == types.IndexStatusDeleting {
			continue // it is gone for whoever wants to use it
		}
		ix, err := describedIndex(x.IndexName, x.KeySchema, x.Projection, defined, maxKeyParts)
		if err != nil {
			return err
		}
		if p := x.ProvisionedThroughput; p != nil {
			ix.ReadUnits, ix.WriteUnits = aws.ToInt64(p.ReadCapacityUnits), aws.ToInt64(p.WriteCapacityUnits)
			ix.Throughput = describedThroughput(p)
		}
		ix.Throughput.limit(describedLimits(x.OnDemandThroughput))
		d.indexes[ix.Name] = indexState{string(x.IndexStatus), x.Backfilling, describedIndexWarmth(x.WarmThroughput)}
		*d.counts.of(r.addIndex(ix).ID) = count{aws.ToInt64(x.ItemCount), aws.ToInt64(x.IndexSizeBytes)}
	}
	return nil
}

func describedWarmth(w *types.TableWarmThroughputDescription) *warmThroughputDescription {
	if w == nil {
		return nil
	}
	return &warmThroughputDescription{w.ReadUnitsPerSecond, w.WriteUnitsPerSecond, new(string(w.Status))}
}

func describedIndexWarmth(w *types.GlobalSecondaryIndexWarmThroughputDescription) *warmThroughputDescription {
	if w == nil {
		return nil
	}
	return &warmThroughputDescription{w.ReadUnitsPerSecond, w.WriteUnitsPerSecond, new(string(w.Status))}
}

func describedThroughput(p *types.ProvisionedThroughputDescription) throughputRecord {
	return throughputRecord{
		Increased: aws.ToTime(p.LastIncreaseDateTime), Decreased: aws.ToTime(p.LastDecreaseDateTime), Decreases: aws.ToInt64(p.NumberOfDecreasesToday),
	}
}

func describedLimits(o *types.OnDemandThroughput) *onDemandThroughput {
	if o == nil {
		return nil
	}
	return &onDemandThroughput{o.MaxReadRequestUnits, o.MaxWriteRequestUnits}
}

// maxKeyParts is how many attributes either part of a global index's key may have.
const maxKeyParts = 4

func describedIndex(name *string, schema []types.KeySchemaElement, p *types.Projection, defined map[string]string, max int) (r indexRecord, err error) {
	if aws.ToString(name) == "" || p == nil {
		return r, errLie
	}
	r = indexRecord{Name: *name, Projection: string(p.ProjectionType), NonKey: slices.Sorted(slices.Values(p.NonKeyAttributes))}
	r.Hash, r.Range, err = describedKey(schema, defined, max)
	return r, err
}

// describedKey returns the attributes of a key, of which there may be max of either
// part.
func describedKey(in []types.KeySchemaElement, defined map[string]string, max int) (hash, sort []keyRecord, err error) {
	for _, k := range in {
		name := aws.ToString(k.AttributeName)
		record := keyRecord{name, defined[name]}
		switch {
		case name == "" || record.Type == "":
			return nil, nil, errLie
		case k.KeyType == types.KeyTypeHash:
			hash = append(hash, record)
		case k.KeyType == types.KeyTypeRange:
			sort = append(sort, record)
		default:
			return nil, nil, errLie
		}
	}
	if len(hash) < 1 || len(hash) > max || len(sort) > max {
		return nil, nil, errLie
	}
	return hash, sort, nil
}

// upstreamID returns the table's id, which is the upstream's if that has the form of
// ours.
func upstreamID(name string, id *string) (out tableID) {
	if err := out.UnmarshalText([]byte(strings.ReplaceAll(aws.ToString(id), "-", ""))); err != nil {
		sum := sha256.Sum256([]byte(name))
		copy(out[:], sum[:])
	}
	return out
}

// describe returns the description that callers see: of a table of ours, in the state
// that it has upstream.
func (d *described) describe(c *awsapi.Call) *tableDescription {
	out := d.table.describe(&d.counts, c.Time)
	out.TableStatus = &d.status
	out.WarmThroughput = d.warm
	for i := range out.GlobalSecondaryIndexes {
		ix := &out.GlobalSecondaryIndexes[i]
		state := d.indexes[*ix.IndexName]
		ix.IndexStatus, ix.Backfilling, ix.WarmThroughput = &state.status, state.backfilling, state.warm
	}
	return out
}
