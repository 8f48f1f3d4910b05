// SPDX-License-Identifier: Apache-2.0

package bailiwick_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/bailiwick-dev/bailiwick"
)

const (
	denyRows = `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"dynamodb:GetItem","Resource":"*"}]}`
	readRows = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"dynamodb:GetItem","Resource":"*"}]}`
)

// group makes a group with an inline policy.
func (s *siege) group(as aws.Config, name, policy string) {
	s.t.Helper()
	s.must(as, "iam", "CreateGroup", map[string]any{"GroupName": name})
	s.must(as, "iam", "PutGroupPolicy", map[string]any{"GroupName": name, "PolicyName": "p", "PolicyDocument": policy})
}

// join puts a user into a group.
func (s *siege) join(group, user string) {
	s.t.Helper()
	s.must(s.root, "iam", "AddUserToGroup", map[string]any{"GroupName": group, "UserName": user})
}

// TestDeniesOfGroupsHold gives a user everything, and takes something away again
// in a group: what the group denies no other policy allows.
func TestDeniesOfGroupsHold(t *testing.T) {
	s := newSiege(t, bailiwick.Config{})
	s.group(s.root, "muzzled", denyRows)
	mole := s.user(s.root, "mole", allowAll)
	s.do(mole, "dynamodb", "GetItem", getRow("blue"))

	s.join("muzzled", "mole")
	for range 3 {
		s.refuses(mole, "dynamodb", "GetItem", getRow("blue"))
	}
	// Neither a new key nor a new name of the user or the group leaves it behind.
	again := s.credentials(s.must(s.root, "iam", "CreateAccessKey", map[string]any{"UserName": "mole"}))
	s.refuses(again, "dynamodb", "GetItem", getRow("blue"))
	s.do(s.root, "iam", "UpdateUser", `{"UserName":"mole","NewUserName":"vole","NewPath":"/new/"}`)
	s.refuses(mole, "dynamodb", "GetItem", getRow("blue"))
	s.do(s.root, "iam", "UpdateGroup", `{"GroupName":"muzzled","NewGroupName":"hushed"}`)
	s.refuses(mole, "dynamodb", "GetItem", getRow("blue"))
	s.group(s.root, "muzzled", readRows) // the old name means another
	s.refuses(mole, "dynamodb", "GetItem", getRow("blue"))
	s.fails(s.root, "DeleteConflict", "iam", "DeleteGroup", `{"GroupName":"hushed"}`)

	s.do(s.root, "iam", "RemoveUserFromGroup", `{"GroupName":"muzzled","UserName":"vole"}`) // not the one it is in
	s.refuses(mole, "dynamodb", "GetItem", getRow("blue"))
	s.do(s.root, "iam", "RemoveUserFromGroup", `{"GroupName":"hushed","UserName":"vole"}`)
	s.do(mole, "dynamodb", "GetItem", getRow("blue"))
}

// TestGroupsGrantTheirMembersOnly tries what a group grants as those who are no
// longer or never were in it: in one of a like name, in one of another account.
func TestGroupsGrantTheirMembersOnly(t *testing.T) {
	s := newSiege(t, bailiwick.Config{})
	for _, name := range []string{"dev", "dev-ops", "de", "development"} {
		policy := allowNothing
		if name == "dev" {
			policy = readRows
		}
		s.group(s.root, name, policy)
	}
	callers := map[string]aws.Config{}
	for _, user := range []string{"in-dev", "in-dev-ops", "in-de", "in-development", "in-none"} {
		callers[user] = s.user(s.root, user, allowNothing)
		if user != "in-none" {
			s.join(strings.TrimPrefix(user, "in-"), user)
		}
	}
	for user, cfg := range callers {
		if user == "in-dev" {
			s.do(cfg, "dynamodb", "GetItem", getRow("blue"))
			continue
		}
		s.refuses(cfg, "dynamodb", "GetItem", getRow("blue"))
	}
	s.do(s.root, "iam", "RemoveUserFromGroup", `{"GroupName":"DEV","UserName":"IN-DEV"}`)
	s.refuses(callers["in-dev"], "dynamodb", "GetItem", getRow("blue"))

	// A user that comes after another of its name is in none of its groups.
	s.join("dev", "in-none")
	s.do(callers["in-none"], "dynamodb", "GetItem", getRow("blue"))
	s.do(s.root, "iam", "UpdateUser", `{"UserName":"in-none","NewUserName":"in-one"}`)
	s.refuses(s.user(s.root, "in-none", allowNothing), "dynamodb", "GetItem", getRow("blue"))
	s.do(callers["in-none"], "dynamodb", "GetItem", getRow("blue"))
	s.do(s.root, "iam", "RemoveUserFromGroup", `{"GroupName":"dev","UserName":"in-none"}`)
	s.do(callers["in-none"], "dynamodb", "GetItem", getRow("blue"))

	// A group that comes after another of its name has none of its members.
	s.do(s.root, "iam", "UpdateGroup", `{"GroupName":"dev-ops","NewGroupName":"ops"}`)
	s.group(s.root, "dev-ops", readRows)
	s.refuses(callers["in-dev-ops"], "dynamodb", "GetItem", getRow("blue"))
}

// TestGroupsOfOtherAccountsAreNotReached tries to reach groups of the first
// account, which have the same names, from another.
func TestGroupsOfOtherAccountsAreNotReached(t *testing.T) {
	s := newSiege(t, bailiwick.Config{})
	_, thief := s.account("222222222222")
	s.group(s.root, "crew", readRows)
	ann := s.user(s.root, "ann", allowNothing)
	s.user(thief, "ann", allowNothing)
	s.do(s.root, "iam", "AddUserToGroup", `{"GroupName":"crew","UserName":"ann"}`)
	s.do(ann, "dynamodb", "GetItem", getRow("blue"))

	for op, in := range map[string]string{
		"GetGroup":            `{"GroupName":"crew"}`,
		"UpdateGroup":         `{"GroupName":"crew","NewGroupName":"mine"}`,
		"AddUserToGroup":      `{"GroupName":"crew","UserName":"ann"}`,
		"RemoveUserFromGroup": `{"GroupName":"crew","UserName":"ann"}`,
		"GetGroupPolicy":      `{"GroupName":"crew","PolicyName":"p"}`,
		"DeleteGroupPolicy":   `{"GroupName":"crew","PolicyName":"p"}`,
		"DeleteGroup":         `{"GroupName":"crew"}`,
	} {
		s.fails(thief, "NoSuchEntity", "iam", op, in)
	}
	s.group(thief, "crew", denyRows)
	s.must(thief, "iam", "AddUserToGroup", map[string]any{"GroupName": "crew", "UserName": "ann"})
	s.do(ann, "dynamodb", "GetItem", getRow("blue"))
	a := s.do(thief, "iam", "GetGroup", `{"GroupName":"crew"}`)
	if strings.Contains(a.Body, s.srv.Root.AccountID) || !strings.Contains(a.Body, "222222222222:user/ann") {
		t.Errorf("the other account's group is %s", a.Body)
	}
	first := s.do(s.root, "iam", "ListUsers", `{"MaxItems":1}`)
	_, marker, _ := strings.Cut(first.Body, "<Marker>")
	marker, _, _ = strings.Cut(marker, "</Marker>")
	s.do(s.root, "iam", "ListUsers", `{"MaxItems":1,"Marker":"`+marker+`"}`)
	s.fails(s.root, "ValidationError", "iam", "ListGroups", `{"Marker":"`+marker+`"}`)
	s.fails(thief, "ValidationError", "iam", "ListUsers", `{"Marker":"`+marker+`"}`)
}

// TestGroupsAreNoPrincipals names a group where policies name principals.
func TestGroupsAreNoPrincipals(t *testing.T) {
	s := newSiege(t, bailiwick.Config{})
	s.group(s.root, "crew", allowAll)
	id := between(s.do(s.root, "iam", "GetGroup", `{"GroupName":"crew"}`).Body, "<GroupId>", "</GroupId>")
	if !strings.HasPrefix(id, "AGPA") {
		t.Fatalf("the group's id is %q", id)
	}
	for _, principal := range []string{id, "arn:aws:iam::000000000000:group/crew"} {
		trust := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"` + principal + `"},"Action":"sts:AssumeRole"}]}`
		s.fails(s.root, "MalformedPolicyDocument", "iam", "CreateRole", text(t, map[string]any{"RoleName": "r", "AssumeRolePolicyDocument": trust}))
	}
}

