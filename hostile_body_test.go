// SPDX-License-Identifier: Apache-2.0

package bailiwick_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/bailiwick-dev/bailiwick"
)

// TestBodiesAreAskedForWhenTheHeadIsGood sends heads that announce a body and
// wait to be asked for it.
func TestBodiesAreAskedForWhenTheHeadIsGood(t *testing.T) {
	s := newSiege(t, bailiwick.Config{})
	signed := strings.Replace(s.raw(s.admin, "GetItem", getRow("blue")), "\r\n", "\r\nExpect: 100-continue\r\n", 1)
	head, body, _ := strings.Cut(signed, "\r\n\r\n")
	head += "\r\n\r\n"
	for name, tt := range map[string]struct {
		head string
		want string
	}{
		"a good head":              {head, "HTTP/1.1 100 Continue"},
		"an unsigned call":         {"POST / HTTP/1.1\r\nHost: x\r\nX-Amz-Target: DynamoDB_20120810.ListTables\r\nContent-Type: application/json\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n", "HTTP/1.1 400 Bad Request"},
		"an unknown key":           {strings.Replace(head, "Credential=AKIA", "Credential=AKIB", 1), "HTTP/1.1 400 Bad Request"},
		"another time":             {strings.Replace(head, "X-Amz-Date: 20", "X-Amz-Date: 19", 1), "HTTP/1.1 400 Bad Request"},
		"a body beyond the limit":  {strings.Replace(head, fmt.Sprintf("Content-Length: %d", len(body)), fmt.Sprintf("Content-Length: %d", maxBody+1), 1), "HTTP/1.1 413 Request Entity Too Large"},
		"another expectation":      {strings.Replace(head, "100-continue", "200-ok", 1), "HTTP/1.1 417 Expectation Failed"},
		"a request for no service": {"POST /x HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n", "HTTP/1.1 404 Not Found"},
	} {
		w := s.connect(within)
		w.send(tt.head)
		line, err := w.r.ReadString('\n')
		if err != nil || strings.TrimSpace(line) != tt.want {
			t.Errorf("%s: got %q, %v, want %s", name, line, err, tt.want)
		}
	}
	w := s.connect(within)
	w.send(head)
	if line, _ := w.r.ReadString('\n'); !strings.Contains(line, "100") {
		t.Fatalf("got %s", line)
	}
	_, _ = w.r.ReadString('\n')
	w.send(body)
	if status, answer := w.answer(); status != http.StatusOK || !strings.Contains(answer, "note of blue") {
		t.Errorf("got %d %s", status, answer)
	}
}

// TestCompressedBodiesAreBounded sends what is small and stands for much: to
// DynamoDB, which takes such bodies, and to services that take none.
func TestCompressedBodiesAreBounded(t *testing.T) {
	s := newSiege(t, bailiwick.Config{})
	pack := func(head, fill, tail string, n int) string {
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		_, _ = io.WriteString(z, head)
		for range n {
			_, _ = io.WriteString(z, fill)
		}
		_, _ = io.WriteString(z, tail)
		_ = z.Close()
		return b.String()
	}
	packed := func(op string) func(*shot) {
		return func(s *shot) {
			target(op)(s)
			s.header.Set("Content-Encoding", "gzip")
		}
	}
	twice := func(s *shot) {
		packed("ListTables")(s)
		s.header.Add("Content-Encoding", "gzip")
	}
	form := func(s *shot) { s.header.Set("Content-Encoding", "gzip") }
	blank := strings.Repeat(" ", 1<<20)
	before := memory()
	s.sendAll("dynamodb", []hostile{
		{"a small one", packed("ListTables"), pack("{}", "", "", 0), 200, ""},
		{"one of two parts", packed("ListTables"), pack("{", "", "", 0) + pack("}", "", "", 0), 200, ""},
		{"as much as is taken", packed("ListTables"), pack("{", blank, "}", 15), 200, ""},
		{"more than is taken", packed("ListTables"), pack("{", blank, "}", 16), 413, ""},
		{"256 MB", packed("ListTables"), pack("{", blank, "}", 256), 413, ""},
		{"one that isn't", packed("ListTables"), "{}", 400, "SerializationException"},
		{"half of one", packed("ListTables"), pack("{}", "", "", 0)[:15], 400, "SerializationException"},
		{"one and more", packed("ListTables"), pack("{}", "", "", 0) + "{}", 400, "SerializationException"},
		{"one that says it twice", twice, pack("{}", "", "", 0), 400, "SerializationException"},
	})
	s.sendAll("iam", []hostile{
		{"a small one", form, pack("Action=ListUsers", "", "", 0), 400, "MalformedInput"},
		{"256 MB", form, pack("Action=ListUsers&a=", blank, "", 256), 400, "MalformedInput"},
	})
	if grown := memory() - before; grown > 48<<20 {
		t.Errorf("compressed bodies take %d bytes", grown)
	}
}

