// SPDX-License-Identifier: Apache-2.0

package isolation_test

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/bailiwick-dev/bailiwick/bailiwicktest"
	"github.com/bailiwick-dev/bailiwick/internal/isolation"
)

// small is a world with prefix families, and nothing more.
func small(srv *bailiwicktest.Server) isolation.Config {
	return isolation.Config{AWS: srv.Config(), Tenants: 12, Items: 120, Measure: 50 * time.Millisecond}
}

// build builds a world that is closed when the test ends.
func build(t *testing.T, cfg isolation.Config) *isolation.World {
	t.Helper()
	w, err := isolation.Build(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Close)
	return w
}

func verify(t *testing.T, w *isolation.World) []isolation.Row {
	t.Helper()
	rows, err := w.Verify(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func wrong(rows []isolation.Row) []isolation.Row {
	return slices.DeleteFunc(slices.Clone(rows), isolation.Row.OK)
}

func TestTenantsAreApart(t *testing.T) {
	report, err := isolation.Run(t.Context(), small(bailiwicktest.New(t)))
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range wrong(report.Rows) {
		t.Errorf("not as expected: %+v", row)
	}
	if !report.OK {
		t.Error("the report is not OK")
	}
	checkCoverage(t, report.Rows)
	for _, l := range report.Leaks {
		if !l.Leaked || !l.Fixed {
			t.Errorf("leak %s: leaked %t, fixed %t: %+v", l.Name, l.Leaked, l.Fixed, l.Exchanges)
		}
	}
	if len(report.Leaks) != 2 {
		t.Errorf("%d leaks, want 2", len(report.Leaks))
	}
	if report.Figures.Vends.PerSecond <= 0 || report.Figures.Reads.PerSecond <= 0 {
		t.Errorf("figures are %+v", report.Figures)
	}
	checkPrinted(t, report)
}

// checkCoverage sees that all calls were made that are to be made: rows that are
// not there can't be wrong.
func checkCoverage(t *testing.T, rows []isolation.Row) {
	t.Helper()
	type seen struct {
		method   isolation.Method
		tenant   string
		action   string
		expected isolation.Outcome
	}
	count := map[seen]int{}
	for _, r := range rows {
		count[seen{r.Method, r.Tenant, r.Action, r.Expected}]++
	}
	// On each of two tables: three others, once each; a batch also with an own
	// key before the other's; a query also by an index, the own partition's too.
	denied := map[string]int{
		"GetItem": 6, "PutItem": 6, "UpdateItem": 6, "DeleteItem": 6, "BatchGetItem": 12, "BatchWriteItem": 12, "Query": 14, "Scan": 4,
	}
	for _, m := range []isolation.Method{isolation.ByRole, isolation.ByPolicy, isolation.ByTags} {
		for _, tenant := range []string{"company1", "company10", "company1000", "bluebird"} {
			for action, want := range denied {
				if n := count[seen{m, tenant, "dynamodb:" + action, isolation.Deny}]; n != want {
					t.Errorf("%s by %s: %d rows of %s that is to be denied, want %d", tenant, m, n, action, want)
				}
				if n := count[seen{m, tenant, "dynamodb:" + action, isolation.Allow}]; action != "Scan" && n < 2 {
					t.Errorf("%s by %s: %d rows of %s on its own data, want one for each table", tenant, m, n, action)
				}
			}
		}
	}
	for _, m := range []isolation.Method{isolation.NoTag, isolation.EmptyTag, isolation.Untenanted} {
		if n := count[seen{m, "", "dynamodb:GetItem", isolation.Deny}]; n != 24 {
			t.Errorf("%s: %d items denied, want one for each tenant and table", m, n)
		}
	}
}

// checkPrinted sees that both forms of the report say what they should.
func checkPrinted(t *testing.T, report isolation.Report) {
	t.Helper()
	var out bytes.Buffer
	if err := report.Print(&out); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"dynamodb:BatchWriteItem", "Leak: ", "company10", "p99"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is not printed:\n%s", want, out.String())
		}
	}
	if strings.Contains(out.String(), "WRONG") || strings.Contains(out.String(), "NOT AS EXPECTED") {
		t.Errorf("something is not as expected:\n%s", out.String())
	}
	text, err := json.Marshal(report)
	if err != nil {
		t.Fatal(err)
	}
	var members map[string]json.RawMessage
	var rows []map[string]string
	if err := json.Unmarshal(text, &members); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(members["rows"], &rows); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"method", "tenant", "action", "target", "expected", "got", "reason"} {
		if _, ok := rows[0][name]; !ok {
			t.Errorf("rows have no %s: %v", name, rows[0])
		}
	}
	for _, name := range []string{"rows", "leaks", "figures", "ok"} {
		if _, ok := members[name]; !ok {
			t.Errorf("the report has no %s", name)
		}
	}
}

