// SPDX-License-Identifier: Apache-2.0

package partiql

import (
	"fmt"
	"unicode/utf8"

	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/attr"
	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/expr"
)

// A Kind is what a statement does.
type Kind int

// The kinds of statements.
const (
	Select Kind = iota + 1
	Exists      // of a transaction: EXISTS (SELECT …)
	Insert
	Update
	Delete
)

// Reads reports whether statements of the kind change nothing.
func (k Kind) Reads() bool { return k == Select || k == Exists }

// A Statement is a statement with its parameters in place.
type Statement struct {
	Kind  Kind
	Table string // the name of a table, or its ARN, as written
	Index string // "" for the table itself; Select and Exists only

	Columns []expr.Path // what a Select shows; nil for all
	Order   []Order
	Item    attr.Item // of an Insert

	// Returning is what an Update or a Delete returns, as ReturnValues says it:
	// ALL_OLD, ALL_NEW, UPDATED_OLD, UPDATED_NEW, or "" for nothing.
	Returning string

	actions []action   // of an Update
	where   *condition // nil if there is none

	filter *expr.Condition // where, compiled
	update *expr.Update    // actions, compiled
}

// An Order is a part of an ORDER BY clause.
type Order struct {
	Path       expr.Path
	Descending bool
}

// A condition is a part of a WHERE clause: AND, OR or NOT of others, or a
// comparison or function of operands.
type condition struct {
	op       string // functions in small letters
	args     []*condition
	operands []operand
}

// An operand is a path, a value, or a function or sum of others.
type operand struct {
	op    string // "" for paths and values
	path  expr.Path
	value attr.Value
	args  []operand
}

// An action is a part of an Update: SET path = value, REMOVE path, or what
// set_add and set_delete are: ADD and DELETE of a set.
type action struct {
	op    string
	path  expr.Path
	value operand
}

// Parse reads a statement whose n-th question mark stands for the n-th
// parameter. The errors are *attr.ValidationErrors.
func Parse(text string, parameters []attr.Value) (*Statement, error) {
	if utf8.RuneCountInString(text) > MaxText {
		return nil, errTextLength
	}
	tokens, err := lex(text)
	if err != nil {
		return nil, err
	}
	p := &parser{text: text, tokens: tokens}
	raw := p.statement()
	if p.err != nil {
		return nil, p.err
	}
	b := &binder{text: text, parameters: parameters}
	return b.statement(p, raw)
}

// Update returns the update of an Update statement.
func (s *Statement) Update() *expr.Update { return s.update }

// Filter returns the conditions of the WHERE clause, those on keys included; nil
// if there are none.
func (s *Statement) Filter() *expr.Condition { return s.filter }

// Paths returns the document paths that the statement mentions.
func (s *Statement) Paths() expr.Paths {
	var all expr.Paths
	all = append(all, s.Columns...)
	if s.filter != nil {
		all = append(all, s.filter.Paths()...)
	}
	if s.update != nil {
		all = append(all, s.update.Paths()...)
	}
	for _, o := range s.Order {
		all = append(all, o.Path)
	}
	return all
}

// Values returns the values that the WHERE clause compares with: whichever of
// its attributes is the key, its values are among them.
func (s *Statement) Values() []attr.Value {
	if s.where == nil {
		return nil
	}
	return s.where.values(nil)
}

func (c *condition) values(to []attr.Value) []attr.Value {
	for _, a := range c.args {
		to = a.values(to)
	}
	for _, o := range c.operands {
		if o.value.Type() != 0 {
			to = append(to, o.value)
		}
	}
	return to
}

// Column returns the name under which a Select shows what p leads to, which is
// that of p's last step.
func Column(p expr.Path) string {
	last := p[len(p)-1]
	if last.Name == "" {
		return fmt.Sprintf("[%d]", last.Index)
	}
	return last.Name
}

// Show returns what the Select shows of an item.
func (s *Statement) Show(it attr.Item) attr.Item {
	if s.Columns == nil {
		return it
	}
	var b attr.Builder
	for _, p := range s.Columns {
		if v, ok := p.Get(it); ok {
			b.Name(Column(p))
			b.Value(v)
		}
	}
	shown, _ := b.Item() // names are distinct, and values no deeper than they were
	return shown
}
