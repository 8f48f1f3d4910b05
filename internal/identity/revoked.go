// SPDX-License-Identifier: Apache-2.0

package identity

import (
	"encoding/hex"
	"errors"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
)

// A holding is what a revocation may be about in who comes with a credential:
// the user or the session itself, those that it comes from, and their tags.
type holding struct {
	principals []awsapi.Ancestor
	tags       [][tagDigestSize]byte
}

// revoked reports whether a revocation of the account is about what is held.
func revoked(tx *storage.Tx, account string, held func() holding) (bool, error) {
	if n, err := countRevocations(tx, account); n == 0 || err != nil {
		return false, err
	}
	h := held()
	for i := range h.principals {
		p := &h.principals[i]
		if p.Account != account {
			continue
		}
		if yes, err := principalRevoked(tx, account, p); yes || err != nil {
			return yes, err
		}
	}
	for i := range h.tags { // the account is in the digest
		id := revocationID(RevokedTag, hex.EncodeToString(h.tags[i][:]))
		if yes, err := revocations.Exists(tx, account, id); yes || err != nil {
			return yes, err
		}
	}
	return false, nil
}

func principalRevoked(tx *storage.Tx, account string, p *awsapi.Ancestor) (bool, error) {
	yes, err := revocations.Exists(tx, account, revocationID(RevokedPrincipal, p.PrincipalID))
	if yes || err != nil || p.SessionID == "" {
		return yes, err
	}
	yes, err = revocations.Exists(tx, account, revocationID(RevokedSession, p.SessionID))
	if yes || err != nil {
		return yes, err
	}
	r, err := revocations.Get(tx, account, revocationID(RevokedRole, p.PrincipalID))
	if errors.Is(err, storage.ErrNotFound) {
		return false, nil
	}
	return err == nil && p.Epoch < r.Epoch, err
}

// holding returns what u holds.
func (u *User) holding() holding {
	return holding{
		principals: []awsapi.Ancestor{{Account: u.Account, PrincipalID: u.ID}},
		tags:       tagDigests(u.Account, u.Tags),
	}
}

// holding returns what s holds.
func (s *Session) holding() holding {
	return holding{
		principals: append(s.Lineage[:len(s.Lineage):len(s.Lineage)], s.self()),
		tags:       append(tagDigests(s.Account, s.Tags), s.LineageTags...),
	}
}

// Suspended reports whether a role, of that unique id, may have no more sessions
// with those tags, because a revocation of the account shuts it or one of the tags
// out. A role that doesn't exist has no id.
func Suspended(tx *storage.Tx, account, roleID string, tags []awsapi.Tag) (bool, error) {
	return revoked(tx, account, func() holding {
		h := holding{tags: tagDigests(account, tags)}
		if roleID != "" {
			h.principals = []awsapi.Ancestor{{Account: account, PrincipalID: roleID}}
		}
		return h
	})
}

// refuseRevoked returns ErrRevoked if a revocation of the account is about what is
// held.
func refuseRevoked(tx *storage.Tx, account string, held func() holding) error {
	if yes, err := revoked(tx, account, held); !yes || err != nil {
		return err
	}
	return ErrRevoked
}

// refuseAbroad returns ErrRevoked if a revocation of another account is about s,
// that one of those belongs to whom s comes from, or that account is being closed.
// The epoch of the session's own account says nothing of it.
func (d *Directory) refuseAbroad(tx *storage.Tx, s *Session, remember bool) error {
	for i := range s.Lineage {
		account := s.Lineage[i].Account
		if account == s.Account || i > 0 && account == s.Lineage[i-1].Account {
			continue
		}
		find := func(tx *storage.Tx) (bool, error) {
			switch err := openAccount(tx, account); {
			case errors.Is(err, storage.ErrNotFound):
				return true, nil
			case err != nil:
				return false, err
			}
			return revoked(tx, account, s.holding)
		}
		var yes bool
		var err error
		if remember {
			yes, err = d.abroad.Get(tx, account, s.ID, find)
		} else {
			yes, err = find(tx)
		}
		if err != nil {
			return err
		}
		if yes {
			return ErrRevoked
		}
	}
	return nil
}
