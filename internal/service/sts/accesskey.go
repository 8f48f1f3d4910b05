// SPDX-License-Identifier: Apache-2.0

package sts

import (
	"context"
	"errors"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/identity"
	"github.com/bailiwick-dev/bailiwick/internal/identity/constraint"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
)

type getAccessKeyInfoInput struct {
	AccessKeyId string

	account string // whose key it is, which needs have found; empty if nobody's
}

type getAccessKeyInfoOutput struct{ Account string }

// Validate checks the constraints.
func (in *getAccessKeyInfoInput) Validate() error {
	var v constraint.Violations
	v.Name("accessKeyId", in.AccessKeyId, constraint.AccessKeyID)
	return v.Err()
}

func getAccessKeyInfoNeeds(_ context.Context, c *awsapi.Call, in *getAccessKeyInfoInput) (_ []awsapi.Need, err error) {
	in.account, err = identity.AccessKeyAccount(c.Tx, in.AccessKeyId)
	if err != nil && !errors.Is(err, storage.ErrNotFound) {
		return nil, err
	}
	return []awsapi.Need{{Action: "sts:GetAccessKeyInfo", Owner: c.Caller.Account()}}, nil
}

// getAccessKeyInfo tells whose access key that is. As in AWS it says nothing of
// whether there is, or ever was, such a key.
func getAccessKeyInfo(_ context.Context, _ *awsapi.Call, in *getAccessKeyInfoInput) (*getAccessKeyInfoOutput, error) {
	if in.account == "" {
		return nil, invalid("%s is not a valid access key ID", in.AccessKeyId)
	}
	return &getAccessKeyInfoOutput{Account: in.account}, nil
}
