// SPDX-License-Identifier: Apache-2.0

package bailiwick_test

import (
	"fmt"
	"io"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/bailiwick-dev/bailiwick"
)

// TestAnswersThatNobodyReads asks for answers that are larger than what the
// operating system takes over, on many connections, and reads none.
func TestAnswersThatNobodyReads(t *testing.T) {
	s := newSiege(t, bailiwick.Config{})
	value := strings.Repeat(`\u0001`, 390<<10) // six times as large on the wire
	for i := range 2 {
		s.do(s.admin, "dynamodb", "PutItem", fmt.Sprintf(`{"TableName":"Ledger","Item":{"TenantID":{"S":"large"},"Row":{"S":"%d"},"V":{"S":"%s"}}}`, i, value))
	}
	request := s.raw(s.admin, "Query", `{"TableName":"Ledger","KeyConditionExpression":"TenantID = :t","ExpressionAttributeValues":{":t":{"S":"large"}}}`)
	const clients, bound = 60, 128 << 20
	size := 2 * len(value)
	known := s.from("127.0.0.1")
	s.served(known)
	before := memory()
	for range clients {
		w := s.from("127.0.0.1")
		w.send(request)
		s.served(known)
	}
	time.Sleep(2 * time.Second) // those that there is no room for have one
	if grown := memory() - before; grown > bound+64<<20 {
		t.Errorf("answers of %d MB take %d MB while nobody reads them", clients*size>>20, grown>>20)
	}
	reader := s.from("127.0.0.1")
	if err := reader.SetDeadline(time.Now().Add(2 * within)); err != nil {
		t.Fatal(err)
	}
	reader.send(request)
	if status, body := reader.answer(); status != http.StatusOK || len(body) < size {
		t.Errorf("a client that reads: got %d and %d bytes", status, len(body))
	}
	s.alive()
}

// TestLongResultsTakeTurnsInMemory asks for results of 16 MB on many connections at once,
// all of which are read.
func TestLongResultsTakeTurnsInMemory(t *testing.T) {
	s := newSiege(t, bailiwick.Config{})
	var keys []string
	for i := range 100 {
		s.do(s.admin, "dynamodb", "PutItem", fmt.Sprintf(`{"TableName":"Ledger","Item":{"TenantID":{"S":"large"},"Row":{"S":"%d"},"V":{"S":"%s"}}}`, i, strings.Repeat("x", 160<<10)))
		keys = append(keys, fmt.Sprintf(`{"TenantID":{"S":"large"},"Row":{"S":"%d"}}`, i))
	}
	request := s.raw(s.admin, "BatchGetItem", `{"RequestItems":{"Ledger":{"Keys":[`+strings.Join(keys, ",")+`]}}}`)
	const clients, bound = 60, 600 << 20 // all together would take more than 2 GB
	var peak atomic.Uint64
	watched, watching := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(watching)
		for {
			select {
			case <-watched:
				return
			case <-time.After(5 * time.Millisecond):
			}
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			peak.Store(max(peak.Load(), m.HeapAlloc))
		}
	}()
	var wg sync.WaitGroup
	for range clients {
		w := s.from("127.0.0.1")
		if err := w.SetDeadline(time.Now().Add(5 * time.Minute)); err != nil {
			t.Fatal(err)
		}
		wg.Go(func() {
			w.send(request)
			resp, err := http.ReadResponse(w.r, nil)
			if err != nil {
				t.Error(err)
				return
			}
			n, err := io.Copy(io.Discard, resp.Body)
			if resp.StatusCode != http.StatusOK || n < 15<<20 {
				t.Errorf("got %d and %d bytes, %v", resp.StatusCode, n, err)
			}
		})
	}
	wg.Wait()
	close(watched)
	<-watching
	if p := peak.Load(); p > bound {
		t.Errorf("%d results of 16 MB took %d MB", clients, p>>20)
	}
}
