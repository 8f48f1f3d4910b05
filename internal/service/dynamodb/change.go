// SPDX-License-Identifier: Apache-2.0

package dynamodb

import (
	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/attr"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
)

// A change puts an item in the place of another. Either may be none, which has
// no attributes.
type change struct {
	old, new         attr.Item
	oldSize, newSize int // in bytes
}

func newChange(old, new attr.Item) change {
	return change{old, new, sizeOf(old), sizeOf(new)}
}

// write makes the change at key, which is where old is.
func (c change) write(tx *storage.Tx, key []byte) error {
	switch {
	case c.new.Len() > 0:
		return tx.Put(key, c.new.Stored())
	case c.old.Len() > 0:
		return tx.Delete(key)
	}
	return nil
}

// count returns what the change does to the counts of the table.
func (c change) count() count {
	n := count{bytes: int64(c.newSize - c.oldSize)}
	if c.old.Len() > 0 {
		n.items--
	}
	if c.new.Len() > 0 {
		n.items++
	}
	return n
}

// units returns the write capacity that the change takes.
func (c change) units() float64 { return float64(steps(max(c.oldSize, c.newSize), writeStep)) }
