// SPDX-License-Identifier: Apache-2.0

package policy_test

import (
	"fmt"
	"testing"

	"github.com/bailiwick-dev/bailiwick/policy"
)

const (
	allowAll  = `"Effect":"Allow","Action":"*","Resource":"*"`
	allowS3   = `"Effect":"Allow","Action":"s3:*","Resource":"*"`
	allowSQS  = `"Effect":"Allow","Action":"sqs:*","Resource":"*"`
	denyS3    = `"Effect":"Deny","Action":"s3:*","Resource":"*"`
	federated = "arn:aws:sts::111111111111:federated-user/alice"
	root      = "arn:aws:iam::111111111111:root"
)

func list(t testing.TB, typ policy.Type, ss ...string) []*policy.Policy {
	t.Helper()
	if len(ss) == 0 {
		return nil
	}
	return []*policy.Policy{parse(t, typ, statements(ss...))}
}

// grantTo is a resource policy that lets a principal do everything; who is the
// value of the Principal element.
func grantTo(t testing.TB, who string) []*policy.Policy {
	return list(t, policy.Resource, `"Effect":"Allow","Action":"*","Resource":"*","Principal":`+who)
}

// TestSameAccount goes through who is limited by what within an account.
func TestSameAccount(t *testing.T) {
	const (
		toAlice     = `{"AWS":"arn:aws:iam::111111111111:user/alice"}`
		toSession   = `{"AWS":"arn:aws:sts::111111111111:assumed-role/TenantRole/s1"}`
		toRole      = `{"AWS":"arn:aws:iam::111111111111:role/service/TenantRole"}`
		toFederated = `{"AWS":"arn:aws:sts::111111111111:federated-user/alice"}`
		toAccount   = `{"AWS":"111111111111"}`
		toRoot      = `{"AWS":"arn:aws:iam::111111111111:root"}`
		toRoleID    = `{"AWS":"AROAEXAMPLE"}`
		toUserID    = `{"AWS":"AIDAEXAMPLE"}`
	)
	type limits struct{ none, identity, boundary, session policy.Kind }
	const y, n = policy.Allow, policy.ImplicitDeny
	for _, c := range []struct {
		claim, grant, caller, id, issuer string
		// The outcomes without any other policy, with an identity-based policy
		// that allows, with a boundary, and with a session policy that does not.
		want limits
	}{
		{"user ARN, the user", toAlice, alice, "", "", limits{y, y, y, y}},
		{"user id, the user", toUserID, alice, "AIDAEXAMPLE", "", limits{y, y, y, y}},
		{"session ARN, the session", toSession, role, "", "", limits{y, y, y, y}},
		{"role ARN, a session", toRole, role, "", "", limits{y, y, n, n}},
		{"role id, a session", toRoleID, role, "AROAEXAMPLE", "", limits{y, y, n, n}},
		{"federated-user ARN, it", toFederated, federated, "", "", limits{y, y, y, y}},
		{"user ARN, a federated session", toAlice, federated, "", alice, limits{n, n, n, n}},
		{"user id, a federated session", toUserID, federated, "AIDAEXAMPLE", "", limits{n, n, n, n}},
		{"everyone", `"*"`, role, "", "", limits{y, y, y, y}},
		{"every AWS principal", `{"AWS":"*"}`, role, "", "", limits{y, y, y, y}},
		{"account", toAccount, role, "", "", limits{n, y, n, n}},
		{"account by ARN", toRoot, alice, "", "", limits{n, y, n, n}},
		{"the root user", toRoot, root, "", "", limits{y, y, n, n}},
		{"nobody", `{"AWS":"arn:aws:iam::111111111111:user/zoe"}`, role, "", "", limits{n, y, n, n}},
		{"a federated session's own name is not its user", toAlice, federated, "", "", limits{n, n, n, n}},
		{"another session", toSession, "arn:aws:sts::111111111111:assumed-role/TenantRole/s2", "", "", limits{n, y, n, n}},
		{"another role", toRole, "arn:aws:sts::111111111111:assumed-role/tenantRole/s1", "", "", limits{n, y, n, n}},
		{"a role of the name in another account", `{"AWS":"arn:aws:iam::222222222222:role/TenantRole"}`, role, "", "", limits{n, y, n, n}},
		{"a role of the name in another partition", `{"AWS":"arn:aws-cn:iam::111111111111:role/TenantRole"}`, role, "", "", limits{n, y, n, n}},
		{"a user of the name with a path", `{"AWS":"arn:aws:iam::111111111111:user/a/alice"}`, alice, "", "", limits{n, y, n, n}},
		{"a user of the role's name", `{"AWS":"arn:aws:iam::111111111111:user/TenantRole"}`, role, "", "", limits{n, y, n, n}},
		{"a role of the user's name", toRole, "arn:aws:iam::111111111111:user/TenantRole", "", "", limits{n, y, n, n}},
		{"a service of the user's name", `{"Service":"s3.amazonaws.com"}`, "arn:aws:iam::111111111111:user/s3.amazonaws.com", "", "", limits{n, y, n, n}},
		{"a provider of the user's name", `{"Federated":"www.amazon.com"}`, "arn:aws:iam::111111111111:user/www.amazon.com", "", "", limits{n, y, n, n}},
		{"another id", toRoleID, role, "AROAOTHER", "", limits{n, y, n, n}},
		{"an id, but the caller's is not known", toRoleID, role, "", "", limits{n, y, n, n}},
		{"a wildcard in a principal", `{"AWS":"arn:aws:sts::111111111111:assumed-role/TenantRole/*"}`, role, "", "", limits{n, y, n, n}},
		{"a group", `{"AWS":"arn:aws:iam::111111111111:group/g"}`, alice, "", "", limits{n, y, n, n}},
		{"a name", `{"AWS":"alice"}`, alice, "", "", limits{n, y, n, n}},
		{"an empty principal", `{"AWS":""}`, alice, "", "", limits{n, y, n, n}},
		{"a provider as AWS principal", `{"AWS":"arn:aws:iam::111111111111:saml-provider/p"}`, alice, "", "", limits{n, y, n, n}},
		{"a service", `{"Service":"s3.amazonaws.com"}`, role, "", "", limits{n, y, n, n}},
		{"a service wildcard", `{"Service":"*"}`, role, "", "", limits{n, y, n, n}},
		{"a provider wildcard", `{"Federated":"*"}`, role, "", "", limits{n, y, n, n}},
		{"a canonical user", `{"CanonicalUser":"abc"}`, role, "", "", limits{n, y, n, n}},
	} {
		r := request(t, c.caller)
		r.Principal.ID, r.Principal.Issuer = c.id, c.issuer
		base := policy.Policies{Resource: grantTo(t, c.grant)}
		identity := base
		identity.Identity = list(t, policy.Identity, allowAll)
		boundary := identity
		boundary.Boundary = list(t, policy.Boundary, allowSQS)
		session := identity
		session.Session = list(t, policy.Session, allowSQS)
		got := limits{
			base.Evaluate(r).Kind, identity.Evaluate(r).Kind, boundary.Evaluate(r).Kind, session.Evaluate(r).Kind,
		}
		if got != c.want {
			t.Errorf("%s: %v, want %v", c.claim, got, c.want)
		}
	}
}

