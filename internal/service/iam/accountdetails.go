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

// What GetAccountAuthorizationDetails can be narrowed to.
const (
	detailUser          = "User"
	detailGroup         = "Group"
	detailRole          = "Role"
	detailLocalPolicies = "LocalManagedPolicy"
	detailAWSPolicies   = "AWSManagedPolicy"
)

// maxDetails is the most entities on a page of details, whatever is asked for:
// each can have many documents.
const maxDetails = 100

// authorizationSpans is all that grants something in an account.
func authorizationSpans(account string) []storage.Span {
	return slices.Concat(userSpans(account), identity.GroupsSpans(account), roleSpans(account), policySpans(account))
}

// A detail is one entity of an account, whichever kind it is of.
type detail struct {
	marker string // its place among all: a letter for the kind, and its place there
	user   *identity.User
	group  *identity.Group
	role   *identity.Role
	policy *identity.ManagedPolicy
}

// A section of the details is those of one kind. Sections come in the order of
// their letters.
type section struct {
	letter string
	wanted bool
	items  func(c *awsapi.Call, after string) iter.Seq2[detail, error]
}

// sections returns those that the filter, which may be empty, asks for.
func (in *getAccountAuthorizationDetailsInput) sections() []section {
	wants := func(kind string) bool { return len(in.Filter) == 0 || slices.Contains(in.Filter, kind) }
	local, aws := wants(detailLocalPolicies), wants(detailAWSPolicies)
	return []section{
		{"g", wants(detailGroup), groupDetails},
		{"p", local || aws, policyDetails(local, aws)},
		{"r", wants(detailRole), roleDetails},
		{"u", wants(detailUser), userDetails},
	}
}

func groupDetails(c *awsapi.Call, after string) iter.Seq2[detail, error] {
	return each(identity.Groups.After(c.Tx, c.Caller.Account(), after), func(g *identity.Group) detail {
		return detail{marker: g.Name, group: g}
	})
}

func roleDetails(c *awsapi.Call, after string) iter.Seq2[detail, error] {
	return each(identity.Roles.After(c.Tx, c.Caller.Account(), after), func(r *identity.Role) detail {
		return detail{marker: r.Name, role: r}
	})
}

func userDetails(c *awsapi.Call, after string) iter.Seq2[detail, error] {
	return each(identity.Users.After(c.Tx, c.Caller.Account(), after), func(u *identity.User) detail {
		return detail{marker: u.Name, user: u}
	})
}

// policyDetails yields the account's policies, AWS's as far as they are in use,
// or both.
func policyDetails(local, aws bool) func(*awsapi.Call, string) iter.Seq2[detail, error] {
	list := listPoliciesInput{Scope: scopeAll}
	switch {
	case !local:
		list.Scope = scopeAWS
	case !aws:
		list.Scope = scopeLocal
	}
	return func(c *awsapi.Call, after string) iter.Seq2[detail, error] {
		return each(list.policies(c, after), func(p *identity.ManagedPolicy) detail {
			return detail{marker: policyMarker(p), policy: p}
		})
	}
}

// each yields what f makes of the items.
func each[T any](items iter.Seq2[T, error], f func(*T) detail) iter.Seq2[detail, error] {
	return func(yield func(detail, error) bool) {
		for v, err := range items {
			if err != nil {
				yield(detail{}, err)
				return
			}
			if !yield(f(&v), nil) {
				return
			}
		}
	}
}

// details yields the details of all sections that are wanted after a marker.
func (in *getAccountAuthorizationDetailsInput) details(c *awsapi.Call, after string) iter.Seq2[detail, error] {
	letter, rest, _ := strings.Cut(after, ":")
	return func(yield func(detail, error) bool) {
		for _, s := range in.sections() {
			if !s.wanted || s.letter < letter {
				continue
			}
			from := ""
			if s.letter == letter {
				from = rest
			}
			for d, err := range s.items(c, from) {
				d.marker = s.letter + ":" + d.marker
				if !yield(d, err) || err != nil {
					return
				}
			}
		}
	}
}

// keep reports whether d is shown: AWS's policies are if the account uses them.
func (d *detail) keep() bool {
	return d.policy == nil || d.policy.Account != identity.AWSOwner || d.policy.Attachments+d.policy.Boundaries > 0
}

