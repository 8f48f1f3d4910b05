// SPDX-License-Identifier: Apache-2.0

package partiql

import "github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/expr"

// compile returns the conditions, all of which must hold, as one; nil if there
// are none.
func compile(all ...*condition) (*expr.Condition, error) {
	if len(all) == 0 {
		return nil, nil
	}
	tests := make([]expr.Test, len(all))
	for i, c := range all {
		tests[i] = c.test()
	}
	c, err := expr.NewCondition(expr.And(tests...))
	return c, plain(err)
}

// test returns the condition as package expr has it.
func (c *condition) test() expr.Test {
	args := make([]expr.Test, len(c.args))
	for i, a := range c.args {
		args[i] = a.test()
	}
	operands := make([]expr.Operand, len(c.operands))
	for i, o := range c.operands {
		operands[i] = o.lower()
	}
	switch c.op {
	case "AND":
		return expr.And(args...)
	case "OR":
		return expr.Or(args...)
	case "NOT":
		return expr.Not(args[0])
	case "BETWEEN":
		return expr.Between(operands[0], operands[1], operands[2])
	case "IN":
		return expr.In(operands[0], operands[1:]...)
	case "attribute_exists":
		return expr.Exists(operands[0])
	case "attribute_not_exists":
		return expr.NotExists(operands[0])
	case "attribute_type":
		return expr.IsType(operands[0], operands[1])
	case "begins_with":
		return expr.BeginsWith(operands[0], operands[1])
	case "contains":
		return expr.Contains(operands[0], operands[1])
	}
	return expr.Compare(c.op, operands[0], operands[1])
}

func (o operand) lower() expr.Operand {
	args := make([]expr.Operand, len(o.args))
	for i, a := range o.args {
		args[i] = a.lower()
	}
	switch {
	case o.op == "size":
		return expr.Size(args[0])
	case o.op == "+":
		return expr.Plus(args[0], args[1])
	case o.op == "-":
		return expr.Minus(args[0], args[1])
	case o.op == "list_append":
		return expr.ListAppend(args[0], args[1])
	case o.path != nil:
		return expr.At(o.path)
	}
	return expr.Literal(o.value)
}

func lowerActions(actions []action) []expr.Action {
	all := make([]expr.Action, len(actions))
	for i, a := range actions {
		switch a.op {
		case "REMOVE":
			all[i] = expr.Remove(a.path)
		case "ADD":
			all[i] = expr.Add(a.path, a.value.value)
		case "DELETE":
			all[i] = expr.Delete(a.path, a.value.value)
		default:
			all[i] = expr.Set(a.path, a.value.lower())
		}
	}
	return all
}
