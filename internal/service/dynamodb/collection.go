// SPDX-License-Identifier: Apache-2.0

package dynamodb

import (
	"slices"

	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/attr"
)

// collection returns the metrics of the item collection that a write of an item
// touches, by the call's ReturnItemCollectionMetrics: nil if the call doesn't ask,
// or the table has no local indexes. The estimate is that of a collection smaller
// than a gigabyte; there is no limit on one here.
func (t *table) collection(mode *string, it attr.Item) *itemCollectionMetrics {
	if orNone(mode) == none || !slices.ContainsFunc(t.indexes, func(ix *index) bool { return ix.Local }) {
		return nil
	}
	return &itemCollectionMetrics{
		ItemCollectionKey:   &item{it.Pick(t.hash().Name)},
		SizeEstimateRangeGB: []float64{0, 1},
	}
}

// collections adds to all the metrics of the collections that the items are of,
// each once.
func (t *table) collections(all map[string][]itemCollectionMetrics, mode *string, items []attr.Item) map[string][]itemCollectionMetrics {
	seen := map[string]bool{}
	for _, it := range items {
		m := t.collection(mode, it)
		if m == nil || seen[string(m.ItemCollectionKey.Stored())] {
			continue
		}
		seen[string(m.ItemCollectionKey.Stored())] = true
		if all == nil {
			all = map[string][]itemCollectionMetrics{}
		}
		all[t.Name] = append(all[t.Name], *m)
	}
	return all
}
