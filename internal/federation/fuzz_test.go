// SPDX-License-Identifier: Apache-2.0

package federation

import (
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"
)

func FuzzKeySet(f *testing.F) {
	f.Add([]byte(`{"keys":[]}`))
	f.Add([]byte(`{"keys":[{"kty":"EC","crv":"P-256","kid":"k","alg":"ES256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}]}`))
	f.Add([]byte(`{"keys":[{"kty":"RSA","n":"AQAB","e":"AQAB","use":"sig","key_ops":["verify"]}],"x":[{}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		set, err := readKeySet(text)
		if err != nil {
			return
		}
		if len(set.keys) > maxKeys {
			t.Errorf("%d keys", len(set.keys))
		}
		for _, k := range set.keys {
			if len(k.algorithms) == 0 || len(fit(k.key)) == 0 {
				t.Errorf("key %+v", k)
			}
			token := &Token{kid: k.id, alg: jose.HS256}
			if len(set.candidates(token)) > 0 {
				t.Error("a key for HS256")
			}
		}
	})
}

func FuzzDiscovery(f *testing.F) {
	f.Add([]byte(`{"issuer":"https://idp.example","jwks_uri":"https://idp.example/keys","x":[1]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		keys, err := readDiscovery(text, "https://idp.example")
		if err == nil && !strings.HasPrefix(strings.ToLower(keys), "https://") {
			t.Errorf("keys at %q", keys)
		}
	})
}
