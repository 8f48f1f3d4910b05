// SPDX-License-Identifier: Apache-2.0

package sts

import (
	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/identity"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
	"github.com/bailiwick-dev/bailiwick/policy"
)

// suspended is the policy in place of a role's trust policy, or of none, if whom
// the session would be of is shut out, or a tag that it would have. A denial by it
// says no more than that the role doesn't trust the caller, and the decision log
// says why.
const suspended = `{"Version":"2012-10-17","Statement":{"Sid":"Suspended","Effect":"Deny","Principal":"*","Action":"sts:*"}}`

// suspension returns [suspended], as a policy of that type, if a revocation of the
// account is about the principal of that id or about one of the tags, and else
// nil.
func suspension(tx *storage.Tx, account, id string, tags []awsapi.Tag, t policy.Type) (*policy.Policy, error) {
	yes, err := identity.Suspended(tx, account, id, tags)
	if !yes || err != nil {
		return nil, err
	}
	p, err := policy.Parse([]byte(suspended), t)
	if err == nil {
		p.Name = "revocation"
	}
	return p, err
}
