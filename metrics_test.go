// SPDX-License-Identifier: Apache-2.0

package bailiwick_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/bailiwick-dev/bailiwick"
	"github.com/bailiwick-dev/bailiwick/client"
)

// serveMeasured starts a server that measures, and returns where it is, where its
// metrics are, and a configuration for its root user.
func serveMeasured(t *testing.T, cfg bailiwick.Config) (endpoint, metrics string, root aws.Config) {
	t.Helper()
	cfg.Data, cfg.Addr, cfg.Log = t.TempDir(), "127.0.0.1:0", slog.New(slog.NewTextHandler(t.Output(), nil))
	s, err := bailiwick.Open(cfg)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ready, done := make(chan string, 1), make(chan error, 1)
	go func() { done <- s.Serve(ctx, func(endpoint string) { ready <- endpoint }) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	select {
	case endpoint = <-ready:
	case err := <-done:
		t.Fatal(err)
	}
	k := s.Root()
	return endpoint, s.MetricsURL(), client.Config(endpoint, "us-east-1", credentials.NewStaticCredentialsProvider(k.AccessKeyID, k.SecretAccessKey, ""))
}

// page fetches a page.
func page(t *testing.T, url string) (status int, body string) {
	t.Helper()
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(text)
}

func TestMetricsSayWhatIsDoneAndNoSecret(t *testing.T) {
	endpoint, metrics, root := serveMeasured(t, bailiwick.Config{Metrics: "127.0.0.1:0", MetricsTenants: 1})
	if _, body := page(t, endpoint+"/metrics"); strings.Contains(body, "bailiwick_info") {
		t.Error("metrics are on the endpoint of clients")
	}
	db, ctx := dynamodb.NewFromConfig(root), t.Context()
	_, err := db.CreateTable(ctx, &dynamodb.CreateTableInput{
		TableName: aws.String("Orders"), BillingMode: types.BillingModePayPerRequest,
		AttributeDefinitions: []types.AttributeDefinition{{AttributeName: aws.String("pk"), AttributeType: types.ScalarAttributeTypeS}},
		KeySchema:            []types.KeySchemaElement{{AttributeName: aws.String("pk"), KeyType: types.KeyTypeHash}},
		Tags: []types.Tag{
			{Key: aws.String("bailiwick:tenant-attribute"), Value: aws.String("pk")},
			{Key: aws.String("bailiwick:tenant-delimiter"), Value: aws.String("#")},
			{Key: aws.String("note"), Value: aws.String("tag-value")},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	put := func(pk string) {
		t.Helper()
		_, err := db.PutItem(ctx, &dynamodb.PutItemInput{TableName: aws.String("Orders"), Item: map[string]types.AttributeValue{
			"pk": &types.AttributeValueMemberS{Value: pk}, "card": &types.AttributeValueMemberS{Value: "item-value"},
		}})
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, pk := range []string{"yellow#1", "yellow#2", "yellow#3", "blue#1", "red#1"} {
		put(pk)
	}
	users := iam.NewFromConfig(root)
	if _, err := users.CreateUser(ctx, &iam.CreateUserInput{UserName: aws.String("nobody")}); err != nil {
		t.Fatal(err)
	}
	k, err := users.CreateAccessKey(ctx, &iam.CreateAccessKeyInput{UserName: aws.String("nobody")})
	if err != nil {
		t.Fatal(err)
	}
	as := func(id, secret string) *dynamodb.Client {
		return dynamodb.NewFromConfig(client.Config(endpoint, "us-east-1", credentials.NewStaticCredentialsProvider(id, secret, "")))
	}
	get := &dynamodb.GetItemInput{TableName: aws.String("Orders"), Key: map[string]types.AttributeValue{"pk": &types.AttributeValueMemberS{Value: "yellow#1"}}}
	for name, c := range map[string]*dynamodb.Client{
		"who isn't allowed":           as(*k.AccessKey.AccessKeyId, *k.AccessKey.SecretAccessKey),
		"whose signature isn't right": as(*k.AccessKey.AccessKeyId, "wrong"),
	} {
		if _, err := c.GetItem(ctx, get); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if _, err := db.GetItem(ctx, get); err != nil {
		t.Fatal(err)
	}

	_, body := page(t, metrics)
	for _, want := range []string{
		`bailiwick_calls_total{code="OK",operation="PutItem",service="dynamodb"} 5`,
		`bailiwick_calls_total{code="OK",operation="GetItem",service="dynamodb"} 1`,
		`bailiwick_calls_total{code="AccessDenied",operation="GetItem",service="dynamodb"} 1`,
		`bailiwick_call_seconds_count{operation="GetItem",service="dynamodb"} 2`,
		`bailiwick_denials_total{operation="GetItem",service="dynamodb"} 1`,
		`bailiwick_unverified_total{reason="signature"} 1`,
		`bailiwick_calls_underway 0`,
		`bailiwick_store_broken 0`,
		`bailiwick_log_broken 0`,
		`bailiwick_tenant_items{account="000000000000",group="tenant",region="us-east-1",table="Orders",tenant="yellow"} 3`,
		`bailiwick_tenant_items{account="000000000000",group="other",region="us-east-1",table="Orders",tenant=""} 2`,
		`bailiwick_tenant_write_units_total{account="000000000000",group="tenant",region="us-east-1",table="Orders",tenant="yellow"} 3`,
	} {
		if !strings.Contains(body, want+"\n") {
			t.Errorf("no line %s", want)
		}
	}
	for _, want := range []string{"bailiwick_store_commits_total", "bailiwick_store_disk_bytes", "bailiwick_log_records_total", "process_resident_memory_bytes", "go_goroutines"} {
		if i := strings.Index(body, "\n"+want+" "); i < 0 || strings.HasPrefix(body[i+len(want)+2:], "0\n") {
			t.Errorf("%s is missing, or 0", want)
		}
	}
	for _, secret := range []string{"item-value", "tag-value", "yellow#1", "blue", *k.AccessKey.AccessKeyId, *k.AccessKey.SecretAccessKey, "nobody"} {
		if strings.Contains(body, secret) {
			t.Errorf("metrics tell %q", secret)
		}
	}
	if t.Failed() {
		t.Log(body)
	}
	if status, _ := page(t, strings.TrimSuffix(metrics, "/metrics")+"/"); status != http.StatusNotFound {
		t.Errorf("another path: %d", status)
	}
}

func TestWithoutAddressThereAreNoMetrics(t *testing.T) {
	if _, metrics, _ := serveMeasured(t, bailiwick.Config{}); metrics != "" {
		t.Errorf("metrics are at %s", metrics)
	}
}

func TestMetricsThatCantBeServedAreAnError(t *testing.T) {
	for name, cfg := range map[string]bailiwick.Config{
		"no address":         {Metrics: "9464"},
		"too many tenants":   {Metrics: "127.0.0.1:0", MetricsTenants: 1001},
		"tenants below zero": {Metrics: "127.0.0.1:0", MetricsTenants: -1},
	} {
		cfg.Data = t.TempDir()
		if s, err := bailiwick.Open(cfg); err == nil {
			t.Errorf("%s: no error", name)
			_ = s.Close()
		}
	}
	cfg := bailiwick.Config{Data: t.TempDir(), Addr: "127.0.0.1:0", Metrics: "192.0.2.1:9464"}
	s, err := bailiwick.Open(cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	ctx, stop := context.WithTimeout(t.Context(), time.Minute)
	defer stop()
	if err := s.Serve(ctx, func(string) { stop() }); err == nil {
		t.Error("the server serves without its metrics")
	}
}
