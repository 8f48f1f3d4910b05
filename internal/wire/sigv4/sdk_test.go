// SPDX-License-Identifier: Apache-2.0

package sigv4_test

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"github.com/bailiwick-dev/bailiwick/internal/wire/sigv4"
)

// A word made of characters that need care somewhere on the way.
func word(r *rand.Rand) string {
	const alphabet = "abcXYZ019-._~ +/%&=?;:@!$'()*,[]äß€😀\""
	runes := []rune(alphabet)
	b := make([]rune, 1+r.IntN(8))
	for i := range b {
		b[i] = runes[r.IntN(len(runes))]
	}
	return string(b)
}

func randomMessage(r *rand.Rand, service string) message {
	m := message{method: []string{"GET", "PUT", "POST", "DELETE"}[r.IntN(4)], service: service, header: map[string]string{}}
	path := "/"
	for range r.IntN(4) {
		seg := url.QueryEscape(strings.NewReplacer("/", "", ".", "").Replace(word(r)))
		path += strings.ReplaceAll(seg, "+", "%20") + "x/"
	}
	values := url.Values{}
	for range r.IntN(6) {
		values.Add(word(r), word(r))
	}
	m.url = "https://tenant.example.com:4566" + path + "?" + values.Encode()
	if m.method == "PUT" || m.method == "POST" {
		m.body = strings.Repeat(word(r), r.IntN(20))
	}
	m.header["X-Amz-Meta-A"] = "a   b  " + strings.TrimSpace(fmt.Sprint(r.IntN(100)))
	m.header["X-Amz-Target"] = "T.Op"
	m.header["Content-Type"] = "application/x-amz-json-1.0"
	m.presign = r.IntN(2) == 0
	if service == "s3" && m.presign {
		delete(m.header, "X-Amz-Target")
	}
	return m
}

func TestRequestsSignedByTheSDKVerify(t *testing.T) {
	for _, service := range []string{"s3", "dynamodb", "sts"} {
		for seed := range uint64(300) {
			r := rand.New(rand.NewPCG(seed, 1))
			m := randomMessage(r, service)
			if err := verify(sign(t, m), profile(service), secret, now); err != nil {
				t.Fatalf("%s seed %d: %+v: %v", service, seed, m, err)
			}
		}
	}
}

func TestRequestsVerifyAcrossARealConnection(t *testing.T) {
	result := make(chan error, 1)
	srv := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		result <- verify(r, profile("dynamodb"), secret, now)
	}))
	defer srv.Close()
	body := `{"TableName":"t"}`
	r, err := http.NewRequest("POST", srv.URL+"/a%2Fb/c%20d?x=1&x=0&y", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("X-Amz-Target", "DynamoDB_20120810.GetItem")
	creds := aws.Credentials{AccessKeyID: keyID, SecretAccessKey: secret, SessionToken: token}
	if err := v4.NewSigner().SignHTTP(context.Background(), creds, r, hexSum(body), "dynamodb", "eu-central-1", now); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(r.Header.Get("Authorization"), "content-length;") {
		t.Fatal("the signer no longer signs content-length")
	}
	resp, err := srv.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if err := <-result; err != nil {
		t.Fatal(err)
	}
}

// setTarget replaces the request target and everything derived from it.
func setTarget(r *http.Request, f func(string) string) { r.RequestURI = f(r.RequestURI) }

func replaceTarget(old, new string) func(*http.Request) {
	return func(r *http.Request) {
		setTarget(r, func(s string) string { return strings.Replace(s, old, new, 1) })
	}
}

func replaceAuth(old, new string) func(*http.Request) {
	return func(r *http.Request) {
		r.Header.Set("Authorization", strings.Replace(r.Header.Get("Authorization"), old, new, 1))
	}
}

func setBody(s string) func(*http.Request) {
	return func(r *http.Request) { r.Body = io.NopCloser(strings.NewReader(s)) }
}

func setHeader(name, value string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set(name, value) }
}

func addHeader(name, value string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Add(name, value) }
}

func delHeader(name string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Del(name) }
}

