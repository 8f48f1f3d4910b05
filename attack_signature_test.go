// SPDX-License-Identifier: Apache-2.0

package bailiwick_test

import (
	"bytes"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/bailiwick-dev/bailiwick"
	"github.com/bailiwick-dev/bailiwick/bailiwicktest"
)

// A refusal is how a failure to authenticate is answered: by code and status,
// in AWS Query; in AWS JSON the status is always 400.
type refusal struct {
	json, query string
	status      int
	says        string // part of the message, empty if it doesn't matter
}

func (r refusal) saying(part string) refusal {
	r.says = part
	return r
}

var (
	noToken      = refusal{"MissingAuthenticationTokenException", "MissingAuthenticationToken", 403, ""}
	badHeader    = refusal{"IncompleteSignatureException", "IncompleteSignature", 400, ""}
	unknownKey   = refusal{"UnrecognizedClientException", "InvalidClientTokenId", 403, "The security token included in the request is invalid."}
	expiredToken = refusal{"ExpiredTokenException", "ExpiredToken", 403, "The security token included in the request is expired"}
	badSignature = refusal{"InvalidSignatureException", "SignatureDoesNotMatch", 403, ""}
	mismatched   = badSignature.saying("The request signature we calculated does not match the signature you provided.")
	// What hasn't the form of a call of DynamoDB is told nothing else there.
	noForm = refusal{"UnknownOperationException", mismatched.query, mismatched.status, mismatched.says}
)

// internals are words that no answer to a stranger may have.
var internals = []string{"goroutine", ".go:", "github.com", "pebble", "storage:", "identity:", "keyring", "panic", "/internal/", "AWS4-HMAC-SHA256\n"}

// check checks the answer to a request that was sent to service.
func (want refusal) check(t *testing.T, service string, secrets []string, status int, body string) {
	t.Helper()
	code, wantStatus := want.query, want.status
	if service == "dynamodb" {
		code, wantStatus = want.json, http.StatusBadRequest
		if want.json == noForm.json {
			wantStatus, want.says = http.StatusNotFound, ""
		}
	}
	if codeOf(body) != code || status != wantStatus {
		t.Errorf("got %d %s, want %d %s", status, body, wantStatus, code)
	}
	if !strings.Contains(strings.ReplaceAll(body, "&#39;", "'"), want.says) {
		t.Errorf("got %s, want it to say %q", body, want.says)
	}
	for _, word := range slices.Concat(internals, secrets) {
		if word != "" && strings.Contains(body, word) {
			t.Errorf("the answer tells %q: %s", word, body)
		}
	}
}

var services = []string{"dynamodb", "sts", "iam"}

// arms are the credentials that attackers have.
type arms struct {
	session, other, foreign, longTerm aws.Credentials
	now                               time.Time
}

func newArms(t *testing.T) (*siege, *arms) {
	t.Helper()
	s := newSiege(t, bailiwick.Config{})
	s.role("power", allowAll)
	elsewhere := newSiege(t, bailiwick.Config{}) // the same account id, another keyring
	elsewhere.role("power", allowAll)
	return s, &arms{
		session:  keysOf(t, s.assume(s.vendor, "power", nil)),
		other:    keysOf(t, s.assume(s.vendor, "power", nil)),
		foreign:  keysOf(t, elsewhere.assume(elsewhere.vendor, "power", nil)),
		longTerm: keysOf(t, s.admin),
		now:      time.Now(),
	}
}

func (a *arms) secrets() []string {
	return []string{a.session.SecretAccessKey, a.other.SecretAccessKey, a.longTerm.SecretAccessKey}
}

// forms are the two ways to sign.
var forms = map[string]func(*shot, testing.TB) *http.Request{"header": (*shot).signed, "presigned": (*shot).presigned}

// rounds runs f for each service and form.
func rounds(t *testing.T, f func(t *testing.T, service, form string)) {
	for _, service := range services {
		for _, form := range slices.Sorted(maps.Keys(forms)) {
			t.Run(service+" "+form, func(t *testing.T) { f(t, service, form) })
		}
	}
}

