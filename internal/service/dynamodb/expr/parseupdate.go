// SPDX-License-Identifier: Apache-2.0

package expr

import "strings"

// An action is one clause of an update: SET path = value, REMOVE path, and so on.
type action struct {
	section string // upper case
	path    *node
	value   *node // nil for REMOVE
}

// parseUpdate parses a whole update. repeated is the section that comes twice,
// if any.
func parseUpdate(text string) (actions []action, repeated string, err error) {
	p, err := newParser(updateKind, text)
	if err != nil {
		return nil, "", err
	}
	seen := map[string]bool{}
	for more := true; more && p.err == nil; more = p.peek().kind != tokenEOF {
		section := p.section()
		if seen[section] && repeated == "" {
			repeated = section
		}
		seen[section] = true
		actions = append(actions, p.action(section))
		for p.accept(',') {
			actions = append(actions, p.action(section))
		}
	}
	if p.err == nil && p.parens {
		p.fail(updateKind.error("The expression has redundant parentheses;"))
	}
	return actions, repeated, p.err
}

func (p *parser) section() string {
	t := p.peek()
	word := p.text[t.start:t.end]
	if t.kind != tokenIdent || !updateKind.hasKeyword(word) {
		p.unexpected()
		return ""
	}
	p.take()
	return strings.ToUpper(word)
}

func (p *parser) action(section string) action {
	a := action{section: section, path: p.parsePath()}
	switch section {
	case "SET":
		p.expect('=')
		a.value = p.setValue()
	case "ADD", "DELETE":
		if p.peek().kind != tokenValue {
			p.unexpected()
		}
		a.value = &node{kind: valueNode, op: p.take()}
	}
	return a
}

// setValue parses an operand, or the sum or difference of two.
func (p *parser) setValue() *node {
	left := p.setTerm()
	if k := p.peek().kind; k != '+' && k != '-' {
		return left
	}
	if left.kind == sumNode {
		p.unexpected()
	}
	p.operator()
	return &node{kind: sumNode, op: p.take(), args: []*node{left, p.setOperand()}}
}

// setOperand parses what stands where no sum can, also in parentheses.
func (p *parser) setOperand() *node {
	if p.peek().kind == '(' {
		return p.parenthesised(p.setOperand)
	}
	return p.parseOperand(p.setOperand)
}

func (p *parser) setTerm() *node {
	if p.peek().kind == '(' {
		return p.parenthesised(p.setValue)
	}
	return p.parseOperand(p.setOperand)
}
