// SPDX-License-Identifier: Apache-2.0

package authn

import (
	"errors"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/identity"
	"github.com/bailiwick-dev/bailiwick/internal/wire/sigv4"
)

// refusal words err, a failure to authenticate, as AWS does. The protocol
// chooses the code by the kind.
func refusal(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, identity.ErrUnknownKey):
		return &awsapi.Error{Kind: awsapi.UnknownKey, Message: "The security token included in the request is invalid."}
	case errors.Is(err, identity.ErrRevoked):
		return &awsapi.Error{Kind: awsapi.InactiveIdentity, Message: "The security token included in the request is invalid."}
	case errors.Is(err, identity.ErrExpired):
		return &awsapi.Error{Kind: awsapi.ExpiredToken, Message: "The security token included in the request is expired"}
	}
	e, ok := errors.AsType[*sigv4.Error](err)
	if !ok {
		return err
	}
	return &awsapi.Error{Kind: kinds[e.Reason], Message: e.Message, Err: err}
}

// kinds classes the reasons for which a signature is refused. A reason that is
// missing here is an internal failure: it lets nobody in either.
var kinds = map[sigv4.Reason]awsapi.Kind{
	sigv4.BothForms:       awsapi.BadSignature,
	sigv4.Missing:         awsapi.NoToken,
	sigv4.Unsupported:     awsapi.NoToken,
	sigv4.Algorithm:       awsapi.BadAuthHeader,
	sigv4.Duplicate:       awsapi.BadAuthHeader,
	sigv4.Incomplete:      awsapi.BadAuthHeader,
	sigv4.Malformed:       awsapi.BadAuthHeader,
	sigv4.TooLarge:        awsapi.BadAuthHeader,
	sigv4.BadDate:         awsapi.BadAuthHeader,
	sigv4.BadExpires:      awsapi.BadAuthHeader,
	sigv4.DateMismatch:    awsapi.BadSignature,
	sigv4.WrongTerminator: awsapi.BadSignature,
	sigv4.WrongService:    awsapi.BadSignature,
	sigv4.WrongRegion:     awsapi.BadSignature,
	sigv4.Expired:         awsapi.BadSignature,
	sigv4.NotYetValid:     awsapi.BadSignature,
	sigv4.UnsignedHost:    awsapi.BadSignature,
	sigv4.UnsignedHeader:  awsapi.BadSignature,
	sigv4.PayloadHash:     awsapi.BadSignature,
	sigv4.Mismatch:        awsapi.BadSignature,
	sigv4.BodyHash:        awsapi.BadSignature,
}
