// SPDX-License-Identifier: Apache-2.0

package policy_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/bailiwick-dev/bailiwick/arn"
	"github.com/bailiwick-dev/bailiwick/policy"
)

// TestReferenceAgrees draws documents and requests that are near to each other,
// and holds the engine to the reference. For a longer run:
//
//	go test ./policy -run ReferenceAgrees -rapid.checks=1000000
func TestReferenceAgrees(t *testing.T) {
	var kinds [3]int
	rapid.Check(t, func(t *rapid.T) {
		ref := drawReference(t)
		ps := ref.compile(t)
		for range 20 {
			r := drawRequest(t)
			got, want := ps.Evaluate(r).Kind, ref.decide(quiet{}, r)
			if got != want {
				t.Fatalf("%+v\nasked %+v of %+v: %v, the reference says %v", ref, r, r.Principal, got, want)
			}
			kinds[got]++
		}
	})
	for kind, n := range kinds {
		if n == 0 {
			t.Errorf("no decision was %v", policy.Kind(kind))
		}
	}
}

// TestVariablesAreLiterals checks that a variable means what its value, escaped,
// would mean in its place.
func TestVariablesAreLiterals(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		value := rapid.StringOfN(rapid.RuneFrom([]rune("ac*?$}{/:é")), 1, 4, -1).Draw(t, "value")
		escaped := strings.NewReplacer("*", "${*}", "?", "${?}", "$", "${$}").Replace(value)
		text := drawText(t)
		plain := strings.ReplaceAll(strings.ReplaceAll(text, "${aws:PrincipalTag/T}", escaped), "${aws:principaltag/t}", escaped)
		asked := strings.NewReplacer("${aws:PrincipalTag/T}", pick(t, "asked value", value, value, "a", "acme"), "*", pick(t, "run", "", "x", "/")).Replace(text)
		r := request(quiet{}, role)
		r.Resource = arn.ARN{Partition: "aws", Service: "s3", Resource: asked}
		r.Context = policy.Map{"aws:principaltag/t": policy.One(value), "k": policy.One(asked)}
		for _, form := range []string{
			`"Effect":"Allow","Action":"*","Resource":%q`,
			`"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringLike":{"k":%q}}`,
			`"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringEquals":{"k":%q}}`,
		} {
			decide := func(text string) bool {
				s := fmt.Sprintf(form, text)
				return (&policy.Policies{Identity: list(quiet{}, policy.Identity, s)}).Evaluate(r).Allowed()
			}
			if got, want := decide(text), decide(plain); got != want {
				t.Fatalf("%s with the value %q on %q: %v, written out %v", text, value, asked, got, want)
			}
		}
	})
}

// TestLimitsNeverWiden checks boundaries, session policies and those of an
// organization over whatever else there is.
func TestLimitsNeverWiden(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ref, r := drawReference(t), drawRequest(t)
		ps := ref.compile(t)
		free := *ps
		free.Boundary, free.Session, free.SessionLimited, free.SCPs, free.RCPs = nil, nil, false, nil, nil
		// A federated user has nothing without a session policy.
		if r.Principal.Type != policy.FederatedUser && ps.Evaluate(r).Allowed() && !free.Evaluate(r).Allowed() {
			t.Fatalf("allowed only with the limits: %+v", ref)
		}
	})
}

func (ref *reference) compile(t *rapid.T) *policy.Policies {
	parseAll := func(typ policy.Type, documents []string) []*policy.Policy {
		var ps []*policy.Policy
		for _, d := range documents {
			p, err := policy.Parse([]byte(d), typ)
			if err != nil {
				t.Fatalf("%v: %s", err, d)
			}
			ps = append(ps, p)
		}
		return ps
	}
	ps := &policy.Policies{
		Identity: parseAll(policy.Identity, ref.identity), Boundary: parseAll(policy.Boundary, ref.boundary),
		Session: parseAll(policy.Session, ref.session), Resource: parseAll(ref.resourceType, ref.resource),
		Explicit: ref.explicit, SessionLimited: ref.limited,
	}
	for _, level := range ref.scps {
		ps.SCPs = append(ps.SCPs, parseAll(policy.SCP, level))
	}
	for _, level := range ref.rcps {
		ps.RCPs = append(ps.RCPs, parseAll(policy.RCP, level))
	}
	return ps
}

