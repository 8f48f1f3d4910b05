// SPDX-License-Identifier: Apache-2.0

package listen

import (
	"container/list"
	"context"
	"net"
	"net/netip"
	"sync/atomic"
	"time"
)

const (
	// maxStrikes ends a connection: a failed request is a strike, and so is each
	// strikeBytes that came with it.
	maxStrikes  = 8
	strikeBytes = 64 << 10
)

// A Conn is a connection that a [Listener] took in. Its methods, but for those
// of net.Conn, are for the one goroutine that serves it; they may be called on a
// nil *Conn, a request's that came in another way, which is a stranger for ever.
type Conn struct {
	net.Conn
	l      *Listener
	source netip.Addr
	from   *source

	// Guarded by l.mu. The goroutine that serves c, which alone changes known and
	// silent, reads those two without.
	atAll, atSource *list.Element // nil if c may not be closed for others
	removed         bool
	known           bool
	silent          bool // no whole head has come

	proved  bool         // this request has verified
	last    bool         // there is no place for c after this request
	strikes int          // in a row
	read    atomic.Int64 // bytes, since the last request ended
	inHead  atomic.Bool  // what is read now is of a head; net/http reads ahead on a goroutine of its own
	charge  charge
}

// Known reports whether a request on c has verified.
func (c *Conn) Known() bool { return c != nil && c.known }

// Verified says that a request on c has verified. If it returns false, there
// are so many known connections that c must end with this request.
func (c *Conn) Verified() bool {
	if c == nil {
		return true
	}
	c.proved = true
	if c.known {
		return true
	}
	if !c.last && !c.l.promote(c) {
		c.last = true
		c.l.notices.give(knownFull, "source", c.source)
	}
	return !c.last
}

// Settle says how a request on c came out, before a failure is answered. It
// failed if it has not verified, or if it is refused: its signature was right,
// but is nobody's any more. Settle keeps strangers of sources where that happens
// often waiting, until ctx ends at most. If it returns true, c must end with this
// request.
func (c *Conn) Settle(ctx context.Context, refused bool) bool {
	if c == nil {
		return false
	}
	if c.proved && !refused {
		c.strikes = 0
		return c.last
	}
	strikes := 1 + int(c.read.Load()/strikeBytes)
	c.strikes += strikes
	if !c.known && c.l.penalties.add(c.source, strikes, time.Now()) {
		c.l.notices.give(refusalsSlow, "source", c.source)
		wait(ctx, penalty)
	}
	return c.last || c.strikes >= maxStrikes
}

func wait(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}

// Read reads what has come, and charges it if it is of a head.
func (c *Conn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if n > 0 {
		read := c.read.Add(int64(n))
		if c.inHead.Load() && !c.chargeHead(read) {
			return 0, &net.OpError{Op: "read", Net: "tcp", Err: errCrowded}
		}
	}
	return n, err
}

// Close closes c and gives back its place.
func (c *Conn) Close() error {
	c.l.mu.Lock()
	c.l.remove(c)
	c.l.mu.Unlock()
	return c.Conn.Close()
}

// CloseWrite closes c for writing: who is still sending can read the answer.
func (c *Conn) CloseWrite() error {
	if w, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return w.CloseWrite()
	}
	return nil
}
