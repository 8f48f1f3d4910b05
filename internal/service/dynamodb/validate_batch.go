// SPDX-License-Identifier: Apache-2.0

package dynamodb

import (
	"fmt"
	"maps"
	"slices"

	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/attr"
)

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
		v.attributesToGet(b.in.AttributesToGet, "requestItems."+name+".member.attributesToGet")
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
	projection := clause{"ProjectionExpression", b.in.ProjectionExpression}
	if err := checkStyles([]clause{projection}, parameter{"AttributesToGet", b.in.AttributesToGet != nil}); err != nil {
		return err
	}
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
	if b.projection, err = attributesToGet(b.in.AttributesToGet); err != nil || b.projection != nil {
		return err
	}
	b.projection, err = compileProjection(b.in.ProjectionExpression, b.in.ExpressionAttributeNames)
	return err
}

// Validate implements [awsapi.Validator].
func (in *batchWriteItemInput) Validate() error {
	var v violations
	v.enum(in.ReturnConsumedCapacity, "returnConsumedCapacity", returnConsumedCapacities)
	v.enum(in.ReturnItemCollectionMetrics, "returnItemCollectionMetrics", returnCollectionMetrics)
	if in.RequestItems == nil {
		v.missing("requestItems")
	}
	v.tables(len(in.RequestItems), maxBatchWrite)
	in.tables = in.tables[:0]
	total := 0
	for _, name := range slices.Sorted(maps.Keys(in.RequestItems)) {
		b := batchWriteTable{name: name, ref: v.mapKey(name), in: in.RequestItems[name]}
		v.batchWrites(name, b.in)
		in.tables = append(in.tables, b)
		total += len(b.in)
	}
	if err := v.err(); err != nil {
		return err
	}
	switch {
	case len(in.RequestItems) == 0:
		return invalid("The requestItems parameter is required for BatchWriteItem")
	case total > maxBatchWrite:
		return invalid("Too many items requested for the BatchWriteItem call")
	}
	for i := range in.tables {
		if err := in.tables[i].check(); err != nil {
			return err
		}
	}
	return nil
}

func (v *violations) batchWrites(table string, requests []writeRequest) {
	if n := len(requests); n < 1 || n > maxBatchWrite {
		v.add("{"+table+"=[…]}", "requestItems", "Map value must satisfy constraint: ["+lengthAtMost(maxBatchWrite)+", "+lengthAtLeast(1)+"]")
		return
	}
	for i, r := range requests {
		path := fmt.Sprintf("requestItems.%s.member.%d.member.", table, i+1)
		if r.PutRequest != nil {
			v.item(r.PutRequest.Item, path+"putRequest.item")
		}
		if r.DeleteRequest != nil {
			v.item(r.DeleteRequest.Key, path+"deleteRequest.key")
		}
	}
}

// check checks the part's requests.
func (b *batchWriteTable) check() (err error) {
	for _, r := range b.in {
		if (r.PutRequest == nil) == (r.DeleteRequest == nil) {
			return invalid("Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes")
		}
	}
	b.writes = make([]attr.Item, len(b.in))
	for i, r := range b.in {
		if !b.puts(i) {
			if b.writes[i], err = r.DeleteRequest.Key.checked(); err != nil {
				return err
			}
			continue
		}
		if b.writes[i], err = r.PutRequest.Item.checked(); err != nil {
			return err
		}
		if err := b.writes[i].CheckSize(); err != nil {
			return validation(err)
		}
	}
	return nil
}
