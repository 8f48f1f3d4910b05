// SPDX-License-Identifier: Apache-2.0

package crashtest

import (
	"errors"
	"fmt"
	"slices"
	"sync"
)

// A counter is a number that all writers increase by one at a time. It is safe
// for concurrent use.
type counter struct {
	mu    sync.Mutex
	base  int   // what it was after the last crash
	acked []int // what increments have answered
	tried int   // increments attempted, answered or not
	read  int   // the greatest value that a consistent read returned
}

func (c *counter) attempt() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.tried++
}

func (c *counter) ack(value int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.acked = append(c.acked, value)
}

func (c *counter) saw(value int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.read = max(c.read, value)
}

// check compares the counter with its value after a crash: every acknowledged
// increment is counted once, one that wasn't answered once or not at all, and
// nobody was shown a value that is now in the future.
func (c *counter) check(value int) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	slices.Sort(c.acked)
	least, most := c.base+len(c.acked), c.base+c.tried
	var err error
	switch {
	case value < least || value > most:
		err = fmt.Errorf("found %d, want %d to %d: it was %d, and of %d increments %d were acknowledged", value, least, most, c.base, c.tried, len(c.acked))
	case c.read > value:
		err = fmt.Errorf("found %d, but a read had returned %d", value, c.read)
	case len(slices.Compact(slices.Clone(c.acked))) < len(c.acked):
		err = fmt.Errorf("two increments answered the same: %d", c.acked)
	case len(c.acked) > 0 && (c.acked[0] <= c.base || c.acked[len(c.acked)-1] > value):
		err = fmt.Errorf("found %d after %d, but increments answered %d to %d", value, c.base, c.acked[0], c.acked[len(c.acked)-1])
	}
	c.base, c.acked, c.tried, c.read = value, nil, 0, 0
	return err
}

// Claims are items that many writers try to create, on condition that they
// aren't there. They are safe for concurrent use.
type claims struct {
	mu    sync.Mutex
	byKey map[string]*claim
}

type claim struct {
	tried   map[string]bool // who wasn't answered
	winners []string
	refused bool // somebody was told that it is there
}

func (c *claims) at(key string) *claim {
	if c.byKey[key] == nil {
		if c.byKey == nil {
			c.byKey = map[string]*claim{}
		}
		c.byKey[key] = &claim{tried: map[string]bool{}}
	}
	return c.byKey[key]
}

func (c *claims) attempt(key, who string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at(key).tried[who] = true
}

func (c *claims) ack(key, who string, won bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	cl := c.at(key)
	delete(cl.tried, who)
	if won {
		cl.winners = append(cl.winners, who)
	} else {
		cl.refused = true
	}
}

// check compares the claims with their owners after a crash, and forgets them.
func (c *claims) check(owners map[string]string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	var errs []error
	for key, cl := range c.byKey {
		if err := cl.check(owners[key]); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", key, err))
		}
	}
	c.byKey = nil
	return errors.Join(errs...)
}

func (c *claim) check(owner string) error {
	switch {
	case len(c.winners) > 1:
		return fmt.Errorf("claimed by each of %s", c.winners)
	case len(c.winners) == 1 && owner != c.winners[0]:
		return fmt.Errorf("owned by %q, but acknowledged to %s", owner, c.winners[0])
	case len(c.winners) == 0 && owner == "" && c.refused:
		return errors.New("not there, but somebody was refused because it was")
	case len(c.winners) == 0 && owner != "" && !c.tried[owner]:
		return fmt.Errorf("owned by %q, who was refused or never tried", owner)
	}
	return nil
}
