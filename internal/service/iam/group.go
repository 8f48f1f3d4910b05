// SPDX-License-Identifier: Apache-2.0

package iam

import (
	"context"
	"errors"
	"iter"
	"slices"
	"strings"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/identity"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
)

// loadGroup returns the group of that name in the caller's account.
func loadGroup(c *awsapi.Call, name string) (*identity.Group, error) {
	g, err := identity.Groups.Get(c.Tx, c.Caller.Account(), name)
	if err != nil {
		return nil, notFound(err, "The group with name %s cannot be found.", name)
	}
	return g, nil
}

// changeGroup loads the group of that name, changes and saves it.
func changeGroup(c *awsapi.Call, name string, change func(*identity.Group) error) (*nothing, error) {
	g, err := loadGroup(c, name)
	if err != nil {
		return nil, err
	}
	if err := change(g); err != nil {
		return nil, err
	}
	return &nothing{}, identity.Groups.Put(c.Tx, g.Account, g.Name, g)
}

// checkGroupFree says that there is a group of that name.
func checkGroupFree(c *awsapi.Call, name string) error {
	_, err := identity.Groups.Get(c.Tx, c.Caller.Account(), name)
	switch {
	case err == nil:
		return alreadyExists("Group with name %s already exists.", name)
	case errors.Is(err, storage.ErrNotFound):
		return nil
	}
	return err
}

func createGroupNeeds(_ context.Context, c *awsapi.Call, in *createGroupInput) ([]awsapi.Need, error) {
	account := c.Caller.Account()
	in.id = identity.NewGroupID()
	return []awsapi.Need{{
		Action:   "iam:CreateGroup",
		Resource: identity.GroupARN(account, pathOr(in.Path), in.GroupName),
		Owner:    account,
		Spans: append(identity.GroupSpans(writes, account, in.GroupName, in.id),
			identity.GroupCount.Spans(writes, account)...),
	}}, nil
}

func createGroup(_ context.Context, c *awsapi.Call, in *createGroupInput) (*createGroupOutput, error) {
	if err := checkGroupFree(c, in.GroupName); err != nil {
		return nil, err
	}
	if err := checkCount(c, identity.GroupCount, "GroupsPerAccount", maxGroups); err != nil {
		return nil, err
	}
	g := &identity.Group{Entity: identity.Entity{
		Account: c.Caller.Account(),
		ID:      in.id,
		Name:    in.GroupName,
		Path:    pathOr(in.Path),
		Created: created(c),
	}}
	if err := identity.CreateGroup(c.Tx, g); err != nil {
		return nil, err
	}
	return &createGroupOutput{Group: describeGroup(g)}, nil
}

// getGroupNeeds opens the users, of whom the group's are shown.
func getGroupNeeds(_ context.Context, c *awsapi.Call, in *getGroupInput) ([]awsapi.Need, error) {
	account := c.Caller.Account()
	g, err := lookup(c.Tx, aGroup, account, in.GroupName)
	if err != nil {
		return nil, err
	}
	n, err := entityNeed(c, "iam:GetGroup", reads, target{kind: aGroup, name: in.GroupName})
	if err != nil {
		return nil, err
	}
	n.Spans = append(n.Spans, identity.MembersSpan(account, g.ID), identity.Users.All(reads, account))
	return []awsapi.Need{n}, nil
}

func getGroup(_ context.Context, c *awsapi.Call, in *getGroupInput) (*getGroupOutput, error) {
	g, err := loadGroup(c, in.GroupName)
	if err != nil {
		return nil, err
	}
	found, next, err := page(paged(c, in.Marker, in.MaxItems),
		func(after string) iter.Seq2[identity.User, error] { return identity.Members(c.Tx, g, after) },
		func(u *identity.User) string { return u.Name }, nil)
	if err != nil {
		return nil, err
	}
	return &getGroupOutput{Group: describeGroup(g), Users: listed(found), IsTruncated: next != nil, Marker: next}, nil
}

func groupSpans(account string) []storage.Span {
	return []storage.Span{identity.Groups.All(reads, account)}
}

func listGroups(_ context.Context, c *awsapi.Call, in *listGroupsInput) (*listGroupsOutput, error) {
	found, next, err := page(paged(c, in.Marker, in.MaxItems),
		func(after string) iter.Seq2[identity.Group, error] {
			return identity.Groups.After(c.Tx, c.Caller.Account(), after)
		},
		func(g *identity.Group) string { return g.Name },
		underPath(in.PathPrefix, func(g *identity.Group) string { return g.Path }))
	if err != nil {
		return nil, err
	}
	out := &listGroupsOutput{Groups: make([]group, len(found)), IsTruncated: next != nil, Marker: next}
	for i := range found {
		out.Groups[i] = describeGroup(&found[i])
	}
	return out, nil
}

// updateGroupNeeds asks for the permission on the group as it is and as it will
// be.
func updateGroupNeeds(_ context.Context, c *awsapi.Call, in *updateGroupInput) ([]awsapi.Need, error) {
	account := c.Caller.Account()
	g, err := lookup(c.Tx, aGroup, account, in.GroupName)
	if err != nil {
		return nil, err
	}
	n, err := entityNeed(c, "iam:UpdateGroup", writes, target{kind: aGroup, name: in.GroupName})
	if err != nil {
		return nil, err
	}
	name, path := or(in.NewGroupName, g.Name), or(in.NewPath, g.Path)
	n.Spans = append(n.Spans, identity.Groups.One(writes, account, name))
	return renamed(n, identity.GroupARN(account, path, name)), nil
}

