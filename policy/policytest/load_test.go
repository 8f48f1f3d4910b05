// SPDX-License-Identifier: Apache-2.0

package policytest_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/bailiwick-dev/bailiwick/policy/policytest"
)

const (
	document = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}`
	asking   = `"request":{"principal":"arn:aws:iam::111111111111:user/alice","action":"s3:GetObject","resource":"arn:aws:s3:::b/k","resourceAccount":"111111111111","context":{}}`
	allowed  = `"expected":{"kind":"Allow"}`
)

func decision(members ...string) string {
	return `{"vectors":[{"id":"a",` + strings.Join(members, ",") + `}]}`
}

func TestMalformedFilesAreNamed(t *testing.T) {
	const policies = `"policies":{"identity":[` + document + `]}`
	for _, c := range []struct{ claim, text, want string }{
		{"no JSON", `{`, "vectors:"},
		{"nothing in it", `{"meta":{}}`, "file has none"},
		{"duplicate member", `{"vectors":[],"vectors":[]}`, "duplicate"},
		{"no id", `{"vectors":[{}]}`, "vector 0 has no id"},
		{"an id twice", `{"vectors":[{"id":"a",` + policies + `,` + asking + `,` + allowed + `},{"id":"a"}]}`, "a: id given twice"},
		{"an id twice across lists", `{"vectors":[{"id":"a",` + policies + `,` + asking + `,` + allowed + `}],"validationVectors":[{"id":"a"}]}`, "a: id given twice"},
		{"no id of a validation", `{"validationVectors":[{}]}`, "has no id"},
		{"too long", strings.Repeat(" ", policytest.MaxFile+1), "longer"},
	} {
		v, err := policytest.LoadVectors([]byte(c.text))
		if err == nil || v != nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.claim, err, c.want)
		}
	}
}

func TestAVectorThatCannotBeRunFailsAlone(t *testing.T) {
	const policies = `"policies":{"identity":[` + document + `]}`
	for _, c := range []struct{ claim, text, want string }{
		{"no expectation", decision(policies, asking), `a: error: expected.kind is ""`},
		{"another expectation", decision(policies, asking, `"expected":{"kind":"Deny"}`), `"Deny"`},
		{"no request", decision(policies, allowed), "a: error: request:"},
		{"no policies", decision(asking, allowed), "a: error: policies:"},
		{"an unknown kind of policy", decision(`"policies":{"identiy":[]}`, asking, allowed), "identiy"},
		{"an unknown member of the request", decision(policies, strings.Replace(asking, "resourceAccount", "account", 1), allowed), "account"},
		{"a bad principal", decision(policies, strings.Replace(asking, "user/alice", "group/g", 1), allowed), "a: error: request: principal"},
		{"no action", decision(policies, strings.Replace(asking, "s3:GetObject", "", 1), allowed), "no action"},
		{"a bad resource", decision(policies, strings.Replace(asking, "arn:aws:s3:::b/k", "b/k", 1), allowed), "resource: arn"},
		{"a bad key", decision(policies, strings.Replace(asking, `{}`, `{"k":{}}`, 1), allowed), `condition key "k"`},
		{"a bad list", decision(policies, strings.Replace(asking, `{}`, `{"k":[[1]]}`, 1), allowed), `condition key "k"`},
		{"keys that collide", decision(policies, strings.Replace(asking, `{}`, `{"k":"1","K":"2"}`, 1), allowed), "given twice"},
		{"a bad policy", decision(`"policies":{"identity":[{}]}`, asking, allowed), "a: error: identity policy 0"},
		{"a bad SCP", decision(`"policies":{"scps":[[{}]]}`, asking, allowed), "a: error: scps[0] policy 0"},
		{"a bad RCP", decision(`"policies":{"rcps":[[`+document+`]]}`, asking, allowed), "a: error: rcps[0] policy 0"},
		{"an unknown type", `{"validationVectors":[{"id":"v","policyType":"x"}]}`, `v: error: unknown policyType "x"`},
		{"no document", `{"validationVectors":[{"id":"v","policyType":"scp","expectedValid":true}]}`, "v: error: document"},
	} {
		v, err := policytest.LoadVectors([]byte(c.text))
		if err != nil {
			t.Errorf("%s: %v", c.claim, err)
			continue
		}
		r := policytest.RunVectors(v)
		if len(r.Mismatches) != 1 || !strings.Contains(r.Mismatches[0].ID+": "+r.Mismatches[0].Got, c.want) {
			t.Errorf("%s: %v, want one mismatch with %q", c.claim, r.Mismatches, c.want)
		}
	}
}

func TestMismatchesAreReported(t *testing.T) {
	text := fmt.Sprintf(`{
	  "vectors": [
	    {"id":"good","policies":{"identity":%[1]s},%[2]s,"expected":{"kind":"Allow"}},
	    {"id":"bad","description":"d","isolationLeak":true,"policies":{"session":[%[1]s]},%[2]s,"expected":{"kind":"Allow"}}
	  ],
	  "validationVectors": [
	    {"id":"valid","policyType":"identity","document":%[3]q,"expectedValid":true},
	    {"id":"not valid","policyType":"identity","document":"x","expectedValid":true},
	    {"id":"any message","policyType":"identity","document":"x","expectedValid":false},
	    {"id":"other message","policyType":"trust","document":"x","expectedValid":false,"expectedCode":"C","expectedMessage":"m"},
	    {"id":"not refused","policyType":"session","document":%[3]q,"expectedValid":false,"expectedCode":"C"}
	  ]}`, document, asking, document)
	v, err := policytest.LoadVectors([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	if v.Decisions[0].Leak || !v.Decisions[1].Leak {
		t.Error("leaks are not read")
	}
	r := policytest.RunVectors(v)
	if r.Decisions != 2 || r.Validations != 5 {
		t.Errorf("ran %d and %d", r.Decisions, r.Validations)
	}
	want := []string{
		"bad d: ImplicitDeny, want Allow",
		"not valid : MalformedPolicyDocument: Syntax errors in policy., want valid",
		"other message : MalformedPolicyDocument: Syntax errors in policy., want C: m",
		"not refused : valid, want C: ",
	}
	var got []string
	for _, m := range r.Mismatches {
		got = append(got, fmt.Sprintf("%s %s: %s, want %s", m.ID, m.Description, m.Got, m.Want))
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	if x := r.Mismatches[0].Explanation; !strings.Contains(x, "no identity-based policy allows") {
		t.Errorf("explained as %s", x)
	}
}

func TestContextValues(t *testing.T) {
	condition := `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{
	  "NumericEquals":{"n":"12345678901234567890.5"},"Bool":{"b":"true"},"ForAllValues:StringEquals":{"l":["1","x","false"]},"Null":{"l":"false"}}}}`
	context := `{"n":12345678901234567890.5,"b":true,"l":[1,"x",false]}`
	v, err := policytest.LoadVectors([]byte(decision(`"policies":{"identity":`+condition+`}`, strings.Replace(asking, `{}`, context, 1), allowed)))
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range policytest.RunVectors(v).Mismatches {
		t.Errorf("%s", m.Explanation)
	}
}

func FuzzLoadVectors(f *testing.F) {
	f.Add([]byte(decision(`"policies":{"identity":`+document+`}`, asking, allowed)))
	f.Add([]byte(`{"validationVectors":[{"id":"v","policyType":"trust","document":"{}","expectedValid":false}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		v, err := policytest.LoadVectors(text)
		if err != nil {
			return
		}
		if r := policytest.RunVectors(v); len(r.Mismatches) > r.Decisions+r.Validations {
			t.Fatalf("%d mismatches of %d", len(r.Mismatches), r.Decisions+r.Validations)
		}
	})
}
