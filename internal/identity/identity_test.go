// SPDX-License-Identifier: Apache-2.0

package identity_test

import (
	"testing"
	"time"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/identity"
	"github.com/bailiwick-dev/bailiwick/internal/keyring"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
	"github.com/bailiwick-dev/bailiwick/internal/storage/pebble"
	"github.com/bailiwick-dev/bailiwick/policy"
)

const (
	blue   = "111122223333"
	yellow = "444455556666"

	readS3 = `{"Version":"2012-10-17","Statement":{"Sid":"Read","Effect":"Allow","Action":"s3:GetObject","Resource":"*"}}`
	anyS3  = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}`
)

var now = time.Date(2026, 5, 4, 3, 2, 1, 0, time.UTC)

// A world is a store with the accounts blue, the management account, and
// yellow.
type world struct {
	testing.TB
	db     *storage.DB
	dir    *identity.Directory
	rootID string // blue's root access key
	secret string

	yellowID, yellowSecret string // yellow's
}

// newEmptyWorld has no account.
func newEmptyWorld(t testing.TB) *world {
	t.Helper()
	d, err := pebble.OpenMemory()
	if err != nil {
		t.Fatal(err)
	}
	w := &world{TB: t, db: storage.New(d), dir: identity.New(keyring.NewMemory())}
	t.Cleanup(func() { w.db.Close() })
	return w
}

func newWorld(t testing.TB) *world {
	t.Helper()
	w := newEmptyWorld(t)
	w.rootID, w.secret = w.dir.NewAccessKey(blue)
	w.update(func(tx *storage.Tx) error {
		if err := w.dir.EnsureRoot(tx, blue, w.rootID, w.secret, now); err != nil {
			return err
		}
		w.yellowID, w.yellowSecret = w.dir.NewAccessKey(yellow)
		return w.dir.CreateAccount(tx, yellow, w.yellowID, w.yellowSecret, now)
	})
	return w
}

// update runs f, and advances the epochs of both accounts as the server does
// for control operations.
func (w *world) update(f func(*storage.Tx) error) {
	w.Helper()
	err := w.db.Update(w.Context(), func(tx *storage.Tx) error {
		if err := f(tx); err != nil {
			return err
		}
		if err := tx.Advance(blue); err != nil {
			return err
		}
		return tx.Advance(yellow)
	})
	if err != nil {
		w.Fatal(err)
	}
}

func (w *world) view(f func(*storage.Tx) error) error {
	return w.db.View(w.Context(), f)
}

// user adds a user with an access key.
func (w *world) user(name string, change func(*identity.User)) (u *identity.User, keyID, secret string) {
	w.Helper()
	w.update(func(tx *storage.Tx) error {
		u = &identity.User{Entity: identity.Entity{Account: blue, ID: identity.NewUserID(), Name: name, Path: "/team/"}}
		if change != nil {
			change(u)
		}
		if err := identity.CreateUser(tx, u); err != nil {
			return err
		}
		k, s, err := w.dir.CreateAccessKey(tx, blue, identity.NewAccessKeyID(blue), u, now)
		if err != nil {
			return err
		}
		keyID, secret = k.ID, s
		return nil
	})
	return u, keyID, secret
}

const trustAll = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}}`

// role adds a role.
func (w *world) role(name string, change func(*identity.Role)) (r *identity.Role) {
	w.Helper()
	w.update(func(tx *storage.Tx) error {
		r = &identity.Role{
			Entity: identity.Entity{Account: blue, ID: identity.NewRoleID(), Name: name, Path: "/team/"},
			Trust:  trustAll, MaxSession: 3600,
		}
		if change != nil {
			change(r)
		}
		return identity.CreateRole(tx, r)
	})
	return r
}

// managed adds a managed policy and returns its ARN.
func (w *world) managed(name, text string) string {
	w.Helper()
	p := &identity.ManagedPolicy{
		Account: blue, ID: identity.NewPolicyID(), Name: name, Path: "/", Default: "v1",
		Versions: []identity.PolicyVersion{{ID: "v1", Text: text}},
	}
	w.update(func(tx *storage.Tx) error { return identity.Policies.Put(tx, blue, name, p) })
	return p.ARN().String()
}

// issue begins a session of r.
func (w *world) issue(r *identity.Role, change func(*identity.Session)) (*identity.Session, *identity.Issued) {
	w.Helper()
	s := &identity.Session{
		Account: r.Account, RoleID: r.ID, RoleName: r.Name, RolePath: r.Path, Name: "job",
		IssuedAt: now, Expires: now.Add(time.Hour),
	}
	if change != nil {
		change(s)
	}
	issued, err := w.dir.Issue(s)
	if err != nil {
		w.Fatal(err)
	}
	return s, issued
}

// credential looks a key up.
func (w *world) credential(keyID, token string, at time.Time) (c *identity.Credential, err error) {
	w.Helper()
	err = w.view(func(tx *storage.Tx) (err error) {
		c, err = w.dir.Credential(tx, keyID, token, at)
		return err
	})
	return c, err
}

func (w *world) mustCredential(keyID, token string) *identity.Credential {
	w.Helper()
	c, err := w.credential(keyID, token, now)
	if err != nil {
		w.Fatal(err)
	}
	return c
}

func (w *world) caller(c *identity.Credential, at time.Time) (caller *awsapi.Caller, err error) {
	w.Helper()
	err = w.view(func(tx *storage.Tx) (err error) {
		caller, err = w.dir.Caller(tx, c, at)
		return err
	})
	return caller, err
}

func (w *world) mustCaller(c *identity.Credential) *awsapi.Caller {
	w.Helper()
	caller, err := w.caller(c, now)
	if err != nil {
		w.Fatal(err)
	}
	return caller
}

// may decides whether the caller may do the action on everything.
func (w *world) may(c *awsapi.Caller, action string) bool {
	w.Helper()
	var d policy.Decision
	err := w.view(func(tx *storage.Tx) error {
		g, err := w.dir.Grants(tx, c)
		if err != nil {
			return err
		}
		set := policy.Policies{Identity: g.Identity, Boundary: g.Boundary}
		if c.Session != nil {
			set.Session = c.Session.Policies
		}
		d = set.Evaluate(&policy.Request{
			Principal: &c.Principal, Action: action, ResourceAccount: c.Account(), Context: policy.Map{},
		})
		return nil
	})
	if err != nil {
		w.Fatal(err)
	}
	return d.Allowed()
}