func TestTheStrongestGrantCounts(t *testing.T) {
	const weak, strong = `,"Principal":{"AWS":"111111111111"}`, `,"Principal":{"AWS":"` + alice + `"}`
	for claim, policies := range map[string][]*policy.Policy{
		"in one list":   list(t, policy.Resource, allowS3+weak, allowS3+strong),
		"across lists":  list(t, policy.Resource, allowS3+weak, allowAll+strong),
		"across places": list(t, policy.Resource, allowAll+weak, `"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::app*"`+strong),
		"reversed":      list(t, policy.Resource, `"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::app*"`+weak, allowAll+strong),
		"across policies": append(
			list(t, policy.Resource, allowS3+weak), list(t, policy.Resource, allowS3+strong)...,
		),
	} {
		ps := policy.Policies{Resource: policies}
		if d := ps.Evaluate(request(t, alice)); !d.Allowed() {
			t.Errorf("%s: %v by %v", claim, d.Kind, d.By)
		}
	}
}

func TestFederatedUserOfAUserIsLimitedBySessionPolicy(t *testing.T) {
	r := request(t, federated)
	r.Principal.Issuer = alice
	ps := policy.Policies{Resource: grantTo(t, `{"AWS":"`+alice+`"}`), Session: list(t, policy.Session, allowS3)}
	if d := ps.Evaluate(r); !d.Allowed() || d.By != policy.Resource {
		t.Errorf("within the session policy: %+v", d)
	}
	ps.Boundary = list(t, policy.Boundary, allowSQS)
	if d := ps.Evaluate(r); d.Allowed() || d.By != policy.Boundary {
		t.Errorf("outside of the boundary: %+v", d)
	}
}

