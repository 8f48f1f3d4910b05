// SPDX-License-Identifier: Apache-2.0

package dynamodb

import (
	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
	"github.com/bailiwick-dev/bailiwick/internal/wire/awsjson"
)

const (
	streamsName       = "dynamodbstreams"
	streamsTarget2012 = "DynamoDBStreams_20120810"

	// cachedStreams is about how many streams are kept ready for use.
	cachedStreams = 1024
)

// NewStreams returns Amazon DynamoDB Streams, which reads what [New]'s tables
// stream. To policies it is the same service.
func NewStreams() *awsapi.Service {
	s := newShared()
	return &awsapi.Service{
		Name:        streamsName,
		Scope:       serviceName,
		Target:      streamsTarget2012,
		Gzip:        true,
		CrossOrigin: true,
		Protocol: awsjson.New(awsjson.Config{
			Version:    "1.0",
			Target:     streamsTarget2012,
			Shapes:     shapes,
			Checksum:   true,
			Codes:      map[awsapi.Kind]string{awsapi.Internal: "InternalServerError"},
			ErrorShape: errorShape,
		}),
		Operations: s.streamRows(),
		Actions:    streamActions(),
	}
}

// newShared returns what the operations of one service share.
func newShared() *service {
	return &service{
		tables:  storage.NewCache[*table](cachedTables),
		streams: storage.NewCache[*stream](cachedStreams),
		reads:   newGatheredReads(),
	}
}

// streamRows are the operations on streams. The samples are of a stream of the
// sample table.
func (s *service) streamRows() []awsapi.Operation {
	type row = awsapi.Operation
	return []awsapi.Operation{
		awsapi.Op(row{Name: "ListStreams", Sample: `{"TableName":"Sample"}`}, s.listStreamsNeeds, s.listStreams),
		awsapi.Op(row{Name: "DescribeStream", Sample: `{"StreamArn":"` + sampleStream + `"}`}, s.describeStreamNeeds, s.describeStream),
		awsapi.Op(row{Name: "GetShardIterator", Sample: sampleShard}, s.getShardIteratorNeeds, s.getShardIterator),
		awsapi.Op(row{Name: "GetRecords", Sample: `{"ShardIterator":"` + sampleStream + `|1|AQAAAA"}`}, s.getRecordsNeeds, s.getRecords),
	}
}

const (
	sampleStream = sampleUnder + `stream/2015-05-11T21:21:33.291`
	sampleShard  = `{"StreamArn":"` + sampleStream + `","ShardId":"shardId-00000001414562045508-2bac9cd2","ShardIteratorType":"TRIM_HORIZON"}`
)

// streamActions is the part of the catalogue for streamRows.
func streamActions() []awsapi.Action {
	stream := []string{"stream"}
	return []awsapi.Action{
		{Name: "dynamodb:ListStreams"},
		{Name: "dynamodb:DescribeStream", Resources: stream},
		{Name: "dynamodb:GetShardIterator", Resources: stream},
		{Name: "dynamodb:GetRecords", Resources: stream},
	}
}
