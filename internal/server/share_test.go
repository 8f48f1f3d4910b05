// SPDX-License-Identifier: Apache-2.0

package server_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
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

// A slowEncoder pauses while it encodes, and tells of that, until it may end.
type slowEncoder struct {
	awsapi.Protocol
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
	}
	p.Protocol.Encode(w, r, op, id, out)
}

// TestALongResultLetsOthersGoFirst makes a call while the result of another is encoded.
func TestALongResultLetsOthersGoFirst(t *testing.T) {
	p := &slowEncoder{query, make(chan struct{}), make(chan struct{})}
	l := newLabOf(t, &awsapi.Service{Protocol: p, Operations: []awsapi.Operation{
		operation("Long", awsapi.Read, stated(need(ours)), func(*awsapi.Call) (string, error) {
			time.Sleep(time.Millisecond)
			return "", nil
		}),
		operation("Get", awsapi.Read, stated(need(ours)), func(*awsapi.Call) (string, error) { return "", nil }),
	}})
	long, wg := l.request("Action=Long"), sync.WaitGroup{}
	var answered atomic.Bool
	wg.Go(func() {
		_, _ = l.send(long)
		answered.Store(true)
	})
	<-p.begun
	l.expect("Get", http.StatusOK)
	if answered.Load() {
		t.Error("the other call was answered after the long one")
	}
	close(p.end)
	wg.Wait()
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
