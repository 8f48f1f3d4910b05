// SPDX-License-Identifier: Apache-2.0

package identity_test

import (
	"errors"
	"testing"
	"time"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/identity"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
	"github.com/bailiwick-dev/bailiwick/policy"
)

// begin issues a session of that kind, which the caller begins.
func (w *world) begin(parent *awsapi.Caller, kind identity.SessionKind, change func(*identity.Session)) *identity.Credential {
	w.Helper()
	s := &identity.Session{
		Account: parent.Account(), Kind: kind, UserID: parent.Principal.ID,
		IssuedAt: now, Expires: now.Add(time.Hour),
	}
	if kind == identity.FederatedSession {
		s.Name = "somebody"
	}
	if change != nil {
		change(s)
	}
	s.From(parent)
	issued, err := w.dir.Issue(s)
	if err != nil {
		w.Fatal(err)
	}
	return w.mustCredential(issued.AccessKeyID, issued.SessionToken)
}

func TestAUsersSessionIsTheUser(t *testing.T) {
	w := newWorld(t)
	ann, keyID, _ := w.user("ann", func(u *identity.User) { u.Tags = []awsapi.Tag{{Key: "team", Value: "a"}} })
	long := w.mustCaller(w.mustCredential(keyID, ""))
	c := w.begin(long, identity.UserSession, nil)
	got := w.mustCaller(c)
	if got.Principal != long.Principal || got.Session == nil || got.Session.Policies != nil {
		t.Errorf("the session is of %+v", got.Principal)
	}
	// Name and tags are those of the moment.
	w.update(func(tx *storage.Tx) error {
		ann.Name, ann.Tags = "anna", []awsapi.Tag{{Key: "team", Value: "b"}}
		return identity.RenameUser(tx, ann, "ann")
	})
	got = w.mustCaller(c)
	if team, _ := got.Tag("team"); got.Principal.Name != "anna" || got.Principal.ID != ann.ID || team != "b" {
		t.Errorf("of a user with another name it is %+v with the tags %v", got.Principal, got.Tags)
	}
	root := w.mustCaller(w.mustCredential(w.rootID, ""))
	if got := w.mustCaller(w.begin(root, identity.UserSession, nil)); got.Principal != root.Principal {
		t.Errorf("the root user's is of %+v", got.Principal)
	}
	if _, err := w.caller(c, now.Add(time.Hour)); !errors.Is(err, identity.ErrExpired) {
		t.Errorf("an hour later: %v", err)
	}
}

func TestAFederatedUserHasTheUsersGrants(t *testing.T) {
	w := newWorld(t)
	const list = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"dynamodb:ListTables","Resource":"*"}}`
	const all = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`
	ann, keyID, _ := w.user("ann", func(u *identity.User) { u.Inline = []identity.Inline{{Name: "p", Text: list}} })
	long := w.mustCaller(w.mustCredential(keyID, ""))
	got := w.mustCaller(w.begin(long, identity.FederatedSession, func(s *identity.Session) { s.Policy = all }))
	want := policy.Principal{
		Type: policy.FederatedUser, ARN: "arn:aws:sts::" + blue + ":federated-user/somebody", Account: blue,
		Name: "somebody", ID: ann.ID, Issuer: "arn:aws:iam::" + blue + ":user/team/ann",
	}
	if got.Principal != want || got.UserID() != blue+":somebody" || got.PrincipalARN() != want.ARN {
		t.Errorf("it is %+v", got.Principal)
	}
	if !w.may(got, "dynamodb:ListTables") || w.may(got, "dynamodb:DeleteTable") {
		t.Error("it may do something else than the user")
	}
	root := w.mustCaller(w.begin(w.mustCaller(w.mustCredential(w.rootID, "")), identity.FederatedSession, func(s *identity.Session) { s.Policy = all }))
	if !w.may(root, "dynamodb:DeleteTable") || root.Principal.Issuer != "arn:aws:iam::"+blue+":root" {
		t.Errorf("whom the root user names is %+v, and bounded", root.Principal)
	}
}

func TestOneOfAUsersSessionsCanBeEnded(t *testing.T) {
	w := newWorld(t)
	_, keyID, _ := w.user("ann", nil)
	long := w.mustCaller(w.mustCredential(keyID, ""))
	for _, kind := range []identity.SessionKind{identity.UserSession, identity.FederatedSession} {
		ended, other := w.begin(long, kind, nil), w.begin(long, kind, nil)
		id := w.mustCaller(ended).Session.ID
		chained := w.session(w.mustCaller(ended), w.role("Role"+id, nil))
		w.revoke(identity.Revocation{Account: blue, Kind: identity.RevokedSession, Target: id})
		for what, c := range map[string]*identity.Credential{"the session": ended, "what comes from it": chained} {
			if _, err := w.caller(c, now); !errors.Is(err, identity.ErrRevoked) {
				t.Errorf("kind %d, %s: got %v", kind, what, err)
			}
		}
		if _, err := w.caller(other, now); err != nil {
			t.Errorf("kind %d, another session: got %v", kind, err)
		}
		w.mustCaller(w.mustCredential(keyID, ""))
	}
}

func TestUsersSessionsEndWithTheUserAndNoOther(t *testing.T) {
	w := newWorld(t)
	ann, keyID, _ := w.user("ann", nil)
	long := w.mustCaller(w.mustCredential(keyID, ""))
	sessions := []*identity.Credential{w.begin(long, identity.UserSession, nil), w.begin(long, identity.FederatedSession, nil)}
	check := func(what string, want error) {
		t.Helper()
		for _, c := range sessions {
			if _, err := w.caller(c, now); !errors.Is(err, want) {
				t.Errorf("%s: got %v, want %v", what, err, want)
			}
		}
	}
	check("as they are", nil)
	lift := w.revoke(identity.Revocation{Account: blue, Kind: identity.RevokedPrincipal, Target: ann.ID})
	check("the user is shut out", identity.ErrRevoked)
	w.lift(lift)
	check("no longer", nil)
	w.update(func(tx *storage.Tx) error { return identity.DeleteUser(tx, ann) })
	check("the user is gone", identity.ErrUnknownKey)
	w.user("ann", nil)
	check("another of that name has come", identity.ErrUnknownKey)
}
