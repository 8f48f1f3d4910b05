// SPDX-License-Identifier: Apache-2.0

package pebble

import (
	"cmp"
	"fmt"
	"slices"
	"sync"

	"github.com/cockroachdb/pebble/v2"
)

// limbo holds the commits of which a broken store does not know whether they are
// durable. Transactions may have seen them, and whoever caches what it saw
// relies on it that versions once seen are not given out a second time. So the
// next store commits them all before it is put in service: what was visible in
// this process stays, even if its writer was told that the store broke.
type limbo struct {
	mu      sync.Mutex
	commits []committed
}

// leaveBehind puts c in limbo.
func (s *store) leaveBehind(c committed) {
	s.limbo.mu.Lock()
	defer s.limbo.mu.Unlock()
	s.limbo.commits = append(s.limbo.commits, c)
}

// leftBehind returns what is in limbo, in order. It waits until nothing more can
// be added; the fence must be down.
func (s *store) leftBehind() []committed {
	s.mu.Lock() // whoever commits after this sees that the fence is down
	defer s.mu.Unlock()
	s.unsettled.Wait()
	s.limbo.mu.Lock()
	defer s.limbo.mu.Unlock()
	slices.SortFunc(s.limbo.commits, func(x, y committed) int { return cmp.Compare(x.version, y.version) })
	// The log is synced in order, so that one which is durable vouches for all
	// before it, and may have been overwritten by those that follow.
	durable := s.durable.version.Load()
	return slices.DeleteFunc(s.limbo.commits, func(c committed) bool { return c.version <= durable })
}

// redo commits what another store has left behind. To do that with what is
// durable after all changes nothing.
func (s *store) redo(left []committed) error {
	for _, c := range left {
		b := s.engine.NewBatch()
		err := fill(b, c.writes)
		if len(c.writes) == 0 {
			err = b.DeleteRange(c.deleted.lo, c.deleted.hi, nil)
		}
		if err != nil {
			return err
		}
		if err := b.Commit(pebble.Sync); err != nil {
			return fmt.Errorf("commit what was left behind: %w", err)
		}
	}
	return nil
}
