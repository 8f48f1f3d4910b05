// SPDX-License-Identifier: Apache-2.0

package dynamodb

import (
	"context"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
)

// transactRows are the operations that are transactions.
func (s *service) transactRows() []awsapi.Operation {
	type row = awsapi.Operation
	return []awsapi.Operation{
		awsapi.Op(row{Name: "TransactWriteItems", Access: awsapi.Write, Sample: sampleTransactWrite}, s.transactWriteItemsNeeds, s.transactWriteItems),
		awsapi.Op(row{Name: "TransactGetItems", Sample: sampleTransactGet}, s.transactGetItemsNeeds, s.transactGetItems),
	}
}

const (
	sampleTransactWrite = `{"ClientRequestToken":"sample","TransactItems":[
		{"Put":{"TableName":"Sample","Item":{"pk":{"S":"$TENANT"},"sk":{"S":"4"}}}},
		{"Update":{"TableName":"Sample","Key":{"pk":{"S":"$TENANT"},"sk":{"S":"2"}},"UpdateExpression":"ADD n :one",
			"ExpressionAttributeValues":{":one":{"N":"1"}}}},
		{"Delete":{"TableName":"Sample","Key":{"pk":{"S":"$TENANT"},"sk":{"S":"5"}}}},
		{"ConditionCheck":{"TableName":"Sample","Key":{"pk":{"S":"$TENANT"},"sk":{"S":"6"}},"ConditionExpression":"attribute_not_exists(pk)"}}]}`
	sampleTransactGet = `{"TransactItems":[
		{"Get":{"TableName":"Sample","Key":{"pk":{"S":"$TENANT"},"sk":{"S":"2"}}}},
		{"Get":{"TableName":"Sample","Key":{"pk":{"S":"$TENANT"},"sk":{"S":"4"}},"ProjectionExpression":"sk"}}]}`
)

func (s *service) transactWriteItemsNeeds(_ context.Context, c *awsapi.Call, in *transactWriteItemsInput) ([]awsapi.Need, error) {
	return in.tx.needs(s, c, conditions{enclosing: "TransactWriteItems", returnCapacity: orNone(in.ReturnConsumedCapacity)})
}

func (s *service) transactWriteItems(_ context.Context, c *awsapi.Call, in *transactWriteItemsInput) (*transactWriteItemsOutput, error) {
	if err := in.tx.write(c); err != nil {
		return nil, err
	}
	out := &transactWriteItemsOutput{ConsumedCapacity: in.tx.consumed(in.ReturnConsumedCapacity)}
	for _, p := range in.tx.parts {
		out.ItemCollectionMetrics = p.target.table.collections(out.ItemCollectionMetrics, in.ReturnItemCollectionMetrics, in.tx.written(p))
	}
	return out, nil
}

func (s *service) transactGetItemsNeeds(_ context.Context, c *awsapi.Call, in *transactGetItemsInput) ([]awsapi.Need, error) {
	return in.tx.needs(s, c, conditions{enclosing: "TransactGetItems", returnCapacity: orNone(in.ReturnConsumedCapacity)})
}

func (s *service) transactGetItems(_ context.Context, c *awsapi.Call, in *transactGetItemsInput) (*transactGetItemsOutput, error) {
	items, err := in.tx.read(c)
	if err != nil {
		return nil, err
	}
	out := &transactGetItemsOutput{
		ConsumedCapacity: in.tx.consumed(in.ReturnConsumedCapacity),
		Responses:        make([]itemResponse, len(items)),
	}
	for i, it := range items {
		out.Responses[i].Item = shown(project(in.tx.actions[i].projection, it))
	}
	return out, nil
}
