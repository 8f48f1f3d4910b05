// SPDX-License-Identifier: Apache-2.0

package tvm_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/bailiwick-dev/bailiwick/tenant"
	"github.com/bailiwick-dev/bailiwick/tvm"
)

// maxPolicy is how many characters a session policy may have.
const maxPolicy = 2048

// leadingKey is the template of a table whose partition key is the tenant id.
const leadingKey = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow",
 "Action":["dynamodb:GetItem","dynamodb:Query"],
 "Resource":"arn:aws:dynamodb:*:*:table/Employee",
 "Condition":{"ForAllValues:StringEquals":{"dynamodb:LeadingKeys":["{{tenant}}"]},"Null":{"dynamodb:LeadingKeys":"false"}}}]}`

// beginsWith is the same with keys that merely begin with the id.
const beginsWith = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow",
 "Action":["dynamodb:GetItem","dynamodb:Query"],
 "Resource":"arn:aws:dynamodb:*:*:table/Employee",
 "Condition":{"ForAllValues:StringLike":{"dynamodb:LeadingKeys":["{{tenant}}*"]}}}]}`

// withResource is a template for one resource.
func withResource(r string) string {
	return withStatement(`"Effect":"Allow","Action":"s3:GetObject","Resource":` + quote(r))
}

// withCondition is a template for one condition on all objects of a bucket.
func withCondition(operator, key, value string) string {
	return withStatement(fmt.Sprintf(`"Effect":"Allow","Action":"s3:ListBucket","Resource":"arn:aws:s3:::b","Condition":{%s:{%s:%s}}`,
		quote(operator), quote(key), quote(value)))
}

func withStatement(members string) string {
	return `{"Version":"2012-10-17","Statement":{` + members + `}}`
}

func quote(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		panic(err)
	}
	return string(b)
}

