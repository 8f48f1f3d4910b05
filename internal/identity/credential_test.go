// SPDX-License-Identifier: Apache-2.0

package identity_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/identity"
	"github.com/bailiwick-dev/bailiwick/internal/keyring"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
	"github.com/bailiwick-dev/bailiwick/policy"
)

func TestALongTermKeyIsItsUser(t *testing.T) {
	w := newWorld(t)
	tags := []awsapi.Tag{{Key: "TenantID", Value: "blue"}}
	u, keyID, secret := w.user("Ann", func(u *identity.User) { u.Tags = tags })
	c := w.mustCredential(keyID, "")
	if c.Secret != secret || c.Account != blue || c.AccessKeyID != keyID || !c.Expires().IsZero() {
		t.Errorf("credential of %s in %s", c.AccessKeyID, c.Account)
	}
	want := &awsapi.Caller{
		AccessKeyID: keyID,
		Tags:        tags,
		Principal: policy.Principal{
			Type: policy.User, ARN: "arn:aws:iam::" + blue + ":user/team/Ann", Account: blue,
			Name: "Ann", Path: "/team/", ID: u.ID,
		},
	}
	if diff := cmp.Diff(want, w.mustCaller(c)); diff != "" {
		t.Error(diff)
	}
}

func TestARootKeyIsTheAccount(t *testing.T) {
	w := newWorld(t)
	caller := w.mustCaller(w.mustCredential(w.rootID, ""))
	want := &awsapi.Caller{
		AccessKeyID: w.rootID,
		Principal:   policy.Principal{Type: policy.Account, ARN: "arn:aws:iam::" + blue + ":root", Account: blue},
	}
	if diff := cmp.Diff(want, caller); diff != "" {
		t.Error(diff)
	}
	if !w.may(caller, "s3:GetObject") {
		t.Error("the root user may not")
	}
}

