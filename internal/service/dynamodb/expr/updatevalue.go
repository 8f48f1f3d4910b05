// SPDX-License-Identifier: Apache-2.0

package expr

import (
	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/attr"
)

// An expression is the right-hand side of a SET.
type expression struct {
	eval func(old attr.Item) (attr.Value, error)
	// static is the type of the value as far as it is known without an item, or
	// 0. That of if_not_exists is its second operand's, as AWS assumes too.
	static attr.Type
	path   Path // if the expression is a path
}

func (c *updateCompiler) expression(n *node) (expression, error) {
	switch n.kind {
	case pathNode:
		return pathExpression(c.resolved[n]), nil
	case valueNode:
		v := c.literals[n]
		return expression{static: v.Type(), eval: func(attr.Item) (attr.Value, error) { return v, nil }}, nil
	}
	args := make([]expression, len(n.args))
	for i, a := range n.args {
		var err error
		if args[i], err = c.expression(a); err != nil {
			return expression{}, err
		}
	}
	if len(args) != 2 {
		return expression{}, updateKind.errOperands(n.op, len(args))
	}
	switch n.op {
	case "if_not_exists":
		return ifNotExists(args[0], args[1])
	case "list_append":
		return binary(n.op, attr.TypeL, args, appendLists)
	case "+":
		return binary(n.op, attr.TypeN, args, numeric(attr.Number.Add))
	}
	return binary(n.op, attr.TypeN, args, numeric(attr.Number.Sub))
}

func pathExpression(p Path) expression {
	return expression{path: p, eval: func(old attr.Item) (attr.Value, error) {
		v, ok := p.Get(old)
		if !ok {
			return attr.Value{}, errUpdateMissing
		}
		return v, nil
	}}
}

func ifNotExists(target, otherwise expression) (expression, error) {
	if target.path == nil {
		return expression{}, updateKind.errPathNeeded("if_not_exists")
	}
	return expression{static: otherwise.static, eval: func(old attr.Item) (attr.Value, error) {
		if v, ok := target.path.Get(old); ok {
			return v, nil
		}
		return otherwise.eval(old)
	}}, nil
}

// binary is a function of two operands, both of type t, as its result is.
func binary(op string, t attr.Type, args []expression, f func(a, b attr.Value) (attr.Value, error)) (expression, error) {
	for _, a := range args {
		if a.static != 0 && a.static != t {
			return expression{}, updateKind.errOperandType(op, a.static.String())
		}
	}
	return expression{static: t, eval: func(old attr.Item) (attr.Value, error) {
		a, err := args[0].eval(old)
		if err != nil {
			return attr.Value{}, err
		}
		b, err := args[1].eval(old)
		if err != nil {
			return attr.Value{}, err
		}
		if a.Type() != t || b.Type() != t {
			return attr.Value{}, errUpdateType
		}
		return f(a, b)
	}}, nil
}

func numeric(f func(a, b attr.Number) (attr.Number, error)) func(a, b attr.Value) (attr.Value, error) {
	return func(a, b attr.Value) (attr.Value, error) {
		n, err := f(a.Number(), b.Number())
		return attr.Num(n), err
	}
}

// appendLists joins two lists. What no item can hold is refused here, so that
// nested calls cannot grow without bound; what is stored in little is not
// measured, so that joining is as cheap as copying.
func appendLists(a, b attr.Value) (attr.Value, error) {
	joined := a.Concat(b)
	if len(joined.Stored()) > attr.MaxItemSize && joined.Size() > attr.MaxItemSize {
		return attr.Value{}, errUpdateSize
	}
	return joined, nil
}

func assign(x expression) effect {
	return func(old attr.Item) (outcome, error) {
		v, err := x.eval(old)
		return outcome{value: v}, err
	}
}

// merged is the effect of making f of what is at p and v, which have the same
// type, or v alone.
func merged(p Path, v attr.Value, mismatch error, f func(current, v attr.Value) (attr.Value, error)) effect {
	return func(old attr.Item) (outcome, error) {
		current, ok := p.Get(old)
		switch {
		case !ok:
			return outcome{value: v}, nil
		case current.Type() != v.Type():
			return outcome{}, mismatch
		}
		made, err := f(current, v)
		return outcome{value: made}, err
	}
}

// add is ADD: the sum of numbers, or the union of sets.
func add(current, v attr.Value) (attr.Value, error) {
	if v.Type() == attr.TypeN {
		return numeric(attr.Number.Add)(current, v)
	}
	return current.Union(v), nil
}

// subtract is DELETE: the difference of sets, of which nothing stays if it is
// empty.
func subtract(p Path, v attr.Value, mismatch error) effect {
	return func(old attr.Item) (outcome, error) {
		current, ok := p.Get(old)
		switch {
		case !ok:
			return outcome{}, nil
		case current.Type() != v.Type():
			return outcome{}, mismatch
		}
		left := current.Without(v)
		return outcome{value: left, removed: left.Len() == 0}, nil
	}
}
