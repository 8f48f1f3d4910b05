// SPDX-License-Identifier: Apache-2.0

package bailiwick_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/bailiwick-dev/bailiwick"
)

// trusting makes a role whose trust policy has the statements.
func (s *siege) trusting(name, statements string, tags ...any) {
	s.t.Helper()
	in := map[string]any{"RoleName": name, "AssumeRolePolicyDocument": `{"Version":"2012-10-17","Statement":[` + statements + `]}`}
	if len(tags) > 0 {
		in["Tags"] = tags
	}
	s.must(s.root, "iam", "CreateRole", in)
}

const (
	trustTwo   = `{"Effect":"Allow","Principal":{"AWS":"222222222222"},"Action":["sts:AssumeRole","sts:TagSession"]}`
	trustThree = `{"Effect":"Allow","Principal":{"AWS":"333333333333"},"Action":"sts:AssumeRole"}`
)

// alike makes the call about each of the names, by one who must be denied: all
// answers must be the same but for the name.
func (s *siege) alike(cfg aws.Config, svc, op, in string, names ...string) {
	s.t.Helper()
	var first string
	for i, name := range names {
		a := s.refuses(cfg, svc, op, strings.ReplaceAll(in, "$", name))
		text := without(a.Body, name)
		if i == 0 {
			first = text
		}
		if text != first {
			s.t.Errorf("%s.%s tells %s from %s:\n%s\n%s", svc, op, name, names[0], text, first)
		}
	}
}

// TestStrangersLearnNothingOfPolicies assumes roles of another account, whose
// trust policies turn the caller down in different ways.
func TestStrangersLearnNothingOfPolicies(t *testing.T) {
	s := newSiege(t, bailiwick.Config{})
	_, admin := s.account("222222222222")
	s.account("333333333333")
	s.trusting("implicit", trustThree)
	s.trusting("explicit", trustTwo+`,{"Sid":"NotToday","Effect":"Deny","Principal":"*","Action":"sts:AssumeRole"}`)
	s.trusting("conditional", strings.Replace(trustTwo, `"Effect"`, `"Condition":{"StringEquals":{"sts:ExternalId":"x"}},"Effect"`, 1))
	s.trusting("untaggable", strings.Replace(trustTwo, `,"sts:TagSession"`, ``, 1))
	s.trusting("open", trustTwo)
	names := []string{"missing", "implicit", "explicit", "conditional", "tenant"}
	s.alike(admin, "sts", "AssumeRole", text(t, assumption("$", nil)), names...)
	s.alike(admin, "sts", "AssumeRole", text(t, assumption("$", map[string]any{"Tags": tenantTag("blue")})), names...)
	s.do(admin, "sts", "AssumeRole", text(t, assumption("open", map[string]any{"Tags": tenantTag("blue")})))
	s.refuses(admin, "sts", "AssumeRole", text(t, assumption("untaggable", map[string]any{"Tags": tenantTag("blue")})))
	s.do(admin, "sts", "AssumeRole", text(t, assumption("untaggable", nil)))
}

// TestStrangersLearnNothingOfTags gives a stranger policies that ask for the
// tags of resources: whose denial it is must not answer.
func TestStrangersLearnNothingOfTags(t *testing.T) {
	s := newSiege(t, bailiwick.Config{})
	root, _ := s.account("222222222222")
	s.account("333333333333")
	red := []any{map[string]any{"Key": "Team", "Value": "red"}}
	s.trusting("plain", trustThree)
	s.trusting("red", trustThree, red...)
	s.must(s.root, "dynamodb", "CreateTable", map[string]any{
		"TableName": "Red", "BillingMode": "PAY_PER_REQUEST", "Tags": red,
		"AttributeDefinitions": []any{map[string]any{"AttributeName": "k", "AttributeType": "S"}},
		"KeySchema":            []any{map[string]any{"AttributeName": "k", "KeyType": "HASH"}},
	})
	for _, key := range []string{"aws:ResourceTag/Team", "iam:ResourceTag/Team"} {
		name := "spy-" + strings.ReplaceAll(strings.ReplaceAll(key, ":", "-"), "/", "-")
		spy := s.user(root, name, `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"},
		 {"Sid":"IsRed","Effect":"Deny","Action":["sts:AssumeRole","dynamodb:*"],"Resource":"*","Condition":{"StringLike":{"`+key+`":"r*"}}}]}`)
		s.alike(spy, "sts", "AssumeRole", text(t, assumption("$", nil)), "missing", "plain", "red")
		s.alike(spy, "dynamodb", "Scan", `{"TableName":"arn:aws:dynamodb:us-east-1:000000000000:table/$"}`, "Missing", "Ledger", "Red")
	}
	// The same by a user of the account itself, who is told.
	own := s.user(s.root, "own", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"},
	 {"Effect":"Deny","Action":"dynamodb:*","Resource":"*","Condition":{"StringLike":{"aws:ResourceTag/Team":"r*"}}}]}`)
	s.do(own, "dynamodb", "Scan", `{"TableName":"Ledger"}`)
	if a := s.refuses(own, "dynamodb", "Scan", `{"TableName":"Red"}`); !strings.Contains(a.Body, "explicit deny") {
		t.Errorf("got %s", a.Body)
	}
}

// TestTheOwnerIsAKey lets a user act on what is its own account's only, and on
// what is another's only.
func TestTheOwnerIsAKey(t *testing.T) {
	s := newSiege(t, bailiwick.Config{})
	root, _ := s.account("222222222222")
	s.trusting("shared", trustTwo)
	limited := func(name, account string) aws.Config {
		return s.user(root, name, `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringEquals":{"aws:ResourceAccount":"`+account+`"}}}]}`)
	}
	inside, outside := limited("inside", "222222222222"), limited("outside", "000000000000")
	assume := text(t, assumption("shared", nil))
	s.do(inside, "iam", "ListUsers", `{}`)
	s.refuses(inside, "sts", "AssumeRole", assume)
	s.do(outside, "sts", "AssumeRole", assume)
	s.refuses(outside, "iam", "ListUsers", `{}`)
}

