// SPDX-License-Identifier: Apache-2.0

// Package sigv4 verifies AWS Signature Version 4.
//
// A request goes through four steps, so that everything in its header is
// judged before a byte of its body is read:
//
//	q, err := sigv4.Parse(r)        // what it claims: strict syntax
//	err = q.Check(profile)          // scope: terminator, service, region
//	err = q.CheckClock(now)         // time of signing, expiry
//	err = q.Verify(key, bodyHash)   // signed headers, signature
//
// For Amazon S3, which streams bodies, [Request.VerifyDeclared] takes the last
// step's place and [Request.Body] then checks the body as it is read. Until a
// step has passed, the later ones refuse. Between Check and CheckClock the
// caller finds the access key and validates the session token, which this
// package only hands on.
//
// See "Signature Version 4 signing process" in the IAM user guide and
// "Authenticating Requests" in the Amazon S3 API reference.
package sigv4

import (
	"net/http"
	"time"
)

// Limits of what is accepted. They are above what AWS SDKs send and, where AWS
// documents one, not below AWS's own.
const (
	maxAuthorization = 8 << 10  // bytes of the Authorization header
	maxTarget        = 64 << 10 // bytes of the request target
	maxParameters    = 1024     // query parameters
	maxSignedHeaders = 256      // names in SignedHeaders, and x-amz- headers
	maxHeaderBytes   = 64 << 10 // bytes of all signed headers' values
	maxSessionToken  = 40 << 10 // bytes
	maxKeyID         = 128      // bytes of an access key id, AWS's own limit
	maxScopePart     = 64       // bytes of a region or service name

	// MaxExpires is the longest life of a presigned request.
	MaxExpires = 7 * 24 * time.Hour
)

const (
	algorithm   = "AWS4-HMAC-SHA256"
	terminator  = "aws4_request"
	basicFormat = "20060102T150405Z"
)

// A Profile says how a service uses Signature Version 4.
type Profile struct {
	// Service is the name that the credential scope must have.
	Service string

	// S3 selects the rules of Amazon S3: the path is percent-encoded once and
	// never normalised, the body's hash is the one the client declares, and
	// presigned requests live as long as they say. Requests to all other
	// services live no longer than Past.
	S3 bool

	// Region reports whether the region in the credential scope is served.
	// Nil serves none.
	Region func(region string) bool

	// Past and Future bound how long ago, and how far ahead of the server's
	// clock, a request may have been signed. Zero tolerates nothing.
	Past, Future time.Duration
}

// A Scope is what a signing key is good for.
type Scope struct {
	Date    string // UTC, yyyymmdd
	Region  string
	Service string
}

// A Request is what a request says about its own signature. Until
// [Request.Verify] or [Request.VerifyDeclared] returns nil it is a claim and
// nothing more. It refers to the http.Request it was parsed from, which must
// not change meanwhile, and is not safe for concurrent use.
type Request struct {
	AccessKeyID   string
	Scope         Scope
	Time          time.Time     // of signing, to the second, UTC
	Expires       time.Duration // X-Amz-Expires, 0 if none was given
	SignedHeaders string        // lower case, ascending, separated by semicolons
	SessionToken  string        // empty for long-term keys
	Presigned     bool          // the signature is in the query

	http      *http.Request
	path      string // raw, of the request target
	query     string // raw, of the request target
	end       string // of the credential scope
	stamp     string // Time in ISO 8601 basic format
	declared  string // x-amz-content-sha256, "" if none
	signature [32]byte

	profile  Profile
	checked  bool // Check passed
	fresh    bool // CheckClock passed
	verified bool
	key      *Key // that verified the signature
}

// String names the request's key and scope; it leaves out the session token,
// so that a Request may be logged.
func (q *Request) String() string {
	return q.AccessKeyID + "/" + q.Scope.Date + "/" + q.Scope.Region + "/" + q.Scope.Service
}

// GoString is String.
func (q *Request) GoString() string { return q.String() }
