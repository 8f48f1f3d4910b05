// SPDX-License-Identifier: Apache-2.0

package pebble

import (
	"bytes"
	"slices"

	"github.com/bailiwick-dev/bailiwick/internal/storage/driver"
)

// write is the last thing that a transaction did to a key.
type write struct {
	key, val []byte
	deleted  bool
	slot     uint32
}

// stamped is a write whose key isn't known before the commit.
type stamped struct {
	write
	at int // where in the key the stamp belongs
}

// buffer holds what a transaction wrote, one write for each key.
type buffer struct {
	writes  []write
	stamped []stamped
	size    int            // bytes ever put, a bound on what is held
	index   map[string]int // into writes, once there are many
}

// fewWrites is up to how many writes going through them beats a map.
const fewWrites = 8

// find returns the write to key, or nil.
func (b *buffer) find(key []byte) *write {
	if b.index != nil {
		if i, ok := b.index[string(key)]; ok {
			return &b.writes[i]
		}
		return nil
	}
	for i := range b.writes {
		if bytes.Equal(b.writes[i].key, key) {
			return &b.writes[i]
		}
	}
	return nil
}

// set records a write, of copies. Values that cursors were given before stay as
// they are.
func (b *buffer) set(key, val []byte, deleted bool, slot uint32) {
	b.size += len(key) + len(val)
	kv := make([]byte, len(key)+len(val))
	n := copy(kv, key)
	copy(kv[n:], val)
	w := write{key: kv[:n:n], val: kv[n:], deleted: deleted, slot: slot}
	if old := b.find(key); old != nil {
		*old = w
		return
	}
	b.writes = append(b.writes, w)
	switch {
	case b.index != nil:
		b.index[string(key)] = len(b.writes) - 1
	case len(b.writes) > fewWrites:
		b.index = make(map[string]int, 4*fewWrites)
		for i := range b.writes {
			b.index[string(b.writes[i].key)] = i
		}
	}
}

// setStamped records a write, of copies, whose key has a stamp between prefix
// and suffix.
func (b *buffer) setStamped(prefix, suffix, val []byte) {
	n := len(prefix) + driver.StampSize + len(suffix)
	b.size += n + len(val)
	kv := make([]byte, n+len(val))
	copy(kv, prefix)
	copy(kv[len(prefix)+driver.StampSize:], suffix)
	copy(kv[n:], val)
	b.stamped = append(b.stamped, stamped{write{key: kv[:n:n], val: kv[n:]}, len(prefix)})
}

// within returns the writes to keys in s, in order.
func (b *buffer) within(s span) []write {
	var out []write
	for i := range b.writes {
		if s.holds(b.writes[i].key) {
			out = append(out, b.writes[i])
		}
	}
	slices.SortFunc(out, func(x, y write) int { return bytes.Compare(x.key, y.key) })
	return out
}
