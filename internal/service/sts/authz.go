// SPDX-License-Identifier: Apache-2.0

package sts

import (
	"context"
	"errors"
	"strings"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/identity"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
	"github.com/bailiwick-dev/bailiwick/policy"
)

// assumeRoleNeeds states up to three permissions, each of which the trust policy
// of the role must grant. A role that doesn't exist trusts nobody: who may not
// assume a role can't tell whether there is one.
func assumeRoleNeeds(d *identity.Directory) func(context.Context, *awsapi.Call, *assumeRoleInput) ([]awsapi.Need, error) {
	return func(_ context.Context, c *awsapi.Call, in *assumeRoleInput) ([]awsapi.Need, error) {
		if c.Caller.Principal.Type == policy.Account {
			return nil, denied("Roles may not be assumed by root accounts.")
		}
		if in.SerialNumber != nil || in.TokenCode != nil { // nobody has a device
			return nil, denied("MultiFactorAuthentication failed with invalid MFA one time pass code.")
		}
		if err := in.prepare(c.Caller); err != nil {
			return nil, err
		}
		if err := in.find(d, c.Tx); err != nil {
			return nil, err
		}
		need := awsapi.Need{
			Action:      "sts:AssumeRole",
			Resource:    in.role,
			Owner:       in.role.Account,
			RequestTags: in.Tags,
			Policy:      in.trust,
			Explicit:    true,
		}
		if in.trusted != nil {
			need.ResourceTags = in.session.resource(in.trusted.Role.Tags)
		}
		need.Context = &keys{in: in, tags: need.ResourceTags}

		needs := []awsapi.Need{need}
		if len(in.Tags) > 0 || len(in.session.inherited) > 0 {
			need.Action = "sts:TagSession"
			needs = append(needs, need)
		}
		if in.SourceIdentity != nil || inheritedIdentity(c.Caller) != "" {
			need.Action = "sts:SetSourceIdentity"
			needs = append(needs, need)
		}
		return needs, nil
	}
}

// trustsNobody is the trust policy of roles that don't exist: no service has
// that name.
const trustsNobody = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Service":"nobody.amazonaws.com"},"Action":"sts:AssumeRole"}}`

// prepare works out what depends on the caller and not on the role.
func (in *assumeRoleInput) prepare(caller *awsapi.Caller) (err error) {
	if in.session, err = newSessionTags(caller.Session, in.Tags, in.TransitiveTagKeys); err != nil {
		return err
	}
	in.session.inherit(caller)
	if caller.Session != nil && in.duration() > maxChained {
		return invalid("The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.")
	}
	if old := inheritedIdentity(caller); old != "" && in.SourceIdentity != nil && *in.SourceIdentity != old {
		return denied("User: %s is not authorized to perform: sts:SetSourceIdentity on resource: %s because the calling session has another source identity",
			caller.Principal.ARN, in.RoleArn)
	}
	return nil
}

// duration returns the length of the session that is asked for, in seconds.
func (in *assumeRoleInput) duration() int {
	if in.DurationSeconds == nil {
		return defaultDuration
	}
	return int(*in.DurationSeconds)
}

// inheritedIdentity returns the source identity of the calling session, which is
// fixed for the whole chain, or "".
func inheritedIdentity(caller *awsapi.Caller) string {
	if caller.Session == nil {
		return ""
	}
	return caller.Session.SourceIdentity
}

// find looks up the role, if it exists, and the managed policies that are to
// limit its session. What it finds is told only after the call has been allowed.
func (in *assumeRoleInput) find(d *identity.Directory, tx *storage.Tx) (err error) {
	in.trusted, in.policyErr = nil, nil
	if in.epoch, err = tx.Epoch(in.role.Account); err != nil {
		return err
	}
	t, err := d.Trusted(tx, in.role)
	if errors.Is(err, storage.ErrNotFound) {
		if in.trust, err = policy.Parse([]byte(trustsNobody), policy.Trust); err != nil {
			return err
		}
		return in.suspend(tx, "", nil)
	}
	if err != nil {
		return err
	}
	in.trusted, in.trust = t, t.Trust
	if err := in.suspend(tx, t.Role.ID, t.Role.Tags); err != nil {
		return err
	}
	for _, p := range in.PolicyArns {
		_, err := identity.GetPolicy(tx, in.role.Account, p.Arn)
		if errors.Is(err, storage.ErrNotFound) {
			in.policyErr = invalid("Policy %s does not exist or is not attachable.", p.Arn)
			return nil
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// suspended is the trust policy in place of a role's own if the role is shut out,
// or a tag that the session would have. A denial by it says no more than that
// the role doesn't trust the caller, and the decision log says why.
const suspended = `{"Version":"2012-10-17","Statement":{"Sid":"Suspended","Effect":"Deny","Principal":"*","Action":"sts:*"}}`

// suspend puts suspended in the place of in.trust if that is how things are. It
// is the same for a role that doesn't exist, which has no tags.
func (in *assumeRoleInput) suspend(tx *storage.Tx, roleID string, tags []awsapi.Tag) error {
	yes, err := identity.Suspended(tx, in.role.Account, roleID, in.session.of(tags))
	if !yes || err != nil {
		return err
	}
	if in.trust, err = policy.Parse([]byte(suspended), policy.Trust); err == nil {
		in.trust.Name = "revocation"
	}
	return err
}

// keys is the condition keys of AssumeRole.
type keys struct {
	in   *assumeRoleInput
	tags []awsapi.Tag // of the role, as aws:ResourceTag has them
}

// Lookup returns the value of a key, whose name is in lower case.
func (k *keys) Lookup(key string) policy.Value {
	switch key {
	case "sts:externalid":
		return optional(k.in.ExternalId)
	case "sts:rolesessionname":
		return policy.One(k.in.RoleSessionName)
	case "sts:sourceidentity":
		return optional(k.in.SourceIdentity)
	case "sts:transitivetagkeys":
		if len(k.in.TransitiveTagKeys) > 0 {
			return policy.Many(k.in.TransitiveTagKeys)
		}
	}
	if name, ok := strings.CutPrefix(key, "iam:resourcetag/"); ok {
		if v, ok := awsapi.TagValue(k.tags, name); ok {
			return policy.One(v)
		}
	}
	return policy.Value{}
}

func optional(s *string) policy.Value {
	if s == nil {
		return policy.Value{}
	}
	return policy.One(*s)
}

// actions returns the service's part of the catalogue.
func actions() []awsapi.Action {
	role := []string{"role"}
	keys := []awsapi.Key{
		{Name: "aws:ResourceTag/"},
		{Name: "iam:ResourceTag/"},
		{Name: "aws:RequestTag/"},
		{Name: "aws:TagKeys"},
		{Name: "sts:ExternalId"},
		{Name: "sts:RoleSessionName", Always: true},
		{Name: "sts:SourceIdentity"},
		{Name: "sts:TransitiveTagKeys"},
	}
	return []awsapi.Action{
		{Name: "sts:AssumeRole", Resources: role, Keys: keys},
		{Name: "sts:TagSession", Resources: role, Keys: keys},
		{Name: "sts:SetSourceIdentity", Resources: role, Keys: keys},
	}
}
