// SPDX-License-Identifier: Apache-2.0

package lint

import (
	"fmt"
	"slices"
	"strings"
)

// mismatches reports entries of Action that, for the most part, apply to none
// of the statement's resources.
func (c *checker) mismatches(s *statement) {
	if s.notAction || s.notResource || s.resource == nil || c.d.isTrust() {
		return
	}
	var shapes [][]step
	for _, n := range s.resource.scalars() {
		if !strings.HasPrefix(n.text, "arn:") || strings.Count(n.text, ":") < 5 {
			return
		}
		shapes = append(shapes, stepsOf(c.d.pattern(n)))
	}
	for _, n := range s.action.scalars() {
		if n.text == "*" || c.full() {
			continue
		}
		known := c.catalogue.matching(n.text)
		var idle, useful []*action
		for _, a := range known {
			switch c.catalogue.applies(a, shapes) {
			case never:
				idle = append(idle, a)
			case perhaps:
				useful = append(useful, a)
			}
		}
		if len(idle) > len(useful) {
			c.mismatch(s, n, idle, useful)
		}
	}
}

type applicability uint8

const (
	unclear applicability = iota // what the action applies to is not known
	perhaps
	never
)

// applies reports whether the action may be asked for on a resource of one of
// these shapes.
func (c *catalogue) applies(a *action, shapes [][]step) applicability {
	if a.untyped {
		return never
	}
	forms := c.service(a.name).forms
	for _, t := range a.types {
		form, ok := forms[t]
		if !ok {
			return unclear
		}
		if slices.ContainsFunc(shapes, func(s []step) bool { return meet(shapeOf(form), s) }) {
			return perhaps
		}
	}
	if len(a.types) == 0 {
		return unclear
	}
	return never
}

func (c *checker) mismatch(s *statement, n *node, idle, useful []*action) {
	is := issue{rule: mismatchRule, severity: Warning, at: n.span, statement: s}
	names := make([]string, len(idle))
	for i, a := range idle {
		_, names[i], _ = strings.Cut(a.name, ":")
	}
	list := strings.Join(names[:min(3, len(names))], ", ")
	if len(names) > 3 {
		list += fmt.Sprintf(" and %d more", len(names)-3)
	}
	is.message = fmt.Sprintf("the statement does nothing for %s: %s to none of its resources", list, applyTo(idle))
	b := c.builder(s)
	if s.allow {
		is.plans = c.mismatchPlans(s, n, idle, useful)
		entry := c.catalogue.matching(n.text)
		stays := func(a *action) bool { return slices.Contains(useful, a) || !slices.Contains(entry, a) }
		for _, name := range b.actions(maxTries, stays) {
			if stays(c.catalogue.action(name)) {
				is.controls = append(is.controls, b.request(aim{action: name}))
			}
		}
	} else {
		is.severity = Error
		for _, a := range idle[:min(maxTries, len(idle))] {
			r := b.request(aim{note: "the Deny does not keep it from this", action: a.name, resource: c.idleResource(b, s, a)})
			is.candidates = append(is.candidates, candidate{Request: r, severity: Error})
		}
	}
	c.add(is)
}

func applyTo(idle []*action) string {
	if len(idle) == 1 {
		return "it applies"
	}
	return "they apply"
}

// idleResource returns a resource of the type that the action takes: of objects
// in a bucket, the bucket.
func (c *checker) idleResource(b *builder, s *statement, a *action) string {
	if bucket, _, ok := bucketOf(s); ok && slices.Contains(a.types, "bucket") {
		return fill(bucket, own)
	}
	return b.resource(nil, a.name)
}

// bucketOf takes apart the ARN of the objects that a statement is about: the
// bucket's, as written, and the pattern of the keys.
func bucketOf(s *statement) (bucket, key string, ok bool) {
	entries := s.resource.scalars()
	if len(entries) != 1 {
		return "", "", false
	}
	name, ok := strings.CutPrefix(entries[0].text, "arn:aws:s3:::")
	name, key, found := strings.Cut(name, "/")
	return "arn:aws:s3:::" + name, key, ok && found && !strings.ContainsAny(name, "*?$")
}

// mismatchPlans gives ListBucket a statement of its own, with the bucket and
// the prefix of the keys; other actions are taken out.
func (c *checker) mismatchPlans(s *statement, n *node, idle, useful []*action) []plan {
	change, ok := onlyUseful(s, n, useful)
	if !ok {
		return nil
	}
	bucket, key, isBucket := bucketOf(s)
	lists := slices.ContainsFunc(idle, func(a *action) bool { return a.name == "s3:ListBucket" })
	if lists && isBucket && key != "*" {
		text := fmt.Sprintf(`{"Effect": "Allow", "Action": "s3:ListBucket", "Resource": %s, "Condition": {"StringLike": {"s3:prefix": %s}}}`,
			quote(bucket), quote(key))
		return []plan{{"allow listing on the bucket, below the same prefix", append([]edit{change}, c.d.addStatement(s, text)...)}}
	}
	return []plan{{"take out what does nothing", []edit{change}}}
}

// onlyUseful returns the edit that leaves of the entry the actions that are of
// use, and false if the statement would have no action left.
func onlyUseful(s *statement, n *node, useful []*action) (edit, bool) {
	rest := make([]string, len(useful))
	for i, a := range useful {
		rest[i] = a.name
	}
	switch {
	case len(rest) == 0:
		return removeElement(s.action, n)
	case n == s.action:
		return edit{n.span, list(rest)}, true
	default:
		text := list(rest)
		return edit{n.span, text[1 : len(text)-1]}, true
	}
}
