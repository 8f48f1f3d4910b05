// SPDX-License-Identifier: Apache-2.0

package authz

import (
	"strings"

	"github.com/bailiwick-dev/bailiwick/internal/identity"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
	"github.com/bailiwick-dev/bailiwick/policy"
)

// nowhere is the membership of callers that belong to no account, whom their
// identity provider or a service sends.
var nowhere = &identity.Membership{}

// membership returns the place of the account in the organization.
func (a *Authorizer) membership(tx *storage.Tx, account string) (*identity.Membership, error) {
	if account == "" {
		return nowhere, nil
	}
	return a.Directory.Membership(tx, account)
}

// owner returns the place of the account that a need is about. home is that of
// the caller's.
func (a *Authorizer) owner(tx *storage.Tx, account, callers string, home *identity.Membership) (*identity.Membership, error) {
	if account == callers {
		return home, nil
	}
	return a.Directory.Membership(tx, account)
}

// resourceControls returns the resource control policies that limit an action on
// what the account owns. They are for some services only.
func resourceControls(owner *identity.Membership, action string) [][]*policy.Policy {
	if len(owner.RCPs) == 0 {
		return nil
	}
	service, _, _ := strings.Cut(action, ":")
	switch service {
	case "aoss", "cognito-identity", "cognito-idp", "dynamodb", "ecr", "events", "kms", "logs", "opensearch", "s3", "secretsmanager", "sqs", "sts":
		return owner.RCPs
	}
	return nil
}
