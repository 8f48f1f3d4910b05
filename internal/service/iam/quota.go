// SPDX-License-Identifier: Apache-2.0

package iam

import (
	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/identity"
)

// checkCount says, as AWS does, that the caller's account has as many entities of
// a kind as it may have.
func checkCount[T any](c *awsapi.Call, of identity.Census[T], quota string, limit int) error {
	n, err := of.Count(c.Tx, c.Caller.Account())
	if err != nil {
		return err
	}
	if n >= limit {
		return overQuota(quota, limit)
	}
	return nil
}
