// SPDX-License-Identifier: Apache-2.0

package sts

import (
	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/identity/constraint"
)

type getFederationTokenInput struct {
	Name            string
	Policy          *string
	PolicyArns      []policyDescriptor
	DurationSeconds *int32
	Tags            []awsapi.Tag

	// What needs have found.
	epoch     uint64 // of the caller's account
	policyErr error  // why PolicyArns can't be used
}

type getFederationTokenOutput struct {
	Credentials      credentials
	FederatedUser    federatedUser
	PackedPolicySize *int32

	session string // id of the session issued
}

type federatedUser struct{ FederatedUserId, Arn string }

// Issued implements awsapi.Issuer.
func (out *getFederationTokenOutput) Issued() string { return out.session }

// limits returns the policies that are to limit the session.
func (in *getFederationTokenInput) limits() sessionPolicies {
	return sessionPolicies{in.Policy, in.PolicyArns}
}

// Validate checks everything that doesn't depend on the caller.
func (in *getFederationTokenInput) Validate() error {
	var v constraint.Violations
	v.Name("name", in.Name, constraint.FederatedName)
	limits := in.limits()
	limits.constraints(&v)
	v.Number("durationSeconds", in.DurationSeconds, minDuration, maxUserDuration)
	v.Tags("tags", in.Tags)
	if err := v.Err(); err != nil {
		return err
	}
	if err := checkTags(in.Tags, nil); err != nil {
		return err
	}
	return limits.validate()
}