func TestDecisionNamesWhatIsMissing(t *testing.T) {
	toBob := `{"AWS":"` + bob + `"}`
	for _, c := range []struct {
		claim, caller string
		policies      policy.Policies
		kind          policy.Kind
		by            policy.Type
	}{
		{"nothing at all", role, policy.Policies{}, policy.ImplicitDeny, policy.Identity},
		{"identity", role, policy.Policies{Identity: list(t, policy.Identity, allowS3)}, policy.Allow, policy.Identity},
		{"identity within boundary and session policy", role, policy.Policies{
			Identity: list(t, policy.Identity, allowS3), Boundary: list(t, policy.Boundary, allowS3), Session: list(t, policy.Session, allowS3),
		}, policy.Allow, policy.Identity},
		{"boundary and session policy alone grant nothing", role, policy.Policies{
			Boundary: list(t, policy.Boundary, allowS3), Session: list(t, policy.Session, allowS3),
		}, policy.ImplicitDeny, policy.Identity},
		{"boundary before session", role, policy.Policies{
			Identity: list(t, policy.Identity, allowS3), Boundary: list(t, policy.Boundary, allowSQS), Session: list(t, policy.Session, allowSQS),
		}, policy.ImplicitDeny, policy.Boundary},
		{"session", role, policy.Policies{
			Identity: list(t, policy.Identity, allowS3), Session: list(t, policy.Session, allowSQS),
		}, policy.ImplicitDeny, policy.Session},
		{"limited without a session policy", role, policy.Policies{
			Identity: list(t, policy.Identity, allowS3), SessionLimited: true,
		}, policy.ImplicitDeny, policy.Session},
		{"two policies of one type are alternatives", role, policy.Policies{
			Identity: append(list(t, policy.Identity, allowSQS), list(t, policy.Identity, allowS3)...),
		}, policy.Allow, policy.Identity},
		{"SCP", role, policy.Policies{
			Identity: list(t, policy.Identity, allowS3), SCPs: [][]*policy.Policy{list(t, policy.SCP, allowAll), list(t, policy.SCP, allowSQS)},
		}, policy.ImplicitDeny, policy.SCP},
		{"a level without SCP", role, policy.Policies{
			Identity: list(t, policy.Identity, allowS3), SCPs: [][]*policy.Policy{nil},
		}, policy.ImplicitDeny, policy.SCP},
		{"SCPs do not grant", role, policy.Policies{SCPs: [][]*policy.Policy{list(t, policy.SCP, allowAll)}}, policy.ImplicitDeny, policy.Identity},
		{"SCP and the root user", root, policy.Policies{SCPs: [][]*policy.Policy{list(t, policy.SCP, allowSQS)}}, policy.ImplicitDeny, policy.SCP},
		{"the root user alone", root, policy.Policies{}, policy.Allow, policy.Identity},
		{"the root user and a Deny", root, policy.Policies{
			Resource: list(t, policy.Resource, denyS3+`,"Principal":"*"`),
		}, policy.ExplicitDeny, policy.Resource},
		{"an explicit policy that grants nothing", role, policy.Policies{
			Identity: list(t, policy.Identity, allowS3), Explicit: true,
		}, policy.ImplicitDeny, policy.Resource},
		{"an explicit policy and the root user", root, policy.Policies{Explicit: true}, policy.ImplicitDeny, policy.Resource},
		{"a trust policy that grants nothing", role, policy.Policies{
			Identity: list(t, policy.Identity, allowS3), Explicit: true,
			Resource: list(t, policy.Trust, `"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"AWS":"222222222222"}`),
		}, policy.ImplicitDeny, policy.Trust},
		{"an explicit policy that delegates", role, policy.Policies{
			Identity: list(t, policy.Identity, allowS3), Explicit: true, Resource: grantTo(t, `{"AWS":"111111111111"}`),
		}, policy.Allow, policy.Identity},
		{"an explicit policy that delegates, but nobody allows", role, policy.Policies{
			Explicit: true, Resource: grantTo(t, `{"AWS":"111111111111"}`),
		}, policy.ImplicitDeny, policy.Identity},
		{"an explicit policy that trusts others, and nobody allows", role, policy.Policies{
			Explicit: true, Resource: list(t, policy.Trust, `"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"AWS":"222222222222"}`),
		}, policy.ImplicitDeny, policy.Identity},
		{"an explicit policy that grants", alice, policy.Policies{
			Explicit: true, Resource: grantTo(t, `{"AWS":"`+alice+`"}`),
		}, policy.Allow, policy.Resource},
		{"cross account, nothing", bob, policy.Policies{}, policy.ImplicitDeny, policy.Identity},
		{"cross account, caller only", bob, policy.Policies{Identity: list(t, policy.Identity, allowAll)}, policy.ImplicitDeny, policy.Resource},
		{"cross account, resource only", bob, policy.Policies{Resource: grantTo(t, toBob)}, policy.ImplicitDeny, policy.Identity},
		{"cross account, everyone", bob, policy.Policies{Resource: grantTo(t, `"*"`)}, policy.ImplicitDeny, policy.Identity},
		{"cross account, both", bob, policy.Policies{
			Resource: grantTo(t, toBob), Identity: list(t, policy.Identity, allowAll),
		}, policy.Allow, policy.Identity},
		{"cross account, by account", bob, policy.Policies{
			Resource: grantTo(t, `{"AWS":"222222222222"}`), Identity: list(t, policy.Identity, allowAll),
		}, policy.Allow, policy.Identity},
		{"cross account, by role", "arn:aws:sts::222222222222:assumed-role/R/s", policy.Policies{
			Resource: grantTo(t, `{"AWS":"arn:aws:iam::222222222222:role/R"}`),
		}, policy.ImplicitDeny, policy.Identity},
		{"cross account, direct, outside of the boundary", bob, policy.Policies{
			Resource: grantTo(t, toBob), Identity: list(t, policy.Identity, allowAll), Boundary: list(t, policy.Boundary, allowSQS),
		}, policy.ImplicitDeny, policy.Boundary},
		{"cross account, direct, outside of the session policy", bob, policy.Policies{
			Resource: grantTo(t, toBob), Identity: list(t, policy.Identity, allowAll), Session: list(t, policy.Session, allowSQS),
		}, policy.ImplicitDeny, policy.Session},
		{"cross account, the root user", "arn:aws:iam::222222222222:root", policy.Policies{
			Resource: grantTo(t, `{"AWS":"222222222222"}`),
		}, policy.Allow, policy.Identity},
		{"anonymous, nothing", "anonymous", policy.Policies{Identity: list(t, policy.Identity, allowAll)}, policy.ImplicitDeny, policy.Resource},
		{"anonymous, everyone", "anonymous", policy.Policies{Resource: grantTo(t, `"*"`)}, policy.Allow, policy.Resource},
		{"anonymous, an RCP denies", "anonymous", policy.Policies{
			Resource: grantTo(t, `"*"`), RCPs: [][]*policy.Policy{list(t, policy.RCP, denyS3+`,"Principal":"*"`)},
		}, policy.ExplicitDeny, policy.RCP},
		{"RCPs need not allow", alice, policy.Policies{
			Identity: list(t, policy.Identity, allowAll), RCPs: [][]*policy.Policy{nil},
		}, policy.Allow, policy.Identity},
		{"service, granted", "s3.amazonaws.com", policy.Policies{Resource: grantTo(t, `{"Service":"s3.amazonaws.com"}`)}, policy.Allow, policy.Resource},
		{"service, not granted", "s3.amazonaws.com", policy.Policies{
			Resource: grantTo(t, `{"Service":"sns.amazonaws.com"}`), Identity: list(t, policy.Identity, allowAll),
		}, policy.ImplicitDeny, policy.Resource},
		{"provider, granted", "arn:aws:iam::111111111111:oidc-provider/idp.example", policy.Policies{
			Explicit: true, Resource: grantTo(t, `{"Federated":"arn:aws:iam::111111111111:oidc-provider/idp.example"}`),
		}, policy.Allow, policy.Resource},
		{"provider, its account is not it", "arn:aws:iam::111111111111:oidc-provider/idp.example", policy.Policies{
			Explicit: true, Resource: grantTo(t, `{"AWS":"111111111111"}`), Identity: list(t, policy.Identity, allowAll),
		}, policy.ImplicitDeny, policy.Resource},
		{"deny in an RCP first", alice, policy.Policies{
			RCPs: [][]*policy.Policy{list(t, policy.RCP, denyS3+`,"Principal":{"AWS":"*"}`)}, Identity: list(t, policy.Identity, denyS3),
		}, policy.ExplicitDeny, policy.RCP},
		{"deny in an SCP", alice, policy.Policies{
			SCPs: [][]*policy.Policy{list(t, policy.SCP, denyS3)}, Identity: list(t, policy.Identity, denyS3),
		}, policy.ExplicitDeny, policy.SCP},
		{"deny in an identity-based policy", alice, policy.Policies{
			Identity: list(t, policy.Identity, allowAll, denyS3), Resource: grantTo(t, `"*"`),
		}, policy.ExplicitDeny, policy.Identity},
		{"deny in a boundary", alice, policy.Policies{
			Boundary: list(t, policy.Boundary, denyS3), Resource: grantTo(t, `"*"`),
		}, policy.ExplicitDeny, policy.Boundary},
		{"deny in a session policy", role, policy.Policies{
			Session: list(t, policy.Session, denyS3), Resource: grantTo(t, `"*"`),
		}, policy.ExplicitDeny, policy.Session},
		{"deny for the account hits its sessions", role, policy.Policies{
			Identity: list(t, policy.Identity, allowAll), Resource: list(t, policy.Resource, denyS3+`,"Principal":{"AWS":"111111111111"}`),
		}, policy.ExplicitDeny, policy.Resource},
	} {
		d := c.policies.Evaluate(request(t, c.caller))
		if d.Kind != c.kind || d.By != c.by {
			t.Errorf("%s: %v by %v, want %v by %v", c.claim, d.Kind, d.By, c.kind, c.by)
		}
		if x := c.policies.Explain(request(t, c.caller)); x.Decision != c.kind.String() || x.By != c.by.String() {
			t.Errorf("%s: explained as %s by %s", c.claim, x.Decision, x.By)
		}
	}
}

