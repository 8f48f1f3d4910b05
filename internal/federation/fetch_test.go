// SPDX-License-Identifier: Apache-2.0

package federation_test

import (
	"bytes"
	"context"
	"crypto/sha1"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/bailiwick-dev/bailiwick/internal/federation"
	"github.com/bailiwick-dev/bailiwick/internal/federation/federationtest"
	"github.com/bailiwick-dev/bailiwick/internal/identity"
)

// keySetOf answers with the keys, of which the first is changed.
func keySetOf(t *testing.T, change func(map[string]any), keys ...jose.JSONWebKey) http.HandlerFunc {
	t.Helper()
	list := []map[string]any{}
	for i, k := range keys {
		text, err := json.Marshal(k)
		if err != nil {
			t.Fatal(err)
		}
		var members map[string]any
		if err := json.Unmarshal(text, &members); err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			change(members)
		}
		list = append(list, members)
	}
	return answer(map[string]any{"keys": list})
}

// answer answers with v as JSON, with more header fields if there are.
func answer(v any, header ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		_ = json.NewEncoder(w).Encode(v)
	}
}

// TestWhatIssuersAnswer goes through answers that are of no use, after each of
// which a right one must be.
func TestWhatIssuersAnswer(t *testing.T) {
	n := federationtest.New(t)
	idp := n.Issuer("idp.example")
	n.Issuer("keys.example").Rotate(idp.Keys()...)
	discovery := func(more map[string]any) http.HandlerFunc {
		d := map[string]any{"issuer": "https://idp.example", "jwks_uri": "https://idp.example/keys"}
		for k, v := range more {
			d[k] = v
		}
		return answer(d)
	}
	redirect := func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "https://keys.example"+r.URL.Path, http.StatusFound)
	}
	text := func(s string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(s)) }
	}
	status := func(code int) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
	}
	key := idp.Keys()[0].Public()
	for name, c := range map[string]struct {
		discovery, keys http.HandlerFunc
		want            string
	}{
		"usual":                         {nil, nil, "none"},
		"keys at another host":          {discovery(map[string]any{"jwks_uri": "https://keys.example/keys"}), nil, "none"},
		"a configuration of another":    {discovery(map[string]any{"issuer": "https://idp.example/"}), nil, noKey},
		"a configuration of nobody":     {discovery(map[string]any{"issuer": ""}), nil, noKey},
		"keys over plain HTTP":          {discovery(map[string]any{"jwks_uri": "http://idp.example/keys"}), nil, noKey},
		"keys in a file":                {discovery(map[string]any{"jwks_uri": "file:///etc/passwd"}), nil, noKey},
		"keys nowhere":                  {discovery(map[string]any{"jwks_uri": ""}), nil, noKey},
		"keys with a password":          {discovery(map[string]any{"jwks_uri": "https://a:b@idp.example/keys"}), nil, noKey},
		"keys at another port":          {discovery(map[string]any{"jwks_uri": "https://idp.example:8443/keys"}), nil, down},
		"keys at nobody's":              {discovery(map[string]any{"jwks_uri": "https://nobody.example/keys"}), nil, down},
		"keys at an address":            {discovery(map[string]any{"jwks_uri": "https://127.0.0.1/keys"}), nil, down},
		"redirected configuration":      {redirect, nil, down},
		"redirected keys":               {nil, redirect, down},
		"no configuration":              {status(http.StatusNotFound), nil, down},
		"no keys":                       {nil, status(http.StatusInternalServerError), down},
		"an empty answer":               {nil, text(""), noKey},
		"an empty set":                  {nil, text(`{"keys":[]}`), noKey},
		"no set":                        {nil, text(`{}`), noKey},
		"a set that is a list":          {nil, text(`[]`), noKey},
		"a set of text":                 {nil, text(`{"keys":["x"]}`), noKey},
		"two sets":                      {nil, text(`{"keys":[],"keys":[]}`), noKey},
		"a page":                        {text("<html>"), nil, noKey},
		"configuration with a tail":     {text(`{"issuer":"https://idp.example","jwks_uri":"https://idp.example/keys"} {}`), nil, noKey},
		"configuration, twice the same": {text(`{"issuer":"https://evil.example","issuer":"https://idp.example","jwks_uri":"https://idp.example/keys"}`), nil, noKey},
		"257 keys":                      {nil, answer(jose.JSONWebKeySet{Keys: append(make257(t), key)}), noKey},
		"too large a configuration":     {text(strings.Repeat(" ", 1<<20) + "{}"), nil, down},
		"too large a set":               {nil, text(`{"keys":[` + strings.Repeat(" ", 1<<20) + `]}`), down},
		"too large a head":              {nil, answer(nil, "X-Long", strings.Repeat("x", 1<<17)), down},
	} {
		idp.Discovery(c.discovery)
		idp.KeySet(c.keys)
		_, err := verify(t, n, provider(idp.URL), idp.Token("u", nil))
		if !strings.HasPrefix(codeOf(err), c.want) {
			t.Errorf("%s: got %v, want %s", name, codeOf(err), c.want)
		}
	}
}

