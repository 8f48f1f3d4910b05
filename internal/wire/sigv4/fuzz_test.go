// SPDX-License-Identifier: Apache-2.0

package sigv4_test

import (
	"crypto/sha256"
	"errors"
	"net/http"
	"net/url"
	"testing"

	"github.com/bailiwick-dev/bailiwick/internal/wire/sigv4"
)

// FuzzParse feeds arbitrary signatures: Parse must not panic, must fail with
// its own error, and what it accepts must not verify.
func FuzzParse(f *testing.F) {
	f.Add("/", goodAuth, goodDate)
	f.Add("/?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=A/20261120/r/s3/aws4_request&X-Amz-Date="+goodDate+
		"&X-Amz-Expires=5&X-Amz-SignedHeaders=host&X-Amz-Signature="+zeros, "", "")
	f.Add("/?a=%", "AWS4-HMAC-SHA256 Credential=//", "")
	f.Fuzz(func(t *testing.T, target, auth, date string) {
		r := &http.Request{Method: "GET", RequestURI: target, Host: "h", Header: http.Header{}}
		if auth != "" {
			r.Header.Set("Authorization", auth)
		}
		if date != "" {
			r.Header.Set("X-Amz-Date", date)
		}
		q, err := sigv4.Parse(r)
		if err != nil {
			var e *sigv4.Error
			if !errors.As(err, &e) || e.Message == "" {
				t.Fatalf("error %v", err)
			}
			return
		}
		p := sigv4.Profile{Service: q.Scope.Service, S3: q.Scope.Service == "s3", Region: anyRegion, Past: 1 << 40}
		if q.Check(p) != nil || q.CheckClock(q.Time) != nil {
			return
		}
		key := sigv4.DeriveKey(secret, q.Scope)
		if p.S3 {
			err = q.VerifyDeclared(key)
		} else {
			err = q.Verify(key, sha256.Sum256(nil))
		}
		if err == nil {
			t.Fatal("verified")
		}
	})
}

// FuzzCanonical signs with the SDK whatever request target parses, and checks
// that it verifies; the canonical request is never looked at otherwise.
func FuzzCanonical(f *testing.F) {
	f.Add("a/b", "x=1&y=2", "v  w")
	f.Add("%2F+/ä", "a=b=c&a=+%20&&=", " ")
	f.Fuzz(func(t *testing.T, path, query, value string) {
		u, err := url.Parse("https://h.example.com/" + url.PathEscape(path) + "?" + query)
		if err != nil || u.Fragment != "" {
			return
		}
		if _, err := url.ParseQuery(u.RawQuery); err != nil {
			return // the signer drops what it cannot parse
		}
		for _, c := range []byte(value) {
			if c < ' ' || c > '~' {
				return // net/http refuses most of them
			}
		}
		r := sign(t, message{method: "GET", url: u.String(), service: "dynamodb", header: map[string]string{"X-Amz-Meta-V": value}})
		if len(r.RequestURI) > 8<<10 || len(path) == 1 && path[0] == '.' || path == ".." {
			return
		}
		err = verify(r, profile("dynamodb"), secret, now)
		var e *sigv4.Error
		switch {
		case err == nil:
		case errors.As(err, &e) && (e.Reason == sigv4.Duplicate || e.Reason == sigv4.BothForms):
		default:
			t.Fatalf("%q: %v", r.RequestURI, err)
		}
	})
}
