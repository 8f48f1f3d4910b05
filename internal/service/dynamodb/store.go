// SPDX-License-Identifier: Apache-2.0

package dynamodb

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/bailiwick-dev/bailiwick/arn"
	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/attr"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
	"github.com/bailiwick-dev/bailiwick/policy"
)

// tables holds a record for each table, by account, region and name.
var tables = storage.NewTable[tableRecord]("dynamodb/table")

// A tableRecord is all that is kept of a table besides its items.
type tableRecord struct {
	Name               string
	ID                 tableID
	Created            time.Time
	Keys               []keyRecord // partition key first
	BillingMode        string
	ReadUnits          int64
	WriteUnits         int64
	Class              string    `json:",omitzero"` // as given, or ""
	ClassChanged       time.Time `json:",omitzero"` // when it was given for the table that there was
	DeletionProtection bool      `json:",omitzero"`
	Tags               []awsapi.Tag

	Throughput    throughputRecord `json:",omitzero"`
	OnDemandSince time.Time        `json:",omitzero"` // if it ever was on demand

	Indexes   []indexRecord `json:",omitzero"` // in the order in which they were made
	NextIndex uint32        `json:",omitzero"` // the ID of the next index

	Stream     *streamRecord `json:",omitzero"` // nil if there is none, or it is switched off
	LastStream string        `json:",omitzero"` // the label of the stream that there is or was last
	TTL        *ttlRecord    `json:",omitzero"`
	Policy     *policyRecord `json:",omitzero"`
	Usage      *usageRecord  `json:",omitzero"`
}

// A keyRecord is an attribute of a table's key.
type keyRecord struct{ Name, Type string }

// A tableID tells a table from every other there was or will be, those of the
// same name included. The keys of its items have it after account and region.
type tableID [16]byte

// newTableID returns a random UUID, version 4.
func newTableID() tableID {
	var id tableID
	rand.Read(id[:])
	id[6] = id[6]&0x0f | 0x40
	id[8] = id[8]&0x3f | 0x80
	return id
}

// String returns the id in the form of a UUID.
func (id tableID) String() string {
	s := hex.EncodeToString(id[:])
	return s[:8] + "-" + s[8:12] + "-" + s[12:16] + "-" + s[16:20] + "-" + s[20:]
}

// MarshalText and UnmarshalText keep the id as hexadecimal digits.
func (id tableID) MarshalText() ([]byte, error) { return hex.AppendEncode(nil, id[:]), nil }

// UnmarshalText implements [encoding.TextUnmarshaler].
func (id *tableID) UnmarshalText(text []byte) error {
	if len(text) != 2*len(id) {
		return fmt.Errorf("table id of %d bytes", len(text))
	}
	_, err := hex.Decode(id[:], text)
	return err
}

// What lies under a table's id. What is derived from the items, and written
// with them, lies together.
const (
	itemsPart    = 0x00
	indexesPart  = 0x01 // entries of indexes, by the ID of the index
	expiriesPart = 0x02
	derivedEnd   = 0x10
	usagePart    = 0x10
	backfillPart = 0x11 // how far what is being derived has come
	countsPart   = 0xff
)

// A table is a table's record, made ready for use. It is shared by calls and
// never changed, but for what is only a hint.
type table struct {
	tableRecord
	ref     tableRef
	arn     arn.ARN
	schema  attr.Schema
	indexes []*index
	prefix  []byte       // of all keys of the table
	items   []byte       // prefix of the keys of its items
	counts  []byte       // prefix of the keys of its counts
	derived storage.Span // what is derived from its items: to be written only
	stream  []byte       // prefix of the keys of its stream's records; nil if it has none
	usage   *usage       // nil if its use isn't counted per tenant
	policy  *policy.Policy
	reads   *gatheredReads

	firstCount atomic.Pointer[[]byte] // the key of the first count that the latest fold found
}

