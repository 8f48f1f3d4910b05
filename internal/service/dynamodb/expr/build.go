// SPDX-License-Identifier: Apache-2.0

package expr

import (
	"strconv"

	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/attr"
)

// What stands here makes expressions without a text: of other parameters and
// other languages. They are compiled by what compiles texts, under the same
// static rules and limits (operators, paths, IN), and refused with its errors.
// Names and values are data: a name with a dot in it is one name.

// An Operand is a path, a literal, or what a function or an operator makes of
// others.
type Operand struct{ n *node }

// At returns the operand that p leads to.
func At(p Path) Operand { return Operand{&node{kind: pathNode, made: &operand{path: p}}} }

// Literal returns the operand that is v.
func Literal(v attr.Value) Operand { return Operand{&node{kind: valueNode, made: &operand{value: v}}} }

// Size returns size(o), for conditions.
func Size(o Operand) Operand { return call("size", o) }

// Plus returns a + b, for updates.
func Plus(a, b Operand) Operand { return sum("+", a, b) }

// Minus returns a - b, for updates.
func Minus(a, b Operand) Operand { return sum("-", a, b) }

// ListAppend returns list_append(a, b), for updates.
func ListAppend(a, b Operand) Operand { return call("list_append", a, b) }

func sum(op string, a, b Operand) Operand {
	return Operand{&node{kind: sumNode, op: op, args: nodes(a, b)}}
}

func call(function string, args ...Operand) Operand {
	return Operand{&node{kind: functionNode, op: function, args: nodes(args...)}}
}

func nodes(operands ...Operand) []*node {
	all := make([]*node, len(operands))
	for i, o := range operands {
		all[i] = o.n
	}
	return all
}

// A Test is a condition that is not yet compiled.
type Test struct{ n *node }

// Compare returns a op b, where op is = <> < <= > or >=.
func Compare(op string, a, b Operand) Test {
	return Test{&node{kind: compareNode, op: op, args: nodes(a, b)}}
}

// Between returns v BETWEEN lower AND upper.
func Between(v, lower, upper Operand) Test {
	return Test{&node{kind: betweenNode, op: "BETWEEN", args: nodes(v, lower, upper)}}
}

// In returns v IN (list).
func In(v Operand, list ...Operand) Test {
	return Test{&node{kind: inNode, op: "IN", args: append(nodes(v), nodes(list...)...)}}
}

// BeginsWith returns begins_with(v, prefix).
func BeginsWith(v, prefix Operand) Test { return Test(call("begins_with", v, prefix)) }

// Contains returns contains(v, part).
func Contains(v, part Operand) Test { return Test(call("contains", v, part)) }

// IsType returns attribute_type(v, name).
func IsType(v, name Operand) Test { return Test(call("attribute_type", v, name)) }

// Exists returns attribute_exists(v).
func Exists(v Operand) Test { return Test(call("attribute_exists", v)) }

// NotExists returns attribute_not_exists(v).
func NotExists(v Operand) Test { return Test(call("attribute_not_exists", v)) }

// And returns the test that holds if all of tests do, of which there must be
// one at least.
func And(tests ...Test) Test { return join(andNode, "AND", tests) }

// Or returns the test that holds if one of tests does, of which there must be
// one at least.
func Or(tests ...Test) Test { return join(orNode, "OR", tests) }

// Not returns the test that holds if t does not.
func Not(t Test) Test { return Test{&node{kind: notNode, op: "NOT", args: []*node{t.n}}} }

func join(k nodeKind, op string, tests []Test) Test {
	if len(tests) == 1 {
		return tests[0]
	}
	n := &node{kind: k, op: op, args: make([]*node, len(tests))}
	for i, t := range tests {
		n.args[i] = t.n
	}
	return Test{n}
}

// NewCondition compiles t as a ConditionExpression.
func NewCondition(t Test) (*Condition, error) { return compileTest(conditionKind, t) }

// NewFilter compiles t as a FilterExpression.
func NewFilter(t Test) (*Condition, error) { return compileTest(filterKind, t) }

func compileTest(k kind, t Test) (*Condition, error) {
	if err := k.checkTest(t.n); err != nil {
		return nil, err
	}
	return (&resolver{kind: k}).condition(t.n)
}

