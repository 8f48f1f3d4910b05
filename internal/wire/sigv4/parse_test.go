// SPDX-License-Identifier: Apache-2.0

package sigv4_test

import (
	"crypto/sha256"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/bailiwick-dev/bailiwick/internal/wire/sigv4"
)

func request(target string, header ...string) *http.Request {
	r := httptest.NewRequest("POST", "/", nil)
	r.RequestURI = target
	for i := 0; i < len(header); i += 2 {
		r.Header.Add(header[i], header[i+1])
	}
	return r
}

const (
	zeros    = "0000000000000000000000000000000000000000000000000000000000000000"
	cred     = "Credential=AKID/20261120/us-east-1/sts/aws4_request"
	goodAuth = "AWS4-HMAC-SHA256 " + cred + ", SignedHeaders=host, Signature=" + zeros
	goodDate = "20261120T103000Z"
)

func presignedTarget(service string) string {
	return "/?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKID/20261120/us-east-1/" + service +
		"/aws4_request&X-Amz-Date=" + goodDate + "&X-Amz-SignedHeaders=host&X-Amz-Signature=" + zeros
}

func TestParseHeaderForm(t *testing.T) {
	for name, auth := range map[string]string{
		"commas and blanks": goodAuth,
		"commas only":       strings.ReplaceAll(goodAuth, ", ", ","),
		"many blanks":       strings.ReplaceAll(goodAuth, ", ", " ,\t  "),
		"other order":       "AWS4-HMAC-SHA256 Signature=" + zeros + ",SignedHeaders=host," + cred,
	} {
		t.Run(name, func(t *testing.T) {
			q, err := sigv4.Parse(request("/", "Authorization", auth, "X-Amz-Date", goodDate, "X-Amz-Security-Token", "tok"))
			if err != nil {
				t.Fatal(err)
			}
			want := sigv4.Scope{Date: "20261120", Region: "us-east-1", Service: "sts"}
			if q.AccessKeyID != "AKID" || q.Scope != want || q.SignedHeaders != "host" || q.SessionToken != "tok" || q.Presigned || !q.Time.Equal(now) {
				t.Errorf("parsed %v %v %v %v %v", q.AccessKeyID, q.Scope, q.SignedHeaders, q.Time, q.Presigned)
			}
		})
	}
}

