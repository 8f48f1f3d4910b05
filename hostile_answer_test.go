// SPDX-License-Identifier: Apache-2.0

package bailiwick_test

import (
	"fmt"
	"net/http"
	"strings"
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
