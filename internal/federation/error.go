// SPDX-License-Identifier: Apache-2.0

package federation

import (
	"time"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
)

// The errors of STS for tokens. None shows anything of one but its issuer, which
// a client must know to have it registered.

func invalidToken(format string, args ...any) error {
	return awsapi.Errorf(awsapi.Invalid, "InvalidIdentityToken", format, args...)
}

func notJWT() error {
	return invalidToken("The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)")
}

func missing(claim string) error { return invalidToken("Missing a required claim: %s", claim) }

// NoProvider returns the error for a token whose issuer the account has no provider
// for.
func NoProvider(issuer string) error {
	return invalidToken("No OpenIDConnect provider found in your account for %s", issuer)
}

func wrongAudience() error { return invalidToken("Incorrect token audience") }

// noKey says that there is no key with which the token verifies; cause is why, if
// its provider is at fault.
func noKey(cause error) error {
	return &awsapi.Error{
		Kind: awsapi.Invalid, Code: "InvalidIdentityToken", Err: cause,
		Message: "Couldn't retrieve verification key from your identity provider,  please reference AssumeRoleWithWebIdentity documentation for requirements",
	}
}

// badCertificate says that the provider's server is not to be believed.
func badCertificate(cause error) error {
	return &awsapi.Error{
		Kind: awsapi.Invalid, Code: "InvalidIdentityToken", Err: cause,
		Message: "OpenIDConnect provider's HTTPS certificate doesn't match configured thumbprint",
	}
}

// unreachable says that the provider doesn't answer. Clients try again.
func unreachable(cause error) error {
	return &awsapi.Error{
		Kind: awsapi.Invalid, Code: "IDPCommunicationError", Err: cause,
		Message: "The identity provider (IdP) that was asked to verify the incoming identity token could not be reached.",
	}
}

func expired(now time.Time, expires int64) error {
	return awsapi.Errorf(awsapi.Invalid, "ExpiredTokenException",
		"Token expired: current date/time %d must be before the expiration date/time %d", now.Unix(), expires)
}

func notYet(now time.Time) error {
	return invalidToken("Token is not valid yet: current date/time %d is before the date/time from which it is", now.Unix())
}