func TestAWorldCanBeBuiltWhereALargerOneWas(t *testing.T) {
	srv := bailiwicktest.New(t)
	cfg := small(srv)
	cfg.Tenants, cfg.Items, cfg.Others = 4, 40, 1
	larger := cfg
	larger.Items *= 2
	build(t, larger)
	for _, row := range wrong(verify(t, build(t, cfg))) {
		t.Errorf("not as expected: %+v", row)
	}
}

func TestRowsAreInOrderHoweverManyWorkersThereAre(t *testing.T) {
	srv := bailiwicktest.New(t)
	var orders [2][]isolation.Row
	for i, workers := range []int{1, 16} {
		cfg := small(srv)
		cfg.Tenants, cfg.Items, cfg.Workers = 4, 16, workers
		orders[i] = verify(t, build(t, cfg))
	}
	if !slices.Equal(orders[0], orders[1]) {
		t.Error("the rows differ")
	}
	byVisitor := func(a, b isolation.Row) int {
		return cmp.Or(cmp.Compare(a.Method, b.Method), cmp.Compare(a.Tenant, b.Tenant), cmp.Compare(a.Target, b.Target))
	}
	if !slices.IsSortedFunc(orders[0], byVisitor) {
		t.Error("the rows are not in order")
	}
}

// A verifier that cannot find a leak verifies nothing.
func TestLeaksAreFound(t *testing.T) {
	for _, c := range []struct {
		claim    string
		sabotage func(context.Context, *testing.T, aws.Config)
		found    func(isolation.Row) bool
	}{
		{
			"a tenant's role that allows keys that begin with its id", widenRole,
			func(r isolation.Row) bool {
				return r.Tenant == "company1" && r.Method == isolation.ByRole && r.Action == "dynamodb:GetItem" &&
					strings.HasPrefix(r.Target, "TrackingData/company10/") && r.Expected == isolation.Deny && r.Got == isolation.Allow
			},
		},
		{
			"a role that relies on tags and allows Scan", allowScan,
			func(r isolation.Row) bool {
				return r.Method == isolation.NoTag && r.Action == "dynamodb:Scan" && r.Target == "TrackingData" &&
					r.Expected == isolation.Deny && r.Got == isolation.Allow
			},
		},
		{
			"a denial that comes from a kind of policy that does not isolate", emptyVendingRole,
			func(r isolation.Row) bool {
				return r.Tenant == "blue" && r.Method == isolation.ByPolicy && r.Expected == isolation.Deny && r.Got == isolation.Fault &&
					strings.Contains(r.Reason, "no identity-based policy")
			},
		},
		{
			"an item that was changed while others were refused", changeItem,
			func(r isolation.Row) bool {
				return r.Tenant == "yellow" && strings.Contains(r.Target, " after ") && r.Expected == isolation.Allow && r.Got == isolation.Fault
			},
		},
		{"an own item that is missing from a query", deleteItem, ownQueryFault},
		{"an item in the own partition that was not there", plantItem, ownQueryFault},
	} {
		t.Run(c.claim, func(t *testing.T) {
			srv := bailiwicktest.New(t)
			cfg := small(srv)
			cfg.Tenants, cfg.Items, cfg.Others = 8, 40, 1
			w := build(t, cfg)
			c.sabotage(t.Context(), t, srv.Config())
			if bad := wrong(verify(t, w)); !slices.ContainsFunc(bad, c.found) {
				t.Errorf("not found; %d rows are wrong", len(bad))
			}
		})
	}
}

func widenRole(ctx context.Context, t *testing.T, cfg aws.Config) {
	putPolicy(ctx, t, cfg, "tracking-company1", "OwnItems", `{"Version":"2012-10-17","Statement":[{
		"Effect":"Allow","Action":["dynamodb:GetItem","dynamodb:Query"],"Resource":"*",
		"Condition":{"ForAllValues:StringLike":{"dynamodb:LeadingKeys":["company1*"]}}}]}`)
}

func allowScan(ctx context.Context, t *testing.T, cfg aws.Config) {
	putPolicy(ctx, t, cfg, "TrackingAccessRole", "More", `{"Version":"2012-10-17","Statement":[{
		"Effect":"Allow","Action":"dynamodb:Scan","Resource":"*",
		"Condition":{"ForAllValues:StringEquals":{"dynamodb:LeadingKeys":["${aws:PrincipalTag/TenantID}"]}}}]}`)
}

func emptyVendingRole(ctx context.Context, t *testing.T, cfg aws.Config) {
	_, err := iam.NewFromConfig(cfg).DeleteRolePolicy(ctx, &iam.DeleteRolePolicyInput{
		RoleName: aws.String("TenantVendingRole"), PolicyName: aws.String("AllTables"),
	})
	if err != nil {
		t.Fatal(err)
	}
}

func putPolicy(ctx context.Context, t *testing.T, cfg aws.Config, role, name, document string) {
	t.Helper()
	_, err := iam.NewFromConfig(cfg).PutRolePolicy(ctx, &iam.PutRolePolicyInput{RoleName: &role, PolicyName: &name, PolicyDocument: &document})
	if err != nil {
		t.Fatal(err)
	}
}

