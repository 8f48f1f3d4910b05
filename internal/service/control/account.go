// SPDX-License-Identifier: Apache-2.0

package control

import (
	"context"
	"errors"
	"time"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/identity"
)

func createAccount(d *identity.Directory) func(context.Context, *awsapi.Call, *createAccountInput) (*createAccountOutput, error) {
	return func(_ context.Context, c *awsapi.Call, in *createAccountInput) (*createAccountOutput, error) {
		secret := identity.NewSecret()
		err := d.CreateAccount(c.Tx, in.AccountId, in.accessKeyID, secret, c.Time.UTC().Truncate(time.Second))
		if errors.Is(err, identity.ErrAccountExists) {
			return nil, alreadyExists(in.AccountId)
		}
		if err != nil {
			return nil, err
		}
		return &createAccountOutput{AccountId: in.AccountId, RootAccessKeyId: in.accessKeyID, RootSecretAccessKey: secret}, nil
	}
}

func listAccounts(_ context.Context, c *awsapi.Call, in *listAccountsInput) (*listAccountsOutput, error) {
	limit, after := defaultResults, ""
	if in.MaxResults != nil {
		limit = int(*in.MaxResults)
	}
	if in.NextToken != nil {
		after = *in.NextToken
	}
	out := &listAccountsOutput{Accounts: []account{}}
	for a, err := range identity.Accounts(c.Tx, after) {
		if err != nil {
			return nil, err
		}
		if len(out.Accounts) == limit {
			out.NextToken = &out.Accounts[limit-1].AccountId
			break
		}
		out.Accounts = append(out.Accounts, account{AccountId: a.ID, CreateDate: a.Created, State: stateOf(&a)})
	}
	return out, nil
}

// stateOf returns the state of an account by AWS's name for it.
func stateOf(a *identity.Account) string {
	switch a.State {
	case identity.AccountClosing:
		return "PENDING_CLOSURE"
	case identity.AccountClosed:
		return "CLOSED"
	default:
		return "ACTIVE"
	}
}
