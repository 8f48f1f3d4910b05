// SPDX-License-Identifier: Apache-2.0

package sts

import (
	"slices"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/policy"
)

// assumeRoleKeys is the condition keys of AssumeRole, but those of the role.
type assumeRoleKeys struct{ in *assumeRoleInput }

// Lookup returns the value of a key, whose name is in lower case.
func (k *assumeRoleKeys) Lookup(key string) policy.Value {
	switch key {
	case "sts:externalid":
		return optional(k.in.ExternalId)
	case "sts:rolesessionname":
		return policy.One(k.in.RoleSessionName)
	case "sts:sourceidentity":
		return optional(k.in.SourceIdentity)
	case "sts:transitivetagkeys":
		if len(k.in.TransitiveTagKeys) > 0 {
			return policy.Many(k.in.TransitiveTagKeys)
		}
	}
	return policy.Value{}
}

func optional(s *string) policy.Value {
	if s == nil {
		return policy.Value{}
	}
	return policy.One(*s)
}

// actions returns the service's part of the catalogue.
func actions() []awsapi.Action {
	role, user := []string{"role"}, []string{"federated-user"}
	keys := []awsapi.Key{
		{Name: "aws:ResourceTag/"},
		{Name: "iam:ResourceTag/"},
		{Name: "aws:RequestTag/"},
		{Name: "aws:TagKeys"},
		{Name: "sts:ExternalId"},
		{Name: "sts:RoleSessionName", Always: true},
		{Name: "sts:SourceIdentity"},
		{Name: "sts:TransitiveTagKeys"},
	}
	federated := slices.DeleteFunc(slices.Clone(keys), func(k awsapi.Key) bool { return k.Name == "sts:ExternalId" })
	requested := []awsapi.Key{{Name: "aws:RequestTag/"}, {Name: "aws:TagKeys"}}
	sometimes := slices.Clone(keys)
	for i := range sometimes {
		sometimes[i].Always = false // federated users' sessions have no name
	}
	return []awsapi.Action{
		{Name: "sts:AssumeRole", Resources: role, Keys: keys},
		{Name: "sts:AssumeRoleWithSAML", Resources: role, Keys: federated},
		{Name: "sts:AssumeRoleWithWebIdentity", Resources: role, Keys: federated},
		{Name: "sts:DecodeAuthorizationMessage"},
		{Name: "sts:GetAccessKeyInfo"},
		{Name: "sts:GetFederationToken", Resources: user, Keys: requested},
		{Name: "sts:GetSessionToken"},
		{Name: "sts:TagSession", Resources: slices.Concat(role, user), Keys: sometimes},
		{Name: "sts:SetSourceIdentity", Resources: role, Keys: keys},
	}
}
