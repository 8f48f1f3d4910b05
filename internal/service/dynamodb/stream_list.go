// SPDX-License-Identifier: Apache-2.0

package dynamodb

import (
	"context"
	"iter"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
)

func (s *service) listStreamsNeeds(_ context.Context, c *awsapi.Call, in *listStreamsInput) (_ []awsapi.Need, err error) {
	if in.ref, err = in.ref.resolve(c); err != nil {
		return nil, err
	}
	return []awsapi.Need{{
		Action: serviceName + ":ListStreams",
		Owner:  in.ref.account,
		Spans:  []storage.Span{streams.Under(false, in.ref.account, in.ref.region)},
	}}, nil
}

// listStreams lists the streams of the account, or of one of its tables, by table
// and label.
func (s *service) listStreams(_ context.Context, c *awsapi.Call, in *listStreamsInput) (*listStreamsOutput, error) {
	limit := maxShards
	if in.Limit != nil {
		limit = int(*in.Limit)
	}
	out := &listStreamsOutput{Streams: []streamSummary{}}
	for k, err := range streamsAfter(c.Tx, in.after, in.ref) {
		if err != nil {
			return nil, err
		}
		if len(out.Streams) == limit {
			out.LastEvaluatedStreamArn = out.Streams[limit-1].StreamArn
			break
		}
		of := tableRef{account: in.ref.account, region: in.ref.region, name: k.Table}
		out.Streams = append(out.Streams, streamSummary{new(resourceRef{of, k.Label}.arn().String()), &k.Table, &k.Label})
	}
	return out, nil
}

// streamsAfter yields the streams of the account, or of one of its tables if of
// names one, that come after one of them.
func streamsAfter(tx *storage.Tx, after resourceRef, of tableRef) iter.Seq2[keptStream, error] {
	return func(yield func(keptStream, error) bool) {
		more := true
		each := func(k keptStream, err error) bool {
			more = yield(k, err) && err == nil
			return more
		}
		from := after.table.name
		if from != "" && (of.name == "" || of.name == from) {
			streams.Scan(tx, after.stream, of.account, of.region, from)(each)
		}
		switch {
		case !more || of.name != "" && of.name <= from:
		case of.name != "":
			streams.Scan(tx, "", of.account, of.region, of.name)(each)
		default:
			streams.Scan(tx, from, of.account, of.region)(each)
		}
	}
}

// A streamTarget is the stream that a call names, as it is in the call's
// transaction.
type streamTarget struct {
	ref    resourceRef
	stream *stream // nil if there is none
}

// streamTarget finds the stream that ref names. A stream is served by its own
// region only.
func (s *service) streamTarget(c *awsapi.Call, ref resourceRef) (t streamTarget, err error) {
	t.ref = ref
	if ref.table.region == c.Region {
		t.stream, err = s.stream(c.Tx, ref)
	}
	return t, err
}

// need returns the need for the action on the stream, whether or not there is one.
func (t streamTarget) need(action string, spans ...storage.Span) awsapi.Need {
	n := awsapi.Need{
		Action:   serviceName + ":" + action,
		Resource: t.ref.arn(),
		Owner:    t.ref.table.account,
		Spans:    spans,
	}
	if t.stream != nil {
		n.ResourceTags, n.Policy = t.stream.tags, t.stream.policy
	}
	return n
}

// read returns the need for an action that reads the stream.
func (t streamTarget) read(action string) []awsapi.Need {
	if t.stream == nil {
		return []awsapi.Need{t.need(action)}
	}
	return []awsapi.Need{t.need(action, under(t.stream.prefix, false))}
}

func errStreamNotFound(ref resourceRef) error {
	return awsapi.Errorf(awsapi.NotFound, codeNotFound, "Requested resource not found: Stream: %s not found", ref.arn())
}

func (s *service) describeStreamNeeds(_ context.Context, c *awsapi.Call, in *describeStreamInput) (_ []awsapi.Need, err error) {
	if in.target, err = s.streamTarget(c, in.ref); err != nil {
		return nil, err
	}
	return in.target.read("DescribeStream"), nil
}

func (s *service) describeStream(_ context.Context, c *awsapi.Call, in *describeStreamInput) (*describeStreamOutput, error) {
	st := in.target.stream
	if st == nil {
		return nil, errStreamNotFound(in.target.ref)
	}
	d := &streamDescription{
		StreamArn:               in.StreamArn,
		StreamLabel:             &st.Label,
		StreamStatus:            new(statusEnabled),
		StreamViewType:          &st.ViewType,
		CreationRequestDateTime: &st.Created,
		TableName:               &st.ref.table.name,
		KeySchema:               elements(st.Keys[:1], st.Keys[1:]),
		Shards:                  []shard{},
	}
	if !st.open() {
		d.StreamStatus = new(statusDisabled)
	}
	if f := in.ShardFilter; f != nil && f.Type != nil {
		return &describeStreamOutput{d}, nil // no shard has a child
	}
	if id := st.shardID(); in.ExclusiveStartShardId == nil || *in.ExclusiveStartShardId < id {
		r, err := st.sequences(c.Tx)
		if err != nil {
			return nil, err
		}
		d.Shards = append(d.Shards, shard{ShardId: &id, SequenceNumberRange: r})
	}
	return &describeStreamOutput{d}, nil
}

// sequences returns from where to where the stream's one shard goes.
func (s *stream) sequences(tx *storage.Tx) (*sequenceNumberRange, error) {
	horizon, err := s.horizon(tx)
	if err != nil {
		return nil, err
	}
	r := &sequenceNumberRange{StartingSequenceNumber: new(horizon.beyond().sequence())}
	if s.open() {
		return r, nil
	}
	last, err := s.last(tx, horizon)
	if err != nil {
		return nil, err
	}
	if last == (position{}) {
		last = horizon.beyond()
	}
	r.EndingSequenceNumber = new(last.sequence())
	return r, nil
}
