// SPDX-License-Identifier: Apache-2.0

package organizations

import (
	"context"
	"errors"
	"iter"
	"time"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/identity"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
)

// maxUnits is how many units an organization has at most.
const maxUnits = 1000

func (p *place) root() root {
	out := root{Arn: p.org.ARN(p.management, "root", p.org.RootID).String(), Id: p.org.RootID, Name: "Root", PolicyTypes: []policyTypeSummary{}}
	for _, t := range []identity.GuardrailType{identity.ServiceControl, identity.ResourceControl} {
		if p.org.IsEnabled(t) {
			out.PolicyTypes = append(out.PolicyTypes, policyTypeSummary{Status: "ENABLED", Type: string(t)})
		}
	}
	return out
}

func listRoots(_ context.Context, c *awsapi.Call, _ *listRootsInput) (*listRootsOutput, error) {
	p, err := open(c)
	if err != nil {
		return nil, err
	}
	return &listRootsOutput{Roots: []root{p.root()}}, nil
}

// unit returns u as it is on the wire.
func (p *place) unit(u *identity.Unit) (organizationalUnit, error) {
	levels, err := p.org.Levels(p.tx, u.ID, u.Parent)
	return organizationalUnit{
		Arn:  p.org.ARN(p.management, "ou", u.ID).String(),
		Id:   u.ID,
		Name: u.Name,
		Path: p.org.Path(levels),
	}, err
}

// createUnitNeeds makes up the id of the unit.
func createUnitNeeds(p *place, in *createOrganizationalUnitInput) ([]awsapi.Need, error) {
	parent, err := p.find(in.ParentId)
	if err != nil {
		return nil, err
	}
	in.id = p.org.NewUnitID()
	made := thing{arn: p.org.ARN(p.management, "ou", in.id)}
	return labelled(parent.need(), made.need(), in.Tags), nil
}

func createUnit(_ context.Context, c *awsapi.Call, in *createOrganizationalUnitInput) (*createOrganizationalUnitOutput, error) {
	p, err := open(c)
	if err != nil {
		return nil, err
	}
	if _, err := p.parent(in.ParentId); err != nil {
		return nil, err
	}
	u := &identity.Unit{ID: in.id, Parent: in.ParentId, Name: in.Name, Tags: tagsOf(in.Tags), Created: c.Time.UTC().Truncate(time.Second)}
	levels, err := p.org.Levels(c.Tx, u.ID, u.Parent)
	if err != nil {
		return nil, err
	}
	if len(levels) > identity.MaxUnitDepth+1 {
		return nil, violation("OU_DEPTH_LIMIT_EXCEEDED", "You have exceeded the maximum depth of the organizational unit tree.")
	}
	if err := p.checkName(u, maxUnits-1); err != nil {
		return nil, err
	}
	if err := identity.PutUnit(c.Tx, u); err != nil {
		return nil, err
	}
	shown, err := p.unit(u)
	return &createOrganizationalUnitOutput{shown}, err
}

// checkName refuses the name of u if another unit of the parent has it, and u if
// there are more units than most.
func (p *place) checkName(u *identity.Unit, most int) error {
	n := 0
	for o, err := range identity.Units(p.tx, "") {
		if err != nil {
			return err
		}
		if o.ID != u.ID && o.Parent == u.Parent && o.Name == u.Name {
			return conflict("DuplicateOrganizationalUnitException", "An OU with the same name already exists.")
		}
		if n++; n > most {
			return violation("OU_NUMBER_LIMIT_EXCEEDED", "You have exceeded the number of organizational units that you can have in an organization.")
		}
	}
	return nil
}

// getUnit returns the unit of that id.
func (p *place) getUnit(id string) (*identity.Unit, error) {
	u, err := identity.GetUnit(p.tx, id)
	if errors.Is(err, storage.ErrNotFound) {
		return nil, noUnit()
	}
	return u, err
}

func describeUnit(_ context.Context, c *awsapi.Call, in *describeOrganizationalUnitInput) (*describeOrganizationalUnitOutput, error) {
	p, err := open(c)
	if err != nil {
		return nil, err
	}
	u, err := p.getUnit(in.OrganizationalUnitId)
	if err != nil {
		return nil, err
	}
	shown, err := p.unit(u)
	return &describeOrganizationalUnitOutput{shown}, err
}

func updateUnit(_ context.Context, c *awsapi.Call, in *updateOrganizationalUnitInput) (*updateOrganizationalUnitOutput, error) {
	p, err := open(c)
	if err != nil {
		return nil, err
	}
	u, err := p.getUnit(in.OrganizationalUnitId)
	if err != nil {
		return nil, err
	}
	if in.Name != nil {
		u.Name = *in.Name
		if err := p.checkName(u, maxUnits); err != nil {
			return nil, err
		}
	}
	if err := identity.PutUnit(c.Tx, u); err != nil {
		return nil, err
	}
	shown, err := p.unit(u)
	return &updateOrganizationalUnitOutput{shown}, err
}

func deleteUnit(_ context.Context, c *awsapi.Call, in *deleteOrganizationalUnitInput) (*deleteOrganizationalUnitOutput, error) {
	p, err := open(c)
	if err != nil {
		return nil, err
	}
	u, err := p.getUnit(in.OrganizationalUnitId)
	if err != nil {
		return nil, err
	}
	for _, err := range p.children(u.ID) {
		if err == nil {
			err = conflict("OrganizationalUnitNotEmptyException", "The specified OU is not empty. Move all accounts to another root or to other OUs, remove all child OUs, and try the operation again.")
		}
		return nil, err
	}
	if err := identity.DeleteUnit(c.Tx, p.org, u); err != nil {
		return nil, err
	}
	return &deleteOrganizationalUnitOutput{}, nil
}

// children yields the units and accounts right below a parent.
func (p *place) children(parent string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for u, err := range identity.Units(p.tx, "") {
			if (err != nil || u.Parent == parent) && !yield(u.ID, err) {
				return
			}
		}
		for a, err := range identity.Accounts(p.tx, "") {
			if (err != nil || p.org.ParentOf(&a) == parent) && !yield(a.ID, err) {
				return
			}
		}
	}
}

func listUnits(_ context.Context, c *awsapi.Call, in *listOrganizationalUnitsForParentInput) (*listOrganizationalUnitsForParentOutput, error) {
	p, err := open(c)
	if err != nil {
		return nil, err
	}
	if _, err := p.parent(in.ParentId); err != nil {
		return nil, err
	}
	at := newPager(in.MaxResults, in.NextToken)
	id := func(u *identity.Unit) string { return u.ID }
	list, next, err := page(at, identity.Units(c.Tx, at.after), id, func(u *identity.Unit) (organizationalUnit, bool, error) {
		if u.Parent != in.ParentId {
			return organizationalUnit{}, false, nil
		}
		shown, err := p.unit(u)
		return shown, true, err
	})
	if err != nil {
		return nil, err
	}
	return &listOrganizationalUnitsForParentOutput{OrganizationalUnits: list, NextToken: next}, nil
}
