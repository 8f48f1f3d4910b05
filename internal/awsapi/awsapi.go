// SPDX-License-Identifier: Apache-2.0

// Package awsapi is the vocabulary that every AWS-protocol service shares:
// what a service and an operation are, who calls, what a call needs, and how
// it fails. It decides nothing and serves nothing: package server runs the
// line, package authz decides, the packages under wire speak the protocols.
package awsapi

import (
	"context"
	"net/http"
	"net/netip"
	"slices"
	"time"

	"github.com/bailiwick-dev/bailiwick/internal/storage"
)

// A Service is a set of operations spoken over one protocol.
type Service struct {
	// Name is the service's name, such as "dynamodb": no other has it.
	Name string

	// Scope is the service's name in signing scopes and action prefixes, if that
	// is another service's, whose requests are told apart by their Target.
	Scope string

	// Global services keep no region apart: their records and requests belong
	// to us-east-1, whatever region a request is signed for.
	Global bool

	// Target is the prefix of X-Amz-Target by which requests name the service,
	// such as "DynamoDB_20120810"; empty for protocols that route by scope.
	Target string

	// Sessions is with which temporary credentials the service can be used.
	Sessions Sessions

	// Gzip is whether bodies may come compressed, with Content-Encoding: gzip.
	Gzip bool

	// CrossOrigin lets web pages of every origin read the answers to their calls,
	// as AWS does where applications in browsers call it.
	CrossOrigin bool

	Protocol   Protocol
	Operations []Operation

	// Actions is the service's part of the catalogue: every permission that
	// its operations may need.
	Actions []Action

	// Owns returns the spans of all that the service keeps for an account and
	// for nobody else. It is removed when the account is closed. Nil if the
	// service keeps nothing but records of package identity.
	Owns func(account string) []storage.Span

	// Chores is what the service does without a call.
	Chores []Chore
}

// SigningName returns the name of the service that requests are signed for.
func (s *Service) SigningName() string {
	if s.Scope != "" {
		return s.Scope
	}
	return s.Name
}

// A Protocol maps HTTP to operations and back. Implementations are safe for
// concurrent use. See the packages under internal/wire.
type Protocol interface {
	// Open reads what body and the head of r say, once. It reports requests
	// that are not of the protocol's form.
	Open(r *http.Request, body []byte) (Message, error)

	// Encode sends out, the result of op, in answer to r.
	Encode(w http.ResponseWriter, r *http.Request, op *Operation, requestID string, out any)

	// EncodeError sends e. r may be any request, even one that Open refused.
	EncodeError(w http.ResponseWriter, r *http.Request, requestID string, e *Error)
}

// A Receptionist is a [Protocol] that answers some requests which are no calls,
// such as those by which load balancers see whether a server is up. There is no
// telling who sends them: the answers tell nothing but that.
type Receptionist interface {
	// Stray answers r, which names no service, or returns false if it can't.
	Stray(w http.ResponseWriter, r *http.Request, requestID string) bool
}

// A Message is a request that has been read but not yet decoded.
type Message interface {
	// Operation returns the name of the operation that is asked for, or "".
	Operation() string

	// Decode sets the fields of in, a pointer to the operation's input.
	Decode(in any) error
}

// A Call is what is known about a request besides its input.
type Call struct {
	Service   *Service
	Operation *Operation
	Access    Access // what the call does to storage; see [Operation.AccessOf]
	RequestID string
	Region    string // in which the call acts; us-east-1 for global services
	Time      time.Time
	Caller    *Caller

	SourceIP  netip.Addr // of the peer
	Host      string     // that the request is addressed to, with its port
	UserAgent string
	Referer   string
	Secure    bool // over TLS

	// Denied says why each of the call's needs is denied, in their order: nil for those
	// that are allowed. It is set once they are decided, and for operations that are
	// guarded by [Each] only.
	Denied []*Error

	// Tx is all the storage the call may touch: while its needs are worked
	// out, the metadata area, read-only; once it is allowed, the spans that
	// its needs named.
	Tx *storage.Tx

	// Prepared is what the operation has fetched before the call is decided; nil
	// for all but those that another server carries out. See [OpForward].
	Prepared any

	// Pause lets the calls of others go first if this one has worked for long. A
	// handler that reads much calls it now and then, and fails if it does. Nil in
	// calls that change something: others may wait for those.
	Pause func(context.Context) error
}

// PartlyDenied reports whether a part of the call is denied.
func (c *Call) PartlyDenied() bool {
	return slices.ContainsFunc(c.Denied, func(e *Error) bool { return e != nil })
}

// A Pauser is a ResponseWriter that lets the calls of others go first while a long
// result is encoded.
type Pauser interface {
	// Pause waits, if the call has worked for long.
	Pause()
}

// A Tag is a key with a value, as on principals, sessions and resources.
type Tag struct{ Key, Value string }

// Access is what an operation does to storage.
type Access uint8

const (
	// Read operations run on a snapshot and change nothing.
	Read Access = iota
	// Write operations change data, in one transaction with their audit record.
	Write
	// Control operations change what decisions or descriptions depend on: the
	// epoch of the owner of every need advances with them, so that no cache
	// outlives the change.
	Control
)

// Auth is how the caller of an operation is found.
type Auth uint8

const (
	// Signed requests only.
	Signed Auth = iota
	// MaybeAnonymous operations also serve requests without credentials.
	MaybeAnonymous
	// FromInput operations carry their proof of identity in the body.
	FromInput
)

// Guard is what stands between a caller and an operation.
type Guard uint8

const (
	// Needs: the operation's needs must all be allowed, and there must be some.
	Needs Guard = iota
	// Each: each need, of which there must be some, is of a part of the call that is
	// answered by itself. One that isn't allowed opens nothing, and the handler
	// answers its part with the denial, which is in [Call.Denied].
	Each
	// None: any authenticated caller may use the operation.
	None
)
