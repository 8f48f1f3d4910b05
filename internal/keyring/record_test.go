// SPDX-License-Identifier: Apache-2.0

package keyring_test

import (
	"errors"
	"testing"
	"time"

	"github.com/bailiwick-dev/bailiwick/internal/keyring"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
	"github.com/bailiwick-dev/bailiwick/internal/storage/pebble"
)

var now = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

const overlap = 12 * time.Hour

// A store is a store with keys, and a ring that has them.
type store struct {
	*testing.T
	db   *storage.DB
	ring *keyring.Ring
}

func newStore(t *testing.T) *store {
	t.Helper()
	d, err := pebble.OpenMemory()
	if err != nil {
		t.Fatal(err)
	}
	s := &store{t, storage.New(d), keyring.New(parseRoot(t, rootText))}
	t.Cleanup(func() {
		if err := s.db.Close(); err != nil {
			t.Error(err)
		}
	})
	s.update(func(tx *storage.Tx) error { return s.ring.Init(tx, now) })
	s.load(s.ring)
	return s
}

func (s *store) update(f func(*storage.Tx) error) {
	s.Helper()
	if err := s.db.Update(s.Context(), f); err != nil {
		s.Fatal(err)
	}
}

func (s *store) load(r *keyring.Ring) {
	s.Helper()
	if err := s.db.View(s.Context(), r.Load); err != nil {
		s.Fatal(err)
	}
}

// rotate adds a key, which the ring then has.
func (s *store) rotate(emergency bool, now time.Time) (id keyring.KeyID) {
	s.Helper()
	s.update(func(tx *storage.Tx) (err error) {
		id, err = s.ring.Rotate(tx, emergency, now)
		return err
	})
	s.load(s.ring)
	return id
}

func (s *store) prune(current keyring.KeyID, now time.Time) (gone []keyring.KeyID) {
	s.Helper()
	s.update(func(tx *storage.Tx) (err error) {
		gone, err = keyring.Prune(tx, current, overlap, now)
		return err
	})
	s.load(s.ring)
	return gone
}

// list returns what is stored of the keys.
func (s *store) list() (keys []keyring.Info) {
	s.Helper()
	if err := s.db.View(s.Context(), func(tx *storage.Tx) (err error) {
		keys, err = keyring.List(tx)
		return err
	}); err != nil {
		s.Fatal(err)
	}
	return keys
}

// restart returns a ring of what is stored.
func (s *store) restart() *keyring.Ring {
	s.Helper()
	r := keyring.New(parseRoot(s, rootText))
	s.load(r)
	return r
}

func TestKeysAreMadeOnce(t *testing.T) {
	s := newStore(t)
	first, sealed := s.ring.Current(), seal(t, s.ring, "kept")
	s.update(func(tx *storage.Tx) error { return s.ring.Init(tx, now) })
	if r := s.restart(); r.Current() != first || len(s.list()) != 1 {
		t.Errorf("%v became %v", s.ring, r)
	} else if got, err := r.Open("session", account, []byte("aad"), sealed); err != nil || string(got) != "kept" {
		t.Errorf("opened again: %q, %v", got, err)
	}
}

func TestAStoreWithoutKeysLoadsNone(t *testing.T) {
	d, err := pebble.OpenMemory()
	if err != nil {
		t.Fatal(err)
	}
	db := storage.New(d)
	defer db.Close()
	r := keyring.New(parseRoot(t, rootText))
	if err := db.View(t.Context(), r.Load); err != keyring.ErrNoKeys {
		t.Errorf("got %v", err)
	}
	if _, err := r.Seal("session", account, nil, nil); err != keyring.ErrUnknownKey {
		t.Errorf("seals with %v, %v", r, err)
	}
}