func TestNotPrincipal(t *testing.T) {
	const boundary = `"Effect":"Allow","Action":"*","Resource":"*"`
	for _, c := range []struct {
		claim, effect, who, caller string
		bounded, applies           bool
	}{
		{"deny spares the user", "Deny", `{"AWS":"` + alice + `"}`, alice, false, false},
		{"deny spares by account", "Deny", `{"AWS":"111111111111"}`, alice, false, false},
		{"deny spares by role", "Deny", `{"AWS":"arn:aws:iam::111111111111:role/TenantRole"}`, role, false, false},
		{"deny hits others", "Deny", `{"AWS":"` + alice + `"}`, role, false, true},
		{"deny hits anonymous callers", "Deny", `{"AWS":"111111111111"}`, "anonymous", false, true},
		{"deny hits whom it lists if bounded", "Deny", `{"AWS":"` + alice + `"}`, alice, true, true},
		{"deny spares everyone", "Deny", `"*"`, alice, false, false},
		{"allow spares the user", "Allow", `{"AWS":"` + alice + `"}`, alice, false, false},
		{"allow grants to others", "Allow", `{"AWS":"` + alice + `"}`, role, false, true},
		{"allow is not turned by a boundary", "Allow", `{"AWS":"` + alice + `"}`, alice, true, false},
		{"allow grants nothing if it names no principal", "Allow", `{"AWS":["` + alice + `","arn:aws:iam::*:root"]}`, role, false, false},
		{"allow grants nothing if it names a canonical user", "Allow", `{"CanonicalUser":"abc"}`, role, false, false},
		{"deny hits if it names no principal", "Deny", `{"AWS":"alice"}`, role, false, true},
	} {
		text := statements(fmt.Sprintf(`"Effect":%q,"NotPrincipal":%s,"Action":"*","Resource":"*"`, c.effect, c.who))
		ps := policy.Policies{Resource: []*policy.Policy{parse(t, policy.Resource, text)}}
		if c.bounded {
			ps.Boundary = list(t, policy.Boundary, boundary)
		}
		got := ps.Evaluate(request(t, c.caller)).Kind
		want := map[string]policy.Kind{"Allow": policy.Allow, "Deny": policy.ExplicitDeny}[c.effect]
		if (got == want) != c.applies {
			t.Errorf("%s: %v", c.claim, got)
		}
	}
}

