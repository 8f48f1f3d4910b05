// SPDX-License-Identifier: Apache-2.0

package identity

import (
	"strings"
	"time"

	"github.com/bailiwick-dev/bailiwick/arn"
	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
)

// An Entity is what users, groups and roles have in common.
type Entity struct {
	Account  string
	ID       string // unique, never given again
	Name     string
	Path     string // begins and ends with a slash
	Created  time.Time
	Tags     []awsapi.Tag `json:",omitempty"` // keys differ in more than case
	Boundary string       `json:",omitempty"` // ARN of the policy that is the permissions boundary
	Inline   []Inline     `json:",omitempty"` // in the order of their names
	Attached []string     `json:",omitempty"` // ARNs of managed policies, in the order they were attached
}

// An Inline policy belongs to one user, group or role. Its name is unique there.
type Inline struct{ Name, Text string }

// A User is an IAM user.
type User struct {
	Entity
	AccessKeys []string `json:",omitempty"` // ids
	Groups     []string `json:",omitempty"` // unique ids, in the order they were joined
}

// ARN returns the user's ARN.
func (u *User) ARN() arn.ARN { return UserARN(u.Account, u.Path, u.Name) }

// A Role is an IAM role.
type Role struct {
	Entity
	Description string `json:",omitempty"`
	MaxSession  int    // seconds

	// Trust is the trust policy, in which users and roles are named by unique
	// id; see [ResolvePrincipals].
	Trust string
}

// ARN returns the role's ARN.
func (r *Role) ARN() arn.ARN { return RoleARN(r.Account, r.Path, r.Name) }

// UserARN returns the ARN of a user, whether it exists or not.
func UserARN(account, path, name string) arn.ARN { return iamARN(account, "user", path, name) }

// RootARN returns the ARN of an account's root user.
func RootARN(account string) arn.ARN {
	return arn.ARN{Partition: "aws", Service: "iam", Account: account, Resource: "root"}
}

// RoleARN returns the ARN of a role, whether it exists or not.
func RoleARN(account, path, name string) arn.ARN { return iamARN(account, "role", path, name) }

// PolicyARN returns the ARN of a managed policy, whether it exists or not.
func PolicyARN(account, path, name string) arn.ARN { return iamARN(account, "policy", path, name) }

func iamARN(account, kind, path, name string) arn.ARN {
	return arn.ARN{Partition: "aws", Service: "iam", Account: account, Resource: kind + path + name}
}

// ParseARN takes an ARN of an IAM entity of the kind ("user", "role" or
// "policy") apart. ok is false if it isn't one. The account of a policy can be
// [AWSOwner].
func ParseARN(a arn.ARN, kind string) (account, path, name string, ok bool) {
	rest, found := strings.CutPrefix(a.Resource, kind+"/")
	if !found || a.Partition != "aws" || a.Service != "iam" || a.Region != "" {
		return "", "", "", false
	}
	if !ValidAccount(a.Account) && (kind != "policy" || a.Account != AWSOwner) {
		return "", "", "", false
	}
	i := strings.LastIndexByte(rest, '/')
	path, name = "/"+rest[:i+1], rest[i+1:]
	return a.Account, path, name, name != ""
}

// CreateUser adds u, whose id is a new one and whose name must be free.
func CreateUser(tx *storage.Tx, u *User) error {
	if err := UserCount.add(tx, u.Account, 1); err != nil {
		return err
	}
	if err := principals.Put(tx, indexed{u.ARN().String()}, u.ID); err != nil {
		return err
	}
	return Users.Put(tx, u.Account, u.Name, u)
}

// DeleteUser removes u, which is in no group, and forgets its id, which from then
// on names nobody.
func DeleteUser(tx *storage.Tx, u *User) error {
	if err := UserCount.add(tx, u.Account, -1); err != nil {
		return err
	}
	if err := principals.Delete(tx, u.ID); err != nil {
		return err
	}
	return Users.Delete(tx, u.Account, u.Name)
}

// RenameUser saves u, whose name was old before, or is the same, and whose path
// may be another. The new name must be free. Access keys, groups and trust
// policies go on meaning u, which keeps its unique id.
func RenameUser(tx *storage.Tx, u *User, old string) error {
	for _, id := range u.AccessKeys {
		k, err := GetAccessKey(tx, u.Account, id)
		if err != nil {
			return dangling(err)
		}
		k.User = u.Name
		if err := PutAccessKey(tx, k); err != nil {
			return err
		}
	}
	for _, group := range u.Groups {
		if err := deleteMember(tx, group, u.Account, old); err != nil {
			return err
		}
		if err := putMember(tx, group, u); err != nil {
			return err
		}
	}
	if err := Users.Delete(tx, u.Account, old); err != nil {
		return err
	}
	if err := principals.Put(tx, indexed{u.ARN().String()}, u.ID); err != nil {
		return err
	}
	return Users.Put(tx, u.Account, u.Name, u)
}

// CreateRole adds r, whose id is a new one and whose name must be free.
func CreateRole(tx *storage.Tx, r *Role) error {
	if err := RoleCount.add(tx, r.Account, 1); err != nil {
		return err
	}
	if err := principals.Put(tx, indexed{r.ARN().String()}, r.ID); err != nil {
		return err
	}
	return Roles.Put(tx, r.Account, r.Name, r)
}

// DeleteRole removes r and forgets its id, which from then on names nobody.
func DeleteRole(tx *storage.Tx, r *Role) error {
	if err := RoleCount.add(tx, r.Account, -1); err != nil {
		return err
	}
	if err := keyUses.Delete(tx, r.Account, r.ID); err != nil {
		return err
	}
	if err := principals.Delete(tx, r.ID); err != nil {
		return err
	}
	return Roles.Delete(tx, r.Account, r.Name)
}
