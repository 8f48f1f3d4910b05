// SPDX-License-Identifier: Apache-2.0

package dynamodb

import (
	"errors"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/attr"
	"github.com/bailiwick-dev/bailiwick/internal/wire/awsjson"
)

// A valueInput is one attribute value as a request carries it. What is wrong
// with it is kept for later checks.
type valueInput struct{ attr.InputValue }

// UnmarshalAWSJSON implements [awsjson.Unmarshaler].
func (in *valueInput) UnmarshalAWSJSON(d *awsjson.Decoder) error {
	err := in.DecodeJSON(d.JSON())
	if e, ok := errors.AsType[*attr.SerializationError](err); ok {
		return &awsapi.Error{Kind: awsapi.NotSerialized, Message: e.Message}
	}
	return err
}

// checked returns the value, or the ValidationException that it earns; the zero
// Value if it is absent.
func (in valueInput) checked() (attr.Value, error) {
	v, err := in.Value()
	return v, validation(err)
}

// expectedAttributeValue is a condition of Expected.
type expectedAttributeValue struct {
	Value              valueInput
	Exists             *bool
	ComparisonOperator *string
	AttributeValueList []valueInput
}

// condition is one of KeyConditions, QueryFilter or ScanFilter.
type condition struct {
	AttributeValueList []valueInput
	ComparisonOperator *string
}

// attributeValueUpdate is one of AttributeUpdates.
type attributeValueUpdate struct {
	Value  valueInput
	Action *string
}
