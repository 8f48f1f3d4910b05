// SPDX-License-Identifier: Apache-2.0

package policy

// Explain decides r like [Policies.Evaluate] and tells why, and what would have
// allowed it. It is slow.
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
	case r.Principal.Type == Account && !isFree(r.Action):
		x.Note = "the root user needs no identity-based policy"
	default:
		x.Note = "the action needs no permission and cannot be denied"
	}
	for of, level := range p.All {
		x.Policies = append(x.Policies, of.explain(&e, d, level))
	}
	if !d.Allowed() {
		x.Missing = p.missing(&e)
	}
	return x
}

func (p *Policy) explain(e *evaluation, d Decision, level int) PolicyExplanation {
	px := PolicyExplanation{Type: p.kind.String(), Level: level, Name: p.Name, Version: p.Version}
	for i := range p.statements {
		sx := p.statements[i].explain(e, p.kind)
		sx.Index, sx.Start = i, p.Position(i)
		sx.Decides = d.Policy == p && d.Statement == i
		px.Statements = append(px.Statements, sx)
	}
	return px
}

func (s *statement) explain(e *evaluation, t Type) StatementExplanation {
	sx := StatementExplanation{Sid: s.sid, Effect: s.text.effect}
	g := s.match(e, t, false)
	switch {
	case g == noGrant:
		sx.Failed = s.failures(e, t)
	case !s.deny && t.hasPrincipal():
		sx.Grants = grantNames[g]
	}
	if s.matchAction(e) != no {
		sx.Variables = s.resolved(e.ctx)
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

// resolved returns every variable of the statement once, in order.
func (s *statement) resolved(ctx Context) []Variable {
	var vs []Variable
	seen := map[string]bool{}
	s.eachVariable(func(t *token) {
		if id := t.key + "\x00" + t.text; !seen[id] && len(vs) < maxShown {
			seen[id] = true
			v, res := t.resolve(ctx)
			vs = append(vs, Variable{
				Key: short(t.key), Value: short(v), Resolved: res != unresolved,
				Default: res != unresolved && t.dflt && ctx.Lookup(t.key).Absent(),
			})
		}
	})
	return vs
}
