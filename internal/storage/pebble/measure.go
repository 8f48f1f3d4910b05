// SPDX-License-Identifier: Apache-2.0

package pebble

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/bailiwick-dev/bailiwick/internal/storage/driver"
)

// measured is what is counted of a store.
type measured struct {
	commits, reruns atomic.Uint64
	waiting         atomic.Int32 // commits that wait for their sync
	syncWaits       atomic.Int64 // nanoseconds that others have waited
}

// applied takes note of a commit whose sync is to follow.
func (m *measured) applied() time.Time {
	m.waiting.Add(1)
	return time.Now()
}

// synced takes note of the end of the wait for a sync, since then.
func (m *measured) synced(since time.Time) {
	m.waiting.Add(-1)
	m.commits.Add(1)
	m.syncWaits.Add(int64(time.Since(since)))
}

// Measure implements driver.Measurer.
func (d *DB) Measure() driver.Measures {
	s, err := d.enter(context.Background())
	if err != nil {
		return driver.Measures{Broken: true}
	}
	defer s.leave()
	e := s.engine.Metrics()
	return driver.Measures{
		Broken:    s.fence.cause() != nil,
		DiskBytes: e.DiskSpaceUsage(), LogBytes: e.WAL.Size, MemoryBytes: e.MemTable.Size,
		CacheBytes: uint64(e.BlockCache.Size), Debt: e.Compact.EstimatedDebt,
		CacheHits: uint64(e.BlockCache.Hits), CacheMisses: uint64(e.BlockCache.Misses),
		Commits: s.measured.commits.Load(), Reruns: s.measured.reruns.Load(),
		Waiting:   int(s.measured.waiting.Load()),
		SyncWaits: time.Duration(s.measured.syncWaits.Load()),
	}
}