// between returns what stands between two marks in s.
func between(s, before, after string) string {
	_, s, _ = strings.Cut(s, before)
	s, _, _ = strings.Cut(s, after)
	return s
}

// TestRenamedUsersAreWhoTheyWere renames a user whom a role trusts and lets
// another take its name: the trust, the keys and what was revoked go with the
// first.
func TestRenamedUsersAreWhoTheyWere(t *testing.T) {
	s := newSiege(t, bailiwick.Config{})
	ann := s.user(s.root, "ann", allowAll)
	trust := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::000000000000:user/ann"},"Action":"sts:AssumeRole"}]}`
	s.must(s.root, "iam", "CreateRole", map[string]any{"RoleName": "vault", "AssumeRolePolicyDocument": trust})
	assume := text(t, assumption("vault", nil))
	s.do(ann, "sts", "AssumeRole", assume)

	token := s.do(ann, "sts", "GetSessionToken", `{}`).Body
	session := s.srv.As(between(token, "<AccessKeyId>", "<"), between(token, "<SecretAccessKey>", "<"), between(token, "<SessionToken>", "<"))
	s.do(session, "sts", "AssumeRole", assume)

	s.do(s.root, "iam", "UpdateUser", `{"UserName":"ann","NewUserName":"anna"}`)
	impostor := s.user(s.root, "ann", allowAll)
	s.refuses(impostor, "sts", "AssumeRole", assume)
	s.do(ann, "sts", "AssumeRole", assume)
	s.do(session, "sts", "AssumeRole", assume)
	for _, c := range []struct {
		cfg  aws.Config
		want string
	}{{ann, "user/anna<"}, {session, "user/anna<"}, {impostor, "user/ann<"}} {
		if a := s.do(c.cfg, "sts", "GetCallerIdentity", `{}`); !strings.Contains(a.Body, c.want) {
			t.Errorf("got %s, want %s", a.Body, c.want)
		}
	}
	// Each has its own keys only.
	own := keysOf(t, ann).AccessKeyID
	s.fails(s.root, "NoSuchEntity", "iam", "DeleteAccessKey", `{"UserName":"ann","AccessKeyId":"`+own+`"}`)
	s.do(s.root, "iam", "UpdateAccessKey", `{"UserName":"anna","AccessKeyId":"`+own+`","Status":"Inactive"}`)
	s.fails(ann, "InvalidClientTokenId", "sts", "GetCallerIdentity", `{}`)
	s.do(impostor, "sts", "GetCallerIdentity", `{}`)
}

