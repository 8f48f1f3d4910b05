// SPDX-License-Identifier: Apache-2.0

package sts

import (
	"context"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/identity"
	"github.com/bailiwick-dev/bailiwick/policy"
)

// assumeRoleNeeds states up to three permissions: see [roleSession.needs].
func assumeRoleNeeds(d *identity.Directory) func(context.Context, *awsapi.Call, *assumeRoleInput) ([]awsapi.Need, error) {
	return func(_ context.Context, c *awsapi.Call, in *assumeRoleInput) ([]awsapi.Need, error) {
		if c.Caller.Principal.Type == policy.Account {
			return nil, denied("Roles may not be assumed by root accounts.")
		}
		if err := refuseMFA(in.SerialNumber, in.TokenCode); err != nil {
			return nil, err
		}
		if err := in.prepare(c.Caller); err != nil {
			return nil, err
		}
		if err := in.session.find(d, c.Tx); err != nil {
			return nil, err
		}
		return in.session.needs("sts:AssumeRole", &assumeRoleKeys{in}), nil
	}
}

// refuseMFA refuses who says to have a device: nobody has one.
func refuseMFA(serialNumber, tokenCode *string) error {
	if serialNumber == nil && tokenCode == nil {
		return nil
	}
	return denied("MultiFactorAuthentication failed with invalid MFA one time pass code.")
}

// prepare works out what depends on the caller and not on the role.
func (in *assumeRoleInput) prepare(caller *awsapi.Caller) (err error) {
	r := &in.session
	r.name, r.length, r.limits = in.RoleSessionName, in.DurationSeconds, in.limits()
	if r.tags, err = newSessionTags(caller.Session, in.Tags, in.TransitiveTagKeys); err != nil {
		return err
	}
	r.tags.inherit(caller)
	if caller.Session != nil && r.seconds() > maxChained {
		return invalid("The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.")
	}
	r.source = inheritedIdentity(caller)
	if in.SourceIdentity == nil {
		return nil
	}
	if r.source != "" && r.source != *in.SourceIdentity {
		return denied("User: %s is not authorized to perform: sts:SetSourceIdentity on resource: %s because the calling session has another source identity",
			caller.Principal.ARN, in.RoleArn)
	}
	r.source = *in.SourceIdentity
	return nil
}

// inheritedIdentity returns the source identity of the calling session, which is
// fixed for the whole chain, or "".
func inheritedIdentity(caller *awsapi.Caller) string {
	if caller.Session == nil {
		return ""
	}
	return caller.Session.SourceIdentity
}

// assumeRole issues a session of a role that the caller may assume.
func assumeRole(d *identity.Directory) func(context.Context, *awsapi.Call, *assumeRoleInput) (*assumeRoleOutput, error) {
	return func(_ context.Context, c *awsapi.Call, in *assumeRoleInput) (*assumeRoleOutput, error) {
		b, err := in.session.begin(d, c)
		if err != nil {
			return nil, err
		}
		out := &assumeRoleOutput{
			Credentials:      b.credentials,
			AssumedRoleUser:  b.user,
			PackedPolicySize: b.size,
			session:          b.session.ID,
		}
		if b.session.SourceIdentity != "" {
			out.SourceIdentity = &b.session.SourceIdentity
		}
		return out, nil
	}
}
