// SPDX-License-Identifier: Apache-2.0

package upstream

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync"
	"time"
)

const (
	// lifetime is for how long what was found out is relied on, and how long it may
	// take to find it out.
	lifetime = 5 * time.Second

	// maxCached is how much is remembered at a time.
	maxCached = 4096
)

// A Cache remembers for five seconds what was found out of things by their names.
// Calls that want to know the same at the same time ask once. It is safe for
// concurrent use.
type Cache[T any] struct {
	mu      sync.Mutex
	entries map[string]*entry[T]
	now     func() time.Time
}

// An entry is what is known, or being found out, of one thing.
type entry[T any] struct {
	ready chan struct{} // closed when the rest is set
	began time.Time     // to be found out: what is known is at least that fresh
	value T
	err   error
}

// holds reports whether the entry is young enough to be relied on.
func (e *entry[T]) holds(now time.Time) bool {
	age := now.Sub(e.began)
	return 0 <= age && age < lifetime
}

// NewCache returns an empty cache that goes by the clock now.
func NewCache[T any](now func() time.Time) *Cache[T] {
	return &Cache[T]{entries: map[string]*entry[T]{}, now: now}
}

// Get returns what is known by the name, or finds it out with find. An error is
// not remembered.
func (c *Cache[T]) Get(ctx context.Context, name string, find func(context.Context) (T, error)) (T, error) {
	e, ours := c.claim(name)
	if ours {
		// Others may wait for this, whatever becomes of the call that it began with.
		go c.fill(context.WithoutCancel(ctx), name, e, find)
	}
	select {
	case <-e.ready:
		return e.value, e.err
	case <-ctx.Done():
		var none T
		return none, context.Cause(ctx)
	}
}

// claim returns the entry of that name, and whether it is for the caller to fill
// it.
func (c *Cache[T]) claim(name string) (e *entry[T], ours bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.now()
	if e, ok := c.entries[name]; ok && e.holds(now) {
		return e, false
	}
	if len(c.entries) >= maxCached {
		c.evict(now)
	}
	e = &entry[T]{ready: make(chan struct{}), began: now}
	c.entries[name] = e
	return e, true
}

// evict makes room: of what is too old, or else of anything. The caller must hold
// mu.
func (c *Cache[T]) evict(now time.Time) {
	for name, e := range c.entries {
		if !e.holds(now) {
			delete(c.entries, name)
		}
	}
	for name := range c.entries {
		if len(c.entries) < maxCached-maxCached/8 { // so that it isn't done each time
			return
		}
		delete(c.entries, name)
	}
}

func (c *Cache[T]) fill(ctx context.Context, name string, e *entry[T], find func(context.Context) (T, error)) {
	ctx, cancel := context.WithTimeout(ctx, lifetime)
	defer cancel()
	defer close(e.ready)
	defer func() {
		if p := recover(); p != nil { // or the server would end with it
			e.err = fmt.Errorf("upstream: panic: %v\n%s", p, debug.Stack())
		}
		if e.err != nil {
			c.forget(name, e)
		}
	}()
	e.value, e.err = find(ctx)
}

// Forget drops what is known by the name: the next who asks finds it out anew.
func (c *Cache[T]) Forget(name string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.entries, name)
}

func (c *Cache[T]) forget(name string, e *entry[T]) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.entries[name] == e {
		delete(c.entries, name)
	}
}
