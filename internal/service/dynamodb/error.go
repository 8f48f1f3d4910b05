// SPDX-License-Identifier: Apache-2.0

package dynamodb

import (
	"errors"
	"strings"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/attr"
)

// Codes of the errors that the service answers with.
const (
	codeValidation      = "ValidationException"
	codeNotFound        = "ResourceNotFoundException"
	codeInUse           = "ResourceInUseException"
	codeLimitExceeded   = "LimitExceededException"
	codeConditionFailed = "ConditionalCheckFailedException"
)

func invalid(format string, args ...any) *awsapi.Error {
	return awsapi.Errorf(awsapi.Invalid, codeValidation, format, args...)
}

// invalidParameters is invalid with the beginning that many texts share.
func invalidParameters(format string, args ...any) *awsapi.Error {
	e := invalid(format, args...)
	e.Message = attr.InvalidParameters + e.Message
	return e
}

// validation returns err as a ValidationException if it is one of a value's or
// an expression's, and err itself otherwise.
func validation(err error) error {
	if e, ok := errors.AsType[*attr.ValidationError](err); ok {
		return &awsapi.Error{Kind: awsapi.Invalid, Code: codeValidation, Message: bounded(e.Message)}
	}
	return err
}

// maxMessage is how many bytes of a refusal's text are answered. Texts repeat what
// was sent, which may be megabytes.
const maxMessage = 16 << 10

// bounded returns the beginning of a text that is too long to be answered.
func bounded(text string) string {
	if len(text) > maxMessage {
		return strings.ToValidUTF8(text[:maxMessage], "")
	}
	return text
}

// errNoTable answers operations on items of a table that doesn't exist.
func errNoTable() error {
	return awsapi.Errorf(awsapi.NotFound, codeNotFound, "Requested resource not found")
}

// errTableNotFound answers operations on a table that doesn't exist.
func errTableNotFound(name string) error {
	return awsapi.Errorf(awsapi.NotFound, codeNotFound, "Requested resource not found: Table: %s not found", name)
}

// errIndexNotFound answers operations on an index that its table doesn't have.
func errIndexNotFound(index, table string) error {
	return awsapi.Errorf(awsapi.NotFound, codeNotFound, "Requested resource not found: Index %s for table %s", index, table)
}

func errNoIndex(index string) error {
	return invalid("The table does not have the specified index: %s", index)
}

// conditionFailed holds what a failed condition tells besides its message.
type conditionFailed struct{ Item *item }

// errConditionFailed answers a write whose condition is false. old is shown if
// the caller asked for it and there was an item.
func errConditionFailed(old *item) error {
	e := awsapi.Errorf(awsapi.Conflict, codeConditionFailed, "The conditional request failed")
	if old != nil {
		e.Details = conditionFailed{old}
	}
	return e
}

// unsupported refuses the members of a request that this service doesn't act
// on: to ignore them would be to claim what isn't done.
func unsupported(members ...member) error {
	for _, m := range members {
		if m.given {
			return invalid("The parameter %s is not supported", m.name)
		}
	}
	return nil
}

// A member is a member of a request by name, and whether it was given.
type member struct {
	name  string
	given given
}
