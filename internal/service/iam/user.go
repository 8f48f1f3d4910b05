// SPDX-License-Identifier: Apache-2.0

package iam

import (
	"context"
	"errors"
	"iter"
	"strings"
	"time"

	"github.com/bailiwick-dev/bailiwick/arn"
	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/identity"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
	"github.com/bailiwick-dev/bailiwick/policy"
)

// loadUser returns the user of that name in the caller's account.
func loadUser(c *awsapi.Call, name string) (*identity.User, error) {
	u, err := identity.Users.Get(c.Tx, c.Caller.Account(), name)
	if err != nil {
		return nil, notFound(err, "The user with name %s cannot be found.", name)
	}
	return u, nil
}

// changeUser loads the user of that name, changes and saves it.
func changeUser(c *awsapi.Call, name string, change func(*identity.User) error) (*nothing, error) {
	u, err := loadUser(c, name)
	if err != nil {
		return nil, err
	}
	if err := change(u); err != nil {
		return nil, err
	}
	return &nothing{}, identity.Users.Put(c.Tx, u.Account, u.Name, u)
}

// checkUserFree says that there is a user of that name.
func checkUserFree(c *awsapi.Call, name string) error {
	_, err := identity.Users.Get(c.Tx, c.Caller.Account(), name)
	switch {
	case err == nil:
		return alreadyExists("User with name %s already exists.", name)
	case errors.Is(err, storage.ErrNotFound):
		return nil
	}
	return err
}

func createUserNeeds(_ context.Context, c *awsapi.Call, in *createUserInput) ([]awsapi.Need, error) {
	account := c.Caller.Account()
	in.id = identity.NewUserID()
	n := awsapi.Need{
		Action:      "iam:CreateUser",
		Resource:    identity.UserARN(account, pathOr(in.Path), in.UserName),
		Owner:       account,
		Context:     &keys{boundary: value(in.PermissionsBoundary)},
		RequestTags: in.Tags,
		Spans: []storage.Span{
			identity.Users.One(writes, account, in.UserName),
			identity.PrincipalSpan(in.id),
			identity.PolicySpan(writes, account, value(in.PermissionsBoundary)),
		},
	}
	n.Spans = append(n.Spans, identity.UserCount.Spans(writes, account)...)
	return tagged(n, "iam:TagUser"), nil
}

func createUser(_ context.Context, c *awsapi.Call, in *createUserInput) (*createUserOutput, error) {
	account := c.Caller.Account()
	if err := checkUserFree(c, in.UserName); err != nil {
		return nil, err
	}
	if err := checkCount(c, identity.UserCount, "UsersPerAccount", maxUsers); err != nil {
		return nil, err
	}
	u := &identity.User{Entity: identity.Entity{
		Account: account,
		ID:      in.id,
		Name:    in.UserName,
		Path:    pathOr(in.Path),
		Created: created(c),
		Tags:    in.Tags,
	}}
	if err := setBoundary(c, &u.Entity, in.PermissionsBoundary); err != nil {
		return nil, err
	}
	if err := identity.CreateUser(c.Tx, u); err != nil {
		return nil, err
	}
	return &createUserOutput{User: describeUser(u)}, nil
}

// getUserNeeds has the caller for a user that isn't named.
func getUserNeeds(_ context.Context, c *awsapi.Call, in *getUserInput) ([]awsapi.Need, error) {
	return ownNeeds(c, "iam:GetUser", reads, in.UserName)
}

func getUser(_ context.Context, c *awsapi.Call, in *getUserInput) (*getUserOutput, error) {
	name, err := ownName(c, in.UserName)
	if err != nil {
		return nil, err
	}
	if name == "" {
		return getRoot(c)
	}
	u, err := loadUser(c, name)
	if err != nil {
		return nil, err
	}
	return &getUserOutput{User: describeUser(u)}, nil
}

// getRoot describes the account's root user.
func getRoot(c *awsapi.Call) (*getUserOutput, error) {
	a, err := identity.GetAccount(c.Tx, c.Caller.Account())
	if err != nil {
		return nil, err
	}
	return &getUserOutput{User: user{
		Path: "/", UserName: a.ID, UserId: a.ID, Arn: c.Caller.Principal.ARN, CreateDate: a.Created,
	}}, nil
}

func listUsers(_ context.Context, c *awsapi.Call, in *listUsersInput) (*listUsersOutput, error) {
	found, next, err := page(paged(c, in.Marker, in.MaxItems),
		func(after string) iter.Seq2[identity.User, error] {
			return identity.Users.After(c.Tx, c.Caller.Account(), after)
		},
		func(u *identity.User) string { return u.Name },
		underPath(in.PathPrefix, func(u *identity.User) string { return u.Path }))
	if err != nil {
		return nil, err
	}
	return &listUsersOutput{Users: listed(found), IsTruncated: next != nil, Marker: next}, nil
}

// listed describes users as lists show them: without tags and boundary.
func listed(found []identity.User) []user {
	users := make([]user, len(found))
	for i := range found {
		users[i] = describeUser(&found[i])
		users[i].Tags, users[i].PermissionsBoundary = nil, nil
	}
	return users
}

