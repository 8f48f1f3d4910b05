// SPDX-License-Identifier: Apache-2.0

package server_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/identity"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
	"github.com/bailiwick-dev/bailiwick/internal/storage/driver"
)

// TestInternalFailuresSayNothing has operations fail with errors that are not
// for the client.
func TestInternalFailuresSayNothing(t *testing.T) {
	const inside = "the text of an inner error"
	fail := func(*awsapi.Call) (string, error) { return "", errors.New(inside) }
	l := newLab(t,
		operation("Handler", awsapi.Write, stated(need(ours)), fail),
		operation("Needs", awsapi.Read, func(*awsapi.Call) ([]awsapi.Need, error) { return nil, errors.New(inside) }, fail),
		operation("Wrapped", awsapi.Read, stated(need(ours)), func(*awsapi.Call) (string, error) {
			return "", &awsapi.Error{Kind: awsapi.Conflict, Message: "a text for the client", Err: errors.New(inside)}
		}),
		operation("Panic", awsapi.Read, stated(need(ours)), func(*awsapi.Call) (string, error) { panic(inside) }),
	)
	for op, want := range map[string]int{"Handler": 500, "Needs": 500, "Panic": 500, "Wrapped": 409} {
		status, body := l.call(op)
		if status != want || strings.Contains(body, inside) {
			t.Errorf("%s: got %d %s", op, status, body)
		}
		if op == "Wrapped" && !strings.Contains(body, "a text for the client") {
			t.Errorf("%s: got %s", op, body)
		}
	}
	if n := strings.Count(l.logged.String(), inside); n < 3 {
		t.Errorf("the operator learns of %d of 3 failures: %s", n, l.logged)
	}
}

// TestWhatADiskKeepsFromHappeningMayBeTriedAgain has the store fail as it does
// when its disk does, and when that is full.
func TestWhatADiskKeepsFromHappeningMayBeTriedAgain(t *testing.T) {
	var failure error
	l := newLab(t, operation("Put", awsapi.Write, stated(need(ours)), func(*awsapi.Call) (string, error) { return "", failure }))
	for _, cause := range []error{driver.ErrBroken, syscall.ENOSPC} {
		failure = fmt.Errorf("inside: %w", cause)
		if status, body := l.call("Put"); status != http.StatusServiceUnavailable || strings.Contains(body, "inside") {
			t.Errorf("%v: got %d %s", cause, status, body)
		}
	}
	if n := strings.Count(l.logged.String(), "inside"); n != 2 {
		t.Errorf("the operator learns of %d of 2 failures: %s", n, l.logged)
	}
}

// TestAChangeThatFailsIsNotDone has a handler change something and then fail.
func TestAChangeThatFailsIsNotDone(t *testing.T) {
	var failure error
	l := newLab(t, operation("Put", awsapi.Write, stated(need(ours, mine(true))), func(c *awsapi.Call) (string, error) {
		return "", errors.Join(notes.Put(c.Tx, "after", ours, "mine"), failure)
	}))
	for _, failure = range []error{errors.New("failed"), awsapi.Errorf(awsapi.Invalid, "Refused", "it is refused")} {
		if status, body := l.call("Put"); status < 400 || l.note(ours, "mine") != "before" {
			t.Errorf("%v: got %d %s, and the note is %q", failure, status, body, l.note(ours, "mine"))
		}
	}
	failure = nil
	l.expect("Put", http.StatusOK)
	if got := l.note(ours, "mine"); got != "after" {
		t.Errorf("the note is %q", got)
	}
	log := l.records()
	for text, want := range map[string]int{`"operation":"Put"`: 3, `"error":"InternalFailure"`: 1, `"error":"Refused"`: 1} {
		if n := strings.Count(log, text); n != want {
			t.Errorf("%s is in the log %d times, want %d:\n%s", text, n, want, log)
		}
	}
}

// A sink is where a client that has gone doesn't read.
type sink struct{ *httptest.ResponseRecorder }

func (sink) SetReadDeadline(time.Time) error { return nil }

// arrived is a request as it is when it comes over a connection.
func arrived(r *http.Request) *http.Request {
	r.RequestURI, r.RemoteAddr, r.Host = r.URL.RequestURI(), "127.0.0.1:1", r.URL.Host
	r.Header.Set("Content-Length", strconv.FormatInt(r.ContentLength, 10))
	return r
}

