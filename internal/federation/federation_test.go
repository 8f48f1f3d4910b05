// SPDX-License-Identifier: Apache-2.0

package federation_test

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/google/go-cmp/cmp"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/federation"
	"github.com/bailiwick-dev/bailiwick/internal/federation/federationtest"
	"github.com/bailiwick-dev/bailiwick/internal/identity"
)

const (
	account = "111122223333"
	client  = federationtest.Audience
)

// provider is the registration of an issuer.
func provider(url string) *identity.OIDCProvider {
	return &identity.OIDCProvider{Account: account, ID: "AIDP" + url, URL: url, ClientIDs: []string{client, "other-client"}}
}

// verify has a new Verifier judge a token as one of p.
func verify(t testing.TB, n *federationtest.Net, p *identity.OIDCProvider, token string) (*federation.Identity, error) {
	t.Helper()
	return judge(t, federation.New(federation.Config{Dial: n.Dial, Roots: n.Roots()}), p, token)
}

func judge(t testing.TB, v *federation.Verifier, p *identity.OIDCProvider, token string) (*federation.Identity, error) {
	t.Helper()
	read, err := federation.Read(token)
	if err != nil {
		return nil, err
	}
	return v.Verify(t.Context(), read, p)
}

// codeOf returns the code of an error with its message.
func codeOf(err error) string {
	if err == nil {
		return "none"
	}
	e := awsapi.AsError(err)
	return e.Code + ": " + e.Message
}

const (
	notJWT  = "InvalidIdentityToken: The ID Token provided is not a valid JWT."
	noKey   = "InvalidIdentityToken: Couldn't retrieve verification key from your identity provider,  please reference"
	expired = "ExpiredTokenException: Token expired: current date/time "
	early   = "InvalidIdentityToken: Token is not valid yet"
	wrong   = "InvalidIdentityToken: Incorrect token audience"
	unknown = "InvalidIdentityToken: No OpenIDConnect provider found in your account for https://"
	down    = "IDPCommunicationError: "
)

func TestATokenSaysWhatItsIssuerSays(t *testing.T) {
	n := federationtest.New(t)
	idp := n.Issuer("idp.example/Pool_1")
	token := idp.Token("user-1", map[string]any{
		"aud": []string{"nobody", client}, "azp": "web-app", "email": "ann@example.com", "amr": []string{"pwd", "otp"},
		"https://aws.amazon.com/tags": map[string]any{
			"principal_tags":      map[string]any{"TenantID": []string{"yellow"}},
			"transitive_tag_keys": []string{"TenantID"},
		},
		"https://aws.amazon.com/source_identity": "ann",
		"nested":                                 map[string]any{"deep": []any{map[string]any{"x": 1}}},
	})
	got, err := verify(t, n, provider(idp.URL), token)
	if err != nil {
		t.Fatal(err)
	}
	const key = "idp.example/pool_1:"
	want := awsapi.Federation{
		Provider: "arn:aws:iam::111122223333:oidc-provider/idp.example/Pool_1", ProviderID: "AIDPidp.example/Pool_1",
		Issuer: "https://idp.example/Pool_1", Subject: "user-1", Audience: "web-app",
		Claims: []awsapi.Claim{
			{Key: key + "aud", Values: []string{"web-app"}, Kept: true},
			{Key: key + "sub", Values: []string{"user-1"}, Kept: true},
			{Key: key + "amr", Values: []string{"pwd", "otp"}, Many: true, Kept: true},
			{Key: key + "azp", Values: []string{"web-app"}},
			{Key: key + "oaud", Values: []string{client}},
			{Key: key + "email", Values: []string{"ann@example.com"}},
		},
		Tags: []awsapi.Tag{{Key: "TenantID", Value: "yellow"}}, Transitive: []string{"TenantID"}, SourceIdentity: "ann",
	}
	if diff := cmp.Diff(want, got.Federation); diff != "" {
		t.Error(diff)
	}
	if got.Client != client {
		t.Errorf("it is for %q", got.Client)
	}
}

func TestAlgorithms(t *testing.T) {
	n := federationtest.New(t)
	idp := n.Issuer("idp.example")
	for _, alg := range []jose.SignatureAlgorithm{jose.RS256, jose.RS384, jose.RS512, jose.ES256, jose.ES384, jose.ES512} {
		idp.Rotate(federationtest.NewKey(t, "k", alg))
		if _, err := verify(t, n, provider(idp.URL), idp.Token("u", nil)); err != nil {
			t.Errorf("%s: %v", alg, err)
		}
	}
	for _, alg := range []jose.SignatureAlgorithm{jose.PS256, jose.PS512} {
		idp.Rotate(federationtest.NewKey(t, "k", alg))
		if _, err := verify(t, n, provider(idp.URL), idp.Token("u", nil)); !strings.HasPrefix(codeOf(err), notJWT) {
			t.Errorf("%s: %v", alg, err)
		}
	}
}

