// SPDX-License-Identifier: Apache-2.0

package sts

import (
	"time"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
)

type policyDescriptor struct {
	Arn string `query:"arn"`
}

type providedContext struct{ ProviderArn, ContextAssertion string }

type assumeRoleInput struct {
	RoleArn           string
	RoleSessionName   string
	PolicyArns        []policyDescriptor
	Policy            *string
	DurationSeconds   *int32
	Tags              []awsapi.Tag
	TransitiveTagKeys []string
	ExternalId        *string
	SerialNumber      *string
	TokenCode         *string
	SourceIdentity    *string
	ProvidedContexts  []providedContext

	session roleSession
}

// limits returns the policies that are to limit the session.
func (in *assumeRoleInput) limits() sessionPolicies {
	return sessionPolicies{in.Policy, in.PolicyArns}
}

type assumeRoleOutput struct {
	Credentials      credentials
	AssumedRoleUser  assumedRoleUser
	PackedPolicySize *int32
	SourceIdentity   *string

	session string // id of the session issued
}

// Issued implements awsapi.Issuer.
func (out *assumeRoleOutput) Issued() string { return out.session }

type credentials struct {
	AccessKeyId     string
	SecretAccessKey string
	SessionToken    string
	Expiration      time.Time
}

type assumedRoleUser struct{ AssumedRoleId, Arn string }

type getCallerIdentityInput struct{}

type getCallerIdentityOutput struct{ UserId, Account, Arn string }
