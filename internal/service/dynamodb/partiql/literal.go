// SPDX-License-Identifier: Apache-2.0

package partiql

import (
	"errors"
	"fmt"

	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/attr"
)

// A binder puts the parameters in the place of question marks and makes values
// of literals.
type binder struct {
	text       string
	parameters []attr.Value
}

// literal returns the value that the node is.
func (b *binder) literal(n *node) (attr.Value, error) {
	switch n.kind {
	case nodeList, nodeTuple, nodeBag:
		var build attr.Builder
		build.Name("v")
		if err := b.write(&build, n, "root"); err != nil {
			return attr.Value{}, err
		}
		it, err := build.Item()
		v, _ := it.Get("v")
		return v, err
	}
	return b.scalar(n, "root")
}

// scalar returns the value of a node that isn't made of others. path is where in
// a larger value it stands.
func (b *binder) scalar(n *node, path string) (attr.Value, error) {
	switch n.kind {
	case nodeParameter:
		return b.parameters[n.index], nil
	case nodeString:
		return attr.String(n.text), nil
	case nodeBool:
		return attr.Bool(n.text == "TRUE"), nil
	case nodeNull:
		return attr.Null(), nil
	case nodeNumber:
		number, err := attr.ParseNumber([]byte(n.text))
		if e, ok := errors.AsType[*attr.ValidationError](err); ok {
			return attr.Value{}, invalid("%s under %s", e.Message, path)
		}
		return attr.Num(number), err
	}
	return attr.Value{}, b.unsupported(n)
}

// unsupported refuses what is no value.
func (b *binder) unsupported(n *node) error {
	name := n.text
	if n.kind == nodePath {
		name = Column(n.path)
	}
	return invalid("Unsupported data type: %s under key root at %s", name, position(b.text, n.token))
}

// write adds the node's value to what is being built.
func (b *binder) write(to *attr.Builder, n *node, path string) error {
	switch n.kind {
	case nodeList:
		to.Begin(attr.TypeL)
		for i, e := range n.args {
			if err := b.write(to, e, fmt.Sprintf("%s[%d]", path, i)); err != nil {
				return err
			}
		}
		to.End()
	case nodeTuple:
		to.Begin(attr.TypeM)
		if err := b.members(to, n, func(name string) string { return path + "." + name }); err != nil {
			return err
		}
		to.End()
	case nodeBag:
		return b.bag(to, n, path)
	default:
		v, err := b.scalar(n, path)
		if err != nil {
			return err
		}
		to.Value(v)
	}
	return nil
}

// members adds the members of a tuple, whose paths path makes of their names.
func (b *binder) members(to *attr.Builder, n *node, path func(name string) string) error {
	seen := map[string]bool{}
	for i, name := range n.keys {
		if name == "" {
			return invalid("Empty attribute name")
		}
		if seen[name] {
			return invalid("Duplicate attribute name: %s", name)
		}
		seen[name] = true
		to.Name(name)
		if err := b.write(to, n.args[i], path(name)); err != nil {
			return err
		}
	}
	return nil
}

// bag adds a set. Its members are all strings, all numbers or all binaries.
func (b *binder) bag(to *attr.Builder, n *node, path string) error {
	if len(n.args) == 0 {
		return errEmptyBag
	}
	members := make([]attr.Value, len(n.args))
	for i, e := range n.args {
		var err error
		if members[i], err = b.scalar(e, path); err != nil {
			return err
		}
		if t := members[i].Type(); !t.IsKey() || t != members[0].Type() {
			return errBag
		}
	}
	to.Begin(members[0].Type() + attr.TypeSS - attr.TypeS)
	for _, m := range members {
		to.Value(m)
	}
	to.End()
	return nil
}

// item returns the item that an INSERT puts.
func (b *binder) item(n *node) (attr.Item, error) {
	var build attr.Builder
	switch {
	case n.kind == nodeTuple:
		if err := b.members(&build, n, func(string) string { return "root" }); err != nil {
			return attr.Item{}, err
		}
	case n.kind == nodeParameter && b.parameters[n.index].Type() == attr.TypeM:
		for name, v := range b.parameters[n.index].Map() {
			build.Entry(name, v)
		}
	default:
		return attr.Item{}, b.unsupported(n)
	}
	it, err := build.Item()
	if err != nil {
		return attr.Item{}, err
	}
	return it, it.CheckSize()
}
