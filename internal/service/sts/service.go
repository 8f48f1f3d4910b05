// SPDX-License-Identifier: Apache-2.0

// Package sts implements the AWS Security Token Service: temporary credentials
// for roles.
//
//	service.go   the operations, one row each
//	types.go     inputs and outputs, as on the wire
//	validate.go  the constraints on inputs
//	authz.go     what operations need, and the catalogue
//	tag.go       session tags: what a session inherits and carries
//	size.go      how much of a session's space its tags and policies take
//	assume.go    AssumeRole
//	caller.go    GetCallerIdentity
//	error.go     how operations fail
package sts

import (
	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/identity"
	"github.com/bailiwick-dev/bailiwick/internal/wire/awsquery"
)

// New returns the service, which issues sessions by d.
func New(d *identity.Directory) *awsapi.Service {
	return &awsapi.Service{
		Name:     "sts",
		Protocol: awsquery.New("2011-06-15", "https://sts.amazonaws.com/doc/2011-06-15/"),
		Operations: []awsapi.Operation{
			awsapi.Op(awsapi.Operation{
				Name:   "AssumeRole",
				Access: awsapi.Write, // nothing is kept, but that it was issued is on record
				Sample: `{"RoleArn":"arn:aws:iam::000000000000:role/tenants/yellow/yellow-reader","RoleSessionName":"sample"}`,
			}, assumeRoleNeeds(d), assumeRole(d)),
			awsapi.Op(awsapi.Operation{
				Name:   "GetCallerIdentity",
				Access: awsapi.Read,
				Guard:  awsapi.None, // no policy can deny it
				Sample: `{}`,
			}, nil, getCallerIdentity),
		},
		Actions: actions(),
	}
}
