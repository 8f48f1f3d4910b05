// SPDX-License-Identifier: Apache-2.0

package lint

import (
	"strings"

	"github.com/bailiwick-dev/bailiwick/policy"
)

// A checker collects the issues of one document.
type checker struct {
	catalogue *catalogue
	tag       string
	d         *document
	quick     bool // what AWS refuses need not be placed
	issues    []issue
}

func (c *checker) run() {
	c.malformed()
	if c.d.root == nil {
		return
	}
	for i := range c.d.statements {
		if c.full() {
			return
		}
		s := &c.d.statements[i]
		c.placeholders(s)
		c.unknownActions(s)
		c.unknownKeys(s)
		c.unknownVariables(s)
		c.mismatches(s)
		if !s.allow {
			continue
		}
		c.collisions(s)
		c.caseFolding(s)
		c.vacuous(s)
		c.mixed(s)
		c.listing(s)
		c.defaults(s)
		c.wildcardActions(s)
		c.tagging(s)
	}
	if c.d.isTrust() {
		c.trust()
	}
}

func (c *checker) add(is issue) {
	if !c.full() {
		c.issues = append(c.issues, is)
	}
}

// full reports whether there are more issues than are reported.
func (c *checker) full() bool { return len(c.issues) > maxFindings }

func (c *checker) builder(s *statement) *builder { return &builder{c.catalogue, c.d, s} }

// Keys that say which tenant's data a request is for.
var isolatingKeys = [...]string{
	"dynamodb:LeadingKeys", "dynamodb:FirstPartitionKeyValues", "s3:prefix", "s3:ExistingObjectTag/", "aws:ResourceTag/", "kms:EncryptionContext:",
	"secretsmanager:ResourceTag/", "iam:ResourceTag/",
}

// isPartitionKey reports whether the condition key is one of the two names of a
// partition key.
func isPartitionKey(key string) bool {
	return strings.EqualFold(key, "dynamodb:LeadingKeys") || strings.EqualFold(key, "dynamodb:FirstPartitionKeyValues")
}

func isIsolating(key string) bool {
	for _, k := range isolatingKeys {
		if strings.EqualFold(k, key) || strings.HasSuffix(k, "/") && hasPrefixFold(key, k) || strings.HasSuffix(k, ":") && hasPrefixFold(key, k) {
			return true
		}
	}
	return false
}

func hasPrefixFold(s, prefix string) bool {
	return len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix)
}

// requires reports whether the statement applies only to requests that carry
// the key.
func (s *statement) requires(key string) bool {
	for i := range s.conditions {
		c := &s.conditions[i]
		if !strings.EqualFold(c.key.text, key) || len(c.values) == 0 {
			continue
		}
		if c.base == "null" && c.values[0].text == "false" && len(c.values) == 1 || c.base != "null" && !c.holdsWithout() {
			return true
		}
	}
	return false
}

// hasTenant reports whether one of the condition's values has a tenant's text.
func (c *checker) hasTenant(cond *condition) bool {
	for _, v := range cond.values {
		for _, t := range c.d.pattern(v) {
			if t.isTenant() {
				return true
			}
		}
	}
	return false
}

// malformed reports comments, and what AWS says of the rest.
func (c *checker) malformed() {
	for _, s := range c.d.comments {
		c.add(issue{
			rule: malformedRule, aspect: "comment", severity: Error, at: s,
			message: "JSON has no comments: AWS refuses the document with MalformedPolicyDocument",
			plans:   []plan{{"remove the comment", []edit{{c.withSpace(s), ""}}}},
		})
	}
	err := c.d.fault()
	if err == nil {
		return
	}
	is := issue{rule: malformedRule, severity: Error, at: span{c.d.broken, c.d.broken}, message: err.Error()}
	if c.d.root != nil && !c.quick {
		is.at, is.statement = c.d.culprit(err)
	}
	c.add(is)
}

// withSpace widens the place of a comment by the white space before it, if
// nothing else is in its line.
func (c *checker) withSpace(s span) span {
	start := s.start
	for start > 0 && (c.d.text[start-1] == ' ' || c.d.text[start-1] == '\t') {
		start--
	}
	if start > 0 && c.d.text[start-1] == '\n' && (s.end == len(c.d.text) || c.d.text[s.end] == '\n') {
		s.start = start - 1
	}
	return s
}

// maxCulprits bounds the values that are tried in looking for what AWS refuses.
const maxCulprits = 500

// culprit returns the place of what the fault is about: the value without which
// the document would be refused for another reason or not at all, else the
// statement that is refused by itself, else the document.
func (d *document) culprit(fault error) (span, *statement) {
	tries := 0
	same := func(at span, text string) bool {
		if tries++; tries > maxCulprits {
			return true
		}
		e := d.edited([]edit{{at, text}})
		if e == nil {
			return true
		}
		err := e.fault()
		return err != nil && err.Error() == fault.Error()
	}
	for i := range d.statements {
		s := &d.statements[i]
		if same(s.span, d.harmless()) {
			continue
		}
		for _, n := range s.resource.scalars() {
			if !same(n.span, `"*"`) {
				return n.span, s
			}
		}
		for _, n := range s.action.scalars() {
			if !same(n.span, `"sts:AssumeRole"`) {
				return n.span, s
			}
		}
		return s.culprit(same), s
	}
	return span{d.root.start, d.root.start + 1}, nil
}

// culprit returns the member of the statement, of those that need not be there,
// without which the fault is another; else the whole statement.
func (s *statement) culprit(same func(span, string) bool) span {
	for i, m := range s.members {
		switch m.name.text {
		case "Effect", "Action", "NotAction":
			continue
		}
		without := span{m.name.start, m.value.end}
		switch {
		case i > 0:
			without.start = s.members[i-1].value.end
		case len(s.members) > 1:
			without.end = s.members[1].name.start
		}
		if !same(without, "") {
			return m.value.span
		}
	}
	return s.span
}

// harmless returns a statement that the document's type may have.
func (d *document) harmless() string {
	switch d.kind {
	case policy.Trust:
		return `{"Effect":"Deny","Principal":"*","Action":"sts:AssumeRole"}`
	case policy.Resource, policy.RCP:
		return `{"Effect":"Deny","Principal":"*","Action":"s3:GetObject","Resource":"*"}`
	default:
		return `{"Effect":"Deny","Action":"s3:GetObject","Resource":"*"}`
	}
}