// TestFramingHasOneMeaning sends requests whose end one could be of two minds
// about, with another request behind it. Only what is answered once, or not at
// all, can't be smuggled.
func TestFramingHasOneMeaning(t *testing.T) {
	s := newSiege(t, bailiwick.Config{})
	const head = "POST / HTTP/1.1\r\nHost: x\r\n"
	const next = "GET /_bailiwick/health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
	for name, tt := range map[string]struct {
		request string
		status  int
		healthy bool // what is behind is a request
	}{
		"a length":                          {head + "Content-Length: 5\r\n\r\nhello" + next, 404, true},
		"chunks":                            {head + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n" + next, 404, true},
		"the same length twice":             {head + "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello" + next, 404, true},
		"chunks of an unknown coding":       {head + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" + next, 501, false},
		"chunks twice":                      {head + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + next, 501, false},
		"chunks, and what they are not":     {head + "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n" + next, 501, false},
		"a coding after a vertical tab":     {head + "Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n" + next, 400, false},
		"a length with a sign":              {head + "Content-Length: +5\r\n\r\nhello" + next, 400, false},
		"a length in another base":          {head + "Content-Length: 0x5\r\n\r\nhello" + next, 400, false},
		"two lengths in one":                {head + "Content-Length: 5, 5\r\n\r\nhello" + next, 400, false},
		"a chunk's size with a blank":       {head + "Transfer-Encoding: chunked\r\n\r\n5 x\r\nhello\r\n0\r\n\r\n" + next, 404, false},
		"a field over two lines":            {head + "X: a\r\n b\r\nContent-Length: 5\r\n\r\nhello" + next, 404, true},
		"HTTP/1.0, which ends with it":      {"POST / HTTP/1.0\r\nContent-Length: 5\r\n\r\nhello" + next, 404, false},
		"HTTP/1.0 with chunks":              {"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + next, 400, false},
		"HTTP/1.0 that is kept":             {"POST / HTTP/1.0\r\nConnection: keep-alive\r\nContent-Length: 5\r\n\r\nhello" + next, 404, true},
		"HTTP/0.9":                          {"GET /\r\n\r\n" + next, 400, false},
		"HTTP/3.0":                          {"GET / HTTP/3.0\r\nHost: x\r\n\r\n" + next, 505, false},
		"a version that goes on":            {"GET / HTTP/1.1x\r\nHost: x\r\n\r\n" + next, 400, false},
		"a carriage return alone in a name": {head + "X\rY: a\r\n\r\n" + next, 400, false},
	} {
		w := s.connect(within)
		w.send(tt.request)
		resp, err := http.ReadResponse(w.r, nil)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		_, _ = io.Copy(io.Discard, resp.Body)
		if resp.StatusCode != tt.status {
			t.Errorf("%s: got %s, want %d", name, resp.Status, tt.status)
		}
		if rest := w.ends(); strings.Contains(rest, `"status":"ok"`) != tt.healthy {
			t.Errorf("%s: what follows is taken for a request: %t; got %s", name, !tt.healthy, rest)
		}
	}
	s.alive()
}

// TestBodiesOfStrangersAreCounted holds bodies on connections that have not
// verified, each of them less than what is large.
func TestBodiesOfStrangersAreCounted(t *testing.T) {
	s := newSiege(t, bailiwick.Config{})
	body := `{"TableName":"Ledger","Item":{"Owner":{"S":"` + strings.Repeat("x", 500<<10) + `"}}}`
	request := s.raw(s.root, "PutItem", body)
	before := memory()
	for i := range 300 {
		w := s.from("127.0.0.1")
		_, _ = io.WriteString(w, request[:len(request)-1])
		if i%50 == 0 {
			s.served(s.from("127.0.0.1"))
		}
	}
	time.Sleep(200 * time.Millisecond)
	if grown := memory() - before; grown > 48<<20+32<<20 {
		t.Errorf("bodies of strangers take %d MB", grown>>20)
	}
	s.served(s.from("127.0.0.1"))
	s.alive()
}
