// SPDX-License-Identifier: Apache-2.0

package identity_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/bailiwick-dev/bailiwick/arn"
	"github.com/bailiwick-dev/bailiwick/internal/identity"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
	"github.com/bailiwick-dev/bailiwick/policy"
)

// trusting returns a trust policy for one AWS principal.
func trusting(principal string) string {
	return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":["` + principal + `"]},"Action":"sts:AssumeRole"}]}`
}

func (w *world) resolve(text string) (resolved string, err error) {
	w.Helper()
	err = w.view(func(tx *storage.Tx) error {
		b, err := identity.ResolvePrincipals(tx.Metadata(), []byte(text))
		resolved = string(b)
		return err
	})
	return resolved, err
}

func (w *world) show(text string) string {
	w.Helper()
	var shown []byte
	if err := w.view(func(tx *storage.Tx) (err error) {
		shown, err = identity.ShowPrincipals(tx.Only([]storage.Span{identity.PrincipalIndex()}), []byte(text))
		return err
	}); err != nil {
		w.Fatal(err)
	}
	return string(shown)
}

func TestPrincipalsAreResolvedAndShown(t *testing.T) {
	w := newWorld(t)
	u, _, _ := w.user("Ann", nil)
	r := w.role("Reader", nil)
	for name, c := range map[string]struct{ entry, want string }{
		"user":            {"arn:aws:iam::" + blue + ":user/team/Ann", u.ID},
		"role":            {"arn:aws:iam::" + blue + ":role/team/Reader", r.ID},
		"account":         {yellow, yellow},
		"root":            {"arn:aws:iam::" + yellow + ":root", "arn:aws:iam::" + yellow + ":root"},
		"everybody":       {"*", "*"},
		"session":         {"arn:aws:sts::" + blue + ":assumed-role/Reader/job", "arn:aws:sts::" + blue + ":assumed-role/Reader/job"},
		"unique id":       {u.ID, u.ID},
		"federated user":  {"arn:aws:sts::" + blue + ":federated-user/bob", "arn:aws:sts::" + blue + ":federated-user/bob"},
		"id of that role": {r.ID, r.ID},
	} {
		resolved, err := w.resolve(trusting(c.entry))
		if err != nil || resolved != trusting(c.want) {
			t.Errorf("%s: resolved to %s, %v", name, resolved, err)
			continue
		}
		want := c.entry
		switch want {
		case u.ID:
			want = u.ARN().String()
		case r.ID:
			want = r.ARN().String()
		}
		if got := w.show(resolved); got != trusting(want) {
			t.Errorf("%s: shown as %s", name, got)
		}
	}
	service := `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com","Federated":"cognito-identity.amazonaws.com"},"Action":"sts:AssumeRole"}}`
	if got, err := w.resolve(service); err != nil || got != service {
		t.Errorf("other principals became %s, %v", got, err)
	}
}