func TestSignaturesOfTheSDKAreAccepted(t *testing.T) {
	s, a := newArms(t)
	rounds(t, func(t *testing.T, service, form string) {
		for name, creds := range map[string]aws.Credentials{"a user's key": a.longTerm, "a session": a.session} {
			for when, shift := range map[string]time.Duration{"now": 0, "14 minutes ago": -14 * time.Minute, "4 minutes ahead": 4 * time.Minute} {
				if status, body := send(t, forms[form](newShot(s.srv.Endpoint, service, creds, a.now.Add(shift)), t)); status != http.StatusOK {
					t.Errorf("%s, signed %s: got %d %s", name, when, status, body)
				}
			}
		}
	})
}

// TestBadCredentialsAreRefused sends requests that are rightly signed with
// wrong credentials, or for another time or scope.
func TestBadCredentialsAreRefused(t *testing.T) {
	s, a := newArms(t)
	flipped := func(token string, i int) string {
		b := []byte(token)
		if b[i] != 'A' {
			b[i] = 'A'
		} else {
			b[i] = 'B'
		}
		return string(b)
	}
	tests := []struct {
		name string
		aim  func(*shot)
		want refusal
	}{
		{"a wrong secret", func(s *shot) { s.creds.SecretAccessKey = flipped(s.creds.SecretAccessKey, 39) }, mismatched},
		{"the secret of another session", func(s *shot) { s.creds.SecretAccessKey = a.other.SecretAccessKey }, mismatched},
		{"an empty secret", func(s *shot) { s.creds.SecretAccessKey = "" }, mismatched},
		{"an access key nobody has", func(s *shot) { s.creds = aws.Credentials{AccessKeyID: "AKIAAAAAAAAAAAAAAAAA", SecretAccessKey: "x"} }, unknownKey},
		{"an access key in lower case", func(s *shot) { s.creds = a.longTerm; s.creds.AccessKeyID = strings.ToLower(s.creds.AccessKeyID) }, unknownKey},
		{"no session token", func(s *shot) { s.creds.SessionToken = "" }, unknownKey},
		{"the token of another session", func(s *shot) { s.creds.SessionToken = a.other.SessionToken }, unknownKey},
		{"the key id of another session", func(s *shot) { s.creds.AccessKeyID = a.other.AccessKeyID }, unknownKey},
		{"key id and token of another session", func(s *shot) {
			s.creds.AccessKeyID, s.creds.SessionToken = a.other.AccessKeyID, a.other.SessionToken
		}, mismatched},
		{"a session of another server", func(s *shot) { s.creds = a.foreign }, unknownKey},
		{"the token of another server", func(s *shot) { s.creds.SessionToken = a.foreign.SessionToken }, unknownKey},
		{"a token with its first byte changed", func(s *shot) { s.creds.SessionToken = flipped(s.creds.SessionToken, 0) }, unknownKey},
		{"a token with a byte in its middle changed", func(s *shot) { s.creds.SessionToken = flipped(s.creds.SessionToken, len(s.creds.SessionToken)/2) }, unknownKey},
		{"a token with its last byte changed", func(s *shot) { s.creds.SessionToken = flipped(s.creds.SessionToken, len(s.creds.SessionToken)-1) }, unknownKey},
		{"a token cut short", func(s *shot) { s.creds.SessionToken = s.creds.SessionToken[:len(s.creds.SessionToken)-4] }, unknownKey},
		{"a token with more after it", func(s *shot) { s.creds.SessionToken += "AAAA" }, unknownKey},
		{"a token of the wrong alphabet", func(s *shot) { s.creds.SessionToken = "***" }, unknownKey},
		{"a user's key with a token", func(s *shot) { s.creds = a.longTerm; s.creds.SessionToken = a.session.SessionToken }, unknownKey},
		{"a user's key with a made-up token", func(s *shot) { s.creds = a.longTerm; s.creds.SessionToken = "token" }, unknownKey},

		{"signed 16 minutes ago", func(s *shot) { s.at = s.at.Add(-16 * time.Minute) }, badSignature.saying("Signature expired: ")},
		{"signed yesterday", func(s *shot) { s.at = s.at.Add(-24 * time.Hour) }, badSignature.saying("Signature expired: ")},
		{"signed 6 minutes ahead", func(s *shot) { s.at = s.at.Add(6 * time.Minute) }, badSignature.saying("Signature not yet current: ")},
		{"a scope of another service", func(s *shot) { s.service = "s3" }, badSignature.saying("Credential should be scoped to correct service: '")},
		{"a scope without a region", func(s *shot) { s.region = "moon" }, badSignature.saying("Credential should be scoped to a valid region.")},
		{"a body that is declared unsigned", func(s *shot) {
			s.hash = "UNSIGNED-PAYLOAD"
			s.header.Set("X-Amz-Content-Sha256", s.hash)
		}, mismatched},
		{"the hash of another body, declared", func(s *shot) {
			s.hash = hexSum("another")
			s.header.Set("X-Amz-Content-Sha256", s.hash)
		}, mismatched},
	}
	rounds(t, func(t *testing.T, service, form string) {
		for _, tt := range tests {
			t.Run(tt.name, func(t *testing.T) {
				shot := newShot(s.srv.Endpoint, service, a.session, a.now)
				tt.aim(shot)
				status, body := send(t, forms[form](shot, t))
				tt.want.check(t, service, a.secrets(), status, body)
			})
		}
	})
	s.alive()
}

