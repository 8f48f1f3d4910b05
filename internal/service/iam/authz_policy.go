// SPDX-License-Identifier: Apache-2.0

package iam

import (
	"context"
	"errors"

	"github.com/bailiwick-dev/bailiwick/arn"
	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/identity"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
)

// A policyTarget is which managed policy an input is about.
type policyTarget struct {
	arn   string
	tags  []awsapi.Tag
	untag []string // keys
	lists bool     // the answer lists who has it
	ends  bool     // the policy goes
}

// A policied input is about one managed policy.
type policied interface{ policyTarget() policyTarget }

// onPolicy returns the needs function of an operation on one managed policy.
func onPolicy[In any, P interface {
	*In
	policied
}](action string, write bool) func(context.Context, *awsapi.Call, *In) ([]awsapi.Need, error) {
	return func(_ context.Context, c *awsapi.Call, in *In) ([]awsapi.Need, error) {
		t := P(in).policyTarget()
		a, err := arn.Parse(t.arn)
		if err != nil {
			return nil, invalid("ARN %s is not valid.", t.arn)
		}
		caller := c.Caller.Account()
		n := awsapi.Need{Action: action, Resource: a, Owner: policyOwner(a.Account, caller, write), RequestTags: t.tags, UntagKeys: t.untag}
		if n.Owner != caller {
			return []awsapi.Need{n}, nil // nobody's but its own account's
		}
		p, err := identity.GetPolicy(c.Tx, caller, t.arn)
		if err != nil && !errors.Is(err, storage.ErrNotFound) {
			return nil, err
		}
		if err == nil {
			n.ResourceTags = p.Tags
			n.Context = &keys{tags: p.Tags}
		}
		n.Spans = []storage.Span{identity.PolicySpan(write, caller, t.arn)}
		if t.lists {
			n.Spans = append(n.Spans, entitySpans(caller)...)
		}
		if t.ends {
			n.Spans = append(n.Spans, identity.PolicyCount.Spans(writes, caller)...)
		}
		return []awsapi.Need{n}, nil
	}
}

// policyOwner returns whose a policy is by the account in its ARN. AWS's own are
// everybody's to read and nobody's to change.
func policyOwner(account, caller string, write bool) string {
	if identity.ValidAccount(account) || account == identity.AWSOwner && write {
		return account
	}
	return caller
}

func (in *getPolicyInput) policyTarget() policyTarget { return policyTarget{arn: in.PolicyArn} }

func (in *deletePolicyInput) policyTarget() policyTarget {
	return policyTarget{arn: in.PolicyArn, ends: true}
}

func (in *createPolicyVersionInput) policyTarget() policyTarget {
	return policyTarget{arn: in.PolicyArn}
}

func (in *getPolicyVersionInput) policyTarget() policyTarget {
	return policyTarget{arn: in.PolicyArn}
}

func (in *setDefaultPolicyVersionInput) policyTarget() policyTarget {
	return policyTarget{arn: in.PolicyArn}
}

func (in *deletePolicyVersionInput) policyTarget() policyTarget {
	return policyTarget{arn: in.PolicyArn}
}

func (in *listPolicyVersionsInput) policyTarget() policyTarget {
	return policyTarget{arn: in.PolicyArn}
}

func (in *listEntitiesForPolicyInput) policyTarget() policyTarget {
	return policyTarget{arn: in.PolicyArn, lists: true}
}

func (in *tagPolicyInput) policyTarget() policyTarget {
	return policyTarget{arn: in.PolicyArn, tags: in.Tags}
}

func (in *untagPolicyInput) policyTarget() policyTarget {
	return policyTarget{arn: in.PolicyArn, untag: in.TagKeys}
}

func (in *listPolicyTagsInput) policyTarget() policyTarget { return policyTarget{arn: in.PolicyArn} }
