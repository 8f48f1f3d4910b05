// SPDX-License-Identifier: Apache-2.0

package expr

import (
	"strconv"

	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/attr"
)

func invalid(message string) error { return &attr.ValidationError{Message: message} }

// A kind is the parameter that an expression is given in, which its errors name.
type kind string

const (
	conditionKind    kind = "ConditionExpression"
	filterKind       kind = "FilterExpression"
	keyConditionKind kind = "KeyConditionExpression"
	projectionKind   kind = "ProjectionExpression"
	updateKind       kind = "UpdateExpression"
)

func (k kind) error(message string) error { return invalid("Invalid " + string(k) + ": " + message) }

func (k kind) errTooLong(size int) error {
	m := "Expression size has exceeded the maximum allowed size; expression size: " + strconv.Itoa(size)
	if k == updateKind {
		m += ";"
	}
	return k.error(m)
}

func (k kind) errOperators() error {
	return k.error("The expression contains too many operators; operator count: " + strconv.Itoa(MaxOperators+1))
}

func (k kind) errNesting() error { return k.error("The expression is nested too deeply;") }

func (k kind) errPathDepth(levels int) error {
	return k.error("The document path has too many nesting elements; nesting levels: " + strconv.Itoa(levels))
}

func (k kind) errIndex(digits string) error {
	return k.error("List index is not within the allowable range; index: [" + digits + "]")
}

func (k kind) errReserved(word string) error {
	return k.error("Attribute name is a reserved keyword; reserved keyword: " + word)
}

func (k kind) errFunctionName(name string) error {
	return k.error("Invalid function name; function: " + name)
}

func (k kind) errMisused(name string) error {
	return k.error("The function is not allowed to be used this way in an expression; function: " + name)
}

func (k kind) errUndefinedName(name string) error {
	return k.error("An expression attribute name used in the document path is not defined; attribute name: " + name)
}

func (k kind) errUndefinedValue(name string) error {
	return k.error("An expression attribute value used in expression is not defined; attribute value: " + name)
}

func (k kind) errOperands(op string, n int) error {
	return k.error("Incorrect number of operands for operator or function; operator or function: " + op +
		", number of operands: " + strconv.Itoa(n))
}

func (k kind) errInOperands(n int) error {
	return k.error("The IN operator is provided with too many operands; number of operands: " + strconv.Itoa(n))
}

func (k kind) errOperandType(op, typ string) error {
	return k.error("Incorrect operand type for operator or function; operator or function: " + op + ", operand type: " + typ)
}

func (k kind) errPathNeeded(op string) error {
	return k.error("Operator or function requires a document path; operator or function: " + op)
}

func (k kind) errNotDistinct(op string, p Path) error {
	return k.error("The first operand must be distinct from the remaining operands for this operator or function; operator: " + op +
		", first operand: " + p.String())
}

func (k kind) errPaths(how string, one, two Path) error {
	return k.error("Two document paths " + how + " with each other; must remove or rewrite one of these paths; path one: " + one.String() +
		", path two: " + two.String())
}

// Refusals of names that no text has.
var (
	errEmptyName = invalid("Empty attribute name")
	errNameSize  = invalid("Attribute name is too large, must be less than 65536 bytes")
)

// Refusals while an update is applied to an item.
var (
	errUpdatePath    = invalid("The document path provided in the update expression is invalid for update")
	errUpdateMissing = invalid("The provided expression refers to an attribute that does not exist in the item")
	errUpdateType    = invalid("An operand in the update expression has an incorrect data type")
	errAttributeType = invalid("Type mismatch for attribute to update")
	errUpdateSize    = invalid("Item size to update has exceeded the maximum allowed size")
)
