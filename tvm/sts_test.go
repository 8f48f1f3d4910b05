// SPDX-License-Identifier: Apache-2.0

package tvm_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"github.com/bailiwick-dev/bailiwick/tvm"
)

const (
	sharedRole = "arn:aws:iam::111122223333:role/TrackingAccessRole"
	tenantRole = "arn:aws:iam::111122223333:role/tenants/tenant-{{tenant}}"
)

// A stsServer is the AWS side: it speaks as much of the STS query protocol as
// AssumeRole takes, and issues a new key at every call.
type stsServer struct {
	*httptest.Server
	clock *clock

	mu     sync.Mutex
	calls  []url.Values
	header []http.Header
	answer func(w http.ResponseWriter, form url.Values, n int) // nil: issue
}

func newSTS(t testing.TB) *stsServer {
	s := &stsServer{clock: newClock()}
	s.Server = httptest.NewServer(http.HandlerFunc(s.serve))
	t.Cleanup(s.Close)
	return s
}

func (s *stsServer) serve(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil || r.PostForm.Get("Action") != "AssumeRole" {
		http.Error(w, "not AssumeRole", http.StatusBadRequest)
		return
	}
	s.mu.Lock()
	s.calls = append(s.calls, r.PostForm)
	s.header = append(s.header, r.Header.Clone())
	n, answer := len(s.calls), s.answer
	s.mu.Unlock()
	if answer == nil {
		answer = s.issue
	}
	answer(w, r.PostForm, n)
}

// issue answers with key number n, for as long as was asked.
func (s *stsServer) issue(w http.ResponseWriter, form url.Values, n int) {
	seconds, _ := strconv.Atoi(form.Get("DurationSeconds"))
	s.issueUntil(w, form, n, s.clock.now().Add(time.Duration(seconds)*time.Second))
}

func (s *stsServer) issueUntil(w http.ResponseWriter, form url.Values, n int, expires time.Time) {
	role := form.Get("RoleArn")
	fmt.Fprintf(w, `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult>
<AssumedRoleUser><AssumedRoleId>AROAEXAMPLE:s</AssumedRoleId><Arn>arn:aws:sts::111122223333:assumed-role/%s/s</Arn></AssumedRoleUser>
<Credentials><AccessKeyId>ASIAEXAMPLE%05d</AccessKeyId><SecretAccessKey>secret%d</SecretAccessKey><SessionToken>token-%s-%d</SessionToken><Expiration>%s</Expiration></Credentials>
</AssumeRoleResult></AssumeRoleResponse>`, role[strings.LastIndexByte(role, '/')+1:], n, n, form.Get("RoleSessionName"), n, expires.UTC().Format(time.RFC3339Nano))
}

func (s *stsServer) respond(f func(w http.ResponseWriter, form url.Values, n int)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answer = f
}

// fail answers with an STS error.
func (s *stsServer) fail(status int, code string) {
	s.respond(func(w http.ResponseWriter, _ url.Values, _ int) {
		w.WriteHeader(status)
		fmt.Fprintf(w, `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>%s</Code><Message>no</Message></Error></ErrorResponse>`, code)
	})
}

// issueAgain ends what respond and fail began.
func (s *stsServer) issueAgain() { s.respond(nil) }

// count returns how many calls there were.
func (s *stsServer) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.calls)
}

// last returns the last call.
func (s *stsServer) last(t testing.TB) url.Values {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.calls) == 0 {
		t.Fatal("STS was not called")
	}
	return s.calls[len(s.calls)-1]
}

// base is a configuration for this server, which does not retry.
func (s *stsServer) base() aws.Config {
	return aws.Config{
		Region:       "us-east-1",
		Credentials:  credentials.NewStaticCredentialsProvider("AKIABASEBASEBASEBASE", "base-secret", ""),
		BaseEndpoint: aws.String(s.URL),
		HTTPClient:   s.Client(),
		Retryer:      func() aws.Retryer { return aws.NopRetryer{} },
	}
}

// unusedBase is a configuration for machines that are not to call anything.
func unusedBase() aws.Config {
	return aws.Config{
		Region:       "us-east-1",
		Credentials:  credentials.NewStaticCredentialsProvider("AKIABASEBASEBASEBASE", "base-secret", ""),
		BaseEndpoint: aws.String("http://127.0.0.1:1"),
	}
}

// machine returns a machine whose STS and clock are the server's.
func (s *stsServer) machine(t testing.TB, c tvm.Config) *tvm.Machine {
	t.Helper()
	if c.Base.Region == "" {
		c.Base = s.base()
	}
	if c.Scope == nil {
		c.Scope = tvm.SessionTags{RoleARN: sharedRole}
	}
	c.Now = s.clock.now
	m, err := tvm.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// A clock stands still until it is moved.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

func newClock() *clock { return &clock{t: time.Now()} }

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}

// eventually waits until f holds.
func eventually(t testing.TB, claim string, f func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !f(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%s: not within ten seconds", claim)
		}
	}
}
