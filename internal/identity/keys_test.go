// SPDX-License-Identifier: Apache-2.0

package identity_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/bailiwick-dev/bailiwick/internal/identity"
	"github.com/bailiwick-dev/bailiwick/internal/keyring"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
	"github.com/bailiwick-dev/bailiwick/internal/storage/driver"
	"github.com/bailiwick-dev/bailiwick/internal/storage/pebble"
)

// keyLife is how long a key is kept after another has replaced it.
const keyLife = identity.MaxSession + 15*time.Minute

// A failing store loses all its transactions from one on: either that one as
// well, or only the answer that it was committed.
type failing struct {
	driver.DB
	left   int // transactions until it fails; negative for never
	commit bool
}

var errStopped = errors.New("stopped")

func (f *failing) Update(ctx context.Context, fn func(driver.Writer) error) error {
	if f.left == 0 {
		if f.commit {
			f.commit = false
			if err := f.DB.Update(ctx, fn); err != nil {
				return err
			}
		}
		return errStopped
	}
	f.left--
	return f.DB.Update(ctx, fn)
}

// A safe is a world whose keys are kept in its store, which outlives it.
type safe struct {
	*world
	store *failing
	root  *keyring.Root
	keys  map[string]string // access keys, by id, with their secrets
}

func newSafe(t testing.TB) *safe {
	t.Helper()
	d, err := pebble.OpenMemory()
	if err != nil {
		t.Fatal(err)
	}
	s := &safe{&world{TB: t}, &failing{DB: d, left: -1}, keyring.NewRoot(), map[string]string{}}
	s.db = storage.New(s.store)
	t.Cleanup(func() { s.db.Close() })
	s.start()
	s.update(func(tx *storage.Tx) error {
		for i, account := range []string{blue, yellow} {
			id, secret := s.dir.NewAccessKey(account)
			s.keys[id] = secret
			make := s.dir.CreateAccount
			if i == 0 {
				make = s.dir.EnsureRoot
			}
			if err := make(tx, account, id, secret, now); err != nil {
				return err
			}
		}
		return nil
	})
	return s
}

// start forgets all but the store, as a server does that stops and starts.
func (s *safe) start() {
	s.Helper()
	s.store.left = -1
	ring := keyring.New(s.root)
	if err := s.db.Update(s.Context(), func(tx *storage.Tx) error { return ring.Init(tx, now) }); err != nil {
		s.Fatal(err)
	}
	s.dir = identity.New(ring)
	if err := s.view(ring.Load); err != nil {
		s.Fatal(err)
	}
}

// addKeys gives the account's root user n access keys more.
func (s *safe) addKeys(account string, n int) {
	s.Helper()
	s.update(func(tx *storage.Tx) error {
		for range n {
			k, secret, err := s.dir.CreateAccessKey(tx, account, identity.NewAccessKeyID(account), nil, now)
			if err != nil {
				return err
			}
			s.keys[k.ID] = secret
		}
		return nil
	})
}

func (s *safe) rotate(emergency bool) (id keyring.KeyID) {
	s.Helper()
	s.update(func(tx *storage.Tx) (err error) {
		id, err = s.dir.RotateKeys(tx, emergency, now)
		return err
	})
	return id
}

// keep does what is to be done after a rotation.
func (s *safe) keep(at time.Time) (n int, gone []keyring.KeyID, err error) {
	current, n, err := s.dir.Reseal(s.Context(), s.db)
	if err == nil {
		gone, err = s.dir.DropKeys(s.Context(), s.db, current, at)
	}
	return n, gone, err
}

func (s *safe) mustKeep(at time.Time) (n int, gone []keyring.KeyID) {
	s.Helper()
	n, gone, err := s.keep(at)
	if err != nil {
		s.Fatal(err)
	}
	return n, gone
}

// list returns the ids of the keys, the current one last.
func (s *safe) list() (ids []keyring.KeyID) {
	s.Helper()
	err := s.view(func(tx *storage.Tx) error {
		keys, err := identity.Keys(tx)
		for _, k := range keys {
			ids = append(ids, k.ID)
		}
		return err
	})
	if err != nil {
		s.Fatal(err)
	}
	return ids
}

