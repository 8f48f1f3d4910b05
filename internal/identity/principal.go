// SPDX-License-Identifier: Apache-2.0

package identity

import (
	"errors"
	"fmt"
	"strings"

	"github.com/bailiwick-dev/bailiwick/arn"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
	"github.com/bailiwick-dev/bailiwick/policy"
)

// indexed is an entry of the index of principals.
type indexed struct{ ARN string }

// principals finds a user's or role's ARN by unique id.
var principals = storage.NewTable[indexed]("iam/principal")

// PrincipalIndex is the span of the index from unique ids to ARNs, of all
// accounts: trust policies name principals of others.
func PrincipalIndex() storage.Span { return principals.Under(false) }

// PrincipalSpan is the span of one id's entry in that index, which goes with
// the user or the role.
func PrincipalSpan(id string) storage.Span { return principals.One(true, id) }

// An InvalidPrincipalError is what [ResolvePrincipals] says of a policy that
// names someone who doesn't exist.
type InvalidPrincipalError struct{ Type, Entry string }

func (e *InvalidPrincipalError) Error() string {
	return fmt.Sprintf("Invalid principal in policy: %q:%q", e.Type, e.Entry)
}

// ResolvePrincipals returns the policy text with the ARNs of users and roles in
// Principal elements replaced by their unique ids, so that the policy goes on
// meaning them and never others of the same name who come after. Principals
// that don't exist are an *InvalidPrincipalError. tx must reach the users,
// roles and accounts of every account named.
func ResolvePrincipals(tx *storage.Tx, text []byte) ([]byte, error) {
	return policy.MapPrincipals(text, func(kind, entry string) (string, error) {
		if kind != "AWS" || entry == "*" {
			return entry, nil
		}
		resolved, err := resolve(tx, entry)
		if errors.Is(err, storage.ErrNotFound) {
			return "", &InvalidPrincipalError{kind, entry}
		}
		return resolved, err
	})
}

// resolve returns what stands for an entry of an AWS principal, or
// storage.ErrNotFound.
func resolve(tx *storage.Tx, entry string) (string, error) {
	if ValidAccount(entry) {
		return entry, openAccount(tx, entry)
	}
	if isPrincipalID(entry) {
		_, err := principals.Get(tx, entry)
		return entry, err
	}
	a, err := arn.Parse(entry)
	if err != nil || !ValidAccount(a.Account) || a.Region != "" || a.Partition != "aws" {
		return "", storage.ErrNotFound
	}
	if err := openAccount(tx, a.Account); err != nil {
		return "", err
	}
	switch kind, _, _ := strings.Cut(a.Resource, "/"); {
	case a.Service == "iam" && a.Resource == "root":
		return entry, nil
	case a.Service == "iam" && kind == "user":
		return resolveUser(tx, a)
	case a.Service == "iam" && kind == "role":
		return resolveRole(tx, a)
	case a.Service == "sts" && (kind == "assumed-role" || kind == "federated-user"):
		return entry, nil // sessions have no id before they begin
	}
	return "", storage.ErrNotFound
}

func resolveUser(tx *storage.Tx, a arn.ARN) (string, error) {
	account, _, name, ok := ParseARN(a, "user")
	if !ok {
		return "", storage.ErrNotFound
	}
	u, err := Users.Get(tx, account, name)
	if err != nil {
		return "", err
	}
	if u.ARN() != a {
		return "", storage.ErrNotFound
	}
	return u.ID, nil
}

func resolveRole(tx *storage.Tx, a arn.ARN) (string, error) {
	account, _, name, ok := ParseARN(a, "role")
	if !ok {
		return "", storage.ErrNotFound
	}
	r, err := Roles.Get(tx, account, name)
	if err != nil {
		return "", err
	}
	if r.ARN() != a {
		return "", storage.ErrNotFound
	}
	return r.ID, nil
}

// ShowPrincipals undoes [ResolvePrincipals] for those who still exist. An id
// that is shown as such has lost its owner. tx must reach [PrincipalIndex].
func ShowPrincipals(tx *storage.Tx, text []byte) ([]byte, error) {
	return policy.MapPrincipals(text, func(kind, entry string) (string, error) {
		if kind != "AWS" || !isPrincipalID(entry) {
			return entry, nil
		}
		p, err := principals.Get(tx, entry)
		if errors.Is(err, storage.ErrNotFound) {
			return entry, nil
		}
		return p.ARN, err
	})
}
