// SPDX-License-Identifier: Apache-2.0

package bailiwick

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/bailiwick-dev/bailiwick/internal/identity"
	"github.com/bailiwick-dev/bailiwick/internal/keyring"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
	"github.com/bailiwick-dev/bailiwick/internal/storage/driver"
	"github.com/bailiwick-dev/bailiwick/internal/storage/pebble"
)

// openStore opens the store in the data directory.
func openStore(cfg *Config) (*storage.DB, error) {
	open := cfg.openDriver
	if open == nil {
		open = func(dir string) (driver.DB, error) { return pebble.Open(dir, pebble.Options{Logger: cfg.Log}) }
	}
	d, err := open(filepath.Join(cfg.Data, "db"))
	if errors.Is(err, driver.ErrLocked) {
		return nil, fmt.Errorf("the data directory %s is in use by another server", cfg.Data)
	}
	if err != nil {
		return nil, err
	}
	return storage.New(d), nil
}

// keyFile is where the root key is kept if the configuration doesn't give one.
func (c *Config) keyFile() string { return filepath.Join(c.Data, "root-key") }

// keyElsewhere reports whether the root key is kept outside the data directory.
func (c *Config) keyElsewhere() bool { return c.RootKey != "" || c.RootKeyFile != "" }

// openRing opens the keys in db, or makes the first.
func openRing(ctx context.Context, db *storage.DB, cfg *Config) (*keyring.Ring, error) {
	root, err := findRootKey(ctx, db, cfg)
	if err != nil {
		return nil, err
	}
	if !cfg.keyElsewhere() {
		cfg.Log.Warn("the root key lies in clear beside the data it protects; set root_key_file to keep it elsewhere", "file", cfg.keyFile())
	}
	ring := keyring.New(root)
	err = db.Update(ctx, func(tx *storage.Tx) error { return ring.Init(tx, cfg.Now()) })
	if err == nil {
		err = db.View(ctx, ring.Load)
	}
	if errors.Is(err, keyring.ErrWrongRoot) && cfg.keyElsewhere() && exists(cfg.keyFile()) {
		return nil, fmt.Errorf("the keys in %s are wrapped with the root key in %s: wrap them with the one that is given by \"bailiwick keys rewrap\"", cfg.Data, cfg.keyFile())
	}
	if errors.Is(err, keyring.ErrWrongRoot) {
		return nil, fmt.Errorf("the keys in %s are wrapped with another root key than this one", cfg.Data)
	}
	return ring, err
}

// findRootKey returns the configured root key, or else the one in the data
// directory, which it makes if db is new.
func findRootKey(ctx context.Context, db *storage.DB, cfg *Config) (*keyring.Root, error) {
	if cfg.keyElsewhere() {
		return cfg.givenRootKey()
	}
	root, err := readRootKey(cfg.keyFile())
	if !errors.Is(err, fs.ErrNotExist) {
		return root, err
	}
	stored := false
	err = db.View(ctx, func(tx *storage.Tx) (err error) {
		stored, err = keyring.Stored(tx)
		return err
	})
	if err != nil {
		return nil, err
	}
	if stored {
		return nil, fmt.Errorf("the root key for %s is kept elsewhere: give it by root_key_file, BAILIWICK_ROOT_KEY_FILE or BAILIWICK_ROOT_KEY", cfg.Data)
	}
	root = keyring.NewRoot()
	return root, root.WriteFile(cfg.keyFile())
}

// givenRootKey returns the root key that the configuration gives.
func (c *Config) givenRootKey() (*keyring.Root, error) {
	if c.RootKey != "" {
		root, err := keyring.ParseRoot([]byte(c.RootKey))
		if err != nil {
			return nil, errors.New("the root key given is not 32 bytes in base64")
		}
		return root, nil
	}
	inside, err := within(c.Data, c.RootKeyFile)
	if err != nil {
		return nil, err
	}
	if inside {
		return nil, fmt.Errorf("the root key's file %s is in the data directory: it must be kept elsewhere", c.RootKeyFile)
	}
	return readRootKey(c.RootKeyFile)
}

