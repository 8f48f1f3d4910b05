// SPDX-License-Identifier: Apache-2.0

package iam

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/bailiwick-dev/bailiwick/arn"
	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/identity"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
	"github.com/bailiwick-dev/bailiwick/policy"
)

// A source is a user, role or group whose policies are tried.
type source struct {
	arn           arn.ARN
	kind          string
	account, name string

	// What the needs find. It is told only after the call has been allowed.
	found *tracked
}

// tracked is what a source is and has.
type tracked struct {
	entity *identity.Entity
	as     *policy.Principal // who calls with its policies; nil for a group
	grants *identity.Grants
	scps   [][]*policy.Policy
}

// A sourced input names a source.
type sourced interface{ sourceOf() *source }

func (in *getContextKeysForPrincipalPolicyInput) sourceOf() *source { return &in.source }

func (in *simulatePrincipalPolicyInput) sourceOf() *source { return &in.source }

// parse reads the source's ARN.
func (s *source) parse(text string) error {
	a, err := arn.Parse(text)
	if err != nil {
		return invalidInput("Invalid ARN: %s", text)
	}
	kind, _, _ := strings.Cut(a.Resource, "/")
	account, _, name, ok := identity.ParseARN(a, kind)
	if !ok || kind != "user" && kind != "role" && kind != "group" {
		return invalidInput("%s is not the ARN of a user, a role or a group.", text)
	}
	s.arn, s.kind, s.account, s.name = a, kind, account, name
	return nil
}

// onSource returns the needs function of an operation that tries the policies of
// a source: they are read here, from the metadata, with all that they come from.
func onSource[In any, P interface {
	*In
	sourced
}](d *identity.Directory, action string) func(context.Context, *awsapi.Call, *In) ([]awsapi.Need, error) {
	return func(_ context.Context, c *awsapi.Call, in *In) ([]awsapi.Need, error) {
		s := P(in).sourceOf()
		n := awsapi.Need{Action: action, Resource: s.arn, Owner: s.account}
		s.found = nil
		if n.Owner != c.Caller.Account() {
			return []awsapi.Need{n}, nil // nobody's but its own account's
		}
		if err := s.find(d, c.Tx); err != nil {
			return nil, err
		}
		if s.found != nil {
			e := s.found.entity
			n.ResourceTags = e.Tags
			n.Context = &keys{tags: e.Tags, boundary: e.Boundary}
		}
		return []awsapi.Need{n}, nil
	}
}

// find looks the source up; found stays nil if there is none of that ARN.
func (s *source) find(d *identity.Directory, tx *storage.Tx) error {
	t := &tracked{}
	var err error
	switch s.kind {
	case "user":
		err = t.user(d, tx, s)
	case "role":
		err = t.role(d, tx, s)
	default:
		err = t.group(d, tx, s)
	}
	if errors.Is(err, storage.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	m, err := d.Membership(tx, s.account)
	if err != nil {
		return err
	}
	t.scps = m.SCPs
	s.found = t
	return nil
}

func (t *tracked) user(d *identity.Directory, tx *storage.Tx, s *source) error {
	u, err := identity.Users.Get(tx, s.account, s.name)
	if err != nil {
		return err
	}
	if u.ARN() != s.arn {
		return storage.ErrNotFound
	}
	t.entity = &u.Entity
	t.as = &policy.Principal{Type: policy.User, ARN: s.arn.String(), Account: u.Account, Name: u.Name, Path: u.Path, ID: u.ID}
	t.grants, err = d.Grants(tx, &awsapi.Caller{Principal: *t.as})
	return err
}

// simulatedSession is the name of the session that a role's policies are tried for.
const simulatedSession = "simulation"

func (t *tracked) role(d *identity.Directory, tx *storage.Tx, s *source) error {
	r, err := identity.Roles.Get(tx, s.account, s.name)
	if err != nil {
		return err
	}
	if r.ARN() != s.arn {
		return storage.ErrNotFound
	}
	t.entity = &r.Entity
	t.as = &policy.Principal{
		Type: policy.AssumedRole, ARN: "arn:aws:sts::" + r.Account + ":assumed-role/" + r.Name + "/" + simulatedSession,
		Account: r.Account, Name: r.Name, Session: simulatedSession, Path: r.Path, ID: r.ID,
	}
	t.grants, err = d.Grants(tx, &awsapi.Caller{Principal: *t.as})
	return err
}

func (t *tracked) group(d *identity.Directory, tx *storage.Tx, s *source) error {
	g, err := identity.Groups.Get(tx, s.account, s.name)
	if err != nil {
		return err
	}
	if g.ARN() != s.arn {
		return storage.ErrNotFound
	}
	t.entity = &g.Entity
	policies, err := d.GroupPolicies(tx, g)
	t.grants = &identity.Grants{Identity: policies}
	return err
}

// missing words that there is no such source.
func (s *source) missing() error {
	return noSuchEntity("The %s with name %s cannot be found.", s.kind, s.name)
}

// id returns what a simulation calls a policy of the source, which the directory
// gave its name: a managed one by its own name, an inline one with whose it is.
func (s *source) id(name string) string {
	if group, inline, ok := strings.Cut(name, "/inline:"); ok {
		return "group_" + strings.TrimPrefix(group, "group:") + "_" + inline
	}
	if inline, ok := strings.CutPrefix(name, "inline:"); ok {
		return s.kind + "_" + s.name + "_" + inline
	}
	if strings.HasPrefix(name, "arn:") {
		return name[strings.LastIndexByte(name, '/')+1:]
	}
	return name
}

func simulatePrincipalPolicy(ctx context.Context, c *awsapi.Call, in *simulatePrincipalPolicyInput) (*simulatePolicyOutput, error) {
	t := in.source.found
	if t == nil {
		return nil, in.source.missing()
	}
	as := in.trial.as
	switch {
	case as != nil:
	case t.as != nil:
		as = t.as
	case in.ResourcePolicy != nil:
		return nil, invalidInput("CallerArn is needed to try a resource policy with the policies of a group.")
	default:
		as = &policy.Principal{Type: policy.User, Account: in.source.account}
	}
	set := in.trial.set
	set.Identity = slices.Concat(t.grants.Identity, set.Identity)
	set.SCPs = t.scps
	if len(set.Boundary) == 0 {
		set.Boundary = t.grants.Boundary
	}
	return in.trial.run(ctx, paged(c, in.Marker, in.MaxItems), as, &set, in.source.id)
}