func updateGroup(_ context.Context, c *awsapi.Call, in *updateGroupInput) (*nothing, error) {
	g, err := loadGroup(c, in.GroupName)
	if err != nil {
		return nil, err
	}
	old := g.Name
	g.Name, g.Path = or(in.NewGroupName, g.Name), or(in.NewPath, g.Path)
	if !strings.EqualFold(old, g.Name) {
		if err := checkGroupFree(c, g.Name); err != nil {
			return nil, err
		}
	}
	return &nothing{}, identity.RenameGroup(c.Tx, g, old)
}

func deleteGroup(_ context.Context, c *awsapi.Call, in *deleteGroupInput) (*nothing, error) {
	g, err := loadGroup(c, in.GroupName)
	if err != nil {
		return nil, err
	}
	switch yes, err := identity.HasMembers(c.Tx, g); {
	case err != nil:
		return nil, err
	case yes:
		return nil, deleteConflict("Cannot delete entity, must remove users from group first.")
	}
	if err := checkDeletable(&g.Entity); err != nil {
		return nil, err
	}
	return &nothing{}, identity.DeleteGroup(c.Tx, g)
}

// membershipNeeds is the need of changing who is a member of a group. It is about
// the group: no permission on the user is asked for.
func membershipNeeds(c *awsapi.Call, action, group, user string) ([]awsapi.Need, error) {
	account := c.Caller.Account()
	g, err := lookup(c.Tx, aGroup, account, group)
	if err != nil {
		return nil, err
	}
	n, err := entityNeed(c, action, reads, target{kind: aGroup, name: group})
	if err != nil {
		return nil, err
	}
	n.Spans = append(n.Spans, identity.Users.One(writes, account, user), identity.MembershipSpan(account, g.ID, user))
	return []awsapi.Need{n}, nil
}

func addUserToGroupNeeds(_ context.Context, c *awsapi.Call, in *addUserToGroupInput) ([]awsapi.Need, error) {
	return membershipNeeds(c, "iam:AddUserToGroup", in.GroupName, in.UserName)
}

func addUserToGroup(_ context.Context, c *awsapi.Call, in *addUserToGroupInput) (*nothing, error) {
	g, u, err := loadMembership(c, in.GroupName, in.UserName)
	if err != nil {
		return nil, err
	}
	if len(u.Groups) >= maxMemberships && !slices.Contains(u.Groups, g.ID) {
		return nil, overQuota("GroupsPerUser", maxMemberships)
	}
	return &nothing{}, identity.Join(c.Tx, g, u)
}

func removeUserFromGroupNeeds(_ context.Context, c *awsapi.Call, in *removeUserFromGroupInput) ([]awsapi.Need, error) {
	return membershipNeeds(c, "iam:RemoveUserFromGroup", in.GroupName, in.UserName)
}

func removeUserFromGroup(_ context.Context, c *awsapi.Call, in *removeUserFromGroupInput) (*nothing, error) {
	g, u, err := loadMembership(c, in.GroupName, in.UserName)
	if err != nil {
		return nil, err
	}
	return &nothing{}, identity.Leave(c.Tx, g, u)
}

func loadMembership(c *awsapi.Call, group, user string) (*identity.Group, *identity.User, error) {
	g, err := loadGroup(c, group)
	if err != nil {
		return nil, nil, err
	}
	u, err := loadUser(c, user)
	return g, u, err
}

// listGroupsForUserNeeds opens the groups, of which the user's are shown.
func listGroupsForUserNeeds(_ context.Context, c *awsapi.Call, in *listGroupsForUserInput) ([]awsapi.Need, error) {
	n, err := entityNeed(c, "iam:ListGroupsForUser", reads, target{kind: aUser, name: in.UserName})
	if err != nil {
		return nil, err
	}
	n.Spans = append(n.Spans, identity.GroupsSpans(c.Caller.Account())...)
	return []awsapi.Need{n}, nil
}

func listGroupsForUser(_ context.Context, c *awsapi.Call, in *listGroupsForUserInput) (*listGroupsOutput, error) {
	u, err := loadUser(c, in.UserName)
	if err != nil {
		return nil, err
	}
	groups, err := identity.UserGroups(c.Tx, u)
	if err != nil {
		return nil, err
	}
	name := func(g **identity.Group) string { return (*g).Name }
	found, next, err := page(paged(c, in.Marker, in.MaxItems), sorted(groups, name), name, nil)
	if err != nil {
		return nil, err
	}
	out := &listGroupsOutput{Groups: make([]group, len(found)), IsTruncated: next != nil, Marker: next}
	for i, g := range found {
		out.Groups[i] = describeGroup(g)
	}
	return out, nil
}

func describeGroup(g *identity.Group) group {
	return group{
		Path:       g.Path,
		GroupName:  g.Name,
		GroupId:    g.ID,
		Arn:        g.ARN().String(),
		CreateDate: g.Created,
	}
}
