// SPDX-License-Identifier: Apache-2.0

package bailiwick_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/bailiwick-dev/bailiwick"
)

// TestKeysOfTheRequestCannotBeSpoofed sends headers that other servers believe.
func TestKeysOfTheRequestCannotBeSpoofed(t *testing.T) {
	s := newSiege(t, bailiwick.Config{})
	for key, value := range map[string]string{
		"aws:SourceIp": "10.9.8.7", "aws:SecureTransport": "true", "aws:PrincipalTag/TenantID": "blue", "aws:ViaAWSService": "true",
		"aws:PrincipalAccount": "222222222222", "aws:SourceVpc": "vpc-1", "aws:CalledVia": "x", "aws:PrincipalOrgID": "o-1",
		"aws:MultiFactorAuthPresent": "true", "aws:RequestedRegion": "eu-west-1", "dynamodb:LeadingKeys": "yellow", "aws:userid": "x",
	} {
		policy := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"ForAnyValue:StringEquals":{"` + key + `":"` + value + `"}}}]}`
		s.must(s.root, "iam", "PutUserPolicy", map[string]any{"UserName": "admin", "PolicyName": "p", "PolicyDocument": policy})
		status, body := s.attack("dynamodb", getRow("blue"), func(shot *shot) {
			target("GetItem")(shot)
			for _, name := range []string{
				"X-Forwarded-For", "X-Real-Ip", "Forwarded", "X-Client-Ip", "True-Client-Ip", "X-Forwarded-Proto", "X-Forwarded-Host", "X-Amz-Region",
				key, "X-Amz-" + strings.ReplaceAll(strings.ReplaceAll(key, ":", "-"), "/", "-"), strings.ReplaceAll(strings.ReplaceAll(key, ":", "-"), "/", "-"),
			} {
				if !strings.ContainsAny(name, ":/") {
					shot.header.Set(name, value)
				}
			}
			shot.header.Set("Forwarded", "for="+value+";proto=https")
			shot.url += "?" + strings.ReplaceAll(key, "/", "%2F") + "=" + value
		})
		if codeOf(body) != "AccessDeniedException" {
			t.Errorf("%s: got %d %s, want a denial", key, status, body)
		}
	}
	local := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"IpAddress":{"aws:SourceIp":"127.0.0.1/32"},"Bool":{"aws:SecureTransport":"false"}}}]}`
	s.must(s.root, "iam", "PutUserPolicy", map[string]any{"UserName": "admin", "PolicyName": "p", "PolicyDocument": local})
	s.do(s.admin, "dynamodb", "GetItem", getRow("blue"))
}

