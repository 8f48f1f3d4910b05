// SPDX-License-Identifier: Apache-2.0

// Package attr holds DynamoDB's attribute values: how they arrive and leave as
// JSON, how items are stored, and how keys are ordered.
//
// An item has one binary form, and that form is canonical: attributes and map
// members are sorted by name, set members by value, numbers have one encoding.
// Two values are therefore equal exactly if their bytes are, and items are
// looked into where they lie, without being decoded.
//
//	type.go     the ten data types
//	number.go   decimal numbers of 38 digits: text, arithmetic, ordered bytes
//	value.go    a view of one value        compare.go  equality and order
//	item.go     a view of one item         size.go     AWS's size of both
//	builder.go  makes items                parse.go    checks stored bytes
//	decode.go   from wire JSON             encode.go   to wire JSON
//	input.go    what a request carried     error.go    the texts of refusals
//	key.go      ordered keys and spans     schema.go   which attributes are keys
//	range.go    conditions on sort keys    keycheck.go values that no key has
//
// Views alias the bytes they were made from; those must not change while a view
// is in use. Everything but Builder is safe for concurrent use.
package attr

// Limits of the service. Sizes are in bytes.
const (
	// MaxName is the longest name of an attribute or of a member of a map, in bytes.
	MaxName = 65_535
	// MaxItemSize is the largest item, as Item.Size counts.
	MaxItemSize = 409_600
	// MaxPartitionKey bounds the values of a partition key together.
	MaxPartitionKey = 2048
	// MaxSortKey bounds the values of a sort key together.
	MaxSortKey = 1024
	// MaxNesting is how many lists and maps may wrap a value.
	MaxNesting = 31
)
