// SPDX-License-Identifier: Apache-2.0

package bailiwick_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/bailiwick-dev/bailiwick"
)

// TestTagsOfOtherTenants assumes the role of tenants with tags that come close
// to another tenant's.
func TestTagsOfOtherTenants(t *testing.T) {
	s := newSiege(t, bailiwick.Config{})
	s.do(s.session(s.vendor, "blue"), "dynamodb", "GetItem", getRow("blue"))
	for name, cfg := range map[string]aws.Config{
		"another":        s.session(s.vendor, "yellow"),
		"a prefix":       s.session(s.vendor, "blu"),
		"a longer one":   s.session(s.vendor, "blue2"),
		"another case":   s.session(s.vendor, "Blue"),
		"with a blank":   s.session(s.vendor, "blue "),
		"an empty one":   s.session(s.vendor, ""),
		"none":           s.session(s.vendor),
		"a variable":     s.assume(s.vendor, "tenant", map[string]any{"Tags": []any{map[string]any{"Key": "Tenant", "Value": "blue"}}}),
		"of another key": s.assume(s.vendor, "tenant", map[string]any{"Tags": []any{map[string]any{"Key": "TenantID2", "Value": "blue"}}}),
	} {
		if a := s.try(cfg, "dynamodb", "GetItem", getRow("blue")); !a.Denied() {
			t.Errorf("a tag that is %s: got %d %s, want a denial", name, a.Status, a.Body)
		}
	}
	for _, value := range []string{"*", "bl*", "blu?", "${aws:PrincipalTag/TenantID}", "blue\x00", "blue\"", "yellow,blue"} {
		in := assumption("tenant", map[string]any{"Tags": tenantTag(value)})
		s.fails(s.vendor, "ValidationError", "sts", "AssumeRole", text(t, in))
	}
	for name, tags := range map[string][]any{
		"the same key twice":            slices.Concat(tenantTag("yellow"), tenantTag("blue")),
		"the same key in another case":  slices.Concat(tenantTag("yellow"), []any{map[string]any{"Key": "tenantid", "Value": "blue"}}),
		"a key that is reserved by AWS": {map[string]any{"Key": "aws:TenantID", "Value": "blue"}},
	} {
		if a := s.try(s.vendor, "sts", "AssumeRole", text(t, assumption("tenant", map[string]any{"Tags": tags}))); a.OK() {
			t.Errorf("%s: got %s, want a refusal", name, a.Body)
		}
	}
}

