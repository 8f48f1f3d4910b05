// SPDX-License-Identifier: Apache-2.0

package iam

import (
	"context"
	"slices"

	"github.com/bailiwick-dev/bailiwick/arn"
	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/identity"
)

// attach attaches the managed policy to e; once, however often it is asked to.
func attach(c *awsapi.Call, e *identity.Entity, policyARN, quota string, limit int) error {
	p, err := loadPolicy(c, policyARN)
	if err != nil {
		return err
	}
	if slices.Contains(e.Attached, policyARN) {
		return nil
	}
	if len(e.Attached) >= limit {
		return overQuota(quota, limit)
	}
	e.Attached = append(slices.Clone(e.Attached), policyARN)
	p.Attachments++
	return savePolicy(c, p)
}

func detach(c *awsapi.Call, e *identity.Entity, policyARN string) error {
	i := slices.Index(e.Attached, policyARN)
	if i < 0 {
		return noSuchEntity("Policy %s was not found.", policyARN)
	}
	p, err := loadPolicy(c, policyARN)
	if err != nil {
		return err
	}
	e.Attached = slices.Delete(slices.Clone(e.Attached), i, i+1)
	p.Attachments--
	return savePolicy(c, p)
}

// An attachment is a managed policy as seen from who has it. Its key tells it from
// one of AWS's of the same name.
type attachment struct{ arn, name, path, key string }

// attachments returns the managed policies that e has, in the order they were
// attached.
func attachments(e *identity.Entity) ([]attachment, error) {
	list := make([]attachment, len(e.Attached))
	for i, s := range e.Attached {
		a, err := arn.Parse(s)
		if err != nil {
			return nil, err
		}
		_, path, name, _ := identity.ParseARN(a, "policy")
		list[i] = attachment{arn: s, name: name, path: path, key: name + "/" + a.Account}
	}
	return list, nil
}

func describeAttached(list []attachment) []attachedPolicy {
	out := make([]attachedPolicy, len(list))
	for i, a := range list {
		out[i] = attachedPolicy{PolicyName: a.name, PolicyArn: a.arn}
	}
	return out
}

func listAttached(e *identity.Entity, p pager, prefix *string) (*listAttachedOutput, error) {
	list, err := attachments(e)
	if err != nil {
		return nil, err
	}
	key := func(a *attachment) string { return a.key }
	found, next, err := page(p, sorted(list, key), key, underPath(prefix, func(a *attachment) string { return a.path }))
	if err != nil {
		return nil, err
	}
	return &listAttachedOutput{AttachedPolicies: describeAttached(found), IsTruncated: next != nil, Marker: next}, nil
}

func attachUserPolicy(_ context.Context, c *awsapi.Call, in *attachUserPolicyInput) (*nothing, error) {
	return changeUser(c, in.UserName, func(u *identity.User) error {
		return attach(c, &u.Entity, in.PolicyArn, "PoliciesPerUser", maxAttached)
	})
}

func detachUserPolicy(_ context.Context, c *awsapi.Call, in *detachUserPolicyInput) (*nothing, error) {
	return changeUser(c, in.UserName, func(u *identity.User) error { return detach(c, &u.Entity, in.PolicyArn) })
}

func listAttachedUserPolicies(_ context.Context, c *awsapi.Call, in *listAttachedUserPoliciesInput) (*listAttachedOutput, error) {
	u, err := loadUser(c, in.UserName)
	if err != nil {
		return nil, err
	}
	return listAttached(&u.Entity, paged(c, in.Marker, in.MaxItems), in.PathPrefix)
}

func attachGroupPolicy(_ context.Context, c *awsapi.Call, in *attachGroupPolicyInput) (*nothing, error) {
	return changeGroup(c, in.GroupName, func(g *identity.Group) error {
		return attach(c, &g.Entity, in.PolicyArn, "PoliciesPerGroup", maxGroupAttached)
	})
}

func detachGroupPolicy(_ context.Context, c *awsapi.Call, in *detachGroupPolicyInput) (*nothing, error) {
	return changeGroup(c, in.GroupName, func(g *identity.Group) error { return detach(c, &g.Entity, in.PolicyArn) })
}

func listAttachedGroupPolicies(_ context.Context, c *awsapi.Call, in *listAttachedGroupPoliciesInput) (*listAttachedOutput, error) {
	g, err := loadGroup(c, in.GroupName)
	if err != nil {
		return nil, err
	}
	return listAttached(&g.Entity, paged(c, in.Marker, in.MaxItems), in.PathPrefix)
}

func attachRolePolicy(_ context.Context, c *awsapi.Call, in *attachRolePolicyInput) (*nothing, error) {
	return changeRole(c, in.RoleName, func(r *identity.Role) error {
		return attach(c, &r.Entity, in.PolicyArn, "PoliciesPerRole", maxAttached)
	})
}

func detachRolePolicy(_ context.Context, c *awsapi.Call, in *detachRolePolicyInput) (*nothing, error) {
	return changeRole(c, in.RoleName, func(r *identity.Role) error { return detach(c, &r.Entity, in.PolicyArn) })
}

func listAttachedRolePolicies(_ context.Context, c *awsapi.Call, in *listAttachedRolePoliciesInput) (*listAttachedOutput, error) {
	r, err := loadRole(c, in.RoleName)
	if err != nil {
		return nil, err
	}
	return listAttached(&r.Entity, paged(c, in.Marker, in.MaxItems), in.PathPrefix)
}
