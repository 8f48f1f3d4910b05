// SPDX-License-Identifier: Apache-2.0

package isolation

import (
	"slices"
	"strings"
	"testing"

	"github.com/bailiwick-dev/bailiwick/tenant"
)

func TestTenantIDsAreDifferentAndFollowTheDefaultGrammar(t *testing.T) {
	ids := tenantIDs(maxTenants)
	if len(ids) != maxTenants {
		t.Fatalf("%d ids, want %d", len(ids), maxTenants)
	}
	seen := map[tenant.ID]bool{}
	for _, id := range ids {
		if _, err := (tenant.Grammar{}).Parse(string(id)); err != nil {
			t.Error(err)
		}
		if seen[id] {
			t.Errorf("%s occurs twice", id)
		}
		seen[id] = true
	}
	if few := tenantIDs(30); !slices.Equal(few, ids[:30]) {
		t.Errorf("30 ids are %v, not the first of more", few)
	}
}

func TestTheBeginsWithLeakHasItsNeighbours(t *testing.T) {
	ids := tenantIDs(minTenants)
	if ids[intruder] != "company1" || ids[intruded] != "company10" {
		t.Errorf("%v do not begin with company1 and company10", ids)
	}
}

func TestOthersIncludeAPrefixNeighbourWhereThereIsOne(t *testing.T) {
	for _, n := range []int{minTenants, 12, DefaultTenants} {
		ids := tenantIDs(n)
		for i, id := range ids {
			chosen := others(ids, i, 3)
			if len(chosen) != 3 {
				t.Fatalf("of %d, %s has %d others, want 3", n, id, len(chosen))
			}
			if slices.Contains(chosen, i) || len(slices.Compact(slices.Sorted(slices.Values(chosen)))) != 3 {
				t.Errorf("of %d, the others of %s are %v", n, id, chosen)
			}
			near := func(other tenant.ID) bool {
				return other != id && (strings.HasPrefix(string(id), string(other)) || strings.HasPrefix(string(other), string(id)))
			}
			chosenIsNear := func(j int) bool { return near(ids[j]) }
			if slices.ContainsFunc(ids, near) && !slices.ContainsFunc(chosen, chosenIsNear) {
				t.Errorf("of %d, the others of %s have no prefix neighbour though there is one", n, id)
			}
		}
	}
}

func TestOthersAreAllThereAreIfMoreAreAskedFor(t *testing.T) {
	if got := others(tenantIDs(4), 2, 9); len(got) != 3 {
		t.Errorf("others are %v, want 3 of them", got)
	}
}

// everyTenant is tried by somebody, or its isolation would go unseen.
func TestEveryTenantIsTriedBySomebody(t *testing.T) {
	ids := tenantIDs(DefaultTenants)
	tried := map[int]bool{}
	for i := range ids {
		for _, j := range others(ids, i, 3) {
			tried[j] = true
		}
	}
	if len(tried) != len(ids) {
		t.Errorf("%d tenants of %d are tried", len(tried), len(ids))
	}
}