// An alteration changes a request after it was signed.
type alteration struct {
	name  string
	alter func(*http.Request)
	want  refusal
}

// inQuery changes the query of a presigned request.
func inQuery(old, new string) func(*http.Request) {
	return func(r *http.Request) { r.URL.RawQuery = strings.Replace(r.URL.RawQuery, old, new, 1) }
}

// inHeader changes the Authorization header.
func inHeader(old, new string) func(*http.Request) {
	return func(r *http.Request) {
		r.Header.Set("Authorization", strings.Replace(r.Header.Get("Authorization"), old, new, 1))
	}
}

var anyForm = []alteration{
	{"another path", func(r *http.Request) { r.URL.Path = "/other" }, noForm},
	{"another method", func(r *http.Request) { r.Method = http.MethodPut }, noForm},
	{"another host", func(r *http.Request) { r.Host = "dynamodb.us-east-1.amazonaws.com" }, mismatched},
	{"another content type", func(r *http.Request) { r.Header.Set("Content-Type", r.Header.Get("Content-Type")+"; charset=utf-8") }, mismatched},
	{"another body", func(r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(bytes.ToUpper(b)))
	}, mismatched},
	{"no body", func(r *http.Request) { r.Body, r.ContentLength = http.NoBody, 0 }, mismatched},
	{"a parameter more", func(r *http.Request) { r.URL.RawQuery += "&Action=CreateUser" }, mismatched},
	{"a header of AWS's more", func(r *http.Request) { r.Header.Set("X-Amz-Account-Id", "111111111111") }, badSignature.saying("There were headers present in the request which were not signed: x-amz-account-id")},
}

var headerForm = []alteration{
	{"another time", func(r *http.Request) {
		at, _ := time.Parse("20060102T150405Z", r.Header.Get("X-Amz-Date"))
		r.Header.Set("X-Amz-Date", at.Add(-time.Second).Format("20060102T150405Z"))
	}, badSignature},
	{"another day", func(r *http.Request) { r.Header.Set("X-Amz-Date", "20200101T000000Z") }, badSignature.saying("Date in Credential scope does not match")},
	{"another region", inHeader("us-east-1", "eu-west-1"), mismatched},
	{"another terminator", inHeader("aws4_request", "aws5_request"), badSignature.saying("Credential should be scoped with a valid terminator: 'aws4_request'")},
	{"another algorithm", inHeader("AWS4-HMAC-SHA256", "AWS4-HMAC-SHA1"), badHeader.saying("Unsupported AWS 'algorithm': 'AWS4-HMAC-SHA1'.")},
	{"another scheme", inHeader("AWS4-HMAC-SHA256", "Bearer"), noToken},
	{"no signature", func(r *http.Request) { r.Header.Del("Authorization") }, noToken},
	{"an empty signature", inHeader("Signature=", "Signature=,x"), badHeader},
	{"no credential", inHeader("Credential=", "Principal="), badHeader},
	{"host not named as signed", inHeader(";host", ""), badSignature.saying("'Host' must be a 'SignedHeader' in the AWS Authorization.")},
	{"host named twice", inHeader(";host;", ";host;host;"), badHeader},
	{"two signatures", func(r *http.Request) { r.Header.Add("Authorization", r.Header.Get("Authorization")) }, badHeader},
	{"both forms", func(r *http.Request) { r.URL.RawQuery = "X-Amz-Algorithm=AWS4-HMAC-SHA256" }, badSignature.saying("Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header.")},
	{"two times", func(r *http.Request) { r.Header.Add("X-Amz-Date", r.Header.Get("X-Amz-Date")) }, badHeader},
	{"no time", func(r *http.Request) { r.Header.Del("X-Amz-Date") }, badHeader},
	{"a time that is none", func(r *http.Request) { r.Header.Set("X-Amz-Date", "yesterday") }, badHeader.saying("Date must be in ISO-8601 'basic format'. Got 'yesterday'.")},
	{"two tokens", func(r *http.Request) { r.Header.Add("X-Amz-Security-Token", r.Header.Get("X-Amz-Security-Token")) }, badHeader},
	{"the token taken away", func(r *http.Request) { r.Header.Del("X-Amz-Security-Token") }, unknownKey},
}

