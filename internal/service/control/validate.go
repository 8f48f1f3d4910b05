// SPDX-License-Identifier: Apache-2.0

package control

import (
	"fmt"

	"github.com/bailiwick-dev/bailiwick/internal/identity"
)

// Bounds of a page.
const (
	defaultResults = 100
	maxResults     = 1000
)

func (in *createAccountInput) Validate() error {
	if !identity.ValidAccount(in.AccountId) {
		return invalid("AccountId must have 12 digits.")
	}
	return nil
}

func (in *listAccountsInput) Validate() error {
	if err := checkMaxResults(in.MaxResults); err != nil {
		return err
	}
	if in.NextToken != nil && !identity.ValidAccount(*in.NextToken) {
		return invalid("NextToken is not one that was returned.")
	}
	return nil
}

func checkMaxResults(n *int32) error {
	if n != nil && (*n < 1 || *n > maxResults) {
		return invalid(fmt.Sprintf("MaxResults must be from 1 to %d.", maxResults))
	}
	return nil
}
