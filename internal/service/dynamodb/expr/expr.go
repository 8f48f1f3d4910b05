// SPDX-License-Identifier: Apache-2.0

// Package expr is DynamoDB's expression language: conditions, filters, key
// conditions, projections and updates.
//
// An expression is parsed, checked and compiled once, with the request's
// placeholders in place, and then applied to any number of items:
//
//	p, err := expr.NewPlaceholders(names, values)
//	condition, err := p.Condition(text)
//	err = p.CheckUnused()
//	ok := condition.Eval(item)
//
// What is wrong with an expression is an *attr.ValidationError with AWS's text,
// and of several mistakes the one that AWS reports. Names and values take part
// as data only: nothing in them is ever parsed.
//
//	lexer.go parser.go      text to tree       reserved.go   words that need a #name
//	check.go                static rules       path.go       document paths
//	condition.go operand.go conditions         keycondition.go
//	projection.go           projections        trie.go       sets of paths
//	update.go apply.go      updates            error.go      the texts
//	updatevalue.go          what updates write placeholders.go
//	build.go                without a text     render.go     back to text
//
// Compiled expressions are immutable and safe for concurrent use; Placeholders
// belong to one request.
package expr

// Limits of the language.
const (
	// MaxText is the longest expression, in bytes.
	MaxText = 4096
	// MaxOperators is how many operators and functions an expression may use.
	MaxOperators = 300
	// MaxIn is how many values IN may compare with.
	MaxIn = 100
	// MaxPlaceholder is the longest placeholder, in bytes with its # or :.
	MaxPlaceholder = 255
	// MaxSubstitutions bounds the names and values of all placeholders together,
	// the placeholders included, as the names and values of an item count.
	MaxSubstitutions = 2 << 20
	// MaxPath is how many names and indexes a document path may have.
	MaxPath = 32

	maxCount = MaxText          // of names and of values: more than all expressions of a request can mention
	maxDepth = 2 * MaxOperators // of parentheses and NOT
	maxIndex = 1<<32 - 2

	// An expression may look into its literals before it has an item: as many
	// times over, or at this many bytes.
	maxWeighings = 64
	minWeighed   = 1 << 20
)
