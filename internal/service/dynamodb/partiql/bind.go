// SPDX-License-Identifier: Apache-2.0

package partiql

import (
	"slices"

	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/attr"
	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/expr"
)

// functions are the functions of conditions that hold or not, and how many
// operands each takes.
var functions = map[string]int{
	"attribute_exists": 1, "attribute_not_exists": 1, "attribute_type": 2, "begins_with": 2, "contains": 2,
}

// returnValues are the RETURNING clauses as ReturnValues says them.
var returnValues = map[string]string{
	"ALL OLD": "ALL_OLD", "ALL NEW": "ALL_NEW", "MODIFIED OLD": "UPDATED_OLD", "MODIFIED NEW": "UPDATED_NEW",
}

// statement makes the statement that raw stands for, checks included for which
// no table is needed.
func (b *binder) statement(p *parser, raw *rawStatement) (*Statement, error) {
	s := &Statement{Kind: raw.kind, Order: raw.order, Returning: returnValues[raw.returns]}
	var err error
	if s.Table, s.Index, err = p.names(raw); err != nil {
		return nil, err
	}
	if p.parameters != len(b.parameters) {
		return nil, errParameters
	}
	if raw.kind == Delete && raw.returns != "" && raw.returns != "ALL OLD" {
		return nil, invalid("Invalid returning clause: RETURNING %s *. Only RETURNING ALL OLD * is allowed in DELETE statements.", raw.returns)
	}
	if err := b.columns(s, raw.columns); err != nil {
		return nil, err
	}
	if raw.item != nil {
		if s.Item, err = b.item(raw.item); err != nil {
			return nil, err
		}
	}
	for _, a := range raw.actions {
		bound, err := b.action(a)
		if err != nil {
			return nil, err
		}
		s.actions = append(s.actions, bound)
	}
	if raw.where != nil {
		if s.where, err = b.condition(raw.where); err != nil {
			return nil, err
		}
	}
	return s, s.compile()
}

// columns sets what a SELECT shows.
func (b *binder) columns(s *Statement, columns []*node) error {
	names := map[string]bool{}
	for _, c := range columns {
		if c.kind != nodePath {
			return invalid("Unexpected path component at %s", position(b.text, c.token))
		}
		name := Column(c.path)
		if names[name] {
			return invalid("Duplicate identifiers in select clause: %s", name)
		}
		names[name] = true
		s.Columns = append(s.Columns, c.path)
	}
	return nil
}

// condition returns what the node says that holds or not.
func (b *binder) condition(n *node) (*condition, error) {
	switch n.kind {
	case nodeCall:
		return b.function(n)
	case nodeOp:
		switch n.text {
		case "AND", "OR", "NOT":
			return b.logical(n)
		case "=", "<>":
			if c, err := b.compared(n); c != nil || err != nil {
				return c, err
			}
			return b.comparison(n)
		case "<", "<=", ">", ">=", "BETWEEN":
			return b.comparison(n)
		case "IN":
			return b.in(n)
		case "IS":
			return b.is(n)
		}
		return nil, invalid("Unsupported operator in Condition Expression. Operator: %s", n.text)
	}
	return nil, malformed(badTerm)
}

// logical returns AND, OR or NOT of conditions. Those of AND in AND, and of OR in
// OR, are taken together.
func (b *binder) logical(n *node) (*condition, error) {
	c := &condition{op: n.text}
	for _, a := range n.args {
		arg, err := b.condition(a)
		if err != nil {
			return nil, err
		}
		if arg.op == n.text && n.text != "NOT" {
			c.args = append(c.args, arg.args...)
			continue
		}
		c.args = append(c.args, arg)
	}
	return c, nil
}

// compared returns a condition that is compared with true or false; nil if the
// node is another comparison.
func (b *binder) compared(n *node) (*condition, error) {
	of, with := n.args[0], n.args[1]
	if !of.holds() {
		of, with = with, of
	}
	if !of.holds() || with.kind != nodeBool && with.kind != nodeParameter {
		return nil, nil
	}
	v, err := b.literal(with)
	if err != nil {
		return nil, err
	}
	if v.Type() != attr.TypeBOOL {
		return nil, nil
	}
	c, err := b.condition(of)
	if err != nil || v.Bool() == (n.text == "=") {
		return c, err
	}
	return &condition{op: "NOT", args: []*condition{c}}, nil
}

// holds reports whether the node is something that holds or not.
func (n *node) holds() bool {
	_, function := functions[n.text]
	return n.kind == nodeCall && function || n.kind == nodeOp && n.text != "+" && n.text != "-"
}

func (b *binder) comparison(n *node) (*condition, error) {
	operands, err := b.operands(n.args)
	return &condition{op: n.text, operands: operands}, err
}

// in returns a comparison with a list, which may be a parameter.
func (b *binder) in(n *node) (*condition, error) {
	list := n.args[1]
	c := &condition{op: "IN"}
	operands, err := b.operands(n.args[:1])
	if err != nil {
		return nil, err
	}
	switch {
	case list.kind == nodeList || list.kind == nodeItems:
		more, err := b.operands(list.args)
		if err != nil {
			return nil, err
		}
		operands = append(operands, more...)
	case list.kind == nodeParameter && b.parameters[list.index].Type() == attr.TypeL:
		for v := range b.parameters[list.index].List() {
			operands = append(operands, operand{value: v})
		}
	}
	if len(operands) < 2 {
		return nil, invalid("The operator IN needs a list of one value at least on its right")
	}
	c.operands = operands
	return c, nil
}

