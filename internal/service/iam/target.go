// SPDX-License-Identifier: Apache-2.0

package iam

// What each input is about.

func (in *deleteUserInput) target() target {
	return target{kind: aUser, name: in.UserName, deletes: true}
}

func (in *tagUserInput) target() target {
	return target{kind: aUser, name: in.UserName, tags: in.Tags}
}

func (in *untagUserInput) target() target {
	return target{kind: aUser, name: in.UserName, untag: in.TagKeys}
}

func (in *listUserTagsInput) target() target { return target{kind: aUser, name: in.UserName} }

func (in *putUserPolicyInput) target() target { return target{kind: aUser, name: in.UserName} }

func (in *getUserPolicyInput) target() target { return target{kind: aUser, name: in.UserName} }

func (in *deleteUserPolicyInput) target() target { return target{kind: aUser, name: in.UserName} }

func (in *listUserPoliciesInput) target() target { return target{kind: aUser, name: in.UserName} }

func (in *attachUserPolicyInput) target() target {
	return target{kind: aUser, name: in.UserName, policy: in.PolicyArn}
}

func (in *detachUserPolicyInput) target() target {
	return target{kind: aUser, name: in.UserName, policy: in.PolicyArn}
}

func (in *listAttachedUserPoliciesInput) target() target {
	return target{kind: aUser, name: in.UserName}
}

func (in *putUserPermissionsBoundaryInput) target() target {
	return target{kind: aUser, name: in.UserName, boundary: in.PermissionsBoundary}
}

func (in *deleteUserPermissionsBoundaryInput) target() target {
	return target{kind: aUser, name: in.UserName, unbound: true}
}

func (in *deleteGroupInput) target() target {
	return target{kind: aGroup, name: in.GroupName, deletes: true}
}

func (in *putGroupPolicyInput) target() target { return target{kind: aGroup, name: in.GroupName} }

func (in *getGroupPolicyInput) target() target { return target{kind: aGroup, name: in.GroupName} }

func (in *deleteGroupPolicyInput) target() target { return target{kind: aGroup, name: in.GroupName} }

func (in *listGroupPoliciesInput) target() target { return target{kind: aGroup, name: in.GroupName} }

func (in *attachGroupPolicyInput) target() target {
	return target{kind: aGroup, name: in.GroupName, policy: in.PolicyArn}
}

func (in *detachGroupPolicyInput) target() target {
	return target{kind: aGroup, name: in.GroupName, policy: in.PolicyArn}
}

func (in *listAttachedGroupPoliciesInput) target() target {
	return target{kind: aGroup, name: in.GroupName}
}

func (in *getRoleInput) target() target {
	return target{kind: aRole, name: in.RoleName, shows: true}
}

func (in *listInstanceProfilesForRoleInput) target() target {
	return target{kind: aRole, name: in.RoleName}
}

func (in *updateRoleInput) target() target { return target{kind: aRole, name: in.RoleName} }

func (in *updateRoleDescriptionInput) target() target {
	return target{kind: aRole, name: in.RoleName, shows: true}
}

func (in *deleteRoleInput) target() target {
	return target{kind: aRole, name: in.RoleName, deletes: true}
}

func (in *updateAssumeRolePolicyInput) target() target {
	return target{kind: aRole, name: in.RoleName}
}

func (in *tagRoleInput) target() target {
	return target{kind: aRole, name: in.RoleName, tags: in.Tags}
}

func (in *untagRoleInput) target() target {
	return target{kind: aRole, name: in.RoleName, untag: in.TagKeys}
}

func (in *listRoleTagsInput) target() target { return target{kind: aRole, name: in.RoleName} }

func (in *putRolePolicyInput) target() target { return target{kind: aRole, name: in.RoleName} }

func (in *getRolePolicyInput) target() target { return target{kind: aRole, name: in.RoleName} }

func (in *deleteRolePolicyInput) target() target { return target{kind: aRole, name: in.RoleName} }

func (in *listRolePoliciesInput) target() target { return target{kind: aRole, name: in.RoleName} }

func (in *attachRolePolicyInput) target() target {
	return target{kind: aRole, name: in.RoleName, policy: in.PolicyArn}
}

func (in *detachRolePolicyInput) target() target {
	return target{kind: aRole, name: in.RoleName, policy: in.PolicyArn}
}

func (in *listAttachedRolePoliciesInput) target() target {
	return target{kind: aRole, name: in.RoleName}
}

func (in *putRolePermissionsBoundaryInput) target() target {
	return target{kind: aRole, name: in.RoleName, boundary: in.PermissionsBoundary}
}

func (in *deleteRolePermissionsBoundaryInput) target() target {
	return target{kind: aRole, name: in.RoleName, unbound: true}
}
