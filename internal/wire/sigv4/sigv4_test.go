// SPDX-License-Identifier: Apache-2.0

package sigv4_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"github.com/bailiwick-dev/bailiwick/internal/wire/sigv4"
)

const (
	keyID  = "AKIAIOSFODNN7EXAMPLE"
	secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
	token  = "IQoJb3JpZ2luX2VjEXAMPLE/+=="
)

var now = time.Date(2026, 11, 20, 10, 30, 0, 0, time.UTC)

func anyRegion(string) bool { return true }

func profile(service string) sigv4.Profile {
	return sigv4.Profile{
		Service: service, S3: service == "s3", Region: func(r string) bool { return r == "eu-central-1" },
		Past: 15 * time.Minute, Future: 5 * time.Minute,
	}
}

// A message is a request as a client makes it, before it is sent.
type message struct {
	method, url, body string
	header            map[string]string
	service           string
	presign           bool
}

// sign signs m with the AWS SDK and returns the request as a server gets it.
func sign(t testing.TB, m message) *http.Request {
	t.Helper()
	r, err := http.NewRequest(m.method, m.url, strings.NewReader(m.body))
	if err != nil {
		t.Fatal(err)
	}
	for k, v := range m.header {
		r.Header.Set(k, v)
	}
	creds := aws.Credentials{AccessKeyID: keyID, SecretAccessKey: secret, SessionToken: token}
	hash := hexSum(m.body)
	opt := func(*v4.SignerOptions) {}
	if m.service == "s3" {
		opt = func(o *v4.SignerOptions) { o.DisableURIPathEscaping = true }
		if !m.presign {
			r.Header.Set("X-Amz-Content-Sha256", hash)
		} else {
			hash = "UNSIGNED-PAYLOAD"
		}
	}
	if m.presign {
		q := r.URL.Query()
		q.Set("X-Amz-Expires", "600")
		r.URL.RawQuery = q.Encode()
		signed, header, err := v4.NewSigner().PresignHTTP(context.Background(), creds, r, hash, m.service, "eu-central-1", now, opt)
		if err != nil {
			t.Fatal(err)
		}
		return received(m.method, signed, header, m.body)
	}
	if err := v4.NewSigner().SignHTTP(context.Background(), creds, r, hash, m.service, "eu-central-1", now, opt); err != nil {
		t.Fatal(err)
	}
	if r.ContentLength > 0 {
		r.Header.Set("Content-Length", itoa(r.ContentLength))
	}
	return received(m.method, r.URL.String(), r.Header, m.body)
}

// signStreaming signs a request whose body comes in chunks.
func signStreaming(t testing.TB, declared, length, trailers string) *http.Request {
	t.Helper()
	r, err := http.NewRequest("PUT", "https://h.example.com/b/k", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("X-Amz-Content-Sha256", declared)
	r.Header.Set("X-Amz-Trailer", trailers)
	if length != "" {
		r.Header.Set("X-Amz-Decoded-Content-Length", length)
	}
	creds := aws.Credentials{AccessKeyID: keyID, SecretAccessKey: secret}
	opt := func(o *v4.SignerOptions) { o.DisableURIPathEscaping = true }
	if err := v4.NewSigner().SignHTTP(context.Background(), creds, r, declared, "s3", "eu-central-1", now, opt); err != nil {
		t.Fatal(err)
	}
	return received("PUT", r.URL.String(), r.Header, "")
}

// received returns a request as net/http hands it to a server.
func received(method, url string, header http.Header, body string) *http.Request {
	host, target := splitURL(url)
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	r.Host = host
	r.Header = header.Clone()
	delete(r.Header, "Host")
	return r
}

func splitURL(url string) (host, target string) {
	_, rest, _ := strings.Cut(url, "://")
	i := strings.IndexAny(rest, "/?")
	if i < 0 {
		return rest, "/"
	}
	if rest[i] == '?' {
		return rest[:i], "/" + rest[i:]
	}
	return rest[:i], rest[i:]
}

// verify takes r through all steps, as at the given time.
func verify(r *http.Request, p sigv4.Profile, secret string, now time.Time) error {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return err
	}
	q, err := sigv4.Parse(r)
	if err != nil {
		return err
	}
	if err := q.Check(p); err != nil {
		return err
	}
	if err := q.CheckClock(now); err != nil {
		return err
	}
	key := sigv4.DeriveKey(secret, q.Scope)
	if !p.S3 {
		return q.Verify(key, sha256.Sum256(body))
	}
	if err := q.VerifyDeclared(key); err != nil {
		return err
	}
	in, err := q.Body(strings.NewReader(string(body)))
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, in)
	return err
}

func wantReason(t *testing.T, err error, want sigv4.Reason) *sigv4.Error {
	t.Helper()
	var e *sigv4.Error
	if !errors.As(err, &e) {
		t.Fatalf("got %v, want an error with reason %d", err, want)
	}
	if e.Reason != want {
		t.Fatalf("got reason %d (%s), want %d", e.Reason, e.Message, want)
	}
	return e
}

func hexSum(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}
