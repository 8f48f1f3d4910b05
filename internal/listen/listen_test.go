// SPDX-License-Identifier: Apache-2.0

package listen_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/bailiwick-dev/bailiwick/internal/listen"
)

// A host is a server whose requests for /in verify, and those for /out don't.
type host struct {
	t    *testing.T
	addr string
	log  *buffer
}

type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *buffer) lines() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return bytes.Count(b.b.Bytes(), []byte("\n"))
}

func start(t *testing.T, all, perSource int, wrap func(net.Listener) net.Listener) *host {
	t.Helper()
	tcp, err := net.Listen("tcp", "0.0.0.0:0")
	if err != nil {
		t.Fatal(err)
	}
	h := &host{t, "127.0.0.1:" + strings.TrimPrefix(tcp.Addr().String(), "0.0.0.0:"), &buffer{}}
	h.addr = net.JoinHostPort("127.0.0.1", portOf(t, tcp.Addr()))
	if wrap != nil {
		tcp = wrap(tcp)
	}
	l := listen.New(tcp, listen.Config{Connections: all, PerSource: perSource, Log: slog.New(slog.NewTextHandler(h.log, nil))})
	hs := &http.Server{ReadTimeout: time.Minute, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c := listen.From(r.Context())
		_, _ = io.Copy(io.Discard, r.Body)
		if r.URL.Path != "/out" && !c.Verified() || c.Settle(r.Context(), r.URL.Path == "/revoked") {
			w.Header().Set("Connection", "close")
		}
	})}
	l.Attach(hs)
	done := make(chan error, 1)
	go func() { done <- hs.Serve(l) }()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if err := hs.Shutdown(ctx); err != nil {
			t.Errorf("shutdown: %v", err)
		}
		if err := <-done; !errors.Is(err, http.ErrServerClosed) {
			t.Errorf("serve: %v", err)
		}
	})
	return h
}

func portOf(t *testing.T, a net.Addr) string {
	t.Helper()
	_, port, err := net.SplitHostPort(a.String())
	if err != nil {
		t.Fatal(err)
	}
	return port
}

// A peer is a connection to the host.
type peer struct {
	net.Conn
	t *testing.T
	r *bufio.Reader
}

// dial connects from a loopback address.
func (h *host) dial(from string) *peer {
	h.t.Helper()
	d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}}
	c, err := d.Dial("tcp", h.addr)
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() { c.Close() })
	return &peer{c, h.t, bufio.NewReader(c)}
}

// ask makes a request and reports whether it was answered, and whether the
// connection ends with it.
func (p *peer) ask(path string) (answered, ends bool) {
	p.t.Helper()
	return p.askWith(path, "")
}

func (p *peer) askWith(path, body string) (answered, ends bool) {
	p.t.Helper()
	if _, err := fmt.Fprintf(p, "POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s", path, len(body), body); err != nil {
		return false, true
	}
	_ = p.SetReadDeadline(time.Now().Add(time.Minute))
	resp, err := http.ReadResponse(p.r, nil)
	if err != nil {
		return false, true
	}
	resp.Body.Close()
	return true, resp.Close
}

// open reports whether the connection is still open.
func (p *peer) open() bool {
	p.t.Helper()
	_ = p.SetReadDeadline(time.Now().Add(20 * time.Millisecond))
	_, err := p.r.ReadByte()
	var timeout net.Error
	return errors.As(err, &timeout) && timeout.Timeout()
}

func countOpen(peers []*peer) (n int) {
	for _, p := range peers {
		if p.open() {
			n++
		}
	}
	return n
}

func (h *host) dialMany(n int, from string) []*peer {
	h.t.Helper()
	peers := make([]*peer, n)
	for i := range peers {
		peers[i] = h.dial(from)
	}
	return peers
}

// known opens connections that have verified.
func (h *host) known(n int, from string) []*peer {
	h.t.Helper()
	peers := make([]*peer, n)
	for i := range peers {
		peers[i] = h.dial(from)
		if ok, ends := peers[i].ask("/in"); !ok || ends {
			h.t.Fatalf("connection %d from %s: answered %t, ends %t", i, from, ok, ends)
		}
	}
	return peers
}

func TestStrangersHaveAQuarterOfThePlaces(t *testing.T) {
	h := start(t, 40, 40, nil)
	strangers := h.dialMany(50, "127.0.0.1")
	if ok, _ := strangers[49].ask("/out"); !ok {
		t.Error("the last one has no place")
	}
	if got := countOpen(strangers); got != 10 {
		t.Errorf("%d strangers have places, want 10", got)
	}
	for i, p := range strangers[:40] {
		if p.open() {
			t.Errorf("stranger %d has a place, though later ones have lost theirs", i)
		}
	}
}

