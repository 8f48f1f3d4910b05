// SPDX-License-Identifier: Apache-2.0

// Package authz decides whether a caller has the permissions that a call
// needs. It gathers the policies that apply, in the transaction of the call,
// supplies the global condition keys and leaves the decision to package
// policy.
package authz

import (
	"context"
	"errors"
	"fmt"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/identity"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
	"github.com/bailiwick-dev/bailiwick/policy"
)

// An Authorizer decides needs. It is safe for concurrent use.
type Authorizer struct {
	Directory *identity.Directory
}

// Decide decides each of needs by the policies as they stand in tx, and
// returns the decisions in the order of needs, up to the first that isn't an
// Allow. Then the error is the denial, in AWS's words. A call that states no
// need is refused.
func (a *Authorizer) Decide(ctx context.Context, tx *storage.Tx, c *awsapi.Call, needs []awsapi.Need) ([]policy.Decision, error) {
	if len(needs) == 0 {
		return nil, errors.New("authz: a guarded call states no needs")
	}
	grants, err := a.Directory.Grants(tx, c.Caller)
	if err != nil {
		return nil, err
	}
	decisions := make([]policy.Decision, 0, len(needs))
	keys := keys{call: c}
	set := policy.Policies{
		Identity: grants.Identity,
		Boundary: grants.Boundary,
	}
	if s := c.Caller.Session; s != nil {
		set.Session = s.Policies
	}
	var own [1]*policy.Policy
	for i := range needs {
		n := &needs[i]
		if n.Owner == "" {
			return nil, fmt.Errorf("authz: the need %s has no owner", n.Action)
		}
		keys.need = n
		set.Resource, set.Explicit = nil, n.Explicit
		if n.Policy != nil {
			own[0] = n.Policy
			set.Resource = own[:]
		}
		d := set.Evaluate(&policy.Request{
			Principal:       &c.Caller.Principal,
			Action:          n.Action,
			Resource:        n.Resource,
			ResourceAccount: n.Owner,
			Context:         &keys,
		})
		decisions = append(decisions, d)
		if !d.Allowed() {
			if c.Caller.Account() != n.Owner {
				d = told(&set, c, n)
			}
			return decisions, denial(c.Caller, n, d)
		}
	}
	return decisions, nil
}

// told returns what a caller from another account is told of a denial. It
// depends on nothing but the caller's own policies and the request: those of
// the resource's account don't count, and neither do the resource's tags, which
// else could be read, character by character, from which side denies.
func told(set *policy.Policies, c *awsapi.Call, n *awsapi.Need) policy.Decision {
	own := *set
	own.Resource, own.Explicit = nil, false
	d := own.Evaluate(&policy.Request{
		Principal:       &c.Caller.Principal,
		Action:          n.Action,
		Resource:        n.Resource,
		ResourceAccount: c.Caller.Account(),
		Context:         &untagged{keys{call: c, need: n}},
	})
	if d.Allowed() {
		d = policy.Decision{Kind: policy.ImplicitDeny, By: policy.Resource}
	}
	return d
}

// denial words d as AWS does.
func denial(caller *awsapi.Caller, n *awsapi.Need, d policy.Decision) *awsapi.Error {
	on := ""
	if !n.Resource.IsZero() {
		on = " on resource: " + n.Resource.String()
	}
	return awsapi.Errorf(awsapi.Denied, "", "User: %s is not authorized to perform: %s%s %s",
		caller.Principal.ARN, n.Action, on, d.Reason(n.Action))
}
