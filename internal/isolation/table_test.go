// SPDX-License-Identifier: Apache-2.0

package isolation

import (
	"reflect"
	"testing"
)

func testWorld(tenants, items int, seed uint64) *World {
	return &World{cfg: Config{Tenants: tenants, Items: items, Seed: seed}, tenants: tenantIDs(tenants)}
}

func TestSharesAddUpToTheItemsAskedFor(t *testing.T) {
	for _, size := range []struct{ tenants, items int }{{4, 16}, {12, 60}, {7, 1003}, {DefaultTenants, DefaultItems}} {
		w := testWorld(size.tenants, size.items, 1)
		sum := 0
		for i := range w.tenants {
			for _, tab := range tables {
				n := w.share(tab, i).count
				if n < 2 {
					t.Errorf("%v: %s has %d items in %s, want two at least", size, w.tenants[i], n, tab.name)
				}
				sum += n
			}
		}
		if sum != size.items {
			t.Errorf("%v: %d items", size, sum)
		}
	}
}

func TestItemsComeFromTheSeedAlone(t *testing.T) {
	for _, tab := range tables {
		first, again := testWorld(12, 600, 1).share(tab, 3), testWorld(12, 600, 1).share(tab, 3)
		otherSeed, otherTenant := testWorld(12, 600, 2).share(tab, 3), testWorld(12, 600, 1).share(tab, 4)
		if !reflect.DeepEqual(first.seeded(1), again.seeded(1)) {
			t.Errorf("%s: the same seed gives another item", tab.name)
		}
		for name, other := range map[string]share{"seed": otherSeed, "tenant": otherTenant} {
			a, b := first.seeded(1), other.seeded(1)
			delete(a, tab.partition)
			delete(b, tab.partition)
			if reflect.DeepEqual(a, b) {
				t.Errorf("%s: another %s gives the same item", tab.name, name)
			}
		}
	}
}

func TestItemsHaveTheKeyOfTheirShare(t *testing.T) {
	for _, tab := range tables {
		s := testWorld(12, 600, 1).share(tab, 5)
		seen := map[string]bool{}
		for n := range s.count {
			it := s.seeded(n)
			sort := stringOf(it[tab.sort])
			if stringOf(it[tab.partition]) != string(s.tenant) || sort == "" || seen[sort] {
				t.Errorf("%s: item %d has partition key %v and sort key %q", tab.name, n, it[tab.partition], sort)
			}
			seen[sort] = true
		}
	}
}
