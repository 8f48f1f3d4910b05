// SPDX-License-Identifier: Apache-2.0

package lint

import (
	"fmt"
	"slices"
	"strings"
)

const requestTag = "aws:RequestTag/"

// trust reports what a role's trust policy leaves to the caller. A role for
// which nobody may pass tags has those it was given, and only who may assume it
// matters.
func (c *checker) trust() {
	tags := c.requestTags()
	tagged := false
	for i := range c.d.statements {
		s := &c.d.statements[i]
		tagged = tagged || s.allow && c.actionOf(s, "sts:TagSession") != nil
	}
	for i := range c.d.statements {
		s := &c.d.statements[i]
		if !s.allow || s.notAction {
			continue
		}
		c.audience(s)
		c.anybody(s)
		if tagged {
			c.mandatoryTag(s, tags[0])
		}
		if n := c.actionOf(s, "sts:TagSession"); n != nil {
			c.tagKeys(s, n, tags)
			c.transitive(s, n, tags[0])
		}
	}
}

// requestTags returns the keys of the tags that the policy speaks of; the
// linter's own if it speaks of none.
func (c *checker) requestTags() []string {
	var tags []string
	for i := range c.d.statements {
		for _, cond := range c.d.statements[i].conditions {
			key := cond.key.text
			if hasPrefixFold(key, requestTag) && !slices.Contains(tags, key[len(requestTag):]) {
				tags = append(tags, key[len(requestTag):])
			}
		}
	}
	if len(tags) == 0 {
		return []string{c.tag}
	}
	return tags
}

// actionOf returns the entry of the statement that stands for the action, or
// nil.
func (c *checker) actionOf(s *statement, name string) *node {
	for _, n := range s.action.scalars() {
		if slices.ContainsFunc(c.catalogue.matching(n.text), func(a *action) bool { return a.name == name }) {
			return n
		}
	}
	return nil
}

// mandatoryTag reports that the role may be assumed without the tag.
func (c *checker) mandatoryTag(s *statement, tag string) {
	if s.requires(requestTag + tag) {
		return
	}
	for _, name := range [...]string{"sts:AssumeRole", "sts:AssumeRoleWithWebIdentity", "sts:AssumeRoleWithSAML"} {
		n := c.actionOf(s, name)
		if n == nil {
			continue
		}
		b := c.builder(s)
		is := issue{
			rule: trustRule, aspect: "mandatory", severity: Warning, at: n.span, statement: s,
			message: fmt.Sprintf("the role may be assumed without the tag %s, and then nothing says whose session it is", tag),
			candidates: []candidate{{Request: b.request(aim{
				note: "a session of no tenant", action: name, set: map[string]any{requestTag + tag: nil, "aws:TagKeys": nil},
			}), severity: Warning}},
			controls: []*Request{b.request(aim{
				action: name, set: map[string]any{requestTag + tag: own, "aws:TagKeys": []string{tag}},
			})},
		}
		if e, ok := c.d.addCondition(s, "StringLike", requestTag+tag, `"?*"`); ok {
			is.plans = []plan{{"require the tag", []edit{e}}}
		}
		c.add(is)
		return
	}
}

// tagKeys reports that tags besides the tenant's may be passed.
func (c *checker) tagKeys(s *statement, n *node, tags []string) {
	for i := range s.conditions {
		cond := &s.conditions[i]
		if strings.EqualFold(cond.key.text, "aws:TagKeys") && cond.set == "ForAllValues" && !cond.negated && !c.takesAnything(cond) {
			return
		}
	}
	b := c.builder(s)
	const extra = "role"
	is := issue{
		rule: trustRule, aspect: "keys", severity: Error, at: n.span, statement: s,
		message: "any tags may be passed: no condition bounds aws:TagKeys, so the caller also sets those that other policies go by",
		candidates: []candidate{{Request: b.request(aim{
			note: "the caller makes its session an administrator's, for whoever goes by that tag", action: "sts:TagSession",
			set: map[string]any{requestTag + tags[0]: own, requestTag + extra: "admin", "aws:TagKeys": []string{tags[0], extra}},
		}), severity: Error}},
		controls: []*Request{b.request(aim{
			action: "sts:TagSession",
			set:    map[string]any{requestTag + tags[0]: own, "aws:TagKeys": []string{tags[0]}, "sts:TransitiveTagKeys": []string{tags[0]}},
		})},
	}
	if e, ok := c.d.addCondition(s, "ForAllValues:StringEquals", "aws:TagKeys", list(tags)); ok {
		is.plans = []plan{{"list the tags that may be passed", []edit{e}}}
	}
	c.add(is)
}