// is returns a test of a type, which attribute_type and its like are.
func (b *binder) is(n *node) (*condition, error) {
	operands, err := b.operands(n.args[:1])
	if err != nil {
		return nil, err
	}
	name := n.args[1].text
	if name == "MISSING" {
		return &condition{op: "attribute_not_exists", operands: operands}, nil
	}
	if types[name] == "" {
		return nil, invalid("Unsupported data type for IS operator: %s. Supported data types are [MISSING, NULL, BOOLEAN, BLOB, STRING, NUMERIC, STRUCT, TUPLE, LIST]", name)
	}
	return &condition{op: "attribute_type", operands: append(operands, operand{value: attr.String(types[name])})}, nil
}

func (b *binder) function(n *node) (*condition, error) {
	want, ok := functions[n.text]
	if !ok {
		return nil, b.unrecognized(n)
	}
	if len(n.args) != want {
		return nil, errOperands(n.text, len(n.args))
	}
	operands, err := b.operands(n.args)
	return &condition{op: n.text, operands: operands}, err
}

func (b *binder) unrecognized(n *node) error {
	return invalid("Unrecognized function: %s at %s", n.text, position(b.text, n.token))
}

func (b *binder) operands(nodes []*node) ([]operand, error) {
	all := make([]operand, len(nodes))
	for i, n := range nodes {
		var err error
		if all[i], err = b.operand(n); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// operand returns what a condition compares.
func (b *binder) operand(n *node) (operand, error) {
	switch n.kind {
	case nodePath:
		return operand{path: n.path}, nil
	case nodeCall:
		if n.text != "size" {
			return operand{}, b.unrecognized(n)
		}
		if len(n.args) != 1 {
			return operand{}, errOperands(n.text, len(n.args))
		}
		args, err := b.operands(n.args)
		return operand{op: n.text, args: args}, err
	case nodeOp:
		return operand{}, invalid("Unsupported operator in Condition Expression. Operator: %s", n.text)
	}
	v, err := b.literal(n)
	return operand{value: v}, err
}

// setFunctions are the functions that change a set, and what changes it so.
var setFunctions = map[string]string{"set_add": "ADD", "set_delete": "DELETE"}

// action returns what SET or REMOVE does.
func (b *binder) action(a rawAction) (action, error) {
	switch {
	case a.value == nil:
		return action{op: "REMOVE", path: a.target.path}, nil
	case a.value.kind == nodeCall && setFunctions[a.value.text] != "":
		return b.setAction(a)
	}
	value, err := b.assigned(a.value)
	return action{op: "SET", path: a.target.path, value: value}, err
}

// setAction returns what set_add and set_delete do: they change the attribute
// that they are assigned to.
func (b *binder) setAction(a rawAction) (action, error) {
	n := a.value
	name := map[string]string{"ADD": "SET_ADD", "DELETE": "SET_DELETE"}[setFunctions[n.text]]
	if len(n.args) != 2 {
		return action{}, invalid("%s must have exactly two arguments at %s", name, position(b.text, n.token))
	}
	if n.args[0].kind != nodePath || !slices.Equal(n.args[0].path, a.target.path) {
		return action{}, invalid("The first argument to %s must equal the assignment value at %s", name, position(b.text, n.token))
	}
	if k := n.args[1].kind; k == nodePath || k == nodeCall || k == nodeOp {
		return action{}, errNotSet(name, position(b.text, n.args[0].token))
	}
	v, err := b.literal(n.args[1])
	if err != nil {
		return action{}, err
	}
	if !v.Type().IsSet() {
		return action{}, errNotSet(name, position(b.text, n.args[0].token))
	}
	return action{op: setFunctions[n.text], path: a.target.path, value: operand{value: v}}, nil
}

func errNotSet(name, at string) error {
	return invalid("The second argument to %s must be a value with type SET at %s", name, at)
}

// assigned returns what SET assigns.
func (b *binder) assigned(n *node) (operand, error) {
	switch {
	case n.kind == nodePath:
		return operand{path: n.path}, nil
	case n.kind == nodeOp && (n.text == "+" || n.text == "-"), n.kind == nodeCall && n.text == "list_append":
		if len(n.args) != 2 {
			return operand{}, errOperands(n.text, len(n.args))
		}
		args := make([]operand, len(n.args))
		for i, a := range n.args {
			var err error
			if args[i], err = b.assigned(a); err != nil {
				return operand{}, err
			}
		}
		return operand{op: n.text, args: args}, nil
	case n.kind == nodeCall:
		return operand{}, b.unrecognized(n)
	case n.kind == nodeOp:
		return operand{}, invalid("Unsupported operator in Update Expression. Operator: %s", n.text)
	}
	v, err := b.literal(n)
	return operand{value: v}, err
}

// compile makes the statement's condition and update, static checks included.
func (s *Statement) compile() (err error) {
	if s.where != nil {
		if s.filter, err = compile(s.where); err != nil {
			return err
		}
	}
	if s.Kind == Update {
		s.update, err = expr.NewUpdate(lowerActions(s.actions)...)
	}
	return plain(err)
}
