// SPDX-License-Identifier: Apache-2.0

package tvm

import (
	"container/list"
	"math/rand/v2"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/bailiwick-dev/bailiwick/tenant"
)

// An entry is a tenant's credentials and when they are to be renewed.
type entry struct {
	id    tenant.ID
	creds aws.Credentials

	renew time.Time // from here on they are renewed while they are used
	stale time.Time // from here on they are not handed out
}

// newEntry plans when to renew creds. Where they last less long than was asked
// for, so do the windows.
func newEntry(creds aws.Credentials, now time.Time, window time.Duration) *entry {
	window = min(window, creds.Expires.Sub(now)/3)
	jitter := time.Duration(rand.Int64N(int64(window)/5 + 1))
	return &entry{
		creds: creds,
		renew: creds.Expires.Add(-window - jitter),
		stale: creds.Expires.Add(-window / 5),
	}
}

// A cache keeps the credentials of at most max tenants, those used last. Its
// methods are called with the machine's lock held. The zero cache keeps none.
type cache struct {
	max     int
	entries map[tenant.ID]*list.Element // of *entry
	recent  *list.List                  // used last comes first
}

func newCache(n int) cache {
	return cache{max: n, entries: make(map[tenant.ID]*list.Element), recent: list.New()}
}

// get returns what is kept for id, or nil.
func (c *cache) get(id tenant.ID) *entry {
	e, ok := c.entries[id]
	if !ok {
		return nil
	}
	c.recent.MoveToFront(e)
	return e.Value.(*entry)
}

// put keeps e for id, and forgets the tenant used least recently if there are
// now too many.
func (c *cache) put(id tenant.ID, e *entry) {
	e.id = id
	c.remove(id)
	c.entries[id] = c.recent.PushFront(e)
	if len(c.entries) > c.max {
		c.remove(c.recent.Back().Value.(*entry).id)
	}
}

func (c *cache) remove(id tenant.ID) {
	if e, ok := c.entries[id]; ok {
		delete(c.entries, id)
		c.recent.Remove(e)
	}
}

// postpone puts off the next attempt to renew what is kept for id, so that an
// STS in trouble is asked ever so often and not at every use.
func (c *cache) postpone(id tenant.ID, now time.Time) {
	if e, ok := c.entries[id]; ok {
		e := e.Value.(*entry)
		e.renew = now.Add(e.stale.Sub(now) / 4)
	}
}
