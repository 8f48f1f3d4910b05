// SPDX-License-Identifier: Apache-2.0

package lint_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"github.com/bailiwick-dev/bailiwick/policy"
	"github.com/bailiwick-dev/bailiwick/policy/lint"
	"github.com/bailiwick-dev/bailiwick/tenant"
	"github.com/bailiwick-dev/bailiwick/tvm"
)

// TestKnownLeaks has a row for each way in which published designs let a tenant
// reach another: either the linter names it, or an attack shows that it fails.
func TestKnownLeaks(t *testing.T) {
	for _, leak := range []struct {
		name   string
		found  string // the rule that names it in text, with an example
		text   []byte
		kind   policy.Type
		attack func(t *testing.T)
	}{
		{
			name: "ForAllValues is true for a Scan, and for a session without the tag", found: "L2",
			text: statement(`"Effect":"Allow","Action":["dynamodb:Query","dynamodb:Scan"],"Resource":` + table + `,"Condition":{` + keyed + `}`),
		},
		{
			name: "with a wildcard also for DeleteTable", found: "L4",
			text: statement(`"Effect":"Allow","Action":"dynamodb:*","Resource":` + table + `,"Condition":{` + keyed + `}`),
		},
		{
			name: "a misspelt key restricts nothing", found: "L3",
			text: []byte(strings.Replace(string(statement(`"Effect":"Allow","Action":"dynamodb:GetItem","Resource":`+table+`,"Condition":{`+keyed+`}`)),
				"dynamodb:LeadingKeys", "dynamodb: LeadingKeys", 1)),
		},
		{name: "a malformed ARN is refused, not matched with everything", attack: malformedARN},
		{
			name: "list actions on objects, and their usual cure", found: "L2",
			text: statement(`"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/${aws:PrincipalTag/T}/*"},{
				"Effect":"Allow","Action":"s3:List*","Resource":"arn:aws:s3:::b"`),
		},
		{
			name: "a trust policy for any tag", found: "L6", kind: policy.Trust,
			text: statement(`"Effect":"Allow",` + leader + `,"Action":["sts:AssumeRole","sts:TagSession"]`),
		},
		{name: "a tag that is empty or missing matches nothing", attack: missingTag},
		{
			name: "an Allow of all but others, for those without the tag", found: "L2",
			text: statement(`"Effect":"Allow","Action":"s3:GetObject","Resource":"*","Condition":{"StringNotEquals":{"aws:PrincipalTag/T":"globex"}}`),
		},
		{
			name: "the writer of role tags chooses the tenant", found: "L7",
			text: statement(`"Effect":"Allow","Action":"iam:TagRole","Resource":"*"`),
		},
		{name: "a tenant id with a slash lies within another's prefix", attack: slashInID},
		{name: "a key is of use only to the tenant whose tag it has", attack: keyOfAnother},
		{
			name: "a tenant id that is pasted into a policy", found: "L8",
			text: statement(`"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/{tenantId}/*"`),
		},
		{name: "nobody vends credentials that are not confined to a tenant", attack: unscopedMachine},
		{name: "a tenant id that is a tag has no meaning in a pattern", attack: wildcardInTag},
		{
			name: "a token that was issued to anybody's application", found: "L6", kind: policy.Trust,
			text: statement(`"Effect":"Allow","Principal":{"Federated":"cognito-identity.amazonaws.com"},"Action":"sts:AssumeRoleWithWebIdentity"`),
		},
	} {
		t.Run(leak.name, func(t *testing.T) {
			if leak.attack != nil {
				leak.attack(t)
				return
			}
			r := linter().Check(leak.text, leak.kind)
			if !slices.ContainsFunc(r.Findings, func(f lint.Finding) bool { return f.Rule == leak.found && f.Example != nil }) {
				t.Errorf("%s does not name it: %+v", leak.found, r.Findings)
			}
			proved(t, leak.text, r)
		})
	}
}

func malformedARN(t *testing.T) {
	clean := strings.NewReplacer("// Wait wait wait", "", "// what the heck is this thing?", "").Replace(string(read(t, "p01.json")))
	if got := saved([]byte(clean), policy.Identity); got != `Partition "" is not valid for resource "arn::dynamodb:eu-west-2::table/ExampleTableName".` {
		t.Errorf("AWS says %q", got)
	}
	r := lint.Request{
		Principal: session, Action: "dynamodb:GetItem", Resource: "arn:aws:dynamodb:eu-west-2:111122223333:table/ExampleTableName",
		Context: map[string]any{"aws:PrincipalTag/org": "acme", "dynamodb:LeadingKeys": []string{"acme#1"}},
	}
	if allows(t, []byte(clean), policy.Identity, &r) {
		t.Error("stored all the same, it allows")
	}
	whole := strings.Replace(clean, `"::dynamodb:eu-west-2::`, `"arn:aws:dynamodb:eu-west-2:*:`, 1)
	if !allows(t, []byte(whole), policy.Identity, &r) {
		t.Error("with a good ARN it denies")
	}
}

const session = "arn:aws:sts::111122223333:assumed-role/App/acme"

// object asks for an object with these tags of the session.
func object(key string, context map[string]any) *lint.Request {
	return &lint.Request{Principal: session, Action: "s3:GetObject", Resource: "arn:aws:s3:::b/" + key, Context: context}
}

