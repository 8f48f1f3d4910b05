// SPDX-License-Identifier: Apache-2.0

package dynamodb

import (
	"github.com/bailiwick-dev/bailiwick/internal/storage"
)

// A mark says that a chore is to look at a table. It is set by the call that
// makes the work, in its transaction, and cleared by the chore once there is none
// left, or no such table: a mark is only where to look, the table's record says
// what there is to do.
type mark struct{ Account, Region, Name string }

// A markTable holds the marks of one chore, by account, region and name of the
// table.
type markTable struct{ storage.Table[mark] }

var (
	filling  = markTable{storage.NewTable[mark]("dynamodb/filling")}  // see fill
	counting = markTable{storage.NewTable[mark]("dynamodb/counting")} // see usageFolder
	expiring = markTable{storage.NewTable[mark]("dynamodb/expiring")} // see expire
)

// span returns the span of the table's mark.
func (m markTable) span(ref tableRef) storage.Span {
	return m.One(true, ref.account, ref.region, ref.name)
}

// set marks the table.
func (m markTable) set(tx *storage.Tx, ref tableRef) error {
	return m.Put(tx, mark{ref.account, ref.region, ref.name}, ref.account, ref.region, ref.name)
}

// clear removes the table's mark.
func (m markTable) clear(tx *storage.Tx, ref tableRef) error {
	return m.Delete(tx, ref.account, ref.region, ref.name)
}

// all returns the tables that are marked.
func (m markTable) all(tx *storage.Tx) (refs []tableRef, err error) {
	for r, err := range m.Scan(tx, "") {
		if err != nil {
			return nil, err
		}
		refs = append(refs, tableRef{account: r.Account, region: r.Region, name: r.Name})
	}
	return refs, nil
}
