// SPDX-License-Identifier: Apache-2.0

package dynamodb

import (
	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
)

// Lengths of a stream's ARN and of a shard's id, and page sizes.
const (
	minStreamARN = 37
	minShard     = 28
	maxShard     = 65
	maxShards    = 100
	maxRecords   = 1000
)

// Values of ShardIteratorType.
const (
	trimHorizon   = "TRIM_HORIZON"
	latest        = "LATEST"
	atSequence    = "AT_SEQUENCE_NUMBER"
	afterSequence = "AFTER_SEQUENCE_NUMBER"
)

// childShards is the one type of a ShardFilter.
const childShards = "CHILD_SHARDS"

var (
	shardIteratorTypes = []string{afterSequence, latest, atSequence, trimHorizon}
	shardFilterTypes   = []string{childShards}
)

// streamARN checks the ARN of a stream, but for its form.
func (v *violations) streamARN(s *string, path string) {
	if s == nil {
		v.missing(path)
		return
	}
	v.length(*s, path, minStreamARN, maxARN)
}

func (v *violations) shard(s *string, path string) {
	if s != nil {
		v.length(*s, path, minShard, maxShard)
	}
}

// parseStreamARN reads the ARN of a stream.
func parseStreamARN(s string) (resourceRef, error) {
	ref, ok := parseResourceRef(s)
	if !ok || ref.stream == "" {
		return resourceRef{}, invalid("Invalid StreamArn")
	}
	return ref, nil
}

// Validate implements [awsapi.Validator].
func (in *listStreamsInput) Validate() (err error) {
	var v violations
	if in.TableName != nil {
		in.ref = v.table(in.TableName)
	}
	v.page(in.Limit, "limit", maxShards)
	if in.ExclusiveStartStreamArn != nil {
		v.streamARN(in.ExclusiveStartStreamArn, "exclusiveStartStreamArn")
	}
	if err := v.err(); err != nil {
		return err
	}
	if in.ExclusiveStartStreamArn != nil {
		in.after, err = parseStreamARN(*in.ExclusiveStartStreamArn)
	}
	return err
}

// Validate implements [awsapi.Validator].
func (in *describeStreamInput) Validate() (err error) {
	var v violations
	v.streamARN(in.StreamArn, "streamArn")
	v.page(in.Limit, "limit", maxShards)
	v.shard(in.ExclusiveStartShardId, "exclusiveStartShardId")
	if f := in.ShardFilter; f != nil {
		v.enum(f.Type, "shardFilter.type", shardFilterTypes)
		v.shard(f.ShardId, "shardFilter.shardId")
	}
	if err := v.err(); err != nil {
		return err
	}
	in.ref, err = parseStreamARN(*in.StreamArn)
	return err
}

// Validate implements [awsapi.Validator].
func (in *getShardIteratorInput) Validate() (err error) {
	var v violations
	v.streamARN(in.StreamArn, "streamArn")
	if in.ShardId == nil {
		v.missing("shardId")
	}
	v.shard(in.ShardId, "shardId")
	if in.ShardIteratorType == nil {
		v.missing("shardIteratorType")
	}
	v.enum(in.ShardIteratorType, "shardIteratorType", shardIteratorTypes)
	if in.SequenceNumber != nil {
		v.length(*in.SequenceNumber, "sequenceNumber", minSequence, maxSequence)
	}
	if err := v.err(); err != nil {
		return err
	}
	if in.ref, err = parseStreamARN(*in.StreamArn); err != nil {
		return err
	}
	if kind := *in.ShardIteratorType; kind != atSequence && kind != afterSequence {
		return nil
	}
	if in.SequenceNumber == nil {
		return invalid("ShardIteratorType is %s, but SequenceNumber is not specified", *in.ShardIteratorType)
	}
	var ok bool
	if in.from, ok = parseSequence(*in.SequenceNumber); !ok {
		return invalid("Invalid SequenceNumber: %s", *in.SequenceNumber)
	}
	return nil
}

// Validate implements [awsapi.Validator].
func (in *getRecordsInput) Validate() error {
	var v violations
	if in.ShardIterator == nil {
		v.missing("shardIterator")
	} else {
		v.length(*in.ShardIterator, "shardIterator", 1, maxIterator)
	}
	v.page(in.Limit, "limit", maxRecords)
	if err := v.err(); err != nil {
		return err
	}
	var ok bool
	if in.iterator, ok = parseIterator(*in.ShardIterator); !ok {
		return invalid("Invalid ShardIterator")
	}
	return nil
}

var (
	_ awsapi.Validator = (*listStreamsInput)(nil)
	_ awsapi.Validator = (*describeStreamInput)(nil)
	_ awsapi.Validator = (*getShardIteratorInput)(nil)
	_ awsapi.Validator = (*getRecordsInput)(nil)
)
