// SPDX-License-Identifier: Apache-2.0

package identity_test

import (
	"testing"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/identity"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
	"github.com/bailiwick-dev/bailiwick/policy"
)

func TestPoliciesOfEveryKindCount(t *testing.T) {
	w := newWorld(t)
	arnOf := w.managed("any-s3", anyS3)
	gone := "arn:aws:iam::" + blue + ":policy/gone"
	foreign := "arn:aws:iam::" + yellow + ":policy/any-s3"
	inline := func(u *identity.Entity) { u.Inline = []identity.Inline{{Name: "p", Text: readS3}} }
	attached := func(u *identity.Entity) { u.Attached = []string{arnOf} }
	for name, c := range map[string]struct {
		change    func(*identity.Entity)
		get, list bool
	}{
		"no policy":                    {func(*identity.Entity) {}, false, false},
		"inline":                       {inline, true, false},
		"attached":                     {attached, true, true},
		"boundary alone":               {func(u *identity.Entity) { u.Boundary = arnOf }, false, false},
		"within the boundary":          {func(u *identity.Entity) { inline(u); u.Boundary = arnOf }, true, false},
		"boundary that is gone":        {func(u *identity.Entity) { attached(u); u.Boundary = gone }, false, false},
		"boundary of another account":  {func(u *identity.Entity) { attached(u); u.Boundary = foreign }, false, false},
		"boundary that is not an ARN":  {func(u *identity.Entity) { attached(u); u.Boundary = "x" }, false, false},
		"boundary in another spelling": {func(u *identity.Entity) { attached(u); u.Boundary = "arn:aws:iam::" + blue + ":policy/Any-S3" }, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			_, keyID, _ := w.user("ann", func(u *identity.User) { c.change(&u.Entity) })
			r := w.role("reader", func(r *identity.Role) { c.change(&r.Entity) })
			_, issued := w.issue(r, nil)
			for _, caller := range []*awsapi.Caller{
				w.mustCaller(w.mustCredential(keyID, "")),
				w.mustCaller(w.mustCredential(issued.AccessKeyID, issued.SessionToken)),
			} {
				if get, list := w.may(caller, "s3:GetObject"), w.may(caller, "s3:ListBucket"); get != c.get || list != c.list {
					t.Errorf("%s may get: %v, list: %v", caller.Principal.ARN, get, list)
				}
			}
		})
	}
}

