// SPDX-License-Identifier: Apache-2.0

package bailiwick_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	iamtypes "github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/bailiwick-dev/bailiwick"
	"github.com/bailiwick-dev/bailiwick/internal/audit/inquest"
	"github.com/bailiwick-dev/bailiwick/internal/service/servicetest"
	"github.com/bailiwick-dev/bailiwick/policy"
)

// explainSoon returns the explanation of a call that was just made.
func explainSoon(t *testing.T, data, id string) *inquest.Report {
	t.Helper()
	for end := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
		r, err := inquest.Explain(t.Context(), filepath.Join(data, "audit"), id)
		if err == nil {
			return r
		}
		if !errors.Is(err, inquest.ErrNotFound) || time.Now().After(end) {
			t.Fatal(err)
		}
	}
}

// Why a call was denied or allowed can be told from the log's files alone, when
// the policies that decided have been changed and their holders deleted.
func TestDecisionsAreExplainedAfterThePoliciesAreGone(t *testing.T) {
	data := t.TempDir()
	var denied map[string]auditRecord
	ids := map[string]string{}
	t.Run("the server ends", func(t *testing.T) {
		s := newSiege(t, bailiwick.Config{Data: data})
		denied = s.denials(t)
		s.do(s.root, "iam", "CreatePolicy", `{"PolicyName":"limit","PolicyDocument":`+text(t, allowNothing)+`}`)
		s.do(s.root, "iam", "CreateUser", `{"UserName":"bound","PermissionsBoundary":"arn:aws:iam::000000000000:policy/limit"}`)
		s.do(s.root, "iam", "PutUserPolicy", `{"UserName":"bound","PolicyName":"all","PolicyDocument":`+text(t, allowAll)+`}`)
		bound := s.credentials(s.do(s.root, "iam", "CreateAccessKey", `{"UserName":"bound"}`))
		yellow := s.session(s.vendor, "yellow")
		for name, c := range map[string]struct {
			cfg               aws.Config
			service, op, body string
		}{
			"read":     {yellow, "dynamodb", "GetItem", getRow("yellow")},
			"write":    {yellow, "dynamodb", "PutItem", putRow("yellow", "2")},
			"change":   {s.vendor, "iam", "CreateUser", "UserName=new"},
			"root":     {s.root, "iam", "CreateUser", "UserName=newer"},
			"boundary": {bound, "iam", "ListUsers", ""},
			"failed":   {s.vendor, "iam", "GetUser", "UserName=nobody"},
			"itself":   {yellow, "sts", "GetCallerIdentity", ""},
		} {
			ids[name], _, _ = s.fire(c.cfg, c.service, c.op, c.body)
		}
		s.grant("tenant", `{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"*","Resource":"*"}}`)
		s.do(s.root, "iam", "DeleteUserPolicy", `{"UserName":"bound","PolicyName":"all"}`)
		s.do(s.root, "iam", "DeleteUserPolicy", `{"UserName":"admin","PolicyName":"stop"}`)
		s.do(s.root, "iam", "DeleteUserPermissionsBoundary", `{"UserName":"bound"}`)
		s.do(s.root, "iam", "DeletePolicy", `{"PolicyArn":"arn:aws:iam::000000000000:policy/limit"}`)
	})
	for id, want := range denied {
		r := explainSoon(t, data, id)
		if r.Decision != want.Decision || len(r.Checks) != len(want.Checks) && want.Checks != nil {
			t.Errorf("%s.%s is explained as %s", want.Service, want.Operation, r)
		}
		for i, c := range r.Checks {
			switch {
			case c.Note != "" || c.Explanation == nil:
				t.Errorf("%s.%s, check %d: not explained: %s", want.Service, want.Operation, i, r)
			case c.Explanation.Decision != c.Decision, c.Decision != policy.Allow.String() && c.Explanation.By != c.By:
				t.Errorf("%s.%s, check %d: decided %s by %s, explained as %s", want.Service, want.Operation, i, c.Decision, c.By, c.Explanation)
			}
		}
	}
	for name, want := range map[string][]string{
		"read":     {"decision  Allow", `statement 0 "OwnRows" at 1:38 (Allow) applies, and decides`, `${aws:principaltag/tenantid} is "yellow"`},
		"write":    {"decision  Allow", `"OwnRows"`, `${aws:principaltag/tenantid} is "yellow"`},
		"change":   {"iam:CreateUser on arn:aws:iam::000000000000:user/new: Allow", "applies, and decides"},
		"root":     {"no policy settled it"},
		"boundary": {"no permissions boundary allows it", "permissions boundary arn:aws:iam::000000000000:policy/limit v1"},
		"failed":   {"failed    NoSuchEntity", "applies, and decides"},
		"itself":   {"No policy was asked"},
	} {
		got := explainSoon(t, data, ids[name]).String()
		for _, part := range want {
			if !strings.Contains(got, part) {
				t.Errorf("%s: %q is missing in\n%s", name, part, got)
			}
		}
	}
	blue := "the session of yellow asked for blue's row"
	for id, c := range denied {
		if c.Operation != "GetItem" || c.Checks[0].Kind != policy.Identity.String() {
			continue
		}
		got := explainSoon(t, data, id).String()
		for _, part := range []string{
			"no identity-based policy allows it; this comes nearest",
			`Condition ForAllValues:StringEquals dynamodb:leadingkeys does not match: the policy has ["${aws:PrincipalTag/TenantID}"], which is ["yellow"], the request has a set of values ["blue"]`,
		} {
			if !strings.Contains(got, part) {
				t.Errorf("%s: %q is missing in\n%s", blue, part, got)
			}
		}
	}
}

