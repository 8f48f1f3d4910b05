// SPDX-License-Identifier: Apache-2.0

package iam

import (
	"fmt"

	"github.com/bailiwick-dev/bailiwick/internal/identity"
	"github.com/bailiwick-dev/bailiwick/internal/identity/constraint"
)

func (in *createAccountAliasInput) Validate() error {
	if err := accountAlias(in.AccountAlias).Err(); err != nil {
		return err
	}
	if identity.ValidAccount(in.AccountAlias) {
		return invalidInput("The account alias %s must not have the form of an account ID.", in.AccountAlias)
	}
	return nil
}

func (in *listAccountAliasesInput) Validate() error {
	var v checks
	v.paging(in.Marker, in.MaxItems)
	return v.Err()
}

func (in *deleteAccountAliasInput) Validate() error { return accountAlias(in.AccountAlias).Err() }

func accountAlias(alias string) *checks {
	var v checks
	v.Name("accountAlias", alias, constraint.AccountAlias)
	return &v
}

func (in *getAccountAuthorizationDetailsInput) Validate() error {
	var v checks
	kinds := []string{detailUser, detailRole, detailGroup, detailLocalPolicies, detailAWSPolicies}
	if v.Count("filter", len(in.Filter), len(kinds)) {
		for i, kind := range in.Filter {
			v.Enum(fmt.Sprintf("filter.%d.member", i+1), kind, kinds...)
		}
	}
	v.paging(in.Marker, in.MaxItems)
	return v.Err()
}
