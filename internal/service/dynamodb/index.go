// SPDX-License-Identifier: Apache-2.0

package dynamodb

import (
	"bytes"
	"errors"
	"fmt"
	"slices"

	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/attr"
	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/expr"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
)

// Values of ProjectionType.
const (
	projectAll     = "ALL"
	projectKeys    = "KEYS_ONLY"
	projectInclude = "INCLUDE"
)

// An indexRecord is all that is kept of a secondary index besides its entries.
type indexRecord struct {
	ID         uint32 // unlike that of every index that the table has or had
	Name       string
	Local      bool        `json:",omitzero"`
	Hash       []keyRecord // of local indexes, the table's partition key
	Range      []keyRecord `json:",omitzero"`
	Projection string
	NonKey     []string `json:",omitzero"` // with INCLUDE, sorted
	ReadUnits  int64    `json:",omitzero"`
	WriteUnits int64    `json:",omitzero"`

	Throughput throughputRecord `json:",omitzero"`

	// Building is set until the index has entries for the items that were there
	// before it. Writes keep it up from the beginning.
	Building bool `json:",omitzero"`
}

// record returns what the input says of the index. types are the types of the
// attributes that are defined.
func (in *globalSecondaryIndex) record(types map[string]string) indexRecord {
	r := newIndexRecord(*in.IndexName, in.KeySchema, types, in.Projection)
	if p := in.ProvisionedThroughput; p != nil {
		r.ReadUnits, r.WriteUnits = *p.ReadCapacityUnits, *p.WriteCapacityUnits
	}
	r.Throughput.limit(in.OnDemandThroughput)
	r.Throughput.warm(in.WarmThroughput)
	return r
}

func newIndexRecord(name string, schema []keySchemaElement, types map[string]string, p *projection) indexRecord {
	r := indexRecord{Name: name, Projection: *p.ProjectionType, NonKey: slices.Sorted(slices.Values(p.NonKeyAttributes))}
	keys, hashes := keyRecords(schema, types)
	r.Hash, r.Range = keys[:hashes], keys[hashes:]
	return r
}

// makesIndex reports whether an index of the table is being filled.
func (t *table) makesIndex() bool {
	return slices.ContainsFunc(t.Indexes, func(r indexRecord) bool { return r.Building })
}

// keyRecords returns the attributes of a key, and how many of them are the
// partition key's.
func keyRecords(schema []keySchemaElement, types map[string]string) (keys []keyRecord, hashes int) {
	for _, k := range schema {
		keys = append(keys, keyRecord{*k.AttributeName, types[*k.AttributeName]})
		if *k.KeyType == keyTypes[0] {
			hashes++
		}
	}
	return keys, hashes
}

// addIndex adds an index to the table, under an ID of its own.
func (r *tableRecord) addIndex(x indexRecord) *indexRecord {
	x.ID = r.NextIndex
	r.NextIndex++
	r.Indexes = append(r.Indexes, x)
	return &r.Indexes[len(r.Indexes)-1]
}

// dropIndex removes the index of that name from the table, if there is one.
func (r *tableRecord) dropIndex(name string) {
	r.Indexes = slices.DeleteFunc(slices.Clone(r.Indexes), func(x indexRecord) bool { return x.Name == name })
}

// An index is an index's record, made ready for use. It holds an entry for each
// item that has all attributes of its key: the part of the item that the index
// projects, under the index's key values and then the table's.
type index struct {
	*indexRecord
	table   *table
	at      int         // its place among the table's indexes
	schema  attr.Schema // of the index's own key
	names   []string    // of the attributes of both keys, the index's first
	entries []byte      // prefix of the keys of its entries

	projected []string // names of the attributes that entries have, sorted; nil for all
}

func newIndex(t *table, r *indexRecord) (_ *index, err error) {
	ix := &index{indexRecord: r, table: t, at: len(t.indexes)}
	if len(r.Hash) == 0 {
		return nil, fmt.Errorf("index without a key: %w", storage.ErrCorrupt)
	}
	if ix.schema.Hash, err = keyAttributes(r.Hash); err != nil {
		return nil, err
	}
	if ix.schema.Range, err = keyAttributes(r.Range); err != nil {
		return nil, err
	}
	ix.names = ix.schema.Names()
	for _, name := range t.schema.Names() {
		if !slices.Contains(ix.names, name) {
			ix.names = append(ix.names, name)
		}
	}
	ix.entries = storage.AppendUint32(t.part(indexesPart), r.ID)
	if r.Projection != projectAll {
		ix.projected = append(slices.Clone(ix.names), r.NonKey...)
		slices.Sort(ix.projected)
		ix.projected = slices.Compact(ix.projected)
	}
	return ix, nil
}

// index returns the table's index of that name, or nil.
func (t *table) index(name string) *index {
	for _, ix := range t.indexes {
		if ix.Name == name {
			return ix
		}
	}
	return nil
}

// projects reports whether entries have the attribute if the item does.
func (ix *index) projects(name string) bool {
	if ix.projected == nil {
		return true
	}
	_, ok := slices.BinarySearch(ix.projected, name)
	return ok
}

