// SPDX-License-Identifier: Apache-2.0

package sts

import (
	"github.com/bailiwick-dev/bailiwick/internal/identity/constraint"
)

type assumeRoleWithWebIdentityInput struct {
	RoleArn          string
	RoleSessionName  string
	WebIdentityToken string
	ProviderId       *string
	PolicyArns       []policyDescriptor
	Policy           *string
	DurationSeconds  *int32

	session roleSession
}

// limits returns the policies that are to limit the session.
func (in *assumeRoleWithWebIdentityInput) limits() sessionPolicies {
	return sessionPolicies{in.Policy, in.PolicyArns}
}

type assumeRoleWithWebIdentityOutput struct {
	Credentials                 credentials
	SubjectFromWebIdentityToken string
	AssumedRoleUser             assumedRoleUser
	PackedPolicySize            *int32
	Provider                    string
	Audience                    string
	SourceIdentity              *string

	session string // id of the session issued
}

// Issued implements awsapi.Issuer.
func (out *assumeRoleWithWebIdentityOutput) Issued() string { return out.session }

// What the model of the operation says of its own parameters.
var (
	webIdentityToken = constraint.Limit{Min: 4, Max: 20000, Secret: true}
	providerID       = constraint.Limit{Min: 4, Max: 2048}
)

// Validate checks everything that depends on neither token nor role.
func (in *assumeRoleWithWebIdentityInput) Validate() error {
	var v constraint.Violations
	v.Name("roleArn", in.RoleArn, constraint.ARN)
	v.Name("roleSessionName", in.RoleSessionName, constraint.SessionName)
	v.Name("webIdentityToken", in.WebIdentityToken, webIdentityToken)
	v.Text("providerId", in.ProviderId, providerID)
	v.Number("durationSeconds", in.DurationSeconds, minDuration, maxDuration)
	limits := in.limits()
	limits.constraints(&v)
	if err := v.Err(); err != nil {
		return err
	}
	if err := in.session.parseRole(in.RoleArn); err != nil {
		return err
	}
	if in.ProviderId != nil { // names who has issued an OAuth 2.0 access token
		return invalid("ProviderId must not be given with an OpenID Connect ID token, and OAuth 2.0 access tokens are not supported.")
	}
	return limits.validate()
}
