// SPDX-License-Identifier: Apache-2.0

package awsapi

import "context"

// OpForward completes the row o, of an operation that another server carries
// out. It is decided here as any other, and then sent on, in four steps:
//
//   - prepare fetches what the needs are stated from, and leaves it in
//     c.Prepared. It is run once it is certain whose request this is, but before
//     anything is decided. It may be nil.
//   - needs and check run in the call's transaction, as the two parts of an
//     operation of [Op] do: check refuses what c.Prepared tells to be wrong, once
//     the call is allowed.
//   - forward sends the call on and returns its result. It is run only if the
//     call was allowed, and, of an operation that changes something, only when
//     that is durably on record.
//
// prepare and forward run outside of any transaction, c.Tx is nil. They must
// bound by themselves how long they take, and how many of them run at a time. What a
// forward reads it must tell the context's [Meter] of.
func OpForward[In, Out any](o Operation,
	prepare func(ctx context.Context, c *Call, in *In) error,
	needs func(ctx context.Context, c *Call, in *In) ([]Need, error),
	check func(ctx context.Context, c *Call, in *In) error,
	forward func(ctx context.Context, c *Call, in *In) (*Out, error),
) Operation {
	if check == nil || forward == nil {
		panic("awsapi: operation " + o.Name + " must say what it refuses and how it is sent on")
	}
	if prepare != nil {
		o.prepare = func(ctx context.Context, c *Call, in any) error { return prepare(ctx, c, in.(*In)) }
	}
	o.forward = func(ctx context.Context, c *Call, in any) (any, error) {
		out, err := forward(ctx, c, in.(*In))
		if err != nil {
			return nil, err
		}
		return out, nil
	}
	return Op(o, needs, func(ctx context.Context, c *Call, in *In) (*Out, error) { return nil, check(ctx, c, in) })
}

// Prepare fetches what the call's needs are stated from, if that isn't kept
// here. See [OpForward].
func (o *Operation) Prepare(ctx context.Context, c *Call, in any) error {
	if o.prepare == nil {
		return nil
	}
	return o.prepare(ctx, c, in)
}

// Forward sends the call on to the server that carries it out, and returns that
// one's result. Of operations that are carried out here, out is the result. m is told of
// what a call reads there; one that has changed something must be answered, whether
// there is room or not.
func (o *Operation) Forward(ctx context.Context, m Meter, c *Call, in, out any) (any, error) {
	if o.forward == nil {
		return out, nil
	}
	if c.Access == Read {
		ctx = context.WithValue(ctx, meterKey{}, m)
	}
	return o.forward(ctx, c, in)
}

// Refused returns the row for a server that neither carries the operation out nor
// sends it on: it is decided as ever, and who is allowed is told err.
func (o Operation) Refused(err error) Operation {
	o.handle = func(context.Context, *Call, any) (any, error) { return nil, err }
	return o
}

// A Meter is told how many bytes a call has read, and fails if there is no room for them.
type Meter func(bytes int) error

type meterKey struct{}

// MeterOf returns the meter of the context of a call that is forwarded, or of another
// context one that never fails.
func MeterOf(ctx context.Context) Meter {
	if m, ok := ctx.Value(meterKey{}).(Meter); ok {
		return m
	}
	return func(int) error { return nil }
}
