// SPDX-License-Identifier: Apache-2.0

package pebble

import (
	"bytes"
	"sync/atomic"
)

const (
	// maxSmall is the size of the largest value that is remembered, in bytes:
	// counters, such as those that every call reads to see whether what it
	// remembers still holds. Once those have left the table of recent writes,
	// the engine takes as long for them as for the rest of a call.
	maxSmall = 16
	// smallCount is how many are remembered, a power of two.
	smallCount = 1 << 12
)

// smallValues remembers small values as they were last read.
type smallValues [smallCount]atomic.Pointer[smallValue]

// smallValue is the value of key, as long as its slot was last written as that
// version. It never changes.
type smallValue struct {
	key, val []byte
	written  uint64
}

// get returns the value of key if it is remembered as of written, the version
// at which its slot was last written.
func (s *smallValues) get(key []byte, slot uint32, written uint64) ([]byte, bool) {
	v := s[slot&(smallCount-1)].Load()
	if v == nil || v.written != written || !bytes.Equal(v.key, key) {
		return nil, false
	}
	return v.val, true
}

// put remembers val, which nobody may change, in the place of any other.
func (s *smallValues) put(key, val []byte, slot uint32, written uint64) {
	if len(val) <= maxSmall {
		s[slot&(smallCount-1)].Store(&smallValue{bytes.Clone(key), val, written})
	}
}
