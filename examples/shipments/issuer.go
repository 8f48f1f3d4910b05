// SPDX-License-Identifier: Apache-2.0

package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

const (
	keyID         = "key-1"
	tokenLifetime = 5 * time.Minute
)

// An issuer stands for the identity provider, with a key pair of its own.
type issuer struct {
	key *ecdsa.PrivateKey
}

// newIssuer returns an issuer with a new key pair.
func newIssuer() (*issuer, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	return &issuer{key}, nil
}

// keys returns what an identity provider publishes as its JSON Web Key Set.
func (i *issuer) keys() jose.JSONWebKeySet {
	return jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{
		Key: i.key.Public(), KeyID: keyID, Algorithm: string(jose.ES256), Use: "sig",
	}}}
}

// claims returns what the issuer says about a user of a tenant who has just
// signed in.
func (i *issuer) claims(tenantID string) claims {
	now := time.Now()
	return claims{
		Claims: jwt.Claims{
			Issuer:   issuerURL,
			Subject:  "user-of-" + tenantID,
			Audience: jwt.Audience{audience},
			IssuedAt: jwt.NewNumericDate(now),
			Expiry:   jwt.NewNumericDate(now.Add(tokenLifetime)),
		},
		TenantID: tenantID,
	}
}

// token returns the token of a user of a tenant.
func (i *issuer) token(tenantID string) (string, error) { return i.sign(i.claims(tenantID)) }

// sign returns a token that says what payload, a JSON object, does.
func (i *issuer) sign(payload any) (string, error) {
	return sign(jose.ES256, i.key, &jose.SignerOptions{}, payload)
}

// sign returns a token of any algorithm, key and header.
func sign(alg jose.SignatureAlgorithm, key any, opts *jose.SignerOptions, payload any) (string, error) {
	signer, err := jose.NewSigner(
		jose.SigningKey{Algorithm: alg, Key: jose.JSONWebKey{Key: key, KeyID: keyID}},
		opts.WithType("JWT"))
	if err != nil {
		return "", err
	}
	return jwt.Signed(signer).Claims(payload).Serialize()
}
