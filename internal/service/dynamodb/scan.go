// SPDX-License-Identifier: Apache-2.0

package dynamodb

import (
	"context"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/attr"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
)

// scanNeeds states no leading keys: a scan reads every partition, and a policy
// that asks which ones must see that there is no answer.
func (s *service) scanNeeds(_ context.Context, c *awsapi.Call, in *scanInput) (_ []awsapi.Need, err error) {
	if in.target, err = s.target(c, in.ref); err != nil {
		return nil, err
	}
	keys := &conditions{
		attributes:     in.read.attributes,
		selects:        in.read.selects,
		returnValues:   none,
		returnCapacity: orNone(in.ReturnConsumedCapacity),
	}
	var spans []storage.Span
	if t := in.target.table; t != nil && in.IndexName == nil {
		spans = append(spans, under(t.items, false))
	}
	n := in.target.need("Scan", keys, spans...)
	if in.IndexName != nil {
		n.Resource = in.target.ref.indexARN(*in.IndexName)
	}
	return []awsapi.Need{n}, nil
}

func (s *service) scan(ctx context.Context, c *awsapi.Call, in *scanInput) (*pageOutput, error) {
	t := in.target.table
	switch {
	case t == nil:
		return nil, errNoTable()
	case in.IndexName != nil:
		return nil, errNoIndex(*in.IndexName)
	}
	if err := in.read.checkStart(t, startKeyInvalid+errKeySchema); err != nil {
		return nil, err
	}
	if err := in.read.checkPaths(t); err != nil {
		return nil, err
	}
	span := attr.PrefixSpan(t.items)
	if in.TotalSegments != nil {
		span = attr.SegmentSpan(t.items, int(*in.Segment), int(*in.TotalSegments))
		if in.read.started && !span.Contains(t.key(in.read.start)) {
			return nil, invalid(startKeyInvalid+"Invalid ExclusiveStartKey. Please use ExclusiveStartKey with correct Segment. TotalSegments: %d Segment: %d",
				*in.TotalSegments, *in.Segment)
		}
	}
	p, err := in.read.page(ctx, c, t, span)
	if err != nil {
		return nil, err
	}
	return p.output(&in.read, in.ReturnConsumedCapacity, in.ref, t), nil
}
