// SPDX-License-Identifier: Apache-2.0

package server

import (
	"errors"
	"io"
	"net/http"
	"net/netip"
	"time"

	"github.com/bailiwick-dev/bailiwick/internal/authn"
	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/listen"
)

const (
	// maxBody is the largest request body, in bytes.
	maxBody = 16 << 20

	// maxUnsigned is that of requests without a signature, in bytes: nothing but
	// who sends them can be in their body, and a session policy.
	maxUnsigned = 256 << 10

	// smallBody is the part of every body that needs no room of its own, in
	// bytes: calls that send no more are served however busy the rest is. The
	// number of connections bounds what they take.
	smallBody = 16 << 10

	// A body must arrive within bodyTime, and a second more for every
	// bodyRate bytes of it, so that slow clients don't hold what others need.
	bodyTime = 30 * time.Second
	bodyRate = 256 << 10
)

// errCrowded is the answer to large bodies that there is no room for.
var errCrowded = &awsapi.Error{Kind: awsapi.Unavailable, Message: "Too many large requests are under way. Try again."}

// A body is the body of a request, and the room that it takes.
type body struct {
	data   []byte
	conn   *listen.Conn
	rooms  *rooms
	in     *room[netip.Addr]
	source netip.Addr
	held   int
	limit  int // of the size
}

// readBody reads the whole body of r, which comes from address from with that
// proof, within its bounds of size and time. The body must be released.
func (s *Server) readBody(w http.ResponseWriter, r *http.Request, from netip.Addr, proof *authn.Proof) (*body, error) {
	b := &body{conn: listen.From(r.Context()), rooms: &s.rooms, in: &s.rooms.strangers, source: listen.Source(from), limit: maxBody}
	if b.conn.Known() {
		b.in = &s.rooms.known
	}
	if proof.Unsigned() {
		b.limit = maxUnsigned
	}
	rc := http.NewResponseController(w)
	if r.Body == http.NoBody {
		return b, rc.SetReadDeadline(time.Time{})
	}
	expected := max(r.ContentLength, 0)
	limit := bodyTime + time.Duration(min(expected, 2*maxBody)/bodyRate)*time.Second // no more is read, see discard
	if err := rc.SetReadDeadline(time.Now().Add(limit)); err != nil {
		return b, err
	}
	if err := b.read(r.Body, int(expected)); err != nil {
		e := unreadable(err)
		if e.Kind == awsapi.TooLarge {
			b.discard(r)
		}
		return b, e
	}
	// What follows is bounded by itself, and the next request on the connection
	// has its own time.
	return b, rc.SetReadDeadline(time.Time{})
}

// read reads r up to the limit, of which expected are announced; 0 if that
// isn't known. A claim of length is only a claim: what isn't there yet takes no
// memory.
func (b *body) read(r io.Reader, expected int) error {
	if expected > b.limit {
		return &awsapi.Error{Kind: awsapi.TooLarge}
	}
	b.data = make([]byte, 0, min(max(expected, 512), smallBody)+1) // one more, to see the end without growing
	for {
		n, err := r.Read(b.data[len(b.data):cap(b.data)])
		b.data = b.data[:len(b.data)+n]
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		case len(b.data) > b.limit:
			return &awsapi.Error{Kind: awsapi.TooLarge}
		case len(b.data) == cap(b.data):
			if err := b.grow(); err != nil {
				return err
			}
		}
	}
}

// discard reads the rest of the body of r, which is too large, and drops it: most
// clients send all of a body before they look for an answer. It doesn't for those
// that wait to be asked for it, and for what is much too large.
func (b *body) discard(r *http.Request) {
	if most := 2 * int64(b.limit); r.Header["Expect"] == nil && r.ContentLength <= most {
		_, _ = io.CopyN(io.Discard, r.Body, most)
	}
}

// unreadable is the failure to read a body: for want of room, for its length,
// or because it didn't come.
func unreadable(err error) *awsapi.Error {
	if e, ok := errors.AsType[*awsapi.Error](err); ok {
		return e
	}
	return &awsapi.Error{Kind: awsapi.Invalid, Message: "The request body could not be read.", Err: err}
}

// grow doubles what b can hold, if there is room. While it does, b is held
// twice.
func (b *body) grow() error {
	size := min(2*cap(b.data), b.limit+1)
	if !b.in.take(b.source, size) {
		return errCrowded
	}
	b.data = append(make([]byte, 0, size), b.data...)
	b.in.give(b.source, b.held)
	b.held = size
	return nil
}

// verified says that it is known who sent b, which so is not a stranger's any
// more, nor is the connection that it came on.
func (b *body) verified(w http.ResponseWriter) error {
	if !b.conn.Verified() {
		w.Header().Set("Connection", "close")
	}
	if known := &b.rooms.known; b.in != known && b.held > 0 {
		if !known.take(b.source, b.held) {
			return errCrowded
		}
		b.in.give(b.source, b.held)
		b.in = known
	}
	return nil
}

// release gives back the room that b takes. Nothing may refer to its data.
func (b *body) release() { b.in.give(b.source, b.held) }
