// SPDX-License-Identifier: Apache-2.0

package iam

import (
	"slices"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
)

// emptyOfUsers returns the operations on what users have none of.
func emptyOfUsers() []awsapi.Operation {
	const ann = `{"UserName":"yellow-ann"}`
	return []awsapi.Operation{
		awsapi.Op(read("ListMFADevices", ann), ownListing("iam:ListMFADevices", func(in *listMFADevicesInput) *string { return in.UserName }), listMFADevices),
		awsapi.Op(read("ListSigningCertificates", ann), ownListing("iam:ListSigningCertificates", func(in *listSigningCertificatesInput) *string { return in.UserName }), listSigningCertificates),
		awsapi.Op(read("ListSSHPublicKeys", ann), ownListing("iam:ListSSHPublicKeys", func(in *listSSHPublicKeysInput) *string { return in.UserName }), listSSHPublicKeys),
		awsapi.Op(read("ListServiceSpecificCredentials", ann), ownListing("iam:ListServiceSpecificCredentials", func(in *listServiceSpecificCredentialsInput) *string { return in.UserName }), listServiceSpecificCredentials),
		awsapi.Op(read("GetLoginProfile", ann), ownListing("iam:GetLoginProfile", func(in *getLoginProfileInput) *string { return in.UserName }), getLoginProfile),
		awsapi.Op(control("DeleteLoginProfile", ann), ownListing("iam:DeleteLoginProfile", func(in *deleteLoginProfileInput) *string { return in.UserName }), deleteLoginProfile),
	}
}

// emptyOfAccount returns the operations on what accounts have none of.
func emptyOfAccount() []awsapi.Operation {
	return []awsapi.Operation{
		awsapi.Op(read("ListVirtualMFADevices", `{}`), listing[listVirtualMFADevicesInput]("iam:ListVirtualMFADevices", noSpans), listVirtualMFADevices),
		awsapi.Op(read("ListInstanceProfiles", `{}`), listing[listInstanceProfilesInput]("iam:ListInstanceProfiles", noSpans), listInstanceProfiles),
		awsapi.Op(read("GetAccountPasswordPolicy", `{}`), listing[getAccountPasswordPolicyInput]("iam:GetAccountPasswordPolicy", noSpans), getAccountPasswordPolicy),
	}
}

// emptyActions returns their actions.
func emptyActions() []awsapi.Action {
	return slices.Concat(
		declare([]string{"user"}, bounded,
			"ListMFADevices", "ListSigningCertificates", "ListSSHPublicKeys", "ListServiceSpecificCredentials",
			"GetLoginProfile", "DeleteLoginProfile"),
		declare([]string{"role"}, bounded, "ListInstanceProfilesForRole"),
		declare(nil, nil, "ListVirtualMFADevices", "ListInstanceProfiles", "GetAccountPasswordPolicy"),
	)
}
