// SPDX-License-Identifier: Apache-2.0

package main

import "testing"

func TestGarbageIsBoundedByWhatLives(t *testing.T) {
	for live, want := range map[uint64]int{0: 300, 1: 300, 40 << 20: 300, 64 << 20: 200, 100 << 20: 125, 150 << 20: 75, 128 << 20: 100, 10 << 30: 75} {
		if got := shareOf(live); got != want {
			t.Errorf("%d MB live: %d %%, want %d %%", live>>20, got, want)
		}
	}
}