var (
	byPrefix = statement(`"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/${aws:PrincipalTag/T}/*"`)
	byTag    = statement(`"Effect":"Allow","Action":"s3:GetObject","Resource":"*","Condition":{"StringEquals":{"s3:ExistingObjectTag/T":"${aws:PrincipalTag/T}"}}`)
	unlessMy = statement(`"Effect":"Allow","Action":"*","Resource":"*"},{
		"Effect":"Deny","Action":"s3:*","Resource":"*","Condition":{"StringNotEquals":{"s3:ExistingObjectTag/T":"${aws:PrincipalTag/T}"}}`)
)

func missingTag(t *testing.T) {
	for _, c := range []struct {
		name string
		text []byte
		r    *lint.Request
		want bool
	}{
		{"own prefix", byPrefix, object("acme/x", map[string]any{"aws:PrincipalTag/T": "acme"}), true},
		{"empty tag", byPrefix, object("/x", map[string]any{"aws:PrincipalTag/T": ""}), false},
		{"no tag", byPrefix, object("/x", nil), false},
		{"no tag, the variable's text as a key", byPrefix, object("${aws:PrincipalTag/T}/x", nil), false},
		{"own tag", byTag, object("x", map[string]any{"aws:PrincipalTag/T": "acme", "s3:ExistingObjectTag/T": "acme"}), true},
		{"both without a tag", byTag, object("x", nil), false},
		{"own, and nothing denied", unlessMy, object("x", map[string]any{"aws:PrincipalTag/T": "acme", "s3:ExistingObjectTag/T": "acme"}), true},
		{"a session without a tag is denied", unlessMy, object("x", map[string]any{"s3:ExistingObjectTag/T": "acme"}), false},
	} {
		if got := allows(t, c.text, policy.Identity, c.r); got != c.want {
			t.Errorf("%s: allowed is %v", c.name, got)
		}
	}
}

func slashInID(t *testing.T) {
	if !allows(t, byPrefix, policy.Identity, object("acme/eu/x", map[string]any{"aws:PrincipalTag/T": "acme"})) {
		t.Error("what is below a prefix is not reached: the attack proves nothing")
	}
	for _, id := range []string{"acme/eu", "acme#1", "acme*", "acme?", "${x}", "acme:eu"} {
		if _, err := (tenant.Grammar{}).Parse(id); err == nil {
			t.Errorf("%q is a tenant id", id)
		}
	}
	if _, err := (tenant.Grammar{}).Parse("acme"); err != nil {
		t.Error(err)
	}
}

func keyOfAnother(t *testing.T) {
	text := filled(read(t, "p11.json"))
	for tags, want := range map[[2]string]bool{
		{"acme", "acme"}: true, {"acme", "globex"}: false, {"", "acme"}: false, {"acme", ""}: false, {"", ""}: false,
	} {
		context := map[string]any{}
		for i, key := range []string{"aws:PrincipalTag/TenantID", "aws:ResourceTag/TenantID"} {
			if tags[i] != "" {
				context[key] = tags[i]
			}
		}
		r := lint.Request{Principal: session, Action: "kms:Decrypt", Resource: "arn:aws:kms:us-east-1:111122223333:key/k", Context: context}
		if got := allows(t, text, policy.Identity, &r); got != want {
			t.Errorf("the tenant %q with the key of %q: allowed is %v", tags[0], tags[1], got)
		}
		p, err := policy.Parse(text, policy.Identity)
		if err != nil {
			t.Fatal(err)
		}
		ps := policy.Policies{Identity: []*policy.Policy{p}, Explicit: true}
		if ps.Evaluate(request(t, &r)).Allowed() {
			t.Error("allowed without the key's own policy")
		}
	}
}

func unscopedMachine(t *testing.T) {
	base := aws.Config{Region: "us-east-1", Credentials: credentials.NewStaticCredentialsProvider("AKIAEXAMPLEEXAMPLE22", "secret", "")}
	if _, err := tvm.New(tvm.Config{Base: base}); err == nil {
		t.Error("a machine was made without a scope")
	}
	role := tvm.SessionTags{RoleARN: "arn:aws:iam::111122223333:role/Tenant"}
	if _, err := tvm.New(tvm.Config{Base: base, Scope: role}); err != nil {
		t.Error(err)
	}
}

func wildcardInTag(t *testing.T) {
	for _, id := range []string{"*", "?lobex", "glob*", "${aws:PrincipalTag/T}"} {
		if allows(t, byPrefix, policy.Identity, object("globex/x", map[string]any{"aws:PrincipalTag/T": id})) {
			t.Errorf("the tenant %q reaches globex", id)
		}
		if !allows(t, byPrefix, policy.Identity, object(id+"/x", map[string]any{"aws:PrincipalTag/T": id})) {
			t.Errorf("the tenant %q does not reach its own", id)
		}
	}
}

// TestVectorsThatLeak checks that the linter names what the engine's vectors
// mark as a leak, and which of them it can't, as nothing in the policy says
// that there are tenants.
func TestVectorsThatLeak(t *testing.T) {
	silent := map[string]string{
		"ten-13": "a bucket is listed, by a policy that knows no tenants",
		"ten-25": "a prefix with a hyphen, which may be all that there is",
		"ten-38": "a Deny of what is marked leaves what is not",
		"ten-44": "a role without any limit, made for a session policy",
	}
	leaks := leakVectors(t)
	if len(leaks) != 20 {
		t.Fatalf("%d vectors leak", len(leaks))
	}
	for _, v := range leaks {
		findings := 0
		for _, d := range v.documents {
			findings += len(linter().Check(d, lint.GuessType(d)).Findings)
		}
		if reason, ok := silent[v.id]; ok == (findings > 0) {
			t.Errorf("%s (%s) has %d findings; %s", v.id, v.description, findings, reason)
		}
	}
}
