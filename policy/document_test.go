// SPDX-License-Identifier: Apache-2.0

package policy_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/bailiwick-dev/bailiwick/policy"
)

func TestParseRefusesWhatItCannotUnderstand(t *testing.T) {
	const (
		ok    = `"Effect":"Allow","Action":"s3:*","Resource":"*"`
		trust = `"Effect":"Allow","Action":"sts:AssumeRole","Principal":"*"`
	)
	for _, c := range []struct {
		claim string
		typ   policy.Type
		text  string
	}{
		{"nothing", policy.Identity, ``},
		{"not JSON", policy.Identity, `{not json`},
		{"a list", policy.Identity, `[]`},
		{"cut off", policy.Identity, `{"Statement":[{` + ok},
		{"cut off after a name", policy.Identity, `{"Statement"`},
		{"cut off in a list", policy.Identity, `{"Statement":[{"Effect":"Allow","Action":["s3:*"`},
		{"more text", policy.Identity, statements(ok) + "x"},
		{"another document", policy.Identity, statements(ok) + "{}"},
		{"invalid UTF-8", policy.Identity, `{"Id":"` + "\xff" + `","Statement":{` + ok + `}}`},
		{"no statement", policy.Identity, `{"Version":"2012-10-17"}`},
		{"an empty list of statements", policy.Identity, `{"Statement":[]}`},
		{"a statement that is no object", policy.Identity, `{"Statement":["x"]}`},
		{"nested lists of statements", policy.Identity, `{"Statement":[[{` + ok + `}]]}`},
		{"an unknown version", policy.Identity, `{"Version":"2020-01-01","Statement":{` + ok + `}}`},
		{"a version that is no string", policy.Identity, `{"Version":2012,"Statement":{` + ok + `}}`},
		{"an id that is no string", policy.Identity, `{"Id":1,"Statement":{` + ok + `}}`},
		{"an unknown element", policy.Identity, `{"Conditions":{},"Statement":{` + ok + `}}`},
		{"an element in other case", policy.Identity, `{"statement":{` + ok + `}}`},
		{"an unknown element of a statement", policy.Identity, statements(ok + `,"Comment":"x"`)},
		{"a duplicate element", policy.Identity, `{"Statement":{` + ok + `},"Statement":{` + ok + `}}`},
		{"a duplicate element of a statement", policy.Identity, statements(ok + `,"Effect":"Deny"`)},
		{"a duplicate element, escaped", policy.Identity, statements(ok + `,"\u0045ffect":"Deny"`)},
		{"a duplicate operator", policy.Identity, statements(ok + `,"Condition":{"Bool":{"a":"true"},"Bool":{"b":"true"}}`)},
		{"a duplicate key", policy.Identity, statements(ok + `,"Condition":{"Bool":{"a":"true","a":"false"}}`)},
		{"a duplicate principal", policy.Resource, statements(ok + `,"Principal":{"AWS":"*","AWS":"1"}`)},
		{"no effect", policy.Identity, statements(`"Action":"s3:*","Resource":"*"`)},
		{"another effect", policy.Identity, statements(`"Effect":"Permit","Action":"s3:*","Resource":"*"`)},
		{"an effect in other case", policy.Identity, statements(`"Effect":"allow","Action":"s3:*","Resource":"*"`)},
		{"an effect that is no string", policy.Identity, statements(`"Effect":true,"Action":"s3:*","Resource":"*"`)},
		{"a Sid that is no string", policy.Identity, statements(ok + `,"Sid":1`)},
		{"no action", policy.Identity, statements(`"Effect":"Allow","Resource":"*"`)},
		{"an empty list of actions", policy.Identity, statements(`"Effect":"Allow","Action":[],"Resource":"*"`)},
		{"an empty list of excluded actions", policy.Identity, statements(`"Effect":"Allow","NotAction":[],"Resource":"*"`)},
		{"Action and NotAction", policy.Identity, statements(ok + `,"NotAction":"sqs:*"`)},
		{"an action that is no string", policy.Identity, statements(`"Effect":"Allow","Action":[1],"Resource":"*"`)},
		{"a list in a list", policy.Identity, statements(`"Effect":"Allow","Action":[["s3:*"]],"Resource":"*"`)},
		{"null", policy.Identity, statements(`"Effect":"Allow","Action":null,"Resource":"*"`)},
		{"no resource", policy.Identity, statements(`"Effect":"Allow","Action":"s3:*"`)},
		{"an empty list of resources", policy.Identity, statements(`"Effect":"Allow","Action":"s3:*","Resource":[]`)},
		{"an empty list of excluded resources", policy.Resource, statements(`"Effect":"Allow","Action":"s3:*","NotResource":[],"Principal":"*"`)},
		{"Resource and NotResource", policy.Identity, statements(ok + `,"NotResource":"*"`)},
		{"a resource that is no string", policy.Identity, statements(`"Effect":"Allow","Action":"s3:*","Resource":{}`)},
		{"Principal and NotPrincipal", policy.Resource, statements(ok + `,"Principal":"*","NotPrincipal":"*"`)},
		{"a principal in an identity-based policy", policy.Identity, statements(ok + `,"Principal":"*"`)},
		{"a NotPrincipal in a boundary", policy.Boundary, statements(ok + `,"NotPrincipal":"*"`)},
		{"a principal in a session policy", policy.Session, statements(ok + `,"Principal":"*"`)},
		{"a principal in an SCP", policy.SCP, statements(ok + `,"Principal":"*"`)},
		{"an RCP without principal", policy.RCP, statements(ok)},
		{"an RCP for one principal", policy.RCP, statements(ok + `,"Principal":{"AWS":"111111111111"}`)},
		{"an RCP with NotPrincipal", policy.RCP, statements(ok + `,"NotPrincipal":"*"`)},
		{"an unknown type of principal", policy.Resource, statements(ok + `,"Principal":{"aws":"*"}`)},
		{"a principal that is another string", policy.Resource, statements(ok + `,"Principal":"111111111111"`)},
		{"a principal that is a list", policy.Resource, statements(ok + `,"Principal":["*"]`)},
		{"a principal that is no string", policy.Resource, statements(ok + `,"Principal":{"AWS":1}`)},
		{"a NotPrincipal of nobody", policy.Resource, statements(ok + `,"NotPrincipal":{"AWS":[]}`)},
		{"a NotPrincipal of nothing", policy.Resource, statements(ok + `,"NotPrincipal":{}`)},
		{"a trust policy with a resource", policy.Trust, statements(trust + `,"Resource":"*"`)},
		{"a trust policy with a NotResource", policy.Trust, statements(trust + `,"NotResource":"*"`)},
		{"a trust policy with NotPrincipal", policy.Trust, statements(`"Effect":"Allow","Action":"sts:AssumeRole","NotPrincipal":"*"`)},
		{"a condition that is a list", policy.Identity, statements(ok + `,"Condition":[]`)},
		{"an operator that is no object", policy.Identity, statements(ok + `,"Condition":{"Bool":"true"}`)},
		{"a value that is an object", policy.Identity, statements(ok + `,"Condition":{"Bool":{"k":{}}}`)},
		{"a value that is null", policy.Identity, statements(ok + `,"Condition":{"Bool":{"k":null}}`)},
		{"a value that is a list of lists", policy.Identity, statements(ok + `,"Condition":{"Bool":{"k":[["true"]]}}`)},
		{"an unknown operator", policy.Identity, statements(ok + `,"Condition":{"StringMatches":{"k":"a"}}`)},
		{"an operator that only exists negated elsewhere", policy.Identity, statements(ok + `,"Condition":{"BinaryNotEquals":{"k":"a"}}`)},
		{"a family without comparison", policy.Identity, statements(ok + `,"Condition":{"Numeric":{"k":"1"}}`)},
		{"a suffix alone", policy.Identity, statements(ok + `,"Condition":{"IfExists":{"k":"1"}}`)},
		{"a prefix alone", policy.Identity, statements(ok + `,"Condition":{"ForAllValues:":{"k":"1"}}`)},
		{"two prefixes", policy.Identity, statements(ok + `,"Condition":{"ForAllValues:ForAnyValue:StringEquals":{"k":"1"}}`)},
		{"Null with IfExists", policy.Identity, statements(ok + `,"Condition":{"NullIfExists":{"k":"true"}}`)},
		{"Null with a set operator", policy.Identity, statements(ok + `,"Condition":{"ForAnyValue:Null":{"k":"true"}}`)},
		{"an open variable", policy.Identity, statements(`"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::b/${k"`)},
		{"an open variable before the resource part", policy.Identity, statements(`"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:${k"`)},
		{"an empty variable", policy.Identity, statements(`"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::b/${}"`)},
		{"a nested variable", policy.Identity, statements(`"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::b/${a${b}}"`)},
		{"a default without quotes", policy.Identity, statements(`"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::b/${a, b}"`)},
		{"a default without blank", policy.Identity, statements(`"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::b/${a,'b'}"`)},
		{"an open default", policy.Identity, statements(`"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::b/${a, 'b}"`)},
		{"a default with more text", policy.Identity, statements(`"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::b/${a, 'b'c}"`)},
		{"a malformed variable in a condition", policy.Identity, statements(ok + `,"Condition":{"StringLike":{"k":"${"}}`)},
		{"a malformed variable in an ARN", policy.Identity, statements(ok + `,"Condition":{"ArnLike":{"k":"arn:aws:s3:::${"}}`)},
		{"a malformed variable before the last part of an ARN", policy.Identity, statements(ok + `,"Condition":{"ArnLike":{"k":"arn:${"}}`)},
		{"a long document", policy.Identity, statements(ok) + strings.Repeat(" ", policy.MaxDocument)},
	} {
		if p, err := policy.Parse([]byte(c.text), c.typ); err == nil || p != nil {
			t.Errorf("%s: %s parses", c.claim, c.text)
		}
		var e *policy.ValidationError
		if err := policy.Validate([]byte(c.text), c.typ); !errors.As(err, &e) || e.Code != "MalformedPolicyDocument" {
			t.Errorf("%s: %s validates: %v", c.claim, c.text, err)
		}
	}
}

