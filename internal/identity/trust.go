// SPDX-License-Identifier: Apache-2.0

package identity

import (
	"github.com/bailiwick-dev/bailiwick/arn"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
	"github.com/bailiwick-dev/bailiwick/policy"
)

// Trusted is a role with its trust policy, compiled.
type Trusted struct {
	Role  *Role
	Trust *policy.Policy
}

// Trusted returns the role that has this ARN, or storage.ErrNotFound: so too
// for what isn't the ARN of a role, for ARNs that differ in path or case, and for
// roles of accounts that are being closed.
func (d *Directory) Trusted(tx *storage.Tx, role arn.ARN) (*Trusted, error) {
	account, _, name, ok := ParseARN(role, "role")
	if !ok {
		return nil, storage.ErrNotFound
	}
	t, err := d.trusts.Get(tx, account, name, func(tx *storage.Tx) (*Trusted, error) {
		if err := openAccount(tx, account); err != nil {
			return nil, err
		}
		r, err := Roles.Get(tx, account, name)
		if err != nil {
			return nil, err
		}
		p, err := compile(r.Trust, policy.Trust, "trust:"+r.Name, "")
		if err != nil {
			return nil, err
		}
		return &Trusted{Role: r, Trust: p}, nil
	})
	if err != nil {
		return nil, err
	}
	if t.Role.ARN() != role {
		return nil, storage.ErrNotFound
	}
	return t, nil
}
