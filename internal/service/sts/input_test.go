// SPDX-License-Identifier: Apache-2.0

package sts

import (
	"strings"
	"testing"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
)

func TestInputsOfSessionsAreValidated(t *testing.T) {
	const doc = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}`
	named := func(change func(*getFederationTokenInput)) awsapi.Validator {
		in := &getFederationTokenInput{Name: "bob"}
		change(in)
		return in
	}
	vouched := func(change func(*assumeRoleWithSAMLInput)) awsapi.Validator {
		in := &assumeRoleWithSAMLInput{
			RoleArn: "arn:aws:iam::111122223333:role/reader", PrincipalArn: "arn:aws:iam::111122223333:saml-provider/corp", SAMLAssertion: "AAAA",
		}
		change(in)
		return in
	}
	for name, c := range map[string]struct {
		in         awsapi.Validator
		code, want string // part of the message
	}{
		"a name": {named(func(*getFederationTokenInput) {}), "", ""},
		"all of it": {named(func(in *getFederationTokenInput) {
			in.Policy, in.Tags, in.DurationSeconds = ptr(doc), tags("a=1"), ptr(int32(129_600))
		}), "", ""},
		"no name":               {named(func(in *getFederationTokenInput) { in.Name = "" }), "ValidationError", "Value null at 'name'"},
		"a long name":           {named(func(in *getFederationTokenInput) { in.Name = strings.Repeat("x", 33) }), "ValidationError", "length less than or equal to 32"},
		"for longer than":       {named(func(in *getFederationTokenInput) { in.DurationSeconds = ptr(int32(129_601)) }), "ValidationError", "'durationSeconds'"},
		"a malformed policy":    {named(func(in *getFederationTokenInput) { in.Policy = ptr("{}") }), "MalformedPolicyDocument", ""},
		"eleven policies":       {named(func(in *getFederationTokenInput) { in.PolicyArns = make([]policyDescriptor, 11) }), "ValidationError", "'policyArns'"},
		"51 tags":               {named(func(in *getFederationTokenInput) { in.Tags = make([]awsapi.Tag, 51) }), "ValidationError", "'tags'"},
		"tags twice":            {named(func(in *getFederationTokenInput) { in.Tags = tags("a=1", "A=2") }), "InvalidParameterValue", "Duplicate tag keys found."},
		"a reserved tag":        {named(func(in *getFederationTokenInput) { in.Tags = tags("aws:a=1") }), "InvalidParameterValue", "reserved"},
		"a session":             {&getSessionTokenInput{DurationSeconds: ptr(int32(900))}, "", ""},
		"a short session":       {&getSessionTokenInput{DurationSeconds: ptr(int32(899))}, "ValidationError", "'durationSeconds'"},
		"a short serial number": {&getSessionTokenInput{SerialNumber: ptr("12345678")}, "ValidationError", "'serialNumber'"},
		"a code with letters":   {&getSessionTokenInput{TokenCode: ptr("12345x")}, "ValidationError", `Value at 'tokenCode' failed to satisfy constraint: Member must satisfy regular expression pattern: [\d]*`},
		"a key":                 {&getAccessKeyInfoInput{AccessKeyId: "AKIAIOSFODNN7EXAMPLE"}, "", ""},
		"a short key":           {&getAccessKeyInfoInput{AccessKeyId: "AKIA"}, "ValidationError", "'accessKeyId'"},
		"an assertion":          {vouched(func(*assumeRoleWithSAMLInput) {}), "", ""},
		"no assertion":          {vouched(func(in *assumeRoleWithSAMLInput) { in.SAMLAssertion = "" }), "ValidationError", "'sAMLAssertion'"},
		"a long assertion":      {vouched(func(in *assumeRoleWithSAMLInput) { in.SAMLAssertion = strings.Repeat("A", 100_001) }), "ValidationError", "Value at 'sAMLAssertion'"},
		"another provider": {vouched(func(in *assumeRoleWithSAMLInput) {
			in.PrincipalArn = "arn:aws:iam::111122223333:oidc-provider/idp.example"
		}), "ValidationError", "is invalid"},
		"no provider":       {vouched(func(in *assumeRoleWithSAMLInput) { in.PrincipalArn = "corp, our identity provider" }), "ValidationError", "is invalid"},
		"no role":           {vouched(func(in *assumeRoleWithSAMLInput) { in.RoleArn = in.PrincipalArn }), "ValidationError", "is invalid"},
		"for 13 hours":      {vouched(func(in *assumeRoleWithSAMLInput) { in.DurationSeconds = ptr(int32(46_800)) }), "ValidationError", "'durationSeconds'"},
		"a device's number": {&assumeRoleInput{RoleArn: "arn:aws:iam::111122223333:role/reader", RoleSessionName: "job", SerialNumber: ptr("1")}, "ValidationError", "'serialNumber'"},
		"six contexts":      {&assumeRoleInput{RoleArn: "arn:aws:iam::111122223333:role/reader", RoleSessionName: "job", ProvidedContexts: make([]providedContext, 6)}, "ValidationError", "'providedContexts'"},
	} {
		err := c.in.Validate()
		if c.code == "" {
			if err != nil {
				t.Errorf("%s: got %v", name, err)
			}
			continue
		}
		if err == nil {
			t.Errorf("%s: was accepted", name)
			continue
		}
		if e := awsapi.AsError(err); e.Code != c.code || !strings.Contains(e.Message, c.want) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}
