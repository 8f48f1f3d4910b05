// SPDX-License-Identifier: Apache-2.0

package dynamodb

import (
	"time"

	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/attr"
	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/expr"
)

// Inputs and results, with the names of the wire. A nil field is absent. What
// needs and handlers learn of an input is kept in its unexported fields. The
// members of inputs stand in the order in which AWS checks them.

type attributeDefinition struct {
	AttributeName *string
	AttributeType *string
}

type keySchemaElement struct {
	AttributeName *string
	KeyType       *string
}

type provisionedThroughput struct {
	WriteCapacityUnits *int64
	ReadCapacityUnits  *int64
}

// onDemandThroughput limits what a table on demand takes in a second; -1 is no
// limit.
type onDemandThroughput struct {
	MaxReadRequestUnits  *int64
	MaxWriteRequestUnits *int64
}

// warmThroughput is what a table can take at once.
type warmThroughput struct {
	ReadUnitsPerSecond  *int64
	WriteUnitsPerSecond *int64
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

type projection struct {
	ProjectionType   *string
	NonKeyAttributes []string
}

type localSecondaryIndex struct {
	IndexName  *string
	KeySchema  []keySchemaElement
	Projection *projection
}

type globalSecondaryIndex struct {
	IndexName             *string
	KeySchema             []keySchemaElement
	Projection            *projection
	ProvisionedThroughput *provisionedThroughput
	OnDemandThroughput    *onDemandThroughput
	WarmThroughput        *warmThroughput
}

type createTableInput struct {
	AttributeDefinitions      []attributeDefinition
	TableName                 *string
	BillingMode               *string
	ProvisionedThroughput     *provisionedThroughput
	KeySchema                 []keySchemaElement
	LocalSecondaryIndexes     []localSecondaryIndex
	GlobalSecondaryIndexes    []globalSecondaryIndex
	StreamSpecification       *streamSpecification
	SSESpecification          *sseSpecification
	Tags                      []tag
	TableClass                *string
	DeletionProtectionEnabled *bool
	OnDemandThroughput        *onDemandThroughput
	WarmThroughput            *warmThroughput
	ResourcePolicy            *string

	// Refused when given.
	VectorIndexes                      given
	GlobalTableSourceArn               given
	GlobalTableSettingsReplicationMode given

	ref      tableRef
	document document // of the policy
	target   target
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
	Limit                   *int32
	ExclusiveStartTableName *string
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
	LocalSecondaryIndexes     []localSecondaryIndexDescription
	GlobalSecondaryIndexes    []globalSecondaryIndexDescription
	OnDemandThroughput        *onDemandThroughput
	StreamSpecification       *streamSpecification
	LatestStreamArn           *string
	LatestStreamLabel         *string
}

type localSecondaryIndexDescription struct {
	IndexName      *string
	KeySchema      []keySchemaElement
	Projection     *projection
	IndexSizeBytes *int64
	ItemCount      *int64
	IndexArn       *string
}

type globalSecondaryIndexDescription struct {
	IndexName             *string
	KeySchema             []keySchemaElement
	Projection            *projection
	IndexStatus           *string
	Backfilling           *bool
	ProvisionedThroughput *provisionedThroughputDescription
	IndexSizeBytes        *int64
	ItemCount             *int64
	IndexArn              *string
	WarmThroughput        *warmThroughputDescription
	OnDemandThroughput    *onDemandThroughput
}

type provisionedThroughputDescription struct {
	NumberOfDecreasesToday *int64
	ReadCapacityUnits      *int64
	WriteCapacityUnits     *int64
	LastIncreaseDateTime   *time.Time
	LastDecreaseDateTime   *time.Time
}

type billingModeSummary struct {
	BillingMode                       *string
	LastUpdateToPayPerRequestDateTime *time.Time
}

type tableClassSummary struct {
	TableClass         *string
	LastUpdateDateTime *time.Time
}

type warmThroughputDescription struct {
	ReadUnitsPerSecond  *int64
	WriteUnitsPerSecond *int64
	Status              *string
}

type getItemInput struct {
	ReturnConsumedCapacity   *string
	AttributesToGet          []string
	TableName                *string
	Key                      itemInput
	ConsistentRead           *bool
	ProjectionExpression     *string
	ExpressionAttributeNames map[string]string

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
	ReturnConsumedCapacity              *string
	TableName                           *string
	Item                                itemInput
	ConditionalOperator                 *string
	Expected                            map[string]expectedAttributeValue
	ReturnValues                        *string
	ReturnItemCollectionMetrics         *string
	ConditionExpression                 *string
	ExpressionAttributeNames            map[string]string
	ExpressionAttributeValues           itemInput
	ReturnValuesOnConditionCheckFailure *string

	ref       tableRef
	item      attr.Item
	condition *expr.Condition
	target    target
}

type putItemOutput struct {
	Attributes            *item
	ConsumedCapacity      *consumedCapacity
	ItemCollectionMetrics *itemCollectionMetrics
}

type deleteItemInput struct {
	ReturnConsumedCapacity              *string
	TableName                           *string
	ReturnValues                        *string
	ReturnItemCollectionMetrics         *string
	Key                                 itemInput
	ConditionalOperator                 *string
	Expected                            map[string]expectedAttributeValue
	ConditionExpression                 *string
	ExpressionAttributeNames            map[string]string
	ExpressionAttributeValues           itemInput
	ReturnValuesOnConditionCheckFailure *string

	ref       tableRef
	key       attr.Item
	condition *expr.Condition
	target    target
}

type deleteItemOutput struct {
	Attributes            *item
	ConsumedCapacity      *consumedCapacity
	ItemCollectionMetrics *itemCollectionMetrics
}

type updateItemInput struct {
	ReturnConsumedCapacity              *string
	TableName                           *string
	ReturnItemCollectionMetrics         *string
	ReturnValues                        *string
	Key                                 itemInput
	ConditionalOperator                 *string
	Expected                            map[string]expectedAttributeValue
	AttributeUpdates                    map[string]attributeValueUpdate
	UpdateExpression                    *string
	ConditionExpression                 *string
	ExpressionAttributeNames            map[string]string
	ExpressionAttributeValues           itemInput
	ReturnValuesOnConditionCheckFailure *string

	ref       tableRef
	key       attr.Item
	condition *expr.Condition
	update    *expr.Update // nil if there is none
	target    target
}

type updateItemOutput struct {
	Attributes            *item
	ConsumedCapacity      *consumedCapacity
	ItemCollectionMetrics *itemCollectionMetrics
}

type queryInput struct {
	Select                    *string
	IndexName                 *string
	ReturnConsumedCapacity    *string
	QueryFilter               map[string]condition
	TableName                 *string
	ConditionalOperator       *string
	AttributesToGet           []string
	Limit                     *int32
	KeyConditions             map[string]condition
	ExclusiveStartKey         itemInput
	ConsistentRead            *bool
	ScanIndexForward          *bool
	ProjectionExpression      *string
	FilterExpression          *string
	KeyConditionExpression    *string
	ExpressionAttributeNames  map[string]string
	ExpressionAttributeValues itemInput

	ref    tableRef
	read   read
	key    *expr.KeyCondition
	target target
	source source
}

type scanInput struct {
	Select                    *string
	IndexName                 *string
	TotalSegments             *int32
	ReturnConsumedCapacity    *string
	TableName                 *string
	ConditionalOperator       *string
	ScanFilter                map[string]condition
	Segment                   *int32
	Limit                     *int32
	AttributesToGet           []string
	ExclusiveStartKey         itemInput
	ConsistentRead            *bool
	ProjectionExpression      *string
	FilterExpression          *string
	ExpressionAttributeNames  map[string]string
	ExpressionAttributeValues itemInput

	ref    tableRef
	read   read
	target target
	source source
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
	AttributesToGet          []string
}

type batchGetItemInput struct {
	ReturnConsumedCapacity *string
	RequestItems           map[string]keysAndAttributes

	tables []batchGetTable
}

type unprocessedKeys struct {
	Keys                     []item
	ConsistentRead           *bool
	ProjectionExpression     *string
	ExpressionAttributeNames map[string]string
	AttributesToGet          []string
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
	ReturnConsumedCapacity      *string
	ReturnItemCollectionMetrics *string
	RequestItems                map[string][]writeRequest

	tables []batchWriteTable
}

type batchWriteItemOutput struct {
	UnprocessedItems      struct{} // a batch is one transaction: all of it is processed
	ConsumedCapacity      []consumedCapacity
	ItemCollectionMetrics map[string][]itemCollectionMetrics
}

// Units of reads and writes are told apart for transactions only.
type capacity struct {
	CapacityUnits      *float64
	ReadCapacityUnits  *float64
	WriteCapacityUnits *float64
}

type consumedCapacity struct {
	TableName              *string
	CapacityUnits          *float64
	ReadCapacityUnits      *float64
	WriteCapacityUnits     *float64
	Table                  *capacity
	LocalSecondaryIndexes  map[string]capacity
	GlobalSecondaryIndexes map[string]capacity
}

// itemCollectionMetrics tells how large the items of a partition key are
// together, of tables with local indexes.
type itemCollectionMetrics struct {
	ItemCollectionKey   *item
	SizeEstimateRangeGB []float64
}
