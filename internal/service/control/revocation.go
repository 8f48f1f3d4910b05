// SPDX-License-Identifier: Apache-2.0

package control

import (
	"context"
	"errors"
	"time"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/identity"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
)

// revokeSessions puts a revocation in force. It replaces one of the same id,
// which then ends what has been issued since as well.
func revokeSessions(_ context.Context, c *awsapi.Call, in *revokeSessionsInput) (*revokeSessionsOutput, error) {
	if in.missing != nil {
		return nil, in.missing
	}
	r := &identity.Revocation{
		Account: in.account,
		Epoch:   in.epoch + 1, // to which this very transaction advances it
		By:      c.Caller.Principal.ARN,
		Created: c.Time.UTC().Truncate(time.Second),
	}
	if in.Reason != nil {
		r.Reason = *in.Reason
	}
	switch in.kind {
	case identity.RevokedTag:
		r.RevokeTag(awsapi.Tag{Key: *in.TagKey, Value: *in.TagValue})
	case identity.RevokedSession:
		r.Kind, r.Target = in.kind, *in.SessionId
	default:
		r.Kind, r.Target, r.ARN = in.kind, in.principalID, in.principal.String()
	}
	err := identity.Revoke(c.Tx, r)
	if errors.Is(err, identity.ErrTooManyRevocations) {
		return nil, tooManyRevocations(in.account)
	}
	if err != nil {
		return nil, err
	}
	return &revokeSessionsOutput{Revocation: shownRevocation(r)}, nil
}

func listRevocations(_ context.Context, c *awsapi.Call, in *listRevocationsInput) (*listRevocationsOutput, error) {
	limit, after := defaultResults, ""
	if in.MaxResults != nil {
		limit = int(*in.MaxResults)
	}
	if in.NextToken != nil {
		after = *in.NextToken
	}
	out := &listRevocationsOutput{Revocations: []revocation{}}
	for r, err := range identity.Revocations(c.Tx, in.account, after, c.Time) {
		if err != nil {
			return nil, err
		}
		if len(out.Revocations) == limit {
			out.NextToken = &out.Revocations[limit-1].RevocationId
			break
		}
		out.Revocations = append(out.Revocations, shownRevocation(&r))
	}
	return out, nil
}

func liftRevocation(_ context.Context, c *awsapi.Call, in *liftRevocationInput) (*liftRevocationOutput, error) {
	err := identity.Lift(c.Tx, in.account, in.RevocationId)
	if errors.Is(err, storage.ErrNotFound) {
		return nil, noRevocation(in.RevocationId)
	}
	if err != nil {
		return nil, err
	}
	return &liftRevocationOutput{}, nil
}

// shownRevocation returns r as it is on the wire.
func shownRevocation(r *identity.Revocation) revocation {
	out := revocation{
		RevocationId: r.ID(),
		AccountId:    r.Account,
		Kind:         string(r.Kind),
		CreatedBy:    r.By,
		CreateDate:   r.Created,
	}
	switch r.Kind {
	case identity.RevokedSession:
		out.SessionId = &r.Target
	case identity.RevokedTag:
		out.TagKey, out.TagValue = &r.Tag.Key, &r.Tag.Value
	default:
		out.PrincipalArn, out.PrincipalId = &r.ARN, &r.Target
	}
	if r.Reason != "" {
		out.Reason = &r.Reason
	}
	if end := r.Expires(); !end.IsZero() {
		out.ExpireDate = &end
	}
	return out
}
