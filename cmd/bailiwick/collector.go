// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

// What garbage may take beside what lives, in bytes, before it is collected, and
// the bounds of that in hundredths of what lives. Where little lives, the collector
// would run all the time at the usual 100, and take a fifth of it; where much lives,
// three times as much would be too much.
const (
	garbage    = 128 << 20
	leastShare = 75
	mostShare  = 300
)

// tuneCollector keeps the garbage collector at that until ctx ends.
func tuneCollector(ctx context.Context) {
	live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	share := mostShare
	debug.SetGCPercent(share)
	t := time.NewTicker(time.Second)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
		metrics.Read(live)
		want := shareOf(live[0].Value.Uint64())
		if want != share {
			share = want
			debug.SetGCPercent(share)
		}
	}
}

// shareOf returns the share of garbage when so many bytes live, in steps of 25.
func shareOf(live uint64) int {
	share := int(min(100*garbage/max(live, 1), mostShare))
	return max(share/25*25, leastShare)
}
