// SPDX-License-Identifier: Apache-2.0

package bailiwick_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bailiwick-dev/bailiwick"
)

// within is how soon a client that verifies is served, whatever strangers do.
const within = 15 * time.Second

// from opens a connection from a loopback address.
func (s *siege) from(address string) *wire {
	s.t.Helper()
	u, err := url.Parse(s.srv.Endpoint)
	if err != nil {
		s.t.Fatal(err)
	}
	d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(address)}}
	c, err := d.Dial("tcp", u.Host)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { c.Close() })
	return &wire{c, s.t, bufio.NewReader(c)}
}

func (s *siege) fromMany(n int, address string) []*wire {
	s.t.Helper()
	all := make([]*wire, n)
	for i := range all {
		all[i] = s.from(address)
	}
	return all
}

// served makes a signed call on w, which has to succeed in time.
func (s *siege) served(w *wire) {
	s.t.Helper()
	if err := s.serve(w, s.raw(s.admin, "GetItem", getRow("blue"))); err != nil {
		s.t.Error(err)
	}
}

// serve sends a signed call on w. Unlike served it may run in any goroutine.
func (s *siege) serve(w *wire, request string) error {
	if err := w.SetDeadline(time.Now().Add(within)); err != nil {
		return err
	}
	if _, err := io.WriteString(w, request); err != nil {
		return fmt.Errorf("a client that verifies is not served: %w", err)
	}
	resp, err := http.ReadResponse(w.r, nil)
	if err != nil {
		return fmt.Errorf("a client that verifies is not answered: %w", err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil || !strings.Contains(string(body), "note of blue") {
		return fmt.Errorf("a client that verifies got %s %s %w", resp.Status, body, err)
	}
	return nil
}

// isOpen reports whether the server keeps the connection open, on which nothing
// is to come.
func (w *wire) isOpen() bool {
	w.t.Helper()
	if err := w.SetReadDeadline(time.Now().Add(10 * time.Millisecond)); err != nil {
		w.t.Fatal(err)
	}
	_, err := w.r.ReadByte()
	return errors.Is(err, os.ErrDeadlineExceeded)
}

func howManyOpen(all []*wire) (n int) {
	for _, w := range all {
		if w.isOpen() {
			n++
		}
	}
	return n
}

// memory returns what the process has in use, in bytes: heap and stacks.
func memory() int {
	runtime.GC()
	runtime.GC() // what finalizers and pools held
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc + m.StackInuse)
}

func TestAFloodOfConnectionsTakesNothingFromKnownClients(t *testing.T) {
	s := newSiege(t, bailiwick.Config{MaxConnections: 64})
	known := s.from("127.0.0.1")
	s.served(known)
	patient := s.from("127.0.0.9")
	before := memory()
	flood := s.fromMany(1000, "127.0.0.1")
	for i, w := range flood {
		if i%3 == 0 {
			_, _ = io.WriteString(w, "POST / HTTP/1.1\r\nHost: x\r\n") // some are closed by now
		}
	}
	if grown := memory() - before; grown > 16<<20 {
		t.Errorf("the flood takes %d bytes", grown)
	}
	s.served(known)
	s.served(s.from("127.0.0.1")) // where the flood comes from, too
	s.served(s.from("127.0.0.2"))
	if n := howManyOpen(flood); n > 12 { // a quarter of the 48 of a source
		t.Errorf("%d connections of the flood are open", n)
	}
	if !patient.isOpen() {
		t.Error("the connection of another source was closed")
	}
	s.alive()
}

// An application may open many connections at once, all of which verify.
func TestAnApplicationMayOpenManyConnections(t *testing.T) {
	s := newSiege(t, bailiwick.Config{})
	request := s.raw(s.admin, "GetItem", getRow("blue"))
	errs := make(chan error, 1500)
	begin := make(chan struct{})
	var all sync.WaitGroup
	u, err := url.Parse(s.srv.Endpoint)
	if err != nil {
		t.Fatal(err)
	}
	for range cap(errs) {
		all.Go(func() {
			<-begin
			c, err := net.Dial("tcp", u.Host)
			if err != nil {
				errs <- err
				return
			}
			t.Cleanup(func() { c.Close() })
			if _, err := io.WriteString(c, request); err != nil {
				errs <- err
				return
			}
			resp, err := http.ReadResponse(bufio.NewReader(c), nil)
			if err != nil {
				errs <- err
				return
			}
			body, err := io.ReadAll(resp.Body)
			// One caller's calls may be too many at a time; it has shown who it is.
			if err != nil || resp.Close || resp.StatusCode != http.StatusOK && codeOf(string(body)) != "ThrottlingException" {
				errs <- fmt.Errorf("got %s %s, the connection ends: %t, %w", resp.Status, body, resp.Close, err)
			}
		})
	}
	close(begin)
	all.Wait()
	close(errs)
	n := 0
	for err := range errs {
		if n++; n < 4 {
			t.Error(err)
		}
	}
	if n > 0 {
		t.Errorf("%d of %d connections were not served", n, cap(errs))
	}
	s.alive()
}

// tiny is a head without end, of as many lines as go in: these take most memory.
func tiny(size int) string {
	const letters = "abcdefghijklmnopqrstuvwxyz0123456789"
	var b strings.Builder
	b.WriteString("POST / HTTP/1.1\r\nHost: x\r\n")
	for i := 0; b.Len() < size; i++ {
		b.WriteString(string([]byte{letters[i%36], letters[i/36%36], letters[i/1296%36]}) + ":\r\n")
	}
	return b.String()
}

// TestHeadsTakeBoundedMemory sends heads of 60 KB that don't end: a megabyte of
// memory each, as they are held.
func TestHeadsTakeBoundedMemory(t *testing.T) {
	const each, beside = 300, 48 << 20 // bytes of all else
	head := tiny(60 << 10)
	hold := func(t *testing.T, all []*wire, bound int) {
		before := memory()
		for _, w := range all {
			_, _ = io.WriteString(w, head) // those that there is no room for are closed
		}
		time.Sleep(200 * time.Millisecond)
		if grown := memory() - before; grown > bound+beside {
			t.Errorf("%d heads take %d MB", len(all), grown>>20)
		}
	}
	t.Run("of strangers", func(t *testing.T) {
		s := newSiege(t, bailiwick.Config{})
		known := s.from("127.0.0.1")
		s.served(known)
		hold(t, s.fromMany(each, "127.0.0.1"), 32<<20)
		for _, w := range s.fromMany(200, "127.0.0.1") { // what is left of the room
			_, _ = io.WriteString(w, head[:1<<10])
		}
		time.Sleep(100 * time.Millisecond)
		s.served(known)
		s.served(s.from("127.0.0.1"))
		s.served(s.from("127.0.0.2"))
		s.alive()
	})
	t.Run("of known connections", func(t *testing.T) {
		s := newSiege(t, bailiwick.Config{})
		all := s.fromMany(each, "127.0.0.1")
		for _, w := range all {
			s.served(w)
			if err := w.SetDeadline(time.Time{}); err != nil {
				t.Fatal(err)
			}
		}
		hold(t, all, 64<<20)
		s.served(s.from("127.0.0.2"))
		for _, w := range all { // the room of their source is full
			w.Close()
		}
		time.Sleep(100 * time.Millisecond)
		s.alive()
	})
}

func TestHeadsOfManyFieldsAreRefused(t *testing.T) {
	s := newSiege(t, bailiwick.Config{})
	for name, tt := range map[string]struct {
		fields string
		status int
	}{
		"as many as there may be": {strings.Repeat("X-A: b\r\n", 120), 200},
		"many fields of one name": {strings.Repeat("X-A: b\r\n", 1000), 431},
		"ten thousand names":      {strings.TrimPrefix(tiny(60<<10), "POST / HTTP/1.1\r\nHost: x\r\n"), 431},
	} {
		for _, path := range []string{"/", "/_bailiwick/health"} {
			w := s.from("127.0.0.1")
			w.send("GET " + path + " HTTP/1.1\r\nHost: x\r\n" + tt.fields + "\r\n")
			if status, _ := w.answer(); status != tt.status {
				t.Errorf("%s, %s: got %d, want %d", name, path, status, tt.status)
			}
		}
	}
	s.alive()
}

// TestFailuresEndTheConnection sends calls that nobody has signed, without
// waiting for answers.
func TestFailuresEndTheConnection(t *testing.T) {
	s := newSiege(t, bailiwick.Config{})
	signed := s.raw(s.admin, "GetItem", getRow("blue"))
	const unsigned = "POST / HTTP/1.1\r\nHost: x\r\nX-Amz-Target: DynamoDB_20120810.ListTables\r\nContent-Type: application/x-amz-json-1.0\r\nContent-Length: 2\r\n\r\n{}"
	for name, tt := range map[string]struct {
		requests string
		answers  int
	}{
		"unsigned calls":                      {strings.Repeat(unsigned, 50), 8},
		"calls with a wrong signature":        {strings.Repeat(strings.ReplaceAll(signed, "blue", "blau"), 50), 8},
		"calls for nothing":                   {strings.Repeat("GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n", 50), 8},
		"unsigned calls after one that is":    {signed + strings.Repeat(unsigned, 50), 9},
		"unsigned calls between those signed": {strings.Repeat(strings.Repeat(unsigned, 7)+signed, 4), 32},
	} {
		w := s.connect(5 * time.Second)
		go func() { _, _ = io.WriteString(w, tt.requests) }()
		n := 0
		for ; n < tt.answers; n++ {
			resp, err := http.ReadResponse(w.r, nil)
			if err != nil {
				break
			}
			_, _ = io.Copy(io.Discard, resp.Body)
		}
		if n != tt.answers {
			t.Errorf("%s: got %d answers, want %d", name, n, tt.answers)
		}
		if tt.answers < 32 {
			w.ends()
		} else if !w.isOpen() {
			t.Errorf("%s: the connection has ended", name)
		}
	}
	s.alive()
}
