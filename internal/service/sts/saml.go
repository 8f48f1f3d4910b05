// SPDX-License-Identifier: Apache-2.0

package sts

import (
	"context"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/identity"
	"github.com/bailiwick-dev/bailiwick/internal/identity/constraint"
)

// samlPresents returns the assertion, which a provider of the role's account may
// have signed.
func samlPresents(in *assumeRoleWithSAMLInput) awsapi.Presented {
	return awsapi.Presented{
		Account:       in.session.role.Account,
		SAMLAssertion: in.SAMLAssertion,
		SAMLProvider:  in.provider,
		Role:          in.session.role,
	}
}

// assumeRoleWithSAMLNeeds states what the provider needs for whom it vouches for:
// see [roleSession.needs]. The session's name, tags and source identity are those
// of the assertion, so that nobody but the provider chooses them.
func assumeRoleWithSAMLNeeds(d *identity.Directory) func(context.Context, *awsapi.Call, *assumeRoleWithSAMLInput) ([]awsapi.Need, error) {
	return func(_ context.Context, c *awsapi.Call, in *assumeRoleWithSAMLInput) ([]awsapi.Need, error) {
		f := c.Caller.Federation
		if !f.ForRole {
			return nil, denied("Not authorized to perform sts:AssumeRoleWithSAML")
		}
		if err := in.prepare(f); err != nil {
			return nil, err
		}
		if err := in.session.find(d, c.Tx); err != nil {
			return nil, err
		}
		return in.session.needs("sts:AssumeRoleWithSAML", &federatedKeys{&in.session}), nil
	}
}

// prepare works out what depends on the assertion and not on the role.
func (in *assumeRoleWithSAMLInput) prepare(f *awsapi.Federation) error {
	var v constraint.Violations
	if v.Name("roleSessionName", f.SessionName, constraint.SessionName); v.Err() != nil {
		return awsapi.Errorf(awsapi.Invalid, "InvalidIdentityToken", "RoleSessionName in AuthnResponse must match [a-zA-Z_0-9+=,.@-]{2,64}")
	}
	r := &in.session
	r.name, r.length, r.limits, r.until = f.SessionName, in.DurationSeconds, in.limits(), f.Until
	return r.vouch(f)
}

// assumeRoleWithSAML issues a session of a role that the provider may assume for
// whom it vouches for.
func assumeRoleWithSAML(d *identity.Directory) func(context.Context, *awsapi.Call, *assumeRoleWithSAMLInput) (*assumeRoleWithSAMLOutput, error) {
	return func(_ context.Context, c *awsapi.Call, in *assumeRoleWithSAMLInput) (*assumeRoleWithSAMLOutput, error) {
		b, err := in.session.begin(d, c)
		if err != nil {
			return nil, err
		}
		f := c.Caller.Federation
		out := &assumeRoleWithSAMLOutput{
			Credentials:      b.credentials,
			AssumedRoleUser:  b.user,
			PackedPolicySize: b.size,
			Subject:          f.Subject,
			SubjectType:      claim(f, "saml:sub_type"),
			Issuer:           f.Issuer,
			Audience:         f.Audience,
			NameQualifier:    claim(f, "saml:namequalifier"),
			session:          b.session.ID,
		}
		if b.session.SourceIdentity != "" {
			out.SourceIdentity = &b.session.SourceIdentity
		}
		return out, nil
	}
}

// claim returns the value of a condition key that the provider supplies, or "".
func claim(f *awsapi.Federation, key string) string {
	v := awsapi.ClaimValue(f.Claims, key)
	if v.Absent() || v.Len() != 1 {
		return ""
	}
	return v.At(0)
}
