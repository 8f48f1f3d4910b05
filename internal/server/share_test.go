// SPDX-License-Identifier: Apache-2.0

package server_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/identity"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
)

// The lab has one permit to work for all calls.

// TestWhoDoesNotReadTakesNoTurn leaves a long answer unread.
func TestWhoDoesNotReadTakesNoTurn(t *testing.T) {
	l := newLab(t,
		operation("Long", awsapi.Read, stated(need(ours)), func(*awsapi.Call) (string, error) { return strings.Repeat("x", 24<<20), nil }),
		operation("Get", awsapi.Read, stated(need(ours)), func(*awsapi.Call) (string, error) { return "", nil }))
	resp, err := http.DefaultClient.Do(l.request("Action=Long"))
	check(t, err)
	defer resp.Body.Close()
	quick := http.Client{Timeout: 10 * time.Second}
	other, err := quick.Do(l.request("Action=Get"))
	check(t, err)
	defer other.Body.Close()
	if other.StatusCode != http.StatusOK {
		t.Errorf("got %d", other.StatusCode)
	}
}

// A teller tells how large the bodies are that are decoded.
type teller struct {
	awsapi.Protocol
	decoded chan int
}

func (p teller) Open(r *http.Request, body []byte) (awsapi.Message, error) {
	m, err := p.Protocol.Open(r, body)
	return told{m, p.decoded, len(body)}, err
}

type told struct {
	awsapi.Message
	decoded chan int
	size    int
}

func (m told) Decode(in any) error {
	m.decoded <- m.size
	return m.Message.Decode(in)
}

// TestALargeInputIsReadInATurn sends a small and a large one while a call works.
func TestALargeInputIsReadInATurn(t *testing.T) {
	const small, large = "Action=Get&Name=", 32 << 10
	p := teller{query, make(chan int, 3)}
	begun, end := make(chan struct{}), make(chan struct{})
	l := newLabOf(t, &awsapi.Service{Protocol: p, Operations: []awsapi.Operation{
		operation("Wait", awsapi.Read, stated(need(ours)), func(*awsapi.Call) (string, error) {
			close(begun)
			<-end
			return "", nil
		}),
		operation("Get", awsapi.Read, stated(need(ours)), func(*awsapi.Call) (string, error) { return "", nil }),
	}})
	var wg sync.WaitGroup
	for _, body := range []string{"Action=Wait", small + strings.Repeat("x", large), small} {
		r := l.request(body)
		wg.Go(func() {
			if status, answer := l.send(r); status != http.StatusOK {
				t.Errorf("got %d %s", status, answer)
			}
		})
		<-begun
	}
	for range 2 {
		if n := <-p.decoded; n > large {
			t.Error("the large one is decoded while another call works")
		}
	}
	select {
	case n := <-p.decoded:
		t.Errorf("%d bytes are decoded while another call works", n)
	case <-time.After(200 * time.Millisecond):
	}
	close(end)
	wg.Wait()
	if len(p.decoded) != 1 || <-p.decoded < large {
		t.Error("the large one isn't decoded at the end")
	}
}

// A slowEncoder pauses while it encodes, and tells of that, until it may end.
type slowEncoder struct {
	awsapi.Protocol
	t          *testing.T
	begun, end chan struct{}
}

func (p *slowEncoder) Encode(w http.ResponseWriter, r *http.Request, op *awsapi.Operation, id string, out any) {
	if op.Name == "Long" {
		close(p.begun)
		for start := time.Now(); time.Since(start) < 20*time.Second; time.Sleep(time.Millisecond) {
			w.(awsapi.Pauser).Pause()
			select {
			case <-p.end:
				p.Protocol.Encode(w, r, op, id, out)
				return
			default:
			}
		}
		p.t.Error("the other call has not gone first")
	}
	p.Protocol.Encode(w, r, op, id, out)
}

// TestALongResultLetsOthersGoFirst makes a call while the result of another's is encoded.
func TestALongResultLetsOthersGoFirst(t *testing.T) {
	const third = "333333333333"
	thirdKey := identity.NewAccessKeyID(third)
	p := &slowEncoder{query, t, make(chan struct{}), make(chan struct{})}
	l := newLabOf(t, &awsapi.Service{Protocol: p, Operations: []awsapi.Operation{
		operation("Long", awsapi.Read, stated(need(ours)), func(*awsapi.Call) (string, error) {
			time.Sleep(time.Millisecond)
			return "", nil
		}),
		operation("Get", awsapi.Read, stated(need(third)), func(*awsapi.Call) (string, error) { return "", nil }),
	}})
	check(t, l.db.Update(t.Context(), func(tx *storage.Tx) error {
		return l.directory.CreateAccount(tx, third, thirdKey, secret, time.Now())
	}))
	long, wg := l.request("Action=Long"), sync.WaitGroup{}
	wg.Go(func() { _, _ = l.send(long) })
	<-p.begun
	if status, body := l.send(l.requestOf(thirdKey, "Action=Get")); status != http.StatusOK {
		t.Errorf("got %d %s", status, body)
	}
	close(p.end)
	wg.Wait()
}

