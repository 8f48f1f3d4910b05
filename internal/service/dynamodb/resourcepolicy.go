// SPDX-License-Identifier: Apache-2.0

package dynamodb

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/identity"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
	"github.com/bailiwick-dev/bailiwick/policy"
)

const (
	// maxPolicy is the size of a resource's policy, in bytes.
	maxPolicy = 20 << 10

	// noPolicy is what ExpectedRevisionId is of a resource without a policy.
	noPolicy = "NO_POLICY"

	codePolicyNotFound = "PolicyNotFoundException"
)

// A policyRecord is the policy of a table or a stream.
type policyRecord struct {
	Document string // with the unique ids of the principals that it names
	Revision string
}

// compile returns the policy ready for use; nil if there is none. arn is what
// explanations call it. A policy that can't be read is an error: without it, what
// it denies would not be denied.
func (r *policyRecord) compile(arn string) (*policy.Policy, error) {
	if r == nil {
		return nil, nil
	}
	p, err := policy.Parse([]byte(r.Document), policy.Resource)
	if err != nil {
		return nil, fmt.Errorf("policy of %s: %w", arn, err)
	}
	p.Name, p.Version = "resource:"+arn, r.Revision
	return p, nil
}

// A document is the policy of a request with its principals resolved, or why they
// can't be: that is told only after the call has been allowed.
type document struct {
	text string
	err  error
}

// resolveDocument resolves the principals of a policy. Its error is the storage's.
func resolveDocument(tx *storage.Tx, text string) (document, error) {
	b, err := identity.ResolvePrincipals(tx, []byte(text))
	if _, ok := errors.AsType[*identity.InvalidPrincipalError](err); ok {
		return document{err: errBadPolicy(err)}, nil
	}
	if err != nil {
		return document{}, err
	}
	return document{text: string(b)}, nil
}

// record returns the record of the document as the policy of what had old.
// Revisions grow; the same document keeps its.
func (d document) record(old *policyRecord, millis int64) *policyRecord {
	if old != nil {
		if old.Document == d.text {
			return old
		}
		if last, err := strconv.ParseInt(old.Revision, 10, 64); err == nil {
			millis = max(millis, last+1)
		}
	}
	return &policyRecord{d.text, strconv.FormatInt(millis, 10)}
}

func errBadPolicy(err error) error {
	if e, ok := errors.AsType[*policy.ValidationError](err); ok {
		return invalid("Invalid policy document: %s", e.Message)
	}
	return invalid("Invalid policy document: %s", err)
}

// A policied is what a policy can be attached to, as it is in a call's
// transaction.
type policied struct {
	name    string // as errors name it
	current *policyRecord
	need    awsapi.Need
	found   bool
	missing error // if it isn't found
	save    func(tx *storage.Tx, r *policyRecord) error
}

// policied finds the table or stream that ref names.
func (s *service) policied(c *awsapi.Call, ref resourceRef, action string) (p policied, err error) {
	if ref.stream != "" {
		return s.policiedStream(c, ref, action)
	}
	t, err := s.target(c, ref.table)
	if err != nil {
		return p, err
	}
	p = policied{
		name: t.ref.name, missing: errTableNotFound(t.ref.name),
		need: t.need(action, nil, tables.One(true, t.ref.account, t.ref.region, t.ref.name)),
	}
	if t.table == nil {
		return p, nil
	}
	p.found, p.current = true, t.table.Policy
	p.save = func(tx *storage.Tx, r *policyRecord) error {
		record := t.table.tableRecord
		record.Policy = r
		return tables.Put(tx, record, t.ref.account, t.ref.region, t.ref.name)
	}
	return p, nil
}

// expect checks that the policy that is attached is the one of that revision, if
// one is named.
func (p *policied) expect(arn string, revision *string) error {
	const notFound = "Resource-based policy not found for the provided ResourceArn: "
	switch {
	case revision == nil, p.current == nil && *revision == noPolicy:
		return nil
	case p.current == nil:
		return awsapi.Errorf(awsapi.NotFound, codePolicyNotFound, notFound+"%s", arn)
	case *revision == noPolicy:
		return awsapi.Errorf(awsapi.NotFound, codePolicyNotFound,
			notFound+"Requested policy update expecting none to be present for table %s, but a policy exists with revision id %s.", p.name, p.current.Revision)
	case *revision != p.current.Revision:
		return awsapi.Errorf(awsapi.NotFound, codePolicyNotFound,
			notFound+"Requested update for policy with revision id %s, but the policy associated to target table %s has revision id %s.", *revision, p.name, p.current.Revision)
	}
	return nil
}

