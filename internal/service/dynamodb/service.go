// SPDX-License-Identifier: Apache-2.0

// Package dynamodb is Amazon DynamoDB: tables of items, read and written by
// key, queried and scanned.
//
// The item a call may touch is settled before it is touched: needs are stated
// from the request and the table's description alone, name the partitions that
// the request is for, and open the storage of exactly those. Handlers then
// check what depends on the table, in AWS's order.
//
// Items are kept in the form of package attr, under a table's random id, in
// the order of a hash of their partition key and then their sort key.
// Expressions are package expr's.
package dynamodb

import (
	"slices"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
	"github.com/bailiwick-dev/bailiwick/internal/wire/awsjson"
)

const (
	serviceName = "dynamodb"
	partition   = "aws"
	target2012  = "DynamoDB_20120810"

	// health is what AWS's endpoint says of itself to whoever asks for its root.
	health = "healthy: dynamodb.us-east-1.amazonaws.com "

	// cachedTables is about how many tables are kept ready for use.
	cachedTables = 4096
)

// service is what operations share.
type service struct {
	// find returns the table that a call names by ref, which is resolved; nil if
	// there is none.
	find func(c *awsapi.Call, ref tableRef) (*table, error)

	tables  *storage.Cache[*table]
	streams *storage.Cache[*stream]
	reads   *gatheredReads
}

// New returns the service.
func New() *awsapi.Service {
	s := newShared()
	s.find = func(c *awsapi.Call, ref tableRef) (*table, error) { return s.lookup(c.Tx, ref) }
	svc := newService(s.operations())
	svc.Chores = s.chores()
	return svc
}

// newService returns the service with those operations.
func newService(operations []awsapi.Operation) *awsapi.Service {
	return &awsapi.Service{
		Name:        serviceName,
		Target:      target2012,
		Gzip:        true,
		CrossOrigin: true,
		Protocol: awsjson.New(awsjson.Config{
			Version:    "1.0",
			Target:     target2012,
			Shapes:     shapes,
			Checksum:   true,
			Health:     health,
			Codes:      map[awsapi.Kind]string{awsapi.Internal: "InternalServerError"},
			ErrorShape: errorShape,
		}),
		Operations: operations,
		Actions:    actions(),
		Owns:       owns,
	}
}

// operations returns the operation table. Run in this order, as the owner of
// the tables, the samples succeed; $TENANT stands for the tenant who asks.
func (s *service) operations() []awsapi.Operation {
	return slices.Concat(s.tableRows(), s.transactRows(), s.executeRows(), s.settingRows(), s.absentRows(), s.generalRows(), s.lastRows())
}

// tableRows are the operations on a table and its items.
func (s *service) tableRows() []awsapi.Operation {
	type row = awsapi.Operation
	return []awsapi.Operation{
		awsapi.Op(row{Name: "CreateTable", Access: awsapi.Control, Sample: sampleTable}, s.createTableNeeds, s.createTable),
		awsapi.Op(row{Name: "DescribeTable", Sample: `{"TableName":"Sample"}`}, s.describeTableNeeds, s.describeTable),
		awsapi.Op(row{Name: "ListTables", Sample: `{"Limit":10}`}, s.listTablesNeeds, s.listTables),
		awsapi.Op(row{Name: "UpdateTimeToLive", Access: awsapi.Control, Sample: sampleTimeToLive}, s.updateTimeToLiveNeeds, s.updateTimeToLive),
		awsapi.Op(row{Name: "DescribeTimeToLive", Sample: `{"TableName":"Sample"}`}, s.describeTimeToLiveNeeds, s.describeTimeToLive),
		awsapi.Op(row{Name: "PutItem", Access: awsapi.Write, Sample: samplePut}, s.putItemNeeds, s.putItem),
		awsapi.Op(row{Name: "GetItem", Sample: sampleKey}, s.getItemNeeds, s.getItem),
		awsapi.Op(row{Name: "UpdateItem", Access: awsapi.Write, Sample: sampleUpdate}, s.updateItemNeeds, s.updateItem),
		awsapi.Op(row{Name: "Query", Sample: sampleQuery}, s.queryNeeds, s.query),
		awsapi.Op(row{Name: "Scan", Sample: `{"TableName":"Sample"}`}, s.scanNeeds, s.scan),
		awsapi.Op(row{Name: "BatchWriteItem", Access: awsapi.Write, Sample: sampleBatchWrite}, s.batchWriteItemNeeds, s.batchWriteItem),
		awsapi.Op(row{Name: "BatchGetItem", Sample: sampleBatchGet}, s.batchGetItemNeeds, s.batchGetItem),
		awsapi.Op(row{Name: "DeleteItem", Access: awsapi.Write, Sample: sampleKey}, s.deleteItemNeeds, s.deleteItem),
	}
}

// lastRows are the operations that take the sample table away.
func (s *service) lastRows() []awsapi.Operation {
	type row = awsapi.Operation
	return []awsapi.Operation{
		awsapi.Op(row{Name: "DeleteTable", Access: awsapi.Control, Sample: `{"TableName":"Sample"}`}, s.deleteTableNeeds, s.deleteTable),
	}
}

const (
	sampleTable = `{"TableName":"Sample","BillingMode":"PAY_PER_REQUEST","StreamSpecification":{"StreamEnabled":true,"StreamViewType":"NEW_AND_OLD_IMAGES"},
		"AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"},{"AttributeName":"sk","AttributeType":"S"}],
		"KeySchema":[{"AttributeName":"pk","KeyType":"HASH"},{"AttributeName":"sk","KeyType":"RANGE"}]}`
	sampleTimeToLive = `{"TableName":"Sample","TimeToLiveSpecification":{"AttributeName":"expires","Enabled":true}}`

	samplePut    = `{"TableName":"Sample","Item":{"pk":{"S":"$TENANT"},"sk":{"S":"1"},"n":{"N":"1"}}}`
	sampleKey    = `{"TableName":"Sample","Key":{"pk":{"S":"$TENANT"},"sk":{"S":"1"}}}`
	sampleUpdate = `{"TableName":"Sample","Key":{"pk":{"S":"$TENANT"},"sk":{"S":"1"}},
		"UpdateExpression":"ADD n :one","ExpressionAttributeValues":{":one":{"N":"1"}}}`
	sampleQuery = `{"TableName":"Sample","KeyConditionExpression":"pk = :pk",
		"ExpressionAttributeValues":{":pk":{"S":"$TENANT"}}}`
	sampleBatchWrite = `{"RequestItems":{"Sample":[
		{"PutRequest":{"Item":{"pk":{"S":"$TENANT"},"sk":{"S":"2"}}}},
		{"DeleteRequest":{"Key":{"pk":{"S":"$TENANT"},"sk":{"S":"3"}}}}]}}`
	sampleBatchGet = `{"RequestItems":{"Sample":{"Keys":[
		{"pk":{"S":"$TENANT"},"sk":{"S":"1"}},{"pk":{"S":"$TENANT"},"sk":{"S":"2"}}]}}}`
)
