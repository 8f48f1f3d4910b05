// SPDX-License-Identifier: Apache-2.0

package organizations

import (
	"context"
	"errors"
	"time"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/identity"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
)

// maxPolicies is how many policies of a type an organization has at most, besides
// AWS's own.
const maxPolicies = 1000

func enablePolicyType(_ context.Context, c *awsapi.Call, in *enablePolicyTypeInput) (*enablePolicyTypeOutput, error) {
	p, err := open(c)
	if err != nil {
		return nil, err
	}
	t := identity.GuardrailType(in.PolicyType)
	switch {
	case in.RootId != p.org.RootID:
		return nil, noRoot()
	case p.org.IsEnabled(t):
		return nil, conflict("PolicyTypeAlreadyEnabledException", "The specified policy type is already enabled in the specified root.")
	}
	p.org.Enable(t)
	if err := identity.PutOrganization(c.Tx, p.org); err != nil {
		return nil, err
	}
	return &enablePolicyTypeOutput{p.root()}, nil
}

func disablePolicyType(_ context.Context, c *awsapi.Call, in *disablePolicyTypeInput) (*disablePolicyTypeOutput, error) {
	p, err := open(c)
	if err != nil {
		return nil, err
	}
	t := identity.GuardrailType(in.PolicyType)
	switch {
	case in.RootId != p.org.RootID:
		return nil, noRoot()
	case !p.org.IsEnabled(t):
		return nil, typeNotEnabled()
	}
	if err := p.org.Disable(c.Tx, t); err != nil {
		return nil, err
	}
	if err := identity.PutOrganization(c.Tx, p.org); err != nil {
		return nil, err
	}
	return &disablePolicyTypeOutput{p.root()}, nil
}

// typeNeeds is the needs of operations that switch a type of policy.
func typeNeeds[In any](of func(*In) (root, policy string)) func(*place, *In) ([]awsapi.Need, error) {
	return func(p *place, in *In) ([]awsapi.Need, error) {
		id, kind := of(in)
		t, err := p.find(id)
		n := t.need()
		n.Context = policyType(kind)
		return []awsapi.Need{n}, err
	}
}

// summary returns g as listings show it.
func (p *place) summary(g *identity.Guardrail) policySummary {
	return policySummary{
		Arn:         p.org.GuardrailARN(p.management, g).String(),
		AwsManaged:  g.AWS,
		Description: g.Description,
		Id:          g.ID,
		Name:        g.Name,
		Type:        string(g.Type),
	}
}

func (p *place) document(g *identity.Guardrail) policyDocument {
	return policyDocument{Content: g.Text, PolicySummary: p.summary(g)}
}

// createPolicyNeeds makes up the id of the policy.
func createPolicyNeeds(p *place, in *createPolicyInput) ([]awsapi.Need, error) {
	in.id = identity.NewGuardrailID()
	t := thing{arn: p.org.GuardrailARN(p.management, &identity.Guardrail{ID: in.id, Type: identity.GuardrailType(in.Type)})}
	label := t.need()
	label.Context = policyType(in.Type)
	return labelled(awsapi.Need{Context: policyType(in.Type)}, label, in.Tags), nil
}

func createPolicy(_ context.Context, c *awsapi.Call, in *createPolicyInput) (*createPolicyOutput, error) {
	p, err := open(c)
	if err != nil {
		return nil, err
	}
	g := &identity.Guardrail{
		ID: in.id, Type: identity.GuardrailType(in.Type), Name: in.Name, Text: in.Content,
		Tags: tagsOf(in.Tags), Created: c.Time.UTC().Truncate(time.Second),
	}
	if in.Description != nil {
		g.Description = *in.Description
	}
	if err := checkDocument(g.Text, g.Type); err != nil {
		return nil, err
	}
	if err := p.checkPolicyName(g, maxPolicies); err != nil {
		return nil, err
	}
	if err := identity.PutGuardrail(c.Tx, g); err != nil {
		return nil, err
	}
	return &createPolicyOutput{p.document(g)}, nil
}

