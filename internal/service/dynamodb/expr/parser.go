// SPDX-License-Identifier: Apache-2.0

package expr

import (
	"strconv"
	"strings"
)

// A nodeKind is what a node of the syntax tree is.
type nodeKind byte

const (
	pathNode nodeKind = iota + 1
	valueNode
	functionNode
	sumNode // a + b, a - b
	compareNode
	betweenNode
	inNode
	notNode
	andNode
	orNode
)

// A node is an operand or a condition as written: placeholders are not yet
// resolved.
type node struct {
	kind  nodeKind
	op    string // operator or function as errors name it, or :value
	args  []*node
	path  []rawElem
	made  *operand // of a path or value that has no text, instead of path or op
	paren bool     // stands in parentheses
}

// rawElem is an element of a path: an identifier or a #name, or an index.
type rawElem struct {
	name  string
	index int
}

// isOperand reports whether the node can stand beside an operator. A function
// can be an operand and a condition.
func (n *node) isOperand() bool { return n.kind <= sumNode }

// isNested reports whether a path leads into an attribute.
func (n *node) isNested() bool { return len(n.path) > 1 || n.made != nil && len(n.made.path) > 1 }

func (n *node) isCondition() bool { return n.kind == functionNode || n.kind >= compareNode }

// A parser turns tokens into a tree. The first error sticks, and from then on
// the parser sees nothing but the end of the text.
type parser struct {
	kind      kind
	text      string
	tokens    []token
	at        int
	depth     int
	operators int
	parens    bool // some parentheses are redundant
	err       error
}

func newParser(k kind, text string) (*parser, error) {
	if text == "" {
		return nil, k.error("The expression can not be empty;")
	}
	if len(text) > MaxText {
		return nil, k.errTooLong(len(text))
	}
	return &parser{kind: k, text: text, tokens: lex(text)}, nil
}

func (p *parser) peek() token {
	if p.err != nil {
		return p.tokens[len(p.tokens)-1]
	}
	return p.tokens[p.at]
}

// follows returns the kind of the token after the next.
func (p *parser) follows() tokenKind {
	if p.err != nil || p.at+1 >= len(p.tokens) {
		return tokenEOF
	}
	return p.tokens[p.at+1].kind
}

func (p *parser) take() string {
	t := p.peek()
	if t.kind != tokenEOF {
		p.at++
	}
	return p.text[t.start:t.end]
}

func (p *parser) accept(k tokenKind) bool {
	if p.peek().kind != k {
		return false
	}
	p.take()
	return true
}

func (p *parser) expect(k tokenKind) {
	if !p.accept(k) {
		p.unexpected()
	}
}

// isKeyword reports whether the next token is the keyword, in any case.
func (p *parser) isKeyword(word string) bool {
	t := p.peek()
	return t.kind == tokenIdent && strings.EqualFold(p.text[t.start:t.end], word)
}

func (p *parser) acceptKeyword(word string) bool {
	if !p.isKeyword(word) {
		return false
	}
	p.take()
	return true
}

func (p *parser) fail(err error) {
	if p.err == nil {
		p.err = err
	}
}

// unexpected refuses the next token.
func (p *parser) unexpected() {
	if p.err != nil {
		return
	}
	t := p.tokens[p.at]
	from, to := t, t
	if p.at > 0 {
		from = p.tokens[p.at-1]
	}
	if t.kind != tokenEOF {
		to = p.tokens[p.at+1]
	}
	word := "<EOF>"
	if t.kind != tokenEOF {
		word = p.text[t.start:t.end]
	}
	near := strings.TrimRight(p.text[from.start:to.end], " \t\r\n")
	p.fail(p.kind.error(`Syntax error; token: "` + word + `", near: "` + near + `"`))
}

// operator counts an operator or function against the limit.
func (p *parser) operator() {
	if p.operators++; p.operators > MaxOperators {
		p.fail(p.kind.errOperators())
	}
}

// enter guards the stack; leave follows it.
func (p *parser) enter() {
	if p.depth++; p.depth > maxDepth {
		p.fail(p.kind.errNesting())
	}
}

func (p *parser) leave() { p.depth-- }

// parenthesised parses what stands in parentheses with inner.
func (p *parser) parenthesised(inner func() *node) *node {
	p.enter()
	defer p.leave()
	p.expect('(')
	n := inner()
	p.expect(')')
	if n.paren {
		p.parens = true
	}
	n.paren = true
	return n
}

// path parses a document path.
func (p *parser) parsePath() *node {
	n := &node{kind: pathNode}
	p.pathName(n)
	for p.err == nil {
		switch {
		case p.accept('.'):
			p.pathName(n)
		case p.accept('['):
			p.pathIndex(n)
		default:
			return n
		}
		if len(n.path) > MaxPath {
			p.fail(p.kind.errPathDepth(len(n.path)))
		}
	}
	return n
}

func (p *parser) pathName(n *node) {
	switch t := p.peek(); {
	case t.kind == tokenIdent && !p.kind.hasKeyword(p.text[t.start:t.end]), t.kind == tokenName:
		n.path = append(n.path, rawElem{name: p.take()})
	default:
		p.unexpected()
	}
}

func (p *parser) pathIndex(n *node) {
	if p.peek().kind != tokenDigits {
		p.unexpected()
		return
	}
	digits := p.take()
	index, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || index > maxIndex {
		p.fail(p.kind.errIndex(digits))
	}
	n.path = append(n.path, rawElem{index: int(index)})
	p.expect(']')
}

// hasKeyword reports whether the word is part of the grammar of this kind of
// expression, so that it cannot be a name.
func (k kind) hasKeyword(word string) bool {
	switch k {
	case projectionKind:
		return false
	case updateKind:
		return isOneOf(word, "SET", "REMOVE", "ADD", "DELETE")
	}
	return isOneOf(word, "AND", "OR", "NOT", "BETWEEN", "IN")
}

func isOneOf(word string, words ...string) bool {
	for _, w := range words {
		if strings.EqualFold(w, word) {
			return true
		}
	}
	return false
}

// parseOperand parses a path, a :value or a function whose arguments arg
// parses.
func (p *parser) parseOperand(arg func() *node) *node {
	switch t := p.peek(); {
	case t.kind == tokenValue:
		return &node{kind: valueNode, op: p.take()}
	case t.kind == tokenIdent && p.follows() == '(' && !p.kind.hasKeyword(p.text[t.start:t.end]):
		return p.parseFunction(arg)
	case t.kind == tokenIdent, t.kind == tokenName:
		return p.parsePath()
	}
	p.unexpected()
	return &node{kind: pathNode}
}

func (p *parser) parseFunction(arg func() *node) *node {
	p.enter()
	defer p.leave()
	p.operator()
	n := &node{kind: functionNode, op: p.take()}
	p.expect('(')
	n.args = append(n.args, arg())
	for p.accept(',') {
		n.args = append(n.args, arg())
	}
	p.expect(')')
	return n
}
