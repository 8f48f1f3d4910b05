// SPDX-License-Identifier: Apache-2.0

package iam_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/smithy-go"

	"github.com/bailiwick-dev/bailiwick/bailiwicktest"
)

// printed are the policies that package lint has of published designs: what is
// said when they are saved as they stand in print, and with their placeholders
// filled in. "" is accepted.
var printed = []struct {
	file         string
	trust        bool
	asIs, filled string
	because      string // of what is rejected
}{
	{
		file: "p01.json", asIs: "Syntax errors in policy.", filled: "Syntax errors in policy.",
		because: "JSON has no comments, and the resource is no ARN",
	},
	{file: "p02.json", trust: true},
	{file: "p03.json"},
	{file: "p04.json"},
	{file: "p05.json"},
	{
		file: "p06.json", trust: true,
		asIs:    `Invalid principal in policy: "AWS":"arn:aws:iam::<111122223333>:role/sts-ti-demo-lambda-role"`,
		because: "the account is a placeholder",
	},
	{
		file: "p08.json", trust: true,
		asIs:    `Invalid principal in policy: "AWS":"arn:aws:iam::<account-id>:role/TrackingServiceRole"`,
		because: "the account is a placeholder",
	},
	{file: "p09.json"},
	{file: "p10.json"},
	{file: "p11.json"},
	{file: "p12.json"},
	{file: "p13.json"},
	{file: "p13-corrected.json"},
	{file: "p14.json"},
	{file: "p15.json"},
	{file: "p16.json"},
	{
		file: "p16.py", asIs: "Syntax errors in policy.", filled: "Syntax errors in policy.",
		because: "it is the program that makes the policy",
	},
}

// TestPrintedPoliciesAreSavedAsByAWS saves them as managed policies, or as trust
// policies of roles, by which each exists twice, as one design has it for two
// tenants.
func TestPrintedPoliciesAreSavedAsByAWS(t *testing.T) {
	client := iam.NewFromConfig(bailiwicktest.New(t).Config())
	for _, trusted := range []string{"sts-ti-demo-lambda-role", "TrackingServiceRole"} {
		made[*iam.CreateRoleOutput](t)(client.CreateRole(t.Context(), &iam.CreateRoleInput{RoleName: &trusted, AssumeRolePolicyDocument: aws.String(tfTrust)}))
	}
	fill := strings.NewReplacer("<region>", "us-east-1", "<account-id>", "000000000000", "<111122223333>", "000000000000",
		"<us-west-2>", "us-west-2", "<cluster- ZTISAAAABBBBCCCCDDDDEEEEL4>", "cluster-ZTISAAAABBBBCCCCDDDDEEEEL4",
		"<table>", "Ledger", "<mapping>", "Mapping", "<documents>", "documents", "<api>", "a1b2c3", "{{tenant}}", "acme")
	for _, p := range printed {
		text, err := os.ReadFile(filepath.Join("../../../policy/lint/testdata/printed", p.file))
		if err != nil {
			t.Fatal(err)
		}
		name := strings.TrimSuffix(p.file, filepath.Ext(p.file))
		for _, c := range []struct{ name, document, want string }{
			{name + "-as-is", string(text), p.asIs},
			{name + "-tenant1", fill.Replace(string(text)), p.filled},
			{name + "-tenant2", fill.Replace(string(text)), p.filled},
		} {
			if got := rejection(t, save(t, client, c.name, c.document, p.trust)); got != c.want {
				t.Errorf("%s: got %q, want %q", c.name, got, c.want)
			}
		}
		if (p.asIs == "") != (p.because == "") {
			t.Errorf("%s: it is not said why it is rejected", p.file)
		}
	}
}

// save saves a document under that name.
func save(t *testing.T, client *iam.Client, name, document string, trust bool) error {
	if trust {
		_, err := client.CreateRole(t.Context(), &iam.CreateRoleInput{RoleName: &name, AssumeRolePolicyDocument: &document})
		return err
	}
	_, err := client.CreatePolicy(t.Context(), &iam.CreatePolicyInput{PolicyName: &name, PolicyDocument: &document})
	return err
}

// rejection returns what AWS says of a document that is malformed.
func rejection(t *testing.T, err error) string {
	t.Helper()
	if err == nil {
		return ""
	}
	e, ok := errors.AsType[smithy.APIError](err)
	if !ok || e.ErrorCode() != "MalformedPolicyDocument" {
		t.Fatal(err)
	}
	return e.ErrorMessage()
}
