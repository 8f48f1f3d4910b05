// SPDX-License-Identifier: Apache-2.0

package expr

import "github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/attr"

// walk calls f for n and all below it, in the order of the text, until f
// returns an error.
func (n *node) walk(f func(*node) error) error {
	if err := f(n); err != nil {
		return err
	}
	for _, a := range n.args {
		if err := a.walk(f); err != nil {
			return err
		}
	}
	return nil
}

// checkReserved refuses bare names that are reserved words; no #name is one.
func (k kind) checkReserved(n *node) error {
	return n.walk(func(n *node) error {
		for _, e := range n.path {
			if isReserved(e.name) {
				return k.errReserved(e.name)
			}
		}
		return nil
	})
}

// checkFunctions refuses functions that are not among the known.
func (k kind) checkFunctions(n *node, known map[string]int) error {
	return n.walk(func(n *node) error {
		if _, ok := known[n.op]; n.kind == functionNode && !ok {
			return k.errFunctionName(n.op)
		}
		return nil
	})
}

// checkUse refuses conditions as operands and size as a condition.
func (k kind) checkUse(n *node, operand bool) error {
	if n.kind == functionNode && (n.op == "size") != operand {
		return k.errMisused(n.op)
	}
	inside := n.isOperand() || n.kind == compareNode || n.kind == betweenNode || n.kind == inNode
	for _, a := range n.args {
		if err := k.checkUse(a, inside); err != nil {
			return err
		}
	}
	return nil
}

// A resolver puts placeholders in place and collects the paths of an
// expression.
type resolver struct {
	kind     kind
	p        *Placeholders
	paths    Paths
	literals int // size of those that a condition compares with each item
	weighed  int // size of those that it looks into before it has an item
}

func (r *resolver) path(n *node) (Path, error) {
	if n.made != nil {
		r.paths = append(r.paths, n.made.path)
		return n.made.path, nil
	}
	path := make(Path, len(n.path))
	for i, e := range n.path {
		if e.name == "" {
			path[i].Index = e.index
			continue
		}
		name, ok := r.p.name(e.name)
		if !ok {
			return nil, r.kind.errUndefinedName(e.name)
		}
		path[i].Name = name
	}
	r.paths = append(r.paths, path)
	return path, nil
}

func (r *resolver) value(n *node) (attr.Value, error) {
	if n.made != nil {
		return n.made.value, nil
	}
	v, ok := r.p.value(n.op)
	if !ok {
		return attr.Value{}, r.kind.errUndefinedValue(n.op)
	}
	return v, nil
}

// weigh bounds the literals that an expression looks into before it has an item:
// by what the request has of them, so that a request costs what its size does.
func (r *resolver) weigh(literal attr.Value) error {
	limit := minWeighed
	if r.p != nil {
		limit = max(limit, maxWeighings*len(r.p.values.Stored()))
	}
	if r.weighed += len(literal.Stored()); r.weighed > limit {
		return r.kind.error("The expression looks into too many literals;")
	}
	return nil
}
