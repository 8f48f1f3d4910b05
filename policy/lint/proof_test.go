// SPDX-License-Identifier: Apache-2.0

package lint_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bailiwick-dev/bailiwick/policy"
	"github.com/bailiwick-dev/bailiwick/policy/lint"
)

const leakyObject = `"Action":"s3:GetObject","Resource":"arn:aws:s3:::b/${aws:PrincipalTag/T}*/x"`

// TestExamplesMeetTheConditions checks that there is an example whatever else a
// statement asks for.
func TestExamplesMeetTheConditions(t *testing.T) {
	for _, condition := range []string{
		`{"StringEquals":{"aws:RequestedRegion":["us-east-1","eu-west-1"]}}`,
		`{"StringNotEquals":{"aws:RequestedRegion":"us-east-1"},"StringLike":{"aws:UserAgent":"*cli*"}}`,
		`{"StringEquals":{"aws:PrincipalAccount":"111122223333","aws:userid":"${aws:userid}"}}`,
		`{"NumericLessThan":{"s3:max-keys":10},"NumericGreaterThanEquals":{"s3:TlsVersion":"1.2"},"NumericGreaterThan":{"s3:signatureAge":5}}`,
		`{"DateGreaterThan":{"aws:CurrentTime":"2026-01-01T00:00:00Z"},"DateLessThan":{"aws:TokenIssueTime":"2027-01-01T00:00:00Z"},"DateEquals":{"aws:EpochTime":"1780308000"}}`,
		`{"Bool":{"aws:SecureTransport":true},"IpAddress":{"aws:SourceIp":["10.0.0.0/8"]}}`,
		`{"NotIpAddress":{"aws:VpcSourceIp":"x"}}`,
		`{"BinaryEquals":{"aws:referer":"YWNtZQ=="},"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::*:role/${aws:PrincipalTag/T}-?"}}`,
		`{"ForAnyValue:StringEquals":{"aws:TagKeys":["a"]},"Null":{"aws:MultiFactorAuthAge":"true","aws:SourceVpc":"false"}}`,
		`{"StringEquals":{"aws:username":"${aws:username}"}}`,
	} {
		text := statement(`"Effect":"Allow",` + leakyObject + `,"Condition":` + condition)
		r := linter().Check(text, policy.Identity)
		want := "L1 error!~"
		if strings.Contains(condition, `"x"`) {
			want = "L1 error" // what is not an address the engine takes for doubtful, and no example is made up
		}
		if len(r.Findings) != 1 || !strings.HasPrefix(describe(r.Findings[0]), want) || want == "L1 error" && r.Findings[0].Example != nil {
			t.Errorf("%s: findings %+v", condition, r.Findings)
		}
		proved(t, text, r)
	}
}

// TestExamplesAreOfThoseWhoAreNamed checks who asks, in policies that name
// principals.
func TestExamplesAreOfThoseWhoAreNamed(t *testing.T) {
	for entry, want := range map[string]string{
		`"*"`:                    "arn:aws:sts::111122223333:assumed-role/App/acme",
		`{"AWS":"*"}`:            "arn:aws:sts::111122223333:assumed-role/App/acme",
		`{"AWS":"444455556666"}`: "", // its own policies must allow, too
		`{"AWS":["arn:aws:iam::444455556666:role/a/Vendor"]}`:             "arn:aws:sts::444455556666:assumed-role/Vendor/acme",
		`{"AWS":"arn:aws:iam::444455556666:user/ann"}`:                    "arn:aws:iam::444455556666:user/ann",
		`{"AWS":"arn:aws:sts::444455556666:assumed-role/Vendor/session"}`: "arn:aws:sts::444455556666:assumed-role/Vendor/session",
		`{"Service":"s3.amazonaws.com"}`:                                  "",
	} {
		text := statement(`"Effect":"Allow","Principal":` + entry + `,` + leakyObject)
		r := linter().Check(text, policy.Resource)
		got := ""
		if len(r.Findings) == 1 && r.Findings[0].Example != nil {
			got = r.Findings[0].Example.Principal
		}
		if got != want {
			t.Errorf("%s: asked by %q, want %q", entry, got, want)
		}
		proved(t, text, r)
	}
}

