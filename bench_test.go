// SPDX-License-Identifier: Apache-2.0

package bailiwick_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	ststypes "github.com/aws/aws-sdk-go-v2/service/sts/types"

	"github.com/bailiwick-dev/bailiwick"
	"github.com/bailiwick-dev/bailiwick/bailiwicktest"
)

const trustOfAccount = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"000000000000"},"Action":["sts:AssumeRole","sts:TagSession"]}]}`

const rowsOfTenant = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["dynamodb:GetItem","dynamodb:PutItem","dynamodb:Query"],
"Resource":["arn:aws:dynamodb:us-east-1:000000000000:table/TrackingData"],
"Condition":{"ForAllValues:StringEquals":{"dynamodb:LeadingKeys":["${aws:PrincipalTag/TenantID}"]}}}]}`

// bench is a server with a table, a vendor of sessions and a tenant's session.
type bench struct {
	srv            *bailiwicktest.Server
	vendor, tenant aws.Config
	role           string
}

func newBench(b *testing.B) *bench {
	b.Helper()
	return furnish(b, bailiwicktest.Start(b, bailiwick.Config{Data: b.TempDir(), Log: slog.New(slog.DiscardHandler)}))
}

// furnish makes the table, the vendor and the session on a new server.
func furnish(b *testing.B, srv *bailiwicktest.Server) *bench {
	b.Helper()
	ctx, root := b.Context(), srv.Config()
	must := func(err error) {
		if err != nil {
			b.Fatal(err)
		}
	}
	im := iam.NewFromConfig(root)
	_, err := im.CreateUser(ctx, &iam.CreateUserInput{UserName: aws.String("vendor")})
	must(err)
	_, err = im.PutUserPolicy(ctx, &iam.PutUserPolicyInput{
		UserName: aws.String("vendor"), PolicyName: aws.String("p"),
		PolicyDocument: aws.String(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["sts:AssumeRole","sts:TagSession"],"Resource":"*"}]}`),
	})
	must(err)
	key, err := im.CreateAccessKey(ctx, &iam.CreateAccessKeyInput{UserName: aws.String("vendor")})
	must(err)
	role, err := im.CreateRole(ctx, &iam.CreateRoleInput{RoleName: aws.String("access"), AssumeRolePolicyDocument: aws.String(trustOfAccount)})
	must(err)
	_, err = im.PutRolePolicy(ctx, &iam.PutRolePolicyInput{RoleName: aws.String("access"), PolicyName: aws.String("p"), PolicyDocument: aws.String(rowsOfTenant)})
	must(err)
	s := &bench{srv: srv, role: *role.Role.Arn, vendor: srv.As(*key.AccessKey.AccessKeyId, *key.AccessKey.SecretAccessKey, "")}
	_, err = dynamodb.NewFromConfig(root).CreateTable(ctx, &dynamodb.CreateTableInput{
		TableName: aws.String("TrackingData"), BillingMode: types.BillingModePayPerRequest,
		AttributeDefinitions: []types.AttributeDefinition{
			{AttributeName: aws.String("TenantID"), AttributeType: types.ScalarAttributeTypeS},
			{AttributeName: aws.String("ShipmentID"), AttributeType: types.ScalarAttributeTypeS},
		},
		KeySchema: []types.KeySchemaElement{
			{AttributeName: aws.String("TenantID"), KeyType: types.KeyTypeHash},
			{AttributeName: aws.String("ShipmentID"), KeyType: types.KeyTypeRange},
		},
	})
	must(err)
	out, err := sts.NewFromConfig(s.vendor).AssumeRole(ctx, s.assume())
	must(err)
	s.tenant = srv.As(*out.Credentials.AccessKeyId, *out.Credentials.SecretAccessKey, *out.Credentials.SessionToken)
	return s
}

func (s *bench) assume() *sts.AssumeRoleInput {
	return &sts.AssumeRoleInput{RoleArn: &s.role, RoleSessionName: aws.String("bench"), DurationSeconds: aws.Int32(900), Tags: []ststypes.Tag{{Key: aws.String("TenantID"), Value: aws.String("yellow")}}}
}

// item is 500 bytes, as DynamoDB counts them, but for its sort key.
func item(sortKey string) string {
	return fmt.Sprintf(`{"TableName":"TrackingData","Item":{"TenantID":{"S":"yellow"},"ShipmentID":{"S":%q},"Carrier":{"S":"northwind"},"Weight":{"N":"12.5"},"Note":{"S":%q}}}`,
		sortKey, strings.Repeat("x", 430))
}

// raw returns the bytes of a signed request, which may be sent again and
// again within its quarter of an hour.
func (s *bench) raw(b *testing.B, cfg aws.Config, service, target, contentType, body string) []byte {
	b.Helper()
	r, err := http.NewRequest(http.MethodPost, s.srv.Endpoint+"/", strings.NewReader(body))
	if err != nil {
		b.Fatal(err)
	}
	r.Header.Set("Content-Type", contentType)
	if target != "" {
		r.Header.Set("X-Amz-Target", target)
	}
	creds, err := cfg.Credentials.Retrieve(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	sum := sha256.Sum256([]byte(body))
	if err := v4.NewSigner().SignHTTP(context.Background(), creds, r, hex.EncodeToString(sum[:]), service, "us-east-1", time.Now()); err != nil {
		b.Fatal(err)
	}
	var buf bytes.Buffer
	if err := r.Write(&buf); err != nil {
		b.Fatal(err)
	}
	return buf.Bytes()
}

// A conn sends raw requests with as little work as possible, so that it is the
// server that is measured.
type conn struct {
	net.Conn
	r *bufio.Reader
}

func dial(endpoint string) (*conn, error) {
	u, err := url.Parse(endpoint)
	if err != nil {
		return nil, err
	}
	c, err := net.Dial("tcp", u.Host)
	if err != nil {
		return nil, err
	}
	return &conn{c, bufio.NewReader(c)}, nil
}

func (c *conn) roundTrip(request []byte) error {
	if _, err := c.Write(request); err != nil {
		return err
	}
	length, ok := 0, false
	for {
		line, err := c.r.ReadSlice('\n')
		if err != nil {
			return err
		}
		switch {
		case bytes.HasPrefix(line, []byte("HTTP/1.1 200")):
			ok = true
		case bytes.HasPrefix(line, []byte("Content-Length: ")):
			if length, err = strconv.Atoi(string(bytes.TrimSpace(line[16:]))); err != nil {
				return err
			}
		case len(line) == 2:
			if !ok {
				body := make([]byte, length)
				if _, err := io.ReadFull(c.r, body); err != nil {
					return err
				}
				return fmt.Errorf("not OK: %s", body)
			}
			_, err := c.r.Discard(length)
			return err
		}
	}
}

// drive sends requests over conns keep-alive connections.
func drive(b *testing.B, endpoint string, conns int, request func(i int64) []byte) {
	b.Helper()
	b.SetParallelism(conns) // times GOMAXPROCS
	b.ReportAllocs()
	var next atomic.Int64
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		c, err := dial(endpoint)
		if err != nil {
			b.Error(err)
			return
		}
		defer c.Close()
		for pb.Next() {
			if err := c.roundTrip(request(next.Add(1))); err != nil {
				b.Error(err)
				return
			}
		}
	})
}

// floor is a bare net/http server that reads the request and answers as many
// bytes as the real one.
func floor(b *testing.B, answer int) string {
	b.Helper()
	body := bytes.Repeat([]byte("x"), answer)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "application/x-amz-json-1.0")
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
		_, _ = w.Write(body)
	}))
	b.Cleanup(srv.Close)
	return srv.URL
}

const awsJSON = "application/x-amz-json-1.0"

func BenchmarkSignedGetItem(b *testing.B) {
	s := newBench(b)
	put := s.raw(b, s.tenant, "dynamodb", "DynamoDB_20120810.PutItem", awsJSON, item("s-1"))
	get := s.raw(b, s.tenant, "dynamodb", "DynamoDB_20120810.GetItem", awsJSON,
		`{"TableName":"TrackingData","Key":{"TenantID":{"S":"yellow"},"ShipmentID":{"S":"s-1"}},"ConsistentRead":true}`)
	c, err := dial(s.srv.Endpoint)
	if err != nil {
		b.Fatal(err)
	}
	if err := c.roundTrip(put); err != nil {
		b.Fatal(err)
	}
	c.Close()
	b.Run("bailiwick", func(b *testing.B) { drive(b, s.srv.Endpoint, 16, func(int64) []byte { return get }) })
	b.Run("floor", func(b *testing.B) { drive(b, floor(b, 560), 16, func(int64) []byte { return get }) })
}

func BenchmarkDurablePutItem(b *testing.B) {
	s := newBench(b)
	puts := make([][]byte, 4096)
	for i := range puts {
		puts[i] = s.raw(b, s.tenant, "dynamodb", "DynamoDB_20120810.PutItem", awsJSON, item(fmt.Sprintf("s-%d", i)))
	}
	request := func(i int64) []byte { return puts[i%int64(len(puts))] }
	b.Run("bailiwick", func(b *testing.B) { drive(b, s.srv.Endpoint, 32, request) })
	b.Run("floor", func(b *testing.B) { drive(b, floor(b, 2), 32, request) })
}

func BenchmarkAssumeRoleWithTags(b *testing.B) {
	s := newBench(b)
	form := url.Values{
		"Action": {"AssumeRole"}, "Version": {"2011-06-15"}, "RoleArn": {s.role}, "RoleSessionName": {"bench"}, "DurationSeconds": {"900"},
		"Tags.member.1.Key": {"TenantID"}, "Tags.member.1.Value": {"yellow"}, "TransitiveTagKeys.member.1": {"TenantID"},
	}
	assume := s.raw(b, s.vendor, "sts", "", "application/x-www-form-urlencoded", form.Encode())
	b.Run("bailiwick", func(b *testing.B) { drive(b, s.srv.Endpoint, 16, func(int64) []byte { return assume }) })
	b.Run("floor", func(b *testing.B) { drive(b, floor(b, 1300), 16, func(int64) []byte { return assume }) })
}
