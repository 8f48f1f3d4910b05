// SPDX-License-Identifier: Apache-2.0

package partiql

import "strings"

// A rawStatement is a statement as written: a Statement whose values are not in
// place.
type rawStatement struct {
	kind    Kind
	from    []token // the names of the table and of the index
	columns []*node // nil for *
	item    *node
	actions []rawAction
	where   *node
	order   []Order
	returns string
}

// A rawAction is SET or REMOVE, whose value is nil.
type rawAction struct{ target, value *node }

// statement parses a whole statement.
func (p *parser) statement() *rawStatement {
	s := &rawStatement{}
	switch p.keyword() {
	case "SELECT":
		s.kind = Select
		p.query(s)
	case "EXISTS":
		s.kind = Exists
		p.exists(s)
	case "INSERT":
		s.kind = Insert
		p.insert(s)
	case "UPDATE":
		s.kind = Update
		p.take()
		p.source(s, badPath)
		p.alias()
		p.actions(s)
		s.where = p.where()
		p.returning(s)
	case "FROM":
		s.kind = Update
		p.take()
		p.source(s, badTerm)
		p.alias()
		s.where = p.where()
		p.actions(s)
		p.returning(s)
	case "DELETE":
		s.kind = Delete
		p.take()
		p.expectWord("FROM", "Expected FROM")
		p.source(s, badPath)
		p.alias()
		s.where = p.where()
		p.returning(s)
	default:
		p.fail(malformed(badStart))
	}
	p.finish()
	return s
}

// query parses a SELECT.
func (p *parser) query(s *rawStatement) {
	p.take()
	if !p.accept('*') {
		s.columns = append(s.columns, p.column())
		for p.accept(',') {
			s.columns = append(s.columns, p.column())
		}
	}
	p.expectWord("FROM", "Expected FROM")
	p.source(s, badTerm)
	p.alias()
	s.where = p.where()
	p.order(s)
	switch word := p.keyword(); word {
	case "LIMIT", "OFFSET", "GROUP", "HAVING":
		p.fail(invalid("Unsupported clause: %s at %s", word, position(p.text, p.peek())))
	}
}

// column parses what a SELECT shows.
func (p *parser) column() *node {
	n := p.sum()
	if t := p.peek(); p.keyword() == "AS" || t.kind == tokenQuoted || t.kind == tokenWord && !keywords[strings.ToUpper(t.text)] {
		p.fail(errAlias)
	}
	return n
}

// exists parses EXISTS (SELECT …).
func (p *parser) exists(s *rawStatement) {
	p.take()
	p.expect('(', badStart)
	if p.keyword() != "SELECT" {
		p.fail(malformed(badTerm))
		return
	}
	p.query(s)
	p.expect(')', missingParen)
}

func (p *parser) insert(s *rawStatement) {
	p.take()
	p.expectWord("INTO", "Expected INTO")
	p.source(s, badPath)
	if !p.acceptWord("VALUE") {
		if p.keyword() == "VALUES" {
			p.fail(malformed(badKeyword))
		}
		p.fail(malformed(badEnd))
		return
	}
	s.item = p.term()
}

// source parses the names of a table and of one of its indexes.
func (p *parser) source(s *rawStatement, detail string) {
	for {
		t := p.peek()
		if t.kind != tokenQuoted && (t.kind != tokenWord || keywords[strings.ToUpper(t.text)]) {
			if len(s.from) > 0 {
				detail = badDot
			}
			p.fail(malformed(detail))
			return
		}
		p.take()
		s.from = append(s.from, t)
		if !p.accept('.') {
			return
		}
	}
}

// alias refuses another name for the table.
func (p *parser) alias() {
	t := p.peek()
	if p.keyword() == "AS" || t.kind == tokenQuoted || t.kind == tokenWord && !keywords[strings.ToUpper(t.text)] && p.keyword() != "RETURNING" {
		p.fail(errAlias)
	}
}

// actions parses SET and REMOVE clauses.
func (p *parser) actions(s *rawStatement) {
	for p.err == nil {
		switch {
		case p.acceptWord("SET"):
			s.actions = append(s.actions, p.assignment())
			for p.accept(',') {
				s.actions = append(s.actions, p.assignment())
			}
		case p.acceptWord("REMOVE"):
			s.actions = append(s.actions, rawAction{target: p.path(badPath)})
			for p.accept(',') {
				s.actions = append(s.actions, rawAction{target: p.path(badPath)})
			}
		default:
			if len(s.actions) == 0 {
				p.fail(malformed(badStart))
			}
			return
		}
	}
}

func (p *parser) assignment() rawAction {
	a := rawAction{target: p.path(badPath)}
	p.expect('=', "Expected EQ")
	a.value = p.right(p.sum)
	return a
}

// order parses an ORDER BY clause, if there is one.
func (p *parser) order(s *rawStatement) {
	if !p.acceptWord("ORDER") {
		return
	}
	p.expectWord("BY", "Expected BY")
	for {
		o := Order{Path: p.path(badTerm).path}
		if o.Descending = p.acceptWord("DESC"); !o.Descending {
			p.acceptWord("ASC")
		}
		s.order = append(s.order, o)
		if !p.accept(',') {
			return
		}
	}
}

// returning parses a RETURNING clause, if there is one.
func (p *parser) returning(s *rawStatement) {
	if !p.acceptWord("RETURNING") {
		return
	}
	which, when := p.keyword(), ""
	if which != "ALL" && which != "MODIFIED" {
		p.fail(malformed("Expected ALL or MODIFIED in RETURNING clause"))
	}
	p.take()
	if when = p.keyword(); when != "OLD" && when != "NEW" {
		p.fail(malformed("Expected OLD or NEW in RETURNING clause"))
	}
	p.take()
	p.expect('*', "Expected '*' in RETURNING clause")
	s.returns = which + " " + when
}

// names checks and returns the names in the FROM clause.
func (p *parser) names(s *rawStatement) (table, index string, err error) {
	for _, t := range s.from {
		if t.text == "" {
			return "", "", errEmptyPart
		}
	}
	switch {
	case len(s.from) > 1 && s.kind == Insert:
		return "", "", invalid("FROM clause may only contain a single table name in data manipulation statements at %s", position(p.text, s.from[0]))
	case len(s.from) > 2:
		return "", "", errParts
	case len(s.from) == 1:
		return s.from[0].text, "", nil
	case s.kind == Update || s.kind == Delete:
		return "", "", errIndexWrite
	}
	return s.from[0].text, s.from[1].text, nil
}