func TestPrincipalsThatDoNotExistAreRefused(t *testing.T) {
	w := newWorld(t)
	w.user("Ann", nil)
	for name, entry := range map[string]string{
		"unknown user":         "arn:aws:iam::" + blue + ":user/Bob",
		"without its path":     "arn:aws:iam::" + blue + ":user/Ann",
		"in another case":      "arn:aws:iam::" + blue + ":user/team/ann",
		"in another account":   "arn:aws:iam::" + yellow + ":user/team/Ann",
		"user as role":         "arn:aws:iam::" + blue + ":role/team/Ann",
		"unknown account":      "999999999999",
		"root of unknown":      "arn:aws:iam::999999999999:root",
		"session of unknown":   "arn:aws:sts::999999999999:assumed-role/Reader/job",
		"unknown id":           identity.NewUserID(),
		"group":                "arn:aws:iam::" + blue + ":group/team",
		"role without name":    "arn:aws:iam::" + blue + ":role/",
		"other partition":      "arn:aws-cn:iam::" + blue + ":user/team/Ann",
		"with a region":        "arn:aws:iam:us-east-1:" + blue + ":user/team/Ann",
		"no ARN":               "Ann",
		"part of a wildcard":   "arn:aws:iam::" + blue + ":user/team/*",
		"whole account":        "arn:aws:iam::" + blue + ":*",
		"any session":          "arn:aws:sts::" + blue + ":assumed-role/Reader/*",
		"session without name": "arn:aws:sts::" + blue + ":assumed-role/Reader",
		"session with a path":  "arn:aws:sts::" + blue + ":assumed-role/team/Reader/job",
		"any federated user":   "arn:aws:sts::" + blue + ":federated-user/b*",
		"service as account":   "ec2.amazonaws.com",
	} {
		_, err := w.resolve(trusting(entry))
		want := `Invalid principal in policy: "AWS":"` + entry + `"`
		if e, ok := errors.AsType[*identity.InvalidPrincipalError](err); !ok || e.Error() != want {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

// Services and identity providers have no record, but their names have a form.
func TestServicesAndProvidersHaveTheirForm(t *testing.T) {
	w := newWorld(t)
	const provider = "Federated principals must be valid domain names or SAML metadata ARNs"
	for name, c := range map[string]struct{ kind, entry, err string }{
		"service":                  {"Service", "ec2.amazonaws.com", ""},
		"part of a service":        {"Service", "ops.apigateway.amazonaws.com", ""},
		"service without a domain": {"Service", "lambda", `Invalid principal in policy: "SERVICE":"lambda"`},
		"domain without a service": {"Service", "amazonaws.com", `Invalid principal in policy: "SERVICE":"amazonaws.com"`},
		"service elsewhere":        {"Service", "ec2.amazonaws.com.example", `Invalid principal in policy: "SERVICE":"ec2.amazonaws.com.example"`},
		"any service":              {"Service", "*.amazonaws.com", `Invalid principal in policy: "SERVICE":"*.amazonaws.com"`},
		"provider AWS knows":       {"Federated", "accounts.google.com", ""},
		"domain":                   {"Federated", "idp-1.example.com", ""},
		"OpenID Connect provider":  {"Federated", "arn:aws:iam::" + blue + ":oidc-provider/idp.example/x", ""},
		"SAML provider":            {"Federated", "arn:aws:iam::" + blue + ":saml-provider/corp", ""},
		"one label":                {"Federated", "lambda", provider},
		"URL":                      {"Federated", "https://idp.example", provider},
		"user as a provider":       {"Federated", "arn:aws:iam::" + blue + ":user/team/Ann", provider},
		"provider without account": {"Federated", "arn:aws:iam:::saml-provider/corp", provider},
		"any domain":               {"Federated", "*.example.com", provider},
		"empty label":              {"Federated", "idp..example", provider},
		"hyphen at an end":         {"Federated", "idp-.example", provider},
		"canonical user":           {"CanonicalUser", "79a59df900b949e5", `Invalid principal in policy: "CANONICALUSER":"79a59df900b949e5"`},
	} {
		text := `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"` + c.kind + `":"` + c.entry + `"},"Action":"sts:AssumeRole"}}`
		got, err := w.resolve(text)
		if c.err == "" {
			if err != nil || got != text {
				t.Errorf("%s: became %s, %v", name, got, err)
			}
			continue
		}
		if e, ok := errors.AsType[*identity.InvalidPrincipalError](err); !ok || e.Error() != c.err {
			t.Errorf("%s: got %v, want %s", name, err, c.err)
		}
	}
}

func TestAPrincipalMadeAnewIsAnother(t *testing.T) {
	w := newWorld(t)
	old, _, _ := w.user("ann", nil)
	text, err := w.resolve(trusting(old.ARN().String()))
	if err != nil {
		t.Fatal(err)
	}
	r := w.role("reader", func(r *identity.Role) { r.Trust = text })
	if !w.trusts(r, old) {
		t.Fatal("the user isn't trusted")
	}
	w.update(func(tx *storage.Tx) error { return identity.DeleteUser(tx, old) })
	again, _, _ := w.user("ann", nil)
	if w.trusts(r, again) {
		t.Error("the new user of that name is trusted")
	}
	if got := w.show(text); got != trusting(old.ID) {
		t.Errorf("shown as %s", got)
	}
}

// trusts reports whether r's trust policy allows u to assume it.
func (w *world) trusts(r *identity.Role, u *identity.User) bool {
	w.Helper()
	var d policy.Decision
	if err := w.view(func(tx *storage.Tx) error {
		trusted, err := w.dir.Trusted(tx.Metadata(), r.ARN())
		if err != nil {
			return err
		}
		set := policy.Policies{Resource: []*policy.Policy{trusted.Trust}, Explicit: true}
		d = set.Evaluate(&policy.Request{
			Principal: &policy.Principal{
				Type: policy.User, ARN: u.ARN().String(), Account: u.Account, Name: u.Name, Path: u.Path, ID: u.ID,
			},
			Action: "sts:AssumeRole", Resource: r.ARN(), ResourceAccount: r.Account, Context: policy.Map{},
		})
		return nil
	}); err != nil {
		w.Fatal(err)
	}
	return d.Allowed()
}

func TestRolesAreFoundByTheirExactARN(t *testing.T) {
	w := newWorld(t)
	r := w.role("Reader", nil)
	for name, c := range map[string]struct {
		arn  string
		want bool
	}{
		"exact":           {r.ARN().String(), true},
		"without path":    {"arn:aws:iam::" + blue + ":role/Reader", false},
		"another case":    {"arn:aws:iam::" + blue + ":role/team/reader", false},
		"another account": {"arn:aws:iam::" + yellow + ":role/team/Reader", false},
		"a user":          {"arn:aws:iam::" + blue + ":user/team/Reader", false},
		"unknown":         {"arn:aws:iam::" + blue + ":role/team/Writer", false},
	} {
		a, err := arn.Parse(c.arn)
		if err != nil {
			t.Fatal(err)
		}
		err = w.view(func(tx *storage.Tx) error {
			found, err := w.dir.Trusted(tx, a)
			if err == nil && (found.Role.ID != r.ID || found.Trust.Name != "trust:Reader") {
				t.Errorf("%s: found %s, %s", name, found.Role.ID, found.Trust.Name)
			}
			return err
		})
		if (err == nil) != c.want || err != nil && !errors.Is(err, storage.ErrNotFound) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestNamesAreUniqueIgnoringCase(t *testing.T) {
	w := newWorld(t)
	for _, name := range []string{"Bob", "ann", "Cid"} {
		w.user(name, nil)
	}
	err := w.view(func(tx *storage.Tx) error {
		u, err := identity.Users.Get(tx, blue, "BOB")
		if err != nil || u.Name != "Bob" {
			t.Errorf("BOB is %v, %v", u, err)
		}
		if _, err := identity.Users.Get(tx, yellow, "Bob"); !errors.Is(err, storage.ErrNotFound) {
			t.Errorf("Bob of another account: %v", err)
		}
		for after, want := range map[string][]string{"": {"ann", "Bob", "Cid"}, "ANN": {"Bob", "Cid"}, "b": {"Bob", "Cid"}, "cid": nil} {
			var names []string
			for u, err := range identity.Users.After(tx, blue, after) {
				if err != nil {
					return err
				}
				names = append(names, u.Name)
			}
			if !slices.Equal(names, want) {
				t.Errorf("after %q: %v", after, names)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// A record's span holds that record and no other.
func TestSpansAreExact(t *testing.T) {
	w := newWorld(t)
	u, keyID, _ := w.user("ann", nil)
	w.user("ann2", nil)
	arnOf := w.managed("s3", anyS3)
	counted := slices.Clip(identity.UserCount.Spans(true, blue))
	for name, c := range map[string]struct {
		spans []storage.Span
		get   func(*storage.Tx) error
		want  bool
	}{
		"user":                 {[]storage.Span{identity.Users.One(false, blue, "ANN")}, getUser(blue, "ann"), true},
		"another user":         {[]storage.Span{identity.Users.One(false, blue, "ann")}, getUser(blue, "ann2"), false},
		"of another account":   {[]storage.Span{identity.Users.All(true, yellow)}, getUser(blue, "ann"), false},
		"all users":            {[]storage.Span{identity.Users.All(false, blue)}, getUser(blue, "ann"), true},
		"a role's":             {[]storage.Span{identity.Roles.One(true, blue, "ann")}, getUser(blue, "ann"), false},
		"key":                  {[]storage.Span{identity.AccessKeySpan(false, blue, keyID)}, getKey(keyID), true},
		"another key":          {[]storage.Span{identity.AccessKeySpan(false, blue, w.rootID)}, getKey(keyID), false},
		"policy":               {[]storage.Span{identity.PolicySpan(false, blue, arnOf)}, getPolicy(arnOf), true},
		"policy of another":    {[]storage.Span{identity.PolicySpan(true, yellow, arnOf)}, getPolicy(arnOf), false},
		"no policy":            {[]storage.Span{identity.PolicySpan(true, blue, "x")}, getPolicy(arnOf), false},
		"reading does not":     {[]storage.Span{identity.Users.One(false, blue, "ann")}, putUser(u), false},
		"writing does":         {[]storage.Span{identity.Users.One(true, blue, "ann")}, putUser(u), true},
		"account":              {[]storage.Span{identity.AccountSpan(false, blue)}, getAccount(blue), true},
		"another's account":    {[]storage.Span{identity.AccountSpan(false, yellow)}, getAccount(blue), false},
		"index entry":          {append(counted, identity.PrincipalSpan(u.ID), identity.Users.One(true, blue, "ann")), deleteUser(u), true},
		"another index entry":  {append(counted, identity.PrincipalSpan(u.ID+"A"), identity.Users.One(true, blue, "ann")), deleteUser(u), false},
		"index is not written": {append(counted, identity.PrincipalIndex(), identity.Users.One(true, blue, "ann")), deleteUser(u), false},
		"uncounted":            {[]storage.Span{identity.PrincipalSpan(u.ID), identity.Users.One(true, blue, "ann")}, deleteUser(u), false},
	} {
		undo := errors.New("undo")
		err := w.db.Update(t.Context(), func(tx *storage.Tx) error {
			if err := c.get(tx.Only(c.spans)); err != nil {
				return err
			}
			return undo
		})
		if c.want && err != undo || !c.want && !errors.Is(err, storage.ErrNotAllowed) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func getUser(account, name string) func(*storage.Tx) error {
	return func(tx *storage.Tx) error {
		_, err := identity.Users.Get(tx, account, name)
		return err
	}
}

func getKey(id string) func(*storage.Tx) error {
	return func(tx *storage.Tx) error {
		_, err := identity.GetAccessKey(tx, blue, id)
		return err
	}
}

func getPolicy(policyARN string) func(*storage.Tx) error {
	return func(tx *storage.Tx) error {
		_, err := identity.GetPolicy(tx, blue, policyARN)
		return err
	}
}

func getAccount(id string) func(*storage.Tx) error {
	return func(tx *storage.Tx) error {
		_, err := identity.GetAccount(tx, id)
		return err
	}
}

func putUser(u *identity.User) func(*storage.Tx) error {
	return func(tx *storage.Tx) error { return identity.Users.Put(tx, u.Account, u.Name, u) }
}

func deleteUser(u *identity.User) func(*storage.Tx) error {
	return func(tx *storage.Tx) error { return identity.DeleteUser(tx, u) }
}

func TestAccountsAreListedInOrder(t *testing.T) {
	w := newWorld(t)
	err := w.view(func(tx *storage.Tx) error {
		for after, want := range map[string]string{"": blue + " " + yellow, blue: yellow, yellow: ""} {
			var ids []string
			for a, err := range identity.Accounts(tx, after) {
				if err != nil {
					return err
				}
				ids = append(ids, a.ID)
			}
			if got := strings.Join(ids, " "); got != want {
				t.Errorf("after %q: %s", after, got)
			}
		}
		m, err := identity.Management(tx)
		if m != blue {
			t.Errorf("the management account is %s", m)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
