// SPDX-License-Identifier: Apache-2.0

package attr

import (
	"encoding/base64"
	"strconv"
	"strings"
)

// A ValidationError is a value, item, key or expression that DynamoDB refuses
// with ValidationException. Message is AWS's text and may repeat what the
// caller sent: it belongs in the answer, not in a log.
type ValidationError struct{ Message string }

func (e *ValidationError) Error() string { return e.Message }

// A SerializationError is JSON of the wrong shape, which DynamoDB refuses with
// SerializationException before it looks at anything else.
type SerializationError struct{ Message string }

func (e *SerializationError) Error() string { return e.Message }

// InvalidParameters is how many of DynamoDB's refusals begin.
const InvalidParameters = "One or more parameter values were invalid: "

func invalid(message string) error { return &ValidationError{Message: message} }

func invalidParameters(message string) error { return invalid(InvalidParameters + message) }

// The refusals of values. Each text stands here once.
var (
	errEmptyValue  = invalid("Supplied AttributeValue is empty, must contain exactly one of the supported datatypes")
	errManyTypes   = invalid("Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes")
	errNullFalse   = invalidParameters("Null attribute value types must have the value of true")
	errEmptyName   = invalid("Empty attribute name")
	errNameSize    = invalid("Attribute name is too large, must be less than 65536 bytes")
	errNesting     = invalid("Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond supported limit")
	errOverflow    = invalid("Number overflow. Attempting to store a number with magnitude larger than supported range")
	errUnderflow   = invalid("Number underflow. Attempting to store a number with magnitude smaller than supported range")
	errDigits      = invalid("Attempting to store more than 38 significant digits in a Number")
	errItemSize    = invalid("Item size has exceeded the maximum allowed size")
	errDuplicateNS = invalid("Input collection contains duplicates")
)

func errNotNumber(text []byte) error {
	const m = "The parameter cannot be converted to a numeric value"
	if len(text) == 0 {
		return invalid(m)
	}
	return invalid(m + ": " + string(text))
}

func errEmptySet(t Type) error {
	switch t {
	case TypeSS:
		return invalidParameters("An string set  may not be empty")
	case TypeNS:
		return invalidParameters("An number set  may not be empty")
	}
	return invalidParameters("Binary sets should not be empty")
}

// errDuplicate names the members of the set as they were sent.
func errDuplicate(t Type, members [][]byte) error {
	texts := make([]string, len(members))
	switch t {
	case TypeNS:
		return errDuplicateNS
	case TypeSS:
		for i, m := range members {
			texts[i] = string(m)
		}
		return invalidParameters("Input collection [" + strings.Join(texts, ", ") + "] contains duplicates.")
	}
	for i, m := range members {
		texts[i] = base64.StdEncoding.EncodeToString(m)
	}
	return invalidParameters("Input collection [" + strings.Join(texts, ", ") + "]of type BS contains duplicates.")
}

// Refusals of shape, in the words of AWS's own deserialiser.

const attributeValueShape = "com.amazonaws.dynamodb.v20120810.AttributeValue"

var (
	errBase64Bytes    = &SerializationError{"Invalid last non-pad Base64 character dectected"}
	errFieldType      = &SerializationError{"Unexpected field type"}
	errPayloadType    = &SerializationError{"Unexpected value type in payload"}
	errStructure      = &SerializationError{"Start of structure or map found where not expected"}
	errBlobType       = &SerializationError{"only base-64-encoded strings are convertible to bytes"}
	errBooleanToken   = &SerializationError{"Unexpected token received from parser"}
	errBlobList       = unrecognized("class java.nio.ByteBuffer")
	errStringList     = unrecognized("class java.lang.String")
	errBooleanList    = unrecognized("class java.lang.Boolean")
	errValueList      = unrecognized("class " + attributeValueShape)
	errValueMapIsList = unrecognized("java.util.Map<java.lang.String, " + attributeValueShape + ">")
)

func unrecognized(class string) *SerializationError {
	return &SerializationError{"Unrecognized collection type " + class}
}

func unconvertible(token, class string) *SerializationError {
	return &SerializationError{token + "_VALUE cannot be converted to " + class}
}

func errBase64Length(n int) error {
	return &SerializationError{"Base64 encoded length is expected a multiple of 4 bytes but found: " + strconv.Itoa(n)}
}
