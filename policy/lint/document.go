// SPDX-License-Identifier: Apache-2.0

package lint

import (
	"strings"

	"github.com/bailiwick-dev/bailiwick/policy"
)

// A document is a policy as written, with places.
type document struct {
	text       []byte // as written
	clean      []byte // without comments
	comments   []span
	root       *node // nil if it is not JSON
	broken     int   // where it stops being JSON
	kind       policy.Type
	variables  bool // its version has policy variables
	statements []statement

	// What is worked out when it is needed first.
	judged  bool // asUsual is set
	asUsual *judge
	tagged  bool // tags is set
	tags    []string
	owner   string // an account
}

// A statement is one as written. What is not there is nil.
type statement struct {
	*node
	index        int
	sid          string
	allow        bool
	notPrincipal bool
	principal    *node
	notAction    bool
	action       *node
	notResource  bool
	resource     *node
	condition    *node // an object
	conditions   []condition

	variables []token // of the resources, once they were needed
}

// A condition is one key under one operator.
type condition struct {
	operator
	name   *node // of the operator
	key    *node
	values []*node
}

// parseDocument reads text as far as it can be read. Whether it is sound is for
// package policy to say.
func parseDocument(text []byte) *document {
	d := &document{text: text}
	d.clean, d.comments = blankComments(text)
	var err error
	if d.root, d.broken, err = parseTree(d.clean); err != nil {
		d.root = nil
		return d
	}
	for _, m := range d.root.members {
		switch m.name.text {
		case "Version":
			d.variables = m.value.text == "2012-10-17"
		case "Statement":
			list := []*node{m.value}
			if m.value.kind == '[' {
				list = m.value.elements
			}
			for i, n := range list {
				d.statements = append(d.statements, parseStatement(n, i))
			}
		}
	}
	return d
}

func parseStatement(n *node, index int) statement {
	s := statement{node: n, index: index}
	for _, m := range n.members {
		switch m.name.text {
		case "Sid":
			s.sid = m.value.text
		case "Effect":
			s.allow = m.value.text == "Allow"
		case "Principal", "NotPrincipal":
			s.principal, s.notPrincipal = m.value, m.name.text == "NotPrincipal"
		case "Action", "NotAction":
			s.action, s.notAction = m.value, m.name.text == "NotAction"
		case "Resource", "NotResource":
			s.resource, s.notResource = m.value, m.name.text == "NotResource"
		case "Condition":
			s.condition = m.value
			s.conditions = parseConditions(m.value)
		}
	}
	return s
}

func parseConditions(n *node) []condition {
	var cs []condition
	for _, op := range n.members {
		for _, key := range op.value.members {
			cs = append(cs, condition{parseOperator(op.name.text), op.name, key.name, key.value.scalars()})
		}
	}
	return cs
}

// guessType returns what the document is, by its principals and actions.
func (d *document) guessType() policy.Type {
	principals, trust := false, true
	for i := range d.statements {
		s := &d.statements[i]
		principals = principals || s.principal != nil
		trust = trust && s.resource == nil && s.action != nil
		for _, a := range s.action.scalars() {
			trust = trust && strings.HasPrefix(strings.ToLower(a.text), "sts:")
		}
	}
	switch {
	case !principals:
		return policy.Identity
	case trust:
		return policy.Trust
	default:
		return policy.Resource
	}
}

// pattern returns the tokens of a value.
func (d *document) pattern(n *node) []token { return parsePattern(n.text, d.variables) }

// An operator is a condition operator, taken apart.
type operator struct {
	set      string // ForAllValues, ForAnyValue or ""
	base     string // in lower case, without Not
	negated  bool
	ifExists bool
}

func parseOperator(name string) operator {
	var op operator
	if set, rest, ok := strings.Cut(name, ":"); ok {
		op.set, name = set, rest
	}
	base := strings.ToLower(name)
	base, op.ifExists = strings.CutSuffix(base, "ifexists")
	op.base = strings.Replace(base, "not", "", 1)
	op.negated = op.base != base
	return op
}

// holdsWithout reports whether the condition holds for a request that does not
// carry its key.
func (op operator) holdsWithout() bool {
	return op.base != "null" && (op.ifExists || op.set == "ForAllValues" || op.set == "" && op.negated)
}

// likes reports whether the values may have wildcards.
func (op operator) likes() bool { return op.base == "stringlike" || strings.HasPrefix(op.base, "arn") }
