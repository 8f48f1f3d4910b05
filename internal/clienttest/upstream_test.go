// SPDX-License-Identifier: Apache-2.0

package clienttest_test

import (
	"bufio"
	"errors"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	ststypes "github.com/aws/aws-sdk-go-v2/service/sts/types"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"

	"github.com/bailiwick-dev/bailiwick"
	"github.com/bailiwick-dev/bailiwick/bailiwicktest"
)

// startDynalite starts a server of DynamoDB's API that others have written, and
// returns its URL. It ends with the test.
func startDynalite(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range []string{"package.json", "package-lock.json"} {
		text, err := os.ReadFile(filepath.Join("testdata/dynalite", name))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if out, err := exec.Command("npm", "ci", "--prefix", dir, "--silent", "--no-audit", "--no-fund").CombinedOutput(); err != nil {
		t.Fatalf("npm: %v\n%s", err, out)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0") // a port that is free, mostly: it can't pick one
	if err != nil {
		t.Fatal(err)
	}
	port := l.Addr().(*net.TCPAddr).Port
	l.Close()
	cmd := exec.Command("node", filepath.Join(dir, "node_modules/dynalite/cli.js"), "--port", strconv.Itoa(port), "--createTableMs", "0", "--deleteTableMs", "0")
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
	})
	lines := bufio.NewScanner(stdout)
	for lines.Scan() {
		if strings.Contains(strings.ToLower(lines.Text()), "listening") {
			go io.Copy(io.Discard, stdout)
			return "http://127.0.0.1:" + strconv.Itoa(port)
		}
	}
	t.Fatalf("dynalite does not listen: %v", lines.Err())
	return ""
}

type row = map[string]types.AttributeValue

func s(v string) types.AttributeValue { return &types.AttributeValueMemberS{Value: v} }
func n(v string) types.AttributeValue { return &types.AttributeValueMemberN{Value: v} }

// TestAServerOfOthersKeepsTheTables has the SDK for Go use tables that another server
// keeps, as their owner and as a tenant.
func TestAServerOfOthersKeepsTheTables(t *testing.T) {
	t.Parallel()
	srv := bailiwicktest.Start(t, bailiwick.Config{Data: t.TempDir(), Upstream: bailiwick.UpstreamConfig{
		URL: startDynalite(t), Region: "us-east-1", AccessKeyID: "any", SecretAccessKey: "any",
	}})
	owner := dynamodb.NewFromConfig(srv.Config())
	createDocuments(t, owner)
	full := row{
		"tenant": s("blue"), "id": s("1"), "owner": s("ann"), "n": n("-123456789012345678901234567890.12345678"),
		"ss": &types.AttributeValueMemberSS{Value: []string{"a", "b"}}, "ns": &types.AttributeValueMemberNS{Value: []string{"1", "2.5"}},
		"bs": &types.AttributeValueMemberBS{Value: [][]byte{{0}, {255}}}, "b": &types.AttributeValueMemberB{Value: []byte{1, 2}},
		"l":    &types.AttributeValueMemberL{Value: []types.AttributeValue{&types.AttributeValueMemberNULL{Value: true}, &types.AttributeValueMemberM{Value: row{}}}},
		"yes":  &types.AttributeValueMemberBOOL{Value: true},
		"deep": &types.AttributeValueMemberM{Value: row{"x": &types.AttributeValueMemberL{Value: []types.AttributeValue{s("0"), s("1"), s("2")}}}},
	}
	for _, it := range []row{full, {"tenant": s("blue"), "id": s("2"), "owner": s("bob")}, {"tenant": s("red"), "id": s("1"), "owner": s("ann")}} {
		if _, err := owner.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: aws.String("Docs"), Item: it}); err != nil {
			t.Fatal(err)
		}
	}
	tenant := dynamodb.NewFromConfig(tenantConfig(t, srv, "blue"))
	key := row{"tenant": s("blue"), "id": s("1")}
	got, err := tenant.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: aws.String("Docs"), Key: key})
	if err != nil {
		t.Fatal(err)
	}
	sameItem(t, "the whole item", got.Item, full)
	got, err = tenant.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: aws.String("Docs"), Key: key, ProjectionExpression: aws.String("deep.x[2], n")})
	if err != nil {
		t.Fatal(err)
	}
	sameItem(t, "a part", got.Item, row{"n": full["n"], "deep": &types.AttributeValueMemberM{Value: row{"x": &types.AttributeValueMemberL{Value: []types.AttributeValue{s("2")}}}}})
	for name, in := range map[string]*dynamodb.QueryInput{
		"a partition": {KeyConditionExpression: aws.String("tenant = :t AND id >= :i"), ExpressionAttributeValues: row{":t": s("blue"), ":i": s("1")}},
		"a filter":    {KeyConditionExpression: aws.String("tenant = :t"), FilterExpression: aws.String("NOT (#o = :i OR size(#o) > :n)"), ExpressionAttributeNames: map[string]string{"#o": "owner"}, ExpressionAttributeValues: row{":t": s("blue"), ":i": s("zoe"), ":n": n("3")}},
	} {
		in.TableName = aws.String("Docs")
		out, err := tenant.Query(t.Context(), in)
		if err != nil || out.Count != 2 || len(out.Items) != 2 {
			t.Errorf("%s: %v, %v", name, out, err)
		}
	}
	refuses(t, "another's item", func() error {
		_, err := tenant.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: aws.String("Docs"), Key: row{"tenant": s("red"), "id": s("1")}})
		return err
	})
	refuses(t, "an index by another attribute", func() error {
		_, err := tenant.Query(t.Context(), byOwner())
		return err
	})
	if out, err := owner.Query(t.Context(), byOwner()); err != nil || out.Count != 2 {
		t.Errorf("the index: %v, %v", out, err)
	}
	changes(t, tenant, key)
}

