// SPDX-License-Identifier: Apache-2.0

// Package keyring keeps the keys of an installation and does with them what
// only their holder can: it seals small secrets (session tokens, stored access
// keys) and derives secrets that need not be stored.
//
// The keys are records of the store, each wrapped with the [Root] key, which is
// kept elsewhere: what is in the store opens nothing without it. Rotation adds
// a key that seals from then on; the ones before still open what they sealed,
// until that is over or sealed anew. An emergency rotation ends at once all that
// was sealed for sessions.
//
// No key is ever used itself. Each purpose and account has a subkey of its own
// (HKDF-SHA256, RFC 5869), so what was sealed for one purpose or account never
// opens for another. Sealing is XChaCha20-Poly1305, whose nonces are long enough
// to be drawn at random.
package keyring

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"sync"
	"sync/atomic"
	"time"
)

// ErrSealed is all that is said of sealed bytes that don't open: cut or
// altered, or sealed by another ring, for another purpose or account, or with
// other associated data.
var ErrSealed = errors.New("keyring: sealed bytes do not open")

// ErrUnknownKey means that the ring has no key of that id.
var ErrUnknownKey = errors.New("keyring: no such key")

// keySize is the size of a key in bytes.
const keySize = 32

// A KeyID names a key. It is random and no secret.
type KeyID [8]byte

func (id KeyID) String() string { return hex.EncodeToString(id[:]) }

// MarshalText writes String.
func (id KeyID) MarshalText() ([]byte, error) { return hex.AppendEncode(nil, id[:]), nil }

// UnmarshalText undoes MarshalText.
func (id *KeyID) UnmarshalText(text []byte) error {
	if hex.DecodedLen(len(text)) != len(id) {
		return ErrUnknownKey
	}
	_, err := hex.Decode(id[:], text)
	return err
}

// Info is what may be told of a key.
type Info struct {
	ID      KeyID
	Made    time.Time
	Retired time.Time // when another became the current one; zero for that
	Revoked bool      // nothing that it sealed for sessions counts any more
}

// A key is what subkeys are made of.
type key struct {
	Info
	secret [keySize]byte
}

// newKey draws a key at random.
func newKey(now time.Time) key {
	k := key{Info: Info{Made: now.UTC().Truncate(time.Second)}}
	_, _ = rand.Read(k.ID[:]) // never fails
	_, _ = rand.Read(k.secret[:])
	return k
}

// A set is the keys of a ring at one time. It is immutable.
type set struct {
	generation uint64 // of the records it was read from; 0 for none
	keys       []key  // the current one is the last
	byID       map[KeyID]*key
}

func newSet(generation uint64, keys []key) *set {
	s := &set{generation, keys, make(map[KeyID]*key, len(keys))}
	for i := range keys {
		s.byID[keys[i].ID] = &keys[i]
	}
	return s
}

// current returns the id of the key that seals; zero if there is no key.
func (s *set) current() KeyID {
	if len(s.keys) == 0 {
		return KeyID{}
	}
	return s.keys[len(s.keys)-1].ID
}

// A Ring is an ordered set of keys: the last seals and derives, all open. It is
// safe for concurrent use. It never shows a key: formatted by any verb it is the
// ids of its keys.
type Ring struct {
	root    *Root // nil for a ring that is kept nowhere
	changed chan struct{}
	set     atomic.Pointer[set]

	mu      sync.RWMutex // for what follows, and to replace set
	subkeys map[subkeyName]*subkey
}

// New returns a ring whose keys are wrapped with root. It has none until
// [Ring.Init] or [Ring.Load].
func New(root *Root) *Ring { return newRing(root, newSet(0, nil)) }

// NewMemory returns a ring of one new key that is kept nowhere: what it seals
// can't be opened once it is gone.
func NewMemory() *Ring { return newRing(nil, newSet(0, []key{newKey(time.Time{})})) }

func newRing(root *Root, s *set) *Ring {
	r := &Ring{root: root, changed: make(chan struct{}, 1), subkeys: make(map[subkeyName]*subkey)}
	r.set.Store(s)
	return r
}

// Current returns the id of the key that seals and derives. It is zero if the
// ring has no key.
func (r *Ring) Current() KeyID { return r.set.Load().current() }

// Live reports whether what the key of that id has sealed for sessions counts:
// it is in the ring and not revoked.
func (r *Ring) Live(id KeyID) bool {
	k, ok := r.set.Load().byID[id]
	return ok && !k.Revoked
}

// Changed receives whenever the ring has got other keys. Values don't queue up.
func (r *Ring) Changed() <-chan struct{} { return r.changed }

// adopt replaces the ring's keys by newer ones. The subkeys of those that are
// gone are forgotten.
func (r *Ring) adopt(s *set) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if s.generation <= r.set.Load().generation {
		return
	}
	r.set.Store(s)
	for name := range r.subkeys {
		if _, ok := s.byID[name.id]; !ok {
			delete(r.subkeys, name)
		}
	}
	select {
	case r.changed <- struct{}{}:
	default:
	}
}

// String names the ring's keys.
func (r *Ring) String() string {
	s := "keyring"
	for _, k := range r.set.Load().keys {
		s += " " + k.ID.String()
	}
	return s
}

// GoString is String: %#v must not show keys either.
func (r *Ring) GoString() string { return r.String() }
