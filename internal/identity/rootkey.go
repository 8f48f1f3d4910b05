// SPDX-License-Identifier: Apache-2.0

package identity

import (
	"slices"

	"github.com/bailiwick-dev/bailiwick/internal/storage"
)

// HasRootKey reports whether the account's root user has the access key.
func HasRootKey(tx *storage.Tx, account, accessKeyID string) (bool, error) {
	a, err := accounts.Get(tx, account)
	return slices.Contains(a.AccessKeys, accessKeyID), err
}

// RootAccessKey returns the first active access key of the management account's
// root user, or "" if it has none, and storage.ErrNotFound if there is no
// management account.
func (d *Directory) RootAccessKey(tx *storage.Tx) (id, secret string, err error) {
	account, err := Management(tx)
	if err != nil {
		return "", "", err
	}
	a, err := accounts.Get(tx, account)
	if err != nil {
		return "", "", err
	}
	for _, id := range a.AccessKeys {
		k, err := accessKeys.Get(tx, account, id)
		if err != nil {
			return "", "", err
		}
		if k.Active {
			secret, err := d.openSecret(&k)
			return id, secret, err
		}
	}
	return "", "", nil
}
