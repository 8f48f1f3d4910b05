// SPDX-License-Identifier: Apache-2.0

package bailiwick_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/bailiwick-dev/bailiwick"
	"github.com/bailiwick-dev/bailiwick/bailiwicktest"
	"github.com/bailiwick-dev/bailiwick/client"
	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/service"
	"github.com/bailiwick-dev/bailiwick/internal/service/servicetest"
)

const (
	allowAll     = `{"Version":"2012-10-17","Statement":[{"Sid":"All","Effect":"Allow","Action":"*","Resource":"*"}]}`
	allowNothing = `{"Version":"2012-10-17","Statement":[{"Sid":"Nothing","Effect":"Deny","Action":"none:none","Resource":"*"}]}`

	// ownRows is what the sessions of a tenant may do: everything with the
	// items of its own partition.
	ownRows = `{"Version":"2012-10-17","Statement":[{"Sid":"OwnRows","Effect":"Allow",
	 "Action":["dynamodb:GetItem","dynamodb:PutItem","dynamodb:UpdateItem","dynamodb:DeleteItem","dynamodb:Query","dynamodb:BatchGetItem","dynamodb:BatchWriteItem"],
	 "Resource":"arn:aws:dynamodb:us-east-1:000000000000:table/Ledger",
	 "Condition":{"ForAllValues:StringEquals":{"dynamodb:LeadingKeys":["${aws:PrincipalTag/TenantID}"]},"Null":{"dynamodb:LeadingKeys":"false"}}}]}`
)

// A siege is a server under attack: its first account has an administrator, the
// table Ledger with a row for each of the tenants yellow and blue, and the role
// tenant, whose sessions reach the rows of their tag.
type siege struct {
	*world
	root, admin, vendor aws.Config
}

func newSiege(t *testing.T, cfg bailiwick.Config) *siege {
	t.Helper()
	if cfg.Data == "" {
		cfg.Data = t.TempDir()
	}
	s := besiege(t, bailiwicktest.Start(t, cfg))
	s.admin = s.user(s.root, "admin", allowAll)
	s.vendor = s.user(s.root, "vendor", allowAll)
	s.role("tenant", ownRows)
	s.do(s.root, "dynamodb", "CreateTable", ledger)
	for _, tenant := range []string{"yellow", "blue"} {
		s.do(s.root, "dynamodb", "PutItem", putRow(tenant, "1"))
	}
	return s
}

// besiege attacks a server that has its data already.
func besiege(t *testing.T, srv *bailiwicktest.Server) *siege {
	t.Helper()
	w := &world{t: t, srv: srv, services: map[string]*awsapi.Service{}}
	for _, svc := range service.All(nil) {
		w.services[svc.Name] = svc
	}
	return &siege{world: w, root: srv.Config()}
}

const ledger = `{"TableName":"Ledger","BillingMode":"PAY_PER_REQUEST",
 "AttributeDefinitions":[{"AttributeName":"TenantID","AttributeType":"S"},{"AttributeName":"Row","AttributeType":"S"}],
 "KeySchema":[{"AttributeName":"TenantID","KeyType":"HASH"},{"AttributeName":"Row","KeyType":"RANGE"}]}`

// putRow is the input that puts a tenant's row, whose note names the tenant.
func putRow(tenant, row string) string {
	return `{"TableName":"Ledger","Item":{"TenantID":{"S":"` + tenant + `"},"Row":{"S":"` + row + `"},"Note":{"S":"note of ` + tenant + `"}}}`
}

func keyOf(tenant string) string {
	return `{"TenantID":{"S":"` + tenant + `"},"Row":{"S":"1"}}`
}

func getRow(tenant string) string { return `{"TableName":"Ledger","Key":` + keyOf(tenant) + `}` }

// try makes a call and returns what it got.
func (s *siege) try(cfg aws.Config, svc, op, in string) servicetest.Answer {
	s.t.Helper()
	return s.call(cfg, s.services[svc], op, in)
}