// shipmentKey is the key of one of yellow's shipments.
func shipmentKey(id string) map[string]types.AttributeValue {
	return map[string]types.AttributeValue{
		"TenantID":   &types.AttributeValueMemberS{Value: "yellow"},
		"ShipmentID": &types.AttributeValueMemberS{Value: id},
	}
}

func changeItem(ctx context.Context, t *testing.T, cfg aws.Config) {
	_, err := dynamodb.NewFromConfig(cfg).UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName:                 aws.String("TrackingData"),
		Key:                       shipmentKey("SHP-0000002"),
		UpdateExpression:          aws.String("SET Carrier = :c"),
		ExpressionAttributeValues: map[string]types.AttributeValue{":c": &types.AttributeValueMemberS{Value: "nobody"}},
	})
	if err != nil {
		t.Fatal(err)
	}
}

func deleteItem(ctx context.Context, t *testing.T, cfg aws.Config) {
	_, err := dynamodb.NewFromConfig(cfg).DeleteItem(ctx, &dynamodb.DeleteItemInput{
		TableName: aws.String("TrackingData"), Key: shipmentKey("SHP-0000003"),
	})
	if err != nil {
		t.Fatal(err)
	}
}

func plantItem(ctx context.Context, t *testing.T, cfg aws.Config) {
	_, err := dynamodb.NewFromConfig(cfg).PutItem(ctx, &dynamodb.PutItemInput{
		TableName: aws.String("TrackingData"), Item: shipmentKey("SHP-9999999"),
	})
	if err != nil {
		t.Fatal(err)
	}
}

func ownQueryFault(r isolation.Row) bool {
	return r.Tenant == "yellow" && r.Action == "dynamodb:Query" && r.Expected == isolation.Allow && r.Got == isolation.Fault
}

func TestWhatBuildDidNotMakeIsLeftAlone(t *testing.T) {
	for _, c := range []struct {
		claim, says string
		exists      func(context.Context, aws.Config) error
	}{
		{"a table", "table Employee", func(ctx context.Context, cfg aws.Config) error {
			_, err := dynamodb.NewFromConfig(cfg).CreateTable(ctx, &dynamodb.CreateTableInput{
				TableName:            aws.String("Employee"),
				BillingMode:          types.BillingModePayPerRequest,
				AttributeDefinitions: []types.AttributeDefinition{{AttributeName: aws.String("Id"), AttributeType: types.ScalarAttributeTypeS}},
				KeySchema:            []types.KeySchemaElement{{AttributeName: aws.String("Id"), KeyType: types.KeyTypeHash}},
			})
			return err
		}},
		{"a user", "user tvm-developer", func(ctx context.Context, cfg aws.Config) error {
			_, err := iam.NewFromConfig(cfg).CreateUser(ctx, &iam.CreateUserInput{UserName: aws.String("tvm-developer")})
			return err
		}},
		{"a role", "role TrackingAccessRole", func(ctx context.Context, cfg aws.Config) error {
			_, err := iam.NewFromConfig(cfg).CreateRole(ctx, &iam.CreateRoleInput{
				RoleName: aws.String("TrackingAccessRole"),
				AssumeRolePolicyDocument: aws.String(`{"Version":"2012-10-17","Statement":[{
					"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}`),
			})
			return err
		}},
	} {
		t.Run(c.claim, func(t *testing.T) {
			srv := bailiwicktest.New(t)
			if err := c.exists(t.Context(), srv.Config()); err != nil {
				t.Fatal(err)
			}
			if _, err := isolation.Build(t.Context(), small(srv)); err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("the error is %v, want one that names %s", err, c.says)
			}
		})
	}
}

func TestSizesOutOfBoundsAreRefused(t *testing.T) {
	full := isolation.Config{AWS: aws.Config{Region: "us-east-1", Credentials: aws.AnonymousCredentials{}}}
	for claim, change := range map[string]func(*isolation.Config){
		"no credentials":            func(c *isolation.Config) { c.AWS.Credentials = nil },
		"no region":                 func(c *isolation.Config) { c.AWS.Region = "" },
		"too few tenants":           func(c *isolation.Config) { c.Tenants = 3 },
		"too many tenants":          func(c *isolation.Config) { c.Tenants, c.Items = 10_001, 1_000_000 },
		"too few items for tenants": func(c *isolation.Config) { c.Tenants, c.Items = 10, 39 },
		"too many items":            func(c *isolation.Config) { c.Items = 10_000_001 },
		"negative others":           func(c *isolation.Config) { c.Others = -1 },
		"negative workers":          func(c *isolation.Config) { c.Workers = -1 },
		"too many workers":          func(c *isolation.Config) { c.Workers = 1025 },
		"negative time":             func(c *isolation.Config) { c.Measure = -1 },
	} {
		cfg := full
		change(&cfg)
		ctx, cancel := context.WithCancel(t.Context())
		cancel() // a configuration that is let through makes no call
		_, err := isolation.Build(ctx, cfg)
		if err == nil || strings.Contains(err.Error(), "account") {
			t.Errorf("%s: the error is %v", claim, err)
		}
	}
}
