// SPDX-License-Identifier: Apache-2.0

package control

import (
	"context"
	"slices"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/identity"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
)

// managementNeed is the need of an action that only the management account has:
// to others it belongs to a stranger, whose policies let nobody in.
func managementNeed(c *awsapi.Call, action string, spans ...storage.Span) ([]awsapi.Need, error) {
	management, err := identity.Management(c.Tx)
	if err != nil {
		return nil, err
	}
	return []awsapi.Need{{Action: action, Owner: management, Spans: spans}}, nil
}

func createAccountNeeds(_ context.Context, c *awsapi.Call, in *createAccountInput) ([]awsapi.Need, error) {
	in.accessKeyID = identity.NewAccessKeyID(in.AccountId)
	return managementNeed(c, "bailiwick:CreateAccount",
		identity.AccountSpan(true, in.AccountId),
		identity.AccessKeySpan(true, in.AccountId, in.accessKeyID))
}

func listAccountsNeeds(_ context.Context, c *awsapi.Call, _ *listAccountsInput) ([]awsapi.Need, error) {
	return managementNeed(c, "bailiwick:ListAccounts", identity.AccountsSpan())
}

// actions returns the service's part of the catalogue.
func actions() []awsapi.Action {
	return append(slices.Concat(revocationActions(), keyActions()), awsapi.Action{Name: "bailiwick:CreateAccount"}, awsapi.Action{Name: "bailiwick:ListAccounts"})
}
