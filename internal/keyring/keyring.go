// SPDX-License-Identifier: Apache-2.0

// Package keyring keeps the root keys of an installation and does with them
// what only their holder can: it seals small secrets (session tokens, stored
// access keys, wrapped data keys) and derives secrets that need not be stored.
//
// No root key is ever used itself. Each purpose and account has a subkey of its
// own (HKDF-SHA256, RFC 5869), so what was sealed for one purpose or account
// never opens for another. Sealing is XChaCha20-Poly1305, whose nonces are long
// enough to be drawn at random.
package keyring

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"sync"
)

// ErrSealed is all that is said of sealed bytes that don't open: cut or
// altered, or sealed by another ring, for another purpose or account, or with
// other associated data.
var ErrSealed = errors.New("keyring: sealed bytes do not open")

// ErrUnknownKey means that the ring has no root key of that id.
var ErrUnknownKey = errors.New("keyring: no such root key")

// rootSize is the size of a root key in bytes.
const rootSize = 32

// A KeyID names a root key. It is random and no secret.
type KeyID [8]byte

func (id KeyID) String() string { return hex.EncodeToString(id[:]) }

// rootKey is a root key with its name.
type rootKey struct {
	id     KeyID
	secret [rootSize]byte
}

// newRootKey draws a key at random.
func newRootKey() rootKey {
	var k rootKey
	_, _ = rand.Read(k.id[:]) // never fails
	_, _ = rand.Read(k.secret[:])
	return k
}

// A Ring is an ordered set of root keys: the last seals and derives, all open.
// It is safe for concurrent use. It never shows a key: formatted by any verb it
// is the ids of its keys.
type Ring struct {
	keys []rootKey // at least one; the current one is the last

	mu      sync.RWMutex
	subkeys map[subkeyName]*subkey
}

// NewMemory returns a ring of one new key that is kept nowhere: what it seals
// can't be opened once it is gone.
func NewMemory() *Ring { return newRing([]rootKey{newRootKey()}) }

func newRing(keys []rootKey) *Ring {
	return &Ring{keys: keys, subkeys: make(map[subkeyName]*subkey)}
}

// Current returns the id of the key that seals and derives.
func (r *Ring) Current() KeyID { return r.keys[len(r.keys)-1].id }

// root returns the key of that id.
func (r *Ring) root(id KeyID) (*rootKey, bool) {
	for i := len(r.keys) - 1; i >= 0; i-- {
		if r.keys[i].id == id {
			return &r.keys[i], true
		}
	}
	return nil, false
}

// String names the ring's keys.
func (r *Ring) String() string {
	s := "keyring"
	for i := range r.keys {
		s += " " + r.keys[i].id.String()
	}
	return s
}

// GoString is String: %#v must not show keys either.
func (r *Ring) GoString() string { return r.String() }
