// SPDX-License-Identifier: Apache-2.0

package policy_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bailiwick-dev/bailiwick/policy"
)

func TestExplainSaysWhichElementFailed(t *testing.T) {
	ctx := policy.Map{
		"k": policy.One("a"), "set": policy.Many([]string{"x", "y"}), "aws:principaltag/tenantid": policy.One("acme"),
	}
	for _, c := range []struct {
		claim, statement string
		want             policy.Failure
	}{
		{"principal", allowAll + `,"Principal":{"AWS":"` + bob + `","Service":["s3.amazonaws.com"]}`, policy.Failure{
			Element: "Principal", Policy: []string{"AWS: " + bob, "Service: s3.amazonaws.com"}, Request: []string{role},
		}},
		{"no principal", allowAll, policy.Failure{Element: "Principal", Request: []string{role}}},
		{"excluded principal", allowAll + `,"NotPrincipal":"*"`, policy.Failure{
			Element: "NotPrincipal", Policy: []string{"*"}, Request: []string{role},
		}},
		{"action", `"Effect":"Allow","Principal":"*","Action":["s3:Put*","sqs:*"],"Resource":"arn:aws:s3:::x"`, policy.Failure{
			Element: "Action", Policy: []string{"s3:Put*", "sqs:*"}, Request: []string{"s3:GetObject"},
		}},
		{"uncertain action", `"Effect":"Allow","Principal":"*","Action":"*:*","Resource":"*"`, policy.Failure{
			Element: "Action", Policy: []string{"*:*"}, Request: []string{"s3:GetObject"}, Uncertain: true,
		}},
		{"excluded action", `"Effect":"Allow","Principal":"*","NotAction":"s3:*","Resource":"*"`, policy.Failure{
			Element: "NotAction", Policy: []string{"s3:*"}, Request: []string{"s3:GetObject"},
		}},
		{"resource", `"Effect":"Allow","Principal":"*","Action":"*","Resource":"arn:aws:s3:::x"`, policy.Failure{
			Element: "Resource", Policy: []string{"arn:aws:s3:::x"}, Request: []string{object},
		}},
		{"excluded resource", `"Effect":"Allow","Principal":"*","Action":"*","NotResource":"*"`, policy.Failure{
			Element: "NotResource", Policy: []string{"*"}, Request: []string{object},
		}},
		{"no resource element", `"Effect":"Allow","Principal":"*","Action":"*"`, policy.Failure{
			Element: "Resource", Request: []string{object}, Uncertain: true,
		}},
		{"condition", allowAll + `,"Principal":"*","Condition":{"StringEquals":{"K":["b","c"]}}`, policy.Failure{
			Element: "Condition", Operator: "StringEquals", Key: "k", Policy: []string{"b", "c"}, Request: []string{"a"},
		}},
		{"absent key", allowAll + `,"Principal":"*","Condition":{"Bool":{"none":true}}`, policy.Failure{
			Element: "Condition", Operator: "Bool", Key: "none", Policy: []string{"true"}, Absent: true,
		}},
		{"multivalued key", allowAll + `,"Principal":"*","Condition":{"StringLike":{"set":"*"}}`, policy.Failure{
			Element: "Condition", Operator: "StringLike", Key: "set", Policy: []string{"*"}, Multi: true, Request: []string{"x", "y"},
		}},
		{"uncertain condition", allowAll + `,"Principal":"*","Condition":{"ForAnyValue:NumericLessThanIfExists":{"k":"1"}}`, policy.Failure{
			Element: "Condition", Operator: "ForAnyValue:NumericLessThanIfExists", Key: "k", Policy: []string{"1"}, Request: []string{"a"}, Uncertain: true,
		}},
	} {
		ps := policy.Policies{Resource: list(t, policy.Resource, c.statement)}
		r := request(t, role)
		r.Context = ctx
		got := ps.Explain(r).Policies[0].Statements[0].Failed
		if diff := cmp.Diff([]policy.Failure{c.want}, got); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", c.claim, diff)
		}
	}
	ps := policy.Policies{Identity: list(t, policy.Identity, `"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::x"`)}
	r := request(t, role)
	r.Resource = resource(t, "*")
	if f := ps.Explain(r).Policies[0].Statements[0].Failed[0]; f.Element != "Resource" || f.Request[0] != "*" {
		t.Errorf("an action without resource: %+v", f)
	}
}

