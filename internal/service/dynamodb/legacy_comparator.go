// SPDX-License-Identifier: Apache-2.0

package dynamodb

import (
	"slices"

	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/attr"
	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/expr"
)

// A comparator is what a ComparisonOperator takes and means.
type comparator struct {
	least, most int                  // values
	allowed     func(attr.Type) bool // of the values
	test        func(v expr.Operand, values []expr.Operand) expr.Test
}

// comparators are the comparison operators of legacy parameters. EQ and NE take
// every type: so AWS documents them since there are documents.
var comparators = map[string]comparator{
	"EQ":           {1, 1, anyType, compared("=")},
	"NE":           {1, 1, anyType, compared("<>")},
	"LT":           {1, 1, attr.Type.IsKey, compared("<")},
	"LE":           {1, 1, attr.Type.IsKey, compared("<=")},
	"GT":           {1, 1, attr.Type.IsKey, compared(">")},
	"GE":           {1, 1, attr.Type.IsKey, compared(">=")},
	"BETWEEN":      {2, 2, attr.Type.IsKey, func(v expr.Operand, x []expr.Operand) expr.Test { return expr.Between(v, x[0], x[1]) }},
	"IN":           {1, expr.MaxIn, attr.Type.IsKey, func(v expr.Operand, x []expr.Operand) expr.Test { return expr.In(v, x...) }},
	"BEGINS_WITH":  {1, 1, hasPrefixes, func(v expr.Operand, x []expr.Operand) expr.Test { return expr.BeginsWith(v, x[0]) }},
	"CONTAINS":     {1, 1, attr.Type.IsKey, contains},
	"NOT_CONTAINS": {1, 1, attr.Type.IsKey, func(v expr.Operand, x []expr.Operand) expr.Test { return expr.Not(contains(v, x)) }},
	"NULL":         {0, 0, anyType, func(v expr.Operand, _ []expr.Operand) expr.Test { return expr.NotExists(v) }},
	"NOT_NULL":     {0, 0, anyType, func(v expr.Operand, _ []expr.Operand) expr.Test { return expr.Exists(v) }},
}

func anyType(attr.Type) bool { return true }

func hasPrefixes(t attr.Type) bool { return t == attr.TypeS || t == attr.TypeB }

func contains(v expr.Operand, x []expr.Operand) expr.Test { return expr.Contains(v, x[0]) }

func compared(op string) func(expr.Operand, []expr.Operand) expr.Test {
	return func(v expr.Operand, x []expr.Operand) expr.Test { return expr.Compare(op, v, x[0]) }
}

// check checks the values of a comparison, whose operator is one there is.
func (c comparison) check() error {
	takes := comparators[c.operator]
	if len(c.values) < takes.least || len(c.values) > takes.most {
		return invalidParameters("Invalid number of argument(s) for the %s ComparisonOperator", c.operator)
	}
	if len(c.values) == 0 {
		return nil
	}
	t := c.values[0].Type()
	if slices.ContainsFunc(c.values, func(v attr.Value) bool { return v.Type() != t }) {
		return invalidParameters("AttributeValues inside AttributeValueList must be of same type")
	}
	if !takes.allowed(t) {
		return invalidParameters("ComparisonOperator %s is not valid for %s AttributeValue type", c.operator, t)
	}
	if c.operator == "BETWEEN" {
		if order, _ := c.values[0].Compare(c.values[1]); order > 0 {
			return invalid("The BETWEEN condition was provided a range where the lower bound is greater than the upper bound")
		}
	}
	return nil
}

// keyComparators are the operators that KeyConditions may have.
var keyComparators = []string{"EQ", "LT", "LE", "GT", "GE", "BETWEEN", "BEGINS_WITH"}

// keyCondition compiles KeyConditions.
func keyCondition(comparisons []comparison) (*expr.KeyCondition, error) {
	if len(comparisons) == 0 {
		return nil, invalid("Conditions can be of length 1 or 2 only")
	}
	tests := make([]expr.Test, len(comparisons))
	for i, c := range comparisons {
		if !slices.Contains(keyComparators, c.operator) {
			return nil, invalid("Attempted conditional constraint is not an indexable operation")
		}
		tests[i] = c.test()
	}
	k, err := expr.NewKeyCondition(expr.And(tests...))
	return k, validation(err)
}