// TestStrangersLearnNothingOfWhatExists compares answers about what exists with
// those about what doesn't.
func TestStrangersLearnNothingOfWhatExists(t *testing.T) {
	s := newSiege(t, bailiwick.Config{})
	_, admin := s.account("222222222222")
	nobody := s.user(s.root, "nobody", allowNothing)
	same := func(cfg aws.Config, svc, op, in, real, made string) {
		t.Helper()
		a := s.refuses(cfg, svc, op, strings.ReplaceAll(in, "$", real))
		b := s.refuses(cfg, svc, op, strings.ReplaceAll(in, "$", made))
		if without(a.Body, real) != without(b.Body, made) || a.Status != b.Status {
			t.Errorf("%s.%s tells what exists:\n%s\n%s", svc, op, a.Body, b.Body)
		}
	}
	for _, op := range []string{"DescribeTable", "DeleteTable", "Scan"} {
		same(nobody, "dynamodb", op, `{"TableName":"$"}`, "Ledger", "Nowhere")
		same(admin, "dynamodb", op, `{"TableName":"arn:aws:dynamodb:us-east-1:000000000000:table/$"}`, "Ledger", "Nowhere")
		same(admin, "dynamodb", op, `{"TableName":"arn:aws:dynamodb:us-east-1:$:table/Ledger"}`, "000000000000", "999999999999")
	}
	for _, cfg := range []aws.Config{nobody, admin} {
		same(cfg, "dynamodb", "GetItem", `{"TableName":"arn:aws:dynamodb:us-east-1:000000000000:table/$","Key":`+keyOf("blue")+`}`, "Ledger", "Nowhere")
		same(cfg, "dynamodb", "GetItem", `{"TableName":"arn:aws:dynamodb:us-east-1:000000000000:table/$","Key":{"other":{"N":"1"}}}`, "Ledger", "Nowhere")
		same(cfg, "dynamodb", "PutItem", `{"TableName":"arn:aws:dynamodb:us-east-1:000000000000:table/$","Item":{"other":{"N":"1"}}}`, "Ledger", "Nowhere")
		same(cfg, "dynamodb", "Query", `{"TableName":"arn:aws:dynamodb:us-east-1:000000000000:table/$","KeyConditionExpression":"alien = :t","ExpressionAttributeValues":{":t":{"S":"x"}}}`, "Ledger", "Nowhere")
		same(cfg, "dynamodb", "BatchGetItem", `{"RequestItems":{"arn:aws:dynamodb:us-east-1:000000000000:table/$":{"Keys":[{"a":{"S":"b"}}]}}}`, "Ledger", "Nowhere")
	}
	s.must(s.root, "iam", "CreateRole", map[string]any{"RoleName": "stranger", "AssumeRolePolicyDocument": strings.ReplaceAll(anyPrincipalOfAccount, "$ACCOUNT", "222222222222")})
	stranger := s.assume(admin, "stranger", nil)
	for _, more := range []map[string]any{nil, {"DurationSeconds": 3600}, {"Tags": tenantTag("blue")}, {"PolicyArns": []any{map[string]any{"arn": "arn:aws:iam::000000000000:policy/none"}}}} {
		in := text(t, assumption("$", more))
		for _, cfg := range []aws.Config{nobody, admin, stranger} {
			same(cfg, "sts", "AssumeRole", in, "tenant", "nowhere")
		}
	}
	same(admin, "sts", "AssumeRole", `{"RoleArn":"arn:aws:iam::$:role/tenant","RoleSessionName":"raid"}`, "000000000000", "999999999999")
	for _, op := range []string{"GetRole", "DeleteRole", "ListRolePolicies"} {
		same(nobody, "iam", op, `{"RoleName":"$"}`, "tenant", "nowhere")
	}
	for _, op := range []string{"GetUser", "DeleteUser", "ListAccessKeys", "CreateAccessKey", "CreateUser"} {
		same(nobody, "iam", op, `{"UserName":"$"}`, "vendor", "nowhere")
	}
	s.do(s.admin, "dynamodb", "DescribeTable", `{"TableName":"Ledger"}`)
	s.fails(s.admin, "ResourceNotFoundException", "dynamodb", "DescribeTable", `{"TableName":"Nowhere"}`)
}

// without is an answer without its request id, and without the name it is
// about.
func without(body, name string) string {
	if before, rest, ok := strings.Cut(body, "<RequestId>"); ok {
		_, after, _ := strings.Cut(rest, "</RequestId>")
		body = before + after
	}
	return strings.ReplaceAll(body, name, "$")
}

