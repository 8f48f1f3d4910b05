// SPDX-License-Identifier: Apache-2.0

package constraint_test

import (
	"strings"
	"testing"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/identity/constraint"
)

// message returns what v says, without the code.
func message(v *constraint.Violations) string {
	err := v.Err()
	if err == nil {
		return ""
	}
	e := awsapi.AsError(err)
	if e.Kind != awsapi.Invalid || e.Code != "ValidationError" {
		return "code " + e.Code
	}
	return e.Message
}

func TestViolationsAreWordedAsByAWS(t *testing.T) {
	const failed = "failed to satisfy constraint: Member must "
	long := strings.Repeat("x", 65)
	small, large := int32(899), int32(43201)
	for name, c := range map[string]struct {
		check func(*constraint.Violations)
		want  string
	}{
		"nothing": {func(*constraint.Violations) {}, ""},
		"syntax": {
			func(v *constraint.Violations) { v.Name("roleSessionName", "Session1:2", constraint.SessionName) },
			`1 validation error detected: Value 'Session1:2' at 'roleSessionName' ` + failed + `satisfy regular expression pattern: [\w+=,.@-]*`,
		},
		"missing": {
			func(v *constraint.Violations) { v.Name("roleArn", "", constraint.ARN) },
			`1 validation error detected: Value null at 'roleArn' ` + failed + `not be null`,
		},
		"short": {
			func(v *constraint.Violations) { v.Name("roleSessionName", "x", constraint.SessionName) },
			`1 validation error detected: Value 'x' at 'roleSessionName' ` + failed + `have length greater than or equal to 2`,
		},
		"long": {
			func(v *constraint.Violations) { v.Name("roleName", long, constraint.RoleName) },
			`1 validation error detected: Value '` + long + `' at 'roleName' ` + failed + `have length less than or equal to 64`,
		},
		"several": {
			func(v *constraint.Violations) {
				v.Name("userName", "a b", constraint.UserName)
				v.Number("durationSeconds", &small, 900, 43200)
			},
			`2 validation errors detected: Value 'a b' at 'userName' ` + failed + `satisfy regular expression pattern: [\w+=,.@-]+` +
				`; Value '899' at 'durationSeconds' ` + failed + `have value greater than or equal to 900`,
		},
		"great number": {
			func(v *constraint.Violations) { v.Number("durationSeconds", &large, 900, 43200) },
			`1 validation error detected: Value '43201' at 'durationSeconds' ` + failed + `have value less than or equal to 43200`,
		},
		"enum": {
			func(v *constraint.Violations) { v.Enum("status", "On", "Active", "Inactive") },
			`1 validation error detected: Value 'On' at 'status' ` + failed + `satisfy enum value set: [Active, Inactive]`,
		},
		"tag key": {
			func(v *constraint.Violations) { v.Tags("tags", []awsapi.Tag{{Key: "ok"}, {Key: "no*"}}) },
			`1 validation error detected: Value 'no*' at 'tags.2.member.key' ` + failed + `satisfy regular expression pattern: [\p{L}\p{Z}\p{N}_.:/=+\-@]+`,
		},
		"tag value": {
			func(v *constraint.Violations) { v.Tags("tags", []awsapi.Tag{{Key: "k", Value: "a*"}}) },
			`1 validation error detected: Value 'a*' at 'tags.1.member.value' ` + failed + `satisfy regular expression pattern: [\p{L}\p{Z}\p{N}_.:/=+\-@]*`,
		},
		"too many tags": {
			func(v *constraint.Violations) { v.Tags("tags", make([]awsapi.Tag, 51)) },
			`1 validation error detected: Value at 'tags' ` + failed + `have length less than or equal to 50`,
		},
		"tag keys": {
			func(v *constraint.Violations) { v.TagKeys("tagKeys", []string{"ok", ""}) },
			`1 validation error detected: Value null at 'tagKeys.2.member' ` + failed + `not be null`,
		},
		"secret": {
			func(v *constraint.Violations) { v.Name("policyDocument", "top\x00secret", constraint.Document) },
			`1 validation error detected: Value at 'policyDocument' ` + failed + `satisfy regular expression pattern: [\u0009\u000A\u000D\u0020-\u00FF]+`,
		},
	} {
		var v constraint.Violations
		c.check(&v)
		if got := message(&v); got != c.want {
			t.Errorf("%s:\ngot  %s\nwant %s", name, got, c.want)
		}
	}
}

