// SPDX-License-Identifier: Apache-2.0

package pebble

import (
	"fmt"
	"log/slog"
	"math"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
)

const (
	// reserve is how many bytes of the disk no Update uses. They are for what
	// must be written for the sake of what is there: tables, the records of
	// decisions, and what makes room.
	reserve = 128 << 20
	// reopenRoom is how many bytes it takes to open a store again. Each attempt
	// that fails for lack of room leaves a little less of it.
	reopenRoom = reserve / 2
	// measureEvery is how often the disk is asked for its room.
	measureEvery = 100 * time.Millisecond
)

// room tells how much room the disk has. It is safe for concurrent use.
type room struct {
	fs    vfs.FS
	dir   string
	log   *slog.Logger
	began time.Time
	next  atomic.Int64  // when to measure, since began
	free  atomic.Uint64 // bytes, when last measured
	full  atomic.Bool   // what the log was told

	asking atomic.Bool // for glance
}

func newRoom(fs vfs.FS, dir string, log *slog.Logger) *room {
	r := &room{fs: fs, dir: dir, log: log, began: time.Now()}
	r.next.Store(int64(measureEvery))
	r.measure()
	return r
}

// check returns an error, which is syscall.ENOSPC, unless an Update of that many
// bytes leaves the reserve: they are written to the log first and then to a table.
func (r *room) check(size int) error {
	if r.due() {
		r.measure()
	}
	return r.lacks(size)
}

// glance is check for an Update of nothing, without waiting for the disk, which is
// asked for the next time.
func (r *room) glance() error {
	if r.due() && !r.asking.Swap(true) {
		go func() {
			defer r.asking.Store(false)
			r.measure()
		}()
	}
	return r.lacks(0)
}

// due reports whether it is time to measure, to one of those who ask.
func (r *room) due() bool {
	now, next := int64(time.Since(r.began)), r.next.Load()
	return now >= next && r.next.CompareAndSwap(next, now+int64(measureEvery))
}

// lacks returns the error of check, going by the room that there was.
func (r *room) lacks(size int) error {
	if r.free.Load() < reserve+2*uint64(size) {
		return fmt.Errorf("storage: the disk is nearly full: %w", syscall.ENOSPC)
	}
	return nil
}

// measure asks the disk and returns its free bytes, without end if it can't tell.
func (r *room) measure() uint64 {
	free := uint64(math.MaxUint64)
	if usage, err := r.fs.GetDiskUsage(r.dir); err == nil {
		free = usage.AvailBytes
	}
	r.free.Store(free)
	if full := free < reserve; r.full.Swap(full) != full {
		if full {
			r.log.Error("storage: the disk is nearly full, changes are refused", "free", free, "reserve", uint64(reserve))
		} else {
			r.log.Info("storage: the disk has room again, changes are accepted", "free", free)
		}
	}
	return free
}
