// SPDX-License-Identifier: Apache-2.0

package defence

// userSessions is what limits the sessions that users begin, and those whom they
// name.
var userSessions = []mutation{
	{"a service takes only whom it may", server + "/admit.go", `if !c.Service.Sessions.Admits(c.Caller) {`, `if false && !c.Service.Sessions.Admits(c.Caller) {`, "", "TestWhoIsNamedGetsNoMore"},
	{"an operation takes only whom it may", server + "/admit.go", `if !c.Operation.Sessions.Admits(c.Caller) {`, `if false && !c.Operation.Sessions.Admits(c.Caller) {`, "", "TestWhoIsNamedGetsNoMore"},
	{"who is named is not the user", identity + "/usersession.go", `if s.Kind == UserSession {`, `if s.Kind != RoleSession {`, "", "TestWhoIsNamedGetsNoMore"},
	{"who is named may do no more than the user", identity + "/usersession.go", `return d.userGrants(tx, u)`, "_ = u\n\treturn d.federatedGrants(tx, account, \"\")", "", "TestWhoIsNamedGetsNoMore"},
	{"who is named without a policy may do nothing", "policy/evaluate.go", `len(p.Session) > 0 || caller.Type == FederatedUser`, `len(p.Session) > 0`, "policy", "TestSameAccount"},
	{"tagging whom a user names needs a permission", sts + "/federationtoken.go", `if len(in.Tags) > 0 {`, `if false && len(in.Tags) > 0 {`, "", "TestTagsOfUsersCannotBeChanged"},
	{"who is shut out is not named", sts + "/federationtoken.go", `need.Policy, err = suspension(`, `_, err = suspension(`, "", "TestTagsEndSessionsOfUsers"},
	{"sessions of a user who is shut out end", identity + "/usersession.go", `if err := refuseRevoked(tx, s.Account, u.holding); err != nil {`, `if err := refuseRevoked(tx, s.Account, u.holding); false && err != nil {`, "", "TestTagsEndSessionsOfUsers"},
	{"a root user's session is short", sts + "/usersession.go", `n = min(n, maxRootDuration)`, `n = min(n, 36*maxRootDuration)`, "", "TestLengthsOfSessionsOfUsers"},
}
