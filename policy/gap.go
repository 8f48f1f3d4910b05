// SPDX-License-Identifier: Apache-2.0

package policy

// maxNearest bounds how many statements a [Gap] names.
const maxNearest = 3

// missing returns all that kept a request from being allowed, in the order in
// which decisions look at it: the steps are those of [Policies.Evaluate], taken
// to the end.
func (p *Policies) missing(e *evaluation) []Gap {
	var gaps []Gap
	for _, levels := range [...][][]*Policy{p.RCPs, p.SCPs} {
		for i, level := range levels {
			gaps = appendDenials(gaps, e, level, i+1)
		}
	}
	for _, policies := range [...][]*Policy{p.Resource, p.Identity, p.Boundary, p.Session} {
		gaps = appendDenials(gaps, e, policies, 0)
	}
	for i, level := range p.SCPs {
		if find(e, level, false).grant == noGrant {
			gaps = append(gaps, p.gap(e, SCP, i+1, level))
		}
	}
	return p.appendMissingGrants(gaps, e)
}

// appendDenials appends a gap if there are Deny statements that apply.
func appendDenials(gaps []Gap, e *evaluation, policies []*Policy, level int) []Gap {
	g := Gap{Level: level, Deny: true}
	for _, of := range policies {
		for i := range of.statements {
			if s := &of.statements[i]; s.deny && s.match(e, of.kind, false) != noGrant {
				g.By = of.kind.String()
				g.Statements = append(g.Statements, of.ref(i, nil))
			}
		}
	}
	if g.By == "" {
		return gaps
	}
	return append(gaps, g)
}

// appendMissingGrants is [Policies.permission] without stopping.
func (p *Policies) appendMissingGrants(gaps []Gap, e *evaluation) []Gap {
	caller := e.req.Principal
	byResource := find(e, p.Resource, false)
	sameAccount := caller.Account != "" && caller.Account == e.req.ResourceAccount
	switch caller.Type {
	case Account, User, AssumedRole, FederatedUser:
	default:
		if byResource.grant < directGrant {
			gaps = append(gaps, p.gap(e, p.resourceType(), 0, p.Resource))
		}
		return gaps
	}
	if sameAccount && byResource.grant == directGrant {
		return gaps
	}
	if (!sameAccount || byResource.grant != limitedGrant) && caller.Type != Account && find(e, p.Identity, false).grant == noGrant {
		candidates := p.Identity
		if sameAccount { // where the resource's policy may grant by itself
			candidates = append(candidates[:len(candidates):len(candidates)], p.Resource...)
		}
		gaps = append(gaps, p.gap(e, Identity, 0, candidates))
	}
	if e.bounded && find(e, p.Boundary, false).grant == noGrant {
		gaps = append(gaps, p.gap(e, Boundary, 0, p.Boundary))
	}
	if p.sessionLimited(caller) && find(e, p.Session, false).grant == noGrant {
		gaps = append(gaps, p.gap(e, Session, 0, p.Session))
	}
	if byResource.grant == noGrant && (!sameAccount || p.Explicit) {
		gaps = append(gaps, p.gap(e, p.resourceType(), 0, p.Resource))
	}
	return gaps
}

// gap names the Allow statements about the action that came nearest: those that
// fail in the fewest elements.
func (p *Policies) gap(e *evaluation, by Type, level int, candidates []*Policy) Gap {
	g := Gap{By: by.String(), Level: level}
	fewest := 0
	for _, of := range candidates {
		for i := range of.statements {
			s := &of.statements[i]
			if s.deny || s.matchAction(e) != yes {
				continue
			}
			failed := s.failures(e, of.kind)
			switch n := len(failed); {
			case n == 0 || len(g.Statements) > 0 && n > fewest: // with none it grants, though not enough
				continue
			case n < fewest:
				g.Statements = nil
			}
			fewest = len(failed)
			if len(g.Statements) < maxNearest {
				g.Statements = append(g.Statements, of.ref(i, failed))
			}
		}
	}
	return g
}

// ref names statement i.
func (p *Policy) ref(i int, failed []Failure) StatementRef {
	return StatementRef{
		Type: p.kind.String(), Name: p.Name, Version: p.Version,
		Index: i, Sid: p.statements[i].sid, Start: p.Position(i), Failed: failed,
	}
}
