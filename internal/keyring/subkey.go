// SPDX-License-Identifier: Apache-2.0

package keyring

import (
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/binary"
	"fmt"

	"golang.org/x/crypto/chacha20poly1305"
)

// maxSubkeys bounds how many subkeys a ring remembers.
const maxSubkeys = 8192

// subkeyName is what a subkey depends on.
type subkeyName struct {
	id               KeyID
	purpose, account string
}

// subkey is what HKDF makes of a key for one purpose and account: one key
// to seal with and, independent of it, one to derive with.
type subkey struct {
	aead   cipher.AEAD
	derive []byte
}

// subkey returns the subkey of that name, made anew if it isn't remembered.
// Making one does not remember it: strangers name accounts at will, so only
// those are kept ([Ring.remember]) with which something has been sealed, opened
// or derived.
func (r *Ring) subkey(name subkeyName) (*subkey, error) {
	r.mu.RLock()
	k, ok := r.subkeys[name]
	r.mu.RUnlock()
	if ok {
		return k, nil
	}
	of, ok := r.set.Load().byID[name.id]
	if !ok {
		return nil, ErrUnknownKey
	}
	return newSubkey(of, name)
}

// remember keeps k, in the place of any other when there are too many, unless
// its key is gone.
func (r *Ring) remember(name subkeyName, k *subkey) {
	r.mu.RLock()
	_, ok := r.subkeys[name]
	r.mu.RUnlock()
	if ok {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, ok := r.set.Load().byID[name.id]; !ok {
		return
	}
	if len(r.subkeys) >= maxSubkeys {
		for victim := range r.subkeys {
			delete(r.subkeys, victim)
			break
		}
	}
	r.subkeys[name] = k
}

func newSubkey(of *key, name subkeyName) (*subkey, error) {
	seal, err := expand(of, "seal", name)
	if err != nil {
		return nil, err
	}
	aead, err := chacha20poly1305.NewX(seal)
	if err != nil {
		return nil, fmt.Errorf("keyring: %w", err)
	}
	derive, err := expand(of, "derive", name)
	if err != nil {
		return nil, err
	}
	return &subkey{aead: aead, derive: derive}, nil
}

// expand runs HKDF over a key with an info that is prefix-free in its parts, so
// that no two names share one.
func expand(of *key, use string, name subkeyName) ([]byte, error) {
	info := []byte("bailiwick keyring 1")
	for _, part := range []string{use, name.purpose, name.account} {
		info = binary.BigEndian.AppendUint32(info, uint32(len(part)))
		info = append(info, part...)
	}
	key, err := hkdf.Key(sha256.New, of.secret[:], of.ID[:], string(info), chacha20poly1305.KeySize)
	if err != nil {
		return nil, fmt.Errorf("keyring: %w", err)
	}
	return key, nil
}
