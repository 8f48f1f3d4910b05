// SPDX-License-Identifier: Apache-2.0

package defence

const organizations = "internal/service/organizations"

// guardrails is what an organization limits, and what ends with an account.
var guardrails = []mutation{
	{"service control policies count", authz + "/authz.go", `grants.Identity, grants.Boundary, d.keys.home.SCPs`, `grants.Identity, grants.Boundary, nil`, organizations, "TestScripts/guardrail"},
	{"resource control policies count", authz + "/authz.go", `d.set.RCPs = resourceControls(d.keys.owner, n.Action)`, `d.set.RCPs = nil`, organizations, "TestScripts/guardrail"},
	{"strangers are told nothing of resource control policies", authz + "/authz.go", `t.Policies.Resource, t.Policies.RCPs, t.Policies.Explicit = nil, nil, false`, `t.Policies.Resource, t.Policies.Explicit = nil, false`, "", "TestAGuardrailLimitsWhomATrustPolicyNames"},
	{"strangers learn nothing of accounts", authz + "/keys.go", ` || strings.HasPrefix(key, "aws:resourceorg") {`, ` {`, "", "TestStrangersLearnNothingOfAccounts"},
	{"the last policy stays", organizations + "/attachment.go", `case len(ids) == 1:`, `case false && len(ids) == 1:`, organizations, "TestScripts/policy"},

	{"the management account stays open", organizations + "/account.go", `case a.ID == c.Caller.Account():`, `case false && a.ID == c.Caller.Account():`, organizations, "TestScripts/close"},
	{"policies of a closed account grant nothing", authz + "/authz.go", `if n.Policy != nil && !d.keys.owner.Closed {`, `if n.Policy != nil {`, organizations, "TestScripts/close"},
	{"nobody names a closed account", identity + "/principal.go", `return entry, openAccount(tx, entry)`, `return entry, nil`, organizations, "TestScripts/close"},
	{"sessions end with the accounts that they come from", identity + "/revoked.go", `return true, nil`, `return false, nil`, "", "TestAClosedAccountLetsNobodyIn"},
	{"a change ends the caches of those whom it changes", server + "/server.go", `owners[changed] = true`, `_ = changed`, "", "TestAClosedAccountLetsNobodyIn"},
	{"only what is being closed is removed", identity + "/closing.go", `if a.State != AccountClosing {`, `if false && a.State != AccountClosing {`, identity, "TestOnlyWhatIsBeingClosedIsRemoved"},
	{"items go with their account", dynamodb + "/store.go", `under(storage.AppendString([]byte{byte(storage.Data)}, account), true),`, ``, "", "TestNothingOfAClosedAccountIsKept"},
}
