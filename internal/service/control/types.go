// SPDX-License-Identifier: Apache-2.0

package control

import (
	"time"

	"github.com/bailiwick-dev/bailiwick/arn"
	"github.com/bailiwick-dev/bailiwick/internal/identity"
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
	State      string
}

type listAccountsOutput struct {
	Accounts  []account
	NextToken *string
}

// Of SessionId, RoleArn, PrincipalArn, and TagKey with TagValue, one is there.
type revokeSessionsInput struct {
	AccountId    *string // the caller's, or that of the ARN, by default
	SessionId    *string
	RoleArn      *string
	PrincipalArn *string
	TagKey       *string
	TagValue     *string
	Reason       *string

	kind      identity.RevocationKind
	principal arn.ARN // parsed; zero if the kind has none

	// What needs have found.
	account     string
	epoch       uint64 // of the account
	principalID string
	missing     error // what there is not
}

type revokeSessionsOutput struct{ Revocation revocation }

type revocation struct {
	RevocationId string
	AccountId    string
	Kind         string
	SessionId    *string
	PrincipalArn *string
	PrincipalId  *string
	TagKey       *string
	TagValue     *string
	Reason       *string
	CreatedBy    string
	CreateDate   time.Time
	ExpireDate   *time.Time // when there is nothing left to revoke
}

type listRevocationsInput struct {
	AccountId  *string
	NextToken  *string
	MaxResults *int32

	account string
}

type listRevocationsOutput struct {
	Revocations []revocation
	NextToken   *string
}

type liftRevocationInput struct {
	AccountId    *string
	RevocationId string

	account string
}

type liftRevocationOutput struct{}

type rotateKeysInput struct {
	Emergency bool
}

type rotateKeysOutput struct {
	KeyId string
}

type listKeysInput struct{}

type listKeysOutput struct {
	Keys []key
}

type key struct {
	KeyId      string
	CreateDate time.Time
	State      string
	EndDate    *time.Time // of the last session that it may have sealed
}
