// SPDX-License-Identifier: Apache-2.0

package dynamodb

import (
	"errors"
	"strings"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
)

// Codes of the errors that transactions answer with.
const (
	codeCanceled    = "TransactionCanceledException"
	codeTokenReused = "IdempotentParameterMismatchException"
)

// reasonCodes are the codes of cancellation reasons, by those of the errors that
// the same action is answered with by itself.
var reasonCodes = map[string]string{
	codeValidation:      "ValidationError",
	codeConditionFailed: "ConditionalCheckFailed",
	codeDuplicate:       "DuplicateItem",
}

// noReason is the code of an action that could have been done.
const noReason = "None"

// cancelled returns the error of a transaction whose actions have those errors:
// nil if none has one. An error that is no answer to a caller is the
// transaction's own.
func cancelled(errs []error) error {
	reasons := make([]cancellationReason, len(errs))
	codes := make([]string, len(errs))
	any := false
	for i, err := range errs {
		codes[i] = noReason
		if err != nil {
			e, ok := errors.AsType[*awsapi.Error](err)
			if !ok || reasonCodes[e.Code] == "" {
				return err
			}
			any = true
			codes[i] = reasonCodes[e.Code]
			reasons[i].Message = &e.Message
			if d, ok := e.Details.(conditionFailed); ok {
				reasons[i].Item = d.Item
			}
		}
		reasons[i].Code = &codes[i]
	}
	if !any {
		return nil
	}
	e := awsapi.Errorf(awsapi.Conflict, codeCanceled,
		"Transaction cancelled, please refer cancellation reasons for specific reasons [%s]", strings.Join(codes, ", "))
	e.Details = cancellation{reasons}
	return e
}

func errTransactionTooLarge() error {
	return invalid("Collection size of items exceeded, which can also be caused by the aggregate size of the items in the transaction exceeding the 4MB limit")
}
