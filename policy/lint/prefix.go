// SPDX-License-Identifier: Apache-2.0

package lint

import (
	"fmt"
	"strings"
)

// listedPrefix is the condition key with what the keys that are listed begin with.
const listedPrefix = "s3:prefix"

// barePrefixes reports prefixes of what may be listed that end in a tenant's text:
// S3 lists all keys that begin with it, as if there were a * behind it.
func (c *checker) barePrefixes(s *statement, cond *condition) {
	if !strings.EqualFold(cond.key.text, listedPrefix) || !strings.HasPrefix(cond.base, "string") {
		return
	}
	for _, n := range cond.values {
		ts := c.d.pattern(n)
		if last := len(ts) - 1; last >= 0 && ts[last].isTenant() && !c.full() {
			c.barePrefix(s, cond, n, ts)
		}
	}
}

func (c *checker) barePrefix(s *statement, cond *condition, n *node, ts []token) {
	is := issue{
		rule: prefixRule, aspect: "prefix", severity: Error, at: n.span, statement: s,
		message: fmt.Sprintf("nothing follows %s, so a tenant lists also the keys of those whose names begin with its own", ts[len(ts)-1].raw),
		plans:   []plan{{"separate the tenant from what follows", []edit{{n.span, quote(write(ts) + "/")}}}},
	}
	b := c.builder(s)
	ask := func(name, note, prefix string) *Request {
		var value any = prefix
		if cond.set != "" {
			value = []string{prefix}
		}
		return b.request(aim{note: note, action: name, set: map[string]any{listedPrefix: value}})
	}
	prefix := instantiateText(ts, -1, "")
	for _, name := range b.actions(maxTries, func(a *action) bool { return a.carries(listedPrefix) }) {
		note := fmt.Sprintf("the tenant %s lists what is the tenant %s's", own, own+"2")
		is.candidates = append(is.candidates, candidate{Request: ask(name, note, prefix), severity: Error})
		is.controls = append(is.controls, ask(name, "", prefix+"/"))
	}
	c.add(is)
}
