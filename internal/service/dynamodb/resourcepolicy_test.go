// SPDX-License-Identifier: Apache-2.0

package dynamodb_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/bailiwick-dev/bailiwick/bailiwicktest"
	admin "github.com/bailiwick-dev/bailiwick/client"
	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	service "github.com/bailiwick-dev/bailiwick/internal/service/dynamodb"
	"github.com/bailiwick-dev/bailiwick/internal/service/servicetest"
)

// onTable returns the operations that are about the table of the samples, with
// inputs that name it by its ARN.
func onTable(account string) (ops []awsapi.Operation) {
	arn := "arn:aws:dynamodb:us-east-1:" + account + ":table/Sample"
	for _, op := range service.New().Operations {
		if !strings.Contains(op.Sample, "Sample") || absent[op.Name] || op.Name == "CreateTable" {
			continue
		}
		op.Sample = strings.NewReplacer(`"Sample"`, `"`+arn+`"`, `\"Sample\"`, `\"`+arn+`\"`, "$ACCOUNT", account, "$TENANT", "yellow").Replace(op.Sample)
		ops = append(ops, op)
	}
	return ops
}

// policied makes the sample table with that policy.
func policied(t *testing.T, srv *bailiwicktest.Server, effect, principal string) {
	t.Helper()
	document := fmt.Sprintf(`{"Version":"2012-10-17","Statement":{"Effect":"%s","Principal":%s,"Action":"dynamodb:*","Resource":"*"}}`, effect, principal)
	quoted, err := json.Marshal(document)
	if err != nil {
		t.Fatal(err)
	}
	svc := service.New()
	accepted(t, srv, "CreateTable", strings.Replace(operationOf(svc, "CreateTable").Sample, "{", `{"ResourcePolicy":`+string(quoted)+`,`, 1))
}

func operationOf(svc *awsapi.Service, name string) awsapi.Operation {
	for _, op := range svc.Operations {
		if op.Name == name {
			return op
		}
	}
	return awsapi.Operation{}
}

// TestPoliciesOfTablesLetInByEveryWay: who is let in by the table's policy, and by
// the other account's own, can do all there is to do with the table.
func TestPoliciesOfTablesLetInByEveryWay(t *testing.T) {
	srv := bailiwicktest.New(t)
	const second = "111122223333"
	a, err := admin.NewAdmin(srv.Config()).CreateAccount(t.Context(), second)
	if err != nil {
		t.Fatal(err)
	}
	guest := srv.As(a.RootAccessKeyID, a.RootSecretAccessKey, "")
	policied(t, srv, "Allow", `{"AWS":"`+second+`"}`)
	tried := 0
	for _, op := range onTable(srv.Root.AccountID) {
		if strings.HasSuffix(op.Name, "ResourcePolicy") {
			continue // would let nobody in any more
		}
		got, err := servicetest.Call(t.Context(), guest, service.New(), op.Name, op.Sample)
		// The index of the sample of UpdateTable is perhaps not filled yet.
		for end := time.Now().Add(time.Minute); err == nil && strings.Contains(got.Body, "indexes are being created") && time.Now().Before(end); {
			got, err = servicetest.Call(t.Context(), guest, service.New(), op.Name, op.Sample)
		}
		if err != nil {
			t.Fatal(err)
		}
		if !got.OK() {
			t.Errorf("%s by a guest answers %d %s", op.Name, got.Status, got.Body)
		}
		tried++
	}
	if tried < 20 {
		t.Errorf("only %d operations were tried", tried)
	}
}

// TestPoliciesOfTablesDenyEveryWay: what the table's policy denies is denied to
// the root user of its own account, whatever the operation.
func TestPoliciesOfTablesDenyEveryWay(t *testing.T) {
	srv := bailiwicktest.New(t)
	policied(t, srv, "Deny", `"*"`)
	for _, op := range onTable(srv.Root.AccountID) {
		got, err := servicetest.Call(t.Context(), srv.Config(), service.New(), op.Name, op.Sample)
		if err != nil {
			t.Fatal(err)
		}
		if !got.Denied() || !strings.Contains(got.Body, "explicit deny in a resource-based policy") {
			t.Errorf("%s against the table's policy answers %d %s", op.Name, got.Status, got.Body)
		}
	}
}

// TestPoliciesOfTablesMeanWhomTheyNamed: a user who is made anew with the name of
// one that a policy lets in is somebody else.
func TestPoliciesOfTablesMeanWhomTheyNamed(t *testing.T) {
	srv := bailiwicktest.New(t)
	const nothing = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"sts:GetCallerIdentity","Resource":"*"}}`
	reads := func(cfg aws.Config) bool {
		got, err := servicetest.Call(t.Context(), cfg, service.New(), "GetItem", `{"TableName":"Sample","Key":{"pk":{"S":"a"},"sk":{"S":"b"}}}`)
		if err != nil {
			t.Fatal(err)
		}
		return got.OK()
	}
	first := user(t, srv, "reader", nothing)
	policied(t, srv, "Allow", `{"AWS":"arn:aws:iam::`+srv.Root.AccountID+`:user/reader"}`)
	if !reads(first) {
		t.Fatal("the user that the policy names is not let in")
	}
	dropUser(t, srv, "reader")
	if second := user(t, srv, "reader", nothing); reads(second) {
		t.Error("another user of that name is let in")
	}
	shown := accepted(t, srv, "GetResourcePolicy", `{"ResourceArn":"arn:aws:dynamodb:us-east-1:`+srv.Root.AccountID+`:table/Sample"}`)
	if !strings.Contains(shown, `\"AWS\":\"AIDA`) {
		t.Errorf("the policy is shown as %s", shown)
	}
}

// dropUser deletes a user that [user] made.
func dropUser(t *testing.T, srv *bailiwicktest.Server, name string) {
	t.Helper()
	c := iam.NewFromConfig(srv.Config())
	keys, err := c.ListAccessKeys(t.Context(), &iam.ListAccessKeysInput{UserName: &name})
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range keys.AccessKeyMetadata {
		if _, err := c.DeleteAccessKey(t.Context(), &iam.DeleteAccessKeyInput{UserName: &name, AccessKeyId: k.AccessKeyId}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := c.DeleteUserPolicy(t.Context(), &iam.DeleteUserPolicyInput{UserName: &name, PolicyName: aws.String("p")}); err != nil {
		t.Fatal(err)
	}
	if _, err := c.DeleteUser(t.Context(), &iam.DeleteUserInput{UserName: &name}); err != nil {
		t.Fatal(err)
	}
}
