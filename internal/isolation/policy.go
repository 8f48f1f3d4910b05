// SPDX-License-Identifier: Apache-2.0

package isolation

import (
	"encoding/json"
	"fmt"

	"github.com/bailiwick-dev/bailiwick/arn"
)

const (
	tagKey      = "TenantID"
	tagVariable = "${aws:PrincipalTag/" + tagKey + "}"
	placeholder = "{{tenant}}" // for the tenant, in templates and role names

	leadingKeys = "dynamodb:LeadingKeys"
)

// A document is a policy.
type document struct {
	Version   string
	Statement []statement
}

type statement struct {
	Effect    string
	Principal map[string][]string `json:",omitempty"`
	Action    []string
	Resource  []string  `json:",omitempty"`
	Condition condition `json:",omitempty"`
}

// condition maps operators to keys to values.
type condition map[string]map[string][]string

func (d document) compact() string {
	return string(d.json())
}

func (d document) json() json.RawMessage {
	text, err := json.Marshal(d)
	if err != nil {
		panic(fmt.Sprintf("isolation: a policy has no JSON form: %v", err)) // it is made of strings
	}
	return text
}

func allow(s ...statement) document {
	for i := range s {
		s[i].Effect = "Allow"
	}
	return document{"2012-10-17", s}
}

var (
	readActions  = []string{"dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query"}
	writeActions = []string{"dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem", "dynamodb:BatchWriteItem"}
)

// only is the condition that every partition key of a request is value. Of a
// request without keys, it says nothing.
func only(value string) condition {
	return condition{"ForAllValues:StringEquals": {leadingKeys: {value}}}
}

// guarded is the condition that a request has partition keys, and that every
// one of them is value.
func guarded(value string) condition {
	c := only(value)
	c["Null"] = map[string][]string{leadingKeys: {"false"}}
	return c
}

// An account is where resources have their ARNs.
type account struct {
	partition, id, region string
}

func (a account) table(t *table) string {
	return arn.ARN{Partition: a.partition, Service: "dynamodb", Region: a.region, Account: a.id, Resource: "table/" + t.name}.String()
}

func (a account) role(name string) string {
	return arn.ARN{Partition: a.partition, Service: "iam", Account: a.id, Resource: "role/" + name}.String()
}

func (a account) user() string {
	return arn.ARN{Partition: a.partition, Service: "iam", Account: a.id, Resource: "user" + userPath + userName}.String()
}

func (a account) allTables() []string {
	var arns []string
	for _, t := range tables {
		arns = append(arns, a.table(t))
	}
	return arns
}

// trust lets the principals assume a role.
func trust(principals ...string) document {
	return allow(statement{Principal: map[string][]string{"AWS": principals}, Action: []string{"sts:AssumeRole"}})
}

// taggedTrust lets the service assume a role, and tag the session with a
// tenant.
func (a account) taggedTrust() document {
	service := map[string][]string{"AWS": {a.role(serviceRole)}}
	return allow(
		statement{Principal: service, Action: []string{"sts:AssumeRole"}},
		statement{
			Principal: service, Action: []string{"sts:TagSession"},
			Condition: condition{"StringLike": {"aws:RequestTag/" + tagKey: {"*"}}},
		},
	)
}

// trackingRead lets a session read the items of the tenant that it is tagged
// with. It relies on all its actions having keys.
func (a account) trackingRead() document {
	return allow(statement{Action: readActions, Resource: []string{a.table(trackingData)}, Condition: only(tagVariable)})
}

// trackingWrite lets a session change the items of the tenant that it is tagged
// with.
func (a account) trackingWrite() document {
	return allow(statement{Action: writeActions, Resource: []string{a.table(trackingData)}, Condition: guarded(tagVariable)})
}

// everything lets a session do everything with the items of one tenant in the
// tables.
func everything(tenant string, tables ...string) document {
	all := append(append([]string{}, readActions...), writeActions...)
	return allow(statement{Action: all, Resource: tables, Condition: guarded(tenant)})
}

// fullAccess lets a session do everything with every table: it is for a role
// that is only ever assumed with a session policy.
func fullAccess() document {
	return allow(statement{Action: []string{"dynamodb:*"}, Resource: []string{"*"}})
}

// beginsWith is a template that lets a tenant read the employees whose
// partition key begins with its id, which is not to say its own.
func beginsWith() document {
	return employeeTemplate(condition{"ForAllValues:StringLike": {leadingKeys: {placeholder + "*"}}})
}

// equals is the template that beginsWith was meant to be.
func equals() document { return employeeTemplate(guarded(placeholder)) }

func employeeTemplate(c condition) document {
	return allow(statement{
		Action:    readActions,
		Resource:  []string{"arn:aws:dynamodb:*:*:table/" + employees.name},
		Condition: c,
	})
}

// trackingScan is trackingRead with one more action, which has no keys.
func (a account) trackingScan(c condition) document {
	return allow(statement{
		Action:    append([]string{"dynamodb:Scan"}, readActions...),
		Resource:  []string{a.table(trackingData)},
		Condition: c,
	})
}
