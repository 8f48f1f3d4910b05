// SPDX-License-Identifier: Apache-2.0

package dynamodb

import (
	"time"

	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/attr"
	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/expr"
)

// Inputs and results, with the names of the wire. A nil field is absent. What
// needs and handlers learn of an input is kept in its unexported fields.

type attributeDefinition struct {
	AttributeName *string
	AttributeType *string
}

type keySchemaElement struct {
	AttributeName *string
	KeyType       *string
}

type provisionedThroughput struct {
	ReadCapacityUnits  *int64
	WriteCapacityUnits *int64
}

type streamSpecification struct {
	StreamEnabled  *bool
	StreamViewType *string
}

type sseSpecification struct {
	Enabled        *bool
	SSEType        *string
	KMSMasterKeyId *string
}

type tag struct {
	Key   *string
	Value *string
}

type createTableInput struct {
	TableName                 *string
	AttributeDefinitions      []attributeDefinition
	KeySchema                 []keySchemaElement
	BillingMode               *string
	ProvisionedThroughput     *provisionedThroughput
	StreamSpecification       *streamSpecification
	SSESpecification          *sseSpecification
	Tags                      []tag
	TableClass                *string
	DeletionProtectionEnabled *bool

	// Refused when given.
	LocalSecondaryIndexes              given
	GlobalSecondaryIndexes             given
	VectorIndexes                      given
	WarmThroughput                     given
	OnDemandThroughput                 given
	ResourcePolicy                     given
	GlobalTableSourceArn               given
	GlobalTableSettingsReplicationMode given

	ref    tableRef
	target target
}

type createTableOutput struct{ TableDescription *tableDescription }

type describeTableInput struct {
	TableName *string

	ref    tableRef
	target target
}

type describeTableOutput struct{ Table *tableDescription }

type deleteTableInput struct {
	TableName *string

	ref    tableRef
	target target
}

type deleteTableOutput struct{ TableDescription *tableDescription }

type listTablesInput struct {
	ExclusiveStartTableName *string
	Limit                   *int32
}

type listTablesOutput struct {
	TableNames             []string
	LastEvaluatedTableName *string
}

type tableDescription struct {
	AttributeDefinitions      []attributeDefinition
	TableName                 *string
	KeySchema                 []keySchemaElement
	TableStatus               *string
	CreationDateTime          *time.Time
	ProvisionedThroughput     *provisionedThroughputDescription
	TableSizeBytes            *int64
	ItemCount                 *int64
	TableArn                  *string
	TableId                   *string
	BillingModeSummary        *billingModeSummary
	TableClassSummary         *tableClassSummary
	DeletionProtectionEnabled *bool
	WarmThroughput            *warmThroughputDescription
}

type provisionedThroughputDescription struct {
	NumberOfDecreasesToday *int64
	ReadCapacityUnits      *int64
	WriteCapacityUnits     *int64
}

type billingModeSummary struct {
	BillingMode                       *string
	LastUpdateToPayPerRequestDateTime *time.Time
}

type tableClassSummary struct{ TableClass *string }

type warmThroughputDescription struct {
	ReadUnitsPerSecond  *int64
	WriteUnitsPerSecond *int64
	Status              *string
}

type getItemInput struct {
	TableName                *string
	Key                      itemInput
	ConsistentRead           *bool
	ReturnConsumedCapacity   *string
	ProjectionExpression     *string
	ExpressionAttributeNames map[string]string

	// Refused when given.
	AttributesToGet given

	ref        tableRef
	key        attr.Item
	projection *expr.Projection
	target     target
}

type getItemOutput struct {
	Item             *item
	ConsumedCapacity *consumedCapacity
}

type putItemInput struct {
	TableName                           *string
	Item                                itemInput
	ReturnValues                        *string
	ReturnConsumedCapacity              *string
	ReturnItemCollectionMetrics         *string
	ConditionExpression                 *string
	ExpressionAttributeNames            map[string]string
	ExpressionAttributeValues           itemInput
	ReturnValuesOnConditionCheckFailure *string

	// Refused when given.
	Expected            given
	ConditionalOperator given

	ref       tableRef
	item      attr.Item
	condition *expr.Condition
	target    target
}

type putItemOutput struct {
	Attributes       *item
	ConsumedCapacity *consumedCapacity
}

