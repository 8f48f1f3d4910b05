// SPDX-License-Identifier: Apache-2.0

package policy_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/bailiwick-dev/bailiwick/policy"
)

// An outcome is whether a condition holds in an Allow and in a Deny.
type outcome string

const (
	holds     outcome = "holds"
	fails     outcome = "fails"
	uncertain outcome = "uncertain" // fails in an Allow, holds in a Deny
	sometimes outcome = "holds in an Allow only"
)

// conditionOutcome evaluates a Condition element, once in an Allow and once in
// a Deny.
func conditionOutcome(t testing.TB, version, condition string, ctx policy.Map) outcome {
	t.Helper()
	decide := func(ss ...string) bool {
		text := strings.Replace(statements(ss...), "2012-10-17", version, 1)
		ps := policy.Policies{Identity: []*policy.Policy{parse(t, policy.Identity, text)}}
		r := request(t, role)
		r.Context = ctx
		return ps.Evaluate(r).Allowed()
	}
	const any = `"Effect":"Allow","Action":"*","Resource":"*"`
	inAllow := decide(any + `,"Condition":` + condition)
	inDeny := !decide(any, `"Effect":"Deny","Action":"*","Resource":"*","Condition":`+condition)
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

type conditionCase struct {
	claim     string
	condition string
	value     any // of the key k; nil is absent
	want      outcome
}

func runConditions(t *testing.T, cases []conditionCase) {
	t.Helper()
	for _, c := range cases {
		keys := map[string]any{}
		if c.value != nil {
			keys["k"] = c.value
		}
		ctx, err := policy.MapOf(keys)
		if err != nil {
			t.Fatal(err)
		}
		if got := conditionOutcome(t, "2012-10-17", c.condition, ctx); got != c.want {
			t.Errorf("%s: %s with k = %v %s, want %s", c.claim, c.condition, c.value, got, c.want)
		}
	}
}

func TestMissingAndMultivaluedKeys(t *testing.T) {
	const (
		missing = "absent"
		null    = "empty string"
		none    = "empty set"
		nulls   = "set of an empty string"
		one     = "equal"
		other   = "different"
		oneOf   = "set of equal"
		mixed   = "set of both"
	)
	values := map[string]any{
		missing: nil, null: "", none: []string{}, nulls: []string{""},
		one: "a", other: "b", oneOf: []string{"a"}, mixed: []string{"a", "b"},
	}
	for op, want := range map[string]map[string]outcome{
		"StringEquals": {
			missing: fails, null: fails, none: fails, nulls: fails, one: holds, other: fails, oneOf: fails, mixed: fails,
		},
		"StringNotEquals": {
			missing: holds, null: holds, none: fails, nulls: fails, one: fails, other: holds, oneOf: fails, mixed: fails,
		},
		"StringEqualsIfExists": {
			missing: holds, null: fails, none: fails, one: holds, other: fails, oneOf: fails, mixed: fails,
		},
		"StringNotEqualsIfExists": {
			missing: holds, one: fails, other: holds, oneOf: fails, mixed: fails,
		},
		"ForAllValues:StringEquals": {
			missing: holds, null: holds, none: holds, nulls: holds, one: holds, other: fails, oneOf: holds, mixed: fails,
		},
		"ForAllValues:StringNotEquals": {
			missing: holds, null: holds, none: holds, one: fails, other: holds, oneOf: fails, mixed: fails,
		},
		"ForAnyValue:StringEquals": {
			missing: fails, null: fails, none: fails, nulls: fails, one: holds, other: fails, oneOf: holds, mixed: holds,
		},
		"ForAnyValue:StringNotEquals": {
			missing: fails, null: fails, none: fails, one: fails, other: holds, oneOf: fails, mixed: holds,
		},
		"ForAllValues:StringEqualsIfExists": {missing: holds, one: holds, mixed: fails},
		"ForAnyValue:StringEqualsIfExists":  {missing: holds, one: holds, other: fails, mixed: holds},
	} {
		for name, w := range want {
			runConditions(t, []conditionCase{{op + ", " + name, fmt.Sprintf(`{%q:{"k":"a"}}`, op), values[name], w}})
		}
	}
	runConditions(t, []conditionCase{
		{"Null true, absent", `{"Null":{"k":"true"}}`, nil, holds},
		{"Null true, present", `{"Null":{"k":"TRUE"}}`, "a", fails},
		{"Null true, empty set", `{"Null":{"k":true}}`, []string{}, fails},
		{"Null false, absent", `{"Null":{"k":"false"}}`, nil, fails},
		{"Null false, present", `{"Null":{"k":"false"}}`, "a", holds},
		{"Null false, empty set", `{"Null":{"k":"false"}}`, []string{}, holds},
		{"Null false, empty string", `{"Null":{"k":"false"}}`, "", holds},
		{"Null of both", `{"Null":{"k":["true","false"]}}`, nil, holds},
		{"Null of nonsense", `{"Null":{"k":"maybe"}}`, "a", uncertain},
		{"Null of nothing", `{"Null":{"k":[]}}`, "a", uncertain},
		{"no value to compare with", `{"StringEquals":{"k":[]}}`, "a", uncertain},
		{"no value to differ from", `{"StringNotEquals":{"k":[]}}`, "a", uncertain},
		{"no value to compare with, absent", `{"StringEquals":{"k":[]}}`, nil, fails},
	})
}

func TestValuesAndConditionsCombine(t *testing.T) {
	runConditions(t, []conditionCase{
		{"values are alternatives", `{"StringEquals":{"k":["x","a"]}}`, "a", holds},
		{"negated values are all excluded", `{"StringNotEquals":{"k":["x","a"]}}`, "a", fails},
		{"operators must all hold", `{"StringEquals":{"k":"a"},"StringLike":{"k":"b*"}}`, "a", fails},
		{"keys must all hold", `{"StringEquals":{"k":"a","other":"x"}}`, "a", fails},
		{"key names ignore case", `{"StringEquals":{"K":"a"}}`, "a", holds},
		{"operators in other case", `{"stringequalsIFEXISTS":{"k":"a"}}`, "b", fails},
		{"an unknown operator without keys", `{"Nonsense":{}}`, "a", holds},
		{"a condition without keys", `{"StringEquals":{}}`, "a", holds},
		{"one uncertain value and one that matches", `{"NumericEquals":{"k":["x","1"]}}`, "1", holds},
		{"one uncertain value and one that does not match", `{"NumericEquals":{"k":["x","1"]}}`, "2", uncertain},
		{"all request values, one uncertain", `{"ForAllValues:NumericEquals":{"k":"1"}}`, []string{"1", "x"}, uncertain},
		{"any request value, one uncertain", `{"ForAnyValue:NumericEquals":{"k":"1"}}`, []string{"1", "x"}, holds},
	})
}

func TestStrings(t *testing.T) {
	runConditions(t, []conditionCase{
		{"case counts", `{"StringEquals":{"k":"A"}}`, "a", fails},
		{"wildcards are literal in StringEquals", `{"StringEquals":{"k":"a*"}}`, "a*", holds},
		{"numbers compare by their text", `{"StringEquals":{"k":10}}`, "10", holds},
		{"booleans compare by their text", `{"StringEquals":{"k":true}}`, "true", holds},
		{"ignoring case", `{"StringEqualsIgnoreCase":{"k":"Straße"}}`, "sTRAßE", holds},
		{"ignoring case, Greek", `{"StringEqualsIgnoreCase":{"k":"ΣΑΣ"}}`, "σας", holds},
		{"ignoring case, another letter", `{"StringEqualsIgnoreCase":{"k":"k"}}`, "l", fails},
		{"ignoring case, longer", `{"StringEqualsIgnoreCase":{"k":"a"}}`, "ab", fails},
		{"ignoring case, shorter", `{"StringEqualsIgnoreCase":{"k":"ab"}}`, "A", fails},
		{"ignoring case, different bytes that are not UTF-8", `{"StringEqualsIgnoreCase":{"k":"\ufffd"}}`, "\xff", fails},
		{"ignoring case, negated", `{"StringNotEqualsIgnoreCase":{"k":"A"}}`, "a", fails},
		{"an unresolvable variable is not empty", `{"StringEquals":{"k":"${none}"}}`, "", fails},
		{"an unresolvable variable is not even nothing", `{"StringLike":{"k":"*${none}"}}`, "", fails},
		{"an empty string is a value", `{"StringEquals":{"k":""}}`, "", holds},
		{"StringLike is anchored", `{"StringLike":{"k":"b"}}`, "abc", fails},
		{"StringLike runs", `{"StringLike":{"k":"a*c"}}`, "abbc", holds},
		{"StringLike backs up", `{"StringLike":{"k":"*ab*b"}}`, "aabab", holds},
		{"StringLike over a line", `{"StringLike":{"k":"a*c"}}`, "a\n/:c", holds},
		{"? is one character", `{"StringLike":{"k":"a?c"}}`, "aéc", holds},
		{"? is not none", `{"StringLike":{"k":"a?"}}`, "a", fails},
		{"? is a whole character", `{"StringLike":{"k":"??"}}`, "é", fails},
		{"? after * is a whole character", `{"StringLike":{"k":"*??"}}`, "€", fails},
		{"StringLike negated", `{"StringNotLike":{"k":"a*"}}`, "ab", fails},
		{"StringLike case", `{"StringLike":{"k":"A*"}}`, "ab", fails},
	})
}

func TestNumbers(t *testing.T) {
	for op, want := range map[string][3]outcome{ // of 9.5, 10 and 11
		"NumericEquals":            {fails, holds, fails},
		"NumericNotEquals":         {holds, fails, holds},
		"NumericLessThan":          {holds, fails, fails},
		"NumericLessThanEquals":    {holds, holds, fails},
		"NumericGreaterThan":       {fails, fails, holds},
		"NumericGreaterThanEquals": {fails, holds, holds},
	} {
		for i, x := range []string{"9.5", "10", "11"} {
			runConditions(t, []conditionCase{{op, fmt.Sprintf(`{%q:{"k":"10"}}`, op), x, want[i]}})
		}
	}
	runConditions(t, []conditionCase{
		{"zeros do not count", `{"NumericEquals":{"k":"010.500"}}`, "10.5", holds},
		{"signs", `{"NumericLessThan":{"k":"-1"}}`, "-1.5", holds},
		{"below zero", `{"NumericLessThan":{"k":"0"}}`, "-0.1", holds},
		{"above a negative", `{"NumericGreaterThan":{"k":"-3"}}`, "2", holds},
		{"zero has no sign", `{"NumericEquals":{"k":"-0.0"}}`, "+0", holds},
		{"a point alone before digits", `{"NumericEquals":{"k":".5"}}`, "0.5", holds},
		{
			"no digit is lost", `{"NumericLessThan":{"k":"100000000000000000000000000000000000001"}}`,
			"100000000000000000000000000000000000000", holds,
		},
		{"a policy value that is no number", `{"NumericEquals":{"k":"ten"}}`, "10", uncertain},
		{"negated, a policy value that is no number", `{"NumericNotEquals":{"k":"ten"}}`, "10", uncertain},
		{"a request value that is no number", `{"NumericEquals":{"k":"10"}}`, "ten", uncertain},
		{"exponents are no numbers", `{"NumericEquals":{"k":"10"}}`, "1e1", uncertain},
		{"a point is no number", `{"NumericEquals":{"k":"0"}}`, ".", uncertain},
		{"wildcards are no numbers", `{"NumericEquals":{"k":"1*"}}`, "10", uncertain},
		{"variables are no numbers", `{"NumericEquals":{"k":"${k}"}}`, "10", uncertain},
	})
}

func TestDates(t *testing.T) {
	const noon = "2026-06-01T12:00:00Z"
	for op, want := range map[string][3]outcome{ // a second before, at, and after noon
		"DateEquals":            {fails, holds, fails},
		"DateNotEquals":         {holds, fails, holds},
		"DateLessThan":          {holds, fails, fails},
		"DateLessThanEquals":    {holds, holds, fails},
		"DateGreaterThan":       {fails, fails, holds},
		"DateGreaterThanEquals": {fails, holds, holds},
	} {
		for i, x := range []string{"2026-06-01T11:59:59Z", noon, "2026-06-01T12:00:01Z"} {
			runConditions(t, []conditionCase{{op, fmt.Sprintf(`{%q:{"k":%q}}`, op, noon), x, want[i]}})
		}
	}
	for text, seconds := range map[string]string{
		"2026":                          "1767225600",
		"2026-06":                       "1780272000",
		"2026-06-01":                    "1780272000",
		"2026-06-01T12:00Z":             "1780315200",
		"2026-06-01T14:00:00+02:00":     "1780315200",
		"2026-06-01t09:30:00.000-0230":  "",
		"2026-06-01t09:30:00.000-02:30": "1780315200",
		"1780315200":                    "1780315200",
		"0":                             "0",
		"9223372036854775807":           "9223372036854775807",
		"9223372036854775808":           "",
		"-1":                            "",
		"":                              "",
		"tomorrow":                      "",
		"26-06-01":                      "",
		"2026-6-1":                      "",
		"2026-00-01":                    "",
		"2026-13-01":                    "",
		"2026-02-29":                    "",
		"2024-02-29":                    "1709164800",
		"2026-06-01-01":                 "",
		"2026-06T12:00Z":                "",
		"2026-06-01T12:00:00":           "",
		"2026-06-01T24:00:00Z":          "",
		"2026-06-01T12:60:00Z":          "",
		"2026-06-01T12:00:60Z":          "",
		"2026-06-01T12Z":                "",
		"2026-06-01T12:00.5Z":           "",
		"2026-06-01T12:00:00.Z":         "",
		"2026-06-01T12:00:00.xZ":        "",
		"2026-06-01T12-00Z":             "",
		"2026-06-01T1a:00Z":             "",
		"2026-06-01T12:00+24:00":        "",
		"2026-06-01T12:00+02:60":        "",
		"2026-06-01T12:00+0a:00":        "",
		"2026-06-01T12:00:0aZ":          "",
		"2026-06-01T":                   "",
		"2026-06-01TZ":                  "",
	} {
		want := holds
		if seconds == "" {
			seconds, want = "1780315200", uncertain
		}
		runConditions(t, []conditionCase{{"instant", fmt.Sprintf(`{"DateEquals":{"k":%q}}`, text), seconds, want}})
	}
	runConditions(t, []conditionCase{
		{"fractions count", `{"DateLessThan":{"k":"2026-06-01T12:00:00.5Z"}}`, "2026-06-01T12:00:00.4999999999999Z", holds},
		{"zeros of fractions do not", `{"DateEquals":{"k":"2026-06-01T12:00:00.50Z"}}`, "2026-06-01T12:00:00.5Z", holds},
		{"a request value that is no date", `{"DateLessThan":{"k":"2026"}}`, "yesterday", uncertain},
	})
}

func TestBooleansBinaryAndAddresses(t *testing.T) {
	runConditions(t, []conditionCase{
		{"Bool ignores case", `{"Bool":{"k":"TRUE"}}`, "true", holds},
		{"Bool of a JSON literal", `{"Bool":{"k":false}}`, "False", holds},
		{"Bool differs", `{"Bool":{"k":"true"}}`, "false", fails},
		{"Bool of nonsense", `{"Bool":{"k":"yes"}}`, "true", uncertain},
		{"Bool on nonsense", `{"Bool":{"k":"true"}}`, "yes", uncertain},
		{"Bool with a variable", `{"Bool":{"k":"${k}"}}`, "true", holds},
		{"Bool with an unresolvable variable", `{"Bool":{"k":"${none}"}}`, "true", fails},
		{"BinaryEquals decodes the policy's value", `{"BinaryEquals":{"k":"aGk="}}`, "hi", holds},
		{"BinaryEquals does not decode the request's", `{"BinaryEquals":{"k":"aGk="}}`, "aGk=", fails},
		{"BinaryEquals of nonsense", `{"BinaryEquals":{"k":"%"}}`, "hi", uncertain},
		{"a block", `{"IpAddress":{"k":"203.0.113.0/24"}}`, "203.0.113.255", holds},
		{"a block with host bits", `{"IpAddress":{"k":"203.0.113.9/24"}}`, "203.0.113.1", holds},
		{"outside of the block", `{"IpAddress":{"k":"203.0.113.0/24"}}`, "203.0.114.0", fails},
		{"a bare address", `{"IpAddress":{"k":"203.0.113.7"}}`, "203.0.113.70", fails},
		{"a bare IPv6 address", `{"IpAddress":{"k":"2001:db8::1"}}`, "2001:DB8:0::0:1", holds},
		{"families differ", `{"IpAddress":{"k":"::/0"}}`, "203.0.113.7", fails},
		{"a mapped address is IPv6", `{"IpAddress":{"k":"0.0.0.0/0"}}`, "::ffff:203.0.113.7", fails},
		{"negated", `{"NotIpAddress":{"k":["203.0.113.0/24","198.51.100.0/24"]}}`, "192.0.2.1", holds},
		{"negated, inside", `{"NotIpAddress":{"k":"203.0.113.0/24"}}`, "203.0.113.1", fails},
		{"no block", `{"IpAddress":{"k":"203.0.113.0/33"}}`, "203.0.113.1", uncertain},
		{"no address in the policy", `{"IpAddress":{"k":"home"}}`, "203.0.113.1", uncertain},
		{"a zone in the policy", `{"IpAddress":{"k":"fe80::1%eth0"}}`, "fe80::1", uncertain},
		{"no address in the request", `{"NotIpAddress":{"k":"203.0.113.0/24"}}`, "home", uncertain},
		{"a zone in the request", `{"IpAddress":{"k":"fe80::/10"}}`, "fe80::1%eth0", uncertain},
	})
}

func TestARNs(t *testing.T) {
	const bucket = "arn:aws:s3:::bucket"
	runConditions(t, []conditionCase{
		{"equal", `{"ArnEquals":{"k":"arn:aws:s3:::bucket"}}`, bucket, holds},
		{"ArnEquals takes wildcards", `{"ArnEquals":{"k":"arn:aws:s3:::b*"}}`, bucket, holds},
		{"ArnLike", `{"ArnLike":{"k":"arn:*:s?:::*"}}`, bucket, holds},
		{"a wildcard stays in its part", `{"ArnLike":{"k":"arn:aws:sns:*:t"}}`, "arn:aws:sns:r:1:t", fails},
		{"… but for the last", `{"ArnLike":{"k":"arn:aws:sns:*:*:*"}}`, "arn:aws:sns:r:1:t:s", holds},
		{"case counts", `{"ArnLike":{"k":"arn:aws:s3:::Bucket"}}`, bucket, fails},
		{"a request value that is no ARN", `{"ArnLike":{"k":"arn:*:*:*:*:*"}}`, "bucket", fails},
		{"a short request value", `{"ArnLike":{"k":"arn:*:*:*:*:*"}}`, "arn:aws:s3:::", holds},
		{"too few parts in the request", `{"ArnLike":{"k":"arn:*:*:*:*:*"}}`, "arn:aws:s3::", fails},
		{"a policy value that is no ARN", `{"ArnLike":{"k":"*"}}`, bucket, fails},
		{"negated, a policy value that is no ARN", `{"ArnNotLike":{"k":"*"}}`, bucket, holds},
		{"ArnNotEquals", `{"ArnNotEquals":{"k":"arn:aws:s3:::b*"}}`, bucket, fails},
		{"an unresolvable variable for the whole", `{"ArnEquals":{"k":"${none}"}}`, bucket, fails},
		{"a variable for the whole", `{"ArnEquals":{"k":"${k}"}}`, bucket, holds},
		{"a variable for a part", `{"ArnLike":{"k":"arn:aws:s3:::${k}"}}`, bucket, fails},
		{"an unresolvable variable", `{"ArnLike":{"k":"arn:aws:s3:::${none}*"}}`, bucket, fails},
		{"negated, an unresolvable variable", `{"ArnNotLike":{"k":"arn:aws:s3:::${none}*"}}`, bucket, holds},
	})
}

func TestVariablesInConditions(t *testing.T) {
	for _, c := range []struct {
		claim, version, condition string
		tag                       any
		want                      outcome
	}{
		{"resolved", "2012-10-17", `{"StringEquals":{"k":"x-${aws:PrincipalTag/T}"}}`, "a", holds},
		{"different", "2012-10-17", `{"StringEquals":{"k":"x-${aws:PrincipalTag/T}"}}`, "b", fails},
		{"name in other case", "2012-10-17", `{"StringEquals":{"k":"x-${AWS:principaltag/t}"}}`, "a", holds},
		{"older version", "2008-10-17", `{"StringEquals":{"k":"x-${aws:PrincipalTag/T}"}}`, "a", fails},
		{"a value's wildcard is literal", "2012-10-17", `{"StringLike":{"k":"x-${aws:PrincipalTag/T}"}}`, "*", fails},
		{"a pattern's wildcard beside it is not", "2012-10-17", `{"StringLike":{"k":"?-${aws:PrincipalTag/T}*"}}`, "a", holds},
		{"a value's variable is literal", "2012-10-17", `{"StringLike":{"k":"${aws:PrincipalTag/T}"}}`, "${k}", fails},
		{"unresolvable", "2012-10-17", `{"StringEquals":{"k":"x-a${aws:PrincipalTag/T}"}}`, nil, fails},
		{"unresolvable, but another value", "2012-10-17", `{"StringEquals":{"k":["${aws:PrincipalTag/T}","x-a"]}}`, nil, holds},
		{"unresolvable, negated", "2012-10-17", `{"StringNotEquals":{"k":"${aws:PrincipalTag/T}"}}`, nil, holds},
		{"unresolvable, negated, another value equal", "2012-10-17", `{"StringNotEquals":{"k":["${aws:PrincipalTag/T}","x-a"]}}`, nil, fails},
		{"default", "2012-10-17", `{"StringEquals":{"k":"x-${aws:PrincipalTag/T, 'a'}"}}`, nil, holds},
		{"default not needed", "2012-10-17", `{"StringEquals":{"k":"x-${aws:PrincipalTag/T, 'b'}"}}`, "a", holds},
		{"wildcards in a default are literal", "2012-10-17", `{"StringLike":{"k":"${aws:PrincipalTag/T, '*'}"}}`, nil, fails},
		{"empty value", "2012-10-17", `{"StringEquals":{"k":"x-a${aws:PrincipalTag/T}"}}`, "", holds},
		{"empty value after a wildcard", "2012-10-17", `{"StringLike":{"k":"*${aws:PrincipalTag/T}"}}`, "", holds},
		{"multivalued", "2012-10-17", `{"StringEquals":{"k":"x-${aws:PrincipalTag/T}"}}`, []string{"a"}, fails},
		{"multivalued with default", "2012-10-17", `{"StringEquals":{"k":"x-${aws:PrincipalTag/T, 'a'}"}}`, []string{"a"}, fails},
		{"ignoring case", "2012-10-17", `{"StringEqualsIgnoreCase":{"k":"X-${aws:PrincipalTag/T}"}}`, "A", holds},
		{"older version keeps wildcards", "2008-10-17", `{"StringLike":{"k":"x*"}}`, nil, holds},
		{"dollar alone", "2012-10-17", `{"StringEquals":{"k":["$","x-a"]}}`, nil, holds},
	} {
		keys := map[string]any{"k": "x-a"}
		if c.tag != nil {
			keys["aws:PrincipalTag/T"] = c.tag
		}
		ctx, err := policy.MapOf(keys)
		if err != nil {
			t.Fatal(err)
		}
		if got := conditionOutcome(t, c.version, c.condition, ctx); got != c.want {
			t.Errorf("%s: %s with tag %v %s, want %s", c.claim, c.condition, c.tag, got, c.want)
		}
	}
}

func TestMapOfRefusesWhatIsNotClear(t *testing.T) {
	for claim, keys := range map[string]map[string]any{
		"names that differ in case": {"aws:PrincipalTag/A": "1", "aws:PrincipalTag/a": "2"},
		"a number":                  {"k": 1.5},
		"null":                      {"k": nil},
		"a list of lists":           {"k": []any{[]any{"a"}}},
	} {
		if m, err := policy.MapOf(keys); err == nil {
			t.Errorf("%s: %v", claim, m)
		}
	}
	m, err := policy.MapOf(map[string]any{"A": true, "B": []any{"x", false}, "C": []string{"y"}})
	if err != nil {
		t.Fatal(err)
	}
	if v := m.Lookup("a"); v.Multi() || v.Len() != 1 || v.At(0) != "true" {
		t.Errorf("a bool: %+v", v)
	}
	if v := m.Lookup("b"); !v.Multi() || v.Len() != 2 || v.At(1) != "false" {
		t.Errorf("a list: %+v", v)
	}
	if v := m.Lookup("d"); !v.Absent() || v.Len() != 0 {
		t.Errorf("an absent key: %+v", v)
	}
}
