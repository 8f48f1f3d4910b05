// SPDX-License-Identifier: Apache-2.0

package identity

import (
	"errors"
	"strings"

	"github.com/bailiwick-dev/bailiwick/internal/storage"
	"github.com/bailiwick-dev/bailiwick/policy"
)

// A Membership is what an account's place in the organization means for decisions.
// The zero Membership is that of an account that there isn't.
type Membership struct {
	Closed       bool   // or being closed
	Organization string // id
	Path         string // aws:PrincipalOrgPaths: ids from the organization down to the parent, each with a slash

	// Guardrails, by level from the root to the account; nil if the type isn't
	// enabled. They limit the principals and the resources of every account but
	// the management account.
	SCPs, RCPs [][]*policy.Policy
}

// noMember is the membership of an account that there isn't.
var noMember = &Membership{}

// Membership returns the account's place in the organization as it stands in tx.
// The result is shared and must not be changed.
func (d *Directory) Membership(tx *storage.Tx, account string) (*Membership, error) {
	management, err := d.managementOf(tx)
	if errors.Is(err, storage.ErrNotFound) {
		return noMember, nil
	}
	if err != nil {
		return nil, err
	}
	m, err := d.members.Get(tx, management, account, func(tx *storage.Tx) (*Membership, error) {
		a, err := accounts.Get(tx, account)
		if err != nil {
			return nil, err // nobody else's names fill the cache
		}
		return d.membership(tx, management, &a)
	})
	if errors.Is(err, storage.ErrNotFound) {
		return noMember, nil
	}
	return m, err
}

// managementOf returns the management account, which never changes: it is read
// once.
func (d *Directory) managementOf(tx *storage.Tx) (string, error) {
	if known := d.management.Load(); known != nil {
		return *known, nil
	}
	account, err := Management(tx)
	if err == nil {
		d.management.Store(&account)
	}
	return account, err
}

func (d *Directory) membership(tx *storage.Tx, management string, a *Account) (*Membership, error) {
	o, err := GetOrganization(tx)
	if errors.Is(err, storage.ErrNotFound) {
		return nil, errors.New("identity: there is no organization") // which may have guardrails
	}
	if err != nil {
		return nil, err
	}
	levels, err := o.Levels(tx, a.ID, o.ParentOf(a))
	if err != nil {
		return nil, err
	}
	m := &Membership{Closed: !a.Open(), Organization: o.ID, Path: o.Path(levels[:len(levels)-1])}
	if a.ID == management {
		return m, nil
	}
	if m.SCPs, err = d.levels(tx, management, o, ServiceControl, levels); err != nil {
		return nil, err
	}
	m.RCPs, err = d.levels(tx, management, o, ResourceControl, levels)
	return m, err
}

// Path returns a path as aws:PrincipalOrgPaths has it, of the ids of the root and
// the units below one another.
func (o *Organization) Path(levels []string) string {
	return o.ID + "/" + strings.Join(levels, "/") + "/"
}
