// SPDX-License-Identifier: Apache-2.0

package organizations

import (
	"context"
	"errors"
	"time"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/identity"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
)

// defaultRole is the name of the role by which the management account gets into an
// account that CreateAccount made.
const defaultRole = "OrganizationAccountAccessRole"

func describeOrganization(_ context.Context, c *awsapi.Call, _ *describeOrganizationInput) (*describeOrganizationOutput, error) {
	p, err := open(c)
	if err != nil {
		return nil, err
	}
	a, err := identity.GetAccount(c.Tx, p.management)
	if err != nil {
		return nil, err
	}
	return &describeOrganizationOutput{organization{
		Arn: p.org.ARN(p.management, "organization", "").String(),
		AvailablePolicyTypes: []policyTypeSummary{
			{Status: "ENABLED", Type: string(identity.ServiceControl)},
			{Status: "ENABLED", Type: string(identity.ResourceControl)},
		},
		FeatureSet:         "ALL",
		Id:                 p.org.ID,
		MasterAccountArn:   p.org.ARN(p.management, "account", p.management).String(),
		MasterAccountEmail: optional(a.Email),
		MasterAccountId:    p.management,
	}}, nil
}

func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func listAccounts(_ context.Context, c *awsapi.Call, in *listAccountsInput) (*listAccountsOutput, error) {
	p, err := open(c)
	if err != nil {
		return nil, err
	}
	return p.listAccounts(newPager(in.MaxResults, in.NextToken), "")
}

func listAccountsForParent(_ context.Context, c *awsapi.Call, in *listAccountsForParentInput) (*listAccountsOutput, error) {
	p, err := open(c)
	if err != nil {
		return nil, err
	}
	if _, err := p.parent(in.ParentId); err != nil {
		return nil, err
	}
	return p.listAccounts(newPager(in.MaxResults, in.NextToken), in.ParentId)
}

// listAccounts lists the accounts of the parent, all if that is empty.
func (p *place) listAccounts(at pager, parent string) (*listAccountsOutput, error) {
	id := func(a *identity.Account) string { return a.ID }
	list, next, err := page(at, identity.Accounts(p.tx, at.after), id, func(a *identity.Account) (account, bool, error) {
		if parent != "" && p.org.ParentOf(a) != parent {
			return account{}, false, nil
		}
		shown, err := p.account(a)
		return shown, true, err
	})
	if err != nil {
		return nil, err
	}
	return &listAccountsOutput{Accounts: list, NextToken: next}, nil
}

// account returns a as it is on the wire.
func (p *place) account(a *identity.Account) (account, error) {
	levels, err := p.org.Levels(p.tx, a.ID, p.org.ParentOf(a))
	if err != nil {
		return account{}, err
	}
	out := account{
		Arn:             p.org.ARN(p.management, "account", a.ID).String(),
		Email:           optional(a.Email),
		Id:              a.ID,
		JoinedMethod:    "CREATED",
		JoinedTimestamp: a.Created,
		Name:            optional(a.Name),
		Paths:           []string{p.org.Path(levels)},
		State:           "ACTIVE",
		Status:          "ACTIVE",
	}
	if a.ID == p.management {
		out.JoinedMethod = "INVITED"
	}
	switch a.State {
	case identity.AccountClosing:
		out.State, out.Status = "PENDING_CLOSURE", "PENDING_CLOSURE"
	case identity.AccountClosed:
		out.State, out.Status = "CLOSED", "SUSPENDED"
	}
	return out, nil
}

func describeAccount(_ context.Context, c *awsapi.Call, in *describeAccountInput) (*describeAccountOutput, error) {
	p, err := open(c)
	if err != nil {
		return nil, err
	}
	a, err := identity.GetAccount(c.Tx, in.AccountId)
	if errors.Is(err, storage.ErrNotFound) {
		return nil, noAccount()
	}
	if err != nil {
		return nil, err
	}
	shown, err := p.account(a)
	return &describeAccountOutput{shown}, err
}

// createAccountNeeds makes up the ids of what is to be made.
func createAccountNeeds(p *place, in *createAccountInput) ([]awsapi.Need, error) {
	for {
		in.account = identity.NewAccountID()
		if _, err := identity.GetAccount(p.tx, in.account); errors.Is(err, storage.ErrNotFound) {
			break
		} else if err != nil {
			return nil, err
		}
	}
	in.roleID, in.request = identity.NewRoleID(), newRequestID(p.now)
	t := thing{arn: p.org.ARN(p.management, "account", in.account)}
	made := awsapi.Need{Spans: append(identity.MemberSpans(in.account, in.Email, in.roleID), requests.Under(true))}
	return labelled(made, t.need(), in.Tags), nil
}

// createAccount makes the account at once; it is described as being made, as AWS
// does, so that clients which wait for an account find what they expect.
func createAccount(_ context.Context, c *awsapi.Call, in *createAccountInput) (*createAccountOutput, error) {
	now := c.Time.UTC().Truncate(time.Second)
	name := defaultRole
	if in.RoleName != nil {
		name = *in.RoleName
	}
	r := &request{ID: in.request, Account: in.account, Name: in.AccountName, Requested: now, Completed: now}
	a := &identity.Account{ID: in.account, Created: now, Name: in.AccountName, Email: in.Email, Tags: tagsOf(in.Tags)}
	err := identity.CreateMember(c.Tx, a, identity.AccessRole(in.account, in.roleID, name, c.Caller.Account(), now))
	if errors.Is(err, identity.ErrEmailExists) {
		r.Account, r.Failure = "", "EMAIL_ALREADY_EXISTS"
		err = nil
	}
	if err != nil {
		return nil, err
	}
	if err := putRequest(c.Tx, r, now); err != nil {
		return nil, err
	}
	return &createAccountOutput{r.begun()}, nil
}

// closeAccountNeeds names the account that nobody gets into any more.
func closeAccountNeeds(p *place, in *closeAccountInput) ([]awsapi.Need, error) {
	t, err := p.find(in.AccountId)
	if err != nil {
		return nil, err
	}
	n := t.need()
	n.Spans = []storage.Span{identity.AccountSpan(true, in.AccountId), identity.ClosingSpan(in.AccountId)}
	n.Changes = []string{in.AccountId}
	return []awsapi.Need{n}, nil
}

func closeAccount(_ context.Context, c *awsapi.Call, in *closeAccountInput) (*closeAccountOutput, error) {
	a, err := identity.GetAccount(c.Tx, in.AccountId)
	switch {
	case errors.Is(err, storage.ErrNotFound):
		return nil, noAccount()
	case err != nil:
		return nil, err
	case a.ID == c.Caller.Account():
		return nil, violation("CANNOT_CLOSE_MANAGEMENT_ACCOUNT", "You can't close the management account of an organization.")
	case !a.Open():
		return nil, conflict("AccountAlreadyClosedException", "You attempted to close an account that is already closed.")
	}
	if err := identity.Close(c.Tx, a, c.Time); err != nil {
		return nil, err
	}
	return &closeAccountOutput{}, nil
}
