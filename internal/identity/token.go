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
const tokenVersion = 3

const (
	sessionIDSize = 16                // bytes
	sessionIDText = 2 * sessionIDSize // hexadecimal digits
)

// maxTime is the last time that can be encoded, in the year 2106.
const maxTime = math.MaxUint32

// errToken means that bytes are not a session's encoding.
var errToken = errors.New("identity: malformed session")

func encodeSession(s *Session) ([]byte, error) {
	b := []byte{tokenVersion}
	b = append(b, s.rootKey[:]...)
	if len(s.ID) != sessionIDText {
		return nil, errToken
	}
	b, err := hex.AppendDecode(b, []byte(s.ID))
	if err != nil {
		return nil, errToken
	}
	if b, err = appendLineage(b, s); err != nil {
		return nil, err
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
	b = binary.AppendUvarint(b, s.Epoch)
	b = appendClaims(appendString(b, s.Provider), s.Claims)
	return appendString(append(b, byte(s.Kind)), s.UserID), nil
}

// appendClaims appends claims, of which all are kept.
func appendClaims(b []byte, claims []awsapi.Claim) []byte {
	b = binary.AppendUvarint(b, uint64(len(claims)))
	for i := range claims {
		many := byte(0)
		if claims[i].Many {
			many = 1
		}
		b = append(appendString(b, claims[i].Key), many)
		b = appendStrings(b, claims[i].Values)
	}
	return b
}

// appendLineage appends whom s comes from. A user has a session's id of no
// bytes.
func appendLineage(b []byte, s *Session) ([]byte, error) {
	b = binary.AppendUvarint(b, uint64(len(s.Lineage)))
	for i := range s.Lineage {
		a := &s.Lineage[i]
		b = appendString(appendString(b, a.Account), a.PrincipalID)
		id, err := hex.DecodeString(a.SessionID)
		if err != nil || len(id) != 0 && len(id) != sessionIDSize {
			return nil, errToken
		}
		b = binary.AppendUvarint(appendString(b, string(id)), a.Epoch)
	}
	b = binary.AppendUvarint(b, uint64(len(s.LineageTags)))
	for i := range s.LineageTags {
		b = append(b, s.LineageTags[i][:]...)
	}
	return b, nil
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
	s.ID = hex.EncodeToString(r.bytes(sessionIDSize))
	r.lineage(s)
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
	s.Provider = r.string()
	s.Claims = r.claims()
	s.Kind = r.kind()
	s.UserID = r.string()
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

func (r *tokenReader) lineage(s *Session) {
	if n := r.count(); n > 0 {
		s.Lineage = make([]awsapi.Ancestor, n)
		for i := range s.Lineage {
			s.Lineage[i] = r.ancestor()
		}
	}
	if n := r.count(); n > 0 {
		s.LineageTags = make([][tagDigestSize]byte, n)
		for i := range s.LineageTags {
			copy(s.LineageTags[i][:], r.bytes(tagDigestSize))
		}
	}
}

func (r *tokenReader) ancestor() awsapi.Ancestor {
	a := awsapi.Ancestor{Account: r.string(), PrincipalID: r.string()}
	id := r.bytes(r.count())
	if len(id) != 0 && len(id) != sessionIDSize {
		r.fail()
	}
	a.SessionID = hex.EncodeToString(id)
	a.Epoch = r.number()
	return a
}

func (r *tokenReader) kind() SessionKind {
	v := r.bytes(1)
	if v == nil || SessionKind(v[0]) >= sessionKinds {
		r.fail()
		return 0
	}
	return SessionKind(v[0])
}

func (r *tokenReader) claims() []awsapi.Claim {
	n := r.count()
	if n == 0 {
		return nil
	}
	out := make([]awsapi.Claim, n)
	for i := range out {
		c := &out[i]
		c.Key, c.Kept = r.string(), true
		many := r.bytes(1)
		if many == nil || many[0] > 1 {
			r.fail()
			return nil
		}
		c.Many = many[0] == 1
		c.Values = r.strings()
	}
	return out
}

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
