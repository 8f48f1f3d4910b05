// SPDX-License-Identifier: Apache-2.0

package sts

import (
	"time"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/identity"
	"github.com/bailiwick-dev/bailiwick/policy"
)

// Lengths of sessions that users begin, in seconds. Those of root users last an
// hour at most, whatever is asked for.
const (
	defaultUserDuration = 43_200
	maxUserDuration     = int32(identity.MaxSession / time.Second)
	maxRootDuration     = 3600
)

// userSeconds returns the length of a session that the caller begins.
func userSeconds(caller *awsapi.Caller, asked *int32) int {
	n := defaultUserDuration
	if asked != nil {
		n = int(*asked)
	}
	if caller.Principal.Type == policy.Account {
		n = min(n, maxRootDuration)
	}
	return n
}

// newUserSession returns a session that the caller, a user with long-term
// credentials, begins: its own, or that of whom it names.
func newUserSession(c *awsapi.Call, kind identity.SessionKind, asked *int32, epoch uint64) *identity.Session {
	return &identity.Session{
		Account:  c.Caller.Account(),
		Kind:     kind,
		UserID:   c.Caller.Principal.ID,
		IssuedAt: c.Time,
		Expires:  c.Time.Add(time.Duration(userSeconds(c.Caller, asked)) * time.Second),
		Epoch:    epoch,
	}
}
