// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"github.com/bailiwick-dev/bailiwick/tenant"
)

const (
	issuerURL = "https://login.shipments.example"
	audience  = "https://shipments.example"

	// maxToken is the length of the longest token that is looked at, in bytes.
	maxToken = 4 << 10

	// clockSkew is how far the identity provider's clock and ours may differ.
	clockSkew = 10 * time.Second
)

// claims are what a token says: the user's identity, and in the same token the
// tenant's.
type claims struct {
	jwt.Claims
	TenantID string `json:"TenantID"`
}

// A verifier decides from a request's token, and from nothing else, which
// tenant the request is of. Each service has one.
type verifier struct {
	issuer, audience string
	keys             jose.JSONWebKeySet // of the issuer, public
	tenants          tenant.Grammar
}

// authenticated returns a handler that passes requests on with their tenant in
// the context. Those whose token isn't in order get a 401 that doesn't say why.
func (v verifier) authenticated(log *slog.Logger, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id, err := v.tenant(r)
		if err != nil {
			log.WarnContext(r.Context(), "unauthorized", "reason", err)
			w.Header().Set("WWW-Authenticate", "Bearer")
			answer(w, http.StatusUnauthorized, unauthorized)
			return
		}
		next.ServeHTTP(w, r.WithContext(tenant.NewContext(r.Context(), id)))
	})
}

// tenant returns the tenant that the request's token names.
func (v verifier) tenant(r *http.Request) (tenant.ID, error) {
	// With two tokens, two services could each look at another one.
	header := r.Header.Values("Authorization")
	if len(header) != 1 {
		return "", fmt.Errorf("%d Authorization headers instead of one", len(header))
	}
	scheme, token, _ := strings.Cut(header[0], " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return "", errors.New("no bearer token")
	}
	return v.verify(token)
}

// verify returns the tenant that a token names, if it is a token that the issuer
// made for this audience, that is valid now, and whose tenant can be one.
func (v verifier) verify(token string) (tenant.ID, error) {
	if len(token) > maxToken {
		return "", fmt.Errorf("token of %d bytes is longer than %d", len(token), maxToken)
	}
	// The algorithm is ours to choose, not the token's.
	t, err := jwt.ParseSigned(token, []jose.SignatureAlgorithm{jose.ES256})
	if err != nil {
		return "", err
	}
	var c claims
	if err := t.Claims(v.keys, &c); err != nil {
		return "", err
	}
	if c.Expiry == nil {
		return "", errors.New("token never expires")
	}
	expected := jwt.Expected{Issuer: v.issuer, AnyAudience: jwt.Audience{v.audience}}
	if err := c.ValidateWithLeeway(expected, clockSkew); err != nil {
		return "", err
	}
	// The issuer signed what somebody typed in when they signed up, perhaps.
	return v.tenants.Parse(c.TenantID)
}
