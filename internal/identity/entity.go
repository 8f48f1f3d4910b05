// SPDX-License-Identifier: Apache-2.0

package identity

import (
	"strings"
	"time"

	"github.com/bailiwick-dev/bailiwick/arn"
	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
)

// An Entity is what users and roles have in common.
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

// An Inline policy belongs to one user or role. Its name is unique there.
type Inline struct{ Name, Text string }

// A User is an IAM user.
type User struct {
	Entity
	AccessKeys []string `json:",omitempty"` // ids
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

// RoleARN returns the ARN of a role, whether it exists or not.
func RoleARN(account, path, name string) arn.ARN { return iamARN(account, "role", path, name) }

// PolicyARN returns the ARN of a managed policy, whether it exists or not.
func PolicyARN(account, path, name string) arn.ARN { return iamARN(account, "policy", path, name) }

func iamARN(account, kind, path, name string) arn.ARN {
	return arn.ARN{Partition: "aws", Service: "iam", Account: account, Resource: kind + path + name}
}

// ParseARN takes an ARN of an IAM entity of the kind ("user", "role" or
// "policy") apart. ok is false if it isn't one.
func ParseARN(a arn.ARN, kind string) (account, path, name string, ok bool) {
	rest, found := strings.CutPrefix(a.Resource, kind+"/")
	if !found || a.Partition != "aws" || a.Service != "iam" || a.Region != "" || !ValidAccount(a.Account) {
		return "", "", "", false
	}
	i := strings.LastIndexByte(rest, '/')
	path, name = "/"+rest[:i+1], rest[i+1:]
	return a.Account, path, name, name != ""
}

// CreateUser adds u, whose id is a new one and whose name must be free.
func CreateUser(tx *storage.Tx, u *User) error {
	if err := principals.Put(tx, indexed{u.ARN().String()}, u.ID); err != nil {
		return err
	}
	return Users.Put(tx, u.Account, u.Name, u)
}

// DeleteUser removes u and forgets its id, which from then on names nobody.
func DeleteUser(tx *storage.Tx, u *User) error {
	if err := principals.Delete(tx, u.ID); err != nil {
		return err
	}
	return Users.Delete(tx, u.Account, u.Name)
}

// CreateRole adds r, whose id is a new one and whose name must be free.
func CreateRole(tx *storage.Tx, r *Role) error {
	if err := principals.Put(tx, indexed{r.ARN().String()}, r.ID); err != nil {
		return err
	}
	return Roles.Put(tx, r.Account, r.Name, r)
}

// DeleteRole removes r and forgets its id, which from then on names nobody.
func DeleteRole(tx *storage.Tx, r *Role) error {
	if err := principals.Delete(tx, r.ID); err != nil {
		return err
	}
	return Roles.Delete(tx, r.Account, r.Name)
}