// allOpen checks that every access key has its secret.
func (s *safe) allOpen() {
	s.Helper()
	for id, secret := range s.keys {
		if c, err := s.credential(id, "", now); err != nil || c.Secret != secret {
			s.Errorf("access key %s: %v", id, err)
		}
	}
}

func TestSessionsOutliveARotation(t *testing.T) {
	s := newSafe(t)
	r := s.role("Reader", nil)
	_, issued := s.issue(r, func(i *identity.Session) { i.Expires = now.Add(identity.MaxSession) })
	before := s.mustCredential(issued.AccessKeyID, issued.SessionToken)
	for i := range 3 {
		s.rotate(false)
		s.mustKeep(now)
		if i == 1 {
			s.start()
		}
		for name, c := range map[string]*identity.Credential{
			"read before": before, "read now": s.mustCredential(issued.AccessKeyID, issued.SessionToken),
		} {
			if s.mustCaller(c); c.Secret != issued.SecretAccessKey {
				t.Errorf("%s: another secret", name)
			}
		}
	}
	if ids := s.list(); len(ids) != 4 {
		t.Errorf("keys are %v", ids)
	}
	s.mustKeep(now.Add(keyLife))
	if ids := s.list(); len(ids) != 4 {
		t.Errorf("%d keys are left to the end of the last session", len(ids))
	}
	_, gone := s.mustKeep(now.Add(keyLife + time.Second))
	if ids := s.list(); len(ids) != 1 || len(gone) != 3 {
		t.Errorf("after the last session there are %v, and %v are gone", ids, gone)
	}
	s.start()
	s.allOpen()
}

func TestAnEmergencyEndsEverySessionAtOnce(t *testing.T) {
	s := newSafe(t)
	r := s.role("Reader", nil)
	_, oldest := s.issue(r, nil)
	s.rotate(false)
	parent := s.mustCaller(s.mustCredential(oldest.AccessKeyID, oldest.SessionToken))
	_, chained := s.issue(r, func(i *identity.Session) { i.From(parent) })
	large := identity.Session{Policy: fmt.Sprintf(`{"Version":"2012-10-17","Statement":[],"Id":"%08000d"}`, 0)}
	_, big := s.issue(r, func(i *identity.Session) { i.Policy = large.Policy })
	sessions := map[string]*identity.Issued{"older key": oldest, "chained": chained, "too large for caches": big}
	held := map[string]*identity.Credential{}
	for name, issued := range sessions {
		held[name] = s.mustCredential(issued.AccessKeyID, issued.SessionToken)
		if name != "too large for caches" {
			s.mustCaller(held[name])
		}
	}
	refused := func(when string) {
		t.Helper()
		for name, issued := range sessions {
			if _, err := s.caller(held[name], now); err != identity.ErrUnknownKey {
				t.Errorf("%s, %s, held by a cache: got %v", when, name, err)
			}
			if _, err := s.credential(issued.AccessKeyID, issued.SessionToken, now); err != identity.ErrUnknownKey {
				t.Errorf("%s, %s: got %v", when, name, err)
			}
		}
	}
	s.rotate(true)
	refused("at once")
	_, issued := s.issue(r, nil)
	fresh := s.mustCredential(issued.AccessKeyID, issued.SessionToken)
	s.mustCaller(fresh)
	s.start()
	refused("after a restart")
	s.mustCaller(fresh)
	s.mustKeep(now)
	refused("when the keys are dropped")
	s.mustCaller(fresh)
	if ids := s.list(); len(ids) != 1 {
		t.Errorf("keys are %v", ids)
	}
	s.allOpen()
}