// TestEveryTypeIsJudgedAsWhatItIs checks that examples are found for each role
// that a policy can play.
func TestEveryTypeIsJudgedAsWhatItIs(t *testing.T) {
	for kind, members := range map[policy.Type]string{
		policy.Identity: `"Effect":"Allow",` + leakyObject,
		policy.Boundary: `"Effect":"Allow",` + leakyObject,
		policy.Session:  `"Effect":"Allow",` + leakyObject,
		policy.SCP:      `"Effect":"Allow",` + leakyObject,
		policy.Resource: `"Effect":"Allow","Principal":"*",` + leakyObject,
		policy.RCP:      `"Effect":"Deny","Principal":"*","Action":"s3:GetObjekt","Resource":"*"`,
		policy.Trust:    `"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":["sts:AssumeRole","sts:TagSession"]`,
	} {
		r := linter().Check(statement(members), kind)
		if len(r.Findings) == 0 || r.Findings[0].Example == nil || r.Type != kind {
			t.Errorf("%v: %+v", kind, r)
		}
	}
}

// TestFixesThatWorkTogether checks that a fix is offered if the leak is closed
// once those of the same rule are all made, and else not.
func TestFixesThatWorkTogether(t *testing.T) {
	const both = `"Effect":"Allow","Action":"s3:GetObject","Resource":["arn:aws:s3:::b/${aws:PrincipalTag/T}*","arn:aws:s3:::b/${aws:PrincipalTag/T}*/y"]`
	r := linter().Check(statement(both), policy.Identity)
	var got []string
	for _, f := range r.Findings {
		got = append(got, describe(f))
	}
	if diff := cmp.Diff([]string{"L1 error!~", "L1 error!~"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	wide := both + `},{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*"`
	for _, f := range linter().Check(statement(wide), policy.Identity).Findings {
		if f.Fix != nil {
			t.Errorf("another statement allows it anyway, but %+v is offered", f.Fix)
		}
	}
}

// TestNoExampleIsMadeUp checks that what a Deny keeps out is not shown as a
// leak.
func TestNoExampleIsMadeUp(t *testing.T) {
	text := statement(`"Effect":"Allow",` + leakyObject + `},{
		"Effect":"Deny","Action":"*","NotResource":"arn:aws:s3:::b/${aws:PrincipalTag/T}/x"`)
	r := linter().Check(text, policy.Identity)
	if len(r.Findings) != 1 || r.Findings[0].Example != nil {
		t.Errorf("findings %+v", r.Findings)
	}
}

// TestExamplesAreOfCarefulCallers checks that what is denied to those without
// TLS or a second factor is found all the same.
func TestExamplesAreOfCarefulCallers(t *testing.T) {
	text := statement(`"Effect":"Allow",` + leakyObject + `},{
		"Effect":"Deny","Action":"*","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":"false"}}},{
		"Effect":"Deny","Action":"*","Resource":"*","Condition":{"BoolIfExists":{"aws:MultiFactorAuthPresent":"false"}}`)
	r := linter().Check(text, policy.Identity)
	if len(r.Findings) != 1 || r.Findings[0].Example == nil || r.Findings[0].Fix == nil {
		t.Errorf("findings %+v", r.Findings)
	}
	proved(t, text, r)
}

func TestSeverities(t *testing.T) {
	for _, s := range []lint.Severity{lint.Note, lint.Warning, lint.Error} {
		name, err := s.MarshalText()
		if back, parseErr := lint.ParseSeverity(string(name)); err != nil || parseErr != nil || back != s {
			t.Errorf("%v became %v, %v, %v", s, back, err, parseErr)
		}
	}
	if _, err := lint.ParseSeverity("high"); err == nil || lint.Severity(9).String() != "unknown severity" {
		t.Error("there is a severity that there is not")
	}
}
