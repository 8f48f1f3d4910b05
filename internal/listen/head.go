// SPDX-License-Identifier: Apache-2.0

package listen

import (
	"errors"
	"sync/atomic"
	"time"
)

// What is taken in for heads, in bytes: a head that has not come to its end is
// charged by what it can cost at worst. Measured, net/http takes up to 35 bytes
// of memory for each of the first buffer, when all are lines, and 16 after that.
const (
	firstBuffer = 4 << 10
	firstCost   = 36
	laterCost   = 16
)

// headsInAll and headsPerSource bound these costs, in bytes.
var (
	headsInAll     = places{known: 128 << 20, strangers: 64 << 20}
	headsPerSource = places{known: 64 << 20, strangers: 32 << 20}
)

// errCrowded ends a connection whose head there is no room for.
var errCrowded = errors.New("too many large heads under way")

// An account is bytes that are taken and given back, up to a bound.
type account struct {
	held atomic.Int64
	max  int64
}

func (a *account) take(n int64) bool {
	if a.held.Add(n) > a.max {
		a.held.Add(-n)
		return false
	}
	return true
}

func (a *account) give(n int64) { a.held.Add(-n) }

// heads are the accounts of known connections and of strangers.
type heads struct{ known, strangers *account }

func newHeads(max places) heads {
	return heads{&account{max: int64(max.known)}, &account{max: int64(max.strangers)}}
}

// A charge is what a connection has taken, and whence.
type charge struct {
	n             int64
	all, ofSource *account
}

// add takes n more. If it can't, it returns the account that is full.
func (c *charge) add(n int64) *account {
	if !c.ofSource.take(n) {
		return c.ofSource
	}
	if !c.all.take(n) {
		c.ofSource.give(n)
		return c.all
	}
	c.n += n
	return nil
}

// reduce gives back all but n.
func (c *charge) reduce(n int64) {
	if more := c.n - n; more > 0 {
		c.all.give(more)
		c.ofSource.give(more)
		c.n = n
	}
}

// chargeHead charges c for a head of which n bytes have come. If there is no
// room, strangers make it.
func (c *Conn) chargeHead(n int64) bool {
	if c.charge.n == 0 {
		c.charge.all, c.charge.ofSource = c.l.heads.strangers, c.from.heads.strangers
		if c.known {
			c.charge.all, c.charge.ofSource = c.l.heads.known, c.from.heads.known
		}
	}
	more := firstCost*min(n, firstBuffer) + laterCost*max(n-firstBuffer, 0) - c.charge.n
	full := c.charge.add(more)
	for tries := 10; full != nil && tries > 0 && !c.known && c.l.closeElder(c, full); tries-- {
		time.Sleep(time.Millisecond) // it gives back when it has ended
		full = c.charge.add(more)
	}
	if full != nil {
		c.l.notices.give(headsFull, "source", c.source)
	}
	return full == nil
}

// closeElder closes the stranger that came first of those whose account is full.
// It reports whether there was another than c.
func (l *Listener) closeElder(c *Conn, full *account) bool {
	l.mu.Lock()
	queue := &l.waiting
	if full == c.charge.ofSource {
		queue = &c.from.waiting
	}
	first := queue.Front()
	if first == nil || first.Value.(*Conn) == c {
		l.mu.Unlock()
		return false
	}
	elder := first.Value.(*Conn)
	l.remove(elder)
	l.mu.Unlock()
	elder.Conn.Close()
	return true
}

// headEnds is called when the head has come: it costs its bytes by now.
func (c *Conn) headEnds() {
	c.inHead.Store(false)
	c.charge.reduce(max(c.read.Load()-firstBuffer, 0))
	if c.silent {
		c.l.mu.Lock()
		c.silent = false
		c.l.mu.Unlock()
	}
}

// requestEnds is called when a request has been answered, or none will come.
func (c *Conn) requestEnds() {
	c.proved = false
	c.read.Store(0)
	c.charge.reduce(0)
	c.inHead.Store(true) // last: what is read from now on is charged
}
