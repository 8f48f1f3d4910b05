// SPDX-License-Identifier: Apache-2.0

// Package partiql is DynamoDB's dialect of PartiQL: a statement is parsed once,
// with its parameters in place, into what it stands for.
//
//	s, err := partiql.Parse(text, parameters)
//	plan, err := s.Plan(schema)      // SELECT: partitions and conditions to read
//	key, rest, err := s.Key(schema)  // UPDATE, DELETE: the one item it is for
//
// Names and values take part as data only: conditions, projections and updates
// are put together with the constructors of package expr, never as text. What a
// plan says of partitions is what can be read: whoever is allowed exactly those
// sees nothing else, whatever the statement says besides.
//
// Mistakes are *attr.ValidationErrors with AWS's texts.
//
//	lexer.go              text to tokens      keyword.go  words that need quotes
//	parser.go clause.go   tokens to a tree    term.go     values, paths, functions
//	bind.go literal.go    tree to a statement, parameters in place
//	statement.go          the statement       render.go   statement to text
//	lower.go              conditions and updates of package expr
//	plan.go region.go     what a WHERE clause can reach
//	error.go              the texts
//
// Statements and plans are immutable and safe for concurrent use.
package partiql

// Limits of the language.
const (
	// MaxText is the longest statement, in characters.
	MaxText = 8192
	// MaxPartitions is how many values a WHERE clause may give the partition key.
	MaxPartitions = 50

	maxDepth = 128 // of parentheses, NOT and values in values
	maxIndex = 1<<31 - 1
)
