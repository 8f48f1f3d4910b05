// SPDX-License-Identifier: Apache-2.0

package tvm

import (
	"errors"
	"fmt"

	"github.com/bailiwick-dev/bailiwick/tenant"
)

// A Scope is how credentials are confined to one tenant: a [RolePerTenant], a
// [SessionPolicy] or a [SessionTags].
type Scope interface {
	compile(tenant.Grammar) (grant, error)
}

// RolePerTenant confines a tenant by assuming a role that exists for that
// tenant alone, whose own policies name the tenant's resources.
type RolePerTenant struct {
	// RoleARN is the ARN of a tenant's role, with {{tenant}} in the role's
	// name, such as arn:aws:iam::111122223333:role/tenant-{{tenant}}. The
	// placeholder cannot be the beginning of the path or name: a tenant called
	// as any other role of the account would be given that role. Role names
	// are unique ignoring case, so the grammar cannot admit both cases.
	RoleARN string
}

// SessionPolicy confines a tenant by passing a policy made for the tenant when
// the role is assumed. Credentials can do what both the role's policies and
// the session policy allow.
type SessionPolicy struct {
	// RoleARN is the ARN of the role, the same for all tenants.
	RoleARN string

	// Template is a JSON policy, Version 2012-10-17, that has {{tenant}} at
	// least once. The placeholder may stand in values of Resource, NotResource
	// (in the resource part of the ARN) and Condition (under String and Arn
	// operators), nowhere else; in NotResource and under Not… operators only if
	// the statement denies, as one that allows would allow all but the tenant's
	// own. It is filled as literal text. Between it and a wildcard or a policy
	// variable there must be a character that no tenant id may have: acme* also
	// matches acme2. At most 8 KiB as written, and 2,048 characters when filled,
	// blanks between tokens not counted.
	//
	// A statement without the placeholder is the same for every tenant: what
	// it allows, all of them share. A wildcard further off is not refused
	// either: b/*/{{tenant}}/x also matches what other tenants put into folders
	// that they name after this one.
	Template string

	// UnsafeWildcardBesideTenant lets a placeholder stand beside a wildcard.
	// Tenants can then reach others whose ids begin or end with theirs. It is
	// there to demonstrate that leak.
	UnsafeWildcardBesideTenant bool
}

// SessionTags confines a tenant by tagging the session with the tenant id, for
// policies that name it as ${aws:PrincipalTag/TenantID}. The tags are
// transitive: further roles assumed with the credentials keep them, and nobody
// can replace them. The role's trust policy must allow sts:TagSession.
type SessionTags struct {
	// RoleARN is the ARN of the role, the same for all tenants.
	RoleARN string

	// Key is the key of the tag that holds the tenant id. Default TenantID.
	Key string

	// ExtraTags are further tags, the same for every tenant. At most 49.
	ExtraTags map[string]string
}

// compileScope turns s into the grant it describes. Pointers and types that
// embed a scope are refused, as nil is: they could be a scope that says nothing.
func compileScope(s Scope, g tenant.Grammar) (grant, error) {
	switch s.(type) {
	case nil:
		return grant{}, errors.New("tvm: no scope")
	case RolePerTenant, SessionPolicy, SessionTags:
		return s.compile(g)
	}
	return grant{}, fmt.Errorf("tvm: %T is not a scope", s)
}

func (s RolePerTenant) compile(g tenant.Grammar) (grant, error) {
	role, err := parseTenantRole(s.RoleARN, g)
	if err != nil {
		return grant{}, fmt.Errorf("tvm: role per tenant: %w", err)
	}
	return grant{role: role}, nil
}

func (s SessionPolicy) compile(g tenant.Grammar) (grant, error) {
	role, err := parseSharedRole(s.RoleARN, g)
	if err != nil {
		return grant{}, fmt.Errorf("tvm: session policy: %w", err)
	}
	t, err := parseTemplate([]byte(s.Template), g, s.UnsafeWildcardBesideTenant)
	if err != nil {
		return grant{}, fmt.Errorf("tvm: session policy: %w", err)
	}
	return grant{role: role, policy: t}, nil
}

func (s SessionTags) compile(g tenant.Grammar) (grant, error) {
	role, err := parseSharedRole(s.RoleARN, g)
	if err != nil {
		return grant{}, fmt.Errorf("tvm: session tags: %w", err)
	}
	tags, err := parseTags(s.Key, s.ExtraTags)
	if err != nil {
		return grant{}, fmt.Errorf("tvm: session tags: %w", err)
	}
	return grant{role: role, tags: tags}, nil
}