func TestStatementsWithoutPrincipalOrResource(t *testing.T) {
	for _, c := range []struct {
		claim, statement string
		want             policy.Kind
	}{
		{"Allow without principal grants nothing", allowAll, policy.ImplicitDeny},
		{"Deny without principal denies nothing", denyS3, policy.ImplicitDeny},
		{"Allow without resource grants nothing", `"Effect":"Allow","Principal":"*","Action":"*"`, policy.ImplicitDeny},
		{"Deny without resource denies", `"Effect":"Deny","Principal":"*","Action":"*"`, policy.ExplicitDeny},
	} {
		ps := policy.Policies{Resource: list(t, policy.Resource, c.statement)}
		if got := ps.Evaluate(request(t, alice)).Kind; got != c.want {
			t.Errorf("%s: %v, want %v", c.claim, got, c.want)
		}
	}
}

func TestIncompleteRequestsAreDenied(t *testing.T) {
	ps := policy.Policies{Identity: list(t, policy.Identity, allowAll), Resource: grantTo(t, `{"AWS":"111111111111"}`)}
	r := request(t, alice)
	r.Principal = nil
	if ps.Evaluate(r).Allowed() {
		t.Error("without a principal: allowed")
	}
	ps.Resource = nil
	r = request(t, alice)
	r.ResourceAccount = ""
	if ps.Evaluate(r).Allowed() {
		t.Error("a resource of an unknown account: allowed as if it were the caller's")
	}
	r = request(t, alice)
	r.Principal.Account, r.ResourceAccount = "", ""
	if ps.Evaluate(r).Allowed() {
		t.Error("a caller and a resource of unknown accounts: allowed as if they were one")
	}
	r = request(t, alice)
	r.Context = nil
	if !ps.Evaluate(r).Allowed() {
		t.Error("without a context: denied")
	}
	if (policy.Decision{}).Allowed() {
		t.Error("the zero decision allows")
	}
}

