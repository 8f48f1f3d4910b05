// SPDX-License-Identifier: Apache-2.0

package identity_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/identity"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
)

// session issues a session of the role to parent, as AssumeRole does.
func (w *world) session(parent *awsapi.Caller, r *identity.Role, tags ...awsapi.Tag) *identity.Credential {
	w.Helper()
	var c *identity.Credential
	err := w.view(func(tx *storage.Tx) error {
		epoch, err := tx.Epoch(r.Account)
		if err != nil {
			return err
		}
		s := &identity.Session{
			Account: r.Account, RoleID: r.ID, RoleName: r.Name, RolePath: r.Path, Name: "job", Tags: tags,
			IssuedAt: now, Expires: now.Add(time.Hour), Epoch: epoch,
		}
		s.From(parent)
		issued, err := w.dir.Issue(s)
		if err != nil {
			return err
		}
		c, err = w.dir.Credential(tx, issued.AccessKeyID, issued.SessionToken, now)
		return err
	})
	if err != nil {
		w.Fatal(err)
	}
	return c
}

// revoke puts r in force, in its account, as the service does.
func (w *world) revoke(r identity.Revocation) *identity.Revocation {
	w.Helper()
	w.update(func(tx *storage.Tx) error {
		epoch, err := tx.Epoch(r.Account)
		if err != nil {
			return err
		}
		r.Epoch, r.Created = epoch+1, now
		return identity.Revoke(tx, &r)
	})
	return &r
}

func (w *world) lift(r *identity.Revocation) {
	w.Helper()
	w.update(func(tx *storage.Tx) error { return identity.Lift(tx, r.Account, r.ID()) })
}

func tag(key, value string) awsapi.Tag { return awsapi.Tag{Key: key, Value: value} }

func byTag(account, key, value string) identity.Revocation {
	r := identity.Revocation{Account: account}
	r.RevokeTag(tag(key, value))
	return r
}

// A family is users and what was issued from them:
//
//	ann ─ blue (TenantID=blue) ─ chained (tag dropped) ─ abroad (in yellow)
//	    │                      └ child (TenantID=blue)
//	    └ blue2 (TenantID=blue2)
//	bob (Team=Blue) ─ bobs, of the same role as blue
type family struct {
	w         *world
	ann, bob  *identity.User
	a, b, far *identity.Role
	is        map[string]*identity.Credential
}

func newFamily(t testing.TB) *family {
	w := newWorld(t)
	f := &family{w: w, is: map[string]*identity.Credential{}}
	var annKey, bobKey string
	f.ann, annKey, _ = w.user("ann", nil)
	f.bob, bobKey, _ = w.user("bob", func(u *identity.User) { u.Tags = []awsapi.Tag{tag("Team", "Blue")} })
	f.a, f.b = w.role("a", nil), w.role("b", nil)
	f.far = w.role("far", func(r *identity.Role) { r.Account = yellow })
	f.is["ann"], f.is["bob"] = w.mustCredential(annKey, ""), w.mustCredential(bobKey, "")
	f.issue("blue", "ann", f.a, tag("TenantID", "blue"))
	f.issue("blue2", "ann", f.a, tag("TenantID", "blue2"))
	f.issue("child", "blue", f.b, tag("tenantid", "blue"))
	f.issue("chained", "blue", f.b)
	f.issue("abroad", "chained", f.far, tag("TenantID", "yellow"))
	f.issue("bobs", "bob", f.a)
	return f
}

func (f *family) issue(name, parent string, r *identity.Role, tags ...awsapi.Tag) {
	f.w.Helper()
	f.is[name] = f.w.session(f.w.mustCaller(f.is[parent]), r, tags...)
}

// dead returns the names of those who are refused because they are revoked.
func (f *family) dead() []string {
	f.w.Helper()
	names := []string{}
	for name, c := range f.is {
		switch caller, err := f.w.caller(c, now); {
		case errors.Is(err, identity.ErrRevoked) && caller == nil:
			names = append(names, name)
		case err != nil:
			f.w.Fatal(err)
		}
	}
	slices.Sort(names)
	return names
}

func (f *family) sessionID(name string) string {
	f.w.Helper()
	return f.w.mustCaller(f.is[name]).Session.ID
}