func drawReference(t *rapid.T) *reference {
	some := func(label string, typ policy.Type, atMost int) []string {
		return rapid.SliceOfN(drawDocument(typ), 0, atMost).Draw(t, label)
	}
	ref := &reference{
		identity: some("identity", policy.Identity, 2), resourceType: policy.Resource,
		explicit: rapid.Bool().Draw(t, "explicit"), limited: rapid.IntRange(0, 4).Draw(t, "limited") == 0,
	}
	if rapid.IntRange(0, 3).Draw(t, "trust") == 0 {
		ref.resourceType, ref.explicit = policy.Trust, true
	}
	if rapid.Bool().Draw(t, "on the resource") {
		ref.resource = some("resource", ref.resourceType, 1)
	}
	switch rapid.IntRange(0, 4).Draw(t, "limits") {
	case 0:
		ref.boundary = some("boundary", policy.Boundary, 1)
	case 1:
		ref.session = some("session", policy.Session, 2)
	case 2:
		ref.scps = [][]string{some("scp", policy.SCP, 2)}
	case 3:
		ref.rcps = [][]string{some("rcp", policy.RCP, 1)}
	}
	return ref
}

func drawDocument(typ policy.Type) *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		d := map[string]any{"Statement": rapid.SliceOfN(drawStatement(typ), 1, 3).Draw(t, "statements")}
		switch rapid.IntRange(0, 8).Draw(t, "version") {
		case 0:
		case 1:
			d["Version"] = "2008-10-17"
		default:
			d["Version"] = "2012-10-17"
		}
		text, err := json.Marshal(d)
		if err != nil {
			panic(err)
		}
		return string(text)
	})
}

func pick[T any](t *rapid.T, label string, from ...T) T {
	return rapid.SampledFrom(from).Draw(t, label)
}

// drawStatement draws one in which anything may matter, or only one thing.
func drawStatement(typ policy.Type) *rapid.Generator[map[string]any] {
	return rapid.Custom(func(t *rapid.T) map[string]any {
		s := map[string]any{"Effect": pick(t, "effect", "Allow", "Allow", "Allow", "Deny")}
		if only := pick(t, "only", "", "", "condition", "resource", "principal"); only != "" {
			drawOnly(t, s, typ, only)
			return s
		}
		s[pick(t, "actions", "Action", "Action", "Action", "NotAction")] = drawList(t, "action", actionPatterns...)
		if typ != policy.Trust {
			s[pick(t, "resources", "Resource", "Resource", "Resource", "NotResource")] = rapid.SliceOfN(drawPattern(), 1, 2).Draw(t, "resource")
		}
		switch typ {
		case policy.Resource:
			s[pick(t, "principals", "Principal", "Principal", "Principal", "NotPrincipal")] = drawPrincipals(t)
			if rapid.IntRange(0, 9).Draw(t, "implied") == 0 {
				delete(s, "Resource")
				delete(s, "NotResource")
			}
		case policy.Trust:
			s["Principal"] = drawPrincipals(t)
		case policy.RCP:
			s["Principal"] = "*"
		}
		if rapid.Bool().Draw(t, "conditional") {
			s["Condition"] = drawConditions(t)
		}
		return s
	})
}

// drawOnly draws what is to matter of a statement.
func drawOnly(t *rapid.T, s map[string]any, typ policy.Type, only string) {
	s["Action"] = "*"
	principals := typ == policy.Resource || typ == policy.Trust || typ == policy.RCP
	if principals {
		s["Principal"] = "*"
	}
	if typ != policy.Trust {
		s["Resource"] = "*"
	}
	switch {
	case only == "condition":
		s["Condition"] = drawConditions(t)
	case only == "resource" && typ != policy.Trust:
		delete(s, "Resource")
		switch form := pick(t, "resources", "Resource", "Resource", "NotResource", ""); {
		case form != "":
			s[form] = rapid.SliceOfN(drawPattern(), 1, 2).Draw(t, "resource")
		case typ != policy.Resource:
			s["Resource"] = "*"
		}
	case only == "principal" && typ == policy.Resource && rapid.Bool().Draw(t, "negated"):
		delete(s, "Principal")
		s["NotPrincipal"] = drawPrincipals(t)
	case only == "principal" && principals && typ != policy.RCP:
		s["Principal"] = drawPrincipals(t)
	}
}

