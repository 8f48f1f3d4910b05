// SPDX-License-Identifier: Apache-2.0

package saml

import (
	"strings"
	"time"

	"github.com/beevik/etree"
)

// An Assertion is what an identity provider says of somebody. It is immutable.
type Assertion struct {
	Issuer    string // the provider's entity id
	Subject   string // the name of whom it is about
	Format    string // of that name; empty if it doesn't say
	Recipient string // the address that it was made for

	// SessionEnd is when the provider's session with the subject ends. It is zero
	// if it doesn't say.
	SessionEnd time.Time

	attributes map[string][]string
	names      []string // of the attributes, in the order of the assertion

	issued, from, until time.Time // from may be zero, until isn't
}

// Values returns the values of an attribute by its name, nil if it has none. They
// must not be changed.
func (a *Assertion) Values(attribute string) []string { return a.attributes[attribute] }

// maxSubject is how long the name of a subject may be, in bytes: sessions carry it.
const maxSubject = 1024

// readAssertion reads an assertion that is authentic.
func readAssertion(el *etree.Element) (*Assertion, error) {
	issuer, subject := child(el, assertionSpace, "Issuer"), child(el, assertionSpace, "Subject")
	if attr(el, "Version") != version || issuer == nil || subject == nil {
		return nil, ErrMalformed
	}
	name := child(subject, assertionSpace, "NameID")
	if name == nil {
		return nil, ErrMalformed
	}
	a := &Assertion{Format: attr(name, "Format"), attributes: map[string][]string{}}
	var ok, named bool
	a.Issuer, ok = text(issuer)
	a.Subject, named = text(name)
	if !ok || !named || a.Subject == "" || len(a.Subject) > maxSubject {
		return nil, ErrMalformed
	}
	for _, s := range children(el, assertionSpace, "AttributeStatement") {
		if err := a.readAttributes(s); err != nil {
			return nil, err
		}
	}
	return a, a.readSession(el)
}

// readSession reads when the earliest of the sessions ends.
func (a *Assertion) readSession(el *etree.Element) error {
	for _, s := range children(el, assertionSpace, "AuthnStatement") {
		end, ok := instant(s, "SessionNotOnOrAfter")
		if !ok {
			return ErrMalformed
		}
		if !end.IsZero() && (a.SessionEnd.IsZero() || end.Before(a.SessionEnd)) {
			a.SessionEnd = end
		}
	}
	return nil
}

// readAttributes reads an AttributeStatement. Values that aren't text can't be
// compared with any and don't count.
func (a *Assertion) readAttributes(statement *etree.Element) error {
	for _, el := range statement.ChildElements() {
		name := attr(el, "Name")
		if !is(el, assertionSpace, "Attribute") || name == "" { // it may be encrypted
			return ErrMalformed
		}
		if _, again := a.attributes[name]; !again {
			a.names = append(a.names, name)
			a.attributes[name] = nil
		}
		for _, v := range children(el, assertionSpace, "AttributeValue") {
			if s, ok := text(v); ok {
				a.attributes[name] = append(a.attributes[name], s)
			}
		}
	}
	return nil
}

// readConditions reads when an assertion is good, and checks for whom.
func (a *Assertion) readConditions(el *etree.Element) error {
	issued, ok := instant(el, "IssueInstant")
	if !ok || issued.IsZero() {
		return ErrMalformed
	}
	a.issued = issued
	c := child(el, assertionSpace, "Conditions")
	if c == nil {
		return ErrAudience
	}
	restricted := false
	for _, r := range c.ChildElements() {
		switch {
		case is(r, assertionSpace, "AudienceRestriction"):
			if !forAWS(r) {
				return ErrAudience
			}
			restricted = true
		case is(r, assertionSpace, "OneTimeUse"), is(r, assertionSpace, "ProxyRestriction"): // nothing is kept or passed on
		default:
			return ErrMalformed // a condition that nobody can check is not met
		}
	}
	if !restricted {
		return ErrAudience
	}
	return a.readTimes(c)
}

// readTimes narrows down when a is good by what el says.
func (a *Assertion) readTimes(el *etree.Element) error {
	from, ok := instant(el, "NotBefore")
	if !ok {
		return ErrMalformed
	}
	if from.After(a.from) {
		a.from = from
	}
	until, ok := instant(el, "NotOnOrAfter")
	if !ok {
		return ErrMalformed
	}
	if !until.IsZero() && (a.until.IsZero() || until.Before(a.until)) {
		a.until = until
	}
	return nil
}

// Good fails with [ErrEarly], [ErrRedeemed] or [ErrExpired] unless a is good now.
func (a *Assertion) Good(now time.Time) error {
	ahead := now.Add(skew)
	switch {
	case a.issued.After(ahead), a.from.After(ahead):
		return ErrEarly
	case now.After(a.issued.Add(Redeem)):
		return ErrRedeemed
	case !now.Before(a.until), !a.SessionEnd.IsZero() && !now.Before(a.SessionEnd):
		return ErrExpired
	}
	return nil
}

// forAWS reports whether an AudienceRestriction names AWS.
func forAWS(restriction *etree.Element) bool {
	for _, a := range children(restriction, assertionSpace, "Audience") {
		if s, ok := text(a); ok && (s == "urn:amazon:webservices" || isEndpoint(s)) {
			return true
		}
	}
	return false
}

const bearer = "urn:oasis:names:tc:SAML:2.0:cm:bearer"

// readConfirmation reads the first confirmation that lets who bears the assertion,
// at an address of AWS's and for a limited time, be its subject.
func (a *Assertion) readConfirmation(subject *etree.Element) error {
	for _, c := range children(subject, assertionSpace, "SubjectConfirmation") {
		data := child(c, assertionSpace, "SubjectConfirmationData")
		if attr(c, "Method") != bearer || data == nil {
			continue
		}
		if a.Recipient = attr(data, "Recipient"); isEndpoint(a.Recipient) && attr(data, "NotOnOrAfter") != "" {
			return a.readTimes(data)
		}
	}
	return ErrRecipient
}

// isEndpoint reports whether s is an address of AWS's to sign in at: the global
// one, or that of a region.
func isEndpoint(s string) bool {
	if s == "https://signin.aws.amazon.com/saml" {
		return true
	}
	host, ok := strings.CutPrefix(s, "https://")
	region, regional := strings.CutSuffix(host, ".signin.aws.amazon.com/saml")
	return ok && regional && isRegion(region)
}

// isRegion reports whether s has the form of an AWS region, such as us-east-1.
func isRegion(s string) bool {
	parts := strings.Split(s, "-")
	if len(s) > 32 || len(parts) < 3 {
		return false
	}
	for _, p := range parts[:len(parts)-1] {
		if p == "" || strings.Trim(p, "abcdefghijklmnopqrstuvwxyz") != "" {
			return false
		}
	}
	last := parts[len(parts)-1]
	return len(last) == 1 && last >= "1" && last <= "9"
}
