// SPDX-License-Identifier: Apache-2.0

package server

import (
	"strconv"

	"github.com/bailiwick-dev/bailiwick/internal/audit"
	"github.com/bailiwick-dev/bailiwick/internal/authz"
	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/policy"
)

// record returns the decision log's record of c. callErr is why a call that
// was allowed has failed, nil if it hasn't.
func record(c *awsapi.Call, v *verdict, callErr error) *audit.Record {
	p := &c.Caller.Principal
	r := &audit.Record{
		Time:          c.Time,
		RequestID:     c.RequestID,
		Service:       c.Service.Name,
		Operation:     c.Operation.Name,
		Region:        c.Region,
		Principal:     p.ARN,
		PrincipalID:   p.ID,
		PrincipalType: p.Type.String(),
		Issuer:        p.Issuer,
		Account:       p.Account,
		AccessKeyID:   c.Caller.AccessKeyID,
		SourceIP:      c.SourceIP.String(),
		Decision:      policy.Allow.String(),
		Checks:        make([]audit.Check, len(v.outcomes)),
	}
	if v.denied { // unless a check says which way
		r.Decision = policy.ImplicitDeny.String()
	}
	if s := c.Caller.Session; s != nil {
		r.Session = s.ID
	}
	if f := c.Caller.Federation; f != nil {
		vouchedFor(r, v, f)
	}
	for _, t := range c.Caller.Tags {
		r.Tags = append(r.Tags, audit.Tag(t))
	}
	if callErr != nil {
		if r.Error = awsapi.AsError(callErr).Code; r.Error == "" {
			r.Error = "InternalFailure"
		}
	}
	for i := range v.outcomes {
		o := &v.outcomes[i]
		r.Checks[i] = check(&v.needs[i], o)
		if !o.Allowed() {
			r.Decision = o.Kind.String()
		}
	}
	return r
}

// vouchedFor fills in what is known of a caller that an identity provider vouches
// for with f. It belongs to no account: the record is for the one that it wants
// something of.
func vouchedFor(r *audit.Record, v *verdict, f *awsapi.Federation) {
	if len(v.needs) > 0 {
		r.Account = v.needs[0].Owner
	}
	for _, t := range f.Tags {
		r.Tags = append(r.Tags, audit.Tag(t))
	}
}

// change returns the record of a call that changes something, with the result
// out.
func change(c *awsapi.Call, v *verdict, out any) *audit.Record {
	r := record(c, v, nil)
	if i, ok := out.(awsapi.Issuer); ok {
		r.Issued = i.Issued()
	}
	return r
}

func check(n *awsapi.Need, o *authz.Outcome) audit.Check {
	c := audit.Check{Action: n.Action, Resource: "*", Decision: o.Kind.String(), Kind: o.By.String(), Facts: o.Facts}
	if !n.Resource.IsZero() {
		c.Resource = n.Resource.String()
	}
	if p := o.Policy; p != nil {
		c.Policy, c.Version, c.Document, c.Index = p.Name, p.Version, p, o.Statement
		if c.Statement = p.Sid(o.Statement); c.Statement == "" {
			c.Statement = strconv.Itoa(o.Statement)
		}
	}
	if o.Refused != nil {
		c.Refused = refusal(o.Refused)
	}
	return c
}

func refusal(r *authz.Refusal) *audit.Refusal {
	out := &audit.Refusal{
		Owner: r.Request.ResourceAccount, Explicit: r.Policies.Explicit, SessionLimited: r.Policies.SessionLimited,
		SCPLevels: len(r.Policies.SCPs),
	}
	for p, level := range r.Policies.All {
		out.Policies = append(out.Policies, audit.Involved{Policy: p, Level: level})
	}
	return out
}
