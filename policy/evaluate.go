// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"strings"

	"github.com/bailiwick-dev/bailiwick/arn"
)

// A Request asks whether a principal may take an action on a resource. One API
// call may need several.
type Request struct {
	Principal       *Principal // nil denies everything
	Action          string     // service:Name, in any case
	Resource        arn.ARN    // zero for an action without resource-level support
	ResourceAccount string     // who owns the resource, twelve digits; empty is nobody's own
	Context         Context    // nil carries no keys
}

// Policies are all the policies that apply to a request, by the role each
// plays. A nil list of identity, resource or trust policies grants nothing.
type Policies struct {
	Identity []*Policy // of the caller: the user and its groups, or the role
	Boundary []*Policy // empty: the caller has no permissions boundary
	Session  []*Policy // inline and managed, given when the session was made

	// SessionLimited means that session policies limit the caller even if there
	// are none, which then leave it nothing. It is implied by a session policy
	// and for a federated user.
	SessionLimited bool

	Resource []*Policy // the resource's own, or the role's trust policy

	// Explicit means that the resource's policy must grant even to callers of
	// its own account, directly or by delegating to the account, as for the
	// policies of KMS keys and roles.
	Explicit bool

	// SCPs are those of the caller's organization and RCPs those of the
	// resource's, by level from the root to the account. Every level of SCPs
	// must allow; nil means there is no organization. Who gathers them leaves
	// them out for those whom AWS exempts: the management account and
	// service-linked roles. The managed RCP that allows everything is implied.
	SCPs, RCPs [][]*Policy
}

// isFree reports whether no policy can deny the action, nor need any allow it.
func isFree(action string) bool {
	return strings.EqualFold(action, "sts:GetCallerIdentity") || strings.EqualFold(action, "sts:GetSessionToken")
}

// An evaluation is a request with what is derived from it once.
type evaluation struct {
	req     *Request
	ctx     Context
	bounded bool            // the caller has a permissions boundary
	service int             // length of the action's prefix with its colon
	action  int             // length of the action
	text    string          // the resource's, once it was needed
	buf     [maxAction]byte // the action in lower case
}

// begin reports false for a request that nothing may be decided about.
func (e *evaluation) begin(p *Policies, r *Request) bool {
	e.req, e.ctx = r, r.Context
	if e.ctx == nil {
		e.ctx = Map(nil)
	}
	e.bounded = len(p.Boundary) > 0
	e.action = len(r.Action)
	e.service = foldAction(&e.buf, r.Action)
	return e.service > 0 && r.Principal != nil
}

// resourceText returns the resource's ARN.
func (e *evaluation) resourceText() string {
	if e.text == "" {
		e.text = e.req.Resource.String()
	}
	return e.text
}

// A hit is a statement that applies.
type hit struct {
	grant     grant
	policy    *Policy
	statement int
}

// Evaluate decides r. An explicit Deny anywhere wins; otherwise every kind of
// policy that limits the caller must allow, and something must grant, as the
// IAM user guide lays down for requests within an account and across accounts.
// Evaluate does not keep or change anything and is safe for concurrent use.
func (p *Policies) Evaluate(r *Request) Decision {
	var e evaluation
	if !e.begin(p, r) {
		return Decision{}
	}
	if r.Principal.Type != Anonymous && isFree(r.Action) {
		return Decision{Kind: Allow}
	}
	if h := p.denial(&e); h.grant != noGrant {
		return Decision{ExplicitDeny, h.policy.kind, h.policy, h.statement}
	}
	for _, level := range p.SCPs {
		if find(&e, level, false).grant == noGrant {
			return Decision{By: SCP}
		}
	}
	return p.permission(&e)
}

// denial returns a Deny statement that applies.
func (p *Policies) denial(e *evaluation) hit {
	for _, levels := range [...][][]*Policy{p.RCPs, p.SCPs} {
		for _, level := range levels {
			if h := find(e, level, true); h.grant != noGrant {
				return h
			}
		}
	}
	for _, policies := range [...][]*Policy{p.Resource, p.Identity, p.Boundary, p.Session} {
		if h := find(e, policies, true); h.grant != noGrant {
			return h
		}
	}
	return hit{}
}

// permission decides when nothing denies explicitly.
func (p *Policies) permission(e *evaluation) Decision {
	caller := e.req.Principal
	byResource := find(e, p.Resource, false)
	sameAccount := caller.Account != "" && caller.Account == e.req.ResourceAccount
	switch caller.Type {
	case Account, User, AssumedRole, FederatedUser:
	default: // has no policies of its own
		sameAccount = true
		if byResource.grant < directGrant {
			return Decision{By: p.resourceType()}
		}
	}
	if sameAccount && byResource.grant == directGrant {
		return byResource.allow()
	}
	// What the caller's own account says comes first: a caller who may not ask
	// learns nothing of a policy on the other side, nor whether there is one.
	own := byResource
	if !sameAccount || own.grant != limitedGrant {
		own = find(e, p.Identity, false)
		if own.grant == noGrant && caller.Type != Account {
			return Decision{By: Identity}
		}
	}
	if e.bounded && find(e, p.Boundary, false).grant == noGrant {
		return Decision{By: Boundary}
	}
	if p.sessionLimited(caller) && find(e, p.Session, false).grant == noGrant {
		return Decision{By: Session}
	}
	if byResource.grant == noGrant && (!sameAccount || p.Explicit) {
		return Decision{By: p.resourceType()}
	}
	return own.allow()
}

func (p *Policies) sessionLimited(caller *Principal) bool {
	return p.SessionLimited || len(p.Session) > 0 || caller.Type == FederatedUser
}

// resourceType is the type of the policy on the resource's side.
func (p *Policies) resourceType() Type {
	if len(p.Resource) > 0 {
		return p.Resource[0].kind
	}
	return Resource
}

func (h hit) allow() Decision {
	if h.policy == nil { // the root user's own rights
		return Decision{Kind: Allow}
	}
	return Decision{Allow, h.policy.kind, h.policy, h.statement}
}

// find returns the statement of this effect that grants most.
func find(e *evaluation, policies []*Policy, deny bool) hit {
	var best hit
	for _, p := range policies {
		x := &p.allows
		if deny {
			x = &p.denies
		}
		if x.empty {
			continue
		}
		best = p.findIn(e, x.exact[string(e.buf[:e.action])], true, best)
		best = p.findIn(e, x.service[string(e.buf[:e.service])], false, best)
		best = p.findIn(e, x.rest, false, best)
		if best.grant == directGrant {
			break
		}
	}
	return best
}

// findIn looks for a statement of the bucket that grants more than best.
func (p *Policy) findIn(e *evaluation, b *bucket, known bool, best hit) hit {
	if b == nil || best.grant == directGrant {
		return best
	}
	for n := b.find(e.req.Resource.Resource); n >= 0; n = b.nodes[n].parent {
		for _, i := range b.nodes[n].statements {
			if g := p.statements[i].match(e, p.kind, known); g > best.grant {
				best = hit{g, p, i}
				if g == directGrant {
					return best
				}
			}
		}
	}
	return best
}