// TestADenialIsRecordedForWhoHasGone has a client go away while its call is
// decided: who asks for what it may not have must not choose whether that is
// known.
func TestADenialIsRecordedForWhoHasGone(t *testing.T) {
	for name, access := range map[string]awsapi.Access{"Read": awsapi.Read, "Write": awsapi.Write, "Control": awsapi.Control} {
		var leave context.CancelFunc
		l := newLab(t, operation("Do", access, func(*awsapi.Call) ([]awsapi.Need, error) {
			leave()
			return []awsapi.Need{need(theirs)}, nil
		}, func(*awsapi.Call) (string, error) { return "", nil }))
		ctx, cancel := context.WithCancel(t.Context())
		leave = cancel
		r := arrived(l.request("Action=Do").WithContext(ctx))
		w := sink{httptest.NewRecorder()}
		l.handler.ServeHTTP(w, r)
		if w.Code != http.StatusForbidden || !strings.Contains(w.Body.String(), "AccessDenied") {
			t.Errorf("%s: got %d %s", name, w.Code, w.Body)
		}
		if log := l.records(); strings.Count(log, `"requestId"`) != 1 || !strings.Contains(log, `"decision":"ImplicitDeny"`) {
			t.Errorf("%s: the log has %q", name, log)
		}
	}
}

// TestNobodyIsACallerBeforeTheSignatureIsVerified leaves steps out.
func TestNobodyIsACallerBeforeTheSignatureIsVerified(t *testing.T) {
	l := newLab(t)
	svc := &awsapi.Service{Name: "lab"}
	caller := func(verify, alter bool) (arn string, err error) {
		p := l.authn.Read(arrived(l.request("Action=Do")))
		check(t, p.Check(t.Context(), svc, time.Now()))
		body := "Action=Do"
		if alter {
			body = "Action=Undo"
		}
		if verify {
			if err := p.Verify([]byte(body)); (err != nil) != alter {
				t.Errorf("Verify: %v", err)
			}
		}
		err = l.db.View(t.Context(), func(tx *storage.Tx) error {
			c, err := p.Caller(tx, time.Now())
			if err == nil {
				arn = c.Principal.ARN
			}
			return err
		})
		return arn, err
	}
	for range 2 { // the second time what was verified is remembered
		if got, err := caller(false, false); err == nil {
			t.Errorf("not verified: got %s", got)
		}
		if got, err := caller(true, true); err == nil {
			t.Errorf("verified in vain: got %s", got)
		}
		if got, err := caller(true, false); got != "arn:aws:iam::"+ours+":root" {
			t.Errorf("verified: got %q, %v", got, err)
		}
	}
}

// TestNobodyCallsFromAnAccountThatIsGone takes the caller's account away.
func TestNobodyCallsFromAnAccountThatIsGone(t *testing.T) {
	l := newLab(t, operation("Do", awsapi.Read, stated(need(ours)), func(*awsapi.Call) (string, error) { return "", nil }))
	l.expect("Do", http.StatusOK)
	check(t, l.db.Update(t.Context(), func(tx *storage.Tx) error {
		return errors.Join(tx.Delete(identity.AccountSpan(true, ours).Lo), tx.Advance(ours))
	}))
	if body := l.expect("Do", http.StatusForbidden); !strings.Contains(body, "InvalidClientTokenId") {
		t.Errorf("got %s", body)
	}
}

// TestRoomIsGivenBack sends large bodies one after the other, more of them than
// there is room for at a time.
func TestRoomIsGivenBack(t *testing.T) {
	l := newLab(t, operation("Do", awsapi.Read, stated(need(ours)), func(*awsapi.Call) (string, error) { return "", nil }))
	body := "Action=Do&Nothing=" + strings.Repeat("x", 9<<20) // which takes the room of 16 MB
	for i := range 18 {
		status, answer := l.send(l.request(body))
		if status != http.StatusOK {
			t.Fatalf("body %d: got %d %s", i, status, answer)
		}
		if i%6 == 0 { // a refusal gives back as well
			r := l.request(body)
			r.Header.Set("X-Amz-Date", "20200101T000000Z")
			if status, _ := l.send(r); status == http.StatusOK {
				t.Errorf("an altered request got %d", status)
			}
		}
	}
}
