// SPDX-License-Identifier: Apache-2.0

package dynamodb

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/bailiwick-dev/bailiwick/internal/storage"
)

// How many items a table has, and their size, is the sum of its counts. A
// record that every write changes would make all writes wait for each other, so
// each transaction adds a record of its own instead: a count, under its time
// and a random number. Counts are commutative and never change once written.
//
// One write in foldEvery also folds: it replaces the oldest counts by their
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

// A count is a change of a table's number of items and of their size in bytes.
type count struct{ items, bytes int64 }

func (c *count) add(d count) { c.items, c.bytes = c.items+d.items, c.bytes+d.bytes }

func (c count) encode() []byte {
	return binary.AppendVarint(binary.AppendVarint(nil, c.items), c.bytes)
}

func decodeCount(b []byte) (c count, err error) {
	items, n := binary.Varint(b)
	if n > 0 {
		size, m := binary.Varint(b[n:])
		if m > 0 && n+m == len(b) {
			return count{items, size}, nil
		}
	}
	return count{}, fmt.Errorf("count of a table: %w", storage.ErrCorrupt)
}

// record writes c as part of tx, at the call's time.
func (t *table) record(tx *storage.Tx, c count, now time.Time) error {
	if c != (count{}) {
		if err := tx.Put(t.countKey(now, true), c.encode()); err != nil {
			return err
		}
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
	var sum count
	var keys [][]byte
	lo := t.counts
	if first := t.firstCount.Load(); first != nil && rand.N(foldAll) > 0 {
		lo = *first
	}
	c := tx.Scan(storage.Range{Lo: lo, Hi: t.countKey(before, false), Prefetch: foldMost})
	defer c.Close()
	for len(keys) < foldMost && c.Next() {
		d, err := decodeCount(c.Value())
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
	last := len(keys) - 1
	for _, key := range keys[:last] {
		if err := tx.Delete(key); err != nil {
			return err
		}
	}
	return tx.Put(keys[last], sum.encode())
}

// total returns the sum of the table's counts.
func (t *table) total(tx *storage.Tx) (sum count, err error) {
	c := tx.Scan(storage.Range{Lo: t.counts, Hi: storage.PrefixEnd(t.counts)})
	defer c.Close()
	for c.Next() {
		d, err := decodeCount(c.Value())
		if err != nil {
			return count{}, err
		}
		sum.add(d)
	}
	return sum, c.Close()
}
