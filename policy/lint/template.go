// SPDX-License-Identifier: Apache-2.0

package lint

import (
	"fmt"
	"strings"
)

// machinePlaceholder is the one that package tvm fills, and escapes.
const machinePlaceholder = "{{tenant}}"

// placeholders reports what is still to be filled in.
func (c *checker) placeholders(s *statement) {
	s.walk(func(n *node) {
		if n.kind != '"' || c.full() {
			return
		}
		for _, p := range placeholders(n.text) {
			if p.fixed {
				c.unfilled(s, n, p)
				continue
			}
			c.hole(s, n, p)
			return // one finding for each value
		}
	})
}

// unfilled reports, once, what is to be filled in when the policy is deployed.
func (c *checker) unfilled(s *statement, n *node, p placeholder) {
	for i := range c.issues {
		if c.issues[i].aspect == p.text {
			return
		}
	}
	c.add(issue{
		rule: templateRule, aspect: p.text, severity: Note, at: n.span, statement: s,
		message: fmt.Sprintf("%s is to be filled in; as it stands it is a part of the name", p.text),
	})
}

// hole reports a placeholder for a tenant's text.
func (c *checker) hole(s *statement, n *node, p placeholder) {
	is := issue{rule: templateRule, aspect: "hole", severity: Warning, at: n.span, statement: s}
	cond, isPattern := s.patternAt(n)
	switch {
	case !isPattern:
		is.severity = Error
		is.message = fmt.Sprintf("%s stands where a tenant's text decides more than whose data the statement is about", p.text)
		c.add(is)
		return
	case strings.HasPrefix(p.text, "${"):
		is.message = fmt.Sprintf("%s has no colon, so it is not a condition key: filled in, it is pasted, and left as it is, it never matches", p.text)
	default:
		is.message = fmt.Sprintf("what fills %s becomes a part of the policy: unless it is escaped, a tenant can widen it", p.text)
	}
	if p.text == machinePlaceholder {
		is.severity = Note
	}
	c.pastes(&is, s, cond, n)
	c.variableInstead(&is, s, n, p)
	c.add(is)
}

// patternAt returns where the value stands: in a condition, or else in
// Resource. It reports false if it is in neither.
func (s *statement) patternAt(n *node) (*condition, bool) {
	for _, r := range s.resource.scalars() {
		if r == n {
			return nil, true
		}
	}
	for i := range s.conditions {
		for _, v := range s.conditions[i].values {
			if v == n {
				return &s.conditions[i], true
			}
		}
	}
	return nil, false
}

// pastes gives the issue requests for another tenant's data, and tenant ids
// that may bring them about.
func (c *checker) pastes(is *issue, s *statement, cond *condition, n *node) {
	if !s.allow || s.notResource || cond != nil && cond.negated {
		return
	}
	b := c.builder(s)
	ts := c.d.pattern(n)
	for i := range ts {
		if ts[i].kind == hole {
			ts[i].text = other
		}
	}
	for _, id := range [...]string{"*", own + `", "` + other} {
		for _, name := range b.actions(4, func(*action) bool { return false }) {
			a := aim{note: "the tenant id is " + id, action: name}
			switch {
			case cond == nil:
				a.resource = b.instantiate(ts, "x")
			case cond.set != "":
				a.set = map[string]any{cond.key.text: []string{instantiate(ts, own, "")}}
			default:
				a.set = map[string]any{cond.key.text: instantiate(ts, own, "")}
			}
			is.candidates = append(is.candidates, candidate{b.request(a), is.severity, id})
		}
	}
}

// variableInstead plans to use the principal's tag, which is always literal.
func (c *checker) variableInstead(is *issue, s *statement, n *node, p placeholder) {
	if !c.d.variables {
		return
	}
	tag := "aws:PrincipalTag/" + c.tag
	text := strings.ReplaceAll(n.text, p.text, "${"+tag+"}")
	is.plans = []plan{{"use the tag of the session instead", []edit{{n.span, quote(text)}}}}
	b := c.builder(s)
	for _, name := range b.actions(4, func(*action) bool { return false }) {
		is.controls = append(is.controls, b.request(aim{action: name, set: map[string]any{tag: own}}))
	}
}
