// SPDX-License-Identifier: Apache-2.0

package bailiwick_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
)

const (
	allowAssume = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["sts:AssumeRole","sts:TagSession"],"Resource":"*"}]}`
	allowTables = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"dynamodb:*","Resource":"*"}]}`
)

// TestBothSidesMustAgree assumes roles whose trust policies name somebody in every
// way there is, from the role's own account and from another, by callers whose own
// policies allow it and by those whose don't.
func TestBothSidesMustAgree(t *testing.T) {
	f := newFort(t)
	_, owner := f.account(memberB)
	callers := map[string]map[string]aws.Config{}
	for _, account := range []string{memberA, memberB} {
		admin := owner
		if account == memberA {
			_, admin = f.account(account)
		}
		callers[account] = f.callersOf(admin, account)
	}
	trusts := map[string]func(account string) string{
		"nobody":      func(string) string { return `{"Service":"none.amazonaws.com"}` },
		"the account": func(a string) string { return `{"AWS":"` + a + `"}` },
		"its root":    func(a string) string { return `{"AWS":"arn:aws:iam::` + a + `:root"}` },
		"a user": func(a string) string {
			return `{"AWS":["arn:aws:iam::` + a + `:user/able","arn:aws:iam::` + a + `:user/unable"]}`
		},
		"a role": func(a string) string {
			return `{"AWS":["arn:aws:iam::` + a + `:role/able","arn:aws:iam::` + a + `:role/unable"]}`
		},
		"a session": func(a string) string {
			return `{"AWS":["arn:aws:sts::` + a + `:assumed-role/able/raid","arn:aws:sts::` + a + `:assumed-role/unable/raid"]}`
		},
		"everybody": func(string) string { return `"*"` },
	}
	// Who gets in of those that each trust policy is about, by whether a permission of
	// their own is needed besides.
	const never, always, permitted = 0, 1, 2
	want := map[string][2]map[string]int{ // from another account, from its own
		"nobody":      {{}, {}},
		"the account": {{"user": permitted, "session": permitted, "limited session": permitted}, {"user": permitted, "session": permitted, "limited session": permitted}},
		"its root":    {{"user": permitted, "session": permitted, "limited session": permitted}, {"user": permitted, "session": permitted, "limited session": permitted}},
		"a user":      {{"user": permitted}, {"user": always}},
		"a role":      {{"session": permitted, "limited session": permitted}, {"session": always, "limited session": permitted}},
		"a session":   {{"session": permitted}, {"session": always}},
		"everybody":   {{"user": permitted, "session": permitted, "limited session": permitted}, {"user": always, "session": always, "limited session": always}},
	}
	for name, trust := range trusts {
		for i, account := range []string{memberA, memberB} {
			role := strings.ReplaceAll(name, " ", "-") + "-" + account
			f.must(owner, "iam", "CreateRole", map[string]any{"RoleName": role, "AssumeRolePolicyDocument": `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":` + trust(account) + `,"Action":"sts:AssumeRole"}}`})
			in := `{"RoleArn":"arn:aws:iam::` + memberB + `:role/` + role + `","RoleSessionName":"raid"}`
			for who, cfg := range callers[account] {
				kind, able := strings.CutSuffix(who, ", able")
				kind = strings.TrimSuffix(kind, ", unable")
				w := want[name][i][kind]
				if ok := w == always || w == permitted && able; f.call(cfg, f.services["sts"], "AssumeRole", in).OK() != ok {
					t.Errorf("the role trusts %s of account %s: %s gets in: %t, want %t", name, account, who, !ok, ok)
				}
			}
		}
	}
}

// callersOf makes users and roles with a permission to assume roles, and without.
func (f *fort) callersOf(admin aws.Config, account string) map[string]aws.Config {
	f.t.Helper()
	out := map[string]aws.Config{}
	for name, doc := range map[string]string{"able": allowAssume, "unable": allowTables} {
		out["user, "+name] = f.user(admin, name, doc)
		f.must(admin, "iam", "CreateRole", map[string]any{"RoleName": name, "AssumeRolePolicyDocument": openTo(account)})
		f.must(admin, "iam", "PutRolePolicy", map[string]any{"RoleName": name, "PolicyName": "p", "PolicyDocument": doc})
		out["session, "+name] = f.assumeIn(admin, account, name)
		in := map[string]any{"RoleArn": "arn:aws:iam::" + account + ":role/" + name, "RoleSessionName": "other", "Policy": allowAssume}
		if name == "unable" {
			in["Policy"] = allowTables
		}
		out["limited session, "+name] = f.credentials(f.must(admin, "sts", "AssumeRole", in))
	}
	return out
}

