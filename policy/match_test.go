// SPDX-License-Identifier: Apache-2.0

package policy_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/bailiwick-dev/bailiwick/policy"
)

func TestActions(t *testing.T) {
	for _, c := range []struct {
		claim, entry, action string
		want                 bool
	}{
		{"case does not count", "S3:getOBJECT", "s3:GetObject", true},
		{"nor in the request", "s3:GetObject", "S3:GETOBJECT", true},
		{"all", "*", "s3:GetObject", true},
		{"wildcard", "s3:Get*", "s3:GetObject", true},
		{"wildcard, nothing", "s3:GetObject*", "s3:GetObject", true},
		{"wildcard, other name", "s3:Put*", "s3:GetObject", false},
		{"wildcard, other service", "s3:*", "s3x:GetObject", false},
		{"one character", "s3:?etObject", "s3:GetObject", true},
		{"one character is not none", "s3:GetObject?", "s3:GetObject", false},
		{"no name", "s3:", "s3:GetObject", false},
		{"blank", " ", "s3:GetObject", false},
		{"empty", "", "s3:GetObject", false},
		{"no service", "GetObject", "s3:GetObject", false},
		{"no service, wildcard", "Get*", "s3:GetObject", false},
		{"wildcard in the service", "s*:GetObject", "s3:GetObject", false},
		{"wildcard over the colon", "s3*", "s3:GetObject", false},
		{"two colons", "s3:Get:Object", "s3:GetObject", false},
		{"a variable is text", "s3:${aws:username}", "s3:GetObject", false},
		{"hyphen and digits", "execute-api:Invoke", "execute-api:Invoke", true},
		{"no action in the request", "*", "", false},
		{"no service in the request", "*", "GetObject", false},
		{"empty service in the request", "*", ":GetObject", false},
		{"no name in the request", "*", "s3:", false},
		{"two colons in the request", "*", "s3:Get:Object", false},
		{"a wildcard in the request", "*", "s3:Get*", false},
		{"a blank in the request", "*", "s3:Get Object", false},
		{"another script in the request", "*", "s3:Gét", false},
		{"a strange service in the request", "*", "s_3:GetObject", false},
		{"128 bytes", "*", "s3:" + strings.Repeat("a", 125), true},
		{"129 bytes", "*", "s3:" + strings.Repeat("a", 126), false},
	} {
		ps := policy.Policies{Identity: []*policy.Policy{
			parse(t, policy.Identity, statements(fmt.Sprintf(`"Effect":"Allow","Action":%q,"Resource":"*"`, c.entry))),
		}}
		r := request(t, role)
		r.Action = c.action
		if got := ps.Evaluate(r).Allowed(); got != c.want {
			t.Errorf("%s: %q matches %q: %v, want %v", c.claim, c.entry, c.action, got, c.want)
		}
	}
}

func TestActionsNoOneCanTellAreDenied(t *testing.T) {
	for _, c := range []struct {
		claim, statement string
		want             policy.Kind
	}{
		{"Deny, wildcard in the service", `"Effect":"Deny","Action":"s*:GetObject","Resource":"*"`, policy.ExplicitDeny},
		{"Deny, everything", `"Effect":"Deny","Action":"*:*","Resource":"*"`, policy.ExplicitDeny},
		{"Deny, what cannot match", `"Effect":"Deny","Action":"x*:GetObject","Resource":"*"`, policy.Allow},
		{"Deny, listed in NotAction", `"Effect":"Deny","NotAction":["s3:GetObject"],"Resource":"*"`, policy.Allow},
		{"Deny, not listed in NotAction", `"Effect":"Deny","NotAction":["s3:PutObject"],"Resource":"*"`, policy.ExplicitDeny},
		{"Deny, perhaps listed in NotAction", `"Effect":"Deny","NotAction":"*:*","Resource":"*"`, policy.ExplicitDeny},
	} {
		ps := policy.Policies{Identity: []*policy.Policy{
			parse(t, policy.Identity, statements(`"Effect":"Allow","Action":"*","Resource":"*"`, c.statement)),
		}}
		if got := ps.Evaluate(request(t, role)).Kind; got != c.want {
			t.Errorf("%s: %v, want %v", c.claim, got, c.want)
		}
	}
	ps := policy.Policies{Identity: []*policy.Policy{
		parse(t, policy.Identity, statements(`"Effect":"Allow","NotAction":"*:*","Resource":"*"`)),
	}}
	if ps.Evaluate(request(t, role)).Allowed() {
		t.Error("Allow, perhaps listed in NotAction: allowed")
	}
}