// Each text is in the log's files once, whoever needs it, and a file by itself has
// what its records name.
func TestPoliciesAreInTheLogOnce(t *testing.T) {
	data := t.TempDir()
	t.Run("the server ends", func(t *testing.T) {
		s := newSiege(t, bailiwick.Config{Data: data})
		yellow := s.session(s.vendor, "yellow")
		for range 20 {
			s.refuses(yellow, "dynamodb", "GetItem", getRow("blue"))
			s.do(yellow, "dynamodb", "PutItem", putRow("yellow", "1"))
			s.do(yellow, "dynamodb", "GetItem", getRow("yellow"))
		}
	})
	count := map[string]int{}
	names, _ := filepath.Glob(filepath.Join(data, "audit", "*.jsonl"))
	for _, name := range names {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for line := range bytes.Lines(b) {
			var d struct{ Kind, Text string }
			if err := json.Unmarshal(line, &d); err != nil {
				t.Fatal(err)
			}
			if d.Kind == "policy" {
				count[d.Text]++
			}
		}
	}
	if count[ownRows] != 1 {
		t.Errorf("the tenants' policy is there %d times", count[ownRows])
	}
}

// A simulation with the context that is on record decides as the server did.
func TestASimulationDecidesAsTheServerDid(t *testing.T) {
	data := t.TempDir()
	s := newSiege(t, bailiwick.Config{Data: data})
	s.must(s.root, "iam", "PutUserPolicy", map[string]any{"UserName": "admin", "PolicyName": "stop", "PolicyDocument": `{"Version":"2012-10-17","Statement":[{"Sid":"NoScans","Effect":"Deny","Action":"dynamodb:Scan","Resource":"*"}]}`})
	yellow := s.session(s.vendor, "yellow")
	const user, role = "arn:aws:iam::000000000000:user/", "arn:aws:iam::000000000000:role/"
	for _, c := range []struct {
		cfg               aws.Config
		source            string
		service, op, body string
		want              string
	}{
		{yellow, role + "tenant", "dynamodb", "GetItem", getRow("yellow"), "allowed"},
		{yellow, role + "tenant", "dynamodb", "GetItem", getRow("blue"), "implicitDeny"},
		{yellow, role + "tenant", "dynamodb", "PutItem", putRow("blue", "1"), "implicitDeny"},
		{yellow, role + "tenant", "dynamodb", "Scan", `{"TableName":"Ledger"}`, "implicitDeny"},
		{yellow, role + "tenant", "iam", "ListUsers", "", "implicitDeny"},
		{s.admin, user + "admin", "dynamodb", "Scan", `{"TableName":"Ledger"}`, "explicitDeny"},
		{s.admin, user + "admin", "dynamodb", "GetItem", getRow("blue"), "allowed"},
		{s.vendor, user + "vendor", "iam", "ListUsers", "", "allowed"},
	} {
		id, _, _ := s.fire(c.cfg, c.service, c.op, c.body)
		explainSoon(t, data, id) // it is in the files
		check := checkOnRecord(t, data, id)
		in := map[string]any{"PolicySourceArn": c.source, "ActionNames": []string{check.Action}, "ResourceArns": []string{check.Resource}}
		var entries []any
		for key, value := range check.Context {
			e := map[string]any{"ContextKeyName": key, "ContextKeyType": "string", "ContextKeyValues": []any{value}}
			if list, ok := value.([]any); ok {
				e["ContextKeyType"], e["ContextKeyValues"] = "stringList", list
			}
			entries = append(entries, e)
		}
		if entries != nil {
			in["ContextEntries"] = entries
		}
		a := s.must(s.root, "iam", "SimulatePrincipalPolicy", in)
		if got := simulated(t, a); got != c.want || decisionOnRecord[check.Decision] != c.want {
			t.Errorf("%s by %s: on record is %s, the simulation says %s, want %s: %s", check.Action, c.source, check.Decision, got, c.want, a.Body)
		}
	}
}

