// SPDX-License-Identifier: Apache-2.0

package expr

import (
	"slices"

	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/attr"
)

// A KeyCondition is a compiled KeyConditionExpression: at most one condition
// for each of some attributes, which Resolve holds against a key schema.
type KeyCondition struct {
	terms []keyTerm
	paths Paths
	wrong error // why it bounds no key
}

// A keyTerm bounds one attribute.
type keyTerm struct {
	name string
	r    attr.Range
}

// maxKeyTerms is the most attributes that a key can have.
const maxKeyTerms = 8

// KeyCondition compiles a KeyConditionExpression. Whether it is one that bounds a
// key says [KeyCondition.Check], as AWS finds mistakes in other expressions first.
func (p *Placeholders) KeyCondition(text string) (*KeyCondition, error) {
	n, err := p.checkedCondition(keyConditionKind, text)
	if err != nil {
		return nil, err
	}
	return p.keyCondition(n)
}

func (p *Placeholders) keyCondition(n *node) (*KeyCondition, error) {
	r := &resolver{kind: keyConditionKind, p: p}
	if _, err := r.predicate(n); err != nil { // the checks that all conditions get
		return nil, err
	}
	c := &KeyCondition{paths: r.paths}
	if c.wrong = c.add(&resolver{kind: keyConditionKind, p: p}, n); c.wrong == nil && len(c.terms) > maxKeyTerms {
		c.wrong = errKeyTerms
	}
	return c, nil
}

// Check returns the ValidationError of a condition that can't be one on a key,
// whatever the key is.
func (c *KeyCondition) Check() error { return c.wrong }

// Paths returns the document paths in the expression; they must not be changed.
func (c *KeyCondition) Paths() Paths { return c.paths }

var (
	errKeyTerms     = invalid("Conditions can be of length 1 or 2 only")
	errKeyNested    = invalid("KeyConditionExpressions cannot contain nested operations")
	errKeyPath      = invalid("KeyConditionExpressions cannot have conditions on nested attributes")
	errKeyTwice     = invalid("KeyConditionExpressions must only contain one condition per key")
	errKeySupported = invalid("Query key condition not supported")
	errKeyType      = invalid(attr.InvalidParameters + "Condition parameter type does not match schema type")
)

func errKeyOperator(op string) error {
	return invalid("Invalid operator used in KeyConditionExpression: " + op)
}

func errKeyCondition(what string) error {
	return invalid("Invalid condition in KeyConditionExpression: " + what)
}

func (c *KeyCondition) add(r *resolver, n *node) error {
	switch {
	case n.kind == orNode, n.kind == notNode, n.kind == inNode, n.op == "<>":
		return errKeyOperator(n.op)
	case n.kind == andNode:
		for _, a := range n.args {
			if err := c.add(r, a); err != nil {
				return err
			}
		}
		return nil
	case n.kind == functionNode && n.op != "begins_with":
		return errKeyOperator(n.op)
	case (n.kind == functionNode || n.kind == betweenNode) && n.args[0].kind == valueNode:
		return errKeyCondition(n.op + " operator must have the key attribute as its first operand")
	}
	return c.addTerm(r, n)
}

func (c *KeyCondition) addTerm(r *resolver, n *node) error {
	at := -1
	for i, a := range n.args {
		switch {
		case a.kind == functionNode:
			return errKeyNested
		case a.kind == valueNode:
		case at >= 0:
			return errKeyCondition("Multiple attribute names used in one condition")
		case a.isNested():
			return errKeyPath
		default:
			at = i
		}
	}
	if at < 0 {
		return errKeyCondition("No key attribute specified")
	}
	term, err := r.keyTerm(n, at)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(c.terms, func(t keyTerm) bool { return t.name == term.name }) {
		return errKeyTwice
	}
	c.terms = append(c.terms, term)
	return nil
}

// keyTerm makes a term of a node whose argument at is the attribute and whose
// others are values.
func (r *resolver) keyTerm(n *node, at int) (keyTerm, error) {
	path, err := r.path(n.args[at])
	if err != nil {
		return keyTerm{}, err
	}
	var values []attr.Value
	for i, a := range n.args {
		if i == at {
			continue
		}
		v, err := r.value(a)
		if err != nil {
			return keyTerm{}, err
		}
		values = append(values, v)
	}
	t := keyTerm{name: path.Attribute(), r: attr.Range{Op: rangeOps[n.op], A: values[0]}}
	if at > 0 { // the value stands first: turn the comparison around
		t.r.Op = flipped[t.r.Op]
	}
	if len(values) > 1 {
		t.r.B = values[1]
	}
	return t, nil
}

var rangeOps = map[string]attr.RangeOp{
	"=": attr.RangeEQ, "<": attr.RangeLT, "<=": attr.RangeLE, ">": attr.RangeGT, ">=": attr.RangeGE,
	"BETWEEN": attr.RangeBetween, "begins_with": attr.RangeBeginsWith,
}

