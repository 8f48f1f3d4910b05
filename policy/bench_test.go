// SPDX-License-Identifier: Apache-2.0

package policy_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/bailiwick-dev/bailiwick/arn"
	"github.com/bailiwick-dev/bailiwick/policy"
)

const trackingPolicy = `{
  "Version": "2012-10-17",
  "Statement": [{
    "Effect": "Allow",
    "Action": ["dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query"],
    "Resource": ["arn:aws:dynamodb:us-east-1:111111111111:table/TrackingData"],
    "Condition": {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["${aws:PrincipalTag/TenantID}"]}}
  }]
}`

// tagContext answers for two keys without a map, as a server does.
type tagContext struct {
	tenant string
	keys   []string
}

func (c *tagContext) Lookup(key string) policy.Value {
	switch key {
	case "aws:principaltag/tenantid":
		return policy.One(c.tenant)
	case "dynamodb:leadingkeys":
		return policy.Many(c.keys)
	}
	return policy.Value{}
}

func trackingRequest(b testing.TB) *policy.Request {
	return &policy.Request{
		Principal:       principal(b, "arn:aws:sts::111111111111:assumed-role/TenantRole/s1"),
		Action:          "dynamodb:GetItem",
		Resource:        resource(b, "arn:aws:dynamodb:us-east-1:111111111111:table/TrackingData"),
		ResourceAccount: "111111111111",
		Context:         &tagContext{"acme", []string{"acme"}},
	}
}

func BenchmarkDecideP09(b *testing.B) {
	ps := policy.Policies{Identity: []*policy.Policy{parse(b, policy.Identity, trackingPolicy)}}
	r := trackingRequest(b)
	b.ReportAllocs()
	for b.Loop() {
		if !ps.Evaluate(r).Allowed() {
			b.Fatal("denied")
		}
	}
}

// BenchmarkDecideP09Session adds a session policy and a boundary.
func BenchmarkDecideP09Session(b *testing.B) {
	ps := policy.Policies{
		Identity: []*policy.Policy{parse(b, policy.Identity, trackingPolicy)},
		Boundary: []*policy.Policy{parse(b, policy.Boundary, trackingPolicy)},
		Session:  []*policy.Policy{parse(b, policy.Session, trackingPolicy)},
	}
	r := trackingRequest(b)
	b.ReportAllocs()
	for b.Loop() {
		if !ps.Evaluate(r).Allowed() {
			b.Fatal("denied")
		}
	}
}

// shapes are policies of many statements, of which number n/2 allows the
// request that shapedRequest returns.
var shapes = []struct {
	name      string
	statement func(i int) (action, resource string)
	action    func(i int) string
}{
	{"SameAction", func(i int) (string, string) { return "dynamodb:GetItem", tableARN(i) }, nil},
	{"OtherActions", func(i int) (string, string) { return numbered(i), tableARN(0) }, numbered},
	{"Spread", func(i int) (string, string) { return numbered(i), tableARN(i) }, numbered},
	{"Wildcards", func(i int) (string, string) { return "dynamodb:Get*", tableARN(i) + "*" }, nil},
	{"Variables", func(i int) (string, string) { return "dynamodb:GetItem", tableARN(i) + "/${aws:PrincipalTag/TenantID}" }, nil},
}

func tableARN(i int) string {
	return fmt.Sprintf("arn:aws:dynamodb:us-east-1:111111111111:table/T%04d", i)
}

func numbered(i int) string { return fmt.Sprintf("dynamodb:Get%04d", i) }

// attached returns policies that together have these statements, a hundred
// each.
func attached(t testing.TB, ss []string) *policy.Policies {
	ps := &policy.Policies{}
	for chunk := range slices.Chunk(ss, 100) {
		ps.Identity = append(ps.Identity, parse(t, policy.Identity, statements(chunk...)))
	}
	return ps
}

// shaped returns policies of n statements and a request that one of them
// allows.
func shaped(t testing.TB, shape, n int) (*policy.Policies, *policy.Request) {
	var ss []string
	for i := range n {
		a, r := shapes[shape].statement(i)
		ss = append(ss, fmt.Sprintf(`"Effect":"Allow","Action":%q,"Resource":%q`, a, r))
	}
	r := trackingRequest(t)
	_, pattern := shapes[shape].statement(n / 2)
	r.Resource = resource(t, strings.NewReplacer("${aws:PrincipalTag/TenantID}", "acme", "*", "").Replace(pattern))
	if f := shapes[shape].action; f != nil {
		r.Action = f(n / 2)
	}
	ps := attached(t, ss)
	if d := ps.Evaluate(r); !d.Allowed() || d.Statement != n/2%100 {
		t.Fatalf("%v by statement %d", d.Kind, d.Statement)
	}
	return ps, r
}