func TestExplainSaysWhatVariablesAre(t *testing.T) {
	ps := policy.Policies{Identity: list(t, policy.Identity,
		`"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::b/${aws:PrincipalTag/TenantID}/${none}/${none, 'x'}/${aws:PrincipalTag/TenantID}",
		"Condition":{"StringEquals":{"k":"${empty}"},"ArnLike":{"k":"arn:aws:s3:::${set}"}}`)}
	r := request(t, role)
	r.Context = policy.Map{
		"aws:principaltag/tenantid": policy.One("acme"), "empty": policy.One(""), "set": policy.Many([]string{"x"}),
	}
	want := []policy.Variable{
		{Key: "aws:principaltag/tenantid", Value: "acme", Resolved: true},
		{Key: "none"},
		{Key: "none", Value: "x", Resolved: true, Default: true},
		{Key: "empty", Resolved: true},
		{Key: "set"},
	}
	if diff := cmp.Diff(want, ps.Explain(r).Policies[0].Statements[0].Variables); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestExplanationIsReadable(t *testing.T) {
	ps := policy.Policies{
		Identity: list(t, policy.Identity,
			`"Sid":"Own","Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::app-data/tenants/${aws:PrincipalTag/T}/${none, 'x'}*"`,
			`"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"StringEquals":{"none":"a"}}`,
			`"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"StringEquals":{"set":"${none}"}}`,
			`"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"Bool":{"aws:principaltag/t":"true"}}`,
		),
		Resource: grantTo(t, `{"AWS":"111111111111"}`),
		SCPs:     [][]*policy.Policy{list(t, policy.SCP, allowAll)},
		RCPs:     [][]*policy.Policy{list(t, policy.RCP, `"Effect":"Deny","Principal":"*","Action":"sqs:*","Resource":"*"`)},
	}
	ps.Identity[0].Name, ps.Identity[0].Version = "arn:aws:iam::111111111111:policy/p", "v3"
	r := request(t, role)
	r.Context = policy.Map{"aws:principaltag/t": policy.One("globex"), "set": policy.Many([]string{"x"})}
	const want = `ImplicitDeny: because no identity-based policy allows the s3:GetObject action
  principal arn:aws:sts::111111111111:assumed-role/TenantRole/s1 (AssumedRole)
  action    s3:GetObject
  resource  arn:aws:s3:::app-data/tenants/acme/report.csv
what keeps it from being allowed
  no identity-based policy allows it; this comes nearest:
    identity-based policy arn:aws:iam::111111111111:policy/p v3, statement 0 "Own" at 1:38
      Resource does not match: the policy has ["arn:aws:s3:::app-data/tenants/${aws:PrincipalTag/T}/${none, 'x'}*"], which is ["arn:aws:s3:::app-data/tenants/globex/x*"], the request has ["arn:aws:s3:::app-data/tenants/acme/report.csv"]
    identity-based policy arn:aws:iam::111111111111:policy/p v3, statement 1 at 1:172
      Condition StringEquals none does not match: the policy has ["a"], the request does not carry the key
    identity-based policy arn:aws:iam::111111111111:policy/p v3, statement 2 at 1:264
      Condition StringEquals set does not match: the policy has ["${none}"], which is ["${none}"], the request has a set of values ["x"]
resource control policy, level 1
  statement 0 at 1:38 (Deny) does not apply
    Action does not match: the policy has ["sqs:*"], the request has ["s3:GetObject"]
service control policy, level 1
  statement 0 at 1:38 (Allow) applies
resource-based policy
  statement 0 at 1:38 (Allow) applies; it grants to the account, whose identity-based policies must allow too
identity-based policy arn:aws:iam::111111111111:policy/p v3
  statement 0 "Own" at 1:38 (Allow) does not apply
    Resource does not match: the policy has ["arn:aws:s3:::app-data/tenants/${aws:PrincipalTag/T}/${none, 'x'}*"], which is ["arn:aws:s3:::app-data/tenants/globex/x*"], the request has ["arn:aws:s3:::app-data/tenants/acme/report.csv"]
    ${aws:principaltag/t} is "globex"
    ${none} is the default "x"
  statement 1 at 1:172 (Allow) does not apply
    Condition StringEquals none does not match: the policy has ["a"], the request does not carry the key
  statement 2 at 1:264 (Allow) does not apply
    Condition StringEquals set does not match: the policy has ["${none}"], which is ["${none}"], the request has a set of values ["x"]
    ${none} has no value
  statement 3 at 1:361 (Allow) does not apply
    Condition Bool aws:principaltag/t is uncertain: the policy has ["true"], the request has ["globex"]
`
	if diff := cmp.Diff(want, ps.Explain(r).String()); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	ps.Identity = list(t, policy.Identity, allowS3)
	got := ps.Explain(r).String()
	if !strings.HasPrefix(got, "Allow\n") || !strings.Contains(got, "statement 0 at 1:38 (Allow) applies, and decides\n") {
		t.Errorf("an Allow: %s", got)
	}
	text, err := json.Marshal(ps.Explain(r))
	if err != nil || !strings.Contains(string(text), `"decides":true`) || !strings.Contains(string(text), `"resource":"arn:aws:s3:::app-data/tenants/acme/report.csv"`) {
		t.Errorf("as JSON: %s, %v", text, err)
	}
}

// fickle answers only once.
type fickle struct{ n int }

func (c *fickle) Lookup(string) policy.Value {
	c.n++
	if c.n > 2 {
		return policy.One("a")
	}
	return policy.Value{}
}

func TestExplainSurvivesAContextThatChanges(t *testing.T) {
	ps := policy.Policies{Identity: list(t, policy.Identity, allowAll+`,"Condition":{"StringEquals":{"k":"a"}}`)}
	r := request(t, role)
	r.Context = &fickle{}
	if x := ps.Explain(r); x.Decision != "ImplicitDeny" || x.Policies[0].Statements[0].Applies {
		t.Errorf("%s", x)
	}
}

func TestExplainNotesWhatNoPolicyDecides(t *testing.T) {
	for claim, c := range map[string]struct {
		change func(r *policy.Request)
		note   string
	}{
		"no principal":      {func(r *policy.Request) { r.Principal = nil }, "has no principal"},
		"no service":        {func(r *policy.Request) { r.Action = "Get" }, "not of the form"},
		"the root user":     {func(r *policy.Request) { r.Principal = principal(t, root) }, "root user"},
		"GetCallerIdentity": {func(r *policy.Request) { r.Action = "sts:GetCallerIdentity" }, "cannot be denied"},
		"the root user's GetCallerIdentity": {func(r *policy.Request) {
			r.Principal, r.Action = principal(t, root), "sts:GetCallerIdentity"
		}, "cannot be denied"},
	} {
		r := request(t, alice)
		r.Resource = resource(t, "*")
		c.change(r)
		x := (&policy.Policies{}).Explain(r)
		if !strings.Contains(x.Note, c.note) || !strings.Contains(x.String(), c.note) || x.Resource != "*" {
			t.Errorf("%s: %s", claim, x)
		}
	}
}