func TestAnyChangeToASignedHeaderFormIsFound(t *testing.T) {
	tests := []struct {
		name   string
		change func(*http.Request)
		want   sigv4.Reason
	}{
		{"method", func(r *http.Request) { r.Method = "PUT" }, sigv4.Mismatch},
		{"host", func(r *http.Request) { r.Host = "other.example.com" }, sigv4.Mismatch},
		{"port", func(r *http.Request) { r.Host = "tenant.example.com" }, sigv4.Mismatch},
		{"path", replaceTarget("/a/", "/b/"), sigv4.Mismatch},
		{"path longer", replaceTarget("/a/", "/a/c/"), sigv4.Mismatch},
		{"path escaped differently", replaceTarget("/a/", "/%61/"), sigv4.Mismatch},
		{"parameter added", replaceTarget("x=1", "x=1&n=1"), sigv4.Mismatch},
		{"parameter repeated", replaceTarget("x=1", "x=1&x=1"), sigv4.Mismatch},
		{"parameter removed", replaceTarget("&y=2", ""), sigv4.Mismatch},
		{"parameter changed", replaceTarget("y=2", "y=3"), sigv4.Mismatch},
		{"parameter moved into its neighbour's value", replaceTarget("&y=2", "%26y=2"), sigv4.Mismatch},
		{"query taken off", func(r *http.Request) { setTarget(r, func(string) string { return "/a/b" }) }, sigv4.Mismatch},
		{"header changed", setHeader("X-Amz-Target", "T.Other"), sigv4.Mismatch},
		{"header removed", delHeader("X-Amz-Target"), sigv4.Mismatch},
		{"header's value repeated", addHeader("X-Amz-Target", "T.Op"), sigv4.Mismatch},
		{"signed header's value emptied", setHeader("Content-Type", ""), sigv4.Mismatch},
		{"x-amz- header added", setHeader("X-Amz-Tagging", "a=b"), sigv4.UnsignedHeader},
		{"token changed", setHeader("X-Amz-Security-Token", "other"), sigv4.Mismatch},
		{"token removed", delHeader("X-Amz-Security-Token"), sigv4.Mismatch},
		{"token given twice", addHeader("X-Amz-Security-Token", token), sigv4.Duplicate},
		{"body changed", setBody(`{"a":2}`), sigv4.Mismatch},
		{"body removed", setBody(""), sigv4.Mismatch},
		{"time changed", setHeader("X-Amz-Date", "20261120T103001Z"), sigv4.Mismatch},
		{"time given twice", addHeader("X-Amz-Date", "20261120T103000Z"), sigv4.Duplicate},
		{"day of time changed", setHeader("X-Amz-Date", "20261121T103000Z"), sigv4.DateMismatch},
		{"day of scope changed", replaceAuth("/20261120/", "/20261119/"), sigv4.DateMismatch},
		{"region", replaceAuth("/eu-central-1/", "/us-east-1/"), sigv4.WrongRegion},
		{"service", replaceAuth("/dynamodb/", "/kms/"), sigv4.WrongService},
		{"terminator", replaceAuth("/aws4_request", "/aws5_request"), sigv4.WrongTerminator},
		{"host not signed", replaceAuth(";host;", ";"), sigv4.UnsignedHost},
		{"header not signed", replaceAuth(";x-amz-target", ""), sigv4.UnsignedHeader},
		{"content type not signed", replaceAuth("content-type;", ""), sigv4.Mismatch},
		{"names reversed", replaceAuth("x-amz-date;x-amz-meta-a", "x-amz-meta-a;x-amz-date"), sigv4.Malformed},
		{"name repeated", replaceAuth("host;", "host;host;"), sigv4.Malformed},
		{"name in upper case", replaceAuth("host;", "Host;"), sigv4.Malformed},
		{"name added", replaceAuth(";host;", ";expect;host;"), sigv4.Mismatch},
		{"signature cut", func(r *http.Request) {
			a := r.Header.Get("Authorization")
			r.Header.Set("Authorization", a[:len(a)-1])
		}, sigv4.Malformed},
		{"signature's last digit", func(r *http.Request) {
			a := r.Header.Get("Authorization")
			last := "0"
			if a[len(a)-1] == '0' {
				last = "1"
			}
			r.Header.Set("Authorization", a[:len(a)-1]+last)
		}, sigv4.Mismatch},
		{"signature gone", replaceAuth("Signature=", "Sig="), sigv4.Malformed},
		{"Authorization given twice", addHeader("Authorization", "AWS4-HMAC-SHA256 x"), sigv4.Duplicate},
		{"Authorization gone", delHeader("Authorization"), sigv4.Missing},
		{"both forms", replaceTarget("x=1", "x=1&X-Amz-Algorithm=AWS4-HMAC-SHA256"), sigv4.BothForms},
		{"signature in both forms", replaceTarget("x=1", "x=1&X-Amz-Signature=00"), sigv4.BothForms},
		{"raw semicolon", replaceTarget("y=2", "y=2;z=1"), sigv4.Malformed},
		{"absolute request target", replaceTarget("/a/", "http://h/a/"), sigv4.Malformed},
	}
	m := message{
		method: "POST", url: "https://tenant.example.com:4566/a/b?x=1&y=2", service: "dynamodb", body: `{"a":1}`,
		header: map[string]string{"X-Amz-Target": "T.Op", "Content-Type": "application/x-amz-json-1.0", "X-Amz-Meta-A": "1"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := sign(t, m)
			tt.change(r)
			wantReason(t, verify(r, profile("dynamodb"), secret, now), tt.want)
		})
	}
	t.Run("secret", func(t *testing.T) {
		wantReason(t, verify(sign(t, m), profile("dynamodb"), secret+"x", now), sigv4.Mismatch)
	})
	t.Run("access key id of someone else", func(t *testing.T) {
		r := sign(t, m)
		replaceAuth(keyID, "AKIAI44QH8DHBEXAMPLE")(r)
		wantReason(t, verify(r, profile("dynamodb"), "another secret", now), sigv4.Mismatch)
	})
}

