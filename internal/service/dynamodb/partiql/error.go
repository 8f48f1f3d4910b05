// SPDX-License-Identifier: Apache-2.0

package partiql

import (
	"errors"
	"fmt"
	"strings"

	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/attr"
)

func invalid(format string, args ...any) error {
	return &attr.ValidationError{Message: fmt.Sprintf(format, args...)}
}

// malformed refuses a statement that can't be read.
func malformed(detail string) error {
	return invalid("Statement wasn't well formed, can't be processed: %s", detail)
}

// What is wrong with a statement that can't be read. A literal that can't be
// read has no detail.
const (
	badLiteral   = ""
	badStart     = "Expected data manipulation"
	badEnd       = "Unexpected token after expression"
	badTerm      = "Unexpected term"
	badKeyword   = "Unexpected keyword"
	badOperator  = "Unexpected operator"
	badDot       = "Invalid path dot component"
	badPath      = "Expected identifier for simple path"
	badTypeName  = "Expected type name"
	missingRight = "Missing right-hand side expression of infix operator"
	missingParen = "Expected RIGHT_PAREN"
)

var (
	errAlias       = invalid("Aliasing is not supported")
	errEmptyPart   = invalid("Path component cannot be an empty string")
	errParts       = invalid("A path may contain at most 2 components in the FROM clause")
	errIndexWrite  = invalid("This operation is not supported on an index")
	errEmptyBag    = invalid("Empty bags are not supported")
	errBag         = invalid("Unsupported data type in Bag. DynamoDB only supports either numbers or strings in bags")
	errParameters  = invalid("Number of parameters in request and statement don't match.")
	errNoKey       = invalid("Where clause does not contain a mandatory equality on all key attributes")
	errOverlap     = invalid("Overlapping conditions with range keys are not supported in where clause")
	errPartitions  = invalid("The where clause gives the partition key more than %d values", MaxPartitions)
	errKeyType     = invalid("One or more parameter values were invalid: Condition parameter type does not match schema type")
	errMultiKey    = invalid("PartiQL statements cannot be executed on tables with multi-attribute HASH keys or multi-attribute RANGE keys.")
	errOrderWhere  = invalid("Must have WHERE clause in the statement when using ORDER BY clause.")
	errOrderHash   = invalid("Must have at least one non-optional hash key condition in WHERE clause when using ORDER BY clause.")
	errOrderHashes = invalid("Must have hash key in ORDER BY clause when more than one hash key condition specified in WHERE clause.")
	errTextLength  = invalid("1 validation error detected: Value at 'statement' failed to satisfy constraint: Member must have length less than or equal to %d", MaxText)
)

func errOperands(function string, n int) error {
	return invalid("Incorrect number of operands for operator or function; operator or function: %s, number of operands: %d", function, n)
}

// plain is err in the words of statements, which don't say what expression a
// mistake is in.
func plain(err error) error {
	e, ok := errors.AsType[*attr.ValidationError](err)
	if !ok {
		return err
	}
	for _, kind := range []string{"ConditionExpression", "FilterExpression", "UpdateExpression", "ProjectionExpression"} {
		if rest, ok := strings.CutPrefix(e.Message, "Invalid "+kind+": "); ok {
			return &attr.ValidationError{Message: rest}
		}
	}
	return err
}
