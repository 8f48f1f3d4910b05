// SPDX-License-Identifier: Apache-2.0

package sts

import (
	"context"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/identity"
	"github.com/bailiwick-dev/bailiwick/internal/identity/constraint"
	"github.com/bailiwick-dev/bailiwick/policy"
)

// webIdentityPresents returns the token, which the providers of the role's account
// may have signed.
func webIdentityPresents(in *assumeRoleWithWebIdentityInput) awsapi.Presented {
	return awsapi.Presented{Account: in.session.role.Account, WebIdentityToken: in.WebIdentityToken}
}

// assumeRoleWithWebIdentityNeeds states what the provider needs for whom it vouches
// for: see [roleSession.needs]. Tags and source identity are those of the token, so
// that nobody but the provider chooses them.
func assumeRoleWithWebIdentityNeeds(d *identity.Directory) func(context.Context, *awsapi.Call, *assumeRoleWithWebIdentityInput) ([]awsapi.Need, error) {
	return func(_ context.Context, c *awsapi.Call, in *assumeRoleWithWebIdentityInput) ([]awsapi.Need, error) {
		if err := in.prepare(c.Caller.Federation); err != nil {
			return nil, err
		}
		if err := in.session.find(d, c.Tx); err != nil {
			return nil, err
		}
		return in.session.needs("sts:AssumeRoleWithWebIdentity", &federatedKeys{&in.session}), nil
	}
}

// prepare works out what depends on the token and not on the role.
func (in *assumeRoleWithWebIdentityInput) prepare(f *awsapi.Federation) error {
	r := &in.session
	r.name, r.length, r.limits = in.RoleSessionName, in.DurationSeconds, in.limits()
	return r.vouch(f)
}

// vouch takes over what a provider asks the session to have, if it may be had.
func (r *roleSession) vouch(f *awsapi.Federation) (err error) {
	var v constraint.Violations
	v.Tags("tags", f.Tags)
	v.TagKeys("transitiveTagKeys", f.Transitive)
	if f.SourceIdentity != "" {
		v.Text("sourceIdentity", &f.SourceIdentity, constraint.SessionName)
	}
	if err := v.Err(); err != nil {
		return err
	}
	if err := checkTags(f.Tags, f.Transitive); err != nil {
		return err
	}
	r.source, r.provider = f.SourceIdentity, f.ProviderID
	r.tags, err = newSessionTags(nil, f.Tags, f.Transitive)
	return err
}

// federatedKeys is the condition keys of an operation that an identity provider's
// word begins a session with, but those of the role and the provider's own.
type federatedKeys struct{ r *roleSession }

// Lookup returns the value of a key, whose name is in lower case.
func (k *federatedKeys) Lookup(key string) policy.Value {
	switch key {
	case "sts:rolesessionname":
		return policy.One(k.r.name)
	case "sts:sourceidentity":
		if k.r.source != "" {
			return policy.One(k.r.source)
		}
	case "sts:transitivetagkeys":
		if len(k.r.tags.transitive) > 0 {
			return policy.Many(k.r.tags.transitive)
		}
	}
	return policy.Value{}
}

// assumeRoleWithWebIdentity issues a session of a role that the provider may assume
// for whom it vouches for.
func assumeRoleWithWebIdentity(d *identity.Directory) func(context.Context, *awsapi.Call, *assumeRoleWithWebIdentityInput) (*assumeRoleWithWebIdentityOutput, error) {
	return func(_ context.Context, c *awsapi.Call, in *assumeRoleWithWebIdentityInput) (*assumeRoleWithWebIdentityOutput, error) {
		b, err := in.session.begin(d, c)
		if err != nil {
			return nil, err
		}
		f := c.Caller.Federation
		out := &assumeRoleWithWebIdentityOutput{
			Credentials:                 b.credentials,
			AssumedRoleUser:             b.user,
			PackedPolicySize:            b.size,
			SubjectFromWebIdentityToken: f.Subject,
			Audience:                    f.Audience,
			Provider:                    f.Issuer,
			session:                     b.session.ID,
		}
		if b.session.SourceIdentity != "" {
			out.SourceIdentity = &b.session.SourceIdentity
		}
		return out, nil
	}
}
