// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"fmt"
	"strings"
)

// An Explanation tells how a decision came about: for every statement of every
// policy whether it applies, and if not, which element kept it from applying.
// It repeats values of the request and the policies, so it is for those who may
// read the policies.
type Explanation struct {
	Decision        string              `json:"decision"`         // a [Kind]
	By              string              `json:"by"`               // a [Type], as in [Decision]
	Reason          string              `json:"reason,omitempty"` // of a denial, as AWS words it
	Note            string              `json:"note,omitempty"`   // if policies did not decide
	Principal       string              `json:"principal"`
	PrincipalType   string              `json:"principalType"`
	Action          string              `json:"action"`
	Resource        string              `json:"resource"` // "*" if the action has none
	ResourceAccount string              `json:"resourceAccount"`
	Policies        []PolicyExplanation `json:"policies"`
}

// A PolicyExplanation is one policy's part.
type PolicyExplanation struct {
	Type       string                 `json:"type"`
	Level      int                    `json:"level,omitempty"` // of SCPs and RCPs: 1 is the root
	Name       string                 `json:"name,omitempty"`
	Version    string                 `json:"version,omitempty"`
	Statements []StatementExplanation `json:"statements"`
}

// A StatementExplanation is one statement's part.
type StatementExplanation struct {
	Index     int        `json:"index"` // from 0
	Sid       string     `json:"sid,omitempty"`
	Effect    string     `json:"effect"`
	Applies   bool       `json:"applies"`
	Decides   bool       `json:"decides,omitempty"` // is the one that the decision names
	Grants    string     `json:"grants,omitempty"`  // an Allow that names principals: to whom
	Failed    *Failure   `json:"failed,omitempty"`  // if it does not apply
	Variables []Variable `json:"variables,omitempty"`
}

// A Failure is the first element, in the order principal, action, resource,
// condition, for which a statement does not apply.
type Failure struct {
	Element  string   `json:"element"`            // as in the document: NotAction, Condition, …
	Operator string   `json:"operator,omitempty"` // of a condition
	Key      string   `json:"key,omitempty"`      // of a condition, in lower case
	Policy   []string `json:"policy,omitempty"`   // what the policy asks for, as written
	Absent   bool     `json:"absent,omitempty"`   // the request does not carry the key
	Multi    bool     `json:"multivalued,omitempty"`
	Request  []string `json:"request,omitempty"` // what the request has
	// Uncertain means that the element may or may not match by AWS's
	// documentation, so an Allow does not apply.
	Uncertain bool `json:"uncertain,omitempty"`
}

// A Variable is a policy variable of a statement and what became of it.
type Variable struct {
	Key      string `json:"key"` // in lower case
	Value    string `json:"value"`
	Resolved bool   `json:"resolved"`
	Default  bool   `json:"default,omitempty"` // Value is the default
}

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

// String returns the explanation as lines of text.
func (x *Explanation) String() string {
	var b strings.Builder
	b.WriteString(x.Decision)
	for _, s := range []string{x.Reason, x.Note} {
		if s != "" {
			b.WriteString(": " + s)
		}
	}
	fmt.Fprintf(&b, "\n  principal %s (%s)\n  action    %s\n  resource  %s\n", x.Principal, x.PrincipalType, x.Action, x.Resource)
	for i := range x.Policies {
		x.Policies[i].write(&b)
	}
	return b.String()
}

func (p *PolicyExplanation) write(b *strings.Builder) {
	b.WriteString(p.Type)
	if p.Level > 0 {
		fmt.Fprintf(b, ", level %d", p.Level)
	}
	for _, s := range []string{p.Name, p.Version} {
		if s != "" {
			b.WriteString(" " + s)
		}
	}
	b.WriteString("\n")
	for i := range p.Statements {
		p.Statements[i].write(b)
	}
}

func (s *StatementExplanation) write(b *strings.Builder) {
	fmt.Fprintf(b, "  statement %d", s.Index)
	if s.Sid != "" {
		fmt.Fprintf(b, " %q", s.Sid)
	}
	b.WriteString(" (" + s.Effect + ") ")
	switch {
	case s.Decides:
		b.WriteString("applies, and decides")
	case s.Applies:
		b.WriteString("applies")
	default:
		b.WriteString("does not apply")
	}
	if s.Grants != "" {
		b.WriteString("; it grants to " + s.Grants)
	}
	b.WriteString("\n")
	if s.Failed != nil {
		s.Failed.write(b)
	}
	for _, v := range s.Variables {
		switch {
		case !v.Resolved:
			fmt.Fprintf(b, "    ${%s} has no value\n", v.Key)
		case v.Default:
			fmt.Fprintf(b, "    ${%s} is the default %q\n", v.Key, v.Value)
		default:
			fmt.Fprintf(b, "    ${%s} is %q\n", v.Key, v.Value)
		}
	}
}

func (f *Failure) write(b *strings.Builder) {
	b.WriteString("    " + f.Element)
	if f.Operator != "" {
		b.WriteString(" " + f.Operator + " " + f.Key)
	}
	switch {
	case f.Uncertain:
		b.WriteString(" is uncertain")
	default:
		b.WriteString(" does not match")
	}
	fmt.Fprintf(b, ": the policy has %q, the request ", f.Policy)
	switch {
	case f.Absent:
		b.WriteString("does not carry the key\n")
	case f.Multi:
		fmt.Fprintf(b, "a set of values %q\n", f.Request)
	default:
		fmt.Fprintf(b, "has %q\n", f.Request)
	}
}