// An identity policy that can't be found may hold a Deny.
func TestAnAttachedPolicyThatIsGoneFails(t *testing.T) {
	w := newWorld(t)
	for name, change := range map[string]func(*identity.User){
		"gone":      func(u *identity.User) { u.Attached = []string{"arn:aws:iam::" + blue + ":policy/gone"} },
		"malformed": func(u *identity.User) { u.Inline = []identity.Inline{{Name: "p", Text: `{"Version":"2012-10-17"}`}} },
	} {
		_, keyID, _ := w.user(name, change)
		caller := w.mustCaller(w.mustCredential(keyID, ""))
		if err := w.view(func(tx *storage.Tx) error {
			_, err := w.dir.Grants(tx, caller)
			return err
		}); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestSessionPoliciesLimitTheSession(t *testing.T) {
	w := newWorld(t)
	read, any := w.managed("read-s3", readS3), w.managed("any-s3", anyS3)
	r := w.role("reader", func(r *identity.Role) { r.Attached = []string{any} })
	for name, c := range map[string]struct {
		change    func(*identity.Session)
		get, list bool
	}{
		"none":         {func(*identity.Session) {}, true, true},
		"inline":       {func(s *identity.Session) { s.Policy = readS3 }, true, false},
		"managed":      {func(s *identity.Session) { s.PolicyARNs = []string{read} }, true, false},
		"both":         {func(s *identity.Session) { s.Policy = readS3; s.PolicyARNs = []string{any} }, true, true},
		"managed gone": {func(s *identity.Session) { s.PolicyARNs = []string{read + "-gone"} }, false, false},
	} {
		_, issued := w.issue(r, c.change)
		caller := w.mustCaller(w.mustCredential(issued.AccessKeyID, issued.SessionToken))
		if get, list := w.may(caller, "s3:GetObject"), w.may(caller, "s3:ListBucket"); get != c.get || list != c.list {
			t.Errorf("%s: may get: %v, list: %v", name, get, list)
		}
	}
}

func TestChangesAreInForceAtOnce(t *testing.T) {
	w := newWorld(t)
	arnOf := w.managed("s3", anyS3)
	u, keyID, _ := w.user("ann", func(u *identity.User) { u.Attached = []string{arnOf} })
	r := w.role("reader", func(r *identity.Role) { r.Attached = []string{arnOf} })
	_, issued := w.issue(r, func(s *identity.Session) { s.PolicyARNs = []string{arnOf} })
	callers := func() []*awsapi.Caller {
		return []*awsapi.Caller{
			w.mustCaller(w.mustCredential(keyID, "")),
			w.mustCaller(w.mustCredential(issued.AccessKeyID, issued.SessionToken)),
		}
	}
	check := func(when string, want bool) {
		t.Helper()
		for _, caller := range callers() {
			for range 2 {
				if got := w.may(caller, "s3:ListBucket"); got != want {
					t.Errorf("%s: %s may list: %v", when, caller.Principal.ARN, got)
				}
			}
		}
	}
	check("at first", true)
	w.managed("s3", readS3)
	check("after the policy has shrunk", false)
	w.managed("s3", anyS3)
	check("after it has grown", true)
	w.update(func(tx *storage.Tx) error {
		u.Attached, r.Attached = nil, nil
		if err := identity.Users.Put(tx, blue, u.Name, u); err != nil {
			return err
		}
		return identity.Roles.Put(tx, blue, r.Name, r)
	})
	check("after it was detached", false)
	w.update(func(tx *storage.Tx) error {
		u.Tags = []awsapi.Tag{{Key: "new", Value: "tag"}}
		return identity.Users.Put(tx, blue, u.Name, u)
	})
	if v, _ := callers()[0].Tag("NEW"); v != "tag" {
		t.Error("a user's new tag isn't there")
	}
}

func TestPoliciesAreNamedForExplanations(t *testing.T) {
	w := newWorld(t)
	arnOf := w.managed("s3", anyS3)
	_, keyID, _ := w.user("ann", func(u *identity.User) {
		u.Inline, u.Attached, u.Boundary = []identity.Inline{{Name: "p", Text: readS3}}, []string{arnOf}, arnOf
	})
	caller := w.mustCaller(w.mustCredential(keyID, ""))
	err := w.view(func(tx *storage.Tx) error {
		g, err := w.dir.Grants(tx, caller)
		if err != nil {
			return err
		}
		for i, want := range []struct {
			p             *policy.Policy
			kind          policy.Type
			name, version string
		}{
			{g.Identity[0], policy.Identity, "inline:p", ""},
			{g.Identity[1], policy.Identity, arnOf, "v1"},
			{g.Boundary[0], policy.Boundary, arnOf, "v1"},
		} {
			if want.p.Type() != want.kind || want.p.Name != want.name || want.p.Version != want.version {
				t.Errorf("policy %d is %v %q %q", i, want.p.Type(), want.p.Name, want.p.Version)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func BenchmarkCallerAndGrants(b *testing.B) {
	w := newWorld(b)
	r := w.role("reader", func(r *identity.Role) { r.Inline = []identity.Inline{{Name: "p", Text: readS3}} })
	_, issued := w.issue(r, func(s *identity.Session) { s.Policy = readS3 })
	c := w.mustCredential(issued.AccessKeyID, issued.SessionToken)
	err := w.view(func(tx *storage.Tx) error {
		b.ReportAllocs()
		for b.Loop() {
			caller, err := w.dir.Caller(tx, c, now)
			if err != nil {
				return err
			}
			if _, err := w.dir.Grants(tx, caller); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
}
