// SPDX-License-Identifier: Apache-2.0

package identity_test

import (
	"testing"
	"time"

	"github.com/bailiwick-dev/bailiwick/internal/identity"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
)

func TestTheLastUseOfARoleIsThatOfItsSessions(t *testing.T) {
	w := newWorld(t)
	r := w.role("reader", nil)
	_, first := w.issue(r, nil)
	_, second := w.issue(r, nil)
	use := func(s *identity.Issued, after time.Duration) {
		w.dir.Used(w.mustCredential(s.AccessKeyID, s.SessionToken), now.Add(after), "dynamodb", "eu-west-1")
	}
	check := func(d *identity.Directory, want identity.KeyUse) {
		t.Helper()
		if u := w.lastUse(d, blue, r.ID); u != want {
			t.Errorf("used %v, want %v", u, want)
		}
	}
	keep := func() {
		t.Helper()
		if err := w.dir.KeepUses(t.Context(), w.db); err != nil {
			t.Fatal(err)
		}
	}
	restarted := identity.New(nil)
	check(w.dir, identity.KeyUse{})
	use(first, 0)
	use(second, time.Minute)
	want := identity.KeyUse{Time: now.Add(time.Minute), Service: "dynamodb", Region: "eu-west-1"}
	check(w.dir, want)
	check(restarted, identity.KeyUse{})
	keep()
	check(restarted, want)

	// A role that is gone leaves nothing behind, not even what is kept too late.
	use(first, 2*time.Minute)
	w.update(func(tx *storage.Tx) error { return identity.DeleteRole(tx, r) })
	check(restarted, identity.KeyUse{})
	keep()
	check(restarted, identity.KeyUse{})
}
