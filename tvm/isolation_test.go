// SPDX-License-Identifier: Apache-2.0

package tvm_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/bailiwick-dev/bailiwick/arn"
	"github.com/bailiwick-dev/bailiwick/policy"
	"github.com/bailiwick-dev/bailiwick/tenant"
	"github.com/bailiwick-dev/bailiwick/tvm"
)

// allows reports whether a role that may do anything may do this with text as
// session policy.
func allows(t testing.TB, text, action, resource string, keys policy.Map) bool {
	t.Helper()
	everything, err := policy.Parse([]byte(withStatement(`"Effect":"Allow","Action":"*","Resource":"*"`)), policy.Identity)
	if err != nil {
		t.Fatal(err)
	}
	session, err := policy.Parse([]byte(text), policy.Session)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	caller, err := policy.ParsePrincipal("arn:aws:sts::111122223333:assumed-role/TrackingAccessRole/s")
	if err != nil {
		t.Fatal(err)
	}
	res, err := arn.Parse(resource)
	if err != nil {
		t.Fatal(err)
	}
	policies := policy.Policies{Identity: []*policy.Policy{everything}, Session: []*policy.Policy{session}}
	return policies.Evaluate(&policy.Request{
		Principal: &caller, Action: action, Resource: res, ResourceAccount: "111122223333", Context: keys,
	}).Allowed()
}

// A reach is a template and the request that it allows for a tenant's own.
type reach struct {
	template string
	action   string
	resource string            // {{tenant}} is whose it is
	keys     map[string]string // likewise
}

// reaches are templates that every grammar takes.
var reaches = []reach{
	{withResource("arn:aws:s3:::b/{{tenant}}/*"), "s3:GetObject", "arn:aws:s3:::b/{{tenant}}/x", nil},
	{withResource("arn:aws:s3:::b/{{tenant}}#x"), "s3:GetObject", "arn:aws:s3:::b/{{tenant}}#x", nil},
	{withResource("arn:aws:s3:::b*/{{tenant}}"), "s3:GetObject", "arn:aws:s3:::b/{{tenant}}", nil},
	{
		withCondition("StringLike", "s3:prefix", "{{tenant}}/*"), "s3:ListBucket", "arn:aws:s3:::b",
		map[string]string{"s3:prefix": "{{tenant}}/x"},
	},
	{
		withCondition("StringEquals", "aws:username", "{{tenant}}"), "s3:ListBucket", "arn:aws:s3:::b",
		map[string]string{"aws:username": "{{tenant}}"},
	},
	{
		withCondition("ArnLike", "aws:SourceArn", "arn:aws:sqs:*:*:q/{{tenant}}"), "s3:ListBucket", "arn:aws:s3:::b",
		map[string]string{"aws:sourcearn": "arn:aws:sqs:us-east-1:111122223333:q/{{tenant}}"},
	},
}

func (r reach) of(t testing.TB, text string, owner tenant.ID) bool {
	t.Helper()
	keys := make(policy.Map)
	for k, v := range r.keys {
		keys[k] = policy.One(strings.ReplaceAll(v, "{{tenant}}", string(owner)))
	}
	return allows(t, text, r.action, strings.ReplaceAll(r.resource, "{{tenant}}", string(owner)), keys)
}

// grammars draws a grammar, as generous as one can be.
func grammars(t *rapid.T) tenant.Grammar {
	g, err := tenant.NewGrammar(tenant.Rules{
		Min:         rapid.IntRange(1, 6).Draw(t, "min"),
		Max:         rapid.IntRange(6, 64).Draw(t, "max"),
		Uppercase:   rapid.Bool().Draw(t, "uppercase"),
		Punctuation: rapid.SampledFrom([]string{"", "-", "_", ".", "-_.@+="}).Draw(t, "punctuation"),
		Separators:  "#/:",
	})
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// ids draws an id of g that means as much as one can: from every character
// that g admits, hostile ones included if it should admit any.
func ids(t *rapid.T, g tenant.Grammar, label string) tenant.ID {
	var chars []rune
	for c := range 256 {
		if g.Allows(byte(c)) {
			chars = append(chars, rune(c))
		}
	}
	s := rapid.StringOfN(rapid.RuneFrom(chars), g.MinLen(), g.MaxLen(), -1).
		Filter(func(s string) bool { _, err := g.Parse(s); return err == nil }).Draw(t, label)
	return tenant.ID(s)
}

// neighbour draws another tenant's id that resembles id.
func neighbour(t *rapid.T, g tenant.Grammar, id tenant.ID) tenant.ID {
	s := string(id)
	for _, near := range rapid.Permutation([]string{
		s + "0", s + "-0", s + s, s[:len(s)-1], s[1:], "0" + s, strings.ToUpper(s), strings.ToLower(s), s[:len(s)-1] + "z",
	}).Draw(t, "near") {
		if other, err := g.Parse(near); err == nil && other != id {
			return other
		}
	}
	return ids(t, g, "far")
}

func TestAFilledPolicyMatchesOneTenantOnly(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		g := grammars(rt)
		own := ids(rt, g, "id")
		other := neighbour(rt, g, own)
		r := rapid.SampledFrom(reaches).Draw(rt, "reach")
		text, err := tvm.Fill([]byte(r.template), g, own)
		if err != nil {
			rt.Fatalf("%s: %v", r.template, err)
		}
		if !r.of(t, text, own) {
			rt.Fatalf("%s does not reach what is its own: %s", own, text)
		}
		if other != own && r.of(t, text, other) {
			rt.Fatalf("%s reaches what is %s's: %s", own, other, text)
		}
	})
}

// TestLeaks shows that what is refused would have leaked: it is why.
func TestLeaks(t *testing.T) {
	for _, tt := range []struct {
		claim      string
		pattern    string
		own, other string
	}{
		{"an asterisk after the id", "{{tenant}}*", "company1", "company10"},
		{"one after a letter", "{{tenant}}0*", "company1", "company10"},
		{"one after what ids may have", "{{tenant}}-*", "acme", "acme-eu"},
		{"one before the id", "*{{tenant}}", "acme", "notacme"},
		{"a question mark", "{{tenant}}?", "company1", "company10"},
	} {
		template := withResource("arn:aws:s3:::b/" + tt.pattern)
		if _, err := tvm.Fill([]byte(template), hyphens(t), tenant.ID(tt.own)); err == nil {
			t.Errorf("%s is accepted", tt.claim)
		}
		leaky := strings.ReplaceAll(template, "{{tenant}}", tt.own)
		if !allows(t, leaky, "s3:GetObject", "arn:aws:s3:::b/"+tt.other, nil) {
			t.Errorf("%s: %s does not reach %s, so there is no need to refuse it", tt.claim, tt.own, tt.other)
		}
	}
}

func TestEscapedTextMatchesItselfOnly(t *testing.T) {
	hostile := rapid.StringOfN(rapid.RuneFrom([]rune("ab*?${}:/")), 1, 12, -1)
	rapid.Check(t, func(rt *rapid.T) {
		s, other := hostile.Draw(rt, "text"), hostile.Draw(rt, "other")
		text := withResource("arn:aws:s3:::b/" + tvm.Escape(s))
		if !allows(t, text, "s3:GetObject", "arn:aws:s3:::b/"+s, nil) {
			rt.Fatalf("%q does not match itself: %s", s, text)
		}
		if other != s && allows(t, text, "s3:GetObject", "arn:aws:s3:::b/"+other, nil) {
			rt.Fatalf("%q matches %q: %s", s, other, text)
		}
	})
}
