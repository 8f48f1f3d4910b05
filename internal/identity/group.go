// SPDX-License-Identifier: Apache-2.0

package identity

import (
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/bailiwick-dev/bailiwick/arn"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
)

// A Group is an IAM group: its policies hold for its members, who are users. It
// is no principal, has no tags and no permissions boundary.
type Group struct{ Entity }

// ARN returns the group's ARN.
func (g *Group) ARN() arn.ARN { return GroupARN(g.Account, g.Path, g.Name) }

// GroupARN returns the ARN of a group, whether it exists or not.
func GroupARN(account, path, name string) arn.ARN { return iamARN(account, "group", path, name) }

// Groups is the table of an account's groups.
var Groups = Names[Group]{storage.NewTable[Group]("iam/group")}

var (
	// groupNames finds a group's name by the group's unique id, by which its
	// members refer to it.
	groupNames = storage.NewTable[string]("iam/group-name")

	// members finds the members of a group, by its unique id, in the order of
	// their names: each record is the lower-case name of a user.
	members = storage.NewTable[string]("iam/group-member")
)

// CreateGroup adds g, whose id is a new one and whose name must be free.
func CreateGroup(tx *storage.Tx, g *Group) error {
	if err := GroupCount.add(tx, g.Account, 1); err != nil {
		return err
	}
	return putGroup(tx, g)
}

// DeleteGroup removes g, which must not have members.
func DeleteGroup(tx *storage.Tx, g *Group) error {
	if err := GroupCount.add(tx, g.Account, -1); err != nil {
		return err
	}
	if err := groupNames.Delete(tx, g.Account, g.ID); err != nil {
		return err
	}
	return Groups.Delete(tx, g.Account, g.Name)
}

// RenameGroup saves g, whose name was old before, or is the same. The new name
// must be free. Members are those of its id, so they stay.
func RenameGroup(tx *storage.Tx, g *Group, old string) error {
	if err := Groups.Delete(tx, g.Account, old); err != nil {
		return err
	}
	return putGroup(tx, g)
}

func putGroup(tx *storage.Tx, g *Group) error {
	if err := groupNames.Put(tx, g.Name, g.Account, g.ID); err != nil {
		return err
	}
	return Groups.Put(tx, g.Account, g.Name, g)
}

// GroupSpans is the spans of the group's record, of that name, and of the entry
// that finds it by its id.
func GroupSpans(write bool, account, name, id string) []storage.Span {
	return []storage.Span{Groups.One(write, account, name), groupNames.One(write, account, id)}
}

// Join makes u a member of g and saves u. A member stays one.
func Join(tx *storage.Tx, g *Group, u *User) error {
	if slices.Contains(u.Groups, g.ID) {
		return nil
	}
	u.Groups = append(slices.Clone(u.Groups), g.ID)
	if err := putMember(tx, g.ID, u); err != nil {
		return err
	}
	return Users.Put(tx, u.Account, u.Name, u)
}

// Leave ends u's membership in g, if it has one, and saves u.
func Leave(tx *storage.Tx, g *Group, u *User) error {
	u.Groups = slices.DeleteFunc(slices.Clone(u.Groups), func(id string) bool { return id == g.ID })
	if err := deleteMember(tx, g.ID, u.Account, u.Name); err != nil {
		return err
	}
	return Users.Put(tx, u.Account, u.Name, u)
}

func putMember(tx *storage.Tx, group string, u *User) error {
	name := strings.ToLower(u.Name)
	return members.Put(tx, name, u.Account, group, name)
}

func deleteMember(tx *storage.Tx, group, account, user string) error {
	return members.Delete(tx, account, group, strings.ToLower(user))
}

// MembersSpan is the span of who is a member of the group of that id.
func MembersSpan(account, group string) storage.Span { return members.Under(false, account, group) }

// MembershipSpan is the span of the membership of one user, of that name.
func MembershipSpan(account, group, user string) storage.Span {
	return members.One(true, account, group, strings.ToLower(user))
}

// Members yields the members of g in the order of their lower-case names, from
// the first after the name given, which may be empty. tx must reach the account's
// users.
func Members(tx *storage.Tx, g *Group, after string) iter.Seq2[User, error] {
	return func(yield func(User, error) bool) {
		for name, err := range members.Scan(tx, strings.ToLower(after), g.Account, g.ID) {
			if err != nil {
				yield(User{}, err)
				return
			}
			u, err := Users.Get(tx, g.Account, name)
			if err != nil {
				yield(User{}, fmt.Errorf("identity: member of group %s: %w", g.ID, dangling(err)))
				return
			}
			if !yield(*u, nil) {
				return
			}
		}
	}
}

// HasMembers reports whether g has any.
func HasMembers(tx *storage.Tx, g *Group) (bool, error) {
	for _, err := range members.Scan(tx, "", g.Account, g.ID) {
		return err == nil, err
	}
	return false, nil
}

// UserGroups returns the groups that u is a member of, in the order it joined
// them. One that can't be found is an error, as it may hold a Deny. tx must reach
// [GroupsSpans].
func UserGroups(tx *storage.Tx, u *User) ([]*Group, error) {
	groups := make([]*Group, len(u.Groups))
	for i, id := range u.Groups {
		name, err := groupNames.Get(tx, u.Account, id)
		if err != nil {
			return nil, fmt.Errorf("identity: group %s: %w", id, dangling(err))
		}
		g, err := Groups.Get(tx, u.Account, name)
		if err != nil {
			return nil, fmt.Errorf("identity: group %s: %w", id, dangling(err))
		}
		if g.ID != id {
			return nil, fmt.Errorf("identity: group %s has the id %s", id, g.ID)
		}
		groups[i] = g
	}
	return groups, nil
}

// GroupsSpans is the spans of all groups of the account and of what finds them.
func GroupsSpans(account string) []storage.Span {
	return []storage.Span{Groups.All(false, account), groupNames.Under(false, account)}
}

// errDangling means that a record refers to another that isn't there.
var errDangling = errors.New("refers to a record that doesn't exist")

// dangling keeps the absence of a record that others refer to from looking like
// an ordinary absence.
func dangling(err error) error {
	if errors.Is(err, storage.ErrNotFound) {
		return errDangling
	}
	return err
}
