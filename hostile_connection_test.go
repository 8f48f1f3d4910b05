// SPDX-License-Identifier: Apache-2.0

package bailiwick_test

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/bailiwick-dev/bailiwick"
)

// A wire is a TCP connection to the server.
type wire struct {
	net.Conn
	t *testing.T
	r *bufio.Reader
}

// connect opens a connection that fails the test if it is still in use after
// the time that a connection may be held by one who sends nothing useful.
func (s *siege) connect(atMost time.Duration) *wire {
	s.t.Helper()
	u, err := url.Parse(s.srv.Endpoint)
	if err != nil {
		s.t.Fatal(err)
	}
	c, err := net.Dial("tcp", u.Host)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { c.Close() })
	if err := c.SetDeadline(time.Now().Add(atMost)); err != nil {
		s.t.Fatal(err)
	}
	return &wire{c, s.t, bufio.NewReader(c)}
}

func (w *wire) send(text string) {
	w.t.Helper()
	if _, err := io.WriteString(w, text); err != nil {
		w.t.Fatal(err)
	}
}

// answer reads one answer.
func (w *wire) answer() (status int, body string) {
	w.t.Helper()
	resp, err := http.ReadResponse(w.r, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	return resp.StatusCode, string(b)
}

// ends waits until the server closes the connection, and returns what came
// before.
func (w *wire) ends() string {
	w.t.Helper()
	b, err := io.ReadAll(w.r)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		w.t.Errorf("the server keeps the connection open, after it sent %q", b)
	}
	return string(b)
}

// raw returns the bytes of a signed call of DynamoDB.
func (s *siege) raw(cfg aws.Config, op, body string) string {
	s.t.Helper()
	shot := newShot(s.srv.Endpoint, "dynamodb", keysOf(s.t, cfg), time.Now())
	target(op)(shot)
	shot.body = body
	var b bytes.Buffer
	if err := shot.signed(s.t).Write(&b); err != nil {
		s.t.Fatal(err)
	}
	return b.String()
}

// TestSlowClientsAreCutOff holds connections in every way that a client without
// credentials can, and sees them closed in time and others served meanwhile.
func TestSlowClientsAreCutOff(t *testing.T) {
	t.Parallel()
	s := newSiege(t, bailiwick.Config{})
	const within = 10 * time.Second // for a head, and for a body that nobody waits for
	const unsigned = "POST / HTTP/1.1\r\nHost: x\r\nX-Amz-Target: DynamoDB_20120810.ListTables\r\nContent-Type: application/x-amz-json-1.0\r\n"
	slow := map[string]struct {
		begin, drip string
	}{
		"a head that never begins":              {"", ""},
		"a head that never ends":                {"POST / HTTP/1.1\r\nHost: x\r\n", ""},
		"a head a byte at a time":               {"POST / HTTP/1.1\r\nX: ", "x"},
		"an unsigned body that never comes":     {unsigned + "Content-Length: 200000\r\n\r\n", ""},
		"an unsigned body a byte at a time":     {unsigned + "Content-Length: 200000\r\n\r\n", "x"},
		"an unsigned chunk that never comes":    {unsigned + "Transfer-Encoding: chunked\r\n\r\n", ""},
		"an unsigned body for no service":       {"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 200000\r\n\r\n", ""},
		"a body of a request for health":        {"GET /_bailiwick/health HTTP/1.1\r\nHost: x\r\nContent-Length: 200000\r\n\r\n", ""},
		"a body of a request that is no good":   {"FOO * HTTP/1.1\r\nHost: x\r\nContent-Length: 200000\r\n\r\n", ""},
		"an unsigned body, promised on request": {unsigned + "Expect: 100-continue\r\nContent-Length: 200000\r\n\r\n", ""},
	}
	var all sync.WaitGroup
	for name, tt := range slow {
		w := s.connect(within + 2*time.Second)
		all.Go(func() {
			if _, err := io.WriteString(w, tt.begin); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			for stop := time.Now().Add(within); tt.drip != "" && time.Now().Before(stop); time.Sleep(50 * time.Millisecond) {
				if _, err := io.WriteString(w, tt.drip); err != nil {
					break // closed
				}
			}
			if _, err := io.ReadAll(w.r); errors.Is(err, os.ErrDeadlineExceeded) {
				t.Errorf("%s: the connection is open after %v", name, within+2*time.Second)
			}
		})
	}
	served := make(chan struct{})
	go func() {
		defer close(served)
		all.Wait()
	}()
	for open := true; open; {
		select {
		case <-served:
			open = false
		case <-time.After(100 * time.Millisecond):
			s.alive()
		}
	}
}

