// SPDX-License-Identifier: Apache-2.0

// Package sts implements the AWS Security Token Service: temporary credentials
// of roles, of users, and of those whom users name.
//
//	service.go    the operations, one row each
//	types.go      inputs and outputs, as on the wire
//	validate.go   the constraints on inputs
//	authz.go      what operations need, and the catalogue
//	tag.go        session tags: what a session inherits and carries
//	limit.go      session policies
//	size.go       how much of a session's space its tags and policies take
//	suspend.go    who gets no session while a revocation is in force
//	role.go       sessions of roles, however they begin
//	assume.go     AssumeRole
//	caller.go     GetCallerIdentity
//	accesskey.go  GetAccessKeyInfo
//	assumeroot.go AssumeRoot, which is denied
//	decode.go     DecodeAuthorizationMessage
//	error.go      how operations fail
//
// Operations that have two files of their own, one with inputs and outputs and
// the constraints on them:
//
//	webidentity.go, webidentity_input.go          AssumeRoleWithWebIdentity
//	saml.go, saml_input.go                        AssumeRoleWithSAML
//	usersession.go                                what the next two share
//	sessiontoken.go, sessiontoken_input.go        GetSessionToken
//	federationtoken.go, federationtoken_input.go  GetFederationToken
package sts

import (
	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/identity"
	"github.com/bailiwick-dev/bailiwick/internal/wire/awsquery"
)

// New returns the service, which issues sessions by d.
func New(d *identity.Directory) *awsapi.Service {
	return &awsapi.Service{
		Name:        "sts",
		CrossOrigin: true,
		Protocol:    awsquery.New("2011-06-15", "https://sts.amazonaws.com/doc/2011-06-15/"),
		Operations: []awsapi.Operation{
			awsapi.Op(awsapi.Operation{
				Name:     "AssumeRole",
				Access:   awsapi.Write, // nothing is kept, but that it was issued is on record
				Sessions: awsapi.NamedSessions,
				Sample:   `{"RoleArn":"arn:aws:iam::000000000000:role/tenants/yellow/yellow-reader","RoleSessionName":"sample"}`,
			}, assumeRoleNeeds(d), assumeRole(d)),
			awsapi.OpFromInput(awsapi.Operation{
				Name:   "AssumeRoleWithSAML",
				Access: awsapi.Write, // as above
				Auth:   awsapi.FromInput,
				Sample: `{"RoleArn":"arn:aws:iam::000000000000:role/tenants/yellow/yellow-saml","PrincipalArn":"arn:aws:iam::000000000000:saml-provider/yellow-saml","SAMLAssertion":"$SAMLASSERTION"}`,
			}, samlPresents, assumeRoleWithSAMLNeeds(d), assumeRoleWithSAML(d)),
			awsapi.OpFromInput(awsapi.Operation{
				Name:   "AssumeRoleWithWebIdentity",
				Access: awsapi.Write, // as above
				Auth:   awsapi.FromInput,
				Sample: `{"RoleArn":"arn:aws:iam::000000000000:role/tenants/yellow/yellow-web","RoleSessionName":"sample","WebIdentityToken":"$WEBIDENTITYTOKEN"}`,
			}, webIdentityPresents, assumeRoleWithWebIdentityNeeds(d), assumeRoleWithWebIdentity(d)),
			awsapi.Op(awsapi.Operation{
				Name:     "AssumeRoot",
				Access:   awsapi.Read, // nobody gets one
				Sessions: awsapi.RoleSessions,
				Sample:   `{"TargetPrincipal":"000000000000","TaskPolicyArn":{"arn":"arn:aws:iam::aws:policy/root-task/IAMAuditRootUserCredentials"}}`,
			}, assumeRootNeeds, assumeRoot),
			awsapi.Op(awsapi.Operation{
				Name:     "DecodeAuthorizationMessage",
				Access:   awsapi.Read,
				Sessions: awsapi.RoleSessions,
				Sample:   `{"EncodedMessage":"BBBBBBBBBBBBBBBB"}`,
			}, decodeAuthorizationMessageNeeds, decodeAuthorizationMessage(d)),
			awsapi.Op(awsapi.Operation{
				Name:     "GetAccessKeyInfo",
				Access:   awsapi.Read,
				Sessions: awsapi.RoleSessions,
				Sample:   `{"AccessKeyId":"AKIAIOSFODNN7EXAMPLE"}`,
			}, getAccessKeyInfoNeeds, getAccessKeyInfo),
			awsapi.Op(awsapi.Operation{
				Name:   "GetCallerIdentity",
				Access: awsapi.Read,
				Guard:  awsapi.None, // no policy can deny it
				Sample: `{}`,
			}, nil, getCallerIdentity),
			awsapi.Op(awsapi.Operation{
				Name:     "GetFederationToken",
				Access:   awsapi.Write, // as above
				Sessions: awsapi.NoSessions,
				Sample:   `{"Name":"sample"}`,
			}, getFederationTokenNeeds, getFederationToken(d)),
			awsapi.Op(awsapi.Operation{
				Name:     "GetSessionToken",
				Access:   awsapi.Write, // as above
				Sessions: awsapi.NoSessions,
				Sample:   `{}`,
			}, getSessionTokenNeeds, getSessionToken(d)),
		},
		Actions: actions(),
	}
}
