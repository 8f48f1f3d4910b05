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
// returns the outcomes in the order of needs, up to the first that isn't an
// Allow. Then the error is the denial, in AWS's words. Of an operation that is
// guarded by [awsapi.Each] all needs are decided, and a denial is in its outcome
// only. A call that states no need is refused.
func (a *Authorizer) Decide(ctx context.Context, tx *storage.Tx, c *awsapi.Call, needs []awsapi.Need) ([]Outcome, error) {
	if len(needs) == 0 {
		return nil, errors.New("authz: a guarded call states no needs")
	}
	d, err := a.begin(tx, c)
	if err != nil {
		return nil, err
	}
	outcomes := make([]Outcome, 0, len(needs))
	for i := range needs {
		if err := a.about(tx, d, &needs[i]); err != nil {
			return nil, err
		}
		o := outcome(&d.set, &d.request, &needs[i])
		outcomes = append(outcomes, o)
		if o.Refused == nil {
			continue
		}
		if c.Caller.Account() != needs[i].Owner {
			o.Refused.Told = told(&d.set, &d.keys)
		}
		if o.Refused.Error, err = a.denial(c.Caller, &needs[i], &o.Refused.Told); err != nil {
			return nil, err
		}
		if c.Operation.Guard != awsapi.Each {
			return outcomes, o.Refused.Error
		}
		again := *d
		d = &again // the outcome goes on to refer to what it was decided with
	}
	return outcomes, nil
}

// deciding is what the decisions on one call work with, made at once.
type deciding struct {
	keys    keys
	set     policy.Policies
	own     [1]*policy.Policy
	request policy.Request
}

// begin gathers what all needs of a call have in common.
func (a *Authorizer) begin(tx *storage.Tx, c *awsapi.Call) (*deciding, error) {
	grants, err := a.Directory.Grants(tx, c.Caller)
	if err != nil {
		return nil, err
	}
	d := &deciding{keys: keys{call: c}}
	if d.keys.home, err = a.membership(tx, c.Caller.Account()); err != nil {
		return nil, err
	}
	d.set.Identity, d.set.Boundary, d.set.SCPs = grants.Identity, grants.Boundary, d.keys.home.SCPs
	if s := c.Caller.Session; s != nil {
		d.set.Session = s.Policies
	}
	return d, nil
}

// about has d be about the need n.
func (a *Authorizer) about(tx *storage.Tx, d *deciding, n *awsapi.Need) (err error) {
	if n.Owner == "" {
		return fmt.Errorf("authz: the need %s has no owner", n.Action)
	}
	caller := d.keys.call.Caller
	d.keys.need = n
	if d.keys.owner, err = a.owner(tx, n.Owner, caller.Account(), d.keys.home); err != nil {
		return err
	}
	d.set.RCPs = resourceControls(d.keys.owner, n.Action)
	d.set.Resource, d.set.Explicit = nil, n.Explicit
	if n.Policy != nil && !d.keys.owner.Closed {
		d.own[0] = n.Policy
		d.set.Resource = d.own[:]
	}
	d.request = policy.Request{
		Principal:       &caller.Principal,
		Action:          n.Action,
		Resource:        n.Resource,
		ResourceAccount: n.Owner,
		Context:         &d.keys,
	}
	return nil
}

// told returns what a caller from another account is told of a denial. It
// depends on nothing but the caller's own policies, those of its organization
// included, and the request: those of the resource's account don't count, and
// neither do the resource's tags, which else could be read, character by character,
// from which side denies.
func told(set *policy.Policies, keys *keys) Told {
	t := Told{Policies: *set, Request: policy.Request{
		Principal:       &keys.call.Caller.Principal,
		Action:          keys.need.Action,
		Resource:        keys.need.Resource,
		ResourceAccount: keys.call.Caller.Account(),
		Context:         &untagged{*keys},
	}}
	t.Policies.Resource, t.Policies.RCPs, t.Policies.Explicit = nil, nil, false
	t.Decision = t.Policies.Evaluate(&t.Request)
	if t.Allowed() {
		t.Decision = policy.Decision{Kind: policy.ImplicitDeny, By: policy.Resource}
	}
	return t
}

// denial words what a caller is told as AWS does.
func (a *Authorizer) denial(caller *awsapi.Caller, n *awsapi.Need, t *Told) (*awsapi.Error, error) {
	if caller.Federation != nil { // nothing is told that could be of a policy
		return awsapi.Errorf(awsapi.Denied, "", "Not authorized to perform %s", n.Action), nil
	}
	on := ""
	if !n.Resource.IsZero() {
		on = " on resource: " + n.Resource.String()
	}
	e := awsapi.Errorf(awsapi.Denied, "", "User: %s is not authorized to perform: %s%s %s",
		caller.Principal.ARN, n.Action, on, t.Reason(n.Action))
	if caller.Account() == "" {
		return e, nil // there is no account to tell
	}
	var err error
	e.Encoded, err = a.encoded(caller, t)
	return e, err
}