func hyphens(t testing.TB) tenant.Grammar {
	t.Helper()
	g, err := tenant.NewGrammar(tenant.Rules{Uppercase: true, Punctuation: "-", Separators: "#/"})
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func TestTemplates(t *testing.T) {
	for _, tt := range []struct {
		claim    string
		template string
		refusal  string // "" is accepted
	}{
		{"a value may be the tenant", leadingKey, ""},
		{"a resource may contain it", withResource("arn:aws:s3:::b/{{tenant}}/x"), ""},
		{"so may NotResource", withStatement(`"Effect":"Deny","Action":"s3:*","NotResource":"arn:aws:s3:::b/{{tenant}}/x"`), ""},
		{"so may what a denial spares", withStatement(`"Effect":"Deny","Action":"s3:*","Resource":"*","Condition":{"ForAnyValue:StringNotEqualsIfExists":{"dynamodb:LeadingKeys":"{{tenant}}"}}`), ""},
		{"twice in a string", withResource("arn:aws:s3:::b/{{tenant}}/{{tenant}}.json"), ""},
		{"in each of several resources", withStatement(`"Effect":"Allow","Action":"s3:*","Resource":["arn:aws:s3:::b-{{tenant}}","arn:aws:s3:::b-{{tenant}}/*"]`), ""},
		{"a separator keeps a wildcard away", withResource("arn:aws:s3:::b/{{tenant}}/*"), ""},
		{"on either side", withResource("arn:aws:s3:::b*/{{tenant}}/*"), ""},
		{"a literal asterisk is no wildcard", withResource("arn:aws:s3:::b/{{tenant}}${*}x"), ""},
		{"a variable may stand apart", withResource("arn:aws:s3:::b/{{tenant}}/${aws:username}"), ""},
		{"under ArnLike", withCondition("ArnLike", "aws:PrincipalArn", "arn:aws:iam::111122223333:role/t/{{tenant}}"), ""},
		{"under a quantified operator", withCondition("ForAnyValue:StringEqualsIfExists", "aws:TagKeys", "{{tenant}}"), ""},
		{"spelled with a JSON escape", withStatement(`"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::b/\u007b{tenant}}"`), ""},

		{"beside an asterisk", withResource("arn:aws:s3:::b/{{tenant}}*"), "wildcard"},
		{"before an asterisk", withResource("arn:aws:s3:::b/*{{tenant}}"), "wildcard"},
		{"beside a question mark", withResource("arn:aws:s3:::b/{{tenant}}?"), "wildcard"},
		{"behind a question mark", withResource("arn:aws:s3:::b/?{{tenant}}/x"), "wildcard"},
		{"a letter keeps nothing away", withResource("arn:aws:s3:::b/{{tenant}}a*"), "wildcard"},
		{"nor a letter before", withResource("arn:aws:s3:::b/*a{{tenant}}/x"), "wildcard"},
		{"beside a variable", withResource("arn:aws:s3:::b/{{tenant}}${aws:username}"), "wildcard"},
		{"behind a variable", withResource("arn:aws:s3:::b/${aws:username}{{tenant}}"), "wildcard"},
		{"behind a variable with a default", withResource("arn:aws:s3:::b/${aws:username, 'x'}{{tenant}}"), "wildcard"},
		{"a quoted brace closes nothing", withResource("arn:aws:s3:::b/${aws:username, '}'}{{tenant}}"), "variable"},
		{"the second of two beside an asterisk", withResource("arn:aws:s3:::b/{{tenant}}/{{tenant}}*"), "wildcard"},
		{"beside an asterisk in a condition", beginsWith, "wildcard"},
		{"within a variable", withResource("arn:aws:s3:::b/${aws:{{tenant}}-x}"), "variable"},
		{"within a default", withResource("arn:aws:s3:::b/${aws:username, '{{tenant}}'}"), "variable"},
		{"making up a variable", withResource("arn:aws:s3:::b/${{{tenant}}}"), "brace"},
		{"with a dollar sign before", withResource("arn:aws:s3:::b/${{tenant}}"), "dollar"},
		{"in more braces", withResource("arn:aws:s3:::b/{{{tenant}}}"), "brace"},

		{"with a brace before", withResource("arn:aws:s3:::b/{{{tenant}}"), "brace"},
		{"with a brace after", withResource("arn:aws:s3:::b/{{tenant}}}"), "brace"},
		{"with an opening brace after", withResource("arn:aws:s3:::b/{{tenant}}{x}"), "brace"},

		{"all but the tenant's own allowed", withStatement(`"Effect":"Allow","Action":"s3:*","NotResource":"arn:aws:s3:::b/{{tenant}}/x"`), "all but"},
		{"also with the effect last", withStatement(`"NotResource":["arn:aws:s3:::b/{{tenant}}/x"],"Action":"s3:*","Effect":"Allow"`), "all but"},
		{"also beside what is the tenant's", withStatement(`"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::b/{{tenant}}/x","Condition":{"ForAnyValue:StringNotLikeIfExists":{"aws:TagKeys":["{{tenant}}"]}}`), "all but"},
		{"also by ARN", withCondition("ArnNotEquals", "aws:PrincipalArn", "arn:aws:iam::111122223333:role/t/{{tenant}}"), "all but"},
		{"also in one of several statements", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","NotResource":"arn:aws:s3:::b/{{tenant}}/x"},{"Effect":"Deny","Action":"s3:*","Resource":"*"}]}`, "all but"},

		{"an unknown placeholder", withResource("arn:aws:s3:::b/{{tenant}}/{{user}}"), "only placeholder"},
		{"blanks in a placeholder", withResource("arn:aws:s3:::b/{{tenant}}/{{ tenant }}"), "only placeholder"},
		{"a placeholder in other case", withResource("arn:aws:s3:::b/{{tenant}}/{{Tenant}}"), "only placeholder"},
		{"a placeholder not closed", withResource("arn:aws:s3:::b/{{tenant}}/{{tenant"), "only placeholder"},
		{"an unknown one spelled with a JSON escape", withStatement(`"Effect":"Allow","Action":"s3:*","Resource":["arn:aws:s3:::b/{{tenant}}","arn:aws:s3:::b/\u007b{user}}"]`), "only placeholder"},
		{"no placeholder at all", withResource("arn:aws:s3:::b/x"), "same for all tenants"},

		{"in the account of a resource", withResource("arn:aws:dynamodb:*:{{tenant}}:table/x"), "resource part"},
		{"in the service of a resource", withResource("arn:aws:{{tenant}}:::x"), "resource part"},
		{"as the whole resource", withResource("{{tenant}}"), "resource part"},
		{"a colon in a variable is none", withResource("arn:aws:s3::${aws:x}:{{tenant}}"), ""},
		{"in the account of a condition's ARN", withCondition("ArnLike", "aws:PrincipalArn", "arn:aws:iam::{{tenant}}:role/x"), "resource part"},
		{"in Action", withStatement(`"Effect":"Allow","Action":"s3:{{tenant}}","Resource":"arn:aws:s3:::b/{{tenant}}"`), "values of Condition only"},
		{"in NotAction", withStatement(`"Effect":"Allow","NotAction":["s3:{{tenant}}"],"Resource":"arn:aws:s3:::b/{{tenant}}"`), "values of Condition only"},
		{"in Effect", withStatement(`"Effect":"{{tenant}}","Action":"s3:*","Resource":"arn:aws:s3:::b/{{tenant}}"`), "values of Condition only"},
		{"in Sid", withStatement(`"Sid":"{{tenant}}","Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::b/{{tenant}}"`), "values of Condition only"},
		{"in Principal", withStatement(`"Principal":{"AWS":"arn:aws:iam::111122223333:user/{{tenant}}"},"Effect":"Allow","Action":"s3:*","Resource":"*"`), "values of Condition only"},
		{"in Version", `{"Version":"{{tenant}}","Statement":[]}`, "values of Condition only"},
		{"in Id", `{"Version":"2012-10-17","Id":"{{tenant}}","Statement":[]}`, "values of Condition only"},
		{"in an object within Resource", withStatement(`"Effect":"Allow","Action":"s3:*","Resource":{"x":"arn:aws:s3:::b/{{tenant}}"}`), "values of Condition only"},
		{"in a member's name", withStatement(`"{{tenant}}":"Allow"`), "member's name"},
		{"in an operator", withCondition("{{tenant}}", "aws:username", "x"), "member's name"},
		{"in a condition key", withCondition("StringEquals", "aws:PrincipalTag/{{tenant}}", "x"), "member's name"},
		{"in a condition key, not closed", withCondition("StringEquals", "aws:PrincipalTag/{{tenant", "{{tenant}}"), "member's name"},
		{"in a condition key, not opened", withCondition("StringEquals", "aws:PrincipalTag/tenant}}", "{{tenant}}"), "member's name"},
		{"under NumericEquals", withCondition("NumericEquals", "s3:max-keys", "{{tenant}}"), "condition operator"},
		{"under Bool", withCondition("Bool", "aws:SecureTransport", "{{tenant}}"), "condition operator"},
		{"under Null", withCondition("Null", "aws:username", "{{tenant}}"), "condition operator"},
		{"under IpAddress", withCondition("IpAddress", "aws:SourceIp", "{{tenant}}"), "condition operator"},
		{"under an unknown operator", withCondition("StringIs", "aws:username", "{{tenant}}"), "condition operator"},

		{"the old version", strings.Replace(leadingKey, "2012-10-17", "2008-10-17", 1), "version"},
		{"no version", strings.Replace(leadingKey, `"Version":"2012-10-17",`, "", 1), "version"},
		{"no JSON", "{{tenant}}", "template"},
		{"nothing", "", "template"},
		{"comments", "// x\n" + leadingKey, "template"},
		{"something after it", leadingKey + leadingKey, "after the policy"},
		{"a member twice", withStatement(`"Effect":"Deny","Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::b/{{tenant}}"`), "duplicate"},
		{"an unclosed object", strings.TrimSuffix(leadingKey, "}"), "template"},
		{"an unknown member", withStatement(`"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::b/{{tenant}}","Conditions":{}`), "yntax"},
		{"a principal", withStatement(`"Principal":"*","Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::b/{{tenant}}"`), "rincipal"},
		{"a policy too long", withResource("arn:aws:s3:::b/{{tenant}}/" + strings.Repeat("x", 2048)), "2048"},
		{"one too long for the longest id only", withResource("arn:aws:s3:::b/{{tenant}}" + strings.Repeat("x", maxPolicy-len(withResource("arn:aws:s3:::b/"))-10)), "2048"},
		{"a template too long", leadingKey + strings.Repeat(" ", 8192), "longer than"},
	} {
		_, err := tvm.New(tvm.Config{Base: unusedBase(), Scope: tvm.SessionPolicy{RoleARN: sharedRole, Template: tt.template}})
		switch {
		case tt.refusal == "" && err != nil:
			t.Errorf("%s: %v", tt.claim, err)
		case tt.refusal != "" && err == nil:
			t.Errorf("%s: accepted", tt.claim)
		case tt.refusal != "" && !strings.Contains(err.Error(), tt.refusal):
			t.Errorf("%s: refused for another reason than %q: %v", tt.claim, tt.refusal, err)
		}
	}
}

func TestUnsafeAllowsWildcardsOnly(t *testing.T) {
	for _, tt := range []struct {
		claim    string
		template string
		ok       bool
	}{
		{"a wildcard beside the placeholder", beginsWith, true},
		{"one in a resource", withResource("arn:aws:s3:::b/{{tenant}}*"), true},
		{"a placeholder in Action", withStatement(`"Effect":"Allow","Action":"s3:{{tenant}}*","Resource":"*"`), false},
		{"a placeholder in a variable", withResource("arn:aws:s3:::b/${aws:{{tenant}}}*"), false},
		{"no placeholder", withResource("arn:aws:s3:::b/*"), false},
		{"an unknown placeholder", withResource("arn:aws:s3:::b/{{tenant}}*/{{x}}"), false},
	} {
		_, err := tvm.New(tvm.Config{
			Base:  unusedBase(),
			Scope: tvm.SessionPolicy{RoleARN: sharedRole, Template: tt.template, UnsafeWildcardBesideTenant: true},
		})
		if (err == nil) != tt.ok {
			t.Errorf("%s: %v", tt.claim, err)
		}
	}
}

func TestTemplatesByGrammar(t *testing.T) {
	for _, tt := range []struct {
		claim    string
		template string
		ok       bool
	}{
		{"what an id may contain separates nothing", withResource("arn:aws:s3:::b/{{tenant}}-*"), false},
		{"not even twice", withResource("arn:aws:s3:::b/{{tenant}}--*"), false},
		{"what it cannot contain does", withResource("arn:aws:s3:::b/{{tenant}}-/*"), true},
		{"tenants that differ in case need operators that see it", withCondition("StringEqualsIgnoreCase", "aws:username", "{{tenant}}"), false},
		{"others do", withCondition("StringEquals", "aws:username", "{{tenant}}"), true},
	} {
		_, err := tvm.Fill([]byte(tt.template), hyphens(t), "Acme-eu")
		if (err == nil) != tt.ok {
			t.Errorf("%s: %v", tt.claim, err)
		}
	}
	if _, err := tvm.Fill([]byte(withResource("arn:aws:s3:::b/{{tenant}}-*")), tenant.Grammar{}, "acme"); err != nil {
		t.Errorf("a hyphen separates where no id has one: %v", err)
	}
}

func TestRefusalsDoNotRepeatTheTemplate(t *testing.T) {
	const secret = "hunter2"
	for _, text := range []string{
		withResource("arn:aws:s3:::" + secret + "/{{tenant}}*"),
		withStatement(`"Effect":"` + secret + `","Action":"s3:*","Resource":"arn:aws:s3:::b/{{tenant}}"`),
		withResource("arn:aws:s3:::" + secret + "/{{user}}"),
	} {
		_, err := tvm.Fill([]byte(text), tenant.Grammar{}, "acme")
		if err == nil || strings.Contains(err.Error(), secret) {
			t.Errorf("the error is %v", err)
		}
	}
}

// filled is what filling doc, decoded JSON, should come to.
func filled(doc any, id string) any {
	switch v := doc.(type) {
	case string:
		return strings.ReplaceAll(v, "{{tenant}}", id)
	case []any:
		for i := range v {
			v[i] = filled(v[i], id)
		}
	case map[string]any:
		for k := range v {
			v[k] = filled(v[k], id)
		}
	}
	return doc
}

func FuzzTemplate(f *testing.F) {
	f.Add(leadingKey, "acme")
	f.Add(beginsWith, "company10")
	f.Add(withResource("arn:aws:s3:::b/{{tenant}}/${aws:username}/${*}"), "blue")
	f.Add(withResource("arn:aws:s3:::b/${{{tenant}}}"), "blue")
	f.Add(`{"Version":"2012-10-17","Statement":[[[{"Resource":"{{tenant}}"}]]]}`, "")
	f.Fuzz(func(t *testing.T, text, id string) {
		if _, err := (tenant.Grammar{}).Parse(id); err != nil {
			id = "acme"
		}
		got, err := tvm.Fill([]byte(text), tenant.Grammar{}, tenant.ID(id))
		if err != nil {
			return
		}
		var want, have any
		if err := json.Unmarshal([]byte(text), &want); err != nil {
			t.Fatalf("a template that is not JSON was accepted: %v", err)
		}
		if err := json.Unmarshal([]byte(got), &have); err != nil {
			t.Fatalf("filled to what is not JSON: %v", err)
		}
		if !reflect.DeepEqual(filled(want, id), have) {
			t.Errorf("%s was filled to %s", text, got)
		}
	})
}
