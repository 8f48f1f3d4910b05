// SPDX-License-Identifier: Apache-2.0

package organizations

import (
	"context"
	"slices"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/identity"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
	"github.com/bailiwick-dev/bailiwick/policy"
)

// needs returns the needs of an operation that only principals of the management
// account may call: one of the action for each that find returns, of which it
// completes the owner and the storage of the organization.
func needs[In any](action string, write bool, find func(*place, *In) ([]awsapi.Need, error)) func(context.Context, *awsapi.Call, *In) ([]awsapi.Need, error) {
	return func(_ context.Context, c *awsapi.Call, in *In) ([]awsapi.Need, error) {
		management, err := identity.Management(c.Tx)
		if err != nil {
			return nil, err
		}
		if c.Caller.Account() != management {
			return nil, notManagement()
		}
		p, err := open(c)
		if err != nil {
			return nil, err
		}
		all, err := find(p, in)
		if err != nil {
			return nil, err
		}
		for i := range all {
			n := &all[i]
			n.Owner = management
			if n.Action == "" {
				n.Action = action
			}
		}
		all[0].Spans = slices.Concat(all[0].Spans, identity.OrganizationSpans(write), []storage.Span{identity.AccountsSpan()})
		return all, nil
	}
}

// nothing is the need of an operation that is about no resource.
func nothing[In any](*place, *In) ([]awsapi.Need, error) { return []awsapi.Need{{}}, nil }

// about returns the need of an operation on something that is named by id. It is
// stated whether or not there is such a thing.
func about[In any](id func(*In) string) func(*place, *In) ([]awsapi.Need, error) {
	return func(p *place, in *In) ([]awsapi.Need, error) {
		t, err := p.find(id(in))
		if err != nil {
			return nil, err
		}
		return []awsapi.Need{t.need()}, nil
	}
}

// byType returns the need of an operation on all policies of a type.
func byType[In any](of func(*In) string) func(*place, *In) ([]awsapi.Need, error) {
	return func(_ *place, in *In) ([]awsapi.Need, error) {
		return []awsapi.Need{{Context: policyType(of(in))}}, nil
	}
}

// policyType is the condition key organizations:PolicyType.
type policyType identity.GuardrailType

// Lookup implements [policy.Context].
func (t policyType) Lookup(key string) policy.Value {
	if key == "organizations:policytype" && t != "" {
		return policy.One(string(t))
	}
	return policy.Value{}
}

// labelled adds to the need of making something that of tagging it, if it is to
// have tags.
func labelled(made awsapi.Need, label awsapi.Need, tags []tag) []awsapi.Need {
	if len(tags) == 0 {
		return []awsapi.Need{made}
	}
	made.RequestTags, label.RequestTags = tagsOf(tags), tagsOf(tags)
	label.Action = "organizations:TagResource"
	return []awsapi.Need{made, label}
}

// actions returns the service's part of the catalogue.
func actions() []awsapi.Action {
	typed := []awsapi.Key{{Name: "organizations:PolicyType", Always: true}}
	maybeTyped := []awsapi.Key{{Name: "organizations:PolicyType"}, {Name: "aws:ResourceTag/"}}
	tagged := []awsapi.Key{{Name: "aws:ResourceTag/"}}
	tagging := []awsapi.Key{{Name: "organizations:PolicyType"}, {Name: "aws:ResourceTag/"}, {Name: "aws:RequestTag/"}, {Name: "aws:TagKeys"}}
	requested := []awsapi.Key{{Name: "aws:RequestTag/"}, {Name: "aws:TagKeys"}}
	var all []awsapi.Action
	add := func(keys []awsapi.Key, resources []string, names ...string) {
		for _, name := range names {
			all = append(all, awsapi.Action{Name: "organizations:" + name, Resources: resources, Keys: keys})
		}
	}
	target := []string{"root", "ou", "account"}
	add(nil, nil, "DescribeOrganization", "ListRoots", "ListAccounts", "DescribeCreateAccountStatus", "ListCreateAccountStatus",
		"ListAWSServiceAccessForOrganization")
	add([]awsapi.Key{{Name: "organizations:ServicePrincipal"}}, nil, "ListDelegatedAdministrators")
	add(requested, nil, "CreateAccount")
	add(tagged, []string{"account"}, "DescribeAccount", "CloseAccount")
	add(tagged, target, "MoveAccount", "ListParents", "ListChildren", "ListAccountsForParent", "ListOrganizationalUnitsForParent")
	add(tagging, []string{"root", "ou"}, "CreateOrganizationalUnit")
	add(tagged, []string{"ou"}, "DescribeOrganizationalUnit", "UpdateOrganizationalUnit", "DeleteOrganizationalUnit")
	add(append(typed, tagged...), []string{"root"}, "EnablePolicyType", "DisablePolicyType")
	add(append(typed, requested...), nil, "CreatePolicy")
	add(typed, nil, "ListPolicies")
	add(append(typed, tagged...), target, "ListPoliciesForTarget")
	add(maybeTyped, []string{"policy"}, "DescribePolicy", "UpdatePolicy", "DeletePolicy", "ListTargetsForPolicy")
	add(maybeTyped, append([]string{"policy"}, target...), "AttachPolicy", "DetachPolicy", "ListTagsForResource")
	add(tagging, append([]string{"policy"}, target...), "TagResource", "UntagResource")
	return all
}
