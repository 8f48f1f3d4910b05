// SPDX-License-Identifier: Apache-2.0

package bailiwick_test

import (
	"bytes"
	"crypto/tls"
	"io"
	"log/slog"
	"net"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bailiwick-dev/bailiwick"
	"github.com/bailiwick-dev/bailiwick/bailiwicktest"
)

// secure starts a server that speaks TLS, and returns its address, how clients
// trust it, and what it logs.
func secure(t *testing.T) (host string, trust *tls.Config, log *lockedBuffer) {
	t.Helper()
	cert, key, roots := certificate(t)
	log = &lockedBuffer{}
	srv := bailiwicktest.Start(t, bailiwick.Config{
		Data: t.TempDir(), TLSCert: cert, TLSKey: key,
		Log: slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelWarn})),
	})
	u, err := url.Parse(srv.Endpoint)
	if err != nil {
		t.Fatal(err)
	}
	return u.Host, &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}, log
}

// healthy asks for health over TLS.
func healthy(t *testing.T, host string, trust *tls.Config) {
	t.Helper()
	c, err := tls.DialWithDialer(&net.Dialer{Timeout: within}, "tcp", host, trust)
	if err != nil {
		t.Error(err)
		return
	}
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(within))
	_, _ = io.WriteString(c, "GET /_bailiwick/health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
	if b, err := io.ReadAll(c); err != nil || !bytes.Contains(b, []byte("200 OK")) {
		t.Errorf("got %s, %v", b, err)
	}
}

// hello returns the first message of a TLS client.
func hello(t *testing.T, cfg *tls.Config) []byte {
	t.Helper()
	client, server := net.Pipe()
	defer client.Close()
	go func() { _ = tls.Client(client, cfg).Handshake() }()
	b := make([]byte, 4<<10)
	n, err := server.Read(b)
	if err != nil {
		t.Fatal(err)
	}
	server.Close()
	return b[:n]
}

func TestHandshakesThatDoNotEndAreCutOff(t *testing.T) {
	t.Parallel()
	host, trust, _ := secure(t)
	first := hello(t, &tls.Config{ServerName: "localhost"})
	var all sync.WaitGroup
	for name, sent := range map[string][]byte{
		"nothing":               nil,
		"half of a hello":       first[:len(first)/2],
		"a hello, and no more":  first,
		"a record without end":  {22, 3, 1, 0x40, 0},
		"a hello without end":   {22, 3, 1, 0, 4, 1, 0, 0xff, 0xff},
		"a hello and a garbled": append(append([]byte{}, first...), 22, 3, 3, 0, 1),
	} {
		c, err := net.Dial("tcp", host)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		all.Go(func() {
			_ = c.SetDeadline(time.Now().Add(12 * time.Second))
			_, _ = c.Write(sent)
			if _, err := io.Copy(io.Discard, c); isTimeout(err) {
				t.Errorf("%s: the connection is open after 12 seconds", name)
			}
		})
	}
	for range 5 {
		healthy(t, host, trust)
		time.Sleep(time.Second)
	}
	all.Wait()
}

func isTimeout(err error) bool {
	e, ok := err.(net.Error)
	return ok && e.Timeout()
}

// TestHTTP2IsNotSpoken offers HTTP/2 in every way: nothing of it is there to be
// attacked.
func TestHTTP2IsNotSpoken(t *testing.T) {
	host, trust, _ := secure(t)
	both := trust.Clone()
	both.NextProtos = []string{"h2", "http/1.1"}
	c, err := tls.Dial("tcp", host, both)
	if err != nil {
		t.Fatal(err)
	}
	if got := c.ConnectionState().NegotiatedProtocol; got != "http/1.1" {
		t.Errorf("negotiated %q", got)
	}
	c.Close()
	only := trust.Clone()
	only.NextProtos = []string{"h2"}
	if c, err := tls.Dial("tcp", host, only); err == nil {
		t.Error("a client that speaks only HTTP/2 is let in")
		c.Close()
	}
	c, err = tls.Dial("tcp", host, trust)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(5 * time.Second))
	// The preface and empty settings, then headers and resets.
	frames := "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00" +
		strings.Repeat("\x00\x00\x03\x01\x05\x00\x00\x00\x01\x83\x87\x84\x00\x00\x04\x03\x00\x00\x00\x00\x01\x00\x00\x00\x08", 1000)
	go func() { _, _ = io.WriteString(c, frames) }()
	b, _ := io.ReadAll(c)
	if !bytes.HasPrefix(b, []byte("HTTP/1.1 4")) || bytes.Count(b, []byte("HTTP/1.1")) > 2 {
		t.Errorf("frames were answered with %q", b)
	}
	healthy(t, host, trust)
}

// TestStrangersCannotFillTheLogByConnecting breaks handshakes and connections.
func TestStrangersCannotFillTheLogByConnecting(t *testing.T) {
	host, trust, log := secure(t)
	start := len(log.bytes())
	for i := range 100 {
		c, err := net.Dial("tcp", host)
		if err != nil {
			t.Fatal(err)
		}
		if i%2 == 0 {
			_, _ = io.WriteString(c, "GET / HTTP/1.1\r\n\r\n")
		} else {
			_, _ = c.Write([]byte{23, 3, 1, 0, 1, 9}) // no hello
		}
		_ = c.SetDeadline(time.Now().Add(5 * time.Second))
		_, _ = io.Copy(io.Discard, c)
		c.Close()
	}
	healthy(t, host, trust)
	text := log.bytes()[start:]
	if n := bytes.Count(text, []byte("\n")); n < 1 || n > 5 {
		t.Errorf("the log has %d lines: %s", n, text)
	}
}
