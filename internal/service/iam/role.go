// SPDX-License-Identifier: Apache-2.0

package iam

import (
	"context"
	"errors"
	"iter"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/identity"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
)

// loadRole returns the role of that name in the caller's account.
func loadRole(c *awsapi.Call, name string) (*identity.Role, error) {
	r, err := identity.Roles.Get(c.Tx, c.Caller.Account(), name)
	if err != nil {
		return nil, notFound(err, "The role with name %s cannot be found.", name)
	}
	return r, nil
}

// changeRole loads the role of that name, changes and saves it.
func changeRole(c *awsapi.Call, name string, change func(*identity.Role) error) (*nothing, error) {
	r, err := loadRole(c, name)
	if err != nil {
		return nil, err
	}
	if err := change(r); err != nil {
		return nil, err
	}
	return &nothing{}, identity.Roles.Put(c.Tx, r.Account, r.Name, r)
}

func createRoleNeeds(_ context.Context, c *awsapi.Call, in *createRoleInput) (_ []awsapi.Need, err error) {
	if in.trust, err = resolve(c.Tx, in.AssumeRolePolicyDocument); err != nil {
		return nil, err
	}
	account := c.Caller.Account()
	in.id = identity.NewRoleID()
	n := awsapi.Need{
		Action:      "iam:CreateRole",
		Resource:    identity.RoleARN(account, pathOr(in.Path), in.RoleName),
		Owner:       account,
		Context:     &keys{boundary: value(in.PermissionsBoundary)},
		RequestTags: in.Tags,
		Spans: []storage.Span{
			identity.Roles.One(writes, account, in.RoleName),
			identity.PrincipalSpan(in.id),
			identity.PolicySpan(writes, account, value(in.PermissionsBoundary)),
		},
	}
	n.Spans = append(n.Spans, identity.RoleCount.Spans(writes, account)...)
	return tagged(n, "iam:TagRole"), nil
}

func createRole(_ context.Context, c *awsapi.Call, in *createRoleInput) (*createRoleOutput, error) {
	account := c.Caller.Account()
	switch _, err := identity.Roles.Get(c.Tx, account, in.RoleName); {
	case err == nil:
		return nil, alreadyExists("Role with name %s already exists.", in.RoleName)
	case !errors.Is(err, storage.ErrNotFound):
		return nil, err
	}
	if in.trust.err != nil {
		return nil, in.trust.err
	}
	if err := checkCount(c, identity.RoleCount, "RolesPerAccount", maxRoles); err != nil {
		return nil, err
	}
	r := &identity.Role{
		Entity: identity.Entity{
			Account: account,
			ID:      in.id,
			Name:    in.RoleName,
			Path:    pathOr(in.Path),
			Created: created(c),
			Tags:    in.Tags,
		},
		Description: value(in.Description),
		MaxSession:  minSessionLength,
		Trust:       in.trust.text,
	}
	if in.MaxSessionDuration != nil {
		r.MaxSession = int(*in.MaxSessionDuration)
	}
	if err := setBoundary(c, &r.Entity, in.PermissionsBoundary); err != nil {
		return nil, err
	}
	if err := identity.CreateRole(c.Tx, r); err != nil {
		return nil, err
	}
	return &createRoleOutput{Role: describeRole(r, in.AssumeRolePolicyDocument)}, nil
}

func getRole(d *identity.Directory) func(context.Context, *awsapi.Call, *getRoleInput) (*getRoleOutput, error) {
	return func(_ context.Context, c *awsapi.Call, in *getRoleInput) (*getRoleOutput, error) {
		shown, err := showRole(c, d, in.RoleName)
		if err != nil {
			return nil, err
		}
		return &getRoleOutput{Role: *shown}, nil
	}
}

// showRole describes the role of that name as GetRole shows it.
func showRole(c *awsapi.Call, d *identity.Directory, name string) (*role, error) {
	r, err := loadRole(c, name)
	if err != nil {
		return nil, err
	}
	trust, err := identity.ShowPrincipals(c.Tx, []byte(r.Trust))
	if err != nil {
		return nil, err
	}
	shown := describeRole(r, string(trust))
	shown.RoleLastUsed = &roleLastUsed{}
	u, err := d.LastUse(c.Tx, r.Account, r.ID)
	switch {
	case err == nil:
		shown.RoleLastUsed = &roleLastUsed{LastUsedDate: &u.Time, Region: &u.Region}
	case !errors.Is(err, storage.ErrNotFound):
		return nil, err
	}
	return &shown, nil
}

