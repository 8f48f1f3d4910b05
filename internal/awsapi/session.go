// SPDX-License-Identifier: Apache-2.0

package awsapi

import "github.com/bailiwick-dev/bailiwick/policy"

// Sessions is with which temporary credentials an operation, or a whole service,
// can be used: what no policy can widen. Each admits less than the one before.
type Sessions uint8

const (
	// AllSessions admits any.
	AllSessions Sessions = iota
	// NamedSessions doesn't admit those of federated users, whom a user has named
	// in GetFederationToken.
	NamedSessions
	// RoleSessions admits those of roles only, and neither those of users.
	RoleSessions
	// NoSessions admits long-term credentials only.
	NoSessions
)

// Admits reports whether the caller's credentials are among those.
func (s Sessions) Admits(c *Caller) bool {
	if c.Session == nil {
		return true
	}
	switch c.Principal.Type {
	case policy.AssumedRole:
		return s <= RoleSessions
	case policy.FederatedUser:
		return s == AllSessions
	default:
		return s <= NamedSessions
	}
}
