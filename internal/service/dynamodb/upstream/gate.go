// SPDX-License-Identifier: Apache-2.0

package upstream

import "sync"

// A gate bounds how many calls are under way, in all and for each caller. It is
// safe for concurrent use.
type gate struct {
	mu       sync.Mutex
	max      int // in all
	maxShare int // of one caller
	all      int
	of       map[string]int // by caller; only of those who have some under way
}

func newGate(max, maxShare int) *gate {
	return &gate{max: max, maxShare: maxShare, of: map[string]int{}}
}

// enter lets a call of the caller in, until leave is called, or reports false if
// there is no room.
func (g *gate) enter(share string) (leave func(), ok bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.all >= g.max || g.of[share] >= g.maxShare {
		return nil, false
	}
	g.all++
	g.of[share]++
	return func() { g.leave(share) }, true
}

func (g *gate) leave(share string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.all--
	if g.of[share]--; g.of[share] == 0 {
		delete(g.of, share)
	}
}
