// SPDX-License-Identifier: Apache-2.0

package audit

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/bailiwick-dev/bailiwick/internal/audit/trail"
	"github.com/bailiwick-dev/bailiwick/internal/keyring"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
)

// signerPurpose is what keys that sign are sealed for. They are the
// installation's, of no account.
const signerPurpose = "audit-signer"

// A signerKey is a key that signs the log, as it is stored.
type signerKey struct {
	Public []byte
	Sealed []byte // the seed of the private key
	Made   time.Time
}

// A signerRecord holds the key that signs, and the one that is to follow it when
// the log has said so.
type signerRecord struct {
	Current signerKey
	Next    *signerKey
}

// signers has one record.
var signers = storage.NewTable[signerRecord]("audit/signer")

const signerPart = "signer"

// A signer signs notes. There is a new key whenever the keyring has a new current
// key: one that was sealed with a key in wrong hands would be there too. But for
// sealedWith it belongs to one goroutine.
type signer struct {
	db   *storage.DB
	ring *keyring.Ring
	now  func() time.Time

	current ed25519.PrivateKey
	next    ed25519.PrivateKey // nil unless it is to follow

	sealedWith atomic.Pointer[keyring.KeyID] // the key that seals current
}

// openSigner opens the key that signs, or makes the first.
func openSigner(db *storage.DB, ring *keyring.Ring, now func() time.Time) (*signer, error) {
	s := &signer{db: db, ring: ring, now: now}
	err := s.change(func(rec *signerRecord) (bool, error) {
		if len(rec.Current.Public) > 0 {
			return false, nil
		}
		k, err := s.make()
		rec.Current = k
		return true, err
	})
	return s, err
}

// change changes the record by f, which reports whether it did, and takes over
// the keys in it.
func (s *signer) change(f func(*signerRecord) (bool, error)) error {
	var rec signerRecord
	err := s.db.Update(context.Background(), func(tx *storage.Tx) (err error) {
		if err := s.ring.Load(tx); err != nil {
			return err
		}
		if rec, err = signers.Get(tx, signerPart); err != nil && !errors.Is(err, storage.ErrNotFound) {
			return err
		}
		changed, err := f(&rec)
		if err != nil || !changed {
			return err
		}
		return signers.Put(tx, rec, signerPart)
	})
	if err != nil {
		return err
	}
	if s.current, err = s.open(&rec.Current); err != nil {
		return err
	}
	s.next = nil
	if rec.Next != nil {
		if s.next, err = s.open(rec.Next); err != nil {
			return err
		}
	}
	id := keyring.SealedWith(rec.Current.Sealed)
	s.sealedWith.Store(&id)
	return nil
}

// make draws a new key at random and seals it.
func (s *signer) make() (signerKey, error) {
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		return signerKey{}, err
	}
	sealed, err := s.ring.Seal(signerPurpose, "", public, private.Seed())
	return signerKey{Public: public, Sealed: sealed, Made: s.now()}, err
}

func (s *signer) open(k *signerKey) (ed25519.PrivateKey, error) {
	seed, err := s.ring.Open(signerPurpose, "", k.Public, k.Sealed)
	if err != nil || len(seed) != ed25519.SeedSize {
		return nil, errors.New("the key that signs the decision log does not open")
	}
	private := ed25519.NewKeyFromSeed(seed)
	if !bytes.Equal(private.Public().(ed25519.PublicKey), k.Public) {
		return nil, fmt.Errorf("the key that signs the decision log: %w", storage.ErrCorrupt)
	}
	return private, nil
}

func (s *signer) public() ed25519.PublicKey { return s.current.Public().(ed25519.PublicKey) }

// sign returns the text of n, signed with the key that signs at the place p.
func (s *signer) sign(n *trail.Note, p *place) ([]byte, error) {
	switch {
	case n.Kind == trail.Rekey:
		return n.Sign(s.current, s.next)
	case s.announced(p):
		return n.Sign(s.next, nil)
	}
	return n.Sign(s.current, nil)
}

// announced reports whether the log has said, by the place p, that the key that is
// to follow signs.
func (s *signer) announced(p *place) bool {
	return s.next != nil && bytes.Equal(p.Key, s.next.Public().(ed25519.PublicKey))
}

// stale reports whether another key is to sign.
func (s *signer) stale() bool {
	return s.next != nil || *s.sealedWith.Load() != s.ring.Current()
}

// prepare sees to it that there is a key to follow, sealed with the current key
// of the ring.
func (s *signer) prepare() error {
	return s.change(func(rec *signerRecord) (bool, error) {
		if rec.Next != nil && keyring.SealedWith(rec.Next.Sealed) == s.ring.Current() {
			return false, nil
		}
		k, err := s.make()
		rec.Next = &k
		return true, err
	})
}

// promote makes the key that is to follow the one that signs, now that the log
// has said so.
func (s *signer) promote() error {
	return s.change(func(rec *signerRecord) (bool, error) {
		if rec.Next == nil {
			return false, nil
		}
		rec.Current, rec.Next = *rec.Next, nil
		return true, nil
	})
}

// rekey has another key sign from now on: the log says so, signed with both. If
// it is cut short, it goes on from there.
func (l *Log) rekey() error {
	s := l.files.keys
	if s.announced(&l.files.at) {
		return s.promote()
	}
	if err := s.prepare(); err != nil {
		return err
	}
	if err := l.newFile(); err != nil {
		return err
	}
	if err := l.note(&trail.Note{Kind: trail.Rekey}); err != nil {
		return err
	}
	l.log.Info("the decision log is signed with a new key", "key", fmt.Sprintf("%x", s.next.Public()))
	return s.promote()
}

// Sealed waits until the key that signs the log is sealed with the ring's current
// key, or ctx ends. Keys before that may go then.
func (l *Log) Sealed(ctx context.Context) error {
	for {
		l.mu.Lock()
		shipped := l.shipped
		l.mu.Unlock()
		if *l.files.keys.sealedWith.Load() == l.cfg.Ring.Current() {
			return nil
		}
		select {
		case <-shipped:
		case <-l.done:
			return ErrUnavailable
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}
