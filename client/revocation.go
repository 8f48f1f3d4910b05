// SPDX-License-Identifier: Apache-2.0

package client

import (
	"context"
	"math"
	"time"
)

// A Revocation takes credentials out of use that were given out. Of SessionID,
// PrincipalARN, and TagKey with TagValue, one is set: what it is about.
type Revocation struct {
	ID           string
	AccountID    string
	Kind         string // "session", "role", "principal" or "tag"
	SessionID    string
	PrincipalARN string
	TagKey       string
	TagValue     string
	Reason       string
	CreatedBy    string // ARN
	CreateDate   time.Time
	ExpireDate   time.Time // when there is nothing left to revoke; zero if it is in force until it is lifted
}

// RevokeInput says what is to be revoked, in the form of the operation
// RevokeSessions: one of SessionId, RoleArn, PrincipalArn, and TagKey with
// TagValue.
type RevokeInput struct {
	AccountId    string  `json:",omitempty"` // that of the ARN, or the caller's, by default
	SessionId    string  `json:",omitempty"` // one session, as the decision log names it
	RoleArn      string  `json:",omitempty"` // the sessions of a role that were issued before
	PrincipalArn string  `json:",omitempty"` // a user with its access keys, or a role, until it is lifted
	TagKey       string  `json:",omitempty"`
	TagValue     *string `json:",omitempty"` // everybody who has the tag, until it is lifted
	Reason       string  `json:",omitempty"`
}

// Revoke revokes what in says, and whatever was issued from that. It is in force
// for every request that is sent after it has returned.
func (a *Admin) Revoke(ctx context.Context, in RevokeInput) (Revocation, error) {
	var out struct{ Revocation wireRevocation }
	if err := a.call(ctx, "RevokeSessions", in, &out); err != nil {
		return Revocation{}, err
	}
	return out.Revocation.revocation(), nil
}

// ListRevocations returns the revocations of the account, which is the caller's
// if it is empty.
func (a *Admin) ListRevocations(ctx context.Context, account string) (revocations []Revocation, err error) {
	type page struct {
		AccountId string `json:",omitempty"`
		NextToken string `json:",omitempty"`
	}
	for next := (page{AccountId: account}); ; {
		var out struct {
			Revocations []wireRevocation
			NextToken   string
		}
		if err := a.call(ctx, "ListRevocations", next, &out); err != nil {
			return nil, err
		}
		for _, r := range out.Revocations {
			revocations = append(revocations, r.revocation())
		}
		if out.NextToken == "" {
			return revocations, nil
		}
		next.NextToken = out.NextToken
	}
}

// Lift ends a revocation of the account, which is the caller's if it is empty.
func (a *Admin) Lift(ctx context.Context, account, id string) error {
	in := struct {
		AccountId    string `json:",omitempty"`
		RevocationId string
	}{account, id}
	return a.call(ctx, "LiftRevocation", in, &struct{}{})
}

type wireRevocation struct {
	RevocationId, AccountId, Kind, SessionId, PrincipalArn string
	TagKey, TagValue, Reason, CreatedBy                    string
	CreateDate, ExpireDate                                 float64 // seconds since 1970
}

func (r *wireRevocation) revocation() Revocation {
	return Revocation{
		ID: r.RevocationId, AccountID: r.AccountId, Kind: r.Kind, SessionID: r.SessionId, PrincipalARN: r.PrincipalArn,
		TagKey: r.TagKey, TagValue: r.TagValue, Reason: r.Reason, CreatedBy: r.CreatedBy,
		CreateDate: unixTime(r.CreateDate), ExpireDate: unixTime(r.ExpireDate),
	}
}

// unixTime returns the time so many seconds after 1970, which is never 1970
// itself: that stands for none.
func unixTime(seconds float64) time.Time {
	if seconds == 0 {
		return time.Time{}
	}
	sec, frac := math.Modf(seconds)
	return time.Unix(int64(sec), int64(frac*1e9)).UTC()
}