func TestAnyChangeToAPresignedRequestIsFound(t *testing.T) {
	tests := []struct {
		name   string
		change func(*http.Request)
		want   sigv4.Reason
	}{
		{"method", func(r *http.Request) { r.Method = "PUT" }, sigv4.Mismatch},
		{"host", func(r *http.Request) { r.Host = "b.example.com" }, sigv4.Mismatch},
		{"key", replaceTarget("/tenant-a/", "/tenant-b/"), sigv4.Mismatch},
		{"key not normalised", replaceTarget("/tenant-a/", "/x/../tenant-a/"), sigv4.Mismatch},
		{"parameter added", replaceTarget("?", "?versionId=1&"), sigv4.Mismatch},
		{"parameter removed", replaceTarget("partNumber=7", ""), sigv4.Mismatch},
		{"parameter repeated", replaceTarget("partNumber=7", "partNumber=7&partNumber=7"), sigv4.Mismatch},
		{"x-amz- parameter repeated", replaceTarget("?", "?X-Amz-Date=20261120T103000Z&"), sigv4.Duplicate},
		{"escaped x-amz- parameter repeated", replaceTarget("?", "?X%2DAmz-Date=20261120T103000Z&"), sigv4.Duplicate},
		{"unknown x-amz- parameter repeated", replaceTarget("?", "?X-Amz-New=1&X-Amz-New=2&"), sigv4.Duplicate},
		{"signature repeated", replaceTarget("?", "?X-Amz-Signature=00&"), sigv4.Duplicate},
		{"expiry extended", replaceTarget("X-Amz-Expires=600", "X-Amz-Expires=6000"), sigv4.Mismatch},
		{"expiry removed", replaceTarget("X-Amz-Expires=600", ""), sigv4.Incomplete},
		{"expiry beyond a week", replaceTarget("X-Amz-Expires=600", "X-Amz-Expires=604801"), sigv4.BadExpires},
		{"expiry zero", replaceTarget("X-Amz-Expires=600", "X-Amz-Expires=0"), sigv4.BadExpires},
		{"expiry negative", replaceTarget("X-Amz-Expires=600", "X-Amz-Expires=-1"), sigv4.BadExpires},
		{"expiry signed", replaceTarget("X-Amz-Expires=600", "X-Amz-Expires=%2B600"), sigv4.BadExpires},
		{"time", replaceTarget("X-Amz-Date=20261120T103000Z", "X-Amz-Date=20261120T103001Z"), sigv4.Mismatch},
		{"time in other words", replaceTarget("X-Amz-Date=20261120T103000Z", "X-Amz-Date=2026-11-20"), sigv4.BadDate},
		{"token removed", replaceTarget("X-Amz-Security-Token", "X-Other"), sigv4.Mismatch},
		{"token as header too", setHeader("X-Amz-Security-Token", token), sigv4.Duplicate},
		{"algorithm", replaceTarget("AWS4-HMAC-SHA256", "AWS4-HMAC-SHA1"), sigv4.Algorithm},
		{"algorithm removed", replaceTarget("X-Amz-Algorithm", "X-Other"), sigv4.Incomplete},
		{"credential removed", replaceTarget("X-Amz-Credential", "X-Other"), sigv4.Incomplete},
		{"signed headers removed", replaceTarget("X-Amz-SignedHeaders", "X-Other"), sigv4.Incomplete},
		{"signature removed", replaceTarget("X-Amz-Signature", "X-Other"), sigv4.Incomplete},
		{"region", replaceTarget("eu-central-1", "us-east-1"), sigv4.WrongRegion},
		{"service", replaceTarget("%2Fs3%2F", "%2Fkms%2F"), sigv4.WrongService},
		{"x-amz- header added", setHeader("X-Amz-Acl", "public-read"), sigv4.UnsignedHeader},
		{"expiry as header", setHeader("X-Amz-Expires", "600"), sigv4.UnsignedHeader},
		{"hash as header", setHeader("X-Amz-Content-Sha256", hexSum("")), sigv4.Mismatch},
		{"hash as parameter", replaceTarget("?", "?X-Amz-Content-Sha256="+hexSum("")+"&"), sigv4.Mismatch},
		{"malformed escape", replaceTarget("?", "?a=%zz&"), sigv4.Malformed},
		{"malformed escape at the end", func(r *http.Request) { r.RequestURI += "&a=%4" }, sigv4.Malformed},
		{"malformed escape in path", replaceTarget("/tenant-a/", "/tenant%zz/"), sigv4.Malformed},
	}
	m := message{method: "GET", url: "https://b.s3.example.com/tenant-a/k?partNumber=7", service: "s3", presign: true}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := sign(t, m)
			tt.change(r)
			wantReason(t, verify(r, profile("s3"), secret, now), tt.want)
		})
	}
}

