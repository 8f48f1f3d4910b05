// SPDX-License-Identifier: Apache-2.0

package authn

import (
	"errors"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/identity"
	"github.com/bailiwick-dev/bailiwick/internal/wire/sigv4"
)

// AccessKeyID returns the id of the access key that the request claims to be signed
// with, and whether it is known that there is one. It is empty unless that is so
// or it has the form of one that was given out: a client may have sent a secret in
// its place.
func (p *Proof) AccessKeyID() (id string, known bool) {
	switch {
	case p.credential != nil:
		return p.credential.AccessKeyID, true
	case p.unreadable == nil && identity.IsAccessKeyID(p.signature.AccessKeyID):
		return p.signature.AccessKeyID, false
	}
	return "", false
}

// Reason says in a few words why it is not known who sent a request that was
// refused with err.
func Reason(err *awsapi.Error) string {
	if e, ok := errors.AsType[*sigv4.Error](err); ok {
		switch e.Reason {
		case sigv4.Expired, sigv4.NotYetValid:
			return "clock"
		case sigv4.Mismatch, sigv4.BodyHash:
			return "signature"
		case sigv4.Missing, sigv4.Unsupported:
			return "no credentials"
		}
		return "malformed"
	}
	switch err.Kind {
	case awsapi.UnknownKey:
		return "unknown key"
	case awsapi.InactiveIdentity:
		return "revoked"
	case awsapi.ExpiredToken:
		return "expired session"
	case awsapi.Invalid:
		return "identity token"
	}
	return "malformed"
}