// The AWS SDK reads simulations and messages as AWS's.
func TestTheSDKSimulatesAndDecodes(t *testing.T) {
	s := newSiege(t, bailiwick.Config{})
	resourcePolicy := `{"Version":"2012-10-17","Statement":{"Effect":"Deny","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*","Condition":{"NumericGreaterThan":{"a:size":"10"}}}}`
	pages := iam.NewSimulatePrincipalPolicyPaginator(iam.NewFromConfig(s.root), &iam.SimulatePrincipalPolicyInput{
		PolicySourceArn: aws.String("arn:aws:iam::000000000000:user/admin"),
		ActionNames:     []string{"s3:GetObject", "s3:PutObject"}, ResourceArns: []string{"arn:aws:s3:::b/k"},
		ResourcePolicy: &resourcePolicy, ResourceOwner: aws.String("arn:aws:iam::222222222222:root"),
		ContextEntries: []iamtypes.ContextEntry{{ContextKeyName: aws.String("a:size"), ContextKeyType: iamtypes.ContextKeyTypeEnumNumeric, ContextKeyValues: []string{"11"}}},
		MaxItems:       aws.Int32(1),
	})
	var results []iamtypes.EvaluationResult
	for pages.HasMorePages() {
		page, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		results = append(results, page.EvaluationResults...)
	}
	if len(results) != 2 {
		t.Fatalf("got %d results", len(results))
	}
	get, put := results[0], results[1]
	m := get.MatchedStatements
	if get.EvalDecision != iamtypes.PolicyEvaluationDecisionTypeExplicitDeny || len(m) != 1 || *m[0].SourcePolicyId != "ResourcePolicy" || m[0].StartPosition.Line != 1 || m[0].StartPosition.Column != 37 {
		t.Errorf("of GetObject: %+v", get)
	}
	details := put.EvalDecisionDetails
	if put.EvalDecision != iamtypes.PolicyEvaluationDecisionTypeImplicitDeny || details["IAM Policy"] != "allowed" || details["Resource Policy"] != "implicitDeny" || len(put.ResourceSpecificResults) != 1 {
		t.Errorf("of PutObject: %+v", put)
	}
	yellow := s.session(s.vendor, "yellow")
	message := s.refuses(yellow, "dynamodb", "GetItem", getRow("blue")).Encoded
	out, err := sts.NewFromConfig(s.admin).DecodeAuthorizationMessage(t.Context(), &sts.DecodeAuthorizationMessageInput{EncodedMessage: &message})
	if err != nil {
		t.Fatal(err)
	}
	if !json.Valid([]byte(*out.DecodedMessage)) || !strings.HasPrefix(*out.DecodedMessage, `{"allowed":false,"explicitDeny":false,"matchedStatements":{"items":[]},"failures":{"items":[]},"context":{"principal":{"id":"AROA`) {
		t.Errorf("decoded as %s", *out.DecodedMessage)
	}
}