func TestParseTakesWhatMayBeStored(t *testing.T) {
	for claim, text := range map[string]string{
		"one statement":           `{"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}`,
		"older version":           `{"Version":"2008-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}`,
		"id and white space":      " {\n\"Id\":\"x\",\t\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"s3:*\",\"Resource\":\"*\"}]}\r\n",
		"malformed variable 2008": `{"Version":"2008-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::${"}}`,
		"action without service":  `{"Statement":{"Effect":"Allow","Action":"GetObject","Resource":"*"}}`,
	} {
		if _, err := policy.Parse([]byte(text), policy.Identity); err != nil {
			t.Errorf("%s: %v", claim, err)
		}
	}
	p := parse(t, policy.Trust, `{"Statement":[
		{"Sid":"one","Effect":"Allow","Action":"sts:AssumeRole","Principal":{"AWS":["*"]}},
		{"Effect":"Deny","Action":"sts:*"}]}`)
	if p.Type() != policy.Trust || p.Len() != 2 || p.Sid(0) != "one" || p.Sid(1) != "" {
		t.Errorf("%v with %d statements %q %q", p.Type(), p.Len(), p.Sid(0), p.Sid(1))
	}
}

func TestErrorsDoNotRepeatTheDocument(t *testing.T) {
	const secret = "AKIASECRETSECRET"
	for _, text := range []string{
		`{"Version":"` + secret + `"}`,
		`{"Statement":{"Effect":"` + secret + `"}}`,
		`{"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::${` + secret + `"}}`,
		`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::${` + secret + `"}}`,
	} {
		_, err := policy.Parse([]byte(text), policy.Identity)
		if err != nil && strings.Contains(err.Error(), secret) {
			t.Errorf("%v", err)
		}
	}
	_, err := policy.Parse([]byte(`{"`+strings.Repeat("x", 1000)+`":1}`), policy.Identity)
	if err == nil || len(err.Error()) > 200 {
		t.Errorf("a long name is repeated: %v", err)
	}
}

