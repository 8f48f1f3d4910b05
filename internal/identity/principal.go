// SPDX-License-Identifier: Apache-2.0

package identity

import (
	"errors"
	"fmt"
	"slices"
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
// names someone who doesn't exist or can't be.
type InvalidPrincipalError struct{ Type, Entry string }

// Error returns AWS's text.
func (e *InvalidPrincipalError) Error() string {
	if e.Type == federated {
		return "Federated principals must be valid domain names or SAML metadata ARNs"
	}
	return fmt.Sprintf("Invalid principal in policy: %q:%q", strings.ToUpper(e.Type), e.Entry)
}

// federated is the type of principals that identity providers are.
const federated = "Federated"

// ResolvePrincipals returns the policy text with the ARNs of users and roles in
// Principal elements replaced by their unique ids, so that the policy goes on
// meaning them and never others of the same name who come after. Principals
// that don't exist, and services and identity providers that can't be, are an
// *InvalidPrincipalError; whether a provider is registered is seen when it is
// used. tx must reach the users, roles and accounts of every account named.
func ResolvePrincipals(tx *storage.Tx, text []byte) ([]byte, error) {
	return policy.MapPrincipals(text, func(kind, entry string) (string, error) {
		resolved, err := resolve(tx, kind, entry)
		if errors.Is(err, storage.ErrNotFound) {
			return "", &InvalidPrincipalError{kind, entry}
		}
		return resolved, err
	})
}

// resolve returns what stands for an entry of a principal of that type, or
// storage.ErrNotFound.
func resolve(tx *storage.Tx, kind, entry string) (string, error) {
	switch kind {
	case "AWS":
		return resolveAWS(tx, entry)
	case "Service":
		return entry, mustBe(entry, policy.Service)
	case federated:
		if isDomain(entry) {
			return entry, nil
		}
		return entry, mustBe(entry, policy.FederatedProvider)
	}
	return "", storage.ErrNotFound // nobody here has a canonical id
}

// mustBe returns storage.ErrNotFound if entry isn't a principal of that type.
func mustBe(entry string, want policy.PrincipalType) error {
	p, err := policy.ParsePrincipal(entry)
	if err != nil || p.Type != want {
		return storage.ErrNotFound
	}
	return nil
}

// isDomain reports whether s is a domain name of two labels or more.
func isDomain(s string) bool {
	labels := strings.Split(s, ".")
	return len(s) <= 253 && len(labels) > 1 && !slices.ContainsFunc(labels, func(l string) bool {
		return l == "" || len(l) > 63 || strings.Trim(l, "-") != l || strings.ContainsFunc(l, func(r rune) bool {
			return r != '-' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
		})
	})
}

func resolveAWS(tx *storage.Tx, entry string) (string, error) {
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
	// Sessions have no id before they begin.
	case a.Service == "sts" && kind == "assumed-role":
		return entry, mustBe(entry, policy.AssumedRole)
	case a.Service == "sts" && kind == "federated-user":
		return entry, mustBe(entry, policy.FederatedUser)
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
