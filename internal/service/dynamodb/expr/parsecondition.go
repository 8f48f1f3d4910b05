// SPDX-License-Identifier: Apache-2.0

package expr

// parseCondition parses a whole condition, filter or key condition.
func parseCondition(k kind, text string) (*node, error) {
	p, err := newParser(k, text)
	if err != nil {
		return nil, err
	}
	n := p.condition(p.or)
	p.expect(tokenEOF)
	if p.err == nil && p.parens {
		p.fail(k.error("The expression has redundant parentheses;"))
	}
	return n, p.err
}

// condition parses with f and refuses a bare operand.
func (p *parser) condition(f func() *node) *node {
	n := f()
	if !n.isCondition() {
		p.unexpected()
	}
	return n
}

// operand parses what stands where no condition can: the first token that would
// make it one is refused, also in parentheses.
func (p *parser) operand() *node {
	if p.peek().kind == '(' {
		return p.parenthesised(p.operand)
	}
	return p.parseOperand(p.operand)
}

func (p *parser) or() *node { return p.chain(orNode, "OR", p.and) }

func (p *parser) and() *node { return p.chain(andNode, "AND", p.not) }

// chain parses what the keyword joins. A single member stands for itself, and
// may then be an operand whose operator follows a parenthesis.
func (p *parser) chain(k nodeKind, keyword string, member func() *node) *node {
	first := member()
	if !p.isKeyword(keyword) {
		return first
	}
	if !first.isCondition() {
		p.unexpected()
	}
	n := &node{kind: k, op: keyword, args: []*node{first}}
	for p.acceptKeyword(keyword) {
		p.operator()
		n.args = append(n.args, p.condition(member))
	}
	return n
}

func (p *parser) not() *node {
	if !p.isKeyword("NOT") {
		return p.predicate()
	}
	p.enter()
	defer p.leave()
	p.operator()
	p.take()
	return &node{kind: notNode, op: "NOT", args: []*node{p.condition(p.not)}}
}

// predicate parses one comparison or function, or what stands in parentheses.
func (p *parser) predicate() *node {
	left := p.term()
	if !left.isOperand() {
		return left
	}
	switch op := p.peek(); {
	case op.kind == '=' || op.kind == '<' || op.kind == '>' || op.kind >= tokenLE && op.kind <= tokenNE:
		p.operator()
		return &node{kind: compareNode, op: p.take(), args: []*node{left, p.operand()}}
	case p.acceptKeyword("BETWEEN"):
		return p.between(left)
	case p.acceptKeyword("IN"):
		return p.in(left)
	}
	return left
}

func (p *parser) between(left *node) *node {
	p.operator()
	lower := p.operand()
	if !p.acceptKeyword("AND") {
		p.unexpected()
	}
	return &node{kind: betweenNode, op: "BETWEEN", args: []*node{left, lower, p.operand()}}
}

func (p *parser) in(left *node) *node {
	p.operator()
	n := &node{kind: inNode, op: "IN", args: []*node{left}}
	p.expect('(')
	n.args = append(n.args, p.operand())
	for p.accept(',') {
		n.args = append(n.args, p.operand())
	}
	p.expect(')')
	return n
}

// term parses an operand, or a condition in parentheses.
func (p *parser) term() *node {
	if p.peek().kind == '(' {
		return p.parenthesised(p.or)
	}
	return p.parseOperand(p.operand)
}
