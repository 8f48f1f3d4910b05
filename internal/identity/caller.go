// SPDX-License-Identifier: Apache-2.0

package identity

import (
	"errors"
	"time"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
	"github.com/bailiwick-dev/bailiwick/policy"
)

// Caller returns the holder of the credential as it stands in tx. It fails with
// [ErrUnknownKey] if the key, its user or role (the very same, by unique id) or
// the account is gone, the account is being closed or the key is inactive, with
// [ErrExpired] and with [ErrRevoked]. The result is shared and must not be changed.
func (d *Directory) Caller(tx *storage.Tx, c *Credential, now time.Time) (*awsapi.Caller, error) {
	if err := d.ring.Load(tx); err != nil {
		return nil, err
	}
	key := c.AccessKeyID
	if c.session != nil {
		if !d.ring.Live(c.session.rootKey) {
			return nil, ErrUnknownKey
		}
		if !now.Before(c.session.Expires) {
			return nil, ErrExpired
		}
		if err := d.refuseAbroad(tx, c.session, c.Small()); err != nil {
			return nil, err
		}
		key = c.session.ID // access key ids of sessions are not unique for ever
	}
	find := func(tx *storage.Tx) (*awsapi.Caller, error) {
		if err := openAccount(tx, c.Account); err != nil {
			return nil, unknown(err)
		}
		if c.session != nil {
			return d.sessionCaller(tx, c)
		}
		return longTermCaller(tx, c)
	}
	if !c.Small() {
		return find(tx)
	}
	return d.callers.Get(tx, c.Account, key, find)
}

// unknown turns the absence of a record into ErrUnknownKey.
func unknown(err error) error {
	if errors.Is(err, storage.ErrNotFound) {
		return ErrUnknownKey
	}
	return err
}

func longTermCaller(tx *storage.Tx, c *Credential) (*awsapi.Caller, error) {
	k, err := accessKeys.Get(tx, c.Account, c.AccessKeyID)
	if err != nil {
		return nil, unknown(err)
	}
	if !k.Active {
		return nil, ErrUnknownKey
	}
	if k.UserID == "" {
		return &awsapi.Caller{AccessKeyID: c.AccessKeyID, Principal: rootPrincipal(c.Account)}, nil
	}
	u, err := userByID(tx, c.Account, k.User, k.UserID)
	if err != nil {
		return nil, err
	}
	if err := refuseRevoked(tx, c.Account, u.holding); err != nil {
		return nil, err
	}
	return &awsapi.Caller{AccessKeyID: c.AccessKeyID, Tags: u.Tags, Principal: userPrincipal(u)}, nil
}

func (d *Directory) sessionCaller(tx *storage.Tx, c *Credential) (*awsapi.Caller, error) {
	s := c.session
	if err := refuseRevoked(tx, s.Account, s.holding); err != nil {
		return nil, err
	}
	principal, tags, err := s.principal(tx)
	if err != nil {
		return nil, err
	}
	policies, err := d.sessionPolicies(tx, s)
	if err != nil {
		return nil, err
	}
	return &awsapi.Caller{
		AccessKeyID: c.AccessKeyID,
		Tags:        tags,
		Principal:   principal,
		Session: &awsapi.Session{
			ID:             s.ID,
			Epoch:          s.Epoch,
			Lineage:        s.Lineage,
			LineageTags:    s.LineageTags,
			IssuedAt:       s.IssuedAt,
			Expires:        s.Expires,
			SourceIdentity: s.SourceIdentity,
			Transitive:     s.Transitive,
			Policies:       policies,
			Provider:       s.Provider,
			Claims:         s.Claims,
		},
	}, nil
}

// sessionPolicies returns the policies that limit s, compiled; nil if it has
// none. Managed ones are in force as they are now; one that is gone leaves
// nothing allowed by it.
func (d *Directory) sessionPolicies(tx *storage.Tx, s *Session) ([]*policy.Policy, error) {
	var out []*policy.Policy
	if s.Policy != "" {
		p, err := compile(s.Policy, policy.Session, "session", "")
		if err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	for _, a := range s.PolicyARNs {
		p, err := d.limit(tx, s.Account, a, policy.Session)
		if err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	return out, nil
}
