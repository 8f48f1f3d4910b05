// SPDX-License-Identifier: Apache-2.0

package identity

import (
	"iter"
	"strings"

	"github.com/bailiwick-dev/bailiwick/internal/storage"
)

// Names is a table of an account's named entities. Names are unique in an
// account without regard to case, as IAM has it; a record keeps the case its
// name was created with.
type Names[T any] struct{ table storage.Table[T] }

// The tables of entities.
var (
	Users    = Names[User]{storage.NewTable[User]("iam/user")}
	Roles    = Names[Role]{storage.NewTable[Role]("iam/role")}
	Policies = Names[ManagedPolicy]{storage.NewTable[ManagedPolicy]("iam/policy")}
)

// Get returns the account's entity of that name, or storage.ErrNotFound.
func (n Names[T]) Get(tx *storage.Tx, account, name string) (*T, error) {
	v, err := n.table.Get(tx, account, strings.ToLower(name))
	if err != nil {
		return nil, err
	}
	return &v, nil
}

// Put creates or replaces the account's entity of that name.
func (n Names[T]) Put(tx *storage.Tx, account, name string, v *T) error {
	return n.table.Put(tx, *v, account, strings.ToLower(name))
}

// Delete removes the account's entity of that name, if there is one.
func (n Names[T]) Delete(tx *storage.Tx, account, name string) error {
	return n.table.Delete(tx, account, strings.ToLower(name))
}

// After yields the account's entities in the order of their lower-case names,
// from the first after the name given, which may be empty.
func (n Names[T]) After(tx *storage.Tx, account, name string) iter.Seq2[T, error] {
	return n.table.Scan(tx, strings.ToLower(name), account)
}

// One is the span of one entity, whether it exists or not.
func (n Names[T]) One(write bool, account, name string) storage.Span {
	return n.table.One(write, account, strings.ToLower(name))
}

// All is the span of the account's entities.
func (n Names[T]) All(write bool, account string) storage.Span {
	return n.table.Under(write, account)
}
