// SPDX-License-Identifier: Apache-2.0

package lint

import (
	"fmt"
	"strings"
)

// unknownVariables reports variables whose key no request carries: they have no
// value, and what is written with them matches nothing.
func (c *checker) unknownVariables(s *statement) {
	for _, n := range s.resource.scalars() {
		c.unknownVariable(s, n, !s.allow && !s.notResource)
	}
	for i := range s.conditions {
		cond := &s.conditions[i]
		for _, n := range cond.values {
			c.unknownVariable(s, n, s.allow == cond.negated)
		}
	}
}

// unknownVariable reports the first such variable of the value. leaks says that
// the statement is no obstacle without the value.
func (c *checker) unknownVariable(s *statement, n *node, leaks bool) {
	for _, t := range c.d.pattern(n) {
		key := strings.TrimSpace(t.key)
		if _, known := c.catalogue.key(key); t.kind != variable || known && c.catalogue.nearKey(key) == "" {
			continue
		}
		is := issue{
			rule: unknownRule, aspect: "variable", severity: Note, at: n.span, statement: s,
			message: fmt.Sprintf("no request carries %q, so %s has no value", key, t.raw),
		}
		if leaks {
			is.severity = Warning
			is.message += ", and what it is to keep out comes in"
		}
		if meant := c.catalogue.suggest(key); meant != "" {
			is.severity++
			is.message += fmt.Sprintf("; %q is meant?", meant)
			text := strings.ReplaceAll(n.text, t.raw, strings.Replace(t.raw, key, meant, 1))
			is.plans = []plan{{"correct the name", []edit{{n.span, quote(text)}}}}
		}
		c.add(is)
		return
	}
}