// resourceOutcome evaluates an entry of Resource or NotResource in an Allow and
// in a Deny of a policy.
func resourceOutcome(t testing.TB, typ policy.Type, element, entry, res string, ctx policy.Context) outcome {
	t.Helper()
	who := ""
	if typ == policy.Resource {
		who = `,"Principal":"*"`
	}
	decide := func(ss ...string) bool {
		p := []*policy.Policy{parse(t, typ, statements(ss...))}
		ps := policy.Policies{Identity: p}
		switch typ {
		case policy.Resource:
			ps = policy.Policies{Resource: p}
		case policy.SCP:
			all := parse(t, policy.Identity, statements(`"Effect":"Allow","Action":"*","Resource":"*"`))
			ps = policy.Policies{Identity: []*policy.Policy{all}, SCPs: [][]*policy.Policy{p}}
		}
		r := request(t, role)
		r.Resource, r.Context = resource(t, res), ctx
		return ps.Evaluate(r).Allowed()
	}
	all := `"Effect":"Allow","Action":"*","Resource":"*"` + who
	inAllow := decide(fmt.Sprintf(`"Effect":"Allow","Action":"*",%q:%q%s`, element, entry, who))
	inDeny := !decide(all, fmt.Sprintf(`"Effect":"Deny","Action":"*",%q:%q%s`, element, entry, who))
	switch {
	case inAllow && inDeny:
		return holds
	case inDeny:
		return uncertain
	case inAllow:
		return sometimes
	default:
		return fails
	}
}

func TestResources(t *testing.T) {
	const table = "arn:aws:dynamodb:us-east-1:111111111111:table/Data"
	for _, c := range []struct {
		claim, entry, resource string
		want                   outcome
	}{
		{"documented, one level", "arn:aws:s3:::b/*/raw/*", "arn:aws:s3:::b/1/raw/x", holds},
		{"documented, two levels", "arn:aws:s3:::b/*/raw/*", "arn:aws:s3:::b/1/2/raw/x", holds},
		{"documented, empty level", "arn:aws:s3:::b/*/raw/*", "arn:aws:s3:::b//raw/x", holds},
		{"documented, nothing after", "arn:aws:s3:::b/*/raw/*", "arn:aws:s3:::b/1/raw/", holds},
		{"documented, a slash short", "arn:aws:s3:::b/*/raw/*", "arn:aws:s3:::b/raw/x", fails},
		{"documented, no slash", "arn:aws:s3:::b/*/raw/*", "arn:aws:s3:::b/1-raw/x", fails},
		{"everything", "*", table, holds},
		{"everything, no resource", "*", "*", holds},
		{"no resource", "arn:aws:s3:::*", "*", fails},
		{"equal", table, table, holds},
		{"partition, service, region and account in other case", "arn:AWS:DynamoDB:US-east-1:111111111111:table/Data", table, holds},
		{"resource in other case", "arn:aws:dynamodb:us-east-1:111111111111:table/data", table, fails},
		{"other partition", "arn:aws-cn:dynamodb:us-east-1:111111111111:table/Data", table, fails},
		{"other service", "arn:aws:s3:us-east-1:111111111111:table/Data", table, fails},
		{"other region", "arn:aws:dynamodb:us-east-2:111111111111:table/Data", table, fails},
		{"other account", "arn:aws:dynamodb:us-east-1:222222222222:table/Data", table, fails},
		{"wildcards in the parts", "arn:*:dynamodb:us-*-1:1111?1111111:table/D*", table, holds},
		{"wildcards in the parts, mismatch", "arn:aws:dynamodb:eu-*:*:table/D*", table, fails},
		{"one character", "arn:aws:dynamodb:us-east-1:111111111111:table/Dat?", table, holds},
		{"colons in the resource", "arn:aws:logs:us-east-1:111111111111:log-group:*:s", "arn:aws:logs:us-east-1:111111111111:log-group:a:b:s", holds},
		{"short", "arn:aws:dynamodb:*", table, holds},
		{"short, prefix", "arn:aws:dynamodb:us-*", table, holds},
		{"short, other service", "arn:aws:s3:*", table, fails},
		{"short without wildcard", "arn:aws:dynamodb:us-east-1", table, holds},
		{"service only", "arn:aws:dynamodb", table, holds},
		{"five parts with an inner wildcard", "arn:aws:dynamodb:*:table/Data", table, uncertain},
		{"a wildcard in the service", "arn:aws:dynamo*:us-east-1:111111111111:table/Data", table, uncertain},
		{"a wildcard for the service", "arn:aws:*", table, uncertain},
		{"a wildcard for the service, other resource", "arn:aws:*:x", table, fails},
		{"a wildcard for the partition and more", "arn:*", table, uncertain},
		{"two asterisks", "**", table, uncertain},
		{"no ARN", "table/Data", table, fails},
		{"no ARN with six parts", "urn:aws:dynamodb:us-east-1:111111111111:table/Data", table, fails},
		{"empty", "", table, fails},
		{"a part's wildcard may run on", "arn:aws:logs:*:111111111111:b", "arn:aws:logs:r:222222222222:a:111111111111:b", uncertain},
		{"… but does not make a mismatch match", "arn:aws:logs:*:111111111111:b", "arn:aws:logs:r:222222222222:a:b", fails},
		{"… nor where there is no colon", "arn:aws:logs:*:111111111111:b", "arn:aws:logs:r:222222222222:b", fails},
		{"a variable outside of the resource is text", "arn:aws:dynamodb:${region}:111111111111:table/Data", table, fails},
	} {
		ctx := policy.Map{"region": policy.One("us-east-1")}
		if got := resourceOutcome(t, policy.Identity, "Resource", c.entry, c.resource, ctx); got != c.want {
			t.Errorf("%s: %q with %q %s, want %s", c.claim, c.entry, c.resource, got, c.want)
		}
	}
}

