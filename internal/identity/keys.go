// SPDX-License-Identifier: Apache-2.0

package identity

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/bailiwick-dev/bailiwick/internal/keyring"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
)

// keyOverlap is how long a key that another has replaced still opens session
// tokens: as long as a session may last, and the time that clocks may differ.
const keyOverlap = MaxSession + 15*time.Minute

// How many access keys are read, and how many are sealed anew, in one
// transaction.
const (
	resealPage  = 512
	resealBatch = 64
)

// ErrTooManyKeys means that too many keys are still needed to add another.
var ErrTooManyKeys = keyring.ErrTooManyKeys

// A Key is what may be told of a key that seals sessions and secrets.
type Key = keyring.Info

// KeysSpan is the span of the keys that seal sessions and secrets.
func KeysSpan(write bool) storage.Span { return keyring.Span(write) }

// Keys returns the keys that seal sessions and secrets, the current one last.
func Keys(tx *storage.Tx) ([]Key, error) { return keyring.List(tx) }

// EndsAt returns when k opens no session any more; zero for the current key. A
// revoked key opens none at any time.
func EndsAt(k *Key) time.Time {
	if k.Retired.IsZero() {
		return time.Time{}
	}
	return k.Retired.Add(keyOverlap)
}

// RotateKeys adds a key that seals from now on, and returns its id. Sessions go
// on, unless it is an emergency: that ends all that there are.
func (d *Directory) RotateKeys(tx *storage.Tx, emergency bool, now time.Time) (keyring.KeyID, error) {
	return d.ring.Rotate(tx, emergency, now)
}

// Reseal seals all secrets of access keys with the current key that aren't, and
// returns how many those were. It works in transactions of bounded size; when it
// is cut short, what is done stays done. current is the key that all secrets are
// sealed with if there is no error.
func (d *Directory) Reseal(ctx context.Context, db *storage.DB) (current keyring.KeyID, n int, err error) {
	err = db.View(ctx, func(tx *storage.Tx) error {
		err := d.ring.Load(tx)
		current = d.ring.Current()
		return err
	})
	for account := ""; err == nil; {
		var page []string
		if page, err = accountsAfter(ctx, db, account); err != nil || len(page) == 0 {
			break
		}
		for _, account = range page {
			done, rerr := d.resealAccount(ctx, db, account, current)
			n += done
			if err = rerr; err != nil {
				break
			}
		}
	}
	return current, n, err
}

// accountsAfter returns the ids of a page of accounts.
func accountsAfter(ctx context.Context, db *storage.DB, after string) (ids []string, err error) {
	err = db.View(ctx, func(tx *storage.Tx) error {
		ids = nil
		for a, err := range Accounts(tx, after) {
			if err != nil {
				return err
			}
			if ids = append(ids, a.ID); len(ids) == resealPage {
				break
			}
		}
		return nil
	})
	return ids, err
}

// resealAccount seals the secrets of one account's access keys.
func (d *Directory) resealAccount(ctx context.Context, db *storage.DB, account string, current keyring.KeyID) (n int, err error) {
	for after, more := "", true; more; {
		var stale []string
		err := db.View(ctx, func(tx *storage.Tx) error {
			stale, more = nil, false
			read := 0
			for k, err := range accessKeys.Scan(tx, after, account) {
				if err != nil {
					return err
				}
				if keyring.SealedWith(k.Sealed) != current {
					stale = append(stale, k.ID)
				}
				if read++; read == resealPage || len(stale) == resealBatch {
					after, more = k.ID, true
					break
				}
			}
			return nil
		})
		if err != nil {
			return n, err
		}
		if err := db.Update(ctx, func(tx *storage.Tx) error { return d.resealBatch(tx, account, stale, current) }); err != nil {
			return n, err
		}
		n += len(stale)
	}
	return n, nil
}

// resealBatch seals the secrets of the account's access keys of those ids, all
// but those that are gone or sealed with current meanwhile.
func (d *Directory) resealBatch(tx *storage.Tx, account string, ids []string, current keyring.KeyID) error {
	for _, id := range ids {
		k, err := accessKeys.Get(tx, account, id)
		if errors.Is(err, storage.ErrNotFound) || err == nil && keyring.SealedWith(k.Sealed) == current {
			continue
		}
		if err != nil {
			return err
		}
		secret, err := d.openSecret(&k)
		if err != nil {
			return fmt.Errorf("identity: secret of %s: %w", id, err)
		}
		if k.Sealed, err = d.ring.SealWith(current, accessKeyPurpose, k.Account, []byte(k.ID), []byte(secret)); err != nil {
			return err
		}
		if err := PutAccessKey(tx, &k); err != nil {
			return err
		}
	}
	return nil
}

// DropKeys removes the keys that nothing needs any more, and returns their ids:
// revoked ones, and those that were replaced so long ago that every session that
// they sealed has ended. All secrets must be sealed with current, which
// [Directory.Reseal] returned; if another is the current key by now, nothing is
// removed.
func (d *Directory) DropKeys(ctx context.Context, db *storage.DB, current keyring.KeyID, now time.Time) (gone []keyring.KeyID, err error) {
	err = db.Update(ctx, func(tx *storage.Tx) error {
		gone, err = keyring.Prune(tx, current, keyOverlap, now)
		return err
	})
	return gone, err
}
