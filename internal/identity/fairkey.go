// SPDX-License-Identifier: Apache-2.0

package identity

import "github.com/bailiwick-dev/bailiwick/internal/awsapi"

// A Sharer is whom service is shared out to: a tenant, a role, a user or the root
// of an account. Two Sharers are equal exactly if they mean the
// same one. It is for telling callers apart and proves nothing.
type Sharer struct {
	account string
	kind    sharerKind
	name    string
}

type sharerKind uint8

const (
	tenantSharer sharerKind = iota + 1 // name is the value of the tenant's tag
	roleSharer                         // the role's unique id
	userSharer                         // the user's unique id; empty for the root
	choreSharer                        // a service's chores; its name
)

// ChoreSharer returns whom the chores of the service share the server as. They
// take part as one caller does, and so never keep callers waiting for long.
func ChoreSharer(service string) Sharer { return Sharer{kind: choreSharer, name: service} }

// Sharer returns whom the holder of the credential shares service as: the
// tenant that the session's tag names, if it has one with the key tenantTag,
// whose case doesn't matter; else the role; else, of a long-term key and of the
// sessions that a user has begun, the user.
// The tag is a session's, so whoever let it be issued has said which tenant
// that is, not the tenant.
func (c *Credential) Sharer(tenantTag string) Sharer {
	if c.session == nil {
		return Sharer{c.Account, userSharer, c.userID}
	}
	if tenant, ok := awsapi.TagValue(c.session.Tags, tenantTag); ok {
		return Sharer{c.Account, tenantSharer, tenant}
	}
	if c.session.Kind != RoleSession {
		return Sharer{c.Account, userSharer, c.session.UserID}
	}
	return Sharer{c.Account, roleSharer, c.session.RoleID}
}
