// SPDX-License-Identifier: Apache-2.0

package identity_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/bailiwick-dev/bailiwick/internal/identity"
	"github.com/bailiwick-dev/bailiwick/internal/keyring"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
)

// lastUse returns what a directory says of a key's last use.
func (w *world) lastUse(d *identity.Directory, account, id string) (u identity.KeyUse) {
	w.Helper()
	err := w.view(func(tx *storage.Tx) (err error) {
		u, err = d.LastUse(tx, account, id)
		return err
	})
	if err != nil && !errors.Is(err, storage.ErrNotFound) {
		w.Fatal(err)
	}
	return u
}

func TestTheLastUseOfAKeyIsKept(t *testing.T) {
	w := newWorld(t)
	_, keyID, _ := w.user("ann", nil)
	key := w.mustCredential(keyID, "")
	restarted := identity.New(keyring.NewMemory()) // knows what is kept, and nothing else
	if u := w.lastUse(w.dir, blue, keyID); u != (identity.KeyUse{}) {
		t.Errorf("a new key was used %v", u)
	}
	use := func(at time.Duration, service string) identity.KeyUse {
		w.dir.Used(key, now.Add(at), service, "eu-west-1")
		return identity.KeyUse{Time: now.Add(at).Truncate(time.Second), Service: service, Region: "eu-west-1"}
	}
	keep := func() {
		t.Helper()
		if err := w.dir.KeepUses(t.Context(), w.db); err != nil {
			t.Fatal(err)
		}
	}
	first := use(0, "iam")
	if u := w.lastUse(w.dir, blue, keyID); u != first {
		t.Errorf("at once: %v", u)
	}
	if u := w.lastUse(restarted, blue, keyID); u != (identity.KeyUse{}) {
		t.Errorf("kept before it should be: %v", u)
	}
	keep()
	if u := w.lastUse(restarted, blue, keyID); u != first {
		t.Errorf("kept: %v", u)
	}
	second := use(1500*time.Millisecond, "dynamodb")
	if u := w.lastUse(w.dir, blue, keyID); u != second {
		t.Errorf("used again: %v", u)
	}
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	if err := w.dir.KeepUses(canceled, w.db); err == nil {
		t.Error("kept although it was stopped")
	}
	keep()
	if u := w.lastUse(restarted, blue, keyID); u != second {
		t.Errorf("kept after a failure: %v", u)
	}
	if u := w.lastUse(restarted, yellow, keyID); u != (identity.KeyUse{}) {
		t.Errorf("another account sees %v", u)
	}

	// A key that was deleted meanwhile leaves nothing behind.
	use(time.Minute, "sts")
	w.update(func(tx *storage.Tx) error {
		k, err := identity.GetAccessKey(tx, blue, keyID)
		if err != nil {
			return err
		}
		return identity.DeleteAccessKey(tx, k)
	})
	keep()
	if u := w.lastUse(restarted, blue, keyID); u != (identity.KeyUse{}) {
		t.Errorf("a deleted key was used %v", u)
	}
}

func TestSessionsLeaveNoNoteOfTheirKeys(t *testing.T) {
	w := newWorld(t)
	_, issued := w.issue(w.role("reader", nil), nil)
	w.dir.Used(w.mustCredential(issued.AccessKeyID, issued.SessionToken), now, "s3", "eu-west-1")
	if u := w.lastUse(w.dir, blue, issued.AccessKeyID); u != (identity.KeyUse{}) {
		t.Errorf("noted %v", u)
	}
}

func BenchmarkNotingTheUseOfAKey(b *testing.B) {
	w := newWorld(b)
	_, keyID, _ := w.user("ann", nil)
	key := w.mustCredential(keyID, "")
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			w.dir.Used(key, now, "dynamodb", "eu-west-1")
		}
	})
}
