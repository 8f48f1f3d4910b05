// SPDX-License-Identifier: Apache-2.0

package identity

import (
	"encoding/hex"
	"errors"
	"iter"
	"strings"
	"time"

	"github.com/bailiwick-dev/bailiwick/arn"
	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
)

// ErrTooManyRevocations means that an account has [MaxRevocations] in force.
var ErrTooManyRevocations = errors.New("identity: account has too many revocations")

// MaxRevocations is how many revocations an account has at most.
const MaxRevocations = 10_000

// revocationLife is how long a revocation that ends only what was issued before
// it is kept: twice as long as a session lasts, for clocks are set back at times.
const revocationLife = 2 * MaxSession

// RevocationKind says what a revocation ends. Whatever it ends, it ends the
// sessions as well that were issued from that, in any account.
type RevocationKind string

const (
	// RevokedSession ends one session.
	RevokedSession RevocationKind = "session"
	// RevokedRole ends the sessions of a role that were issued before.
	RevokedRole RevocationKind = "role"
	// RevokedPrincipal shuts a user, a role or those whom an identity provider
	// vouches for out until it is lifted: the user's access keys, and all
	// sessions. No more are issued.
	RevokedPrincipal RevocationKind = "principal"
	// RevokedTag shuts everybody out who has a tag, until it is lifted: users,
	// and sessions, whether issued before or after. No more are issued.
	RevokedTag RevocationKind = "tag"
)

// A Revocation takes credentials of an account out of use that were given out
// and would be good otherwise.
//
// Before and after are what epochs say and not clocks: a revocation ends the
// sessions whose transaction read a lower epoch of the account than the one that
// its own transaction advanced it to. So it ends each that came before it in the
// order of transactions, and none that came after, however close.
type Revocation struct {
	Account string
	Kind    RevocationKind
	Target  string     // id of the session, unique id of the role or principal, digest of the tag
	ARN     string     `json:",omitempty"` // of the role or principal, as it was then
	Tag     awsapi.Tag `json:",omitzero"`  // as it was given
	Epoch   uint64     // the account's, from this revocation on
	Reason  string     `json:",omitempty"`
	By      string     // ARN of who revoked
	Created time.Time
}

// ID names the revocation in its account. What is revoked again keeps its id.
func (r *Revocation) ID() string { return revocationID(r.Kind, r.Target) }

func revocationID(k RevocationKind, target string) string { return string(k) + "-" + target }

// Expires returns when the last session has ended that the revocation could be
// about, with time to spare. It is zero if only lifting ends the revocation.
func (r *Revocation) Expires() time.Time {
	if r.Kind == RevokedSession || r.Kind == RevokedRole {
		return r.Created.Add(revocationLife)
	}
	return time.Time{}
}

// over reports whether the revocation has nothing left to end.
func (r *Revocation) over(now time.Time) bool {
	end := r.Expires()
	return !end.IsZero() && !now.Before(end)
}

// RevokeTag sets r to be about everybody in the account who has the tag.
func (r *Revocation) RevokeTag(t awsapi.Tag) {
	d := tagDigest(r.Account, t)
	r.Kind, r.Target, r.Tag = RevokedTag, hex.EncodeToString(d[:]), t
}

// ValidSessionID reports whether s has the form of a session's id: 32 lower-case
// hexadecimal digits.
func ValidSessionID(s string) bool {
	return len(s) == sessionIDText && strings.Trim(s, "0123456789abcdef") == ""
}

// PrincipalID returns the unique id of the user, role or identity provider that has
// this ARN, or storage.ErrNotFound.
func PrincipalID(tx *storage.Tx, a arn.ARN) (string, error) {
	if _, _, _, ok := ParseARN(a, "user"); ok {
		return resolveUser(tx, a)
	}
	if _, _, ok := ParseProviderARN(a); ok {
		return resolveProvider(tx, a)
	}
	return resolveRole(tx, a)
}

var (
	revocations = storage.NewTable[Revocation]("iam/revocation")

	// revocationCounts counts the revocations of each account: most have none,
	// which is to be seen at one glance.
	revocationCounts = storage.NewTable[int]("iam/revocation-count")
)

// RevocationSpans is the spans of the account's revocations.
func RevocationSpans(write bool, account string) []storage.Span {
	return []storage.Span{revocations.Under(write, account), revocationCounts.One(write, account)}
}

// GetRevocation returns the account's revocation of that id, or
// storage.ErrNotFound.
func GetRevocation(tx *storage.Tx, account, id string) (*Revocation, error) {
	r, err := revocations.Get(tx, account, id)
	if err != nil {
		return nil, err
	}
	return &r, nil
}

// Revocations yields the account's revocations that are in force at the time, in
// the order of their ids, from the first after the one given, which may be empty.
func Revocations(tx *storage.Tx, account, after string, now time.Time) iter.Seq2[Revocation, error] {
	return func(yield func(Revocation, error) bool) {
		for r, err := range revocations.Scan(tx, after, account) {
			if err == nil && r.over(now) {
				continue
			}
			if !yield(r, err) {
				return
			}
		}
	}
}

// Revoke puts r in force, which is complete, in place of the one with the same
// id if there is one. It fails with [ErrTooManyRevocations]. The transaction must
// advance the account's epoch, to r.Epoch.
func Revoke(tx *storage.Tx, r *Revocation) error {
	known, err := revocations.Exists(tx, r.Account, r.ID())
	if err != nil {
		return err
	}
	if !known {
		if err := makeRoom(tx, r.Account, r.Created); err != nil {
			return err
		}
	}
	return revocations.Put(tx, *r, r.Account, r.ID())
}

// makeRoom counts one more revocation of the account. If it has as many as may
// be, those that are over go first.
func makeRoom(tx *storage.Tx, account string, now time.Time) error {
	n, err := countRevocations(tx, account)
	if err != nil {
		return err
	}
	if n >= MaxRevocations {
		dropped, err := sweepRevocations(tx, account, now)
		if err != nil {
			return err
		}
		n -= dropped
	}
	if n >= MaxRevocations {
		return ErrTooManyRevocations
	}
	return revocationCounts.Put(tx, n+1, account)
}

func countRevocations(tx *storage.Tx, account string) (int, error) {
	n, err := revocationCounts.Get(tx, account)
	if errors.Is(err, storage.ErrNotFound) {
		return 0, nil
	}
	return n, err
}

// sweepRevocations removes the account's revocations that are over and returns
// how many they were.
func sweepRevocations(tx *storage.Tx, account string, now time.Time) (int, error) {
	var ids []string
	for r, err := range revocations.Scan(tx, "", account) {
		if err != nil {
			return 0, err
		}
		if r.over(now) {
			ids = append(ids, r.ID())
		}
	}
	for _, id := range ids {
		if err := revocations.Delete(tx, account, id); err != nil {
			return 0, err
		}
	}
	return len(ids), nil
}

// Lift ends the account's revocation of that id: what it took out of use and
// hasn't ended otherwise is good again. It fails with storage.ErrNotFound. The
// transaction must advance the account's epoch.
func Lift(tx *storage.Tx, account, id string) error {
	if _, err := revocations.Get(tx, account, id); err != nil {
		return err
	}
	n, err := countRevocations(tx, account)
	if err != nil {
		return err
	}
	if err := revocationCounts.Put(tx, n-1, account); err != nil {
		return err
	}
	return revocations.Delete(tx, account, id)
}
