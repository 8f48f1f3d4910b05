// SPDX-License-Identifier: Apache-2.0

package iam

import (
	"cmp"
	"strings"

	"github.com/bailiwick-dev/bailiwick/policy"
)

// Decisions, and types of policies, as simulations name them.
const (
	allowed      = "allowed"
	explicitDeny = "explicitDeny"
	implicitDeny = "implicitDeny"

	iamPolicy      = "IAM Policy"
	resourcePolicy = "Resource Policy"
)

// A verdict is the result of one trial.
type verdict struct {
	decision      string
	matched       []matchedStatement
	missing       []string // names of context keys
	organizations *organizationsDecisionDetail
	boundary      *permissionsBoundaryDecisionDetail
	details       map[string]string
}

var decisionNames = map[string]string{
	policy.Allow.String():        allowed,
	policy.ExplicitDeny.String(): explicitDeny,
	policy.ImplicitDeny.String(): implicitDeny,
}

// judge has the engine decide r, and words the result.
func judge(set *policy.Policies, r *policy.Request, id func(string) string) verdict {
	x := set.Explain(r)
	v := verdict{decision: decisionNames[x.Decision], matched: []matchedStatement{}, missing: lacking(set, r)}
	side := map[policy.Type]string{} // what the policies of a type come to by themselves
	levels := map[int]bool{}         // of SCPs that allow
	n := -1
	for of, level := range set.All {
		n++
		for i := range x.Policies[n].Statements {
			s := &x.Policies[n].Statements[i]
			if !s.Applies {
				continue
			}
			if settles(x.Decision, s.Effect, of.Type()) {
				v.matched = append(v.matched, matchedIn(of, i, id))
			}
			if s.Effect == "Deny" {
				side[of.Type()] = explicitDeny
				continue
			}
			if side[of.Type()] == "" {
				side[of.Type()] = allowed
			}
			if of.Type() == policy.SCP {
				levels[level] = true
			}
		}
	}
	if len(set.Boundary) > 0 {
		v.boundary = &permissionsBoundaryDecisionDetail{side[policy.Boundary] == allowed}
	}
	if len(set.SCPs) > 0 {
		v.organizations = &organizationsDecisionDetail{side[policy.SCP] != explicitDeny && len(levels) == len(set.SCPs)}
	}
	v.details = details(side, r.Principal.Account != r.ResourceAccount)
	return v
}

// settles reports whether a statement that applies is one of those that led to the
// decision: the Denies if there are any, else what grants.
func settles(decision, effect string, t policy.Type) bool {
	if decision == policy.ExplicitDeny.String() {
		return effect == "Deny"
	}
	return t == policy.Identity || t == policy.Resource || t == policy.Trust
}

// details says of an access across accounts what each side's policies come to.
func details(side map[policy.Type]string, across bool) map[string]string {
	out := map[string]string{}
	if across {
		out[iamPolicy] = cmp.Or(side[policy.Identity], implicitDeny)
		out[resourcePolicy] = cmp.Or(side[policy.Resource], side[policy.Trust], implicitDeny)
	}
	return out
}

// matchedIn names statement i of the policy, which id gives its name.
func matchedIn(p *policy.Policy, i int, id func(string) string) matchedStatement {
	start, end := p.Span(i)
	m := matchedStatement{
		SourcePolicyId: id(p.Name), SourcePolicyType: iamPolicy,
		StartPosition: position{int32(start.Line), int32(start.Column)},
		EndPosition:   position{int32(end.Line), int32(end.Column)},
	}
	if t := p.Type(); t == policy.Resource || t == policy.Trust {
		m.SourcePolicyType = resourcePolicy
	}
	return m
}

// lacking returns the names of the keys that the policies ask for and the request
// doesn't carry.
func lacking(set *policy.Policies, r *policy.Request) []string {
	names := []string{}
	for _, key := range set.Keys(r) {
		if r.Context.Lookup(key).Absent() {
			names = append(names, asWritten(set, key))
		}
	}
	return names
}

// asWritten returns a condition key, which is in lower case, as the policies
// write it.
func asWritten(set *policy.Policies, key string) string {
	for of := range set.All {
		if text := of.Text(); len(text) == len(strings.ToLower(text)) {
			if i := strings.Index(strings.ToLower(text), key); i >= 0 {
				return text[i : i+len(key)]
			}
		}
	}
	return key
}
