// SPDX-License-Identifier: Apache-2.0

package saml

import (
	"errors"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
)

// Why a response counts for nothing. No error repeats what is in it.
var (
	// ErrMalformed means that it isn't a response of the form that is understood.
	ErrMalformed = errors.New("saml: malformed response")
	// ErrStatus means that the provider has not found out who it is.
	ErrStatus = errors.New("saml: status is not success")
	// ErrIssuer means that another provider has made it.
	ErrIssuer = errors.New("saml: issuer is not the provider")
	// ErrSignature means that nothing in it is signed with a key of the provider,
	// or not all that claims to be.
	ErrSignature = errors.New("saml: signature is not valid")
	// ErrAudience means that it was made for somebody else.
	ErrAudience = errors.New("saml: audience is not AWS")
	// ErrRecipient means that it was sent to another address, or that nothing
	// confirms its subject.
	ErrRecipient = errors.New("saml: subject is not confirmed for AWS")
	// ErrExpired means that its time is over.
	ErrExpired = errors.New("saml: assertion has expired")
	// ErrEarly means that its time is yet to come.
	ErrEarly = errors.New("saml: assertion is not valid yet")
	// ErrRedeemed means that it was made longer than [Redeem] ago.
	ErrRedeemed = errors.New("saml: assertion was issued too long ago")
	// ErrSessionName means that it doesn't say what the session is called.
	ErrSessionName = errors.New("saml: assertion has no session name")
	// ErrAttribute means that an attribute which AWS reads has a value that can't
	// be, or more than one.
	ErrAttribute = errors.New("saml: attribute is not valid")
	// ErrProvider means that there is no such provider any more, or that its
	// metadata is no longer valid.
	ErrProvider = errors.New("saml: no such provider")
)

// ErrMetadata means that a document is not the metadata of an identity provider
// with keys that it can be known by.
var ErrMetadata = errors.New("saml: not the metadata of an identity provider")

// Refusal words err as AWS does, if it is one of why a response counts for
// nothing. Others stay as they are.
func Refusal(err error) error {
	for i := range refusals {
		if r := &refusals[i]; errors.Is(err, r.err) {
			return &awsapi.Error{Kind: r.kind, Code: r.code, Message: r.message, Err: err}
		}
	}
	return err
}

const (
	invalidToken = "InvalidIdentityToken"
	expiredToken = "ExpiredTokenException"
)

var refusals = []struct {
	err           error
	kind          awsapi.Kind
	code, message string
}{
	{ErrMalformed, awsapi.Invalid, invalidToken, "Your request included an invalid SAML response."},
	{ErrStatus, awsapi.Denied, "IDPRejectedClaim", "The identity provider has not authenticated the subject."},
	{ErrIssuer, awsapi.Invalid, invalidToken, "Issuer not present in specified provider"},
	{ErrSignature, awsapi.Invalid, invalidToken, "Response signature invalid"},
	{ErrAudience, awsapi.Invalid, invalidToken, "Response does not contain the required audience."},
	{ErrRecipient, awsapi.Invalid, invalidToken, "Response does not contain the required recipient."},
	{ErrExpired, awsapi.Invalid, expiredToken, "Token expired"},
	{ErrEarly, awsapi.Invalid, invalidToken, "Token is not valid yet"},
	{ErrRedeemed, awsapi.Invalid, expiredToken, "Token must be redeemed within 5 minutes of issuance"},
	{ErrSessionName, awsapi.Invalid, invalidToken, "RoleSessionName is required in AuthnResponse"},
	{ErrAttribute, awsapi.Invalid, invalidToken, "Attributes in AuthnResponse are not valid"},
	{ErrProvider, awsapi.Invalid, invalidToken, "Specified provider doesn't exist"},
}