func TestARevocationEndsWhatItIsAboutAndWhatCameFromThat(t *testing.T) {
	f := newFamily(t)
	if dead := f.dead(); len(dead) > 0 {
		t.Fatalf("%v are dead already", dead)
	}
	about := func(k identity.RevocationKind, target string) identity.Revocation {
		return identity.Revocation{Account: blue, Kind: k, Target: target}
	}
	ofBlue := []string{"abroad", "blue", "chained", "child"}
	for name, c := range map[string]struct {
		r    identity.Revocation
		dead []string
	}{
		"a session":                          {about(identity.RevokedSession, f.sessionID("blue")), ofBlue},
		"a session of a chain":               {about(identity.RevokedSession, f.sessionID("chained")), []string{"abroad", "chained"}},
		"the last of a chain":                {about(identity.RevokedSession, f.sessionID("child")), []string{"child"}},
		"a session nobody has":               {about(identity.RevokedSession, strings.Repeat("0", 32)), []string{}},
		"a session, by another account":      {identity.Revocation{Account: yellow, Kind: identity.RevokedSession, Target: f.sessionID("blue")}, []string{}},
		"a role's sessions":                  {about(identity.RevokedRole, f.a.ID), append([]string{"blue2", "bobs"}, ofBlue...)},
		"the sessions of a role of a chain":  {about(identity.RevokedRole, f.b.ID), []string{"abroad", "chained", "child"}},
		"a user":                             {about(identity.RevokedPrincipal, f.ann.ID), append([]string{"ann", "blue2"}, ofBlue...)},
		"another user":                       {about(identity.RevokedPrincipal, f.bob.ID), []string{"bob", "bobs"}},
		"a role":                             {about(identity.RevokedPrincipal, f.b.ID), []string{"abroad", "chained", "child"}},
		"a tag":                              {byTag(blue, "TenantID", "blue"), ofBlue},
		"a tag in another case of its key":   {byTag(blue, "tENANTid", "blue"), ofBlue},
		"a tag in another case of its value": {byTag(blue, "TenantID", "Blue"), []string{}},
		"a tag whose value is a prefix":      {byTag(blue, "TenantID", "blu"), []string{}},
		"a tag whose value has it first":     {byTag(blue, "TenantID", "blue2"), []string{"blue2"}},
		"a tag with the parts run together":  {byTag(blue, "TenantIDb", "lue"), []string{}},
		"a tag with an empty value":          {byTag(blue, "TenantID", ""), []string{}},
		"a user's tag":                       {byTag(blue, "Team", "Blue"), []string{"bob", "bobs"}},
		"a tag, by another account":          {byTag(yellow, "TenantID", "blue"), []string{}},
		"a tag of the account abroad":        {byTag(yellow, "TenantID", "yellow"), []string{"abroad"}},
	} {
		slices.Sort(c.dead)
		r := f.w.revoke(c.r)
		for range 2 { // the second time from what is remembered
			if dead := f.dead(); !slices.Equal(dead, c.dead) {
				t.Errorf("%s: %v are dead, want %v", name, dead, c.dead)
			}
		}
		f.w.lift(r)
		if dead := f.dead(); len(dead) > 0 {
			t.Errorf("%s: %v are dead after it was lifted", name, dead)
		}
	}
}

func TestARevocationOfARolesSessionsSparesThoseThatAreIssuedAfterIt(t *testing.T) {
	f := newFamily(t)
	f.w.revoke(identity.Revocation{Account: blue, Kind: identity.RevokedRole, Target: f.a.ID})
	before := f.dead()
	f.issue("new", "ann", f.a, tag("TenantID", "blue"))
	f.issue("new child", "new", f.far)
	if dead := f.dead(); !slices.Equal(dead, before) {
		t.Errorf("%v are dead, and before the new ones were issued %v", dead, before)
	}
	f.w.revoke(identity.Revocation{Account: blue, Kind: identity.RevokedRole, Target: f.a.ID})
	if dead := f.dead(); !slices.Contains(dead, "new") || !slices.Contains(dead, "new child") {
		t.Errorf("revoked again, %v are dead", dead)
	}
}

