// SPDX-License-Identifier: Apache-2.0

package dynamodb

import "github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/attr"

// Capacity units are counted as AWS does ("Read and write operations",
// DynamoDB developer guide).
const (
	readStep  = 4096 // bytes of one read unit
	writeStep = 1024
)

// readUnits returns what reading size bytes at once takes: half as much if it
// may be eventually consistent.
func readUnits(size int, consistent *bool) float64 {
	units := float64(steps(size, readStep))
	if consistent == nil || !*consistent {
		units /= 2
	}
	return units
}

// sizeOf returns the size of an item in bytes; that of none is 0.
func sizeOf(it attr.Item) int {
	if it.Len() == 0 {
		return 0
	}
	return it.Size()
}

// steps returns how many steps cover size bytes; one at least.
func steps(size, step int) int { return max(1, (size+step-1)/step) }

// A charge is the capacity that a call takes of a table and its indexes.
type charge struct {
	table   float64
	indexes []indexCharge
}

type indexCharge struct {
	index *index
	units float64
}

// index adds what the call takes of an index.
func (c *charge) index(ix *index, units float64) {
	if units == 0 {
		return
	}
	for i := range c.indexes {
		if c.indexes[i].index == ix {
			c.indexes[i].units += units
			return
		}
	}
	c.indexes = append(c.indexes, indexCharge{ix, units})
}

// total returns the capacity of table and indexes together.
func (c *charge) total() float64 {
	total := c.table
	for _, i := range c.indexes {
		total += i.units
	}
	return total
}

// consumed returns the capacity that a call reports for a table, by its
// ReturnConsumedCapacity; nil if the caller doesn't want to know. The table is
// named as the caller did.
func consumed(mode *string, table string, used charge) *consumedCapacity {
	m := orNone(mode)
	if m == none {
		return nil
	}
	out := &consumedCapacity{TableName: &table, CapacityUnits: new(used.total())}
	if m == "TOTAL" {
		return out
	}
	out.Table = &capacity{CapacityUnits: &used.table}
	for _, i := range used.indexes {
		arms := &out.GlobalSecondaryIndexes
		if i.index.Local {
			arms = &out.LocalSecondaryIndexes
		}
		if *arms == nil {
			*arms = map[string]capacity{}
		}
		(*arms)[i.index.Name] = capacity{CapacityUnits: &i.units}
	}
	return out
}
