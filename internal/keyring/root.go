// SPDX-License-Identifier: Apache-2.0

package keyring

import (
	"bytes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"golang.org/x/crypto/chacha20poly1305"
)

var (
	// ErrPermissions means that others than its owner may use a root key's file.
	ErrPermissions = errors.New("keyring: the root key's file must be readable and writable by its owner only (mode 0600 or 0400)")
	// ErrRootForm means that a text is no root key. It doesn't quote the text.
	ErrRootForm = errors.New("keyring: a root key is 32 bytes in base64")
	// ErrWrongRoot means that keys are wrapped with another root key, or were
	// altered.
	ErrWrongRoot = errors.New("keyring: the keys are not wrapped with this root key")
)

const (
	wrapFormat  = 1
	wrappedSize = 1 + chacha20poly1305.NonceSizeX + keySize + chacha20poly1305.Overhead
	maxRootFile = 4 << 10 // bytes
)

// A Root is a root key: with it the keys of a ring are wrapped, and nothing
// else. Formatted by any verb it doesn't show itself. It is immutable.
type Root struct {
	aead cipher.AEAD
	text string // as in its file
}

// NewRoot draws a root key at random.
func NewRoot() *Root {
	var secret [keySize]byte
	_, _ = rand.Read(secret[:]) // never fails
	root, err := ParseRoot([]byte(base64.StdEncoding.EncodeToString(secret[:])))
	if err != nil {
		panic(err) // what was encoded here decodes
	}
	return root
}

// ParseRoot reads a root key, 32 bytes in base64 with its padding. White space
// around it doesn't count. It fails with [ErrRootForm].
func ParseRoot(text []byte) (*Root, error) {
	text = bytes.TrimSpace(text)
	if len(text) != base64.StdEncoding.EncodedLen(keySize) {
		return nil, ErrRootForm
	}
	secret, err := base64.StdEncoding.Strict().DecodeString(string(text))
	if err != nil || len(secret) != keySize {
		return nil, ErrRootForm
	}
	k, err := hkdf.Key(sha256.New, secret, nil, "bailiwick root 1 wrap", chacha20poly1305.KeySize)
	if err != nil {
		return nil, fmt.Errorf("keyring: %w", err)
	}
	aead, err := chacha20poly1305.NewX(k)
	if err != nil {
		return nil, fmt.Errorf("keyring: %w", err)
	}
	return &Root{aead, string(text)}, nil
}

// ReadRoot reads the root key in the file at path. If there is no such file, the
// error is fs.ErrNotExist. It fails with [ErrPermissions] if others than the
// file's owner may use it.
func ReadRoot(path string) (*Root, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("keyring: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("keyring: %w", err)
	}
	if !info.Mode().IsRegular() {
		return nil, ErrRootForm
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, ErrPermissions
	}
	text, err := io.ReadAll(io.LimitReader(f, maxRootFile+1))
	if err != nil {
		return nil, fmt.Errorf("keyring: %w", err)
	}
	if len(text) > maxRootFile {
		return nil, ErrRootForm
	}
	return ParseRoot(text)
}

// WriteFile makes the root key's file at path, which only its owner may use, so
// that a crash leaves the whole file or none. A file that is there is never
// replaced: the error is fs.ErrExist.
func (k *Root) WriteFile(path string) error {
	dir := filepath.Dir(path)
	f, err := os.CreateTemp(dir, ".root-key-*") // of mode 0600
	if err != nil {
		return fmt.Errorf("keyring: %w", err)
	}
	defer os.Remove(f.Name())
	_, err = f.WriteString(k.text + "\n")
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("keyring: %w", err)
	}
	if err := os.Link(f.Name(), path); err != nil {
		return fmt.Errorf("keyring: %w", err)
	}
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("keyring: %w", err)
	}
	if err := errors.Join(d.Sync(), d.Close()); err != nil {
		return fmt.Errorf("keyring: %w", err)
	}
	return nil
}

// String says what it is.
func (k *Root) String() string { return "root key" }

// GoString is String.
func (k *Root) GoString() string { return k.String() }

// Format writes String, whatever the verb.
func (k *Root) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, k.String()) }

// wrap encrypts a key. Wrapped keys are: format, nonce, ciphertext with tag; the
// format and the key's id are authenticated.
func (k *Root) wrap(id KeyID, secret *[keySize]byte) []byte {
	out := make([]byte, 1+chacha20poly1305.NonceSizeX, wrappedSize)
	out[0] = wrapFormat
	_, _ = rand.Read(out[1:]) // never fails
	return k.aead.Seal(out, out[1:], secret[:], wrapData(id))
}

// unwrap undoes wrap. Its only error is ErrWrongRoot.
func (k *Root) unwrap(id KeyID, wrapped []byte) ([keySize]byte, error) {
	if len(wrapped) != wrappedSize || wrapped[0] != wrapFormat {
		return [keySize]byte{}, ErrWrongRoot
	}
	nonce, text := wrapped[1:1+chacha20poly1305.NonceSizeX], wrapped[1+chacha20poly1305.NonceSizeX:]
	secret, err := k.aead.Open(nil, nonce, text, wrapData(id))
	if err != nil {
		return [keySize]byte{}, ErrWrongRoot
	}
	return [keySize]byte(secret), nil
}

// wrapData is what is authenticated with a wrapped key.
func wrapData(id KeyID) []byte { return append([]byte{wrapFormat}, id[:]...) }
