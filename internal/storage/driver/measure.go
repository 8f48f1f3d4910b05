// SPDX-License-Identifier: Apache-2.0

package driver

import "time"

// A Measurer is a DB that says how it is doing.
type Measurer interface {
	// Measure returns the measures of now. It is quick, and safe for concurrent
	// use, also when the DB is broken or closed.
	Measure() Measures
}

// A Reporter is a DB that says whether it can be changed.
type Reporter interface {
	// Err returns nil, or why Updates are refused at present: ErrBroken with its
	// cause, or syscall.ENOSPC. It is quick, and safe for concurrent use, also when
	// the disk hangs or the DB is closed.
	Err() error
}

// Measures are how a DB is doing. What is counted is counted since the engine was
// opened, also after a failure of the disk.
type Measures struct {
	Broken bool // changes are refused

	DiskBytes   uint64 // of all files
	LogBytes    uint64 // of what is yet to be written to tables, on disk
	MemoryBytes uint64 // of the same in memory
	CacheBytes  uint64
	Debt        uint64 // bytes that are to be rewritten in the background

	CacheHits, CacheMisses uint64

	Commits   uint64
	Reruns    uint64        // of transactions, because of others
	Waiting   int           // commits that wait for a sync
	SyncWaits time.Duration // that commits have waited for one, all together
}
