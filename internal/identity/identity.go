// SPDX-License-Identifier: Apache-2.0

// Package identity is the directory of who exists: accounts, their users,
// roles, access keys and managed policies, and the sessions that are issued.
//
// Records are kept in tables of the metadata area, and every function works on
// the transaction it is given, so that what it says holds for that transaction
// and no other. Whoever changes a record advances the epoch of its account in
// the same transaction (the server does so for control operations); what
// [Directory] remembers is valid for one epoch.
//
// Sessions are not kept anywhere: a session token is what was sealed when it was
// issued. What ends one before its time is a [Revocation].
package identity

import (
	"errors"
	"sync/atomic"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/keyring"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
	"github.com/bailiwick-dev/bailiwick/policy"
)

// What [Directory.Credential] and [Directory.Caller] say of credentials that
// can't be used. None tells why.
var (
	// ErrUnknownKey means that the access key isn't valid: it or its owner
	// doesn't exist or is inactive, or the token that came with it isn't its own.
	ErrUnknownKey = errors.New("identity: access key is not valid")
	// ErrExpired means that the session has ended.
	ErrExpired = errors.New("identity: session has expired")
	// ErrRevoked means that a [Revocation] has taken the access key or the
	// session out of use.
	ErrRevoked = errors.New("identity: credentials are revoked")
)

// How many values a Directory remembers at most, of each kind.
const (
	maxCallers  = 16384
	maxGrants   = 8192
	maxPolicies = 8192
	maxTrusts   = 8192
	maxAbroad   = 16384
	maxMembers  = 16384
)

// A Directory answers who a credential belongs to and what they were granted.
// It is safe for concurrent use. The pointers it returns are shared: what they
// point at must not be changed.
type Directory struct {
	ring     *keyring.Ring
	callers  *storage.Cache[*awsapi.Caller]
	grants   *storage.Cache[*Grants]
	policies *storage.Cache[*policy.Policy]
	trusts   *storage.Cache[*Trusted]
	abroad   *storage.Cache[bool] // whether an account has ended another's session
	members  *storage.Cache[*Membership]
	uses     uses

	management atomic.Pointer[string] // the management account, once it is known
}

// New returns a directory that seals with ring.
func New(ring *keyring.Ring) *Directory {
	return &Directory{
		ring:     ring,
		callers:  storage.NewCache[*awsapi.Caller](maxCallers),
		grants:   storage.NewCache[*Grants](maxGrants),
		policies: storage.NewCache[*policy.Policy](maxPolicies),
		trusts:   storage.NewCache[*Trusted](maxTrusts),
		abroad:   storage.NewCache[bool](maxAbroad),
		members:  storage.NewCache[*Membership](maxMembers),
		uses:     uses{noted: map[usedKey]KeyUse{}},
	}
}
