// SPDX-License-Identifier: Apache-2.0

package isolation

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

// calls makes the calls of one visitor and collects the rows.
type calls struct {
	world   *World
	visitor visitor
	db      *dynamodb.Client
	rows    []Row
}

// tenant makes the calls of a tenant: on its own data, on that of others, and
// those that it may not make at all.
func (c *calls) tenant(ctx context.Context) {
	w, v := c.world, c.visitor
	c.rows = append(c.rows, w.vended(v, nil))
	for _, t := range tables {
		self := own{w.share(t, v.tenant), v.method}
		for _, p := range ownProbes {
			note, err := p.call(ctx, c.db, self)
			c.rows = append(c.rows, w.row(v, p.action, shareTarget(self.share)).allowed(note, err))
		}
		for _, p := range wholeProbes {
			c.refused(ctx, p, self.share)
		}
		c.refused(ctx, ownIndex, self.share)
		for _, j := range others(w.tenants, v.tenant, w.cfg.Others) {
			s := w.share(t, j)
			for _, p := range foreignProbes {
				c.refused(ctx, p, s)
			}
			for _, p := range self.mixed() {
				c.refused(ctx, p, s)
			}
			c.control(ctx, visitor{v.method, j}, s)
		}
	}
}

// stray makes the calls of somebody who is no tenant, on the data of the i-th.
func (c *calls) stray(ctx context.Context, i int) {
	for _, t := range tables {
		s := c.world.share(t, i)
		for _, p := range foreignProbes {
			c.refused(ctx, p, s)
		}
		c.control(ctx, visitor{ByTags, i}, s)
	}
}

// strayWhole makes those calls of somebody who is no tenant that are on no
// tenant's data in particular.
func (c *calls) strayWhole(ctx context.Context) {
	c.rows = append(c.rows, c.world.vended(c.visitor, nil))
	for _, t := range tables {
		for _, p := range wholeProbes {
			c.refused(ctx, p, share{table: t})
		}
	}
}

// refused makes a call that must be denied.
func (c *calls) refused(ctx context.Context, p foreignProbe, s share) {
	err := p.call(ctx, c.db, s)
	c.rows = append(c.rows, c.world.row(c.visitor, p.action, p.target(s)).denied(c.visitor.method.lacking(), err))
}

// control has the owner read what the visitor was refused. The row is the
// owner's, and names the visitor.
func (c *calls) control(ctx context.Context, owner visitor, s share) {
	db, err := c.world.client(ctx, owner)
	if err == nil {
		err = unharmed(ctx, db, s)
	}
	r := c.world.row(owner, "dynamodb:GetItem", victimTarget(s))
	intruder := string(c.visitor.method)
	if c.visitor.tenant != noTenant {
		intruder = string(c.world.tenants[c.visitor.tenant])
	}
	r.Target += " after " + intruder
	c.rows = append(c.rows, r.allowed("as it was", err))
}
