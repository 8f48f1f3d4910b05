// SPDX-License-Identifier: Apache-2.0

package dynamodb

type executeStatementInput struct {
	Statement                           *string
	Parameters                          []valueInput
	ConsistentRead                      *bool
	NextToken                           *string
	ReturnConsumedCapacity              *string
	Limit                               *int32
	ReturnValuesOnConditionCheckFailure *string

	statement statement
	selection selection // of a SELECT
}

type executeStatementOutput struct {
	Items            []item
	NextToken        *string
	LastEvaluatedKey *item
	ConsumedCapacity *consumedCapacity
}

type batchStatementRequest struct {
	Statement                           *string
	Parameters                          []valueInput
	ConsistentRead                      *bool
	ReturnValuesOnConditionCheckFailure *string
}

type batchExecuteStatementInput struct {
	Statements             []batchStatementRequest
	ReturnConsumedCapacity *string

	elements []batchElement
}

type batchStatementResponse struct {
	Error     *batchStatementError
	TableName *string
	Item      *item
}

type batchStatementError struct {
	Code    *string
	Message *string
	Item    *item
}

type batchExecuteStatementOutput struct {
	Responses        []batchStatementResponse
	ConsumedCapacity []consumedCapacity
}

type parameterizedStatement struct {
	Statement                           *string
	Parameters                          []valueInput
	ReturnValuesOnConditionCheckFailure *string
}

type executeTransactionInput struct {
	TransactStatements     []parameterizedStatement
	ClientRequestToken     *string
	ReturnConsumedCapacity *string

	statements []statement
	tx         transaction
}

type executeTransactionOutput struct {
	Responses        []itemResponse
	ConsumedCapacity []consumedCapacity
}