// checkPolicyName refuses the name of g if another policy of its type has it, and g
// if there are more than most others.
func (p *place) checkPolicyName(g *identity.Guardrail, most int) error {
	n := 0
	for o, err := range identity.Guardrails(p.tx, g.Type) {
		if err != nil {
			return err
		}
		if o.ID != g.ID && o.Name == g.Name {
			return conflict("DuplicatePolicyException", "A policy with the same name already exists.")
		}
		if n++; n > most {
			return violation("POLICY_NUMBER_LIMIT_EXCEEDED", "You have exceeded the number of policies that you can have in an organization.")
		}
	}
	return nil
}

// policy returns the policy of that id.
func (p *place) policy(id string) (*identity.Guardrail, error) {
	g, err := identity.GetGuardrail(p.tx, id)
	if errors.Is(err, storage.ErrNotFound) {
		return nil, noPolicy()
	}
	return g, err
}

// ownPolicy returns the policy of that id if it isn't AWS's.
func (p *place) ownPolicy(id string) (*identity.Guardrail, error) {
	g, err := p.policy(id)
	if err == nil && g.AWS {
		err = immutable()
	}
	return g, err
}

func updatePolicy(_ context.Context, c *awsapi.Call, in *updatePolicyInput) (*updatePolicyOutput, error) {
	p, err := open(c)
	if err != nil {
		return nil, err
	}
	g, err := p.ownPolicy(in.PolicyId)
	if err != nil {
		return nil, err
	}
	if in.Name != nil {
		g.Name = *in.Name
		if err := p.checkPolicyName(g, maxPolicies+1); err != nil {
			return nil, err
		}
	}
	if in.Description != nil {
		g.Description = *in.Description
	}
	if in.Content != nil {
		g.Text = *in.Content
		if err := checkDocument(g.Text, g.Type); err != nil {
			return nil, err
		}
	}
	if err := identity.PutGuardrail(c.Tx, g); err != nil {
		return nil, err
	}
	return &updatePolicyOutput{p.document(g)}, nil
}

func deletePolicy(_ context.Context, c *awsapi.Call, in *deletePolicyInput) (*deletePolicyOutput, error) {
	p, err := open(c)
	if err != nil {
		return nil, err
	}
	g, err := p.ownPolicy(in.PolicyId)
	if err != nil {
		return nil, err
	}
	for _, err := range identity.Targets(c.Tx, p.org, g, "") {
		if err == nil {
			err = conflict("PolicyInUseException", "The policy is attached to one or more entities. You must detach it from all roots, OUs, and accounts before performing this operation.")
		}
		return nil, err
	}
	if err := identity.DeleteGuardrail(c.Tx, g.ID); err != nil {
		return nil, err
	}
	return &deletePolicyOutput{}, nil
}

func describePolicy(_ context.Context, c *awsapi.Call, in *describePolicyInput) (*describePolicyOutput, error) {
	p, err := open(c)
	if err != nil {
		return nil, err
	}
	g, err := p.policy(in.PolicyId)
	if err != nil {
		return nil, err
	}
	return &describePolicyOutput{p.document(g)}, nil
}

func listPolicies(_ context.Context, c *awsapi.Call, in *listPoliciesInput) (*listPoliciesOutput, error) {
	p, err := open(c)
	if err != nil {
		return nil, err
	}
	at := newPager(in.MaxResults, in.NextToken)
	id := func(g *identity.Guardrail) string { return g.ID }
	all := from(identity.Guardrails(c.Tx, identity.GuardrailType(in.Filter)), at.after, id)
	list, next, err := page(at, all, id, func(g *identity.Guardrail) (policySummary, bool, error) {
		return p.summary(g), true, nil
	})
	if err != nil {
		return nil, err
	}
	return &listPoliciesOutput{Policies: list, NextToken: next}, nil
}
