// SPDX-License-Identifier: Apache-2.0

package pebble

import (
	"bytes"
	"sync/atomic"
)

const (
	// maxRemembered is the size of the largest key and value that are remembered, in
	// bytes together.
	maxRemembered = 4 << 10
	// rememberedCount is how many are remembered, a power of two: 64 MiB at most.
	rememberedCount = 1 << 14
)

// remembered holds values as they were last read, or written since. Once those have
// left the engine's table of recent writes, which the log of decisions soon fills, it
// looks for them in every table that may hold them.
type remembered [rememberedCount]atomic.Pointer[memory]

// A memory is the value of key, as long as its slot was last written as that version.
// It never changes.
type memory struct {
	key, val []byte
	written  uint64
}

// place returns where the value of a key in the slot is remembered.
func (r *remembered) place(slot uint32) *atomic.Pointer[memory] {
	return &r[slot&(rememberedCount-1)]
}

// get returns the value of key if it is remembered as of written, the version
// at which its slot was last written.
func (r *remembered) get(key []byte, slot uint32, written uint64) ([]byte, bool) {
	m := r.place(slot).Load()
	if m == nil || m.written != written || !bytes.Equal(m.key, key) {
		return nil, false
	}
	return m.val, true
}

// put remembers val, which nobody may change, in the place of any other.
func (r *remembered) put(key, val []byte, slot uint32, written uint64) {
	if len(key)+len(val) <= maxRemembered {
		r.place(slot).Store(&memory{bytes.Clone(key), val, written})
	}
}

// renew remembers what was written of a key that is remembered already. Most of what is
// written is never read by its key.
func (r *remembered) renew(w *write, version uint64) {
	p := r.place(w.slot)
	if m := p.Load(); m == nil || w.deleted || len(w.key)+len(w.val) > maxRemembered || !bytes.Equal(m.key, w.key) {
		return
	}
	p.Store(&memory{w.key, w.val, version})
}
