// SPDX-License-Identifier: Apache-2.0

package dynamodb

import (
	"context"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/attr"
)

// maxBatchWrite is how many requests a BatchWriteItem may have.
const maxBatchWrite = 25

// A batchWriteTable is the part of a batch that is for one table.
type batchWriteTable struct {
	name   string // as the caller wrote it
	ref    tableRef
	in     []writeRequest
	writes []attr.Item // items to put, or keys to delete, in the order of in
	target target
}

// puts reports whether request i puts an item.
func (b *batchWriteTable) puts(i int) bool { return b.in[i].PutRequest != nil }

func (s *service) batchWriteItemNeeds(_ context.Context, c *awsapi.Call, in *batchWriteItemInput) ([]awsapi.Need, error) {
	needs := make([]awsapi.Need, len(in.tables))
	for i := range in.tables {
		b := &in.tables[i]
		var err error
		if b.target, err = s.target(c, b.ref); err != nil {
			return nil, err
		}
		keys := &conditions{
			leading:        b.target.leading(b.writes...),
			attributes:     func() []string { return names(b.writes) },
			returnCapacity: orNone(in.ReturnConsumedCapacity),
		}
		needs[i] = b.target.need("BatchWriteItem", keys, b.target.open(true, b.writes...)...)
	}
	return needs, nil
}

// batchWriteItem does all of the batch, in the call's one transaction, or
// nothing of it.
func (s *service) batchWriteItem(_ context.Context, c *awsapi.Call, in *batchWriteItemInput) (*batchWriteItemOutput, error) {
	for i := range in.tables {
		if in.tables[i].target.table == nil {
			return nil, errNoTable()
		}
	}
	if err := in.checkKeys(); err != nil {
		return nil, err
	}
	out := &batchWriteItemOutput{}
	for i := range in.tables {
		b := &in.tables[i]
		used, err := b.write(c)
		if err != nil {
			return nil, err
		}
		if used := consumed(in.ReturnConsumedCapacity, b.name, used); used != nil {
			out.ConsumedCapacity = append(out.ConsumedCapacity, *used)
		}
		out.ItemCollectionMetrics = b.target.table.collections(out.ItemCollectionMetrics, in.ReturnItemCollectionMetrics, b.writes)
	}
	return out, nil
}

// checkKeys checks the keys of the batch against the tables, and that none is
// there twice, by whatever name of its table.
func (in *batchWriteItemInput) checkKeys() error {
	for i := range in.tables {
		b := &in.tables[i]
		for j, it := range b.writes {
			check := b.target.table.schema.CheckKey
			if b.puts(j) {
				check = b.target.table.checkItem
			}
			if err := check(it); err != nil {
				return validation(err)
			}
		}
	}
	seen := make(map[string]bool, maxBatchWrite)
	for _, b := range in.tables {
		for _, at := range b.target.at {
			if seen[string(at)] {
				return errDuplicateKeys()
			}
			seen[string(at)] = true
		}
	}
	return nil
}

// write does the requests of the part and returns the capacity they take.
func (b *batchWriteTable) write(c *awsapi.Call) (used charge, err error) {
	w := b.target.table.writer(c.Tx, c.Time)
	for i, new := range b.writes {
		at := b.target.at[i]
		old, err := load(c.Tx, at)
		if err != nil {
			return used, err
		}
		if !b.puts(i) {
			new = attr.Item{}
		}
		if err := w.change(at, newChange(old, new)); err != nil {
			return used, err
		}
	}
	return w.used, w.done()
}