// BenchmarkDecideAmong decides among many statements of which one matches.
func BenchmarkDecideAmong(b *testing.B) {
	for i := range shapes {
		for _, n := range []int{10, 100, 1000} {
			b.Run(fmt.Sprintf("%s/%d", shapes[i].name, n), func(b *testing.B) {
				ps, r := shaped(b, i, n)
				b.ReportAllocs()
				for b.Loop() {
					if !ps.Evaluate(r).Allowed() {
						b.Fatal("denied")
					}
				}
			})
		}
	}
}

// BenchmarkDecideAllMatch decides among statements that all match but for a
// condition, the last of them allowing: none can be left out.
func BenchmarkDecideAllMatch(b *testing.B) {
	for _, n := range []int{10, 100, 1000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			var ss []string
			for i := range n {
				ss = append(ss, fmt.Sprintf(`"Effect":"Allow","Action":"dynamodb:GetItem","Resource":%q,
					"Condition":{"ForAllValues:StringEquals":{"dynamodb:LeadingKeys":"acm%c"}}`, tableARN(0), "xe"[i/(n-1)]))
			}
			ps := attached(b, ss)
			last := ps.Identity[len(ps.Identity)-1]
			r := trackingRequest(b)
			r.Resource = resource(b, tableARN(0))
			b.ReportAllocs()
			for b.Loop() {
				if d := ps.Evaluate(r); d.Policy != last || d.Statement != last.Len()-1 {
					b.Fatal("denied, or allowed by another")
				}
			}
		})
	}
}

// BenchmarkFloor is the least a decision on P-09 can be: one map lookup by
// action, two lookups of keys, and comparing resource and tag.
func BenchmarkFloor(b *testing.B) {
	statements := map[string]arn.ARN{"dynamodb:getitem": resource(b, "arn:aws:dynamodb:us-east-1:111111111111:table/TrackingData")}
	r := trackingRequest(b)
	action := []byte("dynamodb:getitem")
	b.ReportAllocs()
	for b.Loop() {
		if statements[string(action)] != r.Resource ||
			r.Context.Lookup("dynamodb:leadingkeys").At(0) != r.Context.Lookup("aws:principaltag/tenantid").At(0) {
			b.Fatal("denied")
		}
	}
}

func BenchmarkParse(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := policy.Parse([]byte(trackingPolicy), policy.Identity); err != nil {
			b.Fatal(err)
		}
	}
}

func TestDecidingDoesNotAllocate(t *testing.T) {
	ps := policy.Policies{Identity: list(t, policy.Identity,
		`"Effect":"Deny","Action":"dynamodb:*","Resource":"arn:aws:dynamodb:*:*:table/Secret*"`,
		`"Effect":"Allow","Action":"dynamodb:Get*","Resource":"arn:aws:dynamodb:*:111111111111:table/${aws:PrincipalTag/TenantID}-*"`,
		`"Effect":"Allow","Action":"*","Resource":"*","Condition":{
		  "NumericLessThan":{"n":"10.5"},"DateGreaterThan":{"d":"2026-01-01"},"IpAddress":{"ip":["10.0.0.0/8","2001:db8::/32"]},
		  "ArnLike":{"arn":"arn:aws:iam::*:role/${aws:PrincipalTag/TenantID}*"},"StringEqualsIgnoreCase":{"s":"x-${aws:PrincipalTag/TenantID}"},
		  "Bool":{"b":"true"},"Null":{"none":"true"}}`,
	)}
	r := trackingRequest(t)
	r.Action = "DynamoDB:GETITEM"
	r.Context = policy.Map{
		"aws:principaltag/tenantid": policy.One("acme"), "n": policy.One("9"), "d": policy.One("2026-06-01T00:00:00Z"),
		"ip": policy.One("2001:db8::1"), "arn": policy.One("arn:aws:iam::111111111111:role/acme-reader"),
		"s": policy.One("X-ACME"), "b": policy.One("true"),
	}
	if d := ps.Evaluate(r); d.Statement != 2 || !d.Allowed() {
		t.Fatalf("decided %v by statement %d", d.Kind, d.Statement)
	}
	if n := testing.AllocsPerRun(100, func() { ps.Evaluate(r) }); n != 0 {
		t.Errorf("a decision makes %v allocations", n)
	}
	for i := range shapes {
		ps, r := shaped(t, i, 100)
		if n := testing.AllocsPerRun(100, func() { ps.Evaluate(r) }); n != 0 {
			t.Errorf("a decision among %s makes %v allocations", shapes[i].name, n)
		}
	}
}
