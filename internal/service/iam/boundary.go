// SPDX-License-Identifier: Apache-2.0

package iam

import (
	"context"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/identity"
)

// setBoundary makes the managed policy e's permissions boundary, in the place
// of another. A nil ARN changes nothing.
func setBoundary(c *awsapi.Call, e *identity.Entity, policyARN *string) error {
	if policyARN == nil || *policyARN == e.Boundary {
		return nil
	}
	// The new one first: if it doesn't exist nothing has changed.
	p, err := identity.GetPolicy(c.Tx, e.Account, *policyARN)
	if err != nil {
		return notFound(err, "Scope ARN: %s does not exist or is not attachable.", *policyARN)
	}
	if err := clearBoundary(c, e); err != nil {
		return err
	}
	e.Boundary = *policyARN
	p.Boundaries++
	return savePolicy(c, p)
}

// clearBoundary takes e's permissions boundary away, if it has one.
func clearBoundary(c *awsapi.Call, e *identity.Entity) error {
	if e.Boundary == "" {
		return nil
	}
	p, err := loadPolicy(c, e.Boundary)
	if err != nil {
		return err
	}
	e.Boundary = ""
	p.Boundaries--
	return savePolicy(c, p)
}

func describeBoundary(e *identity.Entity) *boundary {
	if e.Boundary == "" {
		return nil
	}
	return &boundary{PermissionsBoundaryType: "Policy", PermissionsBoundaryArn: e.Boundary}
}

func putUserPermissionsBoundary(_ context.Context, c *awsapi.Call, in *putUserPermissionsBoundaryInput) (*nothing, error) {
	return changeUser(c, in.UserName, func(u *identity.User) error {
		return setBoundary(c, &u.Entity, &in.PermissionsBoundary)
	})
}

func deleteUserPermissionsBoundary(_ context.Context, c *awsapi.Call, in *deleteUserPermissionsBoundaryInput) (*nothing, error) {
	return changeUser(c, in.UserName, func(u *identity.User) error { return clearBoundary(c, &u.Entity) })
}

func putRolePermissionsBoundary(_ context.Context, c *awsapi.Call, in *putRolePermissionsBoundaryInput) (*nothing, error) {
	return changeRole(c, in.RoleName, func(r *identity.Role) error {
		return setBoundary(c, &r.Entity, &in.PermissionsBoundary)
	})
}

func deleteRolePermissionsBoundary(_ context.Context, c *awsapi.Call, in *deleteRolePermissionsBoundaryInput) (*nothing, error) {
	return changeRole(c, in.RoleName, func(r *identity.Role) error { return clearBoundary(c, &r.Entity) })
}