// do makes a call that has to succeed: the preparation of an attack, or its
// positive control.
func (s *siege) do(cfg aws.Config, svc, op, in string) servicetest.Answer {
	s.t.Helper()
	a := s.try(cfg, svc, op, in)
	if !a.OK() {
		s.t.Fatalf("%s.%s: got %d %s, want success", svc, op, a.Status, a.Body)
	}
	return a
}

// refuses makes a call that has to be denied.
func (s *siege) refuses(cfg aws.Config, svc, op, in string) servicetest.Answer {
	s.t.Helper()
	a := s.try(cfg, svc, op, in)
	if !a.Denied() {
		s.t.Errorf("%s.%s %s: got %d %s, want a denial", svc, op, in, a.Status, a.Body)
	}
	return a
}

// fails makes a call that has to fail with the code.
func (s *siege) fails(cfg aws.Config, code, svc, op, in string) servicetest.Answer {
	s.t.Helper()
	a := s.try(cfg, svc, op, in)
	if a.OK() || codeOf(a.Body) != code {
		s.t.Errorf("%s.%s %s: got %d %s, want %s", svc, op, in, a.Status, a.Body, code)
	}
	return a
}

// role makes a role that the account's users may assume and tag.
func (s *siege) role(name, policy string) {
	s.t.Helper()
	s.must(s.root, "iam", "CreateRole", map[string]any{"RoleName": name, "AssumeRolePolicyDocument": s.expand(anyPrincipalOfAccount)})
	s.grant(name, policy)
}

// grant puts the one policy that the role has.
func (s *siege) grant(role, policy string) {
	s.t.Helper()
	s.must(s.root, "iam", "PutRolePolicy", map[string]any{"RoleName": role, "PolicyName": "p", "PolicyDocument": policy})
}

// assume assumes a role of the first account, with more than its name if more
// is given.
func (s *siege) assume(as aws.Config, role string, more map[string]any) aws.Config {
	s.t.Helper()
	return s.credentials(s.must(as, "sts", "AssumeRole", assumption(role, more)))
}

func assumption(role string, more map[string]any) map[string]any {
	in := map[string]any{"RoleArn": roleARN(role), "RoleSessionName": "raid"}
	for k, v := range more {
		in[k] = v
	}
	return in
}

func roleARN(name string) string { return "arn:aws:iam::000000000000:role/" + name }

func tenantTag(value string) []any {
	return []any{map[string]any{"Key": "TenantID", "Value": value}}
}

// account makes another account and returns its root user and an administrator.
func (s *siege) account(id string) (root, admin aws.Config) {
	s.t.Helper()
	a, err := client.NewAdmin(s.root).CreateAccount(s.t.Context(), id)
	if err != nil {
		s.t.Fatal(err)
	}
	root = s.srv.As(a.RootAccessKeyID, a.RootSecretAccessKey, "")
	return root, s.user(root, "admin", allowAll)
}

// keysOf returns the credentials of cfg.
func keysOf(t testing.TB, cfg aws.Config) aws.Credentials {
	t.Helper()
	c, err := cfg.Credentials.Retrieve(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// text is v as JSON.
func text(t testing.TB, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// codeOf returns the code of an error's body, in either protocol.
func codeOf(body string) string {
	if _, rest, ok := strings.Cut(body, "<Code>"); ok {
		code, _, _ := strings.Cut(rest, "<")
		return code
	}
	if body == "<UnknownOperationException/>\n" { // to what isn't DynamoDB's protocol
		return "UnknownOperationException"
	}
	var e struct {
		Type string `json:"__type"`
	}
	if json.Unmarshal([]byte(body), &e) != nil {
		return ""
	}
	_, code, ok := strings.Cut(e.Type, "#")
	if !ok {
		return e.Type
	}
	return code
}

// alive checks that the server still serves and still keeps tenants apart.
func (s *siege) alive() {
	s.t.Helper()
	if a := s.try(s.admin, "dynamodb", "GetItem", getRow("blue")); !a.OK() || !strings.Contains(a.Body, "note of blue") {
		s.t.Errorf("the server does not serve any more: got %d %s", a.Status, a.Body)
	}
	if got := s.health(); got != http.StatusOK {
		s.t.Errorf("health: got %d", got)
	}
}
