// SPDX-License-Identifier: Apache-2.0

package awsapi

import (
	"context"
	"reflect"
	"slices"

	"github.com/bailiwick-dev/bailiwick/arn"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
	"github.com/bailiwick-dev/bailiwick/policy"
)

// A Need is one permission that a call needs. Services state needs; only
// package authz decides them.
type Need struct {
	Action   string  // such as "dynamodb:GetItem"
	Resource arn.ARN // zero for actions without resources
	Owner    string  // the account that the resource belongs to; never empty

	// Context holds the service's own condition keys; nil if there are none.
	// Global keys are supplied by package authz and can't be overridden.
	Context      policy.Context
	ResourceTags []Tag    // aws:ResourceTag, before the call takes effect
	RequestTags  []Tag    // aws:RequestTag and aws:TagKeys
	UntagKeys    []string // aws:TagKeys of calls that remove tags

	// Policy is the resource's own policy, nil if it has none. If Explicit is
	// set, it must grant the action even within one account, as a role's
	// trust policy and a key policy must.
	Policy   *policy.Policy
	Explicit bool

	// Spans is the storage that the permission opens. Nil opens nothing.
	Spans []storage.Span

	// Changes names accounts, besides the caller's and Owner, that a Control
	// operation changes: their epochs advance with it.
	Changes []string
}

// A Withholder is a Need's Context some values of which decisions depend on but
// nobody is to read in the decision log: they may be what a document holds.
type Withholder interface {
	// Withholds reports whether the value of the key, which is in lower case, is
	// such a value.
	Withholds(key string) bool
}

// An Operation is one row of a service's table. [Op] completes it.
type Operation struct {
	Name   string
	Access Access
	Auth   Auth
	Guard  Guard

	// Sessions is with which temporary credentials the operation can be used.
	Sessions Sessions

	// Sample is an input, as JSON with the field names of the wire, with which
	// tests try the operation: as its owner, as the wrong tenant, from another
	// account and without a tag.
	Sample string

	in, out  reflect.Type
	presents func(any) Presented // nil but for FromInput
	needs    func(context.Context, *Call, any) ([]Need, error)
	handle   func(context.Context, *Call, any) (any, error)

	// Of operations that another server carries out: see [OpForward].
	prepare func(context.Context, *Call, any) error
	forward func(context.Context, *Call, any) (any, error)
}

// A Validator is an input that checks itself, once, before anything is looked
// up: limits, mixtures and syntax, whose errors don't depend on any resource.
// What it parses on the way it keeps for needs and handler.
type Validator interface{ Validate() error }

// A Reader is an input of a [Write] operation that may ask for nothing but
// reading.
type Reader interface{ Reads() bool }

// An Issuer is a result that hands out the credentials of a session, which the
// call's record names: what a session does can be traced to who began it.
type Issuer interface {
	// Issued returns the id of the session.
	Issued() string
}

// Op completes the row o with what the operation needs and what it does. Both
// run in the call's transaction and may run again: their only effects are on
// c.Tx and on unexported fields of in, where needs may keep what it resolved.
// Op panics if a part is missing, so that no operation is served unprotected
// by omission.
func Op[In, Out any](o Operation,
	needs func(ctx context.Context, c *Call, in *In) ([]Need, error),
	handle func(ctx context.Context, c *Call, in *In) (*Out, error),
) Operation {
	if o.Name == "" || o.Sample == "" || handle == nil {
		panic("awsapi: operation " + o.Name + " lacks a name, a sample or a handler")
	}
	if (needs == nil) != (o.Guard == None) {
		panic("awsapi: operation " + o.Name + " must state its needs, or say that it has none")
	}
	if o.Guard == Each && o.Access == Control {
		panic("awsapi: operation " + o.Name + " must not be allowed in parts: it ends caches of every need's owner")
	}
	if (o.presents == nil) != (o.Auth != FromInput) {
		panic("awsapi: operation " + o.Name + " must say what proof its input presents, or be signed")
	}
	o.in, o.out = reflect.TypeFor[In](), reflect.TypeFor[Out]()
	o.needs = func(ctx context.Context, c *Call, in any) ([]Need, error) {
		if needs == nil {
			return nil, nil
		}
		return needs(ctx, c, in.(*In))
	}
	o.handle = func(ctx context.Context, c *Call, in any) (any, error) {
		out, err := handle(ctx, c, in.(*In))
		if err != nil {
			return nil, err
		}
		return out, nil
	}
	return o
}

// OpFromInput completes the row o, of an operation whose input carries the proof
// of who calls: presents returns it from a valid input. Whether the request is
// signed as well makes no difference to who the caller is. See [Op].
func OpFromInput[In, Out any](o Operation,
	presents func(in *In) Presented,
	needs func(ctx context.Context, c *Call, in *In) ([]Need, error),
	handle func(ctx context.Context, c *Call, in *In) (*Out, error),
) Operation {
	o.presents = func(in any) Presented { return presents(in.(*In)) }
	return Op(o, needs, handle)
}

// TakesProof reports whether the service has operations whose input carries the
// proof of who calls.
func (s *Service) TakesProof() bool {
	return slices.ContainsFunc(s.Operations, func(o Operation) bool { return o.Auth == FromInput })
}

// Presents returns the proof that the input of a [FromInput] operation carries.
func (o *Operation) Presents(in any) Presented { return o.presents(in) }

// In returns the type of the operation's input, a struct.
func (o *Operation) In() reflect.Type { return o.in }

// Out returns the type of the operation's result, a struct.
func (o *Operation) Out() reflect.Type { return o.out }

// NewIn returns a pointer to a new, empty input.
func (o *Operation) NewIn() any { return reflect.New(o.in).Interface() }

// AccessOf returns what the operation does to storage with that input, which is
// valid: a [Write] operation reads if its input is a [Reader] that does.
func (o *Operation) AccessOf(in any) Access {
	if r, ok := in.(Reader); ok && o.Access == Write && r.Reads() {
		return Read
	}
	return o.Access
}

// Needs returns the permissions that the call needs.
func (o *Operation) Needs(ctx context.Context, c *Call, in any) ([]Need, error) {
	return o.needs(ctx, c, in)
}

// Handle does what the operation does.
func (o *Operation) Handle(ctx context.Context, c *Call, in any) (any, error) {
	return o.handle(ctx, c, in)
}
