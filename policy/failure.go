// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// What an explanation repeats of policies and requests is bounded.
const (
	maxShown      = 32  // entries of a list
	maxShownBytes = 512 // of an entry
)

// failures returns the elements for which the statement, which does not apply,
// does not. Of one that is not about the action it tells nothing further.
func (s *statement) failures(e *evaluation, t Type) []Failure {
	var all []Failure
	if s.matchPrincipal(e, t) == noGrant {
		all = append(all, s.principalFailure(e))
	}
	if a := s.matchAction(e); !a.holds(s.deny) {
		f := Failure{Element: "Action", Policy: shown(s.text.actionEntries()), Request: []string{e.req.Action}, Uncertain: a == unknown}
		if s.notAction {
			f.Element = "NotAction"
		}
		return append(all, f)
	}
	if a := s.matchResource(e); !a.holds(s.deny) {
		all = append(all, s.resourceFailure(e, a))
	}
	for i := range s.conditions {
		if a := s.conditions[i].match(e.ctx); !a.holds(s.deny) {
			all = append(all, s.conditions[i].failure(s.text, e.ctx, a))
		}
	}
	return all
}

func (s *statement) principalFailure(e *evaluation) Failure {
	f := Failure{Element: "Principal", Request: []string{short(e.req.Principal.ARN)}}
	p := s.text.principal
	if s.text.notPrincipal != nil {
		f.Element, p = "NotPrincipal", s.text.notPrincipal
	}
	if p == nil {
		return f
	}
	var entries []string
	if p.everyone {
		entries = append(entries, "*")
	}
	for _, entry := range p.entries {
		entries = append(entries, entry.kind+": "+entry.entry)
	}
	f.Policy = shown(entries)
	return f
}

func (s *statement) resourceFailure(e *evaluation, a answer) Failure {
	entries := s.text.resourceEntries()
	f := Failure{
		Element: "Resource", Policy: shown(entries), Request: []string{"*"}, Uncertain: a == unknown,
		Resolved: s.text.resolve(entries, syntax{wildcards: true}, e.ctx),
	}
	if s.notResource {
		f.Element = "NotResource"
	}
	if !e.req.Resource.IsZero() {
		f.Request[0] = short(e.resourceText())
	}
	return f
}

func (c *condition) failure(text *statementText, ctx Context, a answer) Failure {
	x := ctx.Lookup(c.key)
	f := Failure{
		Element: "Condition", Operator: c.test.name, Key: c.key,
		Absent: x.Absent(), Multi: x.Multi(), Uncertain: a == unknown,
	}
	entries := make([]string, len(c.values))
	for i := range c.values {
		entries[i] = c.values[i].text
	}
	f.Policy = shown(entries)
	switch c.test.op.base {
	case compareString, compareStringFold, compareBool:
		f.Resolved = text.resolve(entries, syntax{}, ctx)
	case compareGlob, compareARN:
		f.Resolved = text.resolve(entries, syntax{wildcards: true}, ctx)
	}
	values := make([]string, x.Len())
	for i := range values {
		values[i] = x.At(i)
	}
	f.Request = shown(values)
	return f
}

// resolve returns entries with their variables replaced by what they stand for;
// nil if there are none. In it, ${*} and ${?} are what isn't a wildcard, and a
// variable without a value is as written.
func (s *statementText) resolve(entries []string, sx syntax, ctx Context) []string {
	sx.variables = s.variables
	var out []string
	any := false
	for _, entry := range entries[:min(len(entries), maxShown)] {
		p, err := compilePattern(entry, sx)
		any = any || err == nil && p.vars > 0
		out = append(out, short(p.render(ctx)))
	}
	if !any {
		return nil
	}
	return out
}

// render writes the pattern with its variables resolved.
func (p *pattern) render(ctx Context) string {
	mark := strings.NewReplacer("*", "${*}", "?", "${?}")
	var b strings.Builder
	for i := range p.tokens {
		switch t := &p.tokens[i]; t.kind {
		case anyRun:
			b.WriteByte('*')
		case anyOne:
			b.WriteByte('?')
		case literal:
			b.WriteString(mark.Replace(t.text))
		default:
			v, res := t.resolve(ctx)
			if res == unresolved {
				v = "${" + t.key + "}"
			} else {
				v = mark.Replace(v)
			}
			b.WriteString(v)
		}
	}
	return b.String()
}

// shown returns the entries that an explanation repeats.
func shown(entries []string) []string {
	var out []string
	for i, s := range entries {
		if i == maxShown {
			return append(out, fmt.Sprintf("… and %d more", len(entries)-i))
		}
		out = append(out, short(s))
	}
	return out
}

// short cuts what is too long to be repeated.
func short(s string) string {
	if len(s) <= maxShownBytes {
		return s
	}
	n := maxShownBytes
	for !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n] + "…"
}