func TestStrangersTakeNoPlaceOfKnownConnections(t *testing.T) {
	h := start(t, 40, 20, nil)
	known := h.known(15, "127.0.0.1")
	h.dialMany(100, "127.0.0.1")
	for i := range 50 {
		h.dial("127.0.1." + string(rune('1'+i%9)))
	}
	for i, p := range known {
		if ok, ends := p.ask("/in"); !ok || ends {
			t.Errorf("known connection %d: answered %t, ends %t", i, ok, ends)
		}
	}
	if ok, _ := h.dial("127.0.0.1").ask("/in"); !ok {
		t.Error("a client that verifies has no place beside strangers")
	}
}

func TestASourceHasItsOwnPlaces(t *testing.T) {
	h := start(t, 80, 20, nil)
	other := h.dialMany(5, "127.0.0.2")
	flood := h.dialMany(60, "127.0.0.1")
	if got := countOpen(flood); got != 5 {
		t.Errorf("a source has %d places for strangers, want 5", got)
	}
	if got := countOpen(other); got != 5 {
		t.Errorf("another source has kept %d of 5 places", got)
	}
	known := h.known(15, "127.0.0.1")
	if ok, ends := h.dial("127.0.0.1").ask("/in"); !ok || !ends {
		t.Errorf("the known connection beyond the limit: answered %t, ends %t; want one answer", ok, ends)
	}
	if got := countOpen(known); got != 15 {
		t.Errorf("%d known connections are open, want 15", got)
	}
	h.known(5, "127.0.0.2")
}

// A source that has more of the strangers' places than others makes room itself.
func TestASourceWithManyStrangersMakesRoomItself(t *testing.T) {
	h := start(t, 80, 80, nil) // 20 strangers
	few := h.dialMany(5, "127.0.0.2")
	h.dialMany(15, "127.0.0.1")
	third := h.dialMany(1, "127.0.0.3") // has less than its share: the first of all goes
	flood := h.dialMany(100, "127.0.0.1")
	if got := countOpen(few); got != 4 {
		t.Errorf("a source with few strangers has kept %d of 5 places, want 4", got)
	}
	if !third[0].open() {
		t.Error("a source with one stranger has lost it")
	}
	if got := countOpen(flood); got != 15 {
		t.Errorf("%d strangers of the flood are open, want 15", got)
	}
}

func TestPlacesAreGivenBack(t *testing.T) {
	h := start(t, 40, 40, nil)
	for range 5 {
		for _, p := range append(h.known(30, "127.0.0.1"), h.dialMany(10, "127.0.0.1")...) {
			p.Close()
		}
		time.Sleep(50 * time.Millisecond) // until the server has noticed
	}
	if n := h.log.lines(); n != 0 {
		t.Errorf("places went missing: %s", h.log.b.String())
	}
}

func TestKnownConnectionsBeyondTheLimitEnd(t *testing.T) {
	h := start(t, 16, 16, nil)
	known := h.known(12, "127.0.0.1")
	for range 20 {
		if ok, ends := h.dial("127.0.0.1").ask("/in"); !ok || !ends {
			t.Fatalf("answered %t, ends %t; want one answer", ok, ends)
		}
	}
	if got := countOpen(known); got != 12 {
		t.Errorf("%d known connections are open, want 12", got)
	}
	if n := h.log.lines(); n != 1 {
		t.Errorf("the log has %d lines, want one", n)
	}
}

func TestFailuresEndAConnection(t *testing.T) {
	for path, want := range map[string]int{"/out": 8, "/revoked": 8, "/in": 0} {
		h := start(t, 40, 40, nil)
		p, n := h.dial("127.0.0.1"), 0
		for i := 1; i <= 20 && n == 0; i++ {
			if _, ends := p.ask(path); ends {
				n = i
			}
		}
		if n != want {
			t.Errorf("%s: the connection ended with request %d, want %d", path, n, want)
		}
	}
	h := start(t, 40, 40, nil)
	p := h.dial("127.0.0.1")
	for range 5 {
		for range 7 {
			p.ask("/out")
		}
		if ok, ends := p.ask("/in"); !ok || ends {
			t.Fatal("failures with a success in between have ended the connection")
		}
	}
}

// TestFailuresSlowTheirSource fails until failures are slow: those of strangers
// from that source, and nothing else.
func TestFailuresSlowTheirSource(t *testing.T) {
	h := start(t, 4000, 4000, nil)
	known := h.known(1, "127.0.0.1")[0]
	took := func(p *peer, path string) time.Duration {
		start := time.Now()
		if ok, _ := p.ask(path); !ok {
			t.Errorf("%s was not answered", path)
		}
		return time.Since(start)
	}
	body := strings.Repeat("x", 4<<20) // counts as much as 65 failures
	var slow atomic.Int32
	var all sync.WaitGroup
	for range 60 {
		p := h.dial("127.0.0.1")
		all.Go(func() {
			start := time.Now()
			if ok, ends := p.askWith("/out", body); !ok || !ends {
				t.Errorf("a large failure: answered %t, ends %t; want one answer", ok, ends)
			}
			if time.Since(start) > time.Second {
				slow.Add(1)
			}
		})
	}
	all.Wait()
	if n := slow.Load(); n < 30 {
		t.Errorf("%d failures were answered slowly, want those beyond the first 15", n)
	}
	for what, d := range map[string]time.Duration{
		"a request that verifies, from a slowed source": took(h.dial("127.0.0.1"), "/in"),
		"a known connection's request":                  took(known, "/in"),
		"a known connection's failure":                  took(known, "/out"),
		// One of them may share its count with the slowed source.
		"a failure from another source": min(took(h.dial("127.0.0.2"), "/out"), took(h.dial("127.0.0.3"), "/out")),
	} {
		if d > 500*time.Millisecond {
			t.Errorf("%s took %v", what, d)
		}
	}
	if d := took(h.dial("127.0.0.1"), "/out"); d < 900*time.Millisecond {
		t.Errorf("a failure from a slowed source took %v", d)
	}
	if n := h.log.lines(); n != 1 {
		t.Errorf("the log has %d lines, want one", n)
	}
}

