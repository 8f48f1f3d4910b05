// SPDX-License-Identifier: Apache-2.0

package sts

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/identity"
	"github.com/bailiwick-dev/bailiwick/policy"
)

// tags returns the tags "k=v".
func tags(pairs ...string) []awsapi.Tag {
	var out []awsapi.Tag
	for _, p := range pairs {
		k, v, _ := strings.Cut(p, "=")
		out = append(out, awsapi.Tag{Key: k, Value: v})
	}
	return out
}

// chained returns a session caller with the tags, of which those keys are
// transitive.
func chained(transitive []string, pairs ...string) *awsapi.Caller {
	return &awsapi.Caller{Tags: tags(pairs...), Session: &awsapi.Session{Transitive: transitive}}
}

func TestSessionTags(t *testing.T) {
	user := &awsapi.Caller{Tags: tags("TenantID=user")}
	for name, c := range map[string]struct {
		caller     *awsapi.Caller
		role       []awsapi.Tag
		passed     []awsapi.Tag
		transitive []string

		want           []awsapi.Tag
		wantResource   []awsapi.Tag
		wantTransitive []string
		wantErr        error
	}{
		"none": {caller: user},
		"a user's tags stay behind": {
			caller: user, role: tags("a=1"),
			want: tags("a=1"), wantResource: tags("a=1"),
		},
		"passed tags override the role's, in their case": {
			caller: user, role: tags("tenantid=role", "a=1"), passed: tags("TenantID=yellow"),
			want: tags("TenantID=yellow", "a=1"), wantResource: tags("tenantid=role", "a=1"),
		},
		"passed tags may be transitive, named in any case": {
			caller: user, passed: tags("TenantID=yellow"), transitive: []string{"tenantid"},
			want: tags("TenantID=yellow"), wantTransitive: []string{"tenantid"},
		},
		"transitive tags come along": {
			caller: chained([]string{"tenantid"}, "TenantID=yellow", "Other=x"), role: tags("TENANTID=role"),
			want: tags("TenantID=yellow"), wantResource: tags("TenantID=yellow"), wantTransitive: []string{"tenantid"},
		},
		"tags that aren't transitive stay behind": {
			caller: chained(nil, "TenantID=yellow"),
		},
		"an empty value is a value": {
			caller: chained([]string{"TenantID"}, "TenantID="), role: tags("TenantID=role"),
			want: tags("TenantID="), wantResource: tags("TenantID="), wantTransitive: []string{"TenantID"},
		},
		"more can be added to the chain": {
			caller: chained([]string{"a"}, "a=1"), passed: tags("b=2"), transitive: []string{"b"},
			want: tags("a=1", "b=2"), wantResource: tags("a=1"), wantTransitive: []string{"a", "b"},
		},
		"an inherited tag can't be passed": {
			caller: chained([]string{"TenantID"}, "TenantID=yellow"), passed: tags("tenantid=blue"), wantErr: errConflict,
		},
		"not even with the same value": {
			caller: chained([]string{"TenantID"}, "TenantID=yellow"), passed: tags("TenantID=yellow"), wantErr: errConflict,
		},
		"nor made transitive again": {
			caller: chained([]string{"TenantID"}, "TenantID=yellow"), transitive: []string{"TENANTID"}, wantErr: errConflict,
		},
		"a transitive key must be passed": {
			caller: user, passed: tags("a=1"), transitive: []string{"b"}, wantErr: errNotPassed,
		},
	} {
		t.Run(name, func(t *testing.T) {
			before := []any{slices.Clone(c.role), slices.Clone(c.caller.Tags)}
			s, err := newSessionTags(c.caller.Session, c.passed, c.transitive)
			if err != c.wantErr {
				t.Fatalf("got %v, want %v", err, c.wantErr)
			}
			if err != nil {
				return
			}
			s.inherit(c.caller)
			for what, diff := range map[string]string{
				"tags":         cmp.Diff(c.want, s.of(c.role), cmpopts.EquateEmpty()),
				"role's tags":  cmp.Diff(c.wantResource, s.resource(c.role), cmpopts.EquateEmpty()),
				"transitive":   cmp.Diff(c.wantTransitive, s.transitive, cmpopts.EquateEmpty()),
				"what it read": cmp.Diff(before, []any{c.role, c.caller.Tags}, cmpopts.EquateEmpty()),
			} {
				if diff != "" {
					t.Errorf("%s: %s", what, diff)
				}
			}
		})
	}
}

