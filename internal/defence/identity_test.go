// SPDX-License-Identifier: Apache-2.0

package defence

const identity = "internal/identity"

// callers is what a caller must still be when the call is decided.
var callers = []mutation{
	{"only verified callers are callers", "internal/authn/authn.go", "if !p.verified {\n\t\treturn nil,", "if false {\n\t\treturn nil,", "internal/server", "TestNobodyIsACallerBeforeTheSignatureIsVerified"},
	{"a session that is remembered ends", identity + "/caller.go", `if !now.Before(c.session.Expires) {`, `if false && !now.Before(c.session.Expires) {`, "", "TestSessionsExpire"},
	{"a session that is unknown ends", identity + "/credential.go", `if !now.Before(s.Expires) {`, `if false && !now.Before(s.Expires) {`, identity, "TestSessionsExpireToTheSecond"},
	{"a principal that is a session has no wildcard", identity + "/principal.go", `return entry, mustBe(entry, policy.AssumedRole)`, `return entry, nil`, identity, "TestPrincipalsThatDoNotExistAreRefused"},
	{"a principal that is a service is one", identity + "/principal.go", `return entry, mustBe(entry, policy.Service)`, `return entry, nil`, identity, "TestServicesAndProvidersHaveTheirForm"},
	{"a session is of the very role", identity + "/grants.go", `r.ID != id {`, `false {`, "", "TestNamesAreNotIdentities"},
	{"a key is of the very user", identity + "/grants.go", `u.ID != id {`, `false {`, identity, "TestCallersEndWithWhatTheyAre"},
	{"a key that is remembered is active", identity + "/caller.go", `if !k.Active {`, `if false && !k.Active {`, "", "TestChangesHoldForTheNextCall"},
	{"a key that is unknown is active", identity + "/credential.go", `if !k.Active {`, `if false && !k.Active {`, identity, "TestCredentialsThatAreNotValid"},
	{"a caller's account is there", identity + "/caller.go", `if err := openAccount(tx, c.Account); err != nil {`, `if err := openAccount(tx, c.Account); false {`, server, "TestNobodyCallsFromAnAccountThatIsGone"},
	{"a session's inline policy limits it", identity + "/caller.go", `if s.Policy != "" {`, `if false && s.Policy != "" {`, "", "TestLimitsLimit"},
	{"a session's managed policies limit it", identity + "/caller.go", `range s.PolicyARNs {`, `range s.PolicyARNs[:0] {`, "", "TestLimitsLimit"},
	{"a limit that is gone leaves nothing", identity + "/grants.go", `return compile(denyAll, t, policyARN, "")`, `return nil, err`, identity, "TestPoliciesOfEveryKindCount"},
	{"a policy that is gone may have denied", identity + "/grants.go", `return err // it may hold a Deny`, `continue`, identity, "TestAnAttachedPolicyThatIsGoneFails"},
	{"a boundary is one", identity + "/grants.go", `g.Boundary = []*policy.Policy{p}`, `_ = p`, "", "TestLimitsLimit"},
	{"a managed policy is of the account", identity + "/managed.go", "if !ok || owner != account {\n\t\treturn nil,", "if account = owner; !ok {\n\t\treturn nil,", "", "TestPoliciesOfOtherAccounts"},
	{"a managed policy has the very ARN", identity + "/managed.go", `if p.ARN() != a {`, `if false && p.ARN() != a {`, "", "TestPoliciesHaveOneARN"},
	{"a role has the very ARN", identity + "/trust.go", `if t.Role.ARN() != role {`, `if false && t.Role.ARN() != role {`, identity, "TestRolesAreFoundByTheirExactARN"},
	{"a user is trusted by its unique id", identity + "/principal.go", `return u.ID, nil`, `return a.String(), nil`, "", "TestNamesAreNotIdentities"},
	{"a role is trusted by its unique id", identity + "/principal.go", `return r.ID, nil`, `return a.String(), nil`, "", "TestARecreatedRoleIsNotTrusted"},
	{"the root user keeps its key", identity + "/account.go", `[]byte(secret)) == 0 {`, `[]byte(secret)) == 2 {`, identity, "TestEnsureRoot"},
	{"a key that was never the root user's starts nothing", identity + "/account.go", `case !held && slices.Contains(a.StartKeys, accessKeyID):`, `case !held && true:`, identity, "TestEnsureRoot"},
	{"the first account stays the first", identity + "/account.go", `if first != account {`, `if false && first != account {`, identity, "TestEnsureRoot"},
}

// tokens is what makes a session token good for one session, of one server.
var tokens = []mutation{
	{"a sealed secret is bound to what it goes with", "internal/keyring/seal.go", `return append(bytes.Clone(head), aad...)`, `return bytes.Clone(head)`, "", "TestBadCredentialsAreRefused/sts_header/the_token_of_another_session"},
	{"a subkey is of one account", "internal/keyring/subkey.go", `[]string{use, name.purpose, name.account}`, `[]string{use, name.purpose}`, "internal/keyring", "TestSealedBytesOpenForNothingElse TestDerivedSecretsDependOnEverything"},
	{"a subkey is for one purpose", "internal/keyring/subkey.go", `[]string{use, name.purpose, name.account}`, `[]string{use, name.account}`, "internal/keyring", "TestSealedBytesOpenForNothingElse TestDerivedSecretsDependOnEverything"},
	{"a token says its account", identity + "/session.go", `|| s.Account != account`, ``, identity, "TestATokenThatNamesAnotherAccountIsRefused"},
	{"a session's secret is its own", identity + "/session.go", `[]byte(s.ID+accessKeyID)`, `nil`, "", "TestBadCredentialsAreRefused/sts_header/the_secret_of_another_session"},
	{"a chain of sessions has an end", identity + "/session.go", `if len(s.Lineage) > MaxLineage {`, `if false && len(s.Lineage) > MaxLineage {`, identity, "TestSessionsThatDoNotFitAreNotIssued"},
	{"sealed bytes are authentic", "internal/keyring/seal.go", "associated(head, aad))\n\tif err != nil {", "associated(head, aad))\n\tif err != nil {\n\t\tplain = text\n\t}\n\tif false {", "internal/keyring", "TestSealedBytesOpenForNothingElse"},
}
