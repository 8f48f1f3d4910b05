// SPDX-License-Identifier: Apache-2.0

package defence

// evaluations is how policies are read.
var evaluations = []mutation{
	{"an explicit Deny wins", "policy/evaluate.go", `if h := p.denial(&e); h.grant != noGrant {`, `if h := p.denial(&e); h.grant > directGrant {`, "policy", "TestVectors"},
	{"a resource's policy may deny", "policy/evaluate.go", `{p.Resource, p.Identity, p.Boundary, p.Session}`, `{p.Identity, p.Boundary, p.Session}`, "policy", "TestVectors"},
	{"an identity's policy may deny", "policy/evaluate.go", `{p.Resource, p.Identity, p.Boundary, p.Session}`, `{p.Resource, p.Boundary, p.Session}`, "policy", "TestVectors"},
	{"a boundary may deny", "policy/evaluate.go", `{p.Resource, p.Identity, p.Boundary, p.Session}`, `{p.Resource, p.Identity, p.Session}`, "policy", "TestVectors"},
	{"a session policy may deny", "policy/evaluate.go", `{p.Resource, p.Identity, p.Boundary, p.Session}`, `{p.Resource, p.Identity, p.Boundary}`, "policy", "TestVectors"},
	{"a boundary limits", "policy/evaluate.go", `if e.bounded && find(`, `if false && find(`, "policy", "TestVectors"},
	{"a session policy limits", "policy/evaluate.go", `if p.sessionLimited(caller) && find(`, `if false && find(`, "policy", "TestVectors"},
	{"another account must grant", "policy/evaluate.go", `(!sameAccount || p.Explicit)`, `p.Explicit`, "policy", "TestDecisionNamesWhatIsMissing"},
	{"another account's access is lost without its grant", "policy/evaluate.go", `(!sameAccount || p.Explicit)`, `p.Explicit`, "", "TestOtherAccountsReachNothing"},
	{"a trust policy must grant", "policy/evaluate.go", `(!sameAccount || p.Explicit)`, `!sameAccount`, "policy", "TestVectors"},
	{"the caller's account must grant", "policy/evaluate.go", `if own.grant == noGrant && caller.Type != Account {`, `if false && own.grant == noGrant && caller.Type != Account {`, "policy", "TestVectors"},
	{"no account is nobody's own", "policy/evaluate.go", `caller.Account != "" && `, ``, "policy", "TestIncompleteRequestsAreDenied"},
	{"service control policies limit", "policy/evaluate.go", `if find(&e, level, false).grant == noGrant {`, `if false && find(&e, level, false).grant == noGrant {`, "policy", "TestVectors"},
	{"an Allow needs certainty", "policy/answer.go", `return a == yes || deny && a == unknown`, `return a != no`, "policy", "TestNumbers TestActionsNoOneCanTellAreDenied"},
	{"a Deny needs none", "policy/answer.go", `return a == yes || deny && a == unknown`, `return a == yes`, "policy", "TestActionsNoOneCanTellAreDenied"},
	{"a variable without a value matches nothing", "policy/pattern.go", `return "", unresolved`, `return "", resolved`, "policy", "TestVariablesInConditions"},
	{"a set of values is no value", "policy/condition.go", "case t.set == plain && x.Multi():\n\t\treturn no", "case t.set == plain && x.Multi():\n\t\treturn yes", "policy", "TestMissingAndMultivaluedKeys"},
	{"an absent key matches nothing", "policy/condition.go", `answerOf(t.ifExists || t.set == forAllValues || t.set == plain && t.op.negated)`, `yes`, "policy", "TestMissingAndMultivaluedKeys"},
	{"all conditions must hold", "policy/statement.go", `for i := range s.conditions {`, `for i := range s.conditions[:min(len(s.conditions), 1)] {`, "policy", "TestValuesAndConditionsCombine"},
	{"a policy's principals are those it names", "policy/statement.go", "case t.hasPrincipal():\n\t\treturn noGrant", "case t.hasPrincipal():\n\t\treturn directGrant", "policy", "TestStatementsWithoutPrincipalOrResource"},
	{"a boundary denies whom NotPrincipal spares", "policy/grant.go", `case deny && (g == noGrant || e.bounded), `, `case deny && g == noGrant, `, "policy", "TestNotPrincipal"},
	{"a NotPrincipal without principals grants nothing", "policy/grant.go", ` && !pe.dubious:`, `:`, "policy", "TestNotPrincipal"},
	{"a default is for keys that are absent", "policy/pattern.go", `case v.Absent() && t.dflt:`, `case t.dflt:`, "policy", "TestVariablesInConditions"},
	{"a wildcard stays in its part of an ARN", "policy/arnpattern.go", `if i < len(a.parts)-1 {`, `if false && i < len(a.parts)-1 {`, "policy", "TestARNs"},
	{"a number has a sign", "policy/number.go", "case n.negative && !m.negative:\n\t\treturn -1", "case n.negative && !m.negative:\n\t\treturn 1", "policy", "TestNumbers"},
	{"an account is named whole", "policy/grant.go", `if p.Account == pe.account && strings.HasPrefix(p.ARN, pe.scheme) {`, `if strings.HasPrefix(p.ARN, pe.scheme) {`, "", "TestConfusedDeputy"},
}
