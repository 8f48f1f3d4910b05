// SPDX-License-Identifier: Apache-2.0

package pebble

import (
	"slices"
	"sync"
	"sync/atomic"

	"github.com/bailiwick-dev/bailiwick/internal/storage/driver"
)

// A watermark is the version up to which every commit is durable. The log is
// synced in the order of the commits, so one that is durable vouches for all
// before it.
type watermark struct {
	version atomic.Uint64
	waiting atomic.Int32 // len(waiters)

	mu      sync.Mutex
	waiters []waiter
	failed  bool
}

type waiter struct {
	version uint64
	done    chan struct{}
}

// raise says that every commit up to version is durable.
func (w *watermark) raise(version uint64) {
	for {
		old := w.version.Load()
		if old >= version {
			return
		}
		if w.version.CompareAndSwap(old, version) {
			break
		}
	}
	// A waiter counts itself before it looks at the version for the last time,
	// so either it sees the new one or it is seen here.
	if w.waiting.Load() > 0 {
		w.wake(version)
	}
}

// wake lets go those who wait for version or an earlier one.
func (w *watermark) wake(version uint64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.waiters = slices.DeleteFunc(w.waiters, func(x waiter) bool {
		if x.version > version {
			return false
		}
		close(x.done)
		return true
	})
	w.waiting.Store(int32(len(w.waiters)))
}

// fail lets everybody go, now and later, with an error unless what they wait for
// is durable already.
func (w *watermark) fail() {
	w.mu.Lock()
	w.failed = true
	w.mu.Unlock()
	w.wake(^uint64(0))
}

// wait returns when every commit up to version is durable, or ErrBroken if that
// will never be.
func (w *watermark) wait(version uint64) error {
	if w.version.Load() >= version {
		return nil
	}
	w.mu.Lock()
	if w.failed {
		w.mu.Unlock()
		return driver.ErrBroken
	}
	x := waiter{version, make(chan struct{})}
	w.waiters = append(w.waiters, x)
	w.waiting.Store(int32(len(w.waiters)))
	reached := w.version.Load()
	w.mu.Unlock()
	if reached >= version {
		w.wake(reached)
	}
	<-x.done
	if w.version.Load() < version {
		return driver.ErrBroken
	}
	return nil
}