func TestGetSessionTokenCannotBeDenied(t *testing.T) {
	deny := parse(t, policy.Identity, `{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"*","Resource":"*"}}`)
	ps := policy.Policies{Identity: []*policy.Policy{deny}, SCPs: [][]*policy.Policy{{deny}}}
	who := principal(t, "arn:aws:iam::111122223333:user/ann")
	for action, want := range map[string]policy.Kind{
		"sts:GetSessionToken":    policy.Allow,
		"STS:getsessiontoken":    policy.Allow,
		"sts:GetFederationToken": policy.ExplicitDeny,
	} {
		if d := ps.Evaluate(&policy.Request{Principal: who, Action: action, ResourceAccount: "111122223333"}); d.Kind != want {
			t.Errorf("%s is %v", action, d.Kind)
		}
	}
}

func TestGetCallerIdentityCannotBeDenied(t *testing.T) {
	ps := policy.Policies{
		Identity: list(t, policy.Identity, `"Effect":"Deny","Action":"*","Resource":"*"`),
		SCPs:     [][]*policy.Policy{nil},
	}
	for who, want := range map[string]bool{alice: true, role: true, "anonymous": false} {
		r := request(t, who)
		r.Action = "sts:getcalleridentity"
		if got := ps.Evaluate(r).Allowed(); got != want {
			t.Errorf("%s: allowed %v, want %v", who, got, want)
		}
	}
}

