// SPDX-License-Identifier: Apache-2.0

package isolation

import (
	"context"
	"slices"
	"strings"
)

// Verify makes every call that a tenant may make on its own data, for every
// tenant and method, and calls on other tenants' data that must be denied, and
// calls with credentials that belong to no tenant. It returns a row for each,
// in an order that is always the same. A call that goes wrong is a row, not an
// error; an error means that the verification was not finished.
func (w *World) Verify(ctx context.Context) ([]Row, error) {
	var jobs []func(context.Context) []Row
	for i := range w.tenants {
		for _, m := range methods {
			jobs = append(jobs, w.visit(visitor{m, i}, func(ctx context.Context, c *calls) { c.tenant(ctx) }))
		}
		for _, m := range strays {
			jobs = append(jobs, w.visit(visitor{m, noTenant}, func(ctx context.Context, c *calls) { c.stray(ctx, i) }))
		}
	}
	for _, m := range strays {
		jobs = append(jobs, w.visit(visitor{m, noTenant}, func(ctx context.Context, c *calls) { c.strayWhole(ctx) }))
	}
	rows := make([][]Row, len(jobs))
	err := w.each(ctx, "verify", len(jobs), func(ctx context.Context, i int) error {
		rows[i] = jobs[i](ctx)
		return context.Cause(ctx) // rows of calls that were cut off say nothing
	})
	if err != nil {
		return nil, err
	}
	all := slices.Concat(rows...)
	slices.SortStableFunc(all, Row.compare)
	return all, nil
}

// visit returns a function that makes calls as v and returns a row for each.
// If there are no credentials to make them with, that is the only row.
func (w *World) visit(v visitor, make func(context.Context, *calls)) func(context.Context) []Row {
	return func(ctx context.Context) []Row {
		db, err := w.client(ctx, v)
		if err != nil {
			return []Row{w.vended(v, err)}
		}
		c := calls{world: w, visitor: v, db: db}
		make(ctx, &c)
		return c.rows
	}
}

// vended is the row of the call that v's credentials come from.
func (w *World) vended(v visitor, err error) Row {
	return w.row(v, "sts:AssumeRole", w.assumed(v)).allowed("session issued", err)
}

// row returns a row of v whose outcome is still open.
func (w *World) row(v visitor, action, target string) Row {
	r := Row{Method: v.method, Action: action, Target: target}
	if v.tenant != noTenant {
		r.Tenant = string(w.tenants[v.tenant])
	}
	return r
}

// assumed names the role that v's credentials come from.
func (w *World) assumed(v visitor) string {
	switch {
	case v.tenant != noTenant:
		return "role/" + strings.ReplaceAll(w.vendors[v.method].role, placeholder, string(w.tenants[v.tenant]))
	case v.method == Untenanted:
		return "role/" + serviceRole
	}
	return "role/" + accessRole
}
