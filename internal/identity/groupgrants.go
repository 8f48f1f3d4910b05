// SPDX-License-Identifier: Apache-2.0

package identity

import (
	"github.com/bailiwick-dev/bailiwick/internal/storage"
	"github.com/bailiwick-dev/bailiwick/policy"
)

// GroupPolicies returns the policies of g as they stand in tx, as its members
// have them.
func (d *Directory) GroupPolicies(tx *storage.Tx, g *Group) ([]*policy.Policy, error) {
	var of Grants
	if err := d.addPolicies(tx, &of, &g.Entity, "group:"+g.Name+"/inline:"); err != nil {
		return nil, err
	}
	return of.Identity, nil
}
