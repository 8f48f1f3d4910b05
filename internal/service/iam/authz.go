// SPDX-License-Identifier: Apache-2.0

package iam

import (
	"context"
	"errors"
	"strings"

	"github.com/bailiwick-dev/bailiwick/arn"
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
)

// A target is which user or role an input is about, and what of the input
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

// A targeted input is about one user or role.
type targeted interface{ target() target }

// on returns the needs function of an operation on one user or role.
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
	if t.kind == aUser {
		n.Resource = identity.UserARN(account, e.Path, e.Name)
		n.Spans = append(n.Spans, identity.Users.One(write, account, t.name))
	} else {
		n.Resource = identity.RoleARN(account, e.Path, e.Name)
		n.Spans = append(n.Spans, identity.Roles.One(write, account, t.name))
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
		spans = append(spans, identity.PrincipalSpan(e.ID))
	}
	if t.shows {
		spans = append(spans, identity.PrincipalIndex())
	}
	return spans
}

// lookup returns the entity of that name, or one without an id and with the
// path "/" if there is none.
func lookup(tx *storage.Tx, k kind, account, name string) (*identity.Entity, error) {
	none := &identity.Entity{Path: "/", Name: name}
	if k == aUser {
		u, err := identity.Users.Get(tx, account, name)
		if errors.Is(err, storage.ErrNotFound) {
			return none, nil
		}
		if err != nil {
			return nil, err
		}
		return &u.Entity, nil
	}
	r, err := identity.Roles.Get(tx, account, name)
	if errors.Is(err, storage.ErrNotFound) {
		return none, nil
	}
	if err != nil {
		return nil, err
	}
	return &r.Entity, nil
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

func policySpans(account string) []storage.Span {
	return []storage.Span{identity.Policies.All(reads, account)}
}

// A named input is about one managed policy.
type named interface{ policyARN() string }

// onPolicy returns the needs function of an operation on one managed policy.
func onPolicy[In any, P interface {
	*In
	named
}](action string, write bool) func(context.Context, *awsapi.Call, *In) ([]awsapi.Need, error) {
	return func(_ context.Context, c *awsapi.Call, in *In) ([]awsapi.Need, error) {
		name := P(in).policyARN()
		a, err := arn.Parse(name)
		if err != nil {
			return nil, invalid("ARN %s is not valid.", name)
		}
		n := awsapi.Need{Action: action, Resource: a, Owner: a.Account}
		if !identity.ValidAccount(n.Owner) {
			n.Owner = c.Caller.Account() // AWS's own policies belong to nobody here
		}
		if n.Owner != c.Caller.Account() {
			return []awsapi.Need{n}, nil // nobody's but its own account's
		}
		p, err := identity.GetPolicy(c.Tx, n.Owner, name)
		if err != nil && !errors.Is(err, storage.ErrNotFound) {
			return nil, err
		}
		if err == nil {
			n.ResourceTags = p.Tags
			n.Context = &keys{tags: p.Tags}
		}
		n.Spans = []storage.Span{identity.PolicySpan(write, n.Owner, name)}
		return []awsapi.Need{n}, nil
	}
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

// actions returns IAM's part of the catalogue.
func actions() []awsapi.Action {
	user, role, managed := []string{"user"}, []string{"role"}, []string{"policy"}
	tags := []awsapi.Key{{Name: "aws:ResourceTag/"}, {Name: "iam:ResourceTag/"}}
	bounded := append(tags[:2:2], awsapi.Key{Name: "iam:PermissionsBoundary"})
	attach := append(bounded[:3:3], awsapi.Key{Name: "iam:PolicyARN", Always: true})
	request := []awsapi.Key{{Name: "aws:RequestTag/"}, {Name: "aws:TagKeys"}}
	create := append(request[:2:2], awsapi.Key{Name: "iam:PermissionsBoundary"})
	tagging := append(request[:2:2], bounded...)

	var all []awsapi.Action
	add := func(resources []string, keys []awsapi.Key, names ...string) {
		for _, name := range names {
			all = append(all, awsapi.Action{Name: "iam:" + name, Resources: resources, Keys: keys})
		}
	}
	add(nil, nil, "ListUsers", "ListRoles", "ListPolicies")
	add(user, create, "CreateUser")
	add(user, tagging, "TagUser", "UntagUser")
	add(user, bounded,
		"GetUser", "DeleteUser", "ListUserTags",
		"CreateAccessKey", "ListAccessKeys", "UpdateAccessKey", "DeleteAccessKey",
		"PutUserPolicy", "GetUserPolicy", "ListUserPolicies", "DeleteUserPolicy", "ListAttachedUserPolicies",
		"PutUserPermissionsBoundary", "DeleteUserPermissionsBoundary")
	add(user, attach, "AttachUserPolicy", "DetachUserPolicy")
	add(role, create, "CreateRole")
	add(role, tagging, "TagRole", "UntagRole")
	add(role, bounded,
		"GetRole", "UpdateRole", "UpdateAssumeRolePolicy", "DeleteRole", "ListRoleTags",
		"PutRolePolicy", "GetRolePolicy", "ListRolePolicies", "DeleteRolePolicy", "ListAttachedRolePolicies",
		"PutRolePermissionsBoundary", "DeleteRolePermissionsBoundary")
	add(role, attach, "AttachRolePolicy", "DetachRolePolicy")
	add(managed, request, "CreatePolicy", "TagPolicy")
	add(managed, tags, "GetPolicy", "GetPolicyVersion", "DeletePolicy")
	return all
}
