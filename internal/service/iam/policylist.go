// SPDX-License-Identifier: Apache-2.0

package iam

import (
	"context"
	"iter"
	"strings"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/identity"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
)

// What ListPolicies can be narrowed to.
const (
	scopeAll   = "All"
	scopeAWS   = "AWS"
	scopeLocal = "Local"

	usagePermissions = "PermissionsPolicy"
	usageBoundary    = "PermissionsBoundary"
)

func listPolicies(_ context.Context, c *awsapi.Call, in *listPoliciesInput) (*listPoliciesOutput, error) {
	found, next, err := page(paged(c, in.Marker, in.MaxItems),
		func(after string) iter.Seq2[identity.ManagedPolicy, error] { return in.policies(c, after) },
		policyMarker, in.keeps)
	if err != nil {
		return nil, err
	}
	out := &listPoliciesOutput{Policies: make([]managedPolicy, len(found)), IsTruncated: next != nil, Marker: next}
	for i := range found {
		out.Policies[i] = describePolicy(&found[i])
		out.Policies[i].Tags, out.Policies[i].Description = nil, nil
	}
	return out, nil
}

// What markers of managed policies begin with, in the order of the listing.
const (
	markAWS   = "aws/"
	markLocal = "local/"
)

// policyMarker returns p's place in a listing of AWS's policies, which come
// first, and the account's.
func policyMarker(p *identity.ManagedPolicy) string {
	if p.Account == identity.AWSOwner {
		return markAWS + p.Name
	}
	return markLocal + p.Name
}

// policies yields the managed policies of the scope after a marker.
func (in *listPoliciesInput) policies(c *awsapi.Call, after string) iter.Seq2[identity.ManagedPolicy, error] {
	local, isLocal := strings.CutPrefix(after, markLocal)
	if !isLocal {
		local = ""
	}
	name, isAWS := strings.CutPrefix(after, markAWS)
	if !isLocal && !isAWS && after != "" {
		return failed(invalid("Invalid Marker."))
	}
	return func(yield func(identity.ManagedPolicy, error) bool) {
		if !isLocal && in.Scope != scopeLocal && !eachAWSPolicy(c, name, yield) {
			return
		}
		if in.Scope == scopeAWS {
			return
		}
		for p, err := range identity.Policies.After(c.Tx, c.Caller.Account(), local) {
			if !yield(p, err) {
				return
			}
		}
	}
}

// eachAWSPolicy yields AWS's policies after a name. It reports whether more is
// wanted.
func eachAWSPolicy(c *awsapi.Call, name string, yield func(identity.ManagedPolicy, error) bool) bool {
	all, err := identity.AWSPolicies(c.Tx, c.Caller.Account())
	if err != nil {
		yield(identity.ManagedPolicy{}, err)
		return false
	}
	for _, p := range all {
		if strings.ToLower(p.Name) > strings.ToLower(name) && !yield(p, nil) {
			return false
		}
	}
	return true
}

// failed yields nothing but an error.
func failed(err error) iter.Seq2[identity.ManagedPolicy, error] {
	return func(yield func(identity.ManagedPolicy, error) bool) { yield(identity.ManagedPolicy{}, err) }
}

// keeps reports whether the listing holds p.
func (in *listPoliciesInput) keeps(p *identity.ManagedPolicy) bool {
	used := p.Attachments + p.Boundaries
	switch in.PolicyUsageFilter {
	case usagePermissions:
		used = p.Attachments
	case usageBoundary:
		used = p.Boundaries
	}
	filtered := in.OnlyAttached || in.PolicyUsageFilter != ""
	return (!filtered || used > 0) && strings.HasPrefix(p.Path, value(in.PathPrefix))
}

// policySpans is what ListPolicies reads.
func policySpans(account string) []storage.Span {
	return []storage.Span{identity.Policies.All(reads, account), identity.AWSPolicySpan(account)}
}