func TestParseTakesTheTimeFromDate(t *testing.T) {
	for _, date := range []string{"Fri, 20 Nov 2026 10:30:00 GMT", goodDate} {
		q, err := sigv4.Parse(request("/", "Authorization", goodAuth, "Date", date))
		if err != nil {
			t.Fatal(err)
		}
		if !q.Time.Equal(now) {
			t.Errorf("%s: %v", date, q.Time)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	swap := func(old, new string) []string {
		return []string{"Authorization", strings.Replace(goodAuth, old, new, 1), "X-Amz-Date", goodDate}
	}
	names := func(n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, "h%04d;", i)
		}
		return b.String() + "host"
	}
	tests := []struct {
		name   string
		target string
		header []string
		want   sigv4.Reason
		text   string
	}{
		{"no signature", "/", nil, sigv4.Missing, "Request is missing Authentication Token"},
		{"another scheme", "/", []string{"Authorization", "Bearer abc"}, sigv4.Unsupported, "Request is missing Authentication Token"},
		{"signature version 2", "/", []string{"Authorization", "AWS AKID:abc"}, sigv4.Unsupported, "Request is missing Authentication Token"},
		{"another algorithm", "/", swap("HMAC-SHA256", "ECDSA-P256-SHA256"), sigv4.Algorithm, "Unsupported AWS 'algorithm': 'AWS4-ECDSA-P256-SHA256'."},
		{
			"both forms", "/?X-Amz-Algorithm=x", swap("", ""), sigv4.BothForms,
			"Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header.",
		},
		{
			"empty header form", "/",
			[]string{"Authorization", "AWS4-HMAC-SHA256 "},
			sigv4.Incomplete,
			"Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' parameter. " +
				"Authorization header requires 'SignedHeaders' parameter. Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. " +
				"Authorization=AWS4-HMAC-SHA256 ",
		},
		{
			"no credential", "/", swap(cred+",", ""), sigv4.Incomplete,
			"Authorization header requires 'Credential' parameter. Authorization=AWS4-HMAC-SHA256  SignedHeaders=host, Signature=" + zeros,
		},
		{
			"no date", "/",
			[]string{"Authorization", goodAuth},
			sigv4.Incomplete,
			"Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. Authorization=" + goodAuth,
		},
		{
			"empty query form", "/?X-Amz-Algorithm=", nil, sigv4.Incomplete,
			"AWS query-string parameters must include 'X-Amz-Algorithm'. AWS query-string parameters must include 'X-Amz-Credential'. " +
				"AWS query-string parameters must include 'X-Amz-Signature'. AWS query-string parameters must include 'X-Amz-SignedHeaders'. " +
				"AWS query-string parameters must include 'X-Amz-Date'. Re-examine the query-string parameters.",
		},
		{
			"date in another format", "/",
			[]string{"Authorization", goodAuth, "X-Amz-Date", "2026-11-20T10:30:00Z"},
			sigv4.BadDate,
			"Date must be in ISO-8601 'basic format'. Got '2026-11-20T10:30:00Z'. See http://en.wikipedia.org/wiki/ISO_8601",
		},
		{"date with milliseconds", "/", []string{"Authorization", goodAuth, "X-Amz-Date", "20261120T103000.000Z"}, sigv4.BadDate, ""},
		{"date that does not exist", "/", []string{"Authorization", goodAuth, "X-Amz-Date", "20261132T103000Z"}, sigv4.BadDate, ""},
		{
			"date of another day", "/",
			[]string{"Authorization", goodAuth, "X-Amz-Date", "20261121T103000Z"},
			sigv4.DateMismatch,
			"Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '20261120' != '20261121', from '20261121T103000Z'.",
		},
		{"two Date headers", "/", []string{"Authorization", goodAuth, "Date", goodDate, "Date", goodDate}, sigv4.Duplicate, ""},
		{"unknown parameter", "/", swap("SignedHeaders", "X=y, SignedHeaders"), sigv4.Malformed, ""},
		{"parameter twice", "/", swap("SignedHeaders", "Signature="+zeros+", SignedHeaders"), sigv4.Duplicate, ""},
		{"parameters without commas", "/", swap(", ", " "), sigv4.Incomplete, ""},
		{"credential of four parts", "/", swap("/sts", ""), sigv4.Malformed, ""},
		{"credential of six parts", "/", swap("/sts", "/sts/sts"), sigv4.Malformed, ""},
		{"credential with an empty part", "/", swap("/sts/", "//"), sigv4.Malformed, ""},
		{"credential with a line break", "/", swap("/sts/", "/s\nts/"), sigv4.Malformed, ""},
		{"key id too long", "/", swap("AKID", strings.Repeat("A", 129)), sigv4.Malformed, ""},
		{"region too long", "/", swap("us-east-1", strings.Repeat("a", 65)), sigv4.Malformed, ""},
		{"scope date too short", "/", swap("20261120", "2026112"), sigv4.Malformed, ""},
		{"no header name between semicolons", "/", swap("=host", "=host;;x"), sigv4.Malformed, ""},
		{"header name with a blank", "/", swap("=host", "=ho st"), sigv4.Malformed, ""},
		{"header name with a colon", "/", swap("=host", "=host;x:y"), sigv4.Malformed, ""},
		{"header name too long", "/", swap("=host", "=host;"+strings.Repeat("x", 129)), sigv4.Malformed, ""},
		{"too many header names", "/", swap("=host", "="+names(256)), sigv4.TooLarge, ""},
		{"signature in upper case", "/", swap("=0000", "=ABCD"), sigv4.Malformed, ""},
		{"signature too long", "/", swap("=0000", "=00000"), sigv4.Malformed, ""},
		{"Authorization too long", "/", swap("host", strings.Repeat("x", 8<<10)), sigv4.TooLarge, ""},
		{"token too long", "/", append(swap("", ""), "X-Amz-Security-Token", strings.Repeat("x", 40<<10+1)), sigv4.TooLarge, ""},
		{"target too long", "/?" + strings.Repeat("x", 64<<10), swap("", ""), sigv4.TooLarge, ""},
		{"too many parameters", "/?" + strings.Repeat("a&", 1025), swap("", ""), sigv4.TooLarge, ""},
		{"query parameter twice", "/?X-Amz-Signature=1&X-Amz-Signature=1", nil, sigv4.Duplicate, ""},
		{"raw semicolon", "/?a=1;b=2", swap("", ""), sigv4.Malformed, ""},
		{"malformed escape", "/?a=%4", swap("", ""), sigv4.Malformed, ""},
		{"two hashes", presignedTarget("sts") + "&X-Amz-Content-Sha256=a", []string{"X-Amz-Content-Sha256", "b"}, sigv4.Duplicate, ""},
		{"target without a path", "*", swap("", ""), sigv4.Malformed, ""},
		{"no target", "", swap("", ""), sigv4.Malformed, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			q, err := sigv4.Parse(request(tt.target, tt.header...))
			if q != nil {
				t.Error("a request beside the error")
			}
			if e := wantReason(t, err, tt.want); tt.text != "" && e.Message != tt.text {
				t.Errorf("got  %s\nwant %s", e.Message, tt.text)
			}
		})
	}
}