var decisionOnRecord = map[string]string{"Allow": "allowed", "ImplicitDeny": "implicitDeny", "ExplicitDeny": "explicitDeny"}

// simulated returns the one decision of a simulation.
func simulated(t *testing.T, a servicetest.Answer) string {
	t.Helper()
	var out struct {
		Decisions []string `xml:"SimulatePrincipalPolicyResult>EvaluationResults>member>EvalDecision"`
	}
	if err := xml.Unmarshal([]byte(a.Body), &out); err != nil || len(out.Decisions) != 1 {
		t.Fatalf("%v in %s", err, a.Body)
	}
	return out.Decisions[0]
}

type contextOnRecord struct {
	Action, Resource, Decision string
	Context                    map[string]any
}

// checkOnRecord returns the first check of the call's record.
func checkOnRecord(t *testing.T, data, id string) contextOnRecord {
	t.Helper()
	names, _ := filepath.Glob(filepath.Join(data, "audit", "*.jsonl"))
	for _, name := range names {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for line := range bytes.Lines(b) {
			var r struct {
				RequestID string
				Checks    []contextOnRecord
			}
			if json.Unmarshal(line, &r) == nil && r.RequestID == id {
				return r.Checks[0]
			}
		}
	}
	t.Fatalf("there is no record of %s", id)
	return contextOnRecord{}
}

// decode has a message decoded.
func (s *siege) decode(cfg aws.Config, message string) servicetest.Answer {
	s.t.Helper()
	return s.try(cfg, "sts", "DecodeAuthorizationMessage", `{"EncodedMessage":`+text(s.t, message)+`}`)
}

// A denial's message is for its account alone, for those in it who may decode, and
// only as it was sealed.
func TestAuthorizationMessagesAreForTheirAccountAlone(t *testing.T) {
	s := newSiege(t, bailiwick.Config{})
	otherRoot, other := s.account("222222222222")
	yellow := s.session(s.vendor, "yellow")
	message := s.refuses(yellow, "dynamodb", "GetItem", getRow("blue")).Encoded
	if message == "" {
		t.Fatal("a denial carries no message")
	}
	a := s.decode(s.admin, message)
	for _, part := range []string{
		`"allowed":false`, `"explicitDeny":false`, `"action":"dynamodb:GetItem"`, `"resource":"arn:aws:dynamodb:us-east-1:000000000000:table/Ledger"`,
		`{"key":"dynamodb:leadingkeys","values":{"items":[{"value":"blue"}]}}`, `{"key":"aws:principaltag/tenantid","values":{"items":[{"value":"yellow"}]}}`,
		`"arn":"arn:aws:sts::000000000000:assumed-role/tenant/test"`, `"failures":{"items":[]}`,
	} {
		if !strings.Contains(strings.NewReplacer("&#34;", `"`, "&quot;", `"`).Replace(a.Body), part) {
			t.Errorf("%s is missing in %s", part, a.Body)
		}
	}
	if a := s.decode(yellow, message); !a.Denied() {
		t.Errorf("who may not decode got %d %s", a.Status, a.Body)
	}
	for name, cfg := range map[string]aws.Config{"another account's root": otherRoot, "another account's administrator": other} {
		if a := s.decode(cfg, message); codeOf(a.Body) != "InvalidAuthorizationMessageException" {
			t.Errorf("%s got %d %s", name, a.Status, a.Body)
		}
	}
	for i := 0; i < len(message); i += 97 {
		flipped := []byte(message)
		flipped[i] = 'A' + (flipped[i]+1)%26
		if flipped[i] == message[i] {
			flipped[i]++
		}
		if a := s.decode(s.admin, string(flipped)); codeOf(a.Body) != "InvalidAuthorizationMessageException" {
			t.Fatalf("with character %d changed: %d %s", i, a.Status, a.Body)
		}
	}
	token := keysOf(t, yellow).SessionToken
	for name, bad := range map[string]string{"a session token": token, "cut": message[:len(message)-4], "with a line break": message[:8] + "\n" + message[8:], "longer": message + "AAAA", "no text": "="} {
		if a := s.decode(s.admin, bad); codeOf(a.Body) != "InvalidAuthorizationMessageException" {
			t.Errorf("%s: got %d %s", name, a.Status, a.Body)
		}
	}
	s.rotate(false)
	if a := s.decode(s.admin, message); !a.OK() {
		t.Errorf("after a rotation: %d %s", a.Status, a.Body)
	}
	s.rotate(true)
	if a := s.decode(s.admin, message); codeOf(a.Body) != "InvalidAuthorizationMessageException" {
		t.Errorf("after a rotation in an emergency: %d %s", a.Status, a.Body)
	}
}