func listRoles(_ context.Context, c *awsapi.Call, in *listRolesInput) (*listRolesOutput, error) {
	found, next, err := page(paged(c, in.Marker, in.MaxItems),
		func(after string) iter.Seq2[identity.Role, error] {
			return identity.Roles.After(c.Tx, c.Caller.Account(), after)
		},
		func(r *identity.Role) string { return r.Name },
		underPath(in.PathPrefix, func(r *identity.Role) string { return r.Path }))
	if err != nil {
		return nil, err
	}
	out := &listRolesOutput{Roles: make([]role, len(found)), IsTruncated: next != nil, Marker: next}
	for i := range found {
		trust, err := identity.ShowPrincipals(c.Tx, []byte(found[i].Trust))
		if err != nil {
			return nil, err
		}
		out.Roles[i] = describeRole(&found[i], string(trust))
		out.Roles[i].Tags, out.Roles[i].PermissionsBoundary = nil, nil
	}
	return out, nil
}

func updateRole(_ context.Context, c *awsapi.Call, in *updateRoleInput) (*updateRoleOutput, error) {
	_, err := changeRole(c, in.RoleName, func(r *identity.Role) error {
		if in.Description != nil {
			r.Description = *in.Description
		}
		if in.MaxSessionDuration != nil {
			r.MaxSession = int(*in.MaxSessionDuration)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &updateRoleOutput{}, nil
}

func updateRoleDescription(d *identity.Directory) func(context.Context, *awsapi.Call, *updateRoleDescriptionInput) (*updateRoleDescriptionOutput, error) {
	return func(_ context.Context, c *awsapi.Call, in *updateRoleDescriptionInput) (*updateRoleDescriptionOutput, error) {
		if _, err := changeRole(c, in.RoleName, func(r *identity.Role) error {
			r.Description = in.Description
			return nil
		}); err != nil {
			return nil, err
		}
		shown, err := showRole(c, d, in.RoleName)
		if err != nil {
			return nil, err
		}
		return &updateRoleDescriptionOutput{Role: *shown}, nil
	}
}

func deleteRole(_ context.Context, c *awsapi.Call, in *deleteRoleInput) (*nothing, error) {
	r, err := loadRole(c, in.RoleName)
	if err != nil {
		return nil, err
	}
	if err := checkDeletable(&r.Entity); err != nil {
		return nil, err
	}
	if err := clearBoundary(c, &r.Entity); err != nil {
		return nil, err
	}
	return &nothing{}, identity.DeleteRole(c.Tx, r)
}

func updateAssumeRolePolicyNeeds(ctx context.Context, c *awsapi.Call, in *updateAssumeRolePolicyInput) (_ []awsapi.Need, err error) {
	if in.trust, err = resolve(c.Tx, in.PolicyDocument); err != nil {
		return nil, err
	}
	return on[updateAssumeRolePolicyInput]("iam:UpdateAssumeRolePolicy", writes)(ctx, c, in)
}

func updateAssumeRolePolicy(_ context.Context, c *awsapi.Call, in *updateAssumeRolePolicyInput) (*nothing, error) {
	return changeRole(c, in.RoleName, func(r *identity.Role) error {
		r.Trust = in.trust.text
		return in.trust.err
	})
}

func tagRole(_ context.Context, c *awsapi.Call, in *tagRoleInput) (*nothing, error) {
	return changeRole(c, in.RoleName, func(r *identity.Role) error { return setTags(&r.Entity, in.Tags) })
}

func untagRole(_ context.Context, c *awsapi.Call, in *untagRoleInput) (*nothing, error) {
	return changeRole(c, in.RoleName, func(r *identity.Role) error {
		dropTags(&r.Entity, in.TagKeys)
		return nil
	})
}

func listRoleTags(_ context.Context, c *awsapi.Call, in *listRoleTagsInput) (*listTagsOutput, error) {
	r, err := loadRole(c, in.RoleName)
	if err != nil {
		return nil, err
	}
	return listTags(&r.Entity, paged(c, in.Marker, in.MaxItems))
}

// describeRole describes r, whose trust policy is given as it is to be shown.
func describeRole(r *identity.Role, trust string) role {
	return role{
		Path:                     r.Path,
		RoleName:                 r.Name,
		RoleId:                   r.ID,
		Arn:                      r.ARN().String(),
		CreateDate:               r.Created,
		AssumeRolePolicyDocument: encodeDocument(trust),
		Description:              optional(r.Description),
		MaxSessionDuration:       int32(r.MaxSession),
		PermissionsBoundary:      describeBoundary(&r.Entity),
		Tags:                     r.Tags,
	}
}

// optional returns nil for an empty string, which answers leave out.
func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
