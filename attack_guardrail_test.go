// SPDX-License-Identifier: Apache-2.0

package bailiwick_test

import (
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/organizations/types"

	"github.com/bailiwick-dev/bailiwick"
)

const (
	memberA = "222222222222"
	memberB = "333333333333"
)

// A fort is a siege with an organization whose policies are enabled.
type fort struct {
	*siege
	api   *organizations.Client
	top   string // id of the root
	rails int    // made so far
}

func newFort(t *testing.T) *fort {
	t.Helper()
	s := newSiege(t, bailiwick.Config{})
	f := &fort{siege: s, api: organizations.NewFromConfig(s.root)}
	roots, err := f.api.ListRoots(t.Context(), &organizations.ListRootsInput{})
	if err != nil {
		t.Fatal(err)
	}
	f.top = *roots.Roots[0].Id
	for _, kind := range []types.PolicyType{types.PolicyTypeServiceControlPolicy, types.PolicyTypeResourceControlPolicy} {
		if _, err := f.api.EnablePolicyType(t.Context(), &organizations.EnablePolicyTypeInput{RootId: &f.top, PolicyType: kind}); err != nil {
			t.Fatal(err)
		}
	}
	return f
}

// rail makes a policy of the statements.
func (f *fort) rail(kind types.PolicyType, statements string) (id string) {
	f.t.Helper()
	text, name := `{"Version":"2012-10-17","Statement":[`+statements+`]}`, "rail-"+strconv.Itoa(f.rails)
	f.rails++
	out, err := f.api.CreatePolicy(f.t.Context(), &organizations.CreatePolicyInput{Name: &name, Description: new(string), Type: kind, Content: &text})
	if err != nil {
		f.t.Fatal(err)
	}
	return *out.Policy.PolicySummary.Id
}

func (f *fort) scp(statements string) string {
	f.t.Helper()
	return f.rail(types.PolicyTypeServiceControlPolicy, statements)
}

func (f *fort) rcp(statements string) string {
	f.t.Helper()
	return f.rail(types.PolicyTypeResourceControlPolicy, statements)
}

// on attaches the policy and returns what detaches it.
func (f *fort) on(id, target string) (off func()) {
	f.t.Helper()
	if _, err := f.api.AttachPolicy(f.t.Context(), &organizations.AttachPolicyInput{PolicyId: &id, TargetId: &target}); err != nil {
		f.t.Fatal(err)
	}
	return func() {
		f.t.Helper()
		if _, err := f.api.DetachPolicy(f.t.Context(), &organizations.DetachPolicyInput{PolicyId: &id, TargetId: &target}); err != nil {
			f.t.Fatal(err)
		}
	}
}

// powerful makes a role with every permission that the accounts may assume.
func (s *siege) powerful(admin aws.Config, name string, accounts ...string) {
	s.t.Helper()
	s.must(admin, "iam", "CreateRole", map[string]any{"RoleName": name, "AssumeRolePolicyDocument": openTo(accounts...)})
	s.must(admin, "iam", "PutRolePolicy", map[string]any{"RoleName": name, "PolicyName": "p", "PolicyDocument": allowAll})
}

// TestAGuardrailHoldsWithTheNextCall sends requests again and again that were
// signed, or presigned, before a guardrail is laid on an account and taken away.
func TestAGuardrailHoldsWithTheNextCall(t *testing.T) {
	f := newFort(t)
	root, admin := f.account(memberA)
	_, neighbour := f.account(memberB)
	f.powerful(admin, "keeper", memberA)
	for _, target := range []string{memberA, f.top} {
		for name, rail := range map[string]string{
			"service control policy":  f.scp(`{"Sid":"` + target[:1] + `a","Effect":"Deny","Action":["iam:*","dynamodb:*"],"Resource":"*"}`),
			"resource control policy": f.rcp(`{"Sid":"` + target[:1] + `b","Effect":"Deny","Principal":"*","Action":"dynamodb:*","Resource":"*"}`),
		} {
			for who, cfg := range map[string]aws.Config{"root user": root, "administrator": admin, "session": f.assumeIn(admin, memberA, "keeper")} {
				requests := f.open(cfg)
				f.living(who, requests)
				off := f.on(rail, target)
				for service, list := range requests {
					for _, again := range list {
						status, body := again()
						denied := status >= http.StatusBadRequest && strings.Contains(body, "AccessDenied") && strings.Contains(body, "explicit deny in a "+name)
						if limited := service == "dynamodb" || service == "iam" && name == "service control policy"; limited != denied {
							t.Errorf("%s with a %s: %s: got %d %s", who, name, service, status, body)
						}
					}
				}
				f.do(f.admin, "dynamodb", "ListTables", `{}`)
				if target == memberA {
					f.do(neighbour, "dynamodb", "ListTables", `{}`)
				}
				off()
				f.living(who, requests)
			}
		}
	}
}