func TestASessionIsWhatItWasIssuedAs(t *testing.T) {
	w := newWorld(t)
	r := w.role("Reader", func(r *identity.Role) { r.Tags = []awsapi.Tag{{Key: "later", Value: "changed"}} })
	lineage := []awsapi.Ancestor{{Account: blue, PrincipalID: "AIDA1"}, {Account: blue, PrincipalID: r.ID, SessionID: strings.Repeat("0", 32), Epoch: 3}}
	s, issued := w.issue(r, func(s *identity.Session) {
		s.Lineage, s.LineageTags, s.Epoch = lineage, [][16]byte{{1}}, 7
		s.Tags = []awsapi.Tag{{Key: "TenantID", Value: "blue"}, {Key: "empty", Value: ""}}
		s.Transitive = []string{"tenantid"}
		s.SourceIdentity = "ann"
		s.Policy = readS3
		s.IssuedAt, s.Expires = now.Add(time.Millisecond), now.Add(time.Hour+time.Millisecond)
	})
	c := w.mustCredential(issued.AccessKeyID, issued.SessionToken)
	if c.Secret != issued.SecretAccessKey || len(c.Secret) != 40 || c.Expires() != now.Add(time.Hour) {
		t.Errorf("credential of %s expires %v", c.AccessKeyID, c.Expires())
	}
	caller := w.mustCaller(c)
	policies := caller.Session.Policies
	if len(policies) != 1 || policies[0].Type() != policy.Session || policies[0].Name != "session" {
		t.Errorf("session policies are %v", policies)
	}
	got := *caller
	session := *caller.Session
	session.Policies, got.Session = nil, &session
	want := awsapi.Caller{
		AccessKeyID: issued.AccessKeyID,
		Tags:        s.Tags,
		Principal: policy.Principal{
			Type: policy.AssumedRole, ARN: "arn:aws:sts::" + blue + ":assumed-role/Reader/job", Account: blue,
			Name: "Reader", Session: "job", Path: "/team/", ID: r.ID,
		},
		Session: &awsapi.Session{
			ID: s.ID, Epoch: 7, Lineage: lineage, LineageTags: [][16]byte{{1}}, IssuedAt: now, Expires: now.Add(time.Hour),
			SourceIdentity: "ann", Transitive: []string{"tenantid"},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestCredentialsThatAreNotValid(t *testing.T) {
	w := newWorld(t)
	_, keyID, _ := w.user("ann", nil)
	r := w.role("reader", nil)
	_, a := w.issue(r, nil)
	_, b := w.issue(r, nil)
	other, err := identity.New(keyring.NewMemory()).Issue(&identity.Session{Account: blue, Name: "x", IssuedAt: now, Expires: now.Add(time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	inactive := func(tx *storage.Tx) error {
		k, err := identity.GetAccessKey(tx, blue, w.rootID)
		if err != nil {
			return err
		}
		k.Active = false
		return identity.PutAccessKey(tx, k)
	}
	w.update(inactive)
	for name, c := range map[string]struct{ key, token string }{
		"unknown key":                      {identity.NewAccessKeyID(blue), ""},
		"unknown account":                  {identity.NewAccessKeyID("999999999999"), ""},
		"empty":                            {"", ""},
		"no key id":                        {"x", ""},
		"too long":                         {strings.Repeat("A", 20000), ""},
		"not base32":                       {"AKIA0000000000000000", ""},
		"line break":                       {keyID[:19] + "\n", ""},
		"lower case":                       {strings.ToLower(keyID), ""},
		"inactive":                         {w.rootID, ""},
		"long-term key with a token":       {keyID, a.SessionToken},
		"temporary key without a token":    {a.AccessKeyID, ""},
		"another session's token":          {a.AccessKeyID, b.SessionToken},
		"another ring's token":             {other.AccessKeyID, other.SessionToken},
		"token of another account's key":   {"ASIA" + identity.NewAccessKeyID(yellow)[4:], a.SessionToken},
		"cut token":                        {a.AccessKeyID, a.SessionToken[:len(a.SessionToken)-4]},
		"token with something after":       {a.AccessKeyID, a.SessionToken + "AAAA"},
		"token that is not base64":         {a.AccessKeyID, "?" + a.SessionToken[1:]},
		"token with a line break":          {a.AccessKeyID, a.SessionToken + "\n"},
		"token too long":                   {a.AccessKeyID, strings.Repeat("A", 1<<20)},
		"temporary key under long-term id": {"AKIA" + a.AccessKeyID[4:], a.SessionToken},
	} {
		if _, err := w.credential(c.key, c.token, now); err != identity.ErrUnknownKey {
			t.Errorf("%s: got %v, want ErrUnknownKey itself", name, err)
		}
	}
	for i := range a.SessionToken {
		altered := []byte(a.SessionToken)
		altered[i] ^= 1
		if _, err := w.credential(a.AccessKeyID, string(altered), now); err != identity.ErrUnknownKey {
			t.Fatalf("character %d altered: got %v", i, err)
		}
	}
}

func TestSessionsExpireToTheSecond(t *testing.T) {
	w := newWorld(t)
	_, issued := w.issue(w.role("reader", nil), nil)
	c := w.mustCredential(issued.AccessKeyID, issued.SessionToken)
	end := now.Add(time.Hour)
	for _, at := range []time.Time{end, end.Add(time.Nanosecond), end.Add(time.Hour)} {
		if _, err := w.credential(issued.AccessKeyID, issued.SessionToken, at); err != identity.ErrExpired {
			t.Errorf("credential at %v: got %v", at, err)
		}
		if _, err := w.caller(c, at); err != identity.ErrExpired {
			t.Errorf("caller at %v: got %v", at, err)
		}
	}
	if _, err := w.caller(c, end.Add(-time.Nanosecond)); err != nil {
		t.Errorf("just before the end: %v", err)
	}
}

// Whoever holds a credential has been verified before: what counts is the
// transaction.
func TestCallersEndWithWhatTheyAre(t *testing.T) {
	for name, end := range map[string]func(w *world, tx *storage.Tx, u *identity.User, keyID string, r *identity.Role) error{
		"key deleted": func(w *world, tx *storage.Tx, _ *identity.User, keyID string, r *identity.Role) error {
			k, err := identity.GetAccessKey(tx, blue, keyID)
			if err != nil {
				return err
			}
			return errors.Join(identity.DeleteAccessKey(tx, k), identity.DeleteRole(tx, r))
		},
		"key inactive": func(w *world, tx *storage.Tx, _ *identity.User, keyID string, r *identity.Role) error {
			k, err := identity.GetAccessKey(tx, blue, keyID)
			if err != nil {
				return err
			}
			k.Active = false
			return errors.Join(identity.PutAccessKey(tx, k), identity.DeleteRole(tx, r))
		},
		"user and role deleted": func(w *world, tx *storage.Tx, u *identity.User, _ string, r *identity.Role) error {
			return errors.Join(identity.DeleteUser(tx, u), identity.DeleteRole(tx, r))
		},
		"user and role made anew": func(w *world, tx *storage.Tx, u *identity.User, _ string, r *identity.Role) error {
			u2, r2 := *u, *r
			u2.ID, r2.ID = identity.NewUserID(), identity.NewRoleID()
			return errors.Join(identity.DeleteUser(tx, u), identity.CreateUser(tx, &u2),
				identity.DeleteRole(tx, r), identity.CreateRole(tx, &r2))
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			u, keyID, _ := w.user("ann", nil)
			r := w.role("reader", nil)
			_, issued := w.issue(r, nil)
			long, session := w.mustCredential(keyID, ""), w.mustCredential(issued.AccessKeyID, issued.SessionToken)
			callers := []*awsapi.Caller{w.mustCaller(long), w.mustCaller(session)} // now they are remembered
			w.update(func(tx *storage.Tx) error { return end(w, tx, u, keyID, r) })
			for _, c := range []*identity.Credential{long, session} {
				if _, err := w.caller(c, now); err != identity.ErrUnknownKey {
					t.Errorf("%v: got %v", c, err)
				}
			}
			if strings.HasPrefix(name, "key") {
				return
			}
			for _, c := range callers {
				err := w.view(func(tx *storage.Tx) error {
					_, err := w.dir.Grants(tx, c)
					return err
				})
				if err == nil {
					t.Errorf("%s still has grants", c.Principal.ARN)
				}
			}
		})
	}
}

// Memory is counted in sessions, so that those of whoever makes large ones must
// not be kept.
func TestLargeSessionsAreNotRemembered(t *testing.T) {
	w := newWorld(t)
	r := w.role("reader", nil)
	usual := func(s *identity.Session) {
		s.Policy = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"` + strings.Repeat("*", 1950) + `"}}`
		s.Tags = []awsapi.Tag{{Key: strings.Repeat("k", 100), Value: strings.Repeat("v", 256)}}
	}
	large := func(s *identity.Session) {
		for i := range 50 {
			s.Tags = append(s.Tags, awsapi.Tag{Key: fmt.Sprint(i), Value: strings.Repeat("v", 256)})
		}
	}
	for _, c := range []struct {
		name   string
		change func(*identity.Session)
		want   bool
	}{{"small", nil, true}, {"as large as what may be passed", usual, true}, {"large", large, false}} {
		_, issued := w.issue(r, c.change)
		cred := w.mustCredential(issued.AccessKeyID, issued.SessionToken)
		first, second := w.mustCaller(cred), w.mustCaller(cred)
		if got := first == second; got != c.want || cred.Small() != c.want {
			t.Errorf("a %s session: remembered %v, small %v, want %v", c.name, got, cred.Small(), c.want)
		}
	}
}

func TestNothingShowsASecret(t *testing.T) {
	w := newWorld(t)
	_, issued := w.issue(w.role("reader", nil), nil)
	c := w.mustCredential(issued.AccessKeyID, issued.SessionToken)
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "credential", c)
	fmt.Fprintf(&log, "%v %+v %#v %s %q %x %d", c, c, c, c, c, c, c)
	fmt.Fprintf(&log, "%v %+v %#v %s", issued, issued, issued, issued)
	if err := json.NewEncoder(&log).Encode([]any{c, issued}); err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{issued.SecretAccessKey, issued.SessionToken, fmt.Sprintf("%x", issued.SecretAccessKey)} {
		if strings.Contains(log.String(), secret) {
			t.Errorf("shown in %s", log.String())
		}
	}
	if !strings.Contains(log.String(), issued.AccessKeyID) {
		t.Error("the key's id isn't shown either")
	}
}

func TestEnsureRoot(t *testing.T) {
	w := newWorld(t)
	id, secret := w.dir.NewAccessKey(blue)
	for name, c := range map[string]struct {
		account, id, secret string
		want                error
	}{
		"the same":        {blue, w.rootID, w.secret, nil},
		"another secret":  {blue, w.rootID, secret, identity.ErrRootMismatch},
		"another key":     {blue, id, w.secret, identity.ErrRootMismatch},
		"another account": {yellow, w.yellowID, w.yellowSecret, identity.ErrRootMismatch},
		"a new account":   {"999999999999", id, secret, identity.ErrRootMismatch},
	} {
		err := w.db.Update(t.Context(), func(tx *storage.Tx) error {
			return w.dir.EnsureRoot(tx, c.account, c.id, c.secret, now)
		})
		if !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, want %v", name, err, c.want)
		}
	}
	for name, c := range map[string]struct{ account, id, secret string }{
		"no account":    {"12345", w.rootID, w.secret},
		"short id":      {blue, "AKIA", w.secret},
		"temporary id":  {blue, "ASIA" + w.rootID[4:], w.secret},
		"id with blank": {blue, "AKIA EXAMPLE EXAMPLE", w.secret},
		"short secret":  {blue, w.rootID, "password"},
	} {
		err := w.db.Update(t.Context(), func(tx *storage.Tx) error {
			return w.dir.EnsureRoot(tx, c.account, c.id, c.secret, now)
		})
		if err == nil || errors.Is(err, identity.ErrRootMismatch) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	if err := w.db.Update(t.Context(), func(tx *storage.Tx) error {
		return w.dir.CreateAccount(tx, yellow, id, secret, now)
	}); !errors.Is(err, identity.ErrAccountExists) {
		t.Errorf("account made twice: %v", err)
	}
}

func TestARootKeyMayHaveAnyID(t *testing.T) {
	for _, id := range []string{"AKIAIOSFODNN7EXAMPLE", "operators_own_key_id", identity.NewAccessKeyID(yellow)} {
		w := newEmptyWorld(t)
		w.update(func(tx *storage.Tx) error {
			return w.dir.EnsureRoot(tx, blue, id, "a secret of the operator's", now)
		})
		c := w.mustCredential(id, "")
		if c.Account != blue || c.Secret != "a secret of the operator's" {
			t.Errorf("%s is a key of %s", id, c.Account)
		}
		if got := w.mustCaller(c).Principal.ARN; got != "arn:aws:iam::"+blue+":root" {
			t.Errorf("%s is %s", id, got)
		}
	}
}