func TestChangesThatMeanTheSameStillVerify(t *testing.T) {
	s3 := message{method: "GET", url: "https://b.s3.example.com/a~b/%C3%A4?x=1&y=2", service: "s3", presign: true}
	ddb := message{method: "POST", url: "https://h.example.com/a/b?x=1&y=2", service: "dynamodb", body: "{}"}
	repeated := message{method: "GET", url: "https://h.example.com/?x=1&x=2", service: "dynamodb"}
	tests := []struct {
		name    string
		message message
		change  func(*http.Request)
	}{
		{"parameters in another order", ddb, replaceTarget("x=1&y=2", "y=2&x=1")},
		{"repeated parameter in another order", repeated, replaceTarget("x=1&x=2", "x=2&x=1")},
		{"parameter escaped differently", ddb, replaceTarget("x=1", "%78=%31")},
		{"empty parameters", ddb, replaceTarget("x=1&", "&&x=1&&")},
		{"unsigned header other than x-amz-", ddb, setHeader("User-Agent", "x")},
		{"S3 path escaped differently", s3, replaceTarget("a~b/%C3%A4", "a%7Eb/%c3%a4")},
		{"redundant segments outside S3", ddb, replaceTarget("/a/b", "/a/.//c/../b")},
		{"dot segments above the root", ddb, replaceTarget("/a/b", "/../a/b")},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := sign(t, tt.message)
			tt.change(r)
			if err := verify(r, profile(tt.message.service), secret, now); err != nil {
				t.Fatal(err)
			}
		})
	}
}