func TestNotResource(t *testing.T) {
	for _, c := range []struct {
		claim, entry, resource string
		want                   outcome
	}{
		{"listed", "arn:aws:s3:::a/*", "arn:aws:s3:::a/k", fails},
		{"not listed", "arn:aws:s3:::a/*", "arn:aws:s3:::b/k", holds},
		{"no resource", "arn:aws:s3:::a/*", "*", holds},
		{"unresolvable", "arn:aws:s3:::a/${none}", "arn:aws:s3:::a/k", uncertain},
		{"unresolvable, other bucket", "arn:aws:s3:::b/${none}", "arn:aws:s3:::a/k", uncertain},
		{"unresolvable, other service", "arn:aws:sns:::b/${none}", "arn:aws:s3:::a/k", holds},
		{"empty value", "arn:aws:s3:::a/${empty}", "arn:aws:s3:::a/k", uncertain},
		{"resolved", "arn:aws:s3:::a/${full}", "arn:aws:s3:::a/k", fails},
		{"perhaps listed", "arn:aws:*:a/k", "arn:aws:s3:::a/k", uncertain},
	} {
		ctx := policy.Map{"empty": policy.One(""), "full": policy.One("k")}
		if got := resourceOutcome(t, policy.Identity, "NotResource", c.entry, c.resource, ctx); got != c.want {
			t.Errorf("%s: %q with %q %s, want %s", c.claim, c.entry, c.resource, got, c.want)
		}
	}
}

func TestShortResourcesByTypeOfPolicy(t *testing.T) {
	const res = "arn:aws:s3:::a/k"
	for _, c := range []struct {
		typ   policy.Type
		entry string
		want  outcome
	}{
		{policy.Identity, "arn:aws:s3", holds},
		{policy.Resource, "arn:aws:s3", fails},
		{policy.Resource, "arn:aws:s3:*", holds},
		{policy.Resource, "arn:aws:s3:*:", holds},
		{policy.SCP, "arn:aws:s3", fails},
		{policy.SCP, "arn:aws:s3:*", holds},
	} {
		if got := resourceOutcome(t, c.typ, "Resource", c.entry, res, nil); got != c.want {
			t.Errorf("%v: %q %s, want %s", c.typ, c.entry, got, c.want)
		}
	}
}

