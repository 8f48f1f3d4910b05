// SPDX-License-Identifier: Apache-2.0

package partiql

import (
	"strings"

	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/expr"
)

// A nodeKind is what a node of the syntax tree is.
type nodeKind int

const (
	nodePath nodeKind = iota + 1
	nodeString
	nodeNumber
	nodeBool
	nodeNull
	nodeMissing
	nodeParameter
	nodeList  // [a, b]
	nodeTuple // {'k': a}, whose names are in keys
	nodeBag   // <<a, b>>
	nodeItems // (a, b), of IN
	nodeCall  // function(a, b)
	nodeOp    // operators and keywords between or before operands
)

// A node is a part of a statement as written: parameters are not in place, and
// functions may be unknown.
type node struct {
	kind  nodeKind
	token token  // that the node begins with, or its operator
	text  string // of literals; of calls and operators, the name: keywords in capitals, functions in small letters
	keys  []string
	path  expr.Path
	args  []*node
	index int // of a parameter, from 0
}

// A parser turns tokens into a tree. The first error sticks, and from then on
// the parser sees nothing but the end of the statement.
type parser struct {
	text       string
	tokens     []token
	at         int
	depth      int
	parameters int
	err        error
}

func (p *parser) fail(err error) {
	if p.err == nil {
		p.err = err
	}
}

func (p *parser) peek() token {
	if p.err != nil {
		return p.tokens[len(p.tokens)-1]
	}
	return p.tokens[p.at]
}

// second returns the token after the next.
func (p *parser) second() token {
	if p.err != nil || p.at+1 >= len(p.tokens) {
		return p.tokens[len(p.tokens)-1]
	}
	return p.tokens[p.at+1]
}

func (p *parser) take() token {
	t := p.peek()
	if t.kind != tokenEOF {
		p.at++
	}
	return t
}

func (p *parser) accept(k tokenKind) bool {
	if p.peek().kind != k {
		return false
	}
	p.take()
	return true
}

// keyword returns the next token in capitals if it is a word, and "" otherwise.
func (p *parser) keyword() string {
	if t := p.peek(); t.kind == tokenWord {
		return strings.ToUpper(t.text)
	}
	return ""
}

func (p *parser) acceptWord(word string) bool {
	if p.keyword() != word {
		return false
	}
	p.take()
	return true
}

// expect takes the token or fails with the detail.
func (p *parser) expect(k tokenKind, detail string) {
	if !p.accept(k) {
		p.fail(malformed(detail))
	}
}

func (p *parser) expectWord(word, detail string) {
	if !p.acceptWord(word) {
		p.fail(malformed(detail))
	}
}

// isEnd reports whether nothing follows but a semicolon.
func (p *parser) isEnd() bool {
	k := p.peek().kind
	return k == tokenEOF || k == ';'
}

// finish takes the end of the statement.
func (p *parser) finish() {
	p.accept(';')
	if p.err == nil && p.peek().kind != tokenEOF {
		p.fail(malformed(badEnd))
	}
}

// enter guards the stack; leave follows it.
func (p *parser) enter() {
	if p.depth++; p.depth > maxDepth {
		p.fail(malformed("Nested too deeply"))
	}
}

func (p *parser) leave() { p.depth-- }

// where parses the conditions of a WHERE clause; nil if there is none.
func (p *parser) where() *node {
	if !p.acceptWord("WHERE") {
		return nil
	}
	return p.or()
}

func (p *parser) or() *node { return p.chain("OR", p.and) }

func (p *parser) and() *node { return p.chain("AND", p.not) }

// chain parses what the keyword joins; a single member stands for itself.
func (p *parser) chain(word string, member func() *node) *node {
	first := member()
	if p.keyword() != word {
		return first
	}
	n := &node{kind: nodeOp, token: p.peek(), text: word, args: []*node{first}}
	for p.keyword() == word {
		p.take()
		n.args = append(n.args, p.right(member))
	}
	return n
}