func TestHostileHTTP(t *testing.T) {
	s := newSiege(t, bailiwick.Config{})
	const head = "POST / HTTP/1.1\r\nHost: x\r\nX-Amz-Target: DynamoDB_20120810.ListTables\r\nContent-Type: application/x-amz-json-1.0\r\n"
	tests := map[string]struct {
		request string
		status  int
	}{
		"no HTTP at all":                       {"\x16\x03\x01\x02\x00\x01\r\n\r\n", 400},
		"a header over the limit":              {head + "X: " + strings.Repeat("x", 128<<10) + "\r\n\r\n", 431},
		"headers without end":                  {head + strings.Repeat("X: x\r\n", 32<<10), 431},
		"a header without a colon":             {head + "X\r\n\r\n", 400},
		"a NUL in a header":                    {head + "X: a\x00b\r\n\r\n", 400},
		"a blank before a colon":               {head + "X-Amz-Target : x\r\n\r\n", 400},
		"two hosts":                            {"POST / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", 400},
		"no host":                              {"POST / HTTP/1.1\r\n\r\n", 400},
		"two lengths":                          {head + "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}", 400},
		"a negative length":                    {head + "Content-Length: -1\r\n\r\n", 400},
		"a length beyond numbers":              {head + "Content-Length: 99999999999999999999\r\n\r\n", 400},
		"another encoding than chunks":         {head + "Transfer-Encoding: gzip, chunked\r\n\r\n", 501},
		"an absolute target":                   {"POST http://elsewhere/ HTTP/1.1\r\nHost: x\r\nX-Amz-Target: DynamoDB_20120810.ListTables\r\nContent-Length: 0\r\n\r\n", 400},
		"a target of * for everything":         {"OPTIONS * HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n", 200},
		"a tunnel":                             {"CONNECT elsewhere:80 HTTP/1.1\r\nHost: x\r\n\r\n", 404},
		"a path that climbs":                   {"GET /../../etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n", 404},
		"a path of nothing":                    {"GET // HTTP/1.1\r\nHost: x\r\n\r\n", 404},
		"an upgrade":                           {"GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AA\r\n\r\n", 200},
		"HTTP/2 from the start, without TLS":   {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 404},
		"a target line over the limit":         {"GET /" + strings.Repeat("x", 128<<10) + " HTTP/1.1\r\nHost: x\r\n\r\n", 431},
		"an unsigned call":                     {head + "Content-Length: 2\r\n\r\n{}", 400},
		"a path under ours that is not served": {"GET /_bailiwick/ HTTP/1.1\r\nHost: x\r\n\r\n", 404},
	}
	for name, tt := range tests {
		w := s.connect(5 * time.Second)
		go func() { _, _ = io.WriteString(w, tt.request) }() // the server may stop listening
		resp, err := http.ReadResponse(w.r, nil)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		body, _ := io.ReadAll(resp.Body)
		if resp.StatusCode != tt.status {
			t.Errorf("%s: got %s %s, want %d", name, resp.Status, body, tt.status)
		}
		for _, word := range internals {
			if bytes.Contains(body, []byte(word)) {
				t.Errorf("%s: the answer tells %q: %s", name, word, body)
			}
		}
	}
	s.alive()
}

