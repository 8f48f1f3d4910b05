// SPDX-License-Identifier: Apache-2.0

package identity

import (
	"crypto/subtle"
	"errors"
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
)

// ErrAccountExists means that there is an account of that id already.
var ErrAccountExists = errors.New("identity: account exists")

// ErrRootMismatch means that there is another management account, or that it has
// another root access key, than was to be.
var ErrRootMismatch = errors.New("identity: the management account or its root access key is another")

// An Account is a namespace of users, roles and resources.
type Account struct {
	ID         string // 12 digits
	Created    time.Time
	AccessKeys []string // ids of the root user's access keys
	StartKeys  []string `json:",omitempty"` // ids of those that the server was started with, which may be gone
	Alias      string   `json:",omitempty"` // see [SetAlias]

	// Its place in the organization.
	Name   string       `json:",omitempty"`
	Email  string       `json:",omitempty"`
	Parent string       `json:",omitempty"` // id of the unit that it is in; empty for the root
	Tags   []awsapi.Tag `json:",omitempty"`
	State  AccountState `json:",omitempty"`
	Closed time.Time    `json:",omitzero"` // when it was asked to be closed
}

var accounts = storage.NewTable[Account]("iam/account")

// GetAccount returns the account, or storage.ErrNotFound.
func GetAccount(tx *storage.Tx, id string) (*Account, error) {
	a, err := accounts.Get(tx, id)
	if err != nil {
		return nil, err
	}
	return &a, nil
}

// PutAccount replaces the account's record.
func PutAccount(tx *storage.Tx, a *Account) error { return accounts.Put(tx, *a, a.ID) }

// Accounts yields all accounts after the given one, which may be empty, the
// lowest id first.
func Accounts(tx *storage.Tx, after string) iter.Seq2[Account, error] {
	return accounts.Scan(tx, after)
}

// AccountSpan is the span of the account's record.
func AccountSpan(write bool, id string) storage.Span { return accounts.One(write, id) }

// AccountsSpan is the span of all accounts' records.
func AccountsSpan() storage.Span { return accounts.Under(false) }

// CreateAccount adds the account, whose root user has one access key of that
// new id and with that secret. It fails with [ErrAccountExists].
func (d *Directory) CreateAccount(tx *storage.Tx, id, accessKeyID, secret string, now time.Time) error {
	if _, err := accounts.Get(tx, id); !errors.Is(err, storage.ErrNotFound) {
		if err == nil {
			err = ErrAccountExists
		}
		return err
	}
	k := &AccessKey{ID: accessKeyID, Account: id, Active: true, Created: now}
	if err := d.putAccessKey(tx, k, secret); err != nil {
		return err
	}
	return accounts.Put(tx, Account{ID: id, Created: now, AccessKeys: []string{accessKeyID}}, id)
}

// NewAccessKey returns the id and the secret of a new long-term access key of
// the account, which must be valid. It keeps nothing.
func (d *Directory) NewAccessKey(account string) (id, secret string) {
	return NewAccessKeyID(account), NewSecret()
}

// EnsureRoot sees to it that the account is the management account, the first
// one, and that the given access key is its root user's. It creates both if
// there is no account yet, and fails with [ErrRootMismatch] if another account
// is the first, or if this one lacks that key or has it with another secret. The
// id has 16 to 128 ASCII letters, digits and underscores, the
// secret 16 to 128 characters. tx is the whole of a transaction.
func (d *Directory) EnsureRoot(tx *storage.Tx, account, accessKeyID, secret string, now time.Time) error {
	if !ValidAccount(account) {
		return fmt.Errorf("identity: account id must have %d digits", accountIDSize)
	}
	if !validChosenID(accessKeyID) {
		return errors.New("identity: root access key id must have 16 to 128 letters, digits and underscores and not begin with " + temporaryPrefix)
	}
	if len(secret) < 16 || len(secret) > 128 {
		return errors.New("identity: root secret access key must have 16 to 128 characters")
	}
	if err := EnsureOrganization(tx, now); err != nil {
		return err
	}
	first, err := Management(tx)
	if errors.Is(err, storage.ErrNotFound) {
		return d.createRoot(tx, account, accessKeyID, secret, now)
	}
	if err != nil {
		return err
	}
	if first != account {
		return ErrRootMismatch
	}
	return d.checkRoot(tx, account, accessKeyID, secret)
}

// createRoot creates the management account.
func (d *Directory) createRoot(tx *storage.Tx, account, accessKeyID, secret string, now time.Time) error {
	if _, owner, ok := parseAccessKeyID(accessKeyID); !ok || owner != account {
		if err := chosenKeys.Put(tx, account, accessKeyID); err != nil {
			return err
		}
	}
	if err := d.CreateAccount(tx, account, accessKeyID, secret, now); err != nil {
		return err
	}
	if err := management.Put(tx, account); err != nil {
		return err
	}
	if err := d.checkRoot(tx, account, accessKeyID, secret); err != nil {
		return err
	}
	return tx.Advance(account)
}

// management holds the one management account.
var management = storage.NewTable[string]("iam/management-account")

// Management returns the management account, the one that may create others,
// or storage.ErrNotFound if there is no account yet.
func Management(tx *storage.Tx) (string, error) { return management.Get(tx) }

// checkRoot fails with ErrRootMismatch unless the key is the account's root
// user's and has that secret. A key that the root user has deleted since a start
// with it is no mistake of who starts the server; it opens nothing.
func (d *Directory) checkRoot(tx *storage.Tx, account, accessKeyID, secret string) error {
	a, err := accounts.Get(tx, account)
	if err != nil {
		return err
	}
	switch held := slices.Contains(a.AccessKeys, accessKeyID); {
	case !held && slices.Contains(a.StartKeys, accessKeyID):
		return nil
	case !held:
		return ErrRootMismatch
	}
	k, err := accessKeys.Get(tx, account, accessKeyID)
	if err != nil {
		return err
	}
	stored, err := d.openSecret(&k)
	if err != nil {
		return err
	}
	if subtle.ConstantTimeCompare([]byte(stored), []byte(secret)) == 0 {
		return ErrRootMismatch
	}
	if slices.Contains(a.StartKeys, accessKeyID) {
		return nil
	}
	a.StartKeys = append(a.StartKeys, accessKeyID)
	return PutAccount(tx, &a)
}
