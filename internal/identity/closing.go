// SPDX-License-Identifier: Apache-2.0

package identity

import (
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/bailiwick-dev/bailiwick/internal/storage"
)

// AccountState is how far an account is on its way out. It never goes back, and
// the id of a closed account is never given again.
type AccountState string

// The states.
const (
	AccountActive  AccountState = ""
	AccountClosing AccountState = "closing" // nobody gets in, and what it owns is being removed
	AccountClosed  AccountState = "closed"  // nothing is left but its record
)

// Open reports whether the account has principals and resources that may be used.
func (a *Account) Open() bool { return a.State == AccountActive }

// openAccount returns ErrNotFound if the account isn't there or isn't open.
func openAccount(tx *storage.Tx, id string) error {
	a, err := accounts.Get(tx, id)
	if err != nil {
		return err
	}
	if !a.Open() {
		return storage.ErrNotFound
	}
	return nil
}

// closing names the accounts that are being closed.
var closing = storage.NewTable[string]("iam/closing")

// closeBatch is how many users and roles are removed in one transaction.
const closeBatch = 256

// ClosingSpan is the span of the account's entry among those being closed.
func ClosingSpan(account string) storage.Span { return closing.One(true, account) }

// Close begins to close the account, which is open and not the management account:
// nobody gets in from the end of this transaction on, which must advance the
// epochs of the account and the management account. What it owns is removed later
// by [CloseStep].
func Close(tx *storage.Tx, a *Account, now time.Time) error {
	a.State, a.Closed = AccountClosing, now.UTC().Truncate(time.Second)
	a.Parent = "" // its unit may go
	if err := closing.Put(tx, a.ID, a.ID); err != nil {
		return err
	}
	return accounts.Put(tx, *a, a.ID)
}

// Closing returns the accounts that are being closed, a page of them.
func Closing(tx *storage.Tx) (ids []string, err error) {
	for id, err := range closing.Scan(tx, "") {
		if err != nil {
			return nil, err
		}
		if ids = append(ids, id); len(ids) == closeBatch {
			break
		}
	}
	return ids, nil
}

// CloseStep does a part, of bounded size, of what is left to do to close the
// account, and reports whether that was the last. Each part leaves the account in a
// state from which the next may go on, after any time. others is the spans of what
// the services keep for the account. tx is the whole of a transaction.
func CloseStep(tx *storage.Tx, account string, others []storage.Span) (done bool, err error) {
	a, err := accounts.Get(tx, account)
	if err != nil {
		return false, err
	}
	if a.State != AccountClosing {
		return false, errors.New("identity: account " + account + " is not being closed")
	}
	n, err := dropPrincipals(tx, account)
	if n > 0 || err != nil {
		return false, err
	}
	for _, s := range slices.Concat(accountSpans(account), others) {
		if err := tx.Discard(s.Lo, s.Hi); err != nil {
			return false, err
		}
	}
	return true, finish(tx, &a)
}

// accountSpans is the spans of all records of this package that belong to the
// account alone, but for its own, and those of users and roles, which are removed
// one by one.
func accountSpans(account string) []storage.Span {
	return []storage.Span{
		Groups.All(true, account),
		groupNames.Under(true, account),
		members.Under(true, account),
		Policies.All(true, account),
		awsPolicyUses.Under(true, account),
		counts.Under(true, account),
		accessKeys.Under(true, account),
		keyUses.Under(true, account),
		OIDCProviders.All(true, account),
		SAMLProviders.All(true, account),
		revocations.Under(true, account),
		revocationCounts.Under(true, account),
	}
}

// dropPrincipals removes some of the account's users and roles, with what the
// index of principals says of them, and returns how many.
func dropPrincipals(tx *storage.Tx, account string) (int, error) {
	var users []User
	for u, err := range Users.After(tx, account, "") {
		if err != nil {
			return 0, err
		}
		if users = append(users, u); len(users) == closeBatch {
			break
		}
	}
	for i := range users {
		if err := DeleteUser(tx, &users[i]); err != nil {
			return 0, err
		}
	}
	if len(users) > 0 {
		return len(users), nil
	}
	var roles []Role
	for r, err := range Roles.After(tx, account, "") {
		if err != nil {
			return 0, err
		}
		if roles = append(roles, r); len(roles) == closeBatch {
			break
		}
	}
	for i := range roles {
		if err := DeleteRole(tx, &roles[i]); err != nil {
			return 0, err
		}
	}
	return len(roles), nil
}

// finish leaves nothing of the account but that there was one.
func finish(tx *storage.Tx, a *Account) error {
	o, err := GetOrganization(tx)
	if err != nil {
		return err
	}
	if err := forgetTarget(tx, o, a.ID); err != nil {
		return err
	}
	if err := closing.Delete(tx, a.ID); err != nil {
		return err
	}
	if a.Email != "" {
		if err := emails.Delete(tx, strings.ToLower(a.Email)); err != nil {
			return err
		}
	}
	if a.Alias != "" {
		if err := aliases.Delete(tx, a.Alias); err != nil {
			return err
		}
	}
	*a = Account{ID: a.ID, Created: a.Created, Name: a.Name, State: AccountClosed, Closed: a.Closed}
	if err := accounts.Put(tx, *a, a.ID); err != nil {
		return err
	}
	management, err := Management(tx)
	if err != nil {
		return err
	}
	if err := tx.Advance(management); err != nil {
		return err
	}
	return tx.Advance(a.ID)
}