func TestReasons(t *testing.T) {
	for _, c := range []struct {
		d    policy.Decision
		want string
	}{
		{policy.Decision{Kind: policy.Allow}, ""},
		{policy.Decision{By: policy.Identity}, "because no identity-based policy allows the s3:GetObject action"},
		{policy.Decision{By: policy.Resource}, "because no resource-based policy allows the s3:GetObject action"},
		{policy.Decision{By: policy.Boundary}, "because no permissions boundary allows the s3:GetObject action"},
		{policy.Decision{By: policy.Session}, "because no session policy allows the s3:GetObject action"},
		{policy.Decision{By: policy.SCP}, "because no service control policy allows the s3:GetObject action"},
		{policy.Decision{By: policy.Trust}, "because no role trust policy allows the s3:GetObject action"},
		{policy.Decision{Kind: policy.ExplicitDeny, By: policy.Identity}, "with an explicit deny in an identity-based policy"},
		{policy.Decision{Kind: policy.ExplicitDeny, By: policy.Resource}, "with an explicit deny in a resource-based policy"},
		{policy.Decision{Kind: policy.ExplicitDeny, By: policy.Boundary}, "with an explicit deny in a permissions boundary"},
		{policy.Decision{Kind: policy.ExplicitDeny, By: policy.Session}, "with an explicit deny in a session policy"},
		{policy.Decision{Kind: policy.ExplicitDeny, By: policy.SCP}, "with an explicit deny in a service control policy"},
		{policy.Decision{Kind: policy.ExplicitDeny, By: policy.RCP}, "with an explicit deny in a resource control policy"},
		{policy.Decision{Kind: policy.ExplicitDeny, By: policy.Trust}, "with an explicit deny in the role trust policy"},
	} {
		if got := c.d.Reason("s3:GetObject"); got != c.want {
			t.Errorf("%v by %v: %q, want %q", c.d.Kind, c.d.By, got, c.want)
		}
	}
	if policy.Kind(9).String() != "Unknown" || policy.Type(99).String() != "unknown policy type" ||
		policy.PrincipalType(99).String() != "Unknown" {
		t.Error("a value out of range has a name")
	}
}

func TestParsePrincipal(t *testing.T) {
	for s, want := range map[string]policy.Principal{
		"anonymous":        {Type: policy.Anonymous, ARN: "anonymous"},
		"s3.amazonaws.com": {Type: policy.Service, ARN: "s3.amazonaws.com", Name: "s3.amazonaws.com"},
		"www.amazon.com":   {Type: policy.FederatedProvider, ARN: "www.amazon.com", Name: "www.amazon.com"},
		root:               {Type: policy.Account, ARN: root, Account: account},
		alice:              {Type: policy.User, ARN: alice, Account: account, Name: "alice", Path: "/"},
		role:               {Type: policy.AssumedRole, ARN: role, Account: account, Name: "TenantRole", Session: "s1"},
		federated:          {Type: policy.FederatedUser, ARN: federated, Account: account, Name: "alice"},
		"arn:aws:iam::111111111111:user/a/b/carol": {
			Type: policy.User, ARN: "arn:aws:iam::111111111111:user/a/b/carol", Account: account, Name: "carol", Path: "/a/b/",
		},
		"arn:aws:iam::111111111111:saml-provider/p": {
			Type: policy.FederatedProvider, ARN: "arn:aws:iam::111111111111:saml-provider/p", Name: "arn:aws:iam::111111111111:saml-provider/p",
		},
	} {
		if got, err := policy.ParsePrincipal(s); err != nil || got != want {
			t.Errorf("%s: %+v, %v; want %+v", s, got, err, want)
		}
	}
	for _, s := range []string{
		"", "*", "111111111111", "alice", "Anonymous", "amazonaws.com", ".amazonaws.com", "a/b.amazonaws.com", "arn:aws:iam::1:root",
		"arn:aws:iam::11111111111a:root", "arn:aws:iam:us-east-1:111111111111:root", "arn:aws:iam::111111111111:root/x",
		"arn:aws:iam::111111111111:user/", "arn:aws:iam::111111111111:user/a/", "arn:aws:iam::111111111111:role/R",
		"arn:aws:sts::111111111111:assumed-role/R", "arn:aws:sts::111111111111:assumed-role/R/", "arn:aws:sts::111111111111:assumed-role//s",
		"arn:aws:sts::111111111111:assumed-role/R/s/t", "arn:aws:sts::111111111111:assumed-role/R/*",
		"arn:aws:sts::111111111111:federated-user/", "arn:aws:sts::111111111111:federated-user/a/b",
		"arn:aws:iam::111111111111:oidc-provider/", "arn:aws:iam::111111111111:group/g", "arn:aws:s3:::b",
	} {
		if p, err := policy.ParsePrincipal(s); err == nil {
			t.Errorf("%q: %+v", s, p)
		}
	}
	for typ, want := range map[policy.PrincipalType]string{
		policy.Anonymous: "Anonymous", policy.Account: "Account", policy.User: "User", policy.AssumedRole: "AssumedRole",
		policy.FederatedUser: "FederatedUser", policy.Service: "Service",
	} {
		if typ.String() != want {
			t.Errorf("%v, want %s", typ, want)
		}
	}
}