// TestValidation goes through the stages that the vectors leave out.
func TestValidation(t *testing.T) {
	const (
		syntax = "Syntax errors in policy."
		legacy = "The policy failed legacy parsing"
		sid    = "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*"
		trust  = "Trust Policy statement actions can only be sts:AssumeRole, sts:AssumeRoleWithSAML,  and sts:AssumeRoleWithWebIdentity"
		vendor = "Resource vendor must be fully qualified and cannot contain regexes."
		path   = `IAM resource path must either be "*" or start with user/, federated-user/, role/, group/, instance-profile/, mfa/, server-certificate/, policy/, sms-mfa/, saml-provider/, oidc-provider/, report/, access-report/.`
	)
	on := func(res string) string {
		return statements(fmt.Sprintf(`"Effect":"Allow","Action":"s3:*","Resource":%s`, res))
	}
	does := func(action string) string {
		return statements(fmt.Sprintf(`"Effect":"Allow","Action":%s,"Resource":"*"`, action))
	}
	with := func(members string) string {
		return statements(`"Effect":"Allow","Action":"s3:*","Resource":"*",` + members)
	}
	trusts := func(members string) string {
		return statements(`"Effect":"Allow","Action":"sts:AssumeRole"` + members)
	}
	for _, c := range []struct {
		claim string
		typ   policy.Type
		text  string
		want  string
	}{
		{"valid", policy.Identity, on(`"*"`), ""},
		{"characters up to U+00FF", policy.Identity, with(`"Condition":{"StringEquals":{"k":"\u20ac ÿ"}}`), ""},
		{"a character beyond U+00FF", policy.Identity, with(`"Condition":{"StringEquals":{"k":"€"}}`), syntax},
		{"… in a resource policy", policy.Resource, with(`"Principal":"*","Condition":{"StringEquals":{"k":"€"}}`), ""},
		{"a control character", policy.Session, on(`"*"`) + "\v", syntax},
		{"an operator in other case", policy.Identity, with(`"Condition":{"stringequals":{"k":"a"}}`), syntax},
		{"an unknown operator without keys", policy.Identity, with(`"Condition":{"Nonsense":{}}`), ""},
		{"absent version", policy.Boundary, `{"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}`, "Policy document must be version 2012-10-17 or greater."},
		{"2008-10-17", policy.SCP, `{"Version":"2008-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}`, "Policy document must be version 2012-10-17 or greater."},
		{"2008-10-17 in a session policy", policy.Session, `{"Version":"2008-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}`, ""},
		{"2008-10-17 in a trust policy", policy.Trust, `{"Version":"2008-10-17","Statement":{"Effect":"Allow","Action":"sts:AssumeRole","Principal":"*"}}`, ""},
		{"effect in upper case", policy.Identity, statements(`"Effect":"DENY","Action":"s3:*","Resource":"*"`), legacy},
		{"a date in seconds", policy.Identity, with(`"Condition":{"DateLessThan":{"k":1780315200}}`), ""},
		{"a date out of range", policy.Identity, with(`"Condition":{"DateLessThanIfExists":{"k":["2026","2026-02-30"]}}`), legacy},
		{"an empty vendor", policy.Identity, on(`"arn:aws::r:1:x"`), legacy},
		{"a colon inside of a variable", policy.Identity, on(`"arn:aws:s3::${aws:username}"`), legacy},
		{"legacy before Sids", policy.Identity, statements(`"Sid":"a-b","Effect":"allow","Action":"s3:*","Resource":"*"`), legacy},
		{"a Sid with a hyphen", policy.Identity, with(`"Sid":"a-b"`), sid},
		{"a Sid with blanks in a resource policy", policy.Resource, with(`"Sid":"a b","Principal":"*"`), ""},
		{"the same Sid twice", policy.Identity, statements(`"Sid":"a","Effect":"Allow","Action":"s3:*","Resource":"*"`, `"Sid":"a","Effect":"Allow","Action":"s3:*","Resource":"*"`), "Statement IDs (SID) in a single policy must be unique."},
		{"empty Sids", policy.Identity, statements(`"Sid":"","Effect":"Allow","Action":"s3:*","Resource":"*"`, `"Sid":"","Effect":"Allow","Action":"s3:*","Resource":"*"`), ""},
		{"no action", policy.Identity, statements(`"Effect":"Allow","Resource":"x"`), "Policy statement must contain actions."},
		{"the last resource first", policy.Identity, on(`["arn:foo:s3:::a","bad"]`), `Resource bad must be in ARN format or "*".`},
		{"excluded resources are checked", policy.Identity, statements(`"Effect":"Allow","Action":"s3:*","NotResource":"bad"`), `Resource bad must be in ARN format or "*".`},
		{"another scheme", policy.Identity, on(`"urn:aws:s3:r:1:x"`), `Resource urn:aws:s3:r:1:x must be in ARN format or "*".`},
		{"partition, missing parts", policy.Identity, on(`"arn:foo:s3"`), `Partition "foo" is not valid for resource "arn:foo:s3:*:*:*".`},
		{"partition, nothing more", policy.Identity, on(`"arn:foo"`), `Partition "foo" is not valid for resource "arn:foo:*:*:*:*".`},
		{"partition, colons in the resource", policy.Identity, on(`"arn:*:s3:::a:b"`), `Partition "*" is not valid for resource "arn:*:s3:::a:b".`},
		{"no vendor", policy.Identity, on(`"arn:aws"`), vendor},
		{"a wildcard for the vendor", policy.Identity, on(`"arn:aws:*"`), vendor},
		{"a wildcard in the vendor", policy.Identity, on(`"arn:aws:s?:::b"`), vendor},
		{"a region in an access point's ARN", policy.Identity, on(`"arn:aws:s3:us-east-1:111111111111:accesspoint/p"`), ""},
		{"a resource that is none of IAM's", policy.Identity, on(`"arn:aws:iam::111111111111:u*"`), path},
		{"all of IAM's resources", policy.Identity, on(`["arn:aws:iam::111111111111:*","arn:aws:iam::111111111111:role/x"]`), ""},
		{"a short resource", policy.Identity, on(`"arn:aws:dynamodb:*"`), ""},
		{"a malformed variable", policy.Identity, on(`"arn:aws:s3:::b/${"`), syntax},
		{"a malformed variable early", policy.Identity, on(`"arn:aws:${"`), syntax},
		{"all actions", policy.Identity, does(`"*"`), ""},
		{"an action without vendor", policy.Identity, does(`":Get"`), "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."},
		{"a wildcard for the action's vendor", policy.Identity, does(`"*:*"`), "Vendor * is not valid"},
		{"excluded actions are checked", policy.Identity, statements(`"Effect":"Allow","NotAction":"Get","Resource":"*"`), "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."},
		{"an empty list of resources", policy.Session, on(`[]`), "Policy statement must contain resources."},
		{"a resource policy without resource", policy.Resource, statements(`"Effect":"Allow","Action":"s3:*","Principal":"*"`), "Policy statement must contain resources."},
		{"a principal", policy.Identity, with(`"Principal":"*"`), "Policy document should not specify a principal."},
		{"a resource policy without principal", policy.Resource, on(`"*"`), "Missing required field Principal"},
		{"a trust policy without principal", policy.Trust, trusts(``), "Missing required field Principal"},
		{"a trust policy with NotPrincipal", policy.Trust, trusts(`,"NotPrincipal":"*"`), "Has prohibited field NotPrincipal."},
		{"a trust policy with a resource", policy.Trust, trusts(`,"Principal":"*","Resource":"*"`), "Has prohibited field Resource."},
		{"a trust policy with other actions", policy.Trust, statements(`"Effect":"Allow","Action":["sts:AssumeRole","sts:*"],"Principal":"*"`), trust},
		{"all actions of a trust policy", policy.Trust, statements(`"Effect":"Allow","Action":["sts:AssumeRole","sts:AssumeRoleWithSAML","sts:AssumeRoleWithWebIdentity","sts:SetContext"],"Principal":"*"`), ""},
		{"an RCP", policy.RCP, with(`"Principal":"*"`), ""},
	} {
		got := ""
		if err := policy.Validate([]byte(c.text), c.typ); err != nil {
			var e *policy.ValidationError
			if !errors.As(err, &e) || e.Code != "MalformedPolicyDocument" || err.Error() != e.Code+": "+e.Message {
				t.Fatalf("%s: %v", c.claim, err)
			}
			got = e.Message
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", c.claim, got, c.want)
		}
	}
}