// TestConnectionsHaveNoIdentity sends calls of two tenants, and rubbish, over
// one connection without waiting for answers.
func TestConnectionsHaveNoIdentity(t *testing.T) {
	s := newSiege(t, bailiwick.Config{})
	yellow, blue := s.session(s.vendor, "yellow"), s.session(s.vendor, "blue")
	w := s.connect(5 * time.Second)
	const unsigned = "POST / HTTP/1.1\r\nHost: x\r\nX-Amz-Target: DynamoDB_20120810.GetItem\r\nContent-Type: application/x-amz-json-1.0\r\nContent-Length: 2\r\n\r\n{}"
	w.send(s.raw(yellow, "GetItem", getRow("yellow")) + s.raw(blue, "GetItem", getRow("blue")) +
		s.raw(blue, "GetItem", getRow("yellow")) + unsigned + s.raw(yellow, "GetItem", getRow("yellow")) + "RUBBISH\r\n\r\n")
	for i, want := range []string{"note of yellow", "note of blue", "AccessDeniedException", "MissingAuthenticationTokenException", "note of yellow", "400 Bad Request"} {
		if status, body := w.answer(); !strings.Contains(body, want) {
			t.Errorf("answer %d: got %d %s, want %s", i, status, body, want)
		}
	}
	if rest := w.ends(); rest != "" {
		t.Errorf("after rubbish came %q", rest)
	}
	s.alive()
}

// TestLyingLengths sends bodies that are not as long as they say.
func TestLyingLengths(t *testing.T) {
	s := newSiege(t, bailiwick.Config{})
	shot := newShot(s.srv.Endpoint, "dynamodb", keysOf(t, s.admin), time.Now())
	target("PutItem")(shot)
	shot.body = putRow("lie", "1")
	r := shot.forged(t, coveredBy(shot)...) // which doesn't cover the length
	var head strings.Builder
	fmt.Fprintf(&head, "POST / HTTP/1.1\r\nHost: %s\r\n", r.URL.Host)
	if err := r.Header.Write(&head); err != nil {
		t.Fatal(err)
	}
	n := len(shot.body)
	length := func(n int) string { return fmt.Sprintf("Content-Length: %d\r\n\r\n", n) }
	const chunked = "Transfer-Encoding: chunked\r\n\r\n"
	whole := func() bool {
		return strings.Contains(s.do(s.admin, "dynamodb", "GetItem", getRow("lie")).Body, "note of lie")
	}

	for name, rest := range map[string]string{
		"shorter than announced":          length(n+10) + shot.body,
		"longer than announced":           length(n-10) + shot.body,
		"empty though announced":          length(n),
		"a chunk shorter than announced":  chunked + fmt.Sprintf("%x\r\n%s\r\n0\r\n\r\n", n+10, shot.body),
		"a chunk longer than announced":   chunked + fmt.Sprintf("%x\r\n%s\r\n0\r\n\r\n", n-10, shot.body),
		"no last chunk":                   chunked + fmt.Sprintf("%x\r\n%s\r\n", n, shot.body),
		"a chunk of a size beyond number": chunked + "ffffffffffffffffff\r\n" + shot.body,
		"a chunk of a negative size":      chunked + "-1\r\n" + shot.body,
		"a chunk without a size":          chunked + "\r\n" + shot.body,
		"a last chunk that is no chunk":   chunked + fmt.Sprintf("%x\r\n%s\r\nzz\r\n\r\n", n, shot.body),
	} {
		w := s.connect(5 * time.Second)
		w.send(head.String() + rest)
		if err := w.Conn.(*net.TCPConn).CloseWrite(); err != nil {
			t.Fatal(err)
		}
		if got := w.ends(); strings.Contains(got, "200 OK") || whole() {
			t.Fatalf("%s: the write was done: %s", name, got)
		}
	}
	for name, rest := range map[string]string{
		"a true length": length(n) + shot.body,
		"true chunks":   chunked + fmt.Sprintf("a\r\n%s\r\n%x;x=y\r\n%s\r\n0\r\n\r\n", shot.body[:10], n-10, shot.body[10:]),
	} {
		w := s.connect(5 * time.Second)
		w.send(head.String() + rest)
		if status, body := w.answer(); status != http.StatusOK || !whole() {
			t.Errorf("%s: got %d %s", name, status, body)
		}
		s.do(s.admin, "dynamodb", "DeleteItem", getRow("lie"))
	}
	s.alive()
}