// TestRegionsAreApart uses a table from another region, by name and by ARN.
func TestRegionsAreApart(t *testing.T) {
	s := newSiege(t, bailiwick.Config{})
	from := func(region, table string) (int, string) {
		return s.attack("dynamodb", strings.Replace(getRow("blue"), "Ledger", table, 1), func(shot *shot) {
			target("GetItem")(shot)
			shot.region = region
		})
	}
	arn := func(region string) string { return "arn:aws:dynamodb:" + region + ":000000000000:table/Ledger" }
	if status, body := from("us-east-1", arn("us-east-1")); status != http.StatusOK {
		t.Errorf("in its region: got %d %s", status, body)
	}
	for name, got := range map[string]func() (int, string){
		"by its name from elsewhere":   func() (int, string) { return from("eu-west-1", "Ledger") },
		"by its ARN from elsewhere":    func() (int, string) { return from("eu-west-1", arn("us-east-1")) },
		"by an ARN of another region":  func() (int, string) { return from("us-east-1", arn("eu-west-1")) },
		"by an ARN of no region":       func() (int, string) { return from("us-east-1", arn("")) },
		"by another ARN from there":    func() (int, string) { return from("eu-west-1", arn("eu-west-1")) },
		"by an ARN of every region":    func() (int, string) { return from("us-east-1", arn("*")) },
		"by an ARN of another service": func() (int, string) { return from("us-east-1", strings.Replace(arn("us-east-1"), "dynamodb", "s3", 1)) },
	} {
		if status, body := got(); status == http.StatusOK || strings.Contains(body, "note of") {
			t.Errorf("%s: got %d %s", name, status, body)
		}
	}
	// A policy that names the region holds for the region of the signature.
	const here = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"dynamodb:*","Resource":"*","Condition":{"StringEquals":{"aws:RequestedRegion":"us-east-1"}}}]}`
	s.must(s.root, "iam", "PutUserPolicy", map[string]any{"UserName": "admin", "PolicyName": "p", "PolicyDocument": here})
	if status, body := from("us-east-1", "Ledger"); status != http.StatusOK {
		t.Errorf("in the region that is allowed: got %d %s", status, body)
	}
	if status, body := from("eu-west-1", "Ledger"); codeOf(body) != "AccessDeniedException" {
		t.Errorf("in another region: got %d %s", status, body)
	}
}

// TestForAllValuesLeaksInScans shows the leak of the published policies, which
// AWS has as well: a Scan names no partition, and ForAllValues is true of no
// values. A Null condition closes it.
func TestForAllValuesLeaksInScans(t *testing.T) {
	s := newSiege(t, bailiwick.Config{})
	const leaky = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"dynamodb:*","Resource":"*","Condition":{"ForAllValues:StringEquals":{"dynamodb:LeadingKeys":["${aws:PrincipalTag/TenantID}"]}}}]}`
	tight := strings.Replace(leaky, `"Condition":{`, `"Condition":{"Null":{"dynamodb:LeadingKeys":"false"},`, 1)
	yellow := s.session(s.vendor, "yellow")
	const scan = `{"TableName":"Ledger"}`

	s.grant("tenant", leaky)
	s.refuses(yellow, "dynamodb", "GetItem", getRow("blue"))
	if a := s.do(yellow, "dynamodb", "Scan", scan); !strings.Contains(a.Body, "note of blue") {
		t.Errorf("the leak is gone, and the documentation of it wrong: %s", a.Body)
	}
	s.grant("tenant", tight)
	s.do(yellow, "dynamodb", "GetItem", getRow("yellow"))
	s.refuses(yellow, "dynamodb", "Scan", scan)
	for _, in := range []string{`{"TableName":"Ledger","Segment":0,"TotalSegments":1}`, `{"TableName":"Ledger","FilterExpression":"TenantID = :t","ExpressionAttributeValues":{":t":{"S":"yellow"}}}`} {
		s.refuses(yellow, "dynamodb", "Scan", in)
	}
	s.refuses(yellow, "dynamodb", "DescribeTable", scan)
}

// TestTagsOfOneMomentHoldForTheSession changes the tags of a role: sessions
// keep those that they were issued with.
func TestTagsOfOneMomentHoldForTheSession(t *testing.T) {
	s := newSiege(t, bailiwick.Config{})
	s.do(s.root, "iam", "TagRole", `{"RoleName":"tenant","Tags":[{"Key":"TenantID","Value":"yellow"}]}`)
	old := s.session(s.vendor)
	s.do(old, "dynamodb", "GetItem", getRow("yellow"))
	s.do(s.root, "iam", "TagRole", `{"RoleName":"tenant","Tags":[{"Key":"TenantID","Value":"blue"}]}`)
	s.refuses(old, "dynamodb", "GetItem", getRow("blue"))
	s.do(s.session(s.vendor), "dynamodb", "GetItem", getRow("blue"))
	s.do(s.session(s.vendor, "yellow"), "dynamodb", "GetItem", getRow("yellow")) // the session's own goes first
	s.refuses(s.session(s.vendor, "yellow"), "dynamodb", "GetItem", getRow("blue"))
}
