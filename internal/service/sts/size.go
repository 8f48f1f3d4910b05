// SPDX-License-Identifier: Apache-2.0

package sts

import "github.com/bailiwick-dev/bailiwick/internal/awsapi"

// How much a session may carry. AWS says of its packed form no more than the
// percentage; a linear model of 460 bytes fits what it documents for mapped
// attributes and what it answers.
const (
	packedTags     = 460  // bytes of packed tags
	packedPolicies = 2048 // characters of session policies, inline and managed ARNs together
)

// tagPercent returns how much of their space a session's tags take. Tags of the
// role or user itself don't count.
func tagPercent(tags []awsapi.Tag) int {
	if len(tags) == 0 {
		return 0
	}
	size := 2
	for _, t := range tags {
		size += len(t.Key) + len(t.Value) + 2
	}
	return percent(size, packedTags)
}

// percent returns the part that n is of the whole, rounded up.
func percent(n, of int) int { return (100*n + of - 1) / of }