func getAccountAuthorizationDetails(_ context.Context, c *awsapi.Call, in *getAccountAuthorizationDetailsInput) (*getAccountAuthorizationDetailsOutput, error) {
	limit := min(or(in.MaxItems, defaultItems), maxDetails)
	found, next, err := page(paged(c, in.Marker, &limit),
		func(after string) iter.Seq2[detail, error] { return in.details(c, after) },
		func(d *detail) string { return d.marker }, (*detail).keep)
	if err != nil {
		return nil, err
	}
	out := &getAccountAuthorizationDetailsOutput{
		UserDetailList:  []userDetail{},
		GroupDetailList: []groupDetail{},
		RoleDetailList:  []roleDetail{},
		Policies:        []policyDetail{},
		IsTruncated:     next != nil,
		Marker:          next,
	}
	for i := range found {
		if err := out.add(c.Tx, &found[i]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// add puts d into the list of its kind.
func (out *getAccountAuthorizationDetailsOutput) add(tx *storage.Tx, d *detail) error {
	switch {
	case d.user != nil:
		u, err := detailOfUser(tx, d.user)
		out.UserDetailList = append(out.UserDetailList, u)
		return err
	case d.group != nil:
		g, err := detailOfGroup(d.group)
		out.GroupDetailList = append(out.GroupDetailList, g)
		return err
	case d.role != nil:
		r, err := detailOfRole(tx, d.role)
		out.RoleDetailList = append(out.RoleDetailList, r)
		return err
	default:
		out.Policies = append(out.Policies, detailOfPolicy(d.policy))
		return nil
	}
}

func detailOfUser(tx *storage.Tx, u *identity.User) (userDetail, error) {
	groups, err := identity.UserGroups(tx, u)
	if err != nil {
		return userDetail{}, err
	}
	names := make([]string, len(groups))
	for i, g := range groups {
		names[i] = g.Name
	}
	attached, err := attachments(&u.Entity)
	return userDetail{
		Path:                    u.Path,
		UserName:                u.Name,
		UserId:                  u.ID,
		Arn:                     u.ARN().String(),
		CreateDate:              u.Created,
		UserPolicyList:          inlineDetails(&u.Entity),
		GroupList:               names,
		AttachedManagedPolicies: describeAttached(attached),
		PermissionsBoundary:     describeBoundary(&u.Entity),
		Tags:                    u.Tags,
	}, err
}

func detailOfGroup(g *identity.Group) (groupDetail, error) {
	attached, err := attachments(&g.Entity)
	return groupDetail{
		Path:                    g.Path,
		GroupName:               g.Name,
		GroupId:                 g.ID,
		Arn:                     g.ARN().String(),
		CreateDate:              g.Created,
		GroupPolicyList:         inlineDetails(&g.Entity),
		AttachedManagedPolicies: describeAttached(attached),
	}, err
}

func detailOfRole(tx *storage.Tx, r *identity.Role) (roleDetail, error) {
	trust, err := identity.ShowPrincipals(tx, []byte(r.Trust))
	if err != nil {
		return roleDetail{}, err
	}
	attached, err := attachments(&r.Entity)
	return roleDetail{
		Path:                     r.Path,
		RoleName:                 r.Name,
		RoleId:                   r.ID,
		Arn:                      r.ARN().String(),
		CreateDate:               r.Created,
		AssumeRolePolicyDocument: encodeDocument(string(trust)),
		InstanceProfileList:      []struct{}{},
		RolePolicyList:           inlineDetails(&r.Entity),
		AttachedManagedPolicies:  describeAttached(attached),
		PermissionsBoundary:      describeBoundary(&r.Entity),
		Tags:                     r.Tags,
	}, err
}

func detailOfPolicy(p *identity.ManagedPolicy) policyDetail {
	versions := make([]policyVersion, len(p.Versions))
	for i := range p.Versions {
		document := encodeDocument(p.Versions[i].Text)
		versions[i] = describeVersion(p, &p.Versions[i])
		versions[i].Document = &document
	}
	return policyDetail{
		PolicyName:                    p.Name,
		PolicyId:                      p.ID,
		Arn:                           p.ARN().String(),
		Path:                          p.Path,
		DefaultVersionId:              p.Default,
		AttachmentCount:               int32(p.Attachments),
		PermissionsBoundaryUsageCount: int32(p.Boundaries),
		IsAttachable:                  true,
		Description:                   optional(p.Description),
		CreateDate:                    p.Created,
		UpdateDate:                    p.Updated,
		PolicyVersionList:             versions,
	}
}

func inlineDetails(e *identity.Entity) []inlineDetail {
	list := make([]inlineDetail, len(e.Inline))
	for i, p := range e.Inline {
		list[i] = inlineDetail{PolicyName: p.Name, PolicyDocument: encodeDocument(p.Text)}
	}
	return list
}
