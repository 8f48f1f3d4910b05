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
	in.source = in.target.source(in.IndexName)
	var spans []storage.Span
	if in.source.table != nil {
		spans = in.source.open(&in.read, attr.PrefixSpan(in.source.prefix), nil)
	}
	n := in.target.need("Scan", keys, spans...)
	n.Resource = in.target.readARN(in.IndexName)
	return []awsapi.Need{n}, nil
}

func (s *service) scan(ctx context.Context, c *awsapi.Call, in *scanInput) (*pageOutput, error) {
	from := &in.source
	if err := in.check(); err != nil {
		return nil, err
	}
	span := attr.PrefixSpan(from.prefix)
	if in.TotalSegments != nil {
		span = attr.SegmentSpan(from.prefix, int(*in.Segment), int(*in.TotalSegments))
		if in.read.started && !span.Contains(from.key(in.read.start)) {
			return nil, invalid(startKeyInvalid+"Invalid ExclusiveStartKey. Please use ExclusiveStartKey with correct Segment. TotalSegments: %d Segment: %d",
				*in.TotalSegments, *in.Segment)
		}
	}
	p, err := in.read.page(ctx, c, from, span)
	if err != nil {
		return nil, err
	}
	return p.output(&in.read, in.ReturnConsumedCapacity, in.ref, from), nil
}

// check holds the scan against its source, in AWS's order.
func (in *scanInput) check() error {
	from := &in.source
	if err := from.check(in.target, in.IndexName, &in.read); err != nil {
		return err
	}
	wrong := startKeyInvalid + errKeySchema
	if from.index != nil {
		wrong = "The provided starting key is invalid"
	}
	if err := in.read.checkStart(from, wrong); err != nil {
		return err
	}
	if err := in.read.checkPaths(from.table); err != nil {
		return err
	}
	return from.checkProjected(&in.read)
}
