// SPDX-License-Identifier: Apache-2.0

package identity_test

import (
	"errors"
	"testing"

	"github.com/bailiwick-dev/bailiwick/arn"
	"github.com/bailiwick-dev/bailiwick/internal/identity"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
)

func TestProviderARNs(t *testing.T) {
	for _, url := range []string{"login.example.com", "login.example.com/a/b", "tenant.example.com/", "127.0.0.1:8443/x"} {
		a, err := arn.Parse(identity.OIDCProviderARN(blue, url).String())
		if err != nil {
			t.Fatal(err)
		}
		if account, got, ok := identity.ParseOIDCProviderARN(a); !ok || account != blue || got != url {
			t.Errorf("%s is read as %s, %q, %v", a, account, got, ok)
		}
		if _, _, ok := identity.ParseSAMLProviderARN(a); ok {
			t.Errorf("%s passes for a SAML provider", a)
		}
	}
	for _, text := range []string{
		"arn:aws:iam::111122223333:oidc-provider/",
		"arn:aws:iam::111122223333:oidc-provider",
		"arn:aws:iam::11112222333:oidc-provider/x",
		"arn:aws:iam::aws:oidc-provider/x",
		"arn:aws:iam:us-east-1:111122223333:oidc-provider/x",
		"arn:aws:sts::111122223333:oidc-provider/x",
		"arn:aws-cn:iam::111122223333:oidc-provider/x",
		"arn:aws:iam::111122223333:saml-provider/x",
	} {
		a, err := arn.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		if _, _, ok := identity.ParseOIDCProviderARN(a); ok {
			t.Errorf("%s is taken for a provider's", text)
		}
	}
}

func TestOIDCProvidersAreToldApartByAccountAndCase(t *testing.T) {
	w := newWorld(t)
	put := func(account, url string) {
		w.update(func(tx *storage.Tx) error {
			return identity.OIDCProviders.Put(tx, &identity.OIDCProvider{Account: account, URL: url, ID: account + url})
		})
	}
	put(blue, "example.com/a")
	put(blue, "example.com/A")
	put(yellow, "example.com/a")
	check := func(account, url, want string) {
		t.Helper()
		err := w.view(func(tx *storage.Tx) error {
			p, err := identity.OIDCProviders.Get(tx, account, url)
			if err == nil && p.ID != want {
				t.Errorf("%s in %s is %s", url, account, p.ID)
			}
			return err
		})
		if (want == "") != errors.Is(err, storage.ErrNotFound) {
			t.Errorf("%s in %s: %v", url, account, err)
		}
	}
	check(blue, "example.com/a", blue+"example.com/a")
	check(blue, "example.com/A", blue+"example.com/A")
	check(yellow, "example.com/a", yellow+"example.com/a")
	check(yellow, "example.com/A", "")
	check(blue, "example.com", "")
	w.update(func(tx *storage.Tx) error { return identity.OIDCProviders.Delete(tx, blue, "example.com/a") })
	check(blue, "example.com/a", "")
	check(blue, "example.com/A", blue+"example.com/A")
	check(yellow, "example.com/a", yellow+"example.com/a")
}

func TestSAMLProvidersAreListedWithoutTheirMetadata(t *testing.T) {
	w := newWorld(t)
	in := &identity.SAMLProvider{Account: blue, Name: "Okta", Metadata: "<xml/>", ID: "1"}
	w.update(func(tx *storage.Tx) error { return identity.SAMLProviders.Put(tx, in) })
	if in.Metadata != "<xml/>" {
		t.Error("what was saved has changed")
	}
	err := w.view(func(tx *storage.Tx) error {
		p, err := identity.SAMLProviders.Get(tx, blue, "okta")
		if err != nil || p.Metadata != "<xml/>" || p.Name != "Okta" || p.ID != "1" {
			t.Errorf("found as %+v, %v", p, err)
		}
		n := 0
		for p, err := range identity.SAMLProviders.After(tx, blue, "") {
			if n++; err != nil || p.Name != "Okta" || p.Metadata != "" {
				t.Errorf("listed as %+v, %v", p, err)
			}
		}
		if n != 1 {
			t.Errorf("%d are listed", n)
		}
		_, err = identity.SAMLProviders.Get(tx, yellow, "Okta")
		return err
	})
	if !errors.Is(err, storage.ErrNotFound) {
		t.Errorf("in another account: %v", err)
	}
	w.update(func(tx *storage.Tx) error { return identity.SAMLProviders.Delete(tx, in) })
	err = w.view(func(tx *storage.Tx) error {
		_, err := identity.SAMLProviders.Get(tx, blue, "Okta")
		return err
	})
	if !errors.Is(err, storage.ErrNotFound) {
		t.Errorf("deleted: %v", err)
	}
}
