// SPDX-License-Identifier: Apache-2.0

package sts

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/policy"
)

func TestWebIdentityInputIsValidated(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*assumeRoleWithWebIdentityInput)
		want   string // part of the message
	}{
		"well":            {func(*assumeRoleWithWebIdentityInput) {}, ""},
		"largest token":   {func(in *assumeRoleWithWebIdentityInput) { in.WebIdentityToken = strings.Repeat("x", 20000) }, ""},
		"larger token":    {func(in *assumeRoleWithWebIdentityInput) { in.WebIdentityToken = strings.Repeat("x", 20001) }, "Value at 'webIdentityToken'"},
		"short token":     {func(in *assumeRoleWithWebIdentityInput) { in.WebIdentityToken = "x.y" }, "Value at 'webIdentityToken'"},
		"no token":        {func(in *assumeRoleWithWebIdentityInput) { in.WebIdentityToken = "" }, "Value null at 'webIdentityToken'"},
		"session name":    {func(in *assumeRoleWithWebIdentityInput) { in.RoleSessionName = "a b" }, "'roleSessionName'"},
		"provider":        {func(in *assumeRoleWithWebIdentityInput) { in.ProviderId = ptr("www.amazon.com") }, "ProviderId must not be given"},
		"empty provider":  {func(in *assumeRoleWithWebIdentityInput) { in.ProviderId = ptr("") }, "'providerId'"},
		"another account": {func(in *assumeRoleWithWebIdentityInput) { in.RoleArn = "arn:aws:iam::1:role/reader-of-all" }, "is invalid"},
		"not a role":      {func(in *assumeRoleWithWebIdentityInput) { in.RoleArn = "arn:aws:iam::111122223333:user/ann" }, "is invalid"},
		"too long":        {func(in *assumeRoleWithWebIdentityInput) { in.DurationSeconds = ptr(int32(43201)) }, "'durationSeconds'"},
		"empty policy":    {func(in *assumeRoleWithWebIdentityInput) { in.Policy = ptr("") }, "'policy'"},
		"eleven ARNs":     {func(in *assumeRoleWithWebIdentityInput) { in.PolicyArns = make([]policyDescriptor, 11) }, "'policyArns'"},
	} {
		in := &assumeRoleWithWebIdentityInput{RoleArn: "arn:aws:iam::111122223333:role/reader", RoleSessionName: "ann", WebIdentityToken: "a.b.c"}
		c.change(in)
		err := in.Validate()
		if got := awsapi.AsError(err).Message; err == nil != (c.want == "") || !strings.Contains(got, c.want) && c.want != "" {
			t.Errorf("%s: got %v", name, err)
		}
		if err == nil && webIdentityPresents(in) != (awsapi.Presented{Account: "111122223333", WebIdentityToken: in.WebIdentityToken}) {
			t.Errorf("%s: it presents %+v", name, webIdentityPresents(in))
		}
	}
}

// TestAProviderAsksForWhatMayBeHad: what a token says is checked as what a caller
// passes.
func TestAProviderAsksForWhatMayBeHad(t *testing.T) {
	for name, c := range map[string]struct {
		f    awsapi.Federation
		want string // part of the message
	}{
		"nothing":           {awsapi.Federation{}, ""},
		"tags":              {awsapi.Federation{Tags: tags("a=1", "b=2"), Transitive: []string{"A"}, SourceIdentity: "ann"}, ""},
		"wildcard":          {awsapi.Federation{Tags: tags("a=*")}, "'tags.1.member.value'"},
		"empty key":         {awsapi.Federation{Tags: tags("=1")}, "'tags.1.member.key'"},
		"reserved":          {awsapi.Federation{Tags: tags("aws:a=1")}, "reserved"},
		"keys alike":        {awsapi.Federation{Tags: tags("a=1", "A=2")}, "Duplicate tag keys"},
		"transitive alike":  {awsapi.Federation{Tags: tags("a=1"), Transitive: []string{"a", "A"}}, "Duplicate transitive tag keys"},
		"transitive absent": {awsapi.Federation{Tags: tags("a=1"), Transitive: []string{"b"}}, "must be included"},
		"source identity":   {awsapi.Federation{SourceIdentity: "x"}, "'sourceIdentity'"},
		"51 tags":           {awsapi.Federation{Tags: make([]awsapi.Tag, 51)}, "'tags'"},
	} {
		var r roleSession
		err := r.vouch(&c.f)
		if got := awsapi.AsError(err).Message; err == nil != (c.want == "") || !strings.Contains(got, c.want) && c.want != "" {
			t.Errorf("%s: got %v", name, err)
		}
		if err != nil {
			continue
		}
		if diff := cmp.Diff(c.f.Tags, r.tags.passed, cmpopts.EquateEmpty()); diff != "" || r.source != c.f.SourceIdentity {
			t.Errorf("%s: %s source identity %q", name, diff, r.source)
		}
	}
}

func TestConditionKeysOfWhomAProviderVouchesFor(t *testing.T) {
	r := &roleSession{name: "ann"}
	bare := &federatedKeys{r}
	full := &federatedKeys{&roleSession{name: "ann", source: "s", tags: sessionTags{transitive: []string{"a"}}}}
	for key, want := range map[string][2]policy.Value{
		"sts:rolesessionname":   {policy.One("ann"), policy.One("ann")},
		"sts:sourceidentity":    {{}, policy.One("s")},
		"sts:transitivetagkeys": {{}, policy.Many([]string{"a"})},
		"sts:externalid":        {{}, {}},
	} {
		for i, k := range []*federatedKeys{bare, full} {
			if got := k.Lookup(key); !cmp.Equal(got, want[i], cmp.AllowUnexported(policy.Value{})) {
				t.Errorf("%s: got %v, want %v", key, got, want[i])
			}
		}
	}
}
