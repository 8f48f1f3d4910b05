// SPDX-License-Identifier: Apache-2.0

package awsapi

import (
	"errors"
	"fmt"
)

// Kind is the class of a failure. A protocol maps it to a status and, where
// the error has no code of its own, to the protocol's code for it.
type Kind uint8

const (
	Internal      Kind = iota // our fault; nothing of it is told
	Unavailable               // try again later
	Invalid                   // the input is wrong
	Denied                    // the caller may not
	NotFound                  // no such resource
	Conflict                  // the resource is not in the state that the call requires
	Throttled                 // too often
	TooLarge                  // the request is larger than the protocol admits
	NotSerialized             // the input has no meaning in the protocol
	NoOperation               // the operation doesn't exist

	// Failures to authenticate.
	NoToken          // no credentials at all
	BadAuthHeader    // credentials that can't be read
	UnknownKey       // an access key or a session token that isn't valid
	ExpiredToken     // a session that has ended
	BadSignature     // a signature that doesn't match, or not any more
	UnsignedHeaders  // a header that must be signed and isn't
	InactiveIdentity // an identity that was deleted, or a session that was revoked
)

// An Error is how a call fails, in the words of AWS. Everything in it but Err
// is sent to the client.
type Error struct {
	Kind    Kind
	Code    string // AWS's code; empty for the protocol's code of the kind
	Message string
	Details any   // members of the error besides its message; nil if none
	Err     error // what caused it, for the log only

	// Encoded is the authorization message of a denial, sealed for the caller's
	// account; it is sent in a header. Empty if there is none.
	Encoded string
}

func (e *Error) Error() string {
	s := e.Message
	if e.Code != "" {
		s = e.Code + ": " + s
	}
	if e.Err != nil {
		s += " (" + e.Err.Error() + ")"
	}
	return s
}

func (e *Error) Unwrap() error { return e.Err }

// Errorf returns an Error of the kind with the code, which may be empty.
func Errorf(kind Kind, code, format string, args ...any) *Error {
	return &Error{Kind: kind, Code: code, Message: fmt.Sprintf(format, args...)}
}

// AsError returns err as an Error. What isn't one becomes an internal failure
// that says nothing of its cause.
func AsError(err error) *Error {
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	return &Error{Kind: Internal, Message: "The request processing has failed because of an unknown error, exception or failure.", Err: err}
}