// TestRenamingNeedsBothNames lets users rename what is theirs, and tries to take
// a name whose permissions or denials are another's.
func TestRenamingNeedsBothNames(t *testing.T) {
	s := newSiege(t, bailiwick.Config{})
	own := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iam:*","Resource":["arn:aws:iam::000000000000:user/interns/*","arn:aws:iam::000000000000:group/interns/*"]}]}`
	intern := s.user(s.root, "intern", own)
	s.do(s.root, "iam", "UpdateUser", `{"UserName":"intern","NewPath":"/interns/"}`)
	s.do(intern, "iam", "CreateGroup", `{"GroupName":"lunch","Path":"/interns/"}`)

	s.do(intern, "iam", "UpdateUser", `{"UserName":"intern","NewUserName":"trainee"}`)
	s.do(intern, "iam", "UpdateGroup", `{"GroupName":"lunch","NewGroupName":"dinner"}`)
	s.refuses(intern, "iam", "UpdateUser", `{"UserName":"trainee","NewPath":"/"}`)
	s.refuses(intern, "iam", "UpdateUser", `{"UserName":"trainee","NewPath":"/interns-of-honour/"}`)
	s.refuses(intern, "iam", "UpdateUser", `{"UserName":"admin","NewPath":"/interns/"}`)
	s.refuses(intern, "iam", "UpdateGroup", `{"GroupName":"dinner","NewPath":"/"}`)
	s.group(s.root, "admins", allowAll)
	s.refuses(intern, "iam", "UpdateGroup", `{"GroupName":"admins","NewPath":"/interns/"}`)
	s.refuses(intern, "iam", "AddUserToGroup", `{"GroupName":"admins","UserName":"trainee"}`)
	s.fails(intern, "EntityAlreadyExists", "iam", "UpdateUser", `{"UserName":"trainee","NewUserName":"ADMIN"}`)
}
