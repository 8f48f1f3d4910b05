// SPDX-License-Identifier: Apache-2.0

package server_test

import (
	"context"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
)

// A relay is an operation that another server carries out, by its steps; those
// that are nil do nothing.
type relay struct {
	access         awsapi.Access
	owner          string // of what it needs
	prepare, check func(*awsapi.Call) error
	forward        func(context.Context, *awsapi.Call) (string, error)
}

func (r relay) operation(name string) awsapi.Operation {
	step := func(f func(*awsapi.Call) error) func(context.Context, *awsapi.Call, *input) error {
		return func(_ context.Context, c *awsapi.Call, _ *input) error {
			if f == nil {
				return nil
			}
			return f(c)
		}
	}
	return awsapi.OpForward(awsapi.Operation{Name: name, Access: r.access, Sample: `{}`},
		step(r.prepare),
		func(context.Context, *awsapi.Call, *input) ([]awsapi.Need, error) {
			return []awsapi.Need{need(r.owner, mine(true))}, nil
		},
		step(r.check),
		func(ctx context.Context, c *awsapi.Call, _ *input) (*output, error) {
			value, err := r.forward(ctx, c)
			return &output{value}, err
		})
}

var accesses = map[string]awsapi.Access{"Read": awsapi.Read, "Write": awsapi.Write, "Control": awsapi.Control}

func TestACallIsSentOnWithWhatWasPrepared(t *testing.T) {
	for name, access := range accesses {
		l := newLab(t, relay{
			access: access, owner: ours,
			prepare: func(c *awsapi.Call) error { c.Prepared = "prepared"; return nil },
			forward: func(_ context.Context, c *awsapi.Call) (string, error) {
				if c.Tx != nil {
					t.Errorf("%s: it is sent in a transaction", name)
				}
				return c.Prepared.(string) + " for " + c.Caller.Account(), nil
			},
		}.operation("Do"))
		if body := l.expect("Do", http.StatusOK); !strings.Contains(body, "prepared for "+ours) {
			t.Errorf("%s: got %s", name, body)
		}
	}
}

// TestWhatIsNotAllowedIsNotSent has calls denied, refused by their check, failing
// to be prepared, and not signed.
func TestWhatIsNotAllowedIsNotSent(t *testing.T) {
	broken := func(*awsapi.Call) error { return errors.New("broken") }
	for name, access := range accesses {
		for what, r := range map[string]relay{
			"denied":       {owner: theirs},
			"refused":      {owner: ours, check: broken},
			"not prepared": {owner: ours, prepare: broken},
			"not recorded": {owner: ours, check: func(*awsapi.Call) error { panic("in the transaction") }},
		} {
			r.access = access
			r.forward = func(context.Context, *awsapi.Call) (string, error) {
				t.Errorf("%s: a call that is %s is sent", name, what)
				return "", nil
			}
			l := newLab(t, r.operation("Do"))
			if status, body := l.call("Do"); status < 400 {
				t.Errorf("%s: a call that is %s got %d %s", name, what, status, body)
			}
		}
	}
}

func TestNothingIsPreparedForWhoHasNotSigned(t *testing.T) {
	l := newLab(t, relay{
		owner:   ours,
		prepare: func(*awsapi.Call) error { t.Error("it is prepared"); return nil },
		forward: func(context.Context, *awsapi.Call) (string, error) { t.Error("it is sent"); return "", nil },
	}.operation("Do"))
	r := l.request("Action=Do")
	r.Body, r.ContentLength = l.request("Action=Do&Name=other").Body, int64(len("Action=Do&Name=other"))
	if status, body := l.send(r); status != http.StatusForbidden {
		t.Errorf("got %d %s", status, body)
	}
}

// TestAChangeIsOnRecordBeforeItIsSent looks at what is on disk when a change is
// sent on, and after it has failed.
func TestAChangeIsOnRecordBeforeItIsSent(t *testing.T) {
	for name, access := range map[string]awsapi.Access{"Write": awsapi.Write, "Control": awsapi.Control} {
		var l *lab
		sent := 0
		l = newLab(t, relay{access: access, owner: ours, forward: func(context.Context, *awsapi.Call) (string, error) {
			if sent++; !l.recorded(`"operation":"Do"`) {
				t.Errorf("%s: it is sent and not on record", name)
			}
			return "", errors.New("the other server is down")
		}}.operation("Do"))
		if status, _ := l.call("Do"); status != http.StatusInternalServerError || sent != 1 {
			t.Errorf("%s: got %d, sent %d times", name, status, sent)
		}
		if log := l.records(); strings.Count(log, `"operation":"Do"`) != 1 || !strings.Contains(log, `"decision":"Allow"`) {
			t.Errorf("%s: the log has %s", name, log)
		}
	}
}

// recorded reports whether the text is in the log: in the store, or in a file.
func (l *lab) recorded(text string) (found bool) {
	check(l.t, l.db.View(context.Background(), func(tx *storage.Tx) error {
		c := tx.Scan(storage.Range{Lo: []byte{byte(storage.Journal)}, Hi: []byte{byte(storage.Journal) + 1}})
		defer c.Close()
		for c.Next() {
			found = found || strings.Contains(string(c.Value()), text)
		}
		return c.Close()
	}))
	names, _ := filepath.Glob(filepath.Join(l.dir, "*"))
	for _, name := range names {
		b, err := os.ReadFile(name)
		check(l.t, err)
		found = found || strings.Contains(string(b), text)
	}
	return found
}

// TestWhoWaitsForAnotherServerHoldsNothingUp has a call wait for the other server
// while there is one permit to work for all.
func TestWhoWaitsForAnotherServerHoldsNothingUp(t *testing.T) {
	for name, access := range accesses {
		begun, release := make(chan struct{}), make(chan struct{})
		l := newLab(t,
			relay{access: access, owner: ours, forward: func(context.Context, *awsapi.Call) (string, error) {
				close(begun)
				<-release
				return "late", nil
			}}.operation("Slow"),
			operation("Quick", awsapi.Write, stated(need(ours)), func(*awsapi.Call) (string, error) { return "", nil }))
		slow := make(chan int, 1)
		go func() { status, _ := l.call("Slow"); slow <- status }()
		<-begun
		l.expect("Quick", http.StatusOK)
		deadline := time.Now().Add(time.Minute)
		for !l.filed(`"operation":"Quick"`) { // which the shipper writes, if it waits for nobody
			if time.Now().After(deadline) {
				t.Errorf("%s: the log waits for the other server", name)
				break
			}
			time.Sleep(10 * time.Millisecond)
		}
		close(release)
		if status := <-slow; status != http.StatusOK {
			t.Errorf("%s: got %d", name, status)
		}
		l.stop()
	}
}

// filed reports whether the text is in a file of the log.
func (l *lab) filed(text string) bool {
	names, _ := filepath.Glob(filepath.Join(l.dir, "*"))
	for _, name := range names {
		if b, err := os.ReadFile(name); err == nil && strings.Contains(string(b), text) {
			return true
		}
	}
	return false
}
