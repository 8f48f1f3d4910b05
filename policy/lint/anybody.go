// SPDX-License-Identifier: Apache-2.0

package lint

import (
	"slices"
	"strings"
)

// chosen are the condition keys whose values the caller chooses: they say nothing of
// who it is.
var chosen = [...]string{
	"aws:RequestTag/", "aws:TagKeys", "sts:TransitiveTagKeys", "sts:RoleSessionName", "sts:SourceIdentity", "aws:UserAgent", "aws:Referer",
}

// anybody reports a role that everybody may assume, in whatever account.
func (c *checker) anybody(s *statement) {
	if s.notPrincipal || c.actionOf(s, "sts:AssumeRole") == nil || c.narrows(s) {
		return
	}
	all := principals(s)
	i := slices.IndexFunc(all, func(n *node) bool { return n.text == "*" })
	if i < 0 {
		return
	}
	r := c.builder(s).request(aim{note: "the caller is of an account that has nothing to do with the role's", action: "sts:AssumeRole"})
	r.Principal = "arn:aws:sts::444455556666:assumed-role/" + roleName + "/" + other
	c.add(issue{
		rule: trustRule, aspect: "anybody", severity: Error, at: all[i].span, statement: s, proof: true,
		message:    "everybody may assume the role, from any account: no condition says who",
		candidates: []candidate{{Request: r, severity: Error}},
	})
}

// narrows reports whether a condition bounds something that the caller doesn't
// choose.
func (c *checker) narrows(s *statement) bool {
	for i := range s.conditions {
		cond := &s.conditions[i]
		own := slices.ContainsFunc(chosen[:], func(k string) bool {
			return strings.EqualFold(cond.key.text, k) || strings.HasSuffix(k, "/") && hasPrefixFold(cond.key.text, k)
		})
		if !own && s.requires(cond.key.text) && !c.takesAnything(cond) {
			return true
		}
	}
	return false
}

// takesAnything reports whether one of the condition's values is a lone *.
func (c *checker) takesAnything(cond *condition) bool {
	return cond.likes() && slices.ContainsFunc(cond.values, func(n *node) bool {
		ts := c.d.pattern(n)
		return len(ts) == 1 && ts[0].kind == anyRun
	})
}
