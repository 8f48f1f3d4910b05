// SPDX-License-Identifier: Apache-2.0

package policy

import "strings"

// Explain decides r like [Policies.Evaluate] and tells why. It is slow.
func (p *Policies) Explain(r *Request) *Explanation {
	d := p.Evaluate(r)
	x := &Explanation{
		Decision:        d.Kind.String(),
		By:              d.By.String(),
		Reason:          d.Reason(r.Action),
		Action:          r.Action,
		Resource:        r.Resource.String(),
		ResourceAccount: r.ResourceAccount,
	}
	if r.Resource.IsZero() {
		x.Resource = "*"
	}
	var e evaluation
	if !e.begin(p, r) {
		x.Note = "the request has no principal, or its action is not of the form service:Name"
		return x
	}
	x.Principal, x.PrincipalType = r.Principal.ARN, r.Principal.Type.String()
	switch {
	case d.Kind != Allow || d.Policy != nil:
	case r.Principal.Type == Account && !strings.EqualFold(r.Action, freeAction):
		x.Note = "the root user needs no identity-based policy"
	default:
		x.Note = "the action needs no permission and cannot be denied"
	}
	for i, level := range p.RCPs {
		x.add(&e, d, level, i+1)
	}
	for i, level := range p.SCPs {
		x.add(&e, d, level, i+1)
	}
	for _, policies := range [...][]*Policy{p.Resource, p.Identity, p.Boundary, p.Session} {
		x.add(&e, d, policies, 0)
	}
	return x
}

func (x *Explanation) add(e *evaluation, d Decision, policies []*Policy, level int) {
	for _, p := range policies {
		px := PolicyExplanation{Type: p.kind.String(), Level: level, Name: p.Name, Version: p.Version}
		for i := range p.statements {
			sx := p.statements[i].explain(e, p.kind)
			sx.Index = i
			sx.Decides = d.Policy == p && d.Statement == i
			px.Statements = append(px.Statements, sx)
		}
		x.Policies = append(x.Policies, px)
	}
}

func (s *statement) explain(e *evaluation, t Type) StatementExplanation {
	sx := StatementExplanation{Sid: s.sid, Effect: s.text.effect, Variables: s.variables(e.ctx)}
	g := s.match(e, t, false)
	switch {
	case g == noGrant:
		sx.Failed = s.failure(e, t)
	case !s.deny && t.hasPrincipal():
		sx.Grants = grantNames[g]
	}
	sx.Applies = g != noGrant
	return sx
}

var grantNames = [...]string{
	noGrant:        "",
	delegatedGrant: "the account, whose identity-based policies must allow too",
	limitedGrant:   "the role or user, within permissions boundary and session policy",
	directGrant:    "the caller",
}

// failure returns the first element for which the statement, which does not
// apply, does not.
func (s *statement) failure(e *evaluation, t Type) *Failure {
	text := s.text
	if s.matchPrincipal(e, t) == noGrant {
		return s.principalFailure(e)
	}
	if a := s.matchAction(e); !a.holds(s.deny) {
		f := &Failure{Element: "Action", Policy: text.actionEntries(), Request: []string{e.req.Action}, Uncertain: a == unknown}
		if s.notAction {
			f.Element = "NotAction"
		}
		return f
	}
	if a := s.matchResource(e); !a.holds(s.deny) {
		f := &Failure{Element: "Resource", Policy: text.resourceEntries(), Request: []string{"*"}, Uncertain: a == unknown}
		if s.notResource {
			f.Element = "NotResource"
		}
		if !e.req.Resource.IsZero() {
			f.Request[0] = e.resourceText()
		}
		return f
	}
	for i := range s.conditions {
		if a := s.conditions[i].match(e.ctx); !a.holds(s.deny) {
			return s.conditions[i].failure(e.ctx, a)
		}
	}
	return nil
}

func (s *statement) principalFailure(e *evaluation) *Failure {
	f := &Failure{Element: "Principal", Request: []string{e.req.Principal.ARN}}
	p := s.text.principal
	if s.text.notPrincipal != nil {
		f.Element, p = "NotPrincipal", s.text.notPrincipal
	}
	if p == nil {
		return f
	}
	if p.everyone {
		f.Policy = []string{"*"}
	}
	for _, entry := range p.entries {
		f.Policy = append(f.Policy, entry.kind+": "+entry.entry)
	}
	return f
}

func (c *condition) failure(ctx Context, a answer) *Failure {
	x := ctx.Lookup(c.key)
	f := &Failure{
		Element: "Condition", Operator: c.test.name, Key: c.key,
		Absent: x.Absent(), Multi: x.Multi(), Uncertain: a == unknown,
	}
	for i := range c.values {
		f.Policy = append(f.Policy, c.values[i].text)
	}
	for i := range x.Len() {
		f.Request = append(f.Request, x.At(i))
	}
	return f
}

// variables returns every variable of the statement once, in order.
func (s *statement) variables(ctx Context) []Variable {
	var vs []Variable
	seen := map[string]bool{}
	add := func(p *pattern) {
		for i := range p.tokens {
			t := &p.tokens[i]
			if id := t.key + "\x00" + t.text; t.kind == variable && !seen[id] {
				seen[id] = true
				v, res := t.resolve(ctx)
				vs = append(vs, Variable{t.key, v, res != unresolved, res != unresolved && t.dflt && ctx.Lookup(t.key).Absent()})
			}
		}
	}
	for i := range s.resources {
		add(&s.resources[i].rest)
	}
	for i := range s.conditions {
		for j := range s.conditions[i].values {
			v := &s.conditions[i].values[j]
			add(&v.glob)
			if v.arn != nil {
				for k := range v.arn.parts {
					add(&v.arn.parts[k])
				}
			}
		}
	}
	return vs
}
