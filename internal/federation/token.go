// SPDX-License-Identifier: Apache-2.0

package federation

import (
	"encoding/base64"
	"strings"

	"github.com/go-jose/go-jose/v4"
)

const (
	// maxToken is the size of the longest token, in bytes, as the API has it.
	maxToken = 20_000

	// scheme begins every issuer, and is no part of a provider's URL.
	scheme = "https://"
)

// algorithms are those that tokens may be signed with: public keys only, so that
// nothing that a provider publishes can sign.
var algorithms = []jose.SignatureAlgorithm{jose.RS256, jose.RS384, jose.RS512, jose.ES256, jose.ES384, jose.ES512}

// A Token is a JWT whose form is right. Nothing that it says is verified.
type Token struct {
	// Issuer is who the token claims to be of, with its scheme.
	Issuer string

	signed *jose.JSONWebSignature
	alg    jose.SignatureAlgorithm
	kid    string // which of the issuer's keys has signed it, empty if it doesn't say
	claims *claims
}

// Provider returns the URL, without a scheme, under which the token's issuer must
// be registered.
func (t *Token) Provider() string { return strings.TrimPrefix(t.Issuer, scheme) }

// Read takes a token apart. What isn't one in JWS compact serialization, or asks
// for an algorithm that isn't to be had, is InvalidIdentityToken.
func Read(text string) (*Token, error) {
	if len(text) > maxToken || strings.Trim(text, tokenAlphabet) != "" || strings.Count(text, ".") != 2 {
		return nil, notJWT()
	}
	signed, err := jose.ParseSignedCompact(text, algorithms)
	if err != nil || len(signed.Signatures) != 1 {
		return nil, notJWT()
	}
	header, _, _ := strings.Cut(text, ".")
	kid, err := readHeader(header)
	if err != nil {
		return nil, notJWT()
	}
	c, err := readClaims(signed.UnsafePayloadWithoutVerification())
	if err != nil {
		return nil, err
	}
	alg := jose.SignatureAlgorithm(signed.Signatures[0].Protected.Algorithm)
	return &Token{Issuer: c.Issuer, signed: signed, alg: alg, kid: kid, claims: c}, nil
}

// tokenAlphabet is what a token consists of. The base64 decoder alone would skip
// line breaks.
const tokenAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_."

// maxKeyID is the length of the longest key id, in bytes.
const maxKeyID = 512

// readHeader returns the key id that a header names, or "". Extensions that must
// be understood are none that we do.
func readHeader(encoded string) (kid string, err error) {
	text, err := base64.RawURLEncoding.DecodeString(encoded)
	if err != nil {
		return "", errSyntax
	}
	r := newReader(text)
	err = r.object(func(name string) (err error) {
		switch name {
		case "kid":
			kid, err = r.string(maxKeyID)
		case "crit", "b64", "zip", "enc":
			err = errSyntax
		default:
			err = r.skip()
		}
		return err
	})
	if err != nil || !r.end() {
		return "", errSyntax
	}
	return kid, nil
}
