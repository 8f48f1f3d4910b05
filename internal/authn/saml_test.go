// SPDX-License-Identifier: Apache-2.0

package authn_test

import (
	"testing"
	"time"

	"github.com/bailiwick-dev/bailiwick/arn"
	"github.com/bailiwick-dev/bailiwick/internal/authn"
	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/federation/saml/samltest"
	"github.com/bailiwick-dev/bailiwick/internal/identity"
	"github.com/bailiwick-dev/bailiwick/internal/keyring"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
	"github.com/bailiwick-dev/bailiwick/internal/storage/pebble"
)

const samlAccount = "111122223333"

// TestAResponseCountsOnlyWhileItsProviderDoes changes the provider after a response
// has been verified, and before the call's transaction.
func TestAResponseCountsOnlyWhileItsProviderDoes(t *testing.T) {
	d, err := pebble.OpenMemory()
	if err != nil {
		t.Fatal(err)
	}
	db := storage.New(d)
	t.Cleanup(func() { db.Close() })
	now := time.Now()
	idp := samltest.New(t, "https://idp.example.com/saml")
	original := identity.SAMLProvider{Account: samlAccount, ID: "AIDP1", Name: "corp", Metadata: idp.Metadata()}
	put := func(change func(*identity.SAMLProvider)) {
		t.Helper()
		p := original
		change(&p)
		err := db.Update(t.Context(), func(tx *storage.Tx) error {
			if err := tx.Advance(samlAccount); err != nil {
				return err
			}
			if p.Name == "" {
				return identity.SAMLProviders.Delete(tx, &original)
			}
			return identity.SAMLProviders.Put(tx, &p)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	role := arn.ARN{Partition: "aws", Service: "iam", Account: samlAccount, Resource: "role/reader"}
	provider := identity.SAMLProviderARN(samlAccount, "corp")
	a := authn.New(db, identity.New(keyring.NewMemory()), nil)
	for name, c := range map[string]struct {
		change func(*identity.SAMLProvider)
		later  time.Duration
		code   string
	}{
		"as it was":              {func(*identity.SAMLProvider) {}, 0, ""},
		"with other tags":        {func(p *identity.SAMLProvider) { p.Tags = []awsapi.Tag{{Key: "a"}} }, 0, ""},
		"another of that name":   {func(p *identity.SAMLProvider) { p.ID = "AIDP2" }, 0, "InvalidIdentityToken"},
		"other metadata":         {func(p *identity.SAMLProvider) { p.Metadata += " " }, 0, "InvalidIdentityToken"},
		"a name in another case": {func(p *identity.SAMLProvider) { p.Name = "Corp" }, 0, "InvalidIdentityToken"},
		"gone":                   {func(p *identity.SAMLProvider) { p.Name = "" }, 0, "InvalidIdentityToken"},
		"no longer valid":        {func(p *identity.SAMLProvider) { p.ValidUntil = now }, 0, "InvalidIdentityToken"},
		"still valid":            {func(p *identity.SAMLProvider) { p.ValidUntil = now.Add(time.Second) }, 0, ""},
		"five minutes later":     {func(*identity.SAMLProvider) {}, 5*time.Minute + time.Second, "ExpiredTokenException"},
	} {
		put(func(*identity.SAMLProvider) {})
		proof, err := a.Identify(t.Context(), awsapi.Presented{
			Account: samlAccount, Role: role, SAMLProvider: provider,
			SAMLAssertion: idp.Encode(idp.Good(now, role.String(), provider.String())),
		}, now)
		if err != nil {
			t.Fatal(err)
		}
		put(c.change)
		err = db.View(t.Context(), func(tx *storage.Tx) error {
			caller, err := proof.Caller(tx, now.Add(c.later))
			if err == nil && (caller.Federation.Subject != "ann@example.com" || caller.Principal.Name != provider.String()) {
				t.Errorf("%s: it is %+v", name, caller.Principal)
			}
			return err
		})
		code := ""
		if err != nil {
			code = awsapi.AsError(err).Code
		}
		if code != c.code {
			t.Errorf("%s: got %v, want %q", name, err, c.code)
		}
	}
}
