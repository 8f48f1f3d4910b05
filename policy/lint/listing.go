// SPDX-License-Identifier: Apache-2.0

package lint

import (
	"fmt"
	"strings"
)

// listing reports that the keys of a bucket may be listed for all tenants,
// though the document gives each its own objects in it.
func (c *checker) listing(s *statement) {
	at := c.actionOf(s, "s3:ListBucket")
	if at == nil || s.notAction || s.notResource || s.requires("s3:prefix") {
		return
	}
	for _, n := range s.resource.scalars() {
		key := c.d.tenantKeys(n.text)
		if key == "" {
			continue
		}
		b := c.builder(s)
		is := issue{
			rule: vacuousRule, aspect: "listing", severity: Error, at: at.span, statement: s, proof: true,
			message: fmt.Sprintf("the keys of all tenants may be listed: nothing bounds s3:prefix, but objects are by %s", key),
			candidates: []candidate{{Request: b.request(aim{
				note: "the whole bucket is listed", action: "s3:ListBucket", resource: fill(n.text, own), set: map[string]any{"s3:prefix": nil},
			}), severity: Error}},
			controls: []*Request{b.request(aim{
				action: "s3:ListBucket", resource: fill(n.text, own),
				set: map[string]any{"s3:prefix": instantiate(parsePattern(key, c.d.variables), own, "x"), c.d.tenantVariable(key): own},
			})},
		}
		if e, ok := c.d.addCondition(s, "StringLike", "s3:prefix", quote(key)); ok && len(s.action.scalars()) == 1 {
			is.plans = []plan{{"list below the tenant's prefix only", []edit{e}}}
		}
		c.add(is)
		return
	}
}

// tenantKeys returns the pattern of the keys that an Allow gives each tenant in
// the bucket, or "".
func (d *document) tenantKeys(bucket string) string {
	for i := range d.statements {
		s := &d.statements[i]
		if !s.allow || s.notResource {
			continue
		}
		for _, n := range s.resource.scalars() {
			key, ok := strings.CutPrefix(n.text, bucket+"/")
			if !ok || !strings.HasPrefix(bucket, "arn:aws:s3:::") {
				continue
			}
			for _, t := range parsePattern(key, d.variables) {
				if t.isTenant() {
					return key
				}
			}
		}
	}
	return ""
}

// tenantVariable returns the condition key of the pattern's first variable; a
// tag of nobody's if there is none.
func (d *document) tenantVariable(pattern string) string {
	for _, t := range parsePattern(pattern, d.variables) {
		if t.kind == variable {
			return t.key
		}
	}
	return "aws:PrincipalTag/none"
}

// defaults reports variables that have a value even for a session without the
// tag.
func (c *checker) defaults(s *statement) {
	if s.notResource {
		return
	}
	for _, n := range s.resource.scalars() {
		ts, without := c.d.pattern(n), c.d.pattern(n)
		key := ""
		for i, t := range ts {
			if t.kind == variable && t.dflt && hasPrefixFold(t.key, "aws:PrincipalTag/") {
				key = t.key
				without[i] = token{kind: variable, key: key, raw: "${" + key + "}"}
				ts[i] = token{kind: literal, text: t.text, raw: t.raw}
			}
		}
		if key != "" {
			c.defaultValue(s, n, key, ts, without)
		}
	}
}

func (c *checker) defaultValue(s *statement, n *node, key string, ts, without []token) {
	b := c.builder(s)
	is := issue{
		rule: vacuousRule, aspect: "default", severity: Warning, at: n.span, statement: s,
		message: fmt.Sprintf("%s has a default, so a session without the tag, as after a chain of roles, reaches what that names", key),
		plans:   []plan{{"drop the default", []edit{{n.span, quote(write(without))}}}},
	}
	for _, name := range b.actions(4, func(*action) bool { return false }) {
		is.candidates = append(is.candidates, candidate{Request: b.request(aim{
			note: "a session without the tag", action: name, resource: b.instantiate(ts, "x"), set: map[string]any{key: nil},
		}), severity: Warning})
		is.controls = append(is.controls, b.request(aim{
			action: name, resource: b.instantiate(without, "x"), set: map[string]any{key: own},
		}))
	}
	c.add(is)
}

// caseFolding reports that tenants whose ids differ in case only are one.
func (c *checker) caseFolding(s *statement) {
	for i := range s.conditions {
		cond := &s.conditions[i]
		if cond.base != "stringequalsignorecase" || cond.negated || !c.hasTenant(cond) {
			continue
		}
		b := c.builder(s)
		is := issue{
			rule: prefixRule, aspect: "case", severity: Warning, at: cond.name.span, statement: s,
			message: fmt.Sprintf("%s makes one tenant of those whose ids differ in case only", cond.name.text),
			plans: []plan{{"compare exactly", []edit{{
				cond.name.span, quote(strings.Replace(cond.name.text, "EqualsIgnoreCase", "Equals", 1)),
			}}}},
		}
		value := func(v string) any {
			if cond.set != "" {
				return []string{v}
			}
			return v
		}
		for _, name := range b.actions(4, func(*action) bool { return false }) {
			text := instantiate(c.d.pattern(cond.values[0]), own, "x")
			is.candidates = append(is.candidates, candidate{Request: b.request(aim{
				note: "the tenant acme reaches what is the tenant ACME's", action: name, set: map[string]any{cond.key.text: value(strings.ToUpper(text))},
			}), severity: Warning})
			is.controls = append(is.controls, b.request(aim{action: name, set: map[string]any{cond.key.text: value(text)}}))
		}
		c.add(is)
	}
}