// scarce is a listener that has no file descriptors for a while.
type scarce struct {
	net.Listener
	failures atomic.Int32
}

func (s *scarce) Accept() (net.Conn, error) {
	if s.failures.Add(-1) >= 0 {
		return nil, &net.OpError{Op: "accept", Err: syscall.EMFILE}
	}
	return s.Listener.Accept()
}

func TestAcceptingGoesOnWithoutFiles(t *testing.T) {
	s := &scarce{}
	h := start(t, 40, 40, func(l net.Listener) net.Listener {
		s.Listener = l
		return s
	})
	known := h.known(1, "127.0.0.1")[0]
	idle := h.dialMany(2, "127.0.0.1")
	before := time.Now()
	s.failures.Store(5)
	h.known(2, "127.0.0.2") // the first of them is accepted by the call under way
	if d := time.Since(before); d < 100*time.Millisecond || d > 2*time.Second {
		t.Errorf("five failures took %v: it spins, or it sleeps", d)
	}
	if got := countOpen(idle); got != 0 {
		t.Errorf("%d idle strangers keep files that are missing", got)
	}
	if ok, _ := known.ask("/in"); !ok {
		t.Error("a known connection was closed")
	}
	if n := h.log.lines(); n != 1 {
		t.Errorf("the log has %d lines, want one", n)
	}
}

func TestSource(t *testing.T) {
	for in, want := range map[string]string{
		"192.0.2.1":                "192.0.2.1",
		"::ffff:192.0.2.1":         "192.0.2.1",
		"2001:db8:1:2:3:4:5:6":     "2001:db8:1:2::",
		"2001:db8:1:2:ffff::1":     "2001:db8:1:2::",
		"2001:db8:1:3:3:4:5:6":     "2001:db8:1:3::",
		"fe80::1:2:3:4%eth0":       "fe80::",
		"::1":                      "::",
		"::ffff:192.0.2.1%ignored": "192.0.2.1",
	} {
		if got := listen.Source(netip.MustParseAddr(in)); got != netip.MustParseAddr(want) {
			t.Errorf("%s: got %s, want %s", in, got, want)
		}
	}
}

func TestRequestsThatCameInAnotherWayAreStrangers(t *testing.T) {
	c := listen.From(t.Context())
	if c.Known() || !c.Verified() || c.Known() || c.Settle(t.Context(), true) {
		t.Error("a request without a connection has one")
	}
}

// TestHeadsAreGivenBack begins heads, and goes away; and ends others, time and
// again: what they were charged comes back.
func TestHeadsAreGivenBack(t *testing.T) {
	h := start(t, 400, 400, nil)
	large := strings.Repeat("X-Y: "+strings.Repeat("z", 1000)+"\r\n", 50)
	for range 5 {
		peers := h.dialMany(20, "127.0.0.1") // a megabyte each of 32
		for _, p := range peers {
			if _, err := io.WriteString(p, "POST / HTTP/1.1\r\nHost: x\r\n"+large); err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(50 * time.Millisecond)
		for _, p := range peers {
			p.Close()
		}
		time.Sleep(50 * time.Millisecond)
	}
	h.dial("127.0.0.1") // has its source remembered
	for i := range 800 {
		p := h.dial("127.0.0.1") // 46 KB of 32 MB, as long as it is open
		if ok, _ := p.ask("/in HTTP/1.1\r\n" + large + "X: y"); !ok {
			t.Fatalf("request %d was not answered", i)
		}
		p.Close()
	}
	if n := h.log.lines(); n != 0 {
		t.Errorf("the log has %s", h.log.b.String())
	}
}

// TestShuttingDownWaitsForNoSilentConnection has the host stop, as it does at
// the end of each test, while a connection is open on which nothing has come.
func TestShuttingDownWaitsForNoSilentConnection(t *testing.T) {
	var open net.Conn
	t.Cleanup(func() { open.Close() }) // after the host's
	h := start(t, 40, 40, nil)
	var err error
	if open, err = net.Dial("tcp", h.addr); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(open, "GET / HTTP/1.1\r\n"); err != nil {
		t.Fatal(err)
	}
	h.known(1, "127.0.0.1") // by now the first is accepted
}
