// SPDX-License-Identifier: Apache-2.0

package identity

import (
	"errors"

	"github.com/bailiwick-dev/bailiwick/internal/storage"
)

// ErrAliasTaken means that an account has the alias already.
var ErrAliasTaken = errors.New("identity: alias is taken")

// aliases finds the account that has an alias.
var aliases = storage.NewTable[string]("iam/account-alias")

// AliasSpan is the span of one alias, whether an account has it or not. The empty
// alias is nobody's.
func AliasSpan(write bool, alias string) storage.Span {
	if alias == "" {
		return storage.Span{}
	}
	return aliases.One(write, alias)
}

// SetAlias gives a the alias, in the place of the one it has, and saves a. It
// fails with [ErrAliasTaken], also if a itself has it.
func SetAlias(tx *storage.Tx, a *Account, alias string) error {
	if taken, err := aliases.Exists(tx, alias); taken || err != nil {
		if err == nil {
			err = ErrAliasTaken
		}
		return err
	}
	if a.Alias != "" {
		if err := aliases.Delete(tx, a.Alias); err != nil {
			return err
		}
	}
	a.Alias = alias
	if err := aliases.Put(tx, a.ID, alias); err != nil {
		return err
	}
	return PutAccount(tx, a)
}

// ClearAlias takes a's alias away, which it has, and saves a.
func ClearAlias(tx *storage.Tx, a *Account) error {
	if err := aliases.Delete(tx, a.Alias); err != nil {
		return err
	}
	a.Alias = ""
	return PutAccount(tx, a)
}