var (
	actionPatterns = []string{
		"*", "s3:GetObject", "s3:getobject", "S3:Get*", "s3:*", "s3:Get?bject", "s3:PutObject", "sqs:*", "s*:Get*", "*:GetObject",
		"s3:*Object", "sts:AssumeRole", "sts:*", "s3:Get*:x", "s3", "sts:GetCallerIdentity",
	}
	principalEntries = []string{
		"*", account, "222222222222", root, alice, bob, "arn:aws:iam::111111111111:role/TenantRole", "arn:aws:iam::111111111111:role/a/TenantRole",
		"arn:aws:iam::111111111111:role/Other", role, federated, "AROAROLE", "AIDAALICE", "arn:aws-cn:iam::111111111111:root",
		"arn:aws:sts::111111111111:assumed-role/TenantRole/*", "arn:aws:iam::111111111111:group/g",
	}
	operators = []string{
		"StringEquals", "StringNotEquals", "StringLike", "StringNotLike", "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase", "stringlike",
		"NumericEquals", "NumericNotEquals", "NumericLessThan", "NumericLessThanEquals", "NumericGreaterThan", "NumericGreaterThanEquals",
		"DateEquals", "DateNotEquals", "DateLessThan", "DateLessThanEquals", "DateGreaterThan", "DateGreaterThanEquals",
		"Bool", "BinaryEquals", "IpAddress", "NotIpAddress", "ArnEquals", "ArnLike", "ArnNotEquals", "ArnNotLike", "Null",
	}
	// families are values of one kind, of requests and of policies alike.
	families = map[string][]string{
		"String": {
			"", "a", "A", "acme", "ACME", "acme2", "ac*", "a?me", "*", "${aws:PrincipalTag/T}", "ſ", "s", "é",
			"${none, 'acme'}", "${aws:PrincipalTag/T, 'a'}", "${none}", "${*}",
		},
		"Numeric": {"5", "10", "-3", "-10", "0", "-0", "5.50", "+5.5", ".5", "-.25", "1e3", "", "x"},
		"Date": {
			"2026", "2026-01", "2026-06-01", "2026-06-01T10:00Z", "2026-06-01T12:00:00+02:00", "2026-06-01T10:00:00.5Z",
			"2026-06-01T10:00:00.50-00:00", "1780308000", "1780308001", "-1", "2026-13", "x",
		},
		"Ip":     {"10.0.0.1", "10.0.0.0/8", "10.1.0.0/16", "10.0.0.300", "2001:db8::1", "2001:db8::/32", "2001:db9::", "x", "0.0.0.0/0", "::/0"},
		"Arn":    {alice, "arn:aws:iam::111111111111:user/*", "arn:aws:iam::*:user/a?ice", "arn:aws:*:user/alice", "arn:aws:iam::111111111111:role/TenantRole", object, "arn:aws:s3:::app-data:${aws:PrincipalTag/T}", "arn:aws:s3:::app-data:acme", "${k}", "*", "arn:*"},
		"Bool":   {"true", "false", "TRUE", "x", "", "${k}", "${aws:PrincipalTag/T}"},
		"Null":   {"true", "false", "True", "x"},
		"Binary": {"YWNtZQ==", "acme", "", "YQ==", "a", "?"},
	}
	familyNames = []string{"Arn", "Binary", "Bool", "Date", "Ip", "Null", "Numeric", "String"}
)

func drawList(t *rapid.T, label string, from ...string) any {
	ss := rapid.SliceOfN(rapid.SampledFrom(from), 1, 2).Draw(t, label)
	if len(ss) == 1 && rapid.Bool().Draw(t, "scalar") {
		return ss[0]
	}
	return ss
}

// drawPattern draws entries of Resource that are near to what is asked for.
func drawPattern() *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		if rapid.IntRange(0, 5).Draw(t, "whole") == 0 {
			return pick(t, "entry", "*", "arn:aws:s3:*", "arn:*", "arn:aws:s3", "arn:aws:*:x", "s3*", "arn:*:*:*:*:*", "arn:aws:s3:::*:*", "arn:aws:s*:::app-data/*")
		}
		return strings.Join([]string{
			"arn", pick(t, "partition", "aws", "aws", "AWS", "*", "a?s"), pick(t, "service", "s3", "s3", "S3", "s?", "*"),
			pick(t, "region", "", "", "*", "us-*", "us-east-1"), pick(t, "account", "", "", "*", account, "1*"),
			drawText(t),
		}, ":")
	})
}

// drawText draws the sixth part of a pattern.
func drawText(t *rapid.T) string {
	return strings.Join(rapid.SliceOfN(rapid.SampledFrom([]string{
		"app-data/tenants/", "app-data", "/", "acme", "/report.csv", "*", "?", "${aws:PrincipalTag/T}", "${aws:principaltag/t}", "${k}",
		"${aws:PrincipalTag/T, 'acme'}", "${none, 'acme'}", "${none}", "${*}", "${?}", "${$}", "a", ":", "é",
	}), 1, 5).Draw(t, "text"), "")
}