// changes writes by every way there is.
func changes(t *testing.T, db *dynamodb.Client, key row) {
	t.Helper()
	up, err := db.UpdateItem(t.Context(), &dynamodb.UpdateItemInput{
		TableName: aws.String("Docs"), Key: key, UpdateExpression: aws.String("SET title = if_not_exists(title, :t), l[0] = :t ADD cnt :one REMOVE yes"),
		ConditionExpression: aws.String("attribute_exists(id)"), ExpressionAttributeValues: row{":t": s("t"), ":one": n("1")}, ReturnValues: types.ReturnValueUpdatedNew,
	})
	if err != nil || up.Attributes["cnt"] == nil {
		t.Errorf("update: %v, %v", up, err)
	}
	_, err = db.PutItem(t.Context(), &dynamodb.PutItemInput{
		TableName: aws.String("Docs"), Item: key, ConditionExpression: aws.String("attribute_not_exists(tenant)"),
	})
	if e := (*types.ConditionalCheckFailedException)(nil); !errors.As(err, &e) {
		t.Errorf("a condition that doesn't hold: %v", err)
	}
	batch, err := db.BatchWriteItem(t.Context(), &dynamodb.BatchWriteItemInput{RequestItems: map[string][]types.WriteRequest{"Docs": {
		{PutRequest: &types.PutRequest{Item: row{"tenant": s("blue"), "id": s("7")}}},
		{DeleteRequest: &types.DeleteRequest{Key: row{"tenant": s("blue"), "id": s("2")}}},
	}}})
	if err != nil || len(batch.UnprocessedItems) > 0 {
		t.Errorf("batch of writes: %v, %v", batch, err)
	}
	got, err := db.BatchGetItem(t.Context(), &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{
		"Docs": {Keys: []map[string]types.AttributeValue{key, {"tenant": s("blue"), "id": s("7")}, {"tenant": s("blue"), "id": s("2")}}},
	}})
	if err != nil || len(got.Responses["Docs"]) != 2 {
		t.Errorf("batch of reads: %v, %v", got, err)
	}
	gone, err := db.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{TableName: aws.String("Docs"), Key: key, ReturnValues: types.ReturnValueAllOld})
	if err != nil || gone.Attributes["cnt"] == nil {
		t.Errorf("delete: %v, %v", gone, err)
	}
}

func byOwner() *dynamodb.QueryInput {
	return &dynamodb.QueryInput{
		TableName: aws.String("Docs"), IndexName: aws.String("ByOwner"), KeyConditionExpression: aws.String("#o = :o"),
		ExpressionAttributeNames: map[string]string{"#o": "owner"}, ExpressionAttributeValues: row{":o": s("ann")},
	}
}

