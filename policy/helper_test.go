// SPDX-License-Identifier: Apache-2.0

package policy_test

import (
	"testing"

	"github.com/bailiwick-dev/bailiwick/arn"
	"github.com/bailiwick-dev/bailiwick/policy"
)

func parse(t testing.TB, typ policy.Type, text string) *policy.Policy {
	t.Helper()
	p, err := policy.Parse([]byte(text), typ)
	if err != nil {
		t.Fatalf("Parse(%s): %v", text, err)
	}
	return p
}

func principal(t testing.TB, s string) *policy.Principal {
	t.Helper()
	p, err := policy.ParsePrincipal(s)
	if err != nil {
		t.Fatalf("ParsePrincipal(%q): %v", s, err)
	}
	return &p
}

// resource parses an ARN; "*" is the zero ARN.
func resource(t testing.TB, s string) arn.ARN {
	t.Helper()
	if s == "*" {
		return arn.ARN{}
	}
	a, err := arn.Parse(s)
	if err != nil {
		t.Fatalf("Parse(%q): %v", s, err)
	}
	return a
}

// statements wraps the members of statements into a document.
func statements(ss ...string) string {
	text := `{"Version":"2012-10-17","Statement":[`
	for i, s := range ss {
		if i > 0 {
			text += ","
		}
		text += "{" + s + "}"
	}
	return text + "]}"
}

const (
	account = "111111111111"
	role    = "arn:aws:sts::111111111111:assumed-role/TenantRole/s1"
	alice   = "arn:aws:iam::111111111111:user/alice"
	bob     = "arn:aws:iam::222222222222:user/bob"
	object  = "arn:aws:s3:::app-data/tenants/acme/report.csv"
)

// request asks for s3:GetObject on object, within the account.
func request(t testing.TB, who string) *policy.Request {
	t.Helper()
	return &policy.Request{
		Principal: principal(t, who), Action: "s3:GetObject",
		Resource: resource(t, object), ResourceAccount: account, Context: policy.Map{},
	}
}
