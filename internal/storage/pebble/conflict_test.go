// SPDX-License-Identifier: Apache-2.0

package pebble

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// TestRecentLog compares the log with one that forgets nothing: it never misses a
// write, and is mistaken only about what is too old.
func TestRecentLog(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	var log recentLog
	written := [][]string{nil} // by version
	rotations := 0
	for version := uint64(1); version < 3000; version++ {
		var keys []string
		var writes []write
		n := 1 + rng.IntN(4)
		if version%1000 == 0 {
			n = 2 * generationSize / 1000 // more than a generation holds
		}
		for range n {
			key := fmt.Sprintf("%03d%01000d", rng.IntN(1000), 0)
			keys = append(keys, key)
			writes = append(writes, write{key: []byte(key)})
		}
		from := log.old.from
		log.add(version, writes)
		if log.old.from != from {
			rotations++
		}
		written = append(written, keys)
		lo := rng.IntN(1000)
		s := span{fmt.Appendf(nil, "%03d", lo), fmt.Appendf(nil, "%03d", lo+rng.IntN(20))}
		since := version - min(version, uint64(rng.IntN(600)))
		want := false
		for _, keys := range written[since+1:] {
			for _, key := range keys {
				want = want || s.holds([]byte(key))
			}
		}
		got := log.touched(since, []span{s})
		if want && !got || got && !want && since >= log.old.from {
			t.Fatalf("version %d: touched since %d = %v, want %v", version, since, got, want)
		}
		if size := len(log.old.keys) + len(log.cur.keys); size > 2*generationSize {
			t.Fatalf("the log holds %d bytes", size)
		}
	}
	if rotations < 5 {
		t.Errorf("only %d rotations", rotations)
	}
}
