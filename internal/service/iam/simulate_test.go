// SPDX-License-Identifier: Apache-2.0

package iam

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/policy"
)

const tryAll = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`

// simulation is a call of SimulateCustomPolicy, in account 111111111111.
func simulation(ctx context.Context, in *simulateCustomPolicyInput) (*simulatePolicyOutput, error) {
	if err := in.Validate(); err != nil {
		return nil, err
	}
	c := &awsapi.Call{
		Operation: &awsapi.Operation{Name: "SimulateCustomPolicy"},
		Caller:    &awsapi.Caller{Principal: policy.Principal{Type: policy.User, Account: "111111111111"}},
	}
	return simulateCustomPolicy(ctx, c, in)
}

func TestSimulationsAreChecked(t *testing.T) {
	text := func(s string) *string { return &s }
	many := func(n int) []string { return strings.Split(strings.Repeat("s3:A ", n-1)+"s3:A", " ") }
	for claim, c := range map[string]struct {
		change func(in *simulateCustomPolicyInput)
		code   string
		want   string // part of the message
	}{
		"no policy":             {func(in *simulateCustomPolicyInput) { in.PolicyInputList = nil }, "ValidationError", "policyInputList"},
		"too many policies":     {func(in *simulateCustomPolicyInput) { in.PolicyInputList = many(101) }, "ValidationError", "policyInputList"},
		"an empty policy":       {func(in *simulateCustomPolicyInput) { in.PolicyInputList = []string{""} }, "ValidationError", "policyInputList.1.member"},
		"a long policy":         {func(in *simulateCustomPolicyInput) { in.PolicyInputList = []string{strings.Repeat(" ", 131073)} }, "ValidationError", "policyInputList.1.member"},
		"no action":             {func(in *simulateCustomPolicyInput) { in.ActionNames = nil }, "ValidationError", "actionNames"},
		"too many actions":      {func(in *simulateCustomPolicyInput) { in.ActionNames = many(1001) }, "ValidationError", "actionNames"},
		"a short action":        {func(in *simulateCustomPolicyInput) { in.ActionNames = []string{"s3"} }, "ValidationError", "actionNames.1.member"},
		"no service":            {func(in *simulateCustomPolicyInput) { in.ActionNames = []string{"GetObject"} }, "InvalidInput", "GetObject"},
		"no name":               {func(in *simulateCustomPolicyInput) { in.ActionNames = []string{"s3: "} }, "InvalidInput", "s3: "},
		"too many resources":    {func(in *simulateCustomPolicyInput) { in.ResourceArns = many(1001) }, "ValidationError", "resourceArns"},
		"an empty resource":     {func(in *simulateCustomPolicyInput) { in.ResourceArns = []string{""} }, "ValidationError", "resourceArns.1.member"},
		"no ARN":                {func(in *simulateCustomPolicyInput) { in.ResourceArns = []string{"bucket"} }, "InvalidInput", "bucket"},
		"no owner":              {func(in *simulateCustomPolicyInput) { in.ResourceOwner = text("me") }, "InvalidInput", "me"},
		"no caller":             {func(in *simulateCustomPolicyInput) { in.CallerArn = text("me") }, "InvalidInput", "me"},
		"a caller of nowhere":   {func(in *simulateCustomPolicyInput) { in.CallerArn = text("s3.amazonaws.com") }, "InvalidInput", "s3.amazonaws.com"},
		"a bad boundary":        {func(in *simulateCustomPolicyInput) { in.PermissionsBoundaryPolicyInputList = []string{"{}"} }, "InvalidInput", "PermissionsBoundaryPolicyInputList"},
		"two boundaries":        {func(in *simulateCustomPolicyInput) { in.PermissionsBoundaryPolicyInputList = []string{tryAll, tryAll} }, "ValidationError", "permissionsBoundaryPolicyInputList"},
		"a bad resource policy": {func(in *simulateCustomPolicyInput) { in.ResourcePolicy = text(`{}`) }, "InvalidInput", "ResourcePolicy"},
		"too many keys":         {func(in *simulateCustomPolicyInput) { in.ContextEntries = make([]contextEntry, 501) }, "ValidationError", "contextEntries"},
		"a key without a name":  {func(in *simulateCustomPolicyInput) { in.ContextEntries = make([]contextEntry, 1) }, "InvalidInput", "name"},
		"too many values":       {func(in *simulateCustomPolicyInput) { in.ContextEntries = []contextEntry{{ContextKeyValues: many(101)}} }, "ValidationError", "contextKeyValues"},
		"two of one value": {func(in *simulateCustomPolicyInput) {
			in.ContextEntries = []contextEntry{{text("aws:x"), many(2), "string"}}
		}, "InvalidInput", "takes one value"},
		"no value":     {func(in *simulateCustomPolicyInput) { in.ContextEntries = []contextEntry{{text("aws:x"), nil, "date"}} }, "InvalidInput", "takes one value"},
		"a bad marker": {func(in *simulateCustomPolicyInput) { in.Marker = text("x") }, "ValidationError", "Marker"},
	} {
		in := &simulateCustomPolicyInput{PolicyInputList: []string{tryAll}, ActionNames: []string{"s3:GetObject"}}
		if _, err := simulation(t.Context(), in); err != nil {
			t.Fatal(err)
		}
		c.change(in)
		_, err := simulation(t.Context(), in)
		if e := awsapi.AsError(err); err == nil || e.Code != c.code || !strings.Contains(e.Message, c.want) {
			t.Errorf("%s: got %v, want %s with %q", claim, err, c.code, c.want)
		}
	}
}

func TestContextValuesHaveTypes(t *testing.T) {
	for _, c := range []struct {
		kind      string
		good, bad []string
	}{
		{"string", []string{"", "x"}, nil},
		{"numeric", []string{"1", "-2.5"}, []string{"", "one"}},
		{"boolean", []string{"true", "False"}, []string{"", "yes"}},
		{"ip", []string{"10.0.0.1", "2001:db8::1"}, []string{"10.0.0.0/8", "x"}},
		{"binary", []string{"", "AAEC"}, []string{"!"}},
		{"date", []string{"2026-01-02", "2026-01-02T03:04:05Z", "2026-01-02T03:04Z", "1767225600"}, []string{"", "today", "2026-13-01"}},
	} {
		for i, list := range [][]string{c.good, c.bad} {
			for _, v := range list {
				if _, ok := contextValue(c.kind, v); ok != (i == 0) {
					t.Errorf("%q as %s: %v", v, c.kind, ok)
				}
			}
		}
	}
}

// However much is asked for, one call does a bounded amount of work, and the pages
// together are complete.
func TestSimulationsAreBounded(t *testing.T) {
	long := tryAll + strings.Repeat(" ", 131072-len(tryAll))
	in := &simulateCustomPolicyInput{PolicyInputList: []string{long, long}}
	for i := range 20 {
		in.ActionNames = append(in.ActionNames, fmt.Sprintf("s3:A%d", i))
		in.ResourceArns = append(in.ResourceArns, fmt.Sprintf("arn:aws:s3:::b%d", i))
	}
	most := int32(1000)
	in.MaxItems = &most
	seen := map[string]bool{}
	for pages := 0; ; pages++ {
		out, err := simulation(t.Context(), in)
		if err != nil {
			t.Fatal(err)
		}
		if n := len(out.EvaluationResults); n == 0 || n*2*len(long) > maxTrialBytes+2*len(long) {
			t.Fatalf("a page has %d results", n)
		}
		for _, r := range out.EvaluationResults {
			seen[r.EvalActionName+" "+r.EvalResourceName] = true
		}
		if in.Marker = out.Marker; !out.IsTruncated {
			break
		}
	}
	if len(seen) != 400 {
		t.Errorf("%d of 400 results came", len(seen))
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := simulation(ctx, in); !errors.Is(err, context.Canceled) {
		t.Errorf("for a client that is gone: %v", err)
	}
}

func FuzzSimulateCustomPolicy(f *testing.F) {
	f.Add(tryAll, "s3:GetObject", "arn:aws:s3:::b/k", "aws:SourceIp", "ip", "10.0.0.1")
	f.Add(`{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"sts:*","Resource":"*","Condition":{"Null":{"a:B":"true"}}}}`, "sts:AssumeRole", "*", "a:b", "stringList", "")
	f.Add(tryAll, "s3: ", "arn:aws:s3:::b", "aws:x", "numericList", "1")
	f.Fuzz(func(t *testing.T, document, action, resource, key, kind, value string) {
		in := &simulateCustomPolicyInput{
			PolicyInputList: []string{document}, ActionNames: []string{action}, ResourceArns: []string{resource},
			ContextEntries: []contextEntry{{&key, []string{value}, kind}},
		}
		out, err := simulation(t.Context(), in)
		if err != nil {
			if e := awsapi.AsError(err); e.Kind == awsapi.Internal {
				t.Fatal(err)
			}
			return
		}
		r := out.EvaluationResults[0]
		if matched := len(r.MatchedStatements) > 0; r.EvalDecision == "" || matched != (r.EvalDecision != implicitDeny) && !strings.EqualFold(action, "sts:GetCallerIdentity") {
			t.Fatalf("%+v", r)
		}
	})
}
