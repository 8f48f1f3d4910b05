// SPDX-License-Identifier: Apache-2.0

package sts

import (
	"context"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/identity"
	"github.com/bailiwick-dev/bailiwick/policy"
)

// getFederationTokenNeeds states the permission to name the federated user, and
// that to tag the session if it is to have tags.
func getFederationTokenNeeds(_ context.Context, c *awsapi.Call, in *getFederationTokenInput) ([]awsapi.Need, error) {
	account := c.Caller.Account()
	var err error
	if in.epoch, err = c.Tx.Epoch(account); err != nil {
		return nil, err
	}
	limits := in.limits()
	if in.policyErr, err = limits.find(c.Tx, account); err != nil {
		return nil, err
	}
	need := awsapi.Need{
		Action:      "sts:GetFederationToken",
		Resource:    identity.FederatedARN(account, in.Name),
		Owner:       account,
		RequestTags: in.Tags,
	}
	need.Policy, err = suspension(c.Tx, account, c.Caller.Principal.ID, in.tags(c.Caller), policy.Resource)
	if err != nil {
		return nil, err
	}
	needs := []awsapi.Need{need}
	if len(in.Tags) > 0 {
		need.Action = "sts:TagSession"
		needs = append(needs, need)
	}
	return needs, nil
}

// tags returns the tags of the session: those of the user, overridden by those
// that are passed.
func (in *getFederationTokenInput) tags(user *awsapi.Caller) []awsapi.Tag {
	return overlay(user.Tags, in.Tags)
}

// getFederationToken issues a session of the federated user, who may do what both
// the calling user may at the time and the session policies allow; without session
// policies, nothing but what the policies of resources allow to itself.
func getFederationToken(d *identity.Directory) func(context.Context, *awsapi.Call, *getFederationTokenInput) (*getFederationTokenOutput, error) {
	return func(_ context.Context, c *awsapi.Call, in *getFederationTokenInput) (*getFederationTokenOutput, error) {
		if in.policyErr != nil {
			return nil, in.policyErr
		}
		limits := in.limits()
		size, err := limits.packed(in.Tags)
		if err != nil {
			return nil, err
		}
		s := newUserSession(c, identity.FederatedSession, in.DurationSeconds, in.epoch)
		s.Name, s.Tags = in.Name, in.tags(c.Caller)
		limits.set(s)
		s.From(c.Caller)
		out, err := issue(d, s)
		if err != nil {
			return nil, err
		}
		return &getFederationTokenOutput{
			Credentials:      out,
			FederatedUser:    federatedUser{FederatedUserId: s.Account + ":" + s.Name, Arn: s.ARN()},
			PackedPolicySize: size,
			session:          s.ID,
		}, nil
	}
}
