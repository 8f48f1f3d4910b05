// SPDX-License-Identifier: Apache-2.0

package dynamodb_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/bailiwick-dev/bailiwick/bailiwicktest"
)

// TestUnitsHaveBounds: what one table, or index, may have, and all of an account.
func TestUnitsHaveBounds(t *testing.T) {
	srv := bailiwicktest.New(t)
	units := func(r, w int) string { return fmt.Sprintf(unitsOf, r, w) }
	table := func(name, units string) string {
		return `{"TableName":"` + name + `",` + keySchema("pk:HASH") + `,` + defined("pk") + `,` + units + `}`
	}
	indexed := func(own, index string) string {
		return `{"TableName":"Tab",` + keySchema("pk:HASH") + `,` + defined("pk", "a") + `,` + own + `,"GlobalSecondaryIndexes":[{"IndexName":"Idx",` + byA + `,` + index + `}]}`
	}
	above := func(name string, n int) string {
		return fmt.Sprintf("The requested %s, %d, is above the per table maximum for the account in us-east-1. Per table maximum: 40000. %s", name, n, refers)
	}
	inAll := func(name string, now, more int) string {
		return fmt.Sprintf("This request would have caused the %s limit to be exceeded for the account in us-east-1. Current %s reserved by the account: %d. Limit: 80000. Requested: %d. %s", name, name, now, more, refers)
	}
	refused(t, srv, "CreateTable", table("Tab", units(40001, 1)), validation, above("ReadCapacityUnits", 40001))
	refused(t, srv, "CreateTable", table("Tab", units(1, 40001)), validation, above("WriteCapacityUnits", 40001))
	refused(t, srv, "CreateTable", table("Tab", units(1000000000000, 1)), validation, above("ReadCapacityUnits", 1000000000000))
	refused(t, srv, "CreateTable", table("Tab", units(1000000000001, 1)), validation, "Given value 1000000000001 for ReadCapacityUnits is out of bounds")
	refused(t, srv, "CreateTable", indexed(units(1, 1), units(1, 40001)), validation, above("WriteCapacityUnits", 40001))
	refused(t, srv, "CreateTable", indexed(units(40000, 1), units(40001, 1)), validation, above("ReadCapacityUnits", 40001))
	accepted(t, srv, "CreateTable", table("Most", units(40000, 40000)))
	accepted(t, srv, "CreateTable", table("More", units(30000, 39999)))
	refused(t, srv, "CreateTable", table("Tab", units(10001, 1)), validation, inAll("ReadCapacityUnits", 70000, 10001))
	refused(t, srv, "CreateTable", table("Tab", units(1, 2)), validation, inAll("WriteCapacityUnits", 79999, 2))
	refused(t, srv, "CreateTable", indexed(units(1, 1), units(1, 1)), validation, inAll("WriteCapacityUnits", 79999, 2))
	accepted(t, srv, "CreateTable", table("Last", units(9999, 1)))
	accepted(t, srv, "CreateTable", table("Demand", `"BillingMode":"PAY_PER_REQUEST"`))
	accepted(t, srv, "DeleteTable", `{"TableName":"More"}`)
	index := func(units string) string {
		return `{"TableName":"Last",` + defined("a") + `,` + gsi(`{"Create":{"IndexName":"Idx",`+byA+`,`+units+`}}`) + `}`
	}
	refused(t, srv, "UpdateTable", index(units(40001, 1)), validation, above("ReadCapacityUnits", 40001))
	refused(t, srv, "UpdateTable", index(units(1, 40000)), validation, inAll("WriteCapacityUnits", 40001, 40000))
	accepted(t, srv, "UpdateTable", index(units(30001, 39999)))
}

