// SPDX-License-Identifier: Apache-2.0

package bailiwick

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/bailiwick-dev/bailiwick/internal/identity"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
)

// A RootKey is the root access key of the first account. One that was deleted has
// an empty id.
type RootKey struct {
	AccountID       string
	AccessKeyID     string
	SecretAccessKey string
	File            string // where it is kept, in the form of AWS's credentials file; empty if the configuration gave it, or if it is kept sealed only
	Made            bool   // just now: the account is new, and its key is not known elsewhere
}

// String names the key without its secret.
func (k RootKey) String() string { return k.AccessKeyID }

// Root returns the root access key of the first account.
func (s *Server) Root() RootKey { return s.root }

// credentialsFile is where the root access key is kept if the configuration
// gives neither that nor a root key.
func (c *Config) credentialsFile() string { return filepath.Join(c.Data, "root-credentials") }

// openRoot finds the root access key of the first account, or makes account
// and key.
func openRoot(ctx context.Context, db *storage.DB, directory *identity.Directory, cfg *Config) (RootKey, error) {
	k := RootKey{AccountID: cfg.AccountID, AccessKeyID: cfg.RootAccessKeyID, SecretAccessKey: cfg.RootSecretAccessKey}
	if k.AccessKeyID == "" && cfg.keyElsewhere() {
		return openSealedRoot(ctx, db, directory, cfg)
	}
	if k.AccessKeyID == "" {
		k.File = cfg.credentialsFile()
		if err := k.read(); err != nil {
			return RootKey{}, err
		}
	}
	if k.AccessKeyID == "" {
		k.AccessKeyID, k.SecretAccessKey = identity.NewAccessKeyID(cfg.AccountID), identity.NewSecret()
		k.Made = true
		// The file comes first: a crash must not leave an account whose key
		// nobody knows.
		if err := k.write(); err != nil {
			return RootKey{}, err
		}
	}
	kept := false
	err := db.Update(ctx, func(tx *storage.Tx) (err error) {
		if err := directory.EnsureRoot(tx, k.AccountID, k.AccessKeyID, k.SecretAccessKey, cfg.Now()); err != nil {
			return err
		}
		kept, err = identity.HasRootKey(tx, k.AccountID, k.AccessKeyID)
		return err
	})
	if err != nil && k.Made {
		err = errors.Join(err, os.Remove(k.File))
	}
	switch {
	case errors.Is(err, identity.ErrRootMismatch) && k.Made:
		return RootKey{}, fmt.Errorf("the root access key is not in %s any more: restore the file, or give the key by BAILIWICK_ROOT_ACCESS_KEY_ID and BAILIWICK_ROOT_SECRET_ACCESS_KEY", k.File)
	case errors.Is(err, identity.ErrRootMismatch):
		return RootKey{}, fmt.Errorf("the data directory %s belongs to another account or root access key than the one configured", cfg.Data)
	case err != nil:
		return RootKey{}, err
	case !kept:
		return RootKey{AccountID: k.AccountID}, nil
	}
	return k, nil
}

// openSealedRoot is openRoot for a root access key that is kept sealed only, for
// the root key is kept elsewhere: what lies in clear in the data directory would
// give that away.
func openSealedRoot(ctx context.Context, db *storage.DB, directory *identity.Directory, cfg *Config) (k RootKey, err error) {
	err = db.Update(ctx, func(tx *storage.Tx) error {
		k = RootKey{AccountID: cfg.AccountID}
		switch first, err := identity.Management(tx); {
		case errors.Is(err, storage.ErrNotFound):
			k.AccessKeyID, k.SecretAccessKey, k.Made = identity.NewAccessKeyID(cfg.AccountID), identity.NewSecret(), true
			return directory.EnsureRoot(tx, k.AccountID, k.AccessKeyID, k.SecretAccessKey, cfg.Now())
		case err != nil:
			return err
		case first != cfg.AccountID:
			return fmt.Errorf("the data directory %s belongs to another account than the one configured", cfg.Data)
		}
		if err := identity.EnsureOrganization(tx, cfg.Now()); err != nil {
			return err
		}
		k.AccessKeyID, k.SecretAccessKey, err = directory.RootAccessKey(tx)
		return err
	})
	return k, err
}

// read reads the key from its file, if there is one.
func (k *RootKey) read() error {
	text, err := os.ReadFile(k.File)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	for sc := bufio.NewScanner(bytes.NewReader(text)); sc.Scan(); {
		name, value, _ := strings.Cut(sc.Text(), "=")
		switch strings.TrimSpace(name) {
		case "aws_access_key_id":
			k.AccessKeyID = strings.TrimSpace(value)
		case "aws_secret_access_key":
			k.SecretAccessKey = strings.TrimSpace(value)
		}
	}
	if k.AccessKeyID == "" || k.SecretAccessKey == "" {
		return fmt.Errorf("%s holds no access key", k.File)
	}
	return nil
}

// write makes the key's file, which only its owner may read, so that a crash
// leaves the whole file or none.
func (k *RootKey) write() error {
	f, err := os.CreateTemp(filepath.Dir(k.File), ".root-credentials-*") // of mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = fmt.Fprintf(f, "[default]\naws_access_key_id = %s\naws_secret_access_key = %s\n", k.AccessKeyID, k.SecretAccessKey)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Link(f.Name(), k.File); err != nil { // never over one that is there
		return err
	}
	d, err := os.Open(filepath.Dir(k.File))
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