func TestWrongValuesAreShortened(t *testing.T) {
	var v constraint.Violations
	v.Name("userName", strings.Repeat("é", 100_000), constraint.UserName)
	if n := len(message(&v)); n > 2000 {
		t.Errorf("the message has %d bytes", n)
	}
}

func TestLimits(t *testing.T) {
	for name, c := range map[string]struct {
		limit     constraint.Limit
		good, bad []string
	}{
		"user name":   {constraint.UserName, []string{"a", "Ann_1+=,.@-", strings.Repeat("x", 64)}, []string{"a/b", "a b", "é", "a:b", "a*", "\xff", strings.Repeat("x", 65)}},
		"group name":  {constraint.GroupName, []string{"a", strings.Repeat("x", 128)}, []string{"a/b", "a*", strings.Repeat("x", 129)}},
		"alias":       {constraint.AccountAlias, []string{"abc", "a-b", "1a2", strings.Repeat("x", 63)}, []string{"ab", "-ab", "ab-", "a--b", "Abc", "a_b", "a.b", "abc\n", strings.Repeat("x", 64)}},
		"path":        {constraint.Path, []string{"/", "/a/", "/a/b/", "/!~/"}, []string{"a", "/a", "a/", "//", "/a b/", "/é/", "/" + strings.Repeat("x", 511) + "/"}},
		"path prefix": {constraint.PathPrefix, []string{"/", "/a", "/a/"}, []string{"a", "/a b", "/é"}},
		"key id":      {constraint.AccessKeyID, []string{"AKIAIOSFODNN7EXAMPLE"}, []string{"AKIA", "AKIA-IOSFODNN7EXAMPLE"}},
		"version":     {constraint.VersionID, []string{"v1", "v12", "v1.a-B2"}, []string{"1", "v", "v0", "v1a", "v1._", "V1"}},
		"external id": {constraint.ExternalID, []string{"a:b/c-d", "12"}, []string{"x", "a b", "a*b"}},
		"tag key":     {constraint.TagKey, []string{"TenantID", "é ü", "日本", "a:b/c=d+e-f@g.h_i", strings.Repeat("é", 128)}, []string{"a*", "a?", "a${b}", "a\nb", "a,b", strings.Repeat("é", 129)}},
		"tag value":   {constraint.TagValue, []string{"", "yellow", "x y"}, []string{"*", "a?", "${a}", "\x00", strings.Repeat("x", 257)}},
		"document":    {constraint.Document, []string{"{\t\r\n}", "ÿ"}, []string{"\x01", "Ā", strings.Repeat("x", 131073)}},
		"description": {constraint.RoleDescription, []string{"", "reads\n", "é"}, []string{"\x00", "Ā", "\u00a0"}},
		"ARN":         {constraint.ARN, []string{"arn:aws:iam::123456789012:role/r"}, []string{"arn:aws:s3:::b", "arn:aws:iam::123456789012:role/\x00", "arn:aws:iam::123456789012:role/\xff"}},
		"provider":    {constraint.ProviderName, []string{"Okta", "a.b_c-1"}, []string{"a/b", "a b", "a+b", strings.Repeat("x", 129)}},
		"thumbprint":  {constraint.Thumbprint, []string{strings.Repeat("a", 40)}, []string{strings.Repeat("a", 39), strings.Repeat("a", 41), strings.Repeat("a", 39) + ":"}},
		"client id":   {constraint.ClientID, []string{"app", "https://api.example.com/"}, []string{"a\x00", strings.Repeat("x", 256)}},
		"metadata":    {constraint.Metadata, []string{strings.Repeat("x", 1000)}, []string{strings.Repeat("x", 999), strings.Repeat("x", 10_000_001)}},
		"marker":      {constraint.Marker, []string{"abc"}, []string{"\n", strings.Repeat("x", 321)}},
	} {
		for _, s := range c.good {
			var v constraint.Violations
			if v.Text("x", &s, c.limit); v.Err() != nil {
				t.Errorf("%s: %q is refused: %v", name, s, v.Err())
			}
		}
		for _, s := range c.bad {
			var v constraint.Violations
			if v.Text("x", &s, c.limit); v.Err() == nil {
				t.Errorf("%s: %q is accepted", name, s)
			}
		}
	}
	var v constraint.Violations
	v.Text("x", nil, constraint.ARN)
	v.Number("x", nil, 1, 2)
	v.Enum("x", "", "a")
	if v.Err() != nil {
		t.Errorf("what isn't there is refused: %v", v.Err())
	}
}