func TestOldKeysStillOpen(t *testing.T) {
	s := newStore(t)
	first, sealed := s.ring.Current(), seal(t, s.ring, "kept")
	secret, err := s.ring.Derive(first, "p", "a", nil)
	if err != nil {
		t.Fatal(err)
	}
	id := s.rotate(false, now)
	for name, r := range map[string]*keyring.Ring{"running": s.ring, "restarted": s.restart()} {
		if r.Current() != id || id == first {
			t.Errorf("%s: current key is %v, want the new %v", name, r.Current(), id)
		}
		if got, err := r.Open("session", account, []byte("aad"), sealed); err != nil || string(got) != "kept" {
			t.Errorf("%s: sealed by the old key: %q, %v", name, got, err)
		}
		if again, err := r.Derive(first, "p", "a", nil); err != nil || again != secret {
			t.Errorf("%s: derived by the old key: %v", name, err)
		}
		if !r.Live(first) || !r.Live(id) {
			t.Errorf("%s: live are %v, %v", name, r.Live(first), r.Live(id))
		}
		if got := keyring.SealedWith(seal(t, r, "new")); got != id {
			t.Errorf("%s: sealed with %v, want the new key", name, got)
		}
	}
}

func TestAnEmergencyEndsSessionsOfEveryOlderKey(t *testing.T) {
	s := newStore(t)
	first := s.ring.Current()
	second := s.rotate(false, now)
	sealed := seal(t, s.ring, "secret")
	third := s.rotate(true, now)
	for name, r := range map[string]*keyring.Ring{"running": s.ring, "restarted": s.restart()} {
		if r.Live(first) || r.Live(second) || !r.Live(third) || r.Current() != third {
			t.Errorf("%s: live are %v, %v, %v", name, r.Live(first), r.Live(second), r.Live(third))
		}
		if got, err := r.Open("session", account, []byte("aad"), sealed); err != nil || string(got) != "secret" {
			t.Errorf("%s: what is to be sealed anew opens as %q, %v", name, got, err)
		}
	}
	s.rotate(false, now)
	if s.ring.Live(first) || s.ring.Live(second) || !s.ring.Live(third) {
		t.Error("a rotation after the emergency has revived keys, or ended others")
	}
	if s.ring.Live(keyring.KeyID{}) || s.ring.Live(keyring.NewMemory().Current()) {
		t.Error("keys that never were are live")
	}
}

func TestOnlyKeysThatNothingNeedsAreDropped(t *testing.T) {
	s := newStore(t)
	first, sealed := s.ring.Current(), seal(t, s.ring, "secret")
	if gone := s.prune(first, now.Add(1000*time.Hour)); gone != nil {
		t.Errorf("the current key is gone: %v", gone)
	}
	second := s.rotate(false, now)
	if gone := s.prune(second, now.Add(overlap)); gone != nil {
		t.Errorf("%v is gone while sessions last", gone)
	}
	if gone := s.prune(first, now.Add(overlap+time.Second)); gone != nil {
		t.Errorf("%v is gone, and secrets may be sealed with it", gone)
	}
	if gone := s.prune(second, now.Add(overlap+time.Second)); len(gone) != 1 || gone[0] != first {
		t.Errorf("gone is %v, want %v", gone, first)
	}
	for name, r := range map[string]*keyring.Ring{"running": s.ring, "restarted": s.restart()} {
		if _, err := r.Open("session", account, []byte("aad"), sealed); err != keyring.ErrSealed || r.Live(first) {
			t.Errorf("%s: the dropped key still opens: %v", name, err)
		}
		if _, err := r.SealWith(first, "session", account, nil, nil); err != keyring.ErrUnknownKey {
			t.Errorf("%s: the dropped key still seals: %v", name, err)
		}
	}
	third := s.rotate(true, now)
	if gone := s.prune(second, now); gone != nil {
		t.Errorf("%v is gone before secrets are sealed with the newest key", gone)
	}
	if gone := s.prune(third, now); len(gone) != 1 || gone[0] != second {
		t.Errorf("gone is %v, want the revoked %v", gone, second)
	}
}

func TestARotationThatDoesNotCommitIsNone(t *testing.T) {
	s := newStore(t)
	first, cancelled := s.ring.Current(), errors.New("cancelled")
	if err := s.db.Update(t.Context(), func(tx *storage.Tx) error {
		if _, err := s.ring.Rotate(tx, true, now); err != nil {
			return err
		}
		return cancelled
	}); err != cancelled {
		t.Fatal(err)
	}
	s.load(s.ring)
	if s.ring.Current() != first || !s.ring.Live(first) || len(s.list()) != 1 {
		t.Errorf("keys are %v", s.list())
	}
}