var presignedForm = []alteration{
	{"a longer life", inQuery("X-Amz-Expires=900", "X-Amz-Expires=901"), mismatched},
	{"a life of more than a week", inQuery("X-Amz-Expires=900", "X-Amz-Expires=604801"), badHeader},
	{"another region", inQuery("us-east-1", "eu-west-1"), mismatched},
	{"a credential twice", func(r *http.Request) { r.URL.RawQuery += "&X-Amz-Credential=" + r.URL.Query().Get("X-Amz-Credential") }, badHeader},
	{"a signature twice", func(r *http.Request) { r.URL.RawQuery += "&X-Amz-Signature=" + r.URL.Query().Get("X-Amz-Signature") }, badHeader},
	{"the token as a header too", func(r *http.Request) {
		r.Header.Set("X-Amz-Security-Token", r.URL.Query().Get("X-Amz-Security-Token"))
	}, badHeader},
	{"both forms", func(r *http.Request) { r.Header.Set("Authorization", "AWS4-HMAC-SHA256 x") }, badSignature.saying("Found both")},
	{"another algorithm", inQuery("AWS4-HMAC-SHA256", "AWS4-HMAC-SHA1"), badHeader.saying("Unsupported AWS 'algorithm': 'AWS4-HMAC-SHA1'.")},
	{"no algorithm", inQuery("X-Amz-Algorithm", "X-Algorithm"), badHeader.saying("AWS query-string parameters must include 'X-Amz-Algorithm'. ")},
	{"no signature", inQuery("X-Amz-Signature", "X-Signature"), badHeader.saying("AWS query-string parameters must include 'X-Amz-Signature'. ")},
	{"no signed headers", inQuery("X-Amz-SignedHeaders", "X-SignedHeaders"), badHeader.saying("AWS query-string parameters must include 'X-Amz-SignedHeaders'. ")},
	{"the signature in upper case", func(r *http.Request) {
		sig := r.URL.Query().Get("X-Amz-Signature")
		inQuery(sig, strings.Repeat("A", len(sig)))(r)
	}, badHeader},
	{"host not named as signed", inQuery("%3Bhost", ""), badSignature.saying("'Host' must be a 'SignedHeader' in the AWS Authorization.")},
	{"a malformed escape", func(r *http.Request) { r.URL.RawQuery += "&x=%zz" }, badHeader},
}

func TestAlteredRequestsAreRefused(t *testing.T) {
	s, a := newArms(t)
	rounds(t, func(t *testing.T, service, form string) {
		alterations := slices.Concat(anyForm, headerForm)
		if form == "presigned" {
			alterations = slices.Concat(anyForm, presignedForm)
		}
		for _, tt := range alterations {
			t.Run(tt.name, func(t *testing.T) {
				r := forms[form](newShot(s.srv.Endpoint, service, a.session, a.now), t)
				tt.alter(r)
				status, body := send(t, r)
				tt.want.check(t, service, a.secrets(), status, body)
			})
		}
	})
	s.alive()
}

