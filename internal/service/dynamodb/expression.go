// SPDX-License-Identifier: Apache-2.0

package dynamodb

import (
	"strings"

	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/attr"
	"github.com/bailiwick-dev/bailiwick/internal/service/dynamodb/expr"
)

// A clause is an expression parameter of a request; text is nil if it isn't
// given.
type clause struct {
	name string
	text *string
}

// checkClauses refuses placeholders without an expression. Placeholders of
// values need one of takers, which AWS names.
func checkClauses(names map[string]string, values itemInput, takers []clause, others ...clause) error {
	taken := anyGiven(takers)
	if names != nil && !taken && !anyGiven(others) {
		return invalid("ExpressionAttributeNames can only be specified when using expressions")
	}
	if values.Present() && !taken {
		texts := make([]string, len(takers))
		for i, c := range takers {
			texts[i] = c.name
		}
		verb := " is null"
		if len(texts) > 1 {
			verb = " are null"
		}
		return invalid("ExpressionAttributeValues can only be specified when using expressions: %s%s", strings.Join(texts, " and "), verb)
	}
	return nil
}

func anyGiven(clauses []clause) bool {
	for _, c := range clauses {
		if c.text != nil {
			return true
		}
	}
	return false
}

// compile compiles text with f, one of the methods of [expr.Placeholders];
// nil is nil.
func compile[T any](text *string, f func(string) (*T, error)) (*T, error) {
	if text == nil {
		return nil, nil
	}
	out, err := f(*text)
	return out, validation(err)
}

// placeholders reads the placeholders of a request's expressions.
func placeholders(names map[string]string, values itemInput) (*expr.Placeholders, error) {
	p, err := expr.NewPlaceholders(names, values.Input)
	return p, validation(err)
}

// compileCondition compiles the one expression of a request that has only a
// condition; nil if it has none.
func compileCondition(text *string, names map[string]string, values itemInput) (*expr.Condition, error) {
	p, err := placeholders(names, values)
	if err != nil {
		return nil, err
	}
	c, err := compile(text, p.Condition)
	if err != nil {
		return nil, err
	}
	return c, validation(p.CheckUnused())
}

// compileProjection compiles the one expression of a request that has only a
// projection; nil if it has none.
func compileProjection(text *string, names map[string]string) (*expr.Projection, error) {
	p, err := placeholders(names, itemInput{})
	if err != nil {
		return nil, err
	}
	c, err := compile(text, p.Projection)
	if err != nil {
		return nil, err
	}
	return c, validation(p.CheckUnused())
}

// conditionPaths returns the paths of a condition, which may be nil.
func conditionPaths(c *expr.Condition) expr.Paths {
	if c == nil {
		return nil
	}
	return c.Paths()
}

// projectionPaths returns the paths of a projection, which may be nil.
func projectionPaths(p *expr.Projection) expr.Paths {
	if p == nil {
		return nil
	}
	return p.Paths()
}

// holds reports whether the item meets the condition; no condition is met by
// all.
func holds(c *expr.Condition, it attr.Item) bool { return c == nil || c.Eval(it) }

// project returns what the projection shows of the item; no projection shows
// all.
func project(p *expr.Projection, it attr.Item) attr.Item {
	if p == nil {
		return it
	}
	return p.Project(it)
}

// updatePaths returns the paths of an update, which may be nil.
func updatePaths(u *expr.Update) expr.Paths {
	if u == nil {
		return nil
	}
	return u.Paths()
}

// selectOf returns dynamodb:Select of operations that read items by key.
func selectOf(p *expr.Projection) string {
	if p == nil {
		return selectAll
	}
	return selectSpecific
}
