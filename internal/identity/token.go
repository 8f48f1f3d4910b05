// SPDX-License-Identifier: Apache-2.0

package identity

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"math"
	"time"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
)

// tokenVersion is the first byte of a session's encoding. It is followed by the
// fields in the order of encodeSession: ids as they are, numbers as unsigned
// varints, strings and lists with their length before them.
const tokenVersion = 1

const sessionIDSize = 16 // bytes

// maxTime is the last time that can be encoded, in the year 2106.
const maxTime = math.MaxUint32

// errToken means that bytes are not a session's encoding.
var errToken = errors.New("identity: malformed session")

func encodeSession(s *Session) ([]byte, error) {
	b := []byte{tokenVersion}
	b = append(b, s.rootKey[:]...)
	for _, id := range append([]string{s.ID}, s.Lineage...) {
		if hex.DecodedLen(len(id)) != sessionIDSize {
			return nil, errToken
		}
	}
	b, err := hex.AppendDecode(b, []byte(s.ID))
	if err != nil {
		return nil, errToken
	}
	b = binary.AppendUvarint(b, uint64(len(s.Lineage)))
	for _, id := range s.Lineage {
		if b, err = hex.AppendDecode(b, []byte(id)); err != nil {
			return nil, errToken
		}
	}
	for _, v := range []string{s.Account, s.RoleID, s.RoleName, s.RolePath, s.Name, s.SourceIdentity, s.Policy} {
		b = appendString(b, v)
	}
	b = binary.AppendUvarint(b, uint64(len(s.Tags)))
	for _, t := range s.Tags {
		b = appendString(appendString(b, t.Key), t.Value)
	}
	b = appendStrings(b, s.Transitive)
	b = appendStrings(b, s.PolicyARNs)
	for _, t := range []time.Time{s.IssuedAt, s.Expires} {
		if t.Unix() < 0 || t.Unix() > maxTime {
			return nil, errToken
		}
		b = binary.AppendUvarint(b, uint64(t.Unix()))
	}
	return binary.AppendUvarint(b, s.Epoch), nil
}

func appendString(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

func appendStrings(b []byte, list []string) []byte {
	b = binary.AppendUvarint(b, uint64(len(list)))
	for _, s := range list {
		b = appendString(b, s)
	}
	return b
}

// decodeSession undoes encodeSession. Lists can't be longer than the bytes that
// are left, so what it allocates is bounded by a multiple of len(b).
func decodeSession(b []byte) (*Session, error) {
	r := tokenReader{b: b}
	if v := r.bytes(1); v == nil || v[0] != tokenVersion {
		return nil, errToken
	}
	s := &Session{}
	copy(s.rootKey[:], r.bytes(len(s.rootKey)))
	s.ID = r.id()
	if n := r.count(); n > 0 {
		s.Lineage = make([]string, n)
		for i := range s.Lineage {
			s.Lineage[i] = r.id()
		}
	}
	for _, v := range []*string{&s.Account, &s.RoleID, &s.RoleName, &s.RolePath, &s.Name, &s.SourceIdentity, &s.Policy} {
		*v = r.string()
	}
	if n := r.count(); n > 0 {
		s.Tags = make([]awsapi.Tag, n)
		for i := range s.Tags {
			s.Tags[i].Key = r.string()
			s.Tags[i].Value = r.string()
		}
	}
	s.Transitive = r.strings()
	s.PolicyARNs = r.strings()
	s.IssuedAt = r.time()
	s.Expires = r.time()
	s.Epoch = r.number()
	if r.failed || len(r.b) > 0 {
		return nil, errToken
	}
	return s, nil
}

// tokenReader takes values off the front of b. After a failure everything is
// zero.
type tokenReader struct {
	b      []byte
	failed bool
}

func (r *tokenReader) fail() { r.b, r.failed = nil, true }

func (r *tokenReader) bytes(n int) []byte {
	if n > len(r.b) {
		r.fail()
		return nil
	}
	v := r.b[:n]
	r.b = r.b[n:]
	return v
}

func (r *tokenReader) number() uint64 {
	v, n := binary.Uvarint(r.b)
	if n <= 0 {
		r.fail()
		return 0
	}
	r.b = r.b[n:]
	return v
}

// count reads a length. What follows takes a byte at least for each.
func (r *tokenReader) count() int {
	n := r.number()
	if n > uint64(len(r.b)) {
		r.fail()
		return 0
	}
	return int(n)
}

func (r *tokenReader) id() string { return hex.EncodeToString(r.bytes(sessionIDSize)) }

func (r *tokenReader) string() string { return string(r.bytes(r.count())) }

func (r *tokenReader) strings() []string {
	n := r.count()
	if n == 0 {
		return nil
	}
	out := make([]string, n)
	for i := range out {
		out[i] = r.string()
	}
	return out
}

func (r *tokenReader) time() time.Time {
	n := r.number()
	if n > maxTime {
		r.fail()
		return time.Time{}
	}
	return time.Unix(int64(n), 0).UTC()
}
