// SPDX-License-Identifier: Apache-2.0

package sts

import (
	"time"

	"github.com/bailiwick-dev/bailiwick/arn"
	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/identity"
	"github.com/bailiwick-dev/bailiwick/policy"
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

	role arn.ARN // parsed

	// What needs have found.
	trusted   *identity.Trusted // nil if there is no such role
	trust     *policy.Policy
	session   sessionTags
	epoch     uint64 // of the role's account
	policyErr error  // why PolicyArns can't be used
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
