// SPDX-License-Identifier: Apache-2.0

package keyring

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

const (
	fileVersion = 1
	maxFile     = 64 << 10 // bytes; some hundred keys
)

// ErrPermissions means that others than its owner may use the keyring file.
var ErrPermissions = errors.New("keyring: file must be readable and writable by its owner only (mode 0600)")

// errFile says nothing of what the file holds.
var errFile = errors.New("keyring: file is damaged or not a keyring")

// file is the form of a keyring on disk: JSON, the current key last.
type file struct {
	Version int       `json:"version"`
	Keys    []fileKey `json:"keys"`
}

type fileKey struct {
	ID     string `json:"id"`     // hex
	Secret string `json:"secret"` // base64
}

// Open reads the keyring at path. If there is no such file it makes one, of one
// new key; the directory must exist. A file that is damaged, or open to others
// than its owner ([ErrPermissions]), is an error and never replaced.
func Open(path string) (*Ring, error) {
	keys, err := read(path)
	if errors.Is(err, fs.ErrNotExist) {
		if err = write(path, []rootKey{newRootKey()}, os.Link); err == nil || errors.Is(err, fs.ErrExist) {
			keys, err = read(path) // what another process made first is as good
		}
	}
	if err != nil {
		return nil, err
	}
	return newRing(keys), nil
}

// Rotate adds a new key to the keyring at path and makes it the current one.
// Rings that are open don't notice; what older keys have sealed still opens.
func Rotate(path string) (KeyID, error) {
	keys, err := read(path)
	if err != nil {
		return KeyID{}, err
	}
	k := newRootKey()
	return k.id, write(path, append(keys, k), os.Rename)
}

func read(path string) ([]rootKey, error) {
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
		return nil, errFile
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, ErrPermissions
	}
	b, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, fmt.Errorf("keyring: %w", err)
	}
	if len(b) > maxFile {
		return nil, errFile
	}
	return decodeFile(b)
}

// decodeFile decodes what encodeFile made. Errors never quote b.
func decodeFile(b []byte) ([]rootKey, error) {
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	var f file
	if err := d.Decode(&f); err != nil || d.More() {
		return nil, errFile
	}
	if f.Version != fileVersion || len(f.Keys) == 0 {
		return nil, errFile
	}
	keys := make([]rootKey, len(f.Keys))
	seen := make(map[KeyID]bool)
	for i, fk := range f.Keys {
		id, err := hex.DecodeString(fk.ID)
		if err != nil || len(id) != len(KeyID{}) || seen[KeyID(id)] {
			return nil, errFile
		}
		secret, err := base64.StdEncoding.DecodeString(fk.Secret)
		if err != nil || len(secret) != rootSize {
			return nil, errFile
		}
		keys[i] = rootKey{id: KeyID(id), secret: [rootSize]byte(secret)}
		seen[keys[i].id] = true
	}
	return keys, nil
}

func encodeFile(keys []rootKey) ([]byte, error) {
	f := file{Version: fileVersion}
	for i := range keys {
		f.Keys = append(f.Keys, fileKey{
			ID:     keys[i].id.String(),
			Secret: base64.StdEncoding.EncodeToString(keys[i].secret[:]),
		})
	}
	b, err := json.MarshalIndent(f, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("keyring: %w", err)
	}
	return append(b, '\n'), nil
}

// write puts keys at path so that a crash leaves the old file or the new one.
// place is [os.Link] for a file that must not exist yet and [os.Rename] to
// replace one.
func write(path string, keys []rootKey, place func(from, to string) error) (err error) {
	b, err := encodeFile(keys)
	if err != nil {
		return err
	}
	dir := filepath.Dir(path)
	f, err := os.CreateTemp(dir, ".keyring-*") // of mode 0600
	if err != nil {
		return fmt.Errorf("keyring: %w", err)
	}
	defer os.Remove(f.Name()) // after a rename there is none
	if err := fill(f, b); err != nil {
		return fmt.Errorf("keyring: %w", err)
	}
	if err := place(f.Name(), path); err != nil {
		return fmt.Errorf("keyring: %w", err)
	}
	return syncDir(dir)
}

// fill writes b to f, makes it durable and closes f.
func fill(f *os.File, b []byte) error {
	_, err := f.Write(b)
	return errors.Join(err, f.Sync(), f.Close())
}

// syncDir makes the names in dir durable.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("keyring: %w", err)
	}
	if err := errors.Join(d.Sync(), d.Close()); err != nil {
		return fmt.Errorf("keyring: %w", err)
	}
	return nil
}
