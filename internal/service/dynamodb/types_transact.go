// SPDX-License-Identifier: Apache-2.0

package dynamodb

type conditionCheck struct {
	TableName                           *string
	Key                                 itemInput
	ConditionExpression                 *string
	ExpressionAttributeNames            map[string]string
	ExpressionAttributeValues           itemInput
	ReturnValuesOnConditionCheckFailure *string
}

type transactPut struct {
	TableName                           *string
	Item                                itemInput
	ConditionExpression                 *string
	ExpressionAttributeNames            map[string]string
	ExpressionAttributeValues           itemInput
	ReturnValuesOnConditionCheckFailure *string
}

type transactDelete struct {
	TableName                           *string
	Key                                 itemInput
	ConditionExpression                 *string
	ExpressionAttributeNames            map[string]string
	ExpressionAttributeValues           itemInput
	ReturnValuesOnConditionCheckFailure *string
}

type transactUpdate struct {
	TableName                           *string
	Key                                 itemInput
	UpdateExpression                    *string
	ConditionExpression                 *string
	ExpressionAttributeNames            map[string]string
	ExpressionAttributeValues           itemInput
	ReturnValuesOnConditionCheckFailure *string
}

type transactWriteItem struct {
	ConditionCheck *conditionCheck
	Put            *transactPut
	Delete         *transactDelete
	Update         *transactUpdate
}

type transactWriteItemsInput struct {
	TransactItems               []transactWriteItem
	ReturnConsumedCapacity      *string
	ReturnItemCollectionMetrics *string
	ClientRequestToken          *string

	tx transaction
}

type transactWriteItemsOutput struct {
	ConsumedCapacity      []consumedCapacity
	ItemCollectionMetrics map[string][]itemCollectionMetrics
}

type transactGet struct {
	TableName                *string
	Key                      itemInput
	ProjectionExpression     *string
	ExpressionAttributeNames map[string]string
}

type transactGetItem struct{ Get *transactGet }

type transactGetItemsInput struct {
	TransactItems          []transactGetItem
	ReturnConsumedCapacity *string

	tx transaction
}

type itemResponse struct{ Item *item }

type transactGetItemsOutput struct {
	ConsumedCapacity []consumedCapacity
	Responses        []itemResponse
}

// cancellation holds what a cancelled transaction tells besides its message.
type cancellation struct{ CancellationReasons []cancellationReason }

// A cancellationReason is why an action can't be done, or that it could.
type cancellationReason struct {
	Code    *string
	Message *string
	Item    *item
}
