// SPDX-License-Identifier: Apache-2.0

package organizations

import (
	"errors"
	"time"

	"github.com/bailiwick-dev/bailiwick/arn"
	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/identity"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
	"github.com/bailiwick-dev/bailiwick/policy"
)

// A place is the organization as a call of its management account sees it.
type place struct {
	tx         *storage.Tx
	now        time.Time
	management string
	org        *identity.Organization
}

// open returns the organization for a call, whose caller is of the management
// account: needs let nobody else through.
func open(c *awsapi.Call) (*place, error) {
	o, err := identity.GetOrganization(c.Tx)
	if err != nil {
		return nil, err
	}
	return &place{c.Tx, c.Time, c.Caller.Account(), o}, nil
}

// A thing is what an id names: a root, a unit, an account or a policy. One of the
// pointers is set if there is such a thing.
type thing struct {
	id   string
	kind string // kindRoot, kindUnit, kindAccount, or empty for a policy
	arn  arn.ARN
	root *identity.Organization
	unit *identity.Unit
	acct *identity.Account
	rail *identity.Guardrail
}

// find returns what the id, which has the form of one, names.
func (p *place) find(id string) (thing, error) {
	switch {
	case rootPattern.MatchString(id):
		t := thing{id: id, kind: kindRoot, arn: p.org.ARN(p.management, "root", id)}
		if id == p.org.RootID {
			t.root = p.org
		}
		return t, nil
	case unitPattern.MatchString(id):
		u, err := identity.GetUnit(p.tx, id)
		return thing{id: id, kind: kindUnit, arn: p.org.ARN(p.management, "ou", id), unit: u}, present(err)
	case accountPattern.MatchString(id):
		a, err := identity.GetAccount(p.tx, id)
		return thing{id: id, kind: kindAccount, arn: p.org.ARN(p.management, "account", id), acct: a}, present(err)
	}
	g, err := identity.GetGuardrail(p.tx, id)
	if g == nil {
		missing := &identity.Guardrail{ID: id, Type: identity.ServiceControl}
		return thing{id: id, arn: p.org.GuardrailARN(p.management, missing)}, present(err)
	}
	return thing{id: id, arn: p.org.GuardrailARN(p.management, g), rail: g}, nil
}

// present returns err unless it says that something isn't there.
func present(err error) error {
	if errors.Is(err, storage.ErrNotFound) {
		return nil
	}
	return err
}

// exists reports whether there is such a thing.
func (t *thing) exists() bool {
	return t.root != nil || t.unit != nil || t.acct != nil || t.rail != nil
}

// holds reports whether policies may be attached to it.
func (t *thing) holds() bool {
	return t.root != nil || t.unit != nil || t.acct != nil && t.acct.Open()
}

// tags returns the thing's tags.
func (t *thing) tags() []awsapi.Tag {
	switch {
	case t.root != nil:
		return t.root.Tags
	case t.unit != nil:
		return t.unit.Tags
	case t.acct != nil:
		return t.acct.Tags
	case t.rail != nil:
		return t.rail.Tags
	}
	return nil
}

// need returns the need of an operation on the thing.
func (t *thing) need() awsapi.Need {
	var keys policy.Context
	if t.rail != nil {
		keys = policyType(t.rail.Type)
	}
	return awsapi.Need{Resource: t.arn, ResourceTags: t.tags(), Context: keys}
}

// parent returns the root or the unit of that id.
func (p *place) parent(id string) (thing, error) {
	t, err := p.find(id)
	if err == nil && !t.exists() {
		err = noParent()
	}
	return t, err
}
