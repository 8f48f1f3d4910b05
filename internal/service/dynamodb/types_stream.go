// SPDX-License-Identifier: Apache-2.0

package dynamodb

import "time"

// Inputs and results of DynamoDB Streams.

type listStreamsInput struct {
	TableName               *string
	Limit                   *int32
	ExclusiveStartStreamArn *string

	ref   tableRef // the table to list the streams of, if one is named
	after resourceRef
}

type listStreamsOutput struct {
	Streams                []streamSummary
	LastEvaluatedStreamArn *string
}

type streamSummary struct {
	StreamArn   *string
	TableName   *string
	StreamLabel *string
}

type describeStreamInput struct {
	StreamArn             *string
	Limit                 *int32
	ExclusiveStartShardId *string
	ShardFilter           *shardFilter

	ref    resourceRef
	target streamTarget
}

type shardFilter struct {
	Type    *string
	ShardId *string
}

type describeStreamOutput struct{ StreamDescription *streamDescription }

type streamDescription struct {
	StreamArn               *string
	StreamLabel             *string
	StreamStatus            *string
	StreamViewType          *string
	CreationRequestDateTime *time.Time
	TableName               *string
	KeySchema               []keySchemaElement
	Shards                  []shard
	LastEvaluatedShardId    *string
}

type shard struct {
	ShardId             *string
	SequenceNumberRange *sequenceNumberRange
	ParentShardId       *string
}

type sequenceNumberRange struct {
	StartingSequenceNumber *string
	EndingSequenceNumber   *string
}

type getShardIteratorInput struct {
	StreamArn         *string
	ShardId           *string
	ShardIteratorType *string
	SequenceNumber    *string

	ref    resourceRef
	from   position // of SequenceNumber
	target streamTarget
}

type getShardIteratorOutput struct{ ShardIterator *string }

type getRecordsInput struct {
	ShardIterator *string
	Limit         *int32

	iterator iterator
	target   streamTarget
}

type getRecordsOutput struct {
	Records           []record
	NextShardIterator *string
}

type record struct {
	EventID      string        `json:"eventID"`
	EventName    string        `json:"eventName"`
	EventVersion string        `json:"eventVersion"`
	EventSource  string        `json:"eventSource"`
	AwsRegion    string        `json:"awsRegion"`
	Dynamodb     *changeRecord `json:"dynamodb"`
	UserIdentity *userIdentity `json:"userIdentity"`
}

type changeRecord struct {
	ApproximateCreationDateTime time.Time
	Keys                        *item
	NewImage                    *item
	OldImage                    *item
	SequenceNumber              string
	SizeBytes                   int64
	StreamViewType              string
}

type userIdentity struct {
	PrincipalId string
	Type        string
}