func TestPackedSize(t *testing.T) {
	long := strings.Repeat("v", 250)
	nine := tags("k1="+long, "k2="+long, "k3="+long, "k4="+long, "k5="+long, "k6="+long, "k7="+long, "k8="+long, "k9="+long)
	document := strings.Repeat("x", 1024)
	for name, c := range map[string]struct {
		tags     []awsapi.Tag
		policy   *string
		arns     []policyDescriptor
		ofTags   int
		ofPolicy int
	}{
		"nothing":                    {nil, nil, nil, 0, 0},
		"nine tags, as AWS answered": {nine, nil, nil, 498, 0},
		"one tag":                    {tags("TenantID=yellow"), nil, nil, 4, 0},
		"exactly full":               {tags("k=" + strings.Repeat("v", 455)), nil, nil, 100, 0},
		"one byte more":              {tags("k=" + strings.Repeat("v", 456)), nil, nil, 101, 0},
		"bytes, not characters":      {tags("k=" + strings.Repeat("é", 228)), nil, nil, 101, 0},
		"half a policy":              {nil, &document, nil, 0, 50},
		"policy and ARNs together":   {nil, &document, []policyDescriptor{{document}, {"x"}}, 0, 101},
	} {
		limits := sessionPolicies{c.policy, c.arns}
		ofTags, ofPolicy := tagPercent(c.tags), limits.percent()
		if ofTags != c.ofTags || ofPolicy != c.ofPolicy {
			t.Errorf("%s: %d%% and %d%%, want %d%% and %d%%", name, ofTags, ofPolicy, c.ofTags, c.ofPolicy)
		}
	}
}

func TestInheritedTagsCountInThePackedSize(t *testing.T) {
	session := sessionTags{inherited: tags("a=" + strings.Repeat("v", 300))}
	var limits sessionPolicies
	size, err := limits.packed(session.counted())
	if err != nil || size == nil || *size != 67 {
		t.Errorf("got %v, %v", size, err)
	}
	session.passed = tags("b=" + strings.Repeat("v", 300))
	_, err = limits.packed(session.counted())
	if e := awsapi.AsError(err); e.Code != "PackedPolicyTooLarge" || e.Message != "Packed size of session tags consumes 133% of allotted space." {
		t.Errorf("got %v", err)
	}
	if size, err := limits.packed(nil); size != nil || err != nil {
		t.Errorf("with nothing to pack: %v, %v", size, err)
	}
}

func ptr[T any](v T) *T { return &v }

