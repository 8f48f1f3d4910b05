// SPDX-License-Identifier: Apache-2.0

package expr

import (
	"bytes"

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
// nested calls cannot grow without bound.
func appendLists(a, b attr.Value) (attr.Value, error) {
	if a.Size()+b.Size() > attr.MaxItemSize {
		return attr.Value{}, errUpdateSize
	}
	return build(attr.TypeL, func(to *attr.Builder) {
		for e := range a.List() {
			to.Value(e)
		}
		for e := range b.List() {
			to.Value(e)
		}
	})
}

// build makes a list or set of what fill adds.
func build(t attr.Type, fill func(*attr.Builder)) (attr.Value, error) {
	var b attr.Builder
	b.Name("v")
	b.Begin(t)
	fill(&b)
	b.End()
	item, err := b.Item()
	v, _ := item.Get("v")
	return v, err
}

func assign(x expression) effect {
	return func(old attr.Item) (outcome, error) {
		v, err := x.eval(old)
		return outcome{value: v}, err
	}
}

// add is ADD: a sum of numbers, counted from 0, or a union of sets.
func add(p Path, v attr.Value) effect {
	return func(old attr.Item) (outcome, error) {
		current, ok := p.Get(old)
		switch {
		case !ok:
			return outcome{value: v}, nil
		case current.Type() != v.Type():
			return outcome{}, errUpdateType
		case v.Type() == attr.TypeN:
			sum, err := numeric(attr.Number.Add)(current, v)
			return outcome{value: sum}, err
		}
		union, err := merge(current, v, func(inCurrent, _ bool) bool { return true })
		return outcome{value: union}, err
	}
}

// subtract is DELETE: the difference of sets, of which nothing stays if it is
// empty.
func subtract(p Path, v attr.Value) effect {
	return func(old attr.Item) (outcome, error) {
		current, ok := p.Get(old)
		switch {
		case !ok:
			return outcome{}, nil
		case current.Type() != v.Type():
			return outcome{}, errUpdateType
		}
		left, err := merge(current, v, func(inCurrent, inOther bool) bool { return inCurrent && !inOther })
		if left.Len() == 0 {
			return outcome{removed: true}, err
		}
		return outcome{value: left}, err
	}
}

// merge makes the set of those members of a and b, which are sorted, that keep
// wants. An empty result is the zero Value.
func merge(a, b attr.Value, keep func(inA, inB bool) bool) (attr.Value, error) {
	var members [][]byte
	add := func(m []byte, inA, inB bool) {
		if keep(inA, inB) {
			members = append(members, m)
		}
	}
	var rest [][]byte
	for m := range b.Set() {
		rest = append(rest, m)
	}
	for m := range a.Set() {
		for len(rest) > 0 && bytes.Compare(rest[0], m) < 0 {
			add(rest[0], false, true)
			rest = rest[1:]
		}
		both := len(rest) > 0 && bytes.Equal(rest[0], m)
		if both {
			rest = rest[1:]
		}
		add(m, true, both)
	}
	for _, m := range rest {
		add(m, false, true)
	}
	if len(members) == 0 {
		return attr.Value{}, nil
	}
	return build(a.Type(), func(to *attr.Builder) {
		for _, m := range members {
			to.Member(m)
		}
	})
}
