// SPDX-License-Identifier: Apache-2.0

package bailiwick

import (
	"errors"
	"log/slog"
	"testing"
	"time"

	"github.com/bailiwick-dev/bailiwick/internal/identity"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
)

// TestNoKeyGoesThatSealsTheSigner rotates the keys while the decision log can't have
// another key to sign with: without the one that seals that, the server could not
// start again.
func TestNoKeyGoesThatSealsTheSigner(t *testing.T) {
	s, err := Open(Config{Data: t.TempDir(), Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	held := s.audit.Begin() // the log does nothing while this call is under way
	time.Sleep(600 * time.Millisecond)
	directory := s.keeper.directory
	err = s.db.Update(t.Context(), func(tx *storage.Tx) error {
		_, err := directory.RotateKeys(tx, true, time.Now())
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	err = s.db.View(t.Context(), func(tx *storage.Tx) error { // sees the new key, as any call does
		_, err := directory.Credential(tx, s.root.AccessKeyID, "", time.Now())
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	keys := func() (n int) {
		err := s.db.View(t.Context(), func(tx *storage.Tx) error {
			all, err := identity.Keys(tx)
			n = len(all)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	for end := time.Now().Add(2 * settleTime); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if n := keys(); n != 2 {
			t.Errorf("%d of 2 keys are left while one seals the key that signs", n)
			break
		}
	}
	held.Done()
	for end := time.Now().Add(time.Minute); keys() != 1; time.Sleep(50 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("the old key does not go")
		}
	}
	err = s.Close()
	again, openErr := Open(Config{Data: s.cfg.Data, Log: slog.New(slog.DiscardHandler)})
	if err := errors.Join(err, openErr); err != nil {
		t.Fatal(err)
	}
	if err := again.Close(); err != nil {
		t.Error(err)
	}
}
