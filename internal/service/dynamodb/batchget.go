// SPDX-License-Identifier: Apache-2.0

package dynamodb

import (
	"context"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/attr"
	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/expr"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
)

const (
	// maxBatchGet is how many keys a BatchGetItem may have.
	maxBatchGet = 100
	// maxBatchAnswer is how many bytes of items it reads at most. The keys of items
	// beyond are handed back: by AWS's documentation, all but 52 of items of 300 KB.
	maxBatchAnswer = 16_000_000
)

// A batchGetTable is the part of a batch that is for one table.
type batchGetTable struct {
	name       string // as the caller wrote it
	ref        tableRef
	in         keysAndAttributes
	keys       []attr.Item
	projection *expr.Projection
	target     target
}

func errDuplicateKeys() error { return invalid("Provided list of item keys contains duplicates") }

func (s *service) batchGetItemNeeds(_ context.Context, c *awsapi.Call, in *batchGetItemInput) ([]awsapi.Need, error) {
	needs := make([]awsapi.Need, len(in.tables))
	for i := range in.tables {
		b := &in.tables[i]
		var err error
		if b.target, err = s.target(c, b.ref); err != nil {
			return nil, err
		}
		keys := &conditions{
			leading: b.target.leading(b.keys...),
			attributes: func() []string {
				return names(b.keys, projectionPaths(b.projection).Attributes())
			},
			selects:        selectOf(b.projection),
			returnCapacity: orNone(in.ReturnConsumedCapacity),
		}
		needs[i] = b.target.need("BatchGetItem", keys, b.target.open(false, b.keys...)...)
	}
	return needs, nil
}

func (s *service) batchGetItem(ctx context.Context, c *awsapi.Call, in *batchGetItemInput) (*batchGetItemOutput, error) {
	for i := range in.tables {
		if in.tables[i].target.table == nil {
			return nil, errNoTable()
		}
	}
	for i := range in.tables {
		if err := in.tables[i].checkKeys(); err != nil {
			return nil, err
		}
	}
	out := &batchGetItemOutput{Responses: map[string][]item{}, UnprocessedKeys: map[string]unprocessedKeys{}}
	left := maxBatchAnswer
	for i := range in.tables {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		b := &in.tables[i]
		r, err := b.read(c.Tx, &left)
		if err != nil {
			return nil, err
		}
		out.Responses[b.name] = r.items
		if len(r.unprocessed) > 0 {
			out.UnprocessedKeys[b.name] = b.again(r.unprocessed)
		}
		if used := consumed(in.ReturnConsumedCapacity, b.name, charge{table: r.units}); used != nil {
			out.ConsumedCapacity = append(out.ConsumedCapacity, *used)
		}
	}
	return out, nil
}

// checkKeys checks keys and paths against the key of the table.
func (b *batchGetTable) checkKeys() error {
	schema := b.target.table.schema
	for _, key := range b.keys {
		if err := schema.CheckKey(key); err != nil {
			return validation(err)
		}
	}
	return b.target.table.checkPaths(projectionPaths(b.projection))
}

// batchRead is what a batch has read of one table.
type batchRead struct {
	items       []item
	unprocessed []item // keys
	units       float64
}

// read reads the items of the part, as long as left, the bytes that may still
// be answered, isn't negative.
func (b *batchGetTable) read(tx *storage.Tx, left *int) (*batchRead, error) {
	out := &batchRead{items: []item{}}
	found := make([]bool, len(b.keys))
	err := tx.GetMany(b.target.at, func(i int, val []byte) error {
		found[i] = true
		var it attr.Item
		if *left >= 0 {
			var err error
			if it, err = attr.ParseItem(val); err != nil {
				return err
			}
			*left -= it.Size()
		}
		if *left < 0 { // neither this one fits, nor what follows
			out.unprocessed = append(out.unprocessed, item{b.keys[i]})
			return nil
		}
		out.items = append(out.items, item{project(b.projection, it)})
		b.took(out, it, i)
		return nil
	})
	for i, found := range found {
		if !found {
			b.took(out, attr.Item{}, i)
		}
	}
	return out, err
}

// took adds the capacity that looking up the item of key i has taken, which may be
// none.
func (b *batchGetTable) took(out *batchRead, it attr.Item, i int) {
	units := readUnits(sizeOf(it), b.in.ConsistentRead)
	out.units += units
	b.target.table.readItem(it, b.keys[i], units)
}

// again returns the part of a batch that asks for the keys as b does.
func (b *batchGetTable) again(keys []item) unprocessedKeys {
	return unprocessedKeys{
		Keys:                     keys,
		ConsistentRead:           b.in.ConsistentRead,
		ProjectionExpression:     b.in.ProjectionExpression,
		ExpressionAttributeNames: b.in.ExpressionAttributeNames,
		AttributesToGet:          b.in.AttributesToGet,
	}
}
