// SPDX-License-Identifier: Apache-2.0

package organizations

import (
	"context"
	"errors"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/identity"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
)

func listParents(_ context.Context, c *awsapi.Call, in *listParentsInput) (*listParentsOutput, error) {
	p, err := open(c)
	if err != nil {
		return nil, err
	}
	t, err := p.find(in.ChildId)
	if err != nil {
		return nil, err
	}
	parent := ""
	switch {
	case t.unit != nil:
		parent = t.unit.Parent
	case t.acct != nil:
		parent = p.org.ParentOf(t.acct)
	default:
		return nil, noChild()
	}
	return &listParentsOutput{Parents: []node{{Id: parent, Type: p.kindOf(parent)}}}, nil
}

// kindOf returns the kind of a parent.
func (p *place) kindOf(parent string) string {
	if parent == p.org.RootID {
		return kindRoot
	}
	return kindUnit
}

func listChildren(_ context.Context, c *awsapi.Call, in *listChildrenInput) (*listChildrenOutput, error) {
	p, err := open(c)
	if err != nil {
		return nil, err
	}
	if _, err := p.parent(in.ParentId); err != nil {
		return nil, err
	}
	at := newPager(in.MaxResults, in.NextToken)
	out := &listChildrenOutput{}
	if in.ChildType == kindUnit {
		id := func(u *identity.Unit) string { return u.ID }
		out.Children, out.NextToken, err = page(at, identity.Units(c.Tx, at.after), id, func(u *identity.Unit) (node, bool, error) {
			return node{u.ID, kindUnit}, u.Parent == in.ParentId, nil
		})
	} else {
		id := func(a *identity.Account) string { return a.ID }
		out.Children, out.NextToken, err = page(at, identity.Accounts(c.Tx, at.after), id, func(a *identity.Account) (node, bool, error) {
			return node{a.ID, kindAccount}, p.org.ParentOf(a) == in.ParentId, nil
		})
	}
	if err != nil {
		return nil, err
	}
	return out, nil
}

// moveAccountNeeds states a need for the account and for both parents: who may take
// accounts out of a unit may not for that put them into any other.
func moveAccountNeeds(p *place, in *moveAccountInput) ([]awsapi.Need, error) {
	var all []awsapi.Need
	for _, id := range []string{in.AccountId, in.SourceParentId, in.DestinationParentId} {
		t, err := p.find(id)
		if err != nil {
			return nil, err
		}
		all = append(all, t.need())
	}
	all[0].Spans = []storage.Span{identity.AccountSpan(true, in.AccountId)}
	return all, nil
}

func moveAccount(_ context.Context, c *awsapi.Call, in *moveAccountInput) (*moveAccountOutput, error) {
	p, err := open(c)
	if err != nil {
		return nil, err
	}
	a, err := identity.GetAccount(c.Tx, in.AccountId)
	switch {
	case errors.Is(err, storage.ErrNotFound), err == nil && !a.Open():
		return nil, noAccount()
	case err != nil:
		return nil, err
	case p.org.ParentOf(a) != in.SourceParentId:
		return nil, notFound("SourceParentNotFoundException", "You specified a source parent that doesn't exist.")
	}
	to, err := p.find(in.DestinationParentId)
	if err != nil {
		return nil, err
	}
	switch {
	case !to.exists():
		return nil, notFound("DestinationParentNotFoundException", "You specified a destination parent that doesn't exist.")
	case in.DestinationParentId == in.SourceParentId:
		return nil, conflict("DuplicateAccountException", "That account is already present in the specified destination.")
	}
	if a.Parent = to.id; to.kind == kindRoot {
		a.Parent = ""
	}
	if err := identity.PutAccount(c.Tx, a); err != nil {
		return nil, err
	}
	return &moveAccountOutput{}, nil
}
