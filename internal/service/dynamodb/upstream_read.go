// SPDX-License-Identifier: Apache-2.0

package dynamodb

import (
	"context"

	sdk "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/attr"
	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/expr"
	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/upstream"
)

func (in *queryInput) refs() []tableRef { return []tableRef{in.ref} }
func (in *scanInput) refs() []tableRef  { return []tableRef{in.ref} }

func (f *front) checkQuery(in *queryInput) error {
	_, _, err := in.check()
	return err
}

func (f *front) query(ctx context.Context, c *awsapi.Call, in *queryInput) (*pageOutput, error) {
	var r expr.Rendering
	req := &sdk.QueryInput{
		TableName:              &in.target.table.Name,
		IndexName:              in.IndexName,
		Select:                 in.read.selection(in.Select),
		Limit:                  in.Limit,
		ConsistentRead:         in.ConsistentRead,
		ScanIndexForward:       in.ScanIndexForward,
		ExclusiveStartKey:      in.read.startKey(),
		ReturnConsumedCapacity: types.ReturnConsumedCapacity(unlessNone(in.ReturnConsumedCapacity)),
		KeyConditionExpression: new(r.KeyCondition(in.key)),
		FilterExpression:       conditioned(&r, in.read.filter),
		ProjectionExpression:   projected(&r, in.read.projection, in.source.names),
	}
	req.ExpressionAttributeNames, req.ExpressionAttributeValues = r.Names(), valuesOf(&r)
	answer, err := ask(ctx, f, c, upstream.Again, (*sdk.Client).Query, req)
	if err != nil {
		return nil, err
	}
	q, err := in.key.Resolve(in.source.schema)
	if err != nil {
		return nil, err
	}
	within := q.Span(in.source.prefix)
	out, err := in.read.answered(&in.source, within, answer.Items, answer.LastEvaluatedKey)
	if err != nil {
		return nil, err
	}
	out.counted(answer.Count, answer.ScannedCount)
	out.ConsumedCapacity = capacityOf(answer.ConsumedCapacity, in.ReturnConsumedCapacity, in.ref.given)
	return out, nil
}

func (f *front) checkScan(in *scanInput) error { return in.check() }

func (f *front) scan(ctx context.Context, c *awsapi.Call, in *scanInput) (*pageOutput, error) {
	var r expr.Rendering
	req := &sdk.ScanInput{
		TableName:              &in.target.table.Name,
		IndexName:              in.IndexName,
		Select:                 in.read.selection(in.Select),
		Limit:                  in.Limit,
		ConsistentRead:         in.ConsistentRead,
		Segment:                in.Segment,
		TotalSegments:          in.TotalSegments,
		ExclusiveStartKey:      in.read.startKey(),
		ReturnConsumedCapacity: types.ReturnConsumedCapacity(unlessNone(in.ReturnConsumedCapacity)),
		FilterExpression:       conditioned(&r, in.read.filter),
		ProjectionExpression:   projected(&r, in.read.projection, in.source.names),
	}
	req.ExpressionAttributeNames, req.ExpressionAttributeValues = r.Names(), valuesOf(&r)
	answer, err := ask(ctx, f, c, upstream.Again, (*sdk.Client).Scan, req)
	if err != nil {
		return nil, err
	}
	out, err := in.read.answered(&in.source, attr.PrefixSpan(in.source.prefix), answer.Items, answer.LastEvaluatedKey)
	if err != nil {
		return nil, err
	}
	out.counted(answer.Count, answer.ScannedCount)
	out.ConsumedCapacity = capacityOf(answer.ConsumedCapacity, in.ReturnConsumedCapacity, in.ref.given)
	return out, nil
}

// selection returns Select as it is sent on: as it was given, but for projections
// that older parameters have asked for.
func (r *read) selection(given *string) types.Select {
	switch {
	case given != nil:
		return types.Select(*given)
	case r.projection != nil:
		return types.SelectSpecificAttributes
	}
	return ""
}

// startKey returns the starting key as the SDK has it; nil if there is none.
func (r *read) startKey() map[string]types.AttributeValue {
	if !r.started {
		return nil
	}
	return upstream.Item(r.start)
}

// answered returns the page that an answer is. All of its items, and the key to go
// on from, must lie within what was asked for.
func (r *read) answered(s *source, within attr.Span, items []map[string]types.AttributeValue, last map[string]types.AttributeValue) (*pageOutput, error) {
	out := &pageOutput{}
	if r.selects != selectCount {
		out.Items = make([]item, 0, len(items))
		for _, in := range items {
			it, err := s.within(in, within)
			if err != nil {
				return nil, err
			}
			out.Items = append(out.Items, item{picked(r.projection, it)})
		}
	}
	if len(last) == 0 {
		return out, nil
	}
	it, err := s.within(last, within)
	if err != nil {
		return nil, err
	}
	out.LastEvaluatedKey = &item{it.Pick(s.names...)}
	return out, nil
}

// within returns the item or key of an answer, which must be of the source and of
// the span.
func (s *source) within(in map[string]types.AttributeValue, span attr.Span) (attr.Item, error) {
	it, err := upstream.ParseItem(in)
	if err != nil {
		return attr.Item{}, err
	}
	if at := s.key(it); at == nil || !span.Contains(at) {
		return attr.Item{}, errLie
	}
	return it, nil
}

// counted adds the counts of an answer; those of items are what there are.
func (p *pageOutput) counted(count, scanned int32) {
	if p.Items != nil {
		count = int32(len(p.Items))
	}
	p.Count, p.ScannedCount = &count, &scanned
}
