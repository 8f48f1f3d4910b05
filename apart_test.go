// SPDX-License-Identifier: Apache-2.0

package bailiwick_test

import (
	"context"
	"encoding/json"
	"encoding/xml"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/bailiwick-dev/bailiwick"
	"github.com/bailiwick-dev/bailiwick/bailiwicktest"
	"github.com/bailiwick-dev/bailiwick/client"
	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/service"
	"github.com/bailiwick-dev/bailiwick/internal/service/servicetest"
)

// The policy of tenants: their own partitions, what is under their own path,
// and for the tenant yellow alone everything that has no tenant in it.
const tenantPolicy = `{"Version":"2012-10-17","Statement":[
 {"Sid":"OwnItems","Effect":"Allow","Action":["dynamodb:GetItem","dynamodb:PutItem","dynamodb:UpdateItem","dynamodb:DeleteItem","dynamodb:Query","dynamodb:BatchGetItem","dynamodb:BatchWriteItem"],
  "Resource":"arn:aws:dynamodb:*:$ACCOUNT:table/*",
  "Condition":{"ForAllValues:StringEquals":{"dynamodb:LeadingKeys":["${aws:PrincipalTag/TenantID}"]},"Null":{"dynamodb:LeadingKeys":"false"}}},
 {"Sid":"OwnPath","Effect":"Allow","Action":["iam:*","sts:*"],
  "Resource":["arn:aws:iam::$ACCOUNT:user/tenants/${aws:PrincipalTag/TenantID}/*","arn:aws:iam::$ACCOUNT:role/tenants/${aws:PrincipalTag/TenantID}/*","arn:aws:iam::$ACCOUNT:group/tenants/${aws:PrincipalTag/TenantID}/*","arn:aws:iam::$ACCOUNT:policy/tenants/${aws:PrincipalTag/TenantID}/*"]},
 {"Sid":"Shared","Effect":"Allow","NotAction":["dynamodb:GetItem","dynamodb:PutItem","dynamodb:UpdateItem","dynamodb:DeleteItem","dynamodb:Query","dynamodb:BatchGetItem","dynamodb:BatchWriteItem"],
  "Resource":"*","Condition":{"StringEquals":{"aws:PrincipalTag/TenantID":"yellow"}}}]}`

// absent is the operations on what nobody has here, with what those are told who
// may ask.
var absent = map[string]string{
	"bailiwick.GetTableUsage": "ResourceNotFoundException",

	"sts.AssumeRoot": "AccessDenied",

	"iam.GetLoginProfile":          "NoSuchEntity",
	"iam.DeleteLoginProfile":       "NoSuchEntity",
	"iam.GetAccountPasswordPolicy": "NoSuchEntity",

	"dynamodb.DescribeBackup":              "BackupNotFoundException",
	"dynamodb.DeleteBackup":                "BackupNotFoundException",
	"dynamodb.DescribeExport":              "ExportNotFoundException",
	"dynamodb.DescribeImport":              "ImportNotFoundException",
	"dynamodb.DescribeGlobalTable":         "GlobalTableNotFoundException",
	"dynamodb.DescribeGlobalTableSettings": "GlobalTableNotFoundException",
}

