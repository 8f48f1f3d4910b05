// SPDX-License-Identifier: Apache-2.0

package federationtest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"maps"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// Audience is whom tokens are for unless they say otherwise.
const Audience = "sts.amazonaws.com"

// An Issuer is an OpenID Connect provider. Its methods may be called by several
// goroutines at once.
type Issuer struct {
	URL  string // without a scheme
	Host string

	// Asked counts how often the issuer was asked for its keys.
	Asked atomic.Int64

	tb testing.TB

	mu        sync.Mutex
	keys      []Key
	discovery http.HandlerFunc // nil for the usual answer
	keySet    http.HandlerFunc
}

// A Key signs tokens.
type Key struct {
	ID        string
	Algorithm jose.SignatureAlgorithm
	Private   any
}

// NewKey returns a new key for RS256 and its like, or ES256 and its.
func NewKey(tb testing.TB, id string, alg jose.SignatureAlgorithm) Key {
	tb.Helper()
	k := Key{ID: id, Algorithm: alg}
	var err error
	switch alg {
	case jose.ES256:
		k.Private, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	case jose.ES384:
		k.Private, err = ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	case jose.ES512:
		k.Private, err = ecdsa.GenerateKey(elliptic.P521(), rand.Reader)
	default:
		k.Private, err = rsa.GenerateKey(rand.Reader, 2048)
	}
	if err != nil {
		tb.Fatal(err)
	}
	return k
}

// Public returns what of the key is published.
func (k Key) Public() jose.JSONWebKey {
	j := jose.JSONWebKey{Key: k.Private, KeyID: k.ID, Algorithm: string(k.Algorithm), Use: "sig"}
	return j.Public()
}

// Issuer starts an issuer with that URL, which is without a scheme, with one key
// of the algorithm ES256.
func (n *Net) Issuer(url string) *Issuer {
	n.tb.Helper()
	host, path, _ := strings.Cut(url, "/")
	i := &Issuer{URL: url, Host: host, tb: n.tb, keys: []Key{NewKey(n.tb, "key-1", jose.ES256)}}
	prefix := ""
	if path != "" {
		prefix = "/" + strings.TrimSuffix(path, "/")
	}
	mux := http.NewServeMux()
	mux.HandleFunc(prefix+"/.well-known/openid-configuration", func(w http.ResponseWriter, r *http.Request) {
		i.answer(w, r, &i.discovery, map[string]any{"issuer": "https://" + url, "jwks_uri": "https://" + host + prefix + "/keys", "other": []any{1}})
	})
	mux.HandleFunc(prefix+"/keys", func(w http.ResponseWriter, r *http.Request) {
		i.Asked.Add(1)
		set := jose.JSONWebKeySet{Keys: []jose.JSONWebKey{}}
		for _, k := range i.Keys() {
			set.Keys = append(set.Keys, k.Public())
		}
		i.answer(w, r, &i.keySet, set)
	})
	n.Handle(host, mux)
	return i
}

func (i *Issuer) answer(w http.ResponseWriter, r *http.Request, instead *http.HandlerFunc, usual any) {
	i.mu.Lock()
	h := *instead
	i.mu.Unlock()
	if h != nil {
		h(w, r)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	if err := json.NewEncoder(w).Encode(usual); err != nil {
		i.tb.Error(err)
	}
}

// Keys returns the keys that the issuer publishes. It signs with the first.
func (i *Issuer) Keys() []Key {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.keys
}

// Rotate has the issuer publish these keys and no others.
func (i *Issuer) Rotate(keys ...Key) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.keys = keys
}

// Discovery has h answer for the OpenID configuration; nil undoes it.
func (i *Issuer) Discovery(h http.HandlerFunc) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.discovery = h
}

// KeySet has h answer for the keys; nil undoes it.
func (i *Issuer) KeySet(h http.HandlerFunc) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.keySet = h
}

// Claims returns what a usual token of the issuer says of subject, good for five
// minutes, with more in it or other things. What is nil in more is left out.
func (i *Issuer) Claims(subject string, more map[string]any) map[string]any {
	now := time.Now().Unix()
	c := map[string]any{"iss": "https://" + i.URL, "sub": subject, "aud": Audience, "exp": now + 300, "iat": now, "nbf": now}
	maps.Copy(c, more)
	maps.DeleteFunc(c, func(_ string, v any) bool { return v == nil })
	return c
}

// Token returns a token that says what [Issuer.Claims] returns.
func (i *Issuer) Token(subject string, more map[string]any) string {
	i.tb.Helper()
	return i.Keys()[0].Token(i.tb, i.Claims(subject, more))
}

// Token returns a token with the claims, signed with the key.
func (k Key) Token(tb testing.TB, claims map[string]any) string {
	tb.Helper()
	payload, err := json.Marshal(claims)
	if err != nil {
		tb.Fatal(err)
	}
	return k.Sign(tb, string(payload), nil)
}

// Sign signs a payload, with more header parameters if there are.
func (k Key) Sign(tb testing.TB, payload string, header map[string]any) string {
	tb.Helper()
	opts := (&jose.SignerOptions{}).WithType("JWT")
	if k.ID != "" {
		opts.WithHeader("kid", k.ID)
	}
	for name, v := range header {
		opts.WithHeader(jose.HeaderKey(name), v)
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: k.Algorithm, Key: k.Private}, opts)
	if err != nil {
		tb.Fatal(err)
	}
	signed, err := signer.Sign([]byte(payload))
	if err != nil {
		tb.Fatal(err)
	}
	text, err := signed.CompactSerialize()
	if err != nil {
		tb.Fatal(err)
	}
	return text
}

// Tags returns the claim that asks for session tags, of which those named are
// transitive.
func Tags(tags map[string]string, transitive ...string) map[string]any {
	principal := map[string]any{}
	for k, v := range tags {
		principal[k] = []string{v}
	}
	claim := map[string]any{"principal_tags": principal}
	if len(transitive) > 0 {
		claim["transitive_tag_keys"] = transitive
	}
	return map[string]any{"https://aws.amazon.com/tags": claim}
}
