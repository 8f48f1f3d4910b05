// SPDX-License-Identifier: Apache-2.0

package identity

import (
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/bailiwick-dev/bailiwick/internal/storage"
)

// ErrEmailExists means that another account has the e-mail address.
var ErrEmailExists = errors.New("identity: another account has the e-mail address")

// emails finds an account by its e-mail address, in lower case.
var emails = storage.NewTable[string]("organization/email")

// administrator is AWS's own policy that allows everything.
var administrator = "arn:aws:iam::" + AWSOwner + ":policy/AdministratorAccess"

// NewAccountID returns a random account id. There may be such an account.
func NewAccountID() string {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails
	const first = 100_000_000_000
	return fmt.Sprint(first + binary.BigEndian.Uint64(b[:])%(10*first-first))
}

// CreateMember adds the account a, which has no access key, and in it the role,
// made by [AccessRole]. It fails with [ErrAccountExists] and [ErrEmailExists].
func CreateMember(tx *storage.Tx, a *Account, role *Role) error {
	switch _, err := accounts.Get(tx, a.ID); {
	case err == nil:
		return ErrAccountExists
	case !errors.Is(err, storage.ErrNotFound):
		return err
	}
	email := strings.ToLower(a.Email)
	switch taken, err := emails.Exists(tx, email); {
	case err != nil:
		return err
	case taken:
		return ErrEmailExists
	}
	if err := emails.Put(tx, a.ID, email); err != nil {
		return err
	}
	if err := accounts.Put(tx, *a, a.ID); err != nil {
		return err
	}
	p, err := GetPolicy(tx, a.ID, administrator)
	if err != nil {
		return err
	}
	p.Attachments++
	if err := PutPolicy(tx, a.ID, p); err != nil {
		return err
	}
	return CreateRole(tx, role)
}

// AccessRole returns a role of a new account, of that new id, that lets the
// management account in as an administrator.
func AccessRole(account, id, name, management string, now time.Time) *Role {
	return &Role{
		Entity:     Entity{Account: account, ID: id, Name: name, Path: "/", Created: now, Attached: []string{administrator}},
		MaxSession: 3600,
		Trust: `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::` + management +
			`:root"},"Action":"sts:AssumeRole"}]}`,
	}
}

// MemberSpans is the spans that CreateMember needs.
func MemberSpans(account, email, roleID string) []storage.Span {
	return []storage.Span{
		accounts.One(true, account),
		emails.One(true, strings.ToLower(email)),
		awsPolicyUses.Under(true, account),
		Roles.All(true, account),
		counts.Under(true, account),
		PrincipalSpan(roleID),
	}
}