func (s *service) putResourcePolicyNeeds(_ context.Context, c *awsapi.Call, in *putResourcePolicyInput) (_ []awsapi.Need, err error) {
	if in.document, err = resolveDocument(c.Tx, *in.Policy); err != nil {
		return nil, err
	}
	if in.on, err = s.policied(c, in.ref, "PutResourcePolicy"); err != nil {
		return nil, err
	}
	return []awsapi.Need{in.on.need}, nil
}

func (s *service) putResourcePolicy(_ context.Context, c *awsapi.Call, in *putResourcePolicyInput) (*putResourcePolicyOutput, error) {
	if !in.on.found {
		return nil, in.on.missing
	}
	if err := in.document.err; err != nil {
		return nil, err
	}
	if err := in.on.expect(*in.ResourceArn, in.ExpectedRevisionId); err != nil {
		return nil, err
	}
	r := in.document.record(in.on.current, c.Time.UnixMilli())
	if in.ConfirmRemoveSelfResourceAccess == nil || !*in.ConfirmRemoveSelfResourceAccess {
		if err := r.keepsOut(c, &in.on.need); err != nil {
			return nil, err
		}
	}
	return &putResourcePolicyOutput{&r.Revision}, in.on.save(c.Tx, r)
}

// keepsOut refuses a policy that would deny its author to change it again. What
// depends on how a request is made is taken as if it were made without any of it.
func (r *policyRecord) keepsOut(c *awsapi.Call, n *awsapi.Need) error {
	p, err := r.compile(n.Resource.String())
	if err != nil {
		return err
	}
	set := policy.Policies{Resource: []*policy.Policy{p}}
	d := set.Evaluate(&policy.Request{
		Principal: &c.Caller.Principal, Action: n.Action, Resource: n.Resource,
		ResourceAccount: n.Owner, Context: policy.Map{},
	})
	if d.Kind == policy.ExplicitDeny {
		return invalid("The policy would deny you to change it: set ConfirmRemoveSelfResourceAccess if it is meant to")
	}
	return nil
}

func (s *service) getResourcePolicyNeeds(_ context.Context, c *awsapi.Call, in *getResourcePolicyInput) (_ []awsapi.Need, err error) {
	if in.on, err = s.policied(c, in.ref, "GetResourcePolicy"); err != nil {
		return nil, err
	}
	in.on.need.Spans = []storage.Span{identity.PrincipalIndex()}
	return []awsapi.Need{in.on.need}, nil
}

func (s *service) getResourcePolicy(_ context.Context, c *awsapi.Call, in *getResourcePolicyInput) (*getResourcePolicyOutput, error) {
	switch p := in.on.current; {
	case !in.on.found:
		return nil, in.on.missing
	case p == nil:
		return nil, awsapi.Errorf(awsapi.NotFound, codePolicyNotFound, "Resource-based policy not found for the provided ResourceArn: %s", *in.ResourceArn)
	default:
		text, err := identity.ShowPrincipals(c.Tx, []byte(p.Document))
		if err != nil {
			return nil, err
		}
		return &getResourcePolicyOutput{Policy: new(string(text)), RevisionId: &p.Revision}, nil
	}
}

func (s *service) deleteResourcePolicyNeeds(_ context.Context, c *awsapi.Call, in *deleteResourcePolicyInput) (_ []awsapi.Need, err error) {
	if in.on, err = s.policied(c, in.ref, "DeleteResourcePolicy"); err != nil {
		return nil, err
	}
	return []awsapi.Need{in.on.need}, nil
}

func (s *service) deleteResourcePolicy(_ context.Context, c *awsapi.Call, in *deleteResourcePolicyInput) (*deleteResourcePolicyOutput, error) {
	if !in.on.found {
		return nil, in.on.missing
	}
	if err := in.on.expect(*in.ResourceArn, in.ExpectedRevisionId); err != nil {
		return nil, err
	}
	if in.on.current == nil {
		return &deleteResourcePolicyOutput{}, nil
	}
	return &deleteResourcePolicyOutput{&in.on.current.Revision}, in.on.save(c.Tx, nil)
}
