// SPDX-License-Identifier: Apache-2.0

package sts

import (
	"unicode/utf8"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
)

// How much a session may carry. AWS says of its packed form no more than the
// percentage; a linear model of 460 bytes fits what it documents for mapped
// attributes and what it answers.
const (
	packedTags     = 460  // bytes of packed tags
	packedPolicies = 2048 // characters of session policies, inline and managed ARNs together
)

// packedSize returns how much of their space the session's tags and policies
// take, in percent, rounded up.
func packedSize(tags []awsapi.Tag, policy *string, arns []policyDescriptor) (tagPercent, policyPercent int) {
	if len(tags) > 0 {
		size := 2
		for _, t := range tags {
			size += len(t.Key) + len(t.Value) + 2
		}
		tagPercent = percent(size, packedTags)
	}
	size := 0
	if policy != nil {
		size = utf8.RuneCountInString(*policy)
	}
	for _, a := range arns {
		size += utf8.RuneCountInString(a.Arn)
	}
	return tagPercent, percent(size, packedPolicies)
}

func percent(n, of int) int { return (100*n + of - 1) / of }

// packed returns PackedPolicySize, nil if there is nothing to pack, or an error
// if the session has too much. Tags of the role itself don't count.
func (in *assumeRoleInput) packed() (*int32, error) {
	tags := append(in.session.inherited[:len(in.session.inherited):len(in.session.inherited)], in.session.passed...)
	ofTags, ofPolicies := packedSize(tags, in.Policy, in.PolicyArns)
	if ofTags > 100 {
		return nil, tooLarge("Packed size of session tags consumes %d%% of allotted space.", ofTags)
	}
	if ofPolicies > 100 {
		return nil, tooLarge("Packed policy consumes %d%% of allotted space, please use smaller policy.", ofPolicies)
	}
	if len(tags) == 0 && in.Policy == nil && len(in.PolicyArns) == 0 {
		return nil, nil
	}
	size := int32(max(ofTags, ofPolicies))
	return &size, nil
}
