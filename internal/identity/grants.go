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

// Grants returns the policies of the caller's user or role as they stand in tx.
// A user or role that is gone, or a policy that doesn't compile, is an error;
// a permissions boundary that is gone denies everything.
func (d *Directory) Grants(tx *storage.Tx, c *awsapi.Caller) (*Grants, error) {
	p := &c.Principal
	if p.Type != policy.User && p.Type != policy.AssumedRole {
		return noGrants, nil
	}
	return d.grants.Get(tx, p.Account, p.ID, func(tx *storage.Tx) (*Grants, error) {
		e, err := entity(tx, p)
		if err != nil {
			return nil, err
		}
		return d.entityGrants(tx, e)
	})
}

// entity returns the user or role that p is, or is a session of.
func entity(tx *storage.Tx, p *policy.Principal) (*Entity, error) {
	if p.Type == policy.User {
		u, err := userByID(tx, p.Account, p.Name, p.ID)
		if err != nil {
			return nil, err
		}
		return &u.Entity, nil
	}
	r, err := roleByID(tx, p.Account, p.Name, p.ID)
	if err != nil {
		return nil, err
	}
	return &r.Entity, nil
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

func (d *Directory) entityGrants(tx *storage.Tx, e *Entity) (*Grants, error) {
	g := &Grants{}
	for _, in := range e.Inline {
		p, err := compile(in.Text, policy.Identity, "inline:"+in.Name, "")
		if err != nil {
			return nil, err
		}
		g.Identity = append(g.Identity, p)
	}
	for _, a := range e.Attached {
		p, err := d.managed(tx, e.Account, a, policy.Identity)
		if err != nil {
			return nil, err // it may hold a Deny
		}
		g.Identity = append(g.Identity, p)
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
