// SPDX-License-Identifier: Apache-2.0

package sts

import (
	"errors"
	"fmt"
	"unicode/utf8"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/identity"
	"github.com/bailiwick-dev/bailiwick/internal/identity/constraint"
	"github.com/bailiwick-dev/bailiwick/internal/storage"
	"github.com/bailiwick-dev/bailiwick/policy"
)

// sessionPolicies is the policies that are to limit a session.
type sessionPolicies struct {
	text *string            // nil if there is none
	arns []policyDescriptor // of managed policies
}

// constraints checks what can be told of each parameter alone.
func (p *sessionPolicies) constraints(v *constraint.Violations) {
	if v.Count("policyArns", len(p.arns), maxPolicyARNs) {
		for i := range p.arns {
			v.Name(fmt.Sprintf("policyArns.%d.member.arn", i+1), p.arns[i].Arn, constraint.ARN)
		}
	}
	v.Text("policy", p.text, constraint.SessionPolicy)
}

// validate checks that the text is a session policy.
func (p *sessionPolicies) validate() error {
	if p.text == nil {
		return nil
	}
	if err := policy.Validate([]byte(*p.text), policy.Session); err != nil {
		return documentError(err)
	}
	return nil
}

// find looks the managed policies up in the account. What is to be told of one
// that is missing must wait until the call has been allowed.
func (p *sessionPolicies) find(tx *storage.Tx, account string) (missing, err error) {
	for _, a := range p.arns {
		_, err := identity.GetPolicy(tx, account, a.Arn)
		if errors.Is(err, storage.ErrNotFound) {
			return invalid("Policy %s does not exist or is not attachable.", a.Arn), nil
		}
		if err != nil {
			return nil, err
		}
	}
	return nil, nil
}

// set gives the policies to s.
func (p *sessionPolicies) set(s *identity.Session) {
	if p.text != nil {
		s.Policy = *p.text
	}
	for _, a := range p.arns {
		s.PolicyARNs = append(s.PolicyARNs, a.Arn)
	}
}

// none reports whether there are no policies.
func (p *sessionPolicies) none() bool { return p.text == nil && len(p.arns) == 0 }

// percent returns how much of their space the policies take.
func (p *sessionPolicies) percent() int {
	size := 0
	if p.text != nil {
		size = utf8.RuneCountInString(*p.text)
	}
	for _, a := range p.arns {
		size += utf8.RuneCountInString(a.Arn)
	}
	return percent(size, packedPolicies)
}

// packed returns PackedPolicySize for a session with the policies and the tags,
// nil if there is nothing to pack, or an error if it has too much.
func (p *sessionPolicies) packed(tags []awsapi.Tag) (*int32, error) {
	ofTags, ofPolicies := tagPercent(tags), p.percent()
	if ofTags > 100 {
		return nil, tooLarge("Packed size of session tags consumes %d%% of allotted space.", ofTags)
	}
	if ofPolicies > 100 {
		return nil, tooLarge("Packed policy consumes %d%% of allotted space, please use smaller policy.", ofPolicies)
	}
	if len(tags) == 0 && p.none() {
		return nil, nil
	}
	size := int32(max(ofTags, ofPolicies))
	return &size, nil
}
