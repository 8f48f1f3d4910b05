// SPDX-License-Identifier: Apache-2.0

package pebble

import (
	"bytes"
	"encoding/binary"
	"hash/maphash"
	"sort"
	"sync/atomic"
)

// slotCount is the number of slots of the table, a power of two. Two keys in one
// slot can at worst cause a needless rerun or a needless wait.
const slotCount = 1 << 16

// queueCount is the number of queues for contended keys, a power of two.
const queueCount = 1 << 8

// slotTable tells when a key was last written. Keys that share a slot share the
// later of their versions, so it errs only towards later.
type slotTable struct {
	seed     maphash.Seed
	versions []atomic.Uint64
}

func (t *slotTable) init() {
	t.seed = maphash.MakeSeed()
	t.versions = make([]atomic.Uint64, slotCount)
}

func (t *slotTable) slot(key []byte) uint32 {
	return uint32(maphash.Bytes(t.seed, key) & (slotCount - 1))
}

// span is the keys in [lo, hi).
type span struct{ lo, hi []byte }

func (s *span) holds(key []byte) bool {
	return bytes.Compare(key, s.lo) >= 0 && bytes.Compare(key, s.hi) < 0
}

// generationSize is how many bytes of keys one generation of the log holds.
const generationSize = 512 << 10

// recentLog remembers the keys that the latest commits wrote, in two
// generations of which the older is forgotten as a whole. It is what range reads
// are checked against.
type recentLog struct{ old, cur generation }

// generation holds the keys of every commit after version from, up to the next
// generation's.
type generation struct {
	from  uint64
	marks []mark
	keys  []byte // each after its length in two bytes
}

// mark says where the keys of a commit begin.
type mark struct {
	version uint64
	at      int
}

// add appends a commit. Versions must rise.
func (r *recentLog) add(version uint64, writes []write) {
	size := 0
	for i := range writes {
		size += 2 + len(writes[i].key)
	}
	if len(r.cur.keys)+size > generationSize {
		r.old, r.cur = r.cur, generation{
			from: version - 1, marks: r.old.marks[:0], keys: r.old.keys[:0],
		}
	}
	if size > generationSize {
		r.forget(version)
		return
	}
	r.cur.marks = append(r.cur.marks, mark{version, len(r.cur.keys)})
	for i := range writes {
		r.cur.keys = binary.BigEndian.AppendUint16(r.cur.keys, uint16(len(writes[i].key)))
		r.cur.keys = append(r.cur.keys, writes[i].key...)
	}
}

// forget drops every commit up to version.
func (r *recentLog) forget(version uint64) {
	r.old.reset(version)
	r.cur.reset(version)
}

func (g *generation) reset(from uint64) {
	g.from, g.marks, g.keys = from, g.marks[:0], g.keys[:0]
}

// touched reports whether a commit after version since wrote a key in one of the
// spans, or may have, because it is forgotten.
func (r *recentLog) touched(since uint64, spans []span) bool {
	if len(spans) == 0 {
		return false
	}
	return since < r.old.from || r.old.touched(since, spans) || r.cur.touched(since, spans)
}

func (g *generation) touched(since uint64, spans []span) bool {
	i := sort.Search(len(g.marks), func(i int) bool { return g.marks[i].version > since })
	if i == len(g.marks) {
		return false
	}
	for keys := g.keys[g.marks[i].at:]; len(keys) > 0; {
		n := int(binary.BigEndian.Uint16(keys))
		key := keys[2 : 2+n]
		keys = keys[2+n:]
		for j := range spans {
			if spans[j].holds(key) {
				return true
			}
		}
	}
	return false
}