// list returns a JSON list of strings.
func list(ss []string) string {
	quoted := make([]string, len(ss))
	for i, s := range ss {
		quoted[i] = quote(s)
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}

// transitive reports that the tag may be shed along a chain of roles. Identity
// providers say themselves which tags are transitive.
func (c *checker) transitive(s *statement, n *node, tag string) {
	if len(principals(s)) == 0 || s.requiresTransitive(tag) {
		return
	}
	b := c.builder(s)
	set := map[string]any{requestTag + tag: own, "aws:TagKeys": []string{tag}}
	is := issue{
		rule: trustRule, aspect: "transitive", severity: Warning, at: n.span, statement: s,
		message: fmt.Sprintf("the tag %s need not be transitive, so the session may assume another role with another tenant's", tag),
		candidates: []candidate{{Request: b.request(aim{
			note: "the tag is not passed on", action: "sts:TagSession", set: set,
		}), severity: Warning}},
		controls: []*Request{b.request(aim{action: "sts:TagSession", set: map[string]any{
			requestTag + tag: own, "aws:TagKeys": []string{tag}, "sts:TransitiveTagKeys": []string{tag},
		}})},
	}
	if e, ok := c.d.addCondition(s, "ForAnyValue:StringEquals", "sts:TransitiveTagKeys", quote(tag)); ok {
		is.plans = []plan{{"require the tag to be transitive", []edit{e}}}
	}
	c.add(is)
}

// requiresTransitive reports whether the statement applies only where the tag is
// transitive: it is the one key, or the ones, that there must be one of.
func (s *statement) requiresTransitive(tag string) bool {
	const key = "sts:TransitiveTagKeys"
	for i := range s.conditions {
		cond := &s.conditions[i]
		if cond.set != "" && cond.base != "null" && !cond.negated && strings.EqualFold(cond.key.text, key) &&
			!slices.ContainsFunc(cond.values, func(n *node) bool { return !strings.EqualFold(n.text, tag) }) {
			return s.requires(key)
		}
	}
	return false
}

// audience reports identity providers whose tokens for anybody are taken.
func (c *checker) audience(s *statement) {
	for _, n := range federated(s) {
		key, severity := audienceKey(fill(n.text, own))
		if key == "" || s.requires(key) {
			continue
		}
		r := c.builder(s).request(aim{
			note: "a token that was issued to somebody else's application", action: "sts:AssumeRoleWithWebIdentity",
			set: map[string]any{key: "somebody-else"},
		})
		r.Principal = fill(n.text, own)
		c.add(issue{
			rule: trustRule, aspect: "audience", severity: severity, at: n.span, statement: s,
			message:    fmt.Sprintf("the role is open to whoever gets a token of %s: no condition requires %s", n.text, key),
			candidates: []candidate{{Request: r, severity: severity}},
		})
	}
}

// audienceKey returns the condition key with the audience of a provider's
// tokens, and how bad it is to go without. What an account has registered as a
// provider has a list of audiences besides.
func audienceKey(provider string) (string, Severity) {
	switch provider {
	case "cognito-identity.amazonaws.com", "accounts.google.com":
		return provider + ":aud", Error
	case "www.amazon.com", "graph.facebook.com":
		return provider + ":app_id", Error
	}
	if _, host, ok := strings.Cut(provider, ":oidc-provider/"); ok {
		return host + ":aud", Warning
	}
	return "", Note
}
