// SPDX-License-Identifier: Apache-2.0

package expr

import (
	"slices"

	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/attr"
)

// A Condition is a compiled ConditionExpression or FilterExpression.
type Condition struct {
	holds    predicate
	paths    Paths
	literals int
	tree     *node
	source   *Placeholders // of the tree; nil if it has none
}

// Condition compiles a ConditionExpression.
func (p *Placeholders) Condition(text string) (*Condition, error) {
	return p.condition(conditionKind, text)
}

// Filter compiles a FilterExpression.
func (p *Placeholders) Filter(text string) (*Condition, error) { return p.condition(filterKind, text) }

func (p *Placeholders) condition(k kind, text string) (*Condition, error) {
	n, err := p.checkedCondition(k, text)
	if err != nil {
		return nil, err
	}
	return (&resolver{kind: k, p: p}).condition(n)
}

func (r *resolver) condition(n *node) (*Condition, error) {
	holds, err := r.predicate(n)
	if err != nil {
		return nil, err
	}
	return &Condition{holds: holds, paths: r.paths, literals: r.literals, tree: n, source: r.p}, nil
}

// checkedCondition parses and makes the checks that need no placeholders.
func (p *Placeholders) checkedCondition(k kind, text string) (*node, error) {
	n, err := parseCondition(k, text)
	if err != nil {
		return nil, err
	}
	if err := k.checkFunctions(n, conditionFunctions); err != nil {
		return nil, err
	}
	if err := k.checkUse(n, false); err != nil {
		return nil, err
	}
	return n, k.checkReserved(n)
}

// conditionFunctions are the functions of conditions and how many operands each
// takes.
var conditionFunctions = map[string]int{
	"attribute_exists": 1, "attribute_not_exists": 1, "attribute_type": 2, "begins_with": 2, "contains": 2, "size": 1,
}

// Eval reports whether the item meets the condition. An absent item is the zero
// Item.
func (c *Condition) Eval(item attr.Item) bool { return c.holds(item) }

// Paths returns the document paths in the expression; they must not be changed.
func (c *Condition) Paths() Paths { return c.paths }

// Work returns how many bytes Eval may look at for an item of that size: each
// literal and, for each path, the item.
func (c *Condition) Work(size int) int { return c.literals + len(c.paths)*size }

type predicate func(attr.Item) bool

func (r *resolver) predicate(n *node) (predicate, error) {
	switch n.kind {
	case andNode, orNode, notNode:
		return r.logical(n)
	}
	args := make([]operand, len(n.args))
	for i, a := range n.args {
		var err error
		if args[i], err = r.operand(a); err != nil {
			return nil, err
		}
	}
	if err := r.kind.checkOperands(n, args); err != nil {
		return nil, err
	}
	p := relation(n, args)
	if !slices.ContainsFunc(args, operand.varies) {
		// No item changes what holds of literals alone, which may be large.
		for _, o := range args {
			if err := r.weigh(o.value); err != nil {
				return nil, err
			}
		}
		always := p(attr.Item{})
		return func(attr.Item) bool { return always }, nil
	}
	for _, o := range args {
		r.literals += len(o.value.Stored())
	}
	return p, nil
}

func relation(n *node, args []operand) predicate {
	switch n.kind {
	case compareNode:
		return comparison(n.op, args[0], args[1])
	case betweenNode:
		return between(args[0], args[1], args[2])
	case inNode:
		return in(args[0], args[1:])
	}
	return function(n.op, args)
}

func (r *resolver) logical(n *node) (predicate, error) {
	parts := make([]predicate, len(n.args))
	for i, a := range n.args {
		var err error
		if parts[i], err = r.predicate(a); err != nil {
			return nil, err
		}
	}
	if n.kind == notNode {
		return func(item attr.Item) bool { return !parts[0](item) }, nil
	}
	decisive := n.kind == orNode // the result that ends the chain
	return func(item attr.Item) bool {
		for _, p := range parts {
			if p(item) == decisive {
				return decisive
			}
		}
		return !decisive
	}, nil
}

func comparison(op string, a, b operand) predicate {
	switch op {
	case "=":
		return func(item attr.Item) bool { return equal(item, a, b) }
	case "<>":
		return func(item attr.Item) bool { return !equal(item, a, b) }
	case "<":
		return ordered(a, b, func(order int) bool { return order < 0 })
	case "<=":
		return ordered(a, b, func(order int) bool { return order <= 0 })
	case ">":
		return ordered(a, b, func(order int) bool { return order > 0 })
	}
	return ordered(a, b, func(order int) bool { return order >= 0 })
}

func equal(item attr.Item, a, b operand) bool {
	x, okX := a.eval(item)
	y, okY := b.eval(item)
	return okX && okY && x.Equal(y)
}

func ordered(a, b operand, accept func(order int) bool) predicate {
	return func(item attr.Item) bool {
		x, okX := a.eval(item)
		y, okY := b.eval(item)
		if !okX || !okY {
			return false
		}
		order, ok := x.Compare(y)
		return ok && accept(order)
	}
}

func between(v, lower, upper operand) predicate {
	atLeast := ordered(v, lower, func(order int) bool { return order >= 0 })
	atMost := ordered(v, upper, func(order int) bool { return order <= 0 })
	return func(item attr.Item) bool { return atLeast(item) && atMost(item) }
}

func in(v operand, list []operand) predicate {
	return func(item attr.Item) bool {
		x, ok := v.eval(item)
		return ok && slices.ContainsFunc(list, func(o operand) bool {
			y, ok := o.eval(item)
			return ok && x.Equal(y)
		})
	}
}

func function(name string, args []operand) predicate {
	switch name {
	case "attribute_exists":
		return func(item attr.Item) bool { _, ok := args[0].eval(item); return ok }
	case "attribute_not_exists":
		return func(item attr.Item) bool { _, ok := args[0].eval(item); return !ok }
	case "attribute_type":
		want, _ := attr.TypeNamed(string(args[1].value.Bytes()))
		return func(item attr.Item) bool {
			v, ok := args[0].eval(item)
			return ok && v.Type() == want
		}
	case "begins_with":
		return both(args, attr.Value.HasPrefix)
	}
	return both(args, attr.Value.Contains)
}

func both(args []operand, f func(a, b attr.Value) bool) predicate {
	return func(item attr.Item) bool {
		a, okA := args[0].eval(item)
		b, okB := args[1].eval(item)
		return okA && okB && f(a, b)
	}
}
