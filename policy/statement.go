// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"errors"
	"fmt"
)

// A statement is compiled.
type statement struct {
	sid         string
	deny        bool
	principal   *principalElement // nil if there is none
	actions     []actionEntry
	notAction   bool
	resources   []resourceEntry
	notResource bool
	anyResource bool // the policy's type takes no Resource element
	conditions  []condition
	keys        []string       // the condition keys on which it depends, in lower case, each once
	text        *statementText // for explanations
}

var (
	errPrincipalElement = errors.New("statement names a principal, which its type of policy does not take")
	errResourceElement  = errors.New("statement names a resource, which a role trust policy does not take")
	errNotPrincipal     = errors.New("statement has NotPrincipal, which its type of policy does not take")
	errRCPPrincipal     = errors.New(`statement of a resource control policy has a principal other than "*"`)
	errNobody           = errors.New("statement's NotPrincipal names nobody")
	errEffect           = errors.New("statement's Effect is neither Allow nor Deny")
	errNoAction         = errors.New("statement has no actions")
	errNoResource       = errors.New("statement has no resources")
)

// compileStatement compiles text for a policy of type t. Only under version
// 2012-10-17 are there variables.
func compileStatement(text *statementText, t Type, variables bool) (statement, error) {
	s := statement{sid: text.sid, deny: text.effect == deny, text: text}
	if text.effect != allow && text.effect != deny {
		return statement{}, errEffect
	}
	if err := checkElements(text, t); err != nil {
		return statement{}, err
	}
	s.compilePrincipal(text)
	s.compileActions(text)
	if err := s.compileResources(text, t, variables); err != nil {
		return statement{}, err
	}
	for _, c := range text.conditions {
		test, _ := parseTest(c.operator)
		cond, err := compileCondition(test, c.key, c.values, variables)
		if err != nil {
			return statement{}, fmt.Errorf("condition %s: %w", test.name, err)
		}
		s.conditions = append(s.conditions, cond)
	}
	text.variables = variables
	s.keys = s.keysUsed()
	return s, nil
}

// checkElements refuses elements that the type of policy does not take, and
// lists without an entry, which in NotAction and NotResource would stand for
// everything.
func checkElements(text *statementText, t Type) error {
	switch {
	case !t.hasPrincipal() && (text.principal != nil || text.notPrincipal != nil):
		return errPrincipalElement
	case t != Resource && text.notPrincipal != nil:
		return errNotPrincipal
	case text.notPrincipal != nil && !text.notPrincipal.everyone && len(text.notPrincipal.entries) == 0:
		return errNobody
	case t == RCP && !text.principal.isEveryone():
		return errRCPPrincipal
	case t == Trust && (text.resource != nil || text.notResource != nil):
		return errResourceElement
	case len(text.action)+len(text.notAction) == 0:
		return errNoAction
	case t != Trust && t != Resource && len(text.resource)+len(text.notResource) == 0:
		return errNoResource
	case text.notResource != nil && len(text.notResource) == 0:
		return errNoResource
	}
	return nil
}

// isEveryone reports whether the element is "*" in either form.
func (p *principalText) isEveryone() bool {
	if p == nil {
		return false
	}
	return p.everyone || len(p.entries) == 1 && p.entries[0] == principalEntryText{"AWS", "*"}
}

func (s *statement) compilePrincipal(text *statementText) {
	p := text.principal
	if text.notPrincipal != nil {
		p = text.notPrincipal
	}
	if p == nil {
		return
	}
	s.principal = &principalElement{negated: text.notPrincipal != nil, everyone: p.everyone}
	for _, e := range p.entries {
		s.principal.add(e.kind, e.entry)
	}
}

func (s *statement) compileActions(text *statementText) {
	s.notAction = text.notAction != nil
	for _, a := range append(text.action, text.notAction...) {
		s.actions = append(s.actions, compileAction(a))
	}
}

func (s *statement) compileResources(text *statementText, t Type, variables bool) error {
	s.anyResource = t == Trust
	s.notResource = text.notResource != nil
	for _, entry := range append(text.resource, text.notResource...) {
		r, err := compileResource(entry, t, variables)
		if err != nil {
			return fmt.Errorf("resource: %w", err)
		}
		s.resources = append(s.resources, r)
	}
	return nil
}

// match returns how the statement grants, or denies, what is asked; noGrant if
// it does not apply. The action has been compared if known is set.
func (s *statement) match(e *evaluation, t Type, known bool) grant {
	g := s.matchPrincipal(e, t)
	if g == noGrant || !known && !s.matchAction(e).holds(s.deny) || !s.matchResource(e).holds(s.deny) {
		return noGrant
	}
	for i := range s.conditions {
		if !s.conditions[i].match(e.ctx).holds(s.deny) {
			return noGrant
		}
	}
	return g
}

// matchPrincipal returns directGrant for policies that name no principals. A
// statement that should name one and does not applies to nobody.
func (s *statement) matchPrincipal(e *evaluation, t Type) grant {
	switch {
	case s.principal != nil:
		return s.principal.match(e, s.deny)
	case t.hasPrincipal():
		return noGrant
	default:
		return directGrant
	}
}

func (s *statement) matchAction(e *evaluation) answer {
	ans := no
	for i := 0; i < len(s.actions) && ans != yes; i++ {
		ans = max(ans, s.actions[i].match(e.req.Action))
	}
	if s.notAction {
		return ans.not()
	}
	return ans
}

// matchResource answers unknown if the statement lacks a Resource element that
// its type of policy takes: some services imply it.
func (s *statement) matchResource(e *evaluation) answer {
	switch {
	case s.anyResource:
		return yes
	case len(s.resources) == 0:
		return unknown
	}
	ans := no
	for i := 0; i < len(s.resources) && ans != yes; i++ {
		ans = max(ans, s.resources[i].match(e, s.deny, s.notResource))
	}
	if s.notResource {
		return ans.not()
	}
	return ans
}
