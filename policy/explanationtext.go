// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"fmt"
	"strings"
)

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
	if len(x.Missing) > 0 {
		b.WriteString("what keeps it from being allowed\n")
	}
	for i := range x.Missing {
		x.Missing[i].write(&b)
	}
	for i := range x.Policies {
		x.Policies[i].write(&b)
	}
	return b.String()
}

func (g *Gap) write(b *strings.Builder) {
	of := g.By
	if g.Level > 0 {
		of = fmt.Sprintf("%s of level %d", of, g.Level)
	}
	switch {
	case g.Deny:
		fmt.Fprintf(b, "  %s denies it:\n", of)
	case len(g.Statements) == 0:
		fmt.Fprintf(b, "  no %s allows it, and none has a statement about the action\n", of)
	default:
		fmt.Fprintf(b, "  no %s allows it; this comes nearest:\n", of)
	}
	for i := range g.Statements {
		g.Statements[i].write(b)
	}
}

func (r *StatementRef) write(b *strings.Builder) {
	b.WriteString("    " + r.Type + titled(r.Name, r.Version) + ", ")
	writeStatement(b, r.Index, r.Sid, r.Start)
	b.WriteString("\n")
	for i := range r.Failed {
		r.Failed[i].write(b, "      ")
	}
}

// titled returns the strings that aren't empty, each after a blank.
func titled(ss ...string) string {
	var b strings.Builder
	for _, s := range ss {
		if s != "" {
			b.WriteString(" " + s)
		}
	}
	return b.String()
}

func writeStatement(b *strings.Builder, index int, sid string, start Position) {
	fmt.Fprintf(b, "statement %d", index)
	if sid != "" {
		fmt.Fprintf(b, " %q", sid)
	}
	fmt.Fprintf(b, " at %d:%d", start.Line, start.Column)
}

func (p *PolicyExplanation) write(b *strings.Builder) {
	b.WriteString(p.Type)
	if p.Level > 0 {
		fmt.Fprintf(b, ", level %d", p.Level)
	}
	b.WriteString(titled(p.Name, p.Version) + "\n")
	for i := range p.Statements {
		p.Statements[i].write(b)
	}
}

func (s *StatementExplanation) write(b *strings.Builder) {
	b.WriteString("  ")
	writeStatement(b, s.Index, s.Sid, s.Start)
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
	for i := range s.Failed {
		s.Failed[i].write(b, "    ")
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

func (f *Failure) write(b *strings.Builder, indent string) {
	b.WriteString(indent + f.Element)
	if f.Operator != "" {
		b.WriteString(" " + f.Operator + " " + f.Key)
	}
	if f.Uncertain {
		b.WriteString(" is uncertain")
	} else {
		b.WriteString(" does not match")
	}
	fmt.Fprintf(b, ": the policy has %q, ", f.Policy)
	if f.Resolved != nil {
		fmt.Fprintf(b, "which is %q, ", f.Resolved)
	}
	switch {
	case f.Absent:
		b.WriteString("the request does not carry the key\n")
	case f.Multi:
		fmt.Fprintf(b, "the request has a set of values %q\n", f.Request)
	default:
		fmt.Fprintf(b, "the request has %q\n", f.Request)
	}
}
