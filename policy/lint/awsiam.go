// SPDX-License-Identifier: Apache-2.0

package lint

// iamService is IAM, whose actions have more types of resource than all others'
// together.
var iamService = awsService{
	prefix: "iam",
	forms: map[string]string{
		"user":             "arn:+:iam::+:user/*",
		"group":            "arn:+:iam::+:group/*",
		"role":             "arn:+:iam::+:role/*",
		"policy":           "arn:+:iam::+:policy/*",
		"instance-profile": "arn:+:iam::+:instance-profile/*",
		"oidc-provider":    "arn:+:iam::+:oidc-provider/*",
		"saml-provider":    "arn:+:iam::+:saml-provider/*",
	},
	actions: map[string]string{
		"user": `AttachUserPolicy ChangePassword CreateAccessKey CreateLoginProfile CreateServiceSpecificCredential CreateUser
			DeactivateMFADevice DeleteAccessKey DeleteLoginProfile DeleteSSHPublicKey DeleteServiceSpecificCredential
			DeleteSigningCertificate DeleteUser DeleteUserPermissionsBoundary DeleteUserPolicy DetachUserPolicy EnableMFADevice
			GetLoginProfile GetSSHPublicKey GetUser GetUserPolicy ListAccessKeys ListAttachedUserPolicies ListGroupsForUser
			ListMFADevices ListSSHPublicKeys ListServiceSpecificCredentials ListSigningCertificates ListUserPolicies
			ListUserTags PutUserPermissionsBoundary PutUserPolicy ResetServiceSpecificCredential ResyncMFADevice TagUser
			UntagUser UpdateAccessKey UpdateLoginProfile UpdateSSHPublicKey UpdateServiceSpecificCredential
			UpdateSigningCertificate UpdateUser UploadSSHPublicKey UploadSigningCertificate`,
		"group": `AddUserToGroup AttachGroupPolicy CreateGroup DeleteGroup DeleteGroupPolicy DetachGroupPolicy GetGroup
			GetGroupPolicy ListAttachedGroupPolicies ListGroupPolicies PutGroupPolicy RemoveUserFromGroup UpdateGroup`,
		"role": `AttachRolePolicy CreateRole CreateServiceLinkedRole DeleteRole DeleteRolePermissionsBoundary DeleteRolePolicy
			DeleteServiceLinkedRole DetachRolePolicy GetRole GetRolePolicy GetServiceLinkedRoleDeletionStatus
			ListAttachedRolePolicies ListInstanceProfilesForRole ListRolePolicies ListRoleTags PassRole
			PutRolePermissionsBoundary PutRolePolicy TagRole UntagRole UpdateAssumeRolePolicy UpdateRole UpdateRoleDescription`,
		"policy": `CreatePolicy CreatePolicyVersion DeletePolicy DeletePolicyVersion GetPolicy GetPolicyVersion
			ListEntitiesForPolicy ListPolicyTags ListPolicyVersions SetDefaultPolicyVersion TagPolicy UntagPolicy`,
		"instance-profile": `AddRoleToInstanceProfile CreateInstanceProfile DeleteInstanceProfile GetInstanceProfile
			ListInstanceProfileTags RemoveRoleFromInstanceProfile TagInstanceProfile UntagInstanceProfile`,
		"oidc-provider": `AddClientIDToOpenIDConnectProvider CreateOpenIDConnectProvider DeleteOpenIDConnectProvider
			GetOpenIDConnectProvider ListOpenIDConnectProviderTags RemoveClientIDFromOpenIDConnectProvider
			TagOpenIDConnectProvider UntagOpenIDConnectProvider UpdateOpenIDConnectProviderThumbprint`,
		"saml-provider": `CreateSAMLProvider DeleteSAMLProvider GetSAMLProvider ListSAMLProviderTags TagSAMLProvider
			UntagSAMLProvider UpdateSAMLProvider`,
		"*": `CreateAccountAlias DeleteAccountAlias DeleteAccountPasswordPolicy GenerateCredentialReport GetAccountAuthorizationDetails
			GetAccountPasswordPolicy GetAccountSummary GetContextKeysForCustomPolicy GetCredentialReport ListAccountAliases
			ListGroups ListInstanceProfiles ListOpenIDConnectProviders ListPolicies ListRoles ListSAMLProviders
			ListServerCertificates ListUsers ListVirtualMFADevices SetSecurityTokenServicePreferences SimulateCustomPolicy
			UpdateAccountPasswordPolicy`,
		"?": `AcceptDelegationRequest AssociateDelegationRequest CreateDelegationRequest CreateVirtualMFADevice
			DeleteCloudFrontPublicKey DeleteServerCertificate DeleteVirtualMFADevice DisableOrganizationsRootCredentialsManagement
			DisableOrganizationsRootSessions DisableOutboundWebIdentityFederation EnableOrganizationsRootCredentialsManagement
			EnableOrganizationsRootSessions EnableOutboundWebIdentityFederation GenerateOrganizationsAccessReport
			GenerateServiceLastAccessedDetails GetAccessKeyLastUsed GetCloudFrontPublicKey GetContextKeysForPrincipalPolicy
			GetDelegationRequest GetHumanReadableSummary GetMFADevice GetOrganizationsAccessReport
			GetOutboundWebIdentityFederationInfo GetServerCertificate GetServiceLastAccessedDetails
			GetServiceLastAccessedDetailsWithEntities ListCloudFrontPublicKeys ListDelegationRequests ListMFADeviceTags
			ListOrganizationsFeatures ListPoliciesGrantingServiceAccess ListSTSRegionalEndpointsStatus
			ListServerCertificateTags RejectDelegationRequest SendDelegationToken SetSTSRegionalEndpointStatus
			SimulatePrincipalPolicy TagMFADevice TagServerCertificate UntagMFADevice UntagServerCertificate
			UpdateCloudFrontPublicKey UpdateDelegationRequest UpdateServerCertificate UploadCloudFrontPublicKey
			UploadServerCertificate`,
	},
	keys: `iam:AWSServiceName iam:AssociatedResourceArn iam:DelegationDuration iam:DelegationRequestOwner iam:FIDO-FIPS-140-2-certification
		iam:FIDO-FIPS-140-3-certification iam:FIDO-certification iam:NotificationChannel iam:OrganizationsPolicyId
		iam:PassedToService iam:PermissionsBoundary iam:PolicyARN iam:RegisterSecurityKey iam:ResourceTag/
		iam:ServiceSpecificCredentialAgeDays iam:ServiceSpecificCredentialServiceName iam:TemplateArn`,
}
