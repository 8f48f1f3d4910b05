// SPDX-License-Identifier: Apache-2.0

package dynamodb

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/upstream"
)

// deletes makes req the update, by AttributeUpdates that all delete. They make no item
// that isn't there, which no expression says of an update: so they are sent as what they
// are, and with them what they expect.
func (in *updateItemInput) deletes(req *sdk.UpdateItemInput) {
	req.AttributeUpdates = map[string]types.AttributeValueUpdate{}
	for name, u := range in.AttributeUpdates {
		req.AttributeUpdates[name] = types.AttributeValueUpdate{Action: types.AttributeActionDelete, Value: u.Value.sent()}
	}
	if len(in.Expected) == 0 {
		return
	}
	req.ConditionalOperator = types.ConditionalOperator(aws.ToString(in.ConditionalOperator))
	req.Expected = map[string]types.ExpectedAttributeValue{}
	for name, e := range in.Expected {
		out := types.ExpectedAttributeValue{
			Value: e.Value.sent(), Exists: e.Exists, ComparisonOperator: types.ComparisonOperator(aws.ToString(e.ComparisonOperator)),
		}
		for _, v := range e.AttributeValueList {
			out.AttributeValueList = append(out.AttributeValueList, v.sent())
		}
		req.Expected[name] = out
	}
}

// sent returns the value, which is valid, as the SDK has it; nil if there is none.
func (in valueInput) sent() types.AttributeValue {
	v, err := in.Value()
	if err != nil {
		return nil
	}
	return upstream.Value(v)
}
