// SPDX-License-Identifier: Apache-2.0

package iam

import (
	"context"
	"slices"
	"strings"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/identity"
	"github.com/bailiwick-dev/bailiwick/policy"
)

// putInline adds an inline policy to e, or replaces the one of that name. quota
// is the size of all of them together.
func putInline(e *identity.Entity, name, text string, quota int, owner string) error {
	inline := slices.Clone(e.Inline)
	i, ok := findInline(e, name)
	if ok {
		inline[i].Text = text
	} else {
		inline = slices.Insert(inline, i, identity.Inline{Name: name, Text: text})
	}
	size := 0
	for _, p := range inline {
		size += policy.Size([]byte(p.Text))
	}
	if size > quota {
		return limitExceeded("Maximum policy size of %d bytes exceeded for %s %s", quota, owner, e.Name)
	}
	e.Inline = inline
	return nil
}

// findInline returns where e's inline policy of that name is, or would be.
// Unlike names of entities, those of inline policies are told apart by case.
func findInline(e *identity.Entity, name string) (int, bool) {
	return slices.BinarySearchFunc(e.Inline, name, func(p identity.Inline, name string) int {
		return strings.Compare(p.Name, name)
	})
}

func getInline(e *identity.Entity, name, owner string) (*identity.Inline, error) {
	i, ok := findInline(e, name)
	if !ok {
		return nil, noSuchEntity("The %s policy with name %s cannot be found.", owner, name)
	}
	return &e.Inline[i], nil
}

func deleteInline(e *identity.Entity, name, owner string) error {
	i, ok := findInline(e, name)
	if !ok {
		return noSuchEntity("The %s policy with name %s cannot be found.", owner, name)
	}
	e.Inline = slices.Delete(slices.Clone(e.Inline), i, i+1)
	return nil
}

func listInline(e *identity.Entity, p pager) (*listInlineOutput, error) {
	names := make([]string, len(e.Inline))
	for i := range e.Inline {
		names[i] = e.Inline[i].Name
	}
	self := func(s *string) string { return *s }
	names, next, err := page(p, sorted(names, self), self, nil)
	if err != nil {
		return nil, err
	}
	return &listInlineOutput{PolicyNames: names, IsTruncated: next != nil, Marker: next}, nil
}

func putUserPolicy(_ context.Context, c *awsapi.Call, in *putUserPolicyInput) (*nothing, error) {
	return changeUser(c, in.UserName, func(u *identity.User) error {
		return putInline(&u.Entity, in.PolicyName, in.PolicyDocument, maxUserInline, "user")
	})
}

func getUserPolicy(_ context.Context, c *awsapi.Call, in *getUserPolicyInput) (*getUserPolicyOutput, error) {
	u, err := loadUser(c, in.UserName)
	if err != nil {
		return nil, err
	}
	p, err := getInline(&u.Entity, in.PolicyName, "user")
	if err != nil {
		return nil, err
	}
	return &getUserPolicyOutput{UserName: u.Name, PolicyName: p.Name, PolicyDocument: encodeDocument(p.Text)}, nil
}

func deleteUserPolicy(_ context.Context, c *awsapi.Call, in *deleteUserPolicyInput) (*nothing, error) {
	return changeUser(c, in.UserName, func(u *identity.User) error {
		return deleteInline(&u.Entity, in.PolicyName, "user")
	})
}

func listUserPolicies(_ context.Context, c *awsapi.Call, in *listUserPoliciesInput) (*listInlineOutput, error) {
	u, err := loadUser(c, in.UserName)
	if err != nil {
		return nil, err
	}
	return listInline(&u.Entity, paged(c, in.Marker, in.MaxItems))
}

func putGroupPolicy(_ context.Context, c *awsapi.Call, in *putGroupPolicyInput) (*nothing, error) {
	return changeGroup(c, in.GroupName, func(g *identity.Group) error {
		return putInline(&g.Entity, in.PolicyName, in.PolicyDocument, maxGroupInline, "group")
	})
}

func getGroupPolicy(_ context.Context, c *awsapi.Call, in *getGroupPolicyInput) (*getGroupPolicyOutput, error) {
	g, err := loadGroup(c, in.GroupName)
	if err != nil {
		return nil, err
	}
	p, err := getInline(&g.Entity, in.PolicyName, "group")
	if err != nil {
		return nil, err
	}
	return &getGroupPolicyOutput{GroupName: g.Name, PolicyName: p.Name, PolicyDocument: encodeDocument(p.Text)}, nil
}

func deleteGroupPolicy(_ context.Context, c *awsapi.Call, in *deleteGroupPolicyInput) (*nothing, error) {
	return changeGroup(c, in.GroupName, func(g *identity.Group) error {
		return deleteInline(&g.Entity, in.PolicyName, "group")
	})
}

func listGroupPolicies(_ context.Context, c *awsapi.Call, in *listGroupPoliciesInput) (*listInlineOutput, error) {
	g, err := loadGroup(c, in.GroupName)
	if err != nil {
		return nil, err
	}
	return listInline(&g.Entity, paged(c, in.Marker, in.MaxItems))
}

func putRolePolicy(_ context.Context, c *awsapi.Call, in *putRolePolicyInput) (*nothing, error) {
	return changeRole(c, in.RoleName, func(r *identity.Role) error {
		return putInline(&r.Entity, in.PolicyName, in.PolicyDocument, maxRoleInline, "role")
	})
}

func getRolePolicy(_ context.Context, c *awsapi.Call, in *getRolePolicyInput) (*getRolePolicyOutput, error) {
	r, err := loadRole(c, in.RoleName)
	if err != nil {
		return nil, err
	}
	p, err := getInline(&r.Entity, in.PolicyName, "role")
	if err != nil {
		return nil, err
	}
	return &getRolePolicyOutput{RoleName: r.Name, PolicyName: p.Name, PolicyDocument: encodeDocument(p.Text)}, nil
}

func deleteRolePolicy(_ context.Context, c *awsapi.Call, in *deleteRolePolicyInput) (*nothing, error) {
	return changeRole(c, in.RoleName, func(r *identity.Role) error {
		return deleteInline(&r.Entity, in.PolicyName, "role")
	})
}

func listRolePolicies(_ context.Context, c *awsapi.Call, in *listRolePoliciesInput) (*listInlineOutput, error) {
	r, err := loadRole(c, in.RoleName)
	if err != nil {
		return nil, err
	}
	return listInline(&r.Entity, paged(c, in.Marker, in.MaxItems))
}