func make257(t *testing.T) []jose.JSONWebKey {
	k := federationtest.NewKey(t, "x", jose.ES256).Public()
	out := make([]jose.JSONWebKey, 256)
	for i := range out {
		out[i] = k
	}
	return out
}

// TestServersAreBelievedAsAWSDoes tries a server that no authority has certified.
func TestServersAreBelievedAsAWSDoes(t *testing.T) {
	n := federationtest.New(t)
	idp := n.Issuer("idp.example")
	token := idp.Token("u", nil)
	cert := n.Certify("idp.example")
	sum := sha1.Sum(cert.Raw)
	thumbprint := hex.EncodeToString(sum[:])
	other := n.Certify("other.example")
	n.Issuer("other.example")
	otherSum := sha1.Sum(other.Raw)
	const refused = "InvalidIdentityToken: OpenIDConnect provider's HTTPS certificate doesn't match configured thumbprint"
	for name, c := range map[string]struct {
		thumbprints []string
		want        string
	}{
		"no thumbprint":                {nil, refused},
		"its thumbprint":               {[]string{strings.Repeat("0", 40), thumbprint}, "none"},
		"its thumbprint in upper case": {[]string{strings.ToUpper(thumbprint)}, "none"},
		"another's":                    {[]string{hex.EncodeToString(otherSum[:])}, refused},
	} {
		p := provider(idp.URL)
		p.Thumbprints = c.thumbprints
		if _, err := verify(t, n, p, token); !strings.HasPrefix(codeOf(err), c.want) {
			t.Errorf("%s: got %v, want %s", name, codeOf(err), c.want)
		}
	}
}

// TestCertificatesAreForTheirNameAlone has a server show another's, certified by an
// authority or listed by its thumbprint.
func TestCertificatesAreForTheirNameAlone(t *testing.T) {
	n := federationtest.New(t)
	for name, listed := range map[string]bool{"certified": false, "listed": true} {
		idp, other := n.Issuer(name+".example"), n.Issuer("other-"+name+".example")
		p, q := provider(idp.URL), provider(other.URL)
		if listed {
			sum := sha1.Sum(n.Certify(other.Host).Raw)
			p.Thumbprints = []string{hex.EncodeToString(sum[:])}
			q.Thumbprints = p.Thumbprints
		}
		if _, err := verify(t, n, q, other.Token("u", nil)); err != nil {
			t.Errorf("%s, its own: %v", name, err)
		}
		n.Swap(idp.Host, other.Host)
		const refused = "InvalidIdentityToken: OpenIDConnect provider's HTTPS certificate"
		if _, err := verify(t, n, p, idp.Token("u", nil)); !strings.HasPrefix(codeOf(err), refused) {
			t.Errorf("%s, another's: %v", name, codeOf(err))
		}
	}
}

// TestPrivateAddressesAreNotAsked has issuers whose addresses are not public.
func TestPrivateAddressesAreNotAsked(t *testing.T) {
	var reached atomic.Int64
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			reached.Add(1)
			c.Close()
		}
	}()
	key := federationtest.NewKey(t, "k", jose.ES256)
	host := l.Addr().String()
	ask := func(cfg federation.Config) {
		issuer := &federationtest.Issuer{URL: host}
		_, err := judge(t, federation.New(cfg), provider(host), key.Token(t, issuer.Claims("u", nil)))
		if !strings.HasPrefix(codeOf(err), down) {
			t.Errorf("got %v", codeOf(err))
		}
	}
	ask(federation.Config{})
	ask(federation.Config{Private: []string{"localhost"}})
	if reached.Load() != 0 {
		t.Error("a private address was asked")
	}
	ask(federation.Config{Private: []string{"127.0.0.1"}})
	if reached.Load() == 0 {
		t.Error("one that is allowed was not asked")
	}
}

// clock is a clock that a test sets.
type clock struct{ ahead atomic.Int64 }

func (c *clock) now() time.Time          { return time.Now().Add(time.Duration(c.ahead.Load())) }
func (c *clock) advance(d time.Duration) { c.ahead.Add(int64(d)) }

// lasting is the claims of a token that is good for days.
func lasting() map[string]any { return map[string]any{"exp": time.Now().Unix() + 1_000_000} }

