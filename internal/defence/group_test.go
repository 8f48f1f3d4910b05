// SPDX-License-Identifier: Apache-2.0

package defence

// memberships is what holds for groups and their members, and for users whose
// names change.
var memberships = []mutation{
	{"a user has what its groups say", identity + "/grants.go", `groups, err := UserGroups(tx, u)`, `groups, err := []*Group(nil), error(nil)`, "", "TestDeniesOfGroupsHold"},
	{"a group that can't be found fails the call", identity + "/group.go", "name, err := groupNames.Get(tx, u.Account, id)\n", "name, err := groupNames.Get(tx, u.Account, id)\n\t\tif errors.Is(err, storage.ErrNotFound) {\n\t\t\tgroups[i] = &Group{}\n\t\t\tcontinue\n\t\t}\n", identity, "TestAGroupThatIsGoneFails"},
	{"a group is known by its id", identity + "/group.go", `if g.ID != id {`, `if false && g.ID != id {`, identity, "TestAGroupThatIsGoneFails"},
	{"who leaves a group has nothing of it", identity + "/group.go", `func(id string) bool { return id == g.ID })`, `func(id string) bool { return false })`, identity, "TestPoliciesOfGroupsHoldForTheirMembersWhileTheyAreThat"},
	{"groups are no principals", identity + "/principal.go", `case a.Service == "iam" && kind == "user":`, "case a.Service == \"iam\" && kind == \"group\":\n\t\treturn entry, nil\n\tcase a.Service == \"iam\" && kind == \"user\":", "", "TestGroupsAreNoPrincipals"},
	{"membership is asked for on the group", iam + "/group.go", `entityNeed(c, action, reads, target{kind: aGroup, name: group})`, `entityNeed(c, action, reads, target{kind: aUser, name: user})`, iam, "TestScripts/group"},
	{"a user in a group stays", iam + "/user.go", `if len(u.Groups) > 0 {`, `if false && len(u.Groups) > 0 {`, iam, "TestScripts/group"},
	{"a group with members stays", iam + "/group.go", "case yes:\n", "case yes && false:\n", iam, "TestScripts/group"},
	{"a group can't take another's name", iam + "/group.go", `if !strings.EqualFold(old, g.Name) {`, `if false && !strings.EqualFold(old, g.Name) {`, iam, "TestScripts/group"},
	{"groups have a quota", iam + "/group.go", `"GroupsPerAccount", maxGroups); err != nil {`, `"GroupsPerAccount", maxGroups); false && err != nil {`, iam, "TestQuotasOfGroups"},
	{"memberships have a quota", iam + "/group.go", `if len(u.Groups) >= maxMemberships &&`, `if false && len(u.Groups) >= maxMemberships &&`, iam, "TestQuotasOfGroups"},

	{"a user can't take another's name", iam + "/user.go", `if !strings.EqualFold(old, u.Name) {`, `if false && !strings.EqualFold(old, u.Name) {`, iam, "TestScripts/rename"},
	{"renaming needs a permission on the new name", iam + "/user.go", `return []awsapi.Need{n, after}`, `return []awsapi.Need{n}`, iam, "TestScripts/rename"},
	{"a renamed user keeps its access keys", identity + "/entity.go", `k.User = u.Name`, `_ = k`, identity, "TestARenamedUserIsTheSame"},
	{"a renamed user is trusted under its new name", identity + "/entity.go", "if err := Users.Delete(tx, u.Account, old); err != nil {\n\t\treturn err\n\t}\n\tif err := principals.Put(tx, indexed{u.ARN().String()}, u.ID); err != nil {", "if err := Users.Delete(tx, u.Account, old); err != nil {", identity, "TestARenamedUserIsTheSame"},
	{"a renamed user's old name is nobody's", identity + "/entity.go", `if err := Users.Delete(tx, u.Account, old); err != nil {`, `if err := error(nil); err != nil {`, "", "TestRenamedUsersAreWhoTheyWere"},
	{"a renamed member is one under its new name alone", identity + "/entity.go", `if err := deleteMember(tx, group, u.Account, old); err != nil {`, `if err := error(nil); err != nil {`, identity, "TestMembersStayWhateverChangesItsName"},

	{"only what was verified uses a key", "internal/authn/authn.go", `q, c := p.signature, p.credential`, "q, c := p.signature, p.credential\n\tp.authn.directory.Used(c, time.Now(), \"forged\", \"us-east-1\")", iam, "TestTheLastUseOfAccessKeysIsKnownAndKept/at_once"},
	{"the use of a key is told to those who may ask about its user", iam + "/accesskey.go", `target{kind: aUser, name: k.User})`, `target{kind: aUser, name: c.Caller.Principal.Name})`, iam, "TestTheUseOfAKeyIsToldToThoseWhoMayKnow"},
	{"a deleted key leaves no use behind", identity + "/keyuse.go", `if !exists {`, `if false && !exists {`, identity, "TestTheLastUseOfAKeyIsKept"},
	{"a role's use is not that of the next of its name", identity + "/entity.go", `if err := keyUses.Delete(tx, r.Account, r.ID); err != nil {`, `if err := error(nil); err != nil {`, identity, "TestTheLastUseOfARoleIsThatOfItsSessions"},
	{"an alias is one account's", identity + "/alias.go", `taken || err != nil {`, `taken && err != nil {`, iam, "TestScripts/account"},
	{"a marker is good for its own list", iam + "/list.go", `strings.CutPrefix(string(b), p.scope)`, `string(b[min(len(b), len(p.scope)):]), true`, "", "TestGroupsOfOtherAccountsAreNotReached"},
	{"a list looks at so many items", iam + "/list.go", `|| scanned == maxScanned`, ``, iam, "TestACallLooksAtABoundedNumberOfItems"},
}
