// SPDX-License-Identifier: Apache-2.0

package lint

import (
	"fmt"
	"strings"
)

// unknownKeys reports condition keys that no request carries.
func (c *checker) unknownKeys(s *statement) {
	for i := range s.conditions {
		cond := &s.conditions[i]
		if _, known := c.catalogue.key(cond.key.text); !known || c.catalogue.nearKey(cond.key.text) != "" {
			c.unknownKey(s, cond)
		}
	}
}

// nearKey returns a key that a key of an unknown service may have been meant to
// be: the name of the service is misspelt, but long enough to be sure.
func (c *catalogue) nearKey(key string) string {
	prefix, _, ok := strings.Cut(key, ":")
	if !ok || len(prefix) < 5 || strings.Contains(prefix, ".") || c.services[strings.ToLower(prefix)] != nil {
		return ""
	}
	for name, s := range c.services {
		if distance(strings.ToLower(prefix), name) <= 2 {
			return nearest(key, s.keys)
		}
	}
	return ""
}

// suggest returns the key that an unknown one may have been meant to be, or "".
func (c *catalogue) suggest(key string) string {
	squeezed := strings.Join(strings.Fields(key), "")
	if name, known := c.key(squeezed); known && name != "" {
		return name
	}
	if near := c.nearKey(key); near != "" {
		return near
	}
	names := c.keysLike(squeezed)
	if !strings.Contains(squeezed, ":") {
		for _, all := range c.services {
			names = append(names, all.keys...)
		}
		names = append(names, c.global...)
	}
	return nearest(squeezed, names)
}

func (c *checker) unknownKey(s *statement, cond *condition) {
	key := cond.key.text
	is := issue{
		rule: unknownRule, aspect: "key", severity: Note, at: cond.key.span, statement: s,
		message: fmt.Sprintf("no request carries %q", key),
	}
	leaks := s.allow && cond.holdsWithout() || !s.allow && !cond.holdsWithout()
	if leaks {
		is.severity = Warning
		is.message += fmt.Sprintf(", so %s is always true", cond.name.text)
		if !s.allow {
			is.message = fmt.Sprintf("no request carries %q, so the Deny never applies", key)
		}
	}
	meant := c.catalogue.suggest(key)
	if meant != "" {
		is.severity++
		is.message += fmt.Sprintf("; %q is meant?", meant)
		is.plans = []plan{{"correct the name", []edit{{cond.key.span, quote(meant)}}}}
		c.proveKey(&is, s, cond, meant)
	}
	c.add(is)
}

// proveKey gives the issue a request that the key, had it been right, would have
// kept out, and one that it would not.
func (c *checker) proveKey(is *issue, s *statement, cond *condition, meant string) {
	b := c.builder(s)
	pinned := func(v string) any {
		if cond.set != "" {
			return []string{v}
		}
		return v
	}
	for _, name := range b.actions(maxTries, func(a *action) bool { return a.carries(meant) }) {
		right := pinned(ownValue(meant))
		if len(cond.values) > 0 {
			right = pinned(b.value(cond, c.d.pattern(cond.values[0])))
		}
		wrong := pinned(other)
		if !s.allow {
			right, wrong = pinned(unlike(cond)), right
		}
		note := fmt.Sprintf("%s is what the statement should look at, and does not", meant)
		bad := b.request(aim{note: note, action: name, set: map[string]any{meant: wrong, cond.key.text: nil}})
		is.candidates = append(is.candidates, candidate{Request: bad, severity: is.severity})
		is.controls = append(is.controls, b.request(aim{action: name, set: map[string]any{meant: right, cond.key.text: nil}}))
	}
}

// unlike returns a value that is not the condition's first.
func unlike(cond *condition) string {
	if cond.base != "bool" || len(cond.values) == 0 {
		return other
	}
	if strings.EqualFold(cond.values[0].text, "true") {
		return "false"
	}
	return "true"
}

// unknownActions reports names of actions that their service does not have.
func (c *checker) unknownActions(s *statement) {
	for _, n := range s.action.scalars() {
		if c.full() {
			return
		}
		if meant, unknown := c.catalogue.unknownAction(n.text); unknown {
			c.unknownAction(s, n, meant)
		}
	}
}

// unknownAction reports whether no action is of this name, and which may have
// been meant.
func (c *catalogue) unknownAction(entry string) (meant string, unknown bool) {
	prefix, _, ok := strings.Cut(entry, ":")
	if !ok || len(placeholders(entry)) > 0 {
		return "", false
	}
	s := c.service(entry)
	if s == nil {
		for name, near := range c.services {
			if len(prefix) >= 5 && distance(strings.ToLower(prefix), name) <= 2 {
				if meant := nearest(entry, near.names); meant != "" {
					return meant, true
				}
			}
		}
		return "", false
	}
	if len(c.matching(entry)) > 0 {
		return "", false
	}
	return nearest(entry, s.names), true
}

func (c *checker) unknownAction(s *statement, n *node, meant string) {
	is := issue{
		rule: unknownRule, aspect: "action", severity: Note, at: n.span, statement: s,
		message: fmt.Sprintf("there is no action %q, so the statement does nothing for it", n.text),
	}
	leaks := s.allow == s.notAction // an Allow with NotAction, or a Deny with Action
	if leaks {
		is.severity = Warning
	}
	if s.notAction {
		is.message = fmt.Sprintf("there is no action %q, so NotAction leaves out nothing by it", n.text)
	}
	if meant != "" {
		is.severity++
		is.message += fmt.Sprintf("; %q is meant?", meant)
		is.plans = []plan{{"correct the name", []edit{{n.span, quote(meant)}}}}
	}
	if leaks && meant != "" {
		r := c.builder(s).request(aim{note: "the action that seems to be meant is allowed", action: meant})
		is.candidates = []candidate{{Request: r, severity: is.severity}}
	}
	c.add(is)
}
