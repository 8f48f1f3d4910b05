// SPDX-License-Identifier: Apache-2.0

// Package iam implements AWS Identity and Access Management: the users, groups,
// roles, access keys, policies and identity providers of an account.
//
//	service.go   the service
//	rows_*.go    the operations, one row each, and their actions
//	types*.go    inputs and outputs, as on the wire
//	validate*.go the constraints on inputs
//	authz*.go    what operations need, and the catalogue
//	target.go    what each input is about
//	error.go     how operations fail
//
// The other files are named for what they are about. Records are those of package
// identity, but for what store.go has.
package iam

import (
	"slices"

	"github.com/bailiwick-dev/bailiwick/internal/awsapi"
	"github.com/bailiwick-dev/bailiwick/internal/identity"
	"github.com/bailiwick-dev/bailiwick/internal/wire/awsquery"
)

// New returns the service, on the records of d.
func New(d *identity.Directory) *awsapi.Service {
	return &awsapi.Service{
		Name:     "iam",
		Sessions: awsapi.RoleSessions, // with those of users it takes a device's code, which nobody has
		Global:   true,
		Protocol: awsquery.New("2010-05-08", "https://iam.amazonaws.com/doc/2010-05-08/"),
		// Samples work in this order: what others refer to is there first and goes
		// last.
		Operations: slices.Concat(
			policyOperations(), groupOperations(), userOperations(d), roleOperations(d), providerOperations(),
			accountOperations(d), emptyOfAccount(), simulationOperations(d),
			groupEnd(), policyEnd(),
		),
		Actions: actions(),
		Owns:    owns,
	}
}

// What samples name. In the order of the table they succeed, if the access key
// id in them is replaced by the one that CreateAccessKey returned.
const (
	sampleARN    = `arn:aws:iam::000000000000:policy/tenants/yellow/yellow-read`
	samplePolicy = `"{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"s3:GetObject\",\"Resource\":\"*\"}}"`
	sampleTrust  = `"{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Allow\",\"Principal\":{\"Service\":\"ec2.amazonaws.com\"},\"Action\":\"sts:AssumeRole\"}}"`
)

func read(name, sample string) awsapi.Operation {
	return awsapi.Operation{Name: name, Access: awsapi.Read, Sample: sample}
}

func control(name, sample string) awsapi.Operation {
	return awsapi.Operation{Name: name, Access: awsapi.Control, Sample: sample}
}
