// SPDX-License-Identifier: Apache-2.0

// Package tenant names the tenants of a SaaS product: what an id may look
// like, and how it travels with a request.
//
// A tenant id ends up inside policies, resource names, object keys and session
// tags, so what it may contain decides whether tenants stay apart. A [Grammar]
// admits no character that any of those places gives a meaning to. Everything
// that receives an id from outside turns it into an [ID] with [Grammar.Parse]
// before using it.
package tenant

import "context"

// An ID is a tenant's id. The type says what a string is meant to be, not that
// it was checked: any string converts to it, so code that isolates tenants
// passes it through its own [Grammar.Parse] again.
type ID string

type contextKey struct{}

// NewContext returns a context that carries id, to be read with [FromContext].
// Put there only an id that was authenticated and has passed [Grammar.Parse].
func NewContext(ctx context.Context, id ID) context.Context {
	return context.WithValue(ctx, contextKey{}, id)
}

// FromContext returns the tenant that ctx was made for. It reports false if
// there is none, or if it is empty: no tenant is never a tenant.
func FromContext(ctx context.Context) (ID, bool) {
	id, ok := ctx.Value(contextKey{}).(ID)
	return id, ok && id != ""
}
