// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"errors"
	"strings"

	"github.com/bailiwick-dev/bailiwick/arn"
)

// A PrincipalType says what kind of principal made a request.
type PrincipalType uint8

// The types of principals. The zero value is the one with the fewest rights.
const (
	Anonymous         PrincipalType = iota // the request is not signed
	Account                                // the root user of an account
	User                                   // an IAM user
	AssumedRole                            // a session of a role
	FederatedUser                          // a session made by GetFederationToken
	Service                                // an AWS service, acting for itself
	FederatedProvider                      // who vouches for the caller of AssumeRoleWithWebIdentity or AssumeRoleWithSAML
)

var principalTypeNames = [...]string{
	Anonymous:         "Anonymous",
	Account:           "Account",
	User:              "User",
	AssumedRole:       "AssumedRole",
	FederatedUser:     "FederatedUser",
	Service:           "Service",
	FederatedProvider: "FederatedProvider",
}

// String returns the value of the condition key aws:PrincipalType.
func (t PrincipalType) String() string {
	if int(t) < len(principalTypeNames) {
		return principalTypeNames[t]
	}
	return "Unknown"
}

// A Principal is who made a request, as Principal elements see it. Strings are
// compared exactly; an empty one equals nothing.
type Principal struct {
	Type PrincipalType
	// ARN is what error messages and logs show: for a session the
	// assumed-role or federated-user ARN, for a service or a provider its
	// name, for an unsigned request "anonymous".
	ARN     string
	Account string // twelve digits; empty if the principal belongs to none
	Name    string // of the user, role (without path) or federated user; of the service or provider
	Session string // of an assumed role
	Path    string // of the user: "/" or "/a/b/"
	// ID is the unique id of the user or role without a session's name
	// (AIDA…, AROA…), for a federated user that of the user who made the
	// session, or "" if it is not known.
	ID string
	// Issuer is the ARN of the user who made a federated user's session, or ""
	// if it is not known. It must not be guessed from Name, which that user
	// chose.
	Issuer string
}

var errPrincipal = errors.New("principal must be an ARN of a root user, user, assumed role, federated user or identity provider, a service's name, or \"anonymous\"")

// providers are the identity providers that AWS knows by name.
var providers = [...]string{
	"cognito-identity.amazonaws.com", "accounts.google.com", "www.amazon.com", "graph.facebook.com",
}

// ParsePrincipal reads a principal from its ARN, from a service's name such as
// s3.amazonaws.com, or from "anonymous". It leaves ID and Issuer empty, which
// an ARN does not tell.
func ParsePrincipal(s string) (Principal, error) {
	if s == "anonymous" {
		return Principal{Type: Anonymous, ARN: s}, nil
	}
	for _, p := range providers {
		if s == p {
			return Principal{Type: FederatedProvider, ARN: s, Name: s}, nil
		}
	}
	if !strings.HasPrefix(s, "arn:") {
		if name, ok := strings.CutSuffix(s, ".amazonaws.com"); ok && isService(name) {
			return Principal{Type: Service, ARN: s, Name: s}, nil
		}
		return Principal{}, errPrincipal
	}
	a, err := arn.Parse(s)
	if err != nil || hasWildcard(s) || a.Region != "" || !isAccount(a.Account) {
		return Principal{}, errPrincipal
	}
	return principalOf(a, s)
}

func principalOf(a arn.ARN, s string) (Principal, error) {
	kind, name, _ := strings.Cut(a.Resource, "/")
	p := Principal{ARN: s, Account: a.Account, Name: name}
	switch a.Service + ":" + kind {
	case "iam:root":
		p.Type, p.Name = Account, ""
		if a.Resource == "root" {
			return p, nil
		}
	case "iam:user":
		i := strings.LastIndexByte(name, '/')
		p.Type, p.Path, p.Name = User, "/"+name[:i+1], name[i+1:]
		if p.Name != "" {
			return p, nil
		}
	case "sts:assumed-role":
		p.Type = AssumedRole
		p.Name, p.Session, _ = strings.Cut(name, "/")
		if p.Name != "" && p.Session != "" && !strings.Contains(p.Session, "/") {
			return p, nil
		}
	case "sts:federated-user":
		p.Type = FederatedUser
		if name != "" && !strings.Contains(name, "/") {
			return p, nil
		}
	case "iam:oidc-provider", "iam:saml-provider":
		if name != "" {
			return Principal{Type: FederatedProvider, ARN: s, Name: s}, nil
		}
	}
	return Principal{}, errPrincipal
}

func isAccount(s string) bool {
	if len(s) != 12 {
		return false
	}
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}
