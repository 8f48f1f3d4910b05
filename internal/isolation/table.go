// SPDX-License-Identifier: Apache-2.0

package isolation

import (
	"fmt"
	"math/rand/v2"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/bailiwick-dev/bailiwick/tenant"
)

type item = map[string]types.AttributeValue

// A table is one that all tenants share. Its partition key is the tenant's id.
type table struct {
	name            string
	partition, sort string // the key's attributes
	status          string // an attribute for updates to change
	index           string // nobody has permission for it
	sortKey         func(n int) string
	item            func(r *rand.Rand, id tenant.ID, n int) item // without its key
}

// The tables of the world: the shipments that a tracking service keeps for its
// tenants, and the employees of the tenants themselves.
var (
	trackingData = &table{
		name: "TrackingData", partition: "TenantID", sort: "ShipmentID", status: "Status", index: "ByStatus",
		sortKey: func(n int) string { return fmt.Sprintf("SHP-%07d", n+1) },
		item:    shipment,
	}
	employees = &table{
		name: "Employee", partition: "Tenant", sort: "Id", status: "Office", index: "ByOffice",
		sortKey: employeeID,
		item:    employee,
	}
	tables = []*table{trackingData, employees}
)

// A share is what one tenant has in one table, or ought to have: every item is
// made again from the seed when it is needed.
type share struct {
	*table
	tenant tenant.ID
	number uint64 // of the tenant
	seed   uint64
	count  int // of items
}

// share returns the part of t that belongs to the i-th tenant. A fifth of all
// items are employees, and all tenants have as many, give or take one.
func (w *World) share(t *table, i int) share {
	all := w.cfg.Items / len(w.tenants)
	if i < w.cfg.Items%len(w.tenants) {
		all++
	}
	count := max(all/5, 2)
	if t == trackingData {
		count = all - count
	}
	return share{table: t, tenant: w.tenants[i], number: uint64(i), seed: w.cfg.Seed, count: count}
}

// key returns the key of the item that has the sort key.
func (s share) key(sort string) item {
	return item{s.partition: text(string(s.tenant)), s.sort: text(sort)}
}

// seeded returns the n-th item.
func (s share) seeded(n int) item {
	r := rand.New(rand.NewPCG(s.seed, s.number<<32|uint64(n)))
	it := s.item(r, s.tenant, n)
	for name, v := range s.key(s.sortKey(n)) {
		it[name] = v
	}
	return it
}

// scratch returns the sort key of an item that a tenant writes and deletes
// again, and that the seed has none of. Different methods and k don't get into
// each other's way.
func scratch(m Method, k int) string { return fmt.Sprintf("probe-%s-%d", m, k) }
