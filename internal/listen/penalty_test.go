// SPDX-License-Identifier: Apache-2.0

package listen

import (
	"net/netip"
	"testing"
	"time"
)

func TestStrikesAreWorkedOff(t *testing.T) {
	p, a, now := newPenalties(), netip.MustParseAddr("192.0.2.1"), time.Now()
	for i := range maxOwed {
		if p.add(a, 1, now) {
			t.Fatalf("slowed after %d strikes", i)
		}
	}
	if !p.add(a, 1, now) {
		t.Error("not slowed after too many strikes")
	}
	if p.add(a, 1, now.Add(time.Second)) {
		t.Error("still slowed when a second's strikes were worked off")
	}
	if !p.add(a, 1<<40, now.Add(time.Second)) || !p.add(a, 1, now.Add(time.Minute)) || p.add(a, 1, now.Add(3*time.Minute)) {
		t.Error("what a source can owe has no bound, or the wrong one")
	}
}

func TestSourcesHaveTheirOwnStrikes(t *testing.T) {
	p, now, slowed := newPenalties(), time.Now(), 0
	p.add(netip.MustParseAddr("192.0.2.1"), 1<<40, now)
	for i := range 250 {
		if p.add(netip.AddrFrom4([4]byte{198, 51, 100, byte(i)}), 1, now) {
			slowed++
		}
	}
	if slowed > 3 {
		t.Errorf("%d of 250 other sources are slowed", slowed)
	}
}