// parts takes a token apart.
func parts(token string) (header, payload, signature string) {
	p := strings.Split(token, ".")
	return p[0], p[1], p[2]
}

func encode(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }

// TestForgedTokens goes through what somebody may try who has no key of the issuer.
func TestForgedTokens(t *testing.T) {
	n := federationtest.New(t)
	idp := n.Issuer("idp.example")
	rs := federationtest.NewKey(t, "rs", jose.RS256)
	idp.Rotate(idp.Keys()[0], rs)
	public, err := x509.MarshalPKIXPublicKey(rs.Private.(*rsa.PrivateKey).Public())
	if err != nil {
		t.Fatal(err)
	}
	mine := federationtest.NewKey(t, "key-1", jose.ES256)
	payload := func(more map[string]any) string {
		text, err := json.Marshal(idp.Claims("u", more))
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	hmacSigned := func(secret []byte) string {
		signed := encode(`{"alg":"HS256","kid":"rs"}`) + "." + encode(payload(nil))
		mac := hmac.New(sha256.New, secret)
		mac.Write([]byte(signed))
		return signed + "." + base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
	}
	good := idp.Token("u", nil)
	header, body, signature := parts(good)
	jwk := mine.Public()
	for name, c := range map[string]struct{ token, want string }{
		"the issuer's own":                {good, "none"},
		"no signature, alg none":          {encode(`{"alg":"none"}`) + "." + encode(payload(nil)) + ".", notJWT},
		"alg None":                        {encode(`{"alg":"None","kid":"key-1"}`) + "." + encode(payload(nil)) + "." + signature, notJWT},
		"HS256 with the public key":       {hmacSigned(public), notJWT},
		"HS256 with the public PEM":       {hmacSigned(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: public})), notJWT},
		"another's key of the same id":    {mine.Sign(t, payload(nil), nil), noKey},
		"a jwk in the header":             {mine.Sign(t, payload(nil), map[string]any{"jwk": jwk}), noKey},
		"a jku in the header":             {mine.Sign(t, payload(nil), map[string]any{"jku": "https://evil.example/keys"}), noKey},
		"an x5u in the header":            {mine.Sign(t, payload(nil), map[string]any{"x5u": "https://evil.example/cert"}), noKey},
		"unknown kid":                     {federationtest.Key{ID: "key-9", Algorithm: jose.ES256, Private: mine.Private}.Sign(t, payload(nil), nil), noKey},
		"no kid, two keys but one fits":   {federationtest.Key{Algorithm: jose.ES256, Private: idp.Keys()[0].Private}.Sign(t, payload(nil), nil), "none"},
		"another payload":                 {header + "." + encode(payload(map[string]any{"sub": "root"})) + "." + signature, noKey},
		"another header":                  {encode(`{"alg":"ES256","kid":"key-1","typ":"x"}`) + "." + body + "." + signature, noKey},
		"signature cut off":               {header + "." + body + ".", noKey},
		"two parts":                       {header + "." + body, notJWT},
		"four parts":                      {good + "." + signature, notJWT},
		"an extension, signed":            {idp.Keys()[0].Sign(t, payload(nil), map[string]any{"crit": []string{"exp"}, "exp": 1}), notJWT},
		"b64, signed":                     {idp.Keys()[0].Sign(t, payload(nil), map[string]any{"b64": true}), notJWT},
		"line break":                      {header + ".\n" + body + "." + signature, notJWT},
		"blank":                           {" " + good, notJWT},
		"padding":                         {header + "=." + body + "." + signature, notJWT},
		"JSON serialization":              {`{"payload":"` + body + `","protected":"` + header + `","signature":"` + signature + `"}`, notJWT},
		"twice the alg":                   {encode(`{"alg":"ES256","alg":"none","kid":"key-1"}`) + "." + body + "." + signature, notJWT},
		"nothing":                         {"", notJWT},
		"dots":                            {"..", notJWT},
		"of the greatest length":          {idp.Keys()[0].Sign(t, payload(map[string]any{"x": strings.Repeat("x", 14_500)}), nil), "none"},
		"longer":                          {idp.Keys()[0].Sign(t, payload(map[string]any{"x": strings.Repeat("x", 14_900)}), nil), notJWT},
		"giant":                           {header + "." + strings.Repeat("A", 30_000) + "." + signature, notJWT},
		"deep":                            {idp.Keys()[0].Sign(t, strings.Repeat(`{"a":`, 1000)+"1"+strings.Repeat("}", 1000), nil), notJWT},
		"deep below a claim":              {idp.Keys()[0].Sign(t, payload(map[string]any{"x": json.RawMessage(strings.Repeat("[", 100) + strings.Repeat("]", 100))}), nil), notJWT},
		"duplicate claim, signed":         {idp.Keys()[0].Sign(t, strings.Replace(payload(nil), `"sub":"u"`, `"sub":"u","sub":"root"`, 1), nil), notJWT},
		"duplicate claim by escape":       {idp.Keys()[0].Sign(t, strings.Replace(payload(nil), `"sub":"u"`, `"sub":"u","s\u0075b":"root"`, 1), nil), notJWT},
		"more after the claims, signed":   {idp.Keys()[0].Sign(t, payload(nil)+"{}", nil), notJWT},
		"claims that aren't UTF-8":        {idp.Keys()[0].Sign(t, strings.Replace(payload(nil), `"sub":"u"`, "\"sub\":\"\xff\"", 1), nil), notJWT},
		"claims that aren't an object":    {idp.Keys()[0].Sign(t, `["sub"]`, nil), notJWT},
		"wrong key type for the kid":      {federationtest.Key{ID: "rs", Algorithm: jose.ES256, Private: idp.Keys()[0].Private}.Sign(t, payload(nil), nil), noKey},
		"wrong size of the hash for it":   {federationtest.Key{ID: "rs", Algorithm: jose.RS512, Private: rs.Private}.Sign(t, payload(nil), nil), noKey},
		"signed with the right other key": {rs.Sign(t, payload(nil), nil), "none"},
	} {
		_, err := verify(t, n, provider(idp.URL), c.token)
		if !strings.HasPrefix(codeOf(err), c.want) {
			t.Errorf("%s: got %v, want %s", name, codeOf(err), c.want)
		}
	}
}