// TestPartsOfTagsAreChecked: every tag of a call, before it is looked up.
func TestPartsOfTagsAreChecked(t *testing.T) {
	srv := bailiwicktest.New(t)
	const (
		one   = "1 validation error detected: "
		null  = " failed to satisfy constraint: Member must not be null"
		short = " failed to satisfy constraint: Member must have length greater than or equal to 1"
	)
	long := func(n int) string {
		return fmt.Sprintf(" failed to satisfy constraint: Member must have length less than or equal to %d", n)
	}
	none := `"ResourceArn":"` + inAccount + `None"`
	for _, tc := range []struct{ tags, want string }{
		{`[{}]`, "2 validation errors detected: Value null at 'tags.1.member.key'" + null + "; Value null at 'tags.1.member.value'" + null},
		{`[{"Key":"a","Value":"b"},{"Key":"c"}]`, one + "Value null at 'tags.2.member.value'" + null},
		{`[{"Key":"","Value":"b"}]`, one + "Value '' at 'tags.1.member.key'" + short},
		{`[{"Key":"` + strings.Repeat("ä", 129) + `","Value":"b"}]`, one + "Value '" + strings.Repeat("ä", 129) + "' at 'tags.1.member.key'" + long(128)},
		{`[{"Key":"a","Value":"` + strings.Repeat("b", 257) + `"}]`, one + "Value '" + strings.Repeat("b", 257) + "' at 'tags.1.member.value'" + long(256)},
		{`[{"Key":"Aws:a","Value":"b"}]`, omPrefix + "Tag keys must not begin with aws:"},
		{`[{"Key":"a","Value":"b"},{"Key":"A","Value":"b"}]`, omPrefix + "Duplicate tag key: A"},
	} {
		refused(t, srv, "TagResource", `{`+none+`,"Tags":`+tc.tags+`}`, validation, tc.want)
		refused(t, srv, "CreateTable", `{"TableName":"Tab",`+keySchema("pk:HASH")+`,`+defined("pk")+`,"BillingMode":"PAY_PER_REQUEST","Tags":`+tc.tags+`}`, validation, tc.want)
	}
	refused(t, srv, "UntagResource", `{`+none+`,"TagKeys":["a","","b"]}`, validation, one+"Value '' at 'tagKeys.2.member'"+short)
	refused(t, srv, "UntagResource", `{`+none+`,"TagKeys":["`+strings.Repeat("a", 129)+`"]}`, validation, one+"Value '"+strings.Repeat("a", 129)+"' at 'tagKeys.1.member'"+long(128))
	accepted(t, srv, "CreateTable", `{"TableName":"Tab",`+keySchema("pk:HASH")+`,`+defined("pk")+`,"BillingMode":"PAY_PER_REQUEST",
		"Tags":[{"Key":"`+strings.Repeat("ä", 128)+`","Value":"`+strings.Repeat("ö", 256)+`"},{"Key":"empty","Value":""}]}`)
}

// TestATableHasSoManyIndexes: one added to a table that has all it may have.
func TestATableHasSoManyIndexes(t *testing.T) {
	srv := bailiwicktest.New(t)
	var most []string
	for i := range 20 {
		most = append(most, fmt.Sprintf(`{"IndexName":"Idx%02d",%s}`, i, byA))
	}
	accepted(t, srv, "CreateTable", `{"TableName":"Tab",`+keySchema("pk:HASH", "sk:RANGE")+`,`+defined("pk", "sk", "a")+`,"BillingMode":"PAY_PER_REQUEST",
		"LocalSecondaryIndexes":[{"IndexName":"Local",`+keySchema("pk:HASH", "a:RANGE")+`,"Projection":{"ProjectionType":"ALL"}}],
		"GlobalSecondaryIndexes":[`+strings.Join(most, ",")+`]}`)
	one := `{"TableName":"Tab",` + defined("a") + `,` + gsi(`{"Create":{"IndexName":"More",`+byA+`}}`) + `}`
	refused(t, srv, "UpdateTable", one, exceeding, "Subscriber limit exceeded: Number of global secondary indexes exceeds per-table limit of 20")
	accepted(t, srv, "UpdateTable", `{"TableName":"Tab",`+gsi(`{"Delete":{"IndexName":"Idx07"}}`)+`}`)
	accepted(t, srv, "UpdateTable", one)
}

// TestARNsHaveBounds: what a caller writes in the place of an ARN's region comes
// back in the refusal, if it isn't too long to be one.
func TestARNsHaveBounds(t *testing.T) {
	srv := bailiwicktest.New(t)
	of := func(n int) string {
		const rest = "arn:aws:dynamodb::000000000000:table/Tab"
		return "arn:aws:dynamodb:" + strings.Repeat("r", n-len(rest)) + ":000000000000:table/Tab"
	}
	const key = `,"Key":{"pk":{"S":"a"}}}`
	elsewhere := "The table " + of(1024) + " is in another region than the one of this request: us-east-1"
	long := of(1025)
	refused(t, srv, "GetItem", `{"TableName":"`+of(1024)+`"`+key, validation, elsewhere)
	refused(t, srv, "GetItem", `{"TableName":"`+long+`"`+key, validation, "2 validation errors detected: "+
		"Value '"+long[:1024]+"' at 'tableName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+; "+
		"Value '"+long[:1024]+"' at 'tableName' failed to satisfy constraint: Member must have length less than or equal to 255")
	refused(t, srv, "DescribeTable", `{"TableName":"`+of(1024)+`"}`, validation, elsewhere)
	refused(t, srv, "DescribeTable", `{"TableName":"`+of(1<<20)+`"}`, validation, "Invalid TableArn")
	refused(t, srv, "ListTagsOfResource", `{"ResourceArn":"`+long+`"}`, validation, "Invalid TableArn: Invalid ResourceArn provided as input "+long[:1024])
}
