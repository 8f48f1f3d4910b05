// SPDX-License-Identifier: Apache-2.0

package lint

import (
	"fmt"
	"slices"
	"strings"

	"github.com/bailiwick-dev/bailiwick/policy"
)

// Families of condition keys: the tags of who calls, and of what the call is about.
const (
	principalTag = "aws:PrincipalTag/"
	resourceTag  = "aws:ResourceTag/"
)

// A tagWriter is an action that sets or removes tags.
type tagWriter struct {
	action  string
	keys    string // the condition key that lists the tags' keys
	request string // the family of condition keys with their values; "": tags are removed
}

var tagWriters = [...]tagWriter{
	{"iam:TagRole", "aws:TagKeys", requestTag},
	{"iam:UntagRole", "aws:TagKeys", ""},
	{"iam:TagUser", "aws:TagKeys", requestTag},
	{"iam:UntagUser", "aws:TagKeys", ""},
	{"dynamodb:TagResource", "aws:TagKeys", requestTag},
	{"dynamodb:UntagResource", "aws:TagKeys", ""},
	{"kms:TagResource", "aws:TagKeys", requestTag},
	{"kms:UntagResource", "aws:TagKeys", ""},
	{"secretsmanager:TagResource", "aws:TagKeys", requestTag},
	{"secretsmanager:UntagResource", "aws:TagKeys", ""},
	{"s3:PutObjectTagging", "s3:RequestObjectTagKeys", "s3:RequestObjectTag/"},
	{"s3:PutObjectVersionTagging", "s3:RequestObjectTagKeys", "s3:RequestObjectTag/"},
}

// tagging reports that the tags that isolation goes by may be written. Of
// wildcards it does so only where the document itself goes by tags, or they are
// for tags: who may do everything anyway is no tenant.
func (c *checker) tagging(s *statement) {
	if s.notAction || c.d.kind != policy.Identity && c.d.kind != policy.Session && c.d.kind != policy.Boundary {
		return
	}
	tags := c.d.isolatingTags()
	used := len(tags) > 0
	if !used {
		tags = []string{c.tag}
	}
	for _, n := range s.action.scalars() {
		if strings.ContainsAny(n.text, "*?") && !used && !strings.Contains(strings.ToLower(n.text), "tag") {
			continue
		}
		known := c.catalogue.matching(n.text)
		for _, w := range tagWriters {
			if slices.ContainsFunc(known, func(a *action) bool { return a.name == w.action }) && c.tagWriter(s, n, w, tags) {
				break // one finding for each entry
			}
		}
	}
}

// isolatingTags returns the keys of the tags of principals and resources that
// the document goes by.
func (d *document) isolatingTags() []string {
	if !d.tagged {
		d.tags, d.tagged = d.findIsolatingTags(), true
	}
	return d.tags
}

func (d *document) findIsolatingTags() []string {
	var tags []string
	add := func(key string) {
		for _, family := range [...]string{principalTag, resourceTag, "s3:ExistingObjectTag/"} {
			if hasPrefixFold(key, family) && !slices.Contains(tags, key[len(family):]) {
				tags = append(tags, key[len(family):])
			}
		}
	}
	d.root.walk(func(n *node) {
		for _, t := range parsePattern(n.text, d.variables) {
			if t.kind == variable {
				add(t.key)
			}
		}
	})
	for i := range d.statements {
		for _, cond := range d.statements[i].conditions {
			add(cond.key.text)
		}
	}
	return tags
}

// tagWriter reports whether the statement allows the action to write one of the
// tags.
func (c *checker) tagWriter(s *statement, n *node, w tagWriter, tags []string) bool {
	b := c.builder(s)
	is := issue{rule: taggingRule, severity: Error, at: n.span, statement: s, proof: true}
	for _, tag := range tags {
		is.candidates = append(is.candidates, c.writes(s, w, tag)...)
		if e, ok := c.d.addCondition(s, "StringEquals", resourceTag+tag, quote("${"+principalTag+tag+"}")); ok && c.takes(s, w) {
			is.plans = append(is.plans, plan{"tag only what is the tenant's own", []edit{e}})
		}
	}
	is.controls = []*Request{w.asks(b, "", "Project", "x")}
	is.message = fmt.Sprintf("%s may write %s, by which tenants are kept apart", w.action, strings.Join(tags, ", "))
	if e, ok := c.d.addCondition(s, "ForAllValues:StringNotEqualsIgnoreCase", w.keys, list(tags)); ok {
		is.plans = append(is.plans, plan{"keep the tag out of what may be written", []edit{e}})
	}
	j := c.d.usual()
	if j == nil || !slices.ContainsFunc(is.candidates, func(r candidate) bool { return j.allows(r.Request) }) {
		return false
	}
	c.add(is)
	return true
}

// writes returns requests that make another's of what is the tenant's, or the other
// way round, by writing the tag.
func (c *checker) writes(s *statement, w tagWriter, tag string) []candidate {
	b := c.builder(s)
	all := []candidate{{Request: w.asks(b, fmt.Sprintf("the tag %s decides whose it is", tag), tag, other), severity: Error}}
	if low := strings.ToLower(tag); low != tag {
		note := fmt.Sprintf("the names of tags are compared with their case here, but not in aws:ResourceTag/%s", tag)
		all = append(all, candidate{Request: w.asks(b, note, low, other), severity: Warning})
	}
	if c.takes(s, w) {
		r := w.asks(b, fmt.Sprintf("what was %s's becomes %s's own", other, own), tag, own)
		r.Context[resourceTag+tag] = other
		all = append(all, candidate{Request: r, severity: Warning})
	}
	if decoy := s.someOf(w.keys); decoy != "" {
		note := fmt.Sprintf("it is enough that one of the tags is %s; %s decides whose it is", decoy, tag)
		all = append(all, candidate{Request: w.asks(b, note, tag, other, decoy), severity: Error})
	}
	return all
}

// takes reports whether a tenant may reach what is another's by the action: its
// resources don't say whose they are, but their tags do.
func (c *checker) takes(s *statement, w tagWriter) bool {
	return c.d.variables && w.request == requestTag && !c.namesTenant(s)
}

// namesTenant reports whether a resource of the statement has a tenant's text.
func (c *checker) namesTenant(s *statement) bool {
	return slices.ContainsFunc(s.resource.scalars(), func(n *node) bool {
		return slices.ContainsFunc(c.d.pattern(n), token.isTenant)
	})
}

// someOf returns a value that a ForAnyValue condition on the key is content with,
// whatever others there are; "" if there is no such condition.
func (s *statement) someOf(key string) string {
	for i := range s.conditions {
		cond := &s.conditions[i]
		if cond.set == "ForAnyValue" && !cond.negated && strings.EqualFold(cond.key.text, key) && len(cond.values) > 0 {
			return cond.values[0].text
		}
	}
	return ""
}

// asks returns a request that writes the tag, beside others of those keys.
func (w tagWriter) asks(b *builder, note, tag, value string, others ...string) *Request {
	set := map[string]any{w.keys: append([]string{tag}, others...)}
	if w.request != "" {
		set[w.request+tag] = value
	}
	return b.request(aim{note: note, action: w.action, set: set})
}
