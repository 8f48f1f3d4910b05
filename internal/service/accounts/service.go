// SPDX-License-Identifier: Apache-2.0

// Package accounts implements Bailiwick's own control API, over AWS JSON 1.1:
// making and listing accounts. AWS has no counterpart that hands out an account
// with its key at once; whoever moves to AWS replaces this by Organizations.
package accounts

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/identity"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
	"github.com/bailiwick-dev/bailiwick/internal/wire/awsjson"
)

// target is the service's name in X-Amz-Target.
const target = "Bailiwick_20261101"

// New returns the service, on the records of d.
func New(d *identity.Directory) *awsapi.Service {
	return &awsapi.Service{
		Name:     "bailiwick",
		Global:   true,
		Target:   target,
		Protocol: awsjson.New(awsjson.Config{Version: "1.1", Target: target}),
		Operations: []awsapi.Operation{
			awsapi.Op(awsapi.Operation{
				Name:   "CreateAccount",
				Access: awsapi.Control,
				Sample: `{"AccountId":"999999999999"}`,
			}, createAccountNeeds, createAccount(d)),
			awsapi.Op(awsapi.Operation{
				Name:   "ListAccounts",
				Access: awsapi.Read,
				Sample: `{}`,
			}, listAccountsNeeds, listAccounts),
		},
		Actions: []awsapi.Action{{Name: "bailiwick:CreateAccount"}, {Name: "bailiwick:ListAccounts"}},
	}
}

type createAccountInput struct {
	AccountId string

	accessKeyID string // of the new root user
}

type createAccountOutput struct {
	AccountId           string
	RootAccessKeyId     string
	RootSecretAccessKey string
}

type listAccountsInput struct {
	NextToken  *string
	MaxResults *int32
}

type account struct {
	AccountId  string
	CreateDate time.Time
}

type listAccountsOutput struct {
	Accounts  []account
	NextToken *string
}

// Bounds of a page of ListAccounts.
const (
	defaultResults = 100
	maxResults     = 1000
)

func invalid(message string) error {
	return awsapi.Errorf(awsapi.Invalid, "ValidationException", "%s", message)
}

func (in *createAccountInput) Validate() error {
	if !identity.ValidAccount(in.AccountId) {
		return invalid("AccountId must have 12 digits.")
	}
	return nil
}

func (in *listAccountsInput) Validate() error {
	if in.MaxResults != nil && (*in.MaxResults < 1 || *in.MaxResults > maxResults) {
		return invalid(fmt.Sprintf("MaxResults must be from 1 to %d.", maxResults))
	}
	if in.NextToken != nil && !identity.ValidAccount(*in.NextToken) {
		return invalid("NextToken is not one that was returned.")
	}
	return nil
}

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

func createAccount(d *identity.Directory) func(context.Context, *awsapi.Call, *createAccountInput) (*createAccountOutput, error) {
	return func(_ context.Context, c *awsapi.Call, in *createAccountInput) (*createAccountOutput, error) {
		secret := identity.NewSecret()
		err := d.CreateAccount(c.Tx, in.AccountId, in.accessKeyID, secret, c.Time.UTC().Truncate(time.Second))
		if errors.Is(err, identity.ErrAccountExists) {
			return nil, awsapi.Errorf(awsapi.Conflict, "AccountAlreadyExistsException", "Account %s already exists.", in.AccountId)
		}
		if err != nil {
			return nil, err
		}
		return &createAccountOutput{AccountId: in.AccountId, RootAccessKeyId: in.accessKeyID, RootSecretAccessKey: secret}, nil
	}
}

func listAccountsNeeds(_ context.Context, c *awsapi.Call, _ *listAccountsInput) ([]awsapi.Need, error) {
	return managementNeed(c, "bailiwick:ListAccounts", identity.AccountsSpan())
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
		out.Accounts = append(out.Accounts, account{AccountId: a.ID, CreateDate: a.Created})
	}
	return out, nil
}