// TestClaims goes through what the issuer itself may say.
func TestClaims(t *testing.T) {
	n := federationtest.New(t)
	idp := n.Issuer("idp.example")
	now := time.Now().Unix()
	tags := func(v any) map[string]any { return map[string]any{"https://aws.amazon.com/tags": v} }
	for name, c := range map[string]struct {
		claims map[string]any
		want   string
	}{
		"usual":                          {nil, "none"},
		"audience of the other client":   {map[string]any{"aud": "other-client"}, "none"},
		"party of ours, other audience":  {map[string]any{"aud": "nobody", "azp": client}, "none"},
		"audience of ours, other party":  {map[string]any{"azp": "nobody"}, "none"},
		"another audience":               {map[string]any{"aud": "nobody"}, wrong},
		"audience in another case":       {map[string]any{"aud": strings.ToUpper(client)}, wrong},
		"audience that is a prefix":      {map[string]any{"aud": client + ".evil"}, wrong},
		"no audience":                    {map[string]any{"aud": nil}, "InvalidIdentityToken: Missing a required claim: aud"},
		"empty list of audiences":        {map[string]any{"aud": []string{}}, "InvalidIdentityToken: Missing a required claim: aud"},
		"audience that is a number":      {map[string]any{"aud": 1}, notJWT},
		"65 audiences":                   {map[string]any{"aud": strings.Split(strings.Repeat("x,", 64)+client, ",")}, notJWT},
		"expired":                        {map[string]any{"exp": now - 1}, expired},
		"expires this second":            {map[string]any{"exp": now}, expired},
		"no expiry":                      {map[string]any{"exp": nil}, "InvalidIdentityToken: Missing a required claim: exp"},
		"expiry with a fraction":         {map[string]any{"exp": float64(now) + 300.5}, notJWT},
		"expiry with an exponent":        {map[string]any{"exp": json.RawMessage("3e10")}, notJWT},
		"expiry that is text":            {map[string]any{"exp": "99999999999"}, notJWT},
		"negative expiry":                {map[string]any{"exp": -1}, notJWT},
		"huge expiry":                    {map[string]any{"exp": json.RawMessage("99999999999999999999999")}, notJWT},
		"not before a minute from now":   {map[string]any{"nbf": now + 60}, "none"},
		"not before ten minutes on":      {map[string]any{"nbf": now + 600}, early},
		"issued ten minutes from now":    {map[string]any{"iat": now + 600}, early},
		"no other times":                 {map[string]any{"nbf": nil, "iat": nil}, "none"},
		"no subject":                     {map[string]any{"sub": nil}, "InvalidIdentityToken: Missing a required claim: sub"},
		"empty subject":                  {map[string]any{"sub": ""}, "InvalidIdentityToken: Missing a required claim: sub"},
		"subject that is a list":         {map[string]any{"sub": []string{"u"}}, notJWT},
		"long subject":                   {map[string]any{"sub": strings.Repeat("x", 256)}, notJWT},
		"no issuer":                      {map[string]any{"iss": nil}, notJWT},
		"another issuer":                 {map[string]any{"iss": "https://idp.example.evil"}, unknown + "idp.example.evil"},
		"issuer with a slash":            {map[string]any{"iss": "https://idp.example/"}, unknown + "idp.example/"},
		"issuer with a port":             {map[string]any{"iss": "https://idp.example:443"}, unknown + "idp.example:443"},
		"issuer in another case":         {map[string]any{"iss": "https://IDP.example"}, unknown + "IDP.example"},
		"issuer without a scheme":        {map[string]any{"iss": "idp.example"}, notJWT},
		"issuer over plain HTTP":         {map[string]any{"iss": "http://idp.example"}, notJWT},
		"issuer that is a part":          {map[string]any{"iss": "https://idp"}, unknown},
		"tag":                            {federationtest.Tags(map[string]string{"a": "1"}, "a"), "none"},
		"tag as text":                    {tags(map[string]any{"principal_tags": map[string]any{"a": "1"}}), "none"},
		"tag with two values":            {tags(map[string]any{"principal_tags": map[string]any{"a": []string{"1", "2"}}}), notJWT},
		"tag without a value":            {tags(map[string]any{"principal_tags": map[string]any{"a": []string{}}}), notJWT},
		"tag that is a number":           {tags(map[string]any{"principal_tags": map[string]any{"a": []int{1}}}), notJWT},
		"tags that are a list":           {tags([]string{"a"}), notJWT},
		"tags of another kind":           {tags(map[string]any{"resource_tags": map[string]any{}}), notJWT},
		"51 tags":                        {tags(map[string]any{"principal_tags": manyTags(51)}), notJWT},
		"50 tags":                        {tags(map[string]any{"principal_tags": manyTags(50)}), "none"},
		"flat tag":                       {map[string]any{"https://aws.amazon.com/tags/principal_tags/a": "1", "https://aws.amazon.com/tags/transitive_tag_keys": "a"}, "none"},
		"flat tag of another kind":       {map[string]any{"https://aws.amazon.com/tags/other": "1"}, notJWT},
		"a claim whose name begins so":   {map[string]any{"https://aws.amazon.com/tagsoup": 1}, "none"},
		"source identity that is a list": {map[string]any{"https://aws.amazon.com/source_identity": []string{"a"}}, notJWT},
	} {
		_, err := verify(t, n, provider(idp.URL), idp.Token("u", c.claims))
		if !strings.HasPrefix(codeOf(err), c.want) {
			t.Errorf("%s: got %v, want %s", name, codeOf(err), c.want)
		}
	}
}

