// SPDX-License-Identifier: Apache-2.0

package partiql

import (
	"strconv"
	"strings"

	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/expr"
)

// term parses one value, path or function, or what stands in parentheses.
func (p *parser) term() *node {
	p.enter()
	defer p.leave()
	t := p.peek()
	switch t.kind {
	case tokenString:
		p.take()
		return &node{kind: nodeString, token: t, text: t.text}
	case tokenNumber:
		p.take()
		return &node{kind: nodeNumber, token: t, text: t.text}
	case '+', '-':
		return p.signed()
	case '?':
		p.take()
		p.parameters++
		return &node{kind: nodeParameter, token: t, index: p.parameters - 1}
	case '[':
		p.take()
		return &node{kind: nodeList, token: t, args: p.list(']', "Expected RIGHT_BRACKET")}
	case tokenBag:
		p.take()
		return &node{kind: nodeBag, token: t, args: p.list(tokenBagEnd, "Expected RIGHT_DOUBLE_ANGLE_BRACKET")}
	case '{':
		return p.tuple()
	case '(':
		p.take()
		n := p.or()
		p.expect(')', missingParen)
		return n
	case tokenQuoted:
		return p.path(badTerm)
	case tokenWord:
		return p.word()
	}
	p.fail(malformed(badTerm))
	return &node{kind: nodeNull, token: t}
}

// signed parses a number with a sign.
func (p *parser) signed() *node {
	sign := p.take()
	n := p.term()
	if n.kind != nodeNumber {
		p.fail(malformed(badTerm))
		return n
	}
	if sign.kind == '-' {
		if rest, ok := strings.CutPrefix(n.text, "-"); ok {
			n.text = rest
		} else {
			n.text = "-" + n.text
		}
	}
	n.token.start = sign.start
	return n
}

// word parses what begins with a bare word: a literal, a function or a path.
func (p *parser) word() *node {
	t := p.peek()
	word := strings.ToUpper(t.text)
	switch {
	case word == "TRUE" || word == "FALSE":
		p.take()
		return &node{kind: nodeBool, token: t, text: word}
	case word == "NULL":
		p.take()
		return &node{kind: nodeNull, token: t}
	case word == "MISSING":
		p.take()
		return &node{kind: nodeMissing, token: t, text: "missing"}
	case operators[word]:
		p.fail(malformed(badOperator))
	case p.second().kind == '(':
		return p.call()
	case keywords[word]:
		p.fail(malformed(badKeyword))
	default:
		return p.path(badTerm)
	}
	return &node{kind: nodeNull, token: t}
}

// call parses a function and its arguments. EXISTS (SELECT …) isn't one.
func (p *parser) call() *node {
	t := p.take()
	n := &node{kind: nodeCall, token: t, text: strings.ToLower(t.text)}
	p.take()
	if p.accept('*') { // as COUNT(*) has
		p.expect(')', missingParen)
		return n
	}
	n.args = p.list(')', missingParen)
	return n
}

// tuple parses {'name': value, …}.
func (p *parser) tuple() *node {
	n := &node{kind: nodeTuple, token: p.take()}
	if p.accept('}') {
		return n
	}
	for {
		if p.peek().kind != tokenString {
			p.fail(malformed(badTerm))
			return n
		}
		n.keys = append(n.keys, p.take().text)
		p.expect(':', "Expected COLON")
		n.args = append(n.args, p.or())
		if !p.accept(',') {
			p.expect('}', "Expected RIGHT_CURLY_BRACKET")
			return n
		}
	}
}

// path parses a document path; detail is what is wrong if there is none.
func (p *parser) path(detail string) *node {
	n := &node{kind: nodePath, token: p.peek()}
	if !p.step(n, detail) {
		return n
	}
	for p.err == nil {
		switch {
		case p.accept('.'):
			p.step(n, badDot)
		case p.accept('['):
			p.bracket(n)
		default:
			n.token.end = p.tokens[p.at-1].end
			return n
		}
		if len(n.path) > expr.MaxPath {
			p.fail(invalid("The document path has too many nesting elements; nesting levels: %d", len(n.path)))
		}
	}
	return n
}

// step takes a name of a path.
func (p *parser) step(n *node, detail string) bool {
	t := p.peek()
	if t.kind != tokenQuoted && (t.kind != tokenWord || keywords[strings.ToUpper(t.text)]) {
		p.fail(malformed(detail))
		return false
	}
	p.take()
	return p.name(n, t.text)
}

// name adds a name to a path.
func (p *parser) name(n *node, name string) bool {
	if name == "" {
		p.fail(errEmptyPart)
		return false
	}
	n.path = append(n.path, expr.Elem{Name: name})
	return true
}

// bracket takes what stands in brackets in a path: an index, or a name in quotes.
func (p *parser) bracket(n *node) {
	switch t := p.take(); t.kind {
	case tokenString:
		p.name(n, t.text)
	case tokenNumber:
		index, err := strconv.ParseInt(t.text, 10, 64)
		if err != nil || index > maxIndex {
			p.fail(invalid("List index is not within the allowable range; index: [%s]", t.text))
			return
		}
		n.path = append(n.path, expr.Elem{Index: int(index)})
	default:
		p.fail(malformed("Invalid path component"))
	}
	p.expect(']', "Expected RIGHT_BRACKET")
}
