// SPDX-License-Identifier: Apache-2.0

package iam

// Lists that are always empty have members of no type.

type listMFADevicesInput struct {
	UserName *string
	Marker   *string
	MaxItems *int32
}

type listMFADevicesOutput struct {
	MFADevices  []struct{}
	IsTruncated bool
}

type listVirtualMFADevicesInput struct {
	AssignmentStatus string
	Marker           *string
	MaxItems         *int32
}

type listVirtualMFADevicesOutput struct {
	VirtualMFADevices []struct{}
	IsTruncated       bool
}

type listSigningCertificatesInput struct {
	UserName *string
	Marker   *string
	MaxItems *int32
}

type listSigningCertificatesOutput struct {
	Certificates []struct{}
	IsTruncated  bool
}

type listSSHPublicKeysInput struct {
	UserName *string
	Marker   *string
	MaxItems *int32
}

type listSSHPublicKeysOutput struct {
	SSHPublicKeys []struct{}
	IsTruncated   bool
}

type listServiceSpecificCredentialsInput struct {
	UserName    *string
	ServiceName *string
	Marker      *string
	MaxItems    *int32
}

type listServiceSpecificCredentialsOutput struct {
	ServiceSpecificCredentials []struct{}
	IsTruncated                bool
}

type getLoginProfileInput struct{ UserName *string }

type deleteLoginProfileInput struct{ UserName *string }

type getAccountPasswordPolicyInput struct{}

type listInstanceProfilesInput struct {
	PathPrefix *string
	Marker     *string
	MaxItems   *int32
}

type listInstanceProfilesForRoleInput struct {
	RoleName string
	Marker   *string
	MaxItems *int32
}

type listInstanceProfilesOutput struct {
	InstanceProfiles []struct{}
	IsTruncated      bool
}
