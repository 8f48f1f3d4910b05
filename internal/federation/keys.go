// SPDX-License-Identifier: Apache-2.0

package federation

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-json-experiment/json/jsontext"
)

const (
	// maxKeys is how many keys a provider may publish, and maxKey the size of each,
	// in bytes, with the certificates that some add.
	maxKeys = 256
	maxKey  = 32 << 10

	// minRSA is the size of the smallest RSA key, in bits. The largest is that of
	// package jose, 4096.
	minRSA = 2048

	// maxTried is how many keys of one id are tried on a token.
	maxTried = 4
)

// errKeySet means that a document is no key set.
var errKeySet = errors.New("federation: malformed key set")

// A keySet is the keys that a provider published. It is immutable.
type keySet struct {
	keys  []publicKey
	until time.Time // when it has to be asked for again
	dead  time.Time // when it is of no use any more, even if it can't be
}

// A publicKey is a key that signs tokens.
type publicKey struct {
	id         string
	key        any
	algorithms []jose.SignatureAlgorithm // that it may be used with
}

// readKeySet reads a JSON Web Key Set (RFC 7517). Keys that don't sign tokens, or
// not well enough, are left out: a provider may have them for others.
func readKeySet(text []byte) (*keySet, error) {
	r := newReader(text)
	set, found := &keySet{}, false
	err := r.object(func(name string) error {
		if name != "keys" || found {
			return r.skip()
		}
		found = true
		return r.keys(set)
	})
	if err != nil || !found || !r.end() {
		return nil, errKeySet
	}
	return set, nil
}

// keys reads the list of keys into set.
func (r reader) keys(set *keySet) error {
	if t, err := r.d.ReadToken(); err != nil || t.Kind() != '[' {
		return errSyntax
	}
	for n := 0; r.d.PeekKind() != ']'; n++ {
		text, err := r.d.ReadValue()
		if err != nil || n == maxKeys || len(text) > maxKey {
			return errSyntax
		}
		if k, ok := readKey(text); ok {
			set.keys = append(set.keys, k)
		}
	}
	_, err := r.d.ReadToken()
	return err
}

// readKey reads one key. ok is false if it isn't one that signs tokens.
func readKey(text jsontext.Value) (k publicKey, ok bool) {
	var members struct {
		K   any      `json:"k"` // what only signers may have, which isn't worked on
		D   any      `json:"d"`
		Ops []string `json:"key_ops"`
	}
	if err := json.Unmarshal(text, &members); err != nil || members.K != nil || members.D != nil {
		return k, false
	}
	if members.Ops != nil && !slices.Contains(members.Ops, "verify") {
		return k, false
	}
	var j jose.JSONWebKey
	if err := json.Unmarshal(text, &j); err != nil || j.Use != "" && j.Use != "sig" || len(j.KeyID) > maxKeyID {
		return k, false
	}
	k = publicKey{id: j.KeyID, key: j.Key, algorithms: fit(j.Key)}
	if j.Algorithm != "" {
		k.algorithms = slices.DeleteFunc(k.algorithms, func(a jose.SignatureAlgorithm) bool { return string(a) != j.Algorithm })
	}
	return k, len(k.algorithms) > 0
}

// fit returns the algorithms that a key may be used with.
func fit(key any) []jose.SignatureAlgorithm {
	switch key := key.(type) {
	case *rsa.PublicKey:
		if key.N.BitLen() >= minRSA {
			return []jose.SignatureAlgorithm{jose.RS256, jose.RS384, jose.RS512}
		}
	case *ecdsa.PublicKey:
		switch key.Curve {
		case elliptic.P256():
			return []jose.SignatureAlgorithm{jose.ES256}
		case elliptic.P384():
			return []jose.SignatureAlgorithm{jose.ES384}
		case elliptic.P521():
			return []jose.SignatureAlgorithm{jose.ES512}
		}
	}
	return nil
}

// candidates returns the keys that may have signed t: those with the id that it
// names. If it names none, the set must leave no doubt.
func (s *keySet) candidates(t *Token) []any {
	var out []any
	for i := range s.keys {
		k := &s.keys[i]
		if (t.kid == "" || k.id == t.kid) && slices.Contains(k.algorithms, t.alg) {
			out = append(out, k.key)
		}
	}
	if t.kid == "" && len(out) > 1 || len(out) > maxTried {
		return nil
	}
	return out
}
