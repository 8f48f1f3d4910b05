// SPDX-License-Identifier: Apache-2.0

package accounts

import (
	"time"
)

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
