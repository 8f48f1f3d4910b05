// SPDX-License-Identifier: Apache-2.0

package iam

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/identity"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
	"github.com/bailiwick-dev/bailiwick/policy"
)

// What an operation does to the records that its needs name.
const (
	reads  = false
	writes = true
)

// A kind of entity that has policies.
type kind uint8

const (
	aUser kind = iota
	aRole
	aGroup
)

// A target is which user, role or group an input is about, and what of the input
// policies may ask for.
type target struct {
	kind     kind
	name     string
	policy   string // ARN of the managed policy to attach or detach
	boundary string // ARN of the permissions boundary to set
	tags     []awsapi.Tag
	untag    []string // keys

	shows   bool // the answer holds the trust policy
	unbound bool // the entity loses its boundary
	deletes bool // the entity goes
}

// A targeted input is about one user, role or group.
type targeted interface{ target() target }

// on returns the needs function of an operation on one user, role or group.
func on[In any, P interface {
	*In
	targeted
}](action string, write bool) func(context.Context, *awsapi.Call, *In) ([]awsapi.Need, error) {
	return func(_ context.Context, c *awsapi.Call, in *In) ([]awsapi.Need, error) {
		n, err := entityNeed(c, action, write, P(in).target())
		if err != nil {
			return nil, err
		}
		return []awsapi.Need{n}, nil
	}
}

// entityNeed is the need of action on t. Its ARN has the path and the case of
// the entity of that name, so that no other spelling of a name evades a policy;
// if there is none, the name is taken as given and without a path.
func entityNeed(c *awsapi.Call, action string, write bool, t target) (awsapi.Need, error) {
	account := c.Caller.Account()
	e, err := lookup(c.Tx, t.kind, account, t.name)
	if err != nil {
		return awsapi.Need{}, err
	}
	k := &keys{policyARN: t.policy, boundary: t.boundary}
	n := awsapi.Need{Action: action, Owner: account, Context: k, RequestTags: t.tags, UntagKeys: t.untag}
	switch t.kind {
	case aUser:
		n.Resource = identity.UserARN(account, e.Path, e.Name)
		n.Spans = append(n.Spans, identity.Users.One(write, account, t.name))
	case aRole:
		n.Resource = identity.RoleARN(account, e.Path, e.Name)
		n.Spans = append(n.Spans, identity.Roles.One(write, account, t.name))
	case aGroup:
		n.Resource = identity.GroupARN(account, e.Path, e.Name)
		n.Spans = append(n.Spans, identity.GroupSpans(write, account, t.name, e.ID)...)
	}
	if e.ID != "" {
		n.ResourceTags, k.tags = e.Tags, e.Tags
		if k.boundary == "" {
			k.boundary = e.Boundary
		}
	}
	n.Spans = append(n.Spans, t.moreSpans(account, e)...)
	return n, nil
}

// moreSpans returns the spans of the records, besides the entity's own, that
// change or are shown with e.
func (t *target) moreSpans(account string, e *identity.Entity) []storage.Span {
	var spans []storage.Span
	if t.policy != "" {
		spans = append(spans, identity.PolicySpan(writes, account, t.policy))
	}
	if t.boundary != "" {
		spans = append(spans, identity.PolicySpan(writes, account, t.boundary))
	}
	if (t.boundary != "" || t.unbound || t.deletes) && e.Boundary != "" {
		spans = append(spans, identity.PolicySpan(writes, account, e.Boundary))
	}
	if t.deletes && e.ID != "" {
		spans = append(spans, t.deletion(account, e.ID)...)
	}
	if t.shows {
		spans = append(spans, identity.PrincipalIndex(), identity.KeyUseSpan(reads, account, e.ID))
	}
	return spans
}

// deletion returns the spans of what goes with the entity of that id.
func (t *target) deletion(account, id string) []storage.Span {
	switch t.kind {
	case aUser:
		return append(identity.UserCount.Spans(writes, account), identity.PrincipalSpan(id))
	case aRole:
		return append(identity.RoleCount.Spans(writes, account), identity.PrincipalSpan(id), identity.KeyUseSpan(writes, account, id))
	default:
		return append(identity.GroupCount.Spans(writes, account), identity.MembersSpan(account, id))
	}
}