// TestARotationThatIsCutShortGoesOn stops it at each of its transactions, before
// and after that commits, and starts anew.
func TestARotationThatIsCutShortGoesOn(t *testing.T) {
	for _, commit := range []bool{false, true} {
		stops := 0
		for n := 0; ; n++ {
			s := newSafe(t)
			s.addKeys(blue, 150) // several transactions
			s.addKeys(yellow, 70)
			_, issued := s.issue(s.role("Reader", nil), nil)
			old := s.list()[0]
			s.store.left, s.store.commit = n, commit
			err := s.db.Update(t.Context(), func(tx *storage.Tx) error {
				_, err := s.dir.RotateKeys(tx, true, now)
				return err
			})
			rotated := err == nil || commit
			if err == nil {
				_, _, err = s.keep(now)
			}
			if err != nil && !errors.Is(err, errStopped) {
				t.Fatal(err)
			}
			s.start()
			s.allOpen()
			_, serr := s.credential(issued.AccessKeyID, issued.SessionToken, now)
			if dead := serr == identity.ErrUnknownKey; dead != rotated {
				t.Errorf("stopped at transaction %d: session says %v", n, serr)
			}
			s.mustKeep(now)
			s.allOpen()
			if ids := s.list(); len(ids) != 1 || (ids[0] != old) != rotated {
				t.Errorf("stopped at transaction %d: keys are %v", n, ids)
			}
			if err == nil {
				break
			}
			stops++
		}
		if stops < 7 { // rotating, three and two times sealing, dropping
			t.Errorf("there were %d transactions to stop", stops)
		}
	}
}

// TestSecretsMadeMeanwhileAreNotLost adds access keys and rotates between
// sealing anew and dropping: what is sealed with the key of then must not lose
// it.
func TestSecretsMadeMeanwhileAreNotLost(t *testing.T) {
	s := newSafe(t)
	s.addKeys(blue, 3)
	s.rotate(true)
	current, n, err := s.dir.Reseal(t.Context(), s.db)
	if err != nil || n != 5 {
		t.Fatalf("%d secrets were sealed anew, %v", n, err)
	}
	s.addKeys(yellow, 3)
	s.rotate(true)
	if gone, err := s.dir.DropKeys(t.Context(), s.db, current, now); err != nil || gone != nil {
		t.Errorf("%v were dropped, %v", gone, err)
	}
	s.start()
	s.allOpen()
	if n, gone := s.mustKeep(now); n != 8 || len(gone) != 2 {
		t.Errorf("%d secrets were sealed anew and %v dropped", n, gone)
	}
	s.start()
	s.allOpen()
	if n, gone := s.mustKeep(now); n != 0 || gone != nil {
		t.Errorf("with nothing to do, %d secrets were sealed anew and %v dropped", n, gone)
	}
}

// TestKeysOfAnotherAreKnown: who shares the store may rotate; what is sealed with
// a key that this directory hasn't seen opens nonetheless.
func TestKeysOfAnotherAreKnown(t *testing.T) {
	s := newSafe(t)
	mine := s.dir
	s.start() // another directory
	s.rotate(true)
	if n, gone := s.mustKeep(now); n != 2 || len(gone) != 1 {
		t.Fatalf("%d secrets were sealed anew and %v dropped", n, gone)
	}
	s.dir = mine
	s.allOpen()
}

func TestASecretThatDoesNotOpenKeepsTheKeys(t *testing.T) {
	s := newSafe(t)
	s.update(func(tx *storage.Tx) error {
		return identity.PutAccessKey(tx, &identity.AccessKey{ID: "AKIADAMAGEDDAMAGED00", Account: blue, Active: true, Sealed: make([]byte, 80)})
	})
	s.rotate(true)
	if _, gone, err := s.keep(now); err == nil || gone != nil || len(s.list()) != 2 {
		t.Errorf("%v were dropped, %v", gone, err)
	}
}

// BenchmarkLookForKeys is what each call takes to see that the keys have not
// changed, beside a transaction that does nothing.
func BenchmarkLookForKeys(b *testing.B) {
	s := newSafe(b)
	ring := keyring.New(s.root)
	for name, f := range map[string]func(*storage.Tx) error{
		"bare": func(*storage.Tx) error { return nil },
		"load": ring.Load,
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := s.db.View(b.Context(), f); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
