// SPDX-License-Identifier: Apache-2.0

// Package policy implements the IAM policy language: it parses, validates,
// compiles, evaluates and explains policy documents.
//
// It is pure. It reads no clock, network or storage and knows no service:
// everything a decision depends on is in the [Request] and the [Policies].
//
//	p, err := policy.Parse(text, policy.Identity)
//	…
//	d := (&policy.Policies{Identity: []*policy.Policy{p}}).Evaluate(&policy.Request{…})
//	if !d.Allowed() { … d.Reason(action) … }
//
// # What is uncertain
//
// Matching has three answers: yes, no and unknown. Where AWS documents what
// happens, the answer is yes or no. Where it does not (an unparsable number in
// a condition, say), the answer is unknown, and then an Allow does not match
// and a Deny does.
//
// # Variables
//
// A policy variable is a literal token that is resolved while matching. Its
// value is never parsed, so a "*" or "${" in a tag is an ordinary character.
package policy