// lookup returns the entity of that name, or one without an id and with the
// path "/" if there is none.
func lookup(tx *storage.Tx, k kind, account, name string) (e *identity.Entity, err error) {
	switch k {
	case aUser:
		var u *identity.User
		if u, err = identity.Users.Get(tx, account, name); err == nil {
			e = &u.Entity
		}
	case aRole:
		var r *identity.Role
		if r, err = identity.Roles.Get(tx, account, name); err == nil {
			e = &r.Entity
		}
	case aGroup:
		var g *identity.Group
		if g, err = identity.Groups.Get(tx, account, name); err == nil {
			e = &g.Entity
		}
	}
	if errors.Is(err, storage.ErrNotFound) {
		return &identity.Entity{Path: "/", Name: name}, nil
	}
	return e, err
}

// keys is the condition keys of IAM itself.
type keys struct {
	tags      []awsapi.Tag // of the entity
	boundary  string
	policyARN string
}

// Lookup returns the value of a key, whose name is in lower case.
func (k *keys) Lookup(key string) policy.Value {
	switch key {
	case "iam:permissionsboundary":
		return present(k.boundary)
	case "iam:policyarn":
		return present(k.policyARN)
	}
	if name, ok := strings.CutPrefix(key, "iam:resourcetag/"); ok {
		if v, ok := awsapi.TagValue(k.tags, name); ok {
			return policy.One(v)
		}
	}
	return policy.Value{}
}

func present(s string) policy.Value {
	if s == "" {
		return policy.Value{}
	}
	return policy.One(s)
}

// listing returns the needs function of an operation that lists entities: List
// operations have no resource.
func listing[In any](action string, spans func(account string) []storage.Span) func(context.Context, *awsapi.Call, *In) ([]awsapi.Need, error) {
	return func(_ context.Context, c *awsapi.Call, _ *In) ([]awsapi.Need, error) {
		account := c.Caller.Account()
		return []awsapi.Need{{Action: action, Owner: account, Spans: spans(account)}}, nil
	}
}

func userSpans(account string) []storage.Span {
	return []storage.Span{identity.Users.All(reads, account)}
}

func roleSpans(account string) []storage.Span {
	return []storage.Span{identity.Roles.All(reads, account), identity.PrincipalIndex()}
}

// tagged adds to the need of creating something the need of tagging it.
func tagged(n awsapi.Need, action string) []awsapi.Need {
	if len(n.RequestTags) == 0 {
		return []awsapi.Need{n}
	}
	tag := n
	tag.Action, tag.Spans = action, nil
	return []awsapi.Need{n, tag}
}

// The condition keys of actions, by what the actions are about. showing is of
// what only has tags, bounded of users and roles.
var (
	showing    = []awsapi.Key{{Name: "aws:ResourceTag/"}, {Name: "iam:ResourceTag/"}}
	bounded    = append(showing[:2:2], awsapi.Key{Name: "iam:PermissionsBoundary"})
	attaching  = append(bounded[:3:3], awsapi.Key{Name: "iam:PolicyARN", Always: true})
	requesting = []awsapi.Key{{Name: "aws:RequestTag/"}, {Name: "aws:TagKeys"}}
	creating   = append(requesting[:2:2], awsapi.Key{Name: "iam:PermissionsBoundary"})
	tagging    = append(requesting[:2:2], bounded...)
)

// actions returns IAM's part of the catalogue.
func actions() []awsapi.Action {
	return slices.Concat(userActions(), groupActions(), roleActions(), policyActions(), providerActions(), accountActions(), emptyActions(), simulationActions())
}

// declare returns actions on those types of resource with those condition keys.
func declare(resources []string, keys []awsapi.Key, names ...string) []awsapi.Action {
	all := make([]awsapi.Action, len(names))
	for i, name := range names {
		all[i] = awsapi.Action{Name: "iam:" + name, Resources: resources, Keys: keys}
	}
	return all
}
