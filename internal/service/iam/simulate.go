// SPDX-License-Identifier: Apache-2.0

package iam

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/bailiwick-dev/bailiwick/arn"
	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
	"github.com/bailiwick-dev/bailiwick/policy"
)

// maxTrialBytes bounds the work of one call: how many bytes of policies it holds
// against an action and a resource. A page is shorter where the policies are long.
const maxTrialBytes = 1 << 20

// A trial is what a simulation tries: every action on every resource.
type trial struct {
	actions, resources []string
	resourcePolicy     *string
	owner, caller      *string
	entries            []contextEntry
	handling           *string
	identity, boundary []string
	marker             *string
	maxItems           *int32

	// What is read of it.
	set     policy.Policies
	arns    []arn.ARN         // of resources; zero for "*"
	as      *policy.Principal // the caller; nil if it isn't said
	account string            // the owner, if it is said
	context policy.Map
}

// read reads policies, resources and context.
func (s *trial) read() (err error) {
	if s.set.Identity, err = tried(s.identity, "PolicyInputList", policy.Identity); err != nil {
		return err
	}
	if s.set.Boundary, err = tried(s.boundary, "PermissionsBoundaryPolicyInputList", policy.Boundary); err != nil {
		return err
	}
	if len(s.resources) == 0 {
		s.resources = []string{"*"}
	}
	s.arns = make([]arn.ARN, len(s.resources))
	for i, text := range s.resources {
		if text == "*" {
			continue
		}
		if s.arns[i], err = arn.Parse(text); err != nil {
			return invalidInput("Invalid resource ARN: %s", text)
		}
	}
	for _, action := range s.actions {
		if !policy.IsAction(action) {
			return invalidInput("Invalid action: %s", action)
		}
	}
	if s.owner != nil {
		account, ok := accountOf(*s.owner)
		if !ok {
			return invalidInput("Invalid resource owner: %s", *s.owner)
		}
		s.account = account
	}
	if err := s.readCaller(); err != nil {
		return err
	}
	s.context, err = contextOf(s.entries)
	return err
}

func (s *trial) readCaller() error {
	if s.resourcePolicy != nil {
		texts, kind := []string{*s.resourcePolicy}, policy.Resource
		if s.isAssuming() {
			kind, s.set.Explicit = policy.Trust, true
		}
		list, err := tried(texts, "ResourcePolicy", kind)
		if err != nil {
			return err
		}
		list[0].Name = "ResourcePolicy"
		s.set.Resource = list
	}
	if s.caller == nil {
		return nil
	}
	p, err := policy.ParsePrincipal(*s.caller)
	if err != nil || p.Account == "" {
		return invalidInput("Invalid caller ARN: %s", *s.caller)
	}
	s.as = &p
	return nil
}

// isAssuming reports whether the resources are roles, whose resource policies are
// trust policies.
func (s *trial) isAssuming() bool {
	return !slices.ContainsFunc(s.actions, func(a string) bool { return !strings.HasPrefix(strings.ToLower(a), "sts:") })
}

// tried compiles the documents of a parameter.
func tried(texts []string, parameter string, t policy.Type) ([]*policy.Policy, error) {
	var out []*policy.Policy
	for i, text := range texts {
		p, err := policy.Parse([]byte(text), t)
		if err != nil {
			return nil, invalidInput("Invalid policy in %s: %s", parameter, err)
		}
		p.Name = fmt.Sprintf("%s.%d", parameter, i+1)
		out = append(out, p)
	}
	return out, nil
}

// noSpans is the storage of operations that need none.
func noSpans(string) []storage.Span { return nil }

func simulateCustomPolicy(ctx context.Context, c *awsapi.Call, in *simulateCustomPolicyInput) (*simulatePolicyOutput, error) {
	as := in.trial.as
	if as == nil {
		as = &policy.Principal{Type: policy.User, Account: c.Caller.Account()}
	}
	return in.trial.run(ctx, paged(c, in.Marker, in.MaxItems), as, &in.trial.set, func(name string) string { return name })
}

// run tries one page, as the principal, with the policies. id returns what a
// policy is called, whose name it gets.
func (s *trial) run(ctx context.Context, p pager, as *policy.Principal, set *policy.Policies, id func(string) string) (*simulatePolicyOutput, error) {
	from, err := s.from(p)
	if err != nil {
		return nil, err
	}
	limit := defaultItems
	if p.maxItems != nil {
		limit = int(*p.maxItems)
	}
	size := 1
	for of := range set.All {
		size += len(of.Text())
	}
	limit = min(limit, max(1, maxTrialBytes/size))
	out := &simulatePolicyOutput{EvaluationResults: []evaluationResult{}}
	for i := from; i < len(s.actions)*len(s.resources); i++ {
		if len(out.EvaluationResults) == limit {
			out.IsTruncated, out.Marker = true, p.next(strconv.Itoa(i))
			break
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		out.EvaluationResults = append(out.EvaluationResults, s.try(i, as, set, id))
	}
	return out, nil
}

// from returns the number of the first trial of a page.
func (s *trial) from(p pager) (int, error) {
	after, err := p.after()
	if err != nil || after == "" {
		return 0, err
	}
	n, err := strconv.Atoi(after)
	if err != nil || n < 1 || n >= len(s.actions)*len(s.resources) {
		return 0, invalid("Invalid Marker.")
	}
	return n, nil
}

// try tries action and resource number i.
func (s *trial) try(i int, as *policy.Principal, set *policy.Policies, id func(string) string) evaluationResult {
	action, at := s.actions[i/len(s.resources)], i%len(s.resources)
	r := &policy.Request{
		Principal: as, Action: action, Resource: s.arns[at], ResourceAccount: s.ownerOf(s.arns[at], as), Context: s.context,
	}
	v := judge(set, r, id)
	out := evaluationResult{
		EvalActionName: action, EvalResourceName: s.resources[at], EvalDecision: v.decision,
		MatchedStatements: v.matched, OrganizationsDecisionDetail: v.organizations, PermissionsBoundaryDecisionDetail: v.boundary,
		MissingContextValues: v.missing,
	}
	if s.arns[at].IsZero() {
		return out
	}
	out.EvalDecisionDetails, out.MissingContextValues = v.details, []string{}
	out.ResourceSpecificResults = []resourceSpecificResult{{
		EvalResourceName: s.resources[at], EvalResourceDecision: v.decision, MatchedStatements: v.matched,
		MissingContextValues: v.missing, EvalDecisionDetails: v.details, PermissionsBoundaryDecisionDetail: v.boundary,
	}}
	return out
}

// ownerOf returns the account that the resource belongs to: the one that its ARN
// names, else the one that the simulation says, else the caller's.
func (s *trial) ownerOf(resource arn.ARN, as *policy.Principal) string {
	if account, ok := accountOf(resource.Account); ok {
		return account
	}
	if s.account != "" {
		return s.account
	}
	return as.Account
}
