// SPDX-License-Identifier: Apache-2.0

package iam

import "github.com/bailiwick-dev/bailiwick/internal/identity/constraint"

func (in *listMFADevicesInput) Validate() error {
	return ownPage(in.UserName, in.Marker, in.MaxItems)
}

func (in *listVirtualMFADevicesInput) Validate() error {
	var v checks
	v.Enum("assignmentStatus", in.AssignmentStatus, "Assigned", "Unassigned", "Any")
	v.paging(in.Marker, in.MaxItems)
	return v.Err()
}

func (in *listSigningCertificatesInput) Validate() error {
	return ownPage(in.UserName, in.Marker, in.MaxItems)
}

func (in *listSSHPublicKeysInput) Validate() error {
	return ownPage(in.UserName, in.Marker, in.MaxItems)
}

func (in *listServiceSpecificCredentialsInput) Validate() error {
	return ownPage(in.UserName, in.Marker, in.MaxItems)
}

func (in *getLoginProfileInput) Validate() error { return ownPage(in.UserName, nil, nil) }

func (in *deleteLoginProfileInput) Validate() error { return ownPage(in.UserName, nil, nil) }

func (in *listInstanceProfilesInput) Validate() error {
	var v checks
	v.Text("pathPrefix", in.PathPrefix, constraint.PathPrefix)
	v.paging(in.Marker, in.MaxItems)
	return v.Err()
}

func (in *listInstanceProfilesForRoleInput) Validate() error {
	v := roleName(in.RoleName)
	v.paging(in.Marker, in.MaxItems)
	return v.Err()
}

// ownPage checks an input that may name a user.
func ownPage(name, marker *string, maxItems *int32) error {
	var v checks
	v.Text("userName", name, constraint.ExistingName)
	v.paging(marker, maxItems)
	return v.Err()
}
