// SPDX-License-Identifier: Apache-2.0

package sigv4

// A Reason says which check a request failed. Services spell the same reason
// differently on the wire; whoever answers maps it to a code.
type Reason uint8

// The reasons, in the order in which the checks are made.
const (
	// BothForms: an Authorization header and signature query parameters.
	BothForms Reason = iota + 1
	// Missing: no signature at all.
	Missing
	// Unsupported: an Authorization header of another scheme.
	Unsupported
	// Algorithm: a signature of this scheme by another algorithm.
	Algorithm
	// Duplicate: a header or query parameter that must be given once was
	// given twice.
	Duplicate
	// Incomplete: a part of the signature is absent.
	Incomplete
	// Malformed: a part of the signature, or the request target, has the
	// wrong syntax.
	Malformed
	// TooLarge: a part of the request is over its limit.
	TooLarge
	// BadDate: the request's time cannot be read.
	BadDate
	// BadExpires: X-Amz-Expires is absent where it must be given, or not
	// within 1 to 604800 seconds.
	BadExpires
	// DateMismatch: the date in the credential scope is not that of the
	// request.
	DateMismatch
	// WrongTerminator: the credential scope does not end in aws4_request.
	WrongTerminator
	// WrongService: the credential scope names another service.
	WrongService
	// WrongRegion: the credential scope names a region that is not served.
	WrongRegion
	// Expired: signed too long ago.
	Expired
	// NotYetValid: signed too far in the future.
	NotYetValid
	// UnsignedHost: host is not among the signed headers.
	UnsignedHost
	// UnsignedHeader: an x-amz- header is not among the signed headers.
	UnsignedHeader
	// PayloadHash: x-amz-content-sha256 is absent or not a value it may have.
	PayloadHash
	// Mismatch: the signature is not the one the secret key gives.
	Mismatch
	// BodyHash: the body is not the one whose hash was signed.
	BodyHash
	// BadChunk: a body in aws-chunked encoding breaks its syntax.
	BadChunk
	// DecodedLength: x-amz-decoded-content-length is absent or no length.
	DecodedLength
	// BadLength: a body is shorter or longer than announced.
	BadLength
	// Unchecked: a mistake of the caller's: Verify without Check and
	// CheckClock. It is an error so that nothing unverified gets through.
	Unchecked
)

// A Detail is a named fact about a failure, for services that answer with
// more than a message. The name is the one Amazon S3 gives its element.
type Detail struct{ Name, Value string }

// An Error is a request that failed a check. It holds nothing that the client
// did not send.
type Error struct {
	Reason  Reason
	Message string   // as AWS words it
	Details []Detail // what Amazon S3 adds, nil if nothing

	s3 string
}

// Error returns the message.
func (e *Error) Error() string { return e.Message }

// S3Message returns the message as Amazon S3 words it.
func (e *Error) S3Message() string {
	if e.s3 != "" {
		return e.s3
	}
	return e.Message
}

func fail(reason Reason, message string) *Error {
	return &Error{Reason: reason, Message: message}
}

func (e *Error) inS3(message string) *Error {
	e.s3 = message
	return e
}

func (e *Error) with(name, value string) *Error {
	e.Details = append(e.Details, Detail{name, value})
	return e
}