// TestPoliciesHaveOneARN names managed policies almost as they are named.
func TestPoliciesHaveOneARN(t *testing.T) {
	s := newSiege(t, bailiwick.Config{})
	s.must(s.root, "iam", "CreatePolicy", map[string]any{"PolicyName": "limit", "Path": "/team/", "PolicyDocument": allowAll})
	user := s.user(s.root, "limited", allowAll)
	boundary := func(arn string) string {
		return `{"UserName":"limited","PermissionsBoundary":"arn:aws:iam::000000000000:policy/` + arn + `"}`
	}
	for _, arn := range []string{"limit", "team2/limit", "team/team/limit", "Team/limit", "team/Limit", "team//limit", "team/limit2"} {
		if a := s.try(s.root, "iam", "PutUserPermissionsBoundary", boundary(arn)); a.OK() {
			t.Errorf("%s is a boundary", arn)
		}
		if a := s.try(s.root, "iam", "AttachUserPolicy", `{"UserName":"limited","PolicyArn":"arn:aws:iam::000000000000:policy/`+arn+`"}`); a.OK() {
			t.Errorf("%s is attached", arn)
		}
		if a := s.try(s.root, "iam", "GetPolicy", `{"PolicyArn":"arn:aws:iam::000000000000:policy/`+arn+`"}`); a.OK() {
			t.Errorf("%s is there: %s", arn, a.Body)
		}
		in := assumption("tenant", map[string]any{"PolicyArns": []any{map[string]any{"arn": "arn:aws:iam::000000000000:policy/" + arn}}})
		if a := s.try(s.vendor, "sts", "AssumeRole", text(t, in)); a.OK() {
			t.Errorf("%s limits a session", arn)
		}
	}
	s.do(user, "dynamodb", "GetItem", getRow("blue"))
	s.do(s.root, "iam", "PutUserPermissionsBoundary", boundary("team/limit"))
	s.do(user, "dynamodb", "GetItem", getRow("blue"))
}

// TestASessionIsNoLongerThanItsRoleAllows asks for more.
func TestASessionIsNoLongerThanItsRoleAllows(t *testing.T) {
	s := newSiege(t, bailiwick.Config{})
	for role, most := range map[string]int{"short": 3600, "long": 7200} {
		s.must(s.root, "iam", "CreateRole", map[string]any{"RoleName": role, "MaxSessionDuration": most, "AssumeRolePolicyDocument": s.expand(anyPrincipalOfAccount)})
		lasting := func(seconds int) string {
			return text(t, assumption(role, map[string]any{"DurationSeconds": seconds}))
		}
		s.do(s.vendor, "sts", "AssumeRole", lasting(most))
		s.fails(s.vendor, "ValidationError", "sts", "AssumeRole", lasting(most+1))
		s.fails(s.vendor, "ValidationError", "sts", "AssumeRole", lasting(43201))
	}
}

// TestASourceIdentityNeedsAPermission sets one without the role's permission,
// and takes one along that was set before.
func TestASourceIdentityNeedsAPermission(t *testing.T) {
	s := newSiege(t, bailiwick.Config{})
	trust := func(actions string) string {
		return `{"Effect":"Allow","Principal":{"AWS":"000000000000"},"Action":` + actions + `}`
	}
	s.trusting("named", trust(`["sts:AssumeRole","sts:SetSourceIdentity"]`))
	s.grant("named", allowAll)
	s.trusting("unnamed", trust(`"sts:AssumeRole"`))
	ann := map[string]any{"SourceIdentity": "ann"}
	named := s.assume(s.vendor, "named", ann)
	s.do(s.vendor, "sts", "AssumeRole", text(t, assumption("unnamed", nil)))
	s.refuses(s.vendor, "sts", "AssumeRole", text(t, assumption("unnamed", ann)))
	s.do(named, "sts", "AssumeRole", text(t, assumption("named", nil)))
	s.do(named, "sts", "AssumeRole", text(t, assumption("named", ann)))
	s.refuses(named, "sts", "AssumeRole", text(t, assumption("named", map[string]any{"SourceIdentity": "bob"})))
	s.refuses(named, "sts", "AssumeRole", text(t, assumption("unnamed", nil)))
}

// TestARecreatedRoleIsNotTrusted trusts a role, deletes it and makes another of
// the same name: its sessions are somebody else's.
func TestARecreatedRoleIsNotTrusted(t *testing.T) {
	s := newSiege(t, bailiwick.Config{})
	s.role("hub", allowAll)
	s.trusting("vault", `{"Effect":"Allow","Principal":{"AWS":"`+roleARN("hub")+`"},"Action":"sts:AssumeRole"}`)
	vault := text(t, assumption("vault", nil))
	old := s.assume(s.vendor, "hub", nil)
	s.do(old, "sts", "AssumeRole", vault)
	s.do(s.root, "iam", "DeleteRolePolicy", `{"RoleName":"hub","PolicyName":"p"}`)
	s.do(s.root, "iam", "DeleteRole", `{"RoleName":"hub"}`)
	s.role("hub", allowAll)
	s.fails(old, "InvalidClientTokenId", "sts", "AssumeRole", vault)
	s.refuses(s.assume(s.vendor, "hub", nil), "sts", "AssumeRole", vault)
}