func manyTags(n int) map[string]any {
	out := map[string]any{}
	for i := range n {
		out[strings.Repeat("x", i+1)] = []string{"v"}
	}
	return out
}

func TestTagsInEitherForm(t *testing.T) {
	n := federationtest.New(t)
	idp := n.Issuer("idp.example")
	for name, claims := range map[string]map[string]any{
		"nested": federationtest.Tags(map[string]string{"TenantID": "yellow"}, "TenantID"),
		"flat": {
			"https://aws.amazon.com/tags/principal_tags/TenantID": []string{"yellow"},
			"https://aws.amazon.com/tags/transitive_tag_keys":     []string{"TenantID"},
		},
		"flat, as text": {
			"https://aws.amazon.com/tags/principal_tags/TenantID": "yellow",
			"https://aws.amazon.com/tags/transitive_tag_keys":     "TenantID",
		},
	} {
		got, err := verify(t, n, provider(idp.URL), idp.Token("u", claims))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if diff := cmp.Diff([]awsapi.Tag{{Key: "TenantID", Value: "yellow"}}, got.Tags); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		if diff := cmp.Diff([]string{"TenantID"}, got.Transitive); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestAnIdentityEndsWithItsToken(t *testing.T) {
	n := federationtest.New(t)
	idp := n.Issuer("idp.example")
	id, err := verify(t, n, provider(idp.URL), idp.Token("u", nil))
	if err != nil {
		t.Fatal(err)
	}
	if err := id.Good(time.Now()); err != nil {
		t.Error(err)
	}
	if err := id.Good(time.Now().Add(time.Hour)); !strings.HasPrefix(codeOf(err), expired) {
		t.Errorf("later: %v", err)
	}
}

// TestKeysThatAreTooWeakOrNotForTokens are left out, and hurt no others.
func TestKeysThatAreTooWeakOrNotForTokens(t *testing.T) {
	n := federationtest.New(t)
	idp := n.Issuer("idp.example")
	weak, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	weakKey := federationtest.Key{ID: "weak", Algorithm: jose.RS256, Private: weak}
	good := idp.Keys()[0]
	for name, c := range map[string]struct {
		key    federationtest.Key
		change func(map[string]any)
		want   string
	}{
		"as it is":            {good, func(map[string]any) {}, "none"},
		"1024 bits":           {weakKey, func(map[string]any) {}, noKey},
		"for encryption":      {good, func(k map[string]any) { k["use"] = "enc" }, noKey},
		"for no use":          {good, func(k map[string]any) { delete(k, "use") }, "none"},
		"to sign only":        {good, func(k map[string]any) { k["key_ops"] = []string{"sign"} }, noKey},
		"to verify":           {good, func(k map[string]any) { k["key_ops"] = []string{"verify"} }, "none"},
		"for no algorithm":    {good, func(k map[string]any) { delete(k, "alg") }, "none"},
		"for another":         {good, func(k map[string]any) { k["alg"] = "ES384" }, noKey},
		"of an unknown type":  {good, func(k map[string]any) { k["kty"] = "XX" }, noKey},
		"not on the curve":    {good, func(k map[string]any) { k["x"] = k["y"] }, noKey},
		"with the secret":     {good, func(k map[string]any) { k["d"] = k["y"] }, noKey},
		"with an odd kid":     {good, func(k map[string]any) { k["kid"] = 1 }, noKey},
		"with an x5c too bad": {good, func(k map[string]any) { k["x5c"] = []string{"AAAA"} }, noKey},
	} {
		idp.KeySet(keySetOf(t, c.change, c.key.Public()))
		idp.Rotate(c.key)
		_, err := verify(t, n, provider(idp.URL), idp.Token("u", nil))
		if !strings.HasPrefix(codeOf(err), c.want) {
			t.Errorf("%s: got %v, want %s", name, codeOf(err), c.want)
		}
		other := federationtest.NewKey(t, "other", jose.ES256)
		idp.KeySet(keySetOf(t, c.change, c.key.Public(), other.Public()))
		idp.Rotate(other)
		if _, err := verify(t, n, provider(idp.URL), idp.Token("u", nil)); err != nil {
			t.Errorf("%s: another key beside it: %v", name, err)
		}
	}
}

// TestKeysOfOneName: a token that names no key, or one that several have, is
// verified if there is little doubt.
func TestKeysOfOneName(t *testing.T) {
	n := federationtest.New(t)
	idp := n.Issuer("idp.example")
	list := func(names ...string) (keys []federationtest.Key) {
		for _, name := range names {
			keys = append(keys, federationtest.NewKey(t, name, jose.ES256))
		}
		return keys
	}
	for name, c := range map[string]struct {
		keys []federationtest.Key
		kid  string
		want string
	}{
		"one key, not named":              {list("a"), "", "none"},
		"two keys, not named":             {list("a", "b"), "", noKey},
		"keys without names, nor in it":   {list(""), "", "none"},
		"keys without names, but it does": {list(""), "a", noKey},
		"four of the name":                {list("a", "a", "a", "a"), "a", "none"},
		"five of the name":                {list("a", "a", "a", "a", "a"), "a", noKey},
	} {
		idp.Rotate(c.keys...)
		signer := c.keys[len(c.keys)-1]
		signer.ID = c.kid
		if _, err := verify(t, n, provider(idp.URL), signer.Token(t, idp.Claims("u", nil))); !strings.HasPrefix(codeOf(err), c.want) {
			t.Errorf("%s: got %v, want %s", name, codeOf(err), c.want)
		}
	}
}