// TestAGuardrailHasNoWayAround denies an account the making of users, and has its
// people try what might get them out of that.
func TestAGuardrailHasNoWayAround(t *testing.T) {
	f := newFort(t)
	root, admin := f.account(memberA)
	_, other := f.account(memberB)
	f.powerful(admin, "keeper", memberA, memberB)
	f.powerful(other, "guest", memberA)
	make := `{"UserName":"new","Path":"/tenants/"}`
	unmake := `{"UserName":"new"}`
	ways := map[string]aws.Config{
		"root user":     root,
		"administrator": admin,
		"session":       f.assumeIn(admin, memberA, "keeper"),
		"session that came back from another account": f.assumeIn(f.assumeIn(admin, memberB, "guest"), memberA, "keeper"),
		"session that another account began":          f.assumeIn(other, memberA, "keeper"),
	}
	for _, cfg := range ways {
		f.do(cfg, "iam", "CreateUser", make)
		f.do(cfg, "iam", "DeleteUser", unmake)
	}
	rail := f.scp(`{"Effect":"Deny","Action":"IAM:create*ser","Resource":"*"}`)
	f.on(rail, memberA)
	for who, cfg := range ways {
		if a := f.refuses(cfg, "iam", "CreateUser", make); !strings.Contains(a.Body, "with an explicit deny in a service control policy") {
			t.Errorf("%s: got %s", who, a.Body)
		}
		elsewhere := cfg.Copy()
		elsewhere.Region = "eu-west-1"
		f.refuses(elsewhere, "iam", "CreateUser", make)
	}
	for _, op := range f.services["organizations"].Operations {
		for _, cfg := range ways {
			in := strings.NewReplacer("p-00000000", rail, "r-0000", f.top, "999999999999", memberA).Replace(op.Sample)
			f.refuses(cfg, "organizations", op.Name, in)
		}
	}
	// Policies that grant, of whatever kind, don't take it away.
	f.must(admin, "iam", "PutUserPolicy", map[string]any{"UserName": "admin", "PolicyName": "q", "PolicyDocument": allowAll})
	f.refuses(admin, "iam", "CreateUser", make)
	f.do(f.assumeIn(admin, memberB, "guest"), "iam", "CreateUser", make) // as somebody of the other account
	f.do(f.root, "iam", "CreateUser", make)
	f.do(other, "iam", "GetUser", unmake)
}

// TestAGuardrailLimitsWhomATrustPolicyNames: a role's trust policy that names the
// caller itself needs no permission on the caller's side, but the guardrails of
// both sides.
func TestAGuardrailLimitsWhomATrustPolicyNames(t *testing.T) {
	f := newFort(t)
	_, admin := f.account(memberA)
	_, other := f.account(memberB)
	plain := f.user(admin, "plain", allowNothing)
	f.must(admin, "iam", "CreateRole", map[string]any{"RoleName": "direct", "AssumeRolePolicyDocument": `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::` + memberA + `:user/plain"},"Action":"sts:AssumeRole"}}`})
	f.powerful(other, "guest", memberA)
	f.assumeIn(plain, memberA, "direct")
	f.assumeIn(admin, memberB, "guest")
	in := func(account, role string) string {
		return `{"RoleArn":"arn:aws:iam::` + account + `:role/` + role + `","RoleSessionName":"raid"}`
	}
	off := f.on(f.scp(`{"Effect":"Deny","Action":"sts:AssumeRole","Resource":"*"}`), memberA)
	f.refuses(plain, "sts", "AssumeRole", in(memberA, "direct"))
	f.refuses(admin, "sts", "AssumeRole", in(memberB, "guest"))
	off()
	stay := f.scp(`{"Effect":"Deny","Action":"sts:AssumeRole","Resource":"*","Condition":{"StringNotEquals":{"aws:ResourceAccount":"${aws:PrincipalAccount}"}}}`)
	off = f.on(stay, memberA)
	f.assumeIn(plain, memberA, "direct")
	f.refuses(admin, "sts", "AssumeRole", in(memberB, "guest"))
	off()
	off = f.on(f.rcp(`{"Effect":"Deny","Principal":"*","Action":"sts:*","Resource":"*"}`), memberB)
	f.assumeIn(plain, memberA, "direct")
	if a := f.refuses(admin, "sts", "AssumeRole", in(memberB, "guest")); strings.Contains(a.Body, "resource control policy") {
		t.Errorf("a stranger is told of the account's policies: %s", a.Body)
	}
	off()
	f.assumeIn(admin, memberB, "guest")
}

// TestStrangersLearnNothingOfAccounts asks for accounts that there are, that there
// were and that there never were, with policies that look at the organization.
func TestStrangersLearnNothingOfAccounts(t *testing.T) {
	f := newFort(t)
	root, _ := f.account(memberA)
	f.account(memberB)
	f.account("444444444444")
	f.closes("444444444444")
	for name, condition := range map[string]string{
		"id":    `{"StringLike":{"aws:ResourceOrgID":"o-*"}}`,
		"paths": `{"ForAnyValue:StringLike":{"aws:ResourceOrgPaths":"o-*"}}`,
		"none":  `{"Null":{"aws:ResourceOrgID":"true"}}`,
	} {
		for _, effect := range []string{"Allow", "Deny"} {
			spy := f.user(root, "spy-"+name+effect, `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringEquals":{"aws:PrincipalType":"`+
				map[string]string{"Allow": "Nobody", "Deny": "User"}[effect]+`"}}},{"Effect":"`+effect+`","Action":"*","Resource":"*","Condition":`+condition+`}]}`)
			f.alike(spy, "sts", "AssumeRole", `{"RoleArn":"arn:aws:iam::$:role/any","RoleSessionName":"raid"}`, memberB, "444444444444", "555555555555")
			f.alike(spy, "dynamodb", "Scan", `{"TableName":"arn:aws:dynamodb:us-east-1:$:table/Any"}`, memberB, "444444444444", "555555555555")
		}
	}
}