func TestS3Words(t *testing.T) {
	presigned := "/?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKID&X-Amz-Date=" + goodDate + "&X-Amz-SignedHeaders=host&X-Amz-Signature=" + zeros
	_, err := sigv4.Parse(request(presigned))
	e := wantReason(t, err, sigv4.Malformed)
	if want := `Error parsing the X-Amz-Credential parameter; the Credential is mal-formed; expecting "<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request".`; e.S3Message() != want {
		t.Errorf("got %s", e.S3Message())
	}

	r := sign(t, message{method: "GET", url: "https://h.example.com/k", service: "s3", presign: true})
	e = wantReason(t, verify(r, profile("s3"), secret, now.Add(time.Hour)), sigv4.Expired)
	want := []sigv4.Detail{{"X-Amz-Expires", "600"}, {"Expires", "2026-11-20T10:40:00Z"}, {"ServerTime", "2026-11-20T11:30:00Z"}}
	if e.S3Message() != "Request has expired" || fmt.Sprint(e.Details) != fmt.Sprint(want) {
		t.Errorf("got %s %v", e.S3Message(), e.Details)
	}

	r.Header.Set("X-Amz-Tagging", "a=b")
	r.Header.Set("X-Amz-Acl", "private")
	e = wantReason(t, verify(r, profile("s3"), secret, now), sigv4.UnsignedHeader)
	if fmt.Sprint(e.Details) != "[{HeadersNotSigned x-amz-acl, x-amz-tagging}]" {
		t.Errorf("got %v", e.Details)
	}
}

func TestStepsCannotBeSkipped(t *testing.T) {
	m := message{method: "POST", url: "https://h.example.com/", service: "sts", body: "{}"}
	sum := sha256.Sum256([]byte("{}"))
	q, err := sigv4.Parse(sign(t, m))
	if err != nil {
		t.Fatal(err)
	}
	key := sigv4.DeriveKey(secret, q.Scope)
	wantReason(t, q.CheckClock(now), sigv4.Unchecked)
	wantReason(t, q.Verify(key, sum), sigv4.Unchecked)
	if err := q.Check(profile("sts")); err != nil {
		t.Fatal(err)
	}
	wantReason(t, q.Verify(key, sum), sigv4.Unchecked)
	if err := q.CheckClock(now); err != nil {
		t.Fatal(err)
	}
	wantReason(t, q.VerifyDeclared(key), sigv4.Unchecked)
	if _, err := q.Body(strings.NewReader("{}")); err == nil {
		t.Error("a body before the signature was verified")
	}
	if err := q.Verify(key, sum); err != nil {
		t.Fatal(err)
	}

	m.service = "s3"
	if q, err = sigv4.Parse(sign(t, m)); err != nil {
		t.Fatal(err)
	}
	if err := q.Check(profile("s3")); err != nil {
		t.Fatal(err)
	}
	if err := q.CheckClock(now); err != nil {
		t.Fatal(err)
	}
	wantReason(t, q.Verify(sigv4.DeriveKey(secret, q.Scope), sum), sigv4.Unchecked)
	_, err = q.Body(strings.NewReader("{}"))
	wantReason(t, err, sigv4.Unchecked)
}

func TestNilRegionServesNone(t *testing.T) {
	p := profile("sts")
	p.Region = nil
	r := sign(t, message{method: "POST", url: "https://h.example.com/", service: "sts"})
	wantReason(t, verify(r, p, secret, now), sigv4.WrongRegion)
}

func TestSecretsAreNotPrinted(t *testing.T) {
	q, err := sigv4.Parse(request("/", "Authorization", goodAuth, "X-Amz-Date", goodDate, "X-Amz-Security-Token", "sekret"))
	if err != nil {
		t.Fatal(err)
	}
	key := sigv4.DeriveKey("sekret", q.Scope)
	for _, s := range []string{
		fmt.Sprintf("%v %+v %#v", q, q, q),
		fmt.Sprintf("%v %+v %#v %s", key, key, key, key),
	} {
		if strings.Contains(s, "sekret") || strings.Contains(s, "sum") {
			t.Error(s)
		}
	}
}

func TestAStampIsReadAsTheStandardLibraryReadsIt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.OneOf(
			rapid.StringMatching(`[0-9]{8}T[0-9]{6}Z`),
			rapid.StringMatching(`20[0-9]{2}(0[0-9]|1[0-3])([0-3][0-9])T([0-2][0-9])([0-6][0-9])([0-6][0-9])Z`),
			rapid.StringMatching(`[0-9TZ:-]{14,17}`),
		).Draw(t, "stamp")
		want, err := time.Parse("20060102T150405Z", s)
		q, got := sigv4.Parse(signedAt(s))
		if (got == nil) != (err == nil && len(s) == 16) {
			t.Fatalf("%q: %v, time.Parse %v", s, got, err)
		}
		if got == nil && !q.Time.Equal(want) {
			t.Fatalf("%q is %v, time.Parse says %v", s, q.Time, want)
		}
	})
}

// signedAt returns a request that claims to have been signed at that time.
func signedAt(stamp string) *http.Request {
	date := stamp + "00000000"
	return &http.Request{Method: "POST", RequestURI: "/", Host: "h.example.com", Header: http.Header{
		"X-Amz-Date": {stamp},
		"Authorization": {"AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/" + date[:8] + "/eu-central-1/dynamodb/aws4_request" +
			", SignedHeaders=host;x-amz-date, Signature=" + strings.Repeat("0", 64)},
	}}
}
