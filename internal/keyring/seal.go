// SPDX-License-Identifier: Apache-2.0

package keyring

import (
	"bytes"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"

	"golang.org/x/crypto/chacha20poly1305"
)

// Sealed bytes are: format, key id, nonce, ciphertext with tag. The head is
// authenticated with the associated data.
const (
	format    = 1
	headSize  = 1 + len(KeyID{})
	nonceSize = chacha20poly1305.NonceSizeX
)

// Overhead is how many bytes longer sealed bytes are than what they hold.
const Overhead = headSize + nonceSize + chacha20poly1305.Overhead

// Seal encrypts plain for the purpose and account under the current key. aad
// isn't kept in the result; the same must be given to [Ring.Open].
func (r *Ring) Seal(purpose, account string, aad, plain []byte) ([]byte, error) {
	return r.SealWith(r.Current(), purpose, account, aad, plain)
}

// SealWith is Seal under the key of that id. It fails with [ErrUnknownKey] if
// the ring has no such key.
func (r *Ring) SealWith(id KeyID, purpose, account string, aad, plain []byte) ([]byte, error) {
	name := subkeyName{id, purpose, account}
	k, err := r.subkey(name)
	if err != nil {
		return nil, err
	}
	r.remember(name, k)
	out := make([]byte, headSize+nonceSize, Overhead+len(plain))
	out[0] = format
	copy(out[1:], name.id[:])
	_, _ = rand.Read(out[headSize:]) // never fails
	return k.aead.Seal(out, out[headSize:], plain, associated(out[:headSize], aad)), nil
}

// Open returns what was sealed for the purpose and account with the same aad,
// by any key of the ring. Its only error is [ErrSealed].
func (r *Ring) Open(purpose, account string, aad, sealed []byte) ([]byte, error) {
	if len(sealed) < Overhead || sealed[0] != format {
		return nil, ErrSealed
	}
	name := subkeyName{KeyID(sealed[1:headSize]), purpose, account}
	k, err := r.subkey(name)
	if err != nil {
		return nil, ErrSealed
	}
	head, nonce, text := sealed[:headSize], sealed[headSize:headSize+nonceSize], sealed[headSize+nonceSize:]
	plain, err := k.aead.Open(nil, nonce, text, associated(head, aad))
	if err != nil {
		return nil, ErrSealed
	}
	r.remember(name, k)
	return plain, nil
}

// SealedWith returns the id of the key that sealed bytes say they were sealed
// with. It is zero if they are too short to.
func SealedWith(sealed []byte) KeyID {
	if len(sealed) < headSize {
		return KeyID{}
	}
	return KeyID(sealed[1:headSize])
}

// associated joins the head, whose size is fixed, and aad.
func associated(head, aad []byte) []byte {
	return append(bytes.Clone(head), aad...)
}

// Derive returns a secret that depends on the key of that id, the purpose,
// the account and info, and that says nothing of any other. It fails with
// [ErrUnknownKey] if the ring has no such key.
func (r *Ring) Derive(id KeyID, purpose, account string, info []byte) ([sha256.Size]byte, error) {
	name := subkeyName{id, purpose, account}
	k, err := r.subkey(name)
	if err != nil {
		return [sha256.Size]byte{}, err
	}
	r.remember(name, k)
	mac := hmac.New(sha256.New, k.derive)
	mac.Write(info)
	return [sha256.Size]byte(mac.Sum(nil)), nil
}