var flipped = map[attr.RangeOp]attr.RangeOp{
	attr.RangeEQ: attr.RangeEQ, attr.RangeLT: attr.RangeGT, attr.RangeLE: attr.RangeGE,
	attr.RangeGT: attr.RangeLT, attr.RangeGE: attr.RangeLE,
}

// A KeyQuery is what a key condition selects under a schema: one partition, and
// in it the items whose first sort attributes equal Prefix and whose next meets
// Range.
type KeyQuery struct {
	Hash   []attr.Value
	Prefix []attr.Value
	Range  attr.Range
}

// Span returns the keys, under the table's or index's prefix, that the query
// selects. It lies within the partition of Hash.
func (q KeyQuery) Span(prefix []byte) attr.Span {
	at := attr.AppendPartition(slices.Clone(prefix), q.Hash...)
	for _, v := range q.Prefix {
		at = attr.AppendKeyValue(at, v)
	}
	return q.Range.Span(at)
}

// Resolve holds the condition against the key of the table or index that is
// queried. It refuses conditions that do not name one partition.
func (c *KeyCondition) Resolve(s attr.Schema) (KeyQuery, error) {
	if c.wrong != nil {
		return KeyQuery{}, c.wrong
	}
	if len(c.terms) > max(2, s.Len()) {
		return KeyQuery{}, errKeyTerms
	}
	var q KeyQuery
	for _, a := range s.Hash {
		t, err := c.term(a)
		if err != nil {
			return KeyQuery{}, err
		}
		if t == nil {
			return KeyQuery{}, errKeyMissed(a.Name)
		}
		if t.r.Op != attr.RangeEQ {
			return KeyQuery{}, errKeySupported
		}
		q.Hash = append(q.Hash, t.r.A)
	}
	if err := c.resolveRange(&q, s.Range); err != nil {
		return KeyQuery{}, err
	}
	if err := c.checkEmpty(); err != nil {
		return KeyQuery{}, err
	}
	return q, q.checkSizes()
}

// checkSizes refuses values that are longer than any key.
func (q KeyQuery) checkSizes() error {
	hash, sort := 0, 0
	for _, v := range q.Hash {
		hash += v.Size()
	}
	for _, v := range q.Prefix {
		sort += v.Size()
	}
	switch q.Range.Op {
	case attr.RangeAll:
	case attr.RangeBetween:
		sort += max(q.Range.A.Size(), q.Range.B.Size())
	default:
		sort += q.Range.A.Size()
	}
	return attr.CheckKeySizes(hash, sort)
}

func errKeyMissed(name string) error {
	return invalid("Query condition missed key schema element: " + name)
}

// resolveRange uses up the terms that are not on the partition key: equalities
// from the left, then at most one other condition.
func (c *KeyCondition) resolveRange(q *KeyQuery, sort []attr.KeyAttribute) error {
	left := len(c.terms) - len(q.Hash)
	if left > 0 && len(sort) == 0 {
		return errKeySupported
	}
	for i, a := range sort {
		if left == 0 {
			return nil
		}
		t, err := c.term(a)
		if err != nil {
			return err
		}
		if t == nil {
			return c.errSkipped(sort[i:])
		}
		left--
		if t.r.Op != attr.RangeEQ {
			if left > 0 {
				return c.errSkipped(sort[i:])
			}
			q.Range = t.r
			return nil
		}
		q.Prefix = append(q.Prefix, t.r.A)
	}
	if left > 0 {
		return errKeySupported
	}
	return nil
}

// errSkipped refuses conditions on later sort attributes than the first, which
// lacks an equality.
func (c *KeyCondition) errSkipped(sort []attr.KeyAttribute) error {
	for _, a := range sort[1:] {
		if slices.ContainsFunc(c.terms, func(t keyTerm) bool { return t.name == a.Name }) {
			return invalid("RANGE key attributes " + sort[0].Name +
				" must have equality conditions specified in the query because a condition is present on key attribute " + a.Name)
		}
	}
	return errKeyMissed(sort[0].Name)
}

// term returns the condition on a key attribute, if there is one.
func (c *KeyCondition) term(a attr.KeyAttribute) (*keyTerm, error) {
	for i, t := range c.terms {
		if t.name != a.Name {
			continue
		}
		if t.r.A.Type() != a.Type { // both bounds of BETWEEN have one type
			return nil, errKeyType
		}
		return &c.terms[i], nil
	}
	return nil, nil
}

// checkEmpty refuses empty strings and binaries, which no key has.
func (c *KeyCondition) checkEmpty() error {
	for _, t := range c.terms {
		if err := attr.CheckKeyValue(t.name, t.r.A); err != nil {
			return err
		}
		if t.r.Op == attr.RangeBetween {
			if err := attr.CheckKeyValue(t.name, t.r.B); err != nil {
				return err
			}
		}
	}
	return nil
}
