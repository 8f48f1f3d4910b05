// SPDX-License-Identifier: Apache-2.0

package defence

// managed is what holds for managed policies and identity providers.
var managed = []mutation{
	{"nobody changes AWS's policies", iam + "/authz_policy.go", ` || account == identity.AWSOwner && write {`, ` {`, "", "TestNobodyChangesAWSPolicies"},
	{"AWS's policies are as they come", identity + "/awspolicy.go", `p.Versions = slices.Clone(known.Versions)`, `p.Versions = known.Versions`, identity, "TestAWSPoliciesAreCountedByAccountAndNeverChanged"},
	{"a version's id is not given again", identity + "/managed.go", `p.Last = max(p.Last, 1) + 1`, `p.Last = len(p.Versions) + 1`, iam, "TestScripts/policyversion"},
	{"the paths of AWS's own roles are reserved", iam + "/validate.go", `strings.HasPrefix(strings.ToLower(path), reserved)`, `false && strings.HasPrefix(strings.ToLower(path), reserved)`, iam, "TestScripts/role"},
	{"the version in force stays", iam + "/policyversion.go", `if v.ID == p.Default {`, `if false && v.ID == p.Default {`, iam, "TestScripts/policyversion"},
	{"versions have a quota", iam + "/policyversion.go", `if len(p.Versions) >= maxVersions {`, `if false && len(p.Versions) >= maxVersions {`, iam, "TestScripts/policyversion"},
	{"a policy goes with its last version", iam + "/policy.go", `if len(p.Versions) > 1 {`, `if false && len(p.Versions) > 1 {`, iam, "TestScripts/policyversion"},
	{"a policy that somebody has stays", iam + "/policy.go", `if p.Attachments > 0 || p.Boundaries > 0 {`, `if false && (p.Attachments > 0 || p.Boundaries > 0) {`, "", "TestCountsCannotBeUsedToFreeAPolicy"},
	{"a policy is attached once", iam + "/attach.go", `if slices.Contains(e.Attached, policyARN) {`, `if false && slices.Contains(e.Attached, policyARN) {`, "", "TestCountsCannotBeUsedToFreeAPolicy"},
	{"another version holds at once", iam + "/rows_policy.go", `control("SetDefaultPolicyVersion", `, "func(name, sample string) awsapi.Operation {\n\to := control(name, sample)\n\to.Access = awsapi.Write\n\treturn o\n}(\"SetDefaultPolicyVersion\", ", "", "TestVersionsInForceAreTheNewest"},

	{"an identity provider is its account's", iam + "/authz_provider.go", `Owner: account, RequestTags: t.tags`, `Owner: c.Caller.Account(), RequestTags: t.tags`, "", "TestIdentityProvidersOfOtherAccounts"},
	{"an issuer is asked over TLS", iam + "/validate_provider.go", `u.Scheme != "https" ||`, `u.Scheme == "" ||`, iam, "TestIssuersThatAreRefused"},
	{"a provider's name is one provider's", iam + "/samlprovider.go", `if strings.EqualFold(old.Name, in.Name) {`, `if false && strings.EqualFold(old.Name, in.Name) {`, iam, "TestScripts/samlprovider"},
}
