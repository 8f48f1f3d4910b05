// SPDX-License-Identifier: Apache-2.0

package dynamodb

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/bailiwick-dev/bailiwick/internal/storage"
)

// A position is where a record is in a stream, or where one may be: the stamp of
// its commit and its place among those of the transaction. The zero position is
// before all of them, wherever those begin that are left.
type position struct {
	stamp uint64
	place uint32
}

// Sequence numbers have 31 digits: a one, so that none is lost who reads them as
// numbers, the stamp and the place.
const (
	stampDigits = 20
	placeDigits = 10
	minSequence = 21
	maxSequence = 40
)

// sequence returns the sequence number of the record at p.
func (p position) sequence() string {
	var digits [1 + stampDigits + placeDigits]byte
	digits[0] = '1'
	writeDigits(digits[1:1+stampDigits], p.stamp)
	writeDigits(digits[1+stampDigits:], uint64(p.place))
	return string(digits[:])
}

// writeDigits fills dst with the number n.
func writeDigits(dst []byte, n uint64) {
	for i := len(dst) - 1; i >= 0; i-- {
		dst[i] = '0' + byte(n%10)
		n /= 10
	}
}

// parseSequence reads a sequence number.
func parseSequence(s string) (position, bool) {
	if len(s) != 1+stampDigits+placeDigits || s[0] != '1' || strings.Trim(s, "0123456789") != "" {
		return position{}, false
	}
	stamp, err := strconv.ParseUint(s[1:1+stampDigits], 10, 64)
	if err != nil {
		return position{}, false
	}
	place, err := strconv.ParseUint(s[1+stampDigits:], 10, 32)
	return position{stamp, uint32(place)}, err == nil
}

// next returns the position after p.
func (p position) next() position {
	if p.place++; p.place == 0 {
		p.stamp++
	}
	return p
}

// beyond returns the position after all records of p's transaction. Whoever sees
// one of those sees them all.
func (p position) beyond() position { return position{stamp: p.stamp + 1} }

// at returns the key of the record at p.
func (s *stream) at(p position) []byte {
	key := storage.AppendUint64(s.part(recordsPart), p.stamp)
	return binary.BigEndian.AppendUint32(key, p.place)
}

// position returns where the record with that key is.
func (s *stream) position(key []byte) (position, error) {
	rest := key[len(s.prefix)+1:]
	if len(rest) != storage.StampSize+storage.PlaceSize {
		return position{}, fmt.Errorf("key of a stream: %w", storage.ErrCorrupt)
	}
	return position{binary.BigEndian.Uint64(rest), binary.BigEndian.Uint32(rest[storage.StampSize:])}, nil
}

// An iterator says from where on somebody reads a stream. Clients have it as text
// and could make their own: it opens nothing. What it names is what its bearer
// needs permission for.
type iterator struct {
	ref  resourceRef
	from position
	made time.Time
}

const (
	iteratorAge     = 15 * time.Minute
	iteratorVersion = 1
	maxIterator     = 2048
)

// String returns the iterator as clients have it.
func (it iterator) String() string {
	b := binary.AppendUvarint([]byte{iteratorVersion}, uint64(max(it.made.UnixMilli(), 0)))
	b = binary.AppendUvarint(b, it.from.stamp)
	b = binary.AppendUvarint(b, uint64(it.from.place))
	return it.ref.arn().String() + "|1|" + base64.RawURLEncoding.EncodeToString(b)
}

// parseIterator reads an iterator.
func parseIterator(s string) (it iterator, ok bool) {
	name, text, ok := strings.Cut(s, "|1|")
	if !ok {
		return it, false
	}
	if it.ref, ok = parseResourceRef(name); !ok || it.ref.stream == "" {
		return it, false
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil || len(b) == 0 || b[0] != iteratorVersion {
		return it, false
	}
	var parts [3]uint64
	rest := b[1:]
	for i := range parts {
		n := 0
		if parts[i], n = binary.Uvarint(rest); n <= 0 {
			return it, false
		}
		rest = rest[n:]
	}
	if len(rest) > 0 || parts[0] > 1<<60 || parts[2] > math.MaxUint32 {
		return it, false
	}
	it.made = time.UnixMilli(int64(parts[0])).UTC()
	it.from = position{parts[1], uint32(parts[2])}
	return it, true
}
