// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"strings"

	"github.com/bailiwick-dev/bailiwick/arn"
)

// A grant says how a Principal element matched the caller, and so what else
// limits an Allow.
type grant uint8

const (
	noGrant        grant = iota
	delegatedGrant       // to the account: its identity-based policies must allow too
	limitedGrant         // to what the session was made from: within boundary and session policy
	directGrant          // to the caller itself, or to everyone
)

// A principalElement is a Principal or NotPrincipal element.
type principalElement struct {
	negated  bool
	everyone bool // has the entry "*"
	dubious  bool // has an entry that is no principal
	entries  []principalEntry
}

// A principalEntry is one entry of the element.
type principalEntry struct {
	kind    entryKind
	text    string // what is compared as a whole
	scheme  string // "arn:PARTITION:" that the caller's ARN must begin with, or ""
	account string // accountEntry, roleEntry
}

type entryKind uint8

const (
	neverEntry    entryKind = iota // is no principal: matches nobody
	accountEntry                   // an account
	userEntry                      // a user; text is the ARN
	roleEntry                      // a role; text is the name
	sessionEntry                   // a session; text is the ARN
	idEntry                        // a unique id
	serviceEntry                   // a service
	providerEntry                  // an identity provider
)

// add compiles one entry under one of the names AWS, Service, Federated and
// CanonicalUser. No caller has a canonical user id here.
func (pe *principalElement) add(kind, entry string) {
	if kind == "AWS" && entry == "*" {
		pe.everyone = true
		return
	}
	c := principalEntry{}
	switch kind {
	case "AWS":
		c = compileAWSPrincipal(entry)
	case "Service":
		c = principalEntry{kind: serviceEntry, text: entry}
	case "Federated":
		c = principalEntry{kind: providerEntry, text: entry}
	}
	if c.kind == neverEntry {
		pe.dubious = true
		return
	}
	pe.entries = append(pe.entries, c)
}

func compileAWSPrincipal(entry string) principalEntry {
	switch {
	case isAccount(entry):
		return principalEntry{kind: accountEntry, account: entry}
	case strings.HasPrefix(entry, "AIDA"), strings.HasPrefix(entry, "AROA"):
		return principalEntry{kind: idEntry, text: entry}
	}
	a, err := arn.Parse(entry)
	if err != nil || hasWildcard(entry) {
		return principalEntry{}
	}
	scheme := "arn:" + a.Partition + ":"
	if a.Service == "iam" && strings.HasPrefix(a.Resource, "role/") {
		name := a.Resource[strings.LastIndexByte(a.Resource, '/')+1:]
		return principalEntry{kind: roleEntry, scheme: scheme, account: a.Account, text: name}
	}
	p, err := ParsePrincipal(entry)
	if err != nil {
		return principalEntry{}
	}
	switch p.Type {
	case Account:
		return principalEntry{kind: accountEntry, scheme: scheme, account: a.Account}
	case User:
		return principalEntry{kind: userEntry, text: entry}
	case AssumedRole, FederatedUser:
		return principalEntry{kind: sessionEntry, text: entry}
	default:
		return principalEntry{}
	}
}

// match returns the strongest grant of the element to the caller. A negated
// element spares whom any entry names in any way; but a Deny with it always
// hits a caller that has a permissions boundary, as documented by AWS. An Allow
// with it grants nothing if it is not clear whom the element names.
func (pe *principalElement) match(e *evaluation, deny bool) grant {
	g := noGrant
	if pe.everyone {
		g = directGrant
	}
	for i := 0; i < len(pe.entries) && g < directGrant; i++ {
		g = max(g, pe.entries[i].match(e.req.Principal))
	}
	switch {
	case !pe.negated:
		return g
	case deny && (g == noGrant || e.bounded), !deny && g == noGrant && !pe.dubious:
		return directGrant
	default:
		return noGrant
	}
}

func (pe *principalEntry) match(p *Principal) grant {
	switch pe.kind {
	case accountEntry:
		if p.Account == pe.account && strings.HasPrefix(p.ARN, pe.scheme) {
			return delegatedGrant
		}
	case userEntry:
		return ofUser(p, p.ARN == pe.text, p.Issuer == pe.text)
	case roleEntry:
		if p.Type == AssumedRole && pe.text != "" && p.Name == pe.text && p.Account == pe.account &&
			strings.HasPrefix(p.ARN, pe.scheme) {
			return limitedGrant
		}
	case sessionEntry:
		if (p.Type == AssumedRole || p.Type == FederatedUser) && p.ARN == pe.text {
			return directGrant
		}
	case idEntry:
		if p.Type == AssumedRole && p.ID == pe.text {
			return limitedGrant
		}
		return ofUser(p, p.ID == pe.text, p.ID == pe.text)
	case serviceEntry:
		if p.Type == Service && p.Name == pe.text {
			return directGrant
		}
	case providerEntry:
		if p.Type == FederatedProvider && p.Name == pe.text {
			return directGrant
		}
	}
	return noGrant
}

// ofUser grants what an entry for a user grants to the user, or to a federated
// session that the user made.
func ofUser(p *Principal, isUser, isIssuer bool) grant {
	switch {
	case p.Type == User && isUser:
		return directGrant
	case p.Type == FederatedUser && isIssuer:
		return limitedGrant
	default:
		return noGrant
	}
}
