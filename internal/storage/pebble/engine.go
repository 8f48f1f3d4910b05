// SPDX-License-Identifier: Apache-2.0

package pebble

import (
	"fmt"
	"log/slog"
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/bloom"
)

const (
	// cacheSize bounds the cached blocks; it is filled only as blocks are read.
	cacheSize = 64 << 20
	// memTableSize is the largest table of recent writes; the first is 256 KiB
	// and each is twice the one before.
	memTableSize = 16 << 20
	// stopWrites is how many layers of tables that aren't compacted yet make the engine
	// stop all commits until there are fewer. Behind a fence that is down no compaction
	// may ever succeed, and commits would wait for ever, so this is more than there
	// will be: reads get slower long before.
	stopWrites = 1000
	// bloomBits is the size of the filter that spares looking for absent keys,
	// for each key: one in a hundred is looked for in vain.
	bloomBits = 10
)

// options are those of the engine of s.
func (d *DB) options(s *store) *pebble.Options {
	e := &events{s: s, log: d.log}
	o := &pebble.Options{
		FS:                    pacedFS{s.fence, d.pacer},
		Cache:                 d.cache,
		MemTableSize:          d.memTable,
		L0StopWritesThreshold: stopWrites,
		FormatMajorVersion:    pebble.FormatNewest,
		Logger:                e,
		EventListener: &pebble.EventListener{
			BackgroundError: e.backgroundError,
			DataCorruption:  e.dataCorruption,
			WriteStallBegin: func(pebble.WriteStallBeginInfo) { s.fence.setStrict(true) },
			WriteStallEnd:   func() { s.fence.setStrict(false) },
		},
	}
	for i := range o.Levels {
		o.Levels[i].FilterPolicy = bloom.FilterPolicy(bloomBits)
	}
	return o
}

// events is told what happens in the engine of s, and is its logger.
type events struct {
	s   *store
	log *slog.Logger

	mu   sync.Mutex
	next time.Time // when a failure is logged again
}

// logEvery is how often failures are logged that the engine meets in the
// background and meets again at each try.
const logEvery = time.Second

func (e *events) backgroundError(err error) {
	e.report(err)
	if e.s.fence.cause() == nil && inStatistics() {
		time.Sleep(statisticsPause)
	}
}

func (e *events) report(err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if now := time.Now(); e.s.fence.cause() == nil && now.After(e.next) {
		e.next = now.Add(logEvery)
		e.log.Error("storage: background work failed and is tried again", "error", err)
	}
}

// statisticsPause is how long the engine waits when it could not read the statistics
// of a table. It tries again at once, and would use up a processor for as long as
// there is a table that can't be read.
const statisticsPause = 20 * time.Millisecond

// inStatistics reports whether the engine calls because of a table's statistics. It
// holds no lock then; for whatever else it calls, it does, and must not be kept.
func inStatistics() bool {
	var callers [16]uintptr
	frames := runtime.CallersFrames(callers[:runtime.Callers(2, callers[:])])
	for {
		frame, more := frames.Next()
		if strings.HasSuffix(frame.Function, ".collectTableStats") {
			return true
		}
		if !more {
			return false
		}
	}
}

// dataCorruption is told of a table that can't be right. The read that met it
// fails, and its transaction with it; the rest of the store is left in service.
func (e *events) dataCorruption(i pebble.DataCorruptionInfo) {
	if e.s.fence.cause() == nil { // else its tables are perhaps gone
		e.log.Error("storage: data corruption", "detail", i.String())
	}
}

// Infof implements pebble.Logger.
func (e *events) Infof(format string, args ...any) {
	e.log.Debug("storage: engine", "message", fmt.Sprintf(format, args...))
}

// Errorf implements pebble.Logger.
func (e *events) Errorf(format string, args ...any) {
	e.log.Error("storage: engine", "message", fmt.Sprintf(format, args...))
}

// Fatalf implements pebble.Logger. It ends the goroutine but not the process: the
// engine relies on nothing running after it. No failure of the disk leads here,
// because of the fence.
func (e *events) Fatalf(format string, args ...any) {
	e.s.abandon(fmt.Errorf(format, args...))
	runtime.Goexit()
}
