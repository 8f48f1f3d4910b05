// SPDX-License-Identifier: Apache-2.0

package organizations

import (
	"context"
	"iter"
	"slices"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/identity"
)

// maxAttached is how many policies of a type are attached to something at most.
const maxAttached = 5

// attachmentNeeds states a need for the policy and for what it is attached to.
func attachmentNeeds[In any](of func(*In) (policy, target string)) func(*place, *In) ([]awsapi.Need, error) {
	return func(p *place, in *In) ([]awsapi.Need, error) {
		policyID, targetID := of(in)
		g, err := p.find(policyID)
		if err != nil {
			return nil, err
		}
		t, err := p.find(targetID)
		if err != nil {
			return nil, err
		}
		on := t.need()
		on.Context = g.need().Context
		return []awsapi.Need{g.need(), on}, nil
	}
}

// pair returns the policy, whose type is enabled, the target and the ids of what
// is attached to it.
func (p *place) pair(policyID, targetID string) (*identity.Guardrail, []string, error) {
	g, err := p.policy(policyID)
	if err != nil {
		return nil, nil, err
	}
	t, err := p.find(targetID)
	switch {
	case err != nil:
		return nil, nil, err
	case !t.holds():
		return nil, nil, noTarget()
	case !p.org.IsEnabled(g.Type):
		return nil, nil, typeNotEnabled()
	}
	ids, err := identity.Attached(p.tx, p.org, g.Type, targetID)
	return g, ids, err
}

func attachPolicy(_ context.Context, c *awsapi.Call, in *attachPolicyInput) (*attachPolicyOutput, error) {
	p, err := open(c)
	if err != nil {
		return nil, err
	}
	g, ids, err := p.pair(in.PolicyId, in.TargetId)
	switch {
	case err != nil:
		return nil, err
	case slices.Contains(ids, g.ID):
		return nil, conflict("DuplicatePolicyAttachmentException", "A policy with the specified name and type already exists.")
	case len(ids) >= maxAttached:
		return nil, violation("MAX_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED", "You have attached the maximum number of policies to the specified target.")
	}
	if err := identity.Attach(c.Tx, p.org, g, in.TargetId); err != nil {
		return nil, err
	}
	return &attachPolicyOutput{}, nil
}

func detachPolicy(_ context.Context, c *awsapi.Call, in *detachPolicyInput) (*detachPolicyOutput, error) {
	p, err := open(c)
	if err != nil {
		return nil, err
	}
	g, ids, err := p.pair(in.PolicyId, in.TargetId)
	switch {
	case err != nil:
		return nil, err
	case !slices.Contains(ids, g.ID):
		return nil, notFound("PolicyNotAttachedException", "The policy isn't attached to the specified target in the specified root.")
	case g.ID == identity.ResourceControl.Default():
		return nil, invalid("NON_DETACHABLE_POLICY", "You can't detach this policy.")
	case len(ids) == 1:
		return nil, violation("MIN_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED",
			"You cannot remove the last policy attached to the specified target. You must have at least one attached at all times.")
	}
	if err := identity.Detach(c.Tx, p.org, g, in.TargetId); err != nil {
		return nil, err
	}
	return &detachPolicyOutput{}, nil
}

// listForTargetNeeds is about the target, with the type of policy.
func listForTargetNeeds(p *place, in *listPoliciesForTargetInput) ([]awsapi.Need, error) {
	t, err := p.find(in.TargetId)
	n := t.need()
	n.Context = policyType(in.Filter)
	return []awsapi.Need{n}, err
}

func listPoliciesForTarget(_ context.Context, c *awsapi.Call, in *listPoliciesForTargetInput) (*listPoliciesForTargetOutput, error) {
	p, err := open(c)
	if err != nil {
		return nil, err
	}
	t, err := p.find(in.TargetId)
	if err != nil {
		return nil, err
	}
	if !t.exists() {
		return nil, noTarget()
	}
	kind := identity.GuardrailType(in.Filter)
	if !p.org.IsEnabled(kind) || !t.holds() {
		return &listPoliciesForTargetOutput{Policies: []policySummary{}}, nil
	}
	ids, err := identity.Attached(c.Tx, p.org, kind, t.id)
	if err != nil {
		return nil, err
	}
	at := newPager(in.MaxResults, in.NextToken)
	self := func(id *string) string { return *id }
	list, next, err := page(at, from(sequence(ids), at.after, self), self, func(id *string) (policySummary, bool, error) {
		g, err := p.policy(*id)
		if err != nil {
			return policySummary{}, false, err
		}
		return p.summary(g), true, nil
	})
	if err != nil {
		return nil, err
	}
	return &listPoliciesForTargetOutput{Policies: list, NextToken: next}, nil
}

func sequence(ids []string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for _, id := range ids {
			if !yield(id, nil) {
				return
			}
		}
	}
}

func listTargetsForPolicy(_ context.Context, c *awsapi.Call, in *listTargetsForPolicyInput) (*listTargetsForPolicyOutput, error) {
	p, err := open(c)
	if err != nil {
		return nil, err
	}
	g, err := p.policy(in.PolicyId)
	if err != nil {
		return nil, err
	}
	at := newPager(in.MaxResults, in.NextToken)
	all := identity.Targets(c.Tx, p.org, g, at.after)
	if g.AWS {
		all = p.everything(at.after)
	}
	self := func(id *string) string { return *id }
	list, next, err := page(at, all, self, func(id *string) (policyTargetSummary, bool, error) {
		return p.targetOf(g, *id)
	})
	if err != nil {
		return nil, err
	}
	return &listTargetsForPolicyOutput{Targets: list, NextToken: next}, nil
}

// everything yields the ids of the root, all units and all accounts, from the first
// after the one given, which may be empty.
func (p *place) everything(after string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		if after == "" && !yield(p.org.RootID, nil) {
			return
		}
		afterUnit, afterAccount := "", ""
		switch {
		case unitPattern.MatchString(after):
			afterUnit = after
		case accountPattern.MatchString(after):
			afterAccount = after
		}
		if afterAccount == "" {
			for u, err := range identity.Units(p.tx, afterUnit) {
				if !yield(u.ID, err) {
					return
				}
			}
		}
		for a, err := range identity.Accounts(p.tx, afterAccount) {
			if !yield(a.ID, err) {
				return
			}
		}
	}
}

// targetOf returns the target as it is on the wire, and whether the policy is
// attached to it.
func (p *place) targetOf(g *identity.Guardrail, id string) (policyTargetSummary, bool, error) {
	t, err := p.find(id)
	if err != nil || !t.holds() || !p.org.IsEnabled(g.Type) {
		return policyTargetSummary{}, false, err
	}
	ids, err := identity.Attached(p.tx, p.org, g.Type, id)
	if err != nil || !slices.Contains(ids, g.ID) {
		return policyTargetSummary{}, false, err
	}
	name := "Root"
	switch {
	case t.unit != nil:
		name = t.unit.Name
	case t.acct != nil:
		name = t.acct.Name
	}
	return policyTargetSummary{Arn: t.arn.String(), Name: optional(name), TargetId: id, Type: t.kind}, true, nil
}
