// SPDX-License-Identifier: Apache-2.0

package federation

import (
	"container/list"
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/bailiwick-dev/bailiwick/internal/identity"
)

const (
	// minFresh and maxFresh are for how long keys are used without asking again,
	// whatever their provider says; freshness is for how long if it says nothing.
	minFresh  = 5 * time.Minute
	maxFresh  = time.Hour
	freshness = 15 * time.Minute

	// outage is for how long keys that are no longer fresh go on being used while
	// their provider doesn't answer.
	outage = time.Hour

	// pause is how long a provider is left alone after it was asked, whatever
	// comes; firstPause after it didn't answer the first time.
	pause      = 30 * time.Second
	firstPause = 5 * time.Second

	// maxProviders and maxKept are how many providers' key sets, and how many keys
	// in all, are remembered. What was not used for longest goes first.
	maxProviders = 4096
	maxKept      = 16384

	// maxFlights is how many providers are asked at a time.
	maxFlights = 32
)

// A fetch asks a provider for its keys.
type fetch func(context.Context, *identity.OIDCProvider) (*keySet, error)

// A cache remembers key sets. It is safe for concurrent use.
type cache struct {
	now     func() time.Time
	log     *slog.Logger
	fetch   fetch
	flights chan struct{} // a place for each provider that is being asked

	mu      sync.Mutex
	entries map[string]*list.Element // of *entry
	recent  *list.List               // used last first
	kept    int                      // keys
}

// An entry is what is known of one provider.
type entry struct {
	id     string
	set    *keySet   // nil if it has never answered
	err    error     // why it hasn't, the last time
	next   time.Time // when it may be asked again
	flight chan struct{}
}

func newCache(now func() time.Time, log *slog.Logger, f fetch) *cache {
	return &cache{
		now: now, log: log, fetch: f, flights: make(chan struct{}, maxFlights),
		entries: map[string]*list.Element{}, recent: list.New(),
	}
}

// entryID tells registrations apart: one that is made anew, or that comes to
// believe other servers, has nothing from before.
func entryID(p *identity.OIDCProvider) string {
	return p.ID + " " + strings.Join(p.Thumbprints, " ")
}

// get returns a key set of p of which enough is true, if there is one. It asks p
// if it has no fresh keys, or none that are enough, as long as p has been left
// alone for a while. All who want to know wait for the same answer.
func (c *cache) get(ctx context.Context, p *identity.OIDCProvider, enough func(*keySet) bool) (*keySet, error) {
	id := entryID(p)
	flight, e := c.ask(id, p, enough)
	if flight != nil {
		select {
		case <-flight:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case e.set != nil && c.now().Before(e.set.dead) && enough(e.set):
		return e.set, nil
	case e.err != nil:
		return nil, e.err
	}
	return nil, noKey(nil)
}

// ask returns what is known of p, and if that will not do and p may be asked, what
// is closed when p has been.
func (c *cache) ask(id string, p *identity.OIDCProvider, enough func(*keySet) bool) (<-chan struct{}, *entry) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e := c.use(id)
	now := c.now()
	if e.set != nil && now.Before(e.set.until) && enough(e.set) {
		return nil, e
	}
	if e.flight != nil || now.Before(e.next) {
		return e.flight, e
	}
	select {
	case c.flights <- struct{}{}:
	default:
		if e.set == nil {
			e.err = unreachable(errTooMany)
		}
		return nil, e
	}
	e.flight = make(chan struct{})
	e.next = now.Add(pause)
	go c.fly(e, *p)
	return e.flight, e
}

// use returns the entry of that id, which from now on is the one used last.
func (c *cache) use(id string) *entry {
	if l, ok := c.entries[id]; ok {
		c.recent.MoveToFront(l)
		return l.Value.(*entry)
	}
	e := &entry{id: id}
	c.entries[id] = c.recent.PushFront(e)
	c.trim()
	return e
}

// fly asks the provider of e, whoever has stopped waiting meanwhile.
func (c *cache) fly(e *entry, p identity.OIDCProvider) {
	ctx, cancel := context.WithTimeout(context.Background(), fetchTime)
	defer cancel()
	set, err := c.land(ctx, &p)
	if err != nil {
		c.log.Warn("no keys of an identity provider", "provider", p.ARN(), "err", err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	defer func() { <-c.flights }()
	close(e.flight)
	e.flight, e.err = nil, err
	if err != nil {
		if e.set == nil {
			e.next = c.now().Add(firstPause)
		}
		return
	}
	if l, ok := c.entries[e.id]; ok && l.Value == e { // not forgotten meanwhile
		c.kept += len(set.keys) - e.size()
	}
	e.set = set
	c.trim()
}

// land fetches the keys of p. What p answers must not end the server, whatever is
// made of it.
func (c *cache) land(ctx context.Context, p *identity.OIDCProvider) (set *keySet, err error) {
	defer func() {
		if v := recover(); v != nil {
			set, err = nil, noKey(fmt.Errorf("federation: panic: %v", v))
		}
	}()
	return c.fetch(ctx, p)
}

// size returns the number of e's keys.
func (e *entry) size() int {
	if e.set == nil {
		return 0
	}
	return len(e.set.keys)
}

// trim forgets what is too much, but not what was used last.
func (c *cache) trim() {
	for c.recent.Len() > 1 && (c.recent.Len() > maxProviders || c.kept > maxKept) {
		e := c.recent.Remove(c.recent.Back()).(*entry)
		delete(c.entries, e.id)
		c.kept -= e.size()
	}
}
