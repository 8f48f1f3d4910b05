// SPDX-License-Identifier: Apache-2.0

package server

import (
	"errors"
	"io"
	"net/http"
	"net/netip"
	"sync"
	"time"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
)

const (
	// maxBody is the largest request body, in bytes.
	maxBody = 16 << 20

	// smallBody is the part of every body that needs no room of its own, in
	// bytes: calls that send no more are served however busy the rest is.
	smallBody = 64 << 10

	// maxHeld bounds what large bodies take beyond that, all together, and
	// maxHeldBySource those of one address, in bytes. They are read before their
	// signature can be checked.
	maxHeld         = 256 << 20
	maxHeldBySource = 96 << 20

	// A body must arrive within bodyTime, and a second more for every
	// bodyRate bytes of it, so that slow clients don't hold what others need.
	bodyTime = 30 * time.Second
	bodyRate = 256 << 10
)

// A body is the body of a request, and the room that it takes.
type body struct {
	data   []byte
	room   *room
	source netip.Addr
	held   int
}

// readBody reads the whole body of r, which comes from source, within its
// bounds of size and time. The body must be released.
func (s *Server) readBody(w http.ResponseWriter, r *http.Request, source netip.Addr) (*body, error) {
	b := &body{room: &s.room, source: source}
	if r.ContentLength > maxBody {
		return b, &awsapi.Error{Kind: awsapi.TooLarge}
	}
	rc := http.NewResponseController(w)
	if r.Body == http.NoBody {
		return b, rc.SetReadDeadline(time.Time{})
	}
	expected := max(r.ContentLength, 0)
	limit := bodyTime + time.Duration(expected/bodyRate)*time.Second
	if err := rc.SetReadDeadline(time.Now().Add(limit)); err != nil {
		return b, err
	}
	if err := b.read(r.Body, int(expected)); err != nil {
		return b, err
	}
	// What follows is bounded by itself, and the next request on the connection
	// has its own time.
	return b, rc.SetReadDeadline(time.Time{})
}

// read reads r up to maxBody bytes, of which expected are announced; 0 if that
// isn't known. A claim of length is only a claim: what isn't there yet takes no
// memory.
func (b *body) read(r io.Reader, expected int) error {
	b.data = make([]byte, 0, min(max(expected, 512), smallBody)+1) // one more, to see the end without growing
	for {
		n, err := r.Read(b.data[len(b.data):cap(b.data)])
		b.data = b.data[:len(b.data)+n]
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return &awsapi.Error{Kind: awsapi.Invalid, Message: "The request body could not be read.", Err: err}
		case len(b.data) > maxBody:
			return &awsapi.Error{Kind: awsapi.TooLarge}
		case len(b.data) == cap(b.data):
			if err := b.grow(); err != nil {
				return err
			}
		}
	}
}

// grow doubles what b can hold, if there is room.
func (b *body) grow() error {
	size := min(2*cap(b.data), maxBody+1)
	if more := size - smallBody - 1 - b.held; more > 0 {
		if !b.room.take(b.source, more) {
			return &awsapi.Error{Kind: awsapi.Unavailable, Message: "Too many large requests are under way. Try again."}
		}
		b.held += more
	}
	b.data = append(make([]byte, 0, size), b.data...)
	return nil
}

// release gives back the room that b takes. Nothing may refer to its data.
func (b *body) release() { b.room.give(b.source, b.held) }

// A room is the memory that large bodies take.
type room struct {
	mu     sync.Mutex
	held   int
	source map[netip.Addr]int
}

// take reports whether there are n more bytes for the source, and takes them.
func (r *room) take(source netip.Addr, n int) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.held+n > maxHeld || r.source[source]+n > maxHeldBySource {
		return false
	}
	if r.source == nil {
		r.source = map[netip.Addr]int{}
	}
	r.held += n
	r.source[source] += n
	return true
}

// give returns n bytes that the source took.
func (r *room) give(source netip.Addr, n int) {
	if n == 0 {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.held -= n
	if r.source[source] -= n; r.source[source] == 0 {
		delete(r.source, source)
	}
}
