// SPDX-License-Identifier: Apache-2.0

package identity

import (
	"context"
	"errors"
	"maps"
	"strings"
	"sync"
	"time"

	"github.com/bailiwick-dev/bailiwick/internal/storage"
)

const (
	maxNoted = 16384 // keys whose use is remembered until it is kept; of others it isn't
	useBatch = 256   // keys in one transaction
)

// A KeyUse is when and for what a long-term access key, or any session of a role,
// was last used by a request whose signature verified, whether it was allowed or
// not. No decision depends on it.
type KeyUse struct {
	Time    time.Time // to the second
	Service string
	Region  string // that the request was signed for
}

var keyUses = storage.NewTable[KeyUse]("iam/access-key-use")

// KeyUseSpan is the span of what is kept of the use of one access key, or of the
// role of that unique id.
func KeyUseSpan(write bool, account, id string) storage.Span { return keyUses.One(write, account, id) }

// KeyUsesSpan is the span of what is kept of the use of the account's access keys.
func KeyUsesSpan(account string) storage.Span { return keyUses.Under(false, account) }

// uses is the uses of access keys that aren't kept yet. A transaction for each
// would cost more than the call.
type uses struct {
	mu    sync.RWMutex
	noted map[usedKey]KeyUse
}

type usedKey struct{ account, id string }

// Used notes that c, whose signature has verified, is used at the time.
// [Directory.KeepUses] keeps it. Of a role's sessions it is the role that is used;
// those of users leave no note.
func (d *Directory) Used(c *Credential, now time.Time, service, region string) {
	k := usedKey{c.Account, c.AccessKeyID}
	if c.session != nil {
		k.id = c.session.RoleID
	}
	if k.id == "" {
		return
	}
	now = now.UTC().Truncate(time.Second)
	d.uses.mu.RLock()
	u, ok := d.uses.noted[k]
	d.uses.mu.RUnlock()
	if ok && u.Service == service && u.Region == region && !u.Time.Before(now) {
		return
	}
	// They are parts of the request, which must not stay for their sake.
	use := KeyUse{Time: now, Service: strings.Clone(service), Region: strings.Clone(region)}
	d.uses.mu.Lock()
	defer d.uses.mu.Unlock()
	if len(d.uses.noted) < maxNoted || ok {
		d.uses.noted[k] = use
	}
}

// LastUse returns when the access key, or the role of that unique id, was last
// used, as far as that is noted or kept, or storage.ErrNotFound.
func (d *Directory) LastUse(tx *storage.Tx, account, id string) (KeyUse, error) {
	kept, err := keyUses.Get(tx, account, id)
	if err != nil && !errors.Is(err, storage.ErrNotFound) {
		return KeyUse{}, err
	}
	d.uses.mu.RLock()
	noted, ok := d.uses.noted[usedKey{account, id}]
	d.uses.mu.RUnlock()
	if ok && !noted.Time.Before(kept.Time) {
		return noted, nil
	}
	return kept, err
}

// KeepUses keeps the uses that are noted, in transactions of bounded size. What
// it fails to keep stays noted.
func (d *Directory) KeepUses(ctx context.Context, db *storage.DB) error {
	d.uses.mu.RLock()
	all := maps.Clone(d.uses.noted)
	d.uses.mu.RUnlock()
	for len(all) > 0 {
		batch := make(map[usedKey]KeyUse, useBatch)
		for k, u := range all {
			if len(batch) == useBatch {
				break
			}
			batch[k] = u
			delete(all, k)
		}
		err := db.Update(ctx, func(tx *storage.Tx) error { return putUses(tx, batch) })
		if err != nil {
			return err
		}
		d.uses.forget(batch)
	}
	return nil
}

// putUses keeps the uses of the keys and roles that still exist.
func putUses(tx *storage.Tx, batch map[usedKey]KeyUse) error {
	for k, u := range batch {
		exists, err := accessKeys.Exists(tx, k.account, k.id)
		if err == nil && !exists && isPrincipalID(k.id) {
			exists, err = principals.Exists(tx, k.id)
		}
		if err != nil {
			return err
		}
		if !exists {
			continue
		}
		if err := keyUses.Put(tx, u, k.account, k.id); err != nil {
			return err
		}
	}
	return nil
}

// forget drops the uses that are kept, unless a later one was noted meanwhile.
func (s *uses) forget(batch map[usedKey]KeyUse) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for k, u := range batch {
		if s.noted[k] == u {
			delete(s.noted, k)
		}
	}
}