// TestChainsKeepTransitiveTags chains sessions and tries to lose or to change
// the tag on the way.
func TestChainsKeepTransitiveTags(t *testing.T) {
	s := newSiege(t, bailiwick.Config{})
	s.role("hub", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:*","Resource":"*"}]}`)
	fixed := s.assume(s.vendor, "hub", map[string]any{"Tags": tenantTag("yellow"), "TransitiveTagKeys": []any{"TenantID"}})
	loose := s.assume(s.vendor, "hub", map[string]any{"Tags": tenantTag("yellow")})

	inherits := s.assume(fixed, "tenant", nil)
	s.do(inherits, "dynamodb", "GetItem", getRow("yellow"))
	s.refuses(inherits, "dynamodb", "GetItem", getRow("blue"))

	far := s.assume(s.assume(fixed, "hub", nil), "tenant", nil)
	s.do(far, "dynamodb", "GetItem", getRow("yellow"))
	s.refuses(far, "dynamodb", "GetItem", getRow("blue"))

	for _, key := range []string{"TenantID", "tenantid"} {
		tags := []any{map[string]any{"Key": key, "Value": "blue"}}
		s.fails(fixed, "InvalidParameterValue", "sts", "AssumeRole", text(t, assumption("tenant", map[string]any{"Tags": tags})))
		s.fails(s.assume(fixed, "hub", nil), "InvalidParameterValue", "sts", "AssumeRole", text(t, assumption("tenant", map[string]any{"Tags": tags})))
	}
	s.fails(fixed, "InvalidParameterValue", "sts", "AssumeRole", text(t, assumption("tenant", map[string]any{"Tags": tenantTag("yellow"), "TransitiveTagKeys": []any{"TenantID"}})))

	// As in AWS, a tag that isn't transitive is lost, and may be given anew.
	s.refuses(s.assume(loose, "tenant", nil), "dynamodb", "GetItem", getRow("yellow"))
	s.do(s.assume(loose, "tenant", map[string]any{"Tags": tenantTag("blue")}), "dynamodb", "GetItem", getRow("blue"))

	// Who may assume but not tag can't give a tag, nor chain one.
	plain := s.user(s.root, "plain", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Resource":"*"}]}`)
	s.must(s.root, "iam", "CreateRole", map[string]any{"RoleName": "untagged", "AssumeRolePolicyDocument": strings.ReplaceAll(s.expand(anyPrincipalOfAccount), `"sts:TagSession"`, `"sts:SetSourceIdentity"`)})
	s.do(plain, "sts", "AssumeRole", text(t, assumption("untagged", nil)))
	s.refuses(plain, "sts", "AssumeRole", text(t, assumption("untagged", map[string]any{"Tags": tenantTag("blue")})))
	s.refuses(s.vendor, "sts", "AssumeRole", text(t, assumption("untagged", map[string]any{"Tags": tenantTag("blue")})))
	s.refuses(fixed, "sts", "AssumeRole", text(t, assumption("untagged", nil)))
}

// TestNamesAreNotIdentities deletes users and roles and makes others of the
// same names.
func TestNamesAreNotIdentities(t *testing.T) {
	s := newSiege(t, bailiwick.Config{})
	partner := s.user(s.root, "partner", allowAll)
	trust := strings.ReplaceAll(anyPrincipalOfAccount, "$ACCOUNT", "arn:aws:iam::000000000000:user/partner")
	s.must(s.root, "iam", "CreateRole", map[string]any{"RoleName": "trusting", "AssumeRolePolicyDocument": trust})
	s.grant("trusting", allowAll)
	s.refuses(s.vendor, "sts", "AssumeRole", text(t, assumption("trusting", nil)))
	old := s.assume(partner, "trusting", nil)
	s.do(old, "dynamodb", "GetItem", getRow("blue"))

	s.deleteUser("partner", keysOf(t, partner).AccessKeyID)
	s.fails(partner, "InvalidClientTokenId", "sts", "GetCallerIdentity", `{}`)
	heir := s.user(s.root, "partner", allowAll)
	s.do(heir, "sts", "GetCallerIdentity", `{}`)
	s.refuses(heir, "sts", "AssumeRole", text(t, assumption("trusting", nil)))
	s.fails(partner, "InvalidClientTokenId", "sts", "GetCallerIdentity", `{}`)

	s.do(old, "dynamodb", "GetItem", getRow("blue")) // it is the role's, not the user's
	s.do(s.root, "iam", "DeleteRolePolicy", `{"RoleName":"trusting","PolicyName":"p"}`)
	s.do(s.root, "iam", "DeleteRole", `{"RoleName":"trusting"}`)
	s.fails(old, "UnrecognizedClientException", "dynamodb", "GetItem", getRow("blue"))
	s.role("trusting", allowAll)
	s.fails(old, "UnrecognizedClientException", "dynamodb", "GetItem", getRow("blue"))
	s.do(s.assume(heir, "trusting", nil), "dynamodb", "GetItem", getRow("blue"))
}

func (s *siege) deleteUser(name, accessKey string) {
	s.t.Helper()
	s.do(s.root, "iam", "DeleteAccessKey", `{"UserName":"`+name+`","AccessKeyId":"`+accessKey+`"}`)
	s.do(s.root, "iam", "DeleteUserPolicy", `{"UserName":"`+name+`","PolicyName":"p"}`)
	s.do(s.root, "iam", "DeleteUser", `{"UserName":"`+name+`"}`)
}

// TestChangesHoldForTheNextCall changes what live sessions and keys may do.
func TestChangesHoldForTheNextCall(t *testing.T) {
	s := newSiege(t, bailiwick.Config{})
	s.role("live", allowAll)
	cfg := s.assume(s.vendor, "live", nil)
	const deny = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"},{"Effect":"Deny","Action":"dynamodb:GetItem","Resource":"*"}]}`
	for range 20 {
		s.do(cfg, "dynamodb", "GetItem", getRow("blue"))
		s.grant("live", deny)
		s.refuses(cfg, "dynamodb", "GetItem", getRow("blue"))
		s.grant("live", allowNothing)
		s.refuses(cfg, "dynamodb", "GetItem", getRow("blue"))
		s.grant("live", allowAll)
	}

	user := s.user(s.root, "keyed", allowAll)
	status := func(active string) string {
		return `{"UserName":"keyed","AccessKeyId":"` + keysOf(t, user).AccessKeyID + `","Status":"` + active + `"}`
	}
	for range 3 {
		s.do(user, "dynamodb", "GetItem", getRow("blue"))
		s.do(s.root, "iam", "UpdateAccessKey", status("Inactive"))
		s.fails(user, "UnrecognizedClientException", "dynamodb", "GetItem", getRow("blue"))
		s.fails(user, "InvalidClientTokenId", "sts", "GetCallerIdentity", `{}`)
		s.do(s.root, "iam", "UpdateAccessKey", status("Active"))
	}
	s.do(user, "dynamodb", "GetItem", getRow("blue"))
	s.deleteUser("keyed", keysOf(t, user).AccessKeyID)
	s.fails(user, "UnrecognizedClientException", "dynamodb", "GetItem", getRow("blue"))
}

// TestLimitsLimit tries calls that the identity's policies allow and a
// boundary or a session policy doesn't.
func TestLimitsLimit(t *testing.T) {
	s := newSiege(t, bailiwick.Config{})
	s.role("wide", allowAll)
	const readOnly = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"dynamodb:GetItem","Resource":"*"}]}`
	s.must(s.root, "iam", "CreatePolicy", map[string]any{"PolicyName": "readonly", "PolicyDocument": readOnly})
	const arn = "arn:aws:iam::000000000000:policy/readonly"
	user := s.user(s.root, "bounded", allowAll)
	inline := s.assume(s.vendor, "wide", map[string]any{"Policy": readOnly})
	managed := s.assume(s.vendor, "wide", map[string]any{"PolicyArns": []any{map[string]any{"arn": arn}}})
	s.do(user, "dynamodb", "PutItem", putRow("blue", "2"))
	s.do(s.root, "iam", "PutUserPermissionsBoundary", `{"UserName":"bounded","PermissionsBoundary":"`+arn+`"}`)
	for _, cfg := range []aws.Config{user, inline, managed} {
		s.do(cfg, "dynamodb", "GetItem", getRow("blue"))
		s.refuses(cfg, "dynamodb", "PutItem", putRow("blue", "2"))
		s.refuses(cfg, "iam", "ListUsers", `{}`)
		s.refuses(cfg, "iam", "DeleteUserPermissionsBoundary", `{"UserName":"bounded"}`)
		s.refuses(cfg, "sts", "AssumeRole", text(t, assumption("wide", nil)))
	}
	// A limit gives nothing: the session of a role that may do nothing.
	s.role("narrow", allowNothing)
	s.refuses(s.assume(s.vendor, "narrow", map[string]any{"Policy": allowAll}), "dynamodb", "GetItem", getRow("blue"))
}

// TestOtherAccountsReachNothing attacks by ARN, from an account whose users may
// do everything there.
func TestOtherAccountsReachNothing(t *testing.T) {
	s := newSiege(t, bailiwick.Config{})
	root, admin := s.account("222222222222")
	s.must(s.root, "iam", "CreatePolicy", map[string]any{"PolicyName": "mine", "PolicyDocument": allowAll})
	_, marker, _ := strings.Cut(s.do(s.root, "iam", "ListUsers", `{"MaxItems":1}`).Body, "<Marker>")
	marker, _, more := strings.Cut(marker, "<")
	if !more || marker == "" {
		t.Fatal("the list of users has no second page")
	}
	byARN := strings.NewReplacer(`"Ledger"`, `"arn:aws:dynamodb:us-east-1:000000000000:table/Ledger"`)
	calls := [][2]string{
		{"DescribeTable", `{"TableName":"Ledger"}`},
		{"DeleteTable", `{"TableName":"Ledger"}`},
		{"GetItem", getRow("blue")},
		{"PutItem", putRow("blue", "1")},
		{"DeleteItem", getRow("blue")},
		{"Scan", `{"TableName":"Ledger"}`},
		{"Query", `{"TableName":"Ledger","KeyConditionExpression":"TenantID = :t","ExpressionAttributeValues":{":t":{"S":"blue"}}}`},
		{"BatchGetItem", `{"RequestItems":{"Ledger":{"Keys":[` + keyOf("blue") + `]}}}`},
		{"BatchWriteItem", `{"RequestItems":{"Ledger":[{"DeleteRequest":{"Key":` + keyOf("blue") + `}}]}}`},
		{"UpdateItem", `{"TableName":"Ledger","Key":` + keyOf("blue") + `,"UpdateExpression":"SET Note = :n","ExpressionAttributeValues":{":n":{"S":"x"}}}`},
	}
	for _, cfg := range []aws.Config{root, admin} {
		for _, c := range calls {
			s.refuses(cfg, "dynamodb", c[0], byARN.Replace(c[1]))
			s.fails(cfg, "ResourceNotFoundException", "dynamodb", c[0], c[1]) // of its own
		}
		s.refuses(cfg, "sts", "AssumeRole", text(t, assumption("tenant", nil)))
		for _, op := range []string{"GetPolicy", "DeletePolicy"} {
			s.refuses(cfg, "iam", op, `{"PolicyArn":"arn:aws:iam::000000000000:policy/mine"}`)
		}
		s.fails(cfg, "NoSuchEntity", "iam", "GetUser", `{"UserName":"vendor"}`)
		s.fails(cfg, "ValidationError", "iam", "GetUser", `{"UserName":"arn:aws:iam::000000000000:user/vendor"}`)
		s.fails(cfg, "NoSuchEntity", "iam", "AttachUserPolicy", `{"UserName":"admin","PolicyArn":"arn:aws:iam::000000000000:policy/mine"}`)
		s.fails(cfg, "NoSuchEntity", "iam", "PutUserPermissionsBoundary", `{"UserName":"admin","PermissionsBoundary":"arn:aws:iam::000000000000:policy/mine"}`)
		for _, marker := range []string{marker, "vendor", "YWRtaW4"} {
			if a := s.try(cfg, "iam", "ListUsers", text(t, map[string]any{"Marker": marker})); strings.Contains(a.Body, "000000000000") {
				t.Errorf("marker %q leads to another account: %s", marker, a.Body)
			}
		}
		s.refuses(cfg, "bailiwick", "ListAccounts", `{}`)
		s.refuses(cfg, "bailiwick", "CreateAccount", `{"AccountId":"333333333333"}`)
	}
	for _, c := range calls[2:4] { // positive control: the owner, by ARN
		s.do(s.admin, "dynamodb", c[0], byARN.Replace(c[1]))
	}
	s.alive()
}

// TestConfusedDeputy assumes a role across accounts that asks for an external
// id.
func TestConfusedDeputy(t *testing.T) {
	s := newSiege(t, bailiwick.Config{})
	root, admin := s.account("222222222222")
	_, third := s.account("333333333333")
	trust := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"222222222222"},"Action":"sts:AssumeRole","Condition":{"StringEquals":{"sts:ExternalId":"secret-of-two"}}}]}`
	s.must(s.root, "iam", "CreateRole", map[string]any{"RoleName": "deputy", "AssumeRolePolicyDocument": trust})
	s.grant("deputy", allowAll)
	with := func(id string) string { return text(t, assumption("deputy", map[string]any{"ExternalId": id})) }
	s.do(admin, "sts", "AssumeRole", with("secret-of-two"))
	for _, id := range []string{"secret-of-three", "secret-of-twO", "secret-of-two2"} {
		s.refuses(admin, "sts", "AssumeRole", with(id))
	}
	s.refuses(admin, "sts", "AssumeRole", text(t, assumption("deputy", nil)))
	s.refuses(third, "sts", "AssumeRole", with("secret-of-two"))
	s.refuses(root, "sts", "AssumeRole", with("secret-of-two"))
	powerless := s.user(root, "powerless", allowNothing)
	s.refuses(powerless, "sts", "AssumeRole", with("secret-of-two"))
}

