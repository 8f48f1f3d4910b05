// SPDX-License-Identifier: Apache-2.0

package main

import (
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

const (
	unauthorizedBody = `{"message":"unauthorized"}`
	noShipmentBody   = `{"message":"no such shipment"}`
)

// asBlue is what somebody sends who hopes that a service believes headers.
var asBlue = http.Header{"X-Tenant-Id": {"blue"}, "X-Amz-Meta-Tenantid": {"blue"}}

// steps returns the whole flow.
func (b *browser) steps() ([]step, error) {
	tokens := make(map[string]string)
	for _, row := range rows {
		token, err := b.provider.token(row.tenant)
		if err != nil {
			return nil, err
		}
		tokens[row.tenant] = token
	}
	forged, err := b.forgeries(tokens["yellow"])
	if err != nil {
		return nil, err
	}
	hostile, err := b.hostileTenants()
	if err != nil {
		return nil, err
	}
	return slices.Concat(b.ownShipments(tokens), b.othersShipments(tokens), forged, hostile, b.mistakes(tokens)), nil
}

// ownShipments are requests for what is the tenant's own: also the control that
// everything that is refused elsewhere is there to be had.
func (b *browser) ownShipments(tokens map[string]string) []step {
	var steps []step
	for _, row := range rows {
		steps = append(steps, step{
			what: row.tenant + " asks for its shipment " + row.shipment,
			url:  b.shipments + "/shipments/" + row.shipment, token: tokens[row.tenant],
			status: http.StatusOK, body: fmt.Sprintf(`{"id":%q,"eta":%q}`, row.shipment, row.eta),
			logged: []string{"msg=GetShippingETA service=tracking tenant=" + row.tenant + " shipment=" + row.shipment},
		})
	}
	return steps
}

// othersShipments are requests of yellow that have something of blue in them.
func (b *browser) othersShipments(tokens map[string]string) []step {
	yellow := tokens["yellow"]
	return []step{
		{
			what: "yellow asks for a shipment that nobody has",
			url:  b.shipments + "/shipments/s-9", token: yellow,
			status: http.StatusNotFound, body: noShipmentBody,
		},
		{
			what: "yellow asks for blue's shipment s-2",
			url:  b.shipments + "/shipments/s-2", token: yellow,
			status: http.StatusNotFound, body: noShipmentBody,
		},
		{
			what: "yellow says in headers that it is blue, and sees what is yellow's",
			url:  b.shipments + "/shipments/s-1", token: yellow, header: asBlue,
			status: http.StatusOK, body: `{"id":"s-1","eta":"2026-12-01"}`,
			logged: []string{"msg=GetShippingETA service=tracking tenant=yellow shipment=s-1"},
		},
		{
			what: "yellow does so at the tracking service",
			url:  b.tracking + "/shipments/s-1/eta", token: yellow, header: asBlue,
			status: http.StatusOK, body: `{"eta":"2026-12-01"}`,
			logged: []string{"msg=GetShippingETA service=tracking tenant=yellow shipment=s-1"},
		},
		{
			what: "somebody says so at the tracking service, without a token",
			url:  b.tracking + "/shipments/s-1/eta", header: asBlue,
			status: http.StatusUnauthorized, body: unauthorizedBody,
			logged: []string{"msg=unauthorized service=tracking reason=\"0 Authorization headers"},
		},
		{
			what:   "somebody asks with two tokens",
			url:    b.shipments + "/shipments/s-1",
			header: http.Header{"Authorization": {"Bearer " + yellow, "Bearer " + tokens["blue"]}},
			status: http.StatusUnauthorized, body: unauthorizedBody,
			logged: []string{"msg=unauthorized service=shipment reason=\"2 Authorization headers"},
		},
		{
			what:   "somebody asks without a token",
			url:    b.shipments + "/shipments/s-1",
			status: http.StatusUnauthorized, body: unauthorizedBody,
			logged: []string{"msg=unauthorized service=shipment reason=\"0 Authorization headers"},
		},
	}
}

// mistakes are requests to a handler that mistakes the path for the tenant. They
// get as far as DynamoDB, which denies what isn't the session's.
func (b *browser) mistakes(tokens map[string]string) []step {
	bug := b.buggy + "/tenants/"
	steps := []step{{
		what: "yellow finds a bug, and asks it for what is yellow's",
		url:  bug + "yellow/shipments/s-1/eta", token: tokens["yellow"],
		status: http.StatusOK, body: `{"eta":"2026-12-01"}`,
	}}
	for _, path := range []string{"blue/shipments/s-1", "blue/shipments/s-9", "yellowstone/shipments/s-1"} {
		steps = append(steps, step{
			what: "yellow asks the bug for " + path,
			url:  bug + path + "/eta", token: tokens["yellow"],
			status: http.StatusNotFound, body: noShipmentBody,
			logged: []string{"a policy caught a bug", "tenant=yellow", "assumed-role/" + accessRole + "/tenant-yellow is not authorized", deniedReason},
		})
	}
	return steps
}

// hostileTenants are requests with tokens in order, the tenant excepted. An
// identity provider could be made to issue them by a sign-up form.
func (b *browser) hostileTenants() ([]step, error) {
	var steps []step
	for _, id := range []string{
		"", "*", "yellow*", "b?ue", "${aws:PrincipalTag/TenantID}", "../blue", "blue/", "blue#s-1", "Blue", "blue ", "blue\n",
		"blue\x00", "ｂlue", strings.Repeat("blue", 9),
	} {
		token, err := b.provider.token(id)
		if err != nil {
			return nil, err
		}
		steps = append(steps, b.refusedEverywhere(fmt.Sprintf("a token of tenant %+q", id), token, "invalid tenant id")...)
	}
	// Two tenants at once: a service that took the first, and one that took the
	// last, would not agree.
	c := b.provider.claims("yellow")
	token, err := b.provider.sign(struct {
		jwt.Claims
		TenantID []string
	}{c.Claims, []string{"yellow", "blue"}})
	if err != nil {
		return nil, err
	}
	return append(steps, b.refusedEverywhere("a token of two tenants", token, "cannot unmarshal array")...), nil
}

// refusedEverywhere are requests with a token that neither service may take.
func (b *browser) refusedEverywhere(what, token, reason string) []step {
	at := func(service, url string) step {
		return step{
			what: what + ", at the " + service + " service", url: url, token: token,
			status: http.StatusUnauthorized, body: unauthorizedBody,
			logged: []string{"msg=unauthorized service=" + service, reason},
		}
	}
	return []step{
		at("shipment", b.shipments+"/shipments/s-1"),
		at("tracking", b.tracking+"/shipments/s-1/eta"),
	}
}

// forgeries are requests with tokens for blue that the identity provider did not
// make, or not for this purpose or time.
func (b *browser) forgeries(yellow string) ([]step, error) {
	stranger, err := newIssuer()
	if err != nil {
		return nil, err
	}
	public, err := x509.MarshalPKIXPublicKey(b.provider.key.Public())
	if err != nil {
		return nil, err
	}
	blue := b.provider.claims("blue")
	hour := func(d time.Duration) *jwt.NumericDate { return jwt.NewNumericDate(time.Now().Add(d * time.Hour)) }
	var steps []step
	for _, f := range []struct {
		what, reason string
		make         func() (string, error)
	}{
		{"a token signed with another key", "error in cryptographic primitive", func() (string, error) { return stranger.sign(blue) }},
		{"a token that brings its key along", "error in cryptographic primitive", func() (string, error) {
			return sign(jose.ES256, stranger.key, (&jose.SignerOptions{EmbedJWK: true}).WithHeader("kid", keyID), blue)
		}},
		{"a token signed with the public key as a secret", "unexpected signature algorithm", func() (string, error) {
			return sign(jose.HS256, public, &jose.SignerOptions{}, blue)
		}},
		{"yellow's token with blue's claims", "error in cryptographic primitive", func() (string, error) { return b.replace(yellow, blue) }},
		{"a token of algorithm none", "unexpected signature algorithm", func() (string, error) { return b.unsigned(blue) }},
		{"a token that has expired", "token is expired", b.changed(func(c *claims) { c.IssuedAt, c.Expiry = hour(-2), hour(-1) })},
		{"a token that never expires", "never expires", b.changed(func(c *claims) { c.Expiry = nil })},
		{"a token that isn't valid yet", "not valid yet", b.changed(func(c *claims) { c.NotBefore, c.Expiry = hour(1), hour(2) })},
		{"a token that is too long", "is longer than", b.changed(func(c *claims) { c.ID = strings.Repeat("x", maxToken) })},
		{"a token for another audience", "invalid audience", b.changed(func(c *claims) { c.Audience = jwt.Audience{"https://billing.example"} })},
		{"a token of another issuer", "invalid issuer", b.changed(func(c *claims) { c.Issuer = "https://login.example" })},
	} {
		token, err := f.make()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.what, err)
		}
		steps = append(steps, b.refusedEverywhere(f.what, token, f.reason)...)
	}
	return steps, nil
}

// changed makes a token of the identity provider's for blue that has something
// else in it than usual.
func (b *browser) changed(change func(*claims)) func() (string, error) {
	return func() (string, error) {
		c := b.provider.claims("blue")
		change(&c)
		return b.provider.sign(c)
	}
}

// replace puts other claims between a token's header and signature.
func (b *browser) replace(token string, c claims) (string, error) {
	other, err := b.provider.sign(c)
	if err != nil {
		return "", err
	}
	parts := strings.Split(token, ".")
	parts[1] = strings.Split(other, ".")[1]
	return strings.Join(parts, "."), nil
}

// unsigned makes a token that says that it needs no signature.
func (b *browser) unsigned(c claims) (string, error) {
	token, err := b.provider.sign(c)
	if err != nil {
		return "", err
	}
	header := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none","typ":"JWT"}`))
	return header + "." + strings.Split(token, ".")[1] + ".", nil
}
