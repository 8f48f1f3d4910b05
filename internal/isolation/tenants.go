// SPDX-License-Identifier: Apache-2.0

package isolation

import (
	"fmt"
	"strings"

	"github.com/bailiwick-dev/bailiwick/tenant"
)

// named are the tenants that every world begins with, as far as it has room:
// most of them begin like another.
var named = []tenant.ID{
	"company1", "company10", "company100", "company1000",
	"yellow", "yellowstone", "blue", "bluebird",
	"acme", "acme2", "acmeeurope", "globex", "globexlogistics",
	"northwind", "northwindtraders", "initech", "umbrella", "umbrellacorp",
	"wonka", "stark", "starkindustries", "wayne", "wayneshipping", "hooli",
}

// tenantIDs returns n different ids, prefixes of each other among them. Fewer
// are a beginning of more.
func tenantIDs(n int) []tenant.ID {
	ids := make([]tenant.ID, 0, n)
	seen := make(map[tenant.ID]bool, n)
	add := func(id tenant.ID) {
		if len(ids) < n && !seen[id] {
			seen[id] = true
			ids = append(ids, id)
		}
	}
	for _, id := range named {
		add(id)
	}
	for k := 2; len(ids) < n; k++ {
		add(tenant.ID(fmt.Sprintf("company%d", k)))
		add(tenant.ID(fmt.Sprintf("company%d0", k)))
		add(tenant.ID(fmt.Sprintf("company%d00", k)))
	}
	return ids
}

// others returns up to n tenants other than ids[i], by their index, whose data
// ids[i] is to try: first one whose id goes on where its own ends, then one
// whose id its own goes on from, as far as there are such, and then others from
// all over.
func others(ids []tenant.ID, i, n int) []int {
	n = min(n, len(ids)-1)
	var chosen []int
	taken := map[int]bool{i: true}
	add := func(j int) {
		if len(chosen) < n && !taken[j] {
			taken[j] = true
			chosen = append(chosen, j)
		}
	}
	longer := func(a, b tenant.ID) bool { return a != b && strings.HasPrefix(string(a), string(b)) }
	if j, ok := find(ids, func(id tenant.ID) bool { return longer(id, ids[i]) }); ok {
		add(j)
	}
	if j, ok := find(ids, func(id tenant.ID) bool { return longer(ids[i], id) }); ok {
		add(j)
	}
	for step := 1; len(chosen) < n; step++ {
		add((i + step*step) % len(ids))
		add((i + step) % len(ids))
	}
	return chosen
}

func find(ids []tenant.ID, f func(tenant.ID) bool) (int, bool) {
	for j, id := range ids {
		if f(id) {
			return j, true
		}
	}
	return 0, false
}
