// SPDX-License-Identifier: Apache-2.0

package keyring

import (
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"github.com/bailiwick-dev/bailiwick/internal/storage"
)

// ErrTooManyKeys means that too many keys are still needed to add another.
var ErrTooManyKeys = errors.New("keyring: too many keys are still in use")

// ErrNoKeys means that the store has no keys.
var ErrNoKeys = errors.New("keyring: the store has no keys")

// How many keys there may be. Emergencies have room of their own.
const (
	maxKeys          = 256
	maxEmergencyKeys = 2 * maxKeys
)

// A record is the form in which all keys are stored, the current one last.
type record struct{ Keys []storedKey }

type storedKey struct {
	Info
	Wrapped []byte
}

// records has two records: the keys, and beside them their generation, eight
// bytes that are read with every call and raised with every change.
var records = storage.NewTable[record]("keyring")

const keysPart = "keys"

var generationKey = records.Key("generation")

// Span is the span of the stored keys.
func Span(write bool) storage.Span { return records.Under(write) }

// Stored reports whether there are keys in the store.
func Stored(tx *storage.Tx) (bool, error) {
	n, err := generation(tx)
	return n > 0, err
}

// generation returns the generation of the stored keys, 0 if there are none.
func generation(tx *storage.Tx) (uint64, error) {
	b, err := tx.Get(generationKey)
	if errors.Is(err, storage.ErrNotFound) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	if len(b) != 8 || binary.BigEndian.Uint64(b) == 0 {
		return 0, fmt.Errorf("keyring: %w", storage.ErrCorrupt)
	}
	return binary.BigEndian.Uint64(b), nil
}

// Load sees to it that the ring has at least the keys that are stored as of tx,
// which must open [Span]. A transaction that seals or opens calls it first: if
// the keys change before it commits, it conflicts with that change, so nothing
// that is committed was sealed with a key that had been retired. It costs one
// read unless the keys have changed. A ring that is kept nowhere stays as it is.
func (r *Ring) Load(tx *storage.Tx) error {
	if r.root == nil {
		return nil
	}
	n, err := generation(tx)
	if err != nil {
		return err
	}
	if n == 0 {
		return ErrNoKeys
	}
	if n <= r.set.Load().generation {
		return nil
	}
	rec, err := records.Get(tx, keysPart)
	if err != nil {
		return err
	}
	keys, err := r.root.unwrapAll(&rec)
	if err != nil {
		return err
	}
	r.adopt(newSet(n, keys))
	return nil
}

// unwrapAll decodes a record. Its errors quote nothing of it.
func (k *Root) unwrapAll(rec *record) ([]key, error) {
	if len(rec.Keys) == 0 || len(rec.Keys) > maxEmergencyKeys {
		return nil, fmt.Errorf("keyring: %w", storage.ErrCorrupt)
	}
	keys := make([]key, len(rec.Keys))
	seen := make(map[KeyID]bool, len(rec.Keys))
	for i := range rec.Keys {
		stored := &rec.Keys[i]
		current := i == len(rec.Keys)-1
		if seen[stored.ID] || stored.Retired.IsZero() != current || stored.Revoked && current {
			return nil, fmt.Errorf("keyring: %w", storage.ErrCorrupt)
		}
		seen[stored.ID] = true
		secret, err := k.unwrap(stored.ID, stored.Wrapped)
		if err != nil {
			return nil, err
		}
		keys[i] = key{stored.Info, secret}
	}
	return keys, nil
}

// Init stores a first key if there is none, and loads what there is.
func (r *Ring) Init(tx *storage.Tx, now time.Time) error {
	n, err := generation(tx)
	if err != nil {
		return err
	}
	if n > 0 {
		return r.Load(tx)
	}
	keys := []key{newKey(now)}
	return store(tx, r.root.wrapAll(keys))
}

// wrapAll encodes keys.
func (k *Root) wrapAll(keys []key) *record {
	rec := &record{Keys: make([]storedKey, len(keys))}
	for i := range keys {
		rec.Keys[i] = storedKey{keys[i].Info, k.wrap(keys[i].ID, &keys[i].secret)}
	}
	return rec
}

// store replaces the stored keys.
func store(tx *storage.Tx, rec *record) error {
	n, err := generation(tx)
	if err != nil {
		return err
	}
	if err := records.Put(tx, *rec, keysPart); err != nil {
		return err
	}
	return tx.Put(generationKey, binary.BigEndian.AppendUint64(nil, n+1))
}

// Rotate stores a new key, which is the current one from then on, and returns
// its id. In an emergency what the keys before have sealed for sessions counts
// no more. tx must open [Span] for writing; rings have the key from [Ring.Load]
// in a later transaction. It fails with [ErrTooManyKeys].
func (r *Ring) Rotate(tx *storage.Tx, emergency bool, now time.Time) (KeyID, error) {
	rec, err := records.Get(tx, keysPart)
	if err != nil {
		return KeyID{}, err
	}
	limit := maxKeys
	if emergency {
		limit = maxEmergencyKeys
	}
	if len(rec.Keys) >= limit {
		return KeyID{}, ErrTooManyKeys
	}
	k := newKey(now)
	for i := range rec.Keys {
		old := &rec.Keys[i]
		old.Revoked = old.Revoked || emergency
		if old.Retired.IsZero() {
			old.Retired = k.Made
		}
	}
	rec.Keys = append(rec.Keys, storedKey{k.Info, r.root.wrap(k.ID, &k.secret)})
	return k.ID, store(tx, &rec)
}

// Prune removes the keys that nothing needs any more and returns their ids:
// those that are revoked, and those that were retired longer than overlap ago.
// The caller has seen to it that all that is stored sealed is sealed with the
// key current. If that isn't the current key any more, nothing is removed.
func Prune(tx *storage.Tx, current KeyID, overlap time.Duration, now time.Time) ([]KeyID, error) {
	rec, err := records.Get(tx, keysPart)
	if err != nil {
		return nil, err
	}
	last := len(rec.Keys) - 1
	if last < 0 || rec.Keys[last].ID != current {
		return nil, nil
	}
	var gone []KeyID
	var kept []storedKey
	for i, k := range rec.Keys {
		if i != last && (k.Revoked || now.Sub(k.Retired) > overlap) {
			gone = append(gone, k.ID)
		} else {
			kept = append(kept, k)
		}
	}
	if len(gone) == 0 {
		return nil, nil
	}
	return gone, store(tx, &record{kept})
}

// Rewrap stores the ring's keys wrapped with another root key. The ring is of no
// use afterwards.
func (r *Ring) Rewrap(tx *storage.Tx, to *Root) error {
	if err := r.Load(tx); err != nil {
		return err
	}
	return store(tx, to.wrapAll(r.set.Load().keys))
}

// List returns the stored keys, the current one last.
func List(tx *storage.Tx) ([]Info, error) {
	rec, err := records.Get(tx, keysPart)
	if err != nil {
		return nil, err
	}
	out := make([]Info, len(rec.Keys))
	for i := range rec.Keys {
		out[i] = rec.Keys[i].Info
	}
	return out, nil
}
