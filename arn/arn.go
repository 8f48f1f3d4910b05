// SPDX-License-Identifier: Apache-2.0

// Package arn parses, builds and renders Amazon Resource Names, the names that
// the AWS APIs and the IAM policy language use for resources and principals:
//
//	arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE
//
// It knows the shape only. What a service puts into the resource part, and how
// a policy's pattern is matched against a name, is not its concern.
package arn

import (
	"errors"
	"strings"
)

// MaxLen is the length in bytes of the longest name that [Parse] accepts.
const MaxLen = 2048

const scheme = "arn:"

// Errors that [Parse] returns.
var (
	ErrTooLong   = errors.New("arn: longer than 2048 bytes")
	ErrMalformed = errors.New("arn: not of the form arn:partition:service:region:account:resource")
)

// An ARN names a resource. The zero ARN names nothing. ARNs are comparable
// with ==; no part is folded or unescaped.
type ARN struct {
	Partition string // aws, aws-cn, aws-us-gov
	Service   string // the service's prefix: s3, dynamodb, iam
	Region    string // empty for global services and S3
	Account   string // twelve digits; empty for S3 buckets and objects
	Resource  string // everything after the fifth colon, further colons included
}

// Parse splits s at its first five colons. Partition, service and resource
// must not be empty. The result shares the memory of s. Parse returns
// [ErrTooLong] or [ErrMalformed].
func Parse(s string) (ARN, error) {
	if len(s) > MaxLen {
		return ARN{}, ErrTooLong
	}
	rest, ok := strings.CutPrefix(s, scheme)
	if !ok {
		return ARN{}, ErrMalformed
	}
	var a ARN
	for _, part := range [...]*string{&a.Partition, &a.Service, &a.Region, &a.Account} {
		if *part, rest, ok = strings.Cut(rest, ":"); !ok {
			return ARN{}, ErrMalformed
		}
	}
	a.Resource = rest
	if a.Partition == "" || a.Service == "" || a.Resource == "" {
		return ARN{}, ErrMalformed
	}
	return a, nil
}

// IsZero reports whether a names nothing.
func (a ARN) IsZero() bool { return a == ARN{} }

// String returns the name's text, or "" for the zero ARN.
func (a ARN) String() string {
	if a.IsZero() {
		return ""
	}
	return scheme + a.Partition + ":" + a.Service + ":" + a.Region + ":" + a.Account + ":" + a.Resource
}

// AppendTo appends the name's text to b and returns the extended buffer. The
// zero ARN appends nothing.
func (a ARN) AppendTo(b []byte) []byte {
	if a.IsZero() {
		return b
	}
	b = append(b, scheme...)
	for _, part := range [...]string{a.Partition, a.Service, a.Region, a.Account} {
		b = append(b, part...)
		b = append(b, ':')
	}
	return append(b, a.Resource...)
}
