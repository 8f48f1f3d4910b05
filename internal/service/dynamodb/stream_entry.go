// SPDX-License-Identifier: Apache-2.0

package dynamodb

import (
	"encoding/binary"
	"fmt"
	"math"
	"time"

	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/attr"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
)

// A streamed is a change as it lies in a stream.
type streamed struct {
	event   event
	expired bool // the item was deleted because its time had come
	at      time.Time
	keys    attr.Item
	new     attr.Item // the zero Item if it isn't in the stream's view
	old     attr.Item // likewise
}

// An event is what became of an item.
type event byte

const (
	insert event = iota
	modify
	remove
)

func (e event) String() string { return [...]string{"INSERT", "MODIFY", "REMOVE"}[e] }

// An entry is kept as a version, its flags, its time in seconds, and its three
// items, each after its length.
const (
	streamedVersion = 1
	eventMask       = 0x03
	expiredFlag     = 0x04
)

// newStreamed returns the entry of the change for a stream of that view.
func (t *table) newStreamed(ch change, view string, at time.Time) streamed {
	e := streamed{event: modify, at: at}
	whole := ch.new
	switch {
	case ch.old.Len() == 0:
		e.event = insert
	case ch.new.Len() == 0:
		e.event, whole = remove, ch.old
	}
	e.keys = whole.Pick(t.schema.Names()...)
	if view == newImage || view == bothImage {
		e.new = ch.new
	}
	if view == oldImage || view == bothImage {
		e.old = ch.old
	}
	return e
}

// encode returns the entry as it is stored.
func (e *streamed) encode() []byte {
	flags := byte(e.event)
	if e.expired {
		flags |= expiredFlag
	}
	items := [...]attr.Item{e.keys, e.new, e.old}
	size := 2 + 4*binary.MaxVarintLen64
	for _, it := range items {
		size += len(it.Stored())
	}
	b := append(make([]byte, 0, size), streamedVersion, flags)
	b = binary.AppendUvarint(b, uint64(max(e.at.Unix(), 0)))
	for _, it := range items {
		b = binary.AppendUvarint(b, uint64(len(it.Stored())))
		b = append(b, it.Stored()...)
	}
	return b
}

// decodeStreamed reads a stored entry.
func decodeStreamed(b []byte) (streamed, error) {
	var e streamed
	if len(b) < 2 || b[0] != streamedVersion || b[1]&^(eventMask|expiredFlag) != 0 || b[1]&eventMask > byte(remove) {
		return e, errStreamed()
	}
	e.event, e.expired = event(b[1]&eventMask), b[1]&expiredFlag != 0
	seconds, n := binary.Uvarint(b[2:])
	if n <= 0 || seconds > math.MaxInt32<<8 {
		return e, errStreamed()
	}
	e.at = time.Unix(int64(seconds), 0).UTC()
	rest := b[2+n:]
	for _, it := range [...]*attr.Item{&e.keys, &e.new, &e.old} {
		size, n := binary.Uvarint(rest)
		if n <= 0 || size > uint64(len(rest)-n) {
			return e, errStreamed()
		}
		if size > 0 {
			var err error
			if *it, err = attr.ParseItem(rest[n : n+int(size)]); err != nil {
				return e, errStreamed()
			}
		}
		rest = rest[n+int(size):]
	}
	if len(rest) > 0 {
		return e, errStreamed()
	}
	return e, nil
}

func errStreamed() error { return fmt.Errorf("entry of a stream: %w", storage.ErrCorrupt) }

// publish adds the change to the table's stream. What leaves an item as it was is
// no change.
func (w *writer) publish(ch change) error {
	s := w.t.Stream
	if s == nil || ch.old.Len() > 0 && ch.old.Equal(ch.new) {
		return nil
	}
	e := w.t.newStreamed(ch, s.ViewType, w.now)
	e.expired = w.expired
	return w.tx.PutStamped(w.t.stream, e.encode())
}