// TestSignaturesMustCoverHostAndAWSHeaders sends requests whose signatures are
// right for what they cover.
func TestSignaturesMustCoverHostAndAWSHeaders(t *testing.T) {
	s, a := newArms(t)
	shot := newShot(s.srv.Endpoint, "dynamodb", a.session, a.now)
	all := []string{"content-type", "host", "x-amz-date", "x-amz-security-token", "x-amz-target"}
	if status, body := send(t, shot.forged(t, all...)); status != http.StatusOK {
		t.Fatalf("with all headers signed: got %d %s", status, body)
	}
	for _, left := range all[1:] {
		covered := slices.DeleteFunc(slices.Clone(all), func(name string) bool { return name == left })
		want := badSignature.saying("There were headers present in the request which were not signed: " + left)
		if left == "host" {
			want = badSignature.saying("'Host' must be a 'SignedHeader' in the AWS Authorization.")
		}
		t.Run(left, func(t *testing.T) {
			status, body := send(t, shot.forged(t, covered...))
			want.check(t, "dynamodb", a.secrets(), status, body)
		})
	}
}

// TestTargetsDoNotLeadElsewhere adds targets of DynamoDB to requests: to those
// signed for other services, and a second one to one of its own.
func TestTargetsDoNotLeadElsewhere(t *testing.T) {
	s, a := newArms(t)
	for _, service := range services {
		for when, fire := range map[string]func(*shot, string) *http.Request{
			"before signing": func(s *shot, target string) *http.Request {
				s.header.Add("X-Amz-Target", target)
				return s.signed(t)
			},
			"after signing": func(s *shot, target string) *http.Request {
				r := s.signed(t)
				r.Header.Add("X-Amz-Target", target)
				return r
			},
		} {
			shot := newShot(s.srv.Endpoint, service, a.session, a.now)
			shot.header.Set("Content-Type", "application/x-amz-json-1.0") // or it isn't of DynamoDB's form
			r := fire(shot, "DynamoDB_20120810.DeleteTable")
			if status, body := send(t, r); status != http.StatusBadRequest || codeOf(body) != "InvalidSignatureException" && codeOf(body) != "UnknownOperationException" {
				t.Errorf("%s, %s: got %d %s, want a refusal", service, when, status, body)
			}
		}
	}
	s.do(s.admin, "dynamodb", "DescribeTable", `{"TableName":"Ledger"}`)
}

// TestPresignedRequestsExpire sends one before and after the time that it was
// given, and one that was signed for longer than any may live.
func TestPresignedRequestsExpire(t *testing.T) {
	s, a := newArms(t)
	for _, service := range services {
		shot := newShot(s.srv.Endpoint, service, a.session, a.now.Add(-time.Minute))
		shot.url += "?X-Amz-Expires=90"
		if status, body := send(t, shot.presigned(t)); status != http.StatusOK {
			t.Errorf("%s, before its time: got %d %s", service, status, body)
		}
		shot.at = a.now.Add(-2 * time.Minute)
		status, body := send(t, shot.presigned(t))
		badSignature.saying("Signature expired: ").check(t, service, a.secrets(), status, body)

		shot = newShot(s.srv.Endpoint, service, a.session, a.now.Add(-16*time.Minute))
		shot.url += "?X-Amz-Expires=604800"
		status, body = send(t, shot.presigned(t))
		badSignature.saying("Signature expired: ").check(t, service, a.secrets(), status, body)
	}
}

// TestSessionsExpire moves the server's clock over the end of a session that it
// has seen before, and so remembers, and of one that it has not.
func TestSessionsExpire(t *testing.T) {
	clock := newClock()
	srv := bailiwicktest.Start(t, bailiwick.Config{Data: t.TempDir(), Now: clock.now})
	s := besiege(t, srv)
	s.vendor = s.user(s.root, "vendor", allowAll)
	s.role("power", allowAll)
	in := map[string]any{"DurationSeconds": 900}
	seen, unseen := keysOf(t, s.assume(s.vendor, "power", in)), keysOf(t, s.assume(s.vendor, "power", in))
	for _, service := range services {
		clock.set(890 * time.Second)
		if status, body := send(t, newShot(srv.Endpoint, service, seen, clock.now()).signed(t)); status != http.StatusOK {
			t.Fatalf("%s shortly before the end: got %d %s", service, status, body)
		}
		clock.set(901 * time.Second)
		for _, creds := range []aws.Credentials{seen, unseen} {
			status, body := send(t, newShot(srv.Endpoint, service, creds, clock.now()).signed(t))
			expiredToken.check(t, service, []string{creds.SecretAccessKey}, status, body)
		}
	}
}
