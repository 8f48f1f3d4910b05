// SPDX-License-Identifier: Apache-2.0

package identity

import (
	"github.com/bailiwick-dev/bailiwick/arn"
	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
	"github.com/bailiwick-dev/bailiwick/policy"
)

// A SessionKind says whose a session is.
type SessionKind uint8

const (
	// RoleSession is of a role.
	RoleSession SessionKind = iota
	// UserSession is of a user, or of the root user: who comes with it is that
	// user, as with a long-term key.
	UserSession
	// FederatedSession is of somebody who is no user, but whom a user, or the
	// root user, has named and lets do a part of what the user may do itself.
	FederatedSession

	sessionKinds // how many there are
)

// principalID returns the unique id of the role or the user that s is of. The
// root user has none.
func (s *Session) principalID() string {
	if s.Kind == RoleSession {
		return s.RoleID
	}
	return s.UserID
}

// FederatedARN returns the ARN of whom a user of the account names so.
func FederatedARN(account, name string) arn.ARN {
	return arn.ARN{Partition: "aws", Service: "sts", Account: account, Resource: "federated-user/" + name}
}

// principal returns who comes with s, as it stands in tx, and that one's tags. It
// fails with ErrUnknownKey if the role or the user is gone, and with ErrRevoked
// if the user as it is now is shut out.
func (s *Session) principal(tx *storage.Tx) (policy.Principal, []awsapi.Tag, error) {
	if s.Kind == RoleSession {
		if _, err := roleByID(tx, s.Account, s.RoleName, s.RoleID); err != nil {
			return policy.Principal{}, nil, err
		}
		return policy.Principal{
			Type: policy.AssumedRole, ARN: s.ARN(), Account: s.Account,
			Name: s.RoleName, Session: s.Name, Path: s.RolePath, ID: s.RoleID,
		}, s.Tags, nil
	}
	issuer := rootPrincipal(s.Account)
	var tags []awsapi.Tag
	if s.UserID != "" {
		u, err := userOf(tx, s.Account, s.UserID)
		if err != nil {
			return policy.Principal{}, nil, err
		}
		if err := refuseRevoked(tx, s.Account, u.holding); err != nil {
			return policy.Principal{}, nil, err
		}
		issuer, tags = userPrincipal(u), u.Tags
	}
	if s.Kind == UserSession {
		return issuer, tags, nil
	}
	return policy.Principal{
		Type: policy.FederatedUser, ARN: s.ARN(), Account: s.Account,
		Name: s.Name, ID: s.UserID, Issuer: issuer.ARN,
	}, s.Tags, nil
}

func rootPrincipal(account string) policy.Principal {
	return policy.Principal{Type: policy.Account, ARN: "arn:aws:iam::" + account + ":root", Account: account}
}

func userPrincipal(u *User) policy.Principal {
	return policy.Principal{
		Type: policy.User, ARN: u.ARN().String(), Account: u.Account,
		Name: u.Name, Path: u.Path, ID: u.ID,
	}
}

// userOf returns the account's user of that unique id, whatever its name is now,
// or ErrUnknownKey.
func userOf(tx *storage.Tx, account, id string) (*User, error) {
	entry, err := principals.Get(tx, id)
	if err != nil {
		return nil, unknown(err)
	}
	a, err := arn.Parse(entry.ARN)
	if err != nil {
		return nil, err
	}
	owner, _, name, ok := ParseARN(a, "user")
	if !ok || owner != account {
		return nil, ErrUnknownKey
	}
	return userByID(tx, account, name, id)
}

// allowAll is what the root user lets those do whom it names, before the session
// policies that it gives them.
const allowAll = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`

// federatedGrants returns what bounds somebody whom the user of that id has named:
// what the user may do itself. Without an id that is the root user.
func (d *Directory) federatedGrants(tx *storage.Tx, account, userID string) (*Grants, error) {
	if userID == "" {
		p, err := compile(allowAll, policy.Identity, "root", "")
		return &Grants{Identity: []*policy.Policy{p}}, err
	}
	u, err := userOf(tx, account, userID)
	if err != nil {
		return nil, err
	}
	return d.userGrants(tx, u)
}
