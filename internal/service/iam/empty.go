// SPDX-License-Identifier: Apache-2.0

package iam

import (
	"context"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
)

// What users and roles of AWS may have and none has here: passwords and MFA
// devices for a console, certificates, keys of other services, instance profiles.
// Tools ask for them before they delete a user or a role, and are told that there
// are none.

// ownListing returns the needs function of an operation on the user that is
// named, or on the caller.
func ownListing[In any](action string, name func(*In) *string) func(context.Context, *awsapi.Call, *In) ([]awsapi.Need, error) {
	return func(_ context.Context, c *awsapi.Call, in *In) ([]awsapi.Need, error) {
		return ownNeeds(c, action, reads, name(in))
	}
}

func listMFADevices(_ context.Context, c *awsapi.Call, in *listMFADevicesInput) (*listMFADevicesOutput, error) {
	_, err := loadOwner(c, in.UserName)
	return &listMFADevicesOutput{MFADevices: []struct{}{}}, err
}

func listVirtualMFADevices(context.Context, *awsapi.Call, *listVirtualMFADevicesInput) (*listVirtualMFADevicesOutput, error) {
	return &listVirtualMFADevicesOutput{VirtualMFADevices: []struct{}{}}, nil
}

func listSigningCertificates(_ context.Context, c *awsapi.Call, in *listSigningCertificatesInput) (*listSigningCertificatesOutput, error) {
	_, err := loadOwner(c, in.UserName)
	return &listSigningCertificatesOutput{Certificates: []struct{}{}}, err
}

func listSSHPublicKeys(_ context.Context, c *awsapi.Call, in *listSSHPublicKeysInput) (*listSSHPublicKeysOutput, error) {
	_, err := loadOwner(c, in.UserName)
	return &listSSHPublicKeysOutput{SSHPublicKeys: []struct{}{}}, err
}

func listServiceSpecificCredentials(_ context.Context, c *awsapi.Call, in *listServiceSpecificCredentialsInput) (*listServiceSpecificCredentialsOutput, error) {
	_, err := loadOwner(c, in.UserName)
	return &listServiceSpecificCredentialsOutput{ServiceSpecificCredentials: []struct{}{}}, err
}

func getLoginProfile(_ context.Context, c *awsapi.Call, in *getLoginProfileInput) (*nothing, error) {
	return nil, noLoginProfile(c, in.UserName)
}

func deleteLoginProfile(_ context.Context, c *awsapi.Call, in *deleteLoginProfileInput) (*nothing, error) {
	return nil, noLoginProfile(c, in.UserName)
}

// noLoginProfile says that the user of that name, or the caller, has no password.
func noLoginProfile(c *awsapi.Call, name *string) error {
	o, err := loadOwner(c, name)
	if err != nil {
		return err
	}
	return noSuchEntity("Login Profile for User %s cannot be found.", o.name())
}

func getAccountPasswordPolicy(_ context.Context, c *awsapi.Call, _ *getAccountPasswordPolicyInput) (*nothing, error) {
	return nil, noSuchEntity("The Password Policy with domain name %s cannot be found.", c.Caller.Account())
}

func listInstanceProfiles(context.Context, *awsapi.Call, *listInstanceProfilesInput) (*listInstanceProfilesOutput, error) {
	return &listInstanceProfilesOutput{InstanceProfiles: []struct{}{}}, nil
}

func listInstanceProfilesForRole(_ context.Context, c *awsapi.Call, in *listInstanceProfilesForRoleInput) (*listInstanceProfilesOutput, error) {
	_, err := loadRole(c, in.RoleName)
	return &listInstanceProfilesOutput{InstanceProfiles: []struct{}{}}, err
}
