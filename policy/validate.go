// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// A ValidationError says why AWS would not save a document.
type ValidationError struct {
	Code    string // "MalformedPolicyDocument"
	Message string // AWS's text, which may name a resource or service of the document
}

// Error returns the code and the message.
func (e *ValidationError) Error() string { return e.Code + ": " + e.Message }

const (
	msgSyntax        = "Syntax errors in policy."
	msgVersion       = "Policy document must be version 2012-10-17 or greater."
	msgLegacy        = "The policy failed legacy parsing"
	msgSidForm       = "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*"
	msgSidUnique     = "Statement IDs (SID) in a single policy must be unique."
	msgNoActions     = "Policy statement must contain actions."
	msgNoResources   = "Policy statement must contain resources."
	msgVendorMissing = "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."
	msgColons        = "Actions/Condition can contain only one colon."
	msgHasPrincipal  = "Policy document should not specify a principal."
	msgNoPrincipal   = "Missing required field Principal"
	msgHasResource   = "Has prohibited field Resource."
	msgHasNot        = "Has prohibited field NotPrincipal."
	msgTrustActions  = "Trust Policy statement actions can only be sts:AssumeRole, sts:AssumeRoleWithSAML,  and sts:AssumeRoleWithWebIdentity"
)

func malformed(msg string) error { return &ValidationError{"MalformedPolicyDocument", msg} }

// Validate checks a document as AWS does before it saves it, in AWS's stages:
// the first one that fails decides the message of the [*ValidationError]. What
// passes also passes [Parse]. Validate checks the characters that the type of
// policy may contain and that it is not longer than [MaxDocument], but no
// quota, for which there is [Size], nor whether principals exist.
func Validate(text []byte, t Type) error {
	v := validator{t: t}
	var err error
	if !hasAllowedCharacters(text, t) {
		return malformed(msgSyntax)
	}
	if v.doc, err = parseDocument(text); err != nil {
		return malformed(msgSyntax)
	}
	for _, stage := range [...]func() string{
		v.syntax, v.version, v.legacy, v.sids, v.actionsPresent, v.resources, v.actionFormat, v.elements,
	} {
		if msg := stage(); msg != "" {
			return malformed(msg)
		}
	}
	if _, err := Parse(text, t); err != nil {
		return malformed(msgSyntax)
	}
	return nil
}

// hasAllowedCharacters reports whether the document keeps to tab, line feed,
// carriage return and U+0020 to U+00FF, as documents kept by IAM, STS and
// Organizations must.
func hasAllowedCharacters(text []byte, t Type) bool {
	if t == Resource {
		return true
	}
	for len(text) > 0 {
		r, n := utf8.DecodeRune(text)
		if r == utf8.RuneError || r > 0xFF || r < ' ' && r != '\t' && r != '\n' && r != '\r' {
			return false
		}
		text = text[n:]
	}
	return true
}

// A validator has a method for each stage, which returns AWS's message or "".
type validator struct {
	t   Type
	doc *document
}

// syntax refuses what a stored document may have but a new one may not:
// operators in other than their canonical case.
func (v *validator) syntax() string {
	for _, s := range v.doc.statements {
		for _, c := range s.conditions {
			if test, _ := parseTest(c.operator); test.name != c.operator {
				return msgSyntax
			}
		}
	}
	return ""
}

func (v *validator) version() string {
	switch v.t {
	case Identity, Boundary, SCP, RCP:
		if v.doc.version != version2012 {
			return msgVersion
		}
	}
	return ""
}

func (v *validator) legacy() string {
	for i := range v.doc.statements {
		s := &v.doc.statements[i]
		if s.effect != allow && s.effect != deny || !datesParse(s) {
			return msgLegacy
		}
		for _, entry := range s.resourceEntries() {
			if parts := colonParts(entry); len(parts) < 6 && strings.Contains(entry, "::") || len(parts) > 2 && parts[2] == "" {
				return msgLegacy
			}
		}
	}
	return ""
}

func datesParse(s *statementText) bool {
	for _, c := range s.conditions {
		if test, _ := parseTest(c.operator); test.op.base != compareDate {
			continue
		}
		for _, text := range c.values {
			if _, ok := parseInstant(text); !ok {
				return false
			}
		}
	}
	return true
}

// sids checks the ids of statements. Other services than IAM allow more
// characters.
func (v *validator) sids() string {
	seen := map[string]bool{}
	for _, s := range v.doc.statements {
		if v.t != Resource && strings.ContainsFunc(s.sid, isNotAlphanumeric) {
			return msgSidForm
		}
		if s.sid != "" && seen[s.sid] {
			return msgSidUnique
		}
		seen[s.sid] = true
	}
	return ""
}

func isNotAlphanumeric(r rune) bool {
	return (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
}

func (v *validator) actionsPresent() string {
	for i := range v.doc.statements {
		if len(v.doc.statements[i].actionEntries()) == 0 {
			return msgNoActions
		}
	}
	return ""
}

// resources returns the first fault of a resource, of each statement's
// resources in reverse order.
func (v *validator) resources() string {
	for i := range v.doc.statements {
		entries := slices.Clone(v.doc.statements[i].resourceEntries())
		slices.Sort(entries)
		slices.Reverse(entries)
		for _, e := range entries {
			if msg := resourceFault(e); msg != "" {
				return msg
			}
		}
	}
	return ""
}

func (v *validator) actionFormat() string {
	for i := range v.doc.statements {
		for _, a := range v.doc.statements[i].actionEntries() {
			vendor, name, ok := strings.Cut(a, ":")
			switch {
			case a == "*":
			case !ok || vendor == "":
				return msgVendorMissing
			case strings.Contains(name, ":"):
				return msgColons
			case !isService(vendor):
				return "Vendor " + vendor + " is not valid"
			}
		}
	}
	return ""
}

// elements checks which elements the type of policy takes.
func (v *validator) elements() string {
	for i := range v.doc.statements {
		s := &v.doc.statements[i]
		msg := ""
		if v.t == Trust {
			msg = trustFault(s)
		} else {
			msg = v.elementFault(s)
		}
		if msg != "" {
			return msg
		}
	}
	return ""
}

func (v *validator) elementFault(s *statementText) string {
	switch {
	case len(s.resourceEntries()) == 0:
		return msgNoResources
	case !v.t.hasPrincipal() && (s.principal != nil || s.notPrincipal != nil):
		return msgHasPrincipal
	case v.t.hasPrincipal() && s.principal == nil && s.notPrincipal == nil:
		return msgNoPrincipal
	default:
		return ""
	}
}

func trustFault(s *statementText) string {
	for _, a := range s.actionEntries() {
		if !isTrustAction(a) {
			return msgTrustActions
		}
	}
	switch {
	case s.resource != nil || s.notResource != nil:
		return msgHasResource
	case s.notPrincipal != nil:
		return msgHasNot
	case s.principal == nil:
		return msgNoPrincipal
	default:
		return ""
	}
}

func isTrustAction(a string) bool {
	switch strings.ToLower(a) {
	case "sts:assumerole", "sts:assumerolewithsaml", "sts:assumerolewithwebidentity",
		"sts:tagsession", "sts:setsourceidentity", "sts:setcontext":
		return true
	}
	return false
}

// actionEntries returns the entries of Action or NotAction.
func (s *statementText) actionEntries() []string {
	if s.action != nil {
		return s.action
	}
	return s.notAction
}

// resourceEntries returns the entries of Resource or NotResource.
func (s *statementText) resourceEntries() []string {
	if s.resource != nil {
		return s.resource
	}
	return s.notResource
}