// TestAbandonedWritesAreWholeOrNothing breaks off batches of writes at every
// part of the request, and just after it.
func TestAbandonedWritesAreWholeOrNothing(t *testing.T) {
	s := newSiege(t, bailiwick.Config{})
	const rows = 25
	batch := func(tenant string) string {
		puts := make([]string, rows)
		for i := range puts {
			puts[i] = fmt.Sprintf(`{"PutRequest":{"Item":{"TenantID":{"S":%q},"Row":{"S":"%d"},"V":{"S":%q}}}}`, tenant, i, strings.Repeat("x", 4096))
		}
		return `{"RequestItems":{"Ledger":[` + strings.Join(puts, ",") + `]}}`
	}
	const tries = 48
	for i := range tries {
		w := s.connect(5 * time.Second)
		raw := s.raw(s.admin, "BatchWriteItem", batch(fmt.Sprint("t", i)))
		w.send(raw[:len(raw)-max(0, (tries/2-i)*len(raw)/tries)])
		if tcp := w.Conn.(*net.TCPConn); i%2 == 0 {
			_ = tcp.SetLinger(0) // reset
		}
		w.Close()
	}
	s.alive()
	some := 0
	for i := range tries {
		in := fmt.Sprintf(`{"TableName":"Ledger","KeyConditionExpression":"TenantID = :t","ExpressionAttributeValues":{":t":{"S":"t%d"}},"Select":"COUNT"}`, i)
		a := s.do(s.admin, "dynamodb", "Query", in)
		switch {
		case strings.Contains(a.Body, fmt.Sprintf(`"Count":%d,`, rows)):
			some++
			if i < tries/2 {
				t.Errorf("request %d was not sent whole and was done", i)
			}
		case !strings.Contains(a.Body, `"Count":0,`):
			t.Errorf("request %d was done in part: %s", i, a.Body)
		}
	}
	t.Logf("%d of %d were done", some, tries)
}

// Large bodies are read before their signature can be checked, so they share a
// room that strangers can't fill for known connections, nor for small calls.
func TestLargeBodiesShareARoom(t *testing.T) {
	s := newSiege(t, bailiwick.Config{})
	known := s.from("127.0.0.1")
	s.served(known)
	large := `{"TableName":"Ledger","Item":{"Owner":{"S":"` + strings.Repeat("x", 15<<20) + `"}}}`
	request := s.raw(s.root, "PutItem", large)
	before := memory()
	for range 10 { // of 16 MB each, of the 48 that strangers of a source may hold
		_, _ = io.WriteString(s.connect(40*time.Second), request[:len(request)-1]) // the server may answer before it has read all
	}
	if grown := memory() - before; grown > 48<<20+32<<20 {
		t.Errorf("large bodies take %d MB", grown>>20)
	}
	w := s.connect(40 * time.Second)
	go func() { _, _ = io.WriteString(w, request) }()
	if status, body := w.answer(); status != http.StatusServiceUnavailable {
		t.Errorf("a large body beside those under way: got %d %s", status, body)
	}
	if err := known.SetDeadline(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	known.send(request)
	if status, body := known.answer(); status != http.StatusBadRequest || !strings.Contains(body, "ValidationException") {
		t.Errorf("a large body on a known connection: got %d %s", status, body)
	}
	s.served(s.from("127.0.0.1"))
	s.alive()
}
