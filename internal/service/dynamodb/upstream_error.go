// SPDX-License-Identifier: Apache-2.0

package dynamodb

import (
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/upstream"
)

// failed returns the error of a write that the upstream has failed, with the item
// on which its condition doesn't hold, if the call has asked for it.
func (t *table) failed(err error, w written) error {
	told := upstream.Failure(err)
	e, ok := errors.AsType[*types.ConditionalCheckFailedException](err)
	if !ok || orNone(w.onFailure) != allOld {
		return told
	}
	old, err := t.itemAt(e.Item, w.key)
	if err != nil {
		return err
	}
	if shown := shown(old); shown != nil {
		told.Details = conditionFailed{shown}
	}
	return told
}

// canceled returns the error of a transaction that the upstream has failed, with
// the reasons for it.
func (x *transaction) canceled(err error) error {
	told := upstream.Failure(err)
	e, ok := errors.AsType[*types.TransactionCanceledException](err)
	if !ok {
		return told
	}
	if len(e.CancellationReasons) != len(x.actions) {
		return errLie
	}
	reasons := make([]cancellationReason, len(x.actions))
	for i, r := range e.CancellationReasons {
		reasons[i] = cancellationReason{Code: new(aws.ToString(r.Code)), Message: r.Message}
		a := &x.actions[i]
		if orNone(a.onFailure) != allOld {
			continue
		}
		old, err := a.part.target.table.itemAt(r.Item, a.item)
		if err != nil {
			return err
		}
		reasons[i].Item = shown(old)
	}
	told.Details = cancellation{reasons}
	return told
}
