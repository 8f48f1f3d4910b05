// SPDX-License-Identifier: Apache-2.0

package expr

import (
	"encoding/base64"

	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/attr"
)

// An operand of a condition is a path, a literal, or the size of another
// operand, whose value is known at once if that is of a literal.
type operand struct {
	path  Path
	value attr.Value
	size  *operand
}

// static returns the operand's type if it is known before an item is, or 0.
func (o operand) static() attr.Type {
	if o.size != nil {
		return attr.TypeN
	}
	return o.value.Type()
}

func (o operand) isLiteral() bool { return o.size == nil && o.value.Type() != 0 }

// varies reports whether the operand's value depends on the item.
func (o operand) varies() bool { return o.value.Type() == 0 }

// eval returns the operand's value, if the item has it.
func (o operand) eval(item attr.Item) (attr.Value, bool) {
	switch {
	case o.path != nil:
		return o.path.Get(item)
	case !o.varies():
		return o.value, true
	}
	v, ok := o.size.eval(item)
	if !ok {
		return attr.Value{}, false
	}
	return count(v)
}

// count returns the value of size, if v has one.
func count(v attr.Value) (attr.Value, bool) {
	n, ok := v.Count()
	return attr.Num(attr.IntNumber(int64(n))), ok
}

func (r *resolver) operand(n *node) (o operand, err error) {
	switch n.kind {
	case pathNode:
		o.path, err = r.path(n)
	case valueNode:
		o.value, err = r.value(n)
	default: // size, the only function that may be an operand
		args := make([]operand, len(n.args))
		for i, a := range n.args {
			if args[i], err = r.operand(a); err != nil {
				return o, err
			}
		}
		o.size = &args[0]
		if err = r.kind.checkOperands(n, args); err == nil && args[0].isLiteral() {
			o.value, _ = count(args[0].value)
			err = r.weigh(args[0].value)
		}
	}
	return o, err
}

// checkOperands makes the checks of one operator or function, in AWS's order:
// how many, whether distinct, of which types.
func (k kind) checkOperands(n *node, args []operand) error {
	if want := conditionFunctions[n.op]; n.kind == functionNode && len(args) != want {
		return k.errOperands(n.op, len(args))
	}
	if listed := len(args) - 1; n.kind == inNode && listed > MaxIn {
		return k.errInOperands(listed)
	}
	if args[0].path != nil && n.op != "attribute_type" {
		for _, o := range args[1:] {
			if o.path.Equal(args[0].path) {
				return k.errNotDistinct(n.op, args[0].path)
			}
		}
	}
	switch n.op {
	case "<", "<=", ">", ">=":
		return k.checkTypes(n.op, args, attr.Type.IsKey)
	case "BETWEEN":
		return k.checkBetween(args)
	case "begins_with":
		return k.checkTypes(n.op, args, func(t attr.Type) bool { return t == attr.TypeS || t == attr.TypeB })
	case "size":
		return k.checkTypes(n.op, args, func(t attr.Type) bool {
			return t != attr.TypeN && t != attr.TypeBOOL && t != attr.TypeNULL
		})
	case "attribute_exists", "attribute_not_exists":
		if args[0].path == nil {
			return k.errPathNeeded(n.op)
		}
	case "attribute_type":
		return k.checkTypeName(args[1])
	}
	return nil
}

func (k kind) checkTypes(op string, args []operand, allowed func(attr.Type) bool) error {
	for _, o := range args {
		if t := o.static(); t != 0 && !allowed(t) {
			return k.errOperandType(op, t.String())
		}
	}
	return nil
}

// typeNames are the data types in the order of AWS's errors, of which there
// are two.
const (
	typeNames      = "{NS,SS,L,BS,N,M,B,BOOL,NULL,S}"
	validTypeNames = "{B,NULL,SS,BOOL,L,BS,N,NS,S,M}"
)

func (k kind) checkTypeName(o operand) error {
	switch t := o.static(); t {
	case attr.TypeS:
	case 0:
		return k.errOperandType("attribute_type", typeNames)
	default:
		return k.errOperandType("attribute_type", t.String())
	}
	name := string(o.value.Bytes())
	if _, ok := attr.TypeNamed(name); !ok {
		return k.error("Invalid attribute type name found; type: " + name + ", valid types: " + validTypeNames)
	}
	return nil
}

func (k kind) checkBetween(args []operand) error {
	if err := k.checkTypes("BETWEEN", args, attr.Type.IsKey); err != nil {
		return err
	}
	lower, upper := args[1], args[2]
	if !lower.isLiteral() || !upper.isLiteral() {
		return nil
	}
	bounds := "; lower bound operand: " + describe(lower.value) + ", upper bound operand: " + describe(upper.value)
	order, ok := lower.value.Compare(upper.value)
	if !ok {
		return k.error("The BETWEEN operator requires same data type for lower and upper bounds" + bounds)
	}
	if order > 0 {
		return k.error("The BETWEEN operator requires upper bound to be greater than or equal to lower bound" + bounds)
	}
	return nil
}

// describe writes a scalar as AWS's errors do: AttributeValue: {S:x}.
func describe(v attr.Value) string {
	text := string(v.Bytes())
	switch v.Type() {
	case attr.TypeN:
		text = v.Number().String()
	case attr.TypeB:
		text = base64.StdEncoding.EncodeToString(v.Bytes())
	}
	return "AttributeValue: {" + v.Type().String() + ":" + text + "}"
}
