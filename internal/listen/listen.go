// SPDX-License-Identifier: Apache-2.0

// Package listen takes in the connections of the server, and bounds what they
// cost before anybody has shown who they are.
//
// A connection is a stranger's until a request on it has verified; then it is
// known. The two have places of their own, in all and for each source address,
// so strangers never take those of clients that have verified. When the places
// of strangers are full, the one that came first makes room: a client with
// credentials needs its place for moments only.
//
// The heads of requests are charged by what they can cost in memory, again from
// separate accounts. A stranger whose requests fail to verify time and again is
// answered slowly, and no connection survives many failures in a row.
package listen

import (
	"container/list"
	"errors"
	"log/slog"
	"net"
	"net/netip"
	"sync"
	"time"
)

const (
	// MinConnections is the least that [Config.Connections] may be.
	MinConnections = 16

	// Accepting goes on after a failure, such as for want of file descriptors,
	// between these times later.
	minPause = 5 * time.Millisecond
	maxPause = time.Second
)

// Config says how many connections a [Listener] holds at a time.
type Config struct {
	Connections int // in all; at least MinConnections
	PerSource   int // from one source; see Source
	Log         *slog.Logger
}

// places is how many connections there may be.
type places struct{ known, strangers int }

// split divides n places: strangers have a quarter. An application that starts
// opens that many connections at once without losing any.
func split(n int) places {
	strangers := max(1, n/4)
	return places{n - strangers, strangers}
}

// A Listener is a net.Listener whose connections are [Conn]s. It is safe for
// concurrent use.
type Listener struct {
	net.Listener
	inAll, perSource places
	heads            heads
	penalties        *penalties
	notices          notices

	mu       sync.Mutex
	count    places    // of connections that are open
	waiting  list.List // strangers' *Conns that may be closed for others, the first that came in front
	sources  map[netip.Addr]*source
	crowding int // sources that have strangers
}

// A source is where connections come from.
type source struct {
	count   places
	waiting list.List
	heads   heads
}

// New returns a Listener that accepts from l.
func New(l net.Listener, cfg Config) *Listener {
	return &Listener{
		Listener:  l,
		inAll:     split(cfg.Connections),
		perSource: split(min(cfg.PerSource, cfg.Connections)),
		heads:     newHeads(headsInAll),
		penalties: newPenalties(),
		notices:   notices{log: cfg.Log},
		sources:   map[netip.Addr]*source{},
	}
}

// Accept waits for the next connection that there is a place for. It fails only
// when l is closed.
func (l *Listener) Accept() (net.Conn, error) {
	pause := time.Duration(0)
	for {
		nc, err := l.Listener.Accept()
		if errors.Is(err, net.ErrClosed) {
			return nil, err
		}
		if err != nil {
			pause = min(max(2*pause, minPause), maxPause)
			l.notices.give(acceptFails, "err", err)
			l.closeOldest() // which may be what is missing
			time.Sleep(pause)
			continue
		}
		pause = 0
		if c := l.admit(nc); c != nil {
			return c, nil
		}
		nc.Close()
	}
}

// admit gives nc a place, for which another stranger may lose its own. It
// returns nil if there is none.
func (l *Listener) admit(nc net.Conn) *Conn {
	c := &Conn{Conn: nc, l: l, source: sourceOf(nc), silent: true}
	c.inHead.Store(true)
	l.mu.Lock()
	s := l.sources[c.source]
	if s == nil {
		s = &source{heads: newHeads(headsPerSource)}
		l.sources[c.source] = s
	}
	victim, ok := l.makeRoom(s)
	if !ok {
		l.forget(c.source, s)
		l.mu.Unlock()
		l.notices.give(strangersFull, "source", c.source)
		return nil
	}
	c.from = s
	if s.count.strangers == 0 {
		l.crowding++
	}
	s.count.strangers++
	l.count.strangers++
	c.atAll, c.atSource = l.waiting.PushBack(c), s.waiting.PushBack(c)
	l.mu.Unlock()
	if victim != nil {
		l.notices.give(strangersFull, "source", victim.source)
		victim.Conn.Close()
	}
	return c
}

// makeRoom takes a place from a stranger if there is none left for one from s.
// It reports whether there is one then; what it returns is to be closed.
func (l *Listener) makeRoom(s *source) (victim *Conn, ok bool) {
	queue := &s.waiting
	switch {
	case s.count.strangers >= l.perSource.strangers:
	case l.count.strangers < l.inAll.strangers:
		return nil, true
	case s.count.strangers*l.crowding < l.count.strangers || queue.Len() == 0:
		// A source that has its share of the places, or more, makes room itself,
		// so that it can't push out those that have few.
		queue = &l.waiting
	}
	first := queue.Front()
	if first == nil {
		return nil, false // all are being answered
	}
	victim = first.Value.(*Conn)
	l.remove(victim)
	return victim, true
}

// closeOldest closes the stranger that came first.
func (l *Listener) closeOldest() {
	l.mu.Lock()
	first := l.waiting.Front()
	if first == nil {
		l.mu.Unlock()
		return
	}
	c := first.Value.(*Conn)
	l.remove(c)
	l.mu.Unlock()
	c.Conn.Close()
}

// remove gives back c's place, if it still has one. The caller holds l.mu.
func (l *Listener) remove(c *Conn) {
	if c.removed {
		return
	}
	c.removed = true
	l.unlist(c)
	if c.known {
		l.count.known--
		c.from.count.known--
	} else {
		l.leaveStrangers(c.from)
	}
	l.forget(c.source, c.from)
}

// unlist keeps c from being closed for others. The caller holds l.mu.
func (l *Listener) unlist(c *Conn) {
	if c.atAll != nil {
		l.waiting.Remove(c.atAll)
		c.from.waiting.Remove(c.atSource)
		c.atAll, c.atSource = nil, nil
	}
}

// leaveStrangers gives back a stranger's place. The caller holds l.mu.
func (l *Listener) leaveStrangers(s *source) {
	l.count.strangers--
	if s.count.strangers--; s.count.strangers == 0 {
		l.crowding--
	}
}

// forget drops a source that has no connections. The caller holds l.mu.
func (l *Listener) forget(a netip.Addr, s *source) {
	if s.count == (places{}) {
		delete(l.sources, a)
	}
}

// promote makes c a known connection, if there is a place. Without one it stays
// a stranger that is not closed for others.
func (l *Listener) promote(c *Conn) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if c.removed {
		return false
	}
	l.unlist(c)
	if l.count.known >= l.inAll.known || c.from.count.known >= l.perSource.known {
		return false
	}
	l.leaveStrangers(c.from)
	l.count.known++
	c.from.count.known++
	c.known = true
	return true
}

// closeSilent closes the connections on which no whole head has come. A server
// that shuts down would wait for them as it does for calls.
func (l *Listener) closeSilent() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for e := l.waiting.Front(); e != nil; e = e.Next() {
		if c := e.Value.(*Conn); c.silent {
			_ = c.Conn.Close() // nothing is lost on it
		}
	}
}
