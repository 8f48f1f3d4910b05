// SPDX-License-Identifier: Apache-2.0

package dynamodb

import (
	"errors"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/attr"
	"github.com/bailiwick-dev/bailiwick/internal/wire/awsjson"
)

// An itemInput is an item, a key or the values of an expression as a request
// carries them. What is wrong with the values is kept for later checks.
type itemInput struct{ attr.Input }

// UnmarshalAWSJSON implements [awsjson.Unmarshaler].
func (in *itemInput) UnmarshalAWSJSON(d *awsjson.Decoder) error {
	err := in.DecodeJSON(d.JSON())
	if e, ok := errors.AsType[*attr.SerializationError](err); ok {
		return &awsapi.Error{Kind: awsapi.NotSerialized, Message: e.Message}
	}
	return err
}

// checked returns the item, or the ValidationException that it earns.
func (in itemInput) checked() (attr.Item, error) {
	it, err := in.Item()
	return it, validation(err)
}

// An item is an item or a part of one in a result.
type item struct{ attr.Item }

// AppendAWSJSON implements [awsjson.Appender].
func (it *item) AppendAWSJSON(dst []byte) []byte { return it.AppendJSON(dst) }

// shown returns it as a result shows it; nil if there is none.
func shown(it attr.Item) *item {
	if it.Len() == 0 {
		return nil
	}
	return &item{it}
}

// given is whether a request carries a member that isn't looked into.
type given bool

// UnmarshalAWSJSON implements [awsjson.Unmarshaler].
func (g *given) UnmarshalAWSJSON(d *awsjson.Decoder) error {
	*g = true
	return d.Skip()
}

// errorShape returns the namespace of an error code, and the name of the
// member that holds its message; "" if it has none.
func errorShape(code string) (namespace, message string) {
	switch code {
	case "SerializationException", "AccessDeniedException":
		return coral + ".service", "Message"
	case "UnknownOperationException":
		return coral + ".service", ""
	case "MissingAuthenticationTokenException", "IncompleteSignatureException",
		"InvalidSignatureException", "UnrecognizedClientException", "ExpiredTokenException":
		return coral + ".service", "message"
	case codeValidation:
		return coral + ".validate", "message"
	case "ThrottlingException":
		return coral + ".availability", "message"
	case "IdempotentParameterMismatchException", "TransactionCanceledException", "TransactionInProgressException":
		return shapes, "Message"
	}
	return shapes, "message"
}

const (
	coral  = "com.amazon.coral"
	shapes = "com.amazonaws.dynamodb.v20120810"
)
