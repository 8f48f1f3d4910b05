// SPDX-License-Identifier: Apache-2.0

package sts

import (
	"errors"
	"strings"
	"time"

	"github.com/bailiwick-dev/bailiwick/arn"
	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/identity"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
	"github.com/bailiwick-dev/bailiwick/policy"
)

// A roleSession is a session of a role that somebody asks for: what the
// operations that begin one have in common.
type roleSession struct {
	role   arn.ARN
	name   string
	length *int32    // seconds, nil for what is usual
	until  time.Time // when it ends at the latest; zero if nobody says
	source string    // source identity, given or inherited; empty if there is none
	limits sessionPolicies
	tags   sessionTags

	provider string // unique id of the identity provider that vouches for the caller; empty if none does

	// What find has found.
	trusted   *identity.Trusted // nil if there is no such role
	trust     *policy.Policy
	epoch     uint64 // of the role's account
	policyErr error  // why the managed policies can't be used
}

// parseRole sets r.role to the role that has this ARN.
func (r *roleSession) parseRole(text string) (err error) {
	if r.role, err = arn.Parse(text); err != nil {
		return invalid("%s is invalid", text)
	}
	if _, _, _, ok := identity.ParseARN(r.role, "role"); !ok {
		return invalid("%s is invalid", text)
	}
	return nil
}

// seconds returns the length of the session that is asked for.
func (r *roleSession) seconds() int {
	if r.length == nil {
		return defaultDuration
	}
	return int(*r.length)
}

// trustsNobody is the trust policy of roles that don't exist: no service has
// that name.
const trustsNobody = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Service":"nobody.amazonaws.com"},"Action":"sts:AssumeRole"}}`

// find looks up the role, if it exists, and the managed policies that are to
// limit its session. What it finds is told only after the call has been allowed.
func (r *roleSession) find(d *identity.Directory, tx *storage.Tx) (err error) {
	r.trusted, r.policyErr = nil, nil
	if r.epoch, err = tx.Epoch(r.role.Account); err != nil {
		return err
	}
	t, err := d.Trusted(tx, r.role)
	if errors.Is(err, storage.ErrNotFound) {
		if r.trust, err = policy.Parse([]byte(trustsNobody), policy.Trust); err != nil {
			return err
		}
		return r.suspend(tx, "", nil)
	}
	if err != nil {
		return err
	}
	r.trusted, r.trust = t, t.Trust
	if err := r.suspend(tx, t.Role.ID, t.Role.Tags); err != nil {
		return err
	}
	r.policyErr, err = r.limits.find(tx, r.role.Account)
	return err
}

// suspend puts [suspended] in the place of r.trust if that is how things are. It
// is the same for a role that doesn't exist, which has no tags.
func (r *roleSession) suspend(tx *storage.Tx, roleID string, tags []awsapi.Tag) error {
	ids := []string{roleID}
	if r.provider != "" {
		ids = append(ids, r.provider)
	}
	for _, id := range ids {
		p, err := suspension(tx, r.role.Account, id, r.tags.of(tags), policy.Trust)
		if err != nil {
			return err
		}
		if p != nil {
			r.trust = p
		}
	}
	return nil
}

// needs returns the permissions that the session takes, each of which the trust
// policy of the role must grant. The first is the action. A role that doesn't
// exist trusts nobody: who may not assume a role can't tell whether there is one.
func (r *roleSession) needs(action string, context policy.Context) []awsapi.Need {
	need := awsapi.Need{
		Action:      action,
		Resource:    r.role,
		Owner:       r.role.Account,
		RequestTags: r.tags.passed,
		Policy:      r.trust,
		Explicit:    true,
	}
	if r.trusted != nil {
		need.ResourceTags = r.tags.resource(r.trusted.Role.Tags)
	}
	need.Context = &roleKeys{Context: context, tags: need.ResourceTags}
	needs := []awsapi.Need{need}
	if len(r.tags.passed) > 0 || len(r.tags.inherited) > 0 {
		need.Action = "sts:TagSession"
		needs = append(needs, need)
	}
	if r.source != "" {
		need.Action = "sts:SetSourceIdentity"
		needs = append(needs, need)
	}
	return needs
}

// roleKeys is the condition keys of an operation with those of its role.
type roleKeys struct {
	policy.Context
	tags []awsapi.Tag // of the role, as aws:ResourceTag has them
}

// Lookup returns the value of a key, whose name is in lower case.
func (k *roleKeys) Lookup(key string) policy.Value {
	name, ok := strings.CutPrefix(key, "iam:resourcetag/")
	if !ok {
		return k.Context.Lookup(key)
	}
	if v, ok := awsapi.TagValue(k.tags, name); ok {
		return policy.One(v)
	}
	return policy.Value{}
}

// A begun session is what the operations that begin one answer.
type begun struct {
	session     *identity.Session
	credentials credentials
	user        assumedRoleUser
	size        *int32 // PackedPolicySize
}

// begin issues the session. It needs no storage: what it issues is in the token.
func (r *roleSession) begin(d *identity.Directory, c *awsapi.Call) (*begun, error) {
	if r.trusted == nil {
		return nil, errors.New("sts: allowed to assume a role that does not exist")
	}
	if r.policyErr != nil {
		return nil, r.policyErr
	}
	if r.length != nil && r.seconds() > r.trusted.Role.MaxSession {
		return nil, invalid("The requested DurationSeconds exceeds the MaxSessionDuration set for this role.")
	}
	size, err := r.limits.packed(r.tags.counted())
	if err != nil {
		return nil, err
	}
	s := r.session(c)
	out, err := issue(d, s)
	if err != nil {
		return nil, err
	}
	return &begun{s, out, assumedRoleUser{AssumedRoleId: s.RoleID + ":" + s.Name, Arn: s.ARN()}, size}, nil
}

// session returns the session that is to be issued.
func (r *roleSession) session(c *awsapi.Call) *identity.Session {
	role := r.trusted.Role
	s := &identity.Session{
		Account:        role.Account,
		RoleID:         role.ID,
		RoleName:       role.Name,
		RolePath:       role.Path,
		Name:           r.name,
		Tags:           r.tags.of(role.Tags),
		Transitive:     r.tags.transitive,
		SourceIdentity: r.source,
		IssuedAt:       c.Time,
		Expires:        c.Time.Add(time.Duration(r.seconds()) * time.Second),
		Epoch:          r.epoch,
	}
	if !r.until.IsZero() && r.until.Before(s.Expires) {
		s.Expires = r.until
	}
	r.limits.set(s)
	s.From(c.Caller)
	return s
}

// issue begins s and returns its credentials.
func issue(d *identity.Directory, s *identity.Session) (credentials, error) {
	issued, err := d.Issue(s)
	if errors.Is(err, identity.ErrTooLarge) {
		return credentials{}, tooLarge("Packed size of session tags consumes more than 100%% of allotted space.")
	}
	if err != nil {
		return credentials{}, err
	}
	return credentials{
		AccessKeyId:     issued.AccessKeyID,
		SecretAccessKey: issued.SecretAccessKey,
		SessionToken:    issued.SessionToken,
		Expiration:      s.Expires,
	}, nil
}
