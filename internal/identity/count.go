// SPDX-License-Identifier: Apache-2.0

package identity

import (
	"errors"

	"github.com/bailiwick-dev/bailiwick/internal/storage"
)

// counts holds how many entities of a kind an account has.
var counts = storage.NewTable[int]("iam/count")

// A Census knows how many entities an account has in a table, which quotas are
// about, without going through them all.
type Census[T any] struct {
	kind  string
	names Names[T]
}

// The counts of entities.
var (
	UserCount   = Census[User]{"user", Users}
	GroupCount  = Census[Group]{"group", Groups}
	RoleCount   = Census[Role]{"role", Roles}
	PolicyCount = Census[ManagedPolicy]{"policy", Policies}
)

// Spans is the spans of the account's count, and of the entities that are
// counted if they never were.
func (c Census[T]) Spans(write bool, account string) []storage.Span {
	return []storage.Span{counts.One(write, account, c.kind), c.names.All(false, account)}
}

// Count returns how many the account has.
func (c Census[T]) Count(tx *storage.Tx, account string) (int, error) {
	n, err := counts.Get(tx, account, c.kind)
	if !errors.Is(err, storage.ErrNotFound) {
		return n, err
	}
	n = 0
	for _, err := range c.names.After(tx, account, "") {
		if err != nil {
			return 0, err
		}
		n++
	}
	return n, nil
}

// add counts n more, or fewer. It comes before the change that it counts.
func (c Census[T]) add(tx *storage.Tx, account string, n int) error {
	have, err := c.Count(tx, account)
	if err != nil {
		return err
	}
	return counts.Put(tx, have+n, account, c.kind)
}
