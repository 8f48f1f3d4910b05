// SPDX-License-Identifier: Apache-2.0

package listen

import (
	"hash/maphash"
	"net/netip"
	"sync"
	"time"
)

const (
	// A source whose strangers have more than maxOwed strikes is slowed; it works
	// off strikesPerSecond.
	maxOwed          = 1000
	strikesPerSecond = 100

	// mostOwed is as far as a source falls behind: it takes 90 seconds to be as
	// any other again.
	mostOwed = 10 * maxOwed

	// penalty is how long a refusal takes then. As strangers' connections are
	// few, so are the refusals in a second.
	penalty = time.Second

	buckets = 4096
)

// penalties counts the strikes of sources, in memory that doesn't grow. Two
// sources may share a count: all that comes of it is that refusals are slow.
type penalties struct {
	seed  maphash.Seed
	mu    sync.Mutex
	count [buckets]struct {
		owed float64
		at   time.Time
	}
}

func newPenalties() *penalties { return &penalties{seed: maphash.MakeSeed()} }

// add counts strikes of a source and reports whether it has too many.
func (p *penalties) add(source netip.Addr, strikes int, now time.Time) bool {
	i := maphash.Comparable(p.seed, source) % buckets
	p.mu.Lock()
	defer p.mu.Unlock()
	c := &p.count[i]
	workedOff := now.Sub(c.at).Seconds() * strikesPerSecond
	c.owed = min(max(c.owed-workedOff, 0)+float64(strikes), mostOwed)
	c.at = now
	return c.owed > maxOwed
}