const anyPrincipalOfAccount = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"$ACCOUNT"},"Action":["sts:AssumeRole","sts:TagSession"]}]}`

// world is a server with the callers that every operation is tried as.
type world struct {
	t        *testing.T
	srv      *bailiwicktest.Server
	services map[string]*awsapi.Service
	owner    aws.Config            // tenant yellow
	longTerm aws.Config            // who may do what no session can, of the same account
	wrong    map[string]aws.Config // of the same account
	foreign  map[string]aws.Config // of another account, with every permission there

	learned   []string // ids for what samples have in their place
	accessKey string   // that the sample of CreateAccessKey made
	message   string   // of the last denial in the account
}

// TestEveryOperationKeepsTenantsApart tries every guarded operation of every
// service with its sample input, which names what is the tenant yellow's:
// others first, who must be denied, then yellow, who must succeed.
func TestEveryOperationKeepsTenantsApart(t *testing.T) {
	w := newWorld(t)
	tried := 0
	for _, svc := range service.All(nil) {
		if svc.Name == "sts" { // whose sample assumes it
			w.must(w.srv.Config(), "iam", "CreateRole", map[string]any{"RoleName": "yellow-reader", "Path": "/tenants/yellow/", "AssumeRolePolicyDocument": w.expand(anyPrincipalOfAccount)})
		}
		for i := range svc.Operations {
			op := &svc.Operations[i]
			if op.Guard == awsapi.None || op.Auth == awsapi.FromInput || op.Name == "GetSessionToken" {
				continue // in the golden list of package service, or governed by no policy
			}
			tried++
			w.try(svc, op)
		}
	}
	if tried == 0 {
		t.Fatal("no operation was tried")
	}
}

func (w *world) try(svc *awsapi.Service, op *awsapi.Operation) {
	name := svc.Name + "." + op.Name
	in := w.expand(op.Sample)
	for who, cfg := range w.wrong {
		a := w.call(cfg, svc, op.Name, in)
		if a.Encoded != "" {
			w.message = a.Encoded
		}
		if !a.Denied() {
			w.t.Errorf("%s by %s: got %d %s, want a denial", name, who, a.Status, a.Body)
		}
	}
	for who, cfg := range w.foreign {
		w.tryForeign(name, who, cfg, svc, op, in)
	}
	owner := w.owner
	if op.Sessions == awsapi.NoSessions {
		owner = w.longTerm
	}
	if name == "dynamodb.DeleteTable" {
		w.awaitIndexes(svc)
	}
	a := w.call(owner, svc, op.Name, in)
	w.learn(a.Body)
	if want, ok := absent[name]; ok {
		if !strings.Contains(a.Body, want) {
			w.t.Errorf("%s by its owner: got %d %s, want %s", name, a.Status, a.Body, want)
		}
	} else if !a.OK() {
		w.t.Errorf("%s by its owner: got %d %s", name, a.Status, a.Body)
	} else if id := accessKeyID.FindString(a.Body); op.Name == "CreateAccessKey" {
		w.accessKey = id
	}
}

// awaitIndexes waits until the index that the sample of UpdateTable makes is
// filled: until then the sample table can't be deleted.
func (w *world) awaitIndexes(svc *awsapi.Service) {
	for range 6000 {
		a := w.call(w.srv.Config(), svc, "DescribeTable", `{"TableName":"Sample"}`)
		if !strings.Contains(a.Body, `"IndexStatus":"CREATING"`) {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	w.t.Error("the sample table's index is not filled")
}

var accessKeyID = regexp.MustCompile(`AKIA[A-Z2-7]{16}`)

var tableName = regexp.MustCompile(`"TableName":"([^"]*)"`)

// tryForeign tries an operation from another account: by plain names, which
// mean things of that account and must tell nothing of this one, and by this
// account's ARNs, which must be denied.
func (w *world) tryForeign(name, who string, cfg aws.Config, svc *awsapi.Service, op *awsapi.Operation, in string) {
	if op.Name == "CreateAccountAlias" {
		return // aliases are unique among all accounts: one that another takes is gone
	}
	account := w.srv.Root.AccountID
	byARN := tableName.ReplaceAllString(in, `"TableName":"arn:aws:dynamodb:us-east-1:`+account+`:table/$1"`)
	if strings.Contains(byARN, account) {
		// Tables are created in one's own account only.
		if a := w.call(cfg, svc, op.Name, byARN); !a.Denied() && op.Name != "CreateTable" && !strings.Contains(a.Body, "NoSuchEntity") {
			w.t.Errorf("%s by %s, by ARN: got %d %s, want a denial", name, who, a.Status, a.Body)
		}
		return
	}
	if a := w.call(cfg, svc, op.Name, in); a.OK() && strings.Contains(a.Body, account) {
		w.t.Errorf("%s by %s tells of another account: %s", name, who, a.Body)
	}
}

func newWorld(t *testing.T) *world { return newWorldOf(t, bailiwick.Config{}) }