// readRootKey reads the root key in the file. Errors name the file.
func readRootKey(file string) (*keyring.Root, error) {
	root, err := keyring.ReadRoot(file)
	switch {
	case errors.Is(err, keyring.ErrRootForm):
		return nil, fmt.Errorf("the root key's file %s does not hold 32 bytes in base64", file)
	case errors.Is(err, keyring.ErrPermissions):
		return nil, fmt.Errorf("the root key's file %s may be used by others than its owner: it needs mode 0600 or 0400", file)
	}
	return root, err
}

// within reports whether file lies in dir, whatever links lead there.
func within(dir, file string) (bool, error) {
	dir, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return false, err
	}
	if file, err = filepath.EvalSymlinks(file); err != nil {
		return false, err
	}
	if file, err = filepath.Abs(file); err != nil {
		return false, err
	}
	rel, err := filepath.Rel(dir, file)
	return err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator)), nil
}

func exists(file string) bool {
	_, err := os.Lstat(file)
	return err == nil
}

// openExisting opens the store of a data directory that was made before.
func openExisting(cfg *Config) (*storage.DB, error) {
	if err := cfg.resolve(); err != nil {
		return nil, err
	}
	if !exists(filepath.Join(cfg.Data, "db")) {
		return nil, fmt.Errorf("%s is no data directory", cfg.Data)
	}
	return openStore(cfg)
}

// ReadRoot returns the root access key of the first account, with its secret,
// from the data directory, which no server may have open.
func ReadRoot(ctx context.Context, cfg Config) (k RootKey, err error) {
	db, err := openExisting(&cfg)
	if err != nil {
		return RootKey{}, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	ring, err := openRing(ctx, db, &cfg)
	if err != nil {
		return RootKey{}, err
	}
	err = db.View(ctx, func(tx *storage.Tx) (err error) {
		k.AccountID, err = identity.Management(tx)
		if err == nil {
			k.AccessKeyID, k.SecretAccessKey, err = identity.New(ring).RootAccessKey(tx)
		}
		return err
	})
	if err == nil && k.AccessKeyID == "" || errors.Is(err, storage.ErrNotFound) {
		return RootKey{}, fmt.Errorf("there is no root access key in %s", cfg.Data)
	}
	return k, err
}

// Rewrap wraps the keys in the data directory, which no server may have open,
// with the root key that cfg gives, which must be kept elsewhere. Before, they
// are wrapped with the one in the file from, or in the data directory if from is
// empty. What lies in clear in the data directory is removed: the root key and
// the root access key. If it fails or is cut short, it can be run again.
func Rewrap(ctx context.Context, cfg Config, from string) (err error) {
	if !cfg.keyElsewhere() {
		return errors.New("no root key is given to wrap the keys with")
	}
	db, err := openExisting(&cfg)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if err := rewrap(ctx, db, &cfg, from); err != nil {
		return err
	}
	for _, file := range []string{cfg.keyFile(), cfg.credentialsFile()} {
		if err := os.Remove(file); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// rewrap wraps the keys in db with the root key that is given, unless they are
// already.
func rewrap(ctx context.Context, db *storage.DB, cfg *Config, from string) error {
	to, err := cfg.givenRootKey()
	if err != nil {
		return err
	}
	err = db.View(ctx, keyring.New(to).Load)
	if !errors.Is(err, keyring.ErrWrongRoot) {
		return err
	}
	if from == "" {
		from = cfg.keyFile()
	}
	old, err := readRootKey(from)
	if err != nil {
		return err
	}
	err = db.Update(ctx, func(tx *storage.Tx) error { return keyring.New(old).Rewrap(tx, to) })
	if errors.Is(err, keyring.ErrWrongRoot) {
		return fmt.Errorf("the keys in %s are wrapped with another root key than the one in %s", cfg.Data, from)
	}
	return err
}