func newTable(ref tableRef, r tableRecord) (_ *table, err error) {
	t := &table{tableRecord: r, ref: ref, arn: ref.arn()}
	if len(r.Keys) < 1 || len(r.Keys) > 2 {
		return nil, fmt.Errorf("key of %d attributes: %w", len(r.Keys), storage.ErrCorrupt)
	}
	if t.schema.Hash, err = keyAttributes(r.Keys[:1]); err != nil {
		return nil, err
	}
	if t.schema.Range, err = keyAttributes(r.Keys[1:]); err != nil {
		return nil, err
	}
	t.prefix = storage.AppendString([]byte{byte(storage.Data)}, ref.account)
	t.prefix = append(storage.AppendString(t.prefix, ref.region), r.ID[:]...)
	t.items = t.part(itemsPart)
	t.counts = t.part(countsPart)
	t.derived = storage.Span{Lo: t.part(indexesPart), Hi: t.part(derivedEnd), Write: true, Blind: true}
	if r.Stream != nil {
		t.stream = append(streamPrefix(ref, r.Stream.ID), recordsPart)
	}
	for i := range r.Indexes {
		ix, err := newIndex(t, &t.Indexes[i])
		if err != nil {
			return nil, err
		}
		t.indexes = append(t.indexes, ix)
	}
	t.usage = newUsage(t, r.Usage)
	if t.policy, err = r.Policy.compile(t.arn.String()); err != nil {
		return nil, err
	}
	return t, nil
}

// part returns the prefix of the keys of a part of the table.
func (t *table) part(p byte) []byte { return append(bytes.Clone(t.prefix), p) }

// keyAttributes returns the attributes of a key as package attr has them.
func keyAttributes(keys []keyRecord) ([]attr.KeyAttribute, error) {
	var out []attr.KeyAttribute
	for _, k := range keys {
		typ, ok := attr.TypeNamed(k.Type)
		if !ok || !typ.IsKey() {
			return nil, fmt.Errorf("key of type %q: %w", k.Type, storage.ErrCorrupt)
		}
		out = append(out, attr.KeyAttribute{Name: k.Name, Type: typ})
	}
	return out, nil
}

// owns returns the spans of the account's tables and of everything in them.
func owns(account string) []storage.Span {
	return []storage.Span{
		tables.Under(true, account),
		streams.Under(true, account),
		tokens.Under(true, account),
		counting.Under(true, account),
		expiring.Under(true, account),
		filling.Under(true, account),
		under(storage.AppendString([]byte{byte(storage.Data)}, account), true),
	}
}

// hash returns the attribute that is the partition key.
func (t *table) hash() attr.KeyAttribute { return t.schema.Hash[0] }

// keyRoom is what most keys take after their table's prefix, in bytes.
const keyRoom = 64

// maxKey is more than any key takes after its table's prefix, in bytes: 2048 of a
// partition key and 1024 of a sort key, in groups of eight that take nine.
const maxKey = 8 << 10

// key returns where the item with that key is, or nil if the key isn't one of
// the table's. It is of another type then, or far too long for the store to be
// asked for it.
func (t *table) key(it attr.Item) []byte {
	key, ok := t.schema.AppendKey(append(make([]byte, 0, len(t.items)+keyRoom), t.items...), it)
	if !ok || len(key)-len(t.items) > maxKey {
		return nil
	}
	return key
}

// lookup finds the table that ref names, as tx sees it; nil if there is none.
// ref must be resolved.
func (s *service) lookup(tx *storage.Tx, ref tableRef) (*table, error) {
	t, err := s.tables.Get(tx, ref.account, ref.region+"/"+ref.name, func(tx *storage.Tx) (*table, error) {
		r, err := tables.Get(tx, ref.account, ref.region, ref.name)
		if err != nil {
			return nil, err
		}
		t, err := newTable(ref, r)
		if err != nil {
			return nil, err
		}
		t.reads = s.reads
		return t, nil
	})
	if errors.Is(err, storage.ErrNotFound) {
		return nil, nil
	}
	return t, err
}

// one returns the span of exactly the key.
func one(key []byte, write bool) storage.Span {
	next := make([]byte, len(key)+1) // the key, and a zero: nothing lies between
	copy(next, key)
	return storage.Span{Lo: key, Hi: next, Write: write}
}

// under returns the span of all keys that begin with prefix.
func under(prefix []byte, write bool) storage.Span {
	return storage.Span{Lo: prefix, Hi: storage.PrefixEnd(prefix), Write: write}
}

// load returns the item at key, and the zero Item if there is none. Items that
// are have attributes: those of their key.
func load(tx *storage.Tx, key []byte) (attr.Item, error) {
	val, err := tx.Get(key)
	if errors.Is(err, storage.ErrNotFound) {
		return attr.Item{}, nil
	}
	if err != nil {
		return attr.Item{}, err
	}
	return attr.ParseItem(val)
}