// key returns where the entry of an item with those attributes is, or nil if the
// index has none for it: an index is sparse. Items from before the index may have
// attributes that can't be keys.
func (ix *index) key(it attr.Item) []byte {
	if !ix.schema.Has(it) {
		return nil
	}
	key, ok := ix.schema.AppendKey(append(make([]byte, 0, len(ix.entries)+2*keyRoom), ix.entries...), it)
	if !ok {
		return nil
	}
	if key, ok = ix.table.schema.AppendValues(key, it); !ok {
		return nil
	}
	return key
}

// An entry is what an index has of an item; the zero entry is nothing.
type entry struct {
	key  []byte
	item attr.Item
}

// entry returns what the index has of the item, which may be none.
func (ix *index) entry(it attr.Item) entry {
	if it.Len() == 0 {
		return entry{}
	}
	switch key := ix.key(it); {
	case key == nil:
		return entry{}
	case ix.projected == nil:
		return entry{key, it}
	default:
		return entry{key, it.Pick(ix.projected...)}
	}
}

// units returns the write capacity that putting e in the place of old takes. An
// entry that moves is deleted and put again.
func (e entry) units(old entry) (units float64) {
	if old.key != nil && e.key != nil && bytes.Equal(old.key, e.key) {
		return float64(steps(max(old.item.Size(), e.item.Size()), writeStep))
	}
	for _, one := range []entry{old, e} {
		if one.key != nil {
			units += float64(steps(one.item.Size(), writeStep))
		}
	}
	return units
}

// update makes the change of an item in the index, and returns the capacity that
// it takes: none if the index doesn't see it.
func (w *writer) update(ix *index, ch change) (float64, error) {
	old, new := ix.entry(ch.old), ix.entry(ch.new)
	if ix.Building && old.key != nil {
		// An item from before the index may have no entry yet.
		if _, err := w.tx.Get(old.key); errors.Is(err, storage.ErrNotFound) {
			old = entry{}
		} else if err != nil {
			return 0, err
		}
	}
	moved := !bytes.Equal(old.key, new.key)
	if !moved && old.item.Equal(new.item) {
		return 0, nil
	}
	if moved && old.key != nil {
		if err := w.tx.Delete(old.key); err != nil {
			return 0, err
		}
	}
	if new.key != nil {
		if err := w.tx.Put(new.key, new.item.Stored()); err != nil {
			return 0, err
		}
	}
	w.sum.of(ix.ID).add(newChange(old.item, new.item).count())
	return new.units(old), nil
}

// checkItem refuses an item that can't be put into the table: one whose key
// attributes are missing, or no keys, or are no keys of an index that it is in.
func (t *table) checkItem(it attr.Item) error {
	if err := t.schema.CheckItem(it); err != nil {
		return validation(err)
	}
	for _, ix := range t.indexes {
		if err := ix.checkItem(it); err != nil {
			return err
		}
	}
	return nil
}

// checkPaths refuses paths into attributes of the table's key or an index's.
func (t *table) checkPaths(paths expr.Paths) error {
	if err := paths.CheckKeys(t.schema); err != nil {
		return validation(err)
	}
	for _, ix := range t.indexes {
		if err := paths.CheckIndexKeys(ix.schema); err != nil {
			return validation(err)
		}
	}
	return nil
}

func (ix *index) checkItem(it attr.Item) error {
	for _, keys := range [][]attr.KeyAttribute{ix.schema.Hash, ix.schema.Range} {
		for _, k := range keys {
			v, ok := it.Get(k.Name)
			switch {
			case !ok:
			case v.Type() != k.Type:
				return invalidParameters("Type mismatch for Index Key %s Expected: %s Actual: %s IndexName: %s", k.Name, k.Type, v.Type(), ix.Name)
			case emptyKey(v):
				return invalid("One or more parameter values are not valid. A value specified for a secondary index key is not supported. "+
					"The AttributeValue for a key attribute cannot contain an empty %s value. IndexName: %s, IndexKey: %s", kindOf(v), ix.Name, k.Name)
			}
		}
	}
	return ix.checkSizes(it)
}

// checkUpdated is checkItem for what an update has made of an item, which AWS
// refuses in other words.
func (ix *index) checkUpdated(it attr.Item) error {
	for _, keys := range [][]attr.KeyAttribute{ix.schema.Hash, ix.schema.Range} {
		for _, k := range keys {
			v, ok := it.Get(k.Name)
			switch {
			case !ok:
			case v.Type() != k.Type:
				return invalid("The update expression attempted to update the secondary index key to unsupported type")
			case emptyKey(v):
				return invalid("One or more parameter values are not valid. The update expression attempted to update a secondary index key to a value that is not supported. "+
					"The AttributeValue for a key attribute cannot contain an empty %s value.", kindOf(v))
			}
		}
	}
	return ix.checkSizes(it)
}

// checkSizes refuses index keys that are too long, of an item that is in the
// index.
func (ix *index) checkSizes(it attr.Item) error {
	sizes := [2]int{}
	for i, keys := range [][]attr.KeyAttribute{ix.schema.Hash, ix.schema.Range} {
		for _, k := range keys {
			v, ok := it.Get(k.Name)
			if !ok {
				return nil
			}
			sizes[i] += v.Size()
		}
	}
	return validation(attr.CheckKeySizes(sizes[0], sizes[1]))
}

func emptyKey(v attr.Value) bool { return v.Type() != attr.TypeN && len(v.Bytes()) == 0 }

// kindOf names what an empty key value is, as AWS does.
func kindOf(v attr.Value) string {
	if v.Type() == attr.TypeB {
		return "binary"
	}
	return "string"
}
