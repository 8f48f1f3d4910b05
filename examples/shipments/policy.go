// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// A document is a policy: its statements.
type document []statement

// A statement is a part of a policy, with the members that are used here.
type statement struct {
	Effect    string
	Principal map[string]string              `json:",omitempty"`
	Action    []string                       `json:",omitempty"`
	Resource  []string                       `json:",omitempty"`
	Condition map[string]map[string][]string `json:",omitempty"`
}

// json returns the policy's text. Only its version knows policy variables.
func (d document) json() *string {
	text, err := json.Marshal(struct {
		Version   string
		Statement []statement
	}{"2012-10-17", d})
	if err != nil {
		panic(err) // strings, lists and maps can be written
	}
	return aws.String(string(text))
}

// principal names a user or role as the one that a trust policy trusts.
func principal(arn string) map[string]string { return map[string]string{"AWS": arn} }

// tagSessionTrust lets a role assume another and tag the session with a tenant.
func tagSessionTrust(role string) document {
	return document{
		{Effect: "Allow", Principal: principal(role), Action: []string{"sts:AssumeRole"}},
		{
			Effect: "Allow", Principal: principal(role), Action: []string{"sts:TagSession"},
			Condition: map[string]map[string][]string{"StringLike": {"aws:RequestTag/TenantID": {"*"}}},
		},
	}
}

// ownRows allows reading the rows whose partition key is the tenant that the
// session is tagged with.
//
// ForAllValues holds as well when a request has no such key at all, which Null
// rules out. Without a tag the variable has no value, and equals nothing.
func ownRows(table string) document {
	return document{{
		Effect:   "Allow",
		Action:   []string{"dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query"},
		Resource: []string{table},
		Condition: map[string]map[string][]string{
			"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": {"${aws:PrincipalTag/TenantID}"}},
			"Null":                      {"dynamodb:LeadingKeys": {"false"}},
		},
	}}
}