// right parses the right-hand side of an operator that has been taken.
func (p *parser) right(operand func() *node) *node {
	if p.isEnd() {
		p.fail(malformed(missingRight))
	}
	return operand()
}

func (p *parser) not() *node {
	if p.keyword() != "NOT" {
		return p.comparison()
	}
	p.enter()
	defer p.leave()
	return &node{kind: nodeOp, token: p.take(), text: "NOT", args: []*node{p.not()}}
}

// comparisons are the operators between two values, as they are in the
// statement's other form.
var comparisons = map[tokenKind]string{'=': "=", tokenNE: "<>", '<': "<", tokenLE: "<=", '>': ">", tokenGE: ">="}

// comparison parses operands and what compares them.
func (p *parser) comparison() *node {
	left := p.sum()
	for p.err == nil {
		t := p.peek()
		op := comparisons[t.kind]
		switch word := p.keyword(); {
		case op != "":
			p.take()
			left = &node{kind: nodeOp, token: t, text: op, args: []*node{left, p.right(p.sum)}}
		case word == "IS":
			left = p.is(left)
		case word == "BETWEEN" || word == "IN" || word == "LIKE":
			left = p.ranged(left)
		case word == "NOT" && p.second().kind == tokenWord:
			switch strings.ToUpper(p.second().text) {
			case "BETWEEN", "IN", "LIKE":
				not := p.take()
				left = &node{kind: nodeOp, token: not, text: "NOT", args: []*node{p.ranged(left)}}
			default:
				return left
			}
		default:
			return left
		}
	}
	return left
}

// ranged parses BETWEEN, IN or LIKE and what follows.
func (p *parser) ranged(left *node) *node {
	t := p.take()
	n := &node{kind: nodeOp, token: t, text: strings.ToUpper(t.text), args: []*node{left}}
	switch n.text {
	case "BETWEEN":
		n.args = append(n.args, p.right(p.sum))
		p.expectWord("AND", "Expected AND after BETWEEN")
		n.args = append(n.args, p.right(p.sum))
	case "IN":
		n.args = append(n.args, p.right(p.items))
	default:
		n.args = append(n.args, p.right(p.sum))
	}
	return n
}

// items parses what IN compares with: a list, or values in parentheses.
func (p *parser) items() *node {
	t := p.peek()
	if t.kind != '(' {
		return p.sum()
	}
	p.enter()
	defer p.leave()
	p.take()
	return &node{kind: nodeItems, token: t, args: p.list(')', missingParen)}
}

// list parses values up to the closing token, which it takes.
func (p *parser) list(closing tokenKind, detail string) []*node {
	var all []*node
	if p.accept(closing) {
		return nil
	}
	all = append(all, p.or())
	for p.accept(',') {
		all = append(all, p.or())
	}
	p.expect(closing, detail)
	return all
}

// is parses IS [NOT] and the name of a type.
func (p *parser) is(left *node) *node {
	n := &node{kind: nodeOp, token: p.take(), text: "IS", args: []*node{left}}
	var not *token
	if p.keyword() == "NOT" {
		t := p.take()
		not = &t
	}
	name := p.keyword()
	if _, ok := types[name]; !ok && name != "MISSING" {
		p.fail(malformed(badTypeName))
		return n
	}
	n.args = append(n.args, &node{kind: nodeString, token: p.take(), text: name})
	if name == "DOUBLE" {
		p.acceptWord("PRECISION")
	}
	if name == "CHARACTER" {
		p.acceptWord("VARYING")
	}
	if not != nil {
		return &node{kind: nodeOp, token: *not, text: "NOT", args: []*node{n}}
	}
	return n
}

// sum parses operands that + and - join.
func (p *parser) sum() *node {
	left := p.term()
	for t := p.peek(); t.kind == '+' || t.kind == '-'; t = p.peek() {
		p.take()
		left = &node{kind: nodeOp, token: t, text: t.text, args: []*node{left, p.right(p.term)}}
	}
	return left
}