// TestWhatARetiredKeySealedDoesNotCommit: a transaction that has sealed
// something runs again if there is another key before it commits.
func TestWhatARetiredKeySealedDoesNotCommit(t *testing.T) {
	s := newStore(t)
	records := storage.NewTable[[]byte]("sealed")
	begun, rotated := make(chan struct{}), make(chan struct{})
	var with []keyring.KeyID
	done := make(chan error, 1)
	go func() {
		done <- s.db.Update(t.Context(), func(tx *storage.Tx) error {
			if err := s.ring.Load(tx); err != nil {
				return err
			}
			sealed := seal(t, s.ring, "secret")
			if with = append(with, keyring.SealedWith(sealed)); len(with) == 1 {
				close(begun)
				<-rotated
			}
			return records.Put(tx, sealed, "one")
		})
	}()
	<-begun
	s.rotate(true, now)
	close(rotated)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if len(with) != 2 || with[1] != s.ring.Current() {
		t.Errorf("sealed with %v, and the current key is %v", with, s.ring.Current())
	}
}

func TestThereIsABoundOnKeysAndRoomForEmergencies(t *testing.T) {
	s := newStore(t)
	rotate := func(emergency bool) error {
		return s.db.Update(t.Context(), func(tx *storage.Tx) error {
			_, err := s.ring.Rotate(tx, emergency, now)
			return err
		})
	}
	for i := 1; i < 256; i++ {
		if err := rotate(false); err != nil {
			t.Fatalf("key %d: %v", i, err)
		}
	}
	if err := rotate(false); err != keyring.ErrTooManyKeys {
		t.Errorf("one more: %v", err)
	}
	for i := 256; i < 512; i++ {
		if err := rotate(true); err != nil {
			t.Fatalf("emergency %d: %v", i, err)
		}
	}
	if err := rotate(true); err != keyring.ErrTooManyKeys {
		t.Errorf("one more emergency: %v", err)
	}
	s.load(s.ring)
	if gone := s.prune(s.ring.Current(), now); len(gone) != 511 {
		t.Errorf("%d keys gone, want all but the current", len(gone))
	}
}

func TestKeysOpenWithTheirRootKeyOnly(t *testing.T) {
	s := newStore(t)
	sealed := seal(t, s.ring, "kept")
	s.rotate(false, now)
	other := keyring.NewRoot()
	wrong := keyring.New(other)
	if err := s.db.View(t.Context(), wrong.Load); err != keyring.ErrWrongRoot {
		t.Errorf("another root key: %v", err)
	}
	if err := s.db.Update(t.Context(), func(tx *storage.Tx) error { return wrong.Init(tx, now) }); err != keyring.ErrWrongRoot {
		t.Errorf("another root key at a start: %v", err)
	}
	if _, err := wrong.Seal("p", account, nil, nil); err != keyring.ErrUnknownKey {
		t.Errorf("the ring that isn't loaded seals: %v", err)
	}

	s.update(func(tx *storage.Tx) error { return s.ring.Rewrap(tx, other) })
	s.load(wrong)
	if got, err := wrong.Open("session", account, []byte("aad"), sealed); err != nil || string(got) != "kept" {
		t.Errorf("rewrapped: %q, %v", got, err)
	}
	if err := s.db.View(t.Context(), keyring.New(parseRoot(t, rootText)).Load); err != keyring.ErrWrongRoot {
		t.Errorf("the old root key: %v", err)
	}
}

func TestOtherKeysAreTold(t *testing.T) {
	s := newStore(t)
	told := func() bool {
		select {
		case <-s.ring.Changed():
			return true
		default:
			return false
		}
	}
	if !told() || told() {
		t.Error("the first keys are told of other than once")
	}
	s.load(s.ring)
	if told() {
		t.Error("the same keys are told of again")
	}
	if s.rotate(false, now); !told() {
		t.Error("a new key is not told of")
	}
}