func TestShortResourcesNeverMatchInRCPs(t *testing.T) {
	for entry, want := range map[string]policy.Kind{
		"arn:aws:s3:*":   policy.Allow,
		"arn:aws:s3:::*": policy.ExplicitDeny,
	} {
		ps := policy.Policies{
			Identity: list(t, policy.Identity, allowAll),
			RCPs:     [][]*policy.Policy{list(t, policy.RCP, fmt.Sprintf(`"Effect":"Deny","Principal":"*","Action":"*","Resource":%q`, entry))},
		}
		if got := ps.Evaluate(request(t, role)).Kind; got != want {
			t.Errorf("%s: %v, want %v", entry, got, want)
		}
	}
}

func TestVariablesInResources(t *testing.T) {
	const base = "arn:aws:s3:::data/"
	for _, c := range []struct {
		claim, entry, key string
		tag               any
		want              outcome
	}{
		{"resolved", "${aws:PrincipalTag/T}/*", "acme/x", "acme", holds},
		{"other tenant", "${aws:PrincipalTag/T}/*", "globex/x", "acme", fails},
		{"longer tenant", "${aws:PrincipalTag/T}/*", "acme2/x", "acme", fails},
		{"absent", "${aws:PrincipalTag/T}/*", "acme/x", nil, fails},
		{"absent, the text itself", "${aws:PrincipalTag/T}/*", "${aws:PrincipalTag/T}/x", nil, fails},
		{"multivalued", "${aws:PrincipalTag/T}/*", "acme/x", []string{"acme"}, fails},
		{"multivalued with default", "${aws:PrincipalTag/T, 'acme'}/*", "acme/x", []string{"acme"}, fails},
		{"default", "${aws:PrincipalTag/T, 'all}'}/*", "all}/x", nil, holds},
		{"default with a colon", "${aws:PrincipalTag/T, 'a:b'}/*", "a:b/x", nil, holds},
		{"default not needed", "${aws:PrincipalTag/T, 'all'}/*", "all/x", "acme", fails},
		{"empty value, literally", "${aws:PrincipalTag/T}/*", "/x", "", uncertain},
		{"empty value, anything", "${aws:PrincipalTag/T}/*", "acme/x", "", fails},
		{"asterisk in the value", "${aws:PrincipalTag/T}/*", "acme/x", "*", fails},
		{"asterisk in the value, literally", "${aws:PrincipalTag/T}/*", "*/x", "*", holds},
		{"question mark in the value", "${aws:PrincipalTag/T}/*", "acme/x", "acm?", fails},
		{"a variable in the value", "${aws:PrincipalTag/T}/*", "k/x", "${k}", fails},
		{"slash in the value", "${aws:PrincipalTag/T}/*", "a/b/x", "a/b", holds},
		{"escaped asterisk", "a${*}b", "a*b", nil, holds},
		{"escaped asterisk is no wildcard", "a${*}b", "axb", nil, fails},
		{"escaped question mark", "a${?}b", "a?b", nil, holds},
		{"escaped question mark is no wildcard", "a${?}b", "axb", nil, fails},
		{"escaped dollar", "a${$}{b}", "a${b}", nil, holds},
		{"twice", "${aws:PrincipalTag/T}/*/${aws:PrincipalTag/T}", "a/x/a", "a", holds},
		{"twice, different", "${aws:PrincipalTag/T}/*/${aws:PrincipalTag/T}", "a/x/b", "a", fails},
		{"more than eight", strings.Repeat("${aws:PrincipalTag/T}", 10), strings.Repeat("a", 10), "a", holds},
		{"in the middle", "*-${aws:PrincipalTag/T}-*", "x-a-y-b-z", "b", holds},
		{"name with a blank", "${aws:PrincipalTag/Cost Center, 'x'}", "x", nil, holds},
	} {
		keys := map[string]any{}
		if c.tag != nil {
			keys["aws:PrincipalTag/T"] = c.tag
		}
		ctx, err := policy.MapOf(keys)
		if err != nil {
			t.Fatal(err)
		}
		if got := resourceOutcome(t, policy.Identity, "Resource", base+c.entry, base+c.key, ctx); got != c.want {
			t.Errorf("%s: %q with %q and tag %v %s, want %s", c.claim, c.entry, c.key, c.tag, got, c.want)
		}
	}
}