// TestLimitsHoldAcrossAccounts assumes a role of another account, which trusts the
// caller by name, within limits that don't let the caller.
func TestLimitsHoldAcrossAccounts(t *testing.T) {
	f := newFort(t)
	_, owner := f.account(memberB)
	_, admin := f.account(memberA)
	f.powerful(owner, "guest", memberA)
	in := `{"RoleArn":"arn:aws:iam::` + memberB + `:role/guest","RoleSessionName":"raid"}`
	ann := f.user(admin, "ann", allowAll)
	f.do(ann, "sts", "AssumeRole", in)

	var made struct{ Arn string }
	a := f.must(admin, "iam", "CreatePolicy", map[string]any{"PolicyName": "tables", "PolicyDocument": allowTables})
	made.Arn = "arn:aws:iam::" + memberA + ":policy/tables"
	if !strings.Contains(a.Body, made.Arn) {
		t.Fatal(a.Body)
	}
	f.must(admin, "iam", "PutUserPermissionsBoundary", map[string]any{"UserName": "ann", "PermissionsBoundary": made.Arn})
	if a := f.refuses(ann, "sts", "AssumeRole", in); !strings.Contains(a.Body, "because no permissions boundary allows") {
		t.Errorf("got %s", a.Body)
	}
	f.must(admin, "iam", "DeleteUserPermissionsBoundary", map[string]any{"UserName": "ann"})
	f.do(ann, "sts", "AssumeRole", in)

	f.powerful(admin, "keeper", memberA)
	f.do(f.assumeIn(admin, memberA, "keeper"), "sts", "AssumeRole", in)
	for what, more := range map[string]map[string]any{
		"inline":  {"Policy": allowTables},
		"managed": {"PolicyArns": []any{map[string]any{"arn": made.Arn}}},
	} {
		assume := map[string]any{"RoleArn": "arn:aws:iam::" + memberA + ":role/keeper", "RoleSessionName": "raid"}
		for k, v := range more {
			assume[k] = v
		}
		limited := f.credentials(f.must(admin, "sts", "AssumeRole", assume))
		if a := f.refuses(limited, "sts", "AssumeRole", in); !strings.Contains(a.Body, "because no session policy allows") {
			t.Errorf("%s: got %s", what, a.Body)
		}
	}
}

// TestADeputyIsNotConfused has a vendor act for two customers who each gave it an
// external id of their own.
func TestADeputyIsNotConfused(t *testing.T) {
	f := newFort(t)
	_, vendor := f.account(memberA)
	_, customer := f.account(memberB)
	trust := `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"` + memberA + `"},"Action":"sts:AssumeRole","Condition":{"StringEquals":{"sts:ExternalId":"Customer-7"}}}}`
	f.must(customer, "iam", "CreateRole", map[string]any{"RoleName": "vendor", "AssumeRolePolicyDocument": trust})
	in := func(id string) string {
		return `{"RoleArn":"arn:aws:iam::` + memberB + `:role/vendor","RoleSessionName":"raid"` + id + `}`
	}
	f.do(vendor, "sts", "AssumeRole", in(`,"ExternalId":"Customer-7"`))
	for _, id := range []string{``, `,"ExternalId":"Customer-8"`, `,"ExternalId":"customer-7"`, `,"ExternalId":"Customer-77"`, `,"SourceIdentity":"Customer-7"`} {
		f.refuses(vendor, "sts", "AssumeRole", in(id))
	}
	f.fails(vendor, "ValidationError", "sts", "AssumeRole", in(`,"ExternalId":"Customer-*"`))
}

// TestPoliciesKnowTheOrganization gives roles trust policies that ask where caller
// and resource belong.
func TestPoliciesKnowTheOrganization(t *testing.T) {
	f := newFort(t)
	_, admin := f.account(memberA)
	_, owner := f.account(memberB)
	org, err := f.api.DescribeOrganization(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	id := *org.Organization.Id
	n := 0
	for condition, want := range map[string]bool{
		`{"StringEquals":{"aws:PrincipalOrgID":"` + id + `"}}`:                                                true,
		`{"StringEquals":{"aws:PrincipalOrgID":"o-0000000000"}}`:                                              false,
		`{"StringNotEquals":{"aws:PrincipalOrgID":"` + id + `"}}`:                                             false,
		`{"StringEquals":{"aws:ResourceOrgID":"${aws:PrincipalOrgID}"}}`:                                      true,
		`{"ForAnyValue:StringEquals":{"aws:PrincipalOrgPaths":"` + id + `/` + f.top + `/"}}`:                  true,
		`{"ForAnyValue:StringLike":{"aws:PrincipalOrgPaths":"` + id + `/` + f.top + `/ou-*"}}`:                false,
		`{"ForAnyValue:StringEquals":{"aws:ResourceOrgPaths":"` + id + `/` + f.top + `/"}}`:                   true,
		`{"StringEquals":{"aws:ResourceAccount":"` + memberB + `","aws:PrincipalAccount":"` + memberA + `"}}`: true,
		`{"StringEquals":{"aws:ResourceAccount":"` + memberA + `"}}`:                                          false,
		`{"StringEquals":{"aws:PrincipalAccount":"` + memberB + `"}}`:                                         false,
		`{"StringLike":{"aws:SourceAccount":"*"}}`:                                                            false,
		`{"StringLike":{"aws:SourceOrgID":"*"}}`:                                                              false,
		`{"Null":{"aws:SourceAccount":"true"}}`:                                                               true,
	} {
		n++
		role := "r" + strings.Repeat("x", n)
		f.must(owner, "iam", "CreateRole", map[string]any{"RoleName": role, "AssumeRolePolicyDocument": `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"` + memberA + `"},"Action":"sts:AssumeRole","Condition":` + condition + `}}`})
		a := f.call(admin, f.services["sts"], "AssumeRole", `{"RoleArn":"arn:aws:iam::`+memberB+`:role/`+role+`","RoleSessionName":"raid"}`)
		if a.OK() != want || !want && !a.Denied() {
			t.Errorf("%s: got %d %s, want %t", condition, a.Status, a.Body, want)
		}
	}
}
