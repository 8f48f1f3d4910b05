// SPDX-License-Identifier: Apache-2.0

package identity_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/bailiwick-dev/bailiwick/internal/identity"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
)

// close begins to close yellow.
func (w *world) close() {
	w.Helper()
	w.update(func(tx *storage.Tx) error {
		a, err := identity.GetAccount(tx, yellow)
		if err != nil {
			return err
		}
		return identity.Close(tx, a, now)
	})
}

// step does one step of closing an account.
func (w *world) step(account string) (done bool, err error) {
	err = w.db.Update(w.Context(), func(tx *storage.Tx) (err error) {
		done, err = identity.CloseStep(tx, account, nil)
		return err
	})
	return done, err
}

func TestClosingGoesOnFromEveryStep(t *testing.T) {
	w := newWorld(t)
	var ids []string
	w.update(func(tx *storage.Tx) error {
		for i := range 300 {
			u := &identity.User{Entity: identity.Entity{Account: yellow, ID: identity.NewUserID(), Name: fmt.Sprintf("user-%d", i), Path: "/"}}
			r := &identity.Role{Entity: identity.Entity{Account: yellow, ID: identity.NewRoleID(), Name: fmt.Sprintf("role-%d", i), Path: "/"}, Trust: trustAll}
			if err := errors.Join(identity.CreateUser(tx, u), identity.CreateRole(tx, r)); err != nil {
				return err
			}
			ids = append(ids, u.ID, r.ID)
		}
		return nil
	})
	c := w.mustCredential(w.yellowID, "")
	w.mustCaller(c)
	w.close()
	steps := 0
	for done := false; !done; steps++ {
		if steps > 20 {
			t.Fatal("closing doesn't end")
		}
		if _, err := w.caller(c, now); !errors.Is(err, identity.ErrUnknownKey) {
			t.Fatalf("after %d steps the root user is let in: %v", steps, err)
		}
		if got := w.closing(); !slices.Equal(got, []string{yellow}) {
			t.Fatalf("after %d steps these are being closed: %q", steps, got)
		}
		var err error
		if done, err = w.step(yellow); err != nil {
			t.Fatal(err)
		}
	}
	if steps < 5 { // two for users, two for roles, one for all else
		t.Errorf("%d steps: each must be of bounded size", steps)
	}
	if got := w.closing(); len(got) > 0 {
		t.Errorf("in the end these are being closed: %q", got)
	}
	if _, err := w.caller(c, now); !errors.Is(err, identity.ErrUnknownKey) {
		t.Errorf("in the end the root user is let in: %v", err)
	}
	for _, id := range ids {
		if _, err := w.resolve(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"` + id + `"},"Action":"sts:AssumeRole"}}`); err == nil {
			t.Fatalf("the id %s still names somebody", id)
		}
	}
	err := w.db.Update(t.Context(), func(tx *storage.Tx) error {
		id, secret := w.dir.NewAccessKey(yellow)
		return w.dir.CreateAccount(tx, yellow, id, secret, now)
	})
	if !errors.Is(err, identity.ErrAccountExists) {
		t.Errorf("made again: got %v", err)
	}
}

func (w *world) closing() (ids []string) {
	w.Helper()
	err := w.view(func(tx *storage.Tx) (err error) {
		ids, err = identity.Closing(tx)
		return err
	})
	if err != nil {
		w.Fatal(err)
	}
	return ids
}

func TestOnlyWhatIsBeingClosedIsRemoved(t *testing.T) {
	w := newWorld(t)
	if _, err := w.step(yellow); err == nil {
		t.Error("a step removes what an open account owns")
	}
	w.close()
	if _, err := w.step(blue); err == nil {
		t.Error("a step removes what another account owns")
	}
	for done := false; !done; {
		var err error
		if done, err = w.step(yellow); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.step(yellow); err == nil {
		t.Error("a closed account is closed again")
	}
	w.mustCaller(w.mustCredential(w.rootID, ""))
}