// updateUserNeeds asks for the permission on the user as it is and as it will be.
func updateUserNeeds(_ context.Context, c *awsapi.Call, in *updateUserInput) ([]awsapi.Need, error) {
	account := c.Caller.Account()
	n, err := entityNeed(c, "iam:UpdateUser", writes, target{kind: aUser, name: in.UserName})
	if err != nil {
		return nil, err
	}
	u, err := identity.Users.Get(c.Tx, account, in.UserName)
	if errors.Is(err, storage.ErrNotFound) {
		return []awsapi.Need{n}, nil
	}
	if err != nil {
		return nil, err
	}
	name, path := or(in.NewUserName, u.Name), or(in.NewPath, u.Path)
	n.Spans = append(n.Spans, identity.Users.One(writes, account, name), identity.PrincipalSpan(u.ID))
	for _, id := range u.AccessKeys {
		n.Spans = append(n.Spans, identity.AccessKeySpan(writes, account, id))
	}
	for _, id := range u.Groups {
		n.Spans = append(n.Spans, identity.MembershipSpan(account, id, u.Name), identity.MembershipSpan(account, id, name))
	}
	return renamed(n, identity.UserARN(account, path, name)), nil
}

// renamed adds to the need of changing something the need of changing what it
// will be called.
func renamed(n awsapi.Need, to arn.ARN) []awsapi.Need {
	if n.Resource == to {
		return []awsapi.Need{n}
	}
	after := n
	after.Resource, after.Spans = to, nil
	return []awsapi.Need{n, after}
}

func updateUser(_ context.Context, c *awsapi.Call, in *updateUserInput) (*nothing, error) {
	u, err := loadUser(c, in.UserName)
	if err != nil {
		return nil, err
	}
	old := u.Name
	u.Name, u.Path = or(in.NewUserName, u.Name), or(in.NewPath, u.Path)
	if !strings.EqualFold(old, u.Name) {
		if err := checkUserFree(c, u.Name); err != nil {
			return nil, err
		}
	}
	return &nothing{}, identity.RenameUser(c.Tx, u, old)
}

func deleteUser(_ context.Context, c *awsapi.Call, in *deleteUserInput) (*nothing, error) {
	u, err := loadUser(c, in.UserName)
	if err != nil {
		return nil, err
	}
	if len(u.Groups) > 0 {
		return nil, deleteConflict("Cannot delete entity, must remove users from group first.")
	}
	if len(u.AccessKeys) > 0 {
		return nil, deleteConflict("Cannot delete entity, must delete access keys first.")
	}
	if err := checkDeletable(&u.Entity); err != nil {
		return nil, err
	}
	if err := clearBoundary(c, &u.Entity); err != nil {
		return nil, err
	}
	return &nothing{}, identity.DeleteUser(c.Tx, u)
}

// checkDeletable says that e has policies, as AWS does.
func checkDeletable(e *identity.Entity) error {
	if len(e.Attached) > 0 {
		return deleteConflict("Cannot delete entity, must detach all policies first.")
	}
	if len(e.Inline) > 0 {
		return deleteConflict("Cannot delete entity, must delete policies first.")
	}
	return nil
}

func tagUser(_ context.Context, c *awsapi.Call, in *tagUserInput) (*nothing, error) {
	return changeUser(c, in.UserName, func(u *identity.User) error { return setTags(&u.Entity, in.Tags) })
}

func untagUser(_ context.Context, c *awsapi.Call, in *untagUserInput) (*nothing, error) {
	return changeUser(c, in.UserName, func(u *identity.User) error {
		dropTags(&u.Entity, in.TagKeys)
		return nil
	})
}

func listUserTags(_ context.Context, c *awsapi.Call, in *listUserTagsInput) (*listTagsOutput, error) {
	u, err := loadUser(c, in.UserName)
	if err != nil {
		return nil, err
	}
	return listTags(&u.Entity, paged(c, in.Marker, in.MaxItems))
}

func describeUser(u *identity.User) user {
	return user{
		Path:                u.Path,
		UserName:            u.Name,
		UserId:              u.ID,
		Arn:                 u.ARN().String(),
		CreateDate:          u.Created,
		PermissionsBoundary: describeBoundary(&u.Entity),
		Tags:                u.Tags,
	}
}

// ownName returns the name of the user that an operation is about: the caller
// if none is given. It is empty for the root user.
func ownName(c *awsapi.Call, name *string) (string, error) {
	if name != nil {
		return *name, nil
	}
	switch p := &c.Caller.Principal; p.Type {
	case policy.Account:
		return "", nil
	case policy.User:
		return p.Name, nil
	default:
		return "", invalid("Must specify userName when calling with non-User credentials")
	}
}

// ownNeeds is the need of action on the user of that name, or on the caller.
func ownNeeds(c *awsapi.Call, action string, write bool, name *string) ([]awsapi.Need, error) {
	own, err := ownName(c, name)
	if err != nil {
		return nil, err
	}
	if own == "" {
		account := c.Caller.Account()
		return []awsapi.Need{{
			Action:   action,
			Resource: identity.RootARN(account),
			Owner:    account,
			Spans:    []storage.Span{identity.AccountSpan(write, account)},
		}}, nil
	}
	n, err := entityNeed(c, action, write, target{kind: aUser, name: own})
	if err != nil {
		return nil, err
	}
	return []awsapi.Need{n}, nil
}

// created returns the time of the call as dates of creation show it.
func created(c *awsapi.Call) time.Time { return c.Time.UTC().Truncate(time.Second) }

// value returns what p points at, or the zero value.
func value[T any](p *T) T {
	if p == nil {
		var zero T
		return zero
	}
	return *p
}

// or returns what p points at, or the other if it is nil.
func or[T any](p *T, other T) T {
	if p == nil {
		return other
	}
	return *p
}

// pathOr returns a path that was given, or the one that stands for none.
func pathOr(p *string) string { return or(p, "/") }
