// SPDX-License-Identifier: Apache-2.0

package dynamodb

import (
	"context"
	"maps"
	"slices"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/attr"
	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/expr"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
)

const (
	// maxBatchGet is how many keys a BatchGetItem may have.
	maxBatchGet = 100
	// maxBatchAnswer is how many bytes of items it reads. The keys of items
	// beyond are handed back.
	maxBatchAnswer = 16 << 20
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

// Validate implements [awsapi.Validator].
func (in *batchGetItemInput) Validate() error {
	var v violations
	v.enum(in.ReturnConsumedCapacity, "returnConsumedCapacity", returnConsumedCapacities)
	if in.RequestItems == nil {
		v.missing("requestItems")
	}
	v.tables(len(in.RequestItems), maxBatchGet)
	in.tables = in.tables[:0]
	for _, name := range slices.Sorted(maps.Keys(in.RequestItems)) {
		b := batchGetTable{name: name, ref: v.mapKey(name), in: in.RequestItems[name]}
		v.batchKeys(name, b.in.Keys)
		in.tables = append(in.tables, b)
	}
	if err := v.err(); err != nil {
		return err
	}
	if len(in.RequestItems) == 0 {
		return invalid("The requestItems parameter is required for BatchGetItem")
	}
	total := 0
	for i := range in.tables {
		if err := in.tables[i].check(); err != nil {
			return err
		}
		total += len(in.tables[i].keys)
	}
	if total > maxBatchGet {
		return invalid("Too many items requested for the BatchGetItem call")
	}
	return nil
}

// tables checks the number of tables in a batch.
func (v *violations) tables(n, most int) {
	if n > most {
		v.add("{…}", "requestItems", lengthAtMost(most))
	}
}

// mapKey checks the name of a table that is the key of a map.
func (v *violations) mapKey(name string) tableRef {
	ref, ok := parseTableRef(name)
	if !ok {
		v.add("{"+name+"=…}", "requestItems", "Map keys must satisfy constraint: ["+lengthAtMost(maxName)+", "+lengthAtLeast(minName)+
			", Member must satisfy regular expression pattern: "+namePattern+"]")
	}
	return ref
}

func (v *violations) batchKeys(table string, keys []itemInput) {
	path := "requestItems." + table + ".member.keys"
	switch n := len(keys); {
	case keys == nil:
		v.missing(path)
	case n == 0:
		v.add("[]", path, lengthAtLeast(1))
	case n > maxBatchGet:
		v.add("[…]", path, lengthAtMost(maxBatchGet))
	}
}

// check checks the part's keys and expressions.
func (b *batchGetTable) check() (err error) {
	if err := unsupported(member{"AttributesToGet", b.in.AttributesToGet}); err != nil {
		return err
	}
	projection := clause{"ProjectionExpression", b.in.ProjectionExpression}
	if err := checkClauses(b.in.ExpressionAttributeNames, itemInput{}, nil, projection); err != nil {
		return err
	}
	seen := make(map[string]bool, len(b.in.Keys))
	b.keys = make([]attr.Item, len(b.in.Keys))
	for i, key := range b.in.Keys {
		if b.keys[i], err = key.checked(); err != nil {
			return err
		}
	}
	for _, key := range b.keys {
		if seen[string(key.Stored())] {
			return errDuplicateKeys()
		}
		seen[string(key.Stored())] = true
	}
	b.projection, err = compileProjection(b.in.ProjectionExpression, b.in.ExpressionAttributeNames)
	return err
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
		if used := consumed(in.ReturnConsumedCapacity, b.name, r.units); used != nil {
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
	return validation(projectionPaths(b.projection).CheckKeys(schema))
}

// batchRead is what a batch has read of one table.
type batchRead struct {
	items       []item
	unprocessed []item // keys
	units       float64
}

// read reads the items of the part, as long as left, the bytes that may still
// be answered, reaches.
func (b *batchGetTable) read(tx *storage.Tx, left *int) (*batchRead, error) {
	out := &batchRead{items: []item{}}
	found := 0
	err := tx.GetMany(b.target.at, func(i int, val []byte) error {
		found++
		if *left == 0 {
			out.unprocessed = append(out.unprocessed, item{b.keys[i]})
			return nil
		}
		it, err := readItem(val)
		if err != nil {
			return err
		}
		*left = max(0, *left-it.Size()) // the item that reaches the limit is the last
		out.items = append(out.items, item{project(b.projection, it)})
		out.units += readUnits(it.Size(), b.in.ConsistentRead)
		return nil
	})
	out.units += float64(len(b.keys)-found) * readUnits(0, b.in.ConsistentRead)
	return out, err
}

// again returns the part of a batch that asks for the keys as b does.
func (b *batchGetTable) again(keys []item) unprocessedKeys {
	return unprocessedKeys{
		Keys:                     keys,
		ConsistentRead:           b.in.ConsistentRead,
		ProjectionExpression:     b.in.ProjectionExpression,
		ExpressionAttributeNames: b.in.ExpressionAttributeNames,
	}
}