func TestNothingButANormalPathIsSignedAlikeInS3(t *testing.T) {
	m := message{method: "GET", url: "https://h.example.com/b/a//k/../x", service: "s3"}
	if err := verify(sign(t, m), profile("s3"), secret, now); err != nil {
		t.Fatal(err)
	}
	r := sign(t, m)
	replaceTarget("a//k", "a/k")(r)
	wantReason(t, verify(r, profile("s3"), secret, now), sigv4.Mismatch)
}

func TestS3BodyMustHaveTheDeclaredHash(t *testing.T) {
	r := sign(t, message{method: "PUT", url: "https://h.example.com/b/k", service: "s3", body: "hello"})
	setBody("hellO")(r)
	wantReason(t, verify(r, profile("s3"), secret, now), sigv4.BodyHash)
}

func TestS3NeedsADeclaredHash(t *testing.T) {
	r := sign(t, message{method: "PUT", url: "https://h.example.com/b/k", service: "s3", body: "hello"})
	delHeader("X-Amz-Content-Sha256")(r)
	wantReason(t, verify(r, profile("s3"), secret, now), sigv4.PayloadHash)
	setHeader("X-Amz-Content-Sha256", "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD")(r)
	wantReason(t, verify(r, profile("s3"), secret, now), sigv4.PayloadHash)
}

func TestClock(t *testing.T) {
	header := func(service string) message {
		return message{method: "POST", url: "https://h.example.com/", service: service, body: "{}"}
	}
	presigned := func(service string) message {
		m := header(service)
		m.presign = true
		return m
	}
	tests := []struct {
		name    string
		message message
		at      time.Duration // after signing
		want    sigv4.Reason
		text    string
	}{
		{"15 minutes old", header("sts"), 15 * time.Minute, 0, ""},
		{
			"15 minutes and a second old", header("sts"), 15*time.Minute + time.Second, sigv4.Expired,
			"Signature expired: 20261120T103000Z is now earlier than 20261120T103001Z (20261120T104501Z - 15 min.)",
		},
		{"5 minutes ahead", header("sts"), -5 * time.Minute, 0, ""},
		{
			"5 minutes and a second ahead", header("sts"), -5*time.Minute - time.Second, sigv4.NotYetValid,
			"Signature not yet current: 20261120T103000Z is still later than 20261120T102959Z (20261120T102459Z + 5 min.)",
		},
		{"S3 header form too old", header("s3"), 16 * time.Minute, sigv4.Expired, ""},
		{"S3 presigned, on its last second", presigned("s3"), 10 * time.Minute, 0, ""},
		{"S3 presigned, expired", presigned("s3"), 10*time.Minute + time.Second, sigv4.Expired, ""},
		{"S3 presigned, not yet valid", presigned("s3"), -time.Hour, sigv4.NotYetValid, ""},
		{"presigned elsewhere, expired", presigned("sts"), 10*time.Minute + time.Second, sigv4.Expired, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := verify(sign(t, tt.message), profile(tt.message.service), secret, now.Add(tt.at))
			if tt.want == 0 {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			if e := wantReason(t, err, tt.want); tt.text != "" && e.Message != tt.text {
				t.Errorf("got  %s\nwant %s", e.Message, tt.text)
			}
		})
	}
}

func TestPresignedOutsideS3NeverOutlivesTheWindow(t *testing.T) {
	for _, v := range vectors(t) {
		if v.Service != "rds-db" {
			continue
		}
		q, err := sigv4.Parse(v.request())
		if err != nil {
			t.Fatal(err)
		}
		p := v.profile()
		p.Past = 5 * time.Minute
		if err := q.Check(p); err != nil {
			t.Fatal(err)
		}
		wantReason(t, q.CheckClock(v.time(t).Add(6*time.Minute)), sigv4.Expired)
	}
}
