// SPDX-License-Identifier: Apache-2.0

package identity

import (
	"errors"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
	"github.com/bailiwick-dev/bailiwick/policy"
)

// Grants is what the account says a caller may do, before session and resource
// policies.
type Grants struct {
	Identity, Boundary []*policy.Policy
}

// noGrants is what root users have: the policy engine knows what they may do.
var noGrants = &Grants{}

// denyAll takes the place of a policy that limits and can't be found.
const denyAll = `{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"*","Resource":"*"}}`

// Grants returns the policies of the caller's user, with those of its groups, or
// role, or of the user who has named it, as they stand in tx. A user, role or group that is gone, or a policy that
// doesn't compile, is an error; a permissions boundary that is gone denies
// everything.
func (d *Directory) Grants(tx *storage.Tx, c *awsapi.Caller) (*Grants, error) {
	p := &c.Principal
	switch p.Type {
	case policy.User, policy.AssumedRole, policy.FederatedUser:
	default:
		return noGrants, nil
	}
	return d.grants.Get(tx, p.Account, p.ID, func(tx *storage.Tx) (*Grants, error) {
		if p.Type == policy.FederatedUser {
			return d.federatedGrants(tx, p.Account, p.ID)
		}
		if p.Type == policy.User {
			u, err := userByID(tx, p.Account, p.Name, p.ID)
			if err != nil {
				return nil, err
			}
			return d.userGrants(tx, u)
		}
		r, err := roleByID(tx, p.Account, p.Name, p.ID)
		if err != nil {
			return nil, err
		}
		return d.entityGrants(tx, &r.Entity)
	})
}

// userByID returns the user of that name if it still is the one with that id,
// else ErrUnknownKey.
func userByID(tx *storage.Tx, account, name, id string) (*User, error) {
	u, err := Users.Get(tx, account, name)
	if errors.Is(err, storage.ErrNotFound) || err == nil && u.ID != id {
		return nil, ErrUnknownKey
	}
	return u, err
}

// roleByID returns the role of that name if it still is the one with that id,
// else ErrUnknownKey.
func roleByID(tx *storage.Tx, account, name, id string) (*Role, error) {
	r, err := Roles.Get(tx, account, name)
	if errors.Is(err, storage.ErrNotFound) || err == nil && r.ID != id {
		return nil, ErrUnknownKey
	}
	return r, err
}

// userGrants returns u's own grants and, as the user's, those of its groups.
func (d *Directory) userGrants(tx *storage.Tx, u *User) (*Grants, error) {
	g, err := d.entityGrants(tx, &u.Entity)
	if err != nil {
		return nil, err
	}
	groups, err := UserGroups(tx, u)
	if err != nil {
		return nil, err
	}
	for _, of := range groups {
		if err := d.addPolicies(tx, g, &of.Entity, "group:"+of.Name+"/inline:"); err != nil {
			return nil, err
		}
	}
	return g, nil
}

// addPolicies adds the policies that e has to g. Inline ones are named with the
// prefix.
func (d *Directory) addPolicies(tx *storage.Tx, g *Grants, e *Entity, prefix string) error {
	for _, in := range e.Inline {
		p, err := compile(in.Text, policy.Identity, prefix+in.Name, "")
		if err != nil {
			return err
		}
		g.Identity = append(g.Identity, p)
	}
	for _, a := range e.Attached {
		p, err := d.managed(tx, e.Account, a, policy.Identity)
		if err != nil {
			return err // it may hold a Deny
		}
		g.Identity = append(g.Identity, p)
	}
	return nil
}

func (d *Directory) entityGrants(tx *storage.Tx, e *Entity) (*Grants, error) {
	g := &Grants{}
	if err := d.addPolicies(tx, g, e, "inline:"); err != nil {
		return nil, err
	}
	if e.Boundary != "" {
		p, err := d.limit(tx, e.Account, e.Boundary, policy.Boundary)
		if err != nil {
			return nil, err
		}
		g.Boundary = []*policy.Policy{p}
	}
	return g, nil
}

// limit is managed for policies that only take away: one that doesn't exist
// leaves nothing.
func (d *Directory) limit(tx *storage.Tx, account, policyARN string, t policy.Type) (*policy.Policy, error) {
	p, err := d.managed(tx, account, policyARN, t)
	if errors.Is(err, storage.ErrNotFound) {
		return compile(denyAll, t, policyARN, "")
	}
	return p, err
}
