// SPDX-License-Identifier: Apache-2.0

package upstream

import (
	"errors"

	"github.com/aws/smithy-go"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
)

// codes are the errors of the upstream that are about the call, as its caller
// has made it, and not about how it was sent on. They are passed on.
var codes = map[string]awsapi.Kind{
	"ValidationException":                      awsapi.Invalid,
	"ResourceNotFoundException":                awsapi.NotFound,
	"TableNotFoundException":                   awsapi.NotFound,
	"IndexNotFoundException":                   awsapi.NotFound,
	"ResourceInUseException":                   awsapi.Conflict,
	"TableInUseException":                      awsapi.Conflict,
	"TableAlreadyExistsException":              awsapi.Conflict,
	"LimitExceededException":                   awsapi.Conflict,
	"ConditionalCheckFailedException":          awsapi.Conflict,
	"DuplicateItemException":                   awsapi.Conflict,
	"IdempotentParameterMismatchException":     awsapi.Conflict,
	"ItemCollectionSizeLimitExceededException": awsapi.Conflict,
	"ReplicatedWriteConflictException":         awsapi.Conflict,
	"TransactionCanceledException":             awsapi.Conflict,
	"TransactionConflictException":             awsapi.Conflict,
	"TransactionInProgressException":           awsapi.Conflict,
	"ProvisionedThroughputExceededException":   awsapi.Throttled,
	"RequestLimitExceeded":                     awsapi.Throttled,
	"ThrottlingException":                      awsapi.Throttled,
}

// Failure returns err, with which a call of [Do] has failed, as the caller is
// told it. What isn't about the call itself, such as that the upstream can't be
// reached, or that it refuses the credentials, is for the log only.
func Failure(err error) *awsapi.Error {
	if e, ok := errors.AsType[*awsapi.Error](err); ok {
		return e
	}
	if e, ok := errors.AsType[smithy.APIError](err); ok {
		if kind, ok := codes[e.ErrorCode()]; ok {
			return &awsapi.Error{Kind: kind, Code: e.ErrorCode(), Message: e.ErrorMessage()}
		}
	}
	if Unknown(err) {
		return awsapi.Errorf(awsapi.Invalid, "ValidationException", "The upstream that keeps the tables does not have the operation")
	}
	return &awsapi.Error{
		Kind:    awsapi.Unavailable,
		Message: "The request has failed due to a temporary failure of the server.",
		Err:     err,
	}
}

// Unknown reports whether err means that the upstream doesn't have the operation
// at all.
func Unknown(err error) bool {
	e, ok := errors.AsType[smithy.APIError](err)
	return ok && e.ErrorCode() == "UnknownOperationException"
}

// Absent reports whether err means that there is no such table.
func Absent(err error) bool {
	e, ok := errors.AsType[smithy.APIError](err)
	return ok && (e.ErrorCode() == "ResourceNotFoundException" || e.ErrorCode() == "TableNotFoundException")
}
