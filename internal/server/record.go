// SPDX-License-Identifier: Apache-2.0

package server

import (
	"strconv"

	"github.com/bailiwick-dev/bailiwick/internal/audit"
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
		Account:       p.Account,
		AccessKeyID:   c.Caller.AccessKeyID,
		SourceIP:      c.SourceIP.String(),
		Decision:      policy.Allow.String(),
		Checks:        make([]audit.Check, len(v.decisions)),
	}
	if v.denied { // unless a check says which way
		r.Decision = policy.ImplicitDeny.String()
	}
	if s := c.Caller.Session; s != nil {
		r.Session = s.ID
	}
	for _, t := range c.Caller.Tags {
		r.Tags = append(r.Tags, audit.Tag(t))
	}
	if callErr != nil {
		if r.Error = awsapi.AsError(callErr).Code; r.Error == "" {
			r.Error = "InternalFailure"
		}
	}
	for i, d := range v.decisions {
		r.Checks[i] = check(&v.needs[i], d)
		if !d.Allowed() {
			r.Decision = d.Kind.String()
		}
	}
	return r
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

func check(n *awsapi.Need, d policy.Decision) audit.Check {
	c := audit.Check{Action: n.Action, Resource: "*", Decision: d.Kind.String(), Kind: d.By.String()}
	if !n.Resource.IsZero() {
		c.Resource = n.Resource.String()
	}
	if d.Policy != nil {
		c.Policy, c.Version = d.Policy.Name, d.Policy.Version
		if c.Statement = d.Policy.Sid(d.Statement); c.Statement == "" {
			c.Statement = strconv.Itoa(d.Statement)
		}
	}
	return c
}