func createDocuments(t *testing.T, db *dynamodb.Client) {
	t.Helper()
	attribute := func(name string) types.AttributeDefinition {
		return types.AttributeDefinition{AttributeName: &name, AttributeType: types.ScalarAttributeTypeS}
	}
	hash := func(name string) types.KeySchemaElement {
		return types.KeySchemaElement{AttributeName: &name, KeyType: types.KeyTypeHash}
	}
	_, err := db.CreateTable(t.Context(), &dynamodb.CreateTableInput{
		TableName: aws.String("Docs"), BillingMode: types.BillingModePayPerRequest,
		AttributeDefinitions: []types.AttributeDefinition{attribute("tenant"), attribute("id"), attribute("owner")},
		KeySchema:            []types.KeySchemaElement{hash("tenant"), {AttributeName: aws.String("id"), KeyType: types.KeyTypeRange}},
		GlobalSecondaryIndexes: []types.GlobalSecondaryIndex{{
			IndexName: aws.String("ByOwner"), KeySchema: []types.KeySchemaElement{hash("owner")}, Projection: &types.Projection{ProjectionType: types.ProjectionTypeAll},
		}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := dynamodb.NewTableExistsWaiter(db).Wait(t.Context(), &dynamodb.DescribeTableInput{TableName: aws.String("Docs")}, 30e9); err != nil {
		t.Fatal(err)
	}
}

// tenantConfig returns the credentials of a session that has a tenant's items only.
func tenantConfig(t *testing.T, srv *bailiwicktest.Server, tenant string) aws.Config {
	t.Helper()
	role := "tenant"
	admin := iam.NewFromConfig(srv.Config())
	_, err := admin.CreateUser(t.Context(), &iam.CreateUserInput{UserName: aws.String("vendor")})
	if err == nil {
		_, err = admin.PutUserPolicy(t.Context(), &iam.PutUserPolicyInput{
			UserName: aws.String("vendor"), PolicyName: aws.String("p"),
			PolicyDocument: aws.String(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":["sts:AssumeRole","sts:TagSession"],"Resource":"*"}}`),
		})
	}
	if err == nil {
		_, err = admin.CreateRole(t.Context(), &iam.CreateRoleInput{
			RoleName:                 &role,
			AssumeRolePolicyDocument: aws.String(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"` + srv.Root.AccountID + `"},"Action":["sts:AssumeRole","sts:TagSession"]}}`),
		})
	}
	if err == nil {
		_, err = admin.PutRolePolicy(t.Context(), &iam.PutRolePolicyInput{
			RoleName: &role, PolicyName: aws.String("p"),
			PolicyDocument: aws.String(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":["dynamodb:*Item","dynamodb:Query"],"Resource":"*",
				"Condition":{"ForAllValues:StringEquals":{"dynamodb:LeadingKeys":["${aws:PrincipalTag/tenant}"]},"Null":{"dynamodb:LeadingKeys":"false"}}}}`),
		})
	}
	if err != nil {
		t.Fatal(err)
	}
	pair, err := admin.CreateAccessKey(t.Context(), &iam.CreateAccessKeyInput{UserName: aws.String("vendor")})
	if err != nil {
		t.Fatal(err)
	}
	cfg := srv.Config()
	cfg.Credentials = credentials.NewStaticCredentialsProvider(*pair.AccessKey.AccessKeyId, *pair.AccessKey.SecretAccessKey, "")
	session, err := sts.NewFromConfig(cfg).AssumeRole(t.Context(), &sts.AssumeRoleInput{
		RoleArn: aws.String("arn:aws:iam::" + srv.Root.AccountID + ":role/" + role), RoleSessionName: aws.String("session"),
		Tags: []ststypes.Tag{{Key: aws.String("tenant"), Value: &tenant}},
	})
	if err != nil {
		t.Fatal(err)
	}
	c := session.Credentials
	return srv.As(*c.AccessKeyId, *c.SecretAccessKey, *c.SessionToken)
}

func sameItem(t *testing.T, what string, got, want row) {
	t.Helper()
	if diff := cmp.Diff(want, got, cmp.Exporter(func(reflect.Type) bool { return true })); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

func refuses(t *testing.T, what string, call func() error) {
	t.Helper()
	e := smithy.APIError(nil)
	if err := call(); !errors.As(err, &e) || e.ErrorCode() != "AccessDeniedException" {
		t.Errorf("%s: got %v", what, err)
	}
}