type deleteItemInput struct {
	TableName                           *string
	Key                                 itemInput
	ReturnValues                        *string
	ReturnConsumedCapacity              *string
	ReturnItemCollectionMetrics         *string
	ConditionExpression                 *string
	ExpressionAttributeNames            map[string]string
	ExpressionAttributeValues           itemInput
	ReturnValuesOnConditionCheckFailure *string

	// Refused when given.
	Expected            given
	ConditionalOperator given

	ref       tableRef
	key       attr.Item
	condition *expr.Condition
	target    target
}

type deleteItemOutput struct {
	Attributes       *item
	ConsumedCapacity *consumedCapacity
}

type updateItemInput struct {
	TableName                           *string
	Key                                 itemInput
	ReturnValues                        *string
	ReturnConsumedCapacity              *string
	ReturnItemCollectionMetrics         *string
	UpdateExpression                    *string
	ConditionExpression                 *string
	ExpressionAttributeNames            map[string]string
	ExpressionAttributeValues           itemInput
	ReturnValuesOnConditionCheckFailure *string

	// Refused when given.
	AttributeUpdates    given
	Expected            given
	ConditionalOperator given

	ref       tableRef
	key       attr.Item
	condition *expr.Condition
	update    *expr.Update // nil if there is none
	target    target
}

type updateItemOutput struct {
	Attributes       *item
	ConsumedCapacity *consumedCapacity
}

type queryInput struct {
	TableName                 *string
	IndexName                 *string
	Select                    *string
	Limit                     *int32
	ConsistentRead            *bool
	ScanIndexForward          *bool
	ExclusiveStartKey         itemInput
	ReturnConsumedCapacity    *string
	ProjectionExpression      *string
	FilterExpression          *string
	KeyConditionExpression    *string
	ExpressionAttributeNames  map[string]string
	ExpressionAttributeValues itemInput

	// Refused when given.
	AttributesToGet     given
	KeyConditions       given
	QueryFilter         given
	ConditionalOperator given

	ref    tableRef
	read   read
	key    *expr.KeyCondition
	target target
}

type scanInput struct {
	TableName                 *string
	IndexName                 *string
	Select                    *string
	Limit                     *int32
	ConsistentRead            *bool
	Segment                   *int32
	TotalSegments             *int32
	ExclusiveStartKey         itemInput
	ReturnConsumedCapacity    *string
	ProjectionExpression      *string
	FilterExpression          *string
	ExpressionAttributeNames  map[string]string
	ExpressionAttributeValues itemInput

	// Refused when given.
	AttributesToGet     given
	ScanFilter          given
	ConditionalOperator given

	ref    tableRef
	read   read
	target target
}

// pageOutput is the result of Query and Scan.
type pageOutput struct {
	Items            []item
	Count            *int32
	ScannedCount     *int32
	LastEvaluatedKey *item
	ConsumedCapacity *consumedCapacity
}

type keysAndAttributes struct {
	Keys                     []itemInput
	ConsistentRead           *bool
	ProjectionExpression     *string
	ExpressionAttributeNames map[string]string

	// Refused when given.
	AttributesToGet given
}

type batchGetItemInput struct {
	RequestItems           map[string]keysAndAttributes
	ReturnConsumedCapacity *string

	tables []batchGetTable
}

type unprocessedKeys struct {
	Keys                     []item
	ConsistentRead           *bool
	ProjectionExpression     *string
	ExpressionAttributeNames map[string]string
}

type batchGetItemOutput struct {
	Responses        map[string][]item
	UnprocessedKeys  map[string]unprocessedKeys
	ConsumedCapacity []consumedCapacity
}

type putRequest struct{ Item itemInput }

type deleteRequest struct{ Key itemInput }

type writeRequest struct {
	PutRequest    *putRequest
	DeleteRequest *deleteRequest
}

type batchWriteItemInput struct {
	RequestItems                map[string][]writeRequest
	ReturnConsumedCapacity      *string
	ReturnItemCollectionMetrics *string

	tables []batchWriteTable
}

type batchWriteItemOutput struct {
	UnprocessedItems struct{} // a batch is one transaction: all of it is processed
	ConsumedCapacity []consumedCapacity
}

type capacity struct{ CapacityUnits *float64 }

type consumedCapacity struct {
	TableName     *string
	CapacityUnits *float64
	Table         *capacity
}