// NewKeyCondition compiles t as a KeyConditionExpression: comparisons of
// attributes with literals that AND joins.
func NewKeyCondition(t Test) (*KeyCondition, error) {
	if err := keyConditionKind.checkTest(t.n); err != nil {
		return nil, err
	}
	c, err := (*Placeholders)(nil).keyCondition(t.n)
	if err != nil {
		return nil, err
	}
	return c, c.Check()
}

// NewProjection returns the projection to the paths.
func NewProjection(paths ...Path) (*Projection, error) {
	for _, p := range paths {
		if err := projectionKind.checkMade(&operand{path: p}); err != nil {
			return nil, err
		}
	}
	return newProjection(paths)
}

// An Action is one part of an update.
type Action struct{ a action }

// Set returns SET p = v.
func Set(p Path, v Operand) Action { return Action{action{"SET", At(p).n, v.n}} }

// Remove returns REMOVE p.
func Remove(p Path) Action { return Action{action{"REMOVE", At(p).n, nil}} }

// Add returns ADD p v.
func Add(p Path, v attr.Value) Action { return Action{action{"ADD", At(p).n, Literal(v).n}} }

// Delete returns DELETE p v.
func Delete(p Path, v attr.Value) Action { return Action{action{"DELETE", At(p).n, Literal(v).n}} }

// Append returns the action that puts the members of a list behind those of the
// list at p, which it makes if it is missing. Texts have no such action.
func Append(p Path, v attr.Value) Action { return Action{action{"APPEND", At(p).n, Literal(v).n}} }

// NewUpdate compiles the actions as an UpdateExpression.
func NewUpdate(actions ...Action) (*Update, error) { return compileActions(actions, errUpdateType) }

// NewAttributeUpdates compiles the actions as the parameter AttributeUpdates,
// which refuses attributes of another type in its own words.
func NewAttributeUpdates(actions ...Action) (*Update, error) {
	return compileActions(actions, errAttributeType)
}

// compileActions compiles the actions to an update that answers mismatch if an
// attribute that one of them adds to or deletes from has another type.
func compileActions(actions []Action, mismatch error) (*Update, error) {
	all := make([]action, len(actions))
	var roots []*node
	for i, a := range actions {
		all[i] = a.a
		roots = append(roots, a.a.nodes()...)
	}
	if err := updateKind.checkBounds(roots...); err != nil {
		return nil, err
	}
	if err := checkUpdate(all, ""); err != nil {
		return nil, err
	}
	return (*Placeholders)(nil).update(all, mismatch)
}

// checkTest makes the checks of a condition that the parser makes of a text.
func (k kind) checkTest(n *node) error {
	if err := k.checkBounds(n); err != nil {
		return err
	}
	if err := k.checkFunctions(n, conditionFunctions); err != nil {
		return err
	}
	if err := k.checkUse(n, false); err != nil {
		return err
	}
	return n.walk(func(n *node) error {
		if n.kind == sumNode {
			return k.errFunctionName(n.op)
		}
		return nil
	})
}

// checkBounds holds trees against the limits of expressions. Every level of a
// tree is an operator, so that the depth is bounded too.
func (k kind) checkBounds(roots ...*node) error {
	operators := 0
	for _, root := range roots {
		err := root.walk(func(n *node) error {
			switch n.kind {
			case pathNode, valueNode:
				return k.checkMade(n.made)
			case andNode, orNode:
				operators += len(n.args) - 1
			default:
				operators++
			}
			if operators > MaxOperators {
				return k.errOperators()
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// checkMade refuses paths that no text has, and literals without a value.
func (k kind) checkMade(o *operand) error {
	if o.value.Type() != 0 {
		return nil
	}
	if len(o.path) == 0 {
		return k.error("The expression can not be empty;")
	}
	if len(o.path) > MaxPath {
		return k.errPathDepth(len(o.path))
	}
	if o.path.Attribute() == "" {
		return errEmptyName
	}
	for _, e := range o.path {
		if e.Index < 0 || int64(e.Index) > maxIndex {
			return k.errIndex(strconv.Itoa(e.Index))
		}
		if len(e.Name) > attr.MaxName {
			return errNameSize
		}
	}
	return nil
}
