// SPDX-License-Identifier: Apache-2.0

package lint

import (
	"fmt"
	"strings"
)

// maxTries bounds the actions that an example is looked for with.
const maxTries = 16

// vacuous reports conditions of an Allow that hold for requests without the
// key, unless the statement requires it elsewhere.
func (c *checker) vacuous(s *statement) {
	for i := range s.conditions {
		cond := &s.conditions[i]
		if c.isVacuous(s, cond) {
			c.addVacuous(s, cond)
		}
	}
}

func (c *checker) isVacuous(s *statement, cond *condition) bool {
	key := cond.key.text
	if _, known := c.catalogue.key(key); !known || !cond.holdsWithout() || s.requires(key) || isTagList(key) {
		return false
	}
	return cond.set == "ForAllValues" || isIsolating(key) ||
		cond.negated && hasPrefixFold(key, "aws:PrincipalTag/") || c.hasTenant(cond)
}

// isTagList reports whether the key lists the tags of a request. Without it
// there are none, which is what a condition with ForAllValues is for.
func isTagList(key string) bool {
	return strings.EqualFold(key, "aws:TagKeys") || strings.EqualFold(key, "s3:RequestObjectTagKeys")
}

func (c *checker) addVacuous(s *statement, cond *condition) {
	key := cond.key.text
	is := issue{
		rule: vacuousRule, severity: Warning, at: cond.key.span, statement: s,
		message: fmt.Sprintf("%s holds for requests without %s; nothing in the statement requires the key", cond.name.text, key),
	}
	b := c.builder(s)
	lacks := func(a *action) bool { return !a.carries(key) }
	for _, name := range b.actions(maxTries, lacks) {
		is.candidates = append(is.candidates, c.without(b, name, key))
		if !c.catalogue.lacks(name, key) {
			is.controls = append(is.controls, b.request(aim{action: name}))
		}
	}
	if e, ok := c.d.addCondition(s, "Null", key, `"false"`); ok {
		is.plans = []plan{{"require the key", []edit{e}}}
	}
	c.add(is)
}

// without returns a request that does not carry the key. It is a leak in itself
// if there are such requests.
func (c *checker) without(b *builder, name, key string) candidate {
	note, severity := fmt.Sprintf("%s comes without %s, and so for all tenants' data", name, key), Error
	if a := c.catalogue.action(name); a != nil && a.carries(key) {
		severity = Warning
		note = fmt.Sprintf("today every %s carries %s: the statement relies on it, and on nobody adding an action to it that doesn't", name, key)
	}
	return candidate{Request: b.request(aim{note: note, action: name, set: map[string]any{key: nil}}), severity: severity}
}

// wildcardActions reports wildcards that let in actions without the key of a
// ForAllValues condition.
func (c *checker) wildcardActions(s *statement) {
	if s.notAction {
		return
	}
	for i := range s.conditions {
		cond := &s.conditions[i]
		if cond.set != "ForAllValues" || !c.isVacuous(s, cond) {
			continue
		}
		for _, n := range s.action.scalars() {
			if strings.ContainsAny(n.text, "*?") {
				c.wildcardAction(s, cond, n)
			}
		}
	}
}

func (c *checker) wildcardAction(s *statement, cond *condition, n *node) {
	key := cond.key.text
	b := c.builder(s)
	is := issue{rule: wildcardRule, severity: Error, at: n.span, statement: s, proof: true}
	var carriers, lacking []string
	for _, a := range c.catalogue.matching(n.text) {
		switch {
		case a.carries(key):
			carriers = append(carriers, quote(a.name))
			is.controls = append(is.controls, b.request(aim{action: a.name}))
		case isTelling(a.name):
			lacking = append([]string{a.name}, lacking...)
		default:
			lacking = append(lacking, a.name)
		}
	}
	for _, name := range lacking[:min(maxTries, len(lacking))] {
		is.candidates = append(is.candidates, c.without(b, name, key))
	}
	is.message = fmt.Sprintf("%s includes actions without %s, for which %s holds", n.text, key, cond.name.text)
	if len(carriers) > 0 {
		text := strings.Join(carriers, ", ")
		if n == s.action {
			text = "[" + text + "]"
		}
		is.plans = []plan{{"list the actions that carry the key", []edit{{n.span, text}}}}
	}
	c.add(is)
}
