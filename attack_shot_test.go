// SPDX-License-Identifier: Apache-2.0

package bailiwick_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// A shot is one request, to be signed by the AWS SDK's own signer and then sent.
type shot struct {
	service, region string // of the scope
	at              time.Time
	creds           aws.Credentials
	method, url     string
	header          http.Header
	body            string
	hash            string // of the body; empty for the true one
}

// newShot returns a request that has to succeed if it is signed as it is.
func newShot(endpoint, service string, creds aws.Credentials, now time.Time) *shot {
	s := &shot{
		service: service, region: "us-east-1", at: now, creds: creds,
		method: http.MethodPost, url: endpoint + "/", header: http.Header{},
	}
	switch service {
	case "dynamodb":
		s.header.Set("Content-Type", "application/x-amz-json-1.0")
		s.header.Set("X-Amz-Target", "DynamoDB_20120810.ListTables")
		s.body = `{"Limit":7}`
	case "sts":
		s.header.Set("Content-Type", "application/x-www-form-urlencoded")
		s.body = "Action=GetCallerIdentity&Version=2011-06-15"
	case "iam":
		s.header.Set("Content-Type", "application/x-www-form-urlencoded")
		s.body = "Action=ListUsers&Version=2010-05-08"
	}
	return s
}

func (s *shot) request(t testing.TB) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), s.method, s.url, strings.NewReader(s.body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header = s.header.Clone()
	return r
}

func (s *shot) payloadHash() string {
	if s.hash != "" {
		return s.hash
	}
	return hexSum(s.body)
}

func hexSum(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}

// signed returns the request with an Authorization header.
func (s *shot) signed(t testing.TB) *http.Request {
	t.Helper()
	r := s.request(t)
	if err := v4.NewSigner().SignHTTP(t.Context(), s.creds, r, s.payloadHash(), s.service, s.region, s.at); err != nil {
		t.Fatal(err)
	}
	return r
}

// presigned returns the request with its signature in the query.
func (s *shot) presigned(t testing.TB) *http.Request {
	t.Helper()
	r := s.request(t)
	q := r.URL.Query()
	if !q.Has("X-Amz-Expires") {
		q.Set("X-Amz-Expires", "900")
	}
	r.URL.RawQuery = q.Encode()
	url, header, err := v4.NewSigner().PresignHTTP(t.Context(), s.creds, r, s.payloadHash(), s.service, s.region, s.at,
		func(o *v4.SignerOptions) { o.DisableHeaderHoisting = true })
	if err != nil {
		t.Fatal(err)
	}
	out, err := http.NewRequestWithContext(t.Context(), s.method, url, strings.NewReader(s.body))
	if err != nil {
		t.Fatal(err)
	}
	header.Del("Host")
	header.Del("Content-Length")
	out.Header = header
	return out
}

// forged returns the request with an Authorization header whose signature is
// right but for what it covers: the named headers only, sorted, and the body.
func (s *shot) forged(t testing.TB, covered ...string) *http.Request {
	t.Helper()
	r := s.request(t)
	stamp := s.at.UTC().Format("20060102T150405Z")
	r.Header.Set("X-Amz-Date", stamp)
	if s.creds.SessionToken != "" {
		r.Header.Set("X-Amz-Security-Token", s.creds.SessionToken)
	}
	var c strings.Builder
	c.WriteString(r.Method + "\n" + r.URL.Path + "\n" + r.URL.RawQuery + "\n")
	for _, name := range covered {
		value := r.Header.Get(name)
		if name == "host" {
			value = r.URL.Host
		}
		c.WriteString(name + ":" + value + "\n")
	}
	names := strings.Join(covered, ";")
	c.WriteString("\n" + names + "\n" + s.payloadHash())
	scope := stamp[:8] + "/" + s.region + "/" + s.service + "/aws4_request"
	key := []byte("AWS4" + s.creds.SecretAccessKey)
	for _, part := range append(strings.Split(scope, "/"), "AWS4-HMAC-SHA256\n"+stamp+"\n"+scope+"\n"+hexSum(c.String())) {
		m := hmac.New(sha256.New, key)
		m.Write([]byte(part))
		key = m.Sum(nil)
	}
	r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential="+s.creds.AccessKeyID+"/"+scope+", SignedHeaders="+names+", Signature="+hex.EncodeToString(key))
	return r
}

// send sends a request, once and without following redirects.
func send(t testing.TB, r *http.Request) (status int, body string) {
	t.Helper()
	c := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := c.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(b)
}
