// SPDX-License-Identifier: Apache-2.0

package authz

import (
	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/policy"
)

// An Outcome is what became of one need, with what it takes to tell why, later
// and without the caller's request: for an Allow the values that the deciding
// statement depends on, for a denial those that any statement about the action
// does.
type Outcome struct {
	policy.Decision
	Facts   []policy.Fact
	Refused *Refusal // nil if the need was allowed
}

// A Refusal is a need that was denied.
type Refusal struct {
	Policies policy.Policies // that were in force
	Request  policy.Request

	// Error is the denial as the caller is told of it.
	Error *awsapi.Error

	// Told is the part of Policies and Request that the caller's own account may
	// know: all of both, unless the resource is another's.
	Told Told
}

// Told is what a denial may say to the caller's account.
type Told struct {
	policy.Decision
	Policies policy.Policies
	Request  policy.Request
}

// outcome decides r, the request of n, and keeps what the decision depended on.
func outcome(set *policy.Policies, r *policy.Request, n *awsapi.Need) Outcome {
	o := Outcome{Decision: set.Evaluate(r)}
	switch {
	case !o.Allowed():
		o.Facts = set.Facts(r)
		o.Refused = &Refusal{Policies: *set, Request: *r}
		o.Refused.Told = Told{o.Decision, *set, *r}
	case o.Policy != nil:
		o.Facts = o.Policy.Facts(o.Statement, r.Context)
	}
	withhold(o.Facts, n)
	return o
}

// withheld is in the place of a value that the decision log doesn't show.
var withheld = policy.One("(not recorded)")

func withhold(facts []policy.Fact, n *awsapi.Need) {
	w, ok := n.Context.(awsapi.Withholder)
	if !ok {
		return
	}
	for i := range facts {
		if w.Withholds(facts[i].Key) {
			facts[i].Value = withheld
		}
	}
}
