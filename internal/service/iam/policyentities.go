// SPDX-License-Identifier: Apache-2.0

package iam

import (
	"context"
	"iter"
	"slices"
	"strings"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/identity"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
)

// What ListEntitiesForPolicy can be narrowed to. No entity is a policy, so that
// the last two leave nothing.
const (
	filterUser  = "User"
	filterRole  = "Role"
	filterGroup = "Group"
	filterLocal = "LocalManagedPolicy"
	filterAWS   = "AWSManagedPolicy"
)

// A holder is an entity that may have a policy, with the filter that keeps it.
// Holders are listed in the order of their kinds and, in those, of their names.
type holder struct {
	kind   string
	entity *identity.Entity
}

// marker returns h's place in the listing.
func (h *holder) marker() string { return h.kind + "/" + h.entity.Name }

func listEntitiesForPolicy(_ context.Context, c *awsapi.Call, in *listEntitiesForPolicyInput) (*listEntitiesForPolicyOutput, error) {
	if _, err := loadPolicy(c, in.PolicyArn); err != nil {
		return nil, err
	}
	found, next, err := page(paged(c, in.Marker, in.MaxItems),
		func(after string) iter.Seq2[holder, error] { return in.holders(c, after) },
		(*holder).marker, in.keeps)
	if err != nil {
		return nil, err
	}
	out := &listEntitiesForPolicyOutput{
		PolicyGroups: []policyGroup{}, PolicyUsers: []policyUser{}, PolicyRoles: []policyRole{},
		IsTruncated: next != nil, Marker: next,
	}
	for _, h := range found {
		switch e := h.entity; h.kind {
		case filterGroup:
			out.PolicyGroups = append(out.PolicyGroups, policyGroup{e.Name, e.ID})
		case filterRole:
			out.PolicyRoles = append(out.PolicyRoles, policyRole{e.Name, e.ID})
		case filterUser:
			out.PolicyUsers = append(out.PolicyUsers, policyUser{e.Name, e.ID})
		}
	}
	return out, nil
}

// keeps reports whether h has the policy as the input asks, under its path.
func (in *listEntitiesForPolicyInput) keeps(h *holder) bool {
	attached := in.PolicyUsageFilter != usageBoundary && slices.Contains(h.entity.Attached, in.PolicyArn)
	bounds := in.PolicyUsageFilter != usagePermissions && h.entity.Boundary == in.PolicyArn
	return (attached || bounds) && strings.HasPrefix(h.entity.Path, value(in.PathPrefix))
}

// holders yields the entities of the account that pass the filter, after a
// marker.
func (in *listEntitiesForPolicyInput) holders(c *awsapi.Call, after string) iter.Seq2[holder, error] {
	return func(yield func(holder, error) bool) {
		_ = eachHolder(c, in.EntityFilter, filterGroup, after, identity.Groups, func(g *identity.Group) *identity.Entity { return &g.Entity }, yield) &&
			eachHolder(c, in.EntityFilter, filterRole, after, identity.Roles, func(r *identity.Role) *identity.Entity { return &r.Entity }, yield) &&
			eachHolder(c, in.EntityFilter, filterUser, after, identity.Users, func(u *identity.User) *identity.Entity { return &u.Entity }, yield)
	}
}

// eachHolder yields the entities of one kind, if the filter is empty or that,
// after a marker. It reports whether more is wanted.
func eachHolder[T any](c *awsapi.Call, filter, kind, after string, names identity.Names[T], entity func(*T) *identity.Entity, yield func(holder, error) bool) bool {
	afterKind, name, _ := strings.Cut(after, "/")
	if filter != "" && filter != kind || kind < afterKind {
		return true
	}
	if kind > afterKind {
		name = ""
	}
	for v, err := range names.After(c.Tx, c.Caller.Account(), name) {
		if err != nil {
			yield(holder{}, err)
			return false
		}
		if !yield(holder{kind, entity(&v)}, nil) {
			return false
		}
	}
	return true
}

// entitySpans is the spans of all who may have a policy.
func entitySpans(account string) []storage.Span {
	return []storage.Span{
		identity.Groups.All(reads, account), identity.Roles.All(reads, account), identity.Users.All(reads, account),
	}
}
