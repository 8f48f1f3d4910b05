// SPDX-License-Identifier: Apache-2.0

package dynamodb

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/bailiwick-dev/bailiwick/internal/storage"
)

// How many items a table and its indexes have, and their size, is the sum of
// its counts. A
// record that every write changes would make all writes wait for each other, so
// each transaction adds a record of its own instead: a count, under its time
// and a random number. Counts are commutative and never change once written.
//
// One count in foldEvery is written with a fold: it replaces the oldest counts by their
// sum. Those are older than foldAge, so that no transaction under way adds to
// the range that it reads; if one does, the store runs one of the two again,
// and the sum is right all the same. As a fold removes more counts than are
// added between two of them, what DescribeTable has to add up stays short.
//
// What is deleted slows down whoever scans across it until the store has cleaned
// up, so a fold begins where the one before found the first count. What is added
// before that, by a transaction that took long, waits for the fold in foldAll
// that begins at the beginning.
const (
	foldEvery = 64
	foldMost  = 4 * foldEvery
	foldAge   = 10 * time.Second
	foldAll   = 256
)

// A count is a change of a number of items and of their size in bytes.
type count struct{ items, bytes int64 }

func (c *count) add(d count) { c.items, c.bytes = c.items+d.items, c.bytes+d.bytes }

// counts are the changes of a table and of its indexes, by their ID.
type counts struct {
	table   count
	indexes []indexCount
}

type indexCount struct {
	id uint32
	count
}

// of returns the count of the index.
func (c *counts) of(id uint32) *count {
	for i := range c.indexes {
		if c.indexes[i].id == id {
			return &c.indexes[i].count
		}
	}
	c.indexes = append(c.indexes, indexCount{id: id})
	return &c.indexes[len(c.indexes)-1].count
}

func (c *counts) add(d *counts) {
	c.table.add(d.table)
	for _, i := range d.indexes {
		c.of(i.id).add(i.count)
	}
}

// none reports whether nothing has changed.
func (c *counts) none() bool {
	for _, i := range c.indexes {
		if i.count != (count{}) {
			return false
		}
	}
	return c.table == count{}
}

func (c *counts) encode() []byte {
	b := c.table.append(nil)
	for _, i := range c.indexes {
		b = i.append(binary.AppendUvarint(b, uint64(i.id)))
	}
	return b
}

func (c count) append(b []byte) []byte {
	return binary.AppendVarint(binary.AppendVarint(b, c.items), c.bytes)
}

func decodeCounts(b []byte) (*counts, error) {
	c := &counts{}
	rest, ok := c.table.take(b)
	for ok && len(rest) > 0 {
		id, n := binary.Uvarint(rest)
		if ok = n > 0 && id <= math.MaxUint32; ok {
			rest, ok = c.of(uint32(id)).take(rest[n:])
		}
	}
	if !ok {
		return nil, fmt.Errorf("count of a table: %w", storage.ErrCorrupt)
	}
	return c, nil
}

// take adds the count at the head of b and returns what follows.
func (c *count) take(b []byte) (rest []byte, ok bool) {
	items, n := binary.Varint(b)
	if n <= 0 {
		return nil, false
	}
	bytes, m := binary.Varint(b[n:])
	if m <= 0 {
		return nil, false
	}
	c.add(count{items, bytes})
	return b[n+m:], true
}

// record writes c as part of tx, at the call's time. Where nothing has changed
// there is nothing to write, or to fold: tx may not be one that writes.
func (t *table) record(tx *storage.Tx, c *counts, now time.Time) error {
	if c.none() {
		return nil
	}
	if err := tx.Put(t.countKey(now, true), c.encode()); err != nil {
		return err
	}
	if rand.N(foldEvery) == 0 {
		return t.fold(tx, now.Add(-foldAge))
	}
	return nil
}

// countKey returns the key of a count, or the lowest key of its time.
func (t *table) countKey(at time.Time, unique bool) []byte {
	key := bytes.Clone(t.counts)
	key = storage.AppendUint64(key, uint64(max(at.UnixMicro(), 0)))
	if !unique {
		return key
	}
	return storage.AppendUint64(key, rand.Uint64())
}

// fold replaces the oldest counts from before the given time by their sum,
// which takes the place of the newest of them.
func (t *table) fold(tx *storage.Tx, before time.Time) error {
	var sum counts
	var keys [][]byte
	lo := t.counts
	if first := t.firstCount.Load(); first != nil && rand.N(foldAll) > 0 {
		lo = *first
	}
	c := tx.Scan(storage.Range{Lo: lo, Hi: t.countKey(before, false), Prefetch: foldMost})
	defer c.Close()
	for len(keys) < foldMost && c.Next() {
		d, err := decodeCounts(c.Value())
		if err != nil {
			return err
		}
		sum.add(d)
		keys = append(keys, bytes.Clone(c.Key()))
	}
	if err := c.Close(); err != nil || len(keys) < 2 {
		return err
	}
	t.firstCount.Store(&keys[0])
	sum.indexes = slices.DeleteFunc(sum.indexes, func(c indexCount) bool {
		return !slices.ContainsFunc(t.indexes, func(ix *index) bool { return ix.ID == c.id }) // it has been dropped
	})
	last := len(keys) - 1
	for _, key := range keys[:last] {
		if err := tx.Delete(key); err != nil {
			return err
		}
	}
	return tx.Put(keys[last], sum.encode())
}

// total returns the sum of the table's counts.
func (t *table) total(tx *storage.Tx) (*counts, error) {
	sum := &counts{}
	c := tx.Scan(storage.Range{Lo: t.counts, Hi: storage.PrefixEnd(t.counts)})
	defer c.Close()
	for c.Next() {
		d, err := decodeCounts(c.Value())
		if err != nil {
			return nil, err
		}
		sum.add(d)
	}
	return sum, c.Close()
}