func drawPrincipals(t *rapid.T) any {
	if rapid.IntRange(0, 3).Draw(t, "everyone") == 0 {
		return "*"
	}
	p := map[string]any{}
	for _, kind := range rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"AWS", "Service", "Federated", "CanonicalUser"}), 1, 2, rapid.ID).Draw(t, "kinds") {
		switch kind {
		case "Service":
			p[kind] = pick(t, "service", "s3.amazonaws.com", "sns.amazonaws.com")
		case "Federated":
			p[kind] = pick(t, "provider", "cognito-identity.amazonaws.com", "arn:aws:iam::111111111111:oidc-provider/x")
		case "CanonicalUser":
			p[kind] = "0123"
		default:
			p["AWS"] = drawList(t, "principal", principalEntries...)
		}
	}
	return p
}

func drawConditions(t *rapid.T) map[string]any {
	c := map[string]any{}
	for range rapid.IntRange(1, 2).Draw(t, "operators") {
		op := rapid.SampledFrom(operators).Draw(t, "operator")
		full := op
		if op != "Null" {
			full = pick(t, "set", "", "", "ForAllValues:", "ForAnyValue:") + op + pick(t, "suffix", "", "", "IfExists")
		}
		var values []any
		for range rapid.IntRange(0, 2).Draw(t, "values") {
			values = append(values, drawValue(t, op))
		}
		if values == nil {
			values = []any{}
		}
		c[full] = map[string]any{pick(t, "key", "k", "K", "n", "aws:PrincipalTag/T"): values}
	}
	return c
}

// drawValue draws a value for an operator, mostly one of its kind.
func drawValue(t *rapid.T, operator string) any {
	switch rapid.IntRange(0, 9).Draw(t, "value") {
	case 0:
		return rapid.Bool().Draw(t, "bool")
	case 1:
		return rapid.IntRange(0, 10).Draw(t, "number")
	case 2:
		return drawText(t)
	}
	operator = strings.TrimPrefix(operator, "Not")
	for _, name := range familyNames {
		if strings.HasPrefix(strings.ToLower(operator), strings.ToLower(name)) {
			return rapid.SampledFrom(families[name]).Draw(t, name)
		}
	}
	panic("no values for " + operator)
}

func drawRequest(t *rapid.T) *policy.Request {
	r := &policy.Request{
		Action:          pick(t, "asked action", "s3:GetObject", "s3:GetObject", "S3:GETOBJECT", "s3:PutObject", "sts:AssumeRole", "sqs:SendMessage", "sts:GetCallerIdentity", "s3:*", "s3", ":x"),
		ResourceAccount: pick(t, "owner", account, account, "222222222222", ""),
		Principal:       drawCaller(t),
	}
	if asked := pick(t, "asked", object, object, "arn:aws:s3:::app-data/tenants/acme2/x", "arn:aws:s3:us-east-1:111111111111:a:b", "arn:aws:s3:::app-data:a:acme", "*"); asked != "*" {
		a, err := arn.Parse(asked)
		if err != nil {
			panic(err)
		}
		r.Resource = a
	}
	keys := policy.Map{}
	texts := families[rapid.SampledFrom(familyNames).Draw(t, "family")]
	for _, k := range []string{"k", "n", "aws:principaltag/t"} {
		switch rapid.IntRange(0, 5).Draw(t, k) {
		case 0:
		case 1:
			keys[k] = policy.Many(rapid.SliceOfN(rapid.SampledFrom(texts), 0, 2).Draw(t, "many"))
		case 2:
			keys[k] = policy.One("acme")
		default:
			keys[k] = policy.One(rapid.SampledFrom(texts).Draw(t, "one"))
		}
	}
	r.Context = keys
	return r
}

func drawCaller(t *rapid.T) *policy.Principal {
	p := principal(quiet{}, pick(t, "caller", alice, bob, role, role, "arn:aws:sts::222222222222:assumed-role/TenantRole/s1", federated, root, "anonymous", "s3.amazonaws.com", "cognito-identity.amazonaws.com"))
	switch p.Type {
	case policy.User:
		p.ID = pick(t, "id", "", "AIDAALICE")
	case policy.AssumedRole:
		p.ID = pick(t, "id", "", "AROAROLE")
	case policy.FederatedUser:
		p.ID, p.Issuer = pick(t, "id", "", "AIDAALICE"), pick(t, "issuer", "", alice)
	}
	return p
}