// TestWhatAnotherServerAnswersHasRoom has another server answer with more than there is
// room for: a read fails, a change has been made.
func TestWhatAnotherServerAnswersHasRoom(t *testing.T) {
	for access, want := range map[awsapi.Access]int{awsapi.Read: http.StatusBadRequest, awsapi.Write: http.StatusOK} {
		l := newLab(t, relay{access: access, owner: ours, forward: func(ctx context.Context, _ *awsapi.Call) (string, error) {
			return "", awsapi.MeterOf(ctx)(300 << 20)
		}}.operation("Much"))
		if body := l.expect("Much", want); want != http.StatusOK && !strings.Contains(body, "<Code>Throttling</Code>") {
			t.Errorf("got %s", body)
		}
	}
}

// TestTooManyCallsThatWaitAreRefused has one call work and a queue fill up
// behind it.
func TestTooManyCallsThatWaitAreRefused(t *testing.T) {
	const places, tooMany = 1 + 1024, 6
	release := make(chan struct{})
	l := newLab(t, operation("Wait", awsapi.Read, stated(need(ours)), func(*awsapi.Call) (string, error) {
		<-release
		return "", nil
	}))
	answers := make(chan *httptest.ResponseRecorder, places+tooMany)
	var wg sync.WaitGroup
	for range places + tooMany {
		r := arrived(l.request("Action=Wait"))
		wg.Go(func() {
			w := sink{httptest.NewRecorder()}
			l.handler.ServeHTTP(w, r)
			answers <- w.ResponseRecorder
		})
	}
	for range tooMany {
		w := <-answers
		if w.Code != http.StatusBadRequest || !strings.Contains(w.Body.String(), "<Code>Throttling</Code><Message>Rate exceeded</Message>") {
			t.Errorf("got %d %s", w.Code, w.Body)
		}
	}
	close(release)
	wg.Wait()
	close(answers)
	for w := range answers {
		if w.Code != http.StatusOK {
			t.Errorf("a call that waited: got %d %s", w.Code, w.Body)
		}
	}
}

// TestWhatCallsReadHasRoom has calls whose results nobody fetches hold all that there is
// for one caller.
func TestWhatCallsReadHasRoom(t *testing.T) {
	const fit = 8 // four times 8 MB each
	l := newLab(t,
		operation("Read", awsapi.Read, stated(need(ours, storage.Data.Span(false))), func(c *awsapi.Call) (string, error) {
			if _, err := c.Tx.Get(item("large")); err != nil {
				return "", err
			}
			return strings.Repeat("x", 14<<20), nil
		}),
		operation("Small", awsapi.Read, stated(need(ours, storage.Data.Span(false))), func(c *awsapi.Call) (string, error) {
			_, err := c.Tx.Get(item(ours))
			return "", err
		}))
	check(t, l.db.Update(t.Context(), func(tx *storage.Tx) error { return tx.Put(item("large"), make([]byte, 8<<20)) }))
	var held []*http.Response
	for range fit {
		resp, err := http.DefaultClient.Do(l.request("Action=Read"))
		check(t, err)
		if resp.StatusCode != http.StatusOK {
			t.Errorf("there is no room for %d results: got %d", len(held)+1, resp.StatusCode)
		}
		held = append(held, resp)
	}
	if status, body := l.call("Read"); status != http.StatusBadRequest || !strings.Contains(body, "<Code>Throttling</Code>") {
		t.Errorf("beyond the room: got %d %.200s", status, body)
	}
	l.expect("Small", http.StatusOK)
	for _, resp := range held {
		resp.Body.Close()
	}
	for end := time.Now().Add(time.Minute); ; time.Sleep(10 * time.Millisecond) {
		status, _ := l.call("Read")
		if status == http.StatusOK {
			break
		}
		if time.Now().After(end) {
			t.Fatal("the room is not given back")
		}
	}
}
