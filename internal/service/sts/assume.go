// SPDX-License-Identifier: Apache-2.0

package sts

import (
	"context"
	"errors"
	"time"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/identity"
)

// assumeRole issues a session of a role that the caller may assume. It needs no
// storage: what it issues is in the token.
func assumeRole(d *identity.Directory) func(context.Context, *awsapi.Call, *assumeRoleInput) (*assumeRoleOutput, error) {
	return func(_ context.Context, c *awsapi.Call, in *assumeRoleInput) (*assumeRoleOutput, error) {
		if in.trusted == nil {
			return nil, errors.New("sts: allowed to assume a role that does not exist")
		}
		if in.policyErr != nil {
			return nil, in.policyErr
		}
		if in.DurationSeconds != nil && in.duration() > in.trusted.Role.MaxSession {
			return nil, invalid("The requested DurationSeconds exceeds the MaxSessionDuration set for this role.")
		}
		size, err := in.packed()
		if err != nil {
			return nil, err
		}
		s := in.newSession(c)
		issued, err := d.Issue(s)
		if errors.Is(err, identity.ErrTooLarge) {
			return nil, tooLarge("Packed size of session tags consumes more than 100%% of allotted space.")
		}
		if err != nil {
			return nil, err
		}
		out := &assumeRoleOutput{
			Credentials: credentials{
				AccessKeyId:     issued.AccessKeyID,
				SecretAccessKey: issued.SecretAccessKey,
				SessionToken:    issued.SessionToken,
				Expiration:      s.Expires,
			},
			AssumedRoleUser:  assumedRoleUser{AssumedRoleId: s.RoleID + ":" + s.Name, Arn: s.ARN()},
			PackedPolicySize: size,
			session:          s.ID,
		}
		if s.SourceIdentity != "" {
			out.SourceIdentity = &s.SourceIdentity
		}
		return out, nil
	}
}

// newSession returns the session that is to be issued.
func (in *assumeRoleInput) newSession(c *awsapi.Call) *identity.Session {
	r := in.trusted.Role
	s := &identity.Session{
		Account:    r.Account,
		RoleID:     r.ID,
		RoleName:   r.Name,
		RolePath:   r.Path,
		Name:       in.RoleSessionName,
		Tags:       in.session.of(r.Tags),
		Transitive: in.session.transitive,
		IssuedAt:   c.Time,
		Expires:    c.Time.Add(time.Duration(in.duration()) * time.Second),
		Epoch:      in.epoch,

		SourceIdentity: inheritedIdentity(c.Caller),
	}
	if in.SourceIdentity != nil { // the same, if one is inherited
		s.SourceIdentity = *in.SourceIdentity
	}
	if in.Policy != nil {
		s.Policy = *in.Policy
	}
	for _, p := range in.PolicyArns {
		s.PolicyARNs = append(s.PolicyARNs, p.Arn)
	}
	s.From(c.Caller)
	return s
}