func TestSizeLeavesOutWhiteSpaceBetweenTokens(t *testing.T) {
	for text, want := range map[string]int{
		``:                            0,
		" \t\r\n":                     0,
		`{"a": "b c"}`:                11,
		"{\n  \"a\" : [ 1, true ]\n}": 14,
		`{"é":"\" \\"}`:               13,
		`"\\" "x"`:                    7,
		`"open \`:                     7,
	} {
		if got := policy.Size([]byte(text)); got != want {
			t.Errorf("Size(%q) = %d, want %d", text, got, want)
		}
	}
}

func TestMapPrincipals(t *testing.T) {
	const text = `{ "Id": "arn:x",
  "Statement" : [ {"Sid":"arn:x", "Effect":"Allow", "Principal": {"AWS": [ "arn:a", "*", "AROA1"],"Service":"s" },
    "Action":"s3:*", "Resource":"arn:a"},
  {"Effect":"Deny","NotPrincipal":{"AWS":"arn:\u0062"},"Action":"s3:*","Resource":"*","Condition":{"ArnEquals":{"k":"arn:a"}}},
  {"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"*"} ] }
`
	var calls []string
	got, err := policy.MapPrincipals([]byte(text), func(typ, entry string) (string, error) {
		calls = append(calls, typ+" "+entry)
		if rest, ok := strings.CutPrefix(entry, "arn:"); ok {
			return `A"` + rest, nil
		}
		return entry, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	want := strings.Replace(text, `[ "arn:a",`, `[ "A\"a",`, 1)
	want = strings.Replace(want, `"arn:\u0062"`, `"A\"b"`, 1)
	if string(got) != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if c := strings.Join(calls, ","); c != "AWS arn:a,AWS AROA1,Service s,AWS arn:b" {
		t.Errorf("called with %s", c)
	}
	failure := errors.New("no such principal")
	if _, err := policy.MapPrincipals([]byte(text), func(string, string) (string, error) { return "", failure }); !errors.Is(err, failure) {
		t.Errorf("a failure of the function: %v", err)
	}
	if _, err := policy.MapPrincipals([]byte(`{}`), nil); err == nil {
		t.Error("a malformed document: no error")
	}
	if _, err := policy.MapPrincipals([]byte(text), func(string, string) (string, error) { return "\xff", nil }); err == nil {
		t.Error("a principal that is not UTF-8: no error")
	}
}
