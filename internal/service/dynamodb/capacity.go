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

// consumed returns the capacity that a call reports for a table, by its
// ReturnConsumedCapacity; nil if the caller doesn't want to know. The table is
// named as the caller did.
func consumed(mode *string, table string, units float64) *consumedCapacity {
	switch orNone(mode) {
	case "TOTAL":
		return &consumedCapacity{TableName: &table, CapacityUnits: &units}
	case "INDEXES":
		return &consumedCapacity{TableName: &table, CapacityUnits: &units, Table: &capacity{&units}}
	}
	return nil
}