// To another account a denial says nothing of the policies and tags on the other
// side.
func TestAuthorizationMessagesKeepTheOtherSidesSecrets(t *testing.T) {
	s := newSiege(t, bailiwick.Config{})
	_, other := s.account("222222222222")
	trust := `{"Version":"2012-10-17","Statement":[{"Sid":"HiddenSid","Effect":"Deny","Principal":"*","Action":"sts:AssumeRole","Condition":{"StringEquals":{"aws:ResourceTag/color":"hidden-color","sts:RoleSessionName":"raid"}}},
	 {"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole"}]}`
	s.must(s.root, "iam", "CreateRole", map[string]any{"RoleName": "shy", "AssumeRolePolicyDocument": trust, "Tags": []any{map[string]any{"Key": "color", "Value": "hidden-color"}}})
	in := text(t, assumption("shy", nil))
	message := s.refuses(other, "sts", "AssumeRole", in).Encoded
	a := s.decode(other, message)
	if !a.OK() || !strings.Contains(a.Body, "sts:AssumeRole") || strings.Contains(a.Body, "idden") {
		t.Errorf("the caller's account is told %d %s", a.Status, a.Body)
	}
	own := s.decode(s.admin, s.refuses(s.admin, "sts", "AssumeRole", in).Encoded)
	if !own.OK() || !strings.Contains(own.Body, "HiddenSid") || !strings.Contains(own.Body, "hidden-color") {
		t.Errorf("the role's own account is told %d %s", own.Status, own.Body)
	}
}

// However much a policy asks for and a call carries, a denial's message and record
// stay within bounds.
func TestExplanationsOfDenialsAreBounded(t *testing.T) {
	data := t.TempDir()
	s := newSiege(t, bailiwick.Config{Data: data})
	yellow := s.session(s.vendor, "yellow")
	keys := make([]string, 100)
	for i := range keys {
		keys[i] = keyOf(strings.Repeat("x", 1500))
		keys[i] = strings.Replace(keys[i], `"S":"1"`, `"S":"`+strings.Repeat("r", i+1)+`"`, 1)
	}
	id, _, answer := s.fire(yellow, "dynamodb", "BatchGetItem", `{"RequestItems":{"Ledger":{"Keys":[`+strings.Join(keys, ",")+`]}}}`)
	if !strings.Contains(answer, "AccessDenied") {
		t.Fatal(answer)
	}
	r := explainSoon(t, data, id)
	if !r.Checks[0].Truncated || !strings.Contains(r.String(), "too long for the record") {
		t.Errorf("what was left out is not said: %s", r)
	}
	if n := len(checkOnRecord(t, data, id).Context); n == 0 {
		t.Error("what is short was left out, too")
	}
	names, _ := filepath.Glob(filepath.Join(data, "audit", "*.jsonl"))
	slices.Sort(names)
	b, err := os.ReadFile(names[len(names)-1])
	if err != nil {
		t.Fatal(err)
	}
	for line := range bytes.Lines(b) {
		if len(line) > 16<<10 {
			t.Errorf("a line has %d bytes", len(line))
		}
	}
}
