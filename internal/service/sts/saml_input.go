// SPDX-License-Identifier: Apache-2.0

package sts

import (
	"github.com/bailiwick-dev/bailiwick/arn"
	"github.com/bailiwick-dev/bailiwick/internal/identity"
	"github.com/bailiwick-dev/bailiwick/internal/identity/constraint"
)

type assumeRoleWithSAMLInput struct {
	RoleArn         string
	PrincipalArn    string
	SAMLAssertion   string
	PolicyArns      []policyDescriptor
	Policy          *string
	DurationSeconds *int32

	session  roleSession
	provider arn.ARN // PrincipalArn, parsed
}

// limits returns the policies that are to limit the session.
func (in *assumeRoleWithSAMLInput) limits() sessionPolicies {
	return sessionPolicies{in.Policy, in.PolicyArns}
}

type assumeRoleWithSAMLOutput struct {
	Credentials      credentials
	AssumedRoleUser  assumedRoleUser
	PackedPolicySize *int32
	Subject          string
	SubjectType      string
	Issuer           string
	Audience         string
	NameQualifier    string
	SourceIdentity   *string

	session string // id of the session issued
}

// Issued implements awsapi.Issuer.
func (out *assumeRoleWithSAMLOutput) Issued() string { return out.session }

// Validate checks everything that depends on neither assertion nor role.
func (in *assumeRoleWithSAMLInput) Validate() error {
	var v constraint.Violations
	v.Name("roleArn", in.RoleArn, constraint.ARN)
	v.Name("principalArn", in.PrincipalArn, constraint.ARN)
	v.Name("sAMLAssertion", in.SAMLAssertion, constraint.SAMLAssertion)
	v.Number("durationSeconds", in.DurationSeconds, minDuration, maxDuration)
	limits := in.limits()
	limits.constraints(&v)
	if err := v.Err(); err != nil {
		return err
	}
	if err := in.session.parseRole(in.RoleArn); err != nil {
		return err
	}
	var err error
	if in.provider, err = arn.Parse(in.PrincipalArn); err != nil {
		return invalid("%s is invalid", in.PrincipalArn)
	}
	if _, _, ok := identity.ParseSAMLProviderARN(in.provider); !ok {
		return invalid("%s is invalid", in.PrincipalArn)
	}
	return limits.validate()
}
