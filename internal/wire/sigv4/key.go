// SPDX-License-Identifier: Apache-2.0

package sigv4

import (
	"crypto/hmac"
	"crypto/sha256"
	"hash"
	"strings"
	"sync"
)

// A Key is a signing key, derived from a secret access key for one scope. It is
// safe for concurrent use.
type Key struct {
	sum  [sha256.Size]byte
	macs sync.Pool // of hash.Hash, keyed with sum: keying one costs as much as using it
}

// DeriveKey derives the signing key of a secret access key for a scope.
func DeriveKey(secret string, s Scope) *Key {
	sum := mac([]byte("AWS4"+secret), s.Date)
	sum = mac(sum[:], s.Region)
	sum = mac(sum[:], s.Service)
	return &Key{sum: mac(sum[:], terminator)}
}

// String hides the key, so that it cannot be logged.
func (*Key) String() string { return "sigv4.Key(hidden)" }

// GoString is String.
func (k *Key) GoString() string { return k.String() }

// signs reports, in constant time, whether signature is k's for toSign.
func (k *Key) signs(toSign []byte, signature *[sha256.Size]byte) bool {
	h, ok := k.macs.Get().(hash.Hash)
	if !ok {
		h = hmac.New(sha256.New, k.sum[:])
	}
	defer k.macs.Put(h)
	h.Reset()
	h.Write(toSign)
	var sum [sha256.Size]byte
	return hmac.Equal(h.Sum(sum[:0]), signature[:])
}

func mac(key []byte, message string) (sum [sha256.Size]byte) {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(message))
	h.Sum(sum[:0])
	return sum
}

// Keys caches signing keys, to save deriving them on every request. It holds
// at most the number of keys it was made for, and only keys that a signature
// was verified with: requests of strangers take up no place in it. It says
// nothing about whether an access key still exists or a session still holds;
// that is checked on every request, hit or not. It is safe for concurrent use.
type Keys struct {
	half int

	mu       sync.RWMutex
	new, old map[keyID]*Key // when new is full it becomes old
}

// A keyID names a derived key.
type keyID struct {
	accessKeyID string
	scope       Scope
	fingerprint Fingerprint
}

// A Fingerprint stands for a secret access key: two secrets never have the
// same. A collision-resistant hash of the secret, or of the sealed form it is
// kept in, will do. It is what makes a cached key unusable as soon as the
// secret behind an access key id has changed.
type Fingerprint [sha256.Size]byte

// NewKeys returns a cache of at most n keys, n ≥ 2.
func NewKeys(n int) *Keys {
	return &Keys{half: max(n/2, 1), new: map[keyID]*Key{}, old: map[keyID]*Key{}}
}

// Get returns the signing key for q's access key id and scope, if it is known
// for the secret with fingerprint f.
func (c *Keys) Get(q *Request, f Fingerprint) (*Key, bool) {
	id := keyID{q.AccessKeyID, q.Scope, f}
	c.mu.RLock()
	k, hit := c.new[id]
	stale := false
	if !hit {
		k, stale = c.old[id]
	}
	c.mu.RUnlock()
	if stale {
		c.put(id, k) // still in use: keep it when old goes
	}
	return k, hit || stale
}

// Put remembers the key that verified q, for the secret with fingerprint f.
// It does nothing if q has not been verified.
func (c *Keys) Put(q *Request, f Fingerprint) {
	if q.verified {
		c.put(keyID{q.AccessKeyID, q.Scope, f}, q.key)
	}
}

func (c *Keys) put(id keyID, k *Key) {
	// The strings are parts of a request's header, which must not stay in
	// memory for their sake.
	id.accessKeyID = strings.Clone(id.accessKeyID)
	id.scope.Date = strings.Clone(id.scope.Date)
	id.scope.Region = strings.Clone(id.scope.Region)
	id.scope.Service = strings.Clone(id.scope.Service)
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.new) >= c.half {
		c.old, c.new = c.new, make(map[keyID]*Key, c.half)
	}
	c.new[id] = k
}

// Len returns the number of keys in the cache; one in use across a change of
// generation counts twice.
func (c *Keys) Len() int {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return len(c.new) + len(c.old)
}