func TestAssumeRoleInputIsValidated(t *testing.T) {
	const arn = "arn:aws:iam::111122223333:role/team/reader"
	const doc = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}`
	for name, c := range map[string]struct {
		change func(*assumeRoleInput)
		code   string
		want   string // part of the message
	}{
		"well":              {func(*assumeRoleInput) {}, "", ""},
		"session name":      {func(in *assumeRoleInput) { in.RoleSessionName = "Session1:2" }, "ValidationError", `Value 'Session1:2' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\w+=,.@-]*`},
		"no session name":   {func(in *assumeRoleInput) { in.RoleSessionName = "" }, "ValidationError", "Value null at 'roleSessionName'"},
		"not an ARN":        {func(in *assumeRoleInput) { in.RoleArn = "a role of some length" }, "ValidationError", "a role of some length is invalid"},
		"a user":            {func(in *assumeRoleInput) { in.RoleArn = "arn:aws:iam::111122223333:user/ann" }, "ValidationError", "arn:aws:iam::111122223333:user/ann is invalid"},
		"another partition": {func(in *assumeRoleInput) { in.RoleArn = strings.Replace(arn, "aws", "aws-cn", 1) }, "ValidationError", "is invalid"},
		"too short":         {func(in *assumeRoleInput) { in.DurationSeconds = ptr(int32(899)) }, "ValidationError", "Value '899' at 'durationSeconds'"},
		"too long":          {func(in *assumeRoleInput) { in.DurationSeconds = ptr(int32(43201)) }, "ValidationError", "Value '43201' at 'durationSeconds'"},
		"empty policy":      {func(in *assumeRoleInput) { in.Policy = ptr("") }, "ValidationError", "'policy'"},
		"long policy":       {func(in *assumeRoleInput) { in.Policy = ptr(strings.Repeat(" ", 2049)) }, "ValidationError", "'policy' failed to satisfy constraint: Member must have length less than or equal to 2048"},
		"malformed policy":  {func(in *assumeRoleInput) { in.Policy = ptr(`{"Statement":[]}`) }, "MalformedPolicyDocument", "Syntax errors in policy."},
		"good policy":       {func(in *assumeRoleInput) { in.Policy = ptr(doc) }, "", ""},
		"eleven ARNs":       {func(in *assumeRoleInput) { in.PolicyArns = make([]policyDescriptor, 11) }, "ValidationError", "'policyArns'"},
		"empty ARN":         {func(in *assumeRoleInput) { in.PolicyArns = make([]policyDescriptor, 1) }, "ValidationError", "'policyArns.1.member.arn'"},
		"duplicate tags":    {func(in *assumeRoleInput) { in.Tags = tags("a=1", "A=2") }, "InvalidParameterValue", "Duplicate tag keys found. Please note that Tag keys are case insensitive."},
		"reserved key":      {func(in *assumeRoleInput) { in.Tags = tags("AWS:a=1") }, "InvalidParameterValue", "reserved"},
		"reserved value":    {func(in *assumeRoleInput) { in.Tags = tags("a=aws:1") }, "InvalidParameterValue", "reserved"},
		"wildcard in tag":   {func(in *assumeRoleInput) { in.Tags = tags("TenantID=*") }, "ValidationError", "'tags.1.member.value'"},
		"51 tags":           {func(in *assumeRoleInput) { in.Tags = make([]awsapi.Tag, 51) }, "ValidationError", "'tags'"},
		"duplicate keys":    {func(in *assumeRoleInput) { in.TransitiveTagKeys = []string{"a", "A"} }, "InvalidParameterValue", "Duplicate transitive"},
		"external id":       {func(in *assumeRoleInput) { in.ExternalId = ptr("x") }, "ValidationError", "'externalId'"},
		"source identity":   {func(in *assumeRoleInput) { in.SourceIdentity = ptr("a:b") }, "ValidationError", "'sourceIdentity'"},
		"context":           {func(in *assumeRoleInput) { in.ProvidedContexts = make([]providedContext, 1) }, "ValidationError", "not supported"},
	} {
		in := &assumeRoleInput{RoleArn: arn, RoleSessionName: "job"}
		c.change(in)
		err := in.Validate()
		if c.want == "" {
			if err != nil || in.session.role.String() != arn {
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

func TestConditionKeys(t *testing.T) {
	full := &roleKeys{&assumeRoleKeys{&assumeRoleInput{
		RoleSessionName: "job", ExternalId: ptr("x1"), SourceIdentity: ptr("ann"), TransitiveTagKeys: []string{"a"},
	}}, tags("TenantID=yellow")}
	bare := &roleKeys{Context: &assumeRoleKeys{&assumeRoleInput{RoleSessionName: "job"}}}
	for key, want := range map[string]policy.Value{
		"sts:externalid":           policy.One("x1"),
		"sts:sourceidentity":       policy.One("ann"),
		"sts:transitivetagkeys":    policy.Many([]string{"a"}),
		"iam:resourcetag/tenantid": policy.One("yellow"),
		"sts:unknown":              {},
	} {
		if got := full.Lookup(key); !cmp.Equal(got, want, cmp.AllowUnexported(policy.Value{})) {
			t.Errorf("%s is %v", key, got)
		}
		if got := bare.Lookup(key); !got.Absent() {
			t.Errorf("without parameters %s is %v", key, got)
		}
	}
	if got := bare.Lookup("sts:rolesessionname"); got.Len() != 1 || got.At(0) != "job" {
		t.Errorf("the session name is %v", got)
	}
}

func TestChainsAreShortAndKeepTheSourceIdentity(t *testing.T) {
	user := &awsapi.Caller{}
	session := &awsapi.Caller{Session: &awsapi.Session{SourceIdentity: "ann"}}
	for name, c := range map[string]struct {
		caller *awsapi.Caller
		in     assumeRoleInput
		code   string
		want   string
	}{
		"a user for twelve hours":    {user, assumeRoleInput{DurationSeconds: ptr(int32(43200))}, "", ""},
		"a session for an hour":      {session, assumeRoleInput{DurationSeconds: ptr(int32(3600))}, "", ""},
		"a session by default":       {session, assumeRoleInput{}, "", ""},
		"a session for longer":       {session, assumeRoleInput{DurationSeconds: ptr(int32(3601))}, "ValidationError", "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining."},
		"the same source identity":   {session, assumeRoleInput{SourceIdentity: ptr("ann")}, "", ""},
		"another source identity":    {session, assumeRoleInput{SourceIdentity: ptr("bob")}, "", "sts:SetSourceIdentity"},
		"a user's source identity":   {user, assumeRoleInput{SourceIdentity: ptr("bob")}, "", ""},
		"that differs in case alone": {session, assumeRoleInput{SourceIdentity: ptr("Ann")}, "", "sts:SetSourceIdentity"},
	} {
		err := c.in.prepare(c.caller)
		if c.want == "" {
			if err != nil {
				t.Errorf("%s: %v", name, err)
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

func TestASessionCarriesWhereItComesFrom(t *testing.T) {
	now := time.Date(2026, 5, 4, 3, 2, 1, 0, time.UTC)
	role := &identity.Role{Entity: identity.Entity{
		Account: "111122223333", ID: "AROA1", Name: "reader", Path: "/team/", Tags: tags("a=1"),
	}}
	r := &roleSession{
		name: "job", length: ptr(int32(900)), limits: sessionPolicies{ptr("policy"), []policyDescriptor{{"arn"}}},
		trusted: &identity.Trusted{Role: role}, epoch: 7, source: "ann",
		tags: sessionTags{inherited: tags("b=2"), passed: tags("c=3"), transitive: []string{"b"}},
	}
	user := awsapi.Ancestor{Account: "444455556666", PrincipalID: "AIDA1"}
	parent := &awsapi.Session{ID: "parent", Epoch: 3, Lineage: []awsapi.Ancestor{user}, SourceIdentity: "ann"}
	got := r.session(&awsapi.Call{Time: now, Caller: &awsapi.Caller{
		Principal: policy.Principal{Account: "444455556666", ID: "AROA2"}, Session: parent,
	}})
	want := &identity.Session{
		Account: "111122223333", RoleID: "AROA1", RoleName: "reader", RolePath: "/team/", Name: "job",
		Lineage:        []awsapi.Ancestor{user, {Account: "444455556666", PrincipalID: "AROA2", SessionID: "parent", Epoch: 3}},
		SourceIdentity: "ann",
		Tags:           tags("a=1", "b=2", "c=3"), Transitive: []string{"b"},
		Policy: "policy", PolicyARNs: []string{"arn"},
		IssuedAt: now, Expires: now.Add(15 * time.Minute), Epoch: 7,
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(identity.Session{})); diff != "" {
		t.Error(diff)
	}
	if len(parent.Lineage) != 1 {
		t.Error("the parent has changed")
	}
	r.until = now.Add(time.Minute)
	first := r.session(&awsapi.Call{Time: now, Caller: &awsapi.Caller{Principal: policy.Principal{Account: "444455556666", ID: "AIDA1"}}})
	if !slices.Equal(first.Lineage, parent.Lineage) {
		t.Errorf("a session of a user comes from %v", first.Lineage)
	}
	if !first.Expires.Equal(r.until) {
		t.Errorf("a session that ends early ends at %v", first.Expires)
	}
}
