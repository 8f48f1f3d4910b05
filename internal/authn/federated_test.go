// SPDX-License-Identifier: Apache-2.0

package authn_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/bailiwick-dev/bailiwick/internal/authn"
	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/federation"
	"github.com/bailiwick-dev/bailiwick/internal/federation/federationtest"
	"github.com/bailiwick-dev/bailiwick/internal/identity"
	"github.com/bailiwick-dev/bailiwick/internal/keyring"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
	"github.com/bailiwick-dev/bailiwick/internal/storage/pebble"
	"github.com/bailiwick-dev/bailiwick/policy"
)

const account = "111122223333"

// lab is a store with an account that has registered the issuer idp.example.
type lab struct {
	t         *testing.T
	db        *storage.DB
	directory *identity.Directory
	authn     *authn.Authenticator
	idp       *federationtest.Issuer
	provider  identity.OIDCProvider
}

func newLab(t *testing.T) *lab {
	d, err := pebble.OpenMemory()
	if err != nil {
		t.Fatal(err)
	}
	n := federationtest.New(t)
	l := &lab{t: t, db: storage.New(d), directory: identity.New(keyring.NewMemory()), idp: n.Issuer("idp.example")}
	t.Cleanup(func() { _ = l.db.Close() })
	l.authn = authn.New(l.db, l.directory, federation.New(federation.Config{Dial: n.Dial, Roots: n.Roots()}))
	l.provider = identity.OIDCProvider{Account: account, ID: identity.NewOIDCProviderID(), URL: "idp.example", ClientIDs: []string{federationtest.Audience}}
	l.update(func(tx *storage.Tx) error {
		if err := l.directory.EnsureRoot(tx, account, "ROOTKEYOFTHETEST", "secret-of-the-test", time.Now()); err != nil {
			return err
		}
		return identity.OIDCProviders.Put(tx, &l.provider)
	})
	return l
}

func (l *lab) update(f func(*storage.Tx) error) {
	l.t.Helper()
	if err := l.db.Update(l.t.Context(), f); err != nil {
		l.t.Fatal(err)
	}
}

// caller returns who it is that the proof is of, now.
func (l *lab) caller(p awsapi.Proof, now time.Time) (c *awsapi.Caller, err error) {
	l.t.Helper()
	err = l.db.View(l.t.Context(), func(tx *storage.Tx) error {
		c, err = p.Caller(tx, now)
		return err
	})
	return c, err
}

// TestAVerifiedTokenIsLookedAtAgain changes what a token depends on between its
// verification and the transaction of the call.
func TestAVerifiedTokenIsLookedAtAgain(t *testing.T) {
	const gone = "No OpenIDConnect provider found in your account for https://idp.example"
	for name, c := range map[string]struct {
		change func(l *lab, tx *storage.Tx) error
		later  time.Duration
		want   string // part of the message
	}{
		"nothing": {},
		"the provider is gone": {
			change: func(l *lab, tx *storage.Tx) error { return identity.OIDCProviders.Delete(tx, account, l.provider.URL) }, want: gone,
		},
		"the provider is another": {
			change: func(l *lab, tx *storage.Tx) error {
				p := l.provider
				p.ID = identity.NewOIDCProviderID()
				return identity.OIDCProviders.Put(tx, &p)
			}, want: gone,
		},
		"the client id is gone": {
			change: func(l *lab, tx *storage.Tx) error {
				p := l.provider
				p.ClientIDs = []string{"another"}
				return identity.OIDCProviders.Put(tx, &p)
			}, want: gone,
		},
		"the account is closing": {
			change: func(l *lab, tx *storage.Tx) error {
				a, err := identity.GetAccount(tx, account)
				if err != nil {
					return err
				}
				a.State = identity.AccountClosing
				return identity.PutAccount(tx, a)
			}, want: gone,
		},
		"the token has expired": {later: 301 * time.Second, want: "Token expired"},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLab(t)
			proof, err := l.authn.Identify(t.Context(), awsapi.Presented{Account: account, WebIdentityToken: l.idp.Token("user-1", nil)}, time.Now())
			if err != nil {
				t.Fatal(err)
			}
			if c.change != nil {
				l.update(func(tx *storage.Tx) error { return c.change(l, tx) })
			}
			got, err := l.caller(proof, time.Now().Add(c.later))
			if c.want != "" {
				if err == nil || !strings.Contains(err.Error(), c.want) {
					t.Errorf("got %v, %v", got, err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			const arn = "arn:aws:iam::111122223333:oidc-provider/idp.example"
			want := policy.Principal{Type: policy.FederatedProvider, ARN: arn, Name: arn, ID: arn + ":sts.amazonaws.com:user-1"}
			if got.Principal != want || got.Federation.Subject != "user-1" || got.Session != nil || got.AccessKeyID != "" {
				t.Errorf("got %+v", got)
			}
		})
	}
}

func TestTokensAreForTheirAccountAlone(t *testing.T) {
	l := newLab(t)
	token := l.idp.Token("user-1", nil)
	for id, ok := range map[string]bool{account: true, "444455556666": false, "": false} {
		_, err := l.authn.Identify(t.Context(), awsapi.Presented{Account: id, WebIdentityToken: token}, time.Now())
		if (err == nil) != ok {
			t.Errorf("in the account %q: %v", id, err)
		}
	}
}

// TestAnUnsignedRequestIsNobodys even if whoever serves it forgets to ask.
func TestAnUnsignedRequestIsNobodys(t *testing.T) {
	l := newLab(t)
	r := httptest.NewRequest(http.MethodPost, "/", nil)
	p := l.authn.Read(r)
	takes := awsapi.OpFromInput(awsapi.Operation{Name: "X", Sample: "{}", Auth: awsapi.FromInput, Guard: awsapi.None},
		func(*struct{}) awsapi.Presented { return awsapi.Presented{} }, nil, handle)
	signed := awsapi.Op(awsapi.Operation{Name: "Y", Sample: "{}", Guard: awsapi.None}, nil, handle)
	if err := p.Check(t.Context(), &awsapi.Service{Name: "x", Operations: []awsapi.Operation{signed}}, time.Now()); awsapi.AsError(err).Kind != awsapi.NoToken {
		t.Errorf("a service that takes no proof in its input: %v", err)
	}
	if err := p.Check(t.Context(), &awsapi.Service{Name: "x", Operations: []awsapi.Operation{signed, takes}}, time.Now()); err != nil {
		t.Errorf("one that does: %v", err)
	}
	if err := p.Verify(nil); err != nil {
		t.Error(err)
	}
	if c, err := l.caller(p, time.Now()); err == nil {
		t.Errorf("it is %+v", c)
	}
	if p.Sharer("TenantID") != (authn.Sharer{}) {
		t.Errorf("it shares as %+v", p.Sharer("TenantID"))
	}
	r.Header.Set("Authorization", "Bearer x")
	if p := l.authn.Read(r); p.Unsigned() {
		t.Error("another scheme counts as no signature")
	}
}

func handle(context.Context, *awsapi.Call, *struct{}) (*struct{}, error) { return nil, nil }