// TestPartitionsCannotBeLeft lets a tenant mix its own keys with another's.
func TestPartitionsCannotBeLeft(t *testing.T) {
	s := newSiege(t, bailiwick.Config{})
	yellow := s.session(s.vendor, "yellow")
	const query = `{"TableName":"Ledger","KeyConditionExpression":"TenantID = :t","ExpressionAttributeValues":{":t":{"S":"yellow"}}`
	s.do(yellow, "dynamodb", "PutItem", putRow("yellow", "2"))
	s.do(yellow, "dynamodb", "Query", query+`}`)
	s.do(yellow, "dynamodb", "Query", query+`,"ExclusiveStartKey":`+keyOf("yellow")+`}`)
	for _, more := range []string{``, `,"ScanIndexForward":false`} {
		s.fails(yellow, "ValidationException", "dynamodb", "Query", query+more+`,"ExclusiveStartKey":`+keyOf("blue")+`}`)
	}
	s.refuses(yellow, "dynamodb", "Query", query+`,"IndexName":"ByNote"}`) // allowed is the table
	s.refuses(yellow, "dynamodb", "Query", strings.Replace(query, `"S":"yellow"`, `"S":"blue"`, 1)+`}`)
	s.refuses(yellow, "dynamodb", "Scan", `{"TableName":"Ledger"}`)
	for _, condition := range []string{
		"TenantID = :t OR TenantID = :b", "TenantID = :b AND TenantID = :t", "TenantID = :t AND TenantID = :b", "TenantID IN (:t, :b)",
		"begins_with(TenantID, :t)", "TenantID >= :b", "NOT TenantID = :b",
	} {
		in := `{"TableName":"Ledger","KeyConditionExpression":"` + condition + `","ExpressionAttributeValues":{":t":{"S":"yellow"},":b":{"S":"blue"}}}`
		if a := s.try(yellow, "dynamodb", "Query", in); a.OK() {
			t.Errorf("%s: got %s", condition, a.Body)
		}
	}

	both := keyOf("yellow") + "," + keyOf("blue")
	s.do(yellow, "dynamodb", "BatchGetItem", `{"RequestItems":{"Ledger":{"Keys":[`+keyOf("yellow")+`]}}}`)
	s.refuses(yellow, "dynamodb", "BatchGetItem", `{"RequestItems":{"Ledger":{"Keys":[`+both+`]}}}`)
	mine, theirs := `{"DeleteRequest":{"Key":`+keyOf("yellow")+`}}`, `{"DeleteRequest":{"Key":`+keyOf("blue")+`}}`
	s.refuses(yellow, "dynamodb", "BatchWriteItem", `{"RequestItems":{"Ledger":[`+mine+`,`+theirs+`]}}`)
	s.refuses(yellow, "dynamodb", "BatchWriteItem", `{"RequestItems":{"Ledger":[`+mine+`],"arn:aws:dynamodb:us-east-1:000000000000:table/Ledger":[`+theirs+`]}}`)
	for _, tenant := range []string{"yellow", "blue"} {
		if a := s.do(s.admin, "dynamodb", "GetItem", getRow(tenant)); !strings.Contains(a.Body, "note of "+tenant) {
			t.Errorf("a refused batch did a part of it: %s", a.Body)
		}
	}
	for _, tenant := range []string{"blue\x00", "\x00blue", "yellow\x00blue", "yello", "yellow\u200b", "Yellow"} {
		s.refuses(yellow, "dynamodb", "PutItem", strings.ReplaceAll(putRow("%", "1"), "%", strings.Trim(text(t, tenant), `"`)))
	}
}
