// SPDX-License-Identifier: Apache-2.0

package identity

import (
	"errors"
	"time"

	"github.com/bailiwick-dev/bailiwick/internal/storage"
)

// accessKeyPurpose is what long-term secrets are sealed for.
const accessKeyPurpose = "access-key"

// An AccessKey is a long-term access key of a user or of an account's root
// user. Requests can only be verified with its secret itself, so that is kept,
// but sealed.
type AccessKey struct {
	ID      string
	Account string
	User    string // the user's name; empty for the root user
	UserID  string // the user's unique id; empty for the root user
	Active  bool
	Created time.Time
	Sealed  []byte // the secret
}

var accessKeys = storage.NewTable[AccessKey]("iam/access-key")

// AccessKeySpan is the span of one access key's record.
func AccessKeySpan(write bool, account, id string) storage.Span {
	return accessKeys.One(write, account, id)
}

// AccessKeysSpan is the span of the account's access keys.
func AccessKeysSpan(write bool, account string) storage.Span {
	return accessKeys.Under(write, account)
}

// GetAccessKey returns an access key of the account, or storage.ErrNotFound.
func GetAccessKey(tx *storage.Tx, account, id string) (*AccessKey, error) {
	k, err := accessKeys.Get(tx, account, id)
	if err != nil {
		return nil, err
	}
	return &k, nil
}

// PutAccessKey replaces the record of a key.
func PutAccessKey(tx *storage.Tx, k *AccessKey) error {
	return accessKeys.Put(tx, *k, k.Account, k.ID)
}

// DeleteAccessKey removes a key and what is known of its use. Whoever lists the
// key's id drops it as well.
func DeleteAccessKey(tx *storage.Tx, k *AccessKey) error {
	if err := keyUses.Delete(tx, k.Account, k.ID); err != nil {
		return err
	}
	return accessKeys.Delete(tx, k.Account, k.ID)
}

// CreateAccessKey adds a key of that new id for the account's user, or its root
// user if u is nil, and returns it with its secret, which is not to be had
// again. Whoever lists the user's keys adds its id.
func (d *Directory) CreateAccessKey(tx *storage.Tx, account, id string, u *User, now time.Time) (*AccessKey, string, error) {
	k := &AccessKey{ID: id, Account: account, Active: true, Created: now}
	if u != nil {
		k.User, k.UserID = u.Name, u.ID
	}
	secret := NewSecret()
	return k, secret, d.putAccessKey(tx, k, secret)
}

// chosenKeys finds the account of access keys whose ids don't tell it because an
// operator chose them.
var chosenKeys = storage.NewTable[string]("iam/chosen-access-key")

// findAccessKey returns the access key of that id. account is what the id says,
// which ids that an operator chose may do by accident.
func findAccessKey(tx *storage.Tx, account, id string) (*AccessKey, error) {
	if account != "" {
		if k, err := GetAccessKey(tx, account, id); !errors.Is(err, storage.ErrNotFound) {
			return k, err
		}
	}
	account, err := chosenKeys.Get(tx, id)
	if err != nil {
		return nil, err
	}
	return GetAccessKey(tx, account, id)
}

// putAccessKey stores k with its secret sealed.
func (d *Directory) putAccessKey(tx *storage.Tx, k *AccessKey, secret string) error {
	sealed, err := d.ring.Seal(accessKeyPurpose, k.Account, []byte(k.ID), []byte(secret))
	if err != nil {
		return err
	}
	k.Sealed = sealed
	return PutAccessKey(tx, k)
}

// openSecret returns k's secret.
func (d *Directory) openSecret(k *AccessKey) (string, error) {
	plain, err := d.ring.Open(accessKeyPurpose, k.Account, []byte(k.ID), k.Sealed)
	return string(plain), err
}

// AccessKeyAccount returns the account that an access key id belongs to, of a
// session as of a user, which its form tells whether there is such a key or not;
// for ids that an operator chose it is what is on record. It fails with
// storage.ErrNotFound.
func AccessKeyAccount(tx *storage.Tx, id string) (string, error) {
	account, err := chosenKeys.Get(tx, id)
	if !errors.Is(err, storage.ErrNotFound) {
		return account, err
	}
	if _, account, ok := parseAccessKeyID(id); ok {
		return account, nil
	}
	return "", storage.ErrNotFound
}
