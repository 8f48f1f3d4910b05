// SPDX-License-Identifier: Apache-2.0

package dynamodb

import (
	"maps"
	"slices"
	"strings"

	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/attr"
	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/expr"
)

// The parameters that requests had before there were expressions: Expected,
// AttributeUpdates, KeyConditions, QueryFilter, ScanFilter, ConditionalOperator
// and AttributesToGet. They are compiled to what expressions are compiled to,
// so that nothing that follows, decisions least of all, can tell them apart.

// A clause is an expression parameter of a request; text is nil if it isn't
// given.
type clause struct {
	name string
	text *string
}

// A parameter is a legacy parameter of a request, and whether it is given.
type parameter struct {
	name  string
	given bool
}

// checkStyles refuses requests of both styles.
func checkStyles(expressions []clause, legacy ...parameter) error {
	var before, after []string
	for _, p := range legacy {
		if p.given {
			before = append(before, p.name)
		}
	}
	for _, c := range expressions {
		if c.text != nil {
			after = append(after, c.name)
		}
	}
	if len(before) == 0 || len(after) == 0 {
		return nil
	}
	return invalid("Can not use both expression and non-expression parameters in the same request: "+
		"Non-expression parameters: {%s} Expression parameters: {%s}", strings.Join(before, ", "), strings.Join(after, ", "))
}

// checkOperator refuses a ConditionalOperator that has nothing to join: n is how
// many conditions Expected or the filter has.
func checkOperator(operator *string, n int) error {
	switch {
	case operator == nil || n > 1:
		return nil
	case n == 0:
		return invalid("ConditionalOperator cannot be used without Filter or Expected")
	}
	return invalid("ConditionalOperator can only be used when Filter or Expected has two or more elements")
}

// A comparison is one condition of a legacy parameter, on one attribute.
type comparison struct {
	attribute string
	operator  string
	values    []attr.Value
}

// test returns the comparison as a condition.
func (c comparison) test() expr.Test {
	operands := make([]expr.Operand, len(c.values))
	for i, v := range c.values {
		operands[i] = expr.Literal(v)
	}
	return comparators[c.operator].test(expr.At(attribute(c.attribute)), operands)
}

// attribute returns the path to an attribute.
func attribute(name string) expr.Path { return expr.Path{{Name: name}} }

// join returns the condition that comparisons joined by a ConditionalOperator
// make, compiled; nil if there is none.
func join(operator *string, comparisons []comparison, compile func(expr.Test) (*expr.Condition, error)) (*expr.Condition, error) {
	if len(comparisons) == 0 {
		return nil, nil
	}
	tests := make([]expr.Test, len(comparisons))
	for i, c := range comparisons {
		tests[i] = c.test()
	}
	joined := expr.And
	if operator != nil && *operator == "OR" {
		joined = expr.Or
	}
	out, err := compile(joined(tests...))
	return out, validation(err)
}

// checkedConditions returns the comparisons of KeyConditions or of a filter, in
// the order of the attributes' names.
func checkedConditions(conditions map[string]condition) ([]comparison, error) {
	out := make([]comparison, 0, len(conditions))
	for _, name := range slices.Sorted(maps.Keys(conditions)) {
		c := comparison{attribute: name, operator: *conditions[name].ComparisonOperator}
		var err error
		if c.values, err = checkedValues(conditions[name].AttributeValueList); err != nil {
			return nil, err
		}
		if err := c.check(); err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	return out, nil
}

// expectation compiles Expected; nil if it expects nothing.
func expectation(expected map[string]expectedAttributeValue, operator *string) (*expr.Condition, error) {
	comparisons, err := checkedExpected(expected)
	if err != nil {
		return nil, err
	}
	if err := checkOperator(operator, len(expected)); err != nil {
		return nil, err
	}
	return join(operator, comparisons, expr.NewCondition)
}

// legacyFilter compiles QueryFilter or ScanFilter; nil if it filters nothing.
func legacyFilter(conditions map[string]condition, operator *string) (*expr.Condition, error) {
	comparisons, err := checkedConditions(conditions)
	if err != nil {
		return nil, err
	}
	if err := checkOperator(operator, len(conditions)); err != nil {
		return nil, err
	}
	return join(operator, comparisons, expr.NewFilter)
}

// checkedExpected returns the comparisons of Expected, in the order of the
// attributes' names.
func checkedExpected(expected map[string]expectedAttributeValue) ([]comparison, error) {
	out := make([]comparison, 0, len(expected))
	for _, name := range slices.Sorted(maps.Keys(expected)) {
		c, err := expected[name].comparison(name)
		if err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	return out, nil
}

func (e expectedAttributeValue) comparison(name string) (c comparison, err error) {
	listed := e.AttributeValueList
	if e.Value.Present() {
		listed = append([]valueInput{e.Value}, listed...)
	}
	values, err := checkedValues(listed)
	if err != nil {
		return c, err
	}
	switch {
	case e.Value.Present() && e.AttributeValueList != nil:
		return c, invalidParameters("Value and AttributeValueList cannot be used together for Attribute: %s", echo(name))
	case e.ComparisonOperator != nil:
		c = comparison{name, *e.ComparisonOperator, values}
		return c, e.check(c)
	case e.AttributeValueList != nil:
		return c, invalidParameters("AttributeValueList can only be used with a ComparisonOperator for Attribute: %s", echo(name))
	}
	return e.existence(name, values)
}

// check checks an expectation that has a ComparisonOperator.
func (e expectedAttributeValue) check(c comparison) error {
	if e.Exists != nil {
		return invalidParameters("Exists and ComparisonOperator cannot be used together for Attribute: %s", echo(c.attribute))
	}
	if !e.Value.Present() && e.AttributeValueList == nil && comparators[c.operator].most > 0 {
		return invalidParameters("Value or AttributeValueList must be used with ComparisonOperator: %s for Attribute: %s",
			c.operator, echo(c.attribute))
	}
	return c.check()
}

// existence returns the comparison of an expectation without an operator: that
// the attribute has the value, or that there is no such attribute.
func (e expectedAttributeValue) existence(name string, values []attr.Value) (comparison, error) {
	absent := e.Exists != nil && !*e.Exists
	switch {
	case absent && len(values) > 0:
		return comparison{}, invalidParameters("Value cannot be used when Exists is false for Attribute: %s", echo(name))
	case absent:
		return comparison{name, "NULL", nil}, nil
	case len(values) == 0 && e.Exists != nil:
		return comparison{}, invalidParameters("Value must be provided when Exists is true for Attribute: %s", echo(name))
	case len(values) == 0:
		return comparison{}, invalidParameters("Value must be provided when Exists is null for Attribute: %s", echo(name))
	}
	return comparison{name, "EQ", values}, nil
}

// checkedValues returns the values, or the ValidationException of the first bad
// one.
func checkedValues(list []valueInput) ([]attr.Value, error) {
	values := make([]attr.Value, len(list))
	for i, in := range list {
		var err error
		if values[i], err = in.checked(); err != nil {
			return nil, err
		}
	}
	return values, nil
}

// attributesToGet compiles AttributesToGet, whose names are no paths; nil if it
// isn't given.
func attributesToGet(attributes []string) (*expr.Projection, error) {
	if attributes == nil {
		return nil, nil
	}
	paths := make([]expr.Path, len(attributes))
	for i, name := range slices.Sorted(slices.Values(attributes)) {
		if i > 0 && paths[i-1].Attribute() == name {
			return nil, invalidParameters("Duplicate value in attribute name: %s", echo(name))
		}
		paths[i] = attribute(name)
	}
	p, err := expr.NewProjection(paths...)
	return p, validation(err)
}
