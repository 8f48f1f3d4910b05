// SPDX-License-Identifier: Apache-2.0

package identity_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/bailiwick-dev/bailiwick/internal/identity"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
)

func (w *world) membership(account string) (m *identity.Membership, err error) {
	err = w.view(func(tx *storage.Tx) (err error) {
		m, err = w.dir.Membership(tx, account)
		return err
	})
	return m, err
}

func (w *world) mustMembership(account string) *identity.Membership {
	w.Helper()
	m, err := w.membership(account)
	if err != nil {
		w.Fatal(err)
	}
	return m
}

// organize changes the organization.
func (w *world) organize(f func(*storage.Tx, *identity.Organization) error) {
	w.Helper()
	w.update(func(tx *storage.Tx) error {
		o, err := identity.GetOrganization(tx)
		if err != nil {
			return err
		}
		if err := f(tx, o); err != nil {
			return err
		}
		return identity.PutOrganization(tx, o)
	})
}

const denyS3 = `{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"s3:*","Resource":"*"}}`

// shape returns how many policies there are on each level.
func shape[T any](levels [][]T) (out []int) {
	for _, l := range levels {
		out = append(out, len(l))
	}
	return out
}

func TestGuardrailsAreThoseOfEveryLevel(t *testing.T) {
	w := newWorld(t)
	m := w.mustMembership(yellow)
	if m.SCPs != nil || m.RCPs != nil || m.Closed || !strings.HasPrefix(m.Path, m.Organization+"/r-") {
		t.Errorf("before a type is enabled: %+v", m)
	}
	w.organize(func(_ *storage.Tx, o *identity.Organization) error {
		o.Enable(identity.ServiceControl)
		return nil
	})
	if m := w.mustMembership(yellow); len(m.SCPs) != 2 || len(m.SCPs[0]) != 1 || len(m.SCPs[1]) != 1 || m.RCPs != nil {
		t.Errorf("enabled: %v %v", shape(m.SCPs), shape(m.RCPs))
	}
	g := &identity.Guardrail{ID: identity.NewGuardrailID(), Type: identity.ServiceControl, Name: "no-s3", Text: denyS3}
	var unit identity.Unit
	w.organize(func(tx *storage.Tx, o *identity.Organization) error {
		unit = identity.Unit{ID: o.NewUnitID(), Parent: o.RootID, Name: "unit"}
		a, err := identity.GetAccount(tx, yellow)
		if err != nil {
			return err
		}
		a.Parent = unit.ID
		return errors.Join(identity.PutUnit(tx, &unit), identity.PutAccount(tx, a), identity.PutGuardrail(tx, g), identity.Attach(tx, o, g, unit.ID))
	})
	m = w.mustMembership(yellow)
	if got := shape(m.SCPs); len(got) != 3 || got[0] != 1 || got[1] != 2 || got[2] != 1 {
		t.Errorf("levels have %v policies", got)
	}
	if !strings.HasSuffix(m.Path, "/"+unit.ID+"/") {
		t.Errorf("path is %s", m.Path)
	}
	if m := w.mustMembership(blue); m.SCPs != nil || m.RCPs != nil || m.Organization == "" {
		t.Errorf("the management account: %+v", m)
	}

	// What can't be found may have denied.
	w.organize(func(tx *storage.Tx, _ *identity.Organization) error { return identity.DeleteGuardrail(tx, g.ID) })
	if _, err := w.membership(yellow); err == nil || errors.Is(err, storage.ErrNotFound) {
		t.Errorf("a guardrail is missing: got %v", err)
	}
	w.organize(func(tx *storage.Tx, o *identity.Organization) error {
		return errors.Join(identity.PutGuardrail(tx, g), identity.DeleteUnit(tx, o, &unit))
	})
	if _, err := w.membership(yellow); err == nil || errors.Is(err, storage.ErrNotFound) {
		t.Errorf("a unit is missing: got %v", err)
	}
}

func TestMembershipOfAccountsThereAreNot(t *testing.T) {
	w := newEmptyWorld(t)
	if m := w.mustMembership(yellow); m.Organization != "" || m.Closed {
		t.Errorf("without a management account: %+v", m)
	}
	w = newWorld(t)
	const later = "777788889999"
	if m := w.mustMembership(later); m.Organization != "" || m.Closed {
		t.Errorf("there is none: %+v", m)
	}
	w.update(func(tx *storage.Tx) error {
		id, secret := w.dir.NewAccessKey(later)
		return w.dir.CreateAccount(tx, later, id, secret, now)
	})
	if m := w.mustMembership(later); m.Organization == "" {
		t.Errorf("once there is one: %+v", m)
	}
	w.close()
	if m := w.mustMembership(yellow); !m.Closed {
		t.Errorf("while it is being closed: %+v", m)
	}
}

func TestDisabledGuardrailsAreForgotten(t *testing.T) {
	w := newWorld(t)
	g := &identity.Guardrail{ID: identity.NewGuardrailID(), Type: identity.ServiceControl, Name: "no-s3", Text: denyS3}
	w.organize(func(tx *storage.Tx, o *identity.Organization) error {
		o.Enable(g.Type)
		return errors.Join(identity.PutGuardrail(tx, g), identity.Attach(tx, o, g, yellow))
	})
	if got := shape(w.mustMembership(yellow).SCPs); got[1] != 2 {
		t.Fatalf("attached: %v", got)
	}
	w.organize(func(tx *storage.Tx, o *identity.Organization) error { return o.Disable(tx, g.Type) })
	if m := w.mustMembership(yellow); m.SCPs != nil {
		t.Errorf("disabled: %v", shape(m.SCPs))
	}
	w.organize(func(_ *storage.Tx, o *identity.Organization) error {
		o.Enable(g.Type)
		return nil
	})
	if got := shape(w.mustMembership(yellow).SCPs); got[1] != 1 {
		t.Errorf("enabled again: %v", got)
	}
}
