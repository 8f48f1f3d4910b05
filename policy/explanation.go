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
	if f.Uncertain {
		b.WriteString(" is uncertain")
	} else {
		b.WriteString(" does not match")
	}
	fmt.Fprintf(b, ": the policy has %q, the request ", f.Policy)
	switch {
	case f.Absent:
		b.WriteString("does not carry the key\n")
	case f.Multi:
		fmt.Fprintf(b, "has a set of values %q\n", f.Request)
	default:
		fmt.Fprintf(b, "has %q\n", f.Request)
	}
}
