// SPDX-License-Identifier: Apache-2.0

package inquest

import (
	"fmt"
	"strings"

	"github.com/bailiwick-dev/bailiwick/policy"
)

// A Report explains one call.
type Report struct {
	Time      string  `json:"time"`
	RequestID string  `json:"requestId"`
	Service   string  `json:"service"`
	Operation string  `json:"operation"`
	Region    string  `json:"region"`
	Principal string  `json:"principal"`
	Account   string  `json:"account"`
	Session   string  `json:"session,omitempty"`
	SourceIP  string  `json:"sourceIp"`
	Decision  string  `json:"decision"`
	Error     string  `json:"error,omitempty"` // with which an allowed call failed
	Checks    []Check `json:"checks"`
}

// A Check explains one permission that the call needed. Of one that was allowed
// the explanation has the statement that allowed it; of one that was denied, all.
type Check struct {
	Action    string `json:"action"`
	Resource  string `json:"resource"`
	Decision  string `json:"decision"`
	By        string `json:"by"` // the kind of policy
	Policy    string `json:"policy,omitempty"`
	Version   string `json:"version,omitempty"`
	Statement string `json:"statement,omitempty"` // its Sid, or its place counted from 0
	Digest    string `json:"digest,omitempty"`    // of the policy's text

	// Truncated means that values were too long for the record, and that
	// conditions may be said to fail for want of them.
	Truncated   bool                `json:"truncated,omitempty"`
	Note        string              `json:"note,omitempty"` // why there is no explanation, or what to mind in it
	Explanation *policy.Explanation `json:"explanation,omitempty"`
}

func report(r *record, texts map[string]string) *Report {
	out := &Report{
		Time: r.Time, RequestID: r.RequestID, Service: r.Service, Operation: r.Operation, Region: r.Region,
		Principal: r.Principal, Account: r.Account, Session: r.Session, SourceIP: r.SourceIP,
		Decision: r.Decision, Error: r.Error, Checks: []Check{},
	}
	for i := range r.Checks {
		c := &r.Checks[i]
		x := Check{
			Action: c.Action, Resource: c.Resource, Decision: c.Decision, By: c.Kind,
			Policy: c.Policy, Version: c.Version, Statement: c.Statement, Digest: c.Digest, Truncated: c.Truncated,
		}
		var err error
		if x.Explanation, err = r.explain(c, texts); err != nil {
			x.Note = err.Error()
		} else if x.Explanation == nil {
			x.Note = "no policy settled it"
		} else if x.Explanation.Decision != c.Decision {
			x.Note = "by what is on record the decision would be " + x.Explanation.Decision
		}
		out.Checks = append(out.Checks, x)
	}
	return out
}

// explain explains the decision on one need; nil if no policy settled it.
func (r *record) explain(c *check, texts map[string]string) (*policy.Explanation, error) {
	if c.Decision == policy.Allow.String() {
		return r.explainAllow(c, texts)
	}
	q, err := r.request(c)
	if err != nil {
		return nil, err
	}
	set, err := c.policies(texts)
	if err != nil {
		return nil, err
	}
	return set.Explain(q), nil
}

// explainAllow explains the statement that allowed a need. Of other policies, which
// did not deny, an Allow says nothing.
func (r *record) explainAllow(c *check, texts map[string]string) (*policy.Explanation, error) {
	if c.Digest == "" {
		return nil, nil
	}
	q, err := r.request(c)
	if err != nil {
		return nil, err
	}
	of := involved{Kind: c.Kind, Policy: c.Policy, Version: c.Version, Digest: c.Digest}
	p, err := of.compile(texts)
	if err != nil {
		return nil, err
	}
	if c.Index < 0 || c.Index >= p.Len() {
		return nil, fmt.Errorf("policy %s has no statement %d", c.Policy, c.Index)
	}
	set := &policy.Policies{}
	add(set, p, 0)
	x := set.Explain(q)
	s := x.Policies[0].Statements[c.Index]
	x.Decision, x.By, x.Reason, x.Missing = policy.ImplicitDeny.String(), c.Kind, "", nil
	if s.Applies {
		x.Decision, s.Decides = policy.Allow.String(), true
	}
	x.Policies[0].Statements = []policy.StatementExplanation{s}
	return x, nil
}

// String returns the report as lines of text.
func (r *Report) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s  %s %s in %s\n", r.Time, r.Service, r.Operation, r.Region)
	fmt.Fprintf(&b, "request   %s\ncaller    %s of %s, from %s\n", r.RequestID, r.Principal, r.Account, r.SourceIP)
	if r.Session != "" {
		fmt.Fprintf(&b, "session   %s\n", r.Session)
	}
	fmt.Fprintf(&b, "decision  %s\n", r.Decision)
	if r.Error != "" {
		fmt.Fprintf(&b, "failed    %s\n", r.Error)
	}
	if len(r.Checks) == 0 {
		b.WriteString("\nNo policy was asked: the operation itself settled it.\n")
	}
	for i := range r.Checks {
		r.Checks[i].write(&b)
	}
	return b.String()
}

func (c *Check) write(b *strings.Builder) {
	fmt.Fprintf(b, "\n%s on %s: %s by the %s", c.Action, c.Resource, c.Decision, c.By)
	if c.Policy != "" {
		fmt.Fprintf(b, " %s", strings.TrimSpace(c.Policy+" "+c.Version))
		fmt.Fprintf(b, ", statement %s\n  digest %s", c.Statement, c.Digest)
	}
	b.WriteString("\n")
	if c.Truncated {
		b.WriteString("  Values were too long for the record: conditions may be said to fail for want of them.\n")
	}
	if c.Note != "" {
		fmt.Fprintf(b, "  %s\n", c.Note)
	}
	if c.Explanation != nil {
		b.WriteString("  " + strings.ReplaceAll(strings.TrimSpace(c.Explanation.String()), "\n", "\n  ") + "\n")
	}
}
