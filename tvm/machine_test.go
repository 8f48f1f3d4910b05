// SPDX-License-Identifier: Apache-2.0

package tvm_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/auth/bearer"
	"github.com/aws/smithy-go/logging"
	"github.com/aws/smithy-go/middleware"

	"github.com/bailiwick-dev/bailiwick/tenant"
	"github.com/bailiwick-dev/bailiwick/tvm"
)

// key returns the access key id that m has for id.
func key(t *testing.T, m *tvm.Machine, id tenant.ID) string {
	t.Helper()
	c, err := m.Credentials(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return c.AccessKeyID
}

func TestCredentialsAreTheTenantsAndComplete(t *testing.T) {
	srv := newSTS(t)
	m := srv.machine(t, tvm.Config{})
	for n, id := range []tenant.ID{"acme", "blue"} {
		cfg, err := m.Config(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		got, err := cfg.Credentials.Retrieve(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		want := aws.Credentials{
			AccessKeyID:     fmt.Sprintf("ASIAEXAMPLE%05d", n+1),
			SecretAccessKey: fmt.Sprintf("secret%d", n+1),
			SessionToken:    fmt.Sprintf("token-tenant-%s-%d", id, n+1),
			Source:          "tvm",
			CanExpire:       true,
			Expires:         got.Expires,
			AccountID:       "111122223333",
		}
		if got != want {
			t.Errorf("%s: got %+v, want %+v", id, got, want)
		}
		if d := got.Expires.Sub(srv.clock.now()); d < 899*time.Second || d > 900*time.Second {
			t.Errorf("%s: they expire in %v", id, d)
		}
	}
}

func TestKeptUntilShortlyBeforeExpiry(t *testing.T) {
	srv := newSTS(t)
	m := srv.machine(t, tvm.Config{ExpiryWindow: 5 * time.Minute})
	first := key(t, m, "acme")
	srv.clock.advance(9*time.Minute - time.Second) // 5 minutes and a fifth before the end
	if key(t, m, "acme") != first || srv.count() != 1 {
		t.Errorf("there were %d calls before the window", srv.count())
	}

	// Within the window they are renewed, and nobody waits for it.
	srv.clock.advance(time.Minute + time.Second)
	if got := key(t, m, "acme"); got != first {
		t.Errorf("within the window: got %s, want %s at once", got, first)
	}
	eventually(t, "renewed within the window", func() bool { return key(t, m, "acme") != first })
	if n := srv.count(); n != 2 {
		t.Errorf("%d calls, want 2", n)
	}

	// After it they are not handed out.
	second := key(t, m, "acme")
	srv.clock.advance(14*time.Minute + time.Second) // less than a fifth of the window remains
	if got := key(t, m, "acme"); got == second {
		t.Error("handed out when about to expire")
	}
}

func TestShortLivedCredentialsAreKeptToo(t *testing.T) {
	srv := newSTS(t)
	m := srv.machine(t, tvm.Config{})
	srv.respond(func(w http.ResponseWriter, form url.Values, n int) {
		srv.issueUntil(w, form, n, srv.clock.now().Add(time.Minute))
	})
	first := key(t, m, "acme")
	srv.clock.advance(30 * time.Second)
	if key(t, m, "acme") != first || srv.count() != 1 {
		t.Errorf("%d calls within half of their life", srv.count())
	}
	srv.clock.advance(27 * time.Second)
	if key(t, m, "acme") == first {
		t.Error("handed out when about to expire")
	}
}

func TestOneCallATenantAtATime(t *testing.T) {
	srv := newSTS(t)
	m := srv.machine(t, tvm.Config{})
	gate := make(chan struct{})
	srv.respond(func(w http.ResponseWriter, form url.Values, n int) {
		<-gate
		srv.issue(w, form, n)
	})
	var wg sync.WaitGroup
	var mu sync.Mutex
	keys := make(map[tenant.ID]map[string]bool)
	for i := range 64 {
		id := tenant.ID([]string{"acme", "blue"}[i%2])
		wg.Go(func() {
			c, err := m.Credentials(t.Context(), id)
			if err != nil {
				t.Error(err)
				return
			}
			mu.Lock()
			defer mu.Unlock()
			if keys[id] == nil {
				keys[id] = make(map[string]bool)
			}
			keys[id][c.SessionToken] = true
		})
	}
	eventually(t, "both tenants' calls", func() bool { return srv.count() == 2 })
	time.Sleep(20 * time.Millisecond) // for a third call, if there is to be one
	close(gate)
	wg.Wait()
	if n := srv.count(); n != 2 {
		t.Errorf("%d calls for two tenants", n)
	}
	for id, tokens := range keys {
		if len(tokens) != 1 {
			t.Errorf("%s got %d different sessions", id, len(tokens))
		}
		for tok := range tokens {
			if !strings.Contains(tok, string(id)) {
				t.Errorf("%s got %s", id, tok)
			}
		}
	}
}

func TestWhoGivesUpDoesNotDisturbTheOthers(t *testing.T) {
	srv := newSTS(t)
	m := srv.machine(t, tvm.Config{})
	gate := make(chan struct{})
	srv.respond(func(w http.ResponseWriter, form url.Values, n int) {
		<-gate
		srv.issue(w, form, n)
	})
	ctx, cancel := context.WithCancel(t.Context())
	gaveUp, stayed := make(chan error), make(chan error)
	go func() {
		_, err := m.Credentials(ctx, "acme")
		gaveUp <- err
	}()
	eventually(t, "the first one's call", func() bool { return srv.count() == 1 })
	go func() {
		_, err := m.Credentials(t.Context(), "acme")
		stayed <- err
	}()
	cancel()
	if err := <-gaveUp; !errors.Is(err, context.Canceled) {
		t.Errorf("who gave up got %v", err)
	}
	close(gate)
	if err := <-stayed; err != nil {
		t.Errorf("who stayed got %v", err)
	}
	if n := srv.count(); n != 1 {
		t.Errorf("%d calls, want 1", n)
	}

	if _, err := m.Credentials(ctx, "blue"); !errors.Is(err, context.Canceled) {
		t.Errorf("who gave up before asking got %v", err)
	}
	time.Sleep(20 * time.Millisecond) // for a call, if there is to be one
	if n := srv.count(); n != 1 {
		t.Errorf("for who gave up before asking there were %d calls", n-1)
	}
}

func TestFailuresAreNotKept(t *testing.T) {
	srv := newSTS(t)
	m := srv.machine(t, tvm.Config{})
	srv.fail(http.StatusForbidden, "AccessDenied")
	for n := range 2 {
		cfg, err := m.Config(t.Context(), "acme")
		var ae smithy.APIError
		if !errors.As(err, &ae) || ae.ErrorCode() != "AccessDenied" {
			t.Errorf("got %v", err)
		}
		if cfg.Credentials != nil {
			t.Error("a failure came with credentials")
		}
		if srv.count() != n+1 {
			t.Errorf("%d calls, want %d", srv.count(), n+1)
		}
	}
	srv.issueAgain()
	if _, err := m.Config(t.Context(), "acme"); err != nil {
		t.Errorf("after STS came back: %v", err)
	}
}

func TestAnswersThatAreNotTemporaryCredentialsAreRefused(t *testing.T) {
	srv := newSTS(t)
	m := srv.machine(t, tvm.Config{})
	body := func(credentials string) func(http.ResponseWriter, url.Values, int) {
		return func(w http.ResponseWriter, _ url.Values, _ int) {
			fmt.Fprintf(w, `<AssumeRoleResponse><AssumeRoleResult>%s</AssumeRoleResult></AssumeRoleResponse>`, credentials)
		}
	}
	const expires = "<Expiration>2099-01-01T00:00:00Z</Expiration>"
	for claim, answer := range map[string]func(http.ResponseWriter, url.Values, int){
		"nothing":            func(http.ResponseWriter, url.Values, int) {},
		"no credentials":     body(""),
		"no expiry":          body("<Credentials><AccessKeyId>A</AccessKeyId><SecretAccessKey>S</SecretAccessKey><SessionToken>T</SessionToken></Credentials>"),
		"no token":           body("<Credentials><AccessKeyId>A</AccessKeyId><SecretAccessKey>S</SecretAccessKey>" + expires + "</Credentials>"),
		"no key":             body("<Credentials><SecretAccessKey>S</SecretAccessKey><SessionToken>T</SessionToken>" + expires + "</Credentials>"),
		"no secret":          body("<Credentials><AccessKeyId>A</AccessKeyId><SessionToken>T</SessionToken>" + expires + "</Credentials>"),
		"expired already":    func(w http.ResponseWriter, f url.Values, n int) { srv.issueUntil(w, f, n, srv.clock.now()) },
		"a server's failure": func(w http.ResponseWriter, _ url.Values, _ int) { w.WriteHeader(http.StatusInternalServerError) },
	} {
		srv.respond(answer)
		c, err := m.Credentials(t.Context(), "acme")
		if err == nil || strings.Contains(err.Error(), "panic") || c != (aws.Credentials{}) {
			t.Errorf("%s: got %v and error %v", claim, c.HasKeys(), err)
		}
	}
}

func TestRenewalThatFails(t *testing.T) {
	srv := newSTS(t)
	m := srv.machine(t, tvm.Config{})
	first := key(t, m, "acme")
	srv.clock.advance(11 * time.Minute)
	srv.fail(http.StatusServiceUnavailable, "ServiceUnavailable")

	// What is kept is used as long as it lasts, and STS is not asked every time.
	eventually(t, "the attempt to renew", func() bool { return key(t, m, "acme") == first && srv.count() == 2 })
	time.Sleep(20 * time.Millisecond)
	for range 100 {
		if key(t, m, "acme") != first {
			t.Fatal("other credentials")
		}
	}
	if n := srv.count(); n != 2 {
		t.Errorf("%d calls, want 2", n)
	}
	srv.clock.advance(time.Minute)
	eventually(t, "the next attempt", func() bool { return key(t, m, "acme") == first && srv.count() == 3 })

	// It is not used longer than it lasts, nor is anything else in its place.
	srv.clock.advance(3 * time.Minute)
	if c, err := m.Credentials(t.Context(), "acme"); err == nil {
		t.Errorf("after expiry: got %s", c.AccessKeyID)
	}
}

func TestRefusedRenewalEndsAtOnce(t *testing.T) {
	srv := newSTS(t)
	m := srv.machine(t, tvm.Config{})
	cfg, err := m.Config(t.Context(), "acme")
	if err != nil {
		t.Fatal(err)
	}
	srv.clock.advance(11 * time.Minute)
	srv.fail(http.StatusForbidden, "AccessDenied")
	eventually(t, "refused while the credentials would still last", func() bool {
		_, err := cfg.Credentials.Retrieve(t.Context())
		return err != nil
	})
	if _, err := sts.NewFromConfig(cfg).GetCallerIdentity(t.Context(), nil); err == nil {
		t.Error("a call was made all the same")
	}
	for _, h := range srv.header {
		if a := h.Get("Authorization"); !strings.Contains(a, "Credential=AKIABASE") {
			t.Errorf("a request signed %q", a)
		}
	}
	if n := srv.count(); n < 2 {
		t.Errorf("%d calls", n)
	}
}

func TestTheLeastRecentTenantIsForgotten(t *testing.T) {
	srv := newSTS(t)
	m := srv.machine(t, tvm.Config{MaxTenants: 2})
	cfg, err := m.Config(t.Context(), "acme")
	if err != nil {
		t.Fatal(err)
	}
	blue := key(t, m, "blue")
	acme := key(t, m, "acme") // used after blue
	key(t, m, "cyan")         // in place of blue
	if key(t, m, "acme") != acme || srv.count() != 3 {
		t.Errorf("acme was forgotten: %d calls", srv.count())
	}
	if key(t, m, "blue") == blue || srv.count() != 4 {
		t.Errorf("blue was not forgotten: %d calls", srv.count())
	}
	key(t, m, "cyan") // in place of acme
	c, err := cfg.Credentials.Retrieve(t.Context())
	if err != nil {
		t.Fatalf("a forgotten tenant's configuration: %v", err)
	}
	if !strings.Contains(c.SessionToken, "tenant-acme-") || c.AccessKeyID == acme {
		t.Errorf("a forgotten tenant's configuration has %s", c.SessionToken)
	}
}

func TestTooManyTenantsAtOnce(t *testing.T) {
	srv := newSTS(t)
	m := srv.machine(t, tvm.Config{MaxTenants: 1})
	gate := make(chan struct{})
	srv.respond(func(w http.ResponseWriter, form url.Values, n int) {
		<-gate
		srv.issue(w, form, n)
	})
	done := make(chan error)
	go func() {
		_, err := m.Credentials(t.Context(), "acme")
		done <- err
	}()
	eventually(t, "the first one's call", func() bool { return srv.count() == 1 })
	if _, err := m.Credentials(t.Context(), "blue"); !errors.Is(err, tvm.ErrBusy) {
		t.Errorf("got %v, want ErrBusy", err)
	}
	close(gate)
	if err := <-done; err != nil {
		t.Error(err)
	}
	key(t, m, "blue")
}

// explosive panics in place of a round trip.
type explosive struct{ with any }

func (e explosive) Do(*http.Request) (*http.Response, error) { panic(e.with) }

// indexError is what indexing beyond a slice panics with.
func indexError() (with any) {
	defer func() { with = recover() }()
	var none []int
	return none[len(none)]
}

func TestAPanicEndsTheCallOnly(t *testing.T) {
	for _, with := range []any{"base-secret", errors.New("base-secret"), http.ErrAbortHandler, indexError()} {
		base := unusedBase()
		base.HTTPClient = explosive{with}
		m, err := tvm.New(tvm.Config{Base: base, Scope: tvm.SessionTags{RoleARN: sharedRole}})
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			_, err := m.Credentials(t.Context(), "acme")
			if err == nil || strings.Contains(err.Error(), "base-secret") {
				t.Errorf("panic(%v): got %v", with, err)
			}
		}
	}
}

type token struct{}

func (token) RetrieveBearerToken(context.Context) (bearer.Token, error) {
	return bearer.Token{Value: "base-token"}, nil
}

func TestNothingOfTheBaseIsHandedOn(t *testing.T) {
	srv := newSTS(t)
	base := srv.base()
	base.BearerAuthTokenProvider = token{}
	base.APIOptions = make([]func(*middleware.Stack) error, 0, 8)
	m := srv.machine(t, tvm.Config{Base: base})
	acme, err := m.Config(t.Context(), "acme")
	if err != nil {
		t.Fatal(err)
	}
	blue, err := m.Config(t.Context(), "blue")
	if err != nil {
		t.Fatal(err)
	}
	if acme.BearerAuthTokenProvider != nil {
		t.Error("the bearer token is handed on")
	}
	if acme.Region != base.Region || acme.BaseEndpoint != base.BaseEndpoint {
		t.Error("region or endpoint are not handed on")
	}

	// What is added to one tenant's options does not show up in another's.
	acme.APIOptions = append(acme.APIOptions, func(*middleware.Stack) error { return errors.New("acme's option") })
	blue.APIOptions = append(blue.APIOptions, func(*middleware.Stack) error { return nil })
	if err := acme.APIOptions[0](nil); err == nil {
		t.Error("blue's option is in acme's configuration")
	}
}

func TestSecretsAreNotLogged(t *testing.T) {
	srv := newSTS(t)
	var log bytes.Buffer
	base := srv.base()
	base.Logger = logging.NewStandardLogger(&log)
	base.ClientLogMode = aws.LogSigning | aws.LogRequestWithBody | aws.LogResponseWithBody
	if _, err := srv.machine(t, tvm.Config{Base: base}).Credentials(t.Context(), "acme"); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(log.String(), "secret1") || strings.Contains(log.String(), "token-tenant") || strings.Contains(log.String(), "AKIABASE") {
		t.Errorf("logged: %s", log.String())
	}
}

func TestLongLivedClientsGoOn(t *testing.T) {
	srv := newSTS(t)
	m := srv.machine(t, tvm.Config{})
	cfg, err := m.Config(t.Context(), "acme")
	if err != nil {
		t.Fatal(err)
	}
	client := sts.NewFromConfig(cfg)
	var signedWith []string
	for range 3 {
		_, _ = client.AssumeRole(t.Context(), &sts.AssumeRoleInput{RoleArn: aws.String(sharedRole), RoleSessionName: aws.String("chained")})
		srv.mu.Lock()
		for i, h := range srv.header {
			if srv.calls[i].Get("RoleSessionName") == "chained" {
				signedWith = append(signedWith, h.Get("X-Amz-Security-Token"))
			}
		}
		srv.calls, srv.header = nil, nil
		srv.mu.Unlock()
		srv.clock.advance(15 * time.Minute)
	}
	if len(signedWith) != 3 {
		t.Fatalf("%d calls, want 3: %q", len(signedWith), signedWith)
	}
	for i, tok := range signedWith {
		if !strings.HasPrefix(tok, "token-tenant-acme-") {
			t.Errorf("call %d is signed with %q", i, tok)
		}
	}
}
