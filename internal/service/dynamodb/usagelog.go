// SPDX-License-Identifier: Apache-2.0

package dynamodb

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"github.com/bailiwick-dev/bailiwick/internal/storage"
)

// milli is how many parts of a capacity unit are counted: what a scan reads of a
// tenant is a share of it.
const milli = 1000

// A use is a change of what a tenant uses. Reads and writes are in thousandths of
// a capacity unit.
type use struct{ items, bytes, reads, writes int64 }

func (u *use) add(d use) {
	u.items, u.bytes = u.items+d.items, u.bytes+d.bytes
	u.reads, u.writes = u.reads+d.reads, u.writes+d.writes
}

func (u use) append(b []byte) []byte {
	for _, n := range [...]int64{u.items, u.bytes, u.reads, u.writes} {
		b = binary.AppendVarint(b, n)
	}
	return b
}

// take reads the use at the head of b and returns what follows.
func (u *use) take(b []byte) (rest []byte, ok bool) {
	for _, to := range [...]*int64{&u.items, &u.bytes, &u.reads, &u.writes} {
		n, size := binary.Varint(b)
		if size <= 0 {
			return nil, false
		}
		*to, b = n, b[size:]
	}
	return b, true
}

func decodeUse(b []byte) (u use, err error) {
	if rest, ok := u.take(b); !ok || len(rest) > 0 {
		return use{}, errUse()
	}
	return u, nil
}

func errUse() error { return fmt.Errorf("use of a table: %w", storage.ErrCorrupt) }

// uses are changes of what tenants use, in the order in which they came.
type uses struct {
	tenants []tenantUse
	index   map[string]int // into tenants, once there are many
}

type tenantUse struct {
	name string
	use
}

// fewTenants is up to how many tenants going through them beats a map.
const fewTenants = 8

// find returns the use of the tenant, if there is any.
func (s *uses) find(name string) (*use, bool) {
	if s.index != nil {
		i, ok := s.index[name]
		if !ok {
			return nil, false
		}
		return &s.tenants[i].use, true
	}
	for i := range s.tenants {
		if s.tenants[i].name == name {
			return &s.tenants[i].use, true
		}
	}
	return nil, false
}

// of returns the use of the tenant, to be added to.
func (s *uses) of(name string) *use {
	if u, ok := s.find(name); ok {
		return u
	}
	n := len(s.tenants)
	s.tenants = append(s.tenants, tenantUse{name: name})
	switch {
	case s.index != nil:
		s.index[name] = n
	case n == fewTenants:
		s.index = make(map[string]int, 4*n)
		for i := range s.tenants {
			s.index[s.tenants[i].name] = i
		}
	}
	return &s.tenants[n].use
}

func encodeUses(tenants []tenantUse) []byte {
	var b []byte
	for i := range tenants {
		t := &tenants[i]
		b = append(binary.AppendUvarint(b, uint64(len(t.name))), t.name...)
		b = t.append(b)
	}
	return b
}

// decode adds what encodeUses has written.
func (s *uses) decode(b []byte) error {
	for len(b) > 0 {
		n, size := binary.Uvarint(b)
		if size <= 0 || n > uint64(len(b)-size) {
			return errUse()
		}
		name := b[size : size+int(n)]
		var u use
		rest, ok := u.take(b[size+int(n):])
		if !ok {
			return errUse()
		}
		s.of(string(name)).add(u)
		b = rest
	}
	return nil
}

// record adds changes to the log, as part of tx.
func (u *usage) record(tx *storage.Tx, tenants []tenantUse, now time.Time) error {
	if len(tenants) == 0 {
		return nil
	}
	key := storage.AppendUint64(u.logKey(now), rand.Uint64())
	return tx.Put(key, encodeUses(tenants))
}

// logKey returns the lowest key of the time in the log.
func (u *usage) logKey(at time.Time) []byte {
	return storage.AppendUint64(bytes.Clone(u.log), uint64(max(at.UnixMicro(), 0)))
}

// units returns a capacity in thousandths.
func units(c float64) int64 { return int64(math.Round(c * milli)) }

// meter adds a change of the item at that key, which takes that capacity, to what
// its tenant uses.
func (w *writer) meter(at []byte, ch change, capacity float64) error {
	u := w.t.usage
	if u == nil {
		return nil
	}
	passed, err := w.passed(at)
	if err != nil {
		return err
	}
	last := noTenant
	if ch.old.Len() > 0 {
		last = u.tenant(ch.old)
		if passed {
			w.uses.of(last).add(use{items: -1, bytes: -int64(ch.oldSize)})
		}
	}
	if ch.new.Len() > 0 {
		last = u.tenant(ch.new)
		if passed {
			w.uses.of(last).add(use{items: 1, bytes: int64(ch.newSize)})
		}
	}
	if !w.expired { // which is the service's own doing
		w.uses.of(last).writes += units(capacity)
	}
	return nil
}

// passed reports whether the item at that key, as it was, has been counted.
func (w *writer) passed(at []byte) (bool, error) {
	u := w.t.usage
	if u.cursor == nil {
		return true, nil
	}
	next, err := w.tx.Get(u.cursor)
	if errors.Is(err, storage.ErrNotFound) {
		return false, nil
	}
	return bytes.Compare(at, next) < 0, err
}

// metered adds to the log what the changes have done.
func (w *writer) metered() error {
	if w.t.usage == nil {
		return nil
	}
	return w.t.usage.record(w.tx, w.uses.tenants, w.now)
}
