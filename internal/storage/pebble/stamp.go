// SPDX-License-Identifier: Apache-2.0

package pebble

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/cockroachdb/pebble/v2"

	"github.com/bailiwick-dev/bailiwick/internal/storage/driver"
)

// stamps gives out the stamps of commits, one after the other. Which was the last
// is not written with each of them: the store keeps a ceiling that none has
// passed. The commit that is to pass it raises it, in the same batch, so that no
// stamp outlives its ceiling; and whoever opens the store goes on above that.
type stamps struct{ last, ceiling uint64 }

// stampLease is by how much the ceiling is raised.
const stampLease = 1 << 10

// ceilingKey is where the ceiling is: above every key and every bound that a
// caller can name.
var ceilingKey = bytes.Repeat([]byte{0xff}, driver.MaxKey+2)

// loadStamps goes on above the stamps of whoever had the store before.
func (s *store) loadStamps() error {
	val, closer, err := s.engine.Get(ceilingKey)
	if errors.Is(err, pebble.ErrNotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read the ceiling of stamps: %w", err)
	}
	defer closer.Close()
	if len(val) != driver.StampSize {
		return fmt.Errorf("the ceiling of stamps has %d bytes", len(val))
	}
	n := binary.BigEndian.Uint64(val)
	s.stamps = stamps{n, n}
	return nil
}

// stamp gives t a stamp, if it needs one: it puts it into the keys that wait for
// it, and those into b and among the writes of t. The caller must hold mu, and
// commit.
func (s *store) stamp(t *tx, b *pebble.Batch) error {
	if len(t.stamped) == 0 {
		return nil
	}
	next := stamps{s.stamps.last + 1, s.stamps.ceiling}
	before := len(t.writes)
	for i := range t.stamped {
		w := &t.stamped[i]
		binary.BigEndian.PutUint64(w.key[w.at:], next.last)
		w.slot = s.slots.slot(w.key)
		t.writes = append(t.writes, w.write)
	}
	if next.last > next.ceiling {
		next.ceiling += stampLease
		val := binary.BigEndian.AppendUint64(nil, next.ceiling)
		t.writes = append(t.writes, write{key: ceilingKey, val: val, slot: s.slots.slot(ceilingKey)})
	}
	if err := fill(b, t.writes[before:]); err != nil {
		return err
	}
	s.stamps = next
	return nil
}
