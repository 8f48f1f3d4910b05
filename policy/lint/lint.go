// SPDX-License-Identifier: Apache-2.0

package lint

import (
	"cmp"
	"slices"

	"github.com/bailiwick-dev/bailiwick/policy"
)

// maxFindings bounds what is reported of one document, as every finding is
// proved. If there are more, the last one says so, and no fixes are made.
const maxFindings = 100

// Config says what a [Linter] knows besides AWS's documentation. The zero
// Config is ready to use.
type Config struct {
	// Actions is the catalogue of the services that the policies are for.
	Actions []Action

	// TenantTag is the key of the tag that says whose a principal, a session
	// or a resource is. Default TenantID.
	TenantTag string
}

// A Linter checks documents. It is safe for concurrent use.
type Linter struct {
	catalogue *catalogue
	tag       string
}

// New makes a linter.
func New(c Config) *Linter {
	return &Linter{newCatalogue(c.Actions), cmp.Or(c.TenantTag, "TenantID")}
}

// GuessType returns what a document is by what is in it: a role trust policy
// if it names principals and sts actions only, a resource-based policy if it
// names principals, else an identity-based policy.
func GuessType(text []byte) policy.Type {
	if len(text) > policy.MaxDocument {
		return policy.Identity
	}
	return parseDocument(text).guessType()
}

// Check reports what is wrong with a document that plays the role t. It takes
// any text: what is no policy at all is a finding.
func (l *Linter) Check(text []byte, t policy.Type) *Report {
	r := &Report{Type: t}
	if len(text) > policy.MaxDocument {
		r.Findings = []Finding{{
			Rule: malformedRule, Severity: Error, Statement: -1,
			Message: "the document is longer than 128 KiB", Range: rangeOf(text, span{}),
		}}
		return r
	}
	d := parseDocument(text)
	d.kind = t
	once := Linter{l.catalogue.remembering(), l.tag}
	issues, more := once.issues(d, false)
	fixes := make([]*Fix, len(issues))
	if !more {
		fixes = once.fixes(d, issues)
	}
	for i := range issues {
		r.Findings = append(r.Findings, issues[i].finding(d, fixes[i]))
	}
	return r
}

// An issue is a finding before it is proved.
type issue struct {
	rule       string
	aspect     string // tells apart findings of a rule
	severity   Severity
	at         span
	statement  *statement // nil: the document
	message    string
	candidates []candidate // of which the first that is allowed is the example
	proof      bool        // without an example there is no finding
	controls   []*Request
	plans      []plan

	example *Request
}

// A candidate is a request that may be an example, and what it would mean.
type candidate struct {
	*Request
	severity Severity
	paste    string // what a placeholder is replaced with as it is
}

// A plan is a fix that may work.
type plan struct {
	description string
	edits       []edit
}

type edit struct {
	span
	text string
}

// issues returns what is wrong with d, each with the first of its examples that
// the engine allows, and whether there are more of them. With quick, the places
// may be wrong.
func (l *Linter) issues(d *document, quick bool) (_ []issue, more bool) {
	c := checker{catalogue: l.catalogue, tag: l.tag, d: d, quick: quick}
	c.run()
	j := d.usual()
	var kept []issue
	for _, is := range c.issues {
		is.choose(d, j)
		if is.example != nil || !is.proof {
			kept = append(kept, is)
		}
	}
	slices.SortStableFunc(kept, func(x, y issue) int {
		return cmp.Or(cmp.Compare(x.at.start, y.at.start), cmp.Compare(x.rule, y.rule))
	})
	if more = c.full() && len(kept) > 0; more {
		kept = kept[:min(maxFindings, len(kept))]
		last := &kept[len(kept)-1]
		*last = issue{rule: last.rule, severity: Error, at: last.at, message: "there are more findings from here on"}
	}
	return kept, more
}

// choose sets the example.
func (is *issue) choose(d *document, j *judge) {
	for _, c := range is.candidates {
		by := j
		if c.paste != "" {
			by = d.judge(c.paste, true)
		}
		if by == nil || !by.allows(c.Request) {
			continue
		}
		is.example, is.severity = c.Request, c.severity
		if c.paste != "" {
			r := *c.Request
			r.Policy = string(fillText(d.clean, d.root, c.paste, true))
			is.example = &r
		}
		return
	}
}

func (is *issue) finding(d *document, fix *Fix) Finding {
	f := Finding{
		Rule: is.rule, Severity: is.severity, Message: is.message, Statement: -1,
		Range: rangeOf(d.text, is.at), Example: is.example, Fix: fix,
	}
	if is.statement != nil {
		f.Statement, f.Sid = is.statement.index, is.statement.sid
	}
	return f
}