func newWorldOf(t *testing.T, cfg bailiwick.Config) *world {
	cfg.Data = t.TempDir()
	cfg.Observe(newCatalogue(t).check)
	w := &world{t: t, srv: bailiwicktest.Start(t, cfg), services: map[string]*awsapi.Service{}, foreign: map[string]aws.Config{}}
	for _, svc := range service.All(nil) {
		w.services[svc.Name] = svc
	}
	root := w.srv.Config()
	vendor := w.user(root, "vendor", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["sts:AssumeRole","sts:TagSession"],"Resource":"*"}]}`)
	w.must(root, "iam", "CreateRole", map[string]any{"RoleName": "tenant", "AssumeRolePolicyDocument": w.expand(anyPrincipalOfAccount)})
	w.must(root, "iam", "PutRolePolicy", map[string]any{"RoleName": "tenant", "PolicyName": "p", "PolicyDocument": w.expand(tenantPolicy)})

	w.owner = w.session(vendor, "yellow")
	w.longTerm = w.user(root, "longterm", w.expand(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:GetFederationToken","Resource":"arn:aws:sts::$ACCOUNT:federated-user/sample"}]}`))
	w.wrong = map[string]aws.Config{
		"another tenant":                 w.session(vendor, "blue"),
		"a tenant whose id is a prefix":  w.session(vendor, "yell"),
		"a tenant whose id has it first": w.session(vendor, "yellowstone"),
		"a session without a tag":        w.session(vendor),
		"a session with an empty tag":    w.session(vendor, ""),
		"a user without policies":        w.user(root, "nobody", `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"none:none","Resource":"*"}]}`),
	}
	b, err := client.NewAdmin(root).CreateAccount(context.Background(), "222222222222")
	if err != nil {
		t.Fatal(err)
	}
	w.foreign["another account's root"] = w.srv.As(b.RootAccessKeyID, b.RootSecretAccessKey, "")
	w.foreign["another account's administrator"] = w.user(w.foreign["another account's root"], "admin",
		`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`)
	return w
}

// expand fills in whom a sample or policy is about.
func (w *world) expand(s string) string {
	r := []string{"$TENANT", "yellow", "$ACCOUNT", w.srv.Root.AccountID}
	if w.accessKey != "" {
		r = append(r, "AKIAAAAAAAAAAAAAAAAA", w.accessKey)
	}
	if w.message != "" {
		r = append(r, "BBBBBBBBBBBBBBBB", w.message)
	}
	return strings.NewReplacer(append(r, w.learned...)...).Replace(s)
}

func (w *world) call(cfg aws.Config, svc *awsapi.Service, op, in string) servicetest.Answer {
	w.t.Helper()
	a, err := servicetest.Call(w.t.Context(), cfg, svc, op, in)
	if err != nil {
		w.t.Fatal(err)
	}
	return a
}

// must makes a call that has to succeed.
func (w *world) must(cfg aws.Config, svc, op string, in map[string]any) servicetest.Answer {
	w.t.Helper()
	text, err := json.Marshal(in)
	if err != nil {
		w.t.Fatal(err)
	}
	a := w.call(cfg, w.services[svc], op, string(text))
	if !a.OK() {
		w.t.Fatalf("%s.%s: %d %s", svc, op, a.Status, a.Body)
	}
	return a
}

// user makes a user with a policy and an access key.
func (w *world) user(as aws.Config, name, policy string) aws.Config {
	w.t.Helper()
	w.must(as, "iam", "CreateUser", map[string]any{"UserName": name})
	w.must(as, "iam", "PutUserPolicy", map[string]any{"UserName": name, "PolicyName": "p", "PolicyDocument": policy})
	return w.credentials(w.must(as, "iam", "CreateAccessKey", map[string]any{"UserName": name}))
}

// session assumes the role of tenants, with a tag if one is given.
func (w *world) session(as aws.Config, tag ...string) aws.Config {
	w.t.Helper()
	in := map[string]any{"RoleArn": "arn:aws:iam::" + w.srv.Root.AccountID + ":role/tenant", "RoleSessionName": "test"}
	for _, value := range tag {
		in["Tags"] = []any{map[string]any{"Key": "TenantID", "Value": value}}
	}
	return w.credentials(w.must(as, "sts", "AssumeRole", in))
}

// credentials reads the access key out of an answer.
func (w *world) credentials(a servicetest.Answer) aws.Config {
	w.t.Helper()
	var out struct {
		User    key `xml:"CreateAccessKeyResult>AccessKey"`
		Session key `xml:"AssumeRoleResult>Credentials"`
	}
	if err := xml.Unmarshal([]byte(a.Body), &out); err != nil {
		w.t.Fatal(err)
	}
	k := out.User
	if k.AccessKeyId == "" {
		k = out.Session
	}
	return w.srv.As(k.AccessKeyId, k.SecretAccessKey, k.SessionToken)
}

type key struct{ AccessKeyId, SecretAccessKey, SessionToken string }