func TestVariablesAreTextInTheOlderVersion(t *testing.T) {
	text := `{"Version":"2008-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::b/${k}/*"}}`
	ps := policy.Policies{Identity: []*policy.Policy{parse(t, policy.Identity, text)}}
	for key, want := range map[string]bool{"${k}/x": true, "v/x": false} {
		r := request(t, role)
		r.Resource, r.Context = resource(t, "arn:aws:s3:::b/"+key), policy.Map{"k": policy.One("v")}
		if got := ps.Evaluate(r).Allowed(); got != want {
			t.Errorf("%s: allowed %v, want %v", key, got, want)
		}
	}
}

func TestTheIndexFindsWhatALinearSearchFinds(t *testing.T) {
	var many []string
	for i := range 60 {
		many = append(many, fmt.Sprintf(`"arn:aws:s3:::app-data/tenants/%d/*"`, i))
	}
	var actions []string
	for i := range 60 {
		actions = append(actions, fmt.Sprintf(`"s3:A%d"`, i))
	}
	p := parse(t, policy.Identity, statements(
		`"Effect":"Allow","Action":"s3:GetObject","Resource":["arn:aws:s3:::app","arn:aws:s3:::app-data/tenants/b","arn:aws:s3:::app-data/tenants/d","arn:aws:s3:::app-data/tenants/a*"]`,
		`"Effect":"Allow","Action":["s3:GetObject","s3:Put*"],"Resource":["arn:aws:s3:::app-data/to*","arn:aws:s3:::app-data/tenants/c"]`,
		`"Effect":"Allow","Action":[`+strings.Join(actions, ",")+`],"Resource":[`+strings.Join(many, ",")+`]`,
		`"Effect":"Allow","Action":"sqs:*","Resource":"arn:aws:sqs:*:*:q"`,
	))
	ps := policy.Policies{Identity: []*policy.Policy{p}}
	for _, c := range []struct {
		action, key string
		want        int // statement, or -1
	}{
		{"s3:GetObject", "app", 0},
		{"s3:GetObject", "app-data/tenants/b", 0},
		{"s3:GetObject", "app-data/tenants/acme", 0},
		{"s3:GetObject", "app-data/tenants/c", 1},
		{"s3:GetObject", "app-data/tenants/d", 0},
		{"s3:GetObject", "app-data/to", 1},
		{"s3:GetObject", "app-data", -1},
		{"s3:GetObject", "a", -1},
		{"s3:GetObject", "zzz", -1},
		{"s3:PutObject", "app-data/tools", 1},
		{"s3:PutObject", "app", -1},
		{"s3:A59", "app-data/tenants/59/x", 2},
		{"s3:A0", "app-data/tenants/0/", 2},
		{"s3:A0", "app-data/tenants/60/", -1},
		{"s3:A60", "app-data/tenants/0/", -1},
	} {
		r := request(t, role)
		r.Action, r.Resource = c.action, resource(t, "arn:aws:s3:::"+c.key)
		d := ps.Evaluate(r)
		if got := d.Statement; d.Allowed() != (c.want >= 0) || d.Allowed() && got != c.want {
			t.Errorf("%s on %s: %v by statement %d, want %d", c.action, c.key, d.Kind, got, c.want)
		}
	}
}

func TestLongListsDoNotMultiply(t *testing.T) {
	const n = 2000
	actions, resources := make([]string, n), make([]string, n)
	for i := range n {
		actions[i] = fmt.Sprintf(`"a:b%04d"`, i)
		resources[i] = fmt.Sprintf(`"arn:aws:a:::%04d/*"`, i)
	}
	text := statements(`"Effect":"Allow","Action":[` + strings.Join(actions, ",") + `],"Resource":[` + strings.Join(resources, ",") + `]`)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	p := parse(t, policy.Identity, text)
	runtime.ReadMemStats(&after)
	if mb := (after.TotalAlloc - before.TotalAlloc) >> 20; mb > 32 {
		t.Errorf("parsing %d bytes takes %d MiB", len(text), mb)
	}
	ps := policy.Policies{Identity: []*policy.Policy{p}}
	r := request(t, role)
	r.Action, r.Resource = "a:b1999", resource(t, "arn:aws:a:::1999/x")
	if !ps.Evaluate(r).Allowed() {
		t.Error("denied")
	}
}