func TestKeysAreAskedForAsSeldomAsMayBe(t *testing.T) {
	n := federationtest.New(t)
	idp := n.Issuer("idp.example")
	old := idp.Keys()[0]
	c := &clock{}
	v := federation.New(federation.Config{Dial: n.Dial, Roots: n.Roots(), Now: c.now})
	p := provider(idp.URL)
	expect := func(what string, token, want string, asked int64) {
		t.Helper()
		if _, err := judge(t, v, p, token); !strings.HasPrefix(codeOf(err), want) {
			t.Errorf("%s: got %v, want %s", what, codeOf(err), want)
		}
		if got := idp.Asked.Load(); got != asked {
			t.Errorf("%s: asked %d times, want %d", what, got, asked)
		}
	}
	first := idp.Token("u", lasting())
	expect("the first token", first, "none", 1)
	expect("the second", first, "none", 1)
	c.advance(14 * time.Minute)
	expect("while the keys are fresh", first, "none", 1)

	idp.Rotate(federationtest.NewKey(t, "key-2", jose.ES256))
	second := idp.Token("u", lasting())
	expect("a key that wasn't there", second, "none", 2)
	expect("a key that isn't there any more", first, noKey, 2)
	c.advance(31 * time.Second)
	expect("the same, a while later", first, noKey, 3)
	for range 20 {
		expect("the same, again and again", first, noKey, 3)
	}
	expect("others meanwhile", second, "none", 3)
	c.advance(16 * time.Minute)
	expect("when the keys are no longer fresh", second, "none", 4)

	idp.KeySet(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) })
	c.advance(16 * time.Minute)
	expect("in an outage", second, "none", 5)
	expect("which is not made worse", second, "none", 5)
	expect("in which no new key is known", first, down, 5)
	c.advance(58 * time.Minute)
	expect("for an hour", second, "none", 6)
	c.advance(3 * time.Minute)
	expect("but no longer", second, down, 7)
	idp.KeySet(nil)
	c.advance(31 * time.Second)
	expect("when it is over", second, "none", 8)
	idp.Rotate(old)
	c.advance(31 * time.Second)
	expect("and everything is new", first, "none", 9)
}

func TestKeysLastAsTheirIssuerSaysWithinBounds(t *testing.T) {
	for header, c := range map[string]struct{ fresh, stale time.Duration }{
		"":                             {14 * time.Minute, 16 * time.Minute},
		"max-age=1200":                 {19 * time.Minute, 21 * time.Minute},
		"public, Max-Age=1200, s-x":    {19 * time.Minute, 21 * time.Minute},
		"max-age=0":                    {4 * time.Minute, 6 * time.Minute},
		"no-store":                     {4 * time.Minute, 6 * time.Minute},
		"max-age=nonsense":             {4 * time.Minute, 6 * time.Minute},
		"max-age=-1":                   {4 * time.Minute, 6 * time.Minute},
		"max-age=99999999":             {59 * time.Minute, 61 * time.Minute},
		"max-age=99999999999999999999": {4 * time.Minute, 6 * time.Minute},
	} {
		n := federationtest.New(t)
		idp := n.Issuer("idp.example")
		idp.KeySet(answer(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{idp.Keys()[0].Public()}}, "Cache-Control", header))
		clk := &clock{}
		v := federation.New(federation.Config{Dial: n.Dial, Roots: n.Roots(), Now: clk.now})
		for i, step := range []time.Duration{0, c.fresh, c.stale - c.fresh} {
			clk.advance(step)
			if _, err := judge(t, v, provider(idp.URL), idp.Token("u", lasting())); err != nil {
				t.Fatalf("%q: %v", header, err)
			}
			if want := []int64{1, 1, 2}[i]; idp.Asked.Load() != want {
				t.Errorf("%q, step %d: asked %d times", header, i, idp.Asked.Load())
			}
		}
	}
}

// TestAllWaitForOneAnswer has many ask at once for the keys of a slow issuer.
func TestAllWaitForOneAnswer(t *testing.T) {
	n := federationtest.New(t)
	idp := n.Issuer("idp.example")
	release := make(chan struct{})
	idp.Discovery(func(w http.ResponseWriter, r *http.Request) {
		<-release
		answer(map[string]any{"issuer": "https://idp.example", "jwks_uri": "https://idp.example/keys"})(w, r)
	})
	v := federation.New(federation.Config{Dial: n.Dial, Roots: n.Roots()})
	token := idp.Token("u", nil)
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() {
			if _, err := judge(t, v, provider(idp.URL), token); err != nil {
				t.Error(err)
			}
		})
	}
	gone, cancel := context.WithCancel(t.Context())
	read, err := federation.Read(token)
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	if _, err := v.Verify(gone, read, provider(idp.URL)); !errors.Is(err, context.Canceled) {
		t.Errorf("a client that has gone: %v", err)
	}
	close(release)
	wg.Wait()
	if idp.Asked.Load() != 1 {
		t.Errorf("asked %d times", idp.Asked.Load())
	}
}

