// SPDX-License-Identifier: Apache-2.0

package lint

import (
	"github.com/bailiwick-dev/bailiwick/arn"
	"github.com/bailiwick-dev/bailiwick/policy"
)

const everything = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`

// A judge decides requests by the document alone, with everything else allowed.
type judge struct{ set policy.Policies }

// newJudge compiles a document without placeholders.
func newJudge(text []byte, d *document) (*judge, error) {
	p, err := policy.Parse(text, d.kind)
	if err != nil {
		return nil, err
	}
	free, err := policy.Parse([]byte(everything), policy.Identity)
	if err != nil {
		return nil, err
	}
	j := &judge{policy.Policies{Identity: []*policy.Policy{free}}}
	one := []*policy.Policy{p}
	switch d.kind {
	case policy.Identity:
		j.set.Identity = one
	case policy.Boundary:
		j.set.Boundary = one
	case policy.Session:
		j.set.Session = one
	case policy.Resource:
		j.set.Identity, j.set.Resource = nil, one
	case policy.Trust:
		j.set.Resource, j.set.Explicit = one, true
	case policy.SCP:
		j.set.SCPs, err = levelsOf(p, d)
	case policy.RCP:
		j.set.RCPs = [][]*policy.Policy{one}
	}
	return j, err
}

// levelsOf returns the policy as an organization has it: one that only denies
// stands beside one that allows everything.
func levelsOf(p *policy.Policy, d *document) ([][]*policy.Policy, error) {
	for i := range d.statements {
		if d.statements[i].allow {
			return [][]*policy.Policy{{p}}, nil
		}
	}
	free, err := policy.Parse([]byte(everything), policy.SCP)
	return [][]*policy.Policy{{p, free}}, err
}

// allows decides r. What is not a request is not allowed.
func (j *judge) allows(r *Request) bool {
	caller, err := policy.ParsePrincipal(r.Principal)
	if err != nil {
		return false
	}
	q := policy.Request{Principal: &caller, Action: r.Action, ResourceAccount: caller.Account}
	if r.Resource != "*" {
		if q.Resource, err = arn.Parse(r.Resource); err != nil {
			return false
		}
	}
	if q.Context, err = policy.MapOf(r.Context); err != nil {
		return false
	}
	return j.set.Evaluate(&q).Allowed()
}

// judge returns that of the document, with tenant in place of what a template's
// user replaces; nil if the engine can't read it.
func (d *document) judge(tenant string, paste bool) *judge {
	if d.root == nil {
		return nil
	}
	j, err := newJudge(fillText(d.clean, d.root, tenant, paste), d)
	if err != nil {
		return nil
	}
	return j
}

// usual returns the judge of the document that is filled in as it should be.
func (d *document) usual() *judge {
	if !d.judged {
		d.asUsual, d.judged = d.judge(own, false), true
	}
	return d.asUsual
}

func (d *document) isTrust() bool { return d.kind == policy.Trust }
