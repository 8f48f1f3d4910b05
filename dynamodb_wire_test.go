// SPDX-License-Identifier: Apache-2.0

package bailiwick_test

import (
	"bufio"
	"hash/crc32"
	"io"
	"net"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/bailiwick-dev/bailiwick/bailiwicktest"
)

// exchange sends the request and returns the answer with its body.
func exchange(t *testing.T, r *http.Request) (*http.Response, string) {
	t.Helper()
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, string(body)
}

var requestIDForm = regexp.MustCompile(`^[A-Z0-9]{52}$`)

// TestAnswersOfDynamoDBOnTheWire looks at status, body and head of answers as
// clients without an SDK get them.
func TestAnswersOfDynamoDBOnTheWire(t *testing.T) {
	srv := bailiwicktest.New(t)
	const (
		coral  = `{"__type":"com.amazon.coral.service#`
		tables = `{"__type":"com.amazonaws.dynamodb.v20120810#`
		tab    = `{"TableName":"Tab","BillingMode":"PAY_PER_REQUEST","AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"}],"KeySchema":[{"AttributeName":"pk","KeyType":"HASH"}]}`
	)
	onTable := `{"ResourceArn":"arn:aws:dynamodb:us-east-1:` + srv.Root.AccountID + `:table/Tab"`
	send := func(operation, body string, change func(*shot)) (*http.Response, string) {
		s := newShot(srv.Endpoint, "dynamodb", keysOf(t, srv.Config()), time.Now())
		target(operation)(s)
		s.body = body
		if change != nil {
			change(s)
		}
		return exchange(t, s.signed(t))
	}
	if resp, body := send("CreateTable", tab, nil); resp.StatusCode != 200 {
		t.Fatal(body)
	}
	plain := func(s *shot) { s.header.Set("Content-Type", "application/json; charset=utf-8") }
	for _, tt := range []struct {
		name, operation, body string
		change                func(*shot)
		status                int
		want, contentType     string
	}{
		{"a result", "ListTables", `{"Limit":5}`, nil, 200, `{"TableNames":["Tab"]}`, "application/x-amz-json-1.0"},
		{"a result to a request in plain JSON", "ListTables", `{}`, plain, 200, `{"TableNames":["Tab"]}`, "application/json"},
		{"members that are null", "ListTables", `{"Limit":null,"ExclusiveStartTableName":null,"More":null}`, nil, 200, `{"TableNames":["Tab"]}`, ""},
		{"an empty result", "PutItem", `{"TableName":"Tab","Item":{"pk":{"S":"a"}}}`, nil, 200, `{}`, ""},
		{"a result without a body", "TagResource", onTable + `,"Tags":[{"Key":"a","Value":"b"}]}`, nil, 200, ``, ""},
		{"and another", "UntagResource", onTable + `,"TagKeys":["a"]}`, nil, 200, ``, ""},
		{"an error", "DescribeTable", `{"TableName":"None"}`, nil, 400, tables + `ResourceNotFoundException","message":"Requested resource not found: Table: None not found"}`, ""},
		{"an error to a request in plain JSON", "DescribeTable", `{"TableName":"None"}`, plain, 400, tables + `ResourceNotFoundException","message":"Requested resource not found: Table: None not found"}`, "application/json"},
		{"a mistake", "DescribeTable", `{}`, nil, 400, `{"__type":"com.amazon.coral.validate#ValidationException","message":"The parameter 'TableName' is required but was not present in the request"}`, ""},
		{"no JSON", "DescribeTable", `{`, nil, 400, coral + `SerializationException"}`, ""},
		{"a wrong type", "DescribeTable", `{"TableName":1}`, nil, 400, coral + `SerializationException","Message":"NUMBER_VALUE cannot be converted to String"}`, ""},
		{"an unknown operation", "Fly", `{}`, nil, 400, coral + `UnknownOperationException"}`, ""},
		{"an operation of the first version", "ListTables", `{}`, func(s *shot) { s.header.Set("X-Amz-Target", "DynamoDB_20111205.ListTables") }, 400, coral + `UnknownOperationException"}`, ""},
		{"an unknown operation without JSON", "Fly", `{`, nil, 400, coral + `SerializationException"}`, ""},
		{"nothing at all", "ListTables", ``, func(s *shot) { s.header.Del("Content-Type") }, 400, coral + `SerializationException"}`, ""},
		{"no target", "ListTables", `{}`, func(s *shot) { s.header.Del("X-Amz-Target") }, 400, coral + `UnknownOperationException"}`, ""},
		{"another path", "ListTables", `{}`, func(s *shot) { s.url += "x" }, 404, "<UnknownOperationException/>\n", ""},
		{"another method", "ListTables", `{}`, func(s *shot) { s.method = http.MethodPut }, 404, "<UnknownOperationException/>\n", ""},
		{"another content type", "ListTables", `{}`, func(s *shot) { s.header.Set("Content-Type", "text/plain") }, 404, "<UnknownOperationException/>\n", ""},
		{"another method, and a wrong secret", "ListTables", `{}`, func(s *shot) { s.method = http.MethodPut; s.creds.SecretAccessKey += "x" }, 404, "<UnknownOperationException/>\n", ""},
		{"a body that is too large", "ListTables", `{"x":"` + strings.Repeat("x", 16<<20) + `"}`, nil, 413, "", ""},
		{"a wrong secret", "ListTables", `{}`, func(s *shot) { s.creds.SecretAccessKey += "x" }, 400, coral + `InvalidSignatureException","message":"The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details."}`, ""},
		{"an unknown key", "ListTables", `{}`, func(s *shot) { s.creds.AccessKeyID = "AKIAAAAAAAAAAAAAAAAA" }, 400, coral + `UnrecognizedClientException","message":"The security token included in the request is invalid."}`, ""},
		{"what nobody has", "DescribeGlobalTable", `{"GlobalTableName":"Tab"}`, nil, 400, tables + `GlobalTableNotFoundException","message":"Global table not found: Global table with name: 'Tab' does not exist."}`, ""},
	} {
		resp, body := send(tt.operation, tt.body, tt.change)
		if resp.StatusCode != tt.status || body != tt.want {
			t.Errorf("%s: got %d %s\nwant %d %s", tt.name, resp.StatusCode, body, tt.status, tt.want)
		}
		if want := strconv.FormatUint(uint64(crc32.ChecksumIEEE([]byte(body))), 10); resp.Header.Get("X-Amz-Crc32") != want {
			t.Errorf("%s: the checksum is %q, want %s", tt.name, resp.Header.Get("X-Amz-Crc32"), want)
		}
		if !requestIDForm.MatchString(resp.Header.Get("X-Amzn-Requestid")) || resp.Header.Get("Date") == "" || resp.ContentLength != int64(len(body)) {
			t.Errorf("%s: the head is %v, length %d", tt.name, resp.Header, resp.ContentLength)
		}
		if tt.contentType != "" && resp.Header.Get("Content-Type") != tt.contentType {
			t.Errorf("%s: the type is %s", tt.name, resp.Header.Get("Content-Type"))
		}
	}
}