func TestNoMoreSessionsAreIssuedOfWhatIsShutOut(t *testing.T) {
	f := newFamily(t)
	f.w.revoke(byTag(blue, "TenantID", "blue"))
	f.w.revoke(identity.Revocation{Account: blue, Kind: identity.RevokedPrincipal, Target: f.b.ID})
	f.w.revoke(identity.Revocation{Account: blue, Kind: identity.RevokedRole, Target: f.a.ID})
	for name, c := range map[string]struct {
		account, role string
		tags          []awsapi.Tag
		want          bool
	}{
		"the tag":               {blue, f.a.ID, []awsapi.Tag{tag("x", "y"), tag("TENANTID", "blue")}, true},
		"the tag, no role":      {blue, "", []awsapi.Tag{tag("TenantID", "blue")}, true},
		"the role":              {blue, f.b.ID, nil, true},
		"another tag":           {blue, f.a.ID, []awsapi.Tag{tag("TenantID", "blue2")}, false},
		"no tag":                {blue, "", nil, false},
		"the tag elsewhere":     {yellow, f.far.ID, []awsapi.Tag{tag("TenantID", "blue")}, false},
		"an account that isn't": {"999999999999", "", []awsapi.Tag{tag("TenantID", "blue")}, false},
	} {
		err := f.w.view(func(tx *storage.Tx) error {
			got, err := identity.Suspended(tx, c.account, c.role, c.tags)
			if got != c.want {
				t.Errorf("%s: got %v", name, got)
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	}
}

func TestRevocationsAreListedInPages(t *testing.T) {
	w := newWorld(t)
	var want []string
	for i := range 5 {
		want = append(want, w.revoke(byTag(blue, "TenantID", fmt.Sprint(i))).ID())
	}
	w.revoke(byTag(blue, "TenantID", "0")) // again
	w.revoke(byTag(yellow, "TenantID", "elsewhere"))
	slices.Sort(want)
	if got := w.listed(blue, "", now); !slices.Equal(got, want) {
		t.Errorf("listed are %v, want %v", got, want)
	}
	if got := w.listed(blue, want[2], now); !slices.Equal(got, want[3:]) {
		t.Errorf("after %s are %v, want %v", want[2], got, want[3:])
	}
}

func (w *world) listed(account, after string, at time.Time) (ids []string) {
	w.Helper()
	err := w.view(func(tx *storage.Tx) error {
		for r, err := range identity.Revocations(tx, account, after, at) {
			if err != nil {
				return err
			}
			ids = append(ids, r.ID())
		}
		return nil
	})
	if err != nil {
		w.Fatal(err)
	}
	return ids
}

// TestRevocationsAreBounded fills an account with revocations and lets time pass.
func TestRevocationsAreBounded(t *testing.T) {
	w := newWorld(t)
	tagged := w.revoke(byTag(blue, "TenantID", "blue"))
	w.fill(blue, identity.MaxRevocations-1)
	add := func(r identity.Revocation, at time.Time) error {
		return w.db.Update(t.Context(), func(tx *storage.Tx) error {
			r.Created = at
			return identity.Revoke(tx, &r)
		})
	}
	one := identity.Revocation{Account: blue, Kind: identity.RevokedSession, Target: strings.Repeat("f", 32)}
	last := now.Add(2*identity.MaxSession - time.Second) // until when sessions are remembered
	if err := add(one, last); !errors.Is(err, identity.ErrTooManyRevocations) {
		t.Errorf("one too many: got %v", err)
	}
	if n := len(w.listed(blue, "", last)); n != identity.MaxRevocations {
		t.Errorf("%d are listed", n)
	}
	if err := add(byTag(blue, "TenantID", "blue"), last); err != nil {
		t.Errorf("one that is known: got %v", err)
	}
	if err := add(identity.Revocation{Account: yellow, Kind: one.Kind, Target: one.Target}, last); err != nil {
		t.Errorf("of another account: got %v", err)
	}
	over := last.Add(time.Second)
	if got := w.listed(blue, "", over); !slices.Equal(got, []string{tagged.ID()}) {
		t.Errorf("after that %d are listed", len(got))
	}
	if err := add(one, over); err != nil {
		t.Errorf("after that: got %v", err)
	}
	if got := w.listed(blue, "", over); len(got) != 2 {
		t.Errorf("then %v are listed", got)
	}
}

// fill adds n revocations of sessions.
func (w *world) fill(account string, n int) {
	w.Helper()
	w.update(func(tx *storage.Tx) error {
		for i := range n {
			r := &identity.Revocation{Account: account, Kind: identity.RevokedSession, Target: fmt.Sprintf("%032x", i), Created: now}
			if err := identity.Revoke(tx, r); err != nil {
				return err
			}
		}
		return nil
	})
}

func TestWhatIsNotThereIsNotLifted(t *testing.T) {
	f := newFamily(t)
	r := f.w.revoke(byTag(blue, "TenantID", "blue"))
	for name, c := range map[string]struct{ account, id string }{
		"another id":      {blue, r.ID() + "0"},
		"another account": {yellow, r.ID()},
		"no id":           {blue, ""},
	} {
		err := f.w.db.Update(t.Context(), func(tx *storage.Tx) error { return identity.Lift(tx, c.account, c.id) })
		if !errors.Is(err, storage.ErrNotFound) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	if dead := f.dead(); len(dead) == 0 {
		t.Error("the tag is not revoked any more")
	}
}

// BenchmarkCaller compares a caller of an account without revocations with one
// of an account that has as many as may be: both what is remembered and what is
// found anew after each change of the account.
func BenchmarkCaller(b *testing.B) {
	for _, n := range []int{0, identity.MaxRevocations} {
		f := newFamily(b)
		f.w.fill(blue, n)
		big := awsapi.Tag{Key: "k", Value: strings.Repeat("v", 256)}
		for name, c := range map[string]*identity.Credential{
			"remembered":     f.is["blue"],
			"from abroad":    f.is["abroad"],
			"not remembered": f.w.session(f.w.mustCaller(f.is["ann"]), f.a, slices.Repeat([]awsapi.Tag{big}, 20)...),
			"long-term":      f.is["ann"],
		} {
			b.Run(fmt.Sprintf("%s/%d revocations", name, n), func(b *testing.B) {
				b.ReportAllocs()
				err := f.w.view(func(tx *storage.Tx) (err error) {
					for b.Loop() {
						if _, err = f.w.dir.Caller(tx, c, now); err != nil {
							break
						}
					}
					return err
				})
				if err != nil {
					b.Fatal(err)
				}
			})
		}
	}
}