func TestAnIssuerThatDoesNotAnswerIsNotWaitedForLong(t *testing.T) {
	t.Parallel()
	n := federationtest.New(t)
	idp := n.Issuer("idp.example")
	idp.KeySet(func(_ http.ResponseWriter, r *http.Request) {
		<-r.Context().Done()
		panic(http.ErrAbortHandler) // to return would be an answer, which may yet arrive
	})
	start := time.Now()
	_, err := verify(t, n, provider(idp.URL), idp.Token("u", nil))
	if took := time.Since(start); !strings.HasPrefix(codeOf(err), down) || took > 20*time.Second {
		t.Errorf("after %v: %v", took, codeOf(err))
	}
}

// TestARegistrationHasItsOwnKeys: one that was made anew, or changed whom it
// believes, has nothing from before.
func TestARegistrationHasItsOwnKeys(t *testing.T) {
	n := federationtest.New(t)
	idp := n.Issuer("idp.example")
	v := federation.New(federation.Config{Dial: n.Dial, Roots: n.Roots()})
	token := idp.Token("u", nil)
	for i, change := range []func(*identity.OIDCProvider){
		func(*identity.OIDCProvider) {},
		func(p *identity.OIDCProvider) { p.ID = "AIDPOTHER" },
		func(p *identity.OIDCProvider) { p.Thumbprints = []string{strings.Repeat("0", 40)} },
	} {
		p := provider(idp.URL)
		change(p)
		if _, err := judge(t, v, p, token); err != nil {
			t.Fatal(err)
		}
		if got := idp.Asked.Load(); got != int64(i+1) {
			t.Errorf("asked %d times, want %d", got, i+1)
		}
	}
}

func FuzzRead(f *testing.F) {
	key := federationtest.NewKey(f, "k", jose.ES256)
	issuer := &federationtest.Issuer{URL: "idp.example"}
	f.Add([]byte(key.Token(f, issuer.Claims("u", federationtest.Tags(map[string]string{"a": "1"}, "a")))))
	f.Add([]byte(key.Token(f, issuer.Claims("u", map[string]any{"aud": []string{"a", "b"}, "azp": "x"}))))
	f.Add([]byte("a.b.c"))
	f.Fuzz(func(t *testing.T, text []byte) {
		token, err := federation.Read(string(text))
		if err == nil && (!strings.HasPrefix(token.Issuer, "https://") || token.Provider() == "") {
			t.Errorf("issuer %q", token.Issuer)
		}
	})
}

// FuzzPayload has an issuer sign anything.
func FuzzPayload(f *testing.F) {
	n := federationtest.New(f)
	idp := n.Issuer("idp.example")
	v := federation.New(federation.Config{Dial: n.Dial, Roots: n.Roots()})
	for _, more := range []map[string]any{nil, federationtest.Tags(map[string]string{"a": "1"}, "a"), {"amr": "x", "email": "e"}} {
		text, err := json.Marshal(idp.Claims("u", more))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Add([]byte(`{"iss":"https://idp.example","https://aws.amazon.com/tags/principal_tags/":["x"]}`))
	key := idp.Keys()[0]
	f.Fuzz(func(t *testing.T, payload []byte) {
		id, err := judge(t, v, provider(idp.URL), key.Sign(t, string(payload), nil))
		if err != nil {
			return
		}
		if !bytes.Contains(payload, []byte(`u`)) && id.Subject == "" || len(id.Tags) > 50 || id.Client == "" || id.Issuer != "https://idp.example" {
			t.Errorf("%+v of %s", id, payload)
		}
		for _, c := range id.Claims {
			if len(c.Values) == 0 || !strings.HasPrefix(c.Key, "idp.example:") || !c.Many && len(c.Values) != 1 {
				t.Errorf("claim %+v", c)
			}
		}
	})
}

func BenchmarkVerify(b *testing.B) {
	for _, alg := range []jose.SignatureAlgorithm{jose.RS256, jose.ES256} {
		n := federationtest.New(b)
		idp := n.Issuer("idp.example")
		idp.Rotate(federationtest.NewKey(b, "k", alg))
		token := idp.Token("u", federationtest.Tags(map[string]string{"TenantID": "yellow"}, "TenantID"))
		v := federation.New(federation.Config{Dial: n.Dial, Roots: n.Roots()})
		b.Run(fmt.Sprintf("%s/token", alg), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := judge(b, v, provider(idp.URL), token); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(fmt.Sprintf("%s/floor", alg), func(b *testing.B) {
			signed, err := jose.ParseSignedCompact(token, []jose.SignatureAlgorithm{alg})
			if err != nil {
				b.Fatal(err)
			}
			key := idp.Keys()[0].Public()
			b.ReportAllocs()
			for b.Loop() {
				if _, err := signed.Verify(key.Key); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
