// SPDX-License-Identifier: Apache-2.0

package iam

import (
	"context"
	"errors"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/identity"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
)

// onAlias returns the needs function of an operation on the caller's account's
// alias. No operation on the account has a resource.
func onAlias[In any](action string, alias func(*In) string) func(context.Context, *awsapi.Call, *In) ([]awsapi.Need, error) {
	return func(_ context.Context, c *awsapi.Call, in *In) ([]awsapi.Need, error) {
		account := c.Caller.Account()
		a, err := identity.GetAccount(c.Tx, account)
		if err != nil {
			return nil, err
		}
		return []awsapi.Need{{
			Action: action,
			Owner:  account,
			Spans: []storage.Span{
				identity.AccountSpan(writes, account),
				identity.AliasSpan(writes, a.Alias),
				identity.AliasSpan(writes, alias(in)),
			},
		}}, nil
	}
}

// createAccountAlias gives the account an alias, in the place of another.
// Aliases are unique among all accounts.
func createAccountAlias(_ context.Context, c *awsapi.Call, in *createAccountAliasInput) (*nothing, error) {
	a, err := identity.GetAccount(c.Tx, c.Caller.Account())
	if err != nil {
		return nil, err
	}
	err = identity.SetAlias(c.Tx, a, in.AccountAlias)
	if errors.Is(err, identity.ErrAliasTaken) {
		return nil, alreadyExists("The account alias %s already exists.", in.AccountAlias)
	}
	return &nothing{}, err
}

func listAccountAliases(_ context.Context, c *awsapi.Call, in *listAccountAliasesInput) (*listAccountAliasesOutput, error) {
	a, err := identity.GetAccount(c.Tx, c.Caller.Account())
	if err != nil {
		return nil, err
	}
	var aliases []string
	if a.Alias != "" {
		aliases = []string{a.Alias}
	}
	self := func(s *string) string { return *s }
	found, next, err := page(paged(c, in.Marker, in.MaxItems), sorted(aliases, self), self, nil)
	if err != nil {
		return nil, err
	}
	return &listAccountAliasesOutput{AccountAliases: found, IsTruncated: next != nil, Marker: next}, nil
}

func deleteAccountAlias(_ context.Context, c *awsapi.Call, in *deleteAccountAliasInput) (*nothing, error) {
	a, err := identity.GetAccount(c.Tx, c.Caller.Account())
	if err != nil {
		return nil, err
	}
	if a.Alias != in.AccountAlias {
		return nil, noSuchEntity("The account alias %s cannot be found.", in.AccountAlias)
	}
	return &nothing{}, identity.ClearAlias(c.Tx, a)
}

// accountSpan is the span of the account's record.
func accountSpan(account string) []storage.Span {
	return []storage.Span{identity.AccountSpan(reads, account)}
}

// summarySpans is what a summary of the account counts.
func summarySpans(account string) []storage.Span {
	spans := append(accountSpan(account),
		identity.OIDCProviders.All(reads, account), identity.SAMLProviders.All(reads, account))
	for _, of := range [][]storage.Span{
		identity.UserCount.Spans(reads, account), identity.GroupCount.Spans(reads, account),
		identity.RoleCount.Spans(reads, account), identity.PolicyCount.Spans(reads, account),
	} {
		spans = append(spans, of...)
	}
	return spans
}

// getAccountSummary counts what the account has and says what it may have. What
// there is none of here counts zero.
func getAccountSummary(_ context.Context, c *awsapi.Call, _ *getAccountSummaryInput) (*getAccountSummaryOutput, error) {
	account := c.Caller.Account()
	a, err := identity.GetAccount(c.Tx, account)
	if err != nil {
		return nil, err
	}
	m := map[string]int32{
		"UsersQuota":                        maxUsers,
		"GroupsQuota":                       maxGroups,
		"RolesQuota":                        maxRoles,
		"PoliciesQuota":                     maxPolicies,
		"UserPolicySizeQuota":               maxUserInline,
		"GroupPolicySizeQuota":              maxGroupInline,
		"RolePolicySizeQuota":               maxRoleInline,
		"PolicySizeQuota":                   maxPolicySize,
		"AssumeRolePolicySizeQuota":         maxTrustSize,
		"VersionsPerPolicyQuota":            maxVersions,
		"GroupsPerUserQuota":                maxMemberships,
		"AccessKeysPerUserQuota":            maxAccessKeys,
		"AttachedPoliciesPerUserQuota":      maxAttached,
		"AttachedPoliciesPerRoleQuota":      maxAttached,
		"AttachedPoliciesPerGroupQuota":     maxGroupAttached,
		"AccountAccessKeysPresent":          min(int32(len(a.AccessKeys)), 1),
		"AccountMFAEnabled":                 0,
		"AccountPasswordPresent":            0,
		"AccountSigningCertificatesPresent": 0,
		"MFADevices":                        0,
		"MFADevicesInUse":                   0,
		"ServerCertificates":                0,
		"InstanceProfiles":                  0,
		"GlobalEndpointTokenVersion":        1,
	}
	return &getAccountSummaryOutput{SummaryMap: m}, countEntities(c.Tx, account, m)
}

// countEntities adds to a summary how many entities of each kind there are.
func countEntities(tx *storage.Tx, account string, m map[string]int32) error {
	for name, count := range map[string]func(*storage.Tx, string) (int, error){
		"Users":     identity.UserCount.Count,
		"Groups":    identity.GroupCount.Count,
		"Roles":     identity.RoleCount.Count,
		"Policies":  identity.PolicyCount.Count,
		"Providers": countProviders,
	} {
		n, err := count(tx, account)
		if err != nil {
			return err
		}
		m[name] = int32(n)
	}
	return nil
}

func countProviders(tx *storage.Tx, account string) (int, error) {
	n := 0
	for _, err := range identity.OIDCProviders.List(tx, account) {
		if err != nil {
			return 0, err
		}
		n++
	}
	for _, err := range identity.SAMLProviders.After(tx, account, "") {
		if err != nil {
			return 0, err
		}
		n++
	}
	return n, nil
}