// TestRequestsThatAreNoCallsOfDynamoDB sends what load balancers and browsers do.
func TestRequestsThatAreNoCallsOfDynamoDB(t *testing.T) {
	srv := bailiwicktest.New(t)
	request := func(method, path string, header map[string]string) (*http.Response, string) {
		r, err := http.NewRequestWithContext(t.Context(), method, srv.Endpoint+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		for name, value := range header {
			r.Header.Set(name, value)
		}
		return exchange(t, r)
	}
	resp, body := request("GET", "/", nil)
	if resp.StatusCode != 200 || body != "healthy: dynamodb.us-east-1.amazonaws.com " || resp.Header.Get("X-Amz-Crc32") != "3128867991" {
		t.Errorf("health is %s %q %v", resp.Status, body, resp.Header)
	}
	asked := map[string]string{
		"Origin": "https://app.test", "Access-Control-Request-Method": "POST",
		"Access-Control-Request-Headers": "authorization,x-amz-date,x-amz-target",
	}
	resp, body = request("OPTIONS", "/", asked)
	if h := resp.Header; resp.StatusCode != 200 || body != "" || h.Get("Access-Control-Allow-Origin") != "*" || h.Get("Access-Control-Max-Age") != "172800" ||
		h.Get("Access-Control-Allow-Methods") != "POST" || h.Get("Access-Control-Allow-Headers") != asked["Access-Control-Request-Headers"] {
		t.Errorf("a preflight is answered by %s %q %v", resp.Status, body, h)
	}
	onTables := map[string]string{"X-Amz-Target": "DynamoDB_20120810.ListTables"}
	for _, tt := range []struct {
		method, path string
		header       map[string]string
	}{{"GET", "/favicon.ico", nil}, {"PUT", "/", nil}, {"PUT", "/", onTables}, {"POST", "/x", onTables}, {"OPTIONS", "/x", asked}} {
		if resp, body = request(tt.method, tt.path, tt.header); resp.StatusCode != 404 || body != "<UnknownOperationException/>\n" || resp.Header.Get("X-Amz-Crc32") != "3552371480" {
			t.Errorf("%s %s is answered by %s %q %v", tt.method, tt.path, resp.Status, body, resp.Header)
		}
	}
	resp, body = request("OPTIONS", "/", map[string]string{"Origin": "https://app.test"})
	if h := resp.Header; resp.StatusCode != 200 || body != "" || h.Get("Access-Control-Allow-Origin") != "*" || h["Access-Control-Allow-Methods"] != nil {
		t.Errorf("a preflight that asks for nothing is answered by %s %q %v", resp.Status, body, h)
	}
	if resp, _ = request("OPTIONS", "/", nil); resp.StatusCode != 404 {
		t.Errorf("OPTIONS of no page is answered by %s", resp.Status)
	}
	for service, want := range map[string]string{"dynamodb": "*", "sts": "*", "iam": ""} {
		s := newShot(srv.Endpoint, service, keysOf(t, srv.Config()), time.Now())
		s.header.Set("Origin", "https://app.test")
		resp, body := exchange(t, s.signed(t))
		if resp.StatusCode != 200 || resp.Header.Get("Access-Control-Allow-Origin") != want {
			t.Errorf("%s answers a page by %s %s %v", service, resp.Status, body, resp.Header)
		}
	}
	resp, body = request("GET", "/?Action=AssumeRoleWithWebIdentity&Version=2011-06-15", map[string]string{"Origin": "https://app.test"})
	if resp.StatusCode != 400 || !strings.Contains(body, "ValidationError") || resp.Header.Get("Access-Control-Allow-Origin") != "*" {
		t.Errorf("a page without a token is answered by %s %s %v", resp.Status, body, resp.Header)
	}
	if resp, body = request("POST", "/", onTables); resp.StatusCode != 400 || !strings.Contains(body, "MissingAuthenticationToken") {
		t.Errorf("without a signature: %s %s", resp.Status, body)
	}
}

// TestWhoSendsTooMuchLearnsIt sends all of a body before it looks for an answer.
func TestWhoSendsTooMuchLearnsIt(t *testing.T) {
	srv := bailiwicktest.New(t)
	for _, size := range []int{maxBody + 1, 2 * maxBody} {
		s := newShot(srv.Endpoint, "dynamodb", keysOf(t, srv.Config()), time.Now())
		s.body = padded(size)
		r := s.signed(t)
		c, err := net.Dial("tcp", r.URL.Host)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		if err := r.Write(c); err != nil {
			t.Fatalf("%d bytes are not taken: %v", size, err)
		}
		resp, err := http.ReadResponse(bufio.NewReader(c), r)
		if err != nil || resp.StatusCode != http.StatusRequestEntityTooLarge {
			t.Errorf("%d bytes are answered by %v, %v", size, resp, err)
		}
	}
}

// TestEndpointsAreTheServersOwn: what clients are told to talk to is what they
// talk to already.
func TestEndpointsAreTheServersOwn(t *testing.T) {
	srv := bailiwicktest.New(t)
	s := newShot(srv.Endpoint, "dynamodb", keysOf(t, srv.Config()), time.Now())
	target("DescribeEndpoints")(s)
	s.body = `{}`
	_, host, _ := strings.Cut(srv.Endpoint, "://")
	if status, body := send(t, s.signed(t)); status != 200 || body != `{"Endpoints":[{"Address":"`+host+`","CachePeriodInMinutes":1440}]}` {
		t.Errorf("got %d %s", status, body)
	}
}
